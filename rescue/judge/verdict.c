/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From evidence to a verdict: candidates, points, kind, proposal, timeline. */
#include "judge/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/verdict_internal.h"

#define CANDIDATES_TOLD 10U
#define TIMELINE_MAX	400U
#define DAY		864000000000ULL
#define SAME_MOMENT	50000000ULL /* 5 s */
/* so often it crashed after a run that went well, in so many days up to the last such run: it is
 * not over */
#define RECURRING_CRASHES 3U
#define RECURRING_DAYS	  14U

static bool is_recurring(const struct evidence *e, const struct ev_series *s)
{
	const struct ev_trouble *last = NULL;
	uint64_t longest = DAY / 2; /* that it went well for between two */
	unsigned n = 0;

	for (size_t i = 0; s->good_after && i < s->n; i++) {
		const struct ev_trouble *t = &s->list[i];
		if (t->kind != EV_T_CRASH || t->time + RECURRING_DAYS * DAY < s->good_after)
			continue;
		n += !last || ev_ran_well(e, last, t);
		if (last && t->time - last->time > longest)
			longest = t->time - last->time;
		last = t;
	}
	return n >= RECURRING_CRASHES && s->good_after - last->time <= 2 * longest;
}

/* ---- the timeline ---- */

static bool is_told(const struct verdict *v, const struct ev_item *i)
{
	switch (i->what) {
	case EV_ALIVE:
	case EV_OTHER:
		return false;
	case EV_START:
	case EV_STOP: /* years of them: those around the trouble */
	case EV_RESTART_ASKED:
	case EV_SERVICE_FAILED:
		return i->time &&
		       (v->s.first == v->s.n || i->time + DAY >= v->s.list[v->s.first].time ||
			       i->time == v->s.last_good || i->time == v->s.good_start);
	case EV_FILE_NEW:
	case EV_FILE_CHANGED:
	case EV_FILE_GONE:
	case EV_PACKAGE:
	case EV_SERVICE_NEW:
	case EV_DEVICE_INSTALLED:
		return i->time >= v->s.since;
	default:
		return true;
	}
}

/* Is the moment at @i told by a row just before it, of another source? */
static bool is_told_before(const struct evidence *e, size_t i)
{
	const struct ev_item *it = &e->items[i];

	for (size_t k = i; k-- > 0 && e->items[k].time + SAME_MOMENT >= it->time;)
		if (e->items[k].what == it->what && e->items[k].source != it->source &&
			strcasecmp(e->items[k].path, it->path) == 0 &&
			(it->what == EV_STOP || it->path[0]) && !it->crash)
			return true;
	return false;
}

/* ---- one crash, however many tell of it ---- */

/* The row that says most of it: the dump, then what else knows the time of the crash itself, then
 * what the start after it told. */
static unsigned weight_of(const struct ev_item *i)
{
	if (i->what == EV_UNCLEAN)
		return 0;
	if (i->what != EV_CRASH)
		return 1; /* 41 with a lost power or a button */
	switch (i->source) {
	case EV_DUMP:
		return 6;
	case EV_PAGEFILE:
		return 5;
	case EV_DUMP_STACK:
		return 4;
	case EV_EVENT_LOG:
		return i->id == 1001 ? 3 : 2; /* which names the dump, too */
	default:
		return 1;
	}
}

static const struct ev_item *lead_of(const struct evidence *e, const struct ev_trouble *t)
{
	const struct ev_item *ret = NULL;

	for (size_t i = 0; i < t->n_items; i++) {
		const struct ev_item *it = &e->items[t->items[i]];
		if (it->time && (!ret || weight_of(it) > weight_of(ret)))
			ret = it;
	}
	return ret;
}

/* That the row is of; NULL: of none. Starts that failed are told one by one: each says why. */
static const struct ev_trouble *trouble_of(const struct verdict *v, const struct ev_item *i)
{
	for (size_t k = 0; k < v->s.n; k++) {
		const struct ev_trouble *t = &v->s.list[k];
		for (size_t n = 0; t->kind != EV_T_FAILED && n < t->n_items; n++)
			if (&v->e->items[t->items[n]] == i)
				return t;
	}
	return NULL;
}

static bool is_moment(const struct verdict *v, size_t i)
{
	const struct ev_item *it = &v->e->items[i];
	const struct ev_trouble *t;

	if (!it->time || !is_told(v, it) || is_told_before(v->e, i))
		return false;
	t = trouble_of(v, it);
	return !t || lead_of(v->e, t) == it;
}

static bool is_key(const struct verdict *v, const struct ev_item *i)
{
	const uint64_t first = v->s.first < v->s.n ? v->s.list[v->s.first].time : 0;

	if (!i->time)
		return false;
	if (i->time == first || i->time == v->s.last_good || i->time == v->s.good_start)
		return true;
	return v->n && v->d->kind == DIAG_BAD_FILE && v->c[0].changed == i->time &&
	       strcasecmp(i->path, v->c[0].d.path) == 0;
}

/* What else tells of the crash that @it, its leading row, is of. */
static void join(struct verdict *v, const struct ev_item *it, struct diag_moment *m)
{
	const struct ev_trouble *t = trouble_of(v, it);

	for (size_t i = 0; t && i < t->n_items; i++) {
		const struct ev_item *one = &v->e->items[t->items[i]];
		struct diag_also *to;
		if (one == it)
			continue;
		m->is_key |= is_key(v, one);
		to = rs_list_add(&m->also, &m->n_also, sizeof(*to));
		if (!to) {
			v->is_out = true;
			return;
		}
		*to = (struct diag_also){.source = one->source,
			.event = one->source == EV_EVENT_LOG ? one->id : 0,
			.time = one->time,
			.where = one->where};
	}
}

