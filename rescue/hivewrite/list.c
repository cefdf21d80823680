/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of a key's sub-keys: li (offsets), lf and lh (offsets with a hint or a hash of the name),
 * ri (such lists), all in the order of the names. */
#include <string.h>

#include "hivewrite/internal.h"

static const struct hw_spot nowhere = {HW_NIL, 0, 0, HW_NIL};

static bool is_kind(const uint8_t *list, const char *kind)
{
	return memcmp(list, kind, 2) == 0;
}

static uint32_t stride_of(const uint8_t *list)
{
	return is_kind(list, "li") || is_kind(list, "ri") ? 4 : 8;
}

static uint32_t count_of(const uint8_t *list)
{
	return rs_le16(list + 2);
}

static uint8_t *entry(uint8_t *list, uint32_t i)
{
	return list + 4 + (size_t)stride_of(list) * i;
}

/* A list that is one, its entries inside its cell. */
static uint8_t *list_at(struct hw_hive *h, uint32_t off, struct rs_err *err)
{
	uint8_t *p = hw_cell(h, off, 4, err);

	if (!p)
		return NULL;
	if ((!is_kind(p, "lf") && !is_kind(p, "lh") && !is_kind(p, "li") && !is_kind(p, "ri")) ||
		count_of(p) > (hw_cell_len(h, off) - 4) / stride_of(p)) {
		(void)rs_fail(err, RS_E_HIVE, "no list of keys at 0x%x", off);
		return NULL;
	}
	return p;
}

/* One level of lists, or two. */
static uint32_t leaves_of(const uint8_t *top)
{
	return is_kind(top, "ri") ? count_of(top) : 1;
}

static uint32_t leaf_off(uint8_t *top, uint32_t top_off, uint32_t i)
{
	return is_kind(top, "ri") ? rs_le32(entry(top, i)) : top_off;
}

static uint8_t *leaf_at(struct hw_hive *h, uint32_t off, struct rs_err *err)
{
	uint8_t *leaf = list_at(h, off, err);

	if (leaf && is_kind(leaf, "ri")) {
		(void)rs_fail(err, RS_E_HIVE, "a list of lists inside another at 0x%x", off);
		return NULL;
	}
	return leaf;
}

/* ---- walking ---- */

struct walk {
	int (*fn)(void *user, const struct hw_spot *at, struct rs_err *err);
	void *user;
	uint32_t left; /* entries, by the key's own number */
};

static int walk_leaf(
	struct hw_hive *h, struct walk *w, uint32_t off, uint32_t nth_leaf, struct rs_err *err)
{
	uint8_t *leaf = leaf_at(h, off, err);

	if (!leaf)
		return RS_E_HIVE;
	for (uint32_t i = 0; i < count_of(leaf); i++) {
		const struct hw_spot at = {off, nth_leaf, i, rs_le32(entry(leaf, i))};
		if (!w->left--)
			return rs_fail(err, RS_E_HIVE,
				"the list at 0x%x has more entries than its key says", off);
		int r = w->fn(w->user, &at, err);
		if (r != 0)
			return r;
	}
	return 0;
}

static int walk(struct hw_hive *h, uint32_t key, struct walk *w, struct rs_err *err)
{
	const uint8_t *nk = hw_cell(h, key, 76, err);
	int r = 0;

	if (!nk)
		return RS_E_HIVE;
	w->left = rs_le32(nk + 20);
	if (!w->left)
		return 0;
	const uint32_t top_off = rs_le32(nk + 28);
	uint8_t *top = list_at(h, top_off, err);
	if (!top)
		return RS_E_HIVE;
	for (uint32_t i = 0; r == 0 && i < leaves_of(top); i++)
		r = walk_leaf(h, w, leaf_off(top, top_off, i), i, err);
	if (r == 0 && w->left)
		return rs_fail(err, RS_E_HIVE, "the list at 0x%x has too few entries", top_off);
	return r;
}

