/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: a quarantine back to where its files came from. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

/* "ID", or with its folder where the ID alone could be somebody else's: "Unbrick\ID". */
static bool is_meant(const struct quarantine *q, const char *id)
{
	size_t len = strlen(q->top);

	if (id && !strncmp(id, q->top, len) && (id[len] == '\\' || id[len] == '/'))
		return !strcmp(id + len + 1, q->id);
	return !id || !strcmp(id, q->id);
}

/* The one quarantine that is meant; RS_E_AMBIGUOUS names them when there are several. Those that
 * are not proven count only where no other is meant. */
static int choose(struct rs_repair *u, struct rs_err *err)
{
	const char *id = u->o.id;
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		for (size_t k = 0; en_is_selected(u->target, v) && k < v->n_quarantines; k++) {
			const struct quarantine *q = &v->quarantines[k];
			if (q->state == QUARANTINE_LEFT && !id)
				continue; /* undone as far as it can be */
			if (!is_meant(q, id) || (n && u->q->is_proven && !q->is_proven))
				continue;
			if (n && q->is_proven && !u->q->is_proven)
				n = 0;
			size_t len = n ? strlen(names) : 0;
			(void)snprintf(names + len, sizeof(names) - len, "%s%s (volume %u)",
				n ? ", " : "", q->id, v->number);
			u->v = v;
			u->q = q;
			n++;
		}
	}
	if (n > 1) {
		(void)rs_fail_on(err, RS_E_AMBIGUOUS, id ? id : "quarantines", "%s", names);
		err->next = id ? NULL : "choose one by its ID: unbrick undo DISK ID";
		return err->code;
	}
	if (n == 0 && id)
		return rs_fail_on(err, RS_E_NO_SUCH_QUARANTINE, id, "none of that name");
	return 0;
}

/* What a person has to decide, item by item; nobody decides it under --yes. */
static int ask_each(const struct rs_repair *u, struct rs_err *err)
{
	const struct plan *p = u->p;
	int r = restore_verdict(p, u->may_ask, err);

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		char path[700], place[700], text[1900];

		if (!item->hinder)
			continue;
		(void)rs_escape(item->path, path, sizeof(path));
		(void)rs_escape(item->place ? item->place : "", place, sizeof(place));
		if (item->is_gone)
			(void)snprintf(text, sizeof(text), "%s: %.400s. Go on without it?", path,
				item->hinder);
		else
			(void)snprintf(text, sizeof(text), "%s: %.400s. Put it at %s?", path,
				item->hinder, place);
		if (en_ask_file(u, text, item) != RS_ANSWER_YES)
			r = rs_fail_on(err, RS_E_CANCELLED, item->path, "%s", item->hinder);
	}
	return r;
}

/* The quarantine as a plan, every item looked at. */
static int load(struct rs_repair *u, struct rs_err *err)
{
	struct en_volume *v = u->v;
	struct nt_vol *nt = v->stack.nt;
	const struct win_info *win = v->is_windows ? &v->win : NULL;
	int r = en_volume_guard(v, err);

	if (r == 0)
		r = en_sleep_consent(u, v, err);
	if (r == 0)
		r = quarantine_load(nt, u->q, PLAN_RESTORE, &u->p, err);
	if (r == 0)
		r = restore_survey(nt, v->stack.raw, win, u->p, err);
	if (r == 0)
		r = plan_look_at_names(nt, win ? win->root : "\\Windows", NULL, u->p, err);
	if (r < 0)
		return r;
	en_plan_refresh(nt, u->p);
	r = en_replay_plan(u, v, err);
	return r == 0 && en_journal_is_open(v) ? en_replay_check_place(v, err) : r;
}

/* The plan and the journal's part of it, told anew. */
static void tell(const struct rs_repair *u, bool is_answered)
{
	report_plan_begin(u->report);
	report_plan(u->report, u->p, u->v->number, is_answered);
	en_replay_report(u, u->v);
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	int r = choose(u, err);

	if (r == 0 && !u->q) {
		en_finish_done(
			u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO, "no quarantine");
		u->next = RS_STEPS;
		return 0;
	}
	if (r == 0)
		r = load(u, err);
	if (r == 0)
		tell(u, false);
	return r;
}

static struct en_counts counts_of_all(const struct plan *p)
{
	struct en_counts n = {0};

	for (size_t i = 0; i < p->n_items; i++) {
		n.moves += !p->items[i].change;
		n.changes += p->items[i].change != NULL;
	}
	return n;
}

static void ask_changes(const struct rs_repair *u, struct en_counts n, char *ret, size_t cap)
{
	const char *changes = rs_form(n.changes, "change", "changes");
	const char *replay = u->v->journal.is_planned ? "Replay the journal, then take" : "Take";

	if (n.moves)
		(void)snprintf(ret, cap, "%s %zu %s of quarantine %s back, and put %zu %s back?",
			replay, n.changes, changes, u->p->id, n.moves,
			rs_form(n.moves, "file", "files"));
	else
		(void)snprintf(ret, cap, "%s %zu %s of quarantine %s back?", replay, n.changes,
			changes, u->p->id);
}

static int consent(struct rs_repair *u, struct rs_err *err)
{
	const struct plan *p = u->p;
	const struct en_counts n = counts_of_all(p);
	char text[240];
	int r = en_unproven_consent(u, err);

	if (r == 0)
		r = ask_each(u, err);
	if (r == 0)
		r = en_replay_consent(u, u->v, err);
	tell(u, false);
	if (r < 0)
		return r;
	if (n.changes)
		ask_changes(u, n, text, sizeof(text));
	else
		(void)snprintf(text, sizeof(text), "%s %zu %s of quarantine %s back?",
			u->v->journal.is_planned ? "Replay the journal, then put" : "Put",
			p->n_items, rs_form(p->n_items, "file", "files"), p->id);
	return u->o.say_yes ? 0 : en_consent(u, RS_ASK_PLAN, text, err);
}

static int act(struct rs_repair *u, struct rs_err *err)
{
	const struct en_act one = {u, u->v, &u->p, 1, true};

	plan_accept(u->p);
	tell(u, true);
	int r = en_foresee(&one, err);
	if (r == 0)
		r = en_act(&one, err);
	tell(u, true);
	en_kept_report(u->v, u->p, u->report);
	return r;
}

static int done(struct rs_repair *u, struct rs_err *err)
{
	const size_t left = change_count_left(u->p);
	char done_text[160], text[480];

	(void)err;
	en_counts_back(en_counts_of(&u->p, 1), done_text, sizeof(done_text));
	(void)snprintf(text, sizeof(text), "%s, %s", done_text, en_verified_text(u->report));
	if (left)
		rs_note(text, sizeof(text),
			"%zu %s not taken back: something else has changed it since, or a start "
			"would "
			"miss a file; the quarantine keeps what was there before",
			left, rs_form(left, "value was", "values were"));
	en_finish_done(u->report, u->m, left ? RS_STATUS_LEFT : RS_STATUS_DONE,
		left ? RUN_LEFT : RUN_DONE, text);
	return 0;
}

static struct en_score score_of(const struct rs_repair *u)
{
	const bool has_changes = u->p && en_counts_of(&u->p, 1).changes;

	return (struct en_score){.done = u->p ? plan_count_done(u->p) : 0,
		.total = u->p ? plan_count_accepted(u->p) : 0,
		.one = has_changes ? "item taken back" : "file put back",
		.many = has_changes ? "items taken back" : "files put back"};
}

const struct en_command en_undo = {
	"undo", true, true, {en_look, NULL, plan, consent, act, done}, score_of};
