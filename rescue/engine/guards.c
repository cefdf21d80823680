/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/guards.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* ---- which items count ---- */

/* Before the answers are there, what needs none; if that is nothing, what would be asked about. */
static void take_for_granted(struct en_work *w, bool is_taken)
{
	bool has_sure = plan_count(w->plan, PLAN_QUARANTINE) > 0;

	for (size_t i = 0; i < w->n_unfinished; i++)
		has_sure |= plan_count(w->unfinished[i], PLAN_FINISH) > 0;
	for (size_t i = 0; i < w->plan->n_items; i++) {
		struct plan_item *item = &w->plan->items[i];
		item->is_accepted = is_taken && (item->action == PLAN_QUARANTINE ||
							(item->action == PLAN_ASK && !has_sure));
	}
	for (size_t k = 0; k < w->n_unfinished; k++) {
		for (size_t i = 0; i < w->unfinished[k]->n_items; i++) {
			struct plan_item *item = &w->unfinished[k]->items[i];
			item->is_accepted =
				is_taken && (item->action == PLAN_FINISH ||
						    (item->action == PLAN_ASK && !has_sure));
		}
	}
}

static bool is_written(const struct en_work *w, bool is_answered)
{
	size_t n = 0;

	if (!is_answered)
		return en_work_moves(w) > 0;
	for (size_t i = 0; i < w->n_unfinished; i++)
		n += plan_count_accepted(w->unfinished[i]);
	return n + plan_count_accepted(w->plan) > 0;
}

/* ---- one volume ---- */

static int foresee(struct en_work *w, bool may_ask, struct rs_report *report, struct rs_err *err)
{
	auto_free struct plan **plans = calloc(w->n_unfinished + 1, sizeof(struct plan *));
	struct en_volume *v = w->v;
	struct rs_err why = {0};
	size_t n = 0;

	if (!plans)
		return rs_fail(err, RS_E_MEMORY, "plans");
	for (size_t i = 0; i < w->n_unfinished; i++)
		plans[n++] = w->unfinished[i];
	if (plan_count_accepted(w->plan))
		plans[n++] = w->plan;
	const struct en_act act = {.v = v, .plans = plans, .n = n, .report = report};
	int r = en_foresee(&act, &why);
	if (r == RS_E_RENAME && may_ask) {
		v->rename_risk = why;
		why = (struct rs_err){0};
		r = en_foresee(&act, &why);
	}
	if (r < 0)
		*err = why;
	return r;
}

static int guard_one(struct rs_session *s, struct en_machine *m, struct en_work *w,
	const struct en_guard_how *how, struct rs_report *report, struct rs_err *err)
{
	struct en_volume *v = w->v;
	int r = en_volume_guard(v, err);

	if (r == 0)
		r = v->disk->kind->check_writable(v->disk->path, err);
	if (r == 0)
		r = en_sleep_guard(s, m, v, how, err);
	if (r == 0 && en_journal_is_open(v))
		r = en_plan_check(v, err);
	if (r < 0)
		return r;
	if (!how->is_answered)
		take_for_granted(w, true);
	r = foresee(w, how->may_ask, report, err);
	if (!how->is_answered)
		take_for_granted(w, false);
	if (r < 0 && !rs_task_goes_on(&s->task)) /* whatever it was taken for on the way */
		r = rs_fail(err, RS_E_CANCELLED, "%s", "");
	return r;
}

/* ---- all of them ---- */

static bool is_of_the_run(int r)
{
	return r == RS_E_MEMORY || r == RS_E_CANCELLED || r == RS_E_BUG;
}

static void leave(struct rs_session *s, struct en_work *w, struct rs_report *report)
{
	struct run_left *o = REPORT_ADD(&report->kept, report->run.left, report->run.n_left);
	char line[700];

	en_offer_nothing(w);
	w->v->journal.is_planned = false;
	if (o)
		*o = (struct run_left){w->v->number, w->refusal};
	rs_err_line(&w->refusal, line, sizeof(line));
	en_log(s, RS_LOG_WARN, "volume %u is left as it is: %s", w->v->number, line);
}

