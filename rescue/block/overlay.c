/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changed sectors in a hash table over another source. Small and even: a replayed journal has
 * tens to thousands of them, a scan reads megabytes between them. */
#include "block/overlay.h"

#include <stdio.h>
#include <string.h>

#define UNIT	    512U /* held in this grain, whatever the sector size is */
#define CHUNK_UNITS 64U
#define SLOTS_FIRST 256U

struct unit {
	uint64_t number;
	uint8_t bytes[UNIT];
};

struct chunk {
	struct chunk *next;
	size_t n;
	struct unit units[CHUNK_UNITS];
};

struct overlay {
	struct blk blk; /* first: ops get a pointer to it */
	struct blk *base;
	struct chunk *chunks;
	struct unit **slots; /* open addressing, a power of two of them */
	size_t n_slots, n_units;
	uint64_t first, last; /* numbers of the units held: most reads are outside */
};

static struct overlay *overlay_of(struct blk *b)
{
	return (struct overlay *)(void *)b;
}

static size_t slot_of(const struct overlay *o, uint64_t number)
{
	size_t i = (size_t)(number * 0x9E3779B97F4A7C15ULL >> 20) & (o->n_slots - 1);

	while (o->slots[i] && o->slots[i]->number != number)
		i = (i + 1) & (o->n_slots - 1);
	return i;
}

static bool grow(struct overlay *o)
{
	struct unit **old = o->slots;
	size_t n_old = o->n_slots, n = n_old ? 2 * n_old : SLOTS_FIRST;

	struct unit **slots = calloc(n, sizeof(*slots));
	if (!slots)
		return false;
	o->slots = slots;
	o->n_slots = n;
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			o->slots[slot_of(o, old[i]->number)] = old[i];
	free(old);
	return true;
}

static struct unit *new_unit(struct overlay *o)
{
	if (!o->chunks || o->chunks->n == CHUNK_UNITS) {
		struct chunk *c = malloc(sizeof(*c));
		if (!c)
			return NULL;
		c->next = o->chunks;
		c->n = 0;
		o->chunks = c;
	}
	return &o->chunks->units[o->chunks->n];
}

/* The unit, filled from the base when it is new and not wholly overwritten. */
static int get_unit(
	struct overlay *o, uint64_t number, bool is_whole, uint8_t **ret, struct rs_err *err)
{
	if (2 * (o->n_units + 1) > o->n_slots && !grow(o))
		return rs_fail_on(err, RS_E_MEMORY, o->blk.name, "overlay");
	size_t slot = slot_of(o, number);
	if (o->slots[slot]) {
		*ret = o->slots[slot]->bytes;
		return 0;
	}
	struct unit *u = new_unit(o);
	if (!u)
		return rs_fail_on(err, RS_E_MEMORY, o->blk.name, "overlay");
	uint64_t left = o->blk.size_bytes - number * UNIT;
	int r = is_whole ? 0
			 : blk_read(o->base, number * UNIT, u->bytes,
				   left < UNIT ? (size_t)left : UNIT, err);
	if (r < 0)
		return r;
	u->number = number;
	o->chunks->n++;
	o->slots[slot] = u;
	if (!o->n_units || number < o->first)
		o->first = number;
	if (!o->n_units || number > o->last)
		o->last = number;
	o->n_units++;
	*ret = u->bytes;
	return 0;
}

static int overlay_read(
	struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct overlay *o = overlay_of(b);
	uint64_t end = off_bytes + len, from = off_bytes / UNIT, to = (end - 1) / UNIT;

	int r = blk_read(o->base, off_bytes, buf, len, err);
	if (r < 0 || !o->n_units)
		return r;
	from = from < o->first ? o->first : from;
	to = to > o->last ? o->last : to;
	for (uint64_t i = from; i <= to && i >= from; i++) {
		const struct unit *u = o->slots[slot_of(o, i)];
		if (!u)
			continue;
		uint64_t lo = i * UNIT < off_bytes ? off_bytes : i * UNIT;
		uint64_t hi = (i + 1) * UNIT > end ? end : (i + 1) * UNIT;
		memcpy((uint8_t *)buf + (lo - off_bytes), u->bytes + (lo - i * UNIT),
			(size_t)(hi - lo));
	}
	return 0;
}

