/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/guards.h"

#include <stdio.h>
#include <string.h>

#include "ntfs/check.h"

/* Of the report that is kept beside what was moved: what the act adds to it for each file. */
#define REPORT_FIXED_BYTES    8192U
#define REPORT_PER_ITEM_BYTES 2048U

/* Of what a person did not want, or nobody can want, nothing is carried out. */
static bool is_for_act(const struct en_act *a, const struct plan *p)
{
	return a->is_restore || plan_count_accepted(p);
}

/* Quarantines that cannot be read are found before the first write, too. */
static int check_folder(struct nt_vol *vol, struct rs_err *err)
{
	struct quarantine *all = NULL;
	size_t n = 0;
	int r = quarantine_list(vol, &all, &n, err);

	free(all);
	return r;
}

/* What the verification will look at afterwards: on a file, a folder or a bitmap that is damaged
 * already nothing is begun. */
static int check_sound(struct nt_raw *raw, const struct plan *p, struct rs_err *err)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		const struct nt_check c = {item->file_ref, item->from_ref, 0};
		struct rs_err why = {0};
		int r = item->is_accepted && !item->change ? nt_check_touched(raw, &c, &why) : 0;

		if (r == RS_E_VERIFY)
			return rs_fail_on(err, RS_E_NTFS_DAMAGED, item->path, "%s", why.detail);
		if (r < 0)
			return rs_err_pass(err, r, &why);
	}
	return 0;
}

/* Any Windows of the volume may rename what lies on it; restore_check asks of the first. */
static int check_pending(
	const struct en_act *a, struct nt_vol *vol, const struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = a->is_restore; r == 0 && i < a->v->n_windows; i++)
		if (en_is_judged(a->v, i))
			r = guard_pending(vol, &a->v->windows[i], p, err);
	return r;
}

/* Everything that can refuse, asked of the volume as it is now and before the first write. */
static int check_plans(const struct en_act *a, struct nt_vol *vol, struct rs_err *err)
{
	const struct win_info *win = a->v->is_windows ? &a->v->win : NULL;
	int r = check_folder(vol, err);

	for (size_t i = 0; r == 0 && i < a->n; i++) {
		const struct plan *p = a->plans[i];
		if (!is_for_act(a, p))
			continue;
		r = guard_unchanged(vol, p, err);
		if (r == 0 && a->is_restore)
			r = restore_check(vol, a->v->stack.raw, win, p, err);
		if (r == 0 && !a->v->rename_risk.code && plan_count_accepted(p))
			r = check_pending(a, vol, p, err);
		if (r == 0 && !a->is_restore && !p->has_manifest)
			r = check_sound(a->v->stack.raw, p, err);
	}
	return r;
}

/* ---- once in memory ---- */

static int report_bytes(const struct en_act *a, size_t *ret, struct rs_err *err)
{
	const char *json = rs_report_json(a->u->report);

	if (!json)
		return rs_fail(err, RS_E_MEMORY, "report");
	*ret = strlen(json) + REPORT_FIXED_BYTES;
	for (size_t i = 0; i < a->n; i++)
		*ret += a->plans[i]->n_items * REPORT_PER_ITEM_BYTES;
	return 0;
}

/* The plan itself stays as it is. */
static int rehearse_one(
	const struct en_act *a, struct nt_vol *vol, const struct plan *p, struct rs_err *err)
{
	const size_t n = p->n_items * sizeof(*p->items);
	auto_free struct plan_item *items = malloc(n ? n : 1);
	struct plan copy = *p;
	size_t len;

	if (!items)
		return rs_fail(err, RS_E_MEMORY, "rehearsal");
	if (n)
		memcpy(items, p->items, n);
	copy.items = items;
	if (a->is_restore)
		return quarantine_empty(vol, &copy, NULL, err);
	int r = report_bytes(a, &len, err);
	auto_free uint8_t *zeros = r == 0 ? calloc(1, len) : NULL;
	if (r == 0 && !zeros)
		r = rs_fail(err, RS_E_MEMORY, "rehearsal");
	if (r == 0)
		r = quarantine_fill(vol, &copy, NULL, err);
	if (r < 0)
		return r;
	const struct rs_view report = {zeros, len};
	return quarantine_keep_report(vol, &copy, report, report, err);
}

/* The same steps as on the disk, all plans one after another, in clusters, records and index blocks
 * of this very volume: what has no room or fails for another reason than the disk's own fails here.
 */
static int rehearse(const struct en_act *a, struct nt_vol *vol, struct rs_err *err)
{
	uint64_t free_bytes = 0;
	int r = nt_free_bytes(vol, &free_bytes, err);

	for (size_t i = 0; r == 0 && i < a->n; i++)
		if (is_for_act(a, a->plans[i]))
			r = rehearse_one(a, vol, a->plans[i], err);
	if (r == RS_E_NO_SPACE)
		return rs_fail_on(err, r, a->v->name,
			"%llu KiB are free, in clusters of %u KiB, and that is not enough",
			(unsigned long long)(free_bytes >> 10),
			nt_raw_geometry(a->v->stack.raw)->cluster_bytes >> 10);
	return r;
}

