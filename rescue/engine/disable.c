/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disable, safe: services kept from starting by the registry, as one item of a plan for each
 * Windows; and what findings ask for of that kind. What may be disabled is judge/disable.h's. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/text.h"
#include "engine/guards.h"
#include "judge/diagnosis.h"
#include "judge/disable.h"
#include "judge/putback.h"

#define SECURITY                                                                                   \
	"this Windows runs without its security product until this is undone: keep it off "        \
	"networks that you do not trust"
#define WITHOUT "what is disabled stays so until this is undone"

/* What it means; of the network: by win_network. */
static const char *const notes[2][3] = {
	{WITHOUT,
		WITHOUT
		"; the network comes up to 90 seconds later (one of them is a filter of it)",
		"this Windows has no network until this is undone: its network cards wait for a "
		"filter that is disabled"},
	{SECURITY,
		SECURITY "; the network comes up to 90 seconds later (one of them is a filter of "
			 "it)",
		"this Windows runs without its security product, and has no network, until this is "
		"undone: its network cards wait for a filter that is disabled"},
};

/* What is wanted of one Windows. */
struct wish {
	const char *const *names; /* borrowed */
	size_t n;
	bool is_safe, is_doubtful, with_files;
	const struct en_offer *offer; /* it goes with an item that is there; NULL: it does not */
	const char *id, *why;	      /* of the item */
};

/* Which of the volume's Windows was diagnosed. */
static size_t windows_of(const struct en_volume *v, const struct diagnosis *d)
{
	size_t i = 0;

	while (i + 1 < v->n_windows && strcmp(v->windows[i].root, d->windows) != 0)
		i++;
	return i;
}

/* ---- the choice as a change ---- */

static int fill(struct plan_change *c, const struct disable_choice *choice, bool is_security,
	struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < choice->n_edits; i++) {
		const struct disable_edit *e = &choice->edits[i];
		const struct change_edit edit = {.op = e->p ? HW_SET : HW_DELETE_VALUE,
			.key = e->key,
			.name = e->name,
			.type = e->type,
			.p = e->p,
			.len = e->len,
			.what = e->what};
		r = change_add(c, &edit, err);
	}
	for (size_t i = 0; r == 0 && i < choice->n_rows; i++) {
		const struct disable_row *row = &choice->rows[i];
		r = change_touch(
			c, TOUCHED_SERVICE, row->name, row->vendor, row->why, row->is_chosen, err);
	}
	if (r < 0)
		return r;
	c->note = strdup(notes[is_security][choice->network]);
	return c->note ? 0 : rs_fail(err, RS_E_MEMORY, "change");
}

static int add_change(const struct en_work *w, const struct diagnosis *d,
	const struct disable_choice *choice, const struct wish *wish, struct plan *p,
	struct rs_err *err)
{
	const struct win_system *s = d->evidence->system;
	char file[NT_NAME_BYTES + 64], why[700] = "";

	(void)snprintf(file, sizeof(file), "%s\\System32\\config\\SYSTEM", d->windows);
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, file);
	int r = c ? fill(c, choice, choice->is_security || wish->offer, err)
		  : rs_fail(err, RS_E_MEMORY, "change");

	if (r == 0)
		r = change_look(w->v->stack.nt, c, err);
	if (r == 0 && c->n)
		r = change_can(w->v->stack.nt, c, err);
	if (r < 0 || !c->n)
		return r;
	const char *met = plan_meets(p, c);
	if (met)
		return rs_fail_on(err, RS_E_GUARD, met,
			"another change of this plan is about it, too: repair once more after it");
	rs_note(why, sizeof(why), "%s", wish->why);
	if (s->is_set_chosen && s->current_set)
		rs_note(why, sizeof(why),
			"it is ControlSet%03u, which starts next; ControlSet%03u ran last",
			s->control_set, s->current_set);
	if (wish->offer)
		return plan_add_offer(p, rs_steal(c), wish->id, why, d->windows,
			p->items[wish->offer->with].number, err);
	return plan_add_change(
		p, rs_steal(c), file, why, wish->id, d->windows, wish->is_doubtful, err);
}

