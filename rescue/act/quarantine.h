/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Act: the quarantine on the volume. \Unbrick\<id>\ holds one folder NNNN for each file, the
 * manifest (the plan as JSON, complete before the first move) and the steps (a fixed area
 * that is overwritten in place: intent, flush, act, flush, result). What is true of a file is never
 * taken from the steps but from its MFT record and the two indexes (nt_switch_state); the steps
 * say what was wanted. docs/quarantine.md tells every state and how it is finished. */
#ifndef UNBRICK_ACT_QUARANTINE_H
#define UNBRICK_ACT_QUARANTINE_H

#include "format/words.h"
#include "plan/plan.h"

#define QUARANTINE_MANIFEST "manifest.json"
#define QUARANTINE_STEPS    "journal" /* what the file is called on users' disks */
/* of the run that filled it, kept once it was verified (keep.c) */
#define QUARANTINE_REPORT_JSON "report.json"
#define QUARANTINE_REPORT_TEXT "report.txt"
#define QUARANTINE_ATTR	       0x20U /* archive: on folders that libntfs-3g makes, not on Windows' */

struct quarantine {
	char top[PLAN_TOP_LEN]; /* the folder in the root that it lies in */
	char id[PLAN_ID_LEN];
	enum quarantine_state state;
	bool is_proven;
	bool was_undoing; /* an unfinished one: undo was begun, not fix */
	bool is_calling;  /* not proven: it asks for files to be moved into it */
	size_t n_files;
	char rule[64], first[256]; /* of its first file: what named it, its path */
	size_t n_more;	   /* not proven: so many folders like this one were not looked at */
	char inside[640];  /* when lost: what lies in it */
	struct rs_err err; /* when damaged, lost or not proven: why */
};

/** Is this a name of ours? 'd' in @shape stands for a digit, 'h' for one in hexadecimal:
 * "ddddddddTddddddZ", "dddd". */
bool quarantine_is_shape(const char *name, const char *shape);
#define QUARANTINE_ID_SHAPE "ddddddddTddddddZ"

/** Where is a planned file: NT_SWITCH_AT_TO in the quarantine, NT_SWITCH_AT_FROM where it came
 * from? A folder that an interrupted undo has taken away held nothing any more. Errors:
 * RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int quarantine_item_state(struct nt_vol *vol, const struct plan_item *item,
	enum nt_switch_state *ret, struct rs_err *err);

/** All quarantines of a volume: ours, oldest first, then those that are not proven, of which there
 * may be any number (the last one has n_more). None: n = 0. An empty top folder of ours (cut off
 * before there was more) is one with the id "" and the state EMPTY.
 * Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int quarantine_list(struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err);
/** The same without a look for what lost its entry: only those whose folders are there. */
int quarantine_list_there(
	struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err);

/** Read a manifest back as a plan whose items have @action, each held against the disk (proof.h).
 * A quarantine in which nothing lies gives a plan without items; one that lost its manifest the
 * plan that the report beside it tells, to be put back (load.c).
 * Errors: RS_E_NO_SUCH_QUARANTINE, RS_E_MANIFEST, RS_E_IO_READ, RS_E_MEMORY. */
int quarantine_load(struct nt_vol *vol, const struct quarantine *q, enum plan_action action,
	struct plan **ret, struct rs_err *err);

/** Carry out the accepted items of a new plan, or finish one that was loaded: folders, manifest,
 * then each file. @vol is open for writing; the guards have been asked. plan->id and results are
 * set. Stops at the first error. Errors: RS_E_UNSAFE_PATH, RS_E_NO_SPACE, RS_E_CHANGED,
 * RS_E_GUARD, RS_E_IO_WRITE, RS_E_CANCELLED (between two files). */
int quarantine_fill(
	struct nt_vol *vol, struct plan *plan, const struct rs_task *task, struct rs_err *err);

/** Bring every file back, then remove our own folders and manifest. Errors as above. */
int quarantine_empty(
	struct nt_vol *vol, struct plan *plan, const struct rs_task *task, struct rs_err *err);

struct verify_notes { /* who is told what was checked, a line each */
	void (*note)(void *user, const char *line);
	void *user;
};

/** From the bytes on the disk (@src freshly opened): is each accepted item where it should be, with
 * the content, times and size of the plan, and is what was touched consistent? @notes may be
 * NULL. Errors: RS_E_VERIFY. */
int quarantine_verify(struct blk *src, const struct plan *plan, bool is_restored,
	const struct verify_notes *notes, struct rs_err *err);