struct each {
	int (*fn)(void *user, uint32_t sub, struct rs_err *err);
	void *user;
};

static int each_fn(void *user, const struct hw_spot *at, struct rs_err *err)
{
	const struct each *e = user;

	return e->fn(e->user, at->key, err);
}

int hw_list_each(struct hw_hive *h, uint32_t key,
	int (*fn)(void *user, uint32_t sub, struct rs_err *err), void *user, struct rs_err *err)
{
	struct each e = {fn, user};
	struct walk w = {.fn = each_fn, .user = &e};

	return walk(h, key, &w, err);
}

struct find {
	struct hw_hive *h;
	const struct hw_name *name;
	struct hw_spot spot; /* it, or the first that comes after it */
	struct hw_spot last;
	bool is_found, is_behind, is_mixed;
};

static int find_fn(void *user, const struct hw_spot *at, struct rs_err *err)
{
	struct find *f = user;
	const uint8_t *nk = hw_cell(f->h, at->key, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (rs_le16(nk + 72) > hw_cell_len(f->h, at->key) - 76U)
		return rs_fail(err, RS_E_HIVE, "the name of the key at 0x%x", at->key);
	const int c = hw_name_compare(nk + 76, rs_le16(nk + 72), rs_le16(nk + 2) & 0x20, f->name);
	if (c == 0) {
		f->spot = *at;
		f->is_found = true;
		return 1;
	}
	f->is_mixed = f->is_mixed || (c < 0 && f->is_behind);
	if (c > 0 && !f->is_behind) {
		f->spot = *at;
		f->is_behind = true;
	}
	f->last = *at;
	return 0;
}

int hw_list_find(struct hw_hive *h, uint32_t key, const struct hw_name *name, struct hw_spot *ret,
	struct rs_err *err)
{
	struct find f = {.h = h, .name = name, .spot = nowhere, .last = nowhere};
	struct walk w = {.fn = find_fn, .user = &f};

	int r = walk(h, key, &w, err);
	if (r < 0)
		return r;
	if (!f.is_found && f.is_mixed)
		return rs_fail(
			err, RS_E_HIVE, "the sub-keys of the key at 0x%x are not in order", key);
	*ret = f.spot;
	if (!f.is_found && !f.is_behind) { /* behind all of them */
		*ret = f.last;
		ret->nth += f.last.leaf != HW_NIL;
	}
	if (!f.is_found)
		ret->key = HW_NIL;
	return 0;
}

/* ---- changing ---- */

static void entry_put(uint8_t *at, const uint8_t *list, uint32_t sub, const struct hw_name *name)
{
	rs_put_le32(at, sub);
	if (is_kind(list, "lh"))
		rs_put_le32(at + 4, hw_name_hash(name));
	else if (is_kind(list, "lf"))
		hw_name_hint(name, at + 4);
}

/* A list with room for one more at @nth, whose bytes are still to be put; a new cell where this one
 * has none. The old one is free then, and who points to it must be told (@ret_off). */
static int make_room(struct hw_hive *h, uint32_t off, uint32_t nth, uint32_t *ret_off,
	uint8_t **ret, struct rs_err *err)
{
	uint8_t *list = list_at(h, off, err);
	int r = 0;

	if (!list)
		return RS_E_HIVE;
	const uint32_t n = count_of(list), stride = stride_of(list);
	if (n >= UINT16_MAX)
		return rs_fail(err, RS_E_HIVE_EDIT, "the list at 0x%x is full", off);
	*ret_off = off;
	if (h->unneeded || hw_cell_len(h, off) < 4 + stride * (n + 1)) {
		r = hw_alloc(h, 4 + stride * (n + 1), ret_off, err);
		if (r < 0)
			return r;
		uint8_t *to = hw_cell(h, *ret_off, 4 + stride * (n + 1), err);
		if (!to)
			return RS_E_HIVE;
		memcpy(to, list, 4 + (size_t)stride * n);
		hw_free(h, off);
		list = to;
	}
	memmove(entry(list, nth + 1), entry(list, nth), (size_t)stride * (n - nth));
	rs_put_le16(list + 2, (uint16_t)(n + 1));
	*ret = list;
	return 0;
}

static int first(struct hw_hive *h, uint32_t key, uint32_t sub, const struct hw_name *name,
	struct rs_err *err)
{
	uint32_t off;
	int r = hw_alloc(h, 12, &off, err);
	uint8_t *list = r < 0 ? NULL : hw_cell(h, off, 12, err);
	uint8_t *nk = hw_cell(h, key, 76, err);

	if (!list || !nk)
		return r < 0 ? r : RS_E_HIVE;
	list[0] = 'l';
	list[1] = h->minor >= 5 ? 'h' : 'f';
	rs_put_le16(list + 2, 1);
	entry_put(list + 4, list, sub, name);
	rs_put_le32(nk + 28, off);
	return 0;
}

/* A list of lists with one entry, over the only list there is. */
static int add_top(struct hw_hive *h, uint32_t key, uint32_t leaf, struct rs_err *err)
{
	uint32_t off;
	int r = hw_alloc(h, 12, &off, err);
	uint8_t *top = r < 0 ? NULL : hw_cell(h, off, 12, err);
	uint8_t *nk = hw_cell(h, key, 76, err);

	if (!top || !nk)
		return r < 0 ? r : RS_E_HIVE;
	memcpy(top, "ri", 2);
	rs_put_le16(top + 2, 1);
	rs_put_le32(top + 4, leaf);
	rs_put_le32(nk + 28, off);
	return 0;
}

/* The upper half of a list that is full becomes one of its own; @at moves with its entry. */
static int split(struct hw_hive *h, uint32_t key, struct hw_spot *at, struct rs_err *err)
{
	uint8_t *nk = hw_cell(h, key, 76, err), *leaf = leaf_at(h, at->leaf, err), *top = NULL;
	uint32_t upper = HW_NIL, top_off = HW_NIL;
	int r = 0;

	if (!nk || !leaf)
		return RS_E_HIVE;
	if (rs_le32(nk + 28) == at->leaf)
		r = add_top(h, key, at->leaf, err);
	const uint32_t n = count_of(leaf), stays = n / 2, stride = stride_of(leaf);
	if (r == 0)
		r = hw_alloc(h, 4 + stride * (n - stays), &upper, err);
	if (r == 0)
		r = make_room(h, rs_le32(nk + 28), at->nth_leaf + 1, &top_off, &top, err);
	uint8_t *to = r < 0 ? NULL : hw_cell(h, upper, 4, err);
	if (!to || !top)
		return r < 0 ? r : RS_E_HIVE;
	rs_put_le32(nk + 28, top_off);
	rs_put_le32(entry(top, at->nth_leaf + 1), upper);
	memcpy(to, leaf, 2);
	rs_put_le16(to + 2, (uint16_t)(n - stays));
	memcpy(entry(to, 0), entry(leaf, stays), (size_t)stride * (n - stays));
	rs_put_le16(leaf + 2, (uint16_t)stays);
	if (at->nth > stays) {
		at->nth -= stays;
		at->nth_leaf++;
		at->leaf = upper;
	}
	return 0;
}

static void count_add(uint8_t *nk, int n)
{
	rs_put_le32(nk + 20, rs_le32(nk + 20) + (uint32_t)n);
}

int hw_list_insert(struct hw_hive *h, uint32_t key, const struct hw_spot *spot, uint32_t sub,
	const struct hw_name *name, struct rs_err *err)
{
	struct hw_spot at = *spot;
	uint8_t *nk = hw_cell(h, key, 76, err), *leaf;
	uint32_t off;
	int r = 0;

	if (!nk)
		return RS_E_HIVE;
	if (at.leaf == HW_NIL) {
		r = first(h, key, sub, name, err);
		if (r == 0)
			count_add(nk, 1);
		return r;
	}
	leaf = leaf_at(h, at.leaf, err);
	if (!leaf)
		return RS_E_HIVE;
	if (count_of(leaf) >= (stride_of(leaf) == 4 ? HW_LEAF_MOST_PLAIN : HW_LEAF_MOST))
		r = split(h, key, &at, err);
	const uint32_t top_off = rs_le32(nk + 28);
	if (r == 0)
		r = make_room(h, at.leaf, at.nth, &off, &leaf, err);
	if (r < 0)
		return r;
	if (top_off == at.leaf) /* who points to it */
		rs_put_le32(nk + 28, off);
	else
		rs_put_le32(entry(h->p + top_off + 4, at.nth_leaf), off);
	entry_put(entry(leaf, at.nth), leaf, sub, name);
	count_add(nk, 1);
	return 0;
}

static void take_out(uint8_t *list, uint32_t nth)
{
	const uint32_t n = count_of(list);

	memmove(entry(list, nth), entry(list, nth + 1), (size_t)stride_of(list) * (n - nth - 1));
	memset(entry(list, n - 1), 0, stride_of(list));
	rs_put_le16(list + 2, (uint16_t)(n - 1));
}

/* The list that is written over; of a hive where none is, a copy in its place. */
static int own_leaf(
	struct hw_hive *h, uint8_t *nk, struct hw_spot *at, uint8_t **ret, struct rs_err *err)
{
	uint8_t *leaf = *ret = leaf_at(h, at->leaf, err), *copy;
	uint32_t off;

	if (!leaf)
		return RS_E_HIVE;
	if (!h->unneeded)
		return 0;
	if (rs_le32(nk + 28) != at->leaf)
		return rs_fail(err, RS_E_HIVE_EDIT, "a list of lists");
	const uint32_t len = 4 + stride_of(leaf) * count_of(leaf);
	int r = hw_alloc(h, len, &off, err);
	copy = r < 0 ? NULL : hw_cell(h, off, len, err);
	if (!copy)
		return r < 0 ? r : RS_E_HIVE;
	memcpy(copy, leaf, len);
	hw_free(h, at->leaf);
	rs_put_le32(nk + 28, off);
	at->leaf = off;
	*ret = copy;
	return 0;
}

int hw_list_remove(struct hw_hive *h, uint32_t key, const struct hw_spot *spot, struct rs_err *err)
{
	uint8_t *nk = hw_cell(h, key, 76, err), *leaf = NULL;
	struct hw_spot at = *spot;
	int r = nk ? own_leaf(h, nk, &at, &leaf, err) : RS_E_HIVE;

	if (r < 0)
		return r;
	const uint32_t top_off = rs_le32(nk + 28);
	take_out(leaf, at.nth);
	count_add(nk, -1);
	if (count_of(leaf))
		return 0;
	hw_free(h, at.leaf);
	if (top_off == at.leaf) {
		rs_put_le32(nk + 28, HW_NIL);
		return 0;
	}
	uint8_t *top = list_at(h, top_off, err);
	if (!top)
		return RS_E_HIVE;
	take_out(top, at.nth_leaf);
	if (!count_of(top)) {
		hw_free(h, top_off);
		rs_put_le32(nk + 28, HW_NIL);
	}
	return 0;
}

int hw_list_free(struct hw_hive *h, uint32_t key, struct rs_err *err)
{
	uint8_t *nk = hw_cell(h, key, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (!rs_le32(nk + 20))
		return 0;
	const uint32_t top_off = rs_le32(nk + 28);
	uint8_t *top = list_at(h, top_off, err);
	if (!top)
		return RS_E_HIVE;
	for (uint32_t i = 0; is_kind(top, "ri") && i < count_of(top); i++)
		hw_free(h, rs_le32(entry(top, i)));
	hw_free(h, top_off);
	rs_put_le32(nk + 20, 0);
	rs_put_le32(nk + 28, HW_NIL);
	return 0;
}
