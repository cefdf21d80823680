/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work on one disk must not stop the work on others: when it is ended, and how. Pure. */
#ifndef UNBRICK_INIT_WATCH_H
#define UNBRICK_INIT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

enum {
	WATCH_SILENT_MS = 600000,	 /* neither a word nor progress */
	WATCH_WORK_MS = 6 * 3600 * 1000, /* however much it says */
	WATCH_KILL_MS = 600000,		 /* a step that was begun is brought to its end first */
	WATCH_LEAVE_MS = 10000,		 /* killed, and still there: it waits for a disk for ever */
};

enum watch_act { WATCH_WAIT, WATCH_TERM, WATCH_KILL, WATCH_LEAVE };

/* Zeroed before the first look. */
struct watch {
	uint64_t seen_ms, work_ms; /* of the last look; at work, without the time of questions */
	uint64_t awake_ms;	   /* when it was not silent last */
	uint64_t asked_ms, killed_ms;
	const char *why;  /* NULL: it is not ended by us, or because a person wants it */
	const char *said; /* the last of them that was told */
};

/* @active_ms when it last said something or was told something. @is_asking: a person is waited for,
 * which has a limit of its own. */
struct watch_sight {
	uint64_t now_ms, active_ms;
	bool is_asking, is_stop_wanted;
};

/** What is to be done now. TERM, KILL and LEAVE are said once each. */
enum watch_act watch_look(struct watch *w, const struct watch_sight *s);

#endif
