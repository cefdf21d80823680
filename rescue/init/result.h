/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a start came out and how it ends: the words of docs/boot-report.md and the stable lines. */
#ifndef UNBRICK_INIT_RESULT_H
#define UNBRICK_INIT_RESULT_H

#include <stdbool.h>

#include "format/settings.h"

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

#endif
