/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that somebody has brought along: files on the FAT volumes of USB sticks that name a
 * protector of a locked volume. A startup key says whose it is in its header (bek.c), a text that
 * Windows or somebody has saved has the recovery key in it, and its ID. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/engine.h"
#include "fat/fat.h"

#define FILES_MOST 128U /* of a folder, with a name that is looked at */
#define FILE_MOST  65536U
#define BEK_ID	   16U /* libyal, BDE format: header of a startup key */

/* ---- which files ---- */

struct files {
	struct fat_entry *list;
	size_t n;
};

static bool ends_in(const char *name, const char *end)
{
	const size_t n = strlen(name), k = strlen(end);

	return n > k && strcasecmp(name + n - k, end) == 0;
}

static int take_file(void *ctx, const struct fat_entry *e)
{
	struct files *f = ctx;

	/* one that is empty or too large takes no place from a key; a folder has no size */
	if (e->size_bytes && e->size_bytes <= FILE_MOST && f->n < FILES_MOST &&
		(ends_in(e->name, ".bek") || ends_in(e->name, ".txt") || ends_in(e->name, ".csv")))
		f->list[f->n++] = *e;
	return 0;
}

/* ---- whose key ---- */

static bool is_startup_key_of(const struct rs_key_request *q, const uint8_t *p, size_t len)
{
	const size_t own = bl_bek_length(p, len); /* 0: none */

	for (unsigned i = 0; own && own == len && i < q->n_protectors; i++)
		if (bl_is_kind(q->protectors[i].protection, BL_P_STARTUP_KEY) &&
			memcmp(p + BEK_ID, q->protectors[i].id, sizeof(q->protectors[i].id)) == 0)
			return true;
	return false;
}

/* A text that has the ID alone, a report say, is none. */
static bool is_text_of(const struct rs_key_request *q, const uint8_t *p, size_t len)
{
	struct bl_keyring *k = NULL;
	bool ret = false;

	if (bl_keyring_new(&k, NULL) < 0)
		return false;
	(void)bl_keyring_add_file(k, "text", p, len, NULL); /* a text without a key has none */
	for (unsigned i = 0; i < q->n_protectors; i++)
		ret |= bl_is_kind(q->protectors[i].protection, BL_P_RECOVERY) &&
		       bl_keyring_has(k, q->protectors[i].id);
	bl_keyring_free(k);
	return ret;
}

/* ---- where ---- */

struct search {
	const struct rs_key_request *q;
	const char *volume;
	struct rs_stick_key *ret;
	struct rs_err *err;
};

/* 1: it is one, and taken. */
static int try_file(const struct search *s, struct fat *f, const struct fat_entry *e)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int r = 0;

	if (fat_read_file(f, e, FILE_MOST, &bytes, &len, NULL) < 0)
		return 0;
	if (is_startup_key_of(s->q, bytes, len) || is_text_of(s->q, bytes, len)) {
		r = rs_secret_set(&s->ret->bytes, bytes, len, s->err);
		if (r == 0)
			(void)snprintf(s->ret->place, sizeof(s->ret->place), "%s: %.150s",
				s->volume, e->name);
		r = r < 0 ? r : 1;
	}
	rs_wipe(bytes, len);
	free(bytes);
	return r;
}

static int try_folder(const struct search *s, struct fat *f, const char *path)
{
	auto_free struct fat_entry *list = calloc(FILES_MOST, sizeof(*list));
	struct files files = {list, 0};
	struct fat_entry folder;
	int r = 0;

	if (!list)
		return rs_fail(s->err, RS_E_MEMORY, "files of a stick");
	if (fat_lookup(f, path, &folder, NULL) < 0)
		return 0;
	(void)fat_list(f, &folder, take_file, &files, NULL); /* as far as it can be read */
	for (size_t i = 0; r == 0 && i < files.n; i++)
		r = try_file(s, f, &files.list[i]);
	return r;
}

static int try_volume(const struct search *s, const struct en_volume *v)
{
	auto_blk struct blk *vol = NULL;
	auto_fat struct fat *f = NULL;

	if (v->part->kind != VOL_FAT ||
		blk_part_new(v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name, &vol,
			NULL) < 0 ||
		fat_open(vol, &f, NULL) < 0)
		return 0;
	int r = try_folder(s, f, "");
	return r ? r : try_folder(s, f, "EFI/unbrick");
}

int rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err)
{
	const struct rs_target target = {.disks = &path, .n_disks = 1};
	auto_machine struct en_machine *m = NULL;
	int r = en_machine_open(&target, EN_HOLD_NOT, &m, err);

	*ret = (struct rs_stick_key){0};
	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		const struct search s = {q, m->volumes[i].name, ret, err};
		if (m->volumes[i].disk->blk)
			r = try_volume(&s, &m->volumes[i]);
	}
	return r;
}

void rs_stick_key_done(struct rs_stick_key *k)
{
	rs_secret_done(&k->bytes);
	*k = (struct rs_stick_key){0};
}
