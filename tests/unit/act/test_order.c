/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver that is disabled and whose file goes as well, in one run: the change before the file,
 * and back the file before the change. A start must not want a file that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "change_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/change.h"
#include "core/cleanup.h"
#include "format/bytes.h"

#define DRIVER	  QH_DRIVERS "/x.sys"
#define DRIVER_IN "\\Windows\\System32\\drivers\\x.sys"

static int setup(void **state)
{
	static const char text[] = "MZ and the rest of a driver";
	struct qh *q = calloc(1, sizeof(*q));
	uint64_t made;

	assert_non_null(q);
	ch_make(q);
	assert_int_equal(nt_file_create(q->vol, qh_ref(q, QH_DRIVERS), "x.sys", text, sizeof(text),
				 0, &made, NULL),
		0);
	*state = q;
	return 0;
}

static void add_change(struct qh *q, struct plan *p)
{
	struct plan_change *c = ch_disable_x();

	assert_int_equal(change_look(q->vol, c, NULL), 0);
	assert_int_equal(plan_add_change(p, c, FILE_IN, "", "test", "\\Windows", false, NULL), 0);
}

static void add_file(struct qh *q, struct plan *p, unsigned after)
{
	char path[] = DRIVER_IN, why[] = "a test";
	struct finding f = {.path = path, .why = why, .parent_ref = qh_ref(q, QH_DRIVERS)};

	assert_int_equal(nt_stat(q->vol, qh_ref(q, DRIVER), &f.stat, NULL), 0);
	assert_int_equal(plan_add_move(p, &f, "test", "\\Windows", after, NULL), 0);
}

static struct plan *plan_of_both(struct qh *q)
{
	struct plan *p = plan_new();

	assert_non_null(p);
	add_change(q, p);
	add_file(q, p, p->items[0].number);
	return p;
}

static void fill(struct qh *q, struct plan *p)
{
	struct rs_err err = {0};

	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), p->n_items);
	if (quarantine_fill(q->vol, p, NULL, &err) < 0)
		fail_msg("%s %s %s", err.object, rs_err_info(err.code)->text, err.detail);
}

static struct plan *load_first(struct qh *q, enum plan_action action)
{
	struct plan *p = NULL;

	qh_list(q);
	assert_int_equal(q->n, 1);
	assert_int_equal(quarantine_load(q->vol, &q->all[0], action, &p, NULL), 0);
	return p;
}

/* Start of x, as our reader has it: libhivex reads the same in test_change.c. */
static uint64_t start_of(struct qh *q, const char *service)
{
	auto_hive struct win_hive *h = NULL;
	uint64_t ret = 99;
	win_key key;

	assert_int_equal(win_hive_open_in(q->vol, FILE_IN, &h, NULL), 0);
	assert_int_equal(win_hive_key(h, win_hive_root(h), service, &key, NULL), 0);
	assert_int_equal(win_hive_number(h, key, "Start", &ret, NULL), 0);
	return ret;
}

static uint64_t start_now(struct qh *q)
{
	return start_of(q, X);
}

/* The survey, its verdict, the same look once more, and all of it. */
static struct plan *undo(struct qh *q, bool is_confirmed)
{
	struct plan *p = load_first(q, PLAN_RESTORE);
	struct rs_err err = {0};

	assert_int_equal(restore_survey(q->vol, NULL, NULL, p, NULL), 0);
	assert_int_equal(restore_verdict(p, is_confirmed, NULL), 0);
	plan_accept(p);
	if (restore_check(q->vol, NULL, NULL, p, &err) < 0)
		fail_msg("%s %s", err.object, err.detail);
	if (quarantine_empty(q->vol, p, NULL, &err) < 0)
		fail_msg("%s %s %s", err.object, rs_err_info(err.code)->text, err.detail);
	return p;
}

static void lose(struct qh *q, const struct plan *p, const char *name)
{
	char path[PLAN_PATH_BYTES + 16];

	plan_target(p, &p->items[1], path);
	const uint64_t dir = qh_ref(q, path);
	(void)strcat(path, "\\");
	(void)strcat(path, name);
	assert_int_equal(nt_remove(q->vol, dir, name, qh_ref(q, path), NULL), 0);
}

static void lose_the_file(struct qh *q, const struct plan *p)
{
	lose(q, p, "x.sys");
}

/* ---- there and back ---- */

