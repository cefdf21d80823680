/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source of evidence: rules, and a person who names a file; dumps, event logs, hives, file times
 * are rows more of the table in sources.c. */
#ifndef UNBRICK_JUDGE_SOURCE_H
#define UNBRICK_JUDGE_SOURCE_H

#include "judge/judge.h"

struct evidence_source {
	const char *name; /* of one thing of it, in reports: "rule" */
	/** Look at one Windows and append to @ret (rs_list_add) what is said of it and its
	 * files; what cannot be looked at goes to its faults. @err is never NULL. Errors: as
	 * judge_run. */
	int (*look)(const struct judge_look *in, struct judge_result *ret, struct rs_err *err);
	/** Why does @s itself say never to touch its file under the name @path? NULL: it does not.
	 */
	const char *(*forbids)(
		const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path);
	/** Give back what @s borrows from the source; NULL: somebody else does. */
	void (*done)(const struct judge_said *s);
	/** Before the first look: what is read once for all @n Windows of a volume, for the look at
	 * each of them. NULL: nothing is. Errors: as judge_run. */
	int (*gather)(const struct judge_look *all, size_t n, struct rs_err *err);
};

/* All of them, in the order in which they are asked; NULL is the end (sources.c). */
extern const struct evidence_source *const judge_sources[];

extern const struct evidence_source source_rules;     /* judge_rules.c */
extern const struct evidence_source source_named;     /* judge_named.c */
extern const struct evidence_source source_diagnosis; /* judge_diagnosis.c */

#endif
