/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fix and undo share: everything that can refuse, asked before the first write; one volume
 * opened for writing with a plan in the hand; the act; and the look at the result from the disk. */
#ifndef UNBRICK_ENGINE_ACT_H
#define UNBRICK_ENGINE_ACT_H

#include "engine/engine.h"

/* Plans of one volume, accepted items only. */
struct en_act {
	struct rs_session *s;
	struct en_volume *v;
	struct plan *const *plans;
	size_t n;
	bool is_restore;
	struct rs_report *report;
};

/** All that can refuse, asked of the volume as it will be after its journal's replay, and the plans
 * carried out there once in memory, with the room that they and their reports need. Nothing is
 * written. Errors: those of the guards, RS_E_NO_SPACE, RS_E_UNSAFE_PATH, RS_E_NTFS_DAMAGED,
 * RS_E_IO_READ. */
int en_foresee(const struct en_act *a, struct rs_err *err);

/** Act on each plan (en_foresee was asked), close, verify; the report's actions and verification.
 * The volume's own reading handles on NTFS are closed. Stops at the first error. */
int en_act(const struct en_act *a, struct rs_err *err);

/** Keep the finished report, JSON and text, beside each of the plans that were carried out on @v;
 * read back from the disk. Errors: RS_E_NO_SPACE, RS_E_IO_WRITE, RS_E_VERIFY. */
int en_keep_report(struct en_volume *v, struct plan *const *plans, size_t n_plans,
	struct rs_report *report, struct rs_err *err);

/** A person's answer for each file of a plan that is not proven ours; --yes is none.
 * Errors: RS_E_UNPROVEN, RS_E_CANCELLED. */
int en_unproven_consent(struct rs_session *s, const struct plan *p, bool say_yes,
	const struct rs_report *report, struct rs_err *err);

/** Ask one question; without a listener the answer is no. */
enum rs_answer en_ask(struct rs_session *s, enum rs_question_kind kind, const char *text,
	const struct rs_report *report);

#endif
