/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done on disks, in which order, and what came of it. */
#ifndef UNBRICK_INIT_WORK_H
#define UNBRICK_INIT_WORK_H

#include "init/init.h"

enum work_result {
	WORK_NONE, /* stopped before anything was known */
	WORK_NO_DISK,
	WORK_NO_WINDOWS,
	WORK_NOTHING, /* nothing to repair */
	WORK_FOUND,   /* looked only: there is something to repair */
	WORK_LEFT,    /* something doubtful was left: a person must decide */
	WORK_FAILED,
	WORK_REPAIRED,
};

struct work {
	enum work_result result;
	unsigned n_repaired, n_failed, n_nothing, n_no_windows, n_found, n_left;
	char disk[DISK_NAME]; /* the first one repaired */
	char text[640];	      /* the outcome, one sentence */
	unsigned n_before;    /* most repairs that a volume of it had before */
};

/** Exit statuses of docs/exit-status.md that are told apart. */
enum {
	STATUS_DONE = 0,
	STATUS_FOUND = 3,
	STATUS_NOTHING = 4,
	STATUS_KEY = 5,
	STATUS_KEY_WRONG = 6,
	STATUS_REFUSED = 7,
	STATUS_NO_WINDOWS = 8,
	STATUS_IO = 10,
	STATUS_LEFT = 15,
};

/** Run the program on the consoles until it ends. @args without its name and without what every run
 * gets (keys, rules, report). Returns its exit status, -1 if it crashed or did not start, with the
 * reason in @ret_end. @ret_report (may be NULL) is to be put, NULL if there is none. */
int work_run(struct init *in, const char *const *args, struct json_object **ret_report,
	char *ret_end, size_t cap);

/** The next disk on which something is to be done; NULL if none is ready now. */
struct known_disk *work_next(struct init *in);
/** Repair (or, for the mode look, scan) every disk as it comes, until storage is quiet. */
void work_all(struct init *in, struct work *ret);
/** The stable lines of the result. */
void work_tell(struct init *in, struct work *w);
/** Text of a report's outcome or error. */
void work_outcome_text(struct json_object *report, char *ret, size_t cap);
/** Did the run end because its disk is one part of a set, or holds what is not opened here (ReFS,
 * other encryption, virtual disks), and has it no Windows that is seen? */
bool work_is_foreign_set(struct json_object *report);
/** Quarantines on the disks of a report: how many are active, and the newest's id. */
unsigned work_repairs_before(struct json_object *report, char *ret_id, size_t cap);

#endif
