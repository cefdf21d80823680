/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's variables in the global namespace, by ASCII name. */
#ifndef UNBRICK_EFI_VARIABLES_H
#define UNBRICK_EFI_VARIABLES_H

#include "efi/firmware.h"

enum { VARIABLE_NAME_MAX = 40 };

/** Read at most @size bytes; the length goes to @ret_len. */
EFI_STATUS variable_get(const char *name, void *ret, size_t size, size_t *ret_len);

/** Read a number of just 1, 2 or 8 bytes; @otherwise if there is none. */
uint64_t variable_number(const char *name, size_t bytes, uint64_t otherwise);

/** Write one that outlives a reset and is seen by the operating system. */
EFI_STATUS variable_set(const char *name, const void *bytes, size_t len);

/** Call @each with the number of every Boot#### that exists, until it returns false. */
void variable_each_boot_entry(bool (*each)(void *user, unsigned number), void *user);

enum secure_boot { SECURE_BOOT_NO, SECURE_BOOT_YES, SECURE_BOOT_SETUP };

/** SETUP: the firmware would take keys from anybody, nothing is enforced. */
enum secure_boot secure_boot_state(void);

#endif
