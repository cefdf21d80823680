/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list, scan, fix, undo as a front end runs them: what the report says, how it ends, what is asked
 * and what each answer does; what is refused leaves every byte as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static const struct rs_options yes = {.say_yes = true};

static int make(void **state, unsigned first, unsigned second)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	for (unsigned content = first; content != ~0U; content = second, second = ~0U) {
		uint8_t *bytes = rig_windows(content, &len);
		rig_add_take(r, bytes, len);
	}
	*state = r;
	return 0;
}

static int make_usual(void **state)
{
	return make(state, RIG_HAS_BAD | RIG_HAS_DOUBT, ~0U);
}

static int make_sound(void **state)
{
	return make(state, 0, ~0U);
}

static int make_asleep(void **state)
{
	return make(state, RIG_HAS_BAD | RIG_SLEEPS, ~0U);
}

static int make_doubtful(void **state)
{
	return make(state, RIG_HAS_DOUBT, ~0U);
}

static int make_two(void **state)
{
	return make(state, RIG_HAS_BAD, RIG_HAS_BAD);
}

static int make_two_one_sleeps(void **state)
{
	return make(state, RIG_HAS_BAD, RIG_HAS_BAD | RIG_SLEEPS);
}

static int make_parts(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	uint8_t *parts[2];
	size_t lens[2], len;

	assert_non_null(r);
	rig_begin(r);
	parts[0] = rig_windows(RIG_HAS_BAD, &lens[0]);
	parts[1] = rig_windows(RIG_HAS_BAD, &lens[1]);
	uint8_t *all = rig_join_take(parts, lens, &len);
	rig_add_take(r, all, len);
	*state = r;
	return 0;
}

/* ---- looking ---- */

static void test_list__usual__tells_disk_volume_windows(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "outcome.result", "done");
	rig_expect(r, "schema_version", "1");
	rig_expect(r, "disks.0.path", r->disks[0]);
	rig_expect(r, "disks.0.scheme", "bare");
	rig_expect(r, "disks.0.volumes.0.content", "ntfs");
	rig_expect(r, "disks.0.volumes.0.ntfs.label", "TEST");
	rig_expect(r, "disks.0.volumes.0.ntfs.can_write", "true");
	rig_expect(r, "disks.0.volumes.0.windows.root", "\\Windows");
	rig_expect(r, "disks.0.volumes.0.windows.build", "19045");
	assert_non_null(strstr(r->text, "\\Windows"));
	assert_true(rig_is_as_made(r));
}

static void test_scan__bad_and_doubtful__tells_the_plan(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "outcome.result", "found");
	rig_expect(r, "outcome.text", "1 to quarantine, 1 doubtful, 0 of an interrupted run");
	rig_expect(r, "outcome.written", "");
	rig_expect(r, "findings.0.rule", "crowdstrike-291");
	rig_expect(r, "findings.0.kind", "bad-file");
	rig_expect(r, "findings.0.outcome", "matched");
	assert_int_equal(rig_count(r, "plan"), 2);
	for (unsigned i = 0; i < 2; i++) {
		const char *action = rig_get(r, i ? "plan.1.action" : "plan.0.action");
		const char *path = rig_get(r, i ? "plan.1.path" : "plan.0.path");
		assert_string_equal(action, strstr(path, RIG_BAD) ? "quarantine" : "ask");
		assert_string_equal(rig_get(r, i ? "plan.1.accepted" : "plan.0.accepted"), "");
	}
	assert_non_null(strstr(r->text, RIG_BAD));
	assert_int_equal(rig_asked(r), 0);
	assert_true(rig_is_as_made(r));
}

static void test_scan__sound__nothing_to_do(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 0);
	rig_expect(r, "outcome.result", "nothing-to-do");
	rig_expect(r, "outcome.text", "no known fault was found");
	assert_int_equal(rig_count(r, "plan"), 0);
}

