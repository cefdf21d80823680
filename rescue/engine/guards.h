/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run in steps: what is kept between two of them; everything that can refuse, asked before the
 * first question and once more before the first write; the act, and the look at the result. */
#ifndef UNBRICK_ENGINE_GUARDS_H
#define UNBRICK_ENGINE_GUARDS_H

#include "engine/engine.h"

/* ---- steps.c, ask.c ---- */

/* A command: what it does in each step; in RS_STEP_VERIFY only what follows en_verify. */
struct en_command {
	const char *name;
	bool is_exclusive; /* it may write */
	bool needs_files;  /* en_look: not the bytes alone */
	int (*step[RS_STEPS])(struct rs_repair *u, struct rs_err *err); /* NULL: nothing */
	struct en_score (*score)(const struct rs_repair *u);		/* NULL: it never writes */
};

/* What is to be done on one volume. */
struct en_work {
	struct en_volume *v;
	struct judge_result *judged;
	struct plan **plans; /* interrupted quarantines, to be finished; the new one is the last */
	size_t n_plans;
	struct rs_err refusal; /* it has something to repair, and is left as it is: why */
};

struct en_works {
	struct en_work *list;
	size_t n;
	size_t n_left;	 /* doubtful files that nobody was there to decide about */
	size_t n_undone; /* changes of that kind ... */
	size_t n_held;	 /* ... and those that need a person's word, or a site's (may_disable) */
	size_t n_kept;	 /* those that somebody said no to */
	size_t n_spared; /* bad files that are never moved, or whose rule stops */
	/* Why 'nothing to repair' cannot be said, if nothing is; of the first volume. */
	struct rs_err idle_err;
	const struct en_volume *idle;
};

/* Plans of one volume, of which the accepted items count, and the replay of its journal where that
 * is planned. */
struct en_act {
	struct rs_repair *u;
	struct en_volume *v;
	struct plan *const *plans;
	size_t n;
	bool is_restore;
};

/* What is kept from one step to the next. */
struct rs_repair {
	struct rs_session *s;
	const struct rs_target *target;
	enum rs_command which;
	const struct en_command *command; /* ... and what it does */
	struct rs_options o;
	bool may_ask;		  /* somebody is there to answer for a risk; never with --yes */
	struct en_machine *m;	  /* NULL: it could not be opened */
	struct en_beside *beside; /* what may be asleep (neighbours.c); NULL: not looked for yet */
	struct rs_report *report;
	struct en_works works; /* of scan, diagnose and fix */
	struct en_volume *v;   /* of undo: where the quarantine lies; of a saved plan: its own */
	const struct quarantine *q;
	struct plan *p;	      /* ... and it as a plan */
	struct en_safe *safe; /* of safemode (safemode.c); NULL: not looked for yet */
	struct en_act last;   /* that was carried out ... */
	bool is_unverified;   /* ... and is not read back yet */
	unsigned next;	      /* enum rs_step; RS_STEPS: it has ended */
	struct rs_err err;
};

extern const struct en_command en_list, en_scan, en_diagnose, en_fix, en_undo, en_replay,
	en_hibernation, en_disable, en_safe, en_clear, en_safemode;

/* ---- bootconf.c ---- */
void en_safe_free(struct en_safe *s);

/** Every selected volume, opened as far as it goes, and told as an event. Errors: RS_E_CANCELLED.
 */
int en_look_each(struct rs_repair *u, bool may_ask, struct rs_err *err);
/** A first step: look at all that is selected, and tell it. Errors: where nothing is of use, the
 * first thing that went wrong; RS_E_CANCELLED. */
int en_look(struct rs_repair *u, struct rs_err *err);
/** Ask one question; without a listener nobody answers. */
enum rs_answer en_ask(const struct rs_repair *u, enum rs_question_kind kind, const char *text);
/** RS_ASK_DOUBT about one file of a plan. */
enum rs_answer en_ask_file(
	const struct rs_repair *u, const char *text, const struct plan_item *item);
/** The same where only a yes lets it go on. Errors: RS_E_CANCELLED. */
int en_consent(const struct rs_repair *u, enum rs_question_kind kind, const char *text,
	struct rs_err *err);
/** The question whether to go on in spite of @risk; none if there is none. Errors: RS_E_CANCELLED.
 */
