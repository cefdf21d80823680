/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "disk_help.h"

static void test_blk_read__past_the_end__fails_and_leaves_the_buffer(void **state)
{
	uint8_t *bytes, buf[16] = {7};
	struct rs_err err = {0};
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	assert_int_equal(blk_read(b, (1 << 20) - 8, buf, 16, &err), RS_E_IO_READ);
	assert_int_equal(buf[0], 7);
	assert_string_equal(err.object, "mem");
	assert_int_equal(blk_read(b, UINT64_MAX, buf, 1, NULL), RS_E_IO_READ);
	assert_int_equal(blk_read(b, UINT64_MAX - 7, buf, 16, NULL), RS_E_IO_READ);
	assert_int_equal(blk_read(b, 1 << 20, buf, 0, NULL), 0);
}

static void test_blk_write__past_the_end__writes_nothing(void **state)
{
	uint8_t *bytes, buf[16] = {7};
	auto_blk struct blk *b = mem_disk(1, &bytes);

	(void)state;
	assert_int_equal(blk_write(b, (1 << 20) - 8, buf, 16, NULL), RS_E_IO_WRITE);
	assert_int_equal(bytes[(1 << 20) - 8], 0);
	b->is_read_only = true;
	assert_int_equal(blk_write(b, 0, buf, 16, NULL), RS_E_READ_ONLY);
	assert_int_equal(bytes[0], 0);
}

static void test_blk_file_open__not_a_disk__is_refused(void **state)
{
	struct blk *b = NULL;
	struct rs_err err = {0};
	char *dir = scratch_new(), path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(blk_file_open(path, 0, &b, &err), RS_E_IO_OPEN);
	assert_int_equal(blk_file_open(dir, 0, &b, &err), RS_E_IO_OPEN);
	assert_int_equal(blk_file_open("/dev/null", 0, &b, &err), RS_E_IO_OPEN);
	(void)snprintf(path, sizeof(path), "%s/none", dir);
	assert_int_equal(blk_file_open(path, 0, &b, &err), RS_E_IO_OPEN);
	assert_string_equal(err.object, path);
	scratch_done(dir);
}

static void test_blk_file__written_and_read__gives_the_bytes_back(void **state)
{
	struct blk *b = NULL;
	char *dir = scratch_new(), path[128], buf[6] = "";

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/img", dir);
	assert_true(run("truncate -s 1M %s", path));
	assert_int_equal(blk_file_open(path, BLK_OPEN_WRITE, &b, NULL), 0);
	assert_int_equal(b->size_bytes, 1 << 20);
	assert_int_equal(b->sector_bytes, 512);
	assert_int_equal(blk_write(b, 524288, "hello", 5, NULL), 0);
	assert_int_equal(blk_flush(b, NULL), 0);
	blk_close(b);
	assert_int_equal(blk_file_open(path, 0, &b, NULL), 0);
	assert_true(b->is_read_only);
	assert_int_equal(blk_read(b, 524288, buf, 5, NULL), 0);
	assert_string_equal(buf, "hello");
	assert_true(blk_next_data(b, 0) <= 524288);
	assert_int_equal(blk_next_data(b, 1 << 20), 1 << 20);
	assert_int_equal(blk_write(b, 0, "x", 1, NULL), RS_E_READ_ONLY);
	assert_int_equal(truncate(path, 4096), 0); /* while it is open */
	assert_int_equal(blk_read(b, 524288, buf, 5, NULL), RS_E_IO_READ);
	blk_close(b);
	scratch_done(dir);
}

static void test_blk_file_open__read_only_file_for_writing__says_so(void **state)
{
	struct blk *b = NULL;
	char *dir = scratch_new(), path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/img", dir);
	assert_true(run("truncate -s 1M %s && chmod 400 %s", path, path));
	if (geteuid() == 0) {
		print_message("running as root, who may write everything\n");
		scratch_done(dir);
		skip();
	}
	assert_int_equal(blk_file_open(path, BLK_OPEN_WRITE, &b, NULL), RS_E_READ_ONLY);
	scratch_done(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blk_read__past_the_end__fails_and_leaves_the_buffer),
		cmocka_unit_test(test_blk_write__past_the_end__writes_nothing),
		cmocka_unit_test(test_blk_file_open__not_a_disk__is_refused),
		cmocka_unit_test(test_blk_file__written_and_read__gives_the_bytes_back),
		cmocka_unit_test(test_blk_file_open__read_only_file_for_writing__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
