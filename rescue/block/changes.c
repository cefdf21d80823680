/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "block/overlay.h"

#include <string.h>

#include "core/list.h"

size_t blk_changes_from(const struct blk_changes *c, uint64_t off_bytes)
{
	const uint64_t number = off_bytes / c->unit_bytes;
	size_t low = 0, high = c->n;

	if (high && c->v[high - 1]->number < number) /* most come in order */
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->v[mid]->number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The unit at @off_bytes, filled from the source when it is new and not wholly overwritten. */
static int unit_at(struct blk_changes *c, struct blk *base, uint64_t off_bytes, bool is_whole,
	struct blk_unit **ret, struct rs_err *err)
{
	const uint64_t number = off_bytes / c->unit_bytes, start = number * c->unit_bytes;
	const size_t at = blk_changes_from(c, off_bytes);

	if (at < c->n && c->v[at]->number == number) {
		*ret = c->v[at];
		return 0;
	}
	if (c->n == c->max)
		return rs_fail_on(err, RS_E_MEMORY, base->name, "too many changes in one step");
	auto_free struct blk_unit *u = calloc(1, sizeof(*u) + c->unit_bytes);
	if (!u)
		return rs_fail_on(err, RS_E_MEMORY, base->name, "held changes");
	u->number = number;
	const uint64_t left = base->size_bytes - start;
	int r = is_whole ? 0
			 : blk_read(base, start, u->now,
				   left < c->unit_bytes ? (size_t)left : c->unit_bytes, err);
	if (r < 0)
		return r;
	if (!rs_list_add((void *)&c->v, &c->n, sizeof(u)))
		return rs_fail_on(err, RS_E_MEMORY, base->name, "held changes");
	memmove((void *)(c->v + at + 1), (void *)(c->v + at),
		(c->n - 1 - at) * sizeof(struct blk_unit *));
	*ret = c->v[at] = rs_steal(u);
	return 0;
}

int blk_changes_put(struct blk_changes *c, struct blk *base, uint64_t off_bytes, const void *p,
	size_t len, struct rs_err *err)
{
	const uint8_t *from = p;

	while (len) {
		const size_t in = (size_t)(off_bytes % c->unit_bytes);
		const size_t n = c->unit_bytes - in < len ? c->unit_bytes - in : len;
		struct blk_unit *u = NULL;
		int r = unit_at(c, base, off_bytes, n == c->unit_bytes, &u, err);

		if (r < 0)
			return r;
		memcpy(u->now + in, from, n);
		from += n;
		off_bytes += n;
		len -= n;
	}
	return 0;
}

void blk_changes_lay(const struct blk_changes *c, uint64_t off_bytes, void *buf, size_t len)
{
	const uint64_t end = off_bytes + len;

	for (size_t i = blk_changes_from(c, off_bytes); i < c->n; i++) {
		const uint64_t start = c->v[i]->number * c->unit_bytes;
		const uint64_t stop = start + c->unit_bytes;

		if (start >= end)
			return;
		const uint64_t lo = start > off_bytes ? start : off_bytes,
			       hi = stop < end ? stop : end;
		memcpy((uint8_t *)buf + (lo - off_bytes), c->v[i]->now + (lo - start),
			(size_t)(hi - lo));
	}
}

void blk_changes_drop(struct blk_changes *c, uint64_t off_bytes, size_t len)
{
	const size_t first = blk_changes_from(c, off_bytes);
	size_t end = first;

	while (end < c->n && c->v[end]->number * c->unit_bytes < off_bytes + len)
		free(c->v[end++]);
	memmove((void *)(c->v + first), (void *)(c->v + end),
		(c->n - end) * sizeof(struct blk_unit *));
	c->n -= end - first;
}

void blk_changes_clear(struct blk_changes *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free((void *)c->v);
	c->v = NULL;
	c->n = 0;
}
