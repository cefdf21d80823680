/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A startup key file (.BEK): 48 bytes of header (u32 size, u32 version 1, u32 header size 48, u32
 * size again, GUID of the protector, ...), then one entry of type 6 and value 9 (8 GUID, 24
 * FILETIME, 32 nested): a name, since Windows 11 the volume's GUID, and the key (type 0x2002, 32
 * bytes). */
#include <string.h>

#include "bitlocker/internal.h"

#define BEK_HEADER 48U
#define BEK_MOST   65536U

static int parse_header(struct rs_view v, const char *name, struct rs_err *err)
{
	if (v.len > BEK_MOST)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "too large for a startup key");
	if (v.len < BEK_HEADER)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "too short for a startup key");
	if (rs_le32(v.p + 4) != 1 || rs_le32(v.p + 8) != BEK_HEADER)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "not a startup key");
	if (rs_le32(v.p) != v.len || rs_le32(v.p + 12) != v.len)
		return rs_fail_on(err, RS_E_KEY_FILE, name,
			"the startup key says %u bytes, the file has %zu", rs_le32(v.p), v.len);
	return 0;
}

size_t bl_bek_length(const uint8_t *p, size_t len)
{
	size_t own = len >= BEK_HEADER ? rs_le32(p) : 0;

	return own >= BEK_HEADER && own <= len && rs_le32(p + 4) == 1 &&
			       rs_le32(p + 8) == BEK_HEADER
		       ? own
		       : 0;
}

static int find_key(
	const struct bl_entry *outer, const char *name, struct rs_view *ret, struct rs_err *err)
{
	struct rs_view list = bl_entry_rest(outer);
	struct bl_entry e;
	size_t at = 0;
	int more;

	*ret = (struct rs_view){0};
	while ((more = bl_entry_next(list, &at, &e)) == 1) {
		if (e.value != BL_V_KEY || bl_entry_is_short(&e) ||
			rs_le16(e.all.p + 8) != BL_K_EXTERNAL)
			continue;
		*ret = bl_entry_rest(&e);
		if (ret->len != BL_KEY_BYTES)
			return rs_fail_on(err, RS_E_KEY_FILE, name,
				"a startup key of %zu bytes in place of 32", ret->len);
	}
	if (more < 0)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "the startup key's data are damaged");
	if (!ret->len)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "no key in it");
	return 0;
}

int bl_keyring_add_bek(
	struct bl_keyring *k, const char *name, const uint8_t *p, size_t len, struct rs_err *err)
{
	struct rs_view v = {p, len}, key;
	struct bl_item item = {.kind = BL_I_STARTUP, .id_nibbles = 32};
	struct bl_entry e;
	size_t at = 0;

	int r = parse_header(v, name, err);
	if (r < 0)
		return r;
	struct rs_view entries = {p + BEK_HEADER, len - BEK_HEADER};
	if (bl_entry_next(entries, &at, &e) != 1 || e.value != BL_V_EXTERNAL ||
		e.type != BL_T_STARTUP_KEY || bl_entry_is_short(&e))
		return rs_fail_on(err, RS_E_KEY_FILE, name, "the startup key's data are damaged");
	if (at != entries.len)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "more than one key in it");
	if (memcmp(e.all.p + 8, p + 16, 16) != 0)
		return rs_fail_on(err, RS_E_KEY_FILE, name, "two different key IDs in it");
	r = find_key(&e, name, &key, err);
	if (r < 0)
		return r;
	bl_id_from_guid(e.all.p + 8, item.id);
	return bl_keyring_put(k, &item, key.p, err);
}
