/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points, from the one table (weights.def). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "judge/structure.h"
#include "judge/verdict_internal.h"

#define MINUTE	      600000000ULL
#define RAN_WELL      (10 * MINUTE)
#define WDF_VIOLATION 0x10DU

static const struct {
	const char *word;
	int points;
} weights[W_COUNT] = {
#define X(name, word, points, reason) {word, points},
#include "judge/weights.def"
#undef X
};

const char *verdict_span(uint64_t filetime, char ret[40])
{
	static const uint64_t units[] = {86400, 3600, 60, 1};
	const uint64_t seconds = filetime / 10000000ULL;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const uint64_t n = seconds / units[i];
		const char *const words[] = {rs_form(n, "day", "days"), rs_form(n, "hour", "hours"),
			rs_form(n, "minute", "minutes"), rs_form(n, "second", "seconds")};
		/* "90 minutes" says more than "1 hour" */
		if (n >= 2 || units[i] == 1) {
			(void)snprintf(ret, 40, "%llu %s", (unsigned long long)n, words[i]);
			break;
		}
	}
	return ret;
}

void verdict_contradict(struct verdict *v, const char *fmt, ...)
{
	const char **to = rs_list_add(&v->d->contradictions, &v->d->n_contradictions, sizeof(*to));
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (to)
		*to = ev_text(v->e, "%s", text);
	else
		v->is_out = true;
}

void verdict_why(struct verdict *v, struct candidate *c, enum weight w, enum ev_source source,
	uint64_t time, const char *where, const char *fmt, ...)
{
	struct diag_why *y = rs_list_add(&c->d.why, &c->d.n_why, sizeof(*y));
	char text[512];
	va_list ap;

	if (!y) {
		v->is_out = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*y = (struct diag_why){.weight = weights[w].word,
		.points = weights[w].points,
		.text = ev_text(v->e, "%s", text),
		.source = source,
		.time = time,
		.where = where ? where : ""};
	c->d.score += weights[w].points;
}

/* ---- in the crashes ---- */

int verdict_most_of_a_dump(void)
{
	return weights[W_AT_FAULT].points;
}

static unsigned count_code(const struct verdict *v, uint32_t code)
{
	unsigned n = 0;

	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++)
		n += v->s.list[i].kind == EV_T_CRASH && v->s.list[i].code == code;
	return n;
}

static void score_crashes(struct verdict *v, struct candidate *c)
{
	const struct ev_blame *b = c->blame;
	const unsigned n = v->n_dumps;

	if (!b)
		return;
	if (c->n_fault) {
		verdict_why(v, c, W_AT_FAULT, EV_DUMP, c->blame_time, c->blame_where,
			"%u of %u dumps: the instruction that crashed lies in %s+0x%x", c->n_fault,
			n, b->module, b->offset);
		if (c->n_fault >= 2 && c->n_fault == n && !v->n_lost)
			verdict_why(v, c, W_AT_FAULT_AGAIN, EV_DUMP, c->blame_time, c->blame_where,
				"so it is in each crash of this series");
	} else if (c->n_unloaded) {
		verdict_why(v, c, W_UNLOADED, EV_DUMP, c->blame_time, c->blame_where,
			"%u of %u dumps: the address lies where %s was before it was unloaded",
			c->n_unloaded, n, b->module);
	} else if (c->n_first) {
		verdict_why(v, c, W_FIRST_FOREIGN, EV_DUMP, c->blame_time, c->blame_where,
			"%u of %u dumps: %s is the first on the stack that is not Windows' own",
			c->n_first, n, b->module);
		if (c->n_first >= 2 && c->n_first == n && !v->n_lost)
			verdict_why(v, c, W_STACK_AGAIN, EV_DUMP, c->blame_time, c->blame_where,
				"so it is in each crash of this series");
	} else if (c->n_stack) {
		verdict_why(v, c, W_ON_STACK, EV_DUMP, c->blame_time, c->blame_where,
			"%s is on the stack", b->module);
	}
	if (c->n_first && c->n_first == n && count_code(v, WDF_VIOLATION) == v->s.n_crashes)
		verdict_why(v, c, W_FRAMEWORK, EV_DUMP, c->blame_time, c->blame_where,
			"the framework stopped a driver that broke its rules, and it is the first "
			"on the stack");
	c->has_link |= (c->n_fault || c->n_first || c->n_unloaded) && !c->is_own;
	if (c->n_fault && v->n_others > 1)
		verdict_why(v, c, W_OTHERS, EV_DUMP, 0, "",
			"crashes of the same series lie in %u different modules", v->n_others);
}

