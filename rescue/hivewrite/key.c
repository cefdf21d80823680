/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys: found by their path, made, taken away. */
#include <stdlib.h>
#include <string.h>

#include "hivewrite/internal.h"

#define FLAG_NO_DELETE	0x08
#define FLAG_LINK	0x10
#define FLAG_LATIN	0x20
#define INHERIT_VIRTUAL 8 /* virtualization is as the key's above */

struct step { /* of a path */
	const char *rest;
	struct hw_name name;
};

static void step_done(struct step *s)
{
	hw_name_done(&s->name);
}

#define auto_step __attribute__((cleanup(step_done)))

/* The next name of a path; false in *ret_is_one at its end. */
static int next(struct step *s, bool *ret_is_one, struct rs_err *err)
{
	s->rest += strspn(s->rest, "\\");
	const size_t len = strcspn(s->rest, "\\");
	*ret_is_one = len > 0;
	hw_name_done(&s->name);
	if (!len)
		return 0;
	int r = hw_name_make(s->rest, len, HW_KEY_NAME_MOST, &s->name, err);
	s->rest += len;
	return r;
}

/* A key that leads elsewhere, or is one of layers, is not what it seems. */
static int check_plain(struct hw_hive *h, uint32_t key, struct rs_err *err)
{
	const uint8_t *nk = hw_cell(h, key, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (rs_le16(nk + 2) & FLAG_LINK)
		return rs_fail(err, RS_E_HIVE_EDIT, "a key of the path leads to another one");
	if (nk[13] & 3)
		return rs_fail(err, RS_E_HIVE_EDIT, "a key of the path is one of a layer");
	return 0;
}

static int sub_find(struct hw_hive *h, uint32_t key, const struct hw_name *name,
	struct hw_spot *ret, struct rs_err *err)
{
	int r = hw_list_find(h, key, name, ret, err);

	if (r == 0 && ret->key != HW_NIL)
		r = check_plain(h, ret->key, err);
	return r;
}

int hw_key_find(struct hw_hive *h, const char *path, uint32_t *ret, struct rs_err *err)
{
	auto_step struct step s = {.rest = path};
	uint32_t key = h->root;
	bool is_one;

	for (;;) {
		struct hw_spot at;
		int r = next(&s, &is_one, err);
		if (r == 0 && !is_one) {
			*ret = key;
			return 0;
		}
		if (r == 0)
			r = sub_find(h, key, &s.name, &at, err);
		if (r != 0)
			return r;
		if (at.key == HW_NIL)
			return rs_fail(err, RS_E_NO_SUCH_FILE, "no key '%s'", path);
		key = at.key;
	}
}

/* ---- security descriptors ---- */

static uint8_t *security_of(struct hw_hive *h, const uint8_t *nk)
{
	const uint32_t off = rs_le32(nk + 44);
	uint8_t *sk = off == HW_NIL ? NULL : hw_cell(h, off, 20, NULL);

	return sk && memcmp(sk, "sk", 2) == 0 ? sk : NULL;
}

/* Out of the ring of descriptors; false (and nothing done): its neighbours do not know it. */
static bool security_unlink(struct hw_hive *h, uint32_t off, const uint8_t *sk)
{
	uint8_t *next_sk = hw_cell(h, rs_le32(sk + 4), 20, NULL);
	uint8_t *prev_sk = hw_cell(h, rs_le32(sk + 8), 20, NULL);

	if (!next_sk || !prev_sk || next_sk == sk || rs_le32(next_sk + 8) != off ||
		rs_le32(prev_sk + 4) != off)
		return false;
	rs_put_le32(next_sk + 8, rs_le32(sk + 8));
	rs_put_le32(prev_sk + 4, rs_le32(sk + 4));
	return true;
}

/* A key less has it. It goes with the last one, by its own count and by the keys that were seen. */
static void security_drop(struct hw_hive *h, const uint8_t *nk)
{
	const uint32_t off = rs_le32(nk + 44);
	uint8_t *sk = security_of(h, nk);
	struct hw_sk *seen = sk ? hw_sk_find(h, off) : NULL;

	if (!seen || !seen->n)
		return;
	seen->n--;
	const uint32_t count = rs_le32(sk + 12);
	if (count <= 1 && !seen->n && security_unlink(h, off, sk))
		hw_free(h, off);
	else if (count > 1 && count > seen->n)
		rs_put_le32(sk + 12, count - 1);
}

/* ---- making ---- */

static void fill(struct hw_hive *h, uint8_t *nk, const uint8_t *parent, uint32_t parent_off,
	const struct hw_name *name)
{
	memcpy(nk, "nk", 2);
	rs_put_le16(nk + 2, name->is_latin ? FLAG_LATIN : 0);
	rs_put_le64(nk + 4, h->now);
	rs_put_le32(nk + 16, parent_off);
	rs_put_le32(nk + 28, HW_NIL);
	rs_put_le32(nk + 32, HW_NIL);
	rs_put_le32(nk + 40, HW_NIL);
	rs_put_le32(nk + 44, rs_le32(parent + 44));
	rs_put_le32(nk + 48, HW_NIL);
	if (parent[54] & INHERIT_VIRTUAL)
		nk[54] = parent[54] & 0x0F;
	rs_put_le16(nk + 72, (uint16_t)hw_name_bytes(name));
	hw_name_put(name, nk + 76);
}

static int sub_make(struct hw_hive *h, uint32_t key, const struct hw_spot *at,
	const struct hw_name *name, uint32_t *ret, struct rs_err *err)
{
	uint8_t *parent = hw_cell(h, key, 76, err);
	uint8_t *sk = parent ? security_of(h, parent) : NULL;
	struct hw_sk *seen = sk ? hw_sk_find(h, rs_le32(parent + 44)) : NULL;
	uint32_t off;

	if (!seen)
		return rs_fail(err, RS_E_HIVE_EDIT,
			"the key above the new one has no security descriptor");
	int r = hw_alloc(h, 76 + hw_name_bytes(name), &off, err);
	uint8_t *nk = r < 0 ? NULL : hw_cell(h, off, 76, err);
	if (!nk)
		return r < 0 ? r : RS_E_HIVE;
	fill(h, nk, parent, key, name);
	r = hw_list_insert(h, key, at, off, name, err);
	if (r != 0)
		return r;
	seen->n++;
	rs_put_le32(sk + 12, rs_le32(sk + 12) + 1);
	if (rs_le16(parent + 52) < 2 * name->n)
		rs_put_le16(parent + 52, (uint16_t)(2 * name->n));
	hw_touch(h, parent);
	*ret = off;
	return 0;
}

int hw_key_make(struct hw_hive *h, const char *path, struct rs_err *err)
{
	auto_step struct step s = {.rest = path};
	uint32_t key = h->root;
	bool is_one;

	for (unsigned depth = 0;; depth++) {
		struct hw_spot at;
		int r = next(&s, &is_one, err);
		if (r == 0 && !is_one)
			return 0;
		if (r == 0 && depth >= HW_MAX_DEPTH)
			r = rs_fail(err, RS_E_HIVE_EDIT, "more keys in each other than 512");
		if (r == 0)
			r = sub_find(h, key, &s.name, &at, err);
		if (r == 0 && at.key == HW_NIL)
			r = sub_make(h, key, &at, &s.name, &at.key, err);
		if (r != 0)
			return r;
		key = at.key;
	}
}

/* ---- taking away ---- */

struct all {
	struct hw_hive *h;
	unsigned depth;
};

static int delete_all(void *user, uint32_t key, struct rs_err *err)
{
	struct all *a = user;
	struct hw_hive *h = a->h;
	uint8_t *nk = hw_cell(h, key, 76, err);

	if (!nk)
		return RS_E_HIVE;
	if (rs_le16(nk + 2) & FLAG_NO_DELETE)
		return rs_fail(err, RS_E_HIVE_EDIT, "a key that Windows never deletes");
	if (++a->depth > HW_MAX_DEPTH)
		return rs_fail(err, RS_E_HIVE, "keys too deep in each other");
	int r = hw_list_each(h, key, delete_all, a, err);
	a->depth--;
	if (r == 0)
		r = hw_value_free_all(h, key, err);
	if (r == 0)
		r = hw_list_free(h, key, err);
	if (r != 0)
		return r;
	if (rs_le16(nk + 74))
		hw_free(h, rs_le32(nk + 48));
	security_drop(h, nk);
	hw_free(h, key);
	return 0;
}

int hw_key_delete(struct hw_hive *h, const char *path, struct rs_err *err)
{
	auto_step struct step s = {.rest = path};
	struct hw_spot at = {HW_NIL, 0, 0, HW_NIL};
	uint32_t parent = h->root, key = h->root;
	bool is_one;

	for (;;) {
		int r = next(&s, &is_one, err);
		if (r != 0)
			return r;
		if (!is_one)
			break;
		parent = key;
		r = sub_find(h, parent, &s.name, &at, err);
		if (r < 0 || at.key == HW_NIL)
			return r;
		key = at.key;
	}
	if (key == h->root)
		return rs_fail(err, RS_E_HIVE_EDIT, "the root key stays");
	struct all a = {.h = h};
	int r = delete_all(&a, key, err);
	if (r == 0)
		r = hw_list_remove(h, parent, &at, err);
	if (r != 0)
		return r;
	uint8_t *nk = hw_cell(h, parent, 76, err);
	if (!nk)
		return RS_E_HIVE;
	if (!rs_le32(nk + 20)) {
		rs_put_le16(nk + 52, 0);
		rs_put_le32(nk + 56, 0);
	}
	hw_touch(h, nk);
	return 0;
}
