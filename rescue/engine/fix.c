/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fix: the scan's plan, one question, the act, the proof. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/guards.h"

static int ask_doubtful_of(struct rs_session *s, struct plan *p, struct en_works *w,
	const struct rs_report *report, struct rs_err *err)
{
	for (size_t k = 0; k < p->n_items; k++) {
		struct plan_item *item = &p->items[k];
		char path[400], why[400], shown[300], reason[400], text[900];
		if (item->action != PLAN_ASK)
			continue;
		rs_shorten(item->path, shown, sizeof(shown));
		rs_shorten(item->why, reason, sizeof(reason));
		(void)rs_escape(shown, path, sizeof(path));
		(void)rs_escape(reason, why, sizeof(why));
		(void)snprintf(text, sizeof(text), "%s is doubtful (%s). Move it, too?", path, why);
		enum rs_answer a = en_ask(s, RS_ASK_DOUBT, text, report);
		if (a == RS_ANSWER_CANCEL)
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		item->is_accepted = a == RS_ANSWER_YES;
		w->n_left += a == RS_ANSWER_NOBODY;
		w->n_kept += a == RS_ANSWER_NO;
	}
	return 0;
}

/* Doubtful files are asked about one by one, whatever --yes says. */
static int ask_doubtful(struct rs_session *s, struct en_works *w, const struct rs_report *report,
	struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		r = ask_doubtful_of(s, w->list[i].plan, w, report, err);
		for (size_t k = 0; r == 0 && k < w->list[i].n_unfinished; k++)
			r = ask_doubtful_of(s, w->list[i].unfinished[k], w, report, err);
	}
	return r;
}

/* Doubtful ones of an interrupted run that a person wants moved. */
static size_t count_asked(const struct en_work *w)
{
	size_t n = 0;

	for (size_t k = 0; k < w->n_unfinished; k++)
		for (size_t i = 0; i < w->unfinished[k]->n_items; i++)
			n += w->unfinished[k]->items[i].action == PLAN_ASK &&
			     w->unfinished[k]->items[i].is_accepted;
	return n;
}

static size_t count_accepted(const struct en_works *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += plan_count_accepted(w->list[i].plan) + count_asked(&w->list[i]);
	return n;
}

/* Files that will be moved on this volume if the plan is confirmed. */
static size_t count_moves(const struct en_work *w)
{
	size_t n = plan_count(w->plan, PLAN_QUARANTINE);

	for (size_t i = 0; i < w->plan->n_items; i++)
		n += w->plan->items[i].action == PLAN_ASK && w->plan->items[i].is_accepted;
	for (size_t k = 0; k < w->n_unfinished; k++)
		n += plan_count(w->unfinished[k], PLAN_FINISH);
	n += count_asked(w);
	return n;
}

/* Before the first question, so that the plan that is shown stays the same from then on. */
static int name_plan_files(struct en_works *w, const struct rs_replay_choice *c,
	struct rs_report *report, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		if (w->list[i].v->journal.is_planned)
			r = en_replay_plan(w->list[i].v, c, err);
	}
	en_works_report(w, false, report);
	return r;
}

/* The journals of those volumes that will be written, and of no other. */
static int consent_to_replays(struct rs_session *s, struct en_works *w,
	const struct rs_replay_choice *c, const struct rs_report *report, struct rs_err *err)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		struct en_volume *v = w->list[i].v;
		v->journal.is_planned = v->journal.is_planned && count_moves(&w->list[i]);
		if (!v->journal.is_planned)
			continue;
		n++;
		r = en_replay_consent(s, v, c, report, err);
	}
	if (r == 0 && n > 1 && c->plan_file && !en_plan_is_folder(c->plan_file))
		r = rs_fail_on(err, RS_E_AMBIGUOUS, c->plan_file,
			"one plan's file for the journals of %zu volumes", n);
	return r;
}

static size_t count_replays(const struct en_works *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->list[i].v->journal.is_planned;
	return n;
}

