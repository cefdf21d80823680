/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FILE and INDX blocks that records change, fixups undone while they are in memory. Records come
 * back to the same blocks again and again: a block is put into its sectors when its place is needed
 * or something else wants its sectors. */
#include <string.h>

#include "ntfs/replay_internal.h"

#define BYTES_MAX (2U << 20) /* of all blocks */

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

/* Sectors of a block that follow each other on the disk, from the one with number @i on. */
static size_t piece_of(const struct nt_rp_block *b, size_t i)
{
	size_t j = i + 1;

	while (j < b->len / NT_RP_UNIT && b->units[j] == b->units[j - 1] + NT_RP_UNIT)
		j++;
	return j - i;
}

static int read_block(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0, n; r == 0 && i < b->len / NT_RP_UNIT; i += n) {
		n = piece_of(b, i);
		r = nt_rp_store_read(
			rp, b->units[i], b->bytes + i * NT_RP_UNIT, n * NT_RP_UNIT, false, err);
	}
	return r;
}

/* Put fixups on: the counter is one more than on the disk, whatever it was. */
static const char *protect(uint8_t *p, uint32_t len, const uint8_t *before)
{
	size_t ofs = rs_le16(p + 4), count = rs_le16(p + 6);

	if (count != len / NT_STRIDE_BYTES + 1 || ofs < 8 || ofs % 2 ||
		ofs + 2 * count > NT_STRIDE_BYTES - 2)
		return "its fixups have no place";
	uint16_t usn = rs_le16(before + ofs);
	usn = usn >= 0xFFFE ? 1 : (uint16_t)(usn + 1);
	rs_put_le16(p + ofs, usn);
	for (size_t i = 1; i < count; i++) {
		memcpy(p + ofs + 2 * i, p + i * NT_STRIDE_BYTES - 2, 2);
		rs_put_le16(p + i * NT_STRIDE_BYTES - 2, usn);
	}
	return NULL;
}

static int save_block(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	const uint8_t *before = nt_rp_store_before(&rp->store, b->units[0]);
	int r = 0;

	if (!b->is_dirty)
		return 0;
	if (!before)
		return rs_fail(err, RS_E_BUG, "a sector got lost");
	const char *what = protect(b->bytes, b->len, before);
	if (what)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "a changed block: %s", what);
	for (size_t i = 0, n; r == 0 && i < b->len / NT_RP_UNIT; i += n) {
		n = piece_of(b, i);
		r = nt_rp_store_write(
			rp, b->units[i], b->bytes + i * NT_RP_UNIT, n * NT_RP_UNIT, 0, err);
	}
	return r;
}

/* The sectors belong to no block any more. */
static void drop_block(struct nt_rp *rp, struct nt_rp_block *b)
{
	struct nt_rp_cache *c = &rp->cache;

	for (size_t i = 0; i < b->len / NT_RP_UNIT; i++) {
		struct nt_rp_block **owner = nt_rp_store_owner(&rp->store, b->units[i]);
		if (owner && *owner == b)
			*owner = NULL;
	}
	c->bytes -= b->len;
	c->v[b->index] = c->v[--c->n];
	c->v[b->index]->index = b->index;
	free(b);
}

int nt_rp_release(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct rs_err *err)
{
	int r = 0;

	for (uint64_t at = off_bytes / NT_RP_UNIT * NT_RP_UNIT; r == 0 && at < off_bytes + len;
		at += NT_RP_UNIT) {
		struct nt_rp_block **owner = nt_rp_store_owner(&rp->store, at), *b;
		if (!owner || !*owner)
			continue;
		b = *owner;
		r = save_block(rp, b, err);
		if (r == 0)
			drop_block(rp, b);
	}
	return r;
}

int nt_rp_save(struct nt_rp *rp, struct rs_err *err)
{
	int r = 0;

	while (r == 0 && rp->cache.n) {
		struct nt_rp_block *b = rp->cache.v[rp->cache.n - 1];
		r = save_block(rp, b, err);
		if (r == 0)
			drop_block(rp, b);
	}
	return r;
}

/* A block in the cache, not read yet. NULL: no memory. */
static struct nt_rp_block *new_block(struct nt_rp_cache *c, uint32_t len)
{
	const size_t n = len / NT_RP_UNIT;

	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 64;
		struct nt_rp_block **v = realloc(c->v, cap * sizeof(struct nt_rp_block *));
		if (!v)
			return NULL;
		c->v = v;
		c->cap = cap;
	}
	struct nt_rp_block *b = malloc(sizeof(*b) + n * sizeof(*b->units) + len);
	if (!b)
		return NULL;
	*b = (struct nt_rp_block){.len = len, .index = c->n};
	b->units = (uint64_t *)(b + 1);
	b->bytes = (uint8_t *)(b->units + n);
	memset(b->units, 0, n * sizeof(*b->units));
	c->v[c->n++] = b;
	c->bytes += len;
	return b;
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
	int r = read_block(rp, b, err);

	if (r)
		return r;
	b->is_valid = b->kind == NT_RP_FILE
			      ? !nt_record_prepare(b->bytes, b->len)
			      : memcmp(b->bytes, "INDX", 4) == 0 && !nt_fixup(b->bytes, b->len);
	for (size_t i = 0; i < b->len / NT_RP_UNIT; i++) {
		struct nt_rp_block **owner = nt_rp_store_owner(&rp->store, b->units[i]);
		/* in one volume two of its sectors may be one only when the log lies */
		if (!owner || *owner)
			return nt_rp_refuse(
				rp, NT_PENDING_UNSUPPORTED, 0, "a block that has a sector twice");
		*owner = b;
	}
	return 0;
}

static int refuse(struct nt_rp *rp, const struct nt_rp_op *op, const char *what)
{
	return nt_rp_refuse(
		rp, NT_PENDING_UNSUPPORTED, op->lsn, "%s: %s", nt_rp_op_name(op->op), what);
}

int nt_rp_load(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind,
	struct nt_rp_block **ret, struct rs_err *err)
{
	const uint32_t len = block_bytes(rp, op, kind);
	uint64_t at = 0, left;
	int r = 0;

	if (!len)
		return refuse(rp, op, "size of its block");
	if (!nt_rp_place(rp, op, (uint64_t)op->sector_off * NT_RP_UNIT, &at, &left))
		return refuse(rp, op, "its block is not in the clusters named");
	struct nt_rp_block **owner = nt_rp_store_owner(&rp->store, at), *b = owner ? *owner : NULL;
	if (b && b->kind == kind && b->len == len && find_units(rp, op, b, true)) {
		*ret = b;
		return 0;
	}
	if (rp->cache.bytes + len > BYTES_MAX)
		r = nt_rp_save(rp, err);
	if (r)
		return r;
	b = new_block(&rp->cache, len);
	if (!b)
		return rs_fail(err, RS_E_MEMORY, "block of the journal");
	b->kind = kind;
	b->number = (op->vcn * rp->raw->geo.cluster_bytes + (uint64_t)op->sector_off * NT_RP_UNIT) /
		    len;
	if (!find_units(rp, op, b, false))
		return refuse(rp, op, "its block is not in the clusters named");
	for (size_t i = 0; r == 0 && i < len / NT_RP_UNIT; i++)
		r = nt_rp_release(rp, b->units[i], NT_RP_UNIT, err);
	*ret = b;
	return r ? r : load_new(rp, b, err);
}

void nt_rp_cache_done(struct nt_rp_cache *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
}
