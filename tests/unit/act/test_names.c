/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a file's path is asked of all its names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "judge/source.h"

#include "quarantine_help.h"

static int make(void **state)
{
	struct qh *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	qh_make(q);
	*state = q;
	return 0;
}

static int done(void **state)
{
	qh_done(*state);
	free(*state);
	return 0;
}

static const char test_rule[] =
	"[rule]\nid = t\ntitle = t\nreference = t\nkind = bad-file\naction = quarantine\n"
	"confidence = confirmed\n[file]\npath = %WINDIR%\\System32\\drivers\\bad.dat\n"
	"never = \\keep\\**\\*\nname-is-enough = yes\n";

static struct plan *plan_of(struct qh *q, const char *path, const char *shown)
{
	struct plan *p = qh_plan(q, path, shown);
	struct rule *r = NULL;
	struct rs_err err = {0};

	if (rule_parse("t", test_rule, strlen(test_rule), &r, &err) < 0)
		fail_msg("%s", err.detail);
	struct judge_said said = {.source = &source_rules, .id = "t", .by = r};
	const struct judge_result judged = {.said = &said, .n_said = 1};
	free(p->items[0].rule_id);
	p->items[0].rule_id = strdup("t");
	assert_int_equal(plan_look_at_names(q->vol, "\\Windows", &judged, p, NULL), 0);
	rule_free(r);
	return p;
}

static void test_names__one_is_protected_elsewhere__only_told(void **state)
{
	struct qh *q = *state;

	wi_link(&q->wi, QH_BAD, "/Windows/System32/config/SYSTEM");
	wi_link(&q->wi, QH_DRIVERS "/other.dat", QH_DRIVERS "/ntfs.sys");
	wi_dir(&q->wi, "/keep/it");
	wi_text(&q->wi, QH_DRIVERS "/third.dat", "x", "");
	wi_link(&q->wi, QH_DRIVERS "/third.dat", "/keep/it/x");
	wi_text(&q->wi, QH_DRIVERS "/fourth.dat", "x", "");
	wi_link(&q->wi, QH_DRIVERS "/fourth.dat", "/fine");
	qh_open(q);
	auto_plan struct plan *a = plan_of(q, QH_BAD, "\\a\\bad.dat");
	assert_int_equal(a->items[0].action, PLAN_REPORT);
	assert_non_null(strstr(a->items[0].why, "\\Windows\\System32\\config\\SYSTEM"));
	auto_plan struct plan *b = plan_of(q, QH_DRIVERS "/other.dat", "\\a\\other.dat");
	assert_int_equal(b->items[0].action, PLAN_REPORT);
	auto_plan struct plan *c = plan_of(q, QH_DRIVERS "/third.dat", "\\a\\third.dat");
	assert_int_equal(c->items[0].action, PLAN_REPORT);
	assert_non_null(strstr(c->items[0].why, "never to touch"));
	auto_plan struct plan *d = plan_of(q, QH_DRIVERS "/fourth.dat", "\\a\\fourth.dat");
	assert_int_equal(d->items[0].action, PLAN_QUARANTINE);
	assert_int_equal(d->items[0].n_names, 2);
	assert_int_equal(d->items[0].names[0].is_moved + d->items[0].names[1].is_moved, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_names__one_is_protected_elsewhere__only_told, make, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
