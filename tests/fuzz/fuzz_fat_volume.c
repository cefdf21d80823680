/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A FAT volume from hostile bytes: every folder two deep is listed, every file up to 64 KiB is
 * read, one path is looked up. What the input has not is zeros, so that a small input is a large
 * volume. The mutator lays a sound boot sector of each kind over some inputs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "fat/fat.h"
#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t cap, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t cap);

struct walk {
	struct fat *f;
	unsigned depth, seen;
};

static int look(void *ctx, const struct fat_entry *e)
{
	struct walk *w = ctx;
	struct walk deeper = {w->f, w->depth + 1, 0};
	uint8_t *content = NULL;
	size_t len = 0;

	if (!memchr(e->name, '\0', sizeof(e->name)))
		abort();
	if (w->seen++ > 64)
		return 1;
	if (e->is_folder && w->depth < 2)
		(void)fat_list(w->f, e, look, &deeper, NULL);
	else if (fat_read_file(w->f, e, 65536, &content, &len, NULL) == 0 && len > 65536)
		abort();
	free(content);
	return 0;
}

/* A boot sector that is sound, with the kind of FAT, sector and cluster that @seed chooses. */
static void put_boot(uint8_t *b, unsigned seed)
{
	bool is_32 = seed % 3 == 2;

	rs_put_le16(b + 11, (uint16_t)(512U << (seed / 3 & 3)));
	b[13] = 1;
	rs_put_le16(b + 14, 1);
	b[16] = 1;
	rs_put_le16(b + 17, is_32 ? 0 : 16);
	rs_put_le16(b + 19, seed % 3 == 0 ? 400 : 60000);
	rs_put_le16(b + 22, is_32 ? 0 : 2);
	rs_put_le32(b + 36, 2);
	rs_put_le32(b + 44, 2);
	b[510] = 0x55;
	b[511] = 0xaa;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t cap, unsigned seed)
{
	if (seed % 4 == 0 && cap >= 4096) {
		if (size < 4096) {
			memset(data + size, 0, 4096 - size);
			size = 4096;
		}
		put_boot(data, seed / 4);
	}
	return LLVMFuzzerMutate(data, size, cap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mem vol = mem_of(data, size);
	struct walk w = {0};
	struct fat_entry e;

	vol.blk.size_bytes = 64U << 20;
	if (fat_open(&vol.blk, &w.f, NULL) < 0)
		return 0;
	if (fat_lookup(w.f, "", &e, NULL) == 0)
		(void)fat_list(w.f, &e, look, &w, NULL);
	(void)fat_lookup(w.f, "A/B\\C", &e, NULL);
	fat_close(w.f);
	return 0;
}
