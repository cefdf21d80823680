/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Act: filling a quarantine and emptying it again. Every step is intent, flush, act, flush, result,
 * behind the volume's dirty flag; a step that is already done is seen from the disk and skipped, so
 * that running again finishes what was cut off. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/text.h"

#define ROOT_PATH ""

/* The folder \Unbrick\<id>, made. An id of this second that another run has taken gets the next. */
static int make_id_folder(
	struct nt_vol *vol, struct plan *p, uint64_t dir, uint64_t *ret_ref, struct rs_err *err)
{
	uint64_t now = rs_filetime_now(), manifest;
	char path[PLAN_PATH_BYTES], time[RS_TIME_LEN];

	for (unsigned i = 0; i < 600; i++) {
		rs_filetime_name(now + i * 10000000ULL, time);
		(void)snprintf(p->id, sizeof(p->id), "%.16s", time);
		plan_path(p->top, p->id, "", path);
		struct rs_err why = {0};
		int r = nt_lookup(vol, path, &manifest, &why);
		if (r == RS_E_NO_SUCH_FILE)
			return nt_mkdir(vol, dir, p->id, ret_ref, err);
		if (r < 0)
			return rs_fail_on(err, r, path, "%s", why.detail);
	}
	return rs_fail_on(err, RS_E_GUARD, p->top, "no free name for a quarantine");
}

static int make_item_folders(
	struct nt_vol *vol, struct plan *p, uint64_t id_ref, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		struct plan_item *item = &p->items[i];
		char name[8];
		if (item->is_accepted)
			r = nt_mkdir(vol, id_ref, plan_folder(item, name), &item->to_ref, err);
	}
	return r;
}

/* The steps first, the manifest last: a manifest on the disk means that all is prepared. */
static int make_files(struct nt_vol *vol, struct plan *p, uint64_t id_ref, struct rs_err *err)
{
	auto_free char *text = NULL;
	size_t len = 0;
	uint64_t ref;
	int r = manifest_write(p, &text, &len, err);

	if (r < 0)
		return r;
	if (quarantine_lookup(vol, p->top, p->id, QUARANTINE_STEPS, &ref, NULL) < 0)
		r = nt_file_create(
			vol, id_ref, QUARANTINE_STEPS, "", 0, steps_bytes(p->n_items), &ref, err);
	if (r == 0)
		r = nt_file_create(vol, id_ref, QUARANTINE_MANIFEST, text, len, 0, &ref, err);
	if (r == 0)
		p->has_manifest = true;
	return r;
}

static int prepare(struct nt_vol *vol, struct plan *p, struct rs_err *err)
{
	uint64_t dir = 0, id_ref;
	int r = nt_lookup(vol, ROOT_PATH, &p->root_ref, err);

	if (r == 0)
		r = nt_stat(vol, p->root_ref, &p->root_stat, err);
	if (r == 0)
		r = top_choose(vol, p->top, &dir, err);
	if (r == 0 && !dir)
		r = nt_mkdir(vol, p->root_ref, p->top, &dir, err);
	p->is_proven = true;
	if (r == 0)
		r = make_id_folder(vol, p, dir, &id_ref, err);
	if (r == 0)
		r = make_item_folders(vol, p, id_ref, err);
	if (r == 0)
		r = make_files(vol, p, id_ref, err);
	return r;
}

/* One file, in either direction. */
static int move_item(struct nt_vol *vol, struct plan_item *item, bool is_restore, struct steps *j,
	struct rs_err *err)
{
	struct nt_switch sw = {item->file_ref, is_restore ? item->to_ref : item->from_ref,
		is_restore ? item->from_ref : item->to_ref};
	enum nt_switch_state state;

