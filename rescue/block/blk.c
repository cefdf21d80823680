/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bounds that every block source shares, so that no maker has to repeat them. */
#include "block/blk.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_inside(const struct blk *b, uint64_t off_bytes, size_t len)
{
	return off_bytes <= b->size_bytes && b->size_bytes - off_bytes >= len;
}

int blk_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	if (!is_inside(b, off_bytes, len))
		return rs_fail_on(err, RS_E_IO_READ, b->name,
			"%zu bytes at %" PRIu64 " are past the end (%" PRIu64 ")", len, off_bytes,
			b->size_bytes);
	if (!rs_task_goes_on(b->task))
		return rs_fail_on(err, RS_E_CANCELLED, b->name, "while it was read");
	return len ? b->ops->read(b, off_bytes, buf, len, err) : 0;
}

int blk_write(struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	if (b->is_read_only || !b->ops->write)
		return rs_fail_on(err, RS_E_READ_ONLY, b->name, "opened for reading only");
	if (!is_inside(b, off_bytes, len))
		return rs_fail_on(err, RS_E_IO_WRITE, b->name,
			"%zu bytes at %" PRIu64 " are past the end (%" PRIu64 ")", len, off_bytes,
			b->size_bytes);
	if (!len)
		return 0;
	b->n_writes++;
	return b->ops->write(b, off_bytes, buf, len, err);
}

int blk_flush(struct blk *b, struct rs_err *err)
{
	return b->ops->flush && !b->is_read_only ? b->ops->flush(b, err) : 0;
}

uint64_t blk_next_data(struct blk *b, uint64_t off_bytes)
{
	if (off_bytes >= b->size_bytes)
		return b->size_bytes;
	return b->ops->next_data ? b->ops->next_data(b, off_bytes) : off_bytes;
}

void blk_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	if (!b->ops->will_need || off_bytes >= b->size_bytes)
		return;
	uint64_t left = b->size_bytes - off_bytes;
	b->ops->will_need(b, off_bytes, len_bytes < left ? len_bytes : left);
}

void blk_close(struct blk *b)
{
	if (b)
		b->ops->close(b);
}

void blk_child_init(struct blk *b, const struct blk_ops *ops, struct blk *parent, const char *name)
{
	*b = (struct blk){.ops = ops,
		.size_bytes = parent->size_bytes,
		.sector_bytes = parent->sector_bytes,
		.task = parent->task,
		.is_read_only = parent->is_read_only,
		.parent = parent};
	(void)snprintf(b->name, sizeof(b->name), "%s", name);
}

int blk_child_flush(struct blk *b, struct rs_err *err)
{
	return blk_flush(b->parent, err);
}

void blk_child_close(struct blk *b)
{
	free(b); /* the first member of what was allocated */
}
