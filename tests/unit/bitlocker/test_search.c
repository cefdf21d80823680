/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes whose first sector is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../layers/layers.h"
#include "mini.h"

#define MIB (1U << 20)

static void test_search__first_sector_lost__finds_a_copy_and_describes_the_volume(void **state)
{
	static const uint32_t sectors[] = {512, 4096};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mini m;
		uint64_t at = 0;
		mini_usual(&m, BL_XTS_128, sectors[i]);
		uint8_t *bytes = lay_mem_bytes(m.disk);
		memset(bytes, 0x20, 4096);
		assert_int_equal(bl_search(m.disk, NULL, &at, NULL), 0);
		assert_int_equal(at, mini_copy_at(0));
		auto_bl struct bl_volume *v = NULL;
		assert_int_equal(bl_load_lost(m.disk, at, &v, NULL), 0);
		assert_int_equal(bl_get_info(v)->method, BL_XTS_128);
		assert_true(bl_get_info(v)->n_protectors > 0);
		assert_false(bl_get_info(v)->can_read);
		assert_false(bl_get_info(v)->can_write);
		/* a description, never a way to open it */
		struct bl_unlock_result unlocked;
		assert_int_equal(bl_unlock(v, NULL, NULL, &unlocked, NULL), RS_E_BL_DAMAGED);
		mini_done(&m);
	}
}

static void test_search__copies_lost_one_by_one__the_next_is_found(void **state)
{
	struct mini m;
	uint64_t at = 0;

	(void)state;
	mini_usual(&m, BL_XTS_256, 512);
	uint8_t *bytes = lay_mem_bytes(m.disk);
	memset(bytes, 0, 512);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(bl_search(m.disk, NULL, &at, NULL), 0);
		assert_int_equal(at, mini_copy_at(i));
		memset(bytes + at, 0, 64);
	}
	assert_int_equal(bl_search(m.disk, NULL, &at, NULL), RS_E_UNSUPPORTED);
	mini_done(&m);
}

static void test_search__a_copy_that_names_another_place__is_a_chance_hit(void **state)
{
	uint64_t at = 0;
	struct blk *b = lay_mem_new(4 * MIB, 512);
	uint8_t *p = lay_mem_bytes(b) + MIB;

	(void)state;
	memcpy(p, "-FVE-FS-", 8);
	p[10] = 2;
	assert_int_equal(bl_search(b, NULL, &at, NULL), RS_E_UNSUPPORTED);
	rs_put_le64(p + 40, MIB);
	assert_int_equal(bl_search(b, NULL, &at, NULL), 0);
	assert_int_equal(at, MIB);
	p[10] = 7; /* no version that there is */
	assert_int_equal(bl_search(b, NULL, &at, NULL), RS_E_UNSUPPORTED);
	struct bl_volume *v = NULL;
	assert_int_equal(bl_load_lost(b, MIB, &v, NULL), RS_E_BL_DAMAGED);
	assert_null(v);
	blk_close(b);
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	return done < total / 2;
}

/* A volume larger than what is searched: reads are counted, nothing is stored. */
struct zeros {
	struct blk blk;
	uint64_t n_bytes, furthest;
};

static int zeros_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct zeros *z = (struct zeros *)(void *)b;

	(void)err;
	memset(buf, 0, len);
	z->n_bytes += len;
	z->furthest = off_bytes + len > z->furthest ? off_bytes + len : z->furthest;
	return 0;
}

static void zeros_close(struct blk *b)
{
	(void)b;
}

static void test_search__a_large_volume__is_bounded_and_can_be_cancelled(void **state)
{
	static const struct blk_ops ops = {.read = zeros_read, .close = zeros_close};
	struct zeros z = {.blk = {.ops = &ops, .size_bytes = 1ULL << 44, .sector_bytes = 512}};
	const struct rs_task task = {.progress = stop};
	uint64_t at = 0;

	(void)state;
	assert_int_equal(bl_search(&z.blk, NULL, &at, NULL), RS_E_UNSUPPORTED);
	assert_true(z.n_bytes <= 1ULL << 30);
	assert_true(z.furthest <= 1ULL << 30);
	z.n_bytes = 0;
	assert_int_equal(bl_search(&z.blk, &task, &at, NULL), RS_E_CANCELLED);
	assert_true(z.n_bytes < 1ULL << 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_search__first_sector_lost__finds_a_copy_and_describes_the_volume),
		cmocka_unit_test(test_search__copies_lost_one_by_one__the_next_is_found),
		cmocka_unit_test(test_search__a_copy_that_names_another_place__is_a_chance_hit),
		cmocka_unit_test(test_search__a_large_volume__is_bounded_and_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
