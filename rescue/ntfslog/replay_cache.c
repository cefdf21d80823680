/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FILE and INDX blocks that records change, in place in their sectors' memory. Records come back to
 * the same blocks again and again: the fixups are undone once, and put on when something else wants
 * the sectors or all is done. */
#include <assert.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

/* Length of the block that the operation is for, 0: it makes no sense. */
static uint32_t block_bytes(const struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind)
{
	uint32_t len = rp->raw->geo.record_bytes;

	if (kind == NT_RP_INDX) {
		len = rp->tables.attrs[op->attr / 4U].index_bytes;
		len = len ? len : rp->raw->geo.index_bytes;
	}
	return len < NT_RP_UNIT || len > NT_INDEX_MAX || (len & (len - 1)) ? 0 : len;
}

/* As it was: the counter is there. */
static void protect_unchanged(struct nt_rp_block *b)
{
	nt_fixup_put(b->bytes, rs_le16(b->bytes + rs_le16(b->bytes + 4)));
}

static int save_block(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	const struct nt_rp_sector *first = nt_rp_store_find(&rp->store, b->units[0] / NT_RP_UNIT);

	if (!first)
		return rs_fail(err, RS_E_BUG, "a sector got lost");
	if (!b->is_valid)
		return 0;
	if (!b->is_dirty) {
		protect_unchanged(b);
		return 0;
	}
	size_t ofs = rs_le16(b->bytes + 4), count = rs_le16(b->bytes + 6);
	if (count != b->len / NT_STRIDE_BYTES + 1 || ofs < 8 || ofs % 2 ||
		ofs + 2 * count > NT_STRIDE_BYTES - 2)
		return nt_rp_unknown(rp, 0, "a changed block: its fixups have no place");
	/* the counter is one more than on the disk, whatever it was */
	nt_fixup_put(b->bytes, nt_usn_next(rs_le16(first->before + ofs)));
	return nt_rp_store_changed(rp, b, err);
}

/* The sectors belong to no block any more. */
static void drop_block(struct nt_rp *rp, struct nt_rp_block *b)
{
	struct nt_rp_cache *c = &rp->cache;

	for (size_t i = 0; i < b->len / NT_RP_UNIT; i++) {
		struct nt_rp_sector *s = nt_rp_store_find(&rp->store, b->units[i] / NT_RP_UNIT);
		if (s && s->owner == b)
			s->owner = NULL;
	}
	c->v[b->index] = c->v[--c->n];
	c->v[b->index]->index = b->index;
	free(b);
}

/* The block ends, fixups on. */
static int release(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	int r = save_block(rp, b, err);

	if (r == 0)
		drop_block(rp, b);
	return r;
}

int nt_rp_save(struct nt_rp *rp, struct rs_err *err)
{
	int r = 0;

	while (r == 0 && rp->cache.n)
		r = release(rp, rp->cache.v[rp->cache.n - 1], err);
	return r;
}

/* A block in the cache, not read yet. NULL: no memory. */
static struct nt_rp_block *new_block(struct nt_rp_cache *c, uint32_t len)
{
	const size_t n = len / NT_RP_UNIT;

	auto_free struct nt_rp_block *b = calloc(1, sizeof(*b) + n * sizeof(*b->units));
	struct nt_rp_block **to = b ? rs_list_add((void *)&c->v, &c->n, sizeof(b)) : NULL;

	if (!to)
		return NULL;
	b->len = len;
	b->index = c->n - 1;
	return *to = rs_steal(b);
}

/* Where the sectors of the operation's block are; with @is_compare, are they those in @units? */
static bool find_units(
	const struct nt_rp *rp, const struct nt_rp_op *op, struct nt_rp_block *b, bool is_compare)
{
	uint64_t left = 0, at = 0;

	for (size_t i = 0; i < b->len / NT_RP_UNIT; i++) {
		if (left > NT_RP_UNIT) { /* in the same cluster */
			at += NT_RP_UNIT;
			left -= NT_RP_UNIT;
		} else if (!nt_rp_place(rp, op, (uint64_t)(op->sector_off + i) * NT_RP_UNIT, &at,
				   &left)) {
			return false;
		}
		if (is_compare && b->units[i] != at)
			return false;
		b->units[i] = at;
	}
	return true;
}

static int load_new(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	const bool is_file = b->kind == NT_RP_FILE;

	int r = nt_rp_store_claim(rp, b, err);
	if (r)
		return r;
	b->is_valid =
		memcmp(b->bytes, is_file ? "FILE" : "INDX", 4) == 0 && !nt_fixup(b->bytes, b->len);
	if (b->is_valid && is_file && nt_record_check(b->bytes, b->len)) {
		protect_unchanged(b);
		b->is_valid = false;
	}
	return 0;
}

