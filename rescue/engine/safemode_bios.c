/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Safe Mode of a Windows that a BIOS starts: its boot configuration lies on NTFS, so it is set as
 * any other change of a hive, with plan, quarantine and undo; and set back by that undo. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/text.h"
#include "engine/bootconf.h"

/* ---- plans ---- */

static int act_add(struct en_safe_work *w, struct plan *p, bool is_restore, struct rs_err *err)
{
	if (w->n_acts == EN_SAFE_CHANGES) {
		plan_free(p);
		return rs_fail_on(err, RS_E_UNSUPPORTED, w->store->v->name, "too many entries");
	}
	w->acts[w->n_acts++] = (struct en_safe_act){p, is_restore};
	return 0;
}

/* The undo of what Unbrick set, or of what a cut left of that. */
static int plan_undo(
	struct rs_repair *u, struct en_safe_work *w, const struct quarantine *q, struct rs_err *err)
{
	struct en_volume *v = en_safe_volume(u, w);
	const struct win_info *win = v->is_windows ? &v->win : NULL;
	auto_plan struct plan *p = NULL;
	int r = quarantine_load(v->stack.nt, q, PLAN_RESTORE, &p, err);

	if (r == 0)
		r = restore_survey(v->stack.nt, v->stack.raw, win, p, err);
	return r < 0 ? r : act_add(w, rs_steal(p), true, err);
}

static int fill(const struct en_safe_change *change, struct plan_change *c, struct rs_err *err)
{
	const struct win_loader *l = change->l;
	struct bootconf_edits made;
	char what[300];
	int r = bootconf_edits(l->object, change->after, &made, err);

	if (r < 0)
		return r;
	(void)snprintf(what, sizeof(what), "boot entry %s (%.120s): starts %s", l->object,
		l->description, boot_mode_word(change->after));
	const bool is_off = change->after == BOOT_USUAL;
	const struct change_edit edit = {.op = is_off ? HW_DELETE_KEY : HW_MAKE_KEY,
		.key = made.key,
		.name = "Element",
		.type = REG_BINARY,
		.p = is_off ? NULL : made.value,
		.len = is_off ? 0 : sizeof(made.value),
		.what = what};
	r = change_add(c, &edit, err);
	if (r == 0)
		r = change_touch(c, TOUCHED_SETTING, "safeboot", NULL, NULL, true, err);
	return r;
}

/* One entry, one item, one commit. */
static int plan_item_of(struct rs_repair *u, struct en_safe_work *w,
	const struct en_safe_change *change, struct plan *p, struct rs_err *err)
{
	struct nt_vol *vol = en_safe_volume(u, w)->stack.nt;
	auto_change struct plan_change *c = change_new(CHANGE_HIVE, EN_BIOS_BCD);
	int r = c ? fill(change, c, err) : rs_fail(err, RS_E_MEMORY, "change");

	if (r == 0)
		r = change_look(vol, c, err);
	if (r == 0)
		r = change_can(vol, c, err);
	return r < 0 ? r
		     : plan_add_change(p, rs_steal(c), EN_BIOS_BCD, "a person wants it so",
			       u->command->name, NULL, false, err);
}

/* What a cut left is taken back first: then there is one quarantine for an entry, and no two. */
static int plan_leftovers(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	const struct en_store *s = w->store;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_sets; i++)
		if (!s->sets[i].is_set && s->sets[i].q->state == QUARANTINE_UNFINISHED)
			r = plan_undo(u, w, s->sets[i].q, err);
	return r;
}

static int refuse_twice(const struct en_safe_work *w, struct rs_err *err)
{
	(void)rs_fail_on(err, RS_E_GUARD, w->store->v->name, "Unbrick has set this entry already");
	err->next = "'unbrick safemode off' sets it back";
	return err->code;
}

static int plan_changes(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	auto_plan struct plan *p = plan_new();
	int r = p ? plan_leftovers(u, w, err) : rs_fail(err, RS_E_MEMORY, "plan");

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		const struct en_safe_change *c = &w->changes[i];
		const struct en_set *set = en_set_of(w->store, c->l);
		if (set && c->after != set->before)
			r = refuse_twice(w, err);
		else
			r = set ? plan_undo(u, w, set->q, err) : plan_item_of(u, w, c, p, err);
	}
	if (r == 0 && p->n_items)
		r = act_add(w, rs_steal(p), false, err);
	return r;
}

