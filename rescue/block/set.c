/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks of a set, on the disk. Windows' own sets are found by their partition types and headers,
 * the others by libblkid. Sources: Microsoft, PARTITION_INFORMATION_GPT and DiskPart 'set id';
 * libldm. */
#include "block/set.h"

#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "core/text.h"
#include "core/view.h"
#include "format/parttype.h"

#define BY_RECOVERY "repair it from Windows' recovery environment, which knows the whole set"
#define BY_MDADM                                                                                   \
	"assemble the set ('mdadm --assemble --scan') and name the array, /dev/mdN, instead; "     \
	"what is only left over of an earlier set goes with 'wipefs', on a copy first"

static const char *const next_step[] = {
	[MEMBER_DYNAMIC] = BY_RECOVERY,
	[MEMBER_SPACES] = BY_RECOVERY,
	[MEMBER_FIRMWARE] = BY_MDADM,
	[MEMBER_OTHER] = "open or assemble what it is a part of, and name that device instead",
	[MEMBER_CLUSTER] = BLK_BY_HOLDER,
};

static void take(struct disk_member *m, enum member_kind kind, const char *name, const char *what)
{
	if (m->kind != MEMBER_NONE)
		return; /* the first mark is enough */
	m->kind = kind;
	m->next = next_step[kind];
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	(void)snprintf(m->text, sizeof(m->text), "%s", what);
}

/* ---- Windows' own, by type and header ---- */

#define DYNAMIC "a part of a dynamic disk (LDM), perhaps one half of a mirror"
#define POOL	"a part of a pool of disks (Storage Spaces)"
#define CLUSTER "one of a cluster's, which another machine may have open"

static const struct type {
	const char *guid;
	enum member_kind kind;
	bool is_whole_disk;
	const char *name, *text;
} types[] = {
	{PART_MBR_LDM, MEMBER_DYNAMIC, true, "ldm", DYNAMIC},
	{PART_LDM_METADATA, MEMBER_DYNAMIC, true, "ldm", DYNAMIC},
	{PART_LDM_DATA, MEMBER_DYNAMIC, true, "ldm", DYNAMIC},
	{PART_STORAGE_SPACES, MEMBER_SPACES, false, "storage-spaces", POOL},
	{"e7addcb4-dc34-4539-9a76-ebbd07be6f7e", MEMBER_SPACES, false, "storage-spaces", POOL},
	{"db97dba9-0840-4bae-97f0-ffb9a327c7e1", MEMBER_CLUSTER, true, "cluster", CLUSTER},
	/* caches of Storage Spaces Direct */
	{"eeff8352-dd2a-44db-ae83-bee1cf7481dc", MEMBER_CLUSTER, true, "spaces-direct", CLUSTER},
	{"03aaa829-ebfc-4e7e-aac9-c4d76c63b24b", MEMBER_CLUSTER, true, "spaces-direct", CLUSTER},
	{"558d43c5-a1ac-43c0-aac8-d1472b2923d1", MEMBER_CLUSTER, true, "storage-replica",
		"one that Storage Replica copies to another machine"},
};

static void look_at_types(
	const struct disk_map *map, const struct disk_part *p, struct disk_member *ret)
{
	for (unsigned i = 0; i < map->n_parts; i++) {
		const struct disk_part *one = &map->parts[i];
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++)
			if (strcmp(types[k].guid, one->type) == 0 &&
				(p ? one == p && !types[k].is_whole_disk : types[k].is_whole_disk))
				take(ret, types[k].kind, types[k].name, types[k].text);
	}
}

static void look_for_spaces(struct blk *disk, uint64_t off_bytes, struct disk_member *ret)
{
	uint8_t head[8];

	if (blk_read(disk, off_bytes, head, sizeof(head), NULL) == 0 &&
		memcmp(head, "SPACEDB ", sizeof(head)) == 0)
		take(ret, MEMBER_SPACES, "storage-spaces", POOL);
}