/** Keep the report of the run beside the manifest. @vol is open for writing; the quarantine is
 * filled and verified, and finished after that. Flushed. Errors: RS_E_NO_SPACE, RS_E_IO_WRITE. */
int quarantine_keep_report(struct nt_vol *vol, const struct plan *p, struct rs_view json,
	struct rs_view text, struct rs_err *err);

/* ---- flag.c: VOLUME_IS_DIRTY around our writes ---- */

struct tops;
/** Is the flag on because a run of ours was cut off? What tells it is the mark (ntfswrite/vol.h) of
 * \Unbrick; without one it is not. @tops as tops_read found them, nothing written since.
 * Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ. */
int flag_is_ours(struct nt_vol *vol, const struct tops *tops, bool *ret, struct rs_err *err);
/** Before the first write: sweep what a cut left, set the flag. *ret_stays: it was on, and not
 * through us; then flag_lower leaves it on. Errors: as sweep, RS_E_IO_WRITE. */
int flag_raise(struct nt_vol *vol, bool *ret_stays, struct rs_err *err);
int flag_lower(struct nt_vol *vol, bool stays, struct rs_err *err);

/* ---- sweep.c: what a cut left of our own folders and files ---- */

/** How many there are. Reads the whole $MFT, but only when the dirty flag is set. */
int sweep_count(struct nt_vol *vol, size_t *ret, struct rs_err *err);
struct sweep_found;
/** Find them, as sweep_count. Errors: RS_E_NTFS_DAMAGED, RS_E_IO_READ, RS_E_MEMORY. */
int sweep_find(struct nt_vol *vol, struct sweep_found **ret, struct rs_err *err);
void sweep_found_free(struct sweep_found *f);
RS_DEFINE_AUTO(struct sweep_found *, sweep_found_free);
#define auto_sweep_found __attribute__((cleanup(sweep_found_free_auto)))
/** Does one of them bear the mark? */
int sweep_find_mark(
	struct nt_vol *vol, const struct sweep_found *found, bool *ret, struct rs_err *err);
/** Take them away. @vol is open for writing, and nothing was written since they were found. */
int sweep(struct nt_vol *vol, struct sweep_found *found, struct rs_err *err);

/* ---- manifest.c: the plan as JSON ---- */

/** Errors: RS_E_MEMORY. @ret malloc'd. */
int manifest_write(const struct plan *p, char **ret, size_t *ret_len, struct rs_err *err);
/** Untrusted bytes. Errors: RS_E_MANIFEST (which member). */
int manifest_parse(const char *text, size_t len, enum plan_action action, struct plan **ret,
	struct rs_err *err);
/** The plan that the report beside a manifest that is gone tells. Untrusted bytes. Items have
 * neither from_ref nor to_ref. Errors: RS_E_MANIFEST (why). */
int report_parse(const char *text, size_t len, const char *top, const char *id, struct plan **ret,
	struct rs_err *err);

/* ---- steps.c: what was begun and ended ---- */

#define STEPS_SLOT_BYTES 64U
#define MODE_UNDO_LEFT	 "undo left" /* all is back but what somebody else has changed since */

/** Bytes for so many items, a multiple of 4096. */
size_t steps_bytes(size_t n_items);
struct steps {
	struct nt_vol *vol;
	uint64_t ref; /* 0: they are gone, nothing is written */
	size_t slots;
	uint32_t next;	    /* sequence number of the next line */
	char last_mode[16]; /* newest of "fix begun", "fix ended", "fix kept", "undo begun", ... */
	uint32_t mode_sequence;
};
/** Take in one line; untrusted bytes, a damaged one is none. */
void steps_take(struct steps *j, const char slot[STEPS_SLOT_BYTES]);
/** The line as it is written. @line has at most 40 bytes. */
void steps_put(uint32_t sequence, const char *line, char ret[STEPS_SLOT_BYTES]);
/** Find the newest line. Damaged steps are none: they only tell what was wanted. */
int steps_open(struct nt_vol *vol, uint64_t ref, struct steps *ret, struct rs_err *err);
/** Append a line ("intent 0001") and flush. */
int steps_add(struct steps *j, const char *line, struct rs_err *err);
/** The same with an item's number. */
int steps_add_item(struct steps *j, const char *verb, unsigned number, struct rs_err *err);
/** steps_open of a quarantine; one that is gone is no error. (load.c) */
int quarantine_steps(
	struct nt_vol *vol, const char *top, const char *id, struct steps *ret, struct rs_err *err);

#endif
