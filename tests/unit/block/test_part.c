/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "block/overlay.h"

#include "../../layers/layers.h"
#include "disk_help.h"

static void test_blk_part_new__not_inside_its_parent__is_truncated(void **state)
{
	uint8_t *bytes;
	struct blk *p = NULL;
	struct rs_err err = {0};
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	assert_int_equal(blk_part_new(b, 512, 1 << 20, "p1", &p, &err), RS_E_TRUNCATED);
	assert_string_equal(err.object, "p1");
	assert_int_equal(blk_part_new(b, UINT64_MAX, 512, "p1", &p, &err), RS_E_TRUNCATED);
	assert_int_equal(blk_part_new(b, 512, UINT64_MAX, "p1", &p, &err), RS_E_TRUNCATED);
	assert_null(p);
	assert_int_equal(blk_part_new(b, 1 << 20, 0, "p1", &p, &err), 0);
	blk_close(p);
}

static void test_blk_part__read_and_written__stays_in_its_window(void **state)
{
	uint8_t *bytes, buf[8] = {0};
	struct blk *p = NULL;
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	memset(bytes + 4096, 0x11, 4096);
	assert_int_equal(blk_part_new(b, 4096, 4096, "p1", &p, NULL), 0);
	assert_int_equal(p->sector_bytes, 512);
	assert_int_equal(blk_read(p, 0, buf, 8, NULL), 0);
	assert_int_equal(buf[0], 0x11);
	assert_int_equal(blk_write(p, 4090, "123456", 6, NULL), 0);
	assert_memory_equal(bytes + 8186, "123456", 6);
	assert_int_equal(blk_write(p, 4091, "123456", 6, NULL), RS_E_IO_WRITE);
	assert_int_equal(bytes[8192], 0);
	assert_int_equal(blk_read(p, 4096, buf, 1, NULL), RS_E_IO_READ);
	assert_int_equal(blk_next_data(p, 5), 5);
	assert_int_equal(blk_next_data(p, 4096), 4096);
	blk_close(p);
}

static void test_blk_part__of_a_read_only_parent__is_read_only(void **state)
{
	uint8_t *bytes;
	struct blk *p = NULL;
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	b->is_read_only = true;
	assert_int_equal(blk_part_new(b, 0, 4096, "p1", &p, NULL), 0);
	assert_int_equal(blk_write(p, 0, "x", 1, NULL), RS_E_READ_ONLY);
	assert_int_equal(blk_flush(p, NULL), 0);
	blk_close(p);
}

static void test_blk_will_need__through_layers__is_where_it_is_read_and_inside(void **state)
{
	uint8_t *bytes;
	struct blk *p = NULL, *over = NULL;
	auto_blk struct blk *b = mem_disk(1, &bytes);
	struct lay_watch *w = lay_watch_new(b);

	(void)state;
	assert_non_null(w);
	blk_will_need(b, 0, 512); /* that knows none: nothing happens */
	assert_int_equal(blk_part_new(&w->blk, 4096, 8192, "p1", &p, NULL), 0);
	assert_int_equal(blk_overlay_new(p, true, &over, NULL), 0);
	blk_will_need(over, 512, 1024);
	assert_int_equal(w->hinted_at, 4096 + 512);
	assert_int_equal(w->hinted_bytes, 1024);
	blk_will_need(over, 8000, UINT64_MAX);
	assert_int_equal(w->hinted_at, 4096 + 8000);
	assert_int_equal(w->hinted_bytes, 1024 + 192);
	blk_will_need(over, 8192, 1);
	blk_will_need(over, UINT64_MAX, UINT64_MAX);
	assert_int_equal(w->hinted_bytes, 1024 + 192);
	assert_int_equal(w->reads, 0);
	blk_close(over);
	blk_close(p);
	blk_close(&w->blk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blk_part_new__not_inside_its_parent__is_truncated),
		cmocka_unit_test(test_blk_part__read_and_written__stays_in_its_window),
		cmocka_unit_test(test_blk_part__of_a_read_only_parent__is_read_only),
		cmocka_unit_test(
			test_blk_will_need__through_layers__is_where_it_is_read_and_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
