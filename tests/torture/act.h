/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fix and undo as the engine does them, and what a volume holds: for the power cuts. */
#ifndef UNBRICK_TESTS_ACT_H
#define UNBRICK_TESTS_ACT_H

#include "ntfswrite/vol_internal.h"

#define ACT_FILES_MAX 8U

/* The faulty files, all in one folder. */
struct act_target {
	uint64_t refs[ACT_FILES_MAX], dir_ref;
	unsigned n;
};

/** A number from the environment. */
uint64_t act_setting(const char *name, uint64_t otherwise);
/** Every file that is not the system's, with sizes and times. To be freed; NULL: not readable. */
char *act_listing(struct blk *b);
/** VOLUME_IS_DIRTY, from the bytes. */
bool act_is_dirty(struct blk *b);
/** What a step kept of itself is lost. */
void act_wipe_redo(struct blk *b);
/** Set it, as Windows might have before us. */
void act_set_dirty(struct blk *b);
/** Is there a \Unbrick, a record of ours without an entry, or a step that was kept? Else a flag
 * that is on may be anybody's, and stays on. */
bool act_is_traced(struct blk *b);
/** Where two listings begin to differ, in one line. */
void act_difference(const char *was, const char *is, char *ret, size_t cap);
/** Quarantine the files, or finish what a cut left; verified. */
int act_fix(const struct act_target *t, struct blk *b, struct rs_err *err);
/** Take back a quarantine, if there is one; verified. */
int act_undo(struct blk *b, struct rs_err *err);

#endif
