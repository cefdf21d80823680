/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a key: inline data, data of one cell, big data ('db': segments of 16344 bytes). */
#include "windows/internal.h"

#include <string.h>

#include "core/text.h"

#define VK_BYTES      20
#define VK_FLAG_LATIN 1
#define INLINE_BIT    0x80000000U
#define SEGMENT_BYTES 16344U

struct vk {
	struct hive_cell cell;
	uint32_t size, data_off, type; /* size with INLINE_BIT */
	uint16_t name_len;
	bool is_latin;
};

static int vk_load(struct win_hive *h, uint32_t off, struct vk *ret, struct rs_err *err)
{
	uint8_t raw[VK_BYTES];
	struct vk vk = {0};

	int r = hive_cell_at(h, off, "value", &vk.cell, err);
	if (r == 0)
		r = hive_cell_read(h, vk.cell, 0, raw, sizeof(raw), err);
	if (r != 0)
		return r;
	if (memcmp(raw, "vk", 2) != 0)
		return rs_fail(err, RS_E_HIVE, "no value at 0x%x", off);
	vk.name_len = rs_le16(raw + 2);
	vk.size = rs_le32(raw + 4);
	vk.data_off = rs_le32(raw + 8);
	vk.type = rs_le32(raw + 12);
	vk.is_latin = rs_le16(raw + 16) & VK_FLAG_LATIN;
	if (vk.name_len > vk.cell.len - VK_BYTES)
		return rs_fail(
			err, RS_E_HIVE, "the name of the value at 0x%x leaves its cell", off);
	*ret = vk;
	return 0;
}

static uint32_t vk_len(const struct vk *vk)
{
	return vk->size & ~INLINE_BIT;
}

struct walk {
	struct win_hive *h;
	uint16_t *units; /* HIVE_VALUE_NAME_UNITS */
	size_t n_units;
	bool (*fn)(struct walk *w, const struct vk *vk); /* false: stop */
	/* each_value */
	bool (*user_fn)(void *user, const char *name, uint32_t type, uint32_t len);
	void *user;
	char *name;
	/* look-up */
	const uint16_t *wanted;
	size_t n_wanted;
	struct vk found;
	bool is_found;
	/* several at once */
	struct hive_wanted *list;
	size_t n_list;
	struct rs_err end;
};

#define NAME_CAP (3 * HIVE_VALUE_NAME_UNITS + 1)

/* One entry of the list; RS_E_HIVE when it is damaged. 1: stop. */
static int walk_value(struct walk *w, struct hive_cell list, uint32_t i, struct rs_err *err)
{
	uint32_t off;
	struct vk vk = {0};

	int r = hive_cell_u32(w->h, list, 4 * i, &off, err);
	if (r == 0)
		r = vk_load(w->h, off, &vk, err);
	if (r < 0)
		return r;
	struct hive_name name = {vk.cell, VK_BYTES, vk.name_len, vk.is_latin};
	r = hive_name_load(w->h, &name, w->units, HIVE_VALUE_NAME_UNITS, &w->n_units, err);
	if (r < 0)
		return r;
	return w->fn(w, &vk) ? 0 : 1;
}

/* All values; damaged ones are passed over and the first of them is the error at the end. */
static int walk_run(struct walk *w, win_key key, struct rs_err *err)
{
	struct hive_nk nk;
	struct hive_cell list;
	struct rs_err bad = {0};

	int r = hive_nk_load(w->h, key, &nk, err);
	if (r < 0 || nk.n_values == 0)
		return r;
	r = hive_cell_at(w->h, nk.values_off, "list of values", &list, err);
	if (r < 0)
		return r;
	if (nk.n_values > list.len / 4)
		return rs_fail(err, RS_E_HIVE, "list at 0x%x: %u values in %u bytes", nk.values_off,
			nk.n_values, list.len);
	auto_free uint16_t *units = malloc(HIVE_VALUE_NAME_UNITS * sizeof(*units));
	if (!units)
		return rs_fail(err, RS_E_MEMORY, "name of a value");
	w->units = units;
	for (uint32_t i = 0; i < nk.n_values; i++) {
		struct rs_err why = {0};
		r = walk_value(w, list, i, &why);
		if (r > 0)
			return 0;
		if (r < 0 && !bad.code)
			bad = why;
		if (r < 0 && r != RS_E_HIVE)
			break;
	}
	if (bad.code && err)
		*err = bad;
	return bad.code;
}