/* The header of the database of dynamic disks, which names the group that the disk is in: on an MBR
 * disk in sector 6, a copy in the last sector. */
static void name_group(struct blk *disk, struct disk_member *m)
{
	const uint64_t places[] = {6 * 512ULL, disk->size_bytes - 512};
	uint8_t head[512];

	if (m->kind != MEMBER_DYNAMIC || disk->size_bytes < sizeof(head))
		return;
	for (unsigned i = 0; i < 2; i++) {
		if (blk_read(disk, places[i], head, sizeof(head), NULL) < 0 ||
			memcmp(head, "PRIVHEAD", 8) != 0 || !head[0xf0])
			continue;
		char raw[33] = "", name[4 * sizeof(raw)];
		memcpy(raw, head + 0xf0, 32);
		(void)rs_escape(raw, name, sizeof(name));
		(void)snprintf(m->text, sizeof(m->text), DYNAMIC ", of the group %.*s",
			(int)(sizeof(m->text) - sizeof(DYNAMIC ", of the group ")), name);
		return;
	}
}

/* ---- superblocks of the disk as a whole ---- */

/* In a partition it is at most that partition's own mark: a set never gives its own superblock to
 * what lies on it. */
static bool is_in_partition(const struct disk_map *map, uint64_t at_bytes)
{
	for (unsigned i = 0; i < map->n_parts; i++) {
		const struct disk_part *p = &map->parts[i];
		if (!p->err.code && at_bytes >= p->off_bytes &&
			at_bytes - p->off_bytes < p->len_bytes)
			return true;
	}
	return false;
}

static void look_for_supers(struct blk *disk, const struct disk_map *map, struct disk_member *ret)
{
	static const uint8_t no_boot[512];
	struct vol_signs signs;

	vol_signs_read(disk, no_boot, disk->size_bytes, disk->sector_bytes, &signs);
	for (unsigned i = 0; i < signs.n; i++) {
		const struct vol_sign *s = &signs.list[i];
		char text[sizeof(ret->text)];
		bool is_set = s->is_container || strcmp(s->type, "bcache") == 0;
		if (!is_set || strcmp(s->type, "crypto_LUKS") == 0 ||
			is_in_partition(map, s->at_bytes) ||
			!vol_sign_is_live(disk, disk->size_bytes, 0, s))
			continue;
		(void)snprintf(text, sizeof(text), "a part of a %s (%s)",
			strstr(s->type, "raid_member") ? "RAID" : "larger device", s->type);
		take(ret, vol_is_of_firmware(s->type) ? MEMBER_FIRMWARE : MEMBER_OTHER, s->type,
			text);
	}
}

/* What vol_identify found out. What is encrypted as a whole is no part of anything. */
static void take_member_of(const struct disk_part *p, struct disk_member *ret)
{
	if (p->member_of[0] && strcmp(p->fs_type, "crypto_LUKS") != 0)
		take(ret, MEMBER_OTHER, p->fs_type, p->member_of);
}

void blk_member_look(struct blk *disk, const struct disk_map *map, const struct disk_part *p,
	struct disk_member *ret)
{
	*ret = (struct disk_member){.is_whole_disk = !p};
	look_at_types(map, p, ret);
	name_group(disk, ret);
	look_for_spaces(disk, p ? p->off_bytes : 0, ret);
	if (p)
		take_member_of(p, ret);
	else if (map->scheme != DISK_BARE && disk->size_bytes >= 4096)
		look_for_supers(disk, map, ret);
}

int blk_member_fail(const struct disk_member *m, const char *object, struct rs_err *err)
{
	if (m->kind == MEMBER_NONE)
		return 0;
	return rs_fail_on(err, m->kind == MEMBER_CLUSTER ? RS_E_HELD : RS_E_PART_OF_SET, object,
		m->is_whole_disk ? "the disk is %s: %s" : "it is %s: %s", m->text, m->next);
}
