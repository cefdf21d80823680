/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a volume holds. Formats leave their signatures behind, so the first one that is found says
 * little: a boot sector with a sound file system behind it outweighs all of them, and a container
 * (RAID, encryption) outweighs a boot sector without. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "core/text.h"
#include "format/parttype.h"

#define SAMPLE_BYTES 4096U
#define SAMPLES	     5U

/* libblkid's word for what is opened here. */
static const char *const words[] = {[VOL_NTFS] = "ntfs",
	[VOL_BITLOCKER] = "BitLocker",
	[VOL_FAT] = "vfat",
	[VOL_EXFAT] = "exfat"};

static enum vol_kind kind_of(const char *fs_type)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i] && strcmp(words[i], fs_type) == 0)
			return (enum vol_kind)i;
	return fs_type[0] ? VOL_OTHER : VOL_UNKNOWN;
}

void disk_part_take_kind(struct disk_part *p, enum vol_kind kind)
{
	p->kind = kind;
	(void)snprintf(p->fs_type, sizeof(p->fs_type), "%s", words[kind]);
}

static const char *name_of(const struct vol_sign *s)
{
	const struct vol_known *known = vol_known_find(s->type);

	return known ? known->name : s->type;
}

static void take_sign(const struct vol_sign *s, struct disk_part *p)
{
	p->kind = kind_of(s->type);
	(void)snprintf(p->fs_type, sizeof(p->fs_type), "%s", s->type);
	(void)snprintf(p->fs_label, sizeof(p->fs_label), "%s", s->label);
	(void)snprintf(p->fs_uuid, sizeof(p->fs_uuid), "%s", s->uuid);
	if (s->is_container)
		(void)snprintf(p->member_of, sizeof(p->member_of), "%s", name_of(s));
}

/* A sound file system, and beside it what others left or what it is a part of. */
static void take_sound(struct blk *vol, enum vol_kind kind, uint64_t fs_end, struct disk_part *p,
	const struct vol_signs *signs)
{
	for (unsigned i = 0; i < signs->n; i++) {
		const struct vol_sign *s = &signs->list[i];
		enum vol_kind theirs = kind_of(s->type);
		if (theirs == kind) {
			take_sign(s, p);
			continue;
		}
		if (kind == VOL_BITLOCKER && theirs == VOL_FAT)
			continue; /* the discovery volume around it */
		bool is_live = vol_sign_is_live(vol, p->len_bytes, fs_end, s);
		(void)snprintf(is_live ? p->member_of : p->left_over, sizeof(p->member_of), "%s",
			name_of(s));
	}
	disk_part_take_kind(p, kind);
	p->is_sound = true;
}

/* Nothing is behind the boot sector, if there is one: whose volume is it then? */
static const struct vol_sign *choose_sign(const struct vol_signs *signs, enum vol_kind sniffed)
{
	for (unsigned i = 0; i < signs->n; i++)
		if (signs->list[i].is_container)
			return &signs->list[i];
	if (sniffed == VOL_BITLOCKER)
		return NULL; /* libblkid takes a discovery volume for a FAT */
	for (unsigned i = 0; i < signs->n; i++)
		if (kind_of(signs->list[i].type) == sniffed)
			return &signs->list[i];
	return signs->n ? &signs->list[0] : NULL;
}

/* The copy of the boot sector that NTFS keeps in the last sector of its partition. */
static enum vol_kind read_copy(struct blk *vol, uint8_t boot[512])
{
	static const uint32_t sizes[] = {512, 4096};
	uint8_t copy[512];
	uint32_t own;

	for (unsigned i = 0; i < 2; i++) {
		enum vol_kind kind;
		if (vol->size_bytes < 2 * (uint64_t)sizes[i] ||
			blk_read(vol, vol->size_bytes - sizes[i], copy, sizeof(copy), NULL) < 0)
			continue;
		kind = boot_kind(copy, &own);
		if (kind != VOL_NTFS && kind != VOL_BITLOCKER)
			continue;
		memcpy(boot, copy, sizeof(copy));
		return kind;
	}
	return VOL_UNKNOWN;
}