static bool each_fn(struct walk *w, const struct vk *vk)
{
	hive_name_text(w->units, w->n_units, w->name, NAME_CAP);
	return w->user_fn(w->user, w->name, vk->type, vk_len(vk));
}

int win_hive_each_value(struct win_hive *h, win_key key,
	bool (*fn)(void *user, const char *name, uint32_t type, uint32_t len), void *user,
	struct rs_err *err)
{
	auto_free char *name = malloc(NAME_CAP);
	struct walk w = {.h = h, .fn = each_fn, .user_fn = fn, .user = user, .name = name};

	if (!name)
		return rs_fail(err, RS_E_MEMORY, "name of a value");
	return walk_run(&w, key, err);
}

static bool find_fn(struct walk *w, const struct vk *vk)
{
	if (!hive_name_equal(w->units, w->n_units, w->wanted, w->n_wanted))
		return true;
	w->found = *vk;
	w->is_found = true;
	return false;
}

static int value_find(
	struct win_hive *h, win_key key, const char *name, struct vk *ret, struct rs_err *err)
{
	size_t cap = strlen(name) + 1; /* UTF-8 has no fewer bytes than UTF-16 units */
	auto_free uint16_t *wanted = malloc(cap * sizeof(*wanted));

	if (!wanted)
		return rs_fail(err, RS_E_MEMORY, "name of a value");
	long n = rs_utf8_to_utf16(name, wanted, cap);
	struct walk w = {.h = h, .fn = find_fn, .wanted = wanted, .n_wanted = (size_t)n};
	int r = n < 0 ? 0 : walk_run(&w, key, err);
	if (w.is_found) {
		*ret = w.found;
		return 0;
	}
	return r < 0 ? r : rs_fail(err, RS_E_NO_SUCH_FILE, "no value '%s'", name);
}

static int big_data(
	struct win_hive *h, struct hive_cell db, uint8_t *p, uint32_t len, struct rs_err *err)
{
	uint8_t raw[8];
	struct hive_cell list, segment;

	int r = hive_cell_read(h, db, 0, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	uint32_t n = rs_le16(raw + 2);
	if (memcmp(raw, "db", 2) != 0 || len <= SEGMENT_BYTES || (len - 1) / SEGMENT_BYTES >= n)
		return rs_fail(err, RS_E_HIVE, "the cell at 0x%x is too short for %u bytes of data",
			db.off - 4, len);
	r = hive_cell_at(h, rs_le32(raw + 4), "list of segments", &list, err);
	for (uint32_t i = 0; r == 0 && len > 0; i++) {
		uint32_t part = len < SEGMENT_BYTES ? len : SEGMENT_BYTES;
		uint32_t off;
		r = hive_cell_u32(h, list, 4 * i, &off, err);
		if (r == 0)
			r = hive_cell_at(h, off, "segment", &segment, err);
		if (r == 0)
			r = hive_cell_read(h, segment, 0, p, part, err);
		p += part;
		len -= part;
	}
	return r;
}

static int data_load(struct win_hive *h, const struct vk *vk, uint8_t *p, struct rs_err *err)
{
	uint32_t len = vk_len(vk);
	struct hive_cell cell;

	if (vk->size & INLINE_BIT) { /* in the offset field itself; at most 4, the caller checked */
		uint8_t raw[4];
		rs_put_le32(raw, vk->data_off);
		memcpy(p, raw, len);
		return 0;
	}
	int r = hive_cell_at(h, vk->data_off, "data of a value", &cell, err);
	if (r < 0)
		return r;
	if (cell.len >= len)
		return hive_cell_read(h, cell, 0, p, len, err);
	return big_data(h, cell, p, len, err);
}

int win_hive_value(struct win_hive *h, win_key key, const char *name, struct win_value *ret,
	struct rs_err *err)
{
	struct vk vk = {0};

