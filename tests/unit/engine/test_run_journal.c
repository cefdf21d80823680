/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Windows that crashed: what waits in its journal is shown, asked about, applied before anything
 * else, finished and taken back; what is refused leaves every byte as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the sanitizer's name */
/* A mount that fails half-way leaves a little of libntfs-3g's own behind. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libntfs-3g.so\n";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static int make(void **state, bool is_loser)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	uint8_t *bytes = rig_crashed(RIG_HAS_BAD, is_loser, &len);
	rig_add_take(r, bytes, len);
	*state = r;
	return 0;
}

static int make_crashed(void **state)
{
	return make(state, false);
}

static int make_loser(void **state)
{
	return make(state, true);
}

/* Both restart pages of the journal are damaged. */
static int make_torn(void **state)
{
	(void)make(state, false);
	struct rig *r = *state;
	unsigned n = 0;

	for (size_t at = 0; at + 4096 <= r->images[0].len; at += 4096)
		if (memcmp(r->images[0].bytes + at, "RSTR", 4) == 0) {
			memset(r->images[0].bytes + at + 0x1f0, 0xEE, 32);
			n++;
		}
	assert_int_equal(n, 2);
	rig_reset(r);
	return 0;
}

/* A Windows that can be repaired, and one with the same fault whose journal is torn. */
static int make_beside_torn(void **state)
{
	size_t len;

	(void)make_torn(state);
	struct rig *r = *state;
	uint8_t *bytes = rig_windows(RIG_HAS_BAD, &len);
	rig_add_take(r, bytes, len);
	return 0;
}

/* A crashed one that is refused for another reason than its journal, and a sound one. */
static int make_beside_refused(void **state)
{
	static const struct {
		unsigned content;
		bool is_crashed;
	} disks[] = {{RIG_HAS_BAD | RIG_RENAMES, true}, {RIG_HAS_BAD, false}};
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *bytes = disks[i].is_crashed ? rig_crashed(disks[i].content, false, &len)
						     : rig_windows(disks[i].content, &len);
		rig_add_take(r, bytes, len);
	}
	*state = r;
	return 0;
}

static int make_two_crashed(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *bytes = rig_crashed(0, false, &len);
		rig_add_take(r, bytes, len);
	}
	*state = r;
	return 0;
}

/* The plan's file of the last run is there; it is removed. */
static void saved_plan_path(const struct rig *r, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s", rig_get(r, "replay.0.plan"));
	assert_true(ret[0]);
}

static void drop_plan(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void test_scan__pending__shows_the_state_after_and_the_replay(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "disks.0.volumes.0.ntfs.journal.state", "pending");
	rig_expect(r, "disks.0.volumes.0.ntfs.journal.pending", "true");
	rig_expect(r, "disks.0.volumes.0.ntfs.journal.can_replay", "true");
	rig_expect(r, "replay.0.result", "planned");
	rig_expect(r, "replay.0.state", "pending");
	rig_expect(r, "replay.0.losers", "0");
	assert_true(rig_is_as_made(r));
}

static void test_replay__yes__applies_it_and_saves_the_plan(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .plan_file = r->dir};
	char plan[200];

	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	rig_expect_part(r, "outcome.text", "the journal of 1 volume replayed, ");
	rig_expect(r, "replay.0.result", "done");
	rig_expect(r, "verification.passed", "true");
	saved_plan_path(r, plan, sizeof(plan));
	assert_non_null(strstr(r->text, plan));
	drop_plan(plan);
	assert_true(rig_has_file(r, 0, RIG_PASSED));
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 4);
	rig_expect(r, "outcome.written", "false");
}

static void test_replay__each_answer__only_yes_writes(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.plan_file = r->dir};

	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = (enum rs_answer)a;
		assert_int_equal(rig_run(r, RS_REPLAY, &o), a == RS_ANSWER_YES ? 0 : 14);
		assert_int_equal(rig_asked(r), 1);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
		rig_expect(r, "replay.0.result", a == RS_ANSWER_YES ? "done" : "refused");
		if (a == RS_ANSWER_YES)
			drop_plan(rig_get(r, "replay.0.plan"));
		else
			rig_expect(r, "replay.0.plan", "");
	}
	rig_reset(r);
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 14); /* nobody there, and no --yes */
	assert_true(rig_is_as_made(r));
}

static void test_replay__policy_no__refused(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .policy = RS_REPLAY_NO, .plan_file = r->dir};

	assert_int_equal(rig_run(r, RS_REPLAY, &o), 7);
	rig_expect(r, "error.id", "ntfs.log-unclean");
	rig_expect(r, "replay.0.result", "refused");
	rig_expect(r, "replay.0.plan", "");
	assert_int_equal(rig_run(r, RS_FIX, &o), 7);
	rig_expect(r, "error.id", "ntfs.log-unclean");
	assert_true(rig_is_as_made(r));
}