/* Where a line stands in the steps of the run. */
static size_t place_of(struct qh *q, const struct plan *p, const char *line)
{
	auto_free uint8_t *steps = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0, ret = 0;

	plan_path(p->top, p->id, QUARANTINE_STEPS, path);
	assert_int_equal(nt_file_load(q->vol, path, 1U << 20, &steps, &len, NULL), 0);
	for (size_t i = 0; !ret && i + strlen(line) <= len; i++)
		if (memcmp(steps + i, line, strlen(line)) == 0)
			ret = i;
	assert_true(ret);
	return ret;
}

static void test_order__there_and_back__both_are_as_before(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	fill(q, p);
	assert_int_equal(start_now(q), 4);
	assert_false(qh_is_there(q, DRIVER));
	assert_true(place_of(q, p, "intent 0001") < place_of(q, p, "intent 0002"));
	auto_plan struct plan *back = undo(q, false);
	assert_int_equal(start_now(q), 0);
	assert_true(qh_is_there(q, DRIVER));
	assert_int_equal(change_count_left(back), 0);
	assert_false(qh_is_there(q, "/Unbrick"));
}

static void test_order__the_manifest__keeps_what_goes_after_what(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	fill(q, p);
	auto_plan struct plan *now = load_first(q, PLAN_FINISH);
	assert_int_equal(now->n_items, 2);
	assert_int_equal(now->items[0].after, 0);
	assert_int_equal(now->items[1].after, now->items[0].number);
}

/* ---- the file is lost meanwhile ---- */

static void test_undo__the_file_is_lost__its_driver_is_not_started(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	fill(q, p);
	lose_the_file(q, p);
	auto_plan struct plan *back = undo(q, true);
	assert_int_equal(start_now(q), 4);
	/* nor does its name go back into the list of filters, which would keep the disk away */
	assert_int_equal(change_count_left(back), 2);
	assert_true(back->items[0].change->values[0].is_file_gone);
	assert_int_equal(nt_vol_close(q->vol, NULL), 0);
	q->vol = NULL;
	assert_int_equal(quarantine_verify(q->mem, back, true, NULL, NULL), 0);
}

static void test_undo__the_file_was_installed_anew__its_driver_is_started(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);
	uint64_t made;

	fill(q, p);
	lose_the_file(q, p);
	assert_int_equal(
		nt_file_create(q->vol, qh_ref(q, QH_DRIVERS), "x.sys", "MZ", 2, 0, &made, NULL), 0);
	auto_plan struct plan *back = undo(q, true);
	assert_int_equal(start_now(q), 0);
	assert_int_equal(change_count_left(back), 0);
}

/* Disabled by one run, its file moved by a second one: the first is taken back while the file is
 * away, and then the file is back. */
static void test_undo__another_run_has_the_file__its_driver_is_not_started(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *change = plan_new(), *file = plan_new(), *p = NULL, *back = NULL;

	assert_true(change && file);
	add_change(q, change);
	add_file(q, file, 0);
	fill(q, change);
	fill(q, file);
	qh_list(q);
	assert_int_equal(q->n, 2);
	assert_int_equal(quarantine_load(q->vol, &q->all[0], PLAN_RESTORE, &p, NULL), 0);
	assert_int_equal(restore_survey(q->vol, NULL, NULL, p, NULL), 0);
	assert_int_equal(change_count_left(p), 2);
	assert_true(p->items[0].change->values[0].is_file_gone);

	assert_int_equal(quarantine_load(q->vol, &q->all[1], PLAN_RESTORE, &back, NULL), 0);
	assert_int_equal(restore_survey(q->vol, NULL, NULL, back, NULL), 0);
	plan_accept(back);
	assert_int_equal(quarantine_empty(q->vol, back, NULL, NULL), 0);
	auto_plan struct plan *first = undo(q, false);
	assert_int_equal(change_count_left(first), 0);
	assert_int_equal(start_now(q), 0);
}

/* A file that was not there before either, and that no run of ours has. */
static void test_undo__it_never_had_a_file__its_start_is_as_before(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_new(), *back = NULL;

	assert_non_null(p);
	assert_int_equal(
		nt_remove(q->vol, qh_ref(q, QH_DRIVERS), "x.sys", qh_ref(q, DRIVER), NULL), 0);
	add_change(q, p);
	fill(q, p);
	back = undo(q, false);
	assert_int_equal(change_count_left(back), 0);
	assert_int_equal(start_now(q), 0);
}

/* One that is not where drivers are, as its ImagePath says, and that the kernel starts itself: a
 * file of its name among the drivers is not the one. */
