/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order in which held sectors reach the disk: by rank with a flush between, set bits before
 * all, cleared ones behind all; and the ranks that a file gets when it is made and taken away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../layers/layers.h"
#include "vol_help.h"

#include <ntfs-3g/device.h>

#define SECTOR 512U

struct box {
	struct blk *mem;
	struct lay_watch *watch;
	struct nt_dev dev;
};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->mem = lay_mem_new(64UL * SECTOR, SECTOR);
	assert_non_null(b->mem);
	b->watch = lay_watch_new(b->mem);
	assert_non_null(b->watch);
	memset(lay_mem_bytes(b->mem), 0x0F, 64UL * SECTOR);
	nt_dev_init(&b->dev, &b->watch->blk, true);
	b->watch->is_recording = true;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	nt_dev_done(&b->dev);
	blk_close(&b->watch->blk);
	blk_close(b->mem);
	free(b);
	return 0;
}

/* A sector full of @byte. */
static void put(struct box *b, uint64_t number, uint8_t byte, bool is_internal)
{
	uint8_t p[SECTOR];

	memset(p, byte, sizeof(p));
	assert_int_equal(nt_dev_put(&b->dev, number * SECTOR, p, sizeof(p), is_internal, NULL), 0);
}

/* Operation @i writes @n sectors from @number on, the first full of @byte; a flush follows it. */
static void assert_op(const struct box *b, size_t i, uint64_t number, size_t n, uint8_t byte)
{
	const struct lay_op *op = &b->watch->ops[i];

	assert_true(i + 1 < b->watch->n_ops);
	assert_false(op->is_flush);
	assert_int_equal(op->off_bytes, number * SECTOR);
	assert_int_equal(op->len, n * SECTOR);
	assert_int_equal(op->data[0], byte);
	assert_true(op[1].is_flush);
}

static void test_commit__ranks_and_bitmaps__each_in_its_window(void **state)
{
	struct box *b = *state;

	put(b, 9, 0x55, false);
	nt_dev_rank(&b->dev, 9UL * SECTOR, SECTOR, 5);
	put(b, 20, 0x66, false); /* two in a row */
	put(b, 21, 0x66, false);
	nt_dev_rank(&b->dev, 20UL * SECTOR, 2UL * SECTOR, 2);
	put(b, 30, 0x3C, false); /* of 0F two bits go and two come */
	nt_dev_rank(&b->dev, 30UL * SECTOR, SECTOR, NT_RANK_BITMAP);
	put(b, 31, 0x0E, false); /* one goes */
	nt_dev_rank(&b->dev, 31UL * SECTOR, SECTOR, NT_RANK_BITMAP);
	put(b, 40, 0x77, true);	 /* of the library's view only */
	put(b, 50, 0x0F, false); /* as it is */
	assert_int_equal(nt_dev_commit(&b->dev, NULL), 0);
	assert_op(b, 0, 30, 1, 0x3F);
	assert_op(b, 2, 20, 2, 0x66);
	assert_op(b, 4, 9, 1, 0x55);
	assert_op(b, 6, 30, 2, 0x3C);
	assert_int_equal(b->watch->n_ops, 8);
	assert_int_equal(b->dev.held.n, 0);
}

static void test_put__part_of_a_sector__the_rest_is_the_disks(void **state)
{
	struct box *b = *state;
	uint8_t p[3 * SECTOR], want[3 * SECTOR];

	memset(want, 0x0F, sizeof(want));
	memset(want + 500, 0x44, 600);
	assert_int_equal(nt_dev_put(&b->dev, 10UL * SECTOR + 500, want + 500, 600, false, NULL), 0);
	put(b, 9, 0x22, false); /* before what is there */
	assert_int_equal(nt_dev_read(&b->dev, 10UL * SECTOR, p, sizeof(p), NULL), 0);
	assert_memory_equal(p, want, sizeof(p));
	assert_true(nt_dev_is_changed(&b->dev, 9UL * SECTOR, 1));
	assert_true(nt_dev_is_changed(&b->dev, 12UL * SECTOR, SECTOR));
	assert_false(nt_dev_is_changed(&b->dev, 13UL * SECTOR, SECTOR));
	assert_int_equal(b->watch->n_ops, 0);
	assert_int_equal(
		nt_dev_put(&b->dev, 63UL * SECTOR, p, SECTOR + 1, false, NULL), RS_E_IO_WRITE);
}

