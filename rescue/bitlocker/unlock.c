/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a key to the volume master key: which key is tried on which protector, and in what order. */
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"

#define IDS_IN_MESSAGE 5U

struct attempt {
	struct bl_volume *v;
	const struct bl_keyring *keys;
	const struct rs_task *task;
	struct rs_secret vmk;
	struct bl_unlock_result res;
	unsigned n_tried;
	uint64_t rounds_done, rounds_all;
	struct rs_err *err;
};

static bool won(struct attempt *a, const struct bl_entry *vmk)
{
	a->res.protection = rs_le16(vmk->all.p + 34);
	memcpy(a->res.protector_id, vmk->all.p + 8, 16);
	return true;
}

static bool forward_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	const struct attempt *a = user;

	(void)total;
	return rs_task_step(a->task, what, a->rounds_done + done, a->rounds_all);
}

/* 1 opened, 0 not, negative: stop. @item NULL: nothing is needed. */
static int try_one(struct attempt *a, const struct bl_entry *vmk, const struct bl_item *item,
	struct rs_err *err)
{
	const struct bl_protector_row *row = bl_protector_find(item ? item->kind : 0);
	const struct rs_task task = {.user = a, .progress = forward_progress};
	int r = row->unwrap(vmk, item ? item->secret : NULL, &task, &a->vmk, err);

	a->rounds_done += row->rounds;
	return r == 1 ? won(a, vmk) : r;
}

/* A protector whose nested entries are malformed is passed over. */
static bool is_candidate(const struct bl_entry *vmk, const struct bl_item *item)
{
	return bl_is_kind(rs_le16(vmk->all.p + 34), item->kind) && bl_vmk_is_sound(vmk) &&
	       bl_item_fits(item, vmk->all.p + 8);
}

enum pass { PASS_QUICK, PASS_WITH_ID, PASS_WITHOUT_ID, PASSES };

static bool is_in_pass(const struct bl_item *item, enum pass pass)
{
	if (item->kind == BL_I_BAD)
		return false;
	if (!bl_protector_find(item->kind)->rounds)
		return pass == PASS_QUICK;
	return pass == (item->id_nibbles ? PASS_WITH_ID : PASS_WITHOUT_ID);
}

/* The same key twice in a file, or in two files, costs its time once. */
static bool is_repeated(const struct attempt *a, size_t index)
{
	const struct bl_item *item = bl_keyring_at(a->keys, index);

	for (size_t i = 0; i < index && i < 64; i++) {
		const struct bl_item *o = bl_keyring_at(a->keys, i);
		if (o->kind == item->kind && o->secret && item->secret &&
			o->id_nibbles == item->id_nibbles && memcmp(o->id, item->id, 16) == 0 &&
			memcmp(o->secret, item->secret, BL_KEY_BYTES) == 0)
			return true;
	}
	return false;
}

/* Every protector that fits one key. @count_only: how many stretchings that would take. */
static int try_item(struct attempt *a, size_t index, bool count_only, struct rs_err *err)
{
	const struct bl_item *item = bl_keyring_at(a->keys, index);
	const struct bl_meta *m = a->v->copies[a->v->used];
	struct bl_entry vmk;
	unsigned n_tried = 0;

	if (is_repeated(a, index))
		return 0;
	for (unsigned p = 0; p < a->v->info.n_protectors && n_tried < BL_MAX_TRIES; p++) {
		if (!bl_vmk_at(m, p, &vmk) || !is_candidate(&vmk, item))
			continue;
		n_tried++;
		if (count_only) {
			a->rounds_all += bl_protector_find(item->kind)->rounds;
			continue;
		}
		a->n_tried++;
		int r = try_one(a, &vmk, item, err);
		if (r != 0)
			return r;
	}
	return 0;
}

static int try_keys(struct attempt *a, bool count_only, struct rs_err *err)
{
	for (int pass = 0; pass < PASSES; pass++)
		for (size_t i = 0; i < bl_keyring_count(a->keys); i++) {
			if (!is_in_pass(bl_keyring_at(a->keys, i), (enum pass)pass))
				continue;
			int r = try_item(a, i, count_only, err);
			if (r != 0)
				return r;
		}
	return 0;
}

static int try_clear(struct attempt *a, struct rs_err *err)
{
	struct bl_entry vmk;
	int r = 0;

	for (unsigned p = 0; r == 0 && bl_vmk_at(a->v->copies[a->v->used], p, &vmk); p++)
		if (bl_is_kind(rs_le16(vmk.all.p + 34), BL_P_CLEAR) && bl_vmk_is_sound(&vmk))
			r = try_one(a, &vmk, NULL, err);
	return r;
}

