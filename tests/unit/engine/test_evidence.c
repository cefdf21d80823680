/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of evidence that is no rule: this program is linked with a table of its own, which has
 * one more (judge/sources.c). What it says goes the way of a rule: model, JSON, text, event, plan,
 * act. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "judge/source.h"
#include "ntfswrite/vol.h"
#include "rig.h"

#define NAMED "\\Windows\\note.txt" /* RIG_PASSED */
#define ID    "MEMORY.DMP"

/* ---- the source: a dump that names a file ---- */

static struct {
	const char *path;
	enum judge_verdict verdict;
	bool is_forbidden, may_alone;
	unsigned said, done;
} dumps;

struct dump {
	char id[16], title[32];
	char *reference;
};

static void name_file(const struct judge_look *in, struct judge_result *ret)
{
	struct finding *f = rs_list_add(&ret->findings, &ret->n_findings, sizeof(*f));
	uint64_t ref;

	assert_non_null(f);
	*f = (struct finding){.said = ret->n_said - 1,
		.verdict = dumps.verdict,
		.may_alone = dumps.may_alone,
		.asks_move = true,
		.path = strdup(dumps.path),
		.why = strdup("the crash was in it")};
	char folder[128];
	(void)snprintf(folder, sizeof(folder), "%.*s",
		(int)(strrchr(dumps.path, '\\') - dumps.path), dumps.path);
	assert_int_equal(nt_lookup(in->vol, folder, &f->parent_ref, NULL), 0);
	assert_int_equal(nt_lookup(in->vol, dumps.path, &ref, NULL), 0);
	assert_int_equal(nt_stat(in->vol, ref, &f->stat, NULL), 0);
	assert_int_equal(judge_hash(in->vol, ref, f->sha256, &f->is_all_zero, NULL), 0);
	f->has_sha256 = true;
}

static int look(const struct judge_look *in, struct judge_result *ret, struct rs_err *err)
{
	struct judge_said *s = rs_list_add(&ret->said, &ret->n_said, sizeof(*s));
	struct dump *d = calloc(1, sizeof(*d));

	(void)err;
	assert_true(s && d);
	(void)snprintf(d->id, sizeof(d->id), "%s", ID);
	(void)snprintf(d->title, sizeof(d->title), "Bug check %#x", 0x50);
	d->reference = strdup("https://example.org/0x50");
	*s = (struct judge_said){.by = d,
		.id = d->id,
		.title = d->title,
		.text = "Two\nlines.",
		.references = {&d->reference, 1},
		.kind = INCIDENT_BAD_FILE,
		.outcome = dumps.verdict == JUDGE_BAD ? SAID_MATCHED : SAID_DOUBT,
		.why = strdup("it names a file"),
		.evidence = strdup("for it: the stack; against it: its age")};
	dumps.said++;
	name_file(in, ret);
	return 0;
}

static const char *forbids(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	const struct dump *d = s->by;

	(void)vol;
	assert_string_equal(d->id, ID);
	assert_string_equal(root, "\\Windows");
	assert_string_equal(path, dumps.path);
	return dumps.is_forbidden ? "the dump says so" : NULL;
}

static void done(const struct judge_said *s)
{
	struct dump *d = s->by;

	free(d->reference);
	free(d);
	dumps.done++;
}

static const struct evidence_source source_dumps = {"dump", look, forbids, done, NULL};

const struct evidence_source *const judge_sources[] = {&source_rules, &source_dumps, NULL};

/* ---- runs ---- */

static const struct rs_options yes = {.say_yes = true};

static int make_of(void **state, unsigned content)
{
	memset(&dumps, 0, sizeof(dumps));
	dumps.path = NAMED;
	return rig_make(state, content);
}

static int make_named(void **state)
{
	return make_of(state, RIG_HAS_PASSED);
}

static int make_bad(void **state)
{
	return make_of(state, RIG_HAS_BAD);
}

static int make_doubt(void **state)
{
	return make_of(state, RIG_HAS_DOUBT);
}

static int unmake(void **state)
{
	(void)rig_unmake(state);
	assert_int_equal(dumps.said, dumps.done); /* all that it lent came back */
	return 0;
}

/* The typed model, as a front end reads it; then the report as rendered, for the rest of the test.
 */
