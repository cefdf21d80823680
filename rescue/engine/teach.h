/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the text of a report to a rule, for rs_rules_write and who tests it. */
#ifndef UNBRICK_ENGINE_TEACH_H
#define UNBRICK_ENGINE_TEACH_H

#include "judge/rule.h"

/** The rule that a report (JSON, docs/report.md) teaches. @text ends with a NUL after @len bytes.
 * @path of the files in it the one that is meant; NULL: all, which must be of one kind. Errors:
 * RS_E_USAGE (why not), RS_E_MEMORY. */
int en_teach(const char *text, size_t len, const char *path, struct rule **ret, struct rs_err *err);

#endif
