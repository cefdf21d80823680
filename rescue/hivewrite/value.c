/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: up to four bytes in the value's own cell, more in a cell for them. */
#include <string.h>

#include "hivewrite/internal.h"

#define IN_CELL	    0x80000000U
#define FLAG_LATIN  1
#define FLAG_BURIED 2 /* says that a value of a layer below is not there */

struct value {
	uint32_t off; /* HW_NIL: not there */
	uint32_t nth;
	uint8_t *vk;
};

static bool is_in_cell(const uint8_t *vk)
{
	return rs_le32(vk + 4) & IN_CELL;
}

static uint32_t len_of(const uint8_t *vk)
{
	return rs_le32(vk + 4) & ~IN_CELL;
}

/* The list of values; NULL and no error: there are none. */
static int list_of(
	struct hw_hive *h, const uint8_t *nk, uint8_t **ret, uint32_t *ret_n, struct rs_err *err)
{
	*ret = NULL;
	*ret_n = rs_le32(nk + 36);
	if (rs_le16(nk + 2) & 0x40)
		return rs_fail(err, RS_E_HIVE_EDIT, "the key is a predefined handle");
	if (!*ret_n)
		return 0;
	*ret = hw_cell(h, rs_le32(nk + 40), 4 * *ret_n, err);
	return *ret ? 0 : RS_E_HIVE;
}

static int find(struct hw_hive *h, const uint8_t *nk, const struct hw_name *name, struct value *ret,
	struct rs_err *err)
{
	uint8_t *list;
	uint32_t n;
	int r = list_of(h, nk, &list, &n, err);

	*ret = (struct value){.off = HW_NIL};
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		const uint32_t off = rs_le32(list + 4 * (size_t)i);
		uint8_t *vk = hw_cell(h, off, 20, err);
		if (!vk)
			return RS_E_HIVE;
		if (hw_name_compare(
			    vk + 20, rs_le16(vk + 2), rs_le16(vk + 16) & FLAG_LATIN, name) != 0)
			continue;
		*ret = (struct value){off, i, vk};
		return rs_le16(vk + 16) & FLAG_BURIED
			       ? rs_fail(err, RS_E_HIVE_EDIT, "the value is one of a layer")
			       : 0;
	}
	return r;
}

static int find_by(struct hw_hive *h, uint32_t key, const struct hw_edit *e, struct value *ret,
	struct rs_err *err)
{
	auto_hw_name struct hw_name name = {0};
	const uint8_t *nk = hw_cell(h, key, 76, err);

	if (!nk)
		return RS_E_HIVE;
	int r = hw_name_make(e->name, strlen(e->name), HW_VALUE_NAME_MOST, &name, err);
	return r < 0 ? r : find(h, nk, &name, ret, err);
}

/* Where the bytes are; NULL: in pieces, or there are none. */
static uint8_t *bytes_of(struct hw_hive *h, uint8_t *vk)
{
	if (is_in_cell(vk))
		return vk + 8;
	return len_of(vk) ? hw_cell(h, rs_le32(vk + 8), len_of(vk), NULL) : NULL;
}

int hw_value_place(
	struct hw_hive *h, uint32_t key, const struct hw_edit *e, uint32_t *ret, struct rs_err *err)
{
	struct value v;
	int r = find_by(h, key, e, &v, err);

	*ret = HW_NIL;
	if (r < 0 || v.off == HW_NIL || len_of(v.vk) != e->len || rs_le32(v.vk + 12) != e->type)
		return r;
	const uint8_t *p = bytes_of(h, v.vk);
	if (p)
		*ret = (uint32_t)(p - h->p);
	return 0;
}

/* ---- data ---- */

static void data_free(struct hw_hive *h, const uint8_t *vk)
{
	if (is_in_cell(vk) || !len_of(vk))
		return;
	const uint32_t off = rs_le32(vk + 8);
	const uint8_t *db = hw_cell(h, off, 8, NULL);
	if (db && hw_cell_len(h, off) < len_of(vk)) { /* in pieces; hw_check has counted them */
		const uint32_t list = rs_le32(db + 4);
		for (uint32_t i = 0; i < rs_le16(db + 2); i++)
			hw_free(h, rs_le32(h->p + list + 4 + 4 * (size_t)i));
		hw_free(h, list);
	}
	hw_free(h, off);
}

/* A value's bytes anew: where they are if there is room, else elsewhere. */
static int data_put(struct hw_hive *h, uint8_t *vk, const struct hw_edit *e, struct rs_err *err)
{
	const uint32_t len = (uint32_t)e->len;
	uint32_t off = HW_NIL;

	if (len > 4 && !is_in_cell(vk) && bytes_of(h, vk) &&
		hw_cell_len(h, rs_le32(vk + 8)) >= len) {
		off = rs_le32(vk + 8);
	} else if (len > 4) {
		int r = hw_alloc(h, len, &off, err);
		if (r != 0)
			return r;
		data_free(h, vk);
	} else {
		data_free(h, vk);
	}
	rs_put_le32(vk + 4, len > 4 ? len : len | IN_CELL);
	rs_put_le32(vk + 8, off == HW_NIL ? 0 : off);
	rs_put_le32(vk + 12, e->type);
	uint8_t *to = off == HW_NIL ? vk + 8 : hw_cell(h, off, len, err);
	if (!to)
		return RS_E_HIVE;
	if (len > 4)
		memset(to, 0, hw_cell_len(h, off));
	if (len)
		memcpy(to, e->p, len);
	return 0;
}

