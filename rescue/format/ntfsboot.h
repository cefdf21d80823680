/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot sector of an NTFS: where $MFT is and how long everything is; and the fixups of its
 * blocks. */
#ifndef UNBRICK_FORMAT_NTFSBOOT_H
#define UNBRICK_FORMAT_NTFSBOOT_H

#include "format/bootsector.h"

#define NT_STRIDE_BYTES 512U  /* fixups protect this much, whatever the sector size */
#define NT_RECORD_MAX	4096U /* Windows makes records of 1024 or, on 4096-byte sectors, 4096 */
#define NT_INDEX_MAX	65536U

struct nt_geometry {
	uint32_t sector_bytes, cluster_bytes, record_bytes, index_bytes;
	uint64_t volume_bytes; /* total sectors x sector size */
	uint64_t mft_off_bytes, mftmirr_off_bytes;
	uint64_t serial;
	bool from_backup; /* the boot sector at the end was used, the first is damaged */
};

struct nt_boot {
	struct nt_geometry geo;
	bool has_signature;  /* "NTFS    " where it belongs */
	const char *fault;   /* a field that makes the volume unreadable; NULL = none */
	const char *blemish; /* a field that only says the sector is damaged; NULL = none */
};

/** Judge one boot sector, of @len bytes. Never fails: what is wrong is in *ret. */
void nt_boot_parse(const uint8_t *boot, size_t len, struct nt_boot *ret);
/** Check a protected block (FILE, INDX, RSTR, RCRD) and put its sectors' last words back.
 * The last word of each 512 bytes is kept in an array in the header and replaced by a counter, so
 * that a write cut in the middle is seen.
 * @buf @len bytes, a multiple of 512. Returns NULL or what is wrong; then @buf is as it was. */
const char *nt_fixup(uint8_t *buf, size_t len);

#endif
