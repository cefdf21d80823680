/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair in steps: what each command does in each step stands in its table (scan.c, fix.c,
 * undo.c, replay.c); here is the order, what is kept between two steps, and the end. */
#include "core/status.h"
#include "engine/guards.h"

/* Of an act that was cancelled or failed. What the disk lost is worse than why it stopped. */
static void verify_cut_short(struct rs_repair *u)
{
	struct rs_err why = {0};

	if (en_verify(u, &why) < 0 &&
		(u->err.code == RS_E_CANCELLED ||
			rs_err_info(why.code)->exit_status == RS_STATUS_UNVERIFIED))
		u->err = why;
}

int rs_repair_to(struct rs_repair *u, enum rs_step step)
{
	while (!u->err.code && u->next < RS_STEPS && u->next <= step) {
		enum rs_step now = u->next++;
		int (*fn)(struct rs_repair *, struct rs_err *) = u->command->step[now];
		struct rs_err why = {0};
		int r = now == RS_STEP_VERIFY ? en_verify(u, &why) : 0;
		if (r == 0 && fn)
			r = fn(u, &why);
		if (r < 0 && !why.code) /* never go on after it, whoever forgot to say why */
			(void)rs_fail(&why, r, "%s", "");
		if (r < 0 && en_is_written(u->m))
			en_err_written(&why, RS_E_CUT_SHORT);
		if (r < 0) {
			u->err = why;
			verify_cut_short(u);
		}
	}
	return u->err.code;
}

const struct rs_report *rs_repair_report(const struct rs_repair *u)
{
	return u->report;
}

/* ---- what is shared by the steps ---- */

int en_look_each(struct rs_repair *u, bool may_ask, struct rs_err *err)
{
	for (size_t i = 0; i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		if (!en_is_selected(u->target, v))
			continue;
		en_volume_look(u->s, v, may_ask);
		en_found_volume(u->s, v);
		if (v->err.code == RS_E_CANCELLED)
			return rs_err_pass(err, v->err.code, &v->err);
	}
	return 0;
}

static int look_at_all(struct rs_repair *u, struct rs_err *err)
{
	const struct en_machine *m = u->m;
	const struct rs_err *first = NULL;
	int r = en_look_each(u, true, err);

	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		if (u->command->needs_files ? v->stack.nt != NULL : v->stack.raw != NULL)
			return 0;
		if (!first && v->err.code && en_is_selected(u->target, v))
			first = &v->err;
	}
	if (r < 0)
		return r;
	first = first ? first : en_disk_error(m);
	if (first)
		*err = *first;
	else if (en_members_guard(m, err) == 0) /* the reason why no file system is seen */
		return rs_fail_on(err, u->command->needs_files ? RS_E_NO_WINDOWS : RS_E_NOT_NTFS,
			m->n_disks ? m->disks[0].path : "", "no NTFS volume");
	return err->code;
}

int en_look(struct rs_repair *u, struct rs_err *err)
{
	int r = look_at_all(u, err);

	en_machine_report(u->m, u->report);
	return r;
}

/* ---- the end ---- */

static bool is_left_to_do(const struct rs_repair *u)
{
	for (unsigned i = u->next; i < RS_STEPS; i++)
		if (u->command->step[i])
			return true;
	return false;
}

int rs_repair_close(struct rs_repair *u, struct rs_report **ret)
{
	*ret = u->report;
	if (u->next == RS_STEP_VERIFY)
		(void)rs_repair_to(u, RS_STEP_VERIFY);
	if (!u->err.code && is_left_to_do(u))
		(void)rs_fail(&u->err, RS_E_CANCELLED, "%s", "");
	int r = u->err.code;
	if (r < 0 && u->command->score) {
		const struct en_score score = u->command->score(u);
		en_replays_unbegun(u);
		en_finish_failed(u->report, u->m, &score, &u->err);
	} else if (r < 0) {
		report_finish(u->report, 0, r == RS_E_CANCELLED ? RUN_CANCELLED : RUN_FAILED, "",
			&u->err);
	}
	en_works_done(&u->works);
	en_safe_free(u->safe);
	plan_free(u->p);
	en_beside_free(u->beside);
	en_machine_close(u->m);
	free(u);
	return r;
}
