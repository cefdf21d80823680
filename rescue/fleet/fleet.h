/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports of many machines say together, for `unbrick report` (docs/fleet.md). Each report
 * comes from a machine that anybody may have been: it is read with a limit on everything, none ends
 * the work, and nothing of it is more than text in what is made of them. */
#ifndef UNBRICK_FLEET_FLEET_H
#define UNBRICK_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/err.h"
#include "core/language.h"
#include "format/words.h"

/* How a machine stands, in the order of the page: X(NAME, what a person reads). */
#define FLEET_STATES(X)                                                                            \
	X(FLEET_REPAIRED, "repaired")                                                              \
	X(FLEET_SOUND, "nothing to repair")                                                        \
	X(FLEET_DRILL, "rehearsed (drill)")                                                        \
	X(FLEET_TO_REPAIR, "to be repaired")                                                       \
	X(FLEET_PERSON, "a person must decide")                                                    \
	X(FLEET_KEY, "a key is missing or wrong")                                                  \
	X(FLEET_REFUSED, "refused for safety")                                                     \
	X(FLEET_FAILED, "not repaired")                                                            \
	X(FLEET_MISSING, "never came back")                                                        \
	X(FLEET_UNDONE, "the repair was taken back")                                               \
	X(FLEET_OTHER, "something else")
enum fleet_state { FLEET_STATES(JUST_NAME) FLEET_STATES_END };

struct fleet;

/** Errors: RS_E_MEMORY. */
int fleet_new(struct fleet **ret, struct rs_err *err);
/** NULL is fine. */
void fleet_free(struct fleet *f);

/* False ends the work; @files so far. */
typedef bool fleet_go_on(void *user, size_t files);

/** Read what is below a folder, or one file: *.json has one report; *.ndjson, *.jsonl and *.log
 * (also with a number behind: .1) one a line, as it is, as the "body" that nginx has logged, or
 * behind what syslog has put before it. Links are not followed, other names not read, and a file
 * that is no report is counted and named. Errors: RS_E_IO_OPEN (@path itself), RS_E_MEMORY,
 * RS_E_CANCELLED. */
int fleet_read(
	struct fleet *f, const char *path, fleet_go_on *go_on, void *user, struct rs_err *err);

/** Each report once, a start without its end as "never came back", the newest one of each machine.
 * Once, after all are read, and before what follows. Errors: RS_E_MEMORY. */
int fleet_join(struct fleet *f, struct rs_err *err);

struct fleet_counts {
	size_t reports, machines;
	size_t broken;			      /* no reports, or not to be read */
	size_t repeated;		      /* the same once more */
	size_t conflicts;		      /* of one id, and they contradict each other */
	size_t others;			      /* files and lines that claim to be none */
	size_t beyond;			      /* after the first 200,000, left out */
	size_t machines_in[FLEET_STATES_END]; /* by the newest report of each */
	size_t keys;			      /* that were used: to be rotated */
};

const struct fleet_counts *fleet_counts(const struct fleet *f);
const char *fleet_state_text(enum fleet_state state);
/** What could not be read and why, the first ones of it; NULL past the last. */
const char *fleet_broken_at(const struct fleet *f, size_t i);

/** One HTML page that needs nothing from elsewhere, in the language of who reads it; what @to lost
 * is for its owner. Errors: RS_E_MEMORY, RS_E_BUG. */
int fleet_page(const struct fleet *f, FILE *to, struct rs_err *err);
/** CSV (RFC 4180), one line a report, in English; no field begins as a formula of a spreadsheet. */
void fleet_csv(const struct fleet *f, FILE *to);

#endif
