/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/act.h"

#include <stdio.h>
#include <string.h>

/* Room that the quarantine needs at most: folders that may need an index block or a larger $MFT,
 * the manifest, the journal. Asked before the first write, so that a full volume stays as it is. */
#define SPACE_FIXED_BYTES    (512U << 10)
#define SPACE_PER_ITEM_BYTES 16384U

enum rs_answer en_ask(struct rs_session *s, enum rs_question_kind kind, const char *text,
	const struct rs_report *report)
{
	struct rs_question q = {kind, text, report};

	return s->events.ask ? s->events.ask(s->events.user, &q) : RS_ANSWER_NO;
}

static int check_space(struct nt_vol *vol, const struct plan *p, struct rs_err *err)
{
	uint64_t free_bytes = 0;
	uint64_t need = SPACE_FIXED_BYTES + p->n_items * (uint64_t)SPACE_PER_ITEM_BYTES;
	int r = nt_free_bytes(vol, &free_bytes, err);

	if (r == 0 && free_bytes < need)
		r = rs_fail(err, RS_E_NO_SPACE, "%llu KiB are free, %llu KiB are needed",
			(unsigned long long)(free_bytes >> 10), (unsigned long long)(need >> 10));
	return r;
}

/* A file or a junction in the place of \Unbrick is found before the first write, too. */
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
		int r = item->is_accepted ? nt_check_touched(raw, &c, &why) : 0;

		if (r == RS_E_VERIFY)
			return rs_fail_on(err, RS_E_NTFS_DAMAGED, item->path, "%s", why.detail);
		if (r < 0) {
			*err = why;
			return r;
		}
	}
	return 0;
}

/* Everything that can refuse, asked of the volume as it is now and before the first write. */
static int check_plans(struct en_volume *v, struct nt_vol *vol, struct plan *const *plans, size_t n,
	bool is_restore, struct rs_err *err)
{
	int r = check_folder(vol, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = guard_unchanged(vol, plans[i], err);
		if (r == 0 && v->is_windows && !v->rename_risk.code &&
			plan_count_accepted(plans[i]))
			r = guard_pending(vol, &v->win, plans[i], err);
		if (r == 0 && !is_restore && !plans[i]->has_manifest)
			r = check_sound(v->raw, plans[i], err);
		if (r == 0 && !is_restore)
			r = check_space(vol, plans[i], err);
	}
	return r;
}

/* In memory: the volume as it will be once its journal is replayed. */
static int foresee(struct en_volume *v, struct blk *top, struct plan *const *plans, size_t n,
	bool is_restore, struct rs_err *err)
{
	auto_blk struct blk *memory = NULL;
	auto_blk struct blk *seen = NULL; /* closed first */
	struct nt_vol *vol = NULL;
	int r = blk_overlay_new(top, true, &memory, err);

	if (r == 0 && en_journal_is_open(v))
		r = nt_replay_overlay(memory, v->journal.replay, &seen, err);
	if (r == 0)
		r = nt_vol_open(seen ? seen : memory, NT_VOL_WRITE, &vol, err);
	if (r == 0)
		r = check_plans(v, vol, plans, n, is_restore, err);
	(void)nt_vol_close(vol, NULL); /* nothing was asked of it */
	return r;
}

int en_foresee(struct en_volume *v, struct plan *const *plans, size_t n_plans, bool is_restore,
	struct rs_err *err)
{
	return foresee(v, en_volume_blk(v), plans, n_plans, is_restore, err);
}

struct act {
	struct rs_session *s;
	struct en_volume *v;
	struct plan *const *plans;
	size_t n;
	bool is_restore;
};

/* The journal first: whatever can refuse the moves is asked of the volume as it will be, before the
 * first byte is written. */
static int replay_first(const struct act *a, struct blk *top, struct rs_err *err)
{
	int r = foresee(a->v, top, a->plans, a->n, a->is_restore, err);

	return r < 0 ? r : en_replay_act(a->s, a->v, top, err);
}

static int move(const struct act *a, struct nt_vol *vol, struct rs_err *err)
{
	int r = check_plans(a->v, vol, a->plans, a->n, a->is_restore, err);

	for (size_t i = 0; r == 0 && i < a->n; i++) {
		struct plan *p = a->plans[i];
		if (!plan_count_accepted(p) && !a->is_restore)
			continue;
		r = a->is_restore ? quarantine_empty(vol, p, &a->s->task, err)
				  : quarantine_fill(vol, p, &a->s->task, err);
	}
	return r;
}

static int act_on(const struct act *a, struct rs_err *err)
{
	struct en_stack stack;
	struct nt_vol *vol = NULL;
	struct rs_err closing = {0};
	int r = en_stack_open(a->v, true, &stack, err);

	if (r == 0 && en_journal_is_open(a->v))
		r = replay_first(a, stack.top, err);
	if (r == 0)
		r = nt_vol_open(stack.top, NT_VOL_WRITE, &vol, err);
	if (r == 0)
		r = move(a, vol, err);
	int closed = nt_vol_close(vol, &closing);
	if (r == 0 && closed < 0) {
		*err = closing;
		r = closed;
	}
	en_stack_close(&stack);
	return r;
}

static int verify(struct en_volume *v, struct plan *const *plans, size_t n, bool is_restore,
	struct json_object *root, struct rs_err *err)
{
	struct json_object *o = report_object(root, "verification");
	struct json_object *checks = report_array(o, "checks");
	struct en_stack stack;
	struct rs_err why = {0};
	int r = en_again_open(v, &stack, o, &why);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = quarantine_verify(stack.top, plans[i], is_restore, checks, &why);
	en_stack_close(&stack);
	report_bool_set(o, "passed", r == 0);
	report_err_set(o, "error", &why);
	if (r < 0)
		*err = why;
	return r;
}

int en_act(struct rs_session *s, struct en_volume *v, struct plan *const *plans, size_t n_plans,
	bool is_restore, struct json_object *root, struct rs_err *err)
{
	const struct act a = {s, v, plans, n_plans, is_restore};
	int r = en_volume_guard(v, err);

	if (r < 0)
		return r;
	(void)nt_vol_close(v->nt, NULL); /* its caches would be stale; opened for reading */
	v->nt = NULL;
	r = act_on(&a, err);
	for (size_t i = 0; i < n_plans; i++)
		plan_actions_to_report(plans[i], v->number, root);
	if (r == 0)
		r = verify(v, plans, n_plans, is_restore, root, err);
	if (r < 0)
		(void)rs_err_object(err, v->name);
	return r;
}
