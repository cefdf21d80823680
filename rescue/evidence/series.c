/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dump knows when the crash was; the log tells of it at the next start (41, 1001, 6008), and the
 * same crash is in the page file, DumpStack.log and an error report. They are one. */
#include "evidence/series.h"

#include <stdlib.h>
#include <string.h>

#include "core/list.h"

#define SECOND	 10000000ULL
#define MINUTE	 (60 * SECOND)
#define HOUR	 (60 * MINUTE)
#define DAY	 (24 * HOUR)
#define RAN_WELL (10 * MINUTE) /* a start that lasted so long went well */
/* rows of one start's look back lie no further apart, where no start stands between them */
#define LOOK_BACK  (10 * MINUTE)
#define SAME_CRASH (2 * MINUTE) /* the clocks of dump and DumpStack.log */
/* without any good run: how far back a change is looked for */
#define FAR_BACK (7 * DAY)
/* the same fault as the one before, with good runs between: still this trouble */
#define RECURS (14 * DAY)

static struct ev_trouble *add(struct ev_series *s, enum ev_trouble_kind kind, uint64_t time)
{
	struct ev_trouble *t = rs_list_add(&s->list, &s->n, sizeof(*t));

	if (t)
		*t = (struct ev_trouble){.kind = kind, .time = time};
	return t;
}

static void note(struct ev_trouble *t, size_t item)
{
	if (t->n_items < EV_TROUBLE_ITEMS)
		t->items[t->n_items++] = item;
}

/* ---- what knows the time of the crash itself ---- */

static bool is_exact(const struct ev_item *i)
{
	return i->what == EV_CRASH && i->time && (i->source == EV_DUMP || i->source == EV_PAGEFILE);
}

/* A code that somebody asked for: a held button, a crash by the keyboard. */
static enum ev_trouble_kind kind_of(uint32_t code)
{
	return win_bugcheck_stop(code) == WIN_STOP_USER ? EV_T_BUTTON : EV_T_CRASH;
}

static bool is_near(uint64_t a, uint64_t b, uint64_t within)
{
	return (a > b ? a - b : b - a) <= within;
}

/* In a loop of one code only the parameters tell the crashes apart. */
enum parameters { PARAMETERS_NOT_KNOWN, PARAMETERS_SAME, PARAMETERS_OTHER };

static enum parameters parameters(
	const struct evidence *e, const struct ev_trouble *t, const struct ev_crash *c)
{
	for (size_t i = 0; c->has_parameters && i < t->n_items; i++) {
		const struct ev_crash *one = e->items[t->items[i]].crash;
		if (one && one->has_parameters && one->code == c->code)
			return memcmp(one->parameters, c->parameters, sizeof(c->parameters)) == 0
				       ? PARAMETERS_SAME
				       : PARAMETERS_OTHER;
	}
	return PARAMETERS_NOT_KNOWN;
}

/* Two files are dumps of one crash only where it was at the very same moment: a small one is made
 * out of the large one, and a loop crashes twice in a minute. */
static bool is_same_crash(
	const struct evidence *e, const struct ev_trouble *t, const struct ev_item *it)
{
	bool is_two = it->source == EV_DUMP && e->items[t->items[0]].source == EV_DUMP;

	return t->code == it->crash->code && is_near(t->time, it->time, is_two ? 0 : SAME_CRASH) &&
	       parameters(e, t, it->crash) != PARAMETERS_OTHER;
}

static int add_exact(const struct evidence *e, struct ev_series *s)
{
	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		struct ev_trouble *t = NULL;
		if (!is_exact(it))
			continue;
		for (size_t k = 0; k < s->n && !t; k++)
			if (is_same_crash(e, &s->list[k], it))
				t = &s->list[k];
		if (!t)
			t = add(s, kind_of(it->crash->code), it->time);
		if (!t)
			return RS_E_MEMORY;
		t->is_exact = true;
		t->code = it->crash->code;
		if (it->crash->uptime)
			t->uptime = it->crash->uptime;
		note(t, i);
	}
	return 0;
}

/* DumpStack.log knows code and parameters; the time in it may be that of the start. It tells of a
 * crash that is known by more, or else is all that there is of it. */
