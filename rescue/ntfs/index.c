/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ntfs/index.h"

#include <inttypes.h>
#include <string.h>

#define ENTRY_NODE	1U
#define ENTRY_END	2U
#define BITMAP_MAX	(1U << 20)
#define BLOCKS_UNMARKED 65536U /* looked at when the bitmap cannot be read */

/* ---- nodes ---- */

bool nt_ix_next(
	struct rs_view block, size_t header_off_bytes, size_t *off_bytes, struct nt_ix_entry *e)
{
	struct rs_view node, body;
	uint32_t first, used;
	uint16_t length, key_length, flags;

	if (header_off_bytes > block.len)
		return false;
	node = (struct rs_view){block.p + header_off_bytes, block.len - header_off_bytes};
	if (!rs_view_u32(node, 0, &first) || !rs_view_u32(node, 4, &used) || first < 0x10 ||
		!rs_view_sub(node, 0, used, &node))
		return false;
	size_t at = *off_bytes ? *off_bytes : first;
	if (!rs_view_u16(node, at + 8, &length) || !rs_view_u16(node, at + 10, &key_length) ||
		!rs_view_u16(node, at + 12, &flags) || length < 0x10 || length % 8 ||
		!rs_view_sub(node, at, length, &body))
		return false;
	*e = (struct nt_ix_entry){.ref = rs_le64(body.p),
		.has_child = flags & ENTRY_NODE,
		.is_end = flags & ENTRY_END};
	size_t tail = e->has_child ? 8 : 0;
	if (body.len < 0x10 + tail)
		return false;
	if (tail)
		e->child_vcn = rs_le64(body.p + body.len - 8);
	*off_bytes = at + length;
	if (e->is_end)
		return true;
	return key_length <= body.len - 0x10 - tail && rs_view_sub(body, 0x10, key_length, &e->key);
}

static int damaged(const struct nt_ix *ix, uint64_t vcn, const char *what, struct rs_err *err)
{
	return rs_fail(err, RS_E_NTFS_DAMAGED,
		"MFT record %" PRIu64 ", index: %s (block at VCN %" PRIu64 ")", ix->number, what,
		vcn);
}

int nt_ix_sizes(struct nt_ix *ix, struct rs_err *err)
{
	uint32_t block;

	if (!rs_view_u32(ix->root, 8, &block) || block < NT_STRIDE_BYTES || block > NT_INDEX_MAX ||
		(block & (block - 1)) || !ix->cluster_bytes)
		return damaged(ix, 0, "size of its blocks", err);
	ix->block_bytes = block;
	/* Clusters bigger than a block: the VCNs of an index count 512 bytes. */
	ix->vcn_bytes = ix->cluster_bytes <= block ? ix->cluster_bytes : NT_STRIDE_BYTES;
	return 0;
}

int nt_ix_block(const struct nt_ix *ix, uint64_t vcn, uint8_t *buf, struct rs_err *err)
{
	const uint32_t len = ix->block_bytes;
	uint64_t off;

	if (__builtin_mul_overflow(vcn, (uint64_t)ix->vcn_bytes, &off) || off % len ||
		off > ix->alloc_bytes || ix->alloc_bytes - off < len)
		return damaged(ix, vcn, "a block outside of the allocation", err);
	int r = ix->read(ix->read_user, off, buf, len, err);
	if (r < 0)
		return r;
	if (memcmp(buf, "INDX", 4) != 0)
		return damaged(ix, vcn, "not an INDX block", err);
	if (nt_fixup(buf, len))
		return damaged(ix, vcn, "a torn block", err);
	return rs_le64(buf + 0x10) == vcn ? 0
					  : damaged(ix, vcn, "a block that belongs elsewhere", err);
}

/* ---- the strict walk: the tree in its order ---- */

struct level {
	uint8_t *buf; /* NULL at the root */
	struct rs_view block;
	size_t header_off, next;
	struct nt_ix_entry held; /* its child is being walked */
	bool is_held;
};

struct walk {
	const struct nt_ix *ix;
	const struct nt_ix_visit *visit;
	uint64_t blocks_left; /* ends any loop; a cut may leave a block in the tree twice */
	struct level levels[NT_IX_DEPTH];
	unsigned depth;
};

static int descend(struct walk *w, uint64_t vcn, struct rs_err *err)
{
	const uint32_t len = w->ix->block_bytes;

	if (w->depth + 1 == NT_IX_DEPTH)
		return damaged(w->ix, vcn, "too deep", err);
	if (!w->blocks_left--)
		return damaged(w->ix, vcn, "blocks go in a circle", err);
	auto_free uint8_t *buf = malloc(len);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "index block");
	int r = nt_ix_block(w->ix, vcn, buf, err);
	if (r < 0)
		return r;
	if (w->visit->block)
		w->visit->block(w->visit->user, vcn * w->ix->vcn_bytes / len);
	struct level *l = &w->levels[++w->depth];
	*l = (struct level){.block = {buf, len}, .header_off = NT_IX_BLOCK_HEADER};
	l->buf = rs_steal(buf);
	return 0;
}

