/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair step by step, as a front end does that lets a person think in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ntfs/stream.h"
#include "ntfswrite/vol.h"
#include "rig.h"

#define BAD RIG_DIR "/" RIG_BAD

struct box {
	struct rig rig;
	struct rs_session *s;
	struct rs_target target;
	struct rs_repair *u;
};

/* ---- a disk that keeps nothing ---- */

static struct {
	struct rig *rig;
	unsigned seen, lose_at; /* from 1: before this reading back; 0: never */
	bool is_touched;	/* the last disk is written by somebody else before it */
} again;

/* The first disk is as it was made. */
static void lose(const struct rig *r)
{
	memcpy(r->images[0].now, r->images[0].bytes, r->images[0].len);
}

/* Somebody else writes to the last one. */
static void touch_last(struct rig *r, void (*change)(struct nt_vol *vol))
{
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;

	assert_int_equal(blk_file_open(r->disks[r->n_disks - 1], BLK_OPEN_WRITE, &blk, NULL), 0);
	assert_int_equal(nt_vol_open(blk, NT_VOL_WRITE, &vol, NULL), 0);
	change(vol);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(blk);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_blk_again_open(
	const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err);
int __wrap_blk_again_open(
	const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err);

int __wrap_blk_again_open(
	const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err)
{
	if (++again.seen == again.lose_at)
		lose(again.rig);
	if (again.is_touched)
		touch_last(again.rig, rig_touch_bad);
	again.is_touched = false;
	return __real_blk_again_open(path, ret, ret_is_device, err);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- the runs ---- */

static void say_yes(struct rig *r)
{
	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
}

static int make(void **state, unsigned content, size_t n_disks)
{
	struct box *t = calloc(1, sizeof(*t));
	size_t len;

	assert_non_null(t);
	rig_begin(&t->rig);
	for (size_t i = 0; i < n_disks; i++) {
		uint8_t *bytes = rig_windows(content, &len);
		rig_add_take(&t->rig, bytes, len);
	}
	say_yes(&t->rig);
	memset(&again, 0, sizeof(again));
	again.rig = &t->rig;
	t->s = rig_session(&t->rig);
	t->target = (struct rs_target){.disks = t->rig.disks, .n_disks = n_disks};
	*state = t;
	return 0;
}

static int setup(void **state)
{
	return make(state, RIG_HAS_BAD, 1);
}

static int setup_two(void **state)
{
	return make(state, RIG_HAS_BAD, 2);
}

static int setup_doubt(void **state)
{
	return make(state, RIG_HAS_BAD | RIG_HAS_DOUBT, 1);
}

static int setup_crashed(void **state)
{
	(void)make(state, 0, 0);
	struct box *t = *state;
	size_t len;
	uint8_t *bytes = rig_crashed(0, false, &len);

	rig_add_take(&t->rig, bytes, len);
	t->target.n_disks = 1;
	return 0;
}

static int setup_asleep(void **state)
{
	return make(state, RIG_HAS_BAD | RIG_SLEEPS, 1);
}

static int teardown(void **state)
{
	struct box *t = *state;

	rs_session_free(t->s);
	rig_done(&t->rig);
	free(t);
	return 0;
}

/* Returns the exit status. */
static int close_run(struct box *t, int code)
{
	struct rs_report *report = NULL;

	assert_int_equal(rs_repair_close(t->u, &report), code);
	return rig_read_take(&t->rig, report, code);
}

static void run_to(struct box *t, enum rs_command command, enum rs_step step)
{
	assert_int_equal(rs_repair_open(t->s, command, &t->target, NULL, &t->u), 0);
	assert_int_equal(rs_repair_to(t->u, step), 0);
}

static void fix_to(struct box *t, enum rs_step step)
{
	run_to(t, RS_FIX, step);
}

/* So far it says what was done, and nothing of how it ended. */
static void act_only(struct box *t, enum rs_command command)
{
	run_to(t, command, RS_STEP_ACT);
	const struct rs_run *run = rs_report_run(rs_repair_report(t->u));
	assert_true(run->is_acted || command == RS_REPLAY);
	assert_false(run->verification.is_done || run->verification.is_passed);
	assert_false(run->outcome.is_known);
	assert_string_equal(run->quarantine.report, "");
}

static void test_steps__one_after_another__nothing_before_its_step(void **state)
{
	struct box *t = *state;
	struct rig *r = &t->rig;

	assert_int_equal(rs_repair_open(t->s, RS_FIX, &t->target, NULL, &t->u), 0);
	for (enum rs_step step = RS_STEP_LOOK; step < RS_STEP_ACT; step++) {
		assert_int_equal(rs_repair_to(t->u, step), 0);
		assert_non_null(rs_repair_report(t->u));
		assert_int_equal(rig_asked(r), step == RS_STEP_CONSENT);
		assert_true(rig_is_as_made(r));
	}
	assert_true(rig_has_file(r, 0, BAD));
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), 0);
	assert_false(rig_has_file(r, 0, BAD));
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), 0); /* made already */
	assert_int_equal(again.seen, 0);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_VERIFY), 0);
	const unsigned seen = again.seen;
	assert_in_range(seen, 1, 9);
	assert_true(rs_report_run(rs_repair_report(t->u))->verification.is_passed);
	assert_int_equal(close_run(t, 0), 0);
	assert_int_equal(again.seen, seen);
	assert_int_equal(rig_asked(r), 1);
	rig_expect(r, "outcome.result", "done");
	rig_expect(r, "verification.passed", "true");
	assert_int_equal(rig_count(r, "disks"), 1);

	assert_int_equal(
		rs_repair_open(t->s, RS_UNDO, &t->target, NULL, &t->u), 0); /* the same session */
	assert_int_equal(rs_repair_to(t->u, RS_STEP_CONSENT), 0);
	assert_false(rig_has_file(r, 0, BAD));
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), 0);
	assert_int_equal(close_run(t, 0), 0);
	assert_true(rig_has_file(r, 0, BAD));
}

