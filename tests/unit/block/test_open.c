/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of kinds of disks: what is taken for which, and what each is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "block/blk.h"
#include "disk_help.h"

struct box {
	char *dir, path[96], other[96], link[96];
};

static void make_file(const char *path)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), 4096), 0);
	assert_int_equal(fclose(f), 0);
}

static void box_new(struct box *b)
{
	b->dir = scratch_new();
	(void)snprintf(b->path, sizeof(b->path), "%s/disk", b->dir);
	(void)snprintf(b->other, sizeof(b->other), "%s/other", b->dir);
	(void)snprintf(b->link, sizeof(b->link), "%s/link", b->dir);
	make_file(b->path);
	make_file(b->other);
	assert_int_equal(link(b->path, b->link), 0);
}

static void test_kind__image_file__opens_and_answers(void **state)
{
	struct box b;
	struct blk *disk = NULL;
	struct blk_lock *lock = NULL, *second = NULL;
	bool is_device = true;

	(void)state;
	box_new(&b);
	const struct blk_kind *kind = blk_kind_find(b.path, NULL);
	assert_non_null(kind);
	assert_int_equal(kind->lock(b.path, true, &lock, NULL), 0);
	assert_int_equal(kind->lock(b.link, false, &second, NULL), RS_E_BUSY);
	blk_unlock(lock);
	assert_int_equal(kind->check_writable(b.path, NULL), 0);
	assert_int_equal(kind->open(b.path, 0, &disk, NULL), 0);
	assert_int_equal(disk->size_bytes, 4096);
	blk_close(disk);
	assert_int_equal(kind->open_again(b.path, &disk, &is_device, NULL), 0);
	blk_close(disk);
	assert_null(kind->identify);
	assert_null(kind->look);
	scratch_done(b.dir);
}

static void test_kind__what_lies_on_an_image__is_itself_by_any_name(void **state)
{
	struct box b;
	struct stat st;

	(void)state;
	box_new(&b);
	const struct blk_kind *kind = blk_kind_find(b.path, NULL);
	assert_non_null(kind);
	assert_int_equal(stat(b.link, &st), 0);
	assert_true(kind->holds(b.path, &st));
	assert_int_equal(stat(b.other, &st), 0);
	assert_false(kind->holds(b.path, &st));
	assert_int_equal(stat(b.dir, &st), 0); /* beside it on the same file system */
	assert_false(kind->holds(b.path, &st));
	assert_int_equal(stat(b.path, &st), 0);
	assert_int_equal(unlink(b.path), 0);
	assert_false(kind->holds(b.path, &st)); /* it is not there any more */
	scratch_done(b.dir);
}

static void test_kind__no_disk__is_refused_with_the_reason(void **state)
{
	struct box b;
	struct rs_err err = {0};

	(void)state;
	box_new(&b);
	assert_null(blk_kind_find(b.dir, &err));
	assert_int_equal(err.code, RS_E_IO_OPEN);
	assert_string_equal(err.detail, "not a disk or an image file");
	assert_null(blk_kind_find("/dev/null", &err));
	assert_string_equal(err.object, "/dev/null");
	/* not even opened: what that does to a device of another kind nobody knows */
	struct blk *disk = NULL;
	assert_int_equal(blk_file_open(b.dir, BLK_OPEN_WRITE, &disk, &err), RS_E_IO_OPEN);
	assert_string_equal(err.detail, "not a disk or an image file");
	assert_null(blk_kind_find("/nowhere/at/all", &err));
	assert_int_equal(err.code, RS_E_IO_OPEN);
	assert_string_equal(err.detail, "No such file or directory");
	scratch_done(b.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kind__image_file__opens_and_answers),
		cmocka_unit_test(test_kind__what_lies_on_an_image__is_itself_by_any_name),
		cmocka_unit_test(test_kind__no_disk__is_refused_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
