/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of a disk: which kind of table, what it says, and whether that can be true. */
#include "block/disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "core/list.h"
#include "core/text.h"

struct disk_part *disk_map_add(struct disk_map *map)
{
	if (map->n_parts == DISK_PARTS_MAX) {
		if (!map->is_cut)
			rs_note(map->warning, sizeof(map->warning),
				"more than %u partitions: the rest is not shown", DISK_PARTS_MAX);
		map->is_cut = true;
		return NULL;
	}
	struct disk_part *p = rs_list_add(&map->parts, &map->n_parts, sizeof(*p));
	if (p)
		p->kind = VOL_UNKNOWN;
	return p;
}

bool disk_map_fault(struct disk_map *map, const char *fmt, ...)
{
	char text[sizeof(map->err.detail)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!map->err.code)
		(void)rs_fail(&map->err, RS_E_TABLE, "%s", text);
	return false;
}

static int add_bare(
	struct blk *disk, uint32_t sector_bytes, struct disk_map *map, struct rs_err *err)
{
	struct disk_part *p = disk_map_add(map);

	if (!p)
		return rs_fail_on(err, RS_E_MEMORY, disk->name, "partition table");
	map->scheme = DISK_BARE;
	map->id[0] = '\0'; /* an MBR's that is none */
	map->sector_bytes = sector_bytes;
	p->len_bytes = disk->size_bytes;
	return 0;
}

/* Neither a boot sector of Windows nor a table that makes sense: another file system without a
 * table, or the remains of one of them. */
static int load_other(struct blk *disk, const uint8_t sector0[512], enum gpt_rank rank,
	struct disk_map *map, struct rs_err *err)
{
	struct disk_part whole = {.len_bytes = disk->size_bytes};

	vol_identify(disk, disk->sector_bytes, &whole);
	if (whole.kind == VOL_UNKNOWN && fve_boot_has_guid(sector0))
		return add_bare(disk, disk->sector_bytes, map, err);
	if (whole.kind == VOL_UNKNOWN && rank == GPT_SIGNATURE) {
		map->scheme = DISK_GPT;
		disk_map_fault(map, "a GPT is there, but neither of its two headers is sound");
		return 0;
	}
	if (whole.kind == VOL_UNKNOWN && boot_has_mark(sector0)) {
		map->scheme = DISK_MBR;
		disk_map_fault(map, "the entries of the master boot record are impossible");
		return 0;
	}
	return add_bare(disk, disk->sector_bytes, map, err);
}

static void say_container(const struct disk_container *c, struct disk_map *map)
{
	map->scheme = DISK_BARE;
	if (c->has_parent)
		(void)rs_fail(&map->err, RS_E_CONTAINER_CHILD, "%s%s%s", c->name,
			c->parent[0] ? ", its parent: " : "", c->parent);
	else
		(void)rs_fail(&map->err, RS_E_CONTAINER, "%s", c->name);
}

static int load_table(struct blk *disk, struct disk_map *map, struct rs_err *err)
{
	uint8_t sector0[512] = {0};
	uint32_t own_sector = 0;
	uint64_t fs_end;
	enum gpt_rank rank;
	struct disk_container container;

	map->sector_bytes = disk->sector_bytes;
	if (disk->size_bytes < sizeof(sector0))
		return add_bare(disk, disk->sector_bytes, map, err);
	int r = blk_read(disk, 0, sector0, sizeof(sector0), err);
	if (r < 0)
		return r;

	if (disk_container_look(disk, sector0, &container)) {
		say_container(&container, map);
		return 0;
	}
	/* A volume without a table has 55AA too, and its code may pass for entries; a table may
	 * stand below the code of a boot sector that was there before it. */
	bool is_protective = mbr_is_protective(sector0);
	bool has_boot = boot_kind(sector0, &own_sector) != VOL_UNKNOWN;
	bool is_sound = has_boot && vol_is_sound(disk, sector0, &fs_end);
	bool is_boot = has_boot && !is_protective && !mbr_outweighs_boot(disk, sector0, is_sound);
	uint32_t bare_sector = own_sector == 4096 ? own_sector : map->sector_bytes;
	if (is_boot && is_sound)
		return add_bare(disk, bare_sector, map, err);
	bool is_mbr = mbr_is_sane(sector0) && !is_protective && !is_boot;
	if (is_mbr) {
		/* Linux and Windows ignore what is left of a GPT beside a plain MBR; so do we. */
		mbr_load(disk, sector0, map);
		if (map->n_parts || map->err.code)
			return 0;
	}
	r = gpt_load(disk, map, &rank);
	if (r < 0)
		return rs_fail_on(err, r, disk->name, "partition table");
	if (rank >= GPT_HEADER) {
		if (!is_protective)
			rs_note(map->warning, sizeof(map->warning),
				"the protective MBR is missing");
		return 0;
	}
	if (is_boot || is_sound)
		return add_bare(disk, bare_sector, map, err);
	if (is_protective) {
		map->scheme = DISK_GPT;
		disk_map_fault(map, "the MBR announces a GPT, but no sound copy of it is there");
		return 0;
	}
	if (is_mbr && rank == GPT_NONE) { /* an MBR without partitions */
		struct disk_part whole = {.len_bytes = disk->size_bytes};
		vol_identify(disk, disk->sector_bytes, &whole);
		if (whole.kind == VOL_UNKNOWN && !fve_boot_has_guid(sector0))
			return 0;
	}
	return load_other(disk, sector0, rank, map, err);
}

