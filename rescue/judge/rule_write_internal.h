/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files that write a rule. */
#ifndef UNBRICK_JUDGE_RULE_WRITE_INTERNAL_H
#define UNBRICK_JUDGE_RULE_WRITE_INTERNAL_H

#include "judge/rule_internal.h"
#include "judge/rule_write.h"

#define RULE_WRITE_PATH 190U /* a line of a rule has 197 bytes, "path = " among them */

#define RULE_HOUR   36000000000ULL
#define RULE_WINDOW (6ULL * RULE_HOUR) /* to both sides of a file's time */
#define RULE_WINDOW_LATE                                                                           \
	(14ULL * 24 * RULE_HOUR) /* a machine that was off gets the same bytes later */
#define RULE_PRODUCT_MOST 60U

/* All files of one incident in one. */
struct rule_draft {
	char path[RULE_WRITE_PATH];
	uint64_t first, last; /* times of the last write */
	uint64_t came;	      /* the newest arrived then */
	uint64_t size_min, size_max;
	bool has_hashes;
	char product[RULE_PRODUCT_MOST + 1], service[RULE_PRODUCT_MOST + 1];
	char id[65];
};

/** The pattern for a file's path; @ret has @cap bytes, RULE_WRITE_PATH at most. NULL on success,
 * else what is wrong with it. */
const char *rule_write_path(const struct rule_facts *f, const char *path, char *ret, size_t cap);
/** Does the text have a name in it that is the machine's own? */
bool rule_write_is_hidden(const struct rule_facts *f, const char *text);
/** The rule's text; @ret is malloc'd. Errors: RS_E_MEMORY. */
int rule_write_text(
	const struct rule_facts *f, const struct rule_draft *d, char **ret, struct rs_err *err);

#endif
