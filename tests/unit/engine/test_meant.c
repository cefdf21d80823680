/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of two Windows on one volume one alone is meant: only that one is judged and repaired, the other
 * is named; what is no Windows there is refused; and what holds for the volume is asked of both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rig.h"

#define FIRST_FILE  RIG_DIR "/" RIG_BAD
#define SECOND_FILE RIG_SECOND_DIR "/" RIG_BAD

static const struct rs_options yes = {.say_yes = true};

static int make(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_HAS_PASSED | RIG_SECOND_BAD);
}

static int make_renaming(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_SECOND);
}

static int make_command(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_COMMAND | RIG_SECOND_BAD);
}

/* Is it said, wherever the lines break? */
static bool says(const struct rig *r, const char *words)
{
	char flat[sizeof(r->text)];
	size_t n = 0;

	for (const char *s = r->text; *s; s++)
		if ((*s != ' ' && *s != '\n') || !n || flat[n - 1] != ' ')
			flat[n++] = *s == '\n' ? ' ' : *s;
	flat[n] = '\0';
	return strstr(flat, words);
}

static void test_scan__second_meant__tells_of_it_alone(void **state)
{
	struct rig *r = *state;

	r->windows = "\\Windows2";
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	assert_int_equal(rig_count(r, "findings"), 1);
	rig_expect(r, "findings.0.windows", "\\Windows2");
	assert_int_equal(rig_count(r, "plan"), 1);
	rig_expect(r, "plan.0.windows", "\\Windows2");
	rig_expect_part(r, "plan.0.path", "\\Windows2\\");
	rig_expect(r, "disks.0.volumes.0.chosen_windows", "\\Windows2");
	rig_expect(r, "disks.0.volumes.0.windows.root", "\\Windows"); /* as the list has it */
	rig_expect_part(r, "outcome.text", "not chosen: \\Windows on volume 1");
	assert_true(says(r, "Windows in \\Windows2 alone"));
	assert_true(says(r, "another Windows in \\Windows, not chosen"));
	assert_true(says(r, " --volume 1 --windows '\\Windows2'"));
	rig_fits_schema(r);
	assert_true(rig_is_as_made(r));
}

static void test_scan__none_meant__tells_which_windows_each_is_of(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	assert_int_equal(rig_count(r, "plan"), 2);
	rig_expect(r, "findings.0.windows", "\\Windows");
	rig_expect(r, "findings.1.windows", "\\Windows2");
	rig_expect(r, "disks.0.volumes.0.chosen_windows", "");
	assert_true(says(r, "on volume 1, Windows in \\Windows2"));
	assert_false(says(r, "--windows"));
}

static void test_fix__none_meant__both_and_says_how_many_of_each(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_expect_part(r, "outcome.text",
		"; \\Windows on volume 1: 1 file; \\Windows2 on volume 1: 1 file");
	assert_false(rig_has_file(r, 0, FIRST_FILE) || rig_has_file(r, 0, SECOND_FILE));
}

static void test_fix__one_meant__the_other_keeps_its_file(void **state)
{
	static const char *const spelled[] = {"\\Windows2", "/windows2", "WINDOWS2"};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		rig_reset(r);
		r->windows = spelled[i];
		assert_int_equal(rig_run(r, RS_FIX, &yes), 0); /* a person left it */
		rig_expect_part(r, "outcome.text", "not chosen: \\Windows on volume 1");
		assert_true(rig_has_file(r, 0, FIRST_FILE));
		assert_false(rig_has_file(r, 0, SECOND_FILE));
		rig_fits_schema(r);
	}
	assert_int_equal(rig_run(r, RS_FIX, &yes), 4);
	rig_expect_part(r, "outcome.text", "not chosen: \\Windows on volume 1");
	r->windows = "\\Windows";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	assert_false(rig_has_file(r, 0, FIRST_FILE));
}

static void test_fix__no_windows_there__refused(void **state)
{
	static const char *const wrong[] = {"\\Windows3", "\\", "", "\\Windows2\\System32",
		"\\Windows2\\..\\Windows", "\\System Volume Information", "\xff\\Windows"};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		r->windows = wrong[i];
		for (unsigned c = RS_SCAN; c <= RS_FIX; c++) {
			assert_int_equal(rig_run(r, (enum rs_command)c, &yes), 2);
			rig_expect(r, "error.id", "usage.no-such-windows");
			rig_expect_part(r, "error.detail", "\\Windows2 on volume 1");
			assert_int_equal(rig_count(r, "findings"), 0);
			assert_true(rig_is_as_made(r));
		}
	}
	rig_fits_schema(r);
}

