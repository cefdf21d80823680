/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file as a text: what is none, what cannot be read, and no more of it than is wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"

static void is_refused(const char *path, int code, const char *why)
{
	struct rs_err err = {0};
	char *text = NULL;
	size_t len = 7;

	assert_int_equal(rs_file_load(path, 100, "test", &text, &len, &err), code);
	assert_null(text);
	assert_int_equal(len, 7);
	assert_non_null(strstr(err.detail, why));
	assert_string_equal(err.object, path);
}

static void test_file__that_is_none__says_why(void **state)
{
	char dir[] = "/tmp/unbrick-file.XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	is_refused(dir, RS_E_IO_OPEN, "not a file");
	(void)snprintf(path, sizeof(path), "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	is_refused(path, RS_E_IO_OPEN, "not a file"); /* nor waited for */
	assert_int_equal(unlink(path), 0);
	is_refused(path, RS_E_IO_OPEN, "No such file");
	is_refused("/proc/self/mem", RS_E_IO_READ, "Input/output error");
	assert_int_equal(rmdir(dir), 0);
}

static void test_file__longer_than_wanted__is_cut_there(void **state)
{
	char path[] = "/tmp/unbrick-file.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "0123456789", 10), 10);
	assert_int_equal(close(fd), 0);
	for (size_t most = 0; most < 15; most++) {
		char *text = NULL;
		size_t len = 99;
		assert_int_equal(rs_file_load(path, most, "test", &text, &len, NULL), 0);
		assert_int_equal(len, most < 10 ? most : 10);
		assert_int_equal(strlen(text), len);
		assert_memory_equal(text, "0123456789", len);
		free(text);
	}
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file__that_is_none__says_why),
		cmocka_unit_test(test_file__longer_than_wanted__is_cut_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
