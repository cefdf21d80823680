/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changed sectors over another source: a replayed journal has tens to thousands of them, a scan
 * reads megabytes between them. */
#include "block/overlay.h"

#include <inttypes.h>
#include <string.h>

#define UNIT   512U	   /* held in this grain, whatever the sector size is */
#define WINDOW (64U << 10) /* read back at a time */

struct overlay {
	struct blk blk; /* first: ops get a pointer to it */
	struct blk_changes changes;
};

static struct overlay *overlay_of(struct blk *b)
{
	return (struct overlay *)(void *)b;
}

static int overlay_read(
	struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	int r = blk_read(b->parent, off_bytes, buf, len, err);

	if (r == 0)
		blk_changes_lay(&overlay_of(b)->changes, off_bytes, buf, len);
	return r;
}

static int overlay_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	return blk_changes_put(&overlay_of(b)->changes, b->parent, off_bytes, buf, len, err);
}

static uint64_t overlay_next_data(struct blk *b, uint64_t off_bytes)
{
	struct overlay *o = overlay_of(b);
	uint64_t next = blk_next_data(b->parent, off_bytes);

	/* a hole of the base may be changed: say no more than is sure */
	const size_t i = blk_changes_from(&o->changes, off_bytes);
	if (i < o->changes.n && o->changes.v[i]->number * UNIT < next)
		next = o->changes.v[i]->number * UNIT;
	return next > off_bytes ? next : off_bytes;
}

static void overlay_close(struct blk *b)
{
	blk_changes_clear(&overlay_of(b)->changes);
	free(b);
}

/* Also of an overlay's own sectors the base is read. */
static void base_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	blk_will_need(b->parent, off_bytes, len_bytes);
}

/* No flush: in memory there is nothing more stable. */
static const struct blk_ops overlay_ops = {
	overlay_read, overlay_write, NULL, overlay_close, overlay_next_data, base_will_need};

int blk_overlay_new(struct blk *base, bool is_writable, struct blk **ret, struct rs_err *err)
{
	struct overlay *o = calloc(1, sizeof(*o));

	if (!o)
		return rs_fail_on(err, RS_E_MEMORY, base->name, "overlay");
	blk_child_init(&o->blk, &overlay_ops, base, base->name);
	o->blk.is_read_only = !is_writable;
	o->changes = (struct blk_changes){.unit_bytes = UNIT, .max = SIZE_MAX};
	*ret = &o->blk;
	return 0;
}

int blk_overlay_put(
	struct blk *overlay, uint64_t off_bytes, const void *p, size_t len, struct rs_err *err)
{
	if (off_bytes > overlay->size_bytes || overlay->size_bytes - off_bytes < len)
		return rs_fail_on(err, RS_E_IO_READ, overlay->name, "past the end of the overlay");
	return overlay_write(overlay, off_bytes, p, len, err);
}

uint64_t blk_overlay_bytes(const struct blk *overlay)
{
	return (uint64_t)((const struct overlay *)(const void *)overlay)->changes.n * UNIT;
}

/* ---- the record of a run's writes: an overlay, behind a source that passes them on ---- */

struct through {
	struct blk blk;	    /* first: ops get a pointer to it */
	struct blk *record; /* an overlay */
};

static int through_read(
	struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(b->parent, off_bytes, buf, len, err);
}

/* The record first: it must never lack what is on the disk. Of a write that the disk did not take
 * nobody knows what is there: it is forgotten, and not compared. */
static int through_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct through *t = (struct through *)(void *)b;
	int r = blk_overlay_put(t->record, off_bytes, buf, len, err);

	if (r < 0)
		return r;
	r = blk_write(b->parent, off_bytes, buf, len, err);
	if (r < 0)
		blk_changes_drop(&overlay_of(t->record)->changes, off_bytes, len);
	return r;
}

static uint64_t through_next_data(struct blk *b, uint64_t off_bytes)
{
	return blk_next_data(b->parent, off_bytes);
}

static const struct blk_ops through_ops = {through_read, through_write, blk_child_flush,
	blk_child_close, through_next_data, base_will_need};

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

static int compare_unit(const struct blk *disk, const struct blk_unit *u, size_t len,
	const uint8_t *now, struct rs_err *err)
{
	if (memcmp(now, u->now, len) == 0)
		return 0;
	return rs_fail_on(err, RS_E_NOT_KEPT, disk->name,
		"at byte %" PRIu64 " it gives back something else than was written",
		u->number * UNIT);
}

int blk_written_compare(struct blk *record, struct blk *disk, struct rs_err *err)
{
	const struct overlay *o = overlay_of(record);
	auto_free uint8_t *window = malloc(WINDOW);
	uint64_t at = 0, len = 0; /* what of the disk is in the window */
	int r = window ? 0 : rs_fail_on(err, RS_E_MEMORY, disk->name, "comparison");

	for (size_t i = 0; r == 0 && i < o->changes.n; i++) {
		const struct blk_unit *u = o->changes.v[i];
		uint64_t off = u->number * UNIT, left = o->blk.size_bytes - off;
		size_t n = left < UNIT ? (size_t)left : UNIT;
		if (!len || off + n > at + len) {
			at = off;
			len = disk->size_bytes - off < WINDOW ? disk->size_bytes - off : WINDOW;
			r = blk_read(disk, at, window, (size_t)len, err);
		}
		if (r == 0)
			r = compare_unit(disk, u, n, window + (off - at), err);
	}
	return r;
}