int en_ask_risk(const struct rs_repair *u, const struct rs_err *risk, const char *question,
	struct rs_err *err);

/* ---- act.c ---- */

/** All that can refuse, asked of the volume as it will be after its journal's replay, and the plans
 * carried out there once in memory, with the room that they and their reports need. Nothing is
 * written. Errors: those of the guards, RS_E_NO_SPACE, RS_E_UNSAFE_PATH, RS_E_NTFS_DAMAGED,
 * RS_E_IO_READ. */
int en_foresee(const struct en_act *a, struct rs_err *err);
/** Verify what was written before; then replay, act on each plan (en_foresee was asked), close; the
 * report's actions. The volume's own reading handles on NTFS are closed. Stops at the first error.
 */
int en_act(const struct en_act *a, struct rs_err *err);
/** Read back what was written last, if it was not yet; the report's verification. It cannot be
 * cancelled. Errors: RS_E_VERIFY, RS_E_NOT_KEPT, those of opening. */
int en_verify(struct rs_repair *u, struct rs_err *err);
/** Keep the finished report, JSON and text, beside each of the plans that were carried out; read
 * back from the disk. Errors: RS_E_NO_SPACE, RS_E_IO_WRITE, RS_E_VERIFY. */
int en_keep_report(const struct en_work *w, struct rs_report *report, struct rs_err *err);

/* ---- guards.c ---- */

/** May what is planned be done? Scan ends with this, and fix asks it before its first question and
 * (@is_answered: the plan's own answers count, and none is taken for granted) before its first
 * write. Only volumes that would be written are asked about; one that cannot be is left as it is
 * (its refusal, its plan only shown) when another can. Where somebody can be asked, a reason that a
 * person may answer for is kept in the volume and is no refusal.
 * Errors: those of the first volume that would be written and must not be, when none can be; where
 * nothing would be written, why 'nothing to repair' cannot be said. */
int en_works_guard(struct rs_repair *u, bool is_answered, struct rs_err *err);
/** Ask about every risk that en_works_guard kept. Errors: RS_E_CANCELLED. */
int en_works_ask(const struct rs_repair *u, struct rs_err *err);
/** What fix would ask about, as warnings. */
void en_risks_tell(struct rs_session *s, const struct en_volume *v);

/* ---- scan.c: shared by scan and fix; works.c ---- */

/** A key that was expected to fit, a disk or a volume that is damaged or cannot be read; NULL:
 * none. */
const struct rs_err *en_first_fault(const struct rs_repair *u);
/** Look at every selected volume. Errors: why no Windows could be looked at (key needed, damaged,
 * none there), RS_E_CANCELLED, RS_E_MEMORY, RS_E_RULE. */
int en_works_look(struct rs_repair *u, struct rs_err *err);
/** Judge every Windows. Errors: where none could be, the first reason; the same. */
int en_works_judge(struct rs_repair *u, struct rs_err *err);
/** Plan what the findings ask for, and the rest of interrupted runs. Errors: as before. */
int en_works_plan(struct rs_repair *u, struct rs_err *err);
void en_work_done(struct en_work *w);
void en_works_done(struct en_works *w);
/** All of its items are only shown from now on. */
void en_offer_nothing(struct en_work *w);
/** The plan as it is now, into the report. */
void en_works_report(const struct rs_repair *u, bool is_answered);
/* Appended to an outcome's text (rs_note), if there is any; returns whether there is. */
/** "volume 2 is left as it is: ..." */
bool en_works_left(const struct en_works *w, char *ret, size_t cap);
/** "volume 2: this Windows cannot start: ..." */
bool en_works_faults(const struct en_works *w, char *ret, size_t cap);
/** "\Windows on volume 1: 2 files", where a volume has several (meant.c). */
void en_windows_done(const struct en_works *w, char *ret, size_t cap);
/** What was left for a person to decide. */
bool en_works_spared(const struct en_works *w, char *ret, size_t cap);
/** Where nothing is to be moved: is something wrong all the same that this program does not repair?
 * Then what it is, with where, is put into @ret. */
bool en_works_wrong(const struct rs_repair *u, char *ret, size_t cap);
size_t en_work_count(const struct en_work *w, enum plan_action action);
/** Files that fix would move or ask about. */
size_t en_work_moves(const struct en_work *w);
size_t en_work_accepted(const struct en_work *w);
/** More files than are allowed without a person? Then none. @n would be moved. Errors:
 * RS_E_POLICY_FILES. */