static void test_undo__a_file_elsewhere_is_lost__its_driver_is_not_started(void **state)
{
	struct qh *q = *state;
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);
	char path[] = "\\Windows\\other\\z.sys", why[] = "a test";
	auto_plan struct plan *p = plan_new();
	struct finding f = {.path = path, .why = why};
	uint64_t made;

	assert_int_equal(
		nt_file_create(q->vol, qh_ref(q, QH_DRIVERS), "z.sys", "MZ", 2, 0, &made, NULL), 0);
	assert_int_equal(nt_mkdir(q->vol, qh_ref(q, "/Windows"), "other", &f.parent_ref, NULL), 0);
	assert_int_equal(
		nt_file_create(q->vol, f.parent_ref, "z.sys", "MZ z", 4, 0, &made, NULL), 0);
	ch_add(c, HW_SET, Z, "Start", DWORD, ch_four, sizeof(ch_four));
	assert_int_equal(change_touch(c, TOUCHED_SERVICE, "z", "A vendor", NULL, true, NULL), 0);
	assert_int_equal(change_look(q->vol, c, NULL), 0);
	assert_int_equal(plan_add_change(p, c, FILE_IN, "", "test", "\\Windows", false, NULL), 0);
	assert_int_equal(nt_stat(q->vol, made, &f.stat, NULL), 0);
	assert_int_equal(plan_add_move(p, &f, "test", "\\Windows", p->items[0].number, NULL), 0);
	fill(q, p);
	assert_int_equal(start_of(q, Z), 4);
	lose(q, p, "z.sys");
	auto_plan struct plan *back = undo(q, true);
	assert_int_equal(start_of(q, Z), 4);
	assert_int_equal(change_count_left(back), 1);
}

/* ---- answers ---- */

static void test_accept__the_change_is_left__so_is_the_file(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	p->items[0].action = PLAN_ASK; /* as of an interrupted run; nobody says yes */
	assert_false(plan_is_ready(p, &p->items[1]));
	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), 0);
	p->items[1].is_accepted = true; /* whoever said yes to it alone */
	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), 0);
	p->items[0].is_accepted = true;
	assert_true(plan_is_ready(p, &p->items[1]));
	plan_accept(p);
	assert_int_equal(plan_count_accepted(p), 2);
}

static void test_accept__of_an_undo__the_file_may_go_back_alone(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	p->items[0].action = p->items[1].action = PLAN_RESTORE;
	p->items[0].is_gone = true; /* the hive */
	plan_accept(p);
	assert_true(!p->items[0].is_accepted && p->items[1].is_accepted);
}

static void test_plan__another_change_comes_before__the_file_goes_after_its_own(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	ch_add(c, HW_SET, SET "Services\\y", "Start", DWORD, ch_four, sizeof(ch_four));
	assert_int_equal(plan_add_change(p, c, FILE_IN, "", "test", "\\Windows", false, NULL), 0);
	assert_int_equal(p->n_items, 3);
	assert_int_equal(p->items[2].number, 3);
	assert_int_equal(p->items[2].after, 1);
	p->items[2].after = 2;
	p->items[0].file_ref = 77; /* as of a file that is put back */
	plan_drop_file(p, 77);
	assert_int_equal(p->n_items, 2);
	assert_int_equal(p->items[1].number, 2);
	assert_int_equal(p->items[1].after, 1);
}

/* ---- what goes with another item ---- */

static struct plan_change *disable_y(void)
{
	struct plan_change *c = change_new(CHANGE_HIVE, FILE_IN);

	assert_non_null(c);
	ch_add(c, HW_SET, SET "Services\\y", "Start", DWORD, ch_four, sizeof(ch_four));
	return c;
}

static void test_offer__without_what_it_goes_with__is_not_done(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	p->items[0].action = PLAN_ASK;
	assert_int_equal(plan_add_offer(p, disable_y(), "Guard", "why", "\\Windows", 1, NULL), 0);
	const struct plan_item *offer = &p->items[2];
	assert_true(offer->is_offer && offer->action == PLAN_ASK && offer->number == 3);
	assert_false(plan_is_ready(p, offer));
	p->items[2].is_accepted = true;
	plan_accept(p);
	assert_false(offer->is_accepted);
	p->items[0].is_accepted = p->items[2].is_accepted = true;
	plan_accept(p);
	assert_true(offer->is_accepted);
	p->items[0].file_ref = 77; /* as of a file that another run is about to put back */
	plan_drop_file(p, 77);
	assert_int_equal(p->n_items, 1);
	assert_null(p->items[0].change);
}

