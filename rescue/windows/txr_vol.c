/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which log of transactions belongs to a hive, and its files: System32\config\TxR. */
#include "windows/txr.h"

#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/view.h"
#include "format/guid.h"
#include "windows/internal.h"

enum {
	PATH_BYTES = 512,
	CONTAINERS_MAX = 64,
	IDS_MAX = 3, /* the hive and its two logs */
	LOG_ID_AT = 128,
	SIGNATURE_AT = 164,
};

struct files {
	struct nt_file *f[1 + CONTAINERS_MAX]; /* the base log first */
	struct win_src src[1 + CONTAINERS_MAX];
	size_t n;
};

static void files_done(struct files *f)
{
	for (size_t i = 0; i < f->n; i++)
		nt_file_close(f->f[i]);
	f->n = 0;
}

#define auto_files __attribute__((cleanup(files_done)))

/* One file more; *ret_is_there false where there is none. */
static int add(struct nt_vol *vol, const char *path, struct files *f, bool *ret_is_there,
	struct rs_err *err)
{
	struct rs_err why = {0};
	uint64_t ref;

	*ret_is_there = false;
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	if (r == 0)
		r = nt_file_open(vol, ref, "", &f->f[f->n], &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	f->src[f->n] = win_src_file(f->f[f->n]);
	f->n++;
	*ret_is_there = true;
	return 0;
}

/* ---- the names of the log ---- */

struct ids {
	uint8_t id[IDS_MAX][16];
	size_t n;
};

static void ids_add(struct ids *ids, const uint8_t id[16])
{
	for (size_t i = 0; i < ids->n; i++)
		if (memcmp(ids->id[i], id, 16) == 0)
			return;
	memcpy(ids->id[ids->n++], id, 16);
}

/* A base block without the signature, or with no name, has Windows make a new log. */
static void id_take(const uint8_t base[HIVE_LOG_BASE_BYTES], struct ids *ids)
{
	if (memcmp(base + SIGNATURE_AT, "rmtm", 4) == 0 && !rs_is_zero(base + LOG_ID_AT, 16))
		ids_add(ids, base + LOG_ID_AT);
}

/* A base block of SYSTEM or of a log of it; all false where there is none. */
static int base_load(struct nt_vol *vol, const char *path, uint8_t ret[HIVE_LOG_BASE_BYTES],
	struct hive_base *ret_base, bool *ret_is_there, struct rs_err *err)
{
	auto_files struct files f = {.n = 0};

	*ret_base = (struct hive_base){.is_regf = false};
	int r = add(vol, path, &f, ret_is_there, err);
	if (r < 0 || !f.n || f.src[0].size_bytes < HIVE_LOG_BASE_BYTES)
		return r;
	r = f.src[0].read(f.src[0].user, 0, ret, HIVE_LOG_BASE_BYTES, err);
	if (r == 0)
		hive_base_parse((struct rs_view){ret, HIVE_LOG_BASE_BYTES}, ret_base);
	return r;
}

/* A dirty hive's base block may have been written anew in a log of it only. */
static int ids_read(struct nt_vol *vol, const char *system, struct ids *ret, struct win_txr *txr,
	struct rs_err *err)
{
	uint8_t raw[HIVE_LOG_BASE_BYTES];
	struct hive_base base;
	char path[PATH_BYTES];
	bool is_there;

	int r = base_load(vol, system, raw, &base, &is_there, err);
	if (r < 0 || !is_there)
		return r;
	if (!base.is_regf || !base.is_checksum_right) {
		txr->state = WIN_TXR_UNKNOWN;
		(void)snprintf(txr->why, sizeof(txr->why), "%s",
			"the base block of SYSTEM, which names it, is damaged");
		return 0;
	}
	id_take(raw, ret);
	if (base.primary_sequence == base.secondary_sequence)
		return 0;
	for (int i = 1; r == 0 && i <= 2; i++) {
		(void)snprintf(path, sizeof(path), "%s.LOG%d", system, i);
		r = base_load(vol, path, raw, &base, &is_there, err);
		if (r == 0 && base.is_regf && base.is_checksum_right)
			id_take(raw, ret);
	}
	return r;
}

/* ---- one log ---- */

static int look_at(struct nt_vol *vol, const char *folder, const uint8_t id[16],
	struct win_txr *ret, struct rs_err *err)
{
	auto_files struct files f = {.n = 0};
	char guid[RS_GUID_LEN], path[PATH_BYTES];
	bool is_there;

	rs_guid_text(id, guid);
	(void)snprintf(path, sizeof(path), "%s\\TxR\\{%s}.TxR.blf", folder, guid);
	int r = add(vol, path, &f, &is_there, err);
	if (r < 0 || !is_there)
		return r;
	for (int i = 0; r == 0 && is_there && i < CONTAINERS_MAX; i++) {
		(void)snprintf(
			path, sizeof(path), "%s\\TxR\\{%s}.TxR.%d.regtrans-ms", folder, guid, i);
		r = add(vol, path, &f, &is_there, err);
	}
	return r < 0 ? r : win_txr_read(&f.src[0], &f.src[1], f.n - 1, ret, err);
}

int win_txr_look(struct nt_vol *vol, const char *path, struct win_txr *ret, struct rs_err *err)
{
	const char *name = strrchr(path, '\\');
	const int len = name ? (int)(name - path) : 0;
	char folder[PATH_BYTES - 96], system[PATH_BYTES - 64];
	struct ids ids = {.n = 0};

	*ret = (struct win_txr){.state = WIN_TXR_NONE};
	if ((size_t)len >= sizeof(folder))
		return rs_fail(err, RS_E_GUARD, "its path is too long");
	(void)snprintf(folder, sizeof(folder), "%.*s", len, path);
	(void)snprintf(system, sizeof(system), "%s\\SYSTEM", folder);
	int r = ids_read(vol, system, &ids, ret, err);
	for (size_t i = 0; r == 0 && i < ids.n && ret->state == WIN_TXR_NONE; i++)
		r = look_at(vol, folder, ids.id[i], ret, err);
	return r;
}
