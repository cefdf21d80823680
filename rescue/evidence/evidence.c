/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows themselves, and the memory of their texts. */
#include "evidence/evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"

#define FORCED_WITHIN (600 * 10000000ULL) /* a start that lasted so long went well */

static const char *keep(struct evidence *e, char *text)
{
	char **to = text ? rs_list_add(&e->texts, &e->n_texts, sizeof(*to)) : NULL;

	if (!to) {
		free(text);
		return "";
	}
	*to = text;
	return text;
}

const char *ev_text(struct evidence *e, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	int r = vasprintf(&text, fmt, ap);
	va_end(ap);
	return keep(e, r < 0 ? NULL : text);
}

struct ev_item *ev_add(struct evidence *e, enum ev_what what, enum ev_source source, uint64_t time)
{
	struct ev_item *i = rs_list_add(&e->items, &e->n_items, sizeof(*i));

	if (!i)
		return NULL;
	*i = (struct ev_item){.what = what, .source = source, .time = time};
	i->where = i->text = i->path = i->service = i->product = i->package = "";
	return i;
}

struct ev_item *ev_add_crash(struct evidence *e, enum ev_source source, uint64_t time)
{
	auto_free struct ev_crash *c = calloc(1, sizeof(*c));
	struct ev_item *i = c ? ev_add(e, EV_CRASH, source, time) : NULL;

	if (i)
		i->crash = rs_steal(c);
	return i;
}

static int counted_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct ev_counted *c = user;

	*c->bytes += len;
	return c->file.read(c->file.user, off_bytes, buf, len, err);
}

struct win_src ev_counted_src(struct evidence *e, struct nt_file *f, struct ev_counted *c)
{
	*c = (struct ev_counted){win_src_file(f), &e->bytes};
	return (struct win_src){counted_read, c, c->file.size_bytes};
}

bool ev_miss(struct evidence *e, enum ev_source source, const char *where, const char *why)
{
	struct ev_missing m = {
		.source = source, .where = ev_text(e, "%s", where), .why = ev_text(e, "%s", why)};
	struct ev_missing *to = rs_list_add(&e->missing, &e->n_missing, sizeof(*to));

	if (to)
		*to = m;
	return to;
}

bool ev_lose(struct evidence *e, enum ev_source source, const char *where, const char *why,
	uint64_t time)
{
	if (!ev_miss(e, source, where, why))
		return false;
	e->missing[e->n_missing - 1].is_lost = true;
	e->missing[e->n_missing - 1].time = time;
	return true;
}

bool ev_is_definitions(const char *text)
{
	return strstr(text, "Security Intelligence") || strstr(text, "KB2267602");
}

static int by_time(const void *a, const void *b)
{
	const struct ev_item *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return strcmp(x->where, y->where);
}

bool ev_is_ours(const struct ev_look *in, uint32_t build, uint64_t time)
{
	const struct win_info *starts = win_that_starts(in->windows, in->n_windows), *fits = NULL;
	size_t n_fits = 0;

	if (in->n_windows < 2 || !starts)
		return true;
	for (size_t i = 0; build && i < in->n_windows; i++)
		if (in->windows[i].build == build) {
			fits = &in->windows[i];
			n_fits++;
		}
	if (n_fits == 1)
		return fits == in->win;
	const bool is_older = time && time < starts->installed_filetime;
	return (starts == in->win) != is_older;
}

/* What a run in Safe Mode left: the registry's time of its shutdown, too. */
static void mark_safe_mode(struct evidence *e)
{
	bool is_safe = false;

	for (size_t i = 0; i < e->n_items; i++) {
		struct ev_item *it = &e->items[i];
		if (it->what == EV_START && it->source == EV_EVENT_LOG)
			is_safe = it->is_safe_mode;
		else if (it->what == EV_STOP || it->what == EV_ALIVE)
			it->is_safe_mode = is_safe;
	}
}

/* A machine that restarts a minute after each start, since a process died that all else needs: the
 * log has it all in order. */
static void mark_forced(struct evidence *e)
{
	uint64_t start = 0, asked = 0;

	for (size_t i = 0; i < e->n_items; i++) {
		struct ev_item *it = &e->items[i];
		if (it->what == EV_START && it->source == EV_EVENT_LOG) {
			start = it->time;
			asked = 0;
		} else if (it->what == EV_RESTART_ASKED && it->is_certain && start &&
			   it->time - start < FORCED_WITHIN) {
			asked = it->time;
		} else if (it->what == EV_STOP) {
			it->is_forced = asked && it->time - asked < FORCED_WITHIN;
		}
	}
}

void ev_sort(struct evidence *e)
{
	if (e->n_items)
		qsort(e->items, e->n_items, sizeof(*e->items), by_time);
	mark_safe_mode(e);
	mark_forced(e);
}

void ev_free(struct evidence *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n_items; i++)
		free(e->items[i].crash);
	for (size_t i = 0; i < e->n_files; i++)
		free(e->files[i]);
	for (size_t i = 0; i < e->n_texts; i++)
		free(e->texts[i]);
	free(e->items);
	free(e->files);
	free(e->missing);
	free(e->texts);
	if (e->system)
		win_system_free(e->system);
	free(e);
}