static int add_dump_stack(const struct evidence *e, struct ev_series *s)
{
	const size_t n = s->n;

	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		struct ev_trouble *t = NULL;
		if (it->what != EV_CRASH || !it->time || it->source != EV_DUMP_STACK)
			continue;
		for (size_t k = 0; k < n; k++)
			if (s->list[k].code == it->crash->code &&
				is_near(s->list[k].time, it->time, DAY))
				t = &s->list[k];
		if (!t)
			t = add(s, kind_of(it->crash->code), it->time);
		if (!t)
			return RS_E_MEMORY;
		t->code = it->crash->code;
		note(t, i);
	}
	return 0;
}

/* ---- what a later start tells ---- */

static bool is_look_back(const struct ev_item *i)
{
	if (!i->time || (i->source != EV_EVENT_LOG && i->source != EV_ERROR_REPORT))
		return false;
	return i->what == EV_CRASH || i->what == EV_POWER_LOSS || i->what == EV_BUTTON ||
	       i->what == EV_UNCLEAN;
}

struct look_back {
	uint64_t from, to;
	size_t items[EV_TROUBLE_ITEMS];
	size_t n;
	uint32_t code;
	const struct ev_crash *crash; /* with parameters; NULL: none has them */
	bool is_button, is_power, is_crash;
};

static void take(const struct evidence *e, struct look_back *l, size_t i)
{
	const struct ev_item *it = &e->items[i];

	if (l->n < EV_TROUBLE_ITEMS)
		l->items[l->n++] = i;
	l->to = it->time;
	l->is_button |= it->what == EV_BUTTON;
	l->is_power |= it->what == EV_POWER_LOSS;
	if (it->what == EV_CRASH) {
		l->is_crash = true;
		if (it->crash->code)
			l->code = it->crash->code;
		if (it->crash->has_parameters && !l->crash)
			l->crash = it->crash;
	}
}

/* The crash that it looks back at: the last one before it that nobody told of yet, and of those one
 * with the same parameters. */
static struct ev_trouble *find_exact(const struct evidence *e, struct ev_series *s, size_t n_exact,
	const bool *is_told, const struct look_back *l, uint64_t after)
{
	struct ev_trouble *best = NULL;
	bool is_best_same = false;

	for (size_t k = 0; k < n_exact; k++) {
		struct ev_trouble *t = &s->list[k];
		if (is_told[k] || t->time > l->to + MINUTE || t->time + MINUTE < after)
			continue;
		if (l->code && t->code != l->code)
			continue;
		const bool is_same = l->crash && parameters(e, t, l->crash) == PARAMETERS_SAME;
		if (!best || is_same > is_best_same ||
			(is_same == is_best_same && t->time > best->time)) {
			best = t;
			is_best_same = is_same;
		}
	}
	return best;
}

static int settle(const struct evidence *e, struct ev_series *s, size_t n_exact, bool *is_told,
	const struct look_back *l, uint64_t after)
{
	struct ev_trouble *t = NULL;
	enum ev_trouble_kind kind = l->is_crash	   ? kind_of(l->code)
				    : l->is_button ? EV_T_BUTTON
				    : l->is_power  ? EV_T_POWER
						   : EV_T_UNCLEAN;

	if (!l->n)
		return 0;
	t = find_exact(e, s, n_exact, is_told, l, after);
	if (t)
		is_told[t - s->list] = true;
	else
		t = add(s, kind, l->from);
	if (!t)
		return RS_E_MEMORY;
	if (l->is_button)
		t->kind = EV_T_BUTTON;
	if (!t->code)
		t->code = l->code;
	for (size_t i = 0; i < l->n; i++) {
		const struct ev_item *it = &e->items[l->items[i]];
		note(t, l->items[i]);
		if (it->crash && it->crash->uptime && !t->uptime)
			t->uptime = it->crash->uptime;
	}
	return 0;
}