	if (item->change)
		return change_ops_of(item)->run(vol, item, is_restore, j, err);
	int r = quarantine_item_state(vol, item, &state, err);
	if (r < 0)
		return r;
	if (state == (is_restore ? NT_SWITCH_AT_FROM : NT_SWITCH_AT_TO)) {
		item->result = PLAN_ALREADY;
		return 0;
	}
	if (state == NT_SWITCH_ELSEWHERE)
		return rs_fail_on(
			err, RS_E_CHANGED, item->path, "the file is in neither place any more");
	r = steps_add_item(j, "intent", item->number, err);
	if (r == 0)
		r = nt_switch_run(vol, &sw, err);
	if (r == 0)
		r = steps_add_item(j, "done", item->number, err);
	if (r == 0)
		item->result = PLAN_DONE;
	return r;
}

static int move_items(struct nt_vol *vol, struct plan *p, bool is_restore, struct steps *j,
	const struct rs_task *task, struct rs_err *err)
{
	size_t done = 0, total = plan_count_accepted(p);

	for (size_t i = 0; i < p->n_items; i++) {
		/* back in reverse: a service gets its file before it is started again */
		struct plan_item *item = &p->items[is_restore ? p->n_items - 1 - i : i];
		if (!item->is_accepted)
			continue;
		if (!rs_task_step(task, is_restore ? "undo" : "fix", done++, total))
			return rs_fail_on(err, RS_E_CANCELLED, item->path,
				item->change ? "before it was changed; run again to finish, or undo"
					     : "before it was moved; run again to finish, or undo");
		struct rs_err why = {0};
		int r = move_item(vol, item, is_restore, j, &why);
		if (r < 0) {
			item->result = PLAN_FAILED;
			item->err = why;
			(void)rs_err_object(&item->err, item->path);
			if (err)
				*err = item->err;
			return r;
		}
	}
	return 0;
}

static int remove_named(struct nt_vol *vol, uint64_t dir_ref, const char *name, struct rs_err *err)
{
	char path[NT_NAME_BYTES + 64];
	uint64_t ref;

	int r = nt_path(vol, dir_ref, path, sizeof(path) - NT_NAME_BYTES, err);
	if (r < 0)
		return r;
	size_t n = strlen(path);
	(void)snprintf(path + n, sizeof(path) - n, "\\%s", name);
	r = nt_lookup(vol, path, &ref, err);
	if (r == RS_E_NO_SUCH_FILE)
		return 0; /* removed by the run that was cut off */
	return r < 0 ? r : nt_remove(vol, dir_ref, name, ref, err);
}

/* The top folder, when nothing is left in it and it is ours for sure. */
static int remove_top(struct nt_vol *vol, const struct plan *p, uint64_t dir, struct rs_err *err)
{
	struct proof proof = {0};
	bool is_empty = false;
	int r = top_is_name(p->top) ? proof_of(vol, dir, true, p->top, &proof, err) : 0;

	if (r == 0 && proof.is_ours)
		r = nt_is_empty(vol, dir, &is_empty, err);
	if (r < 0 || !is_empty)
		return r;
	r = nt_remove(vol, NT_ROOT_RECORD, p->top, dir, err);
	return r == 0 && p->has_manifest && p->is_proven
		       ? nt_set_times(vol, p->root_ref, &p->root_stat, err)
		       : r;
}

/* What its change had overwritten; its folder may be gone already. */
static int forget(
	struct nt_vol *vol, const struct plan *p, const struct plan_item *item, struct rs_err *err)
{
	char path[PLAN_PATH_BYTES];
	struct rs_err why = {0};
	uint64_t ref;

	plan_target(p, item, path);
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0;
	return r < 0 ? rs_err_pass(err, r, &why) : change_forget(vol, ref, err);
}

