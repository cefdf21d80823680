/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done on disks, in which order, and what came of it. */
#ifndef UNBRICK_INIT_WORK_H
#define UNBRICK_INIT_WORK_H

#include "init/init.h"

/* X(name, word of the report, sentence, of a disk's line: before its name, after it, with its own
 * words) */
#define WORK_RESULTS(X)                                                                            \
	X(NONE, "stopped", "stopped", "", "", false) /* before anything was known */               \
	X(NO_DISK, "no-disk", "no disk found", "", "", false)                                      \
	X(NO_WINDOWS, "no-windows", "no Windows found", "disk", "no Windows", false)               \
	X(NOTHING, "nothing-to-repair", "nothing to repair", "disk", "nothing to repair", false)   \
	X(FOUND, "found", "something to repair was found", "disk",                                 \
		"something to repair was found, nothing was changed", false) /* looked only */     \
	X(LEFT, "left", "something doubtful was left: a person must decide", "disk",               \
		"a person must decide: ", true)                                                    \
	X(FAILED, "failed", "not repaired", "not repaired", "", true)                              \
	X(REPAIRED, "repaired", "", "repaired", "", true)

enum work_result {
#define X(name, ...) WORK_##name,
	WORK_RESULTS(X) WORK_RESULTS_END
#undef X
};

struct work {
	enum work_result result;
	unsigned n[WORK_RESULTS_END]; /* disks of each */
	char disk[DISK_NAME];	      /* the first one repaired */
	char text[640];		      /* the outcome, one sentence */
	unsigned n_before;	      /* most repairs that a volume of it had before */
};

/** The result's word in the report (docs/boot-report.md). */
const char *work_word(enum work_result result);
/** The next disk on which something is to be done; NULL if none is ready now. */
struct known_disk *work_next(struct init *in);
/** Repair (or, for the mode look, scan) every disk as it comes, until storage is quiet. */
void work_all(struct init *in, struct work *ret);
/** The stable lines of the result. */
void work_tell(struct init *in, struct work *w);
#endif
