/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair step by step, as a front end does that lets a person think in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ntfswrite/vol.h"
#include "rig.h"

#define BAD RIG_DIR "/" RIG_BAD

struct box {
	struct rig rig;
	struct rs_session *s;
	struct rs_target target;
	struct rs_repair *u;
};

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
	t->rig.is_there = true;
	t->rig.says[RS_ASK_PLAN] = RS_ANSWER_YES;
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

static void fix_to(struct box *t, enum rs_step step)
{
	assert_int_equal(rs_repair_open(t->s, RS_FIX, &t->target, NULL, &t->u), 0);
	assert_int_equal(rs_repair_to(t->u, step), 0);
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
	assert_int_equal(close_run(t, 0), 0);
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

/* ---- something else writes while a person thinks ---- */

static void touch(struct nt_vol *vol)
{
	uint64_t ref = 0;
	struct nt_stat st;

	assert_int_equal(nt_lookup(vol, BAD, &ref, NULL), 0);
	assert_int_equal(nt_stat(vol, ref, &st, NULL), 0);
	st.modified += 10000000;
	assert_int_equal(nt_set_times(vol, ref, &st, NULL), 0);
}

static void set_dirty(struct nt_vol *vol)
{
	assert_false(nt_is_dirty(vol));
	assert_int_equal(nt_set_dirty(vol, true, NULL), 0);
}

static void refused_after(struct box *t, enum rs_step step, void (*change)(struct nt_vol *vol))
{
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;

	fix_to(t, step);
	assert_int_equal(
		blk_file_open(t->rig.disks[t->rig.n_disks - 1], BLK_OPEN_WRITE, &blk, NULL), 0);
	assert_int_equal(nt_vol_open(blk, NT_VOL_WRITE, &vol, NULL), 0);
	change(vol);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(blk);
	rig_keep(&t->rig);
	assert_int_equal(rs_repair_to(t->u, RS_STEP_ACT), RS_E_CHANGED);
	assert_int_equal(close_run(t, RS_E_CHANGED), 7);
	assert_true(rig_is_as_made(&t->rig));
}

static void test_steps__file_changed_before_the_act__refused(void **state)
{
	refused_after(*state, RS_STEP_CONSENT, touch);
}

/* Nor is the other disk begun with. */
static void test_steps__file_of_the_second_disk_changed__nothing_is_written(void **state)
{
	refused_after(*state, RS_STEP_CONSENT, touch);
}

static void test_steps__file_changed_before_consent__refused(void **state)
{
	refused_after(*state, RS_STEP_PLAN, touch);
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
		T(test_steps__file_changed_before_the_act__refused, setup),
		T(test_steps__file_of_the_second_disk_changed__nothing_is_written, setup_two),
		T(test_steps__file_changed_before_consent__refused, setup),
		T(test_steps__flags_changed_before_the_act__refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
