/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: what is known of incidents, as data. One of the sources of evidence (source.h); nobody but
 * judge/, the command 'rules' and the report need know what a rule is. */
#ifndef UNBRICK_JUDGE_RULE_H
#define UNBRICK_JUDGE_RULE_H

#include "format/words.h"
#include "judge/judge.h"

/* X(name, word): what a rule's file and a report call it. */
#define RULE_KINDS(X)                                                                              \
	X(RULE_BAD_FILE, "bad-file")                                                               \
	X(RULE_GOOD_FILE_REMOVED, "good-file-removed")                                             \
	X(RULE_UPDATE_HALF_APPLIED, "update-half-applied")
#define RULE_ACTIONS(X)                                                                            \
	X(RULE_QUARANTINE, "quarantine")                                                           \
	X(RULE_REPORT, "report")
enum rule_kind { RULE_KINDS(JUST_NAME) };
enum rule_action { RULE_ACTIONS(JUST_NAME) };

struct rule; /* one parsed INI file: rule_about, or rule_internal.h */

struct rule_set {
	struct rule **rules;
	size_t n;
};

/** Parse one rule from memory. @name is the file's name for errors: "name:line: what".
 * Unknown sections and keys, bad values, a missing id, paths with "..", a rule that could match
 * every file are errors. Errors: RS_E_RULE, RS_E_MEMORY. Format: docs/rules.md. */
int rule_parse(
	const char *name, const char *text, size_t len, struct rule **ret, struct rs_err *err);
/** The same of a file. Errors: also RS_E_IO_OPEN (no plain file), RS_E_IO_READ. */
int rule_load(const char *path, struct rule **ret, struct rs_err *err);
void rule_free(struct rule *r);

/** All *.ini of a folder, in name order; two rules of one id are an error. */
int rule_set_load_dir(const char *path, struct rule_set *ret, struct rs_err *err);
/** The rules that the program ships with (built in from rescue/rules/ at build time). */
int rule_set_load_shipped(struct rule_set *ret, struct rs_err *err);
void rule_set_done(struct rule_set *set);

struct rule_texts {
	char **v;
	size_t n;
};

/* What a rule says of itself. */
struct rule_about {
	char *source; /* the INI text as parsed, for `rules show` */
	char *id, *title;
	char *text; /* what to tell the technician; NULL if nothing */
	struct rule_texts references;
	enum rule_kind kind;
	enum rule_action action;
};
const struct rule_about *rule_about(const struct rule *r);

/* What one rule said of this Windows. */
#define RULE_OUTCOMES(X)                                                                           \
	X(RULE_NO_MATCH, "")                                                                       \
	X(RULE_MATCHED, "matched")   /* at least one BAD */                                        \
	X(RULE_DOUBT, "doubt")	     /* only doubtful files */                                     \
	X(RULE_REPAIRED, "repaired") /* only repaired files here: look elsewhere */                \
	X(RULE_REPORTED, "reported") /* recognised, explained, nothing to move */                  \
	X(RULE_STOPPED, "stopped")   /* its stop condition holds, or too many files */             \
	X(RULE_NOT_APPLICABLE, "")   /* wrong build or CPU */
enum rule_outcome { RULE_OUTCOMES(JUST_NAME) };

struct judge_rule {
	const struct rule *rule;
	enum rule_outcome outcome;
	char *why;	/* one line */
	char *evidence; /* corroborating and contradicting evidence found, one line; "" if none */
};

#endif
