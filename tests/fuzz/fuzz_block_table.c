/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables and boot sectors from hostile bytes. The input is the whole disk; its first byte
 * chooses how far it ends before the end that its tables speak of.
 * Seeds: the first MiB of disks made by tests/disks/mkdisk (gpt, mbr-logical, bare; both sector
 * sizes), each with one byte before it. */
#include <stdint.h>

#include "block/disk.h"
#include "block/set.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disk_map *map = NULL;
	struct disk_member member;

	if (!size)
		return 0;
	struct mem disk = mem_of(data + 1, size - 1);
	disk.blk.sector_bytes = data[0] & 1 ? 4096 : 512;
	disk.blk.size_bytes += ((uint64_t)(data[0] >> 1) << 16);
	if (disk_map_load(&disk.blk, &map, NULL) < 0)
		return 0;
	blk_member_look(&disk.blk, map, NULL, &member);
	for (unsigned i = 0; i < map->n_parts; i++)
		blk_member_look(&disk.blk, map, &map->parts[i], &member);
	disk_map_free(map);
	return 0;
}