static int ask_plan(struct rs_session *s, struct en_works *w, bool say_yes,
	const struct rs_report *report, struct rs_err *err)
{
	size_t all = en_works_count(w, PLAN_QUARANTINE) + en_works_count(w, PLAN_FINISH) +
		     count_accepted(w);
	size_t replays = count_replays(w);
	char text[200];

	(void)snprintf(text, sizeof(text),
		"%s %zu %s into quarantine? ('unbrick undo' puts %s back)",
		replays ? rs_form(replays, "Replay the journal, then move",
				  "Replay the journals, then move")
			: "Move",
		all, rs_form(all, "file", "files"), rs_form(all, "it", "them"));
	if (all && !say_yes && en_ask(s, RS_ASK_PLAN, text, report) != RS_ANSWER_YES)
		return rs_fail(err, RS_E_CANCELLED, "%s", "");
	for (size_t i = 0; i < w->n; i++) {
		plan_accept(w->list[i].plan);
		for (size_t k = 0; k < w->list[i].n_unfinished; k++)
			plan_accept(w->list[i].unfinished[k]);
	}
	return 0;
}

/* All plans of a volume that this run carries out. @ret has room for n_unfinished + 1. */
static size_t plans_of(const struct en_work *w, struct plan **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_unfinished; i++)
		if (plan_count_accepted(w->unfinished[i]) || !w->unfinished[i]->n_items)
			ret[n++] = w->unfinished[i];
	if (plan_count_accepted(w->plan))
		ret[n++] = w->plan;
	return n;
}

static int fix_one(
	struct rs_session *s, struct en_work *w, struct rs_report *report, struct rs_err *err)
{
	auto_free struct plan **plans = calloc(w->n_unfinished + 1, sizeof(struct plan *));
	struct run_kept *kept = &report->run.quarantine;

	if (!plans)
		return rs_fail(err, RS_E_MEMORY, "plans");
	size_t n = plans_of(w, plans);
	if (!n)
		return 0;
	const struct plan *last = plans[n - 1];
	const struct en_act act = {s, w->v, plans, n, false, report};
	int r = en_act(&act, err);
	if (last->id[0])
		en_kept_report(w->v, last, report);
	if (last->id[0] && r == 0)
		plan_path(last->top, last->id, QUARANTINE_REPORT_JSON, kept->report);
	return r;
}

