/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's own Windows Boot Manager: found, and started by BootNext and a reset only. A chain
 * load would leave us in PCR 4 and make BitLocker ask for its key. BootOrder is never changed. */
#ifndef UNBRICK_EFI_WINDOWS_H
#define UNBRICK_EFI_WINDOWS_H

#include "efi/firmware.h"
#include "format/bootentry.h"

/* Where its boot manager is. */
struct windows {
	bool has_entry;
	unsigned number; /* of Boot#### */
	struct partition partition;
	char file[BOOT_FILE_MAX];
};

/** Find the first entry, in BootOrder and then any, whose boot manager is there on its partition.
 * If there is none, a boot manager on a partition that no entry names; our own medium does not
 * count.
 * @is_thorough also connects disks that the firmware left alone to start faster.
 * Returns NULL, or why there is none. */
const char *windows_find(EFI_HANDLE own_volume, bool is_thorough, struct windows *ret);

/** Start it: an entry if it has none, BootNext, reset. Returns only if that fails, having said why.
 */
EFI_STATUS windows_start(EFI_HANDLE own_volume);

#endif
