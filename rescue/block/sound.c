/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is there more behind a boot sector than its words? A file system that describes itself right
 * outweighs whatever older formats left on the same sectors.
 * Sources: NTFS record and attribute layout as in ntfs-3g's layout.h; the BDE format document of
 * libyal (where BitLocker keeps its metadata); Microsoft's FAT and exFAT specifications. */
#include <string.h>

#include "block/internal.h"
#include "format/ntfsboot.h"

/* First cluster of a non-resident attribute of @len bytes; false when it has none. */
static bool first_cluster(const uint8_t *attr, uint32_t len, uint64_t *ret)
{
	uint32_t at = len >= 64 && attr[8] == 1 ? rs_le16(attr + 32) : len;

	if (at >= len || rs_le64(attr + 16)) /* not its first piece */
		return false;
	uint32_t n_len = attr[at] & 15U, n_off = attr[at] >> 4;
	if (!n_len || n_len > 8 || !n_off || n_off > 8 || n_len + n_off >= len - at)
		return false;
	*ret = 0;
	for (uint32_t i = 0; i < n_off; i++)
		*ret |= (uint64_t)attr[at + 1 + n_len + i] << (8 * i);
	return true;
}

/* Record 0 describes $MFT: its unnamed data begin where the boot sector says. */
static bool is_mft(const uint8_t *rec, const struct nt_geometry *g)
{
	static const uint8_t name[] = {'$', 0, 'M', 0, 'F', 0, 'T', 0};
	uint32_t at = rs_le16(rec + 20), len, end = rs_le32(rec + 24);
	bool has_name = false, has_data = false;

	if (end > g->record_bytes)
		return false;
	for (; at <= end && end - at >= 24; at += len) {
		uint32_t type = rs_le32(rec + at);
		uint64_t lcn;
		len = rs_le32(rec + at + 4);
		if (type == UINT32_MAX || len < 24 || len > end - at)
			break;
		if (type == 0x30 && len >= 24 + 66 + sizeof(name))
			has_name |= memcmp(rec + at + 24 + 66, name, sizeof(name)) == 0;
		if (type == 0x80 && !rec[at + 9] && first_cluster(rec + at, len, &lcn))
			has_data |= lcn == g->mft_off_bytes / g->cluster_bytes;
	}
	return has_name && has_data;
}

static bool is_mft_at(struct blk *vol, uint64_t off_bytes, const struct nt_geometry *g)
{
	uint8_t rec[NT_RECORD_MAX];

	return blk_read(vol, off_bytes, rec, g->record_bytes, NULL) == 0 &&
	       memcmp(rec, "FILE", 4) == 0 && (rs_le16(rec + 22) & 1) && rs_le16(rec + 4) >= 40 &&
	       !nt_fixup(rec, g->record_bytes) && is_mft(rec, g);
}

static bool is_sound_ntfs(struct blk *vol, const uint8_t boot[512], uint64_t *ret_end)
{
	struct nt_boot ntfs;

	nt_boot_parse(boot, 512, &ntfs);
	const struct nt_geometry *g = &ntfs.geo;
	if (ntfs.fault ||
		(!is_mft_at(vol, g->mft_off_bytes, g) && !is_mft_at(vol, g->mftmirr_off_bytes, g)))
		return false;
	*ret_end = g->volume_bytes + g->sector_bytes; /* the last one holds the copy of the first */
	return true;
}

/* A copy of BitLocker's metadata lies where the boot sector says. */
static bool is_sound_bitlocker(struct blk *vol, const uint8_t boot[512], uint64_t *ret_end)
{
	struct fve_boot fve;

	for (unsigned i = 0; fve_boot_parse(boot, &fve) && i < FVE_COPIES; i++) {
		uint8_t meta[32];
		if (!fve.off_bytes[i] ||
			blk_read(vol, fve.off_bytes[i], meta, sizeof(meta), NULL) < 0 ||
			!fve_has_name(meta))
			continue;
		/* the size stands there once all is encrypted; until then it is not known */
		*ret_end = rs_le16(meta + 12) == 4 ? rs_le64(meta + 16) : vol->size_bytes;
		return true;
	}
	return false;
}

/* The first table begins with the medium's byte, as the boot sector has it. */
static bool is_sound_fat(struct blk *vol, const uint8_t boot[512], uint64_t *ret_end)
{
	uint32_t sector = rs_le16(boot + 11);
	uint8_t fat[4];

	if (blk_read(vol, (uint64_t)rs_le16(boot + 14) * sector, fat, sizeof(fat), NULL) < 0 ||
		fat[0] != boot[21] || fat[1] != 0xff)
		return false;
	uint64_t sectors = rs_le16(boot + 19) ? rs_le16(boot + 19) : rs_le32(boot + 32);
	*ret_end = sectors * sector;
	return true;
}

static bool is_sound_exfat(
	struct blk *vol, const uint8_t boot[512], uint32_t sector, uint64_t *ret_end)
{
	static const uint8_t head[4] = {0xf8, 0xff, 0xff, 0xff};
	uint8_t fat[4];

	if (!sector ||
		blk_read(vol, (uint64_t)rs_le32(boot + 80) * sector, fat, sizeof(fat), NULL) < 0 ||
		memcmp(fat, head, sizeof(head)) != 0)
		return false;
	return !__builtin_mul_overflow(rs_le64(boot + 72), sector, ret_end);
}

bool vol_is_sound(struct blk *vol, const uint8_t boot[512], uint64_t *ret_end_bytes)
{
	uint32_t sector = 0;

	switch (boot_kind(boot, &sector)) {
	case VOL_NTFS:
		return is_sound_ntfs(vol, boot, ret_end_bytes);
	case VOL_BITLOCKER:
		return is_sound_bitlocker(vol, boot, ret_end_bytes);
	case VOL_FAT:
		return is_sound_fat(vol, boot, ret_end_bytes);
	case VOL_EXFAT:
		return is_sound_exfat(vol, boot, sector, ret_end_bytes);
	default:
		return false;
	}
}
