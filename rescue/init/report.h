/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One report a start (docs/boot-report.md), and the words for how it came out and how it ends,
 * which the stable lines have, too. */
#ifndef UNBRICK_INIT_REPORT_H
#define UNBRICK_INIT_REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "format/settings.h"
#include "format/words.h"
#include "init/run.h"

struct init;

/* X(NAME, word): how a start came out and a run cannot; all other words are a run's (RUN_RESULTS).
 * Of these, a start has no cannot-start and no not-kept: for both it failed, and the run's own
 * report, which is in the start's, says more. */
#define START_RESULTS(X)                                                                           \
	X(NO_DISK, "no-disk")                                                                      \
	X(NO_WINDOWS, "no-windows")                                                                \
	X(WINDOWS, "windows")	    /* to be started, as asked */                                  \
	X(TECHNICIAN, "technician") /* a person did what was done */

enum result {
#define X(name, ...) RESULT_##name,
	RUN_RESULTS(X) START_RESULTS(X) RESULTS_END
#undef X
};

/* What is said of it, and of a disk: before its name, after it, with its own words. */
struct result_text {
	const char *text, *before, *after;
	bool has_outcome;
};

extern const struct result_text result_texts[RESULTS_END];
extern const char *const result_words[]; /* the report's */
extern const char *const end_words[];	 /* of enum settings_end */

/* Only report.c changes it. */
struct boot_report {
	struct json_object *root, *runs;
	size_t given_bytes;	 /* by the screen, as reports of its runs */
	unsigned n_pictures;	 /* "report-N.svg" beside the report in /run, from 1 */
	const char *result_word; /* of the last report_write */
	bool is_unsent;		 /* and no collector has it that was to have it */
	unsigned n_by_diagnosis; /* repairs that no rule, or no rule alone, told of */
	uint64_t started_filetime, started_ms;
	char serial[64];	     /* names the machine's folder on the stick */
	char file_time[RS_TIME_LEN]; /* names this start's files */
};

void report_begin(struct init *in);
/** Is there room in memory for the report of another run, of that size? Then it counts as taken. */
bool report_has_room(struct init *in, size_t bytes);
/** A run of the program; its report is taken over, and so are the timelines that it drew. */
void report_add_run_take(struct init *in, struct run *run);
void report_set(struct init *in, const char *key, struct json_object *value_take);
/** What is known before the first disk, as a file, with its hash (fleet.h): the start event. */
bool report_write_start(struct init *in, const char *path, char *ret_hash);
/** With the outcome, write it to /run, to the collectors (fleet.h), and to the
 * stick if it is there. */
void report_write(struct init *in, enum result result, const char *text, enum settings_end end);
/** What a person has done so far, to the collectors, beside all else (fleet_send_by_hand). */
void report_send_by_hand(struct init *in);

#endif