static int add_looks_back(const struct evidence *e, struct ev_series *s)
{
	const size_t n_exact = s->n;
	bool *is_told = calloc(n_exact + 1, sizeof(*is_told));
	struct look_back l = {0};
	uint64_t start = 0, after = 0;
	int r = is_told ? 0 : RS_E_MEMORY;

	for (size_t i = 0; r == 0 && i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		if (it->what == EV_START && it->source == EV_EVENT_LOG)
			start = it->time;
		if (!is_look_back(it))
			continue;
		if (l.n && (it->time > l.to + LOOK_BACK ||
				   (start > l.to + SECOND && start <= it->time))) {
			r = settle(e, s, n_exact, is_told, &l, after);
			after = l.to;
			l = (struct look_back){0};
		}
		if (!l.n)
			l.from = it->time;
		take(e, &l, i);
	}
	if (r == 0)
		r = settle(e, s, n_exact, is_told, &l, after);
	free(is_told);
	return r;
}

/* Starts that failed: one row for those within a look back of each other. */
static int add_failed(const struct evidence *e, struct ev_series *s)
{
	const size_t n = s->n;
	uint64_t last = 0;

	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		struct ev_trouble *t;
		if ((it->what != EV_START_FAILED && !it->is_forced) || !it->time)
			continue;
		if (s->n > n && it->time <= last + LOOK_BACK) {
			note(&s->list[s->n - 1], i);
			continue;
		}
		t = add(s, EV_T_FAILED, it->time);
		if (!t)
			return RS_E_MEMORY;
		t->is_exact = true;
		last = it->time;
		note(t, i);
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct ev_trouble *x = a, *y = b;

	return x->time < y->time ? -1 : x->time > y->time;
}

/* ---- runs that went well ---- */

struct run {
	uint64_t start, seen;
};

/* The start that the time @t belongs to. */
static uint64_t start_of(const struct evidence *e, uint64_t t)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < e->n_items && e->items[i].time <= t; i++)
		if (e->items[i].what == EV_START && e->items[i].time)
			ret = e->items[i].time;
	return ret;
}

/* Safe Mode loads little of what can fail: nothing is well because it ran. */
static bool is_well(const struct ev_item *i)
{
	return i->time && !i->is_safe_mode && !i->is_forced &&
	       (i->what == EV_STOP || i->what == EV_ALIVE);
}

/* The last one of them at @before or earlier. */
static struct run last_run(const struct evidence *e, const struct ev_series *s, uint64_t before)
{
	struct run ret = {0};

	for (size_t i = 0; i < e->n_items; i++)
		if (is_well(&e->items[i]) && e->items[i].time <= before &&
			e->items[i].time >= ret.seen)
			ret = (struct run){start_of(e, e->items[i].time), e->items[i].time};
	for (size_t i = 0; s->list && i < s->n; i++) {
		const struct ev_trouble *t = &s->list[i];
		if (t->uptime >= RAN_WELL && t->time > t->uptime && t->time <= before &&
			t->time >= ret.seen)
			ret = (struct run){t->time - t->uptime, t->time};
	}
	return ret;
}

bool ev_ran_between(const struct evidence *e, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (is_well(&e->items[i]) && e->items[i].time > from + MINUTE &&
			e->items[i].time < to)
			return true;
	return false;
}

bool ev_ran_well(const struct evidence *e, const struct ev_trouble *a, const struct ev_trouble *b)
{
	return ev_ran_between(e, a->time, b->time) ||
	       (b->uptime >= RAN_WELL && b->time > b->uptime && b->time - b->uptime > a->time);
}

/* ---- which of them are the trouble of now ---- */

static bool is_counted(const struct ev_trouble *t)
{
	return t->kind == EV_T_CRASH || t->kind == EV_T_FAILED;
}

const struct ev_item *ev_trouble_dump(const struct evidence *e, const struct ev_trouble *t)
{
	const struct ev_item *best = NULL;

	for (size_t i = 0; i < t->n_items; i++) {
		const struct ev_item *it = &e->items[t->items[i]];
		if (it->crash && it->crash->is_dump &&
			(!best || it->crash->n_blames > best->crash->n_blames))
			best = it;
	}
	return best;
}

