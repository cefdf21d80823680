/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opened volume as a block source: where bytes come from, where they go, and where never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "mini.h"

struct open_mini {
	struct mini m;
	struct lay_watch *watch;
	struct bl_volume *v;
	struct blk *inner;
	struct bl_unlock_result res;
};

static void setup(struct open_mini *o, uint16_t method, uint32_t sector_bytes)
{
	mini_usual(&o->m, method, sector_bytes);
}

static void open_it(struct open_mini *o)
{
	struct rs_err err = {0};

	o->watch = lay_watch_new(o->m.disk);
	assert_non_null(o->watch);
	assert_int_equal(bl_load(&o->watch->blk, &o->v, &err), 0);
	if (bl_unlock(o->v, NULL, NULL, &o->res, &err) < 0)
		fail_msg("%s", err.detail);
	assert_int_equal(bl_open(o->v, &o->watch->blk, &o->inner, &err), 0);
	lay_watch_reset(o->watch);
}

static void teardown(struct open_mini *o)
{
	blk_close(o->inner);
	bl_free(o->v);
	blk_close(&o->watch->blk);
	mini_done(&o->m);
}

/* What each virtual byte is, sector by sector with a cipher of its own: the model. */
static uint8_t *model_of(const struct open_mini *o, uint64_t watermark)
{
	uint8_t *disk = lay_mem_bytes(o->m.disk), *all = malloc(MINI_BYTES);
	struct bl_cipher *c = NULL;
	uint32_t bytes = o->m.sector_bytes;

	assert_non_null(all);
	assert_int_equal(bl_cipher_new(o->m.method, bytes, o->m.fvek, o->m.fvek_len, &c, NULL), 0);
	for (uint64_t at = 0; at < MINI_BYTES; at += bytes) {
		uint64_t from = at < MINI_R ? MINI_RELOCATED + at : at;
		bool is_zero = at >= MINI_RELOCATED && at < MINI_RELOCATED + MINI_R;
		for (unsigned i = 0; i < 3; i++)
			is_zero |= at >= mini_copy_at(i) && at < mini_copy_at(i) + MINI_AREA;
		memcpy(all + at, disk + from, bytes);
		if (is_zero)
			memset(all + at, 0, bytes);
		else if (from < watermark)
			assert_int_equal(bl_cipher_run(c, false, from, all + at, bytes), 0);
	}
	bl_cipher_free(c);
	return all;
}

static void check_all(struct open_mini *o, const uint8_t *model)
{
	uint8_t *got = malloc(MINI_BYTES);
	struct rs_err err = {0};
	uint64_t seed = 42;

	assert_non_null(got);
	assert_int_equal(blk_read(o->inner, 0, got, MINI_BYTES, &err), 0);
	assert_memory_equal(got, model, MINI_BYTES);
	for (int i = 0; i < 300; i++) {
		uint64_t edges[] = {0, MINI_R, mini_copy_at(0), mini_copy_at(1) + MINI_AREA,
			MINI_RELOCATED, MINI_RELOCATED + MINI_R, 3000000, MINI_BYTES};
		uint64_t at =
			(edges[lay_random(&seed) % 8] + lay_random(&seed) % 20000) % MINI_BYTES;
		size_t len = (size_t)(lay_random(&seed) % 20000);
		at = at > 10000 ? at - 10000 : 0;
		if (len > MINI_BYTES - at)
			len = (size_t)(MINI_BYTES - at);
		assert_int_equal(blk_read(o->inner, at, got, len, &err), 0);
		assert_memory_equal(got, model + at, len);
	}
	free(got);
}

static void test_read__any_offset_and_length__equals_the_model(void **state)
{
	(void)state;
	for (uint16_t method = BL_CBC_128_ELEPHANT; method <= BL_XTS_256; method++) {
		struct open_mini o = {0};
		setup(&o, method, method & 1 ? 4096 : 512);
		open_it(&o);
		uint8_t *model = model_of(&o, MINI_BYTES);
		check_all(&o, model);
		free(model);
		teardown(&o);
	}
}

static bool is_own(uint64_t at, uint64_t len)
{
	bool is = at < MINI_RELOCATED + MINI_R && MINI_RELOCATED < at + len;

	for (unsigned i = 0; i < 3; i++)
		is |= at < mini_copy_at(i) + MINI_AREA && mini_copy_at(i) < at + len;
	return is;
}

/* Random writes of any alignment; the model takes the same; at the end everything is compared, and
 * the disk's own start and areas have not changed. */
