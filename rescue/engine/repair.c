/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A repair's begin, and all of it at once. */
#include "engine/guards.h"

int rs_repair_open(struct rs_session *s, enum rs_command command, const struct rs_target *t,
	const struct rs_options *o, struct rs_repair **ret)
{
	static const struct en_command *const commands[] = {[RS_LIST] = &en_list,
		[RS_SCAN] = &en_scan,
		[RS_DIAGNOSE] = &en_diagnose,
		[RS_FIX] = &en_fix,
		[RS_UNDO] = &en_undo,
		[RS_REPLAY] = &en_replay,
		[RS_HIBERNATION] = &en_hibernation,
		[RS_DISABLE] = &en_disable,
		[RS_SAFE] = &en_safe,
		[RS_CLEAR] = &en_clear,
		[RS_SAFEMODE] = &en_safemode};
	struct rs_repair *u = calloc(1, sizeof(*u));
	struct rs_err err = {0};

	*ret = NULL;
	if (!u)
		return RS_E_MEMORY;
	if (s->network)
		s->network_again(s->network);
	u->s = s;
	u->target = t;
	u->which = command;
	u->command = commands[command];
	if (o)
		u->o = *o;
	u->may_ask = s->events.ask && !u->o.say_yes;
	int r = report_new(u->command->name, &u->report, &err);
	if (r < 0) {
		free(u);
		return r;
	}
	u->report->run.since_filetime = t->since;
	u->report->run.is_drill = u->o.is_drill;
	if (u->o.told)
		u->report->run.policy = *u->o.told;
	*ret = u;
	const enum en_hold hold = u->command->is_exclusive ? EN_HOLD_ALONE : EN_HOLD_SHARED;
	if (en_machine_open(t, hold, &u->m, &err) < 0)
		u->err = err;
	return u->err.code;
}

int rs_repair_all(struct rs_session *s, enum rs_command command, const struct rs_target *t,
	const struct rs_options *o, struct rs_report **ret)
{
	struct rs_repair *u;

	*ret = NULL;
	(void)rs_repair_open(s, command, t, o, &u); /* what goes wrong stands in the report */
	if (!u)
		return RS_E_MEMORY;
	(void)rs_repair_to(u, RS_STEP_VERIFY);
	return rs_repair_close(u, ret);
}
