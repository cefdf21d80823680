/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An interrupted run: what its manifest wanted is finished only where a rule says so now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "rescue.h"

#include "../judge/win_image.h"
#include "engine/guards.h"

#define DIR   "/Windows/System32/drivers/CrowdStrike"
#define FIRST "C-00000291-00000000-00000031.sys"
#define OTHER "C-00000291-00000000-00000032.sys"
#define BAD   "2024-07-19T04:09:27Z"
#define GOOD  "2024-07-19T06:00:00Z"

static enum rs_answer answer; /* of whoever is asked */

struct box {
	struct wi wi;
	const char *disk;
	uint64_t refs[2], home_ref, elsewhere_ref;
	struct blk *blk;
	struct nt_vol *vol;
};

/* ---- the disk ---- */

static void open_disk(struct box *b, unsigned blk_flags, unsigned flags)
{
	assert_int_equal(blk_file_open(b->disk, blk_flags, &b->blk, NULL), 0);
	assert_int_equal(nt_vol_open(b->blk, flags, &b->vol, NULL), 0);
}

static void close_disk(struct box *b)
{
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	blk_close(b->blk);
	b->vol = NULL;
	b->blk = NULL;
}

static uint64_t ref_of(struct box *b, const char *path)
{
	uint64_t ref = 0;

	if (nt_lookup(b->vol, path, &ref, NULL) < 0)
		return 0;
	return ref;
}

static bool is_there(struct box *b, const char *path)
{
	open_disk(b, 0, 0);
	bool ret = ref_of(b, path) != 0;
	close_disk(b);
	return ret;
}

static int setup(void **state)
{
	static const struct wi_value system[] = {{"Select", "Current", NULL, 1},
		{"ControlSet001\\Control", NULL, NULL, 0}, {NULL, NULL, NULL, 0}};
	static const struct wi_value software[] = {
		{"Microsoft\\Windows NT\\CurrentVersion", "CurrentBuild", "19045", 0},
		{NULL, NULL, NULL, 0}};
	static const uint16_t version[4] = {10, 0, 19045, 1};
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	wi_make(&b->wi);
	wi_program(&b->wi, "/Windows/System32/ntoskrnl.exe", version);
	wi_hive(&b->wi, "SYSTEM", system);
	wi_hive(&b->wi, "SOFTWARE", software);
	wi_text(&b->wi, DIR "/" FIRST, "one", BAD);
	wi_text(&b->wi, DIR "/" OTHER, "two", BAD);
	wi_open(&b->wi); /* and none of it stays open beside what is written */
	nt_raw_close(b->wi.raw);
	assert_int_equal(nt_vol_close(b->wi.vol, NULL), 0);
	blk_close(b->wi.blk);
	b->wi.raw = NULL;
	b->wi.vol = NULL;
	b->wi.blk = NULL;
	b->disk = b->wi.path;
	open_disk(b, 0, 0);
	b->refs[0] = ref_of(b, DIR "/" FIRST);
	b->refs[1] = ref_of(b, DIR "/" OTHER);
	b->home_ref = ref_of(b, DIR);
	b->elsewhere_ref = ref_of(b, "/Windows/System32/config");
	close_disk(b);
	assert_true(b->refs[0] && b->refs[1] && b->home_ref && b->elsewhere_ref);
	answer = RS_ANSWER_NO;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	wi_done(&b->wi);
	free(b);
	return 0;
}

/* ---- the runs ---- */

static enum rs_answer say(void *user, const struct rs_question *q)
{
	(void)user;
	return q->kind == RS_ASK_PLAN ? RS_ANSWER_YES : answer;
}

/* @may_ask: a person is there, and says @answer to what is doubtful. */
static int fix(struct box *b, bool may_ask)
{
	const struct rs_events events = {.ask = may_ask ? say : NULL};
	const struct rs_options options = {.say_yes = !may_ask};
	const char *const disks[] = {b->disk};
	const struct rs_target target = {.disks = disks, .n_disks = 1};
	struct rs_session *s = NULL;
	struct rs_report *report = NULL;

	assert_int_equal(rs_session_new(&events, &s, NULL), 0);
	(void)rs_repair_all(s, RS_FIX, &target, &options, &report);
	assert_non_null(report);
	int ret = rs_report_run(report)->outcome.status;
	rs_report_free(report);
	rs_session_free(s);
	return ret;
}

/* Both are moved, and the second is where it was again, as if the power had gone between them;
 * @modified its time then. */
