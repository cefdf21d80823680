/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Could a disk be written, without opening it for that? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "block/disk.h"

struct box {
	char path[64], other[64];
};

static int set_up(void **state)
{
	static struct box b;

	(void)snprintf(b.path, sizeof(b.path), "/tmp/unbrick-access.XXXXXX");
	int fd = mkstemp(b.path);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(b.other, sizeof(b.other), "%.50s.link", b.path);
	*state = &b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;

	(void)unlink(b->other);
	return unlink(b->path);
}

static void test_writable__own_file__is(void **state)
{
	struct box *b = *state;
	struct rs_err err = {0};

	assert_int_equal(blk_check_writable(b->path, &err), 0);
}

static void test_writable__missing_file__cannot_be_opened(void **state)
{
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(blk_check_writable("/nowhere/at/all", &err), RS_E_IO_OPEN);
}

/* Nobody but root may write what nobody may: asked as an ordinary user. */
static void test_writable__file_for_reading__is_not(void **state)
{
	struct box *b = *state;

	assert_int_equal(chmod(b->path, 0444), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(1);
		_exit(blk_check_writable(b->path, NULL) == RS_E_READ_ONLY ? 0 : 1);
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_same_disk__links_and_others__are_told_apart(void **state)
{
	struct box *b = *state;

	assert_int_equal(symlink(b->path, b->other), 0);
	assert_true(blk_is_same_disk(b->path, b->other));
	assert_false(blk_is_same_disk(b->path, "/dev/null"));
	assert_false(blk_is_same_disk(b->path, "/nowhere"));
	assert_true(blk_is_same_disk("/nowhere", "/nowhere"));
}

static void test_of_machine__files_and_characters__are_not(void **state)
{
	struct box *b = *state;

	assert_false(disk_is_of_machine(b->path));
	assert_false(disk_is_of_machine("/dev/null"));
	assert_false(disk_is_of_machine("/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_writable__own_file__is, set_up, tear_down),
		cmocka_unit_test(test_writable__missing_file__cannot_be_opened),
		cmocka_unit_test_setup_teardown(
			test_writable__file_for_reading__is_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_same_disk__links_and_others__are_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_of_machine__files_and_characters__are_not, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
