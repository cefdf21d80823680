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

#include "../../layers/layers.h"
#include "quarantine_help.h"

static const char test_rule[] =
	"[rule]\nid = t\ntitle = t\nreference = t\nkind = bad-file\naction = quarantine\n"
	"confidence = confirmed\n[file]\npath = %WINDIR%\\System32\\drivers\\bad.dat\n"
	"never = \\keep\\**\\*\nnever = %WINDIR%\\kept\\*\nname-is-enough = yes\n";

static int look_at(struct nt_vol *vol, struct plan *p)
{
	struct rule *r = NULL;
	struct rs_err err = {0};

	if (rule_parse("t", test_rule, strlen(test_rule), &r, &err) < 0)
		fail_msg("%s", err.detail);
	struct judge_said said = {.source = &source_rules, .id = "t", .by = r};
	const struct judge_result judged = {.said = &said, .n_said = 1};
	free(p->items[0].rule_id);
	p->items[0].rule_id = strdup("t");
	int ret = plan_look_at_names(vol, "\\Windows", &judged, p, NULL);
	rule_free(r);
	return ret;
}

static struct plan *plan_of(struct qh *q, const char *path, const char *shown)
{
	struct plan *p = qh_plan(q, path, shown);

	assert_int_equal(look_at(q->vol, p), 0);
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
	assert_string_equal(a->items[0].refused,
		"it is also \\Windows\\System32\\config\\SYSTEM, and it is protected");
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

/* What a rule never touches in a Windows is meant in the one that the file was found in. */
static void test_names__never_in_the_other_windows__only_told(void **state)
{
	static const char *const found_in[] = {"", "\\Windows", "\\Windows2"};
	struct qh *q = *state;

	wi_dir(&q->wi, "/Windows2/kept");
	wi_link(&q->wi, QH_BAD, "/Windows2/kept/x.dat");
	qh_open(q);
	for (size_t i = 0; i < sizeof(found_in) / sizeof(found_in[0]); i++) {
		auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\a\\bad.dat");
		free(p->items[0].windows);
		p->items[0].windows = strdup(found_in[i]);
		assert_int_equal(look_at(q->vol, p), 0);
		assert_int_equal(p->items[0].action, i < 2 ? PLAN_QUARANTINE : PLAN_REPORT);
	}
}

/* Of one Windows alone: nothing of another one, not under its other names, and nothing that an
 * interrupted run was to move there. */
static void test_names__of_one_windows_alone__others_only_told(void **state)
{
	struct qh *q = *state;

	wi_text(&q->wi, QH_DRIVERS "/shared.dat", "x", "");
	wi_dir(&q->wi, "/Windows2");
	wi_link(&q->wi, QH_DRIVERS "/shared.dat", "/Windows2/shared.dat");
	qh_open(q);
	static const struct {
		const char *only, *file;
		bool is_finish, is_moved;
	} all[] = {
		{"\\Windows", QH_BAD, false, true},
		{"\\WINDOWS", QH_BAD, false, true},
		{"\\Windows2", QH_BAD, false, false},
		{"\\Win", QH_BAD, false, false},
		{"\\Windows", QH_DRIVERS "/shared.dat", false, false},
		{"\\Windows", QH_BAD, true, true},
		{"\\Windows2", QH_BAD, true, false},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		auto_plan struct plan *p = qh_plan(q, all[i].file, "\\a\\bad.dat");
		struct plan_item *item = &p->items[0];
		const enum plan_action before = all[i].is_finish ? PLAN_ASK : PLAN_QUARANTINE;
		free(item->path);
		item->path = strdup("\\Windows\\System32\\drivers\\one.dat");
		item->action = before;
		p->has_manifest = all[i].is_finish;
		p->only = all[i].only;
		assert_int_equal(look_at(q->vol, p), 0);
		assert_int_equal(item->action, all[i].is_moved ? before : PLAN_REPORT);
		assert_int_equal(item->is_spared, !all[i].is_moved);
		if (!all[i].is_moved)
			assert_non_null(strstr(item->why, "outside of the chosen Windows"));
	}
}

/* What a later installation put aside is a Windows, too. */
static void test_names__protected_in_windows_old__only_told(void **state)
{
	struct qh *q = *state;

	wi_dir(&q->wi, "/Windows.old/Windows/System32/config");
	wi_link(&q->wi, QH_BAD, "/Windows.old/Windows/WinSxS/x.dat");
	qh_open(q);
	auto_plan struct plan *p = plan_of(q, QH_BAD, "\\a\\bad.dat");
	assert_int_equal(p->items[0].action, PLAN_REPORT);
	assert_non_null(strstr(p->items[0].why, "\\Windows.old\\Windows\\WinSxS"));
}

/* A folder, a link, a file of the file system itself; a file whose record is another's by now. */
static void test_names__no_ordinary_file__only_told(void **state)
{
	struct qh *q = *state;

	qh_open(q);
	for (unsigned i = 0; i < 5; i++) {
		auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\a\\bad.dat");
		struct plan_item *item = &p->items[0];
		item->stat.is_dir = i == 0;
		item->stat.is_reparse = i == 1 || i == 4;
		item->stat.reparse_tag = i == 4 ? 0x80000017U : 0xA0000003U; /* WOF, a junction */
		if (i == 2)
			item->stat.ref = 10;
		if (i == 3)
			item->file_ref += 1ULL << 48;
		assert_int_equal(look_at(q->vol, p), 0);
		assert_int_equal(item->action, i < 4 ? PLAN_REPORT : PLAN_QUARANTINE);
		if (i < 4)
			assert_non_null(strstr(
				item->why, i == 3 ? "names cannot be read" : "no ordinary file"));
	}
}

static void test_names__disk_cannot_be_read__fails(void **state)
{
	struct qh *q = *state;
	struct nt_vol *vol = NULL;

	qh_open(q);
	auto_plan struct plan *p = qh_plan(q, QH_BAD, "\\a\\bad.dat");
	struct lay_watch *w = lay_watch_new(q->mem);
	assert_non_null(w);
	assert_int_equal(nt_vol_open(&w->blk, 0, &vol, NULL), 0);
	w->fail_read = w->reads + 1;
	w->is_sticky = true;
	assert_int_equal(look_at(vol, p), RS_E_IO_READ);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(&w->blk);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, qh_setup, qh_teardown)
	const struct CMUnitTest tests[] = {
		T(test_names__one_is_protected_elsewhere__only_told),
		T(test_names__never_in_the_other_windows__only_told),
		T(test_names__of_one_windows_alone__others_only_told),
		T(test_names__protected_in_windows_old__only_told),
		T(test_names__no_ordinary_file__only_told),
		T(test_names__disk_cannot_be_read__fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
