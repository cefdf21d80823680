/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block source: the one interface between a disk and everything above it.
 * Makers: a file or device (file.c), a part of another source (part.c), BitLocker
 * (bitlocker/), layers for tests (tests/). */
#ifndef UNBRICK_BLOCK_BLK_H
#define UNBRICK_BLOCK_BLK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/cleanup.h"
#include "core/err.h"
#include "core/events.h"

struct blk;
struct stat;

struct blk_ops {
	/* Whole requests only: all @len bytes or an error. Never called outside [0, size). */
	int (*read)(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);
	int (*write)(
		struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err);
	/* All earlier writes are on stable storage when this returns 0. */
	int (*flush)(struct blk *b, struct rs_err *err);
	/* Free what the maker allocated, @b included. Does not close the parent. */
	void (*close)(struct blk *b);
	/* Optional: first offset >= @off_bytes that may hold data (skips holes of sparse files). */
	uint64_t (*next_data)(struct blk *b, uint64_t off_bytes);
	/* Optional: all of it lies in the source, and will be read soon. */
	void (*will_need)(struct blk *b, uint64_t off_bytes, uint64_t len_bytes);
};

struct blk {
	const struct blk_ops *ops;
	uint64_t size_bytes;
	uint32_t sector_bytes; /* logical: 512 or 4096 */
	bool is_read_only;
	uint64_t n_writes; /* that were issued, failed ones included */
	/* Asked before each read, so that whatever reads can be cancelled, however long it is; NULL
	 * (always where something is written): nobody. Borrowed. */
	const struct rs_task *task;
	struct blk *parent; /* of a child: what it reads */
	char name[256];	    /* for errors: path, or path and partition */
};

/** Begin a child of @parent, as long and as writable as that. @name is copied. */
void blk_child_init(struct blk *b, const struct blk_ops *ops, struct blk *parent, const char *name);
/** Ops of children that have nothing to add to it: flush of the parent, and free. */
int blk_child_flush(struct blk *b, struct rs_err *err);
void blk_child_close(struct blk *b);

/** Read exactly @len bytes. Errors: RS_E_IO_READ (past the end included), with b->name as object,
 * RS_E_CANCELLED. */
int blk_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err);

/** Write exactly @len bytes. Errors: RS_E_READ_ONLY, RS_E_IO_WRITE, RS_E_BL_AREA. Nothing is
 * written when the range is not inside the source. */
int blk_write(struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err);

/** What was written is on stable storage when this returns 0. Errors: RS_E_IO_WRITE. */
int blk_flush(struct blk *b, struct rs_err *err);

/** First offset >= @off_bytes that may hold data; b->size_bytes if there is none. */
uint64_t blk_next_data(struct blk *b, uint64_t off_bytes);

/** A hint: what of these bytes lies in the source will be read soon, so that the disk reads them
 * while this program does something else. It may do nothing, and what cannot be read is told by the
 * read.
 */
void blk_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes);

/** NULL is fine. The parent of a child source stays open: close the child first. */
void blk_close(struct blk *b);

RS_DEFINE_AUTO(struct blk *, blk_close);
#define auto_blk __attribute__((cleanup(blk_close_auto)))

enum blk_open_flags {
	BLK_OPEN_WRITE = 1,  /* read and write; a device is opened exclusively (O_EXCL) */
	BLK_OPEN_DIRECT = 2, /* for reading, past the page cache (O_DIRECT); what was read once is
				kept by the source itself: open it anew after a write */
};

/** Open an image file or a block device. Size and logical sector size come from the device; a file
 * has 512 until blk_set_sector. Directories, pipes and character devices are refused.
 * Errors: RS_E_IO_OPEN, RS_E_READ_ONLY (write asked for), RS_E_BUSY (mounted, swap, held by
 * another system user), RS_E_UNSUPPORTED (no direct reads there). */
int blk_file_open(const char *path, unsigned flags, struct blk **ret, struct rs_err *err);

struct blk_lock;

/** Hold the disk against a second Unbrick: shared to look, exclusive to act. It is held by what it
 * is, not by its path: an image and a loop device over it, a partition and its disk, two nodes or
 * two paths of one device exclude each other (a file system without locks is no error). An
 * exclusive lock also looks whether the device, a partition of it or a loop device on the file is
 * mounted or swap. Errors: RS_E_BUSY with who holds it, RS_E_IO_OPEN, RS_E_MEMORY. */
int blk_lock(const char *path, bool is_exclusive, struct blk_lock **ret, struct rs_err *err);
void blk_unlock(struct blk_lock *l);

RS_DEFINE_AUTO(struct blk_lock *, blk_unlock);
#define auto_blk_lock __attribute__((cleanup(blk_unlock_auto)))

/** Could this disk be opened for writing now? Nothing is opened for writing.
 * Errors: RS_E_READ_ONLY, RS_E_BUSY, RS_E_IO_OPEN, RS_E_MEMORY. */
int blk_check_writable(const char *path, struct rs_err *err);

/** Do two names mean one file or device? */
bool blk_is_same_disk(const char *a, const char *b);

struct disk_member;
struct disk_health;

/* A kind of disk, a row of open.c: who has the name of a disk asks its kind, never a path by
 * itself. Each function is explained where it is declared, but for those that are only here. */
struct blk_kind {
	mode_t type; /* of the inode that it is: how it is recognised */
	int (*lock)(const char *path, bool is_exclusive, struct blk_lock **ret, struct rs_err *err);
	int (*open)(const char *path, unsigned flags, struct blk **ret, struct rs_err *err);
	int (*open_again)(
		const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err);
	int (*check_writable)(const char *path, struct rs_err *err);
	/* Does a file (or device) lie on this disk, itself or through what its device is made of?
	 * No, where the disk is not there any more. */
	bool (*holds)(const char *path, const struct stat *file);
	/* NULL: it has neither a model nor a serial number. */
	void (*identify)(const char *path, char *ret_model, size_t cap_model, char *ret_serial,
		size_t cap_serial);
	/* NULL: it says nothing of itself. */
	void (*health)(const char *path, struct disk_health *ret);
	/* NULL: no controller or other machine stands above it. */
	void (*look)(const char *path, struct disk_member *ret);
};

/** NULL: it is not there, or no disk. Static. Errors: RS_E_IO_OPEN. */
const struct blk_kind *blk_kind_find(const char *path, struct rs_err *err);

/** A window of @parent. Errors: RS_E_TRUNCATED if it is not wholly inside, RS_E_MEMORY.
 * @name is copied. */
int blk_part_new(struct blk *parent, uint64_t off_bytes, uint64_t len_bytes, const char *name,
	struct blk **ret, struct rs_err *err);

#endif