static void test_meets__the_same_value_in_any_case__is_seen(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);
	auto_change struct plan_change *y = disable_y(), *x = ch_disable_x(),
				       *other = change_new(CHANGE_HIVE, "\\Other\\SYSTEM");

	assert_null(plan_meets(p, y));
	x->values[0].key[0] = 'c';
	assert_string_equal(plan_meets(p, x), x->values[0].key);
	ch_add(other, HW_SET, X, "Start", DWORD, ch_four, sizeof(ch_four));
	assert_null(plan_meets(p, other));
	ch_add(y, HW_SET, CLASS, "LowerFilters", MULTI, ch_without_x, sizeof(ch_without_x));
	assert_null(plan_meets(p, y));
	ch_add(y, HW_SET, CLASS, "UpperFilters", MULTI, ch_without_x, sizeof(ch_without_x));
	assert_string_equal(plan_meets(p, y), CLASS);
}

/* ---- what a manifest may say ---- */

static int parse_with(struct qh *q, const char *from, const char *to)
{
	auto_free char *text = NULL, *other = NULL;
	auto_plan struct plan *p = load_first(q, PLAN_RESTORE), *forged = NULL;
	size_t len = 0;

	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	char *at = strstr(text, from);
	if (!at) {
		plan_accept(p);
		free(text);
		text = NULL;
		assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
		at = strstr(text, from);
	}
	assert_non_null(at);
	assert_true(
		asprintf(&other, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
	return manifest_parse(other, strlen(other), PLAN_RESTORE, &forged, NULL);
}

static void test_manifest__after_what_is_none__is_refused(void **state)
{
	static const char *const forged[] = {"\"after\": 0", "\"after\": 2", "\"after\": 3",
		"\"after\": 10000", "\"after\": -1", "\"after\": \"1\"", "\"after\": null"};
	struct qh *q = *state;
	auto_plan struct plan *p = plan_of_both(q);

	fill(q, p);
	assert_int_equal(parse_with(q, "\"after\": 1", "\"after\": 1"), 0);
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		if (parse_with(q, "\"after\": 1", forged[i]) != RS_E_MANIFEST)
			fail_msg("%s", forged[i]);
	/* nor does a change go after anything, itself among it */
	assert_int_equal(
		parse_with(q, "\"number\": 1", "\"number\": 1, \"after\": 1"), RS_E_MANIFEST);
}

static void test_manifest__after_a_move__is_refused(void **state)
{
	struct qh *q = *state;
	auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\Windows\\System32\\drivers\\bad.dat");
	auto_plan struct plan *read = NULL;
	auto_free char *text = NULL;
	char path[] = DRIVER_IN, why[] = "a test";
	struct finding f = {.path = path, .why = why, .parent_ref = qh_ref(q, QH_DRIVERS)};
	size_t len = 0;

	assert_int_equal(nt_stat(q->vol, qh_ref(q, DRIVER), &f.stat, NULL), 0);
	assert_int_equal(plan_add_move(p, &f, "test", "\\Windows", 1, NULL), 0);
	(void)snprintf(p->id, sizeof(p->id), QH_ID);
	p->items[0].is_accepted = p->items[1].is_accepted = true;
	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	assert_int_equal(manifest_parse(text, len, PLAN_RESTORE, &read, NULL), RS_E_MANIFEST);
	p->items[1].after = 0;
	free(text);
	text = NULL;
	assert_int_equal(manifest_write(p, &text, &len, NULL), 0);
	assert_int_equal(manifest_parse(text, len, PLAN_RESTORE, &read, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, qh_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order__there_and_back__both_are_as_before),
		TEST(test_order__the_manifest__keeps_what_goes_after_what),
		TEST(test_undo__the_file_is_lost__its_driver_is_not_started),
		TEST(test_undo__the_file_was_installed_anew__its_driver_is_started),
		TEST(test_undo__another_run_has_the_file__its_driver_is_not_started),
		TEST(test_undo__it_never_had_a_file__its_start_is_as_before),
		TEST(test_undo__a_file_elsewhere_is_lost__its_driver_is_not_started),
		TEST(test_accept__the_change_is_left__so_is_the_file),
		TEST(test_accept__of_an_undo__the_file_may_go_back_alone),
		TEST(test_plan__another_change_comes_before__the_file_goes_after_its_own),
		TEST(test_offer__without_what_it_goes_with__is_not_done),
		TEST(test_meets__the_same_value_in_any_case__is_seen),
		TEST(test_manifest__after_what_is_none__is_refused),
		TEST(test_manifest__after_a_move__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
