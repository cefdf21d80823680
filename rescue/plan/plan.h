/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plan: what would be done, as data; and the guards, the named reasons to refuse. A plan is made by
 * judging or by reading a manifest, shown, confirmed, carried out, verified, and kept on the volume
 * as the manifest of its own undo. */
#ifndef UNBRICK_PLAN_PLAN_H
#define UNBRICK_PLAN_PLAN_H

#include "format/words.h"
#include "judge/judge.h"
#include "plan/change.h"

/* X(name, its word in a report, what a person is told) */
#define PLAN_ACTIONS(X)                                                                            \
	X(PLAN_QUARANTINE, "quarantine", "MOVE AWAY") /* into the quarantine */                    \
	X(PLAN_ASK, "ask", "ASK FIRST")	      /* doubtful: move only if a person says so */        \
	X(PLAN_KEEP, "keep", "leave")	      /* the repaired file: stays */                       \
	X(PLAN_REPORT, "report", "tell only") /* shown and explained only */                       \
	X(PLAN_CHANGE, "change", "CHANGE")    /* what its change says (change.h), and no move */   \
	/* an earlier quarantine was interrupted: move (or tidy up) to its end */                  \
	X(PLAN_FINISH, "finish", "FINISH")                                                         \
	X(PLAN_RESTORE, "restore", "PUT BACK") /* undo: move back */
#define PLAN_RESULTS(X)                                                                            \
	X(PLAN_OPEN, "skipped")                                                                    \
	X(PLAN_DONE, "done")                                                                       \
	X(PLAN_ALREADY, "already")                                                                 \
	X(PLAN_SKIPPED, "skipped")                                                                 \
	X(PLAN_FAILED, "failed")
enum plan_action { PLAN_ACTIONS(JUST_NAME) };
enum plan_result { PLAN_RESULTS(JUST_NAME) };

struct plan_name { /* one name of the file, on the whole volume */
	char *path;
	bool is_moved; /* in the folder that it is taken from: goes with it */
};

struct plan_item {
	unsigned number; /* 1..; the folder NNNN inside the quarantine */
	enum plan_action action;
	bool is_accepted;
	bool may_alone;	 /* finding.may_alone, and nothing else is said of the file */
	bool is_alone;	 /* accepted by a verdict alone: nobody was asked */
	bool is_offer;	 /* a change that goes with another item (after), and with a question of its
			  * own: nothing about it is doubtful */
	bool is_spared;	 /* its source would have it moved, and something keeps it */
	bool is_dropped; /* plan_drop_file's */
	enum plan_result result;
	struct rs_err err; /* when failed */
	char *path;	   /* where it is (was), "\Windows\..." */
	char *why;
	char *refused;	/* of is_spared: what keeps it, where that is not all of @why; NULL */
	char **against; /* what speaks against moving it, for a person who is asked */
	size_t n_against;
	char *rule_id;			     /* judge_said.id: of whatever source */
	char *windows;			     /* judge_said.windows; NULL: of a manifest */
	uint64_t file_ref, from_ref, to_ref; /* to_ref 0 until its folder is made */
	unsigned after; /* the number of an item before it, without which it is not done: of a
			 * driver's file the change that disables it, which is taken back once the
			 * file is there again; of an offer the file that is put back; 0: none */
	struct nt_stat stat;
	bool has_sha256;
	uint8_t sha256[32];
	/* undo, as restore_survey sees it now */
	char *place;	  /* where the file is to be, or is; NULL: not known */
	char *hinder;	  /* why it cannot go back as planned; NULL: it can */
	char *next;	  /* and what to do about it */
	bool can_confirm; /* what hinders is for a person to decide */
	bool is_anew;	  /* from_ref is not the manifest's any more: its folder was made anew */
	bool is_gone;	  /* it is not in the quarantine any more: nothing is there to put back */
	struct plan_name *names; /* all of them, "path" too; none: not looked at */
	size_t n_names;
	struct plan_change *change; /* what is done instead of a move; NULL: it is a move */
};

#define PLAN_TOP       "Unbrick" /* unless that is somebody else's (act/top.c) */
#define PLAN_ID_LEN    24
#define PLAN_TOP_LEN   32
#define PLAN_MAX_ITEMS 9999U