int en_works_limit(const struct rs_repair *u, size_t n, struct rs_err *err);
/** The one file in the whole run that a verdict may have moved without a person; NULL: none, or
 * more than one, which then no verdict can be sure of. */
struct plan_item *en_only_alone(const struct en_works *w);
/* ---- clear.c ---- */

struct diagnosis;
/** An item of @p for the Windows of @d: u->o.clear goes out of its registry; none where it is not
 * set. Errors: RS_E_HIVE, RS_E_HIVE_EDIT, RS_E_MEMORY and those that end the run. */
int en_clear_plan(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	struct plan *p, struct rs_err *err);

/* ---- disable.c ---- */

/** Does the command change what a person names in the registry, and moves nothing? */
bool en_is_disable(const struct rs_repair *u);
/** Is there one Windows that is meant? Errors: RS_E_AMBIGUOUS. */
int en_disable_meant(const struct rs_repair *u, struct rs_err *err);
/** An item of @p for each Windows of @w: what a person named, or all that a start does not need.
 * Errors: RS_E_GUARD (one must stay, and why), RS_E_USAGE (there is none of that name), RS_E_HIVE,
 * RS_E_HIVE_EDIT, RS_E_MEMORY and those that end the run. */
int en_disable_plan(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err);

/** ... or what the findings want disabled. What must stay is told of only, and where the registry
 * cannot be edited, a file that may be moved is. Errors: those that end the run, RS_E_GUARD (too
 * many items). */
int en_disable_asked(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err);

/* A product that is to be disabled beside an item of a plan. */
struct en_offer {
	const char *product;
	size_t with; /* the index of the item: without it nothing is asked */
};
/** The services of that product, as one item more, the last, that a person is asked about. *ret_n
 * 0: it has none that could be disabled, and no item. Errors: RS_E_GUARD (one must stay, and why),
 * RS_E_HIVE_EDIT, RS_E_HIVE, RS_E_MEMORY and those that end the run. */
int en_disable_offer(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	const struct en_offer *o, size_t *ret_n, struct plan *p, struct rs_err *err);

/* ---- takers.c ---- */

/** Beside each file of @p that is put back: disable what took it away, or say why that is not
 * offered. Errors: those that end the run, RS_E_GUARD (too many items), RS_E_MEMORY. */
int en_takers_plan(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err);

/** Bring items' facts up to date with the disk (a loaded manifest is a memory of the day it was
 * written). */
void en_plan_refresh(struct nt_vol *nt, struct plan *p);

/* ---- told.c: how much was done, in words ---- */

struct en_counts {
	size_t moves, changes;
};
/** Of the accepted items. */
struct en_counts en_counts_of(struct plan *const *plans, size_t n);
void en_counts_add(struct en_counts *to, struct en_counts more);
/** "1 change made, 2 files moved into quarantine" */
void en_counts_done(struct en_counts n, char *ret, size_t cap);
/** "2 files put back, 1 change taken back" */
void en_counts_back(struct en_counts n, char *ret, size_t cap);
/** What each accepted change means until undo, appended (rs_note). */
void en_changes_note(const struct plan *p, char *ret, size_t cap);

/* ---- replay_act.c ---- */

/** A saved plan, of the file or the folder that is known, becomes that of the volume that it is of
 * (u->v), to be finished or (@is_back) taken back. Errors: RS_E_REPLAY_PLAN, RS_E_NO_SUCH_VOLUME,
 * RS_E_AMBIGUOUS, those of the guards. */
int en_replay_plan_saved(struct rs_repair *u, bool is_back, struct rs_err *err);
/** Where the plan of @v will be saved: j->plan_file; NULL where no folder is known. Errors:
 * RS_E_MEMORY. */
int en_replay_place(struct rs_repair *u, struct en_volume *v, struct rs_err *err);
/** Make the replay of @v's journal, if it is open, a part of this run's plan. Errors: RS_E_MEMORY.
 */
