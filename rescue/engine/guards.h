/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that can refuse a plan, asked before the first question and once more before the first
 * write; and the volumes beside the one that is written, which a sleeping Windows may hold. */
#ifndef UNBRICK_ENGINE_GUARDS_H
#define UNBRICK_ENGINE_GUARDS_H

#include "engine/act.h"

/* ---- guards.c ---- */

struct en_guard_how {
	const struct rs_target *target;
	bool may_ask;	  /* somebody is there to answer for a risk; never with --yes */
	bool is_answered; /* the plan's own answers count, and none is taken for granted */
};

/** May what is planned be done? Scan ends with this, and fix asks it before its first question and
 * before its first write. Only volumes that would be written are asked about; one that cannot be is
 * left as it is (w->list[i].refusal, its plan only shown) when another can. With @how->may_ask a
 * reason that a person may answer for is kept in the volume and is no refusal.
 * Errors: those of the first volume that would be written and must not be, when none can be; where
 * nothing would be written, why 'nothing to repair' cannot be said. */
int en_works_guard(struct rs_session *s, struct en_machine *m, struct en_works *w,
	const struct en_guard_how *how, struct rs_report *report, struct rs_err *err);
/** Ask about every risk that en_works_guard kept. Errors: RS_E_CANCELLED. */
int en_works_ask(struct rs_session *s, const struct en_works *w, const struct rs_report *report,
	struct rs_err *err);
/** The question whether to go on in spite of @risk; none if there is none. Errors: RS_E_CANCELLED.
 */
int en_ask_risk(struct rs_session *s, const struct rs_err *risk, const char *question,
	const struct rs_report *report, struct rs_err *err);
/** What fix would ask about, as warnings. */
void en_risks_tell(struct rs_session *s, const struct en_volume *v);
/** "; volume 2 is left as it is: ..." into @ret, "" if none is. */
void en_works_left(const struct en_works *w, char *ret, size_t cap);

/* ---- steps.c ---- */

/* A command: what it does in each step. */
struct en_command {
	const char *name;
	bool is_exclusive;						/* it may write */
	int (*step[RS_STEPS])(struct rs_repair *u, struct rs_err *err); /* NULL: nothing */
	struct en_score (*score)(const struct rs_repair *u);		/* NULL: it never writes */
};

/* What is kept from one step to the next. */
struct rs_repair {
	struct rs_session *s;
	const struct rs_target *target;
	const struct en_command *command;
	struct rs_undo_options o; /* those of fix are some of them */
	struct en_guard_how how;
	struct en_machine *m; /* NULL: it could not be opened */
	struct rs_report *report;
	struct en_works works; /* of scan and fix */
	struct en_volume *v;   /* of undo: where the quarantine lies, ... */
	const struct quarantine *q;
	struct plan *p; /* ... and it as a plan */
	unsigned next;	/* enum rs_step; RS_STEPS: it has ended */
	struct rs_err err;
};

/** As rs_fix_open. */
int en_repair_open(struct rs_session *s, const struct rs_target *t,
	const struct en_command *command, const struct rs_undo_options *o, struct rs_repair **ret);
/** All steps that are left, and the end. @u NULL: there was no memory for it. */
int en_repair_all(struct rs_repair *u, struct rs_report **ret);

/* ---- scan.c: the first steps of scan and fix ---- */

/** Look at every selected volume. Errors: why no Windows could be looked at (key needed, damaged,
 * none there), RS_E_CANCELLED, RS_E_MEMORY, RS_E_RULE. */
int en_works_look(struct rs_repair *u, struct rs_err *err);
/** Judge every Windows. Errors: where none could be, the first reason; the same. */
int en_works_judge(struct rs_repair *u, struct rs_err *err);
/** Plan what the findings ask for, and the rest of interrupted runs. Errors: as before. */
int en_works_plan(struct rs_repair *u, struct rs_err *err);

/* ---- neighbours.c ---- */

/** Does a Windows that sleeps, or a locked volume that may hold one, keep this volume open? Looked
 * for on all disks of the target, those named beside it, and, for a disk of this machine, on all
 * its others. A volume whose journal is closed is nobody's. What a person may answer for is kept in
 * v->sleep_risk if @how->may_ask.
 * Errors: RS_E_NEIGHBOUR, RS_E_NEIGHBOUR_LOCKED, RS_E_MEMORY, RS_E_CANCELLED. */
int en_sleep_guard(struct rs_session *s, struct en_machine *m, struct en_volume *v,
	const struct en_guard_how *how, struct rs_err *err);
/** The same, and the question at once: for undo and replay. Errors: also RS_E_CANCELLED. */
int en_sleep_consent(struct rs_session *s, struct en_machine *m, struct en_volume *v,
	const struct en_guard_how *how, const struct rs_report *report, struct rs_err *err);
void en_beside_free(struct en_beside *b);

#endif
