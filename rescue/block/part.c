/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window of another block source. */
#include <inttypes.h>
#include <stdio.h>

#include "block/blk.h"

struct part {
	struct blk blk; /* first: ops get a pointer to it */
	struct blk *parent;
	uint64_t off_bytes;
};

static struct part *part_of(struct blk *b)
{
	return (struct part *)(void *)b;
}

static int part_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(part_of(b)->parent, part_of(b)->off_bytes + off_bytes, buf, len, err);
}

static int part_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	return blk_write(part_of(b)->parent, part_of(b)->off_bytes + off_bytes, buf, len, err);
}

static int part_flush(struct blk *b, struct rs_err *err)
{
	return blk_flush(part_of(b)->parent, err);
}

static uint64_t part_next_data(struct blk *b, uint64_t off_bytes)
{
	uint64_t base = part_of(b)->off_bytes;
	uint64_t next = blk_next_data(part_of(b)->parent, base + off_bytes) - base;

	return next < b->size_bytes ? next : b->size_bytes;
}

static void part_close(struct blk *b)
{
	free(part_of(b));
}

static const struct blk_ops part_ops = {
	part_read, part_write, part_flush, part_close, part_next_data};

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
	p->blk = (struct blk){.ops = &part_ops,
		.size_bytes = len_bytes,
		.sector_bytes = parent->sector_bytes,
		.task = parent->task,
		.is_read_only = parent->is_read_only};
	(void)snprintf(p->blk.name, sizeof(p->blk.name), "%s", name);
	p->parent = parent;
	p->off_bytes = off_bytes;
	*ret = &p->blk;
	return 0;
}
