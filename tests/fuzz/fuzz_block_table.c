/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partition tables and boot sectors from hostile bytes. The input is the whole disk; its first byte
 * chooses how far it ends before the end that its tables speak of.
 * Seeds: the first MiB of disks made by tests/disks/mkdisk (gpt, mbr-logical, bare; both sector
 * sizes), each with one byte before it. */
#include <stdint.h>
#include <string.h>

#include "block/disk.h"
#include "block/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
	struct blk blk; /* first */
	const uint8_t *p;
	size_t len;
};

static int bytes_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct bytes *d = (const struct bytes *)(const void *)b;

	(void)err; /* never fails: what the input has not is zeros */
	memset(buf, 0, len);
	if (off_bytes < d->len)
		memcpy(buf, d->p + off_bytes, len < d->len - off_bytes ? len : d->len - off_bytes);
	return 0;
}

static void bytes_close(struct blk *b)
{
	(void)b; /* on the stack */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct blk_ops ops = {.read = bytes_read, .close = bytes_close};
	struct disk_map *map = NULL;
	struct disk_member member;

	if (!size)
		return 0;
	struct bytes disk = {.blk = {.ops = &ops, .sector_bytes = data[0] & 1 ? 4096 : 512},
		.p = data + 1,
		.len = size - 1};
	disk.blk.size_bytes = (size - 1) + ((uint64_t)(data[0] >> 1) << 16);
	if (disk_map_load(&disk.blk, &map, NULL) < 0)
		return 0;
	blk_member_look(&disk.blk, map, NULL, &member);
	for (unsigned i = 0; i < map->n_parts; i++)
		blk_member_look(&disk.blk, map, &map->parts[i], &member);
	disk_map_free(map);
	return 0;
}
