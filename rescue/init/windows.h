/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back into Windows. */
#ifndef UNBRICK_INIT_WINDOWS_H
#define UNBRICK_INIT_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>

struct init;

/** Set BootNext to the Windows on @disk (NULL: of any disk) in a job, and wait for it.
 * @ret_text: "Boot0003 (Windows Boot Manager)", or why it cannot be done. */
bool windows_set_next(
	struct init *in, const char *disk, char ret_entry[16], char *ret_text, size_t cap);
/** Ask the firmware to open its setup at the next start. */
bool windows_set_setup(struct init *in, char *ret_text, size_t cap);

#endif
