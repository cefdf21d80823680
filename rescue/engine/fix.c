/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fix: the scan's plan, one question, the act, the proof. */
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

/* Whoever lets it act without a person has said so: to the engine it is an answer. */
static void accept_alone(struct rs_repair *u)
{
	struct plan_item *item =
		u->o.diagnosis_alone && u->o.say_yes ? en_only_alone(&u->works) : NULL;

	if (item)
		item->is_accepted = item->is_alone = true;
}

/* All of it: "a; b; c". */
static void against(const struct plan_item *item, char *ret, size_t cap)
{
	ret[0] = '\0';
	for (size_t i = 0; i < item->n_against; i++)
		rs_note(ret, cap, "%s", item->against[i]);
}

/* Doubtful files are asked about one by one, whatever --yes says. */
static int ask_doubtful_of(struct rs_repair *u, struct plan *p, struct rs_err *err)
{
	for (size_t k = 0; k < p->n_items; k++) {
		struct plan_item *item = &p->items[k];
		char path[400], why[400], shown[300], reason[400], speaks[1200], text[2100];
		if (item->action != PLAN_ASK || item->is_alone)
			continue;
		if (!plan_is_ready(p, item)) { /* as long as a start wants it, it stays */
			u->works.n_left += u->o.say_yes && !item->change;
			u->works.n_kept += !u->o.say_yes && !item->change;
			continue;
		}
		rs_shorten(item->path, shown, sizeof(shown));
		rs_shorten(item->why, reason, sizeof(reason));
		(void)rs_escape(shown, path, sizeof(path));
		(void)rs_escape(reason, why, sizeof(why));
		against(item, speaks, sizeof(speaks));
		if (speaks[0])
			(void)snprintf(text, sizeof(text),
				"%s is doubtful (%s). Against moving it: %s. Move it, too?", path,
				why, speaks);
		else if (item->is_offer)
			(void)snprintf(text, sizeof(text), "%s: %s. Disable it, too (then %s)?",
				item->rule_id, why, item->change->note);
		else if (item->change && item->change->source)
			(void)snprintf(text, sizeof(text), "%s was taken away (%s). Put it back?",
				path, why);
		else if (item->change)
			(void)snprintf(text, sizeof(text),
				"The change of %s is doubtful (%s). Make it, too?", path, why);
		else
			(void)snprintf(text, sizeof(text), "%s is doubtful (%s). Move it, too?",
				path, why);
		enum rs_answer a = en_ask_file(u, text, item);
		if (a == RS_ANSWER_CANCEL)
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		item->is_accepted = a == RS_ANSWER_YES;
		u->works.n_left += a == RS_ANSWER_NOBODY && !item->change;
		u->works.n_undone += a == RS_ANSWER_NOBODY && item->change;
		u->works.n_kept += a == RS_ANSWER_NO;
	}
	return 0;
}

static int ask_doubtful(struct rs_repair *u, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->works.n; i++)
		for (size_t k = 0; r == 0 && k < u->works.list[i].n_plans; k++)
			r = ask_doubtful_of(u, u->works.list[i].plans[k], err);
	return r;
}

/* Items of one volume that are carried out if the plan is confirmed: the doubtful ones among them
 * are accepted already. */
static struct en_counts counts_if_confirmed(const struct en_work *w)
{
	struct en_counts n = {0};

	for (size_t k = 0; k < w->n_plans; k++)
		for (size_t m = 0; m < w->plans[k]->n_items; m++) {
			const struct plan_item *item = &w->plans[k]->items[m];
			const bool is_in = item->is_accepted || item->action == PLAN_QUARANTINE ||
					   item->action == PLAN_CHANGE ||
					   item->action == PLAN_FINISH;
			n.moves += is_in && !item->change;
			n.changes += is_in && item->change;
		}
	return n;
}

static bool has_any(struct en_counts n)
{
	return n.moves + n.changes;
}

/* The journals of those volumes that will be written, and of no other. */
static int consent_to_replays(struct rs_repair *u, size_t *ret, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->works.n; i++) {
		const struct en_work *one = &u->works.list[i];
		one->v->journal.is_planned =
			one->v->journal.is_planned && has_any(counts_if_confirmed(one));
		if (!one->v->journal.is_planned)
			continue;
		++*ret;
		r = en_replay_consent(u, one->v, err);
	}
	return r < 0 ? r : en_replay_check_file(u, *ret, err);
}

