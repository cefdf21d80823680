/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One volume, opened step by step: partition, BitLocker, NTFS, Windows. */
#include <stdio.h>

#include "core/text.h"
#include "engine/engine.h"

static int open_bitlocker(
	struct rs_session *s, struct en_volume *v, bool may_ask, struct rs_err *err)
{
	int r = bl_load(v->stack.blk[EN_PART], &v->bl, err);

	if (r == 0)
		r = en_unlock(s, v, may_ask, err);
	return r < 0 ? r : en_stack_bytes(&v->stack, v, err);
}

/* What lies in an opened BitLocker volume, by its boot sector alone. */
static enum run_inside content_of(struct blk *b)
{
	uint8_t sector[512];

	if (blk_read(b, 0, sector, sizeof(sector), NULL) < 0)
		return RUN_INSIDE_OTHER;
	return boot_is_ntfs(sector)    ? RUN_INSIDE_NTFS
	       : boot_is_exfat(sector) ? RUN_INSIDE_EXFAT
	       : boot_is_refs(sector)  ? RUN_INSIDE_REFS
	       : boot_is_fat(sector)   ? RUN_INSIDE_FAT
				       : RUN_INSIDE_OTHER;
}

static int open_files(struct rs_session *s, struct en_volume *v, struct rs_err *err)
{
	int r = en_journal_look(s, v, err);

	if (r == 0)
		r = en_stack_files(&v->stack, false, err);
	if (r == 0 && en_journal_is_open(v))
		nt_vol_set_replay(v->stack.nt, v->journal.replay);
	return r;
}

