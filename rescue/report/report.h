/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report: the model of a run (model.h) with the memory that it lies in, filled step by step by
 * the engine, rendered as JSON (json.c) and as text (text.c). */
#ifndef UNBRICK_REPORT_REPORT_H
#define UNBRICK_REPORT_REPORT_H

#include <stdio.h>

#include "core/json.h"
#include "report/model.h"

#define REPORT_SCHEMA_VERSION 1

/* Memory that is given back all at once. Nobody who fills a report has to handle a failure: what is
 * missing then is not rendered as if it were all. */
struct report_pool {
	struct report_chunk *first;
	bool is_short; /* there was no memory for something */
};

/** Zeroed; NULL: no memory. */
void *report_alloc(struct report_pool *p, size_t len);
/** A copy; "" of NULL, or when there is no memory. */
const char *report_copy(struct report_pool *p, const char *text);
/** One more element at the end of a list, zeroed; NULL: no memory. */
void *report_add(struct report_pool *p, void *list, size_t *n, size_t size);
#define REPORT_ADD(pool, list, n)                                                                  \
	((__typeof__(list))report_add(pool, &(list), &(n), sizeof(*(list))))
void report_pool_free(struct report_pool *p);
void report_add_text(struct report_pool *p, struct run_texts *texts, const char *text);

struct rs_report {
	struct rs_run run;
	struct report_pool kept, planned; /* planned: plan and replays, until they are told anew */
	char *json;			  /* what rs_report_json handed out last */
	struct json_out out;		  /* begun, where entries are written as they come */
};

/** A report with machine, command and start time. Errors: RS_E_MEMORY. */
int report_new(const char *command, struct rs_report **ret, struct rs_err *err);
void report_free(struct rs_report *r);
/** Close it: duration, outcome, error (when err->code is not 0). The exit status is @exit_status,
 * or the error's when there is one. */
void report_finish(struct rs_report *r, int exit_status, enum run_result result, const char *text,
	const struct rs_err *err);

/* ---- what the lower rooms found (fill.c) ---- */

/** Findings (what each source has to say), faults and what could not be looked at. */
void report_judged(struct rs_report *r, const struct judge_result *j, unsigned volume);
/** What was made of the evidence of each Windows. */
void report_diagnosed(struct rs_report *r, const struct judge_result *j, unsigned volume);
/** Forget what was planned and replayed: it is told anew. */
void report_plan_begin(struct rs_report *r);
/** The plan's items. @is_answered: say what was accepted. */
void report_plan(struct rs_report *r, const struct plan *p, unsigned volume, bool is_answered);
/** What was done of it. */
void report_actions(struct rs_report *r, const struct plan *p, unsigned volume);
void report_rule(struct rs_report *r, const struct rule *rule);

/* ---- rendering ---- */

/** Write all that comes before entries: r->out takes them. */
void report_entries_begin(struct rs_report *r, FILE *f);
/** Write all of it to @f, or after entries the rest, to where they went. Errors: RS_E_MEMORY, it is
 * not whole; what @f lost is for its owner. */
int report_write_json(struct rs_report *r, FILE *f);
/** Render a report as lines without newline, without secrets and escaped.
 * Lines break at spaces before column 80; a path or hash without a space stays whole. A report that
 * is not finished gives the lines it has, and they are the first lines of the finished one: a front
 * end that showed the plan can go on where it stopped. The report's own error is not among the
 * lines: the front end shows it once, out of rs_report_run. */
void report_text(const struct rs_run *run, void (*put)(void *user, const char *line), void *user);
/** A part of it; @manner NULL: as for a command line. */
void report_text_part(const struct rs_run *run, enum rs_part part, const struct rs_manner *manner,
	void (*put)(void *user, const char *line), void *user);

/** The timeline of a diagnosis as a picture, in the language of who reads it: SVG that asks for
 * nothing from anywhere, and has no script in it. @nth from 0: run_worst's first, then those of the
 * other Windows. False: there are not so many that have one (@f NULL: only that). What @f lost is
 * for its owner. */
bool report_svg(const struct rs_run *run, size_t nth, FILE *f);

/** "41.8 KiB", "476.9 GiB", "512 bytes". @ret has 24 bytes. */
void report_size_text(uint64_t bytes, char *ret);

#endif