static void test_steps__closed_before_the_last__cancelled(void **state)
{
	struct box *t = *state;

	fix_to(t, RS_STEP_CONSENT);
	assert_int_equal(close_run(t, RS_E_CANCELLED), rs_err_info(RS_E_CANCELLED)->exit_status);
	rig_expect(&t->rig, "outcome.result", "cancelled");
	rig_expect(&t->rig, "outcome.text", "nothing was changed");
	assert_true(rig_is_as_made(&t->rig));
	assert_int_equal(rs_repair_open(t->s, RS_SCAN, &t->target, NULL, &t->u),
		0); /* its last is the plan */
	assert_int_equal(rs_repair_to(t->u, RS_STEP_PLAN), 0);
	assert_int_equal(close_run(t, 0), 3);
}

static void test_steps__declined__no_later_step(void **state)
{
	struct box *t = *state;

	t->rig.says[RS_ASK_PLAN] = RS_ANSWER_NO;
	fix_to(t, RS_STEP_PLAN);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_CONSENT), RS_E_CANCELLED);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_CANCELLED);
	(void)close_run(t, RS_E_CANCELLED);
	assert_true(rig_is_as_made(&t->rig));
}

static void test_steps__refused_by_the_plan__nothing_is_asked(void **state)
{
	struct box *t = *state;

	fix_to(t, RS_STEP_JUDGE);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_HIBERNATED);
	assert_int_equal(close_run(t, RS_E_HIBERNATED), 7);
	assert_int_equal(rig_asked(&t->rig), 0);
}

/* ---- written, and not verified yet ---- */

static void closed_is_verified(struct box *t, enum rs_command command)
{
	again.seen = 0;
	t->rig.stop_at_step = 0;
	act_only(t, command);
	assert_int_equal(again.seen, 0);
	t->rig.stop_at_step = 1; /* by a signal */
	assert_int_equal(close_run(t, 0), 0);
	rig_expect(&t->rig, "outcome.result", "done");
	rig_expect(&t->rig, "verification.passed", "true");
	assert_true(again.seen > 0);
}

static void test_steps__closed_or_stopped_after_the_act__verified_all_the_same(void **state)
{
	struct box *t = *state;

	closed_is_verified(t, RS_FIX);
	assert_true(rig_has_file(&t->rig, 0, rig_get(&t->rig, "quarantine.report")));
	closed_is_verified(t, RS_UNDO);
}

static void test_steps__replay_closed_after_the_act__verified_all_the_same(void **state)
{
	struct box *t = *state;

	closed_is_verified(t, RS_REPLAY);
	assert_int_equal(remove(rig_get(&t->rig, "replay.0.plan")), 0);
}