static void test_scan__asleep__ends_as_fix_would(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 7);
	rig_expect(r, "error.id", "ntfs.hibernated");
	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "disks.0.volumes.0.ntfs.hibernation.hibernated", "true");
}

static void test_looking__no_such_volume__usage(void **state)
{
	struct rig *r = *state;

	for (enum rs_command c = RS_LIST; c <= RS_REPLAY; c++) {
		r->volume = "9";
		assert_int_equal(rig_run(r, c, NULL), 2);
		rig_expect(r, "error.id", "usage.no-such-volume");
		r->volume = "no-uuid";
		assert_int_equal(rig_run(r, c, NULL), 2);
	}
	assert_true(rig_is_as_made(r));
}

static void test_looking__no_such_disk__cannot_open(void **state)
{
	struct rig *r = *state;

	r->disks[0] = "/nonexistent/disk.img";
	for (enum rs_command c = RS_LIST; c <= RS_REPLAY; c++) {
		assert_int_equal(rig_run(r, c, NULL), 10);
		rig_expect(r, "error.id", "disk.open");
		rig_expect(r, "error.object", "/nonexistent/disk.img");
	}
	r->disks[0] = r->images[0].path;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the sanitizer's own */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* A making of a file that is stopped half-way leaves an inode of libntfs-3g's own behind. */
static void look_for_leaks(bool is_wanted)
{
	void (*const act)(void) = is_wanted ? __lsan_enable : __lsan_disable;

	if (act)
		act();
}

static void stop_at_some_steps(struct rig *r, enum rs_command c)
{
	const struct rs_options *const o = c >= RS_FIX ? &yes : NULL;

	rig_reset(r);
	(void)rig_run(r, c, o);
	const uint64_t all = r->steps;
	for (uint64_t at = 1; at <= all; at += all / 6 + 1) {
		rig_reset(r);
		r->stop_at_step = at;
		look_for_leaks(false);
		int status = rig_run(r, c, o);
		look_for_leaks(true);
		if (status != 14)
			fail_msg("command %d, stopped at %llu of %llu: ended with %d: %s", (int)c,
				(unsigned long long)at, (unsigned long long)all, status,
				rig_get(r, "error"));
		rig_expect(r, "outcome.result", "cancelled");
		rig_expect(r, "error.next", "run it again when it may go on"); /* nobody asked */
		if (strcmp(rig_get(r, "outcome.written"), "true") != 0)
			assert_true(rig_is_as_made(r));
	}
}

static void test_every_command__stopped_at_some_step__cancelled_and_untouched(void **state)
{
	struct rig *r = *state;

	for (enum rs_command c = RS_LIST; c <= RS_REPLAY; c++)
		stop_at_some_steps(r, c);
	rig_reset(r);
	(void)rig_run(r, RS_FIX, &yes);
	rig_keep(r);
	stop_at_some_steps(r, RS_UNDO);
}

/* ---- fix ---- */

static void test_fix__yes__moves_the_bad_one_only(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 15); /* one is left for a person */
	rig_expect(r, "outcome.result", "left");
	rig_expect(r, "outcome.written", "true");
	rig_expect_part(r, "outcome.text", "1 file moved into quarantine");
	rig_expect_part(r, "outcome.text", "1 doubtful file was left");
	rig_expect(r, "actions.0.result", "done");
	rig_expect(r, "actions.0.action", "quarantine");
	rig_expect(r, "verification.passed", "true");
	rig_expect_part(r, "quarantine.report", "report.json");
	assert_false(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_DOUBT));
	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "disks.0.volumes.0.quarantines.0.state", "active");
	rig_expect(r, "disks.0.volumes.0.quarantines.0.proven", "true");
	rig_expect(r, "disks.0.volumes.0.quarantines.0.files", "1");
}

static void test_fix__no_person_no_yes__nothing_is_written(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, NULL), 14);
	rig_expect(r, "outcome.result", "cancelled");
	rig_expect(r, "outcome.text", "nothing was changed");
	rig_expect(r, "outcome.written", "false");
	rig_expect(r, "error.next", "--yes answers the plan's question where nobody can");
	assert_true(rig_is_as_made(r));
}

