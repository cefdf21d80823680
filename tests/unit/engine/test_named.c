/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that a person names: told of, asked about, moved by his yes alone, and never one that
 * Windows needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rig.h"

#define NOTE   "\\Windows\\note.txt" /* RIG_PASSED */
#define KERNEL "\\Windows\\System32\\ntoskrnl.exe"
#define HIVE   "\\Windows\\System32\\config\\SYSTEM"

static int make(void **state)
{
	return rig_make(state, RIG_HAS_PASSED | RIG_SECOND);
}

/* Returns the exit status; the report is the rig's. */
static int run_ref(struct rig *r, const char *path, uint64_t ref, bool say_yes)
{
	const struct rs_target target = {.disks = r->disks, .n_disks = r->n_disks};
	const struct rs_options options = {.say_yes = say_yes};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;

	assert_int_equal(rs_name_file(s, path, ref, NULL), 0);
	const int code = rs_repair_all(s, RS_FIX, &target, &options, &report);
	const int status = rig_read_take(r, report, code);
	rs_session_free(s);
	return status;
}

static int run(struct rig *r, const char *path, bool say_yes)
{
	return run_ref(r, path, 0, say_yes);
}

static void test_named__yes__is_moved_and_told_of_once(void **state)
{
	struct rig *r = *state;

	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	assert_int_equal(run(r, NOTE, false), 0);
	rig_expect(r, "findings.0.source", "person");
	rig_expect(r, "findings.0.rule", "named");
	rig_expect(r, "findings.0.outcome", "doubt");
	assert_int_equal(rig_count(r, "findings"), 1); /* two Windows are on the volume */
	rig_expect(r, "actions.0.path", NOTE);
	assert_int_equal(rig_count(r, "actions"), 1);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
	assert_false(rig_has_file(r, 0, RIG_PASSED));
	rig_fits_schema(r);
	assert_int_equal(rig_run(r, RS_UNDO, NULL), 0);
	assert_true(rig_has_file(r, 0, RIG_PASSED));
}

static void test_named__no_or_nobody__stays(void **state)
{
	struct rig *r = *state;

	assert_int_equal(run(r, NOTE, true), 15); /* --yes is no answer */
	assert_true(rig_is_as_made(r));
	r->is_there = true;
	r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
	(void)run(r, NOTE, false);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
	assert_true(rig_is_as_made(r));
}

static void test_named__what_windows_needs__is_told_of_only(void **state)
{
	static const char *const paths[] = {KERNEL, HIVE, "\\Windows\\System32", "\\$MFT",
		"\\$Extend\\$ObjId"}; /* the last has no data */
	struct rig *r = *state;

	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)run(r, paths[i], false);
		rig_expect(r, "plan.0.action", "report");
		assert_int_equal(r->asked[RS_ASK_DOUBT], 0);
		assert_true(rig_is_as_made(r));
	}
}

/* Each of several is asked about by itself, and one that Windows needs stays. */
static void test_named__several__each_is_asked_about(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {.disks = r->disks, .n_disks = r->n_disks};
	struct rs_report *report = NULL;

	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	struct rs_session *s = rig_session(r);
	assert_int_equal(rs_name_file(s, NOTE, 0, NULL), 0);
	assert_int_equal(rs_name_file(s, KERNEL, 0, NULL), 0);
	const int code = rs_repair_all(s, RS_FIX, &target, NULL, &report);
	(void)rig_read_take(r, report, code);
	rs_session_free(s);
	assert_int_equal(rig_count(r, "findings"), 2);
	assert_int_equal(rig_count(r, "actions"), 1);
	rig_expect(r, "actions.0.path", NOTE);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
	rig_fits_schema(r);
}

static void test_named__not_there_or_none__nothing_is_found(void **state)
{
	struct rig *r = *state;

	assert_int_equal(run(r, "\\Windows\\no such file", true), 2); /* never 'nothing to do' */
	rig_expect(r, "error.id", "file.not-found");
	assert_int_equal(rig_count(r, "findings"), 0);
	assert_int_equal(run(r, NULL, true), 4);
	assert_int_equal(rig_count(r, "findings"), 0);
}

/* What the path leads to is not what was chosen: its name differs by case, or it came later. */
static void test_named__another_file_of_that_path__stays(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {.disks = r->disks, .n_disks = r->n_disks};
	struct rs_session *s = rig_session(r);
	struct rs_tree *t = NULL;
	struct rs_node n;

	assert_int_equal(rs_tree_open(s, &target, &t, NULL), 0);
	assert_int_equal(rs_tree_stat(t, NOTE, &n, NULL), 0);
	rs_tree_close(t);
	rs_session_free(s);
	assert_int_equal(run_ref(r, NOTE, n.ref + (1ULL << 48), true), 2);
	assert_int_equal(rig_count(r, "findings"), 0);
	(void)run_ref(r, NOTE, n.ref, true);
	assert_int_equal(rig_count(r, "findings"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_named__yes__is_moved_and_told_of_once, make, rig_unmake),
		cmocka_unit_test_setup_teardown(test_named__no_or_nobody__stays, make, rig_unmake),
		cmocka_unit_test_setup_teardown(
			test_named__what_windows_needs__is_told_of_only, make, rig_unmake),
		cmocka_unit_test_setup_teardown(
			test_named__several__each_is_asked_about, make, rig_unmake),
		cmocka_unit_test_setup_teardown(
			test_named__not_there_or_none__nothing_is_found, make, rig_unmake),
		cmocka_unit_test_setup_teardown(
			test_named__another_file_of_that_path__stays, make, rig_unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
