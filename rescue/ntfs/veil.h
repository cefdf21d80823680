/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters that records in use have and $Bitmap calls free. */
#ifndef UNBRICK_NTFS_VEIL_H
#define UNBRICK_NTFS_VEIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

struct nt_raw;

/* A byte of $Bitmap on the disk, and the bits that are wrongly clear in it. */
struct nt_veiled {
	uint64_t off_bytes;
	uint8_t mask;
};

struct nt_veil {
	struct nt_veiled *v; /* sorted; a byte may come several times */
	size_t n;
};

/** Look through all of $MFT. @ret may hold an older one.
 * Errors: RS_E_NTFS_DAMAGED ($Bitmap cannot be read, or is wrong in more than 64 KiB),
 * RS_E_IO_READ, RS_E_MEMORY. */
int nt_veil_make(struct nt_raw *raw, struct nt_veil *ret, struct rs_err *err);
/** Cover more of a byte. false: some of it is covered already, or there is no memory. */
bool nt_veil_add(struct nt_veil *veil, uint64_t off_bytes, uint8_t mask);
/** Index of the first one that is not before @off_bytes. */
size_t nt_veil_find(const struct nt_veil *veil, uint64_t off_bytes);
/** Set the bits in what was read from the disk at @off_bytes. */
void nt_veil_lay(const struct nt_veil *veil, uint64_t off_bytes, uint8_t *buf, size_t len);
void nt_veil_done(struct nt_veil *veil);

#endif