static void test_fix__each_answer_to_the_plan__only_yes_writes(void **state)
{
	struct rig *r = *state;

	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = (enum rs_answer)a;
		int status = rig_run(r, RS_FIX, NULL);
		assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
		assert_int_equal(r->asked[RS_ASK_PLAN], 1);
		assert_string_equal(
			r->question, "Move 1 file into quarantine? ('unbrick undo' puts it back)");
		assert_int_equal(status, a == RS_ANSWER_YES ? 0 : 14);
		if (status)
			rig_expect(r, "error.next",
				a == RS_ANSWER_NOBODY
					? "--yes answers the plan's question where nobody can"
					: "run it again when it may go on");
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
	}
}

static void test_fix__each_answer_to_a_doubtful_file(void **state)
{
	static const int status[] = {0, 0, 14, 15};
	struct rig *r = *state;

	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
		r->says[RS_ASK_DOUBT] = (enum rs_answer)a;
		assert_int_equal(rig_run(r, RS_FIX, NULL), status[a]);
		assert_int_equal(r->asked[RS_ASK_PLAN], a != RS_ANSWER_CANCEL);
		assert_int_equal(rig_is_as_made(r), a == RS_ANSWER_CANCEL);
		assert_int_equal(rig_has_file(r, 0, RIG_DIR "/" RIG_DOUBT), a != RS_ANSWER_YES);
	}
}

static void test_fix__only_doubtful__each_answer(void **state)
{
	static const int status[] = {4, 0, 14, 15};
	struct rig *r = *state;

	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
		r->says[RS_ASK_DOUBT] = (enum rs_answer)a;
		assert_int_equal(rig_run(r, RS_FIX, NULL), status[a]);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
	}
	rig_reset(r);
	assert_int_equal(rig_run(r, RS_FIX, &yes), 15); /* never by --yes */
	assert_true(rig_is_as_made(r));
}

static void test_fix__sound__nothing_to_do(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 4);
	rig_expect(r, "outcome.result", "nothing-to-do");
	rig_expect(r, "outcome.text", "nothing to repair, nothing was changed");
	assert_int_equal(rig_run(r, RS_UNDO, &yes), 4);
	rig_expect(r, "outcome.text", "no quarantine, nothing was changed");
	assert_int_equal(rig_run(r, RS_REPLAY, NULL), 4);
	rig_expect(r, "outcome.text", "no journal is open, nothing was changed");
	assert_true(rig_is_as_made(r));
}

static void test_fix__asleep__refused(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 2; i++) {
		r->is_there = i;
		r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
		r->says[RS_ASK_RISK] = RS_ANSWER_YES;
		assert_int_equal(rig_run(r, RS_FIX, i ? NULL : &yes), 7);
		rig_expect(r, "error.id", "ntfs.hibernated");
		rig_expect(r, "outcome.written", "false");
		assert_int_equal(rig_asked(r), 0);
	}
	assert_true(rig_is_as_made(r));
}

static void test_fix__read_by_another__busy(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {.disks = r->disks, .n_disks = 1};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;
	struct rs_tree *t = NULL;

	assert_int_equal(rs_tree_open(s, &target, &t, &report), 0);
	rs_report_free(report);
	assert_int_equal(rig_run(r, RS_FIX, &yes), 13);
	rig_expect(r, "error.id", "disk.busy");
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rs_tree_close(t);
	rs_session_free(s);
	assert_true(rig_is_as_made(r));
}

static void test_fix__again__nothing_to_do_and_not_one_byte(void **state)
{
	struct rig *r = *state;

	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	rig_expect_part(r, "outcome.text", "2 files moved into quarantine, ");
	rig_keep(r);
	assert_int_equal(rig_run(r, RS_FIX, &yes), 4);
	rig_expect(r, "outcome.written", "false");
	assert_true(rig_is_as_made(r));
}