/* ---- the files of what is disabled ---- */

static int add_files(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	const struct disable_choice *c, struct plan *p, struct rs_err *err)
{
	const struct disable_files in = {w->v->stack.nt, w->judged, d->windows, c, &u->s->task};
	const unsigned after = p->n_items && p->items[0].change ? p->items[0].number : 0;
	auto_free struct finding *files = NULL;
	size_t n = 0;
	int r = disable_find_files(&in, &files, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = plan_add_move(p, &files[i], u->command->name, d->windows, after, err);
	for (size_t i = 0; i < n; i++)
		judge_finding_done(&files[i]);
	return r;
}

/* ---- one Windows ---- */

/* Why it cannot be. */
static int refuse(const struct disable_choice *c, struct rs_err *err)
{
	return rs_fail_on(err, c->is_unknown ? RS_E_USAGE : RS_E_GUARD, c->refused,
		c->is_unknown ? "%s" : "it stays enabled: %s", c->refused_why);
}

static struct ev_look look_of(
	const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d)
{
	const struct en_volume *v = w->v;

	return (struct ev_look){.vol = v->stack.nt,
		.raw = v->stack.raw,
		.win = &v->windows[windows_of(v, d)],
		.windows = v->windows,
		.n_windows = v->n_windows,
		.task = &u->s->task};
}

/* *ret_refused, of those that are named, must stay: the plan has an item without it. */
static int choose(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	struct wish *wish, struct plan *p, struct rs_err *err)
{
	auto_free struct disable_maker *makers = NULL;
	auto_disable struct disable_choice *c = NULL;
	const struct ev_look in = look_of(u, w, d);

	if (!d->evidence->system || !d->evidence->system->n_services)
		return rs_fail_on(
			err, RS_E_HIVE, d->windows, "the services of this Windows cannot be read");
	int r = disable_look(&in, d->evidence, wish->names, wish->n, &makers, err);
	const struct disable_input from = {
		d->evidence->system, makers, wish->names, wish->n, wish->is_safe};
	if (r == 0)
		r = disable_choose(&from, &c, err);
	if (r == 0 && c && c->refused)
		r = refuse(c, err);
	if (r != 0 || !c)
		return r;
	r = add_change(w, d, c, wish, p, err);
	return r == 0 && wish->with_files ? add_files(u, w, d, c, p, err) : r;
}

/* ---- what a person wants ---- */

static bool is_aside(const struct en_volume *v, const struct diagnosis *d)
{
	return !v->chosen && win_is_aside(&v->windows[windows_of(v, d)],
				     win_that_starts(v->windows, v->n_windows));
}

bool en_is_disable(const struct rs_repair *u)
{
	return u->which == RS_DISABLE || u->which == RS_SAFE || u->which == RS_CLEAR;
}

int en_disable_meant(const struct rs_repair *u, struct rs_err *err)
{
	char names[400] = "";
	size_t n = 0;

	for (size_t i = 0; i < u->works.n; i++)
		for (size_t k = 0; k < u->works.list[i].judged->n_diagnoses; k++) {
			const struct en_volume *v = u->works.list[i].v;
			const struct diagnosis *d = u->works.list[i].judged->diagnoses[k];
			if (is_aside(v, d))
				continue;
			n++;
			rs_note(names, sizeof(names), "%s on volume %u", d->windows, v->number);
		}
	return n < 2 ? 0 : rs_fail(err, RS_E_AMBIGUOUS, "%s: one Windows has to be meant", names);
}

int en_disable_plan(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err)
{
	struct wish wish = {.names = (const char *const *)u->s->services,
		.n = u->s->n_services,
		.id = u->command->name,
		.with_files = u->which == RS_DISABLE && u->o.with_files,
		.why = "a person named what is to be disabled"};
	int r = 0;

	if (u->which == RS_SAFE) {
		wish.is_safe = true;
		wish.n = 0;
		wish.why = "drivers of other makers that a start of this machine does not need";
	}
	for (size_t i = 0; r == 0 && i < w->judged->n_diagnoses; i++) {
		const struct diagnosis *d = w->judged->diagnoses[i];
		if (!is_aside(w->v, d))
			r = u->which == RS_CLEAR ? en_clear_plan(u, w, d, p, err)
						 : choose(u, w, d, &wish, p, err);
	}
	return r;
}

/* ---- what findings want ---- */

/* Those of one Windows, with the services that are left of what they want. */
struct asked {
	const struct finding **f; /* borrowed from the judgement; NULL: it is answered */
	size_t n;
	const char **names; /* borrowed from the findings */
	size_t n_names;
};

static void asked_done(struct asked *a)
{
	free(a->f);
	free(a->names);
}

static bool is_asking(const struct judge_result *j, const struct finding *f, const char *windows,
	enum judge_verdict verdict)
{
	return f->n_services && f->verdict == verdict &&
	       strcmp(j->said[f->said].windows, windows) == 0;
}

static int asked_new(const struct judge_result *j, const char *windows, enum judge_verdict verdict,
	struct asked *ret, struct rs_err *err)
{
	size_t names = 0;

	*ret = (struct asked){.f = calloc(j->n_findings + 1, sizeof(*ret->f))};
	for (size_t i = 0; ret->f && i < j->n_findings; i++)
		if (is_asking(j, &j->findings[i], windows, verdict)) {
			ret->f[ret->n++] = &j->findings[i];
			names += j->findings[i].n_services;
		}
	ret->names = calloc(names + 1, sizeof(*ret->names));
	return ret->f && ret->names ? 0 : rs_fail(err, RS_E_MEMORY, "services");
}

static bool has_service(const struct finding *f, const char *name)
{
	for (size_t i = 0; i < f->n_services; i++)
		if (strcasecmp(f->services[i], name) == 0)
			return true;
	return false;
}

/* All names of those findings that are not answered yet; one without any is told. */
static int gather(const struct win_system *s, struct plan *p, const struct judge_result *j,
	struct asked *a, struct rs_err *err)
{
	int r = 0;

	a->n_names = 0;
	for (size_t i = 0; r == 0 && i < a->n; i++) {
		const size_t before = a->n_names;
		for (size_t k = 0; a->f[i] && k < a->f[i]->n_services; k++)
			if (s && disable_finds(s, a->f[i]->services[k]))
				a->names[a->n_names++] = a->f[i]->services[k];
		if (!a->f[i] || a->n_names > before)
			continue;
		r = plan_add_finding(p, j, a->f[i],
			s ? "none of the services that would be disabled is there"
			  : "the services of this Windows cannot be read",
			!s && a->f[i]->can_move, err);
		a->f[i] = NULL;
	}
	return r;
}

/* Those that want @name (NULL, or none of them does: all) cannot have it: moved where that may be,
 * else told why. */
static int give_up(struct plan *p, const struct judge_result *j, struct asked *a, const char *name,
	const struct rs_err *why, struct rs_err *err)
{
	char text[600];
	bool is_one = false;
	int r = 0;

	(void)snprintf(text, sizeof(text), "%s%s%s", rs_err_info(why->code)->text,
		why->detail[0] ? ": " : "", why->detail);
	for (size_t i = 0; name && i < a->n; i++)
		is_one |= a->f[i] && has_service(a->f[i], name);
	for (size_t i = 0; r == 0 && i < a->n; i++) {
		if (!a->f[i] || (is_one && !has_service(a->f[i], name)))
			continue;
		r = plan_add_finding(
			p, j, a->f[i], text, why->code != RS_E_GUARD && a->f[i]->can_move, err);
		a->f[i] = NULL;
	}
	return r;
}

/* ---- what another finding is sure of ---- */

static bool is_planned(const struct plan *p, const char *windows, const char *service)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		if (item->action != PLAN_CHANGE || strcmp(item->windows, windows) != 0)
			continue;
		for (size_t k = 0; k < item->change->n_touched; k++)
			if (item->change->touched[k].is_done &&
				strcasecmp(item->change->touched[k].name, service) == 0)
				return true;
	}
	return false;
}