static void fix(struct rig *r)
{
	const struct rs_target target = {.disks = r->disks, .n_disks = r->n_disks};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;

	assert_int_equal(rs_repair_all(s, RS_FIX, &target, &yes, &report), 0);
	const struct rs_run *run = rs_report_run(report);
	assert_int_equal(run->n_findings, 1);
	const struct run_finding *f = &run->findings[0];
	assert_int_equal(f->n_files, 1); /* before there is a plan */
	assert_string_equal(f->files[0].path, NAMED);
	assert_string_equal(f->source, "dump");
	assert_string_equal(f->id, ID);
	assert_string_equal(f->title, "Bug check 0x50");
	assert_string_equal(f->why, "it names a file");
	assert_string_equal(f->evidence, "for it: the stack; against it: its age");
	assert_string_equal(f->text, "Two lines.");
	assert_int_equal(f->kind, INCIDENT_BAD_FILE);
	assert_int_equal(f->outcome, SAID_MATCHED);
	assert_int_equal(f->references.n, 1);
	assert_string_equal(f->references.list[0], "https://example.org/0x50");
	assert_int_equal(run->n_actions, 1);
	assert_string_equal(run->actions[0].item.rule_id, ID);
	assert_int_equal(rig_read_take(r, report, 0), 0);
	rs_session_free(s);
}

static void test_source__no_rule__told_planned_and_moved(void **state)
{
	struct rig *r = *state;

	fix(r);
	rig_expect(r, "findings.0.source", "dump");
	rig_expect(r, "findings.0.rule", ID);
	rig_expect(r, "findings.0.kind", "bad-file");
	rig_expect(r, "findings.0.outcome", "matched");
	rig_expect(r, "findings.0.why", "it names a file");
	rig_expect(r, "findings.0.evidence", "for it: the stack; against it: its age");
	rig_expect(r, "findings.0.text", "Two lines.");
	rig_expect(r, "findings.0.references.0", "https://example.org/0x50");
	rig_expect(r, "plan.0.rule", ID);
	rig_expect(r, "plan.0.why", "the crash was in it");
	rig_expect(r, "plan.0.action", "quarantine");
	rig_expect(r, "actions.0.result", "done");
	rig_expect(r, "verification.passed", "true");
	rig_fits_schema(r);
	assert_non_null(strstr(r->text, "Found: Bug check 0x50, on volume 1\n"
					"  Dump:     MEMORY.DMP (matched)\n"
					"  Because:  it names a file\n"
					"  Evidence: for it: the stack; against it: its age\n"
					"  Note:     Two lines.\n"
					"  See:      https://example.org/0x50\n"));
	assert_non_null(strstr(r->text, "Because: MEMORY.DMP: the crash was in it\n"));
	assert_string_equal(r->found,
		"dump MEMORY.DMP: it names a file; for it: the stack; against it: its age\n");
	assert_false(rig_has_file(r, 0, NAMED));
}

static void test_source__doubtful__asked_about(void **state)
{
	struct rig *r = *state;

	dumps.verdict = JUDGE_DOUBTFUL;
	r->is_there = true;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 4);
	rig_expect(r, "findings.0.outcome", "doubt");
	rig_expect(
		r, "outcome.text", "1 doubtful file was left, as you decided, nothing was changed");
	assert_true(rig_is_as_made(r));
	r->says[RS_ASK_DOUBT] = r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 0);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
	assert_false(rig_has_file(r, 0, NAMED));
}

static void test_source__forbids__told_and_left(void **state)
{
	struct rig *r = *state;

	dumps.is_forbidden = true;
	assert_int_equal(rig_run(r, RS_FIX, &yes), 15);
	rig_expect(r, "plan.0.action", "report");
	rig_expect_part(r, "plan.0.why", "the dump says so");
	rig_expect(r, "outcome.text",
		"1 bad file is left where it is: see the plan for why, nothing was changed");
	rig_fits_schema(r);
	assert_true(rig_is_as_made(r));
}

static void test_source__a_rule_says_so_too__both_told_one_item(void **state)
{
	struct rig *r = *state;

	dumps.path = "\\Windows\\System32\\drivers\\CrowdStrike\\" RIG_BAD;
	dumps.verdict = JUDGE_DOUBTFUL;
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	assert_int_equal(rig_count(r, "findings"), 2);
	rig_expect(r, "findings.0.source", "rule");
	rig_expect(r, "findings.0.rule", RIG_RULE);
	rig_expect(r, "findings.1.source", "dump");
	assert_int_equal(rig_count(r, "plan"), 1);
	rig_expect(r, "plan.0.rule", RIG_RULE);
	rig_expect(r, "plan.0.action", "quarantine");
	rig_fits_schema(r);
}

