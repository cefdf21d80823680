/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a run's writes: an overlay that holds them, behind a source that passes them on. */
#include <inttypes.h>
#include <string.h>

#include "block/overlay.h"

#define WINDOW (64U << 10) /* read back at a time */

struct through {
	struct blk blk;	    /* first: ops get a pointer to it */
	struct blk *record; /* an overlay */
};

/* ---- the source ---- */

static struct through *through_of(struct blk *b)
{
	return (struct through *)(void *)b;
}

static int through_read(
	struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(b->parent, off_bytes, buf, len, err);
}

/* The record first: it must never lack what is on the disk. Where the write then fails, the run
 * fails, and nothing is compared. */
static int through_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	int r = blk_overlay_put(through_of(b)->record, off_bytes, buf, len, err);

	return r < 0 ? r : blk_write(b->parent, off_bytes, buf, len, err);
}

static uint64_t through_next_data(struct blk *b, uint64_t off_bytes)
{
	return blk_next_data(b->parent, off_bytes);
}

static const struct blk_ops through_ops = {
	through_read, through_write, blk_child_flush, blk_child_close, through_next_data};

int blk_written_through(
	struct blk *record, struct blk *parent, struct blk **ret, struct rs_err *err)
{
	struct through *t = calloc(1, sizeof(*t));

	if (!t)
		return rs_fail_on(err, RS_E_MEMORY, parent->name, "record of writes");
	blk_child_init(&t->blk, &through_ops, parent, parent->name);
	t->record = record;
	*ret = &t->blk;
	return 0;
}

/* ---- the comparison ---- */

struct compare {
	struct blk *disk;
	uint8_t *window;
	uint64_t at, len; /* what of the disk is in the window */
	struct rs_err *err;
};

static int compare_unit(void *user, uint64_t off_bytes, const uint8_t *bytes, size_t len)
{
	struct compare *c = user;

	if (!c->len || off_bytes + len > c->at + c->len) {
		uint64_t left = c->disk->size_bytes - off_bytes;
		c->at = off_bytes;
		c->len = left < WINDOW ? left : WINDOW;
		int r = blk_read(c->disk, c->at, c->window, (size_t)c->len, c->err);
		if (r < 0)
			return r;
	}
	if (memcmp(c->window + (off_bytes - c->at), bytes, len) == 0)
		return 0;
	return rs_fail_on(c->err, RS_E_NOT_KEPT, c->disk->name,
		"at byte %" PRIu64 " it gives back something else than was written", off_bytes);
}

int blk_written_compare(struct blk *record, struct blk *disk, struct rs_err *err)
{
	struct compare c = {.disk = disk, .window = malloc(WINDOW), .err = err};
	int r = c.window ? blk_overlay_each(record, compare_unit, &c)
			 : rs_fail_on(err, RS_E_MEMORY, disk->name, "comparison");

	free(c.window);
	return r;
}
