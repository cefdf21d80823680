/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: rules are data, evidence is what lies on the volume, the verdict names files. Looks only;
 * decides nothing about acting (plan and guards do) and never writes. */
#ifndef UNBRICK_REPAIR_JUDGE_H
#define UNBRICK_REPAIR_JUDGE_H

#include "windows/windows.h"

enum rule_kind { RULE_BAD_FILE, RULE_GOOD_FILE_REMOVED, RULE_UPDATE_HALF_APPLIED };
enum rule_action { RULE_QUARANTINE, RULE_REPORT };

struct rule; /* one parsed INI file; fields through the accessors below or rule_internal.h */

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

const char *rule_id(const struct rule *r);
const char *rule_title(const struct rule *r);
const char *rule_text(const struct rule *r); /* what to tell the technician; "" if none */
const char *rule_reference(const struct rule *r, size_t i); /* NULL past the last */
enum rule_kind rule_get_kind(const struct rule *r);
enum rule_action rule_get_action(const struct rule *r);
const char *rule_source(const struct rule *r); /* the INI text as parsed, for `rules show` */

/* What was found of one file. Strings are owned by the result. */
enum judge_verdict {
	JUDGE_BAD,	/* all conditions of the rule hold */
	JUDGE_DOUBTFUL, /* the path fits, and something does not: shown, asked about, never by --yes
			 */
	JUDGE_GOOD,	/* the repaired one: shown, stays */
	JUDGE_REPORT,	/* fits a rule that only reports (kind B or C, confidence too low, ...) */
};

struct judge_file {
	const struct rule *rule;
	enum judge_verdict verdict;
	char *path; /* "\Windows\System32\drivers\CrowdStrike\C-....sys" */
	char *why;  /* one line: which conditions held or did not */
	uint64_t parent_ref;
	struct nt_stat stat;
	bool has_sha256;
	uint8_t sha256[32];
	bool is_all_zero;
	bool is_missing; /* kind B: the path names a file that is not there */
};

/* What one rule said of this Windows. */
enum rule_outcome {
	RULE_NO_MATCH,
	RULE_MATCHED,	     /* at least one BAD */
	RULE_DOUBT,	     /* only doubtful files */
	RULE_REPAIRED,	     /* only repaired files here: look elsewhere */
	RULE_REPORTED,	     /* recognised, explained, nothing to move */
	RULE_STOPPED,	     /* its stop condition holds, or too many files */
	RULE_NOT_APPLICABLE, /* wrong build or CPU */
};

struct judge_rule {
	const struct rule *rule;
	enum rule_outcome outcome;
	char *why;	/* one line */
	char *evidence; /* corroborating and contradicting evidence found, one line; "" if none */
};

struct judge_result {
	struct judge_file *files;
	size_t n_files;
	struct judge_rule *rules; /* every rule of the set, in its order */
	size_t n_rules;
	uint64_t unreadable; /* records or files that could not be looked at, named in faults */
	char *faults;	     /* lines, "" if none: "not found" is not said without this */
};

/** Run all rules against one Windows. @raw over the same source as @vol. Plain paths are looked up;
 * only when a rule needs it (a pattern with "**") the whole MFT is read, once for all rules.
 * @task "scan". Errors: RS_E_IO_READ, RS_E_NTFS_DAMAGED only when nothing can be judged;
 * RS_E_CANCELLED, RS_E_MEMORY. */
int judge_run(const struct rule_set *set, struct nt_vol *vol, struct nt_raw *raw,
	const struct win_info *win, const struct rs_task *task, struct judge_result **ret,
	struct rs_err *err);
/** Add what was found in another Windows of the volume; takes @more, also on failure.
 * Errors: RS_E_MEMORY. */
int judge_join_take(struct judge_result *into, struct judge_result *more, struct rs_err *err);
void judge_free(struct judge_result *r);

/** SHA-256 of a file's unnamed data, and whether all of it is zero. */
int judge_hash(struct nt_vol *vol, uint64_t ref, uint8_t ret[32], bool *ret_is_all_zero,
	struct rs_err *err);

#endif
