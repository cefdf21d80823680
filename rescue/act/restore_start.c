/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undo of a driver that was disabled and whose file is not there: it was moved with it and lost, or
 * moved by a run of its own, whose undo must come first. A start would stop over it. So its Start
 * stays as it is then, and what goes with that. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "act/quarantine.h"
#include "core/cleanup.h"
#include "format/bytes.h"
#include "windows/drivers.h"

#define PATH_BYTES 600U

static bool has_lost_one(const struct plan *p, const struct plan_item *change)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].after == change->number && p->items[i].is_gone)
			return true;
	return false;
}

static bool comes_back(struct nt_vol *vol, const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (!p->items[i].change && !p->items[i].is_gone &&
			nt_name_equal(vol, p->items[i].path, path))
			return true;
	return false;
}

/* Is it among what another run has moved away? One that cannot be read tells nothing. */
static int is_in_plan_of(struct nt_vol *vol, const struct quarantine *q, const char *path,
	bool *ret, struct rs_err *err)
{
	auto_plan struct plan *other = NULL;
	struct rs_err why = {0};
	int r = quarantine_load(vol, q, PLAN_RESTORE, &other, &why);

	for (size_t i = 0; r == 0 && i < other->n_items; i++)
		*ret |= !other->items[i].change && nt_name_equal(vol, other->items[i].path, path);
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

static int is_moved_apart(
	struct nt_vol *vol, const struct plan *p, const char *path, bool *ret, struct rs_err *err)
{
	auto_free struct quarantine *all = NULL;
	size_t n = 0;
	int r = quarantine_list_there(vol, &all, &n, err);

	for (size_t i = 0; r == 0 && !*ret && i < n; i++)
		if (all[i].is_proven && all[i].n_files && strcmp(all[i].id, p->id) != 0)
			r = is_in_plan_of(vol, &all[i], path, ret, err);
	return r;
}

/* Started early: the loader, or the kernel's first phase. */
static bool is_early_start(const struct change_value *v)
{
	return strcasecmp(v->name, "Start") == 0 && v->had && v->old_len == 4 &&
	       rs_le32(v->old) <= WIN_START_SYSTEM;
}

/* Where the driver of this key lies: as its ImagePath says, else as Windows has it without one. */
static void path_of(struct win_hive *h, const char *hive_path, const struct change_value *v,
	char ret[PATH_BYTES])
{
	static const char below[] = "\\System32\\config\\";
	const char *end = strcasestr(hive_path, below);
	char root[PATH_BYTES], raw[PATH_BYTES] = "";
	win_key key = 0;

	(void)snprintf(root, sizeof(root), "%.*s", end ? (int)(end - hive_path) : 0, hive_path);
	if (win_hive_key(h, win_hive_root(h), v->key, &key, NULL) == 0)
		(void)win_hive_text(h, key, "ImagePath", raw, sizeof(raw), NULL);
	win_driver_path(raw, win_path_name(v->key), root, ret, PATH_BYTES);
}

/* A driver that had no file before it was disabled starts as it did then. */
static int is_lost(struct nt_vol *vol, const struct plan *p, const struct plan_item *item,
	const char *path, bool *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	uint64_t ref;
	const int there = path[0] ? nt_lookup(vol, path, &ref, &why) : RS_E_NO_SUCH_FILE;

	if (rs_err_ends(there))
		return rs_err_pass(err, there, &why);
	*ret = false;
	if (there == 0 || comes_back(vol, p, path))
		return 0;
	*ret = has_lost_one(p, item);
	return *ret ? 0 : is_moved_apart(vol, p, path, ret, err);
}

static int look_at(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	struct plan_change *c = item->change;
	auto_hive struct win_hive *h = NULL;
	char path[PATH_BYTES];
	struct rs_err why = {0};
	int r = win_hive_open_in(vol, c->file, &h, &why);

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		struct change_value *v = &c->values[i];
		if (!is_early_start(v))
			continue;
		path_of(h, c->file, v, path);
		const int no = is_lost(vol, p, item, path, &v->is_file_gone, err);
		if (no < 0)
			return no;
	}
	return rs_err_unread(r) ? rs_err_pass(err, r, &why) : 0;
}

int restore_hold_starts(struct nt_vol *vol, struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		struct plan_item *item = &p->items[i];
		enum change_state state;
		if (!item->change || item->change->kind != CHANGE_HIVE)
			continue;
		r = look_at(vol, p, item, err);
		if (r == 0 && !item->hinder) /* what cannot be read was told */
			r = change_state(vol, item->change, &state, err);
		for (size_t k = 0; r == 0 && k < item->change->n; k++) {
			struct change_value *v = &item->change->values[k];
			v->is_left = v->state == CHANGE_OTHERS || v->state == CHANGE_MISSING;
		}
	}
	return r;
}
