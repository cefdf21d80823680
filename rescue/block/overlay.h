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

/* The one store of changed sectors: units of a source that hold other bytes than it, in the order
 * of the disk. An overlay shows them (overlay.c); a device that writes in an order of its own keeps
 * them until then (ntfswrite/device.c). */

struct blk_unit {
	uint64_t number; /* offset / unit_bytes */
	uint32_t rank;	 /* of the owner, 0 at first: the order of its writes ... */
	uint32_t kind;	 /* ... and what it is */
	uint8_t now[];	 /* unit_bytes */
};

struct blk_changes {
	uint32_t unit_bytes;
	size_t max;	     /* units */
	struct blk_unit **v; /* sorted by number */
	size_t n;
};

/** Index of the first unit that ends behind @off_bytes; n: none. */
size_t blk_changes_from(const struct blk_changes *c, uint64_t off_bytes);
/** Bytes of any length at any offset inside of @base. What a new unit has beside them comes from
 * @base; its end behind the end of @base is zeros.
 * Errors: RS_E_MEMORY (also: more than max), those of blk_read. */
int blk_changes_put(struct blk_changes *c, struct blk *base, uint64_t off_bytes, const void *p,
	size_t len, struct rs_err *err);
/** What is changed, over what was read from the source at @off_bytes. */
void blk_changes_lay(const struct blk_changes *c, uint64_t off_bytes, void *buf, size_t len);
/** Forget the units that any of these bytes lie in. */
void blk_changes_drop(struct blk_changes *c, uint64_t off_bytes, size_t len);
/** Forget all units. */
void blk_changes_clear(struct blk_changes *c);

#endif