struct plan {
	char id[PLAN_ID_LEN];	/* "20261124T200000Z"; "" until it is carried out */
	char top[PLAN_TOP_LEN]; /* the folder it lies in, in the root: "Unbrick" (act/proof.h) */
	const char *only; /* the folder of the one Windows whose files it may touch, borrowed; NULL:
			   * of all */
	struct plan_item *items;
	size_t n_items;
	bool has_manifest; /* read from the volume */
	bool is_proven;	   /* made by Unbrick, as nobody else could have made it */
	bool is_by_report; /* the manifest is gone, its report tells what it said */
	bool was_dirty;	   /* the volume's dirty flag before we set it */
	uint64_t root_ref; /* the volume's root, and its times before our folder was made */
	struct nt_stat root_stat;
};

void plan_free(struct plan *p);
RS_DEFINE_AUTO(struct plan *, plan_free);
#define auto_plan __attribute__((cleanup(plan_free_auto)))

/** The plan that follows from a judgement, but for services to be disabled: one item a file,
 * doubles (two findings, two names in one folder) joined, the stronger verdict stays. Errors:
 * RS_E_MEMORY, RS_E_GUARD (more than PLAN_MAX_ITEMS). */
int plan_from_judge(const struct judge_result *j, struct plan **ret, struct rs_err *err);

/** One item more, of a finding that plan_from_judge left out, as its services are not disabled
 * because of @why: its file moved as any other, or told of only. Errors: RS_E_MEMORY, RS_E_GUARD
 * (too many items). */
int plan_add_finding(struct plan *p, const struct judge_result *j, const struct finding *f,
	const char *why, bool is_moved, struct rs_err *err);

/** One item more, before all moves: @c, which is taken also on errors, of the file @path. Its
 * action is PLAN_CHANGE, or PLAN_ASK (@is_doubtful). @windows the folder of the Windows, "" or
 * NULL: none. change_look was asked. Errors: RS_E_MEMORY, RS_E_GUARD (nothing to change, or too
 * many items). */
int plan_add_change(struct plan *p, struct plan_change *c, const char *path, const char *why,
	const char *rule_id, const char *windows, bool is_doubtful, struct rs_err *err);
/** One item more, the last: the file of @f goes, once @after (the number of a change; 0: none) is
 * done. Errors: RS_E_MEMORY, RS_E_GUARD (too many items). */
int plan_add_move(struct plan *p, const struct finding *f, const char *rule_id, const char *windows,
	unsigned after, struct rs_err *err);
/** One item more, the last, that a person is asked about: the hive's change @c, which is taken also
 * on errors, goes with item @after; @product is whose services it disables, @why completes it.
 * Errors: as plan_add_change. */
int plan_add_offer(struct plan *p, struct plan_change *c, const char *product, const char *why,
	const char *windows, unsigned after, struct rs_err *err);
/** What a change of @p is about that @c is about, too: of two such, each was planned without the
 * other. NULL: nothing. */
const char *plan_meets(const struct plan *p, const struct plan_change *c);
/** Nothing that has to be done before @item is left undone by the answers so far. */
bool plan_is_ready(const struct plan *p, const struct plan_item *item);
/** A plan of nothing. NULL: no memory. */
struct plan *plan_new(void);

/** Services that a change is to disable. */
size_t plan_services(const struct plan_change *c);

/** Items with this action (and accepted, if asked). */
size_t plan_count(const struct plan *p, enum plan_action action);
size_t plan_count_accepted(const struct plan *p);
/** Accepted items that are where they should be. */
size_t plan_count_done(const struct plan *p);
/** Without @file_ref's items; the others are counted anew. */
void plan_drop_file(struct plan *p, uint64_t file_ref);
/** Accept all quarantine, finish and restore items; doubtful ones stay as they are. What goes after
 * a change that is not accepted is not either. */
void plan_accept(struct plan *p);

