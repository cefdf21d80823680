/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of evidence: rules today; dumps, event logs, hives, file times, a person who names a
 * file are rows more of the table in judge.c. */
#ifndef UNBRICK_JUDGE_SOURCE_H
#define UNBRICK_JUDGE_SOURCE_H

#include "judge/judge.h"

struct evidence_source {
	/** Look at one Windows and append to @ret what is found; what cannot be looked at goes to
	 * its faults. @err is never NULL. Errors: as judge_run. */
	int (*look)(const struct judge_look *in, struct judge_result *ret, struct rs_err *err);
	/** Why does the source itself say never to touch that file under the name @path? NULL: it
	 * does not. */
	const char *(*forbids)(
		const struct finding *f, struct nt_vol *vol, const char *root, const char *path);
};

extern const struct evidence_source source_rules; /* judge_rules.c */

#endif