static void ask_changes(struct en_counts n, size_t replays, char *ret, size_t cap)
{
	const char *changes = rs_form(n.changes, "change", "changes");
	const char *first = replays ? rs_form(replays, "Replay the journal, then make",
					      "Replay the journals, then make")
				    : "Make";

	if (n.moves)
		(void)snprintf(ret, cap,
			"%s %zu %s and move %zu %s into quarantine? ('unbrick undo' takes all of "
			"it back)",
			first, n.changes, changes, n.moves, rs_form(n.moves, "file", "files"));
	else
		(void)snprintf(ret, cap, "%s %zu %s? ('unbrick undo' takes %s back)", first,
			n.changes, changes, rs_form(n.changes, "it", "them"));
}

static int ask_plan(const struct rs_repair *u, size_t replays, struct rs_err *err)
{
	const struct en_works *w = &u->works;
	struct en_counts n = {0};
	char text[300];

	for (size_t i = 0; i < w->n; i++)
		en_counts_add(&n, counts_if_confirmed(&w->list[i]));
	if (n.changes)
		ask_changes(n, replays, text, sizeof(text));
	else
		(void)snprintf(text, sizeof(text),
			"%s %zu %s into quarantine? ('unbrick undo' puts %s back)",
			replays ? rs_form(replays, "Replay the journal, then move",
					  "Replay the journals, then move")
				: "Move",
			n.moves, rs_form(n.moves, "file", "files"), rs_form(n.moves, "it", "them"));
	int r = has_any(n) && !u->o.say_yes ? en_consent(u, RS_ASK_PLAN, text, err) : 0;
	for (size_t i = 0; r == 0 && i < w->n; i++)
		for (size_t k = 0; k < w->list[i].n_plans; k++)
			plan_accept(w->list[i].plans[k]);
	return r;
}

static int fix_one(struct rs_repair *u, const struct en_work *w, struct rs_err *err)
{
	const struct en_act act = {u, w->v, w->plans, w->n_plans, false};
	const struct plan *last = NULL;

	for (size_t i = 0; i < w->n_plans; i++)
		if (plan_count_accepted(w->plans[i]))
			last = w->plans[i];
	if (!last)
		return 0;
	int r = en_act(&act, err);
	if (last->id[0])
		en_kept_report(w->v, last, u->report);
	return r;
}

/* The finished report beside every quarantine that it tells of. Where that fails, the volume is
 * read back once more: its reports were written, too. */
static int keep_reports(struct rs_repair *u, struct rs_err *err)
{
	bool *is_copy = &u->report->run.outcome.is_copy;
	int r = 0;

	*is_copy = true;
	for (size_t i = 0; r == 0 && i < u->works.n; i++) {
		const struct en_work *w = &u->works.list[i];
		if (!en_work_accepted(w))
			continue;
		u->last = (struct en_act){u, w->v, w->plans, w->n_plans, false};
		r = en_keep_report(w, u->report, err);
	}
	*is_copy = false;
	u->is_unverified = r < 0;
	return r;
}

/* What a fleet must not count as sound, appended; returns whether there is any. */
static bool note_left(const struct en_works *w, char *ret, size_t cap)
{
	if (w->n_held)
		rs_note(ret, cap,
			"%zu %s left undone, as without a person files are moved, and services "
			"disabled only where 'acts' allows it",
			w->n_held, rs_form(w->n_held, "change was", "changes were"));
	if (w->n_undone)
		rs_note(ret, cap, "%zu doubtful %s left undone, as nobody was there to decide",
			w->n_undone, rs_form(w->n_undone, "change was", "changes were"));
	if (w->n_left)
		rs_note(ret, cap,
			"%zu doubtful %s left where %s: nobody was there to decide; repair it once "
			"more at a terminal, or start the stick again and choose 2, the "
			"technician's screen",
			w->n_left, rs_form(w->n_left, "file was", "files were"),
			rs_form(w->n_left, "it is", "they are"));
	return en_works_spared(w, ret, cap) || w->n_left || w->n_undone || w->n_held;
}

