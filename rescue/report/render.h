/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by what renders the model, as JSON or as text. */
#ifndef UNBRICK_REPORT_RENDER_H
#define UNBRICK_REPORT_RENDER_H

#include "report/report.h"

/* ---- what lower rooms' states are called ---- */

WORDS(run_action_word, enum plan_action, PLAN_ACTIONS)
WORDS(run_done_word, enum plan_result, PLAN_RESULTS)
WORDS(run_kind_word, enum incident_kind, INCIDENT_KINDS)
WORDS(run_rule_action_word, enum rule_action, RULE_ACTIONS)
WORDS(run_finding_word, enum said_outcome, SAID_OUTCOMES)
WORDS(run_bitlocker_word, enum bl_state, BL_STATES)
WORDS(run_content_word, enum vol_kind, VOL_KINDS)
WORDS(run_scheme_word, enum disk_scheme, DISK_SCHEMES)
/** Why it cannot be written, or what is odd; "" if nothing. */
static inline const char *run_bitlocker_note(const struct run_bitlocker *b)
{
	return b->is_unlocked && !b->info.note[0] ? b->unlock.note : b->info.note;
}

/* ---- json_disks.c ---- */

void report_json_error(struct json_out *j, const char *key, const struct rs_err *err);
void report_json_counts(struct json_out *j, const struct run_counts *c);
void report_json_disks(struct json_out *j, const struct rs_run *run);

/* ---- json_diagnosis.c, text_diagnosis.c, moment.c ---- */

void report_json_diagnoses(struct json_out *j, const struct rs_run *run);
struct printer;
void text_diagnoses(struct printer *p, const struct rs_run *run);
/** Where something was read, in the language of who reads it: "System.evtx, record 7"; a path and a
 * key stay as they are. Malloc'd, NULL: no memory. */
char *where_new(const char *where);
/** Is it told by a moment before it, in the same second? */
bool moment_is_told_before(const struct diagnosis *d, size_t i);
/** What happened, in the language of who reads it: @text (of @m, with its times as they are told;
 * "" or NULL: the word for what it was), the file, and what else tells of it. Not clean yet;
 * malloc'd, NULL: no memory. */
char *moment_new(const struct diag_moment *m, const char *text);
/** A file that a person named, and what the evidence says against it. */
void text_named(struct printer *p, const struct rs_run *run, const struct run_finding *f);

/* ---- text_firmware.c ---- */

void text_firmware(struct printer *p, const struct fw_report *r);

/* ---- text_boot.c ---- */

/** Of the volume's Windows: does it start in Safe Mode, or (@is_offer) could it without its key? */
void text_boot_volume(struct printer *p, const char *first, const struct rs_run *run,
	const struct run_volume *v, bool is_offer);
/** What is changed of how a Windows starts, and what to know before. */
void text_safe_mode(struct printer *p, const struct rs_run *run);

/* ---- text_print.c: paragraphs that fit the screen ---- */

struct printer {
	void (*put)(void *user, const char *line);
	void *user;
	const struct rs_manner *manner; /* NULL: as for a command line */
};

/** A paragraph, without secrets and escaped: the first line begins with @first, the others with as
 * many blanks. */
void text_say(struct printer *p, const char *first, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The same, in which nothing is translated: names that a disk says, where words of ours might be
 * taken for them. */
void text_say_as_it_is(struct printer *p, const char *first, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The same of a text; nothing when it is NULL or "". */
void text_say_if(struct printer *p, const char *first, const char *text);
/** A text with its times as they are told, of that Windows of a volume (its folder; NULL: the first
 * one); malloc'd, NULL: no memory. */
char *text_timed_new(
	const struct printer *p, const char *text, unsigned volume, const char *windows);
/** A paragraph of it. */
void text_say_timed(struct printer *p, const char *first, const char *text, unsigned volume,
	const char *windows);
/** A next step (may be NULL) as it is told. */
const char *text_step(const struct printer *p, const char *next);
/** One line that is copied, however long it is. */
void text_line(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A path of a file, as it is shown: a very long one is cut in the middle. */
#define TEXT_PATH_SHOWN 400 /* bytes, five lines; the JSON report has all of it */
void text_path(const char *path, char ret[TEXT_PATH_SHOWN]);
void text_blank(struct printer *p);
/** An error on one line: object: text: detail; next step. Nothing when its code is 0. */
void text_error(struct printer *p, const char *first, const struct rs_err *err);

/** The commands that come next, each on a line of its own: what repairs, finishes or takes back. */
void text_next(struct printer *p, const struct rs_run *run);
/** Disks and volumes as a table (list), or the Windows looked at, a line each (scan, fix, undo). */
void text_disks(struct printer *p, const struct rs_run *run, bool is_full);

#endif
