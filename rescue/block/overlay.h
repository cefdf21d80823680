/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changed blocks in memory over a base that is never written. */
#ifndef UNBRICK_BLOCK_OVERLAY_H
#define UNBRICK_BLOCK_OVERLAY_H

#include "block/blk.h"

/** @base must outlive it. With @is_writable, writes stay in memory (64 KiB pages are not copied
 * whole: only the sectors written); flush does nothing. Errors: RS_E_MEMORY. */
int blk_overlay_new(struct blk *base, bool is_writable, struct blk **ret, struct rs_err *err);

/** Lay bytes over it (any offset and length inside). Errors: RS_E_MEMORY, RS_E_IO_READ. */
int blk_overlay_put(
	struct blk *overlay, uint64_t off_bytes, const void *p, size_t len, struct rs_err *err);

/** Bytes held in memory, each counted once. */
uint64_t blk_overlay_bytes(const struct blk *overlay);

/* ---- what a run wrote to a disk, kept in an overlay of the disk as it was, so that it
 * can be compared with what the disk gives back ---- */

/** @parent seen through; what is written goes into @record, too. A write that it has no memory for
 * fails before it is made. @record outlives it. Errors: RS_E_MEMORY. */
int blk_written_through(
	struct blk *record, struct blk *parent, struct blk **ret, struct rs_err *err);

/** Does @disk give back all of it? Errors: RS_E_NOT_KEPT (where), RS_E_IO_READ, RS_E_MEMORY. */
int blk_written_compare(struct blk *record, struct blk *disk, struct rs_err *err);

#endif
