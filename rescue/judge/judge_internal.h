/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of judge share: one run over one Windows. */
#ifndef UNBRICK_JUDGE_JUDGE_INTERNAL_H
#define UNBRICK_JUDGE_JUDGE_INTERNAL_H

#include "judge/rule_internal.h"

enum judge_truth { JUDGE_NO, JUDGE_YES, JUDGE_UNKNOWN };

struct judge_hive {
	bool is_tried;
	struct win_hive *hive; /* NULL: see err */
	struct rs_err err;
};

struct judge_keys { /* sub-keys of one key, read once */
	bool is_tried;
	struct rs_err err; /* of reading them */
	struct judge_key {
		char *name;
		win_key key;
		char *label; /* DisplayName of a service; NULL until asked for, "" if none */
	} * v;
	size_t n;
};

struct judge_found { /* a file whose path fits a rule */
	char *path;
	uint64_t ref, parent_ref;
};

struct judge_list {
	struct judge_found *v;
	size_t n;
};

struct judge_work {		/* of one rule */
	bool is_wanted;		/* it applies, or nobody knows */
	char *doubt;		/* why it may not apply; NULL: it does */
	struct judge_list deep; /* what the scan of the whole MFT found */
};

struct judge_ctx {
	const struct rule_set *set;
	struct nt_vol *vol;
	struct nt_raw *raw;
	const struct win_info *win;
	const struct rs_task *task;
	struct judge_result *res;
	struct judge_said *out; /* its rules of this run */
	struct rs_err end; /* code != 0: what ends the run: no memory, cancelled, a bug of ours */
	size_t n_fault_lines;
	struct judge_hive hives[JUDGE_N_HIVES];
	struct judge_keys services, packages;
	bool is_pending_tried;
	enum judge_truth pending;
	char pending_why[384];
	struct judge_work *work; /* one a rule */
};

/** Append to a growing line, with @sep before all but the first. */
void judge_add(struct judge_ctx *ctx, char **line, const char *sep, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/** Something could not be looked at: counted, and named in the faults. */
void judge_fault(struct judge_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** The same from an error. */
void judge_fault_err(struct judge_ctx *ctx, const char *where, const struct rs_err *err);
/** What came of looking at @where: an error that must end the run goes to ctx->end, any other is a
 * fault. Whoever loops over files or rules looks whether the run is at its end. */
void judge_pass(struct judge_ctx *ctx, const char *where, const struct rs_err *why);
/** Is it there? If not, there is no memory, and the run ends. */
static inline bool judge_has(struct judge_ctx *ctx, const void *memory)
{
	if (!memory && !ctx->end.code)
		(void)rs_fail(&ctx->end, RS_E_MEMORY, "findings");
	return memory;
}

/* ---- finding files (judge_find.c) ---- */

/** Files whose path fits, appended. What is in the way (a reparse point) goes to *blocked, what
 * cannot be read to the faults. */
void judge_find(
	struct judge_ctx *ctx, const struct rule_path *p, struct judge_list *list, char **blocked);
void judge_list_done(struct judge_list *list);
/** Read the whole MFT for the wanted rules with "**" whose folder exists; fills work->deep. */
void judge_find_deep(struct judge_ctx *ctx);
/** Volume path of a pattern's text: "%WINDIR%" replaced. */
char *judge_path_text(struct judge_ctx *ctx, const struct rule_path *p);

/* ---- one rule (judge_kind.c) ---- */

/** Fills the rule's place in the result; takes what its work holds. */
void judge_rule_run(struct judge_ctx *ctx, size_t i);

/* ---- evidence (judge_evidence.c) ---- */

/** Is it so? *why gets what was found, also for NO and UNKNOWN. */
enum judge_truth judge_evidence(struct judge_ctx *ctx, const struct rule_evidence *e, char **why);
/** PROCESSOR_IDENTIFIER of the machine that the Windows ran on last. */
enum judge_truth judge_cpu(struct judge_ctx *ctx, char *ret, size_t cap, char **why);
void judge_evidence_done(struct judge_ctx *ctx);

/* ---- one file (judge_file.c, judge_content.c) ---- */

struct judge_probe { /* what is known of a file, read when asked for */
	struct nt_stat stat;
	bool is_hash_tried, is_pe_tried;
	bool is_unread_told; /* that its contents are not readable */
	struct rs_err hash_err, pe_err;
	uint8_t sha256[32];
	bool is_all_zero;
	struct win_pe pe;
};

void judge_probe_hash(struct judge_ctx *ctx, struct judge_probe *p);
/** Add to *why, after @between, that its contents are not readable. */
void judge_probe_unread(struct judge_ctx *ctx, struct judge_probe *p, const struct rs_err *e,
	const char *between, char **why);
/** Told by the file's record, without reading its contents? */
bool judge_cond_is_cheap(const struct rule_cond *c);
/** One condition; *why gets a phrase that says how it is. */
enum judge_truth judge_cond(
	struct judge_ctx *ctx, const struct rule_cond *c, struct judge_probe *p, char **why);

struct judge_note {  /* what lies over all files of one rule */
	size_t said; /* what the rule says, in the result */
	char *doubt; /* why nothing may be called bad, NULL if nothing speaks against it */
	char *stop;  /* why the rule stops, NULL if it does not */
};

/** Judge one file found; appends to the result unless the rule ignores it. */
void judge_one(struct judge_ctx *ctx, const struct rule *r, const struct judge_found *f,
	const struct judge_note *note);
/** An empty finding that this rule tells. */
struct finding judge_finding(const struct rule *r, const struct judge_note *note);
/** Of a rule that disables: its services into a finding that is bad or doubtful. */
void judge_add_disabled(struct judge_ctx *ctx, const struct rule *r, struct finding *f);
/** Append it to the result; takes its strings. False: no memory. */
bool judge_add_finding_take(struct judge_ctx *ctx, const struct finding *f);

/* ---- forbid.c ---- */

/** Is it a program by its first bytes? What cannot be read may be one. */
bool judge_is_program(struct nt_vol *vol, uint64_t ref);
/** The same of whatever the path leads to. */
bool judge_is_program_at(struct nt_vol *vol, const char *path);

/* ---- judge_alone.c ---- */

struct diagnosis;
struct diag_proposal;
/** Could @p of @d be done without a person, if its file, @f, is data? Only the one file that is to
 * be moved, of a verdict that is likely at least, and that could be read. */
bool judge_stands_alone(
	const struct diagnosis *d, const struct diag_proposal *p, const struct finding *f);
/** Is the file of @f certain to be no program: none by its name and its contents, and no service of
 * this Windows names it, in whichever control set? What cannot be seen makes it uncertain. Errors:
 * those that end the run. */
int judge_is_data(
	const struct judge_look *in, const struct finding *f, bool *ret, struct rs_err *err);

/* ---- judge_fill.c ---- */

/** Stat, parent and SHA-256 of the file at @path, if it is @wanted_ref (0: whichever); one that
 * cannot be read is told of only. Errors: those of nt_lookup, nt_stat, and those that end the run.
 */
int judge_fill_finding(struct nt_vol *vol, const char *path, uint64_t wanted_ref, struct finding *f,
	struct rs_err *err);

#endif
