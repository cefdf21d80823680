/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GUID partition table, both copies. Read here and not by libblkid, because a rescue tool must say
 * which copy is damaged and still list the volumes of a truncated image, where libblkid sees no
 * table at all. Source: UEFI specification 2.10, section 5.3. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "core/text.h"
#include "format/bytes.h"
#include "format/parttype.h"

#define GPT_HEADER_BYTES 92U
#define GPT_ENTRY_BYTES	 128U
#define GPT_ARRAY_MAX	 (1U << 20)

struct gpt_copy {
	enum gpt_rank rank;
	uint32_t sector_bytes;
	uint64_t my_lba, alternate_lba, first_lba, last_lba, array_lba;
	uint32_t n_entries, entry_bytes, array_crc;
	uint8_t guid[16];
	uint8_t *array; /* n_entries * entry_bytes, or NULL */
	const char *fault;
};

static void gpt_copy_done(struct gpt_copy *c)
{
	free(c->array);
	c->array = NULL;
}

static bool has_sane_fields(const struct gpt_copy *c)
{
	return c->entry_bytes >= GPT_ENTRY_BYTES && c->entry_bytes <= 4096 &&
	       c->entry_bytes % 8 == 0 && c->n_entries > 0 &&
	       c->n_entries <= GPT_ARRAY_MAX / c->entry_bytes && c->first_lba <= c->last_lba;
}

/* Bytes of a header sector to @c; false when it is not one or cannot be used at all. */
static bool header_parse(uint8_t *sector, uint64_t lba, struct gpt_copy *c)
{
	uint32_t len = rs_le32(sector + 12), crc = rs_le32(sector + 16);

	if (memcmp(sector, "EFI PART", 8) != 0)
		return false;
	c->rank = GPT_SIGNATURE;
	c->my_lba = rs_le64(sector + 24);
	c->alternate_lba = rs_le64(sector + 32);
	c->first_lba = rs_le64(sector + 40);
	c->last_lba = rs_le64(sector + 48);
	memcpy(c->guid, sector + 56, 16);
	c->array_lba = rs_le64(sector + 72);
	c->n_entries = rs_le32(sector + 80);
	c->entry_bytes = rs_le32(sector + 84);
	c->array_crc = rs_le32(sector + 88);
	c->fault = "header checksum wrong";
	if (len < GPT_HEADER_BYTES || len > 512)
		return false;
	rs_put_le32(sector + 16, 0);
	if (rs_crc32(sector, len) != crc)
		return false;
	c->fault = "header fields impossible";
	if (c->my_lba != lba || !has_sane_fields(c))
		return false;
	c->rank = GPT_HEADER;
	return true;
}

/* Where @len bytes begin at a sector; false when they are not on the disk. */
static bool is_on_disk(const struct blk *disk, const struct gpt_copy *c, uint64_t lba, size_t len,
	uint64_t *ret_off)
{
	return !__builtin_mul_overflow(lba, c->sector_bytes, ret_off) &&
	       *ret_off <= disk->size_bytes && disk->size_bytes - *ret_off >= len;
}

static int array_read(struct blk *disk, struct gpt_copy *c)
{
	size_t len = (size_t)c->n_entries * c->entry_bytes;
	uint64_t off_bytes;

	c->fault = "list of partitions lies outside the disk";
	if (!is_on_disk(disk, c, c->array_lba, len, &off_bytes))
		return 0;
	c->array = malloc(len);
	if (!c->array)
		return RS_E_MEMORY;
	c->fault = "list of partitions cannot be read";
	if (blk_read(disk, off_bytes, c->array, len, NULL) < 0) {
		gpt_copy_done(c);
		return 0;
	}
	c->fault = "checksum of the list of partitions wrong";
	if (rs_crc32(c->array, len) == c->array_crc) {
		c->rank = GPT_SOUND;
		c->fault = "";
	}
	return 0;
}

static int copy_load(struct blk *disk, uint32_t sector_bytes, uint64_t lba, struct gpt_copy *ret)
{
	uint8_t sector[512];
	uint64_t off_bytes;

	*ret = (struct gpt_copy){.sector_bytes = sector_bytes, .fault = "no signature"};
	if (!is_on_disk(disk, ret, lba, sizeof(sector), &off_bytes))
		ret->fault = "outside the disk";
	else if (blk_read(disk, off_bytes, sector, sizeof(sector), NULL) < 0)
		ret->fault = "cannot be read";
	else if (header_parse(sector, lba, ret))
		return array_read(disk, ret);
	return 0;
}