void bl_list_ids(const struct bl_protector *p, unsigned n, unsigned most, char *ret, size_t cap)
{
	char id[RS_GUID_LEN];
	unsigned all = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		size_t at = strlen(ret);
		if (!bl_is_kind(p[i].protection, BL_P_RECOVERY) || all++ >= most)
			continue;
		rs_guid_text(p[i].id, id);
		(void)snprintf(ret + at, cap - at, "%s%s", at ? ", " : "", id);
	}
	size_t at = strlen(ret);
	if (all > most)
		(void)snprintf(ret + at, cap - at, " and %u more (the list of the disk shows all)",
			all - most);
}

/* "the recovery key's ID is 64311DEA-..." */
static void list_ids(const struct bl_volume *v, char *ret, size_t cap)
{
	char ids[256];

	bl_list_ids(v->info.protectors, v->info.n_protectors, IDS_IN_MESSAGE, ids, sizeof(ids));
	if (ids[0])
		(void)snprintf(ret, cap, "the recovery key's ID is %s", ids);
	else
		(void)snprintf(ret, cap, "there is no recovery password for it");
}

/* What opens a volume without a recovery password. */
static void other_text(const struct bl_info *in, char *ret, size_t cap)
{
	const struct bl_protector_row *row, *last = NULL;
	unsigned n = 0;

	for (size_t i = 0; (row = bl_protector_at(i)); i++) {
		size_t at = strlen(ret);
		if (!row->way || !bl_count_kind(in, row->kind))
			continue;
		(void)snprintf(ret + at, cap - at, "%s%s", n++ ? ", or " : "", row->way);
		last = row;
	}
	size_t at = strlen(ret);
	if (n == 1 && last->hint)
		(void)snprintf(ret + at, cap - at, "; %s", last->hint);
}

static bool can_be_given(const struct bl_info *in)
{
	const struct bl_protector_row *row;

	for (size_t i = 0; (row = bl_protector_at(i)); i++)
		if (row->kind != BL_P_CLEAR && row->unwrap && bl_count_kind(in, row->kind))
			return true;
	return false;
}

/* A damaged password that names this volume, or a line with its ID and no password, explains more
 * than "key needed". */
static int fail_bad_item(const struct attempt *a, struct rs_err *err)
{
	char why[80], id[RS_GUID_LEN];

	for (size_t i = 0; i < bl_keyring_count(a->keys); i++) {
		const struct bl_item *item = bl_keyring_at(a->keys, i);
		for (unsigned p = 0; p < a->v->info.n_protectors; p++) {
			const uint8_t *guid = a->v->info.protectors[p].id;
			if (item->kind != BL_I_BAD || !item->id_nibbles ||
				!bl_item_fits(item, guid) ||
				!bl_is_kind(a->v->info.protectors[p].protection, BL_P_RECOVERY))
				continue;
			rs_guid_text(guid, id);
			if (item->fault == BL_G_MISSING)
				return rs_fail_on(err, RS_E_KEY_NEEDED, a->v->name,
					"line %u of the key file has this volume's ID, %s, but no "
					"recovery password beside it",
					item->line, id);
			bl_recovery_fault_text(item->fault, item->bad_group, why, sizeof(why));
			return rs_fail_on(err, RS_E_KEY_FORMAT, a->v->name,
				"the password for %s in line %u of the key file: %s", id,
				item->line, why);
		}
	}
	return 0;
}

/* A startup key that was given is not this volume's; a stick may have those of many machines. */
static void startup_text(const struct attempt *a, char *ret, size_t cap)
{
	char guid[RS_GUID_LEN] = "";
	uint8_t id[16];
	unsigned n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < bl_keyring_count(a->keys); i++) {
		const struct bl_item *item = bl_keyring_at(a->keys, i);
		if (item->kind != BL_I_STARTUP)
			continue;
		bl_id_from_guid(item->id, id); /* its own inverse */
		rs_guid_text(id, guid);
		n++;
	}
	if (n == 1)
		(void)snprintf(ret, cap, "the startup key is for %s; ", guid);
	if (n < 2)
		return;
	(void)snprintf(ret, cap, "none of the %u startup keys is for it; ", n);
	for (unsigned i = 0; i < a->v->info.n_protectors; i++) {
		const struct bl_protector *p = &a->v->info.protectors[i];
		if (!bl_is_kind(p->protection, BL_P_STARTUP_KEY))
			continue;
		rs_guid_text(p->id, guid);
		(void)snprintf(ret, cap, "none of the %u startup keys is for it, %s.BEK would be; ",
			n, guid);
		return;
	}
}