int en_replay_plan(struct rs_repair *u, struct en_volume *v, struct rs_err *err);
/** Could its plan be saved? Nothing is written. Errors: those of replay_check_place. */
int en_replay_check_place(const struct en_volume *v, struct rs_err *err);
/** One file takes one plan of @n. Errors: RS_E_AMBIGUOUS. */
int en_replay_check_file(const struct rs_repair *u, size_t n, struct rs_err *err);
/** May it be replayed: by policy and, for transactions that never ended, by a question?
 * Errors: RS_E_LOG_UNCLEAN (policy), RS_E_LOG_LOSERS, RS_E_CANCELLED. */
int en_replay_consent(struct rs_repair *u, struct en_volume *v, struct rs_err *err);
/** Save the plan, then write it to @top, the volume opened for writing. Sets v->journal's result.
 * Errors: those of replay_write and replay_write_saved. */
int en_replay_act(struct rs_repair *u, struct en_volume *v, struct blk *top, struct rs_err *err);
/** Nothing but the journal was written: is that as it should be? Errors: RS_E_VERIFY. */
int en_replay_verify(
	const struct en_volume *v, struct blk *top, struct rs_report *report, struct rs_err *err);
/** What is planned of @v's journal, and done, into the report (tell.c). */
void en_replay_report(const struct rs_repair *u, const struct en_volume *v);
/** Nothing was written of it, because of @why: its plan's file is not there, and in a cancelled run
 * it is refused. */
void en_replay_unbegun(struct en_journal *j, int why);
/** The run failed: a replay that was told as planned and not begun has no plan's file, and in a
 * cancelled run it is refused. Told once more. */
void en_replays_unbegun(const struct rs_repair *u);

/* ---- unproven.c ---- */

/** Items of an interrupted run that nothing found would move now are asked about. @judged what is
 * said now. Errors: RS_E_IO_READ, RS_E_NTFS_DAMAGED, RS_E_MEMORY. */
int en_finish_by_judge(
	struct nt_vol *nt, const struct plan *judged, struct plan *p, struct rs_err *err);
/** Where nothing else is to be done: does a quarantine that is not proven ask for something?
 * Errors: RS_E_UNPROVEN. */
int en_unproven_refuse(const struct en_works *w, struct rs_err *err);
/** A person's answer for each file of undo's plan, where that is not proven ours; --yes is none.
 * Errors: RS_E_UNPROVEN, RS_E_CANCELLED. */
int en_unproven_consent(const struct rs_repair *u, struct rs_err *err);

/* ---- neighbours.c ---- */

/** Does a Windows that sleeps, or a locked volume that may hold one, keep this volume open? Looked
 * for on all disks of the target, those named beside it, and, for a disk of this machine, on all
 * its others. A volume whose journal is closed is nobody's. What a person may answer for is kept in
 * v->sleep_risk if @may_ask.
 * Errors: RS_E_NEIGHBOUR, RS_E_NEIGHBOUR_LOCKED, RS_E_MEMORY, RS_E_CANCELLED. */
int en_sleep_guard(struct rs_repair *u, struct en_volume *v, bool may_ask, struct rs_err *err);
/** The same, and the question at once: for undo and replay. Errors: also RS_E_CANCELLED. */
int en_sleep_consent(struct rs_repair *u, struct en_volume *v, struct rs_err *err);
void en_beside_free(struct en_beside *b);

/* The boot entries of the machine's disks: which partitions are started as a Windows? */

struct en_boots;

/** Does a boot entry's device mean this partition of the disk? */
bool en_device_is(
	const struct win_bcd_device *d, const struct en_disk *disk, const struct disk_part *part);
/** Every boot configuration (BCD) on the EFI system and other start partitions of both machines'
 * disks. One that cannot be read is kept as such. @others may be NULL.
 * Errors: RS_E_MEMORY, RS_E_CANCELLED. */
int en_boots_read(struct rs_session *s, const struct en_machine *m, const struct en_machine *others,
	struct en_boots **ret, struct rs_err *err);
void en_boots_free(struct en_boots *b);

/** May this locked volume be a Windows that can be started (and so sleep)? Yes, if a boot entry
 * names its partition, its own metadata say so, the BCD of its disk cannot be read, or there is no
 * BCD at all. @ret_why completes "it is locked and ...". */
bool en_boots_may_start(const struct en_boots *b, const struct en_volume *v,
	const struct bl_info *info, char *ret_why, size_t cap);

#endif
