/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fix and undo share: one volume opened for writing with a plan in the hand, the act, and the
 * look at the result from the disk. */
#ifndef UNBRICK_ENGINE_ACT_H
#define UNBRICK_ENGINE_ACT_H

#include "engine/engine.h"

typedef int (*en_act_fn)(
	struct nt_vol *vol, struct plan *plan, const struct rs_task *task, struct rs_err *err);

/** Guards, act on each plan (accepted items only), close, verify; the report's actions and
 * verification. @v's own reading handles on NTFS are closed. Stops at the first error. */
int en_act(struct rs_session *s, struct en_volume *v, struct plan *const *plans, size_t n_plans,
	bool is_restore, struct json_object *root, struct rs_err *err);

/** All that can refuse the moves, asked of @v as it will be after its journal's replay; the plans'
 * accepted items count. Nothing is written. Errors: those of the guards, RS_E_NO_SPACE,
 * RS_E_UNSAFE_PATH, RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int en_foresee(struct en_volume *v, struct plan *const *plans, size_t n_plans, bool is_restore,
	struct rs_err *err);

/** Keep the finished report, JSON and text, beside each of the plans that were carried out on @v;
 * read back from the disk. Errors: RS_E_NO_SPACE, RS_E_IO_WRITE, RS_E_VERIFY. */
int en_keep_report(struct en_volume *v, struct plan *const *plans, size_t n_plans,
	struct rs_report *report, struct rs_err *err);

/** Ask one question; without a listener the answer is no. */
enum rs_answer en_ask(struct rs_session *s, enum rs_question_kind kind, const char *text,
	const struct rs_report *report);

#endif
