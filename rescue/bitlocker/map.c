/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the bytes of the opened volume stand on the disk; R the length and V the place of the
 * relocated block.
 *
 *   [0, R)                       at V: the disk's own start is BitLocker's header and filler
 *   the three areas, [V, V + R)  zeros; never written
 *   the rest                     in its place
 *
 * Disk bytes at or above the watermark are plain (an unfinished conversion leaves the front
 * encrypted); a finished volume has its watermark at the end, a decrypted one at 0. */
#include "bitlocker/internal.h"

#include <string.h>

void bl_map_init(struct bl_map *map, const struct bl_volume *v)
{
	const struct bl_meta *m = v->copies[v->used];

	*map = (struct bl_map){.size_bytes = v->info.volume_bytes,
		.watermark = v->watermark,
		.relocated_off = m->relocated_off,
		.relocated_len = m->relocated_len,
		.sector_bytes = v->info.sector_bytes};
	memcpy(map->areas, m->offsets, sizeof(map->areas));
}

/* The own areas by number: 0..2 metadata, 3 home of the relocated block. */
static void own_area(const struct bl_map *map, unsigned i, uint64_t *ret_off, uint64_t *ret_len)
{
	*ret_off = i < BL_COPIES ? map->areas[i] : map->relocated_off;
	*ret_len = i < BL_COPIES ? BL_AREA_BYTES : map->relocated_len;
}

static void cut(struct bl_run *run, uint64_t from, uint64_t boundary)
{
	if (boundary > from && boundary - from < run->len)
		run->len = boundary - from;
}

struct bl_run bl_map_at(const struct bl_map *map, uint64_t off_bytes, uint64_t len)
{
	struct bl_run run = {.kind = BL_RUN_SEALED, .disk_off = off_bytes, .len = len};

	for (unsigned i = 0; i <= BL_COPIES; i++) {
		uint64_t off, size;
		own_area(map, i, &off, &size);
		if (off_bytes >= off && off_bytes - off < size) {
			run.kind = BL_RUN_ZERO;
			cut(&run, off_bytes, off + size);
			return run;
		}
		cut(&run, off_bytes, off);
	}
	if (off_bytes < map->relocated_len) {
		cut(&run, off_bytes, map->relocated_len);
		run.disk_off = map->relocated_off + off_bytes;
	}
	if (run.disk_off >= map->watermark)
		run.kind = BL_RUN_PLAIN;
	else
		cut(&run, run.disk_off, map->watermark);
	return run;
}

bool bl_map_is_refused(
	const struct bl_map *map, uint64_t off_bytes, uint64_t len, const char **ret_what)
{
	static const char *const names[] = {"copy 1 of the metadata", "copy 2 of the metadata",
		"copy 3 of the metadata", "the relocated block's home"};

	for (unsigned i = 0; i <= BL_COPIES; i++) {
		uint64_t off, size;
		own_area(map, i, &off, &size);
		if (off_bytes < off + size && off < off_bytes + len) {
			*ret_what = names[i];
			return true;
		}
	}
	return false;
}
