/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After a cut inside a step (order_tree.c) an entry may be in an index twice: in the block it came
 * from and in the one it moved to. Its old place then lies outside of what the nodes above allow
 * for that block, so it can be told from the new one. Only an entry that stands once more where it
 * belongs is taken away; anything else out of order is real damage and left for chkdsk. */
#include <string.h>

#include "ntfswrite/vol_internal.h"

#include <ntfs-3g/unistr.h>

#define ENTRY_BYTES 0x10U

/* A block as it is and its part that stays. */
struct place {
	uint64_t vcn;
	struct nt_name low, high; /* names that bound it; length 0: no bound */
	unsigned depth;
};

struct trim {
	struct nt_vol *vol;
	struct nt_ix ix;
	ntfs_attr *alloc;
	struct rs_numbers good, bad; /* hashes of entries inside and outside of their bounds */
	uint64_t blocks_left;
	bool is_cutting; /* the second pass */
};

static int compare(const struct trim *t, const struct nt_name *a, const struct nt_name *b)
{
	return ntfs_names_full_collate(a->le, (u32)a->n, b->le, (u32)b->n, CASE_SENSITIVE,
		t->vol->lib->upcase, t->vol->lib->upcase_len);
}

/* What of a block lies between its bounds: entries [first, end) by offset from the header. */
struct cut {
	size_t first, end; /* offsets; first = 0: nothing cut in front */
	uint64_t end_child;
	bool has_child, is_cut;
};

static int damaged(struct rs_err *err, const char *what)
{
	return rs_fail(err, RS_E_NTFS_DAMAGED, "index of the folder: %s", what);
}

static int judge_entry(struct trim *t, const struct place *p, const struct nt_ix_entry *e,
	struct nt_name *ret, int *ret_side, struct rs_err *err)
{
	struct nt_file_name fn;

	if (!nt_file_name_parse(e->key, &fn))
		return damaged(err, "an entry with a malformed name");
	*ret = nt_name_of(fn.name);
	*ret_side = 0;
	if (p->low.n && compare(t, ret, &p->low) <= 0)
		*ret_side = -1;
	else if (p->high.n && compare(t, ret, &p->high) >= 0)
		*ret_side = 1;
	if (t->is_cutting)
		return 0;
	return rs_numbers_add(*ret_side ? &t->bad : &t->good, nt_hash(e->ref, fn.name))
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "index");
}

static int descend(struct trim *t, uint64_t vcn, const struct place *above,
	const struct nt_name *low, const struct nt_name *high, struct rs_err *err);

/* All entries of a node: judge them, go down to the children that stay. */
static int look(struct trim *t, struct place *p, struct rs_view block, size_t header,
	struct cut *ret_cut, struct rs_err *err)
{
	struct nt_name before = p->low, name = {.n = 0};
	struct cut cut = {0};
	size_t at = 0, start;
	int r = 0, side = 0;

	for (;;) {
		struct nt_ix_entry e;

		start = at;
		if (!nt_ix_next(block, header, &at, &e))
			return damaged(err, "a malformed entry");
		if (!start)
			start = rs_le32(block.p + header);
		if (!e.is_end && !cut.end)
			r = judge_entry(t, p, &e, &name, &side, err);
		else if (!e.is_end)
			r = judge_entry(t, p, &e, &(struct nt_name){.n = 0}, &(int){0}, err);
		if (r < 0)
			return r;
		if (!e.is_end && side < 0 && !cut.end) {
			if (e.has_child)
				return damaged(err, "an inner node out of order");
			cut.first = at;
			cut.is_cut = true;
			continue;
		}
		bool is_last = e.is_end || side > 0;
		if (!cut.end && e.has_child)
			r = descend(t, e.child_vcn, p, &before, is_last ? &p->high : &name, err);
		if (r < 0)
			return r;
		if (is_last && !cut.end) {
			cut.end = start;
			cut.end_child = e.child_vcn;
			cut.has_child = e.has_child;
			cut.is_cut |= !e.is_end;
		}
		if (e.is_end)
			break;
		before = name;
	}
	*ret_cut = cut;
	return 0;
}