/* Which block has the sector; NULL: none, or it was never read. */
static struct nt_rp_block *owner_of(struct nt_rp *rp, uint64_t off_bytes)
{
	const struct nt_rp_sector *s = nt_rp_store_find(&rp->store, off_bytes / NT_RP_UNIT);

	return s ? s->owner : NULL;
}

int nt_rp_load(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind,
	struct nt_rp_block **ret, struct rs_err *err)
{
	const uint32_t len = block_bytes(rp, op, kind);
	uint64_t at = 0, left;
	int r = 0;

	if (!len)
		return nt_rp_refuse_op(rp, op, "size of its block");
	if (!nt_rp_place(rp, op, (uint64_t)op->sector_off * NT_RP_UNIT, &at, &left))
		return nt_rp_refuse_op(rp, op, "its block is not in the clusters named");
	struct nt_rp_block *b = owner_of(rp, at), *other;
	if (b && b->kind == kind && b->len == len && find_units(rp, op, b, true)) {
		*ret = b;
		return 0;
	}
	b = new_block(&rp->cache, len);
	if (!b)
		return rs_fail(err, RS_E_MEMORY, "block of the journal");
	b->kind = kind;
	b->number = (op->vcn * rp->raw->geo.cluster_bytes + (uint64_t)op->sector_off * NT_RP_UNIT) /
		    len;
	if (!find_units(rp, op, b, false))
		return nt_rp_refuse_op(rp, op, "its block is not in the clusters named");
	for (size_t i = 0; r == 0 && i < len / NT_RP_UNIT; i++) {
		other = owner_of(rp, b->units[i]);
		if (other)
			r = release(rp, other, err);
	}
	*ret = b;
	return r ? r : load_new(rp, b, err);
}

void nt_rp_cache_done(struct nt_rp_cache *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
}

/* ---- bytes of any kind ---- */

/* The sector where the range begins, and no block's any more; read with the range if need be. */
static int sector_at(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct nt_rp_sector **ret,
	struct rs_err *err)
{
	int r = 0;

	*ret = nt_rp_store_find(&rp->store, off_bytes / NT_RP_UNIT);
	if (!*ret) {
		r = nt_rp_store_fill(rp, off_bytes, len, err);
		*ret = nt_rp_store_find(&rp->store, off_bytes / NT_RP_UNIT);
	}
	if (r == 0 && !*ret)
		return rs_fail(err, RS_E_BUG, "a sector got lost");
	return r == 0 && (*ret)->owner ? release(rp, (*ret)->owner, err) : r;
}

int nt_rp_io(struct nt_rp *rp, uint64_t off_bytes, struct nt_rp_io io, struct rs_err *err)
{
	const bool is_guarded = io.of && io.len && (io.stage < 2 || io.stage == NT_RP_FIRST);
	bool is_start = io.stage < 2 && off_bytes % NT_RP_UNIT == 0;
	struct nt_rp_sector *s = NULL;

	assert(io.to || io.of);
	int r = is_guarded ? nt_rp_store_guard(rp, off_bytes, io.len) : 0;

	for (size_t done = 0, n; r == 0 && done < io.len; done += n) {
		size_t in = (size_t)((off_bytes + done) % NT_RP_UNIT), left = io.len - done;
		n = NT_RP_UNIT - in < left ? NT_RP_UNIT - in : left;
		r = sector_at(rp, off_bytes + done, left, &s, err);
		if (r)
			break;
		if (io.to) {
			memcpy(io.to + done, s->after + in, n);
			continue;
		}
		memcpy(s->after + in, io.of + done, n);
		s->stage = (uint8_t)io.stage;
		s->is_start = s->is_start || is_start;
		is_start = false;
	}
	return r;
}

int nt_rp_runs_io(struct nt_rp *rp, const struct nt_runs *runs, const char *name,
	uint64_t off_bytes, struct nt_rp_io io, struct rs_err *err)
{
	int r = 0;

	for (size_t done = 0; r == 0 && done < io.len; done += NT_RP_UNIT) {
		struct nt_rp_io one = {.len = NT_RP_UNIT, .stage = io.stage};
		uint64_t at, left;
		if (!nt_runs_place(rp->raw, runs, off_bytes + done, &at, &left))
			return nt_rp_unknown(rp, 0, "%s is not mapped", name);
		one.to = io.to ? io.to + done : NULL;
		one.of = io.of ? io.of + done : NULL;
		r = nt_rp_io(rp, at, one, err);
	}
	return r;
}
