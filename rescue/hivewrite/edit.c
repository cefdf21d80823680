/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits, one after the other; and whether a hive holds them. */
#include <string.h>
#include <strings.h>

#include "hivewrite/internal.h"

static int set(struct hw_hive *h, const struct hw_edit *e, struct rs_err *err)
{
	uint32_t key, at;
	int r = hw_key_find(h, e->key, &key, err);

	if (r == 0)
		r = hw_value_place(h, key, e, &at, err);
	if (r != 0)
		return r;
	if (at != HW_NIL && (!e->len || memcmp(h->p + at, e->p, e->len) == 0))
		return 0; /* it is so */
	return hw_value_set(h, key, e, err);
}

static int delete_value(struct hw_hive *h, const struct hw_edit *e, struct rs_err *err)
{
	struct rs_err why = {0};
	uint32_t key;
	int r = hw_key_find(h, e->key, &key, &why);

	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	return r < 0 ? rs_err_pass(err, r, &why) : hw_value_delete(h, key, e, err);
}

int hw_edit_all(struct hw_hive *h, const struct hw_edit *e, size_t n, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		switch (e[i].op) {
		case HW_SET:
			r = set(h, &e[i], err);
			break;
		case HW_DELETE_VALUE:
			r = delete_value(h, &e[i], err);
			break;
		case HW_MAKE_KEY:
			r = hw_key_make(h, e[i].key, err);
			break;
		case HW_DELETE_KEY:
			r = hw_key_delete(h, e[i].key, err);
			break;
		default:
			r = rs_fail(err, RS_E_BUG, "edit of a hive");
		}
	}
	return r;
}

/* ---- one sector ---- */

struct span { /* of bytes that change */
	uint32_t first, last;
	bool is_any;
};

static void span_add(struct span *s, uint32_t off)
{
	if (!s->is_any || off < s->first)
		s->first = off;
	if (!s->is_any || off > s->last)
		s->last = off;
	s->is_any = true;
}

/* Where the value is, and what of it changes; HW_NIL: it is none that keeps its size. */
static int place(struct hw_hive *h, const struct hw_edit *e, struct span *s, uint32_t *ret_at,
	struct rs_err *err)
{
	uint32_t key;
	int r = 0;

	*ret_at = HW_NIL;
	if (e->op != HW_SET)
		return 0;
	r = hw_key_find(h, e->key, &key, err);
	if (r == 0)
		r = hw_value_place(h, key, e, ret_at, err);
	for (uint32_t i = 0; r == 0 && *ret_at != HW_NIL && i < e->len; i++)
		if (h->p[*ret_at + i] != e->p[i])
			span_add(s, *ret_at + i);
	return r;
}

int hw_edit_in_sector(
	struct hw_hive *h, const struct hw_edit *e, size_t n, uint32_t *ret_off, struct rs_err *err)
{
	struct span s = {0};
	uint32_t at;

	*ret_off = HW_NIL;
	for (size_t i = 0; i < n; i++) {
		int r = place(h, &e[i], &s, &at, err);
		if (r < 0 || at == HW_NIL)
			return r;
	}
	if (s.first / HW_SECTOR_BYTES != s.last / HW_SECTOR_BYTES)
		return 0;
	for (size_t i = 0; i < n; i++) {
		int r = place(h, &e[i], &s, &at, err);
		if (r != 0)
			return r;
		if (e[i].len)
			memcpy(h->p + at, e[i].p, e[i].len);
	}
	*ret_off = s.first / HW_SECTOR_BYTES * HW_SECTOR_BYTES;
	h->is_changed = s.is_any;
	return 0;
}

/* ---- does it hold them? ---- */

struct parts { /* of a hive's file */
	const uint8_t *base;
	const struct hw_hive *h;
};

static int parts_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct parts *p = user;

	if (off_bytes < HW_BASE_BYTES && len <= HW_BASE_BYTES - off_bytes)
		memcpy(buf, p->base + off_bytes, len);
	else if (off_bytes >= HW_BASE_BYTES && off_bytes - HW_BASE_BYTES <= p->h->len &&
		 len <= p->h->len - (off_bytes - HW_BASE_BYTES))
		memcpy(buf, p->h->p + (off_bytes - HW_BASE_BYTES), len);
	else
		return rs_fail(err, RS_E_BUG, "hive");
	return 0;
}

/* Does a later edit have the last word? */
static bool is_overruled(const struct hw_edit *e, size_t i, size_t n)
{
	for (size_t k = i + 1; k < n; k++) {
		if (e[k].op == HW_DELETE_KEY || e[i].op == HW_DELETE_KEY)
			return true;
		if (e[i].name && e[k].name && strcasecmp(e[i].name, e[k].name) == 0)
			return true;
	}
	return false;
}

static bool holds(struct win_hive *h, const struct hw_edit *e)
{
	auto_value struct win_value v = {0};
	win_key key = 0;
	int r = win_hive_key(h, win_hive_root(h), e->key, &key, NULL);

	if (e->op == HW_MAKE_KEY || e->op == HW_DELETE_KEY)
		return e->op == HW_MAKE_KEY ? r == 0 : r == RS_E_NO_SUCH_FILE;
	if (r == 0)
		r = win_hive_value(h, key, e->name, &v, NULL);
	if (e->op == HW_DELETE_VALUE)
		return r == RS_E_NO_SUCH_FILE;
	return r == 0 && v.type == e->type && v.len == e->len &&
	       (!v.len || memcmp(v.p, e->p, v.len) == 0);
}

int hw_edit_hold(struct hw_hive *h, const uint8_t *base, const struct hw_edit *e, size_t n,
	struct rs_err *err)
{
	struct parts parts = {base, h};
	const struct win_src src = {parts_read, &parts, (uint64_t)HW_BASE_BYTES + h->len};
	auto_hive struct win_hive *w = NULL;
	struct rs_err why = {0};

	if (hw_check(h, &why) < 0 || win_hive_open(&src, NULL, NULL, &w, &why) < 0)
		return rs_fail(err, why.code == RS_E_MEMORY ? RS_E_MEMORY : RS_E_BUG,
			"the hive would not be sound: %s", why.detail);
	for (size_t i = 0; i < n; i++)
		if (!is_overruled(e, i, n) && !holds(w, &e[i]))
			return rs_fail(err, RS_E_BUG, "the hive would not hold '%s'", e[i].key);
	return 0;
}
