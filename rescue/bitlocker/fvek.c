/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the volume master key opens: the SHA-256 that seals the metadata, and the sector key. */
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

static bool is_seal_good(const struct bl_meta *m, const uint8_t *vmk)
{
	auto_secret struct rs_secret payload = {0};
	struct rs_view hash;
	uint8_t want[32];
	uint16_t type;

	return m->seal.len && bl_unseal(m->seal, vmk, BL_K_HASH, &payload, &hash, &type) &&
	       hash.len == sizeof(want) && bl_sha256(m->block.p, m->block.len, want) &&
	       memcmp(want, hash.p, sizeof(want)) == 0;
}

/* The first FVEK entry that this VMK opens. */
static int open_fvek(struct bl_volume *v, const uint8_t *vmk, struct rs_err *err)
{
	const struct bl_meta *m = v->copies[v->used];
	auto_secret struct rs_secret payload = {0};
	struct rs_view key;
	struct bl_entry e;
	size_t at = 0;
	uint16_t type;
	bool is_any = false;

	while (bl_entry_find(m->entries, &at, BL_V_SEALED, &e)) {
		if (e.type != BL_T_FVEK)
			continue;
		is_any = true;
		if (!bl_unseal(e.all, vmk, 0, &payload, &key, &type))
			continue;
		if (type != m->method)
			return rs_fail_on(err, RS_E_BL_DAMAGED, v->name,
				"the metadata say method 0x%04x, the sector key 0x%04x", m->method,
				type);
		if (!key.len || key.len != bl_method_key_bytes(type))
			return rs_fail_on(err, RS_E_BL_DAMAGED, v->name,
				"a sector key of %zu bytes", key.len);
		v->method = type;
		return rs_secret_set(&v->fvek, key.p, key.len, err);
	}
	return rs_fail_on(err, RS_E_BL_DAMAGED, v->name,
		is_any ? "the sector key does not open"
		       : "no sector key in the metadata (hardware encryption?)");
}

static void deny(struct bl_unlock_result *ret, const char *why)
{
	ret->can_write = false;
	rs_note(ret->note, sizeof(ret->note), "%s", why);
}

/* Copies with the same counter and other bytes: the seal decides. */
static void settle_rivals(struct bl_volume *v, const uint8_t *vmk, struct bl_unlock_result *ret)
{
	if (!v->has_rivals)
		return;
	for (unsigned i = 0; i < BL_COPIES; i++) {
		const struct bl_meta *m = v->copies[i], *now = v->copies[v->used];
		if (!m || m->next_nonce != now->next_nonce || bl_meta_is_same(m, now) ||
			!is_seal_good(m, vmk))
			continue;
		if (ret->is_seal_good) {
			deny(ret, "two sound copies of the metadata differ");
			return;
		}
		v->info.note[0] = '\0';
		bl_volume_adopt(v, i, v->src->size_bytes);
		ret->is_seal_good = true;
	}
}

/* The inner file system must be NTFS of just this size before anybody may write through us. */
static void look_inside(const struct bl_volume *v, struct bl_unlock_result *ret)
{
	auto_blk struct blk *inner = NULL;
	uint8_t sector[512];
	struct rs_err err = {0};

	if (bl_open(v, v->src, &inner, &err) < 0 ||
		blk_read(inner, 0, sector, sizeof(sector), &err) < 0) {
		deny(ret, "its first sector cannot be read");
		return;
	}
	uint64_t sectors = rs_le64(sector + 40), bytes;
	if (!boot_is_ntfs(sector))
		deny(ret, "no NTFS inside");
	else if (rs_le16(sector + 11) != v->info.sector_bytes ||
		 __builtin_add_overflow(sectors, 1, &sectors) ||
		 __builtin_mul_overflow(sectors, v->info.sector_bytes, &bytes) ||
		 bytes != v->info.volume_bytes)
		deny(ret, "the NTFS inside has another size than the volume");
}

int bl_unlock_with_vmk(struct bl_volume *v, const uint8_t vmk[BL_KEY_BYTES],
	struct bl_unlock_result *ret, struct rs_err *err)
{
	ret->can_write = true;
	ret->is_seal_good = is_seal_good(v->copies[v->used], vmk);
	settle_rivals(v, vmk, ret);
	if (v->is_unreadable) /* the sounder rival may say so */
		return rs_fail_on(err, v->refusal, v->name, "%.300s", v->info.note);
	int r = open_fvek(v, vmk, err);
	if (r < 0)
		return r;
	v->is_unlocked = true;
	if (!v->info.can_write)
		deny(ret, v->info.note);
	if (!ret->is_seal_good)
		deny(ret, v->copies[v->used]->seal.len
				  ? "the metadata are not those that were sealed"
				  : "the metadata carry no seal");
	if (v->src->sector_bytes > v->info.sector_bytes)
		deny(ret, "the disk has larger sectors than the volume");
	look_inside(v, ret);
	v->can_write = ret->can_write;
	return 0;
}

void bl_unlock_plain(struct bl_volume *v, struct bl_unlock_result *ret)
{
	const struct bl_meta *m = v->copies[v->used];
	uint8_t hash[32];

	ret->is_seal_good = m->plain_hash.len == sizeof(hash) &&
			    bl_sha256(m->block.p, m->block.len, hash) &&
			    memcmp(hash, m->plain_hash.p, sizeof(hash)) == 0;
	deny(ret, v->info.note);
	v->method = BL_NONE;
	v->is_unlocked = true;
	v->can_write = false;
}