static bool is_same_fault(
	const struct evidence *e, const struct ev_trouble *a, const struct ev_trouble *b)
{
	const struct ev_item *i = ev_trouble_dump(e, a), *k = ev_trouble_dump(e, b);

	if ((!i || !k) && a->code) /* of one of them only the code is left */
		return a->code == b->code;
	if (!i || !k || !i->crash->n_blames || !k->crash->n_blames)
		return false;
	const struct ev_crash *x = i->crash, *y = k->crash;
	return x->blames[0].how <= EV_FIRST_FOREIGN && y->blames[0].how <= EV_FIRST_FOREIGN &&
	       strcasecmp(x->blames[0].module, y->blames[0].module) == 0;
}

static void choose(const struct evidence *e, struct ev_series *s)
{
	size_t last = s->n;

	s->first = s->last = s->n;
	for (size_t i = 0; i < s->n; i++)
		if (is_counted(&s->list[i]))
			last = i;
	if (last == s->n)
		return;
	s->first = s->last = last;
	for (size_t i = last; i-- > 0;) {
		const struct ev_trouble *t = &s->list[i], *next = &s->list[s->first];
		if (!is_counted(t))
			continue;
		if (next->time - t->time > RECURS)
			break;
		if (!ev_ran_well(e, t, next) || is_same_fault(e, t, next))
			s->first = i;
		else
			break;
	}
	for (size_t i = s->first; i <= last; i++)
		s->n_crashes += s->list[i].kind == EV_T_CRASH;
}

static uint64_t newest(const struct evidence *e)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].time > ret)
			ret = e->items[i].time;
	return ret;
}

/* So long before a time, which may be anything. */
static uint64_t back(uint64_t time, uint64_t by)
{
	return time > by ? time - by : 0;
}

/* Some minutes of play: clocks of dumps, files and logs are read at different moments. */
static void window(const struct evidence *e, struct ev_series *s)
{
	const struct ev_trouble *first = s->first < s->n ? &s->list[s->first] : NULL;
	struct run before, after;

	if (!first) {
		before = last_run(e, s, UINT64_MAX);
		s->good_start = before.start;
		s->last_good = before.seen;
		s->until = newest(e) + HOUR;
		s->since = before.start ? before.start : before.seen;
		s->since = back(s->since, DAY);
		s->since_before = s->since;
		return;
	}
	before = last_run(e, s, first->time);
	s->good_start = before.start;
	s->last_good = before.seen;
	after = last_run(e, s, UINT64_MAX);
	const struct ev_trouble *last = &s->list[s->last];
	if (after.seen > last->time + MINUTE && (!after.start || after.start >= last->time))
		s->good_after = after.seen;
	s->until = first->time + 2 * MINUTE;
	s->since = before.start	 ? before.start
		   : before.seen ? back(before.seen, DAY)
				 : back(first->time, FAR_BACK);
	s->since_before = s->since;
	if (before.seen == first->time && before.start) {
		const uint64_t start = before.start;
		before = last_run(e, s, start - 1);
		if (!before.start) /* no log: that run is not known */
			s->since_before = back(before.seen ? before.seen : start, FAR_BACK);
		else if (before.start + RECURS > first->time)
			s->since_before = before.start;
	}
}

int ev_series_make(const struct evidence *e, struct ev_series *ret, struct rs_err *err)
{
	*ret = (struct ev_series){0};
	int r = add_exact(e, ret);

	if (r == 0)
		r = add_dump_stack(e, ret);
	if (r == 0)
		r = add_looks_back(e, ret);
	if (r == 0)
		r = add_failed(e, ret);
	if (r < 0)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_time);
	choose(e, ret);
	window(e, ret);
	return 0;
}

void ev_series_done(struct ev_series *s)
{
	free(s->list);
	*s = (struct ev_series){0};
}

/* ---- what is asked of a series ---- */

uint64_t ev_last_well(const struct ev_series *s)
{
	return s->good_after > s->last_good ? s->good_after : s->last_good;
}

const struct ev_item *ev_update_of_window(const struct evidence *e, const struct ev_series *s)
{
	for (size_t i = e->n_items; i-- > 0;) {
		const struct ev_item *it = &e->items[i];
		if (it->what == EV_UPDATE && it->time >= s->since && it->time <= s->until &&
			!ev_is_definitions(it->text))
			return it;
	}
	return NULL;
}
