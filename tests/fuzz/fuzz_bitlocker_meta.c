/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sector 0 and one copy of the metadata, its checksum put right so that the parser gets past it.
 * Seeds: 512 bytes of sector 0 and then the 65536 of a copy, cut from any BitLocker image. */
#include <stdlib.h>
#include <string.h>

#include "bitlocker/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t crc32_of(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xFFFFFFFF;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	return ~crc;
}

/* A second of stretching for each input is too long. */
static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void walk(const struct bl_meta *m)
{
	const struct rs_task task = {.progress = stop};
	const struct bl_protector_row *row;
	const uint8_t secret[BL_KEY_BYTES] = {0};
	struct bl_protector p;
	struct bl_entry vmk;
	struct rs_secret key = {0};

	for (unsigned i = 0; bl_vmk_at(m, i, &vmk); i++) {
		bl_vmk_describe(&vmk, &p);
		for (size_t k = 0; (row = bl_protector_at(k)); k++)
			if (row->unwrap)
				(void)row->unwrap(&vmk, secret, &task, &key, NULL);
	}
	rs_secret_done(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bl_header h = {.sector_bytes = 512};
	struct bl_meta *m = NULL;

	if (size < 512 + 112 || size > 512 + BL_AREA_BYTES)
		return 0;
	(void)bl_header_parse((struct rs_view){data, 512}, &h, NULL);
	uint8_t *raw = calloc(1, BL_AREA_BYTES);
	if (!raw)
		return 0;
	memcpy(raw, data + 512, size - 512);
	memcpy(raw, "-FVE-FS-", 8);
	uint16_t version = rs_le16(raw + 10) == 1 ? 1 : 2;
	rs_put_le16(raw + 10, version);
	size_t len = (size_t)rs_le16(raw + 8) * (version == 1 ? 1 : 16);
	if (len + 8 <= BL_AREA_BYTES)
		rs_put_le32(raw + len + 4, crc32_of(raw, len));
	if (bl_meta_parse_take(raw, BL_AREA_BYTES, version, h.sector_bytes, &m, NULL) == 0) {
		(void)bl_meta_check_ranges(m, h.sector_bytes, (uint64_t)100 << 20, NULL);
		walk(m);
		bl_meta_free(m);
	}
	return 0;
}