static void check_place(const struct blk *disk, struct disk_part *p)
{
	if (p->err.code || !p->len_bytes)
		return;
	if (p->off_bytes >= disk->size_bytes)
		(void)rs_fail(&p->err, RS_E_TRUNCATED,
			"it begins at byte %" PRIu64 ", the disk has only %" PRIu64, p->off_bytes,
			disk->size_bytes);
	else if (disk->size_bytes - p->off_bytes < p->len_bytes)
		(void)rs_fail(&p->err, RS_E_TRUNCATED,
			"it ends at byte %" PRIu64 ", the disk has only %" PRIu64,
			p->off_bytes + p->len_bytes, disk->size_bytes);
}

static void check_overlaps(struct disk_map *map)
{
	for (unsigned i = 0; i < map->n_parts; i++) {
		for (unsigned k = 0; k < map->n_parts; k++) {
			struct disk_part *a = &map->parts[i], *b = &map->parts[k];
			bool is_apart = a->off_bytes >= b->off_bytes
						? a->off_bytes - b->off_bytes >= b->len_bytes
						: b->off_bytes - a->off_bytes >= a->len_bytes;
			if (i == k || is_apart || !a->len_bytes || !b->len_bytes)
				continue;
			disk_map_fault(map, "partitions %u and %u overlap", a->number, b->number);
			if (!a->err.code)
				(void)rs_fail(
					&a->err, RS_E_TABLE, "it overlaps partition %u", b->number);
			break;
		}
	}
}

int disk_map_load_table(struct blk *disk, struct disk_map **ret, struct rs_err *err)
{
	auto_disk_map struct disk_map *map = calloc(1, sizeof(*map));

	if (!map)
		return rs_fail_on(err, RS_E_MEMORY, disk->name, "partition table");
	int r = load_table(disk, map, err);
	if (r < 0)
		return r;
	disk->sector_bytes = map->sector_bytes;
	*ret = rs_steal(map);
	return 0;
}

int disk_map_load(struct blk *disk, struct disk_map **ret, struct rs_err *err)
{
	auto_disk_map struct disk_map *map = NULL;
	int r = disk_map_load_table(disk, &map, err);

	if (r < 0)
		return r;
	check_overlaps(map);
	for (unsigned i = 0; i < map->n_parts; i++) {
		struct disk_part *p = &map->parts[i];
		char name[sizeof(disk->name) + 16];
		check_place(disk, p);
		vol_identify(disk, map->sector_bytes, p);
		(void)snprintf(name, sizeof(name), p->number ? "%s partition %u" : "%s", disk->name,
			p->number);
		if (p->err.code)
			(void)rs_err_object(&p->err, name);
	}
	if (map->err.code)
		(void)rs_err_object(&map->err, disk->name);
	*ret = rs_steal(map);
	return 0;
}

void disk_map_free(struct disk_map *map)
{
	if (!map)
		return;
	free(map->parts);
	free(map);
}