/* One step: the child before an entry, or the entry, or up. 1: done. */
static int step(struct walk *w, struct rs_err *err)
{
	struct level *l = &w->levels[w->depth];

	if (!l->is_held) {
		if (!nt_ix_next(l->block, l->header_off, &l->next, &l->held))
			return damaged(w->ix, 0, "a malformed entry", err);
		l->is_held = true;
		if (l->held.has_child)
			return descend(w, l->held.child_vcn, err);
	}
	if (l->held.is_end) {
		free(l->buf);
		l->buf = NULL;
		if (!w->depth)
			return 1;
		w->depth--;
		return 0;
	}
	l->is_held = false;
	return !w->visit->entry || w->visit->entry(w->visit->user, &l->held) ? 0 : 1;
}

int nt_ix_walk(struct nt_ix *ix, const struct nt_ix_visit *visit, struct rs_err *err)
{
	auto_free struct walk *w = calloc(1, sizeof(*w));
	int r = nt_ix_sizes(ix, err);

	if (r < 0)
		return r;
	if (!w)
		return rs_fail(err, RS_E_MEMORY, "index");
	w->ix = ix;
	w->visit = visit;
	w->blocks_left = 2 * (ix->alloc_bytes / ix->block_bytes) + 16;
	w->levels[0] = (struct level){.block = ix->root, .header_off = NT_IX_ROOT_HEADER};
	while (r == 0)
		r = step(w, err);
	for (unsigned i = 1; i <= w->depth; i++)
		free(w->levels[i].buf);
	return r < 0 ? r : 0;
}

/* ---- an index of a volume ---- */

static int read_block(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct nt_index *x = user;
	size_t n = 0;
	int r = nt_stream_read(x->raw, &x->alloc, off_bytes, buf, len, &n, err);

	return r < 0 || n == len ? r
				 : rs_fail(err, RS_E_NTFS_DAMAGED, "an index block past its end");
}

int nt_index_open(struct nt_raw *raw, uint64_t number, const char *name, bool is_tolerant,
	struct nt_index *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	size_t len = 0;

	*ret = (struct nt_index){.raw = raw};
	int r = nt_raw_read_all(
		raw, number, NT_AT_INDEX_ROOT, name, NT_INDEX_MAX, &ret->root, &len, err);
	if (r < 0)
		return r;
	ret->ix = (struct nt_ix){.root = {ret->root, len},
		.number = number,
		.cluster_bytes = raw->geo.cluster_bytes,
		.read = read_block,
		.read_user = ret};
	r = nt_ix_sizes(&ret->ix, err);
	if (r < 0)
		return r;
	r = nt_stream_open(raw, number, NT_AT_INDEX_ALLOCATION, name, &ret->alloc, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0; /* small: all in the root */
	if (r == 0) {
		ret->ix.alloc_bytes = nt_stream_there(raw, &ret->alloc);
		r = nt_raw_read_all(raw, number, NT_AT_BITMAP, name, BITMAP_MAX, &ret->bitmap,
			&ret->bitmap_len, &why);
		r = is_tolerant ? 0 : r;
	}
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

void nt_index_done(struct nt_index *x)
{
	nt_stream_done(&x->alloc);
	free(x->root);
	free(x->bitmap);
}

/* ---- the tolerant walk: what there is, in the order of the disk ---- */

/* The entries of one node; false when they are malformed. */
static bool node_each(
	struct rs_view node, size_t header_off, nt_index_fn *fn, void *user, bool *ret_is_stopped)
{
	struct nt_file_name name;
	struct nt_ix_entry e = {0};

	for (size_t at = 0; !*ret_is_stopped;) {
		if (!nt_ix_next(node, header_off, &at, &e))
			return false;
		if (e.is_end)
			return true;
		if (!nt_file_name_parse(e.key, &name))
			return false;
		*ret_is_stopped = !fn(user, e.ref, &name);
	}
	return true;
}

int nt_index_each(struct nt_raw *raw, uint64_t number, nt_index_fn *fn, void *user,
	unsigned *ret_damaged, struct rs_err *err)
{
	auto_nt_index struct nt_index x = {0};
	auto_free uint8_t *block = malloc(NT_INDEX_MAX);
	struct rs_err why = {0};
	bool is_stopped = false;
	int r = nt_index_open(raw, number, "$I30", true, &x, err);

	if (r == 0 && !block)
		r = rs_fail(err, RS_E_MEMORY, "index");
	if (r < 0)
		return r;
	const uint32_t len = x.ix.block_bytes;
	uint64_t n = x.ix.alloc_bytes / len,
		 most = x.bitmap ? 8ULL * x.bitmap_len : BLOCKS_UNMARKED;
	*ret_damaged = n && !x.bitmap;
	*ret_damaged += !node_each(x.ix.root, NT_IX_ROOT_HEADER, fn, user, &is_stopped);
	for (uint64_t i = 0; i < n && i < most && !is_stopped; i++) {
		if (x.bitmap && !nt_bit(x.bitmap, x.bitmap_len, i))
			continue;
		r = nt_ix_block(&x.ix, i * len / x.ix.vcn_bytes, block, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		*ret_damaged += r < 0 || !node_each((struct rs_view){block, len},
						 NT_IX_BLOCK_HEADER, fn, user, &is_stopped);
	}
	return 0;
}
