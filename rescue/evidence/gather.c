/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All sources, in the order in which one needs another: the registry first (whose is a driver,
 * where are the dumps), files last (what changed before the first crash). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "evidence/series.h"
#include "evidence/system.h"
#include "ntfs/raw.h"

/* Of the page cache, which a small machine has little of. */
#define LOG_AHEAD (20U << 20)
#define MFT_AHEAD (16U << 20)

#define MOST_FULL_LOOKS 48U /* files that are read whole, beside those that crashes name */

/* What a security product keeps for a start that its own early driver fails. */
static int look_at_backup(
	const struct ev_look *in, struct evidence *e, const char *path, struct rs_err *err)
{
	const char *name = strrchr(path, '\\');
	struct ev_file *f;
	char copy[320];

	for (size_t i = 0; e->system && name && i < e->system->n_services; i++) {
		const struct win_service *s = &e->system->services[i];
		if (strcasecmp(s->path, path) != 0 || strcasecmp(s->group, "Early-Launch") != 0)
			continue;
		(void)snprintf(copy, sizeof(copy), "%s\\ELAMBKUP%s", e->root, name);
		return ev_file_look(in, e, copy, true, &f, err);
	}
	return 0;
}

/* The programs that crashes name, from first byte to last: what they are, and which folders their
 * text names. */
static int look_at_blamed(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	struct ev_file *f;
	unsigned n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < e->n_items; i++) {
		const struct ev_crash *c = e->items[i].crash;
		for (size_t k = 0; r == 0 && c && k < c->n_blames && n < MOST_FULL_LOOKS; k++)
			if (c->blames[k].path[0] && c->blames[k].how != EV_ON_STACK) {
				r = ev_file_look(in, e, c->blames[k].path, true, &f, err);
				if (r == 0)
					r = look_at_backup(in, e, c->blames[k].path, err);
				n++;
			}
	}
	return r;
}

/* What changed, was installed or is named by a text: a driver whole, anything else as well while
 * there is room. */
static int look_at_changed(
	const struct ev_look *in, struct evidence *e, const struct ev_series *s, struct rs_err *err)
{
	struct ev_file *f;
	unsigned n = 0;
	int r = 0;

	for (size_t i = e->n_items; r == 0 && i-- > 0 && n < MOST_FULL_LOOKS;) {
		const struct ev_item *it = &e->items[i];
		if (!it->path[0] || it->what == EV_FILE_GONE || it->what == EV_CRASH)
			continue;
		if (it->time && (it->time < s->since_before || it->time > s->until))
			continue;
		r = ev_file_look(in, e, it->path, true, &f, err);
		n++;
	}
	return r;
}

/* What is read from one end to the other later on: the disk begins with it while the registry and
 * the dumps are looked at. */
static void read_ahead(const struct ev_look *in, size_t n)
{
	char path[320];
	uint64_t ref;

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s\\System32\\winevt\\Logs\\System.evtx",
			in[i].win->root);
		if (nt_lookup(in[i].vol, path, &ref, NULL) == 0)
			nt_raw_will_need(in[i].raw, NT_REF_RECORD(ref), LOG_AHEAD);
	}
	if (n)
		nt_raw_will_need(in[0].raw, NT_MFT_RECORD, MFT_AHEAD);
}

/* All that tells when something can have changed. */
static int before_files(const struct ev_look *in, struct evidence *e, struct ev_series *ret_series,
	struct rs_err *err)
{
	e->root = in->win->root;
	int r = ev_from_system(in, e, err);
	if (r == 0)
		r = ev_from_dumps(in, e, err);
	if (r == 0)
		r = ev_from_events(in, e, err);
	if (r == 0)
		r = ev_from_traces(in, e, err);
	if (r == 0)
		r = ev_from_quarantine(in, e, err);
	if (r < 0)
		return r;
	ev_sort(e);
	return ev_series_make(e, ret_series, err);
}

static int after_files(
	const struct ev_look *in, struct evidence *e, const struct ev_series *s, struct rs_err *err)
{
	int r = ev_system_taken(in, e, err);
	if (r < 0)
		return r;
	ev_sort(e);
	r = look_at_blamed(in, e, err);
	return r < 0 ? r : look_at_changed(in, e, s, err);
}

/* What a person wants listed, but for the window of the verdict, which stays what it is and has
 * room of its own for its changes: @spans has room for two more. */
static size_t add_listed(struct ev_span *spans, size_t n, const struct ev_span *window)
{
	const uint64_t since = window->in->since;

	if (!since)
		return n;
	if (since < window->since)
		spans[n++] =
			(struct ev_span){window->in, window->e, since, window->since - 1, true};
	if (window->until < UINT64_MAX)
		spans[n++] = (struct ev_span){window->in, window->e,
			since > window->until ? since : window->until + 1, UINT64_MAX, true};
	return n;
}

static int gather(const struct ev_look *in, struct ev_span *spans, struct ev_series *series,
	size_t n, struct rs_err *err)
{
	size_t n_spans = n;
	int r = 0;

	read_ahead(in, n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct ev_span *span = &spans[i];

		span->in = &in[i];
		span->e = calloc(1, sizeof(*span->e));
		r = span->e ? before_files(span->in, span->e, &series[i], err)
			    : rs_fail(err, RS_E_MEMORY, "evidence");
		span->since = series[i].since_before;
		span->until = series[i].until;
		n_spans = add_listed(spans, n_spans, span);
	}
	if (r == 0)
		r = ev_from_files(spans, n_spans, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = after_files(&in[i], spans[i].e, &series[i], err);
	return r;
}

int ev_gather(const struct ev_look *in, size_t n, struct evidence **ret, struct rs_err *err)
{
	auto_free struct ev_span *spans = calloc(3 * n + 1, sizeof(*spans));
	auto_free struct ev_series *series = calloc(n ? n : 1, sizeof(*series));

	int r = spans && series ? gather(in, spans, series, n, err)
				: rs_fail(err, RS_E_MEMORY, "evidence");
	for (size_t i = 0; spans && series && i < n; i++) {
		ev_series_done(&series[i]);
		if (r == 0)
			ret[i] = spans[i].e;
		else
			ev_free(spans[i].e);
	}
	return r;
}
