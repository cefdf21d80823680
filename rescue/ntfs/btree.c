/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ntfs/btree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "ntfs/raw_internal.h"

#define ROOT_HEADER_OFF	 0x10U /* INDEX_HEADER inside INDEX_ROOT */
#define BLOCK_HEADER_OFF 0x18U /* INDEX_HEADER inside an INDX block */
#define ENTRY_NODE	 1U
#define ENTRY_END	 2U

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

bool nt_ix_sizes(const struct nt_ix *ix, uint32_t *ret_block_bytes, uint32_t *ret_vcn_bytes)
{
	uint32_t block;

	if (!rs_view_u32(ix->root, 8, &block) || block < NT_STRIDE_BYTES || block > 65536 ||
		(block & (block - 1)))
		return false;
	*ret_block_bytes = block;
	/* Clusters bigger than a block: the VCNs of an index count 512 bytes. */
	*ret_vcn_bytes = ix->cluster_bytes <= block ? ix->cluster_bytes : NT_STRIDE_BYTES;
	return *ret_vcn_bytes != 0;
}

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
	uint32_t block_bytes, vcn_bytes;
	uint64_t blocks_left; /* ends any loop; a cut may leave a block in the tree twice */
	struct level levels[NT_IX_DEPTH];
	unsigned depth;
};

static int damaged(struct rs_err *err, const char *what, uint64_t vcn)
{
	return rs_fail(err, RS_E_NTFS_DAMAGED, "index of the folder: %s (block at VCN %" PRIu64 ")",
		what, vcn);
}

static int descend(struct walk *w, uint64_t vcn, struct rs_err *err)
{
	uint64_t off;

	if (w->depth + 1 == NT_IX_DEPTH)
		return damaged(err, "too deep", vcn);
	if (!w->blocks_left--)
		return damaged(err, "blocks go in a circle", vcn);
	if (__builtin_mul_overflow(vcn, (uint64_t)w->vcn_bytes, &off) || off % w->block_bytes ||
		off > w->ix->alloc_bytes || w->ix->alloc_bytes - off < w->block_bytes)
		return damaged(err, "a block outside of the allocation", vcn);
	auto_free uint8_t *buf = malloc(w->block_bytes);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "index block");
	int r = w->ix->read(w->ix->read_user, off, buf, w->block_bytes, err);
	if (r < 0)
		return r;
	if (memcmp(buf, "INDX", 4) != 0)
		return damaged(err, "not an INDX block", vcn);
	if (nt_fixup(buf, w->block_bytes))
		return damaged(err, "a torn block", vcn);
	if (rs_le64(buf + 0x10) != vcn)
		return damaged(err, "a block that belongs elsewhere", vcn);
	if (w->visit->block)
		w->visit->block(w->visit->user, off / w->block_bytes);
	struct level *l = &w->levels[++w->depth];
	*l = (struct level){.block = {buf, w->block_bytes}, .header_off = BLOCK_HEADER_OFF};
	l->buf = rs_steal(buf);
	return 0;
}

/* One step: the child before an entry, or the entry, or up. 1: done. */
static int step(struct walk *w, struct rs_err *err)
{
	struct level *l = &w->levels[w->depth];

	if (!l->is_held) {
		if (!nt_ix_next(l->block, l->header_off, &l->next, &l->held))
			return damaged(err, "a malformed entry", 0);
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
	return w->visit->entry(w->visit->user, &l->held) ? 0 : 1;
}

int nt_ix_walk(const struct nt_ix *ix, const struct nt_ix_visit *visit, struct rs_err *err)
{
	auto_free struct walk *w = calloc(1, sizeof(*w));
	int r = 0;

	if (!w)
		return rs_fail(err, RS_E_MEMORY, "index");
	w->ix = ix;
	w->visit = visit;
	if (!nt_ix_sizes(ix, &w->block_bytes, &w->vcn_bytes))
		return rs_fail(err, RS_E_NTFS_DAMAGED, "index of the folder: block size");
	w->blocks_left = 2 * (ix->alloc_bytes / w->block_bytes) + 16;
	w->levels[0] = (struct level){.block = ix->root, .header_off = ROOT_HEADER_OFF};
	while (r == 0)
		r = step(w, err);
	for (unsigned i = 1; i <= w->depth; i++)
		free(w->levels[i].buf);
	return r < 0 ? r : 0;
}
