/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a volume at the last moment, with the disk open for writing and nothing written
 * yet: something else may have written while it was opened, and no kind of volume may be left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/guards.h"
#include "rig.h"

static const struct rs_options yes = {.say_yes = true};

/* ---- the last moment, by the linker's hand ---- */

static struct {
	struct rig *rig;
	void (*change)(struct nt_vol *vol); /* once, when the files are opened for the act */
	bool is_list_broken;		    /* from then on no quarantine can be listed */
	bool is_broken;
	bool is_read_only; /* so the disk says of itself */
} last;

static void by_another(struct rig *r, void (*change)(struct nt_vol *vol))
{
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;

	assert_int_equal(blk_file_open(r->disks[0], BLK_OPEN_WRITE, &blk, NULL), 0);
	assert_int_equal(nt_vol_open(blk, NT_VOL_WRITE, &vol, NULL), 0);
	change(vol);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(blk);
	rig_keep(r);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_en_stack_files(struct en_stack *s, bool is_writable, struct rs_err *err);
int __wrap_en_stack_files(struct en_stack *s, bool is_writable, struct rs_err *err);
int __real_quarantine_list(
	struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err);
int __wrap_quarantine_list(
	struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err);
int __real_blk_check_writable(const char *path, struct rs_err *err);
int __wrap_blk_check_writable(const char *path, struct rs_err *err);

int __wrap_en_stack_files(struct en_stack *s, bool is_writable, struct rs_err *err)
{
	if (is_writable && last.change) {
		by_another(last.rig, last.change);
		last.change = NULL;
	}
	last.is_broken = is_writable && last.is_list_broken;
	return __real_en_stack_files(s, is_writable, err);
}

int __wrap_quarantine_list(
	struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err)
{
	return last.is_broken ? rs_fail(err, RS_E_NTFS_DAMAGED, "the folder's index")
			      : __real_quarantine_list(vol, ret, ret_n, err);
}

int __wrap_blk_check_writable(const char *path, struct rs_err *err)
{
	return last.is_read_only ? rs_fail_on(err, RS_E_READ_ONLY, path, "by its switch")
				 : __real_blk_check_writable(path, err);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- the disks ---- */

static int make(void **state, unsigned content)
{
	int r = rig_make(state, content);

	memset(&last, 0, sizeof(last));
	last.rig = *state;
	return r;
}

static int make_bad(void **state)
{
	return make(state, RIG_HAS_BAD);
}

static int make_fixed(void **state)
{
	(void)make_bad(state);
	assert_int_equal(rig_run(*state, RS_FIX, &yes), 0);
	rig_keep(*state);
	return 0;
}

static int make_second_renames(void **state)
{
	return make(state, RIG_HAS_BAD | RIG_SECOND);
}

static void refused(struct rig *r, enum rs_command c, int status, const char *id)
{
	assert_int_equal(rig_run(r, c, &yes), status);
	rig_expect(r, "error.id", id);
	rig_expect(r, "outcome.written", "false");
	assert_true(rig_is_as_made(r));
}

/* ---- the tests ---- */

static void test_fix__file_changed_while_the_disk_is_opened__refused(void **state)
{
	last.change = rig_touch_bad;
	refused(*state, RS_FIX, 7, "plan.changed");
	assert_null(last.change);
}

static void put_a_new_one(struct nt_vol *vol)
{
	uint64_t dir = 0, ref;

	assert_int_equal(nt_lookup(vol, RIG_DIR, &dir, NULL), 0);
	assert_int_equal(nt_file_create(vol, dir, RIG_BAD, "new", 3, 0, &ref, NULL), 0);
}

/* Its vendor's service has fetched the file anew: the plan did not know of it. */
static void test_undo__its_place_is_taken_while_the_disk_is_opened__refused(void **state)
{
	last.change = put_a_new_one;
	refused(*state, RS_UNDO, 7, "plan.changed");
	assert_null(last.change);
}

static void test_undo__another_quarantine_cannot_be_read__refused(void **state)
{
	last.is_list_broken = true;
	refused(*state, RS_UNDO, 11, "ntfs.damaged");
}

static void test_fix__the_second_windows_will_rename__refused(void **state)
{
	refused(*state, RS_FIX, 7, "windows.rename-pending");
}

/* By its switch, or because the machine says so: root cannot write to it, either. */
static void test_fix__read_only_disk__refused_before_the_question(void **state)
{
	struct rig *r = *state;

	last.is_read_only = true;
	r->is_there = true;
	r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 7);
	rig_expect(r, "error.id", "disk.read-only");
	assert_int_equal(rig_asked(r), 0);
	assert_true(rig_is_as_made(r));
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_fix__file_changed_while_the_disk_is_opened__refused, make_bad),
		T(test_undo__its_place_is_taken_while_the_disk_is_opened__refused, make_fixed),
		T(test_undo__another_quarantine_cannot_be_read__refused, make_fixed),
		T(test_fix__the_second_windows_will_rename__refused, make_second_renames),
		T(test_fix__read_only_disk__refused_before_the_question, make_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
