/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sector 0 of a BitLocker volume.
 *   kind            bytes 0..2  bytes 3..10  GUID   offsets of the three copies
 *   Vista           EB 52 90    -FVE-FS-     none   u64 at 56: cluster of the first
 *   7 to 11         EB 58 90    -FVE-FS-     160    176, 184, 192
 *   To Go (FAT)     EB 58 90    MSWIN4.1     424    440, 448, 456
 * Sources: libyal's BDE format document, dissect.fve, and Windows-made images. */
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

#define GUID_AT	      160
#define GUID_AT_TO_GO 424

static const uint8_t guid_normal[16] = {0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99,
	0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01};
static const uint8_t guid_eow[16] = {0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E,
	0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8};

static bool is_fve(struct rs_view s)
{
	return memcmp(s.p + 3, "-FVE-FS-", 8) == 0;
}

static bool is_known_guid(const uint8_t *p)
{
	return memcmp(p, guid_normal, 16) == 0 || memcmp(p, guid_eow, 16) == 0;
}

bool bl_header_is(struct rs_view s)
{
	if (s.len < 512)
		return false;
	if (is_fve(s))
		return true;
	/* an ordinary FAT32 has the same signature: only the GUID tells */
	return memcmp(s.p + 3, "MSWIN4.1", 8) == 0 && is_known_guid(s.p + GUID_AT_TO_GO);
}

static int parse_sector_size(struct rs_view s, struct bl_header *h, struct rs_err *err)
{
	uint16_t bytes = rs_le16(s.p + 11);

	h->sector_bytes = bytes ? bytes : 512; /* 0: exFAT since Windows 10 1903 */
	if (h->sector_bytes != 512 && h->sector_bytes != 4096)
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker with sectors of %u bytes",
			h->sector_bytes);
	h->cluster_bytes = s.p[13] * h->sector_bytes;
	return 0;
}

static int parse_guid(const uint8_t *guid, struct bl_header *h, struct rs_err *err)
{
	if (!is_known_guid(guid)) {
		char text[RS_GUID_LEN];
		rs_guid_text(guid, text);
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker of an unknown kind {%s}", text);
	}
	h->is_eow = memcmp(guid, guid_eow, 16) == 0;
	return 0;
}

int bl_header_parse(struct rs_view s, struct bl_header *ret, struct rs_err *err)
{
	struct bl_header h = {.flavour = BL_WIN7};

	if (!bl_header_is(s))
		return rs_fail(err, RS_E_UNSUPPORTED, "not a BitLocker volume");
	int r = parse_sector_size(s, &h, err);
	if (r < 0)
		return r;

	size_t at = GUID_AT;
	if (is_fve(s) && s.p[1] == 0x52) {
		h.flavour = BL_VISTA;
		if (__builtin_mul_overflow(rs_le64(s.p + 56), h.cluster_bytes, &h.offsets[0]))
			h.offsets[0] = 0; /* then there is no metadata to show */
		*ret = h;
		return 0;
	}
	if (!is_fve(s)) {
		h.flavour = BL_TO_GO;
		at = GUID_AT_TO_GO;
	}
	r = parse_guid(s.p + at, &h, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < BL_COPIES; i++)
		h.offsets[i] = rs_le64(s.p + at + 16 + 8 * i);
	*ret = h;
	return 0;
}

int bl_probe(struct blk *src, bool *ret_is, struct rs_err *err)
{
	uint8_t sector[512];

	if (src->size_bytes < sizeof(sector)) {
		*ret_is = false;
		return 0;
	}
	int r = blk_read(src, 0, sector, sizeof(sector), err);
	if (r < 0)
		return r;
	*ret_is = bl_header_is((struct rs_view){sector, sizeof(sector)});
	return 0;
}
