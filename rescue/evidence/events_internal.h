/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of what is read from event logs: events_row.c (rows, the newest of each kind),
 * events_kind.c (which events become which rows), events.c (the logs, and the runs of Windows
 * between its starts).
 */
#ifndef UNBRICK_EVIDENCE_EVENTS_INTERNAL_H
#define UNBRICK_EVIDENCE_EVENTS_INTERNAL_H

#include "evidence/evidence.h"
#include "windows/evtx.h"

enum {
	EVENTS_OF_A_KIND = 400, /* the newest of each that become rows */
	EVENTS_RUN_TIMES = 64,	/* the latest times of a run that are remembered */
	EVENTS_WHATS = EV_OTHER + 1,
};

enum event_text { ROW_WHERE, ROW_TEXT, ROW_PATH, ROW_SERVICE, ROW_PRODUCT, ROW_PACKAGE, ROW_TEXTS };

struct event_row {
	enum ev_what what;
	uint64_t time;
	uint32_t id;
	bool is_certain, is_asleep, is_safe_mode, has_crash;
	struct ev_crash crash;
	char *texts[ROW_TEXTS]; /* NULL: "" */
};

struct event_rows { /* the newest of a kind, as a ring */
	struct event_row *rows;
	size_t n;
	uint64_t all;
};

struct event_run { /* from a start to the next one */
	bool is_there;
	uint64_t start;
	uint64_t record;
	unsigned marks;			  /* which events told of its start */
	uint64_t times[EVENTS_RUN_TIMES]; /* of its records, each in a minute of its own */
	size_t n_times;
};

struct event_log {
	const struct ev_look *in;
	struct evidence *e;
	const char *name; /* "System.evtx" */
	struct event_rows kinds[EVENTS_WHATS];
	struct event_run run;
	uint64_t newest, last; /* of its records: the latest time, that of the last one */
	bool is_bad_end; /* the last that it tells of an end is a crash or the like, no stop */
	bool has_no_memory;
};

/* events_row.c */
/** One more of its kind, of this event, with where it was read; NULL: no memory. */
struct event_row *event_row_add(struct event_log *l, enum ev_what what, const struct win_event *ev);
/** The newest of a kind, NULL: none. */
struct event_row *event_row_last(struct event_log *l, enum ev_what what);
/** On one line, shortened; @row NULL is fine. */
void event_row_say(struct event_log *l, struct event_row *row, enum event_text i, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
/** All of them to the evidence, and what was left out. */
void event_rows_give(struct event_log *l);
void event_log_done(struct event_log *l);

/* events_kind.c */
bool event_is_wanted(uint32_t id, const char *provider);
void event_take(struct event_log *l, const struct win_event *ev);
/** The run ended before @next (0: the log ends): when Windows was last seen in it. */
void event_run_end(struct event_log *l, uint64_t next);

#endif
