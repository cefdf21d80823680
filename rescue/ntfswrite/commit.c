/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is held in memory onto the disk: kept beside first (redo.c), then rank by rank. */
#include <string.h>

#include "ntfswrite/device.h"

static int write_units(
	struct nt_dev *d, uint64_t number, const uint8_t *p, size_t n, struct rs_err *err)
{
	uint64_t off = number * d->unit_bytes;
	uint64_t len = (uint64_t)n * d->unit_bytes;

	if (d->size_bytes - off < len)
		len = d->size_bytes - off;
	return blk_write(d->src, off, p, (size_t)len, err);
}

/* Bits that are to be set, first: nothing may ever point at space that counts as free. */
static int write_set_bits(struct nt_dev *d, bool *ret_wrote, struct rs_err *err)
{
	auto_free uint8_t *both = malloc(d->unit_bytes);

	if (!both)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "held changes");
	for (size_t i = 0; i < d->held.n; i++) {
		const struct blk_unit *u = d->held.v[i];
		bool is_more = false;

		if (!(u->kind & NT_UNIT_BITMAP))
			continue;
		int r = nt_dev_read_disk(d, u->number, both, err);
		if (r < 0)
			return r;
		for (uint32_t k = 0; k < d->unit_bytes; k++) {
			is_more |= (u->now[k] & ~both[k]) != 0;
			both[k] |= u->now[k];
		}
		if (!is_more)
			continue;
		r = write_units(d, u->number, both, 1, err);
		if (r < 0)
			return r;
		*ret_wrote = true;
	}
	return 0;
}

/* All units of one rank; neighbours go in one write. @is_bitmap: the bitmaps instead. */
static int write_rank(
	struct nt_dev *d, uint32_t rank, bool is_bitmap, bool *ret_wrote, struct rs_err *err)
{
	auto_free uint8_t *run = malloc((size_t)64 * d->unit_bytes);
	size_t n = 0;
	uint64_t first = 0;

	if (!run)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "held changes");
	for (size_t i = 0; i <= d->held.n; i++) {
		const struct blk_unit *u = i < d->held.n ? d->held.v[i] : NULL;
		bool is_ours = u && !(u->kind & NT_UNIT_INTERNAL) &&
			       !(u->kind & NT_UNIT_BITMAP) == !is_bitmap &&
			       (is_bitmap || u->rank == rank);

		if (u && !is_ours)
			continue;
		if (n && (!u || n == 64 || u->number != first + n)) {
			int r = write_units(d, first, run, n, err);
			if (r < 0)
				return r;
			*ret_wrote = true;
			n = 0;
		}
		if (!u)
			break;
		if (!n)
			first = u->number;
		memcpy(run + n++ * d->unit_bytes, u->now, d->unit_bytes);
	}
	return 0;
}

/* Units that are as on the disk already need no write (the library rewrites whole records). */
static int drop_unchanged(struct nt_dev *d, struct rs_err *err)
{
	auto_free uint8_t *disk = malloc(d->unit_bytes);
	size_t kept = 0;
	int r = 0;

	if (!disk)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "held changes");
	for (size_t i = 0; i < d->held.n; i++) {
		struct blk_unit *u = d->held.v[i];
		const bool is_internal = u->kind & NT_UNIT_INTERNAL;

		if (r == 0 &&
			!is_internal) /* after an error the rest is kept: the caller discards */
			r = nt_dev_read_disk(d, u->number, disk, err);
		if (r == 0 && !is_internal && !memcmp(u->now, disk, d->unit_bytes))
			free(u);
		else
			d->held.v[kept++] = u;
	}
	d->held.n = kept;
	return r;
}

static int flush_if(struct nt_dev *d, bool *wrote, struct rs_err *err)
{
	if (!*wrote)
		return 0;
	*wrote = false;
	return blk_flush(d->src, err);
}

/* A step that cannot be kept: the one before must not be taken for it. Where that one's sectors are
 * not touched by this one it would still say that all is whole. */
static int forget(struct nt_dev *d, struct rs_err *err)
{
	bool has_writes = false;

	for (size_t i = 0; i < d->held.n; i++)
		has_writes |= !(d->held.v[i]->kind & NT_UNIT_INTERNAL);
	if (!has_writes || !d->redo.is_used)
		return 0;
	int r = nt_redo_clear(d, err);
	return r < 0 ? r : blk_flush(d->src, err);
}

/* Beside, before anything that has a name is touched. */
static int keep(struct nt_dev *d, uint32_t *ret_first, struct rs_err *err)
{
	const uint32_t first = nt_redo_first(d);
	bool wrote = false;
	int r = 0;

	*ret_first = first == 1 ? 1 : 0;
	if (first == UINT32_MAX)
		return forget(d, err);
	if (first) /* the contents: too much to be written twice */
		r = write_rank(d, 0, false, &wrote, err);
	if (r == 0)
		r = flush_if(d, &wrote, err);
	return r < 0 ? r : nt_redo_write(d, first, err);
}

int nt_dev_commit(struct nt_dev *d, struct rs_err *err)
{
	bool wrote = false;
	uint32_t first = 0, last = 0;
	int r = drop_unchanged(d, err);

	if (r == 0)
		r = keep(d, &first, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < d->held.n; i++)
		if (!(d->held.v[i]->kind & NT_UNIT_INTERNAL) && d->held.v[i]->rank > last)
			last = d->held.v[i]->rank;
	r = write_set_bits(d, &wrote, err);
	if (r == 0)
		r = flush_if(d, &wrote, err);
	for (uint32_t rank = first; r == 0 && rank <= last; rank++) {
		r = write_rank(d, rank, false, &wrote, err);
		if (r == 0)
			r = flush_if(d, &wrote, err);
	}
	if (r == 0)
		r = drop_unchanged(d, err); /* bitmaps without cleared bits are done */
	if (r == 0)
		r = write_rank(d, 0, true, &wrote, err);
	if (r == 0)
		r = flush_if(d, &wrote, err);
	if (r == 0)
		nt_dev_discard(d);
	return r;
}
