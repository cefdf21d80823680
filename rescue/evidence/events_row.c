/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of event logs while a log is read: the newest of each kind, so that a flood of one kind
 * pushes out none of another. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "evidence/events_internal.h"

#define TEXT_CAP 400U

static void row_done(struct event_row *row)
{
	for (size_t i = 0; i < ROW_TEXTS; i++)
		free(row->texts[i]);
	*row = (struct event_row){0};
}

struct event_row *event_row_add(struct event_log *l, enum ev_what what, const struct win_event *ev)
{
	struct event_rows *k = &l->kinds[what];

	if (!k->rows)
		k->rows = calloc(EVENTS_OF_A_KIND, sizeof(*k->rows));
	if (!k->rows) {
		l->has_no_memory = true;
		return NULL;
	}
	if (what == EV_CRASH || what == EV_UNCLEAN || what == EV_POWER_LOSS || what == EV_STOP)
		l->is_bad_end = what != EV_STOP;
	struct event_row *row = &k->rows[k->all++ % EVENTS_OF_A_KIND];
	if (k->n < EVENTS_OF_A_KIND)
		k->n++;
	row_done(row);
	row->what = what;
	row->time = ev->time;
	row->id = ev->id;
	event_row_say(l, row, ROW_WHERE, "%s, record %" PRIu64, l->name, ev->record);
	return row;
}

struct event_row *event_row_last(struct event_log *l, enum ev_what what)
{
	struct event_rows *k = &l->kinds[what];

	return k->n ? &k->rows[(k->all - 1) % EVENTS_OF_A_KIND] : NULL;
}

/* Line ends and tabs become spaces, none at the ends. */
static void flatten(char *s)
{
	char *to = s;

	for (const char *p = s; *p; p++) {
		bool is_space = (unsigned char)*p <= ' ';
		if (!is_space)
			*to++ = *p;
		else if (to > s && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > s && to[-1] == ' ')
		to--;
	*to = '\0';
}

void event_row_say(
	struct event_log *l, struct event_row *row, enum event_text i, const char *fmt, ...)
{
	char *text = NULL, cut[TEXT_CAP];
	va_list ap;

	if (!row)
		return;
	va_start(ap, fmt);
	int r = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (r < 0) {
		l->has_no_memory = true;
		return;
	}
	flatten(text);
	rs_shorten(text, cut, sizeof(cut));
	free(text);
	free(row->texts[i]);
	row->texts[i] = strdup(cut);
	if (!row->texts[i])
		l->has_no_memory = true;
}

static const char *kept(struct event_log *l, const struct event_row *row, enum event_text i)
{
	return row->texts[i] && row->texts[i][0] ? ev_text(l->e, "%s", row->texts[i]) : "";
}

static void give(struct event_log *l, const struct event_row *row)
{
	struct ev_item *it = row->has_crash ? ev_add_crash(l->e, EV_EVENT_LOG, row->time)
					    : ev_add(l->e, row->what, EV_EVENT_LOG, row->time);

	if (!it) {
		l->has_no_memory = true;
		return;
	}
	if (row->has_crash)
		*it->crash = row->crash;
	it->id = row->id;
	it->is_certain = row->is_certain;
	it->is_asleep = row->is_asleep;
	it->is_safe_mode = row->is_safe_mode;
	it->where = kept(l, row, ROW_WHERE);
	it->text = kept(l, row, ROW_TEXT);
	it->path = kept(l, row, ROW_PATH);
	it->service = kept(l, row, ROW_SERVICE);
	it->product = kept(l, row, ROW_PRODUCT);
	it->package = kept(l, row, ROW_PACKAGE);
}

void event_rows_give(struct event_log *l)
{
	char why[128];

	for (size_t i = 0; i < EVENTS_WHATS && !l->has_no_memory; i++) {
		const struct event_rows *k = &l->kinds[i];
		for (size_t j = 0; j < k->n; j++)
			give(l, &k->rows[j]);
		if (k->all == k->n)
			continue;
		(void)snprintf(why, sizeof(why), "%" PRIu64 " older events of kind %s are left out",
			k->all - k->n, ev_what_word((enum ev_what)i));
		if (!ev_miss(l->e, EV_EVENT_LOG, l->name, why))
			l->has_no_memory = true;
	}
}

void event_log_done(struct event_log *l)
{
	for (size_t i = 0; i < EVENTS_WHATS; i++) {
		for (size_t j = 0; j < l->kinds[i].n; j++)
			row_done(&l->kinds[i].rows[j]);
		free(l->kinds[i].rows);
	}
}