static void interrupt(struct box *b, const char *modified)
{
	struct nt_switch sw = {b->refs[1], 0, b->home_ref};
	struct quarantine *all = NULL;
	struct nt_stat st;
	size_t n = 0;
	char path[200];

	assert_int_equal(fix(b, false), 0);
	open_disk(b, BLK_OPEN_WRITE, NT_VOL_WRITE);
	assert_int_equal(quarantine_list(b->vol, &all, &n, NULL), 0);
	assert_int_equal(n, 1);
	for (unsigned i = 1; i <= 2 && !sw.from_ref; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s/%04u/%s", all->top, all->id, i, OTHER);
		if (ref_of(b, path) == b->refs[1]) {
			*strrchr(path, '/') = '\0';
			sw.from_ref = ref_of(b, path);
		}
	}
	free(all);
	assert_true(sw.from_ref != 0);
	assert_int_equal(nt_switch_run(b->vol, &sw, NULL), 0);
	assert_int_equal(nt_stat(b->vol, b->refs[1], &st, NULL), 0);
	assert_true(rs_filetime_parse(modified, &st.modified));
	assert_int_equal(nt_set_times(b->vol, b->refs[1], &st, NULL), 0);
	close_disk(b);
}

static void test_finish__rule_says_so__moves_it(void **state)
{
	struct box *b = *state;

	interrupt(b, BAD);
	assert_true(is_there(b, DIR "/" OTHER));
	assert_int_equal(fix(b, false), 0);
	assert_false(is_there(b, DIR "/" OTHER));
	assert_false(is_there(b, DIR "/" FIRST));
}

static void test_finish__no_rule_any_more__yes_leaves_it(void **state)
{
	struct box *b = *state;

	interrupt(b, GOOD);
	assert_int_equal(fix(b, false), 15);
	assert_true(is_there(b, DIR "/" OTHER));
	assert_false(is_there(b, DIR "/" FIRST)); /* moved already: nothing takes it back */
}

static void test_finish__no_rule_any_more__a_person_decides(void **state)
{
	struct box *b = *state;

	interrupt(b, GOOD);
	(void)fix(b, true);
	assert_true(is_there(b, DIR "/" OTHER));
	answer = RS_ANSWER_YES;
	assert_int_equal(fix(b, true), 0);
	assert_false(is_there(b, DIR "/" OTHER));
}

/* ---- item by item ---- */

static enum plan_action after(
	struct box *b, uint64_t to_ref, uint64_t judged_from, enum plan_action judged)
{
	struct plan_item said = {.action = judged, .file_ref = b->refs[0], .from_ref = judged_from};
	struct plan_item item = {.action = PLAN_FINISH,
		.file_ref = b->refs[0],
		.from_ref = to_ref ? b->elsewhere_ref : b->home_ref,
		.to_ref = to_ref,
		.why = strdup("a reason")};
	const struct plan rules = {.items = &said, .n_items = 1};
	struct plan p = {.items = &item, .n_items = 1};

	open_disk(b, 0, 0);
	assert_int_equal(en_finish_by_judge(b->vol, &rules, &p, NULL), 0);
	close_disk(b);
	plan_accept(&p);
	assert_int_equal(item.is_accepted, item.action == PLAN_FINISH);
	free(item.why);
	return item.action;
}

static void test_finish_by_judge__each_item__as_the_judge_says_of_it(void **state)
{
	struct box *b = *state;

	assert_int_equal(after(b, 0, b->home_ref, PLAN_QUARANTINE), PLAN_FINISH);
	assert_int_equal(after(b, 0, b->home_ref, PLAN_ASK), PLAN_ASK);
	assert_int_equal(after(b, 0, b->home_ref, PLAN_REPORT), PLAN_ASK);
	assert_int_equal(after(b, 0, b->home_ref, PLAN_KEEP), PLAN_ASK);
	/* the file by another folder, of which nobody asked */
	assert_int_equal(after(b, 0, b->home_ref + 1, PLAN_QUARANTINE), PLAN_ASK);
	/* in the quarantine already */
	assert_int_equal(after(b, b->home_ref, b->home_ref, PLAN_REPORT), PLAN_FINISH);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_finish__rule_says_so__moves_it),
		T(test_finish__no_rule_any_more__yes_leaves_it),
		T(test_finish__no_rule_any_more__a_person_decides),
		T(test_finish_by_judge__each_item__as_the_judge_says_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