/* The finished report beside every quarantine that it tells of. */
static int keep_reports(struct en_works *w, struct rs_report *report, struct rs_err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		struct en_work *one = &w->list[i];
		auto_free struct plan **plans =
			calloc(one->n_unfinished + 1, sizeof(struct plan *));
		if (!plans)
			return rs_fail(err, RS_E_MEMORY, "plans");
		size_t n = plans_of(one, plans);
		int r = n ? en_keep_report(one->v, plans, n, report, err) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int fix_all(
	struct rs_session *s, struct en_works *w, struct rs_report *report, struct rs_err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		int r = fix_one(s, &w->list[i], report, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a fleet must not count as sound. */
static void left_text(const struct en_works *w, char *ret, size_t cap)
{
	char spared[160];

	ret[0] = '\0';
	if (w->n_left)
		(void)snprintf(ret, cap,
			"%zu doubtful %s left where %s: nobody was there to decide, run 'unbrick "
			"fix' at a terminal",
			w->n_left, rs_form(w->n_left, "file was", "files were"),
			rs_form(w->n_left, "it is", "they are"));
	en_works_spared(w, spared, sizeof(spared));
	size_t len = strlen(ret);
	(void)snprintf(ret + len, cap - len, "%s%s", len && spared[0] ? "; " : "", spared);
}

static void finish_idle(
	const struct en_works *w, const struct en_machine *m, struct rs_report *report)
{
	char text[400] = "nothing to repair";

	if (w->n_kept)
		(void)snprintf(text, sizeof(text), "%zu doubtful %s left, as you decided",
			w->n_kept, rs_form(w->n_kept, "file was", "files were"));
	else if (report->run.n_findings)
		(void)snprintf(
			text, sizeof(text), "nothing that a rule would move; see the findings");
	for (size_t i = 0; i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		if (!en_journal_is_open(v) || v->journal.replay->pending != NT_PENDING_CHANGES)
			continue;
		size_t len = strlen(text);
		(void)snprintf(text + len, sizeof(text) - len,
			"; the journal of volume %u has changes that Windows applies at its next "
			"start, or 'unbrick replay'",
			v->number);
		break;
	}
	en_works_report(w, true, report);
	if (w->n_left || w->n_spared) {
		left_text(w, text, sizeof(text));
		en_finish_done(report, m, EN_STATUS_LEFT, RUN_LEFT, text);
		return;
	}
	en_finish_done(report, m, 4, RUN_NOTHING_TO_DO, text);
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	struct en_works *w = &u->works;
	int r = en_works_plan(u, err);

	if (r == 0)
		r = name_plan_files(w, &u->o.replay, u->report, err);
	return r < 0 ? r : en_works_guard(u->s, u->m, w, &u->how, u->report, err);
}

static int consent(struct rs_repair *u, struct rs_err *err)
{
	struct en_works *w = &u->works;
	int r = u->how.may_ask ? en_works_ask(u->s, w, u->report, err) : 0;

	if (r == 0)
		r = ask_doubtful(u->s, w, u->report, err);
	if (r < 0)
		return r;
	r = consent_to_replays(u->s, w, &u->o.replay, u->report, err);
	en_works_report(w, false, u->report); /* without the volumes that stay */
	return r < 0 ? r : ask_plan(u->s, w, u->o.say_yes, u->report, err);
}

static void finish_done(const struct rs_repair *u, size_t replays, size_t files)
{
	char text[1400], left[256], faults[512], doubtful[400];
	int status = 0;

	en_works_left(&u->works, left, sizeof(left));
	en_works_faults(&u->works, faults, sizeof(faults));
	left_text(&u->works, doubtful, sizeof(doubtful));
	(void)snprintf(text, sizeof(text), "%s%zu %s moved into quarantine, %s%s%s%s%s",
		replays ? rs_form(replays, "journal replayed, ", "journals replayed, ") : "", files,
		rs_form(files, "file", "files"), en_verified_text(u->report), left,
		doubtful[0] ? "; " : "", doubtful, faults);
	if (faults[0])
		status = rs_err_info(RS_E_HIVE)->exit_status;
	else if (left[0] || doubtful[0])
		status = EN_STATUS_LEFT;
	en_finish_done(u->report, u->m, status,
		faults[0] ? RUN_CANNOT_START
		: status  ? RUN_LEFT
			  : RUN_DONE,
		text);
}

/* Whatever could refuse is asked once more: a person may have thought for long. */
static int act(struct rs_repair *u, struct rs_err *err)
{
	const struct en_guard_how last = {.target = u->target, .is_answered = true};
	struct en_works *w = &u->works;
	int r = en_works_guard(u->s, u->m, w, &last, u->report, err);

	if (r < 0)
		return r;
	size_t files = count_accepted(w) + en_works_count(w, PLAN_FINISH);
	if (!files) {
		r = en_unproven_refuse(w, err);
		if (r == 0)
			finish_idle(w, u->m, u->report);
		return r;
	}
	size_t replays = count_replays(w);
	r = fix_all(u->s, w, u->report, err);
	en_works_report(w, true, u->report);
	if (r == 0) {
		finish_done(u, replays, files);
		r = keep_reports(w, u->report, err);
		if (r < 0) /* moved and verified, and yet not all that was promised */
			u->report->run.quarantine.report[0] = '\0';
	}
	return r;
}

static struct en_score score_of(const struct rs_repair *u)
{
	const struct en_works *w = &u->works;
	struct en_score ret = {
		.one = "file moved into quarantine", .many = "files moved into quarantine"};

	for (size_t i = 0; i < w->n; i++) {
		const struct en_work *one = &w->list[i];
		ret.done += plan_count_done(one->plan);
		ret.total += plan_count_accepted(one->plan);
		for (size_t k = 0; k < one->n_unfinished; k++) {
			ret.done += plan_count_done(one->unfinished[k]);
			ret.total += plan_count_accepted(one->unfinished[k]);
		}
	}
	return ret;
}

int rs_fix_open(struct rs_session *s, const struct rs_target *t, const struct rs_fix_options *o,
	struct rs_repair **ret)
{
	static const struct en_command command = {
		"fix", true, {en_works_look, en_works_judge, plan, consent, act}, score_of};
	struct rs_undo_options options = {0};

	if (o)
		options = (struct rs_undo_options){.say_yes = o->say_yes, .replay = o->replay};
	return en_repair_open(s, t, &command, &options, ret);
}

int rs_fix(struct rs_session *s, const struct rs_target *t, const struct rs_fix_options *o,
	struct rs_report **ret)
{
	struct rs_repair *u;

	(void)rs_fix_open(s, t, o, &u); /* what goes wrong stands in the report */
	return en_repair_all(u, ret);
}
