/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key protector: a VMK entry (8 GUID, 24 FILETIME, 34 u16 protection, 36 nested entries). What
 * seals the volume master key stands among the nested entries:
 *   recovery password, passphrase: a stretch key (12 salt) and the VMK sealed by the stretched key
 *   startup key: a use key and the VMK sealed by the key in the .BEK file
 *   clear key: the key itself and the VMK sealed by it */
#include <stdio.h>
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

unsigned bl_count_kind(const struct bl_info *in, uint16_t kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < in->n_protectors; i++)
		n += bl_is_kind(in->protectors[i].protection, kind);
	return n;
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

/* ---- what opens each kind ---- */

/* With the key that seals it: a startup key, or what one of the others below comes to. */
static int open_sealed(const struct bl_entry *vmk, const uint8_t *secret,
	const struct rs_task *task, struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret payload = {0};
	struct rs_view vmk_key;
	struct bl_entry e;
	size_t at = 0;
	uint16_t type;

	(void)task; /* quick */
	for (unsigned n = 0; n < MOST_SEALED; n++) {
		if (!bl_entry_find(bl_entry_rest(vmk), &at, BL_V_SEALED, &e))
			return 0;
		if (!bl_unseal(e.all, secret, BL_K_VMK, &payload, &vmk_key, &type) ||
			vmk_key.len != BL_KEY_BYTES)
			continue;
		int r = rs_secret_set(ret, vmk_key.p, vmk_key.len, err);
		return r < 0 ? r : 1;
	}
	return 0;
}

static int open_clear(const struct bl_entry *vmk, const uint8_t *secret, const struct rs_task *task,
	struct rs_secret *ret, struct rs_err *err)
{
	struct bl_entry e;
	size_t at = 0;
	int r = 0;

	(void)secret; /* there is none */
	while (r == 0 && bl_entry_find(bl_entry_rest(vmk), &at, BL_V_KEY, &e)) {
		struct rs_view key = bl_entry_rest(&e);
		if (key.len == BL_KEY_BYTES)
			r = open_sealed(vmk, key.p, task, ret, err);
	}
	return r;
}

/* A password: 2^20 rounds with the salt of its stretch key. */
static int open_stretched(const struct bl_entry *vmk, const uint8_t *secret,
	const struct rs_task *task, struct rs_secret *ret, struct rs_err *err)
{
	auto_secret struct rs_secret key = {0};
	struct bl_entry e;
	size_t at = 0;

	if (!bl_entry_find(bl_entry_rest(vmk), &at, BL_V_STRETCH, &e))
		return 0;
	int r = rs_secret_init(&key, BL_KEY_BYTES, err);
	if (r == 0)
		r = bl_stretch(secret, e.all.p + 12, task, key.p, err);
	return r < 0 ? r : open_sealed(vmk, key.p, task, ret, err);
}

/* A new kind is a row. One that takes several things gets its unwrap when the first of them can be
 * had here; which they are, its bits say. Ways are told in this order. */
static const struct bl_protector_row rows[] = {
	{.kind = BL_P_CLEAR, .name = "clear key (suspended)", .unwrap = open_clear},
	{.kind = BL_P_RECOVERY,
		.name = "recovery password",
		.unwrap = open_stretched,
		.rounds = BL_STRETCH_ROUNDS},
	{.kind = BL_P_PASSPHRASE,
		.name = "passphrase",
		.unwrap = open_stretched,
		.rounds = BL_STRETCH_ROUNDS,
		.way = "give its passphrase"},
	{.kind = BL_P_STARTUP_KEY,
		.name = "startup key",
		.unwrap = open_sealed,
		.way = "give the startup key (its .BEK file)",
		.hint = "a data volume that unlocked by itself (auto-unlock) has its key in the "
			"Windows that did it: unlock that, or use its recovery key if one was "
			"made"},
	{.kind = BL_P_TPM, .name = "TPM"},
	{.kind = BL_P_TPM | BL_P_STARTUP_KEY, .name = "TPM and startup key"},
	{.kind = BL_P_TPM | BL_P_PIN, .name = "TPM and PIN"},
	{.kind = BL_P_TPM | BL_P_PIN | BL_P_STARTUP_KEY, .name = "TPM, PIN and startup key"},
	{.kind = BL_P_PUBLIC_KEY, .name = "smart card or recovery agent"},
};

const struct bl_protector_row *bl_protector_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? &rows[index] : NULL;
}

const struct bl_protector_row *bl_protector_find(unsigned protection)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bl_is_kind(protection, rows[i].kind))
			return &rows[i];
	return NULL;
}

void bl_protector_text(uint16_t protection, char *ret, size_t cap)
{
	const struct bl_protector_row *row = bl_protector_find(protection);

	if (row)
		(void)snprintf(ret, cap, "%s", row->name);
	else
		(void)snprintf(ret, cap, "unknown (0x%04x)", protection);
}

bool bl_protector_takes(unsigned protection, unsigned what)
{
	return bl_protector_find(protection) && (protection & what) == what;
}