	int r = value_find(h, key, name, &vk, err);
	if (r < 0)
		return r;
	uint32_t len = vk_len(&vk);
	if (len > ((vk.size & INLINE_BIT) ? 4U : HIVE_MAX_VALUE_BYTES))
		return rs_fail(err, RS_E_HIVE, "value '%s' says that it has %u bytes", name, len);
	auto_free uint8_t *p = len ? malloc(len) : NULL;
	if (len && !p)
		return rs_fail(err, RS_E_MEMORY, "value of %u bytes", len);
	r = len ? data_load(h, &vk, p, err) : 0;
	if (r == 0)
		*ret = (struct win_value){vk.type, rs_steal(p), len};
	return r;
}

/* A value of one of two types. */
static int typed_value(struct win_hive *h, win_key key, const char *name, const uint32_t types[2],
	struct win_value *ret, struct rs_err *err)
{
	int r = win_hive_value(h, key, name, ret, err);

	if (r == 0 && ret->type != types[0] && ret->type != types[1])
		r = rs_fail(err, RS_E_NO_SUCH_FILE, "value '%s' is of another type (%u)", name,
			ret->type);
	return r;
}

int win_hive_text(struct win_hive *h, win_key key, const char *name, char *ret, size_t cap,
	struct rs_err *err)
{
	static const uint32_t types[] = {REG_SZ, REG_EXPAND_SZ};
	auto_value struct win_value v = {0};
	int r = typed_value(h, key, name, types, &v, err);

	if (r == 0) /* stored with a NUL or without; cut is fine */
		(void)rs_utf16_to_utf8(rs_utf16_text((struct rs_view){v.p, v.len}), ret, cap);
	return r;
}

int win_hive_number(
	struct win_hive *h, win_key key, const char *name, uint64_t *ret, struct rs_err *err)
{
	static const uint32_t types[] = {REG_DWORD, REG_QWORD};
	auto_value struct win_value v = {0};
	int r = typed_value(h, key, name, types, &v, err);

	if (r < 0)
		return r;
	if (v.len < (v.type == REG_DWORD ? 4 : 8))
		return rs_fail(err, RS_E_NO_SUCH_FILE, "value '%s' is too short", name);
	*ret = v.type == REG_DWORD ? rs_le32(v.p) : rs_le64(v.p);
	return 0;
}

static char *text_new(struct rs_view text)
{
	size_t cap = text.len / 2 * 3 + 1;
	char *s = malloc(cap);

	if (s)
		(void)rs_utf16_to_utf8(text, s, cap); /* there is room */
	return s;
}

/* Each NUL ends a string; one more NUL (an empty string) ends the list and is not part of it. */
static int list_fill(struct win_list *l, const uint8_t *p, size_t len)
{
	size_t n = 1; /* an unterminated one at the end */

	for (size_t i = 0; i + 2 <= len; i += 2)
		n += rs_le16(p + i) == 0;
	l->p = calloc(n + 1, sizeof(*l->p));
	if (!l->p)
		return RS_E_MEMORY;
	for (size_t at = 0; at + 2 <= len;) {
		struct rs_view one = rs_utf16_text((struct rs_view){p + at, len - at});
		bool is_last = at + one.len + 4 > len; /* nothing behind it or behind its NUL */
		if (one.len == 0 && is_last)
			break;
		l->p[l->n] = text_new(one);
		if (!l->p[l->n])
			return RS_E_MEMORY;
		l->n++;
		at += one.len + 2;
	}
	return 0;
}

int win_hive_list(
	struct win_hive *h, win_key key, const char *name, struct win_list *ret, struct rs_err *err)
{
	static const uint32_t types[] = {REG_MULTI_SZ, REG_MULTI_SZ};
	auto_value struct win_value v = {0};
	auto_list struct win_list l = {0};

