/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal ($LogFile): what is pending, and its replay as a plan in memory. Analysis, redo and
 * undo as Windows does them, for log versions 1.1 and 2.0; all or nothing: whatever is not
 * understood is a refusal with its reason and LSN. Nothing here writes to a volume but
 * nt_replay_apply and nt_replay_revert. docs/journal.md; facts: ntfs.md sections 3 to 5. */
#ifndef UNBRICK_NTFS_REPLAY_H
#define UNBRICK_NTFS_REPLAY_H

#include "block/blk.h"
#include "block/overlay.h"
#include "core/events.h"
#include "core/list.h"
#include "ntfs/raw.h"

enum nt_pending {
	NT_PENDING_NONE,    /* clean or wiped: nothing to look for */
	NT_PENDING_IDLE,    /* unclean, and nothing to redo or undo: only restart pages change */
	NT_PENDING_CHANGES, /* records wait to be applied */
	NT_PENDING_TORN,    /* the log itself is damaged */
	NT_PENDING_UNSUPPORTED, /* not understood: the reason is in the error */
};

struct nt_replay_block {
	uint64_t off_bytes; /* on the source, sector aligned */
	uint32_t len_bytes;
	uint32_t stage; /* order of writing: 4 the dirty flag, 0 content, 1 $MFTMirr, 2 and 3
			 * restart pages */
	uint8_t *before, *after;
};

struct nt_replay {
	enum nt_pending pending;
	uint16_t log_major, log_minor;
	uint64_t records;	       /* log records from the checkpoint on */
	uint64_t redone, skipped;      /* applied; already on the disk by the LSN rule */
	uint32_t transactions, losers; /* open at the checkpoint or later; never ended */
	uint64_t checkpoint_lsn, oldest_lsn, last_lsn; /* oldest: where analysis begins */
	struct nt_replay_block *blocks;
	size_t n_blocks;
	uint64_t bytes; /* sum of the blocks' lengths */
	/* Resident contents that the log does not hold and that read as zeros after the replay:
	 * MFT record numbers, sorted. A file of zeros among them proves nothing. */
	struct rs_numbers zeroed;
	/* Files and folders whose records or index the plan changes: MFT record numbers, sorted. */
	struct rs_numbers changed;
	struct rs_err refusal; /* code 0: none. RS_E_LOG_UNCLEAN with the reason and the LSN */
};

/** Read the log and build the plan. The call fails only on RS_E_IO_READ, RS_E_MEMORY,
 * RS_E_CANCELLED; everything else is told in (*ret)->pending and ->refusal, so that it can be
 * shown.
 * @task "journal". The plan is complete: FILE and INDX blocks, raw pages, $MFTMirr, both restart
 * pages (1.1, CLEAN, no client). */
int nt_replay_plan(
	struct blk *src, const struct rs_task *task, struct nt_replay **ret, struct rs_err *err);
void nt_replay_free(struct nt_replay *p);
RS_DEFINE_AUTO(struct nt_replay *, nt_replay_free);
#define auto_replay __attribute__((cleanup(nt_replay_free_auto)))

bool nt_replay_zeroed(const struct nt_replay *p, uint64_t record);

/** The volume as it will be: an overlay over @src (read-only, or read-write in memory).
 * Errors: RS_E_MEMORY. */
int nt_replay_overlay(
	struct blk *src, const struct nt_replay *p, struct blk **ret, struct rs_err *err);

/** Trust before use, on the overlay: $MFTMirr, every changed FILE and INDX well-formed,
 * every changed index sorted and each of its entries' records in use under that name, $Bitmap
 * covers the runs of changed records, sizes and attribute chains sane. Errors: RS_E_NTFS_DAMAGED
 * (what), RS_E_IO_READ. */
int nt_replay_check(struct blk *overlay, const struct nt_replay *p, struct rs_err *err);

/** Is every block the one before, the one after, or a mix of both? Errors: RS_E_CHANGED,
 * RS_E_IO_READ, RS_E_MEMORY. */
int nt_replay_compare(struct blk *src, const struct nt_replay *p, struct rs_err *err);

/** Write the plan for real: compare every before block first (RS_E_CHANGED, nothing written; a
 * block that already has its after bytes is fine: that is how --resume finishes), then stage by
 * stage with a flush between, restart page 2 before page 1, and read back. A torn block (neither
 * before nor after) is accepted only with @is_resume. Errors: RS_E_CHANGED, RS_E_IO_WRITE,
 * RS_E_IO_READ, RS_E_READ_ONLY, RS_E_VERIFY (read back differs). */
int nt_replay_apply(struct blk *src, const struct nt_replay *p, bool is_resume,
	const struct rs_task *task, struct rs_err *err);

/** Put the before bytes back, restart pages first (the log is pending again before anything else
 * changes). Refused when any block has other bytes than the plan's (RS_E_CHANGED). */
int nt_replay_revert(struct blk *src, const struct nt_replay *p, struct rs_err *err);

/* ---- the plan as a file (replay_file.c): for --resume and --revert ---- */

/** "UNBRKRPL", version, volume serial and size, counts, blocks, SHA-256 at the end. @ret malloc'd.
 */
int nt_replay_save(const struct nt_replay *p, uint64_t volume_serial, uint64_t volume_bytes,
	uint8_t **ret, size_t *ret_len, struct rs_err *err);
/** Untrusted bytes. Errors: RS_E_MANIFEST (what), RS_E_MEMORY. */
int nt_replay_load(struct rs_view file, struct nt_replay **ret, uint64_t *ret_serial,
	uint64_t *ret_volume_bytes, struct rs_err *err);

#endif
