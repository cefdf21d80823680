/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of sub-keys: li (offsets), lf and lh (offsets with a hint or hash of the name, which is not
 * looked at: names are compared), ri (a list of such lists, one level). */
#include "windows/internal.h"

#include <string.h>

#include "core/text.h"

struct list {
	struct hive_cell cell;
	uint32_t stride; /* bytes of an entry: 4 or 8 */
	uint32_t n;
	bool is_root; /* ri */
};

struct index_walk {
	int (*fn)(void *user, uint32_t off, struct rs_err *err);
	void *user;
	uint32_t left; /* entries that the key says it has */
};

static int list_load(struct win_hive *h, uint32_t off, struct list *ret, struct rs_err *err)
{
	uint8_t raw[4];
	struct list l = {0};

	int r = hive_cell_at(h, off, "list of keys", &l.cell, err);
	if (r == 0)
		r = hive_cell_read(h, l.cell, 0, raw, sizeof(raw), err);
	if (r != 0)
		return r;
	if (memcmp(raw, "lf", 2) == 0 || memcmp(raw, "lh", 2) == 0)
		l.stride = 8;
	else if (memcmp(raw, "li", 2) == 0 || memcmp(raw, "ri", 2) == 0)
		l.stride = 4;
	else
		return rs_fail(err, RS_E_HIVE, "no list of keys at 0x%x", off);
	l.is_root = raw[0] == 'r';
	l.n = rs_le16(raw + 2);
	if (l.n > (l.cell.len - 4) / l.stride)
		return rs_fail(err, RS_E_HIVE, "list at 0x%x: %u entries in %u bytes", off, l.n,
			l.cell.len);
	*ret = l;
	return 0;
}

static int leaf_each(
	struct win_hive *h, const struct list *l, struct index_walk *w, struct rs_err *err)
{
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t off;
		if (w->left == 0)
			return rs_fail(err, RS_E_HIVE,
				"list at 0x%x has more entries than its key says", l->cell.off - 4);
		w->left--;
		int r = hive_cell_u32(h, l->cell, 4 + i * l->stride, &off, err);
		if (r == 0)
			r = w->fn(w->user, off, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int hive_index_each(struct win_hive *h, const struct hive_nk *nk,
	int (*fn)(void *user, uint32_t off, struct rs_err *err), void *user, struct rs_err *err)
{
	/* a key takes 80 bytes or more: a larger count is a lie that would only cost time */
	struct index_walk w = {fn, user, nk->n_keys};
	struct list top;

	if (nk->n_keys == 0)
		return 0;
	if (nk->n_keys > h->bins_bytes / 80)
		return rs_fail(err, RS_E_HIVE, "a key with %u sub-keys", nk->n_keys);
	int r = list_load(h, nk->keys_off, &top, err);
	if (r == 0 && !top.is_root)
		r = leaf_each(h, &top, &w, err);
	for (uint32_t i = 0; r == 0 && top.is_root && i < top.n; i++) {
		uint32_t off;
		struct list leaf;
		r = hive_cell_u32(h, top.cell, 4 + i * top.stride, &off, err);
		if (r == 0)
			r = list_load(h, off, &leaf, err);
		if (r == 0 && leaf.is_root)
			r = rs_fail(err, RS_E_HIVE, "a list of lists inside another at 0x%x", off);
		if (r == 0)
			r = leaf_each(h, &leaf, &w, err);
	}
	if (r == 0 && w.left)
		return rs_fail(err, RS_E_HIVE, "list at 0x%x has %u %s fewer than its key says",
			nk->keys_off, w.left, rs_form(w.left, "entry", "entries"));
	return r;
}
