/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clean hive that has no log to write an entry to: boot configurations are never logged. What is
 * new is written into cells that are free, where nobody looks; then one sector turns to it, which
 * is written whole or not at all; then what nobody needs any more is given back (docs/hives.md). */
#include <stdlib.h>
#include <string.h>

#include "hivewrite/internal.h"

#define ASIDE_MOST (4U << 20) /* bytes of bins: it is held once for each step */

enum step {
	ROOM,	/* inside of what is free */
	HEADS,	/* that it is not free any more; counts that may be too high */
	COMMIT, /* the one sector */
	AFTER, /* what is free now, as one with what is free beside it; counts that were too high */
	STEPS
};

struct aside {
	const uint8_t *old, *all; /* bins: before, and with the edits made */
	const uint8_t *unneeded;  /* of hw_hive */
	uint32_t old_len, len;
	uint32_t sector;      /* of the commit; HW_NIL: not known yet */
	uint8_t *step[STEPS]; /* the bins after each step */
};

static void aside_done(struct aside *a)
{
	for (unsigned i = 0; i < STEPS; i++)
		free(a->step[i]);
}

#define auto_aside __attribute__((cleanup(aside_done)))

static uint32_t sector_of(uint32_t off)
{
	return off / HW_SECTOR_BYTES;
}

/* A number that may be too high for a while, and never too low. */
static enum step when_counted(uint32_t old, uint32_t now)
{
	return now > old ? HEADS : AFTER;
}

/* When is the byte @at of the cell in use at @cell written? Readers go by lists and their counts:
 * that is the commit. */
static enum step when(const struct aside *a, uint32_t cell, uint32_t at)
{
	const uint8_t *old = a->old + cell + 4, *now = a->all + cell + 4;
	const uint32_t i = at - cell - 4;

	if (memcmp(old, "sk", 2) == 0 && i >= 12 && i < 16)
		return when_counted(rs_le32(old + 12), rs_le32(now + 12));
	if (memcmp(old, "nk", 2) != 0)
		return COMMIT;
	if (i >= 52 && i < 54) /* the longest name of a sub-key */
		return when_counted(rs_le16(old + 52), rs_le16(now + 52));
	if (i >= 56 && i < 60) /* ... and class */
		return when_counted(rs_le32(old + 56), rs_le32(now + 56));
	if (i >= 4 && i < 12) /* the time of the last change, which no sector's end cuts */
		return sector_of(at) == a->sector ? COMMIT : AFTER;
	return COMMIT;
}

static uint32_t cell_size(const uint8_t *p)
{
	const uint32_t raw = rs_le32(p);

	return raw >> 31 ? 0U - raw : raw;
}

static bool is_used(const uint8_t *p)
{
	return rs_le32(p) >> 31;
}

/* The sector that must turn; false: more than one would have to. */
static bool find_sector(struct aside *a, uint32_t cell, uint32_t size)
{
	for (uint32_t at = cell; at < cell + size; at++) {
		if (a->old[at] == a->all[at] || (at >= cell + 4 && when(a, cell, at) != COMMIT))
			continue;
		if (a->sector != HW_NIL && a->sector != sector_of(at))
			return false;
		a->sector = sector_of(at);
	}
	return true;
}

/* The bytes, from one step on. */
static void put(struct aside *a, enum step from, uint32_t at, uint32_t len)
{
	for (unsigned i = from; i < STEPS; i++)
		memcpy(a->step[i] + at, a->all + at, len);
}

/* What a cell holds that nobody needs any more does not matter. */
static bool stays(const struct aside *a, uint32_t cell)
{
	return is_used(a->old + cell) && !hw_bit(a->unneeded, cell);
}

static bool put_cell(struct aside *a, uint32_t cell, uint32_t size)
{
	if (stays(a, cell)) {
		for (uint32_t at = cell + 4; at < cell + size; at++)
			put(a, when(a, cell, at), at, 1);
	} else if (!is_used(a->old + cell)) {
		put(a, ROOM, cell + 4, size - 4);
		put(a, HEADS, cell, 4);
	}
	return true;
}

/* Every cell as it was before the edits, in use or free; false: @fn stopped. */
static bool each_cell(struct aside *a, bool (*fn)(struct aside *a, uint32_t cell, uint32_t size))
{
	for (uint32_t bin = 0; bin < a->old_len; bin += rs_le32(a->old + bin + 8)) {
		const uint32_t end = bin + rs_le32(a->old + bin + 8);
		for (uint32_t at = bin + HW_BIN_HEAD; at < end; at += cell_size(a->old + at))
			if (!fn(a, at, cell_size(a->old + at)))
				return false;
	}
	return true;
}

static bool find_sector_in(struct aside *a, uint32_t cell, uint32_t size)
{
	return !stays(a, cell) || find_sector(a, cell, size);
}

/* What nobody needs any more. */
static void give_back(struct aside *a)
{
	for (uint32_t off = 0; off < a->len; off += 8)
		if (hw_bit(a->unneeded, off))
			rs_put_le32(a->step[AFTER] + off, cell_size(a->all + off));
}

/* A run of free cells that has one of those becomes one, by the head of its first: what that says
 * holds whether the others' heads are there yet or not. */
