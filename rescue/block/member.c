/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A container's signature beside a sound file system: is the volume a living part of that
 * container, or did an older one leave it there? What is written to one part of a set alone damages
 * the set, so whatever cannot be told is taken for living. Sources: md(4) and the kernel's md_p.h
 * for the superblocks and their checksums; lvm2's label.h and pv_header (both facts only); the
 * LUKS2 on-disk format, section 2.2 (two headers); the ZFS on-disk specification, section 1.3 (four
 * labels, a list of names and values at 16 KiB in each). */
#include <string.h>

#include "block/internal.h"

#define MD0_BYTES 4096U
#define MD1_BYTES 256U
#define BOOT_ROOM 8192U /* NTFS writes this much of its beginning when it is made */
#define ZFS_LABEL (256U << 10)
#define PV_SLACK  (1U << 20)
#define SECTOR	  512U

/* The sum of 32-bit words, the carry added once. */
static uint32_t md_sum(const uint8_t *p, size_t len, size_t csum_at)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 4 <= len; i += 4)
		sum += i == csum_at ? 0 : rs_le32(p + i);
	if (len & 2) /* version 1 counts an odd list of roles to its end */
		sum += rs_le16(p + (len & ~(size_t)3));
	return (uint32_t)sum + (uint32_t)(sum >> 32);
}

/* Version 0.90: size in KiB at word 8, checksum at word 38. */
static bool is_md0_right(const uint8_t *sb, uint64_t at_bytes)
{
	return rs_le32(sb + 4) == 0 && rs_le32(sb + 152) == md_sum(sb, MD0_BYTES, 152) &&
	       rs_le32(sb + 32) <= at_bytes / 1024;
}

/* Version 1: its own place, and the data's, must lie on this volume. */
static bool is_md1_right(const uint8_t *sb, uint64_t at_bytes, uint64_t len_bytes)
{
	uint64_t first = rs_le64(sb + 128), n = rs_le64(sb + 136), sectors = len_bytes / SECTOR;
	uint32_t roles = rs_le32(sb + 220);

	if (rs_le32(sb + 4) != 1 || roles > (MD0_BYTES - MD1_BYTES) / 2 ||
		rs_le64(sb + 144) != at_bytes / SECTOR || first > sectors || n > sectors - first)
		return false;
	return rs_le32(sb + 216) == md_sum(sb, MD1_BYTES + 2 * (size_t)roles, 216);
}

static bool is_md_right(struct blk *vol, uint64_t at_bytes, uint64_t len_bytes, bool *ret_at_start)
{
	uint8_t sb[MD0_BYTES] = {0};
	size_t n = sizeof(sb);

	if (at_bytes < vol->size_bytes && vol->size_bytes - at_bytes < n)
		n = (size_t)(vol->size_bytes - at_bytes);
	if (blk_read(vol, at_bytes, sb, n, NULL) < 0)
		return true; /* who knows */
	if (rs_le32(sb) != 0xa92b4efc)
		return true; /* the other byte order: not one of ours to judge */
	*ret_at_start = rs_le32(sb + 4) == 0 || !rs_le64(sb + 128);
	return rs_le32(sb + 4) == 0 ? is_md0_right(sb, at_bytes)
				    : is_md1_right(sb, at_bytes, len_bytes);
}

/* A physical volume says how large its device is. */
static bool is_pv_right(struct blk *vol, uint64_t magic_at, uint64_t len_bytes)
{
	uint8_t label[SECTOR];
	uint64_t at_bytes = magic_at & ~(uint64_t)(SECTOR - 1);

	if (blk_read(vol, at_bytes, label, sizeof(label), NULL) < 0 ||
		memcmp(label, "LABELONE", 8) != 0)
		return true;
	uint32_t pv = rs_le32(label + 20);
	if (pv > SECTOR - 40)
		return false;
	uint64_t bytes = rs_le64(label + pv + 32);
	return bytes <= len_bytes && len_bytes - bytes < PV_SLACK;
}

/* Both labels at the beginning still have their list. */
static bool has_zfs_labels(struct blk *vol)
{
	for (uint64_t label = 0; label < 2; label++) {
		static const uint8_t head[] = {
			0, 0, 0, 0, 0, 0, 0, 1}; /* version 0, unique names */
		uint8_t p[12];
		if (blk_read(vol, label * ZFS_LABEL + (16U << 10), p, sizeof(p), NULL) < 0)
			return true;
		if (p[0] != 1 || p[1] > 1 || memcmp(p + 4, head, sizeof(head)) != 0)
			return false;
	}
	return true;
}

bool vol_sign_is_live(
	struct blk *vol, uint64_t len_bytes, uint64_t fs_end, const struct vol_sign *s)
{
	bool is_over = s->at_bytes < fs_end && fs_end <= len_bytes; /* the file system's own room */
	bool at_start = true;

	if (!s->is_container)
		return false;
	if (strcmp(s->type, "crypto_LUKS") == 0)
		return false; /* its first header would be where the boot sector is */
	if (strcmp(s->type, "linux_raid_member") == 0)
		return is_md_right(vol, s->at_bytes, len_bytes, &at_start) &&
		       (!at_start || !is_over);
	if (strcmp(s->type, "LVM2_member") == 0)
		return is_pv_right(vol, s->at_bytes, len_bytes);
	if (strcmp(s->type, "zfs_member") == 0)
		return has_zfs_labels(vol);
	return s->at_bytes < BOOT_ROOM || !is_over;
}