static void score_build(struct verdict *v, struct candidate *c)
{
	const struct ev_file *f = c->d.file;

	if (!c->blame || !c->blame->timestamp || !f || !f->is_looked || !f->image.is_pe ||
		!f->image.timestamp)
		return;
	if (c->blame->timestamp == f->image.timestamp)
		verdict_why(v, c, W_SAME_BUILD, EV_FILE, 0, f->path,
			"the file on the disk is the one that was loaded (time stamp 0x%08x)",
			f->image.timestamp);
	else
		verdict_why(v, c, W_OTHER_BUILD, EV_FILE, 0, f->path,
			"the file on the disk (0x%08x) is not the one that was loaded (0x%08x)",
			f->image.timestamp, c->blame->timestamp);
}

/* ---- what names it ---- */

/* Data of a product, or of people: the loader, of which Startup Repair speaks, loads none of it. */
static bool is_never_loaded(const struct verdict *v, const struct candidate *c)
{
	const size_t n = strlen(v->e->root);
	const bool is_below = strncasecmp(c->d.path, v->e->root, n) == 0 && c->d.path[n] == '\\';

	return c->is_content && (!is_below || ev_is_content_place(v->e->root, c->d.path));
}

static void score_named(struct verdict *v, struct candidate *c)
{
	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (it->what != EV_ROOT_CAUSE || strcasecmp(it->path, c->d.path) != 0)
			continue;
		if (is_never_loaded(v, c)) {
			verdict_why(v, c, W_NAMED_DATA, it->source, it->time, it->where, "%s",
				it->text[0] ? it->text : "named as the cause");
			break;
		}
		verdict_why(v, c, W_NAMED, it->source, it->time, it->where, "%s",
			it->text[0] ? it->text : "named as the cause");
		c->has_link = c->is_named = true;
		break;
	}
	for (size_t i = 0; i < v->in->n_rules; i++)
		if (strcasecmp(v->in->rules[i].path, c->d.path) == 0) {
			verdict_why(v, c, W_RULE, EV_RULE, 0, v->in->rules[i].id,
				"the rule %s matches it", v->in->rules[i].id);
			c->has_link = c->is_named = true;
			break;
		}
}

/* ---- its contents ---- */

static bool is_start_needed(const struct win_service *s)
{
	return s && s->is_driver &&
	       (s->is_boot || (s->start <= WIN_START_SYSTEM && s->override < 0));
}

static void score_damage(struct verdict *v, struct candidate *c)
{
	const struct ev_file *f = c->d.file;

	if (c->is_damaged) {
		verdict_why(v, c, W_DAMAGED, EV_FILE, f->modified, f->path, "it is damaged: %s",
			f->image.fault[0] ? f->image.fault
					  : win_soundness_word(f->image.soundness));
		if (is_start_needed(c->svc)) {
			verdict_why(v, c, W_DAMAGED_BOOT, EV_REGISTRY, 0, c->svc->name,
				"and a start of this Windows loads it");
			c->has_link = true;
		}
		c->has_link |= v->n_dumps == 0 && v->s.first < v->s.n;
		return;
	}
	if (!c->is_content || !f || !f->is_looked)
		return;
	if (f->image.soundness == WIN_ALL_ZERO || f->is_unlogged)
		verdict_why(v, c, W_ZEROS, EV_FILE, f->modified, f->path,
			"it holds only zeros, as a crash leaves them behind");
	else if (f->is_magic_odd)
		verdict_why(v, c, W_ODD, EV_FILE, f->modified, f->path,
			"its first bytes are unlike those of its siblings");
}

/* ---- when it came ---- */