static void check_writes(uint16_t method, uint32_t sector_bytes)
{
	struct open_mini o = {0};
	struct rs_err err = {0};
	uint8_t data[20000], before[MINI_R], area[MINI_AREA];
	uint64_t seed = method;

	setup(&o, method, sector_bytes);
	open_it(&o);
	assert_true(o.res.can_write);
	uint8_t *disk = lay_mem_bytes(o.m.disk), *model = model_of(&o, MINI_BYTES);
	memcpy(before, disk, sizeof(before));
	memcpy(area, disk + mini_copy_at(1), sizeof(area));
	for (int i = 0; i < 200; i++) {
		uint64_t at = lay_random(&seed) % (i % 2 ? MINI_R * 2 : MINI_BYTES);
		size_t len = 1 + (size_t)(lay_random(&seed) % (sizeof(data) - 1));
		if (len > MINI_BYTES - at)
			len = (size_t)(MINI_BYTES - at);
		for (size_t b = 0; b < len; b++)
			data[b] = (uint8_t)lay_random(&seed);
		int r = blk_write(o.inner, at, data, len, &err);
		assert_int_equal(r, is_own(at, len) ? RS_E_BL_AREA : 0);
		if (r == 0)
			memcpy(model + at, data, len);
	}
	check_all(&o, model);
	assert_int_equal(blk_flush(o.inner, &err), 0);
	assert_int_equal(o.watch->flushes, 1);
	assert_memory_equal(before, disk, sizeof(before));
	for (unsigned i = 0; i < 3; i++)
		assert_memory_equal(area, disk + mini_copy_at(i), sizeof(area));
	free(model);
	model = model_of(&o, MINI_BYTES); /* from the disk: it really is encrypted there */
	check_all(&o, model);
	free(model);
	teardown(&o);
}

static void test_write__any_offset_and_length__encrypted_in_place(void **state)
{
	(void)state;
	check_writes(BL_XTS_128, 512);
	check_writes(BL_CBC_256, 4096);
	check_writes(BL_CBC_128_ELEPHANT, 512);
}

/* 44: by one sector at the start, at the end, by one byte, and spanning */
static void test_write__touching_an_own_area__refused_whole(void **state)
{
	const uint64_t starts[] = {
		mini_copy_at(0), mini_copy_at(1), mini_copy_at(2), MINI_RELOCATED};
	struct open_mini o = {0};
	struct rs_err err = {0};
	uint8_t *data = calloc(1, MINI_BYTES);

	(void)state;
	assert_non_null(data);
	setup(&o, BL_XTS_128, 512);
	open_it(&o);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t off = starts[i], len = i < 3 ? MINI_AREA : MINI_R;
		const uint64_t tries[][2] = {{off, 512}, {off + len - 512, 512}, {off - 1, 2},
			{off + len - 1, 2}, {off - 4096, 4096 + 512}, {off + len - 512, 8192},
			{off - 512, len + 1024}, {off, len}, {0, MINI_BYTES}};
		for (size_t t = 0; t < sizeof(tries) / sizeof(tries[0]); t++) {
			assert_int_equal(
				blk_write(o.inner, tries[t][0], data, (size_t)tries[t][1], &err),
				RS_E_BL_AREA);
			assert_int_equal(o.watch->writes, 0);
		}
		assert_int_equal(blk_write(o.inner, off - 512, data, 512, &err), 0);
		assert_int_equal(blk_write(o.inner, off + len, data, 512, &err), 0);
		lay_watch_reset(o.watch);
	}
	assert_int_equal(blk_write(o.inner, MINI_BYTES - 1, data, 2, &err), RS_E_IO_WRITE);
	assert_int_equal(o.watch->writes, 0);
	free(data);
	teardown(&o);
}

static void test_io__error_below__named_and_passed_on(void **state)
{
	struct open_mini o = {0};
	struct rs_err err = {0};
	uint8_t data[8192] = {0};

	(void)state;
	setup(&o, BL_XTS_128, 512);
	open_it(&o);
	o.watch->fail_read = 1;
	assert_int_equal(blk_read(o.inner, 5 << 20, data, 512, &err), RS_E_IO_READ);
	lay_watch_reset(o.watch);
	o.watch->fail_read = 1;
	assert_int_equal(blk_write(o.inner, (5 << 20) + 1, data, 2, &err), RS_E_IO_READ);
	assert_int_equal(o.watch->writes, 0);
	lay_watch_reset(o.watch);
	o.watch->fail_write = 1;
	assert_int_equal(blk_write(o.inner, 5 << 20, data, 512, &err), RS_E_IO_WRITE);
	teardown(&o);
}

/* Paused conversion: below the watermark ciphertext, above it plain; the relocated block too. */
static void test_read__unfinished_conversion__by_watermark(void **state)
{
	static const uint64_t marks[] = {3000320, 0, MINI_BYTES, MINI_RELOCATED + 4096, 4096};
	struct rs_err err = {0};
	uint8_t byte = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct open_mini o = {0};
		setup(&o, BL_XTS_256, 512);
		rs_put_le16(o.m.area + 12, 3);
		rs_put_le16(o.m.area + 14, 1);
		rs_put_le64(o.m.area + 16, marks[i] & ~511ULL);
		mini_checksum(&o.m);
		mini_write(&o.m);
		open_it(&o);
		assert_false(o.res.can_write);
		uint8_t *model = model_of(&o, marks[i] & ~511ULL);
		check_all(&o, model);
		assert_int_equal(blk_write(o.inner, 5 << 20, &byte, 1, &err), RS_E_READ_ONLY);
		free(model);
		teardown(&o);
	}
}