static void tell_commands(struct rs_session *s, const struct en_volume *v)
{
	char text[600];

	(void)rs_escape(v->win.setup_command, text, sizeof(text));
	if (text[0])
		en_log(s, RS_LOG_WARN, "%s: a command is set to run at the next start: %s", v->name,
			text);
}

int en_works_guard(struct rs_session *s, struct en_machine *m, struct en_works *w,
	const struct en_guard_how *how, struct rs_report *report, struct rs_err *err)
{
	struct rs_err first = {0};
	size_t n_good = 0, n_refused = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct en_work *one = &w->list[i];
		struct rs_err why = {0};
		if (!is_written(one, how->is_answered)) {
			if (!first.code)
				first = one->refusal; /* left before the answers */
			continue;
		}
		int r = guard_one(s, m, one, how, report, &why);
		if (is_of_the_run(r) || (r < 0 && how->is_answered)) {
			*err = why;
			return r;
		}
		n_good += r == 0;
		n_refused += r < 0;
		one->refusal = why;
		if (r < 0 && !first.code)
			first = why;
		if (r == 0 && !how->is_answered)
			tell_commands(s, one->v);
	}
	if (!n_good && !first.code)
		first = w->idle_err;
	if (!n_good && first.code) {
		*err = first;
		return first.code;
	}
	for (size_t i = 0; n_refused && i < w->n; i++)
		if (w->list[i].refusal.code)
			leave(s, &w->list[i], report);
	if (n_refused)
		en_works_report(w, how->is_answered, report);
	return 0;
}

/* ---- questions ---- */

int en_ask_risk(struct rs_session *s, const struct rs_err *risk, const char *question,
	const struct rs_report *report, struct rs_err *err)
{
	char text[900], escaped[1800];

	if (!risk->code)
		return 0;
	(void)snprintf(text, sizeof(text), "%s: %s. %s", risk->object, risk->detail, question);
	(void)rs_escape(text, escaped, sizeof(escaped)); /* names and commands are the disk's */
	enum rs_answer a = en_ask(s, RS_ASK_RISK, escaped, report);
	if (a == RS_ANSWER_NOBODY)
		*err = *risk; /* as with --yes */
	return a == RS_ANSWER_YES      ? 0
	       : a == RS_ANSWER_NOBODY ? risk->code
				       : rs_fail(err, RS_E_CANCELLED, "%s", "");
}

int en_works_ask(struct rs_session *s, const struct en_works *w, const struct rs_report *report,
	struct rs_err *err)
{
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
		r = en_ask_risk(s, &command, "Repair this Windows all the same?", report, err);
		if (r == 0)
			r = en_ask_risk(s, &one->v->rename_risk, "Move the file all the same?",
				report, err);
		if (r == 0)
			r = en_ask_risk(s, &one->v->sleep_risk, "Write all the same?", report, err);
	}
	return r;
}

void en_risks_tell(struct rs_session *s, const struct en_volume *v)
{
	const struct rs_err *const risks[] = {&v->rename_risk, &v->sleep_risk};

	for (size_t i = 0; i < sizeof(risks) / sizeof(risks[0]); i++)
		if (risks[i]->code)
			en_log(s, RS_LOG_WARN,
				"%s: %s: %s: 'unbrick fix' asks about it, and --yes refuses",
				risks[i]->object, rs_err_info(risks[i]->code)->text,
				risks[i]->detail);
}

void en_works_left(const struct en_works *w, char *ret, size_t cap)
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < w->n && len < cap; i++) {
		const struct en_work *one = &w->list[i];
		if (!one->refusal.code)
			continue;
		int n = snprintf(ret + len, cap - len, "; volume %u is left as it is: %s",
			one->v->number, rs_err_info(one->refusal.code)->text);
		len += n > 0 ? (size_t)n : 0;
	}
}