/* Our own folders and files, in an order in which a cut leaves what quarantine_list understands. */
static int remove_all(struct nt_vol *vol, struct plan *p, uint64_t id_ref, struct rs_err *err)
{
	/* While there is a manifest, the steps say that undo was begun. Without one it is the
	 * report that tells what undo did. */
	static const char *const files[] = {QUARANTINE_REPORT_TEXT, QUARANTINE_REPORT_JSON,
		QUARANTINE_MANIFEST, QUARANTINE_STEPS};
	char name[8];
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		if (p->items[i].change)
			r = forget(vol, p, &p->items[i], err);
		if (r == 0)
			r = remove_named(vol, id_ref, plan_folder(&p->items[i], name), err);
	}
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		r = remove_named(vol, id_ref, files[i], err);
	return r < 0 ? r : nt_remove_empty_folders(vol, id_ref, err); /* of a run without items */
}

/* Nothing goes as long as something is there that we did not make. */
static int remove_folders(struct nt_vol *vol, struct plan *p, struct rs_err *err)
{
	uint64_t dir, id_ref;
	bool is_hollow = false;

	if (!p->top[0])
		return 0; /* swept away */
	int r = nt_lookup(vol, p->top, &dir, err);
	if (r == 0 && !p->id[0])
		return remove_top(vol, p, dir, err); /* cut off before there was more */
	if (r == 0)
		r = quarantine_lookup(vol, p->top, p->id, "", &id_ref, err);
	if (r == 0)
		r = inside_is_hollow(vol, id_ref, p->n_items != 0, &is_hollow, err);
	if (r < 0 || !is_hollow)
		return r;
	r = remove_all(vol, p, id_ref, err);
	if (r == 0)
		r = nt_remove(vol, dir, p->id, id_ref, err);
	return r < 0 ? r : remove_top(vol, p, dir, err);
}

/* What earlier runs of ours left of folders in which nothing is any more. Raising the flag swept
 * away what has no folder. */
static int tidy(struct nt_vol *vol, struct rs_err *err)
{
	struct quarantine *all = NULL;
	size_t n = 0;
	int r = quarantine_list_there(vol, &all, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		auto_plan struct plan *p = NULL;
		bool is_idle =
			all[i].state == QUARANTINE_EMPTY || all[i].state == QUARANTINE_UNDONE;
		if (!all[i].is_proven || !is_idle)
			continue;
		r = quarantine_load(vol, &all[i], PLAN_RESTORE, &p, err);
		if (r == 0)
			r = remove_folders(vol, p, err);
	}
	free(all);
	return r;
}

int quarantine_fill(
	struct nt_vol *vol, struct plan *plan, const struct rs_task *task, struct rs_err *err)
{
	struct steps j;
	int r = flag_raise(vol, &plan->was_dirty, err);

	if (r == 0 && !plan->has_manifest)
		r = tidy(vol, err);
	if (r == 0 && !plan->has_manifest)
		r = prepare(vol, plan, err);
	if (r == 0)
		r = quarantine_steps(vol, plan->top, plan->id, &j, err);
	if (r == 0)
		r = steps_add(&j, "fix begun", err);
	if (r == 0)
		r = move_items(vol, plan, false, &j, task, err);
	if (r == 0)
		r = steps_add(&j, "fix ended", err);
	return r < 0 ? r : flag_lower(vol, plan->was_dirty, err);
}

int quarantine_empty(
	struct nt_vol *vol, struct plan *plan, const struct rs_task *task, struct rs_err *err)
{
	struct steps j;
	int r = quarantine_steps(vol, plan->top, plan->id, &j, err);

	if (r == 0) /* before the flag, whose cause nobody would know else */
		r = steps_add(&j, "undo begun", err);
	if (r == 0)
		r = flag_raise(vol, &plan->was_dirty, err);
	if (r == 0)
		r = move_items(vol, plan, true, &j, task, err);
	/* what is left as it is stays written down, and so do the bytes from before */
	const bool is_left = change_count_left(plan) != 0;
	if (r == 0)
		r = steps_add(&j, is_left ? MODE_UNDO_LEFT : "undo ended", err);
	if (r == 0 && !is_left)
		r = remove_folders(vol, plan, err);
	return r < 0 ? r : flag_lower(vol, plan->was_dirty, err);
}