/* After a replay the journal is another one, and a second act would find that. */
static int check_journal(
	const struct en_volume *v, const struct en_safe_work *w, struct rs_err *err)
{
	if (!en_journal_is_open(v))
		return 0;
	if (w->n_acts > 1)
		return rs_fail_on(err, RS_E_LOG_UNCLEAN, v->name,
			"more than one step is needed, and its journal is open");
	return en_replay_check_place(v, err);
}

static void tell(struct rs_repair *u, const struct en_safe_work *w, bool is_answered)
{
	for (size_t i = 0; i < w->n_acts; i++)
		report_plan(u->report, w->acts[i].p, w->store->v->number, is_answered);
	en_replay_report(u, w->store->v);
}

int en_bios_plan(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	struct en_volume *v = en_safe_volume(u, w);
	int r = en_volume_guard(v, err);

	if (r == 0)
		r = en_sleep_consent(u, v, err);
	if (r == 0)
		r = plan_changes(u, w, err);
	if (r == 0)
		r = en_replay_plan(u, v, err);
	if (r == 0)
		r = check_journal(v, w, err);
	if (r == 0)
		tell(u, w, false);
	return r;
}

int en_bios_consent(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	struct en_volume *v = en_safe_volume(u, w);
	int r = v->journal.is_planned ? en_replay_consent(u, v, err) : 0;

	for (size_t i = 0; r == 0 && i < w->n_acts; i++)
		r = w->acts[i].is_restore ? restore_verdict(w->acts[i].p, false, err) : 0;
	return r;
}

/* ---- act, verify ---- */

static struct en_act act_of(struct rs_repair *u, struct en_safe_work *w, size_t i)
{
	return (struct en_act){u, en_safe_volume(u, w), &w->acts[i].p, 1, w->acts[i].is_restore};
}

/* The act before has changed flags, which the next one would take for somebody else's work. */
static int look_again(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	en_volume_close_to(v, EN_DISK);
	en_volume_look(u->s, v, false);
	if (v->err.code)
		return rs_err_pass(err, v->err.code, &v->err);
	return en_volume_guard(v, err);
}

int en_bios_act(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_acts; i++) {
		const struct en_act act = act_of(u, w, i);
		plan_accept(w->acts[i].p);
		r = en_foresee(&act, err);
	}
	for (size_t i = 0; r == 0 && i < w->n_acts; i++) {
		const struct en_act act = act_of(u, w, i);
		r = i ? look_again(u, act.v, err) : 0;
		if (r == 0)
			r = en_act(&act, err);
		en_kept_report(act.v, w->acts[i].p, u->report);
	}
	report_plan_begin(u->report);
	tell(u, w, true);
	w->is_done = r == 0;
	return r;
}

int en_bios_verify(struct rs_repair *u, const struct en_safe_work *w, struct rs_err *err)
{
	struct en_store now = {0};
	struct en_stack stack;
	int r = en_again_open(en_safe_volume(u, w), &stack, NULL, err);

	if (r == 0)
		r = en_stack_files(&stack, false, err);
	if (r == 0)
		r = en_store_read_ntfs(stack.nt, &now, err);
	if (r == 0 && !en_safe_is_as_wanted(w, now.loaders, now.n))
		r = rs_fail_on(err, RS_E_VERIFY, w->store->v->name,
			"its boot entries are not as they should be");
	en_store_done(&now);
	return en_stack_close(&stack, r, err);
}

int en_bios_keep_report(struct rs_repair *u, struct en_safe_work *w, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_acts; i++) {
		const struct en_work one = {
			.v = en_safe_volume(u, w), .plans = &w->acts[i].p, .n_plans = 1};
		if (w->acts[i].is_restore)
			continue;
		u->last = act_of(u, w, i);
		r = en_keep_report(&one, u->report, err);
	}
	return r;
}