static void finish_idle(const struct rs_repair *u)
{
	const struct en_works *w = &u->works;
	char text[800] = "nothing to repair", left[800] = "";

	if (en_is_disable(u)) {
		en_works_report(u, true);
		en_finish_done(u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO,
			u->which == RS_CLEAR  ? "that is not set here"
			: u->which == RS_SAFE ? "no driver of another maker is started early that "
						"a start could do without"
					      : "what was named is disabled already");
		return;
	}
	if (w->n_kept)
		(void)snprintf(text, sizeof(text), "%zu doubtful %s left, as you decided",
			w->n_kept, rs_form(w->n_kept, "file was", "files were"));
	else if (u->report->run.n_findings)
		(void)snprintf(text, sizeof(text), "nothing that would be moved; see the findings");
	for (size_t i = 0; i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		if (!en_journal_is_open(v) || v->journal.replay->pending != NT_PENDING_CHANGES)
			continue;
		rs_note(text, sizeof(text),
			"the journal of volume %u has changes that Windows applies at its next "
			"start",
			v->number);
		break;
	}
	en_works_report(u, true);
	en_windows_left(u->target, u->m, text, sizeof(text));
	if (note_left(w, left, sizeof(left))) {
		en_windows_left(u->target, u->m, left, sizeof(left));
		en_finish_done(u->report, u->m, RS_STATUS_LEFT, RUN_LEFT, left);
		return;
	}
	if (en_works_wrong(u, left, sizeof(left))) {
		en_windows_left(u->target, u->m, left, sizeof(left));
		en_finish_done(u->report, u->m, RS_STATUS_WRONG, RUN_WRONG, left);
		return;
	}
	en_finish_done(u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO, text);
}

static struct en_score score_of(const struct rs_repair *u);

static int plan(struct rs_repair *u, struct rs_err *err)
{
	int r = en_is_disable(u) ? en_disable_meant(u, err) : 0;

	if (r == 0)
		r = en_works_plan(u, err);
	return r < 0 ? r : en_works_guard(u, false, err);
}

/* Who has not been asked has not agreed to more than a move, but where somebody has said so before
 * (docs/boot.md, policy.md). Who named what he wants, has. */
static void hold_changes(struct rs_repair *u)
{
	struct en_works *w = &u->works;

	if (!u->o.say_yes || en_is_disable(u))
		return;
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->list[i].n_plans; k++)
			for (size_t n = 0; n < w->list[i].plans[k]->n_items; n++) {
				struct plan_item *item = &w->list[i].plans[k]->items[n];
				if (item->action != PLAN_CHANGE ||
					(u->o.may_disable && plan_services(item->change)))
					continue;
				item->action = PLAN_REPORT;
				w->n_held++;
			}
}

static int consent(struct rs_repair *u, struct rs_err *err)
{
	size_t replays = 0;
	int r = u->may_ask ? en_works_ask(u, err) : 0;

	hold_changes(u);

	accept_alone(u);
	if (r == 0)
		r = ask_doubtful(u, err);
	if (r < 0)
		return r;
	r = consent_to_replays(u, &replays, err);
	en_works_report(u, false); /* without the volumes that stay */
	if (r == 0)
		r = ask_plan(u, replays, err);
	return r < 0 ? r : en_works_limit(u, score_of(u).total, err);
}

static struct en_counts counts_done(const struct en_works *w)
{
	struct en_counts ret = {0};

	for (size_t i = 0; i < w->n; i++)
		en_counts_add(&ret, en_counts_of(w->list[i].plans, w->list[i].n_plans));
	return ret;
}

static struct en_score score_of(const struct rs_repair *u)
{
	const struct en_works *w = &u->works;
	const bool has_changes = counts_done(w).changes != 0;
	struct en_score ret = {.one = has_changes ? "item done" : "file moved into quarantine",
		.many = has_changes ? "items done" : "files moved into quarantine"};

	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->list[i].n_plans; k++) {
			ret.done += plan_count_done(w->list[i].plans[k]);
			ret.total += plan_count_accepted(w->list[i].plans[k]);
		}
	return ret;
}

/* What the changes mean until undo. */
static void notes(const struct en_works *w, char *ret, size_t cap)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->list[i].n_plans; k++)
			en_changes_note(w->list[i].plans[k], ret, cap);
}