int en_foresee(const struct en_act *a, struct rs_err *err)
{
	struct en_stack stack;
	int r = en_stack_rehearse(a->v, &stack, err);

	if (r == 0)
		r = check_plans(a, stack.nt, err);
	if (r == 0)
		r = rehearse(a, stack.nt, err);
	(void)en_stack_close_to(&stack, EN_DISK, NULL); /* it was done to see whether it can be */
	return r;
}

/* ---- for real ---- */

static int move(const struct en_act *a, struct nt_vol *vol, struct rs_err *err)
{
	int r = check_plans(a, vol, err); /* once more: now it is ours */

	for (size_t i = 0; r == 0 && i < a->n; i++) {
		struct plan *p = a->plans[i];
		if (is_for_act(a, p))
			r = a->is_restore ? quarantine_empty(vol, p, &a->u->s->task, err)
					  : quarantine_fill(vol, p, &a->u->s->task, err);
	}
	return r;
}

/* The journal first: whatever can refuse the moves was asked of the volume as it will be then. */
static int act_on(const struct en_act *a, struct rs_err *err)
{
	struct en_stack stack;
	int r = en_stack_open(a->v, &stack, err);

	if (r == 0 && a->v->journal.is_planned)
		r = en_replay_act(a->u, a->v, en_stack_top(&stack), err);
	if (r == 0 && a->n)
		r = en_stack_files(&stack, true, err);
	if (r == 0 && a->n)
		r = move(a, stack.nt, err);
	return en_stack_close(&stack, r, err);
}

static void note(void *user, const char *line)
{
	struct rs_report *report = user;

	report_add_text(&report->kept, &report->run.verification.checks, line);
}

static bool is_replayed(const struct en_volume *v)
{
	return v->journal.result != RUN_REPLAY_PLANNED && v->journal.result != RUN_REPLAY_FAILED;
}

/* Of what stopped half-way only the bytes are compared. */
int en_verify(struct rs_repair *u, struct rs_err *err)
{
	const struct en_act *a = &u->last;
	const struct verify_notes notes = {note, u->report};
	struct run_verification *told = &u->report->run.verification;
	struct en_stack stack;
	struct rs_err why = {0};

	if (!u->is_unverified)
		return 0;
	u->is_unverified = false;
	int r = en_again_open(a->v, &stack, u->report, &why);
	if (r == 0 && !a->n && is_replayed(a->v))
		r = en_replay_verify(a->v, en_stack_top(&stack), u->report, &why);
	for (size_t i = 0; r == 0 && i < a->n; i++)
		if (is_for_act(a, a->plans[i]) &&
			plan_count_done(a->plans[i]) == plan_count_accepted(a->plans[i]))
			r = quarantine_verify(
				en_stack_top(&stack), a->plans[i], a->is_restore, &notes, &why);
	r = en_stack_close(&stack, r, &why);
	en_err_written(&why, RS_E_VERIFY);
	told->is_done = true;
	told->is_passed = r == 0;
	told->err = why;
	return r < 0 ? rs_err_pass(err, rs_err_object(&why, a->v->name), &why) : 0;
}

/* It stopped after the first write: what it saw last may be of its own making. The run's own error
 * is looked at where each of its steps ends (steps.c). */
static void cut_short(const struct en_act *a)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < a->plans[i]->n_items; k++)
			en_err_written(&a->plans[i]->items[k].err, RS_E_CUT_SHORT);
	en_err_written(&a->v->journal.err, RS_E_CUT_SHORT);
}

int en_act(const struct en_act *a, struct rs_err *err)
{
	struct run_verification *told = &a->u->report->run.verification;
	const uint64_t before = a->v->disk->n_writes;
	int r = en_verify(a->u, err); /* a disk that keeps nothing is written once, not often */

	if (r == 0)
		r = en_volume_guard(a->v, err);
	if (r == 0)
		r = en_volume_unchanged(a->v, err);
	if (r < 0)
		return r;
	en_volume_close_to(a->v, EN_READER); /* the caches of libntfs-3g would be stale */
	r = act_on(a, err);
	const bool is_written = a->v->disk->n_writes > before;
	if (r < 0 && is_written)
		cut_short(a);
	for (size_t i = 0; i < a->n; i++)
		report_actions(a->u->report, a->plans[i], a->v->number);
	if (is_written)
		told->is_done = told->is_passed = false;
	a->u->last = *a;
	a->u->is_unverified = r == 0 || is_written;
	if (r < 0)
		(void)rs_err_object(err, a->v->name);
	return r;
}
