/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive is looked through before it is changed: what is damaged is not written to, and what is
 * free must be nobody's. */
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "hivewrite/internal.h"

static int damaged(struct rs_err *err, const char *what, uint32_t off)
{
	return rs_fail(err, RS_E_HIVE, "%s at 0x%x", what, off);
}

/* ---- bins and cells ---- */

static int check_cells(struct hw_hive *h, uint32_t bin, uint32_t end, struct rs_err *err)
{
	for (uint32_t off = bin + HW_BIN_HEAD; off < end;) {
		const uint32_t raw = rs_le32(h->p + off);
		const bool is_used = raw >> 31;
		const uint32_t size = is_used ? 0U - raw : raw;
		if (size < 8 || size % 8 || size > end - off)
			return damaged(err, "a cell of no possible size", off);
		hw_bit_set(h->starts, off, true);
		if (is_used && size >= 24 && memcmp(h->p + off + 4, "sk", 2) == 0) {
			struct hw_sk *sk = rs_list_add(&h->sk, &h->n_sk, sizeof(*sk));
			if (!sk)
				return rs_fail(err, RS_E_MEMORY, "hive");
			sk->off = off;
		}
		off += size;
	}
	return 0;
}

static int check_bins(struct hw_hive *h, struct rs_err *err)
{
	uint32_t size;
	int r = 0;

	for (uint32_t bin = 0; r == 0 && bin < h->len; bin += size) {
		size = rs_le32(h->p + bin + 8);
		if (memcmp(h->p + bin, "hbin", 4) != 0 || rs_le32(h->p + bin + 4) != bin || !size ||
			size % HW_PAGE || size > h->len - bin)
			return damaged(err, "no hive bin", bin);
		for (uint32_t page = bin / HW_PAGE; page < (bin + size) / HW_PAGE; page++)
			h->bin[page] = bin;
		r = check_cells(h, bin, bin + size, err);
	}
	return r;
}

/* ---- what belongs to what ---- */

/* A cell in use of at least @len bytes that nothing else has. */
static uint8_t *take(struct hw_hive *h, uint32_t off, uint32_t len, struct rs_err *err)
{
	uint8_t *p = hw_cell(h, off, len, err);

	if (!p)
		return NULL;
	if (hw_bit(h->seen, off)) {
		(void)damaged(err, "two owners of the cell", off);
		return NULL;
	}
	hw_bit_set(h->seen, off, true);
	return p;
}

static int check_big(struct hw_hive *h, const uint8_t *db, uint32_t len, struct rs_err *err)
{
	const uint32_t n = rs_le16(db + 2);
	uint32_t left = len;

	if (memcmp(db, "db", 2) != 0 || n != (len + HW_MAX_DATA - 1) / HW_MAX_DATA)
		return damaged(err, "data in pieces that do not fit it", rs_le32(db + 4));
	const uint8_t *list = take(h, rs_le32(db + 4), 4 * n, err);
	for (uint32_t i = 0; list && i < n; i++) {
		const uint32_t part = left < HW_MAX_DATA ? left : HW_MAX_DATA;
		if (!take(h, rs_le32(list + 4 * (size_t)i), part, err))
			return RS_E_HIVE;
		left -= part;
	}
	return list ? 0 : RS_E_HIVE;
}

static int check_value(struct hw_hive *h, uint32_t off, struct rs_err *err)
{
	const uint8_t *vk = take(h, off, 20, err);

	if (!vk)
		return RS_E_HIVE;
	const uint32_t len = rs_le32(vk + 4) & 0x7FFFFFFF;
	if (memcmp(vk, "vk", 2) != 0 || rs_le16(vk + 2) > hw_cell_len(h, off) - 20U)
		return damaged(err, "no value", off);
	if (rs_le32(vk + 4) >> 31)
		return len <= 4 ? 0 : damaged(err, "a value of no possible size", off);
	if (!len)
		return 0;
	const uint32_t at = rs_le32(vk + 8);
	const uint8_t *data = take(h, at, 8 < len ? 8 : len, err);
	if (!data)
		return RS_E_HIVE;
	if (hw_cell_len(h, at) >= len)
		return 0;
	return len > HW_MAX_DATA ? check_big(h, data, len, err)
				 : damaged(err, "data of a value that leave their cell", at);
}

static int check_values(struct hw_hive *h, const uint8_t *nk, struct rs_err *err)
{
	const uint32_t n = rs_le32(nk + 36);

	if (!n || rs_le16(nk + 2) & 0x40) /* a predefined handle: the number is one */
		return 0;
	if (n > h->len / 8)
		return damaged(err, "more values than a hive holds", rs_le32(nk + 40));
	const uint8_t *list = take(h, rs_le32(nk + 40), 4 * n, err);
	for (uint32_t i = 0; list && i < n; i++) {
		int r = check_value(h, rs_le32(list + 4 * (size_t)i), err);
		if (r < 0)
			return r;
	}
	return list ? 0 : RS_E_HIVE;
}