/** Every name of every file, and what they forbid: an item with a name that judge_forbids says no
 * to, that is not p->only's, or that is no ordinary file, is only told of (names.c). @root the
 * Windows folder of those that say none; @judged what the plan was made of, NULL for one that was
 * read from a manifest. Errors: RS_E_IO_READ, RS_E_MEMORY. */
int plan_look_at_names(struct nt_vol *vol, const char *root, const struct judge_result *judged,
	struct plan *p, struct rs_err *err);

/* ---- paths of a quarantine ---- */

#define PLAN_PATH_BYTES 96U

/** The one maker of a quarantine's paths: "\<top>\<id>", or "\<top>\<id>\<leaf>" of what lies in
 * it ("": nothing). */
void plan_path(const char *top, const char *id, const char *leaf, char ret[PLAN_PATH_BYTES]);
/** The folder of an item in its quarantine, "0001". @ret is returned. */
const char *plan_folder(const struct plan_item *i, char ret[8]);
/** Where an item would lie, or lies: "\Unbrick\<id>\NNNN". */
void plan_target(const struct plan *p, const struct plan_item *i, char ret[PLAN_PATH_BYTES]);

/* ---- guards (guard.c): each gives RS_OK or the named reason ---- */

struct guard_input {
	const char *volume_name;
	const char *refusal; /* of its journal, hibernation or mirror; NULL: none */
	int refusal_code;
	const struct win_info *win;	   /* NULL: not a Windows (undo elsewhere) */
	const struct bl_unlock_result *bl; /* NULL: not BitLocker */
	int bl_state;			   /* enum bl_state, when bl is set */
	bool is_source_short;		   /* the disk ends before the volume does */
};

/** May this volume be written at all? Errors: RS_E_LOG_UNCLEAN, RS_E_HIBERNATED, RS_E_CONVERSION,
 * RS_E_BL_DAMAGED, RS_E_NTFS_DAMAGED, RS_E_PENDING (an upgrade under way), RS_E_TRUNCATED. */
int guard_volume(const struct guard_input *in, struct rs_err *err);

/** Would a pending rename of Windows bring a moved file back (or take a restored one away)?
 * Errors: RS_E_RENAME (which pair), RS_E_HIVE, RS_E_IO_READ. */
int guard_pending(
	struct nt_vol *vol, const struct win_info *win, const struct plan *p, struct rs_err *err);

/** Does every accepted file still look as planned (record, size, times, LSN, SHA-256)?
 * Errors: RS_E_CHANGED. */
int guard_unchanged(struct nt_vol *vol, const struct plan *p, struct rs_err *err);

/* ---- undo (restore.c): everything is asked of every item before the first write ---- */

/** The folder where an item belongs: from_ref while that is a plain folder; else the one that the
 * item's path names now (Windows made it anew). 0: there is none. Errors: RS_E_NTFS_DAMAGED,
 * RS_E_IO_READ. */
int restore_home(
	struct nt_vol *vol, const struct plan_item *item, uint64_t *ret, struct rs_err *err);

/** The same for a plan that is to be finished: from_ref becomes that folder, or 0. */
int restore_find_homes(struct nt_vol *vol, struct plan *p, struct rs_err *err);

/** Look at every item of an undo: where would it go, and what stands in the way there, in the
 * quarantine, in Windows' pending renames (@win NULL: no Windows)? Fills place, hinder, next,
 * can_confirm, is_gone; from_ref becomes the folder that takes the file. @raw: for a check of what
 * would be touched. Errors: it cannot be looked at (RS_E_HIVE, RS_E_IO_READ, RS_E_MEMORY, ...). */
int restore_survey(struct nt_vol *vol, struct nt_raw *raw, const struct win_info *win,
	struct plan *p, struct rs_err *err);

/** May it be carried out? @is_confirmed: a person said yes to what is for a person to decide.
 * Errors: RS_E_UNDO, the first reason and how many. */
int restore_verdict(const struct plan *p, bool is_confirmed, struct rs_err *err);

/** The same look once more: is all as it was when the plan was shown? Errors: RS_E_CHANGED and
 * those of restore_survey. */
int restore_check(struct nt_vol *vol, struct nt_raw *raw, const struct win_info *win,
	const struct plan *p, struct rs_err *err);

#endif
