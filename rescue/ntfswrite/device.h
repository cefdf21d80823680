/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device that libntfs-3g works on: a block source with a memory in front of it. Every write of
 * the library stays in memory until nt_dev_commit(), which puts it on the disk in an order of ours
 * with flushes in between, or nt_dev_discard(), which forgets it. libntfs-3g itself writes in
 * whatever order its code happens to have: a power cut in the middle of an index split, or between
 * record 0 of $MFT and its mirror, would leave a damaged volume. */
#ifndef UNBRICK_NTFS_DEVICE_H
#define UNBRICK_NTFS_DEVICE_H

#include "block/overlay.h"
#include "ntfs/redo.h"
#include "ntfs/veil.h"

struct ntfs_device;

/* Kinds of a held unit (a sector of the source); its rank: lower ones go first, a flush between two
 * ranks. */
enum {
	NT_UNIT_BITMAP = 1,   /* set bits go first, cleared bits last, whatever the rank */
	NT_UNIT_INTERNAL = 2, /* laid over for the library only: never written */
};

struct nt_dev {
	struct blk *src;
	bool can_write, is_dropping;
	uint32_t unit_bytes;
	uint64_t size_bytes;
	struct blk_changes held;   /* what the library believes is there */
	struct nt_redo_place redo; /* where each commit is kept first; nowhere: as it comes */
	struct nt_veil veil;	   /* what the library sees of $Bitmap, and the disk never */
	int64_t pos_bytes;	   /* for seek/read/write of the library */
	uint64_t reads_left;	   /* of the library, until the next nt_lib_begin: ends circles */
	struct rs_err io_err;	   /* first read or write that failed since nt_lib_begin */
	struct rs_err lost_err;	   /* first write of this step that could not be held */
};

/** @src must outlive it. Errors: RS_E_MEMORY. */
void nt_dev_init(struct nt_dev *d, struct blk *src, bool can_write);
void nt_dev_done(struct nt_dev *d);

/** What ntfs_device_mount wants; freed by ntfs_umount, or ntfs_device_free if the mount failed.
 * Errors: RS_E_MEMORY. */
int nt_dev_handle(struct nt_dev *d, struct ntfs_device **ret, struct rs_err *err);

/** Read through the memory, any offset and length. Errors: RS_E_IO_READ. */
int nt_dev_read(struct nt_dev *d, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);
/** Bytes of the disk itself in a unit; the last unit of an odd-sized source may be short. */
int nt_dev_read_disk(struct nt_dev *d, uint64_t number, uint8_t *buf, struct rs_err *err);
/** Change the memory, any offset and length. @is_internal: never to be written to the disk. */
int nt_dev_put(struct nt_dev *d, uint64_t off_bytes, const void *p, size_t len, bool is_internal,
	struct rs_err *err);

#define NT_RANK_BITMAP (UINT32_MAX - 1) /* they are of a bitmap */
/** Rank of all changed units that overlap the range. */
void nt_dev_rank(struct nt_dev *d, uint64_t off_bytes, uint64_t len_bytes, uint32_t rank);
bool nt_dev_is_changed(const struct nt_dev *d, uint64_t off_bytes, uint64_t len_bytes);

/** Write what is held (commit.c): kept in d->redo first, then rank by rank, a flush after each;
 * then forget it.
 * Errors: RS_E_IO_WRITE, RS_E_IO_READ, RS_E_READ_ONLY, RS_E_MEMORY: some of it may be on the disk.
 */
int nt_dev_commit(struct nt_dev *d, struct rs_err *err);
/** Forget all that is held (the library's own memory is then wrong: mount again). */
void nt_dev_discard(struct nt_dev *d);

/* ---- redo_write.c: the step that is to be committed, kept beside first ---- */

/** The rank from which on a commit of what @d holds can be kept: 0; 1 when the contents are too
 * much, which then go to the disk first, where nothing names them yet; UINT32_MAX: nothing is kept,
 * because there is nothing, too much or no place. */
uint32_t nt_redo_first(const struct nt_dev *d);
/** Keep the ranks from @first on, flushed. Errors: RS_E_IO_READ, RS_E_IO_WRITE, RS_E_MEMORY. */
int nt_redo_write(struct nt_dev *d, uint32_t first, struct rs_err *err);
/** Forget it: everything is at its end. Not flushed. */
int nt_redo_clear(struct nt_dev *d, struct rs_err *err);

#endif