static void test_fix__on_two_volumes__refused_until_one_is_named(void **state)
{
	struct rig *r = *state;
	size_t len;
	uint8_t *bytes = rig_windows(RIG_HAS_BAD, &len);

	rig_add_take(r, bytes, len);
	r->windows = "\\Windows";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 2);
	rig_expect(r, "error.id", "usage.ambiguous");
	rig_expect_part(r, "error.detail", "on volume 2");
	assert_true(rig_is_as_made(r));
	r->volume = "2";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	assert_true(rig_has_file(r, 0, FIRST_FILE));
	assert_false(rig_has_file(r, 1, FIRST_FILE));
}

/* A person named a file that several Windows may use. */
static void test_fix__named_file_outside__told_of_only(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {
		.disks = r->disks, .n_disks = r->n_disks, .windows = "\\Windows2"};
	struct rs_report *report = NULL;

	r->is_there = true;
	r->says[RS_ASK_DOUBT] = r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
	struct rs_session *s = rig_session(r);
	assert_int_equal(rs_name_file(s, "\\Windows\\note.txt", 0, NULL), 0);
	const int code = rs_repair_all(s, RS_FIX, &target, NULL, &report);
	assert_int_equal(rig_read_take(r, report, code), 15);
	rs_session_free(s);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 0);
	assert_true(rig_has_file(r, 0, RIG_PASSED));
	assert_true(rig_has_file(r, 0, FIRST_FILE));
	assert_false(rig_has_file(r, 0, SECOND_FILE));
	rig_expect(r, "findings.1.source", "person");
	rig_expect(r, "findings.1.windows", "");
}

/* Both files were to be moved, and only one was. */
static void test_fix__after_an_interruption__finishes_what_is_meant(void **state)
{
	struct rig *r = *state;
	bool is_half = false;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	for (uint64_t step = r->steps; !is_half; step--) {
		assert_true(step > 0); /* else none of them does it */
		rig_reset(r);
		r->stop_at_step = step;
		(void)rig_run(r, RS_FIX, &yes);
		is_half = !rig_has_file(r, 0, FIRST_FILE) && rig_has_file(r, 0, SECOND_FILE);
	}
	r->stop_at_step = 0;
	r->windows = "\\Windows";
	(void)rig_run(r, RS_FIX, &yes);
	rig_expect(r, "outcome.status", "15");
	rig_expect_part(r, "outcome.text", "1 bad file is left where it is");
	assert_true(rig_has_file(r, 0, SECOND_FILE));
	r->windows = "\\Windows2";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	assert_false(rig_has_file(r, 0, SECOND_FILE));
}

/* The one that is not meant starts all the same, and would undo it. */
static void test_fix__other_one_renames_onto_it__refused(void **state)
{
	struct rig *r = *state;

	r->windows = "\\Windows";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 7);
	rig_expect(r, "error.id", "windows.rename-pending");
	assert_true(rig_is_as_made(r));
}

/* What the other one will do at its start is no question of this one. */
static void test_fix__other_one_has_a_command__not_asked_about(void **state)
{
	struct rig *r = *state;

	r->is_there = true;
	r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
	r->windows = "\\Windows2";
	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	assert_int_equal(r->asked[RS_ASK_RISK], 0);
	rig_reset(r);
	r->is_there = true;
	r->windows = "\\Windows";
	(void)rig_run(r, RS_FIX, NULL);
	assert_int_equal(r->asked[RS_ASK_RISK], 1);
}

int main(void)
{
#define T(name, make) cmocka_unit_test_setup_teardown(name, make, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_scan__second_meant__tells_of_it_alone, make),
		T(test_scan__none_meant__tells_which_windows_each_is_of, make),
		T(test_fix__none_meant__both_and_says_how_many_of_each, make),
		T(test_fix__one_meant__the_other_keeps_its_file, make),
		T(test_fix__no_windows_there__refused, make),
		T(test_fix__on_two_volumes__refused_until_one_is_named, make),
		T(test_fix__named_file_outside__told_of_only, make),
		T(test_fix__after_an_interruption__finishes_what_is_meant, make),
		T(test_fix__other_one_renames_onto_it__refused, make_renaming),
		T(test_fix__other_one_has_a_command__not_asked_about, make_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