static void entry_add(struct disk_map *map, const struct gpt_copy *c, uint32_t i)
{
	const uint8_t *entry = c->array + (size_t)i * c->entry_bytes;
	static const uint8_t unused[16];
	uint64_t first = rs_le64(entry + 32), last = rs_le64(entry + 40), len = 0;
	struct disk_part *p;

	if (memcmp(entry, unused, 16) == 0 || !(p = disk_map_add(map)))
		return;
	p->number = i + 1;
	rs_guid_lower(entry, p->type);
	rs_guid_lower(entry + 16, p->uuid);
	(void)snprintf(p->type_name, sizeof(p->type_name), "%s", gpt_type_name(p->type));
	(void)rs_utf16_to_utf8(
		rs_utf16_text((struct rs_view){entry + 56, 72}), p->label, sizeof(p->label));
	if (first > last || __builtin_mul_overflow(first, c->sector_bytes, &p->off_bytes) ||
		__builtin_mul_overflow(last - first + 1, c->sector_bytes, &len)) {
		(void)rs_fail(&p->err, RS_E_TABLE, "it goes from sector %" PRIu64 " to %" PRIu64,
			first, last);
		p->off_bytes = 0;
		return;
	}
	p->len_bytes = len;
	if (first < c->first_lba || last > c->last_lba)
		(void)rs_fail(&p->err, RS_E_TABLE,
			"it goes from sector %" PRIu64 " to %" PRIu64
			", outside the room for partitions (%" PRIu64 " to %" PRIu64 ")",
			first, last, c->first_lba, c->last_lba);
}

static void say_which(const struct blk *disk, struct disk_map *map, const struct gpt_copy *primary,
	const struct gpt_copy *backup)
{
	uint64_t sectors = disk->size_bytes / primary->sector_bytes;

	if (primary->rank < GPT_HEADER && backup->rank < GPT_HEADER)
		return;
	if (primary->rank < GPT_SOUND && backup->rank < GPT_SOUND)
		disk_map_fault(map, "both copies of the GPT: first: %s; copy at the end: %s",
			primary->fault, backup->fault);
	else if (primary->rank < GPT_SOUND)
		rs_note(map->warning, sizeof(map->warning),
			"first GPT damaged (%s): its copy at the end was used", primary->fault);
	else if (primary->alternate_lba >= sectors)
		rs_note(map->warning, sizeof(map->warning),
			"the table is for a disk of %" PRIu64 " sectors, this one has %" PRIu64,
			primary->alternate_lba + 1, sectors);
	else if (backup->rank < GPT_SOUND)
		rs_note(map->warning, sizeof(map->warning),
			"the copy of the GPT at the end is damaged (%s)", backup->fault);
	else if (backup->array_crc != primary->array_crc)
		rs_note(map->warning, sizeof(map->warning),
			"the two copies of the GPT differ: the first was used");
}

/* Both copies for one sector size. */
static int pair_load(
	struct blk *disk, uint32_t sector_bytes, struct gpt_copy *primary, struct gpt_copy *backup)
{
	uint64_t sectors = disk->size_bytes / sector_bytes;
	int r = copy_load(disk, sector_bytes, 1, primary);

	*backup = (struct gpt_copy){.sector_bytes = sector_bytes, .fault = "outside the disk"};
	if (r < 0 || sectors < 3)
		return r;
	uint64_t at = sectors - 1;
	if (primary->rank >= GPT_HEADER && primary->alternate_lba > 1 &&
		primary->alternate_lba < sectors)
		at = primary->alternate_lba;
	r = copy_load(disk, sector_bytes, at, backup);
	if (r < 0)
		gpt_copy_done(primary);
	return r;
}

int gpt_load(struct blk *disk, struct disk_map *map, enum gpt_rank *ret_rank)
{
	const uint32_t sizes[2] = {disk->sector_bytes, disk->sector_bytes == 4096 ? 512 : 4096};

	*ret_rank = GPT_NONE;
	for (unsigned i = 0; i < 2; i++) {
		struct gpt_copy primary, backup;
		int r = pair_load(disk, sizes[i], &primary, &backup);
		if (r < 0)
			return r;
		const struct gpt_copy *best = backup.rank > primary.rank ? &backup : &primary;
		if (best->rank > *ret_rank)
			*ret_rank = best->rank;
		if (best->rank >= GPT_HEADER) {
			map->scheme = DISK_GPT;
			map->sector_bytes = sizes[i];
			rs_guid_lower(best->guid, map->id);
			for (uint32_t e = 0; best->array && e < best->n_entries; e++)
				entry_add(map, best, e);
			say_which(disk, map, &primary, &backup);
		}
		gpt_copy_done(&primary);
		gpt_copy_done(&backup);
		if (*ret_rank >= GPT_HEADER)
			break;
	}
	return 0;
}
