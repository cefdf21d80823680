/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run wrote to a disk: kept as it was handed over, so that it can be compared with what the
 * disk gives back. */
#ifndef UNBRICK_BLOCK_WRITTEN_H
#define UNBRICK_BLOCK_WRITTEN_H

#include "block/blk.h"

struct blk_written; /* the record; outlives the sources through which was written */

/** @base, of the same disk, must outlive it. Errors: RS_E_MEMORY. */
int blk_written_new(struct blk *base, struct blk_written **ret, struct rs_err *err);
void blk_written_free(struct blk_written *w);

/** @parent seen through; what is written goes into the record, too. A write that the record has no
 * memory for fails before it is made. Errors: RS_E_MEMORY. */
int blk_written_through(
	struct blk_written *w, struct blk *parent, struct blk **ret, struct rs_err *err);

/** Bytes of the disk that were written, each counted once. */
uint64_t blk_written_bytes(const struct blk_written *w);

/** Does @disk give back all of it? Errors: RS_E_NOT_KEPT (where), RS_E_IO_READ, RS_E_MEMORY. */
int blk_written_compare(struct blk_written *w, struct blk *disk, struct rs_err *err);

#endif
