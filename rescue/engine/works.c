/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run is about to do, volume by volume: counted, told, given back. */
#include "core/text.h"
#include "engine/guards.h"

void en_work_done(struct en_work *w)
{
	for (size_t i = 0; i < w->n_plans; i++)
		plan_free(w->plans[i]);
	free(w->plans);
	judge_free(w->judged);
}

void en_works_done(struct en_works *w)
{
	for (size_t i = 0; i < w->n; i++)
		en_work_done(&w->list[i]);
	free(w->list);
}

/* What is seen of a volume whose journal cannot be replayed is not what Windows will see: it is
 * told, and no repair is offered. */
void en_offer_nothing(struct en_work *w)
{
	for (size_t k = 0; k < w->n_plans; k++)
		for (size_t i = 0; i < w->plans[k]->n_items; i++)
			if (w->plans[k]->items[i].action != PLAN_KEEP)
				w->plans[k]->items[i].action = PLAN_REPORT;
}

void en_works_report(const struct rs_repair *u, bool is_answered)
{
	report_plan_begin(u->report);
	u->report->run.is_planned = true;
	for (size_t i = 0; i < u->works.n; i++) {
		const struct en_work *one = &u->works.list[i];
		en_replay_report(u, one->v);
		for (size_t k = 0; k < one->n_plans; k++)
			report_plan(u->report, one->plans[k], one->v->number, is_answered);
	}
}

size_t en_work_count(const struct en_work *w, enum plan_action action)
{
	size_t n = 0;

	for (size_t k = 0; k < w->n_plans; k++)
		n += plan_count(w->plans[k], action);
	return n;
}

size_t en_work_accepted(const struct en_work *w)
{
	size_t n = 0;

	for (size_t k = 0; k < w->n_plans; k++)
		n += plan_count_accepted(w->plans[k]);
	return n;
}

size_t en_work_moves(const struct en_work *w)
{
	return en_work_count(w, PLAN_QUARANTINE) + en_work_count(w, PLAN_CHANGE) +
	       en_work_count(w, PLAN_ASK) + en_work_count(w, PLAN_FINISH);
}

int en_works_limit(const struct rs_repair *u, size_t n, struct rs_err *err)
{
	if (!u->o.max_files || n <= u->o.max_files)
		return 0;
	return rs_fail(
		err, RS_E_POLICY_FILES, "%zu would be moved, and %u may be", n, u->o.max_files);
}

struct plan_item *en_only_alone(const struct en_works *w)
{
	struct plan_item *ret = NULL;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->list[i].n_plans; k++) {
			struct plan *p = w->list[i].plans[k];
			for (size_t m = 0; m < p->n_items; m++) {
				if (!p->items[m].may_alone || p->items[m].action != PLAN_ASK)
					continue;
				ret = &p->items[m];
				n++;
			}
		}
	return n == 1 ? ret : NULL;
}

bool en_works_wrong(const struct rs_repair *u, char *ret, size_t cap)
{
	const struct rs_run *run = &u->report->run;
	bool is_any = false;

	for (size_t i = 0; i < run->n_diagnoses; i++) {
		const struct run_diagnosis *d = &run->diagnoses[i];
		if (!run_is_wrong(d))
			continue;
		is_any = true;
		rs_note(ret, cap, "volume %u: %s, and that is not repaired here", d->volume,
			run_trouble_text(d->d.kind));
	}
	return is_any;
}

bool en_works_left(const struct en_works *w, char *ret, size_t cap)
{
	bool is_any = false;

	for (size_t i = 0; i < w->n; i++) {
		const struct en_work *one = &w->list[i];
		if (!one->refusal.code)
			continue;
		is_any = true;
		rs_note(ret, cap, "volume %u is left as it is: %s", one->v->number,
			rs_err_info(one->refusal.code)->text);
	}
	return is_any;
}

bool en_works_faults(const struct en_works *w, char *ret, size_t cap)
{
	bool is_any = false;

	for (size_t i = 0; i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		if (!v->win.hive_fault[0])
			continue;
		is_any = true;
		rs_note(ret, cap, "volume %u: this Windows cannot start: %s", v->number,
			v->win.hive_fault);
	}
	return is_any;
}