static void finish_done(const struct rs_repair *u)
{
	const size_t replays = u->report->run.n_replays;
	char done_text[160], text[1400];
	int status = RS_STATUS_DONE;

	en_counts_done(counts_done(&u->works), done_text, sizeof(done_text));
	(void)snprintf(text, sizeof(text), "%s%s, %s",
		replays ? rs_form(replays, "journal replayed, ", "journals replayed, ") : "",
		done_text, en_verified_text(u->report));
	notes(&u->works, text, sizeof(text));
	en_windows_done(&u->works, text, sizeof(text));
	if (en_works_left(&u->works, text, sizeof(text)))
		status = RS_STATUS_LEFT;
	if (note_left(&u->works, text, sizeof(text)))
		status = RS_STATUS_LEFT;
	bool cannot_start = en_works_faults(&u->works, text, sizeof(text));
	if (cannot_start)
		status = rs_err_info(RS_E_HIVE)->exit_status;
	en_windows_left(u->target, u->m, text, sizeof(text));
	en_finish_done(u->report, u->m, status,
		cannot_start ? RUN_CANNOT_START
		: status     ? RUN_LEFT
			     : RUN_DONE,
		text);
}

/* Who lets it write without a person has the last word before the first write. */
static int ask_last(struct rs_repair *u, struct rs_err *err)
{
	int r = u->o.may_write ? u->o.may_write(u->o.may_write_user, err) : 0;

	if (u->o.told)
		u->report->run.policy = *u->o.told;
	return r;
}

/* All was done but the write. */
static void finish_drill(const struct rs_repair *u)
{
	const size_t files = score_of(u).total;
	char text[1400];

	if (counts_done(&u->works).changes) /* a move is one of them */
		(void)snprintf(text, sizeof(text), "drill: %zu %s would be made", files,
			rs_form(files, "change", "changes"));
	else
		(void)snprintf(text, sizeof(text), "drill: %zu %s would be moved into quarantine",
			files, rs_form(files, "file", "files"));
	(void)en_works_left(&u->works, text, sizeof(text));
	(void)note_left(&u->works, text, sizeof(text));
	en_windows_left(u->target, u->m, text, sizeof(text));
	for (size_t i = 0; i < u->works.n; i++)
		if (u->works.list[i].v->journal.is_planned)
			en_replay_unbegun(&u->works.list[i].v->journal, 0);
	en_works_report(u, true);
	en_finish_done(u->report, u->m, RS_STATUS_FOUND, RUN_FOUND, text);
}

/* Whatever could refuse is asked once more: a person may have thought for long. */
static int act(struct rs_repair *u, struct rs_err *err)
{
	const struct en_works *w = &u->works;
	int r = en_works_guard(u, true, err);

	if (r < 0)
		return r;
	if (!score_of(u).total) {
		u->next = RS_STEPS;
		r = en_unproven_refuse(w, err);
		if (r == 0)
			finish_idle(u);
		return r;
	}
	r = ask_last(u, err);
	if (r == 0 && u->o.is_drill) {
		u->next = RS_STEPS;
		finish_drill(u);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < w->n; i++)
		r = fix_one(u, &w->list[i], err);
	en_works_report(u, true);
	return r;
}

/* All is verified. The report lies in the quarantine that was filled last. */
static int done(struct rs_repair *u, struct rs_err *err)
{
	char *kept = u->report->run.quarantine.report;

	for (size_t i = 0; i < u->last.n; i++) {
		const struct plan *p = u->last.plans[i];
		if (plan_count_accepted(p))
			plan_path(p->top, p->id, QUARANTINE_REPORT_JSON, kept);
	}
	finish_done(u);
	int r = keep_reports(u, err);
	if (r < 0)
		kept[0] = '\0'; /* moved and verified, and yet not all that was promised */
	return r;
}

const struct en_command en_fix = {
	"fix", true, false, {en_works_look, en_works_judge, plan, consent, act, done}, score_of};

/* The same, of what a person names, or of all that a start does not need (disable.c). */
const struct en_command en_disable = {"disable", true, false,
	{en_works_look, en_works_judge, plan, consent, act, done}, score_of};
const struct en_command en_safe = {
	"safe", true, false, {en_works_look, en_works_judge, plan, consent, act, done}, score_of};
const struct en_command en_clear = {
	"clear", true, false, {en_works_look, en_works_judge, plan, consent, act, done}, score_of};
