/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Master boot record and chains of logical partitions, numbered as Linux numbers them.
 * Sources: UEFI specification 2.10 section 5.2; the kernel's block/partitions/msdos.c for the order
 * of logical partitions (facts only). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "block/internal.h"
#include "format/parttype.h"

#define MBR_CHAIN_MAX 128U /* extended boot records that are followed */

struct mbr_entry {
	uint8_t flag, type;
	uint32_t lba, sectors;
};

struct mbr_walk {
	struct blk *disk;
	struct disk_map *map;
	uint32_t id;
	unsigned next_number;
	unsigned n_seen;
	uint64_t seen[MBR_CHAIN_MAX];
};

static struct mbr_entry entry_at(const uint8_t sector[512], unsigned i)
{
	const uint8_t *e = sector + 446 + 16 * (size_t)i;

	return (struct mbr_entry){e[0], e[4], rs_le32(e + 8), rs_le32(e + 12)};
}

bool mbr_is_sane(const uint8_t sector0[512])
{
	if (!boot_has_mark(sector0))
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (entry_at(sector0, i).flag & 0x7f)
			return false;
	return true;
}

bool mbr_is_protective(const uint8_t sector0[512])
{
	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_at(sector0, i);
		if (boot_has_mark(sector0) && mbr_type_is_protective(e.type) && !(e.flag & 0x7f))
			return true;
	}
	return false;
}

/* Does what lies at @lba fit to sectors of this size? Nothing in an MBR says its sector size. */
static bool is_at_home(struct blk *disk, const struct mbr_entry *e, uint32_t sector_bytes)
{
	uint8_t boot[512];
	uint32_t own = 0;

	if (!e->type || !e->sectors ||
		blk_read(disk, (uint64_t)e->lba * sector_bytes, boot, sizeof(boot), NULL) < 0)
		return false;
	if (mbr_type_is_extended(e->type))
		return mbr_is_sane(boot);
	return boot_kind(boot, &own) != VOL_UNKNOWN && own == sector_bytes;
}

/* The boot sector of a volume counts the sectors before it. */
static bool knows_its_place(const uint8_t boot[512], uint64_t lba)
{
	uint32_t own;

	switch (boot_kind(boot, &own)) {
	case VOL_NTFS:
	case VOL_BITLOCKER:
	case VOL_FAT:
		return rs_le32(boot + 28) == (uint32_t)lba;
	case VOL_EXFAT:
		return rs_le64(boot + 64) == lba;
	default:
		return false;
	}
}

static bool is_home(struct blk *disk, const struct mbr_entry *e, uint32_t sector_bytes)
{
	uint8_t boot[512];
	struct mbr_entry first;

	if (blk_read(disk, (uint64_t)e->lba * sector_bytes, boot, sizeof(boot), NULL) < 0)
		return false;
	if (!mbr_type_is_extended(e->type))
		return knows_its_place(boot, e->lba);
	first = entry_at(boot, 0); /* of the chain: its first logical partition */
	if (!mbr_is_sane(boot) || !first.type || !first.sectors || mbr_type_is_extended(first.type))
		return false;
	uint64_t lba = (uint64_t)e->lba + first.lba;
	return blk_read(disk, lba * sector_bytes, boot, sizeof(boot), NULL) == 0 &&
	       (knows_its_place(boot, lba) || knows_its_place(boot, first.lba));
}

static bool is_apart(const struct mbr_entry *a, const struct mbr_entry *b)
{
	return a->lba >= b->lba ? a->lba - b->lba >= b->sectors : b->lba - a->lba >= a->sectors;
}

/* Entries as a partitioner makes them: in use or empty, on the disk, none over another one. */
static bool are_entries_possible(
	const struct blk *disk, const uint8_t sector0[512], uint32_t sector_bytes)
{
	uint64_t sectors = disk->size_bytes / sector_bytes;
	unsigned n = 0;

	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_at(sector0, i);
		if (!e.type && !e.sectors && !e.lba)
			continue;
		if (!e.type || !e.sectors || !e.lba || e.lba >= sectors)
			return false;
		for (unsigned k = 0; k < i; k++) {
			struct mbr_entry other = entry_at(sector0, k);
			if (other.type && !is_apart(&e, &other))
				return false;
		}
		n++;
	}
	return n > 0;
}

