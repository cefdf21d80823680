/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A diagnosis on its way through a run: into the report, and into the exit status. The source is
 * one of this program's own table (judge/sources.c); what a verdict is made of is not asked here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "judge/diagnosis.h"
#include "judge/source.h"
#include "rig.h"

static struct {
	enum diag_kind kind;
	enum diag_certainty certainty;
	uint64_t since; /* that the source was asked for */
} verdict;

static int look(const struct judge_look *in, struct judge_result *ret, struct rs_err *err)
{
	struct diagnosis **to = rs_list_add(&ret->diagnoses, &ret->n_diagnoses, sizeof(*to));
	struct diagnosis *d = calloc(1, sizeof(*d));

	(void)err;
	assert_true(to && d);
	d->evidence = calloc(1, sizeof(*d->evidence));
	d->windows = in->win->root;
	d->kind = verdict.kind;
	d->certainty = verdict.certainty;
	d->text = "what the evidence says";
	verdict.since = in->since;
	*to = d;
	return 0;
}

static const char *forbids(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	(void)s;
	(void)vol;
	(void)root;
	(void)path;
	return NULL;
}

static const struct evidence_source source_verdict = {"diagnosis", look, forbids, NULL, NULL};

const struct evidence_source *const judge_sources[] = {&source_rules, &source_verdict, NULL};

static const struct rs_options yes = {.say_yes = true};

static int make(void **state)
{
	memset(&verdict, 0, sizeof(verdict));
	return rig_make(state, 0);
}

static int make_bad(void **state)
{
	memset(&verdict, 0, sizeof(verdict));
	return rig_make(state, RIG_HAS_BAD);
}

static void test_wrong__nothing_to_move__a_status_of_its_own(void **state)
{
	static const enum rs_command looks[] = {RS_SCAN, RS_DIAGNOSE};
	struct rig *r = *state;

	verdict.kind = DIAG_HARDWARE;
	verdict.certainty = DIAG_C_LIKELY;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(rig_run(r, looks[i], NULL), 16);
		rig_expect(r, "outcome.result", "wrong");
		rig_expect(r, "diagnosis.kind", "hardware");
		rig_expect(r, "diagnosis.windows", "\\Windows");
		rig_expect(r, "diagnosis.text", "what the evidence says");
		rig_fits_schema(r);
	}
	assert_int_equal(rig_run(r, RS_FIX, &yes), 16);
	rig_expect_part(r, "outcome.text", "nothing was changed");
	rig_fits_schema(r);
	assert_true(rig_is_as_made(r));
}

static void test_no_trouble_or_a_guess__as_without_it(void **state)
{
	static const struct {
		enum diag_kind kind;
		enum diag_certainty certainty;
	} all[] = {{DIAG_NONE, DIAG_C_SURE}, {DIAG_UNSURE, DIAG_C_UNSURE},
		{DIAG_NO_DRIVER, DIAG_C_SURE}, {DIAG_BAD_FILE, DIAG_C_UNSURE}};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		verdict.kind = all[i].kind;
		verdict.certainty = all[i].certainty;
		assert_int_equal(rig_run(r, RS_DIAGNOSE, NULL), 0);
		rig_expect(r, "diagnosis.kind", diag_kind_word(all[i].kind));
		assert_int_equal(rig_run(r, RS_FIX, &yes), 4);
	}
}

/* What can be repaired comes first. */
static void test_wrong__a_rule_repairs__found_and_done(void **state)
{
	struct rig *r = *state;

	verdict.kind = DIAG_BAD_FILE;
	verdict.certainty = DIAG_C_SURE;
	assert_int_equal(rig_run(r, RS_DIAGNOSE, NULL), 3);
	assert_non_null(strstr(r->text, "To repair it: unbrick fix "));
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_expect(r, "diagnosis.kind", "bad-file");
	rig_fits_schema(r);
}

static void test_since__reaches_the_source_and_the_report(void **state)
{
	struct rig *r = *state;
	const struct rs_target target = {
		.disks = r->disks, .n_disks = r->n_disks, .since = 133500000000000000};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;

	const int code = rs_repair_all(s, RS_SCAN, &target, NULL, &report);
	assert_int_equal(rig_read_take(r, report, code), 0);
	rs_session_free(s);
	assert_int_equal(verdict.since, 133500000000000000);
	rig_expect(r, "since", "2024-01-17T21:20:00Z");
	rig_fits_schema(r);
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_wrong__nothing_to_move__a_status_of_its_own, make),
		T(test_no_trouble_or_a_guess__as_without_it, make),
		T(test_wrong__a_rule_repairs__found_and_done, make_bad),
		T(test_since__reaches_the_source_and_the_report, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