static void score_near(struct verdict *v, struct candidate *c, uint64_t first)
{
	const bool is_after = c->changed > first;
	const uint64_t before = is_after ? 0 : first - c->changed;
	static const struct {
		unsigned minutes;
		enum weight w;
	} steps[] = {{5, W_NEAR_5}, {30, W_NEAR_30}, {120, W_NEAR_120}, {1440, W_NEAR_DAY}};
	char span[40];

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (before <= steps[i].minutes * MINUTE) {
			verdict_why(v, c, steps[i].w, c->changed_by, c->changed, c->changed_where,
				is_after ? "%s after the time that is told of the first crash"
					 : "%s before the first crash",
				verdict_span(is_after ? c->changed - first : before, span));
			return;
		}
}

/* Crashes of the same module older than its change. */
static bool crashed_before(const struct verdict *v, const struct candidate *c)
{
	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (it->what != EV_CRASH || !it->time || it->time >= c->changed)
			continue;
		for (size_t k = 0; k < it->crash->n_blames; k++)
			if (it->crash->blames[k].how == EV_AT_FAULT &&
				strcasecmp(it->crash->blames[k].module, win_path_name(c->d.path)) ==
					0)
				return true;
	}
	return false;
}

static void score_time(struct verdict *v, struct candidate *c)
{
	const uint64_t first = v->s.first < v->s.n ? v->s.list[v->s.first].time : 0;

	if (!first)
		return;
	if (!c->changed) {
		if (c->blame && c->d.file && c->d.file->ref && v->s.good_start &&
			c->d.file->changed < v->s.since && !ev_update_of_window(v->e, &v->s))
			verdict_why(v, c, W_UNCHANGED, EV_FILE, c->d.file->changed, c->d.path,
				"it was the same when Windows ran well last");
		return;
	}
	if (c->changed > first) /* the clock of a crash is rough (docs/diagnosis.md, the window) */
		verdict_why(v, c, W_NEW, c->changed_by, c->changed, c->changed_where,
			"it came or changed after the last good start, and not long after the "
			"first crash");
	else if (c->changed >= v->s.since)
		verdict_why(v, c, W_NEW, c->changed_by, c->changed, c->changed_where,
			"it came or changed after the last good start and before the first crash");
	else
		verdict_why(v, c, W_NEW_BEFORE, c->changed_by, c->changed, c->changed_where,
			"it came or changed in the run before the one that crashed");
	score_near(v, c, first);
	if (c->has_package)
		verdict_why(v, c, W_PACKAGE, EV_DRIVER_STORE, c->changed, c->d.service,
			"its driver package came onto this machine then");
	if (c->has_log)
		verdict_why(v, c, W_TOLD, EV_EVENT_LOG, c->changed, "",
			"a log tells of its installation");
	if (crashed_before(v, c))
		verdict_why(v, c, W_BEFORE, EV_DUMP, 0, "",
			"the same module crashed before this file came");
}

/* ---- whose it is ---- */

static bool is_blamed(const struct candidate *c)
{
	return (c->n_fault || c->n_first) && !c->is_own && !c->is_content;
}

/* Data that a module of the crashes reads. Of a module that changed itself it is not known which of
 * the two it was: the module's own points decide. */
static void score_content(struct verdict *v, struct candidate *c)
{
	const struct candidate *best = NULL;
	int how = 0;

	for (size_t i = 0; c->is_content && c->changed && i < v->n; i++) {
		const struct candidate *m = &v->c[i];
		int h = is_blamed(m) && m != c ? verdict_is_of_product(c->d.path, m->d.file) : 0;
		if (h && (!best || m->n_fault > best->n_fault)) {
			best = m;
			how = h;
		}
	}
	if (!best)
		return;
	if (best->n_fault)
		verdict_why(v, c, W_CONTENT, EV_FILE, 0, c->d.path,
			"data of the product whose module crashed (%s)",
			win_path_name(best->d.path));
	else
		verdict_why(v, c, W_CONTENT_WEAK, EV_FILE, 0, c->d.path,
			"data of the product whose module is on the stack (%s)",
			win_path_name(best->d.path));
	if (how == 2)
		verdict_why(v, c, W_IN_ITS_TEXT, EV_FILE, 0, best->d.path,
			"the text of %s names this folder", win_path_name(best->d.path));
	c->has_link = true;
	if (!c->d.service[0])
		c->d.service = best->d.service;
	if (!c->d.product[0])
		c->d.product = best->d.product;
}

static bool is_boot_lost(const struct verdict *v)
{
	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++)
		if (win_bugcheck_stop(v->s.list[i].code) == WIN_STOP_BOOT_DEVICE)
			return true;
	return false;
}