static int open_windows(struct rs_session *s, struct en_volume *v, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = win_probe_all(v->stack.nt, &v->windows, &v->n_windows, &why);

	v->is_windows = r == 0;
	if (r == 0)
		v->win = v->windows[0];
	if (r < 0 && r != RS_E_NO_WINDOWS)
		return rs_err_pass(err, r, &why);
	r = quarantine_list(v->stack.nt, &v->quarantines, &v->n_quarantines, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		en_log(s, RS_LOG_WARN, "%s: quarantine folder: %s %s", v->name,
			rs_err_info(why.code)->text, why.detail);
	return 0;
}

/* As far as to the bytes of an NTFS: *ret_is says whether there is one. */
static int open_bytes(
	struct rs_session *s, struct en_volume *v, bool may_ask, bool *ret_is, struct rs_err *err)
{
	const struct disk_part *p = v->part;

	*ret_is = false;
	/* the table already says that it is broken; an NTFS whose first sector is damaged can still
	 * be read by its copy */
	if (v->err.code && (p->kind != VOL_NTFS || v->err.code != RS_E_NTFS_DAMAGED))
		return v->err.code;
	if (p->kind != VOL_NTFS && p->kind != VOL_BITLOCKER)
		return 0;
	int r = en_stack_part(&v->stack, v, err);
	if (r < 0)
		return r;
	if (p->kind == VOL_BITLOCKER) {
		r = open_bitlocker(s, v, may_ask, err);
		if (r < 0)
			return r;
		v->inside = content_of(v->stack.blk[EN_CLEAR]);
		if (v->inside != RUN_INSIDE_NTFS)
			return 0;
	}
	*ret_is = true;
	return 0;
}

/* @is_whole: not only the state of its NTFS. */
static int look(
	struct rs_session *s, struct en_volume *v, bool may_ask, bool is_whole, struct rs_err *err)
{
	bool is_ntfs;
	int r = open_bytes(s, v, may_ask, &is_ntfs, err);

	if (r < 0 || !is_ntfs)
		return r;
	r = nt_raw_open(en_volume_blk(v), &v->stack.raw, err);
	if (r == 0)
		r = nt_state_read(v->stack.raw, &v->state, err);
	if (r == 0 && is_whole)
		r = open_files(s, v, err);
	return r < 0 || !is_whole ? r : open_windows(s, v, err);
}

/* Could it not even be told what it is? */
static bool is_lost(const struct en_volume *v, int r)
{
	int c = v->err.code ? v->err.code : r;

	if (v->part->kind == VOL_UNKNOWN)
		return c == RS_E_NOT_NTFS || (!c && !v->part->number);
	if (v->part->kind == VOL_FAT || v->part->kind == VOL_EXFAT)
		return !v->part->is_sound;
	return c == RS_E_NOT_NTFS || c == RS_E_NTFS_DAMAGED || c == RS_E_BL_DAMAGED ||
	       (c == RS_E_UNSUPPORTED && v->part->kind == VOL_BITLOCKER);
}

static int look_lost(struct rs_session *s, struct en_volume *v, int r, struct rs_err *err)
{
	struct rs_err lost = {0};
	int found = en_bitlocker_lost(s, v, &lost);

	if (found < 0 && !rs_err_ends(found))
		return r;
	v->err = (struct rs_err){0}; /* this says more */
	*err = lost;
	return lost.code;
}

/* A partition that ends too early is the cause of what else is wrong; it may be read all the same.
 */
static int look_at_length(struct en_volume *v, int r, struct rs_err *err)
{
	struct rs_err shorter = {0};

	if (en_check_length(v, &shorter) == 0)
		return r;
	v->err = (struct rs_err){0};
	*err = shorter;
	return shorter.code;
}

static void look_once(struct rs_session *s, struct en_volume *v, bool may_ask, bool is_whole)
{
	struct rs_err why = {0};

	if (v->is_looked_at)
		return;
	v->is_looked_at = true;
	if (v->disk->blk)
		v->disk->blk->task = &s->task;
	int r = look(s, v, may_ask, is_whole, &why);
	if (is_whole && is_lost(v, r))
		r = look_lost(s, v, r, &why);
	else if (is_whole && (r == 0 || v->stack.raw))
		r = look_at_length(v, r, &why);
	if (!rs_task_goes_on(&s->task)) { /* whatever it was taken for on the way */
		r = rs_fail(&why, RS_E_CANCELLED, "%s", "");
		v->err.code = 0;
	}
	if (r < 0 && !v->err.code) {
		v->err = why;
		(void)snprintf(v->err.object, sizeof(v->err.object), "%s", v->name);
		if (!v->err.code)
			v->err.code = r;
	}
}

void en_volume_look(struct rs_session *s, struct en_volume *v, bool may_ask)
{
	look_once(s, v, may_ask, true);
}

void en_volume_peek(struct rs_session *s, struct en_volume *v)
{
	look_once(s, v, false, false);
}

static int member_guard(const struct en_volume *v, struct rs_err *err)
{
	int r = blk_member_fail(&v->disk->member, v->disk->path, err);

	return r < 0 ? r : blk_member_fail(&v->member, v->name, err);
}

static int guard(
	const struct en_volume *v, const char *refusal, int refusal_code, struct rs_err *err)
{
	const struct nt_geometry *g = nt_raw_geometry(v->stack.raw);
	struct guard_input in = {.volume_name = v->name,
		.refusal = refusal,
		.refusal_code = refusal_code,
		.bl = v->bl ? &v->unlock : NULL,
		.bl_state = v->bl ? (int)bl_get_info(v->bl)->state : 0,
		.is_source_short = g->volume_bytes > en_volume_blk(v)->size_bytes};

	if (v->disk->map->err.code) { /* where a volume begins and ends is not sure */
		*err = v->disk->map->err;
		return rs_err_object(err, v->disk->path);
	}
	int r = member_guard(v, err);
	if (r == 0)
		r = en_check_length(v, err);
	if (r == 0)
		r = guard_volume(&in, err);
	for (size_t i = 0; r == 0 && i < v->n_windows; i++) {
		in.win = &v->windows[i];
		r = en_is_judged(v, i) ? guard_volume(&in, err) : 0;
	}
	return r;
}

int en_volume_guard(const struct en_volume *v, struct rs_err *err)
{
	const struct nt_state *on_disk = &v->journal.on_disk;

	if (v->journal.saved.plan)
		return guard(v,
			on_disk->is_hibernated && !v->journal.saved.is_hibernation
				? on_disk->hibernation
				: NULL,
			RS_E_HIBERNATED, err);
	return guard(v, v->state.can_write ? NULL : v->state.refusal, v->state.refusal_code, err);
}

int en_volume_unchanged(const struct en_volume *v, struct rs_err *err)
{
	const struct nt_state *then = &v->journal.on_disk;
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state now = {0};
	int r = nt_raw_open(en_volume_blk(v), &raw, err);

	if (r == 0)
		r = nt_state_read(raw, &now, err);
	if (r < 0)
		return r;
	if (now.log == then->log && now.log_current_lsn == then->log_current_lsn &&
		now.volume_flags == then->volume_flags && now.is_hibernated == then->is_hibernated)
		return 0;
	return rs_fail_on(err, RS_E_CHANGED, v->name,
		"its journal or its flags are others than when it was looked at");
}

int en_members_guard(const struct en_machine *m, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_volumes; i++)
		r = member_guard(&m->volumes[i], err);
	return r;
}