	int r = typed_value(h, key, name, types, &v, err);
	if (r < 0)
		return r;
	if (list_fill(&l, v.p, v.len) < 0)
		return rs_fail(err, RS_E_MEMORY, "list '%s'", name);
	*ret = l;
	l.p = NULL; /* the caller's now */
	return 0;
}

/* ---- several values at once ---- */

static bool is_name(const struct walk *w, const char *name)
{
	size_t i = 0;

	while (i < w->n_units && name[i] && rs_upcase(w->units[i]) == rs_upcase((uint8_t)name[i]))
		i++;
	return i == w->n_units && !name[i];
}

static int wanted_load(struct walk *w, const struct vk *vk, struct hive_wanted *to)
{
	uint32_t len = vk_len(vk);

	if (len > ((vk->size & INLINE_BIT) ? 4U : HIVE_WANTED_BYTES))
		return RS_E_HIVE;
	auto_free uint8_t *p = len ? malloc(len) : NULL;
	if (len && !p)
		return rs_fail(&w->end, RS_E_MEMORY, "value of %u bytes", len);
	int r = len ? data_load(w->h, vk, p, &w->end) : 0;
	if (r < 0)
		return r;
	to->v = (struct win_value){vk->type, rs_steal(p), len};
	to->is_there = true;
	return 0;
}

static bool wanted_fn(struct walk *w, const struct vk *vk)
{
	for (size_t i = 0; i < w->n_list; i++) {
		struct hive_wanted *to = &w->list[i];
		if (to->is_there || !is_name(w, to->name))
			continue;
		int r = wanted_load(w, vk, to);
		if (r == 0 || r == RS_E_HIVE)
			w->end = (struct rs_err){0};
		return !w->end.code;
	}
	return true;
}

int hive_wanted_read(struct win_hive *h, win_key key, struct hive_wanted *w, size_t n,
	uint64_t *ret_written, struct rs_err *err)
{
	struct walk walk = {.h = h, .fn = wanted_fn, .list = w, .n_list = n};
	struct hive_nk nk;

	int r = hive_nk_load(h, key, &nk, err);
	if (r < 0)
		return r;
	if (ret_written)
		*ret_written = nk.written;
	r = walk_run(&walk, key, err);
	return walk.end.code ? rs_err_pass(err, walk.end.code, &walk.end) : r;
}

void hive_wanted_done(struct hive_wanted *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		win_value_done(&w[i].v);
		w[i].v = (struct win_value){0};
		w[i].is_there = false;
	}
}

char *hive_wanted_text(const struct hive_wanted *w)
{
	if (!w->is_there || (w->v.type != REG_SZ && w->v.type != REG_EXPAND_SZ))
		return strdup("");
	return text_new(rs_utf16_text((struct rs_view){w->v.p, w->v.len}));
}

uint32_t hive_wanted_u32(const struct hive_wanted *w, uint32_t otherwise)
{
	return w->is_there && w->v.type == REG_DWORD && w->v.len >= 4 ? rs_le32(w->v.p) : otherwise;
}

bool hive_wanted_list(const struct hive_wanted *w, struct win_list *ret)
{
	*ret = (struct win_list){0};
	if (!w->is_there || w->v.type != REG_MULTI_SZ)
		return true;
	if (list_fill(ret, w->v.p, w->v.len) == 0)
		return true;
	win_list_done(ret);
	*ret = (struct win_list){0};
	return false;
}

void win_list_done(struct win_list *l)
{
	for (size_t i = 0; l->p && i < l->n; i++)
		free(l->p[i]);
	free(l->p);
}
