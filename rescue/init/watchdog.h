/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watchdogs of the hardware: a timer that resets the machine when nobody feeds it, and that the
 * firmware or the BMC may have started before us. What the kernel feeds or has stopped is left to
 * it; what it does not feed, we do; what nobody can feed is named, and nothing is written beside it
 * without a person. */
#ifndef UNBRICK_INIT_WATCHDOG_H
#define UNBRICK_INIT_WATCHDOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct init;

enum {
	WATCHDOGS_MOST = 8,
	WATCHDOG_REPAIR_S = 600, /* no repair takes longer, see WATCH_SILENT_MS */
};

enum watchdog_state {
	WATCHDOG_RESTS,	     /* it does not run */
	WATCHDOG_STOPPED,    /* its driver stopped it */
	WATCHDOG_BY_KERNEL,  /* it runs, and the kernel feeds it */
	WATCHDOG_BY_US,	     /* it runs, and we feed it */
	WATCHDOG_BY_NOBODY,  /* it runs, and it cannot be fed */
	WATCHDOG_WITHOUT_US, /* no driver: whether it runs is not known */
};

struct watchdog {
	char name[32]; /* "watchdog0", "bmc" */
	char what[64]; /* as its driver calls itself */
	enum watchdog_state state;
	unsigned limit_s; /* fed no later than that; 0 = not known */
	int left_s;	  /* until the reset; -1 = not known */
	int fd;		  /* we feed it; -1 */
};

/* Zeroed at the start. */
struct watchdogs {
	const char *root, *folder; /* as in sysfs.h; of their devices. NULL: not looked for yet */
	uint64_t feed_ms;	   /* when next */
	bool is_told;
	size_t n;
	struct watchdog list[WATCHDOGS_MOST];
};

/** From now on: their drivers are being loaded. */
void watchdogs_begin(struct watchdogs *w, const char *root, const char *folder);
/** What there is, from sysfs alone; returns how many. One that runs and is not fed by the kernel is
 * WATCHDOG_BY_NOBODY here. */
size_t watchdogs_find(const char *root, struct watchdog ret[WATCHDOGS_MOST]);
/** Before each round of events: tell of them once the drivers are there, feed what is ours. Returns
 * how long until that has something to do; -1 = nothing. */
int watchdogs_step(struct init *in);
/** Look again, and say what is new. May something be written that nobody watches over? */
bool watchdogs_allow(struct init *in);

#endif