static int overlay_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct overlay *o = overlay_of(b);
	const uint8_t *p = buf;

	while (len) {
		size_t in = (size_t)(off_bytes % UNIT), n = UNIT - in < len ? UNIT - in : len;
		uint8_t *bytes = NULL;
		int r = get_unit(o, off_bytes / UNIT, n == UNIT, &bytes, err);
		if (r < 0)
			return r;
		memcpy(bytes + in, p, n);
		p += n;
		off_bytes += n;
		len -= n;
	}
	return 0;
}

static int overlay_flush(struct blk *b, struct rs_err *err)
{
	(void)b; /* in memory: there is nothing more stable */
	(void)err;
	return 0;
}

static uint64_t overlay_next_data(struct blk *b, uint64_t off_bytes)
{
	struct overlay *o = overlay_of(b);
	uint64_t next = blk_next_data(o->base, off_bytes);

	/* a hole of the base may be changed: say no more than is sure */
	if (o->n_units && next / UNIT > o->first && off_bytes / UNIT <= o->last)
		return off_bytes / UNIT >= o->first ? off_bytes : o->first * UNIT;
	return next;
}

static void overlay_close(struct blk *b)
{
	struct overlay *o = overlay_of(b);

	while (o->chunks) {
		struct chunk *next = o->chunks->next;
		free(o->chunks);
		o->chunks = next;
	}
	free(o->slots);
	free(o);
}

static const struct blk_ops overlay_ops = {
	overlay_read, overlay_write, overlay_flush, overlay_close, overlay_next_data};

int blk_overlay_new(struct blk *base, bool is_writable, struct blk **ret, struct rs_err *err)
{
	struct overlay *o = calloc(1, sizeof(*o));

	if (!o)
		return rs_fail_on(err, RS_E_MEMORY, base->name, "overlay");
	o->blk = (struct blk){.ops = &overlay_ops,
		.size_bytes = base->size_bytes,
		.sector_bytes = base->sector_bytes,
		.task = base->task,
		.is_read_only = !is_writable};
	(void)snprintf(o->blk.name, sizeof(o->blk.name), "%s", base->name);
	o->base = base;
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

static int by_number(const void *pa, const void *pb)
{
	const struct unit *a = *(struct unit *const *)pa, *b = *(struct unit *const *)pb;

	return (a->number > b->number) - (a->number < b->number);
}

int blk_overlay_each(struct blk *overlay,
	int (*fn)(void *user, uint64_t off_bytes, const uint8_t *bytes, size_t len), void *user,
	struct rs_err *err)
{
	const struct overlay *o = overlay_of(overlay);
	size_t n = 0;
	int r = 0;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	struct unit **all = calloc(o->n_units + 1, sizeof(*all));
	if (!all)
		return rs_fail_on(err, RS_E_MEMORY, o->blk.name, "overlay");
	for (size_t i = 0; i < o->n_slots; i++)
		if (o->slots[i])
			all[n++] = o->slots[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): as above */
	qsort((void *)all, n, sizeof(*all), by_number);
	for (size_t i = 0; r == 0 && i < n; i++) {
		uint64_t at = all[i]->number * UNIT, left = o->blk.size_bytes - at;
		r = fn(user, at, all[i]->bytes, left < UNIT ? (size_t)left : UNIT);
	}
	free((void *)all);
	return r;
}

uint64_t blk_overlay_bytes(const struct blk *overlay)
{
	return (uint64_t)((const struct overlay *)(const void *)overlay)->n_units * UNIT;
}
