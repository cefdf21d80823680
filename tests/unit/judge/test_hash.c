/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file says of its size does not rule how long it is read: a sparse file of 16 TiB is sound,
 * and has nothing to hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h> /* or the headers of the library make a struct timespec of their own */
#include <unistd.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/volume.h>

#include "win_image.h"

#define LIMIT_S 30U /* the alarm that ends a test which hangs */

static void grow(struct wi *w, const char *path, uint64_t bytes)
{
	ntfs_inode *ni = ntfs_pathname_to_inode(w->lib, NULL, path);

	assert_non_null(ni);
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
	assert_non_null(na);
	assert_int_equal(ntfs_attr_truncate(na, (s64)bytes), 0);
	ntfs_attr_close(na);
	assert_int_equal(ntfs_inode_close(ni), 0);
}

/* Goes on as long as *user is not used up. */
static bool count_down(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)done;
	(void)total;
	return *(unsigned *)user && (*(unsigned *)user)--;
}

static void test_hash__sparse_file_of_16_tib__is_not_read(void **state)
{
	struct wi *w = *state;
	struct rs_err err = {0};
	uint8_t sha256[32];
	bool is_zero = true;
	uint64_t ref;

	(void)alarm(LIMIT_S);
	wi_text(w, "/Windows/thin.sys", "begin", "");
	wi_text(w, "/Windows/some.sys", "begin", "");
	grow(w, "/Windows/thin.sys", 1ULL << 44);
	grow(w, "/Windows/some.sys", 1ULL << 20); /* holes of an ordinary size are read */
	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, "Windows/thin.sys", &ref, NULL), 0);
	assert_int_equal(judge_hash(w->vol, ref, sha256, &is_zero, &err), RS_E_UNSUPPORTED);
	assert_non_null(strstr(err.detail, "17592186044416 bytes"));
	assert_true(is_zero);
	assert_int_equal(nt_lookup(w->vol, "Windows/some.sys", &ref, NULL), 0);
	assert_int_equal(judge_hash(w->vol, ref, sha256, &is_zero, NULL), 0);
	assert_false(is_zero);
}

/* Holes are not read from the disk, which would ask: the hash asks itself. */
static void test_hash__cancelled_in_a_hole__ends(void **state)
{
	struct wi *w = *state;
	unsigned left = 100000;
	struct rs_task task = {&left, count_down};
	uint8_t sha256[32];
	bool is_zero;
	uint64_t ref;

	wi_text(w, "/Windows/hole.sys", "", "");
	grow(w, "/Windows/hole.sys", 1ULL << 20);
	wi_open(w);
	assert_int_equal(nt_lookup(w->vol, "Windows/hole.sys", &ref, NULL), 0);
	w->blk->task = &task;
	assert_int_equal(judge_hash(w->vol, ref, sha256, &is_zero, NULL), 0);
	assert_true(is_zero);
	left = 100000 - left - 4; /* the last of what it needs are 16 chunks of the hole */
	assert_int_equal(judge_hash(w->vol, ref, sha256, &is_zero, NULL), RS_E_CANCELLED);
	left = 0;
	assert_int_equal(judge_hash(w->vol, ref, sha256, &is_zero, NULL), RS_E_CANCELLED);
	w->blk->task = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_hash__sparse_file_of_16_tib__is_not_read, wi_setup, wi_teardown),
		cmocka_unit_test_setup_teardown(
			test_hash__cancelled_in_a_hole__ends, wi_setup, wi_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
