/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../layers/layers.h"
#include "block/overlay.h"
#include "core/cleanup.h"

#define SIZE 1048576U

struct fix {
	struct blk *mem, *over;
	uint8_t *base;
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->mem = lay_mem_new(SIZE, 512);
	assert_non_null(f->mem);
	f->base = lay_mem_bytes(f->mem);
	for (size_t i = 0; i < SIZE; i++)
		f->base[i] = (uint8_t)(i * 7 + i / 251);
	assert_int_equal(blk_overlay_new(f->mem, true, &f->over, NULL), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	blk_close(f->over);
	blk_close(f->mem);
	free(f);
	return 0;
}

static void test_overlay__nothing_laid_over__reads_the_base(void **state)
{
	struct fix *f = *state;
	uint8_t buf[3000];

	assert_int_equal(blk_read(f->over, 777, buf, sizeof(buf), NULL), 0);
	assert_memory_equal(buf, f->base + 777, sizeof(buf));
	assert_int_equal(blk_overlay_bytes(f->over), 0);
}

/* Against a plain copy that gets the same writes. */
static void test_overlay__random_writes__reads_like_a_copy(void **state)
{
	struct fix *f = *state;
	auto_free uint8_t *copy = malloc(SIZE), *before = malloc(SIZE), *buf = malloc(SIZE);
	uint64_t s = 1;

	assert_true(copy && before && buf);
	memcpy(copy, f->base, SIZE);
	memcpy(before, f->base, SIZE);
	for (int i = 0; i < 2000; i++) {
		uint64_t off = lay_random(&s) % SIZE, len = lay_random(&s) % 5000;
		if (len > SIZE - off)
			len = SIZE - off;
		memset(buf, (int)(lay_random(&s) & 0xFF), len);
		memcpy(copy + off, buf, len);
		if (i % 2)
			assert_int_equal(blk_overlay_put(f->over, off, buf, len, NULL), 0);
		else
			assert_int_equal(blk_write(f->over, off, buf, len, NULL), 0);
		off = lay_random(&s) % SIZE;
		len = lay_random(&s) % (SIZE - off);
		assert_int_equal(blk_read(f->over, off, buf, len, NULL), 0);
		assert_memory_equal(buf, copy + off, len);
	}
	assert_int_equal(blk_flush(f->over, NULL), 0);
	assert_memory_equal(f->base, before, SIZE);
	assert_true(blk_overlay_bytes(f->over) <= SIZE);
}

static void test_overlay__read_only__takes_put_but_no_write(void **state)
{
	struct fix *f = *state;
	auto_blk struct blk *over = NULL;
	uint8_t buf[4] = {1, 2, 3, 4}, got[4];

	assert_int_equal(blk_overlay_new(f->mem, false, &over, NULL), 0);
	assert_int_equal(blk_write(over, 10, buf, 4, NULL), RS_E_READ_ONLY);
	assert_int_equal(blk_overlay_put(over, 510, buf, 4, NULL), 0);
	assert_int_equal(blk_read(over, 510, got, 4, NULL), 0);
	assert_memory_equal(got, buf, 4);
	assert_int_equal(blk_overlay_bytes(over), 1024);
}

static void test_overlay__past_the_end__is_refused(void **state)
{
	struct fix *f = *state;
	uint8_t buf[4] = {0};

	assert_true(blk_overlay_put(f->over, SIZE - 3, buf, 4, NULL) < 0);
	assert_true(blk_overlay_put(f->over, UINT64_MAX, buf, 4, NULL) < 0);
	assert_int_equal(blk_overlay_bytes(f->over), 0);
}

static void test_overlay__base_fails__the_error_comes_through(void **state)
{
	struct fix *f = *state;
	struct lay_watch *w = lay_watch_new(f->mem);
	struct blk *over = NULL;
	uint8_t buf[4] = {0};

	assert_non_null(w);
	w->fail_read = 1;
	w->is_sticky = true;
	assert_int_equal(blk_overlay_new(&w->blk, true, &over, NULL), 0);
	assert_int_equal(blk_overlay_put(over, 5, buf, 4, NULL), RS_E_IO_READ);
	assert_int_equal(blk_read(over, 5, buf, 4, NULL), RS_E_IO_READ);
	blk_close(over);
	blk_close(&w->blk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_overlay__nothing_laid_over__reads_the_base, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_overlay__random_writes__reads_like_a_copy, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_overlay__read_only__takes_put_but_no_write, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_overlay__past_the_end__is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_overlay__base_fails__the_error_comes_through, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