/* A copy cannot know whether it could be kept, and says so. */
static void test_steps__kept_report__is_marked_as_a_copy(void **state)
{
	struct box *t = *state;
	struct rig *r = &t->rig;
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;

	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	rig_expect(r, "outcome.copy", "");
	assert_null(strstr(r->text, "This copy"));
	assert_int_equal(blk_file_open(r->disks[0], 0, &blk, NULL), 0);
	assert_int_equal(nt_vol_open(blk, 0, &vol, NULL), 0);
	for (unsigned is_text = 0; is_text < 2; is_text++) {
		auto_free uint8_t *got = NULL;
		size_t len = 0;
		char path[200], all[16384];
		(void)snprintf(path, sizeof(path), "/Unbrick/%s/report.%s",
			rig_get(r, "quarantine.id"), is_text ? "txt" : "json");
		assert_int_equal(nt_file_load(vol, path, sizeof(all) - 1, &got, &len, NULL), 0);
		memcpy(all, got, len);
		all[len] = '\0';
		assert_non_null(
			strstr(all, is_text ? "\r\nThis copy was made before" : "\"copy\":"));
	}
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(blk);
}

static void test_steps__nothing_kept__verify_says_so_also_where_it_is_left_out(void **state)
{
	struct box *t = *state;

	for (unsigned is_called = 0; is_called < 2; is_called++) {
		act_only(t, RS_FIX);
		lose(&t->rig);
		if (is_called)
			assert_int_equal(rs_repair_to(t->u, RS_STEP_VERIFY), RS_E_NOT_KEPT);
		assert_int_equal(close_run(t, RS_E_NOT_KEPT), 12);
		rig_expect(&t->rig, "outcome.result", "not-kept");
		rig_expect(&t->rig, "verification.passed", "false");
		rig_expect(&t->rig, "quarantine.report", "");
	}
}

static void change_content(struct rig *r, uint64_t ref)
{
	struct blk *blk = NULL;
	struct nt_raw *raw = NULL;
	struct nt_stream s;

	assert_int_equal(blk_file_open(r->disks[0], 0, &blk, NULL), 0);
	assert_int_equal(nt_raw_open(blk, &raw, NULL), 0);
	assert_int_equal(nt_stream_open(raw, NT_REF_RECORD(ref), NT_AT_DATA, "", &s, NULL), 0);
	assert_false(s.is_resident);
	r->images[0].now[s.runs.v[0].lcn * nt_raw_geometry(raw)->cluster_bytes] ^= 1;
	nt_stream_done(&s);
	nt_raw_close(raw);
	blk_close(blk);
}

static void test_steps__content_changed_after_the_act__failed_and_no_report_kept(void **state)
{
	struct box *t = *state;
	struct rig *r = &t->rig;
	char path[200];

	act_only(t, RS_FIX);
	const struct rs_run *run = rs_report_run(rs_repair_report(t->u));
	for (size_t i = 0; i < run->n_actions; i++)
		if (strstr(run->actions[i].item.path, RIG_DOUBT))
			change_content(r, run->actions[i].item.file_ref);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_VERIFY), RS_E_VERIFY);
	assert_int_equal(close_run(t, RS_E_VERIFY), 12);
	rig_expect(r, "outcome.result", "failed");
	rig_expect(r, "outcome.text", "2 of 2 files moved into quarantine");
	rig_expect_part(r, "error.object", RIG_DOUBT);
	rig_expect(r, "verification.passed", "false");
	(void)snprintf(path, sizeof(path), "/Unbrick/%s/report.json", rig_get(r, "quarantine.id"));
	assert_false(rig_has_file(r, 0, path));
	assert_int_equal(rig_run(r, RS_LIST, NULL), 0);
	rig_expect(r, "disks.0.volumes.0.quarantines.0.state", "active");
}

static void test_steps__two_disks__the_first_is_verified_before_the_second(void **state)
{
	struct box *t = *state;
	const struct rig_image *second = &t->rig.images[1];

	act_only(t, RS_FIX); /* of the second nothing is verified */
	assert_int_equal(again.seen, 1);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_VERIFY), 0);
	assert_int_equal(close_run(t, 0), 0);
	rig_expect(&t->rig, "verification.passed", "true");
	rig_reset(&t->rig);
	say_yes(&t->rig);
	again.seen = 0;
	again.lose_at = 1;
	assert_int_equal(rs_repair_open(t->s, RS_FIX, &t->target, NULL, &t->u), 0);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_NOT_KEPT);
	assert_int_equal(close_run(t, RS_E_NOT_KEPT), 12);
	rig_expect(&t->rig, "outcome.text",
		"1 of 2 files moved into quarantine, as far as the disk keeps it");
	assert_memory_equal(second->now, second->bytes, second->len);
}

