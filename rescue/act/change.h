/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The act of a change (plan/change.h): a row of functions for each kind. All else (folders,
 * manifest, steps, dirty flag, verification, undo) is that of a move. */
#ifndef UNBRICK_ACT_CHANGE_H
#define UNBRICK_ACT_CHANGE_H

#include "act/proof.h"
#include "core/json.h"

struct json_object;

/* What one kind of change does. Put another kind here: a row in change.c. */
struct change_ops {
	/* Where it stands, by the disk; c->values' states. What cannot be read is an error. */
	int (*state)(struct nt_vol *vol, const struct plan_item *item, enum change_state *ret,
		struct rs_err *err);
	/* Carry out what is not there yet, or (@is_restore) take back what is ours still. What is
	 * overwritten is kept first, in the item's folder. item->result is set. */
	int (*run)(struct nt_vol *vol, struct plan_item *item, bool is_restore, struct steps *j,
		struct rs_err *err);
	/* From a volume that was opened anew. Errors: RS_E_VERIFY. */
	int (*verify)(struct nt_vol *vol, const struct plan_item *item, bool is_restored,
		struct rs_err *err);
	/* What a manifest says of it: is it allowed, and complete? NULL: it is; else why not. */
	const char *(*refuses)(const struct plan_item *item);
	/* What the verification has looked at, for a person. */
	const char *verified;
};

/** The row of an item's change; the item must have one whose kind has a row. */
const struct change_ops *change_ops_of(const struct plan_item *item);

/** Where an item with a change stands, as a move's place: AT_FROM before, AT_TO after, ELSEWHERE
 * what is neither, or cannot be read. Errors: RS_E_IO_READ, RS_E_CANCELLED, RS_E_MEMORY. */
int change_place(struct nt_vol *vol, const struct plan_item *item, enum nt_switch_state *ret,
	struct rs_err *err);
/** Values that undo leaves as they are, in all items: somebody else has changed them. */
size_t change_count_left(const struct plan *p);

/* ---- restore_start.c ---- */

/** After a look at each item of an undo: a driver whose file went with it and is lost is not
 * started early again (its values are left). Errors: those of change_state. */
int restore_hold_starts(struct nt_vol *vol, struct plan *p, struct rs_err *err);

/* ---- change_keep.c: what is overwritten, kept in the item's folder before it is ---- */

#define CHANGE_KEPT "before-"

/** Is it the name of a file that keeps overwritten bytes? */
bool change_is_before(const char *name);
/** The next free "before-N" in @dir_ref with these bytes, flushed. Errors: RS_E_NO_SPACE,
 * RS_E_IO_WRITE. */
int change_keep(
	struct nt_vol *vol, uint64_t dir_ref, const void *p, size_t len, struct rs_err *err);
/** Take all of them away. */
int change_forget(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err);

/* ---- change_hive.c ---- */

/** Could this hive be edited so, as it is now? Nothing is written. Errors: those of hw_plan_make,
 * RS_E_CHANGED. */
int change_can(struct nt_vol *vol, struct plan_change *c, struct rs_err *err);
extern const struct change_ops change_hive;

/* ---- change_back.c: a file that was taken away ---- */
extern const struct change_ops change_link, change_copy;

/* ---- change_json.c: as manifests and reports have it ---- */

/** The member "change" of an item. */
void change_put(struct json_out *j, const struct plan_change *c);
/** Untrusted: NULL if the item has none; only what change_is_allowed allows.
 * Errors: RS_E_MANIFEST (which member), RS_E_MEMORY. */
int change_get(struct json_object *item, struct plan_change **ret, struct rs_err *err);

#endif
