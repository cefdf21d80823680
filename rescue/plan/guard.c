/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: the named reasons to refuse. None can be skipped by an option. */
#include <string.h>

#include "bitlocker/bitlocker.h"
#include "plan/plan.h"

int guard_volume(const struct guard_input *in, struct rs_err *err)
{
	if (in->bl && (in->bl_state == BL_CONVERTING || in->bl_state == BL_EOW))
		return rs_fail_on(err, RS_E_CONVERSION, in->volume_name, "%s", in->bl->note);
	if (in->bl && !in->bl->can_write)
		return rs_fail_on(err, in->bl->is_seal_good ? RS_E_GUARD : RS_E_BL_DAMAGED,
			in->volume_name, "%s", in->bl->note);
	if (in->is_source_short)
		return rs_fail_on(err, RS_E_TRUNCATED, in->volume_name,
			"the disk ends before the volume does; it can be read, not changed");
	if (in->refusal)
		return rs_fail_on(err, in->refusal_code ? in->refusal_code : RS_E_GUARD,
			in->volume_name, "%s", in->refusal);
	if (in->win && in->win->setup_in_progress)
		return rs_fail_on(err, RS_E_PENDING, in->volume_name,
			"Windows' setup or upgrade is under way");
	return 0;
}

static const struct plan_item *item_at(struct nt_vol *vol, const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_items; i++) {
		if (p->items[i].is_accepted && nt_name_equal(vol, p->items[i].path, path))
			return &p->items[i];
	}
	return NULL;
}

int guard_pending(
	struct nt_vol *vol, const struct win_info *win, const struct plan *p, struct rs_err *err)
{
	struct win_pending pending = {0};
	int r = win_pending_read(vol, win, &pending, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < pending.n_renames && r == 0; i++) {
		const struct win_rename *n = &pending.renames[i];
		const struct plan_item *onto = n->target[0] ? item_at(vol, p, n->target) : NULL;
		const struct plan_item *from = item_at(vol, p, n->source);
		if (onto)
			r = rs_fail_on(err, RS_E_RENAME, onto->path,
				"at its next start Windows will put %.120s in its place",
				n->source);
		else if (from && from->action == PLAN_RESTORE)
			r = rs_fail_on(err, RS_E_RENAME, from->path,
				"at its next start Windows will %s it",
				n->target[0] ? "rename" : "delete");
	}
	win_pending_done(&pending);
	return r;
}

static bool is_same_stat(const struct nt_stat *a, const struct nt_stat *b)
{
	return a->ref == b->ref && a->size_bytes == b->size_bytes && a->modified == b->modified &&
	       a->created == b->created && a->changed == b->changed && a->log_lsn == b->log_lsn;
}

static int item_unchanged(struct nt_vol *vol, const struct plan_item *item, struct rs_err *err)
{
	struct nt_stat now;
	uint8_t sha256[32];
	bool is_zero;

	struct rs_err why = {0};
	int r = nt_stat(vol, item->file_ref, &now, &why);

	if (r < 0 &&
		r != RS_E_NO_SUCH_FILE) { /* cancelled, or not readable: nothing is known of it */
		(void)rs_err_pass(err, r, &why);
		(void)rs_err_object(err, item->path);
		return r;
	}
	if (r < 0 || !is_same_stat(&now, &item->stat))
		return rs_fail_on(err, RS_E_CHANGED, item->path,
			"it is not the file that was planned any more");
	if (!item->has_sha256)
		return 0;
	r = judge_hash(vol, item->file_ref, sha256, &is_zero, err);
	if (r < 0)
		return r;
	if (memcmp(sha256, item->sha256, sizeof(sha256)) != 0)
		return rs_fail_on(err, RS_E_CHANGED, item->path, "its content changed");
	return 0;
}

int guard_unchanged(struct nt_vol *vol, const struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		if (!item->is_accepted)
			continue;
		/* what a manifest tells is looked at by value, whatever Windows did to the hive */
		const bool is_new = !p->has_manifest && !p->is_by_report;
		if (!item->change || (is_new && item->change->kind != CHANGE_HIVE))
			r = item_unchanged(vol, item, err); /* or of what is put back, its source */
		else if (is_new)
			r = change_unchanged(vol, item->change, err);
	}
	return r;
}