static void say_unknown(const uint8_t boot[512], struct disk_part *p)
{
	static const uint8_t zeros[512];
	char hex[2 * 11 + 1];

	if (p->err.code || !part_type_is_windows(p->type))
		return;
	rs_hex(boot, 11, hex);
	if (memcmp(boot, zeros, sizeof(zeros)) == 0)
		(void)rs_fail(&p->err, RS_E_NOT_NTFS, "its first sector is all zeros");
	else
		(void)rs_fail(&p->err, RS_E_NOT_NTFS,
			"its first sector is no known boot sector (it begins %s)", hex);
}

static void say_copy(struct disk_part *p)
{
	if (!p->err.code)
		(void)rs_fail(&p->err,
			p->kind == VOL_BITLOCKER ? RS_E_BL_DAMAGED : RS_E_NTFS_DAMAGED,
			"its first sector is damaged, the copy in the last one says %s",
			p->fs_type);
}

/* @boot: the first sector of @vol. */
static void weigh(struct blk *vol, uint8_t boot[512], uint32_t sector_bytes, struct disk_part *p)
{
	struct vol_signs signs;
	uint64_t fs_end = 0;
	uint32_t own;
	enum vol_kind kind = boot_kind(boot, &own);
	enum vol_kind copy = kind == VOL_UNKNOWN ? read_copy(vol, boot) : VOL_UNKNOWN;

	vol_signs_read(vol, boot, p->len_bytes, sector_bytes, &signs);
	const struct vol_sign *other = choose_sign(&signs, kind);
	if (kind != VOL_UNKNOWN && vol_is_sound(vol, boot, &fs_end)) {
		take_sound(vol, kind, fs_end, p, &signs);
	} else if (other) {
		take_sign(other, p);
	} else if (kind != VOL_UNKNOWN) {
		disk_part_take_kind(p, kind);
	} else if (copy != VOL_UNKNOWN) { /* it also outlives a new format: it comes last */
		disk_part_take_kind(p, copy);
		say_copy(p);
	} else {
		say_unknown(boot, p);
	}
}

void vol_identify(struct blk *disk, uint32_t sector_bytes, struct disk_part *p)
{
	uint8_t boot[512] = {0};
	auto_blk struct blk *vol = NULL;

	if (part_type_is_reserved(p->type)) {
		p->kind = VOL_MSR;
		return;
	}
	if (!p->len_bytes || p->off_bytes >= disk->size_bytes)
		return;
	uint64_t there = disk->size_bytes - p->off_bytes;
	there = there < p->len_bytes ? there : p->len_bytes;
	if (there < sizeof(boot)) {
		if (!p->err.code)
			(void)rs_fail(&p->err, RS_E_TRUNCATED, "not even one sector is there");
		return;
	}
	struct rs_err why = {0};
	if (blk_part_new(disk, p->off_bytes, there, disk->name, &vol, &why) < 0 ||
		blk_read(vol, 0, boot, sizeof(boot), &why) < 0) {
		if (!p->err.code)
			(void)rs_fail(&p->err, why.code, "%s", why.detail);
		return;
	}
	weigh(vol, boot, sector_bytes, p);
}

/* ---- bytes without any structure ---- */

/* What good encryption leaves of a volume. Compressed files come near, but not in every place, the
 * first sector among them. It is a question, not a finding. */

/* Chi-square of the 256 values of a byte: 255 expected, and beyond 255 +- 5 x 22.6 once in a
 * million. */
static bool is_flat(const uint8_t *p)
{
	unsigned count[256] = {0};
	uint64_t sum = 0;

	for (size_t i = 0; i < SAMPLE_BYTES; i++)
		count[p[i]]++;
	for (unsigned i = 0; i < 256; i++)
		sum += (uint64_t)count[i] * count[i];
	uint64_t chi = sum * 256 / SAMPLE_BYTES - SAMPLE_BYTES;
	return chi > 142 && chi < 368;
}

bool vol_looks_random(struct blk *vol)
{
	uint64_t quarter = vol->size_bytes / 4 & ~(uint64_t)(SAMPLE_BYTES - 1);
	const uint64_t at[SAMPLES] = {0, 64U << 10, quarter, 2 * quarter, 3 * quarter};
	uint8_t sample[SAMPLE_BYTES];

	for (size_t i = 0; i < SAMPLES; i++)
		if (blk_read(vol, at[i], sample, sizeof(sample), NULL) < 0 || !is_flat(sample))
			return false;
	return true;
}