/* Not a word of a refusal once the first is written. */
static void test_steps__second_disk_changed_after_the_first_was_written__cut_short(void **state)
{
	struct box *t = *state;
	struct rig *r = &t->rig;

	fix_to(t, RS_STEP_CONSENT);
	again.is_touched = true;
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_CUT_SHORT);
	assert_int_equal(close_run(t, RS_E_CUT_SHORT), 10);
	rig_expect(r, "outcome.written", "true");
	rig_expect(r, "outcome.text", "1 of 2 files moved into quarantine");
	rig_expect_part(r, "error.detail", rs_err_info(RS_E_CHANGED)->text);
	rig_expect(r, "verification.passed", "true");
	assert_true(rig_has_file(r, 1, BAD));
}

/* What was written until then is compared. */
static void test_steps__cancelled_between_two_files__bytes_are_verified(void **state)
{
	struct box *t = *state;
	struct rig *r = &t->rig;

	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	const uint64_t last = r->steps; /* asked before the second file */
	for (again.lose_at = 0; again.lose_at < 2; again.lose_at++) {
		rig_reset(r);
		say_yes(r);
		r->stop_at_step = last;
		again.seen = 0;
		assert_int_equal(rig_run(r, RS_FIX, NULL), again.lose_at ? 12 : 14);
		rig_expect(r, "outcome.text",
			again.lose_at ? "1 of 2 files moved into quarantine, as far as the disk "
					"keeps it"
				      : "1 of 2 files moved into quarantine");
		rig_expect(r, "outcome.result", again.lose_at ? "not-kept" : "cancelled");
		rig_expect(r, "verification.passed", again.lose_at ? "false" : "true");
		rig_expect(r, "quarantine.report", "");
	}
}

/* ---- something else writes while a person thinks ---- */

static void set_dirty(struct nt_vol *vol)
{
	assert_false(nt_is_dirty(vol));
	assert_int_equal(nt_set_dirty(vol, true, NULL), 0);
}

static void refused_after(struct box *t, enum rs_step step, void (*change)(struct nt_vol *vol))
{
	fix_to(t, step);
	touch_last(&t->rig, change);
	rig_keep(&t->rig);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_CHANGED);
	assert_int_equal(close_run(t, RS_E_CHANGED), 7);
	assert_true(rig_is_as_made(&t->rig));
}

static void test_steps__file_changed_before_the_act__refused(void **state)
{
	refused_after(*state, RS_STEP_CONSENT, rig_touch_bad);
}

/* Nor is the other disk begun with. */
static void test_steps__file_of_the_second_disk_changed__nothing_is_written(void **state)
{
	refused_after(*state, RS_STEP_CONSENT, rig_touch_bad);
}

static void test_steps__file_changed_before_consent__refused(void **state)
{
	refused_after(*state, RS_STEP_PLAN, rig_touch_bad);
}

static void test_steps__flags_changed_before_the_act__refused(void **state)
{
	refused_after(*state, RS_STEP_CONSENT, set_dirty);
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, teardown)
	const struct CMUnitTest tests[] = {
		T(test_steps__one_after_another__nothing_before_its_step, setup),
		T(test_steps__closed_before_the_last__cancelled, setup),
		T(test_steps__declined__no_later_step, setup),
		T(test_steps__refused_by_the_plan__nothing_is_asked, setup_asleep),
		T(test_steps__closed_or_stopped_after_the_act__verified_all_the_same, setup),
		T(test_steps__replay_closed_after_the_act__verified_all_the_same, setup_crashed),
		T(test_steps__kept_report__is_marked_as_a_copy, setup),
		T(test_steps__nothing_kept__verify_says_so_also_where_it_is_left_out, setup),
		T(test_steps__content_changed_after_the_act__failed_and_no_report_kept,
			setup_doubt),
		T(test_steps__two_disks__the_first_is_verified_before_the_second, setup_two),
		T(test_steps__second_disk_changed_after_the_first_was_written__cut_short,
			setup_two),
		T(test_steps__cancelled_between_two_files__bytes_are_verified, setup_doubt),
		T(test_steps__file_changed_before_the_act__refused, setup),
		T(test_steps__file_of_the_second_disk_changed__nothing_is_written, setup_two),
		T(test_steps__file_changed_before_consent__refused, setup),
		T(test_steps__flags_changed_before_the_act__refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