bool mbr_outweighs_boot(struct blk *disk, const uint8_t sector0[512], bool is_sound)
{
	static const uint32_t sizes[] = {512, 4096};

	if (!mbr_is_sane(sector0))
		return false;
	for (unsigned k = 0; k < 2; k++) {
		if (!are_entries_possible(disk, sector0, sizes[k]))
			continue;
		for (unsigned i = 0; i < 4; i++) {
			struct mbr_entry e = entry_at(sector0, i);
			if (e.type && is_home(disk, &e, sizes[k]))
				return true;
		}
	}
	return !is_sound && are_entries_possible(disk, sector0, disk->sector_bytes);
}

static uint32_t guess_sector(struct blk *disk, const uint8_t sector0[512])
{
	unsigned score_512 = 0, score_4096 = 0;

	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_at(sector0, i);
		score_512 += is_at_home(disk, &e, 512);
		score_4096 += is_at_home(disk, &e, 4096);
	}
	if (score_512 == score_4096)
		return disk->sector_bytes;
	return score_4096 > score_512 ? 4096 : 512;
}

static void add(struct mbr_walk *w, unsigned number, const struct mbr_entry *e, uint64_t base_lba)
{
	struct disk_part *p = disk_map_add(w->map);

	if (!p)
		return;
	p->number = number;
	p->is_active = number <= 4 && e->flag == 0x80; /* no loader looks at logical ones */
	p->off_bytes = (base_lba + e->lba) * w->map->sector_bytes;
	p->len_bytes = (uint64_t)e->sectors * w->map->sector_bytes;
	(void)snprintf(p->uuid, sizeof(p->uuid), "%08" PRIx32 "-%02x", w->id, number);
	(void)snprintf(p->type, sizeof(p->type), "0x%02x", e->type);
	(void)snprintf(p->type_name, sizeof(p->type_name), "%s", mbr_type_name(e->type));
	if (!e->sectors)
		(void)rs_fail(&p->err, RS_E_TABLE, "its length is zero");
	else if (!(base_lba + e->lba))
		(void)rs_fail(&p->err, RS_E_TABLE, "it lies over the partition table");
}

/* Read one extended boot record; false when the chain ends there with a fault. */
static bool chain_read(struct mbr_walk *w, uint64_t lba, uint8_t sector[512])
{
	for (unsigned i = 0; i < w->n_seen; i++)
		if (w->seen[i] == lba)
			return disk_map_fault(w->map,
				"the chain of logical partitions comes back to sector %" PRIu64,
				lba);
	if (w->n_seen == MBR_CHAIN_MAX)
		return disk_map_fault(w->map, "more than %u logical partitions", MBR_CHAIN_MAX);
	w->seen[w->n_seen++] = lba;
	if (blk_read(w->disk, lba * w->map->sector_bytes, sector, 512, NULL) < 0)
		return disk_map_fault(w->map,
			"the list of logical partitions goes on at sector %" PRIu64
			", which cannot be read",
			lba);
	if (!boot_has_mark(sector))
		return disk_map_fault(
			w->map, "no boot record of a logical partition at sector %" PRIu64, lba);
	return true;
}

/* Slots 2 and 3 of an extended boot record should be empty; some partitioners leave old text there.
 */
static bool is_logical(const struct mbr_entry *e, unsigned slot, const struct mbr_entry *extended)
{
	if (!e->type || !e->sectors || mbr_type_is_extended(e->type))
		return false;
	return slot < 2 || (uint64_t)e->lba + e->sectors <= extended->sectors;
}

static void walk_chain(struct mbr_walk *w, const struct mbr_entry *extended)
{
	uint64_t lba = extended->lba;
	uint8_t sector[512] = {0};

	for (bool more = true; more && chain_read(w, lba, sector);) {
		uint64_t here = lba;
		more = false;
		for (unsigned i = 0; i < 4; i++) {
			struct mbr_entry e = entry_at(sector, i);
			if (is_logical(&e, i, extended)) {
				add(w, w->next_number++, &e, here);
			} else if (!more && mbr_type_is_extended(e.type) && e.sectors) {
				more = true;
				lba = (uint64_t)extended->lba + e.lba;
			}
		}
	}
}

void mbr_load(struct blk *disk, const uint8_t sector0[512], struct disk_map *map)
{
	struct mbr_walk w = {
		.disk = disk, .map = map, .id = rs_le32(sector0 + 440), .next_number = 5};

	map->scheme = DISK_MBR;
	map->sector_bytes = guess_sector(disk, sector0);
	(void)snprintf(map->id, sizeof(map->id), "%08" PRIx32, w.id);
	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_at(sector0, i);
		if (e.type && !mbr_type_is_extended(e.type))
			add(&w, i + 1, &e, 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = entry_at(sector0, i);
		if (mbr_type_is_extended(e.type) && e.sectors)
			walk_chain(&w, &e);
	}
}