/* All that @asked means is disabled by this plan. */
static bool is_off(
	const struct win_system *s, const struct plan *p, const char *windows, const char *asked)
{
	bool is_any = false;

	for (size_t i = 0; i < s->n_services; i++) {
		if (!disable_means(&s->services[i], asked))
			continue;
		is_any = true;
		if (!is_planned(p, windows, s->services[i].name))
			return false;
	}
	return is_any || is_planned(p, windows, asked);
}

/* What doubts a driver that another finding is sure of says nothing new: its doubt must not turn
 * what a rule is sure of into a question that nobody is there to answer. */
static void drop_answered(
	const struct win_system *s, const struct plan *p, const char *windows, struct asked *a)
{
	for (size_t i = 0; s && i < a->n; i++) {
		bool is_all = true;
		for (size_t k = 0; is_all && k < a->f[i]->n_services; k++)
			is_all = is_off(s, p, windows, a->f[i]->services[k]);
		if (is_all)
			a->f[i] = NULL;
	}
}

static struct wish wish_of(const struct judge_result *j, const struct asked *a)
{
	struct wish ret = {.names = a->names, .n = a->n_names};

	for (size_t i = 0; i < a->n; i++) {
		if (!a->f[i])
			continue;
		ret.is_doubtful |= a->f[i]->verdict == JUDGE_DOUBTFUL;
		ret.id = ret.id ? ret.id : j->said[a->f[i]->said].id;
		ret.why = ret.why ? ret.why : a->f[i]->why;
	}
	return ret;
}