/* Passwords with IDs were given, and none of them is this volume's. */
static void passwords_text(const struct attempt *a, char *ret, size_t cap)
{
	unsigned n = 0;

	for (size_t i = 0; i < bl_keyring_count(a->keys); i++) {
		const struct bl_item *item = bl_keyring_at(a->keys, i);
		n += item->kind == BL_I_RECOVERY && item->id_nibbles;
	}
	ret[0] = '\0';
	if (n == 1)
		(void)snprintf(ret, cap, "the password given is for another ID; ");
	else if (n)
		(void)snprintf(ret, cap, "none of the %u passwords given is for it; ", n);
}

static int fail_no_key(const struct attempt *a, struct rs_err *err)
{
	char ids[340], bek[128], given[64];

	if (!can_be_given(&a->v->info)) {
		char text[40] = "no key protector at all";
		if (a->v->info.n_protectors)
			bl_protector_text(a->v->info.protectors[0].protection, text, sizeof(text));
		return rs_fail_on(err, RS_E_BL_NO_PROTECTOR, a->v->name, "it has only: %s", text);
	}
	int r = fail_bad_item(a, err);
	if (r < 0)
		return r;
	list_ids(a->v, ids, sizeof(ids));
	if (a->n_tried)
		return rs_fail_on(
			err, RS_E_KEY_REJECTED, a->v->name, "%u tried; %s", a->n_tried, ids);
	startup_text(a, bek, sizeof(bek));
	if (!bl_count_kind(&a->v->info, BL_P_RECOVERY)) {
		ids[0] = '\0';
		other_text(&a->v->info, ids, sizeof(ids));
		return rs_fail_on(err, RS_E_KEY_OTHER, a->v->name, "%s%s", bek, ids);
	}
	passwords_text(a, given, sizeof(given));
	return rs_fail_on(err, RS_E_KEY_NEEDED, a->v->name, "%s%s%s", bek, given, ids);
}

static int find_vmk(struct attempt *a, struct rs_err *err)
{
	int r = try_clear(a, err);

	if (r == 0)
		r = try_keys(a, true, err);
	if (r == 0)
		r = try_keys(a, false, err);
	if (r < 0) {
		(void)rs_err_object(err, a->v->name);
		return r;
	}
	return r == 1 ? 0 : fail_no_key(a, err);
}

/* The protector of this ID, if there is one only; its bytes as a hash. */
static bool hash_of(const struct bl_meta *m, const uint8_t id[16], uint8_t ret[32])
{
	struct bl_entry vmk;
	unsigned n = 0;

	for (unsigned p = 0; bl_vmk_at(m, p, &vmk); p++)
		if (memcmp(vmk.all.p + 8, id, 16) == 0) {
			n++;
			if (!bl_sha256(vmk.all.p, vmk.all.len, ret))
				return false;
		}
	return n == 1;
}

/* What this keyring opened before is not stretched again: the same bytes seal the same key. */
static bool recall(struct attempt *a)
{
	const struct bl_meta *m = a->v->copies[a->v->used];
	struct bl_entry vmk;
	uint8_t sha256[32];

	for (unsigned p = 0; bl_vmk_at(m, p, &vmk); p++) {
		const struct rs_secret *known = hash_of(m, vmk.all.p + 8, sha256)
							? bl_keyring_known(a->keys, sha256)
							: NULL;
		if (known && rs_secret_set(&a->vmk, known->p, known->len, NULL) == 0)
			return won(a, &vmk);
	}
	return false;
}

static int unlock(void *arg)
{
	struct attempt *a = arg;
	struct bl_volume *v = a->v;

	if (v->is_unreadable)
		return rs_fail_on(a->err, v->refusal, v->name, "%.300s", v->info.note);
	if (v->info.state == BL_DECRYPTED) {
		bl_unlock_plain(v, &a->res);
		return 0;
	}
	uint8_t sha256[32];
	bool is_known = recall(a);
	int r = is_known ? 0 : find_vmk(a, a->err);
	if (r == 0 && !is_known && hash_of(v->copies[v->used], a->res.protector_id, sha256))
		bl_keyring_learn(a->keys, sha256, &a->vmk);
	if (r == 0)
		r = bl_unlock_with_vmk(v, a->vmk.p, &a->res, a->err);
	rs_secret_done(&a->vmk);
	return r;
}

int bl_unlock(struct bl_volume *v, const struct bl_keyring *keys, const struct rs_task *task,
	struct bl_unlock_result *ret, struct rs_err *err)
{
	struct attempt a = {.v = v, .keys = keys, .task = task, .err = err};
	int r = rs_on_secret_stack(unlock, &a);

	if (r == 0)
		*ret = a.res;
	return r;
}