static int by_off(const void *a, const void *b)
{
	const uint32_t x = ((const struct hw_sk *)a)->off, y = ((const struct hw_sk *)b)->off;

	return x < y ? -1 : x > y;
}

struct hw_sk *hw_sk_find(const struct hw_hive *h, uint32_t off)
{
	const struct hw_sk wanted = {.off = off};

	return h->n_sk ? bsearch(&wanted, h->sk, h->n_sk, sizeof(*h->sk), by_off) : NULL;
}

static int check_security(struct hw_hive *h, uint32_t off, struct rs_err *err)
{
	struct hw_sk *sk = hw_sk_find(h, off);

	if (off == HW_NIL)
		return 0;
	if (!sk)
		return damaged(err, "no security descriptor", off);
	sk->n++;
	hw_bit_set(h->seen, off, true);
	return 0;
}

struct todo { /* keys that are still to be looked at */
	struct hw_hive *h;
	uint32_t *off;
	uint16_t *depth;
	size_t n, cap;
	uint32_t parent, depth_now;
};

static int todo_add(void *user, uint32_t off, struct rs_err *err)
{
	struct todo *t = user;
	const uint8_t *nk = take(t->h, off, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (memcmp(nk, "nk", 2) != 0 || rs_le32(nk + 16) != t->parent)
		return damaged(err, "no sub-key", off);
	if (t->depth_now >= HW_MAX_DEPTH)
		return damaged(err, "keys too deep in each other", off);
	if (t->n == t->cap) {
		const size_t cap = t->cap ? 2 * t->cap : 256;
		uint32_t *o = reallocarray(t->off, cap, sizeof(*o));
		if (o)
			t->off = o;
		uint16_t *d = o ? reallocarray(t->depth, cap, sizeof(*d)) : NULL;
		if (!d)
			return rs_fail(err, RS_E_MEMORY, "hive");
		t->depth = d;
		t->cap = cap;
	}
	t->off[t->n] = off;
	t->depth[t->n++] = (uint16_t)(t->depth_now + 1);
	return 0;
}

/* The cells of its list; those that list.c reads. */
static int check_list(struct hw_hive *h, const uint8_t *nk, struct rs_err *err)
{
	const uint32_t at = rs_le32(nk + 28);

	if (!rs_le32(nk + 20))
		return 0;
	const uint8_t *list = take(h, at, 4, err);
	if (!list)
		return RS_E_HIVE;
	if (memcmp(list, "ri", 2) != 0)
		return 0;
	const uint32_t n = rs_le16(list + 2);
	if (n > (hw_cell_len(h, at) - 4) / 4)
		return damaged(err, "a list that leaves its cell", at);
	for (uint32_t i = 0; i < n; i++)
		if (!take(h, rs_le32(list + 4 + 4 * (size_t)i), 4, err))
			return RS_E_HIVE;
	return 0;
}

static int check_key(struct todo *t, uint32_t off, struct rs_err *err)
{
	struct hw_hive *h = t->h;
	const uint8_t *nk = hw_cell(h, off, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (rs_le16(nk + 72) > hw_cell_len(h, off) - 76U)
		return damaged(err, "the name of a key that leaves its cell", off);
	const uint32_t class_off = rs_le32(nk + 48), class_len = rs_le16(nk + 74);
	if (class_len && class_off != HW_NIL && !take(h, class_off, class_len, err))
		return RS_E_HIVE;
	int r = check_security(h, rs_le32(nk + 44), err);
	if (r == 0)
		r = check_values(h, nk, err);
	if (r == 0)
		r = check_list(h, nk, err);
	t->parent = off;
	return r < 0 ? r : hw_list_each(h, off, todo_add, t, err);
}

int hw_check(struct hw_hive *h, struct rs_err *err)
{
	struct todo t = {.h = h};

	memset(h->starts, 0, h->cap / 64);
	memset(h->seen, 0, h->cap / 64);
	h->n_sk = 0;
	free(h->sk);
	h->sk = NULL;
	int r = check_bins(h, err);
	if (r < 0)
		return r;
	const uint8_t *root = take(h, h->root, 76, err);
	if (!root)
		return RS_E_HIVE;
	if (memcmp(root, "nk", 2) != 0)
		return damaged(err, "no root key", h->root);
	r = check_key(&t, h->root, err);
	while (r == 0 && t.n) {
		t.n--;
		t.depth_now = t.depth[t.n];
		r = check_key(&t, t.off[t.n], err);
	}
	free(t.off);
	free(t.depth);
	return r;
}
