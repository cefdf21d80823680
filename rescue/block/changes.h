/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one store of changed sectors: units of a source that hold other bytes than it, in the order
 * of the disk. An overlay shows them (overlay.c); a device that writes in an order of its own keeps
 * them until then (ntfswrite/device.c). */
#ifndef UNBRICK_BLOCK_CHANGES_H
#define UNBRICK_BLOCK_CHANGES_H

#include "block/blk.h"

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
/** Forget all units. */
void blk_changes_clear(struct blk_changes *c);

#endif
