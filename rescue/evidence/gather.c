/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All sources, in the order in which one needs another: the registry first (whose is a driver,
 * where are the dumps), files last (what changed before the first crash). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evidence/series.h"

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

int ev_gather(const struct ev_look *in, struct evidence **ret, struct rs_err *err)
{
	auto_evidence struct evidence *e = calloc(1, sizeof(*e));
	auto_series struct ev_series s = {0};

	if (!e)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	e->root = in->win->root;
	int r = ev_from_system(in, e, err);
	if (r == 0)
		r = ev_from_dumps(in, e, err);
	if (r == 0)
		r = ev_from_events(in, e, err);
	if (r == 0)
		r = ev_from_traces(in, e, err);
	if (r < 0)
		return r;
	ev_sort(e);
	r = ev_series_make(e, &s, err);
	if (r == 0)
		r = ev_from_files(in, e, in->since ? in->since : s.since_before,
			in->since ? UINT64_MAX : s.until, err);
	if (r < 0)
		return r;
	ev_sort(e);
	r = look_at_blamed(in, e, err);
	if (r == 0)
		r = look_at_changed(in, e, &s, err);
	if (r == 0)
		*ret = rs_steal(e);
	return r;
}