static void test_read__decrypted_volume__plain_without_a_key(void **state)
{
	struct open_mini o = {0};
	struct rs_err err = {0};

	(void)state;
	setup(&o, BL_XTS_128, 512);
	rs_put_le16(o.m.area + 12, 1);
	rs_put_le16(o.m.area + 14, 1);
	rs_put_le64(o.m.area + 16, 0);
	rs_put_le16(o.m.area + 100, 0);
	mini_checksum(&o.m);
	mini_write(&o.m);
	open_it(&o);
	assert_int_equal(bl_get_info(o.v)->state, BL_DECRYPTED);
	assert_false(o.res.can_write);
	uint8_t *model = model_of(&o, 0);
	check_all(&o, model);
	assert_int_equal(blk_write(o.inner, 0, model, 1, &err), RS_E_READ_ONLY);
	free(model);
	teardown(&o);
}

static void test_will_need__moved_sectors_and_own_areas__where_they_are_read(void **state)
{
	struct open_mini o = {0};

	(void)state;
	setup(&o, BL_XTS_128, 512);
	open_it(&o);
	blk_will_need(o.inner, 512, 512);
	assert_int_equal(o.watch->hinted_at, MINI_RELOCATED + 512);
	assert_int_equal(o.watch->hinted_bytes, 512);
	blk_will_need(o.inner, MINI_RELOCATED, MINI_R); /* zeros */
	assert_int_equal(o.watch->hinted_bytes, 512);
	blk_will_need(o.inner, MINI_R - 512, 1024);
	assert_int_equal(o.watch->hinted_at, MINI_R);
	assert_int_equal(o.watch->hinted_bytes, 512 + 1024);
	assert_int_equal(o.watch->reads, 0);
	teardown(&o);
}

static void test_open__disk_shorter_or_longer__error_past_the_end_or_fine(void **state)
{
	struct open_mini o = {0};
	struct rs_err err = {0};
	uint8_t data[4096];

	(void)state;
	setup(&o, BL_XTS_128, 512);
	o.m.disk->size_bytes = MINI_BYTES - 65536;
	open_it(&o);
	assert_int_equal(o.inner->size_bytes, MINI_BYTES);
	assert_true(o.inner->is_read_only);
	assert_int_equal(blk_read(o.inner, MINI_BYTES - 65536 - 512, data, 512, &err), 0);
	assert_int_equal(blk_read(o.inner, MINI_BYTES - 512, data, 512, &err), RS_E_IO_READ);
	o.m.disk->size_bytes = MINI_BYTES;
	teardown(&o);

	o = (struct open_mini){0};
	setup(&o, BL_XTS_128, 512);
	struct mini longer = o.m;
	longer.disk = lay_mem_new(MINI_BYTES + (1 << 20), 512);
	memcpy(lay_mem_bytes(longer.disk), lay_mem_bytes(o.m.disk), MINI_BYTES);
	mini_done(&o.m);
	o.m = longer;
	open_it(&o);
	assert_int_equal(o.inner->size_bytes, MINI_BYTES);
	assert_true(o.res.can_write);
	teardown(&o);
}

static void test_open__locked_or_read_only_disk__refused_or_read_only(void **state)
{
	struct mini m;
	struct bl_volume *v = NULL;
	struct blk *inner = NULL;
	struct bl_unlock_result res;
	struct rs_err err = {0};

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	m.disk->is_read_only = true;
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	assert_int_equal(bl_open(v, m.disk, &inner, &err), RS_E_KEY_NEEDED);
	assert_int_equal(bl_unlock(v, NULL, NULL, &res, &err), 0);
	assert_true(res.can_write); /* the volume could be written; this source cannot */
	assert_int_equal(bl_open(v, m.disk, &inner, &err), 0);
	assert_true(inner->is_read_only);
	bl_free(v); /* the opened volume has its own keys */
	uint8_t boot[512];
	assert_int_equal(blk_read(inner, 0, boot, sizeof(boot), &err), 0);
	assert_memory_equal(boot + 3, "NTFS    ", 8);
	blk_close(inner);
	m.disk->is_read_only = false;
	m.disk->sector_bytes = 4096; /* larger than the volume's */
	assert_int_equal(bl_load(m.disk, &v, &err), 0);
	assert_int_equal(bl_unlock(v, NULL, NULL, &res, &err), 0);
	assert_false(res.can_write);
	bl_free(v);
	mini_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read__any_offset_and_length__equals_the_model),
		cmocka_unit_test(test_write__any_offset_and_length__encrypted_in_place),
		cmocka_unit_test(test_write__touching_an_own_area__refused_whole),
		cmocka_unit_test(test_io__error_below__named_and_passed_on),
		cmocka_unit_test(test_read__unfinished_conversion__by_watermark),
		cmocka_unit_test(test_read__decrypted_volume__plain_without_a_key),
		cmocka_unit_test(test_will_need__moved_sectors_and_own_areas__where_they_are_read),
		cmocka_unit_test(test_open__disk_shorter_or_longer__error_past_the_end_or_fine),
		cmocka_unit_test(test_open__locked_or_read_only_disk__refused_or_read_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
