/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A FAT volume from hostile bytes, and a file of it replaced: what is refused has not one byte
 * written; after what is accepted the volume is still sound (no chain crosses another one, none is
 * longer or shorter than its file), the file has its new contents and the kept one the old ones.
 * The mutator lays a small volume that is sound over some inputs, so that the writer is reached. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "fat/internal.h"
#include "fat/replace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t cap, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t cap);

#define VOLUME (512U << 10)
#define KEPT   "UNBRICK OLD"

struct disk {
	struct blk blk; /* first */
	unsigned n_writes;
	uint8_t bytes[VOLUME];
};

static int disk_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct disk *d = (const struct disk *)(const void *)b;

	(void)err;
	memcpy(buf, d->bytes + off_bytes, len);
	return 0;
}

static int disk_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct disk *d = (struct disk *)(void *)b;

	(void)err;
	d->n_writes++;
	memcpy(d->bytes + off_bytes, buf, len);
	return 0;
}

static int disk_flush(struct blk *b, struct rs_err *err)
{
	(void)b;
	(void)err;
	return 0;
}

static void disk_close(struct blk *b)
{
	(void)b; /* a static one */
}

/* Boot sector, two tables of one sector, a root, and in it BCD (two clusters) and another file. */
static void put_volume(uint8_t *b, unsigned seed)
{
	const bool is_32 = seed % 3 == 2;
	const unsigned bits = is_32 ? 32 : seed % 3 ? 16 : 12, table = 1;
	uint8_t *root;

	memset(b, 0, 4096);
	rs_put_le16(b + 11, 512);
	b[13] = 1;
	rs_put_le16(b + 14, 2);
	b[16] = 2;
	rs_put_le16(b + 17, is_32 ? 0 : 16);
	rs_put_le16(b + 19, bits == 16 ? 60000 : 400);
	rs_put_le16(b + 22, is_32 ? 0 : (uint16_t)table);
	rs_put_le32(b + 36, is_32 ? table : 0);
	rs_put_le32(b + 44, is_32 ? 2 : 0);
	rs_put_le16(b + 48, is_32 ? 1 : 0);
	b[510] = 0x55;
	b[511] = 0xaa;
	struct fat f = {.bits = bits};
	const uint32_t last = bits == 32 ? 0x0fffffff : bits == 16 ? 0xffff : 0xfff;
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *t = b + (2 + i * table) * 512;
		fat_table_put(&f, t, 0, last);
		fat_table_put(&f, t, 1, last);
		fat_table_put(&f, t, 2, last);
		fat_table_put(&f, t, 3, 5);
		fat_table_put(&f, t, 5, last);
		fat_table_put(&f, t, 4, last);
	}
	root = b + (2 + 2 * table) * 512;
	memcpy(root, "BCD        ", 11);
	rs_put_le16(root + 26, 3);
	rs_put_le32(root + 28, 600);
	memcpy(root + 32, "OTHER      ", 11);
	rs_put_le16(root + 32 + 26, 4);
	rs_put_le32(root + 32 + 28, 9);
	if (!is_32)
		fat_table_put(&f, b + 1024, 2, 0), fat_table_put(&f, b + 1024 + 512 * table, 2, 0);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t cap, unsigned seed)
{
	if (seed % 4 == 0 && cap >= 4096) {
		if (size < 4096)
			size = 4096;
		put_volume(data, seed / 4);
		if (seed % 8 == 0) { /* one byte of it is another one */
			data[seed / 8 % 4096] ^= (uint8_t)(seed >> 20 | 1);
			return size;
		}
	}
	return LLVMFuzzerMutate(data, size, cap);
}

static uint8_t *content(struct disk *d, const char *name, size_t *ret_len)
{
	auto_fat struct fat *f = NULL;
	struct fat_entry e;
	uint8_t *p = NULL;

	if (fat_open(&d->blk, &f, NULL) < 0 || fat_lookup(f, name, &e, NULL) < 0 ||
		fat_read_file(f, &e, VOLUME, &p, ret_len, NULL) < 0)
		return NULL;
	return p;
}

static void check(struct disk *d, const struct fat_replace *r, const uint8_t *old, size_t old_len)
{
	auto_fat struct fat *f = NULL;
	auto_survey struct fat_survey s = {0};
	size_t len = 0;
	auto_free uint8_t *now = content(d, "\\BCD", &len);

	if (!now || len != r->len || memcmp(now, r->p, len) != 0)
		abort();
	if (fat_open(&d->blk, &f, NULL) < 0 || fat_survey(f, &s, NULL) < 0)
		abort();
	auto_free uint8_t *kept = content(d, "\\UNBRICK.OLD", &len);
	if (r->what == FAT_KEEP_NONE ? kept != NULL
				     : !kept || len != old_len || memcmp(kept, old, len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct blk_ops ops = {
		disk_read, disk_write, disk_flush, disk_close, NULL, NULL};
	static struct disk d;
	static uint8_t before[VOLUME], fresh[1300];
	size_t old_len = 0;

	if (size > VOLUME)
		size = VOLUME;
	d.blk = (struct blk){.ops = &ops, .size_bytes = VOLUME, .sector_bytes = 512};
	memset(d.bytes, 0, VOLUME);
	memcpy(d.bytes, data, size);
	memset(fresh, 'n', sizeof(fresh));
	struct fat_replace r = {.folder = "\\",
		.name = "BCD",
		.p = fresh,
		.len = 1 + (size ? data[size - 1] * 5U : 0),
		.kept = KEPT};
	auto_free uint8_t *old = content(&d, "\\BCD", &old_len);
	for (unsigned i = 0; i < 4; i++) { /* there, again, with the same one kept, back */
		r.what = i < 2 ? FAT_KEEP : i == 2 ? FAT_KEEP_EARLIER : FAT_KEEP_NONE;
		memcpy(before, d.bytes, VOLUME);
		d.n_writes = 0;
		if (fat_replace(&d.blk, &r, NULL) < 0) {
			if (d.n_writes || memcmp(before, d.bytes, VOLUME) != 0)
				abort();
			return 0;
		}
		check(&d, &r, i ? r.p : old, i ? r.len : old_len);
	}
	return 0;
}
