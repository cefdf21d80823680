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
#include "init/run.h"

struct init;

/* X(name, word of the report, sentence, of a disk's line: before its name, after it, with its own
 * words) */
#define RESULTS(X)                                                                                 \
	X(NONE, "stopped", "stopped", "", "", false) /* before anything was known */               \
	X(NO_DISK, "no-disk", "no disk found", "", "", false)                                      \
	X(NO_WINDOWS, "no-windows", "no Windows found", "disk", "no Windows", false)               \
	X(NOTHING, "nothing-to-repair", "nothing to repair", "disk", "nothing to repair", false)   \
	X(FOUND, "found", "something to repair was found", "disk",                                 \
		"something to repair was found, nothing was changed", false) /* looked only */     \
	X(LEFT, "left", "something doubtful was left: a person must decide", "disk",               \
		"a person must decide: ", true)                                                    \
	X(FAILED, "failed", "not repaired", "not repaired", "", true)                              \
	X(REPAIRED, "repaired", "", "repaired", "", true)                                          \
	X(WINDOWS, "windows", "starting Windows, as asked", "", "", false)                         \
	X(TECHNICIAN, "technician", "used by a technician", "", "", false)

enum result {
#define X(name, ...) RESULT_##name,
	RESULTS(X) RESULTS_END
#undef X
};

struct result_words {
	const char *word, *text, *before, *after;
	bool has_outcome;
};

extern const struct result_words result_words[RESULTS_END];

/* of enum settings_end */
extern const char *const end_words[];

/* Only report.c changes it. */
struct boot_report {
	struct json_object *root, *runs;
	uint64_t started_filetime, started_ms;
	char serial[64];	     /* names the machine's folder on the stick */
	char file_time[RS_TIME_LEN]; /* names this start's files */
};

void report_begin(struct init *in);
/** A run of the program; its report is taken over. */
void report_add_run_take(struct init *in, struct run *run);
void report_set(struct init *in, const char *key, struct json_object *value_take);
/** With the outcome, write it to /run, and to the stick if it is there. */
void report_write(struct init *in, enum result result, const char *text, enum settings_end end);

#endif
