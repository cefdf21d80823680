/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume in memory with a bad file and things of somebody else's, and runs of fix and undo on it.
 */
#ifndef UNBRICK_TESTS_QUARANTINE_HELP_H
#define UNBRICK_TESTS_QUARANTINE_HELP_H

#include "act/proof.h"

#include "../judge/win_image.h"

#define QH_DRIVERS "/Windows/System32/drivers"
#define QH_BAD	   QH_DRIVERS "/bad.dat"
#define QH_ID	   "20260101T000000Z"
#define QH_PLANTED "/Unbrick/" QH_ID

struct qh {
	struct wi wi;
	struct blk *mem;
	struct nt_vol *vol;
	struct quarantine *all; /* of the last qh_list */
	size_t n;
};

/** The image with QH_BAD, still to be filled by wi_*. */
void qh_make(struct qh *q);
/** Into memory, opened for writing. */
void qh_open(struct qh *q);
void qh_reopen(struct qh *q);
void qh_done(struct qh *q);

/** cmocka's: one of its own, made (and opened). */
int qh_setup(void **state);
int qh_setup_open(void **state);
int qh_teardown(void **state);

uint64_t qh_ref(struct qh *q, const char *path);
bool qh_is_there(struct qh *q, const char *path);
/** A plan of one item: the file of @path, shown as @shown. */
struct plan *qh_plan(struct qh *q, const char *path, const char *shown);
/** fix: the bad file into a new quarantine; its id and top folder stay in the plan returned. */
struct plan *qh_fix(struct qh *q, const char *path);
void qh_list(struct qh *q);
/** What a cut left of ours, found and taken away. */
void qh_sweep(struct qh *q);
/** The plan's text over a file that is there, which has room for it. */
void qh_write_manifest(struct qh *q, const char *path, const struct plan *p);
/** The report as fix writes it, in short: the one item of @p, said to come from @path. */
void qh_report(const struct plan *p, const char *path, char *ret, size_t cap);
/** Does the @i-th of the last qh_list come out like that as a plan? @detail NULL: whatever it says.
 */
void qh_expect_load(struct qh *q, size_t i, enum plan_action action, int code, const char *detail);

/** Somebody else's QH_PLANTED, with room for a manifest; before qh_open. */
void qh_plant(struct qh *q);
/** And its manifest, of the one item of @p: listed, and not ours. */
void qh_plant_manifest(struct qh *q, struct plan *p);

#endif
