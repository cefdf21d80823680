/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key protector: a VMK entry (8 GUID, 24 FILETIME, 34 u16 protection, 36 nested entries). What
 * seals the volume master key stands among the nested entries:
 *   recovery password, passphrase: a stretch key (12 salt) and the VMK sealed by the stretched key
 *   startup key: a use key and the VMK sealed by the key in the .BEK file
 *   clear key: the key itself and the VMK sealed by it */
#include <string.h>

#include "bitlocker/internal.h"

#define MOST_DEPTH  3 /* VMK > stretch or use key > sealed */
#define MOST_SEALED 4 /* tried in one protector; Windows writes one */

bool bl_vmk_at(const struct bl_meta *m, unsigned index, struct bl_entry *ret)
{
	size_t at = 0;
	struct bl_entry e;

	while (bl_entry_next(m->entries, &at, &e) == 1) {
		if (e.type != BL_T_VMK || e.value != BL_V_VMK || bl_entry_is_short(&e))
			continue;
		if (index-- == 0) {
			*ret = e;
			return true;
		}
	}
	return false;
}

void bl_vmk_describe(const struct bl_entry *vmk, struct bl_protector *ret)
{
	struct bl_entry name;
	size_t at = 0;

	*ret = (struct bl_protector){.protection = rs_le16(vmk->all.p + 34),
		.changed_filetime = rs_le64(vmk->all.p + 24)};
	memcpy(ret->id, vmk->all.p + 8, 16);
	if (bl_entry_find(bl_entry_rest(vmk), &at, BL_V_TEXT, &name))
		bl_entry_text(bl_entry_rest(&name), ret->name, sizeof(ret->name));
}

static bool has_nested(uint16_t value)
{
	return value == BL_V_STRETCH || value == BL_V_USE;
}

static bool is_list_sound(struct rs_view list, unsigned depth)
{
	struct bl_entry e;
	size_t at = 0;
	int more;

	for (unsigned n = 0; (more = bl_entry_next(list, &at, &e)) == 1; n++) {
		if (n == BL_MAX_ENTRIES)
			return false;
		if (has_nested(e.value) && depth < MOST_DEPTH && !bl_entry_is_short(&e) &&
			!is_list_sound(bl_entry_rest(&e), depth + 1))
			return false;
	}
	return more == 0;
}

bool bl_vmk_is_sound(const struct bl_entry *vmk)
{
	return is_list_sound(bl_entry_rest(vmk), 2);
}

bool bl_vmk_salt(const struct bl_entry *vmk, uint8_t ret[16])
{
	struct bl_entry e;
	size_t at = 0;

	if (!bl_entry_find(bl_entry_rest(vmk), &at, BL_V_STRETCH, &e))
		return false;
	memcpy(ret, e.all.p + 12, 16);
	return true;
}

bool bl_vmk_open(const struct bl_entry *vmk, const uint8_t key[BL_KEY_BYTES], struct rs_secret *ret)
{
	auto_secret struct rs_secret payload = {0};
	struct rs_view vmk_key;
	struct bl_entry e;
	size_t at = 0;
	uint16_t type;

	for (unsigned n = 0; n < MOST_SEALED; n++) {
		if (!bl_entry_find(bl_entry_rest(vmk), &at, BL_V_SEALED, &e))
			return false;
		if (bl_unseal(e.all, key, BL_K_VMK, &payload, &vmk_key, &type) &&
			vmk_key.len == BL_KEY_BYTES)
			return rs_secret_set(ret, vmk_key.p, vmk_key.len, NULL) == 0;
	}
	return false;
}

bool bl_vmk_open_clear(const struct bl_entry *vmk, struct rs_secret *ret)
{
	struct bl_entry e;
	size_t at = 0;

	while (bl_entry_find(bl_entry_rest(vmk), &at, BL_V_KEY, &e)) {
		struct rs_view key = bl_entry_rest(&e);
		if (key.len == BL_KEY_BYTES && bl_vmk_open(vmk, key.p, ret))
			return true;
	}
	return false;
}