static void test_replay__losers__asked_or_refused(void **state)
{
	struct rig *r = *state;
	struct rs_options o = {.say_yes = true, .plan_file = r->dir};

	assert_int_equal(rig_run(r, RS_REPLAY, &o), 7); /* nobody to ask */
	rig_expect(r, "error.id", "ntfs.log-losers");
	rig_expect(r, "replay.0.losers", "1");
	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_LOSERS] = (enum rs_answer)a;
		assert_int_equal(rig_run(r, RS_REPLAY, &o), a == RS_ANSWER_YES ? 0 : 14);
		assert_int_equal(r->asked[RS_ASK_LOSERS], 1);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
		if (a == RS_ANSWER_YES)
			drop_plan(rig_get(r, "replay.0.plan"));
	}
	rig_reset(r);
	o.policy = RS_REPLAY_ALL;
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	drop_plan(rig_get(r, "replay.0.plan"));
	assert_false(rig_has_file(r, 0, RIG_PASSED)); /* it never ended */
}

static void test_replay__plan_file__there_already_or_on_no_place(void **state)
{
	struct rig *r = *state;
	struct rs_options o = {.say_yes = true, .plan_file = r->disks[0]};

	assert_int_not_equal(rig_run(r, RS_REPLAY, &o), 0); /* the disk itself */
	assert_true(rig_is_as_made(r));
	o.plan_file = "/nonexistent/folder/plan";
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 10);
	rig_expect(r, "error.id", "replay.plan-file");
	assert_int_equal(rig_run(r, RS_FIX, &o), 10);
	rig_expect(r, "replay.0.plan", ""); /* no file is named that was never made */
	assert_null(strstr(r->text, "Saved in"));
	assert_true(rig_is_as_made(r));
}

/* Nobody names a place: never the working folder. */
static void test_replay__no_place_is_named__into_the_folder_of_this_user(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true};
	char folder[100], plan[200];
	struct stat st;

	r->plans = NULL;
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 10);
	rig_expect(r, "error.id", "replay.plan-file");
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 10); /* as fix would end */
	assert_int_equal(rig_run(r, RS_FIX, &o), 10);
	assert_true(rig_is_as_made(r));
	(void)snprintf(folder, sizeof(folder), "%s/state", r->dir);
	r->plans = folder;
	r->is_plan_private = true;
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "replay.0.plan", "");
	assert_int_equal(access(folder, F_OK), -1); /* looking makes nothing */
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	saved_plan_path(r, plan, sizeof(plan));
	assert_memory_equal(plan, folder, strlen(folder));
	assert_non_null(strstr(r->text, plan));
	assert_int_equal(stat(plan, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	drop_plan(plan);
	rig_reset(r);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 10);
	rig_expect_part(r, "error.detail", "other users may write to it");
	assert_int_equal(rig_run(r, RS_FIX, &o), 10);
	assert_true(rig_is_as_made(r));
	assert_int_equal(rmdir(folder), 0);
}

static void test_replay__revert_and_resume__there_and_back(void **state)
{
	struct rig *r = *state;
	struct rs_options o = {.say_yes = true, .plan_file = r->dir};
	char plan[200];

	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	saved_plan_path(r, plan, sizeof(plan));
	o.plan_file = plan;
	o.how = RS_REPLAY_REVERT;
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	rig_expect(r, "replay.0.result", "reverted");
	assert_true(rig_is_as_made(r));
	o.how = RS_REPLAY_RESUME;
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 0);
	rig_expect(r, "replay.0.result", "resumed");
	assert_true(rig_has_file(r, 0, RIG_PASSED));
	o.say_yes = false;
	o.how = RS_REPLAY_REVERT;
	rig_keep(r);
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 14);
	assert_true(rig_is_as_made(r));
	drop_plan(plan);
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 10);
	o.plan_file = "Makefile";
	assert_int_equal(rig_run(r, RS_REPLAY, &o), 11);
	rig_expect(r, "error.id", "replay.plan-damaged");
	assert_true(rig_is_as_made(r));
}

/* Wherever a signal comes: a plan that is named is there, and what takes back a replay that was
 * done is said. */
