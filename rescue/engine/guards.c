/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/guards.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Before the answers are there, what needs none; if that is nothing, what would be asked about. */
static void take_for_granted(struct en_work *w, bool is_taken)
{
	bool has_sure = en_work_count(w, PLAN_QUARANTINE) + en_work_count(w, PLAN_CHANGE) +
				en_work_count(w, PLAN_FINISH) >
			0;

	for (size_t k = 0; k < w->n_plans; k++)
		for (size_t i = 0; i < w->plans[k]->n_items; i++) {
			struct plan_item *item = &w->plans[k]->items[i];
			bool is_sure = item->action == PLAN_QUARANTINE ||
				       item->action == PLAN_CHANGE || item->action == PLAN_FINISH;
			item->is_accepted =
				is_taken && (is_sure || (item->action == PLAN_ASK && !has_sure));
		}
}

/* ---- one volume ---- */

static int foresee(struct rs_repair *u, const struct en_work *w, bool may_ask, struct rs_err *err)
{
	const struct en_act act = {.u = u, .v = w->v, .plans = w->plans, .n = w->n_plans};
	struct rs_err why = {0};
	int r = en_foresee(&act, &why);

	if (r == RS_E_RENAME && may_ask) {
		w->v->rename_risk = why;
		why = (struct rs_err){0};
		r = en_foresee(&act, &why);
	}
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

static int guard_one(struct rs_repair *u, struct en_work *w, bool is_answered, struct rs_err *err)
{
	const bool may_ask = u->may_ask && !is_answered;
	struct en_volume *v = w->v;
	int r = en_volume_guard(v, err);

	if (r == 0)
		r = v->disk->kind->check_writable(v->disk->path, err);
	if (r == 0)
		r = en_sleep_guard(u, v, may_ask, err);
	if (r == 0 && en_journal_is_open(v))
		r = en_replay_check_place(v, err);
	if (r < 0)
		return r;
	if (!is_answered)
		take_for_granted(w, true);
	r = foresee(u, w, may_ask, err);
	if (!is_answered)
		take_for_granted(w, false);
	return r;
}

/* ---- all of them ---- */

static void leave(struct rs_repair *u, struct en_work *w)
{
	struct rs_report *report = u->report;
	struct run_left *o = REPORT_ADD(&report->kept, report->run.left, report->run.n_left);
	char line[700];

	en_offer_nothing(w);
	w->v->journal.is_planned = false;
	if (o)
		*o = (struct run_left){w->v->number, w->refusal};
	rs_err_line(&w->refusal, line, sizeof(line));
	en_log(u->s, RS_LOG_WARN, "volume %u is left as it is: %s", w->v->number, line);
}

static void tell_commands(struct rs_session *s, const struct en_volume *v)
{
	char text[600];

	(void)rs_escape(v->win.setup_command, text, sizeof(text));
	if (text[0])
		en_log(s, RS_LOG_WARN, "%s: a command is set to run at the next start: %s", v->name,
			text);
}

int en_works_guard(struct rs_repair *u, bool is_answered, struct rs_err *err)
{
	struct en_works *w = &u->works;
	struct rs_err first = {0};
	size_t n_good = 0, n_refused = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct en_work *one = &w->list[i];
		struct rs_err why = {0};
		if (!(is_answered ? en_work_accepted(one) : en_work_moves(one))) {
			if (!first.code)
				first = one->refusal; /* left before the answers */
			n_refused += !is_answered && one->refusal.code;
			continue;
		}
		int r = guard_one(u, one, is_answered, &why);
		if (rs_err_ends(r) || (r < 0 && is_answered))
			return rs_err_pass(err, r, &why);
		n_good += r == 0;
		n_refused += r < 0;
		one->refusal = why;
		if (r < 0 && !first.code)
			first = why;
		if (r == 0 && !is_answered)
			tell_commands(u->s, one->v);
	}
	if (!n_good && !first.code)
		first = w->idle_err;
	if (!n_good && first.code)
		return rs_err_pass(err, first.code, &first);
	for (size_t i = 0; n_refused && i < w->n; i++)
		if (w->list[i].refusal.code)
			leave(u, &w->list[i]);
	if (n_refused)
		en_works_report(u, is_answered);
	return 0;
}

/* ---- questions ---- */

int en_works_ask(const struct rs_repair *u, struct rs_err *err)
{
	const struct en_works *w = &u->works;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		const struct en_work *one = &w->list[i];
		struct rs_err command = {0};
		if (one->refusal.code || !en_work_moves(one))
			continue;
		if (one->v->win.setup_command[0])
			(void)rs_fail_on(&command, RS_E_PENDING, one->v->name,
				"a command is set to run at the next start: %s",
				one->v->win.setup_command);
		r = en_ask_risk(u, &command, "Repair this Windows all the same?", err);
		if (r == 0)
			r = en_ask_risk(
				u, &one->v->rename_risk, "Move the file all the same?", err);
		if (r == 0)
			r = en_ask_risk(u, &one->v->sleep_risk, "Write all the same?", err);
	}
	return r;
}

void en_risks_tell(struct rs_session *s, const struct en_volume *v)
{
	const struct rs_err *const risks[] = {&v->rename_risk, &v->sleep_risk};

	for (size_t i = 0; i < sizeof(risks) / sizeof(risks[0]); i++)
		if (risks[i]->code)
			en_log(s, RS_LOG_WARN,
				"%s: %s: %s: a repair asks about it, and is refused where nobody "
				"answers",
				risks[i]->object, rs_err_info(risks[i]->code)->text,
				risks[i]->detail);
}