static int plan_asked(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	struct asked *a, struct plan *p, struct rs_err *err)
{
	const struct win_system *s = d->evidence->system;
	int r = gather(s, p, w->judged, a, err);

	/* each round answers one of them at least */
	while (r == 0 && a->n_names) {
		struct wish wish = wish_of(w->judged, a);
		struct rs_err why = {0};
		r = choose(u, w, d, &wish, p, &why);
		if (r == 0)
			return 0;
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		r = give_up(p, w->judged, a, why.code == RS_E_GUARD ? why.object : NULL, &why, err);
		if (r == 0)
			r = gather(s, p, w->judged, a, err);
	}
	return r;
}

/* Those that are sure first, and by themselves. */
static int plan_verdict(const struct rs_repair *u, const struct en_work *w,
	const struct diagnosis *d, enum judge_verdict verdict, struct plan *p, struct rs_err *err)
{
	struct asked a;
	int r = asked_new(w->judged, d->windows, verdict, &a, err);

	if (r == 0)
		drop_answered(d->evidence->system, p, d->windows, &a);
	if (r == 0 && a.n)
		r = plan_asked(u, w, d, &a, p, err);
	asked_done(&a);
	return r;
}

int en_disable_asked(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->judged->n_diagnoses; i++) {
		const struct diagnosis *d = w->judged->diagnoses[i];
		r = plan_verdict(u, w, d, JUDGE_BAD, p, err);
		if (r == 0)
			r = plan_verdict(u, w, d, JUDGE_DOUBTFUL, p, err);
	}
	return r;
}

/* ---- what goes with another item ---- */

int en_disable_offer(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	const struct en_offer *o, size_t *ret_n, struct plan *p, struct rs_err *err)
{
	const struct ev_look in = look_of(u, w, d);
	auto_free const char **names = NULL;
	char why[500];

	*ret_n = 0;
	(void)snprintf(why, sizeof(why), "it took %.300s away and would do so again",
		p->items[o->with].path);
	int r = putback_taker_services(&in, d->evidence, o->product, &names, ret_n, err);
	struct wish wish = {.names = names, .n = *ret_n, .id = o->product, .why = why, .offer = o};
	return r == 0 && *ret_n ? choose(u, w, d, &wish, p, err) : r;
}
