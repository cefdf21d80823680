/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Act: the replay of a journal. Its plan is saved in a file before the first write, and that file
 * finishes a replay that was cut off, or takes it back. docs/journal.md */
#ifndef UNBRICK_ACT_REPLAY_H
#define UNBRICK_ACT_REPLAY_H

#include "block/blk.h"
#include "ntfslog/replay.h"

/* What is written, and of which volume. */
struct replay {
	struct nt_replay *plan;
	bool is_hibernation; /* no replay: the first page of hiberfil.sys is zeroed (hibernation.c)
			      */
	uint64_t serial, volume_bytes;
	uint8_t mft_sha256[32]; /* of the whole $MFT after it: whatever is written later shows */
};

/* Where a plan is saved. */
struct replay_place {
	const char *path;	     /* of the file, which must be new */
	bool is_private;	     /* its folder is this user's alone, and made where it is not */
	const struct blk_kind *kind; /* of the disk that is written, and ... */
	const char *disk;	     /* ... on which it must not lie */
};

/* ---- replay.c ---- */

/** Save the plan of an open journal, then write it. @top: the volume, opened for writing. The file
 * is gone again where nothing was written. Errors: those of replay_save (nothing was written), of
 * nt_replay_apply. */
int replay_write(struct blk *top, struct replay *p, const struct replay_place *place,
	const struct rs_task *task, struct rs_err *err);
/** Finish what was saved in @path or, with @is_back, take it back: if nothing else was written
 * since, and what it would leave is sound. Errors: RS_E_REPLAY_CHANGED, RS_E_REPLAY_PLAN, those of
 * nt_replay_apply. */
int replay_write_saved(struct blk *top, const struct replay *p, const char *path, bool is_back,
	const struct rs_task *task, struct rs_err *err);
/** From the disk again: is the journal closed and all that was changed sound, or, with @is_back, is
 * it open as before? Of hibernation: is there no image to resume from, or again the one before?
 * Errors: RS_E_VERIFY, those of reading. */
int replay_verify(struct blk *top, const struct replay *p, bool is_back, struct rs_err *err);

/* ---- hibernation.c: an image that Windows fails to resume from ---- */

/** The plan that drops it: zeros over its first page, which is all that a loader looks at, kept in
 * the plan. It is told by the hash of $MFT whether the way back is still open: what was in memory
 * goes with the files as they were then. Errors: RS_E_GUARD (nothing to drop), RS_E_NTFS_DAMAGED
 * (the file is not as Windows makes it, or the volume refuses for another reason than its journal,
 * which Windows replays), RS_E_IO_READ, RS_E_MEMORY. */
int hibernation_plan(struct blk *top, struct nt_replay **ret, struct rs_err *err);

/* ---- replay_file.c ---- */

/** Is this a folder, in which every plan gets a file of its own? */
bool replay_is_folder(const char *path);
/** A name for a plan of volume @number that is made now, in @folder; names sort as the times do.
 * malloc'd; NULL: no memory. */
char *replay_file_name(const char *folder, uint64_t now_filetime, unsigned number);
/** Could a plan be saved there? Nothing is written. Errors: as replay_save. */
int replay_check_place(const struct replay_place *place, struct rs_err *err);
/** Synced, and its name, too. Errors: RS_E_PLAN_FILE, RS_E_ONTO_SOURCE, RS_E_MEMORY. */
int replay_save(const struct replay *p, const struct replay_place *place, struct rs_err *err);
/** Errors: RS_E_IO_OPEN, RS_E_REPLAY_PLAN, RS_E_MEMORY. */
int replay_load(const char *path, struct replay *ret, struct rs_err *err);
/** Of the plans in a folder the newest one that @fits; what is none, or damaged, is passed over.
 * *ret_path malloc'd. Errors: RS_E_IO_OPEN, RS_E_REPLAY_PLAN (there is none), RS_E_MEMORY. */
int replay_load_newest(const char *folder, bool (*fits)(void *user, const struct replay *p),
	void *user, struct replay *ret, char **ret_path, struct rs_err *err);

#endif