/* Bits that only the library shall see: they come back with what it writes, and stay with it. */
static void test_veil__written_back__not_on_the_disk(void **state)
{
	struct box *b = *state;
	struct ntfs_device *handle = NULL;
	uint8_t p[SECTOR];

	assert_true(nt_veil_add(&b->dev.veil, 5UL * SECTOR + 7, 0x30));
	assert_int_equal(nt_dev_handle(&b->dev, &handle, NULL), 0);
	assert_int_equal(handle->d_ops->pread(handle, p, SECTOR, 5L * SECTOR), SECTOR);
	assert_int_equal(p[7], 0x3F);
	p[8] = 0x1F;
	assert_int_equal(handle->d_ops->pwrite(handle, p, SECTOR, 5L * SECTOR), SECTOR);
	assert_int_equal(nt_dev_read(&b->dev, 5UL * SECTOR, p, SECTOR, NULL), 0);
	assert_int_equal(p[7], 0x0F);
	assert_int_equal(p[8], 0x1F);
	ntfs_device_free(handle);
}

/* ---- the ranks of a whole volume ---- */

struct volume {
	struct vh image;
	struct blk *mem;
	struct lay_watch *watch;
	struct nt_vol *vol;
	uint64_t dir, mft;
};

static int setup_volume(void **state)
{
	struct volume *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	vh_make(&v->image, 12, 4096, SECTOR);
	(void)vh_add(&v->image, "/", "dir", -1); /* its entries are in its record */
	vh_filled(&v->image);
	v->mem = vh_load(&v->image);
	v->watch = lay_watch_new(v->mem);
	assert_non_null(v->watch);
	v->mft = rs_le64(lay_mem_bytes(v->mem) + 0x30) * 4096;
	assert_int_equal(nt_vol_open(&v->watch->blk, NT_VOL_WRITE, &v->vol, NULL), 0);
	assert_int_equal(nt_lookup(v->vol, "dir", &v->dir, NULL), 0);
	assert_int_equal(nt_set_dirty(v->vol, true, NULL), 0);
	*state = v;
	return 0;
}

static int teardown_volume(void **state)
{
	struct volume *v = *state;

	assert_int_equal(nt_vol_close(v->vol, NULL), 0);
	blk_close(&v->watch->blk);
	blk_close(v->mem);
	vh_remove(&v->image);
	free(v);
	return 0;
}

/* In which window, counted by flushes, is the record written first? */
static size_t window_of(const struct volume *v, uint64_t ref)
{
	const uint64_t at = v->mft + NT_REF_RECORD(ref) * 1024;
	size_t window = 0;

	for (size_t i = 0; i < v->watch->n_ops; i++) {
		const struct lay_op *op = &v->watch->ops[i];
		window += op->is_flush;
		if (!op->is_flush && op->off_bytes < at + 1024 && at < op->off_bytes + op->len)
			return window;
	}
	fail();
	return 0;
}

static void test_order__made_and_removed__the_record_before_and_behind_its_name(void **state)
{
	struct volume *v = *state;
	uint64_t ref = 0;

	v->watch->is_recording = true;
	assert_int_equal(nt_file_create(v->vol, v->dir, "made.txt", "x", 1, 0, &ref, NULL), 0);
	assert_true(window_of(v, ref) < window_of(v, v->dir));
	lay_watch_reset(v->watch);
	v->watch->is_recording = true;
	assert_int_equal(nt_remove(v->vol, v->dir, "made.txt", ref, NULL), 0);
	assert_true(window_of(v, v->dir) < window_of(v, ref));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_commit__ranks_and_bitmaps__each_in_its_window, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_put__part_of_a_sector__the_rest_is_the_disks, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_veil__written_back__not_on_the_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_order__made_and_removed__the_record_before_and_behind_its_name,
			setup_volume, teardown_volume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
