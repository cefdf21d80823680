/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair in steps: what each command does in each step stands in its table (scan.c, fix.c,
 * undo.c); here is the order, what is kept between two steps, and the end. */
#include "engine/guards.h"

int en_repair_open(struct rs_session *s, const struct rs_target *t,
	const struct en_command *command, const struct rs_undo_options *o, struct rs_repair **ret)
{
	struct rs_repair *u = calloc(1, sizeof(*u));
	struct rs_err err = {0};

	*ret = NULL;
	if (!u)
		return RS_E_MEMORY;
	*u = (struct rs_repair){.s = s, .target = t, .command = command, .o = *o};
	u->how.target = t;
	u->how.may_ask = s->events.ask && !o->say_yes;
	int r = report_new(command->name, &u->report, &err);
	if (r < 0) {
		free(u);
		return r;
	}
	*ret = u;
	if (en_machine_open(t, command->is_exclusive, &u->m, &err) < 0)
		u->err = err;
	return u->err.code;
}

int rs_repair_to(struct rs_repair *u, enum rs_step step)
{
	while (!u->err.code && u->next < RS_STEPS && u->next <= step) {
		enum rs_step now = u->next++;
		int (*fn)(struct rs_repair *, struct rs_err *) = u->command->step[now];
		struct rs_err why = {0};
		if (!fn || fn(u, &why) == 0)
			continue;
		if (now < RS_STEP_ACT && !rs_task_goes_on(&u->s->task))
			(void)rs_fail(&why, RS_E_CANCELLED, "%s", ""); /* it looks like damage */
		u->err = why;
	}
	return u->err.code;
}

const struct rs_report *rs_repair_report(const struct rs_repair *u)
{
	return u->report;
}

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
	if (!u->err.code && is_left_to_do(u))
		(void)rs_fail(&u->err, RS_E_CANCELLED, "%s", "");
	int r = u->err.code;
	if (r < 0 && u->command->score) {
		const struct en_score score = u->command->score(u);
		en_finish_failed(u->report, u->m, &score, &u->err);
	} else if (r < 0) {
		report_finish(u->report, 0, r == RS_E_CANCELLED ? RUN_CANCELLED : RUN_FAILED, "",
			&u->err);
	}
	en_works_done(&u->works);
	plan_free(u->p);
	en_machine_close(u->m);
	free(u);
	return r;
}

int en_repair_all(struct rs_repair *u, struct rs_report **ret)
{
	*ret = NULL;
	if (!u)
		return RS_E_MEMORY;
	(void)rs_repair_to(u, RS_STEP_ACT);
	return rs_repair_close(u, ret);
}