/* The kept entries move to the front, behind them an end entry. */
static void apply_cut(const struct cut *c, uint8_t *block, size_t header)
{
	uint8_t *node = block + header;
	size_t first = rs_le32(node), from = c->first ? c->first : first, kept = c->end - from;
	size_t end_bytes = ENTRY_BYTES + (c->has_child ? 8 : 0);
	uint8_t *end = node + first + kept;

	memmove(node + first, node + from, kept);
	memset(end, 0, end_bytes);
	rs_put_le16(end + 8, (uint16_t)end_bytes);
	rs_put_le16(end + 12, c->has_child ? 3 : 2);
	if (c->has_child)
		rs_put_le64(end + ENTRY_BYTES, c->end_child);
	rs_put_le32(node + 4, (uint32_t)(first + kept + end_bytes));
}

static int descend(struct trim *t, uint64_t vcn, const struct place *above,
	const struct nt_name *low, const struct nt_name *high, struct rs_err *err)
{
	struct place p = {.vcn = vcn, .low = *low, .high = *high, .depth = above->depth + 1};
	const uint32_t len = t->ix.block_bytes;
	struct cut cut = {0};

	if (p.depth == NT_IX_DEPTH || !t->blocks_left--)
		return damaged(err, "blocks too deep or in a circle");
	auto_free uint8_t *buf = malloc(len);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "index block");
	int r = nt_ix_block(&t->ix, vcn, buf, err);
	if (r == 0)
		r = look(t, &p, (struct rs_view){buf, len}, NT_IX_BLOCK_HEADER, &cut, err);
	if (r < 0 || !cut.is_cut || !t->is_cutting)
		return r;
	apply_cut(&cut, buf, NT_IX_BLOCK_HEADER);
	if (ntfs_attr_mst_pwrite(t->alloc, (s64)(vcn * t->ix.vcn_bytes), 1, len, buf) != 1)
		return nt_lib_fail(t->vol, RS_E_NTFS_DAMAGED, "index of a folder", err);
	return 0;
}

static int pass(struct trim *t, bool is_cutting, struct rs_err *err)
{
	struct place root = {.depth = 0};
	struct cut none;

	t->is_cutting = is_cutting;
	t->blocks_left = 2 * t->ix.alloc_bytes / t->ix.block_bytes + 16;
	return look(t, &root, t->ix.root, NT_IX_ROOT_HEADER, &none, err);
}

static int trim(struct trim *t, struct rs_err *err)
{
	int r = pass(t, false, err);

	if (r < 0 || !t->bad.n)
		return r;
	rs_numbers_sort(&t->good, false);
	for (size_t i = 0; i < t->bad.n; i++)
		if (!rs_numbers_count(&t->good, t->bad.v[i]))
			return damaged(err, "entries out of order");
	return pass(t, true, err);
}

static int trim_folder(struct nt_vol *vol, uint64_t dir_ref, bool *ret_is_cut, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_free uint8_t *root = NULL;
	auto_attr ntfs_attr *alloc = NULL;
	struct trim t = {.vol = vol};
	int r = nt_inode_open(vol, dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_index(vol, dir, &t.ix, &root, &alloc, err);
	if (r < 0 || !alloc)
		return r; /* a small index lies in its record and changes with it, whole */
	t.alloc = alloc;
	r = trim(&t, err);
	*ret_is_cut = t.bad.n != 0;
	rs_numbers_done(&t.good);
	rs_numbers_done(&t.bad);
	return r;
}

int nt_tree_trim(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err)
{
	bool is_cut = false;
	int r = trim_folder(vol, dir_ref, &is_cut, err);

	return is_cut ? nt_step_end(vol, (uint64_t[]){0}, r, err) : r;
}
