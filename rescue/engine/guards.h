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