static void score_boot(struct verdict *v, struct candidate *c)
{
	if (!c->changed || !c->svc || c->is_own || !is_boot_lost(v) ||
		!(is_start_needed(c->svc) ||
			structure_is_filter(v->e->system, c->svc->name, strlen(c->svc->name))))
		return;
	verdict_why(v, c, W_BOOT_NEW, EV_REGISTRY, 0, c->svc->name,
		"the boot device was lost, and this driver stands in its path");
	c->has_link = true;
}

/* Of one product, as far as their makers' names tell. */
static bool is_same_product(const struct candidate *a, const struct candidate *b)
{
	const char *x = a->d.file ? a->d.file->image.company : "";
	const char *y = b->d.file ? b->d.file->image.company : "";

	return (x[0] && strcasecmp(x, y) == 0) || verdict_is_of_product(a->d.path, b->d.file) ||
	       verdict_is_of_product(b->d.path, a->d.file);
}

/* Since when changes are weighed against that of @c: what was there when a start began that went
 * well until it came has been loaded without harm. */
static uint64_t rivals_since(const struct verdict *v, const struct candidate *c)
{
	uint64_t start = 0;

	for (size_t i = 0; i < v->e->n_items && v->e->items[i].time <= c->changed; i++)
		if (v->e->items[i].what == EV_START && v->e->items[i].source == EV_EVENT_LOG)
			start = v->e->items[i].time;
	return start >= v->s.since && c->changed - start >= RAN_WELL ? start : v->s.since;
}

/* Did something of somebody else's change as well? Where nothing but time accuses, that acquits. */
static bool has_other_change(const struct verdict *v, const struct candidate *c)
{
	const uint64_t since = rivals_since(v, c);

	for (size_t i = 0; i < v->n; i++) {
		const struct candidate *o = &v->c[i];
		if (o != c && o->changed >= since && (o->svc || o->is_content) &&
			!is_same_product(c, o))
			return true;
	}
	return ev_update_of_window(v->e, &v->s) != NULL;
}

/* The log has a start within the series: it came far enough for services and people. */
static bool is_log_begun(const struct verdict *v)
{
	for (size_t i = 0; v->s.first < v->s.n && i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_START && v->e->items[i].source == EV_EVENT_LOG &&
			v->e->items[i].time > v->s.list[v->s.first].time)
			return true;
	return false;
}

/* Starts end so early that nothing but their code is left, and a driver came that each start loads.
 * Where they come further, anything else that came may be what fails. */
static void score_early(struct verdict *v, struct candidate *c)
{
	if (!c->changed || !c->svc || c->is_own || c->is_content || v->n_dumps || !v->s.n_crashes ||
		!is_start_needed(c->svc) || is_boot_lost(v) ||
		(is_log_begun(v) && has_other_change(v, c)))
		return;
	verdict_why(v, c, W_EARLY, EV_REGISTRY, 0, c->svc->name,
		"no dump tells more, and each of the starts that fail loads this new driver");
	c->has_link = c->is_early = true;
}

static int heavier(const void *a, const void *b)
{
	const struct diag_why *x = a, *y = b;

	return abs(y->points) - abs(x->points);
}

static int better(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->d.score != y->d.score)
		return x->d.score > y->d.score ? -1 : 1;
	if (x->changed != y->changed) /* the nearer to the crash */
		return x->changed > y->changed ? -1 : 1;
	return strcasecmp(x->d.path, y->d.path);
}

void verdict_score(struct verdict *v)
{
	for (size_t i = 0; i < v->n; i++) {
		struct candidate *c = &v->c[i];
		score_crashes(v, c);
		score_build(v, c);
		score_named(v, c);
		score_damage(v, c);
		score_time(v, c);
		score_content(v, c);
		score_boot(v, c);
		score_early(v, c);
		if (c->is_own && !c->is_damaged)
			verdict_why(v, c, W_OWN, EV_FILE, 0, c->d.path, "a part of Windows itself");
		if (c->d.n_why)
			qsort(c->d.why, c->d.n_why, sizeof(*c->d.why), heavier);
	}
	if (v->n)
		qsort(v->c, v->n, sizeof(*v->c), better);
}
