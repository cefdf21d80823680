/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window of another block source. */
#include <inttypes.h>

#include "block/blk.h"

struct part {
	struct blk blk; /* first: ops get a pointer to it */
	uint64_t off_bytes;
};

static struct part *part_of(struct blk *b)
{
	return (struct part *)(void *)b;
}

static int part_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(b->parent, part_of(b)->off_bytes + off_bytes, buf, len, err);
}

static int part_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	return blk_write(b->parent, part_of(b)->off_bytes + off_bytes, buf, len, err);
}

static uint64_t part_next_data(struct blk *b, uint64_t off_bytes)
{
	uint64_t base = part_of(b)->off_bytes;
	uint64_t next = blk_next_data(b->parent, base + off_bytes) - base;

	return next < b->size_bytes ? next : b->size_bytes;
}

static void part_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	blk_will_need(b->parent, part_of(b)->off_bytes + off_bytes, len_bytes);
}

static const struct blk_ops part_ops = {
	part_read, part_write, blk_child_flush, blk_child_close, part_next_data, part_will_need};

int blk_part_new(struct blk *parent, uint64_t off_bytes, uint64_t len_bytes, const char *name,
	struct blk **ret, struct rs_err *err)
{
	if (off_bytes > parent->size_bytes || parent->size_bytes - off_bytes < len_bytes)
		return rs_fail_on(err, RS_E_TRUNCATED, name,
			"%" PRIu64 " bytes at %" PRIu64 " do not fit into %s (%" PRIu64 " bytes)",
			len_bytes, off_bytes, parent->name, parent->size_bytes);
	struct part *p = calloc(1, sizeof(*p));
	if (!p)
		return rs_fail_on(err, RS_E_MEMORY, name, "partition");
	blk_child_init(&p->blk, &part_ops, parent, name);
	p->blk.size_bytes = len_bytes;
	p->off_bytes = off_bytes;
	*ret = &p->blk;
	return 0;
}