/* ---- two of them ---- */

static void test_two_windows__both_are_repaired(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	assert_int_equal(rig_count(r, "plan"), 2);
	rig_expect(r, "plan.0.volume", "1");
	rig_expect(r, "plan.1.volume", "2");
	for (size_t i = 0; i < 2; i++) {
		char line[200];
		(void)snprintf(line, sizeof(line), "To repair it: unbrick fix %s\n", r->disks[i]);
		assert_non_null(strstr(r->text, line));
	}
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_expect_part(r, "outcome.text", "2 files moved into quarantine, ");
	assert_false(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_false(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
}

static void test_two_windows__one_chosen__the_other_is_untouched(void **state)
{
	struct rig *r = *state;

	r->volume = "2";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_false(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
}

static void test_two_partitions__one_chosen__the_other_is_untouched(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "disks.0.scheme", "mbr");
	rig_expect(r, "disks.0.volumes.1.partition.number", "2");
	r->volume = "1";
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	r->volume = NULL;
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "outcome.text", "1 to quarantine, 0 doubtful, 0 of an interrupted run");
	rig_expect(r, "plan.0.volume", "2");
}

static void test_two_windows__undo_without_id__names_both(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_keep(r);
	assert_int_equal(rig_run(r, RS_UNDO, &yes), 2);
	rig_expect(r, "error.id", "usage.ambiguous");
	rig_expect_part(r, "error.detail", "(volume 1)");
	rig_expect_part(r, "error.detail", "(volume 2)");
	rig_expect_part(r, "error.next", "unbrick undo DISK ID");
	assert_true(rig_is_as_made(r));
	r->volume = "1";
	assert_int_equal(rig_run(r, RS_UNDO, &yes), 0);
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_false(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
}

static void test_two_windows__one_sleeps__it_is_left_and_said(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect_part(r, "outcome.text", "; volume 2 is left as it is: Windows is hibernated");
	rig_expect(r, "plan.1.action", "report");
	assert_int_equal(rig_run(r, RS_FIX, &yes), 15);
	rig_expect(r, "outcome.result", "left");
	rig_expect(r, "left.0.volume", "2");
	rig_expect(r, "left.0.error.id", "ntfs.hibernated");
	assert_true(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
	assert_false(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
}

/* ---- undo ---- */

static void fixed(struct rig *r)
{
	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	rig_keep(r);
	rig_reset(r);
}

static void test_undo__yes__both_are_back(void **state)
{
	struct rig *r = *state;

	fixed(r);
	assert_int_equal(rig_run(r, RS_UNDO, &yes), 0);
	rig_expect_part(r, "outcome.text", "2 files put back, ");
	rig_expect(r, "outcome.written", "true");
	rig_expect(r, "plan.0.action", "restore");
	rig_expect(r, "actions.1.result", "done");
	rig_expect(r, "verification.passed", "true");
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_DOUBT));
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
}

static void test_undo__each_answer__only_yes_writes(void **state)
{
	struct rig *r = *state;

	fixed(r);
	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = (enum rs_answer)a;
		assert_int_equal(rig_run(r, RS_UNDO, NULL), a == RS_ANSWER_YES ? 0 : 14);
		assert_int_equal(rig_asked(r), 1);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
	}
	rig_reset(r);
	assert_int_equal(rig_run(r, RS_UNDO, NULL), 14);
	assert_true(rig_is_as_made(r));
}

static void test_undo__ids__the_one_or_none(void **state)
{
	struct rs_options o = {.say_yes = true, .id = "20200101T000000Z"};
	struct rig *r = *state;
	char id[64];

	fixed(r);
	assert_int_equal(rig_run(r, RS_UNDO, &o), 2);
	rig_expect(r, "error.id", "undo.no-such-id");
	assert_true(rig_is_as_made(r));
	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	(void)snprintf(id, sizeof(id), "%s", rig_get(r, "disks.0.volumes.0.quarantines.0.id"));
	o.id = id;
	assert_int_equal(rig_run(r, RS_UNDO, &o), 0);
	rig_expect(r, "quarantine.id", id);
}

/* ---- rules ---- */

static void test_rules__list_show_check(void **state)
{
	struct rig *r = *state;
	const char *const paths[] = {"rescue/rules", "rescue/rules/crowdstrike-291.ini"};
	const char *const wrong[] = {"Makefile"}, *const none[] = {"/nonexistent.ini"};

	assert_int_equal(rig_rules_list(r), 0);
	assert_int_equal(rig_count(r, "rules"), 1);
	r->rules[0] = '\0';
	assert_int_equal(rig_rules_list(r), 0);
	assert_true(rig_count(r, "rules") > 10);
	rig_expect(r, "rules.0.action", "report");
	assert_int_equal(rig_rules_show(r, "crowdstrike-291"), 0);
	rig_expect_part(r, "rule.text", "[bad]");
	assert_int_equal(rig_rules_show(r, "no-such-rule"), 2);
	rig_expect(r, "error.object", "no-such-rule");
	assert_int_equal(rig_rules_check(r, paths, 2), 0);
	rig_expect(r, "outcome.text", "no fault found");
	assert_int_equal(rig_rules_check(r, wrong, 1), 2);
	rig_expect(r, "checked.0.ok", "false");
	rig_expect(r, "error.id", "rules.invalid");
	assert_int_equal(rig_rules_check(r, none, 1), 10);
	rig_expect(r, "error.id", "disk.open");
}

/* ---- events ---- */

static void test_session__no_events__every_answer_is_no(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {.disks = r->disks, .n_disks = 1};
	struct rs_session *s = NULL;
	struct rs_report *report = NULL;

	assert_int_equal(rs_session_new(NULL, &s, NULL), 0);
	assert_int_equal(rs_repair_all(s, RS_FIX, &target, NULL, &report), RS_E_CANCELLED);
	assert_int_equal(rs_report_run(report)->outcome.status, 14);
	rs_report_free(report);
	rs_session_free(s);
	assert_true(rig_is_as_made(r));
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_list__usual__tells_disk_volume_windows, make_usual),
		T(test_scan__bad_and_doubtful__tells_the_plan, make_usual),
		T(test_scan__sound__nothing_to_do, make_sound),
		T(test_scan__asleep__ends_as_fix_would, make_asleep),
		T(test_looking__no_such_volume__usage, make_sound),
		T(test_looking__no_such_disk__cannot_open, make_sound),
		T(test_every_command__stopped_at_some_step__cancelled_and_untouched, make_usual),
		T(test_fix__yes__moves_the_bad_one_only, make_usual),
		T(test_fix__no_person_no_yes__nothing_is_written, make_usual),
		T(test_fix__each_answer_to_the_plan__only_yes_writes, make_usual),
		T(test_fix__each_answer_to_a_doubtful_file, make_usual),
		T(test_fix__only_doubtful__each_answer, make_doubtful),
		T(test_fix__sound__nothing_to_do, make_sound),
		T(test_fix__asleep__refused, make_asleep),
		T(test_fix__read_by_another__busy, make_usual),
		T(test_fix__again__nothing_to_do_and_not_one_byte, make_usual),
		T(test_two_windows__both_are_repaired, make_two),
		T(test_two_windows__one_chosen__the_other_is_untouched, make_two),
		T(test_two_windows__undo_without_id__names_both, make_two),
		T(test_two_windows__one_sleeps__it_is_left_and_said, make_two_one_sleeps),
		T(test_two_partitions__one_chosen__the_other_is_untouched, make_parts),
		T(test_undo__yes__both_are_back, make_usual),
		T(test_undo__each_answer__only_yes_writes, make_usual),
		T(test_undo__ids__the_one_or_none, make_usual),
		T(test_rules__list_show_check, make_sound),
		T(test_session__no_events__every_answer_is_no, make_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
