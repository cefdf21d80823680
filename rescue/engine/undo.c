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

/* The one quarantine that is meant; RS_E_AMBIGUOUS names them when there are several. */
static int choose(const struct rs_target *t, struct en_machine *m, const char *id,
	struct choice *ret, struct rs_err *err)
{
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		for (size_t k = 0; en_is_selected(t, v) && k < v->n_quarantines; k++) {
			const struct quarantine *q = &v->quarantines[k];
			if (id && strcmp(id, q->id) != 0)
				continue;
			size_t len = strlen(names);
			(void)snprintf(names + len, sizeof(names) - len, "%s%s (volume %u)",
				n ? ", " : "", q->id, v->number);
			*ret = (struct choice){t, m, v, q};
			n++;
		}
	}
	if (n > 1)
		return rs_fail_on(err, RS_E_AMBIGUOUS, id ? id : "quarantines", "%s", names);
	if (n == 1 && ret->q->state == QUARANTINE_DAMAGED) {
		*err = ret->q->err;
		return err->code;
	}
	if (n == 0 && id)
		return rs_fail_on(err, RS_E_NO_SUCH_QUARANTINE, id, "none of that name");
	return 0;
}

static int undo(struct rs_session *s, const struct choice *c, const struct rs_undo_options *o,
	struct rs_report *report, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	const struct rs_undo_options none = {0};
	char text[160];
	int r = en_volume_guard(c->v, err);

	o = o ? o : &none;
	const struct en_guard_how how = {
		.target = c->target, .may_ask = s->events.ask && !o->say_yes};
	if (r == 0)
		r = en_sleep_consent(s, c->m, c->v, &how, report, err);
	if (r == 0)
		r = quarantine_load(c->v->nt, c->q->id, PLAN_RESTORE, &p, err);
	if (r != 0)
		return r;
	en_plan_refresh(c->v->nt, p);
	r = en_replay_plan(c->v, &o->replay, err);
	if (r < 0)
		return r;
	plan_to_report(p, c->v->number, false, report->root);
	en_replay_report(c->v, report->root);
	r = en_replay_consent(s, c->v, &o->replay, report, err);
	if (r < 0) {
		json_object_object_del(report->root, "replay");
		en_replay_report(c->v, report->root);
		return r;
	}
	(void)snprintf(text, sizeof(text), "%s %zu %s of quarantine %s back?",
		c->v->journal.is_planned ? "Replay the journal, then put" : "Put", p->n_items,
		rs_form(p->n_items, "file", "files"), p->id);
	if (!o->say_yes && en_ask(s, RS_ASK_PLAN, text, report) != RS_ANSWER_YES)
		return rs_fail(err, RS_E_CANCELLED, "nothing was changed");
	plan_accept(p);
	json_object_object_del(report->root, "plan");
	plan_to_report(p, c->v->number, true, report->root);
	struct plan *plans[1] = {p};
	r = en_act(s, c->v, plans, 1, true, report->root, err);
	json_object_object_del(report->root, "replay");
	en_replay_report(c->v, report->root);
	struct json_object *q = report_object(report->root, "quarantine");
	report_text_set(q, "id", p->id);
	report_uint_set(q, "volume", c->v->number);
	if (r == 0) {
		(void)snprintf(text, sizeof(text), "%zu %s put back, %s", p->n_items,
			rs_form(p->n_items, "file", "files"), en_verified_text(report->root));
		report_finish(report, 0, "done", text, NULL);
	}
	return r;
}

int rs_undo(struct rs_session *s, const struct rs_target *t, const struct rs_undo_options *o,
	struct rs_report **ret)
{
	auto_machine struct en_machine *m = NULL;
	struct choice c = {0};
	struct rs_err err = {0};
	struct rs_report *report = NULL;
	int r = report_new("undo", &report, &err);

	*ret = report;
	if (r < 0)
		return r;
	r = en_machine_open(t, true, &m, &err);
	if (r == 0)
		r = en_look_at_all(s, t, m, true, &err);
	if (m)
		en_machine_report(m, report->root);
	if (r == 0 && m)
		r = choose(t, m, o ? o->id : NULL, &c, &err);
	if (r == 0 && !c.q)
		report_finish(
			report, 4, "nothing-to-do", "no quarantine, nothing was changed", NULL);
	else if (r == 0)
		r = undo(s, &c, o, report, &err);
	if (r < 0)
		report_finish(report, 0, r == RS_E_CANCELLED ? "cancelled" : "failed", "", &err);
	return r;
}
