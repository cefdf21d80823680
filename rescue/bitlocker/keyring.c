/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of keys with what is known about each. The 32 secret bytes of each lie in locked chunks: an
 * export of a directory may have a hundred thousand of them. */
#include <string.h>

#include "bitlocker/internal.h"
#include "core/list.h"

#define CHUNK_BYTES 65536U
#define MOST_ITEMS  (4U << 20)

struct chunk {
	struct chunk *next;
	struct rs_secret mem;
};

/* A protector that was opened. */
struct known {
	struct known *next;
	uint8_t entry_sha256[32];
	struct rs_secret vmk;
};

struct bl_keyring {
	struct known **known; /* grows while keys are used, which changes no key */
	struct chunk *chunks;
	struct bl_item *items;
	size_t n;
};

int bl_keyring_new(struct bl_keyring **ret, struct rs_err *err)
{
	struct bl_keyring *k = calloc(1, sizeof(*k));

	if (k)
		k->known = calloc(1, sizeof(struct known *));
	if (!k || !k->known) {
		free(k);
		return rs_fail(err, RS_E_MEMORY, "keys");
	}
	*ret = k;
	return 0;
}

const struct rs_secret *bl_keyring_known(const struct bl_keyring *k, const uint8_t entry_sha256[32])
{
	for (const struct known *o = k ? *k->known : NULL; o; o = o->next)
		if (memcmp(o->entry_sha256, entry_sha256, sizeof(o->entry_sha256)) == 0)
			return &o->vmk;
	return NULL;
}

void bl_keyring_learn(
	const struct bl_keyring *k, const uint8_t entry_sha256[32], const struct rs_secret *vmk)
{
	struct known *o = k ? calloc(1, sizeof(*o)) : NULL;

	if (!o)
		return;
	if (rs_secret_set(&o->vmk, vmk->p, vmk->len, NULL) < 0) {
		free(o);
		return;
	}
	memcpy(o->entry_sha256, entry_sha256, sizeof(o->entry_sha256));
	o->next = *k->known;
	*k->known = o;
}

void bl_keyring_free(struct bl_keyring *k)
{
	if (!k)
		return;
	while (k->chunks) {
		struct chunk *c = k->chunks;
		k->chunks = c->next;
		rs_secret_done(&c->mem);
		free(c);
	}
	while (*k->known) {
		struct known *o = *k->known;
		*k->known = o->next;
		rs_secret_done(&o->vmk);
		free(o);
	}
	free(k->known);
	free(k->items);
	free(k);
}

size_t bl_keyring_count(const struct bl_keyring *k)
{
	return k ? k->n : 0;
}

const struct bl_item *bl_keyring_at(const struct bl_keyring *k, size_t index)
{
	return &k->items[index];
}

static int keep_secret(
	struct bl_keyring *k, const uint8_t *secret, const uint8_t **ret, struct rs_err *err)
{
	struct chunk *c = k->chunks;

	if (!c || c->mem.cap - c->mem.len < BL_KEY_BYTES) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return rs_fail(err, RS_E_MEMORY, "keys");
		int r = rs_secret_init(&c->mem, CHUNK_BYTES, err);
		if (r < 0) {
			free(c);
			return r;
		}
		c->next = k->chunks;
		k->chunks = c;
	}
	memcpy(c->mem.p + c->mem.len, secret, BL_KEY_BYTES);
	*ret = c->mem.p + c->mem.len;
	c->mem.len += BL_KEY_BYTES;
	return 0;
}

int bl_keyring_put(
	struct bl_keyring *k, const struct bl_item *item, const uint8_t *secret, struct rs_err *err)
{
	if (k->n == MOST_ITEMS)
		return rs_fail(err, RS_E_KEY_FILE, "too many keys");
	struct bl_item *to = rs_list_add(&k->items, &k->n, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "keys");
	*to = *item;
	to->secret = NULL;
	int r = secret ? keep_secret(k, secret, &to->secret, err) : 0;
	k->n -= r < 0;
	return r;
}

void bl_id_from_guid(const uint8_t guid[16], uint8_t ret[16])
{
	static const uint8_t place[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	uint8_t out[16];

	for (size_t i = 0; i < 16; i++)
		out[i] = guid[place[i]];
	memcpy(ret, out, 16);
}

bool bl_item_fits(const struct bl_item *item, const uint8_t protector_id[16])
{
	uint8_t id[16];

	bl_id_from_guid(protector_id, id);
	for (unsigned i = 0; i < item->id_nibbles; i++) {
		unsigned shift = i % 2 ? 0 : 4;
		if ((item->id[i / 2] >> shift & 15) != (id[i / 2] >> shift & 15))
			return false;
	}
	return true;
}

bool bl_keyring_has(const struct bl_keyring *k, const uint8_t protector_id[16])
{
	for (size_t i = 0; i < k->n; i++)
		if (k->items[i].kind == BL_I_RECOVERY && k->items[i].id_nibbles &&
			bl_item_fits(&k->items[i], protector_id))
			return true;
	return false;
}