/* ---- the list ---- */

static int list_add(struct hw_hive *h, uint8_t *nk, uint32_t vk_off, struct rs_err *err)
{
	uint8_t *list;
	uint32_t n, off = rs_le32(nk + 40);
	int r = list_of(h, nk, &list, &n, err);

	if (r != 0)
		return r;
	if (!n || hw_cell_len(h, off) < 4 * (n + 1)) {
		uint32_t to;
		r = hw_alloc(h, 4 * (n + 1), &to, err);
		if (r != 0)
			return r;
		if (n) {
			memcpy(h->p + to + 4, list, 4 * (size_t)n);
			hw_free(h, off);
		}
		rs_put_le32(nk + 40, to);
		list = h->p + to + 4;
	}
	rs_put_le32(list + 4 * (size_t)n, vk_off);
	rs_put_le32(nk + 36, n + 1);
	return 0;
}

static int add(struct hw_hive *h, uint8_t *nk, const struct hw_edit *e, const struct hw_name *name,
	struct rs_err *err)
{
	uint32_t off;
	int r = hw_alloc(h, 20 + hw_name_bytes(name), &off, err);
	uint8_t *vk = r < 0 ? NULL : hw_cell(h, off, 20, err);

	if (!vk)
		return r < 0 ? r : RS_E_HIVE;
	memcpy(vk, "vk", 2);
	rs_put_le16(vk + 2, (uint16_t)hw_name_bytes(name));
	rs_put_le32(vk + 4, IN_CELL);
	rs_put_le16(vk + 16, name->n && name->is_latin ? FLAG_LATIN : 0);
	hw_name_put(name, vk + 20);
	r = data_put(h, vk, e, err);
	if (r == 0)
		r = list_add(h, nk, off, err);
	if (r == 0 && rs_le32(nk + 60) < 2 * name->n)
		rs_put_le32(nk + 60, (uint32_t)(2 * name->n));
	return r;
}

/* ---- edits ---- */

int hw_value_set(struct hw_hive *h, uint32_t key, const struct hw_edit *e, struct rs_err *err)
{
	auto_hw_name struct hw_name name = {0};
	uint8_t *nk = hw_cell(h, key, 76, err);
	struct value v;

	if (!nk)
		return RS_E_HIVE;
	if (e->len > HW_MAX_DATA)
		return rs_fail(err, RS_E_HIVE_EDIT, "a value of %zu bytes", e->len);
	int r = hw_name_make(e->name, strlen(e->name), HW_VALUE_NAME_MOST, &name, err);
	if (r == 0)
		r = find(h, nk, &name, &v, err);
	if (r != 0)
		return r;
	r = v.off == HW_NIL ? add(h, nk, e, &name, err) : data_put(h, v.vk, e, err);
	if (r == 0 && rs_le32(nk + 64) < e->len)
		rs_put_le32(nk + 64, (uint32_t)e->len);
	if (r == 0)
		hw_touch(h, nk);
	return r;
}

int hw_value_delete(struct hw_hive *h, uint32_t key, const struct hw_edit *e, struct rs_err *err)
{
	uint8_t *nk = hw_cell(h, key, 76, err), *list = NULL;
	struct value v;
	uint32_t n = 0;

	if (!nk)
		return RS_E_HIVE;
	int r = find_by(h, key, e, &v, err);
	if (r == 0)
		r = list_of(h, nk, &list, &n, err);
	if (r < 0 || v.off == HW_NIL || !list)
		return r;
	data_free(h, v.vk);
	hw_free(h, v.off);
	memmove(list + 4 * (size_t)v.nth, list + 4 * (size_t)(v.nth + 1),
		4 * (size_t)(n - v.nth - 1));
	rs_put_le32(list + 4 * (size_t)(n - 1), 0);
	rs_put_le32(nk + 36, n - 1);
	if (n == 1) {
		hw_free(h, rs_le32(nk + 40));
		rs_put_le32(nk + 40, HW_NIL);
		rs_put_le32(nk + 60, 0);
		rs_put_le32(nk + 64, 0);
	}
	hw_touch(h, nk);
	return 0;
}

int hw_value_free_all(struct hw_hive *h, uint32_t key, struct rs_err *err)
{
	uint8_t *nk = hw_cell(h, key, 76, err), *list;
	uint32_t n;

	if (!nk)
		return RS_E_HIVE;
	int r = list_of(h, nk, &list, &n, err);
	if (r < 0 || !n)
		return r;
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t off = rs_le32(list + 4 * (size_t)i);
		const uint8_t *vk = hw_cell(h, off, 20, err);
		if (!vk)
			return RS_E_HIVE;
		data_free(h, vk);
		hw_free(h, off);
	}
	hw_free(h, rs_le32(nk + 40));
	rs_put_le32(nk + 36, 0);
	rs_put_le32(nk + 40, HW_NIL);
	return 0;
}