/* The newest where there are too many: evidence is in the order of time. */
static void make_timeline(struct verdict *v)
{
	size_t n = 0, skip;

	for (size_t i = 0; i < v->e->n_items; i++)
		n += is_moment(v, i);
	skip = n > TIMELINE_MAX ? n - TIMELINE_MAX : 0;
	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		struct diag_moment *m;
		if (!is_moment(v, i))
			continue;
		if (skip && skip--)
			continue;
		m = rs_list_add(&v->d->timeline, &v->d->n_timeline, sizeof(*m));
		if (!m) {
			v->is_out = true;
			return;
		}
		*m = (struct diag_moment){.time = it->time,
			.what = it->what,
			.source = it->source,
			.text = it->text,
			.path = it->path,
			.where = it->where,
			.is_key = is_key(v, it)};
		join(v, it, m);
	}
}

/* ---- all of it ---- */

/* Where no file is at fault they are worth a look at most, and stand apart. */
static void tell_candidates(struct verdict *v)
{
	const bool is_apart = diag_is_nobodys(v->d->kind);
	struct diag_candidate **list = is_apart ? &v->d->suspects : &v->d->candidates;
	size_t *n = is_apart ? &v->d->n_suspects : &v->d->n_candidates;

	for (size_t i = 0; i < v->n && *n < CANDIDATES_TOLD; i++) {
		struct diag_candidate *c;
		if (v->c[i].d.score <= 0)
			break;
		if (v->gone && strcasecmp(v->c[i].d.path, v->gone->path) == 0)
			continue;
		c = rs_list_add(list, n, sizeof(*c));
		if (!c) {
			v->is_out = true;
			return;
		}
		*c = v->c[i].d;
		v->c[i].d.why = NULL; /* the diagnosis' now */
		v->c[i].d.n_why = 0;
	}
}

/* A candidate by a row and not by points; @weight, if any, is why. */
static void tell_row(struct verdict *v, const struct ev_item *it, struct diag_candidate d,
	const enum weight *weight)
{
	struct diag_candidate *to =
		rs_list_add(&v->d->candidates, &v->d->n_candidates, sizeof(*to));
	struct candidate c = {.d = d};

	if (!to) {
		v->is_out = true;
		return;
	}
	if (weight)
		verdict_why(v, &c, *weight, it->source, it->time, it->where, "%s", it->text);
	*to = c.d;
}

/* A file that is gone has no points; it is the one all the same. */
static void tell_gone(struct verdict *v)
{
	static const enum weight named = W_NAMED;
	const struct ev_item *it = v->gone;

	if (it)
		tell_row(v, it,
			(struct diag_candidate){
				.path = it->path, .service = it->service, .product = it->product},
			&named);
}

/* The hive that cannot be read, the image that Windows does not wake up from. */
static const struct ev_item *thing_of(const struct verdict *v)
{
	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (v->d->kind == DIAG_REGISTRY && it->what == EV_REGISTRY_BAD && it->is_certain)
			return it;
		if (v->d->kind == DIAG_RESUME &&
			(it->what == EV_HIBERNATED || it->what == EV_RESUME_FAILED))
			return it;
	}
	return NULL;
}

static void tell_thing(struct verdict *v)
{
	static const enum weight damaged = W_DAMAGED;
	const struct ev_item *it = thing_of(v);

	if (it)
		tell_row(v, it,
			(struct diag_candidate){.path = it->path[0] ? it->path : it->where,
				.service = "",
				.product = ""},
			v->d->kind == DIAG_REGISTRY ? &damaged : NULL);
}

static void facts(struct verdict *v)
{
	v->d->windows = v->e->root;
	v->d->last_good = v->s.last_good;
	v->d->n_crashes = v->s.n_crashes;
	if (v->s.first < v->s.n) {
		v->d->first_crash = v->s.list[v->s.first].time;
		v->d->last_crash = v->s.list[v->s.last].time;
	}
}

static void done(struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->c[i].d.why);
	free(v->c);
	ev_series_done(&v->s);
}

int verdict_make(const struct verdict_input *in, struct diagnosis **ret, struct rs_err *err)
{
	struct verdict v = {.e = in->e, .win = in->win, .in = in};
	struct diagnosis *d = calloc(1, sizeof(*d));
	int r;

	if (!d) {
		ev_free(in->e);
		return rs_fail(err, RS_E_MEMORY, "diagnosis");
	}
	d->evidence = in->e;
	d->text = "";
	v.d = d;
	ev_sort(v.e);
	r = ev_series_make(v.e, &v.s, err);
	if (r == 0) {
		v.is_recurring = is_recurring(v.e, &v.s);
		facts(&v);
		verdict_count_lost(&v);
		verdict_find(&v);
		verdict_score(&v);
		verdict_kind(&v);
		verdict_lower(&v);
		verdict_propose(&v);
		make_timeline(&v);
		tell_gone(&v);
		tell_thing(&v);
		tell_candidates(&v);
		if (v.is_out)
			r = rs_fail(err, RS_E_MEMORY, "diagnosis");
	}
	done(&v);
	if (r < 0) {
		diagnosis_free(d);
		return r;
	}
	*ret = d;
	return 0;
}
