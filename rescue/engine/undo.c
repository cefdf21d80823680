/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo: a quarantine back to where its files came from. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/guards.h"

struct choice {
	const struct rs_target *target;
	struct en_machine *m;
	struct en_volume *v;
	const struct quarantine *q;
};

/* "ID", or with its folder where the ID alone could be somebody else's: "Unbrick\ID". */
static bool is_meant(const struct quarantine *q, const char *id)
{
	size_t len = strlen(q->top);

	if (id && !strncmp(id, q->top, len) && (id[len] == '\\' || id[len] == '/'))
		return !strcmp(id + len + 1, q->id);
	return !id || !strcmp(id, q->id);
}

/* Those that are not proven count only where no other is meant. */
static bool is_any_proven(const struct rs_target *t, const struct en_machine *m, const char *id)
{
	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		for (size_t k = 0; en_is_selected(t, v) && k < v->n_quarantines; k++)
			if (v->quarantines[k].is_proven && is_meant(&v->quarantines[k], id))
				return true;
	}
	return false;
}

/* The one quarantine that is meant; RS_E_AMBIGUOUS names them when there are several. */
static int choose(const struct rs_target *t, struct en_machine *m, const char *id,
	struct choice *ret, struct rs_err *err)
{
	char names[256] = "";
	size_t n = 0;
	bool only_proven = is_any_proven(t, m, id);

	for (size_t i = 0; i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		for (size_t k = 0; en_is_selected(t, v) && k < v->n_quarantines; k++) {
			const struct quarantine *q = &v->quarantines[k];
			if (!is_meant(q, id) || (only_proven && !q->is_proven))
				continue;
			size_t len = strlen(names);
			(void)snprintf(names + len, sizeof(names) - len, "%s%s (volume %u)",
				n ? ", " : "", q->id, v->number);
			*ret = (struct choice){t, m, v, q};
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
static int ask_each(struct rs_session *s, const struct plan *p, bool say_yes,
	const struct rs_report *report, struct rs_err *err)
{
	int r = restore_verdict(p, s->events.ask && !say_yes, err);

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
		if (en_ask(s, RS_ASK_DOUBT, text, report) != RS_ANSWER_YES)
			r = rs_fail_on(err, RS_E_CANCELLED, item->path, "%s", item->hinder);
	}
	return r;
}

/* The quarantine as a plan, every item looked at. */
static int load(struct rs_session *s, const struct choice *c, bool say_yes,
	const struct rs_report *report, struct plan **ret, struct rs_err *err)
{
	const struct en_guard_how how = {.target = c->target, .may_ask = s->events.ask && !say_yes};
	struct en_volume *v = c->v;
	auto_plan struct plan *p = NULL;
	int r = en_volume_guard(v, err);

	if (r == 0)
		r = en_sleep_consent(s, c->m, v, &how, report, err);
	if (r == 0)
		r = quarantine_load(v->stack.nt, c->q, PLAN_RESTORE, &p, err);
	if (r == 0)
		r = restore_survey(
			v->stack.nt, v->stack.raw, v->is_windows ? &v->win : NULL, p, err);
	if (r == 0)
		r = plan_look_at_names(
			v->stack.nt, v->is_windows ? v->win.root : "\\Windows", NULL, p, err);
	if (r < 0)
		return r;
	en_plan_refresh(v->stack.nt, p);
	*ret = rs_steal(p);
	return 0;
}

static void tell(
	const struct choice *c, const struct plan *p, bool is_answered, struct rs_report *report)
{
	report_plan_begin(report);
	report_plan(report, p, c->v->number, is_answered);
	en_replay_report(c->v, report);
}

static int consent(struct rs_session *s, const struct choice *c, const struct plan *p,
	const struct rs_undo_options *o, struct rs_report *report, struct rs_err *err)
{
	char text[160];
	int r = en_unproven_consent(s, p, o->say_yes, report, err);

	if (r == 0)
		r = ask_each(s, p, o->say_yes, report, err);
	if (r == 0)
		r = en_replay_consent(s, c->v, &o->replay, report, err);
	tell(c, p, false, report);
	if (r < 0)
		return r;
	(void)snprintf(text, sizeof(text), "%s %zu %s of quarantine %s back?",
		c->v->journal.is_planned ? "Replay the journal, then put" : "Put", p->n_items,
		rs_form(p->n_items, "file", "files"), p->id);
	if (!o->say_yes && en_ask(s, RS_ASK_PLAN, text, report) != RS_ANSWER_YES)
		return rs_fail(err, RS_E_CANCELLED, "%s", "");
	return 0;
}

static int undo(struct rs_session *s, const struct choice *c, const struct rs_undo_options *o,
	struct rs_report *report, struct en_score *score, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	int r = load(s, c, o->say_yes, report, &p, err);

	if (r == 0)
		r = en_replay_plan(c->v, &o->replay, err);
	if (r < 0)
		return r;
	tell(c, p, false, report);
	r = consent(s, c, p, o, report, err);
	if (r < 0)
		return r;
	plan_accept(p);
	tell(c, p, true, report);
	struct plan *plans[1] = {p};
	const struct en_act act = {s, c->v, plans, 1, true, report};
	r = en_foresee(&act, err);
	if (r == 0)
		r = en_act(&act, err);
	score->done = plan_count_done(p);
	score->total = plan_count_accepted(p);
	tell(c, p, true, report);
	en_kept_report(c->v, p, report);
	return r;
}

static void finish_undone(
	struct rs_report *report, const struct en_machine *m, const struct en_score *score)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "%zu %s put back, %s", score->done,
		rs_form(score->done, "file", "files"), en_verified_text(report));
	en_finish_done(report, m, 0, RUN_DONE, text);
}

int rs_undo(struct rs_session *s, const struct rs_target *t, const struct rs_undo_options *o,
	struct rs_report **ret)
{
	auto_machine struct en_machine *m = NULL;
	struct choice c = {0};
	struct rs_err err = {0};
	const struct rs_undo_options none = {0};
	struct en_score score = {.one = "file put back", .many = "files put back"};
	struct rs_report *report = NULL;
	int r = report_new("undo", &report, &err);

	*ret = report;
	if (r < 0)
		return r;
	r = en_machine_open(t, true, &m, &err);
	if (r == 0)
		r = en_look_at_all(s, t, m, true, &err);
	if (m)
		en_machine_report(m, report);
	if (r == 0 && m)
		r = choose(t, m, o ? o->id : NULL, &c, &err);
	if (r == 0 && c.q)
		r = undo(s, &c, o ? o : &none, report, &score, &err);
	if (r < 0)
		en_finish_failed(report, m, &score, &err);
	else if (!c.q)
		en_finish_done(report, m, 4, RUN_NOTHING_TO_DO, "no quarantine");
	else
		finish_undone(report, m, &score);
	return r;
}
