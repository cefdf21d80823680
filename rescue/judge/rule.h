/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: what is known of incidents, as data. One of the sources of evidence (source.h); nobody but
 * judge/ and the command 'rules' need know what a rule is. */
#ifndef UNBRICK_JUDGE_RULE_H
#define UNBRICK_JUDGE_RULE_H

#include "judge/judge.h"

/* X(name, word): what a rule's file and a report call it. */
#define RULE_ACTIONS(X)                                                                            \
	X(RULE_QUARANTINE, "quarantine")                                                           \
	X(RULE_DISABLE, "disable") /* services, in the registry */                                 \
	X(RULE_REPORT, "report")
enum rule_action { RULE_ACTIONS(JUST_NAME) };

/* When it is looked for: what is there on every machine, only when somebody asks for it. */
#define RULE_WHENS(X)                                                                              \
	X(RULE_ALWAYS, "always")                                                                   \
	X(RULE_ASKED, "asked")
enum rule_when { RULE_WHENS(JUST_NAME) };

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
/** One more, from memory as rule_parse reads it; two of one id are an error. Errors: RS_E_RULE,
 * RS_E_MEMORY. */
int rule_set_add(struct rule_set *set, const char *name, const char *text, struct rs_err *err);
/** Those that the program ships with, too, but for ids that the set has already. */
int rule_set_add_shipped(struct rule_set *set, struct rs_err *err);
/** Look for the rule @id, too, which is one that waits to be asked for. Errors: RS_E_USAGE (there
 * is none, or it does not wait). */
int rule_set_ask(struct rule_set *set, const char *id, struct rs_err *err);
void rule_set_done(struct rule_set *set);

/* What a rule says of itself. */
struct rule_about {
	char *source; /* the INI text as parsed, for `rules show` */
	char *id, *title;
	char *text; /* what to tell the technician; NULL if nothing */
	struct judge_texts references;
	enum incident_kind kind;
	enum rule_action action;
	enum rule_when when;
};
const struct rule_about *rule_about(const struct rule *r);

#endif
