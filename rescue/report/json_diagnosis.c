/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows from the evidence, in the words of docs/report.md. */
#include "report/render.h"

static void why(struct json_out *j, const void *of)
{
	const struct diag_why *w = of;

	jo_text(j, "text", w->text);
	jo_int(j, "points", w->points);
	jo_text(j, "weight", w->weight);
	jo_time(j, "time", w->time);
	jo_text(j, "source", ev_source_word(w->source));
	jo_text(j, "where", w->where);
}

static void candidate(struct json_out *j, const void *of)
{
	const struct diag_candidate *c = of;

	jo_text(j, "path", c->path);
	jo_text(j, "service", c->service);
	jo_text(j, "product", c->product);
	jo_int(j, "score", c->score);
	JO_OBJECTS(j, "why", why, c->why, c->n_why);
}

static void proposal(struct json_out *j, const struct rs_run *run, const struct run_diagnosis *r,
	const struct diag_proposal *p)
{
	char why[1200];
	const bool is_refused = run_refusal(run, r, p, why, sizeof(why));

	jo_open(j, NULL, '{');

	jo_text(j, "action", diag_action_word(p->action));
	jo_text(j, "path", p->path);
	jo_text(j, "service", p->service);
	jo_text(j, "text", p->text);
	jo_text(j, "from", p->from);
	jo_bool(j, "can", p->can && !is_refused);
	jo_text(j, "refused", why);
	jo_close(j, '}');
}

/* A diagnosis is told with what became of it in the plan of its run. */
struct told {
	const struct rs_run *run;
	const struct run_diagnosis *r;
};

static void proposals(struct json_out *j, const struct told *t)
{
	jo_open(j, "proposal", '[');
	for (size_t i = 0; i < t->r->d.n_proposals; i++)
		proposal(j, t->run, t->r, &t->r->d.proposals[i]);
	jo_close(j, ']');
}

static void also(struct json_out *j, const void *of)
{
	const struct diag_also *a = of;

	jo_text(j, "source", ev_source_word(a->source));
	if (a->event)
		jo_uint(j, "event", a->event);
	jo_time(j, "time", a->time);
	jo_text(j, "where", a->where);
}

static void moment(struct json_out *j, const void *of)
{
	const struct diag_moment *m = of;

	jo_time(j, "time", m->time);
	jo_text(j, "what", ev_what_word(m->what));
	jo_text(j, "source", ev_source_word(m->source));
	jo_text(j, "text", m->text);
	jo_text(j, "path", m->path);
	jo_text(j, "where", m->where);
	if (m->is_key)
		jo_bool(j, "key", true);
	if (m->n_also)
		JO_OBJECTS(j, "also", also, m->also, m->n_also);
}

static void missing(struct json_out *j, const void *of)
{
	const struct ev_missing *m = of;

	jo_text(j, "source", ev_source_word(m->source));
	jo_text(j, "where", m->where);
	jo_text(j, "why", m->why);
}

static void change(struct json_out *j, const void *of)
{
	const struct run_change *c = of;

	jo_time(j, "time", c->time);
	jo_text(j, "what", ev_what_word(c->what));
	jo_text(j, "source", ev_source_word(c->source));
	jo_text(j, "path", c->path);
	jo_text(j, "product", c->product);
	jo_text(j, "where", c->where);
}

static void contradictions(struct json_out *j, const struct diagnosis *d)
{
	jo_open(j, "contradictions", '[');
	for (size_t i = 0; i < d->n_contradictions; i++)
		jo_text(j, NULL, d->contradictions[i]);
	jo_close(j, ']');
}

static void diagnosis(struct json_out *j, const void *of)
{
	const struct told *t = of;
	const struct run_diagnosis *r = t->r;
	const struct diagnosis *d = &r->d;

	jo_uint(j, "volume", r->volume);
	jo_text(j, "windows", d->windows);
	jo_text(j, "kind", diag_kind_word(d->kind));
	jo_text(j, "certainty", diag_certainty_word(d->certainty));
	jo_text(j, "text", d->text);
	JO_OBJECTS(j, "candidates", candidate, d->candidates, d->n_candidates);
	if (d->n_suspects)
		JO_OBJECTS(j, "suspects", candidate, d->suspects, d->n_suspects);
	proposals(j, t);
	contradictions(j, d);
	jo_time(j, "last_good", d->last_good);
	jo_time(j, "first_crash", d->first_crash);
	jo_time(j, "last_crash", d->last_crash);
	jo_uint(j, "crashes", d->n_crashes);
	JO_OBJECTS(j, "timeline", moment, d->timeline, d->n_timeline);
	JO_OBJECTS(j, "missing", missing, r->missing, r->n_missing);
	if (r->changes)
		JO_OBJECTS(j, "changes", change, r->changes, r->n_changes);
	if (r->n_left_out)
		jo_uint(j, "left_out", r->n_left_out);
}

void report_json_diagnoses(struct json_out *j, const struct rs_run *run)
{
	const struct run_diagnosis *worst = run_worst(run);

	jo_time(j, "since", run->since_filetime);
	if (!worst)
		return;
	jo_object(j, "diagnosis", diagnosis, &(struct told){run, worst});
	if (run->n_diagnoses < 2)
		return;
	jo_open(j, "diagnoses", '[');
	for (size_t i = 0; i < run->n_diagnoses; i++)
		jo_object(j, NULL, diagnosis, &(struct told){run, &run->diagnoses[i]});
	jo_close(j, ']');
}
