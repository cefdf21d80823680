/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A manifest names MFT records. Before anything is done by them, each is held against the disk: is
 * that the file, are those the folders, may such a file be moved at all? */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "plan/plan.h"

#define FIRST_USER_RECORD 24U
#define TAG_WOF		  0x80000017U /* a file like others that Windows compressed */
#define PATH_BYTES	  8192U

static int bad(const struct plan_item *item, struct rs_err *err, const char *why)
{
	return rs_fail_on(err, RS_E_MANIFEST, item->path, "item %u: %s", item->number, why);
}

int item_place(struct nt_vol *vol, const struct plan_item *item, enum item_place *ret,
	char **ret_path, struct rs_err *err)
{
	auto_free char *folder = folder_of(item->path);
	auto_free char *real = malloc(PATH_BYTES);
	struct rs_err why = {0};
	struct nt_stat s;
	uint64_t there = 0;

	*ret_path = NULL;
	if (!folder || !real)
		return rs_fail(err, RS_E_MEMORY, "path");
	int r = nt_stat(vol, item->from_ref, &s, &why);
	if (r == 0 && s.is_dir && !s.is_reparse)
		r = nt_path(vol, item->from_ref, real, PATH_BYTES, &why);
	else if (r == 0)
		r = RS_E_NO_SUCH_FILE;
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	*ret = ITEM_PLACE_GONE;
	if (r < 0)
		return 0;
	r = nt_lookup(vol, folder, &there, &why);
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	*ret = r == 0 && there == s.ref ? ITEM_PLACE_SAME : ITEM_PLACE_OTHER;
	*ret_path = rs_steal(real);
	return 0;
}

/* An ordinary file, in one of its two places. */
static int check_file(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	enum nt_switch_state state;
	struct rs_err why = {0};
	struct nt_stat s;
	int r = nt_stat(vol, item->file_ref, &s, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (NT_REF_RECORD(item->file_ref) < FIRST_USER_RECORD)
		return bad(item, err, "it names a file of the file system itself");
	if (r < 0) /* deleted since; then nothing is moved */
		return p->is_proven ? 0 : bad(item, err, "the file is not there");
	if (s.is_dir || (s.is_reparse && s.reparse_tag != TAG_WOF))
		return bad(item, err, "it names what is no ordinary file");
	r = quarantine_item_state(vol, item, &state, &why);
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 || (state == NT_SWITCH_ELSEWHERE && !p->is_proven))
		return bad(item, err,
			"the file is neither in the folder it came from nor in the quarantine");
	return 0;
}

/* The folder that the file came from. */
static int check_from(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	auto_free char *real = NULL;
	enum item_place place = ITEM_PLACE_GONE;
	uint64_t record = NT_REF_RECORD(item->from_ref);
	int r = item_place(vol, item, &place, &real, err);

	if (r < 0)
		return r;
	if (record < FIRST_USER_RECORD && record != NT_ROOT_RECORD)
		return bad(item, err, "it names a folder of the file system itself");
	if (!p->is_proven && place != ITEM_PLACE_SAME)
		return bad(item, err, "its path does not name the folder that it says");
	return 0;
}

/* No entry for it: taken away by an undo that was cut off, or its record is still there and says
 * that it is the one. */
static int is_taken_away(struct nt_vol *vol, const struct plan *p, const struct plan_item *item,
	bool *ret, struct rs_err *err)
{
	uint64_t dir;
	char name[8];

	*ret = !item->to_ref;
	if (*ret)
		return 0;
	int r = quarantine_lookup(vol, p->top, p->id, "", &dir, err);
	if (r == 0)
		r = folder_holds(vol, dir, item->to_ref, plan_folder(item, name), ret, err);
	*ret |= r == RS_E_NO_SUCH_FILE;
	return r == RS_E_NO_SUCH_FILE ? 0 : r;
}

/* \<top>\<id>\NNNN is the folder that is named, and a plain one. */
static int check_to(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	struct rs_err why = {0};
	struct nt_stat s = {0};
	char path[PLAN_PATH_BYTES];
	bool is_fine = false;
	uint64_t ref = 0;

	plan_target(p, item, path);
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == RS_E_NO_SUCH_FILE) {
		r = is_taken_away(vol, p, item, &is_fine, &why);
	} else if (r == 0) {
		r = nt_stat(vol, ref, &s, &why);
		is_fine = ref == item->to_ref && s.is_dir && !s.is_reparse;
	}
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 || !is_fine)
		return bad(item, err, "it names another folder than that of the quarantine");
	return 0;
}

static bool is_in_plan(const struct plan *p, uint64_t dir_ref)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].to_ref == dir_ref)
			return true;
	return false;
}

/* No name of the file, here or elsewhere, and not the one it would get. */
static int check_names(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	auto_free char *folder = folder_of(item->path);
	const char *last = strrchr(item->path, '\\');
	struct rs_err why = {0};
	bool is_named = false;
	int r = file_names_read(vol, item->file_ref, &names, &why);

	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "path");
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return p->is_proven ? 0 : bad(item, err, "its names cannot be read");
	if (!last || judge_protects(vol, item->path))
		return bad(item, err, "a file of this path is never moved");
	for (size_t i = 0; i < names.n; i++) {
		const struct file_name *n = &names.all[i];
		auto_free char *back = NULL;
		bool is_here = n->parent_ref == item->to_ref || n->parent_ref == item->from_ref;
		is_named |= is_here && nt_name_equal(vol, n->name, last + 1);
		if (asprintf(&back, "%s\\%s", folder, n->name) < 0)
			return rs_fail(err, RS_E_MEMORY, "path");
		/* under the quarantine's own folder it is not protected from us */
		if (judge_protects(vol, is_in_plan(p, n->parent_ref) ? back : n->path))
			return bad(item, err, "a file with one of its names is never moved");
	}
	if (!p->is_proven && !is_named)
		return bad(item, err, "the file has another name than its path says");
	return 0;
}

static int check_numbers(const struct plan *p, struct rs_err *err)
{
	bool *seen = calloc(PLAN_MAX_ITEMS + 1, sizeof(*seen));
	int r = seen ? 0 : rs_fail(err, RS_E_MEMORY, "manifest");

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		bool *one = &seen[p->items[i].number];
		if (*one)
			r = bad(&p->items[i], err, "there are two of this number");
		*one = true;
	}
	free(seen);
	return r;
}

/* What is no move names no record: what it may say is in the closed table of changes, and it is
 * believed only where nobody but us can have written it. */
static int check_change(const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	const char *no = change_ops_of(item)->refuses(item);

	if (no)
		return bad(item, err, no);
	if (strcmp(item->path, item->change->file) != 0)
		return bad(item, err, "its change is about another file");
	return p->is_proven ? 0 : bad(item, err, "a change is believed only where it is ours");
}

static int check_move(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	int r = check_from(vol, p, item, err);

	if (r == 0)
		r = check_file(vol, p, item, err);
	return r < 0 ? r : check_names(vol, p, item, err);
}

int items_check(struct nt_vol *vol, const struct plan *p, struct rs_err *err)
{
	struct rs_err own = {0};
	int r = check_numbers(p, &own);

	if (r == 0 && p->has_manifest && NT_REF_RECORD(p->root_ref) != NT_ROOT_RECORD)
		r = rs_fail_on(&own, RS_E_MANIFEST, p->id, "it names another root folder");
	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		r = check_to(vol, p, item, &own);
		if (r == 0)
			r = item->change ? check_change(p, item, &own)
					 : check_move(vol, p, item, &own);
	}
	return r < 0 ? rs_err_pass(err, r, &own) : 0;
}