static void join(struct aside *a)
{
	for (uint32_t bin = 0; bin < a->len; bin += rs_le32(a->all + bin + 8)) {
		const uint32_t end = bin + rs_le32(a->all + bin + 8);
		uint32_t first = end, at = bin + HW_BIN_HEAD;
		bool is_ours = false;
		while (at < end) {
			const uint8_t *cell = a->step[AFTER] + at;
			const uint32_t size = cell_size(cell);
			if (is_used(cell)) {
				first = end;
				is_ours = false;
			} else {
				first = first < at ? first : at;
				is_ours |= hw_bit(a->unneeded, at);
			}
			at += size;
			if (is_ours)
				rs_put_le32(a->step[AFTER] + first, at - first);
		}
	}
}

static int split(struct aside *a, struct rs_err *err)
{
	if (!each_cell(a, find_sector_in) || a->sector == HW_NIL)
		return rs_fail(err, RS_E_HIVE_EDIT, "it changes in more than one sector");
	for (unsigned i = 0; i < STEPS; i++) {
		a->step[i] = malloc(a->len);
		if (!a->step[i])
			return rs_fail(err, RS_E_MEMORY, "hive");
		memcpy(a->step[i], a->old, a->old_len);
		memcpy(a->step[i] + a->old_len, a->all + a->old_len, a->len - a->old_len);
	}
	(void)each_cell(a, put_cell);
	give_back(a);
	join(a);
	return 0;
}

/* ---- the writes ---- */

static int write_sector(
	struct hw_build *b, const struct aside *a, enum step step, uint32_t off, struct rs_err *err)
{
	const struct win_src *src = &b->f->primary;
	const struct hw_write w = {.file = HW_PRIMARY,
		.off_bytes = (uint64_t)HW_BASE_BYTES + off,
		.len = HW_SECTOR_BYTES,
		.step = step,
		.is_commit = step == COMMIT};
	const uint8_t *after = a->step[step] + off;
	uint8_t there[HW_SECTOR_BYTES];
	int r = 0;

	if (step > ROOM)
		memcpy(there, a->step[step - 1] + off, sizeof(there));
	else
		r = src->read(src->user, w.off_bytes, there, sizeof(there), err);
	return r == 0 && memcmp(there, after, sizeof(there)) != 0 ? hw_build_write(b, w, after, err)
								  : r;
}

static int write_all(struct hw_build *b, const struct aside *a, struct rs_err *err)
{
	uint8_t base[HW_SECTOR_BYTES];
	int r = 0;

	memcpy(base, b->o->base, sizeof(base));
	hw_base_put(base, rs_le32(base + 4), rs_le32(base + 8), a->len);
	for (enum step step = ROOM; r == 0 && step < STEPS; step++) {
		if (step == HEADS && a->len > a->old_len) /* one bin more is told of */
			r = hw_build_base(b, base, step, false, err);
		for (uint32_t off = 0; r == 0 && off < a->len; off += HW_SECTOR_BYTES)
			r = write_sector(b, a, step, off, err);
	}
	return r;
}

/* Is it a sound hive after each step, and does it hold the edits from the commit on? */
static int check_steps(struct hw_build *b, const struct aside *a, const struct hw_edit *edits,
	size_t n, struct rs_err *err)
{
	struct hw_hive *h = b->h;
	uint8_t base[HW_BASE_BYTES];
	int r = 0;

	memcpy(base, b->o->base, sizeof(base));
	for (enum step step = ROOM; r == 0 && step < STEPS; step++) {
		h->len = step == ROOM ? a->old_len : a->len;
		hw_base_put(base, rs_le32(base + 4), rs_le32(base + 8), h->len);
		memcpy(h->p, a->step[step], h->len);
		r = hw_edit_hold(h, base, edits, step < COMMIT ? 0 : n, err);
	}
	return r;
}

int hw_plan_aside(struct hw_build *b, const struct hw_edit *edits, size_t n, struct rs_err *err)
{
	auto_aside struct aside a = {.old_len = b->h->len, .sector = HW_NIL};
	auto_free uint8_t *old = NULL, *all = NULL;
	struct hw_hive *h = b->h;

	if (h->cap > ASIDE_MOST)
		return rs_fail(err, RS_E_HIVE_EDIT, "it is larger than 4 MiB");
	old = malloc(h->len);
	all = malloc(h->cap);
	h->unneeded = calloc(1, h->cap / 64);
	if (!old || !all || !h->unneeded)
		return rs_fail(err, RS_E_MEMORY, "hive of %u bytes", h->len);
	memcpy(old, h->p, h->len);
	int r = hw_edit_all(h, edits, n, err);
	if (r < 0 || !h->is_changed)
		return r;
	memcpy(all, h->p, h->len);
	a.old = old;
	a.all = all;
	a.unneeded = h->unneeded;
	a.len = h->len;
	r = split(&a, err);
	if (r == 0)
		r = check_steps(b, &a, edits, n, err);
	if (r == 0)
		r = write_all(b, &a, err);
	if (r == 0)
		hw_build_finish(b, HW_ASIDE);
	return r;
}