static void test_replay__stopped_anywhere__each_journal_is_told_as_it_is(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .plan_file = r->dir};
	unsigned n_halves = 0;
	char path[64], way[400];

	for (uint64_t at = 1, last = 0, status = 1; status; at += last / 160 + 1) {
		rig_reset(r);
		r->stop_at_step = last ? at : 0;
		status = (uint64_t)rig_run(r, RS_REPLAY, &o);
		assert_true(status == 0 || (last && status == 14));
		for (unsigned i = 0; i < rig_count(r, "replay"); i++) {
			(void)snprintf(path, sizeof(path), "replay.%u.plan", i);
			const char *plan = rig_get(r, path);
			(void)snprintf(way, sizeof(way),
				"To take it back: unbrick replay %s --revert %s\n", r->disks[i],
				plan);
			const bool is_done = rig_has_file(r, i, RIG_PASSED);
			assert_int_equal(strstr(r->text, way) != NULL, is_done);
			if (plan[0])
				drop_plan(plan);
			(void)snprintf(path, sizeof(path), "replay.%u.result", i);
			rig_expect(r, path, is_done ? "done" : "refused");
			n_halves += status && is_done;
		}
		if (!last) {
			status = last = r->steps;
			at = last / 2; /* most are looks before the first write */
		}
	}
	assert_true(n_halves);
}

static void test_fix__pending__replays_first_and_undo_follows(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .plan_file = r->dir};
	const struct rs_options undo = {.say_yes = true};

	assert_int_equal(rig_run(r, RS_FIX, &o), 0);
	rig_expect_part(r, "outcome.text", "journal replayed, 1 file moved into quarantine, ");
	drop_plan(rig_get(r, "replay.0.plan"));
	assert_true(rig_has_file(r, 0, RIG_PASSED));
	assert_false(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_int_equal(rig_run(r, RS_UNDO, &undo), 0);
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
}

static void test_fix__pending_and_refused_by_a_person__no_plan_file(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.plan_file = r->dir};

	r->is_there = true;
	assert_int_equal(rig_run(r, RS_FIX, &o), 14);
	rig_expect(r, "replay.0.result", "refused");
	rig_expect(r, "replay.0.plan", "");
	assert_true(rig_is_as_made(r)); /* rig_done finds a file that was left */
}

static void test_beside_torn__one_is_repaired__the_other_is_left_and_said(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .plan_file = r->dir};

	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "left.0.volume", "1");
	assert_int_equal(rig_run(r, RS_FIX, &o), 15);
	rig_expect(r, "outcome.result", "left");
	rig_expect(r, "left.0.volume", "1");
	rig_expect_part(r, "outcome.text", "; volume 1 is left as it is: ");
	assert_false(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
}

static void test_beside_refused__its_replay__is_not_told_as_one_to_come(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.say_yes = true, .plan_file = r->dir};

	assert_int_equal(rig_run(r, RS_SCAN, &o), 3);
	rig_expect(r, "left.0.volume", "1");
	assert_int_equal(rig_count(r, "replay"), 0);
	assert_int_equal(rig_run(r, RS_FIX, &o), 15);
	rig_expect(r, "left.0.error.id", "windows.rename-pending");
	rig_expect(r, "left.0.volume", "1");
	assert_int_equal(rig_count(r, "replay"), 0);
	assert_false(rig_has_file(r, 1, RIG_DIR "/" RIG_BAD));
	assert_memory_equal(r->images[0].now, r->images[0].bytes, r->images[0].len);
}

static void test_torn__every_command__refused_and_said(void **state)
{
	struct rig *r = *state;
	const struct rs_options yes = {.say_yes = true};

	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "disks.0.volumes.0.ntfs.can_write", "false");
	assert_true(*rig_get(r, "disks.0.volumes.0.ntfs.refusal"));
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 7);
	rig_expect(r, "error.id", "ntfs.log-torn");
	assert_int_equal(rig_run(r, RS_FIX, &yes), 7);
	rig_expect(r, "error.id", "ntfs.log-torn");
	rig_expect(r, "plan.0.action", "report");
	assert_int_equal(rig_run(r, RS_REPLAY, &yes), 7);
	rig_expect(r, "error.id", "ntfs.log-torn");
	assert_true(rig_is_as_made(r));
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_scan__pending__shows_the_state_after_and_the_replay, make_crashed),
		T(test_replay__yes__applies_it_and_saves_the_plan, make_crashed),
		T(test_replay__each_answer__only_yes_writes, make_crashed),
		T(test_replay__policy_no__refused, make_crashed),
		T(test_replay__losers__asked_or_refused, make_loser),
		T(test_replay__plan_file__there_already_or_on_no_place, make_crashed),
		T(test_replay__no_place_is_named__into_the_folder_of_this_user, make_crashed),
		T(test_replay__revert_and_resume__there_and_back, make_crashed),
		T(test_replay__stopped_anywhere__each_journal_is_told_as_it_is, make_two_crashed),
		T(test_fix__pending__replays_first_and_undo_follows, make_crashed),
		T(test_fix__pending_and_refused_by_a_person__no_plan_file, make_crashed),
		T(test_beside_refused__its_replay__is_not_told_as_one_to_come, make_beside_refused),
		T(test_torn__every_command__refused_and_said, make_torn),
		T(test_beside_torn__one_is_repaired__the_other_is_left_and_said, make_beside_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