/* ---- without a person ---- */

static const struct rs_options alone = {.say_yes = true, .diagnosis_alone = true};

static void expect_left(struct rig *r, const struct rs_options *o)
{
	assert_int_equal(rig_run(r, RS_FIX, o), 15);
	rig_expect(r, "plan.0.action", "ask");
	rig_expect(r, "plan.0.accepted", "false");
	assert_null(strstr(r->text, "Alone:"));
	assert_true(rig_is_as_made(r));
}

static void test_alone__one_file_and_the_option__moved_unasked(void **state)
{
	struct rig *r = *state;

	dumps.verdict = JUDGE_DOUBTFUL;
	dumps.may_alone = true;
	expect_left(r, &yes);
	assert_int_equal(rig_run(r, RS_FIX, &alone), 0);
	rig_expect(r, "plan.0.action", "ask");
	rig_expect(r, "plan.0.accepted", "true");
	rig_expect(r, "plan.0.alone", "true");
	rig_expect(r, "actions.0.result", "done");
	rig_expect(r, "verification.passed", "true");
	assert_non_null(strstr(r->text,
		"Alone:   moved by the diagnosis alone: nobody was asked about this file\n"));
	rig_fits_schema(r);
	assert_false(rig_has_file(r, 0, NAMED));
}

/* A person who is there is asked by nobody but for what nobody decides alone. */
static void test_alone__without_yes__asked(void **state)
{
	static const struct rs_options no_yes = {.diagnosis_alone = true};
	struct rig *r = *state;

	dumps.verdict = JUDGE_DOUBTFUL;
	dumps.may_alone = true;
	r->is_there = true;
	assert_int_equal(rig_run(r, RS_FIX, &no_yes), 4);
	assert_int_equal(r->asked[RS_ASK_DOUBT], 1);
	assert_true(rig_is_as_made(r));
}

static void test_alone__source_does_not_say_so__left(void **state)
{
	dumps.verdict = JUDGE_DOUBTFUL;
	expect_left(*state, &alone);
}

/* One on each of two disks: in the whole run, not one a volume. */
static void test_alone__two_files__both_left(void **state)
{
	struct rig *r = *state;
	size_t len;
	uint8_t *bytes = rig_windows(RIG_HAS_PASSED, &len);

	rig_add_take(r, bytes, len);
	dumps.verdict = JUDGE_DOUBTFUL;
	dumps.may_alone = true;
	expect_left(r, &alone);
	assert_int_equal(rig_count(r, "plan"), 2);
}

/* A rule that is in doubt about the file has a question of its own. */
static void test_alone__a_rule_doubts_it_too__left(void **state)
{
	dumps.path = "\\Windows\\System32\\drivers\\CrowdStrike\\" RIG_DOUBT;
	dumps.verdict = JUDGE_DOUBTFUL;
	dumps.may_alone = true;
	expect_left(*state, &alone);
	assert_int_equal(rig_count(*state, "plan"), 1);
}

static void test_alone__never_to_be_moved__left(void **state)
{
	struct rig *r = *state;

	dumps.verdict = JUDGE_DOUBTFUL;
	dumps.may_alone = dumps.is_forbidden = true;
	assert_int_equal(rig_run(r, RS_FIX, &alone), 15);
	rig_expect(r, "plan.0.action", "report");
	assert_true(rig_is_as_made(r));
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, unmake)
	const struct CMUnitTest tests[] = {
		T(test_source__no_rule__told_planned_and_moved, make_named),
		T(test_source__doubtful__asked_about, make_named),
		T(test_source__forbids__told_and_left, make_named),
		T(test_source__a_rule_says_so_too__both_told_one_item, make_bad),
		T(test_alone__one_file_and_the_option__moved_unasked, make_named),
		T(test_alone__without_yes__asked, make_named),
		T(test_alone__source_does_not_say_so__left, make_named),
		T(test_alone__two_files__both_left, make_named),
		T(test_alone__a_rule_doubts_it_too__left, make_doubt),
		T(test_alone__never_to_be_moved__left, make_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
