/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files on the FAT volumes that the firmware shows. */
#ifndef UNBRICK_EFI_FILES_H
#define UNBRICK_EFI_FILES_H

#include "efi/firmware.h"

/** Read a whole file of at most @max bytes from a volume. @path in ASCII with back slashes.
 * *ret is to be freed by pool_free; an empty file gives NULL and 0.
 * EFI_NOT_FOUND no such file, EFI_UNSUPPORTED no file system there (a network start),
 * EFI_BAD_BUFFER_SIZE longer than @max: *ret_len is its length. */
EFI_STATUS file_read(
	EFI_HANDLE volume, const char *path, size_t max, uint8_t **ret, size_t *ret_len);

/** True if there is such a file with something in it. */
bool file_exists(EFI_HANDLE volume, const char *path);

#endif
