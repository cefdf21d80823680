/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hibernation: an image that Windows fails to resume from is dropped, or taken back. Only a person
 * decides that: what was open in that Windows is lost with it. */
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

static bool is_asleep(const struct rs_repair *u, const struct en_volume *v)
{
	return en_is_selected(u->target, v) && v->stack.raw && v->journal.on_disk.is_hibernated;
}

static void tell(const struct rs_repair *u)
{
	report_plan_begin(u->report);
	if (u->v)
		en_replay_report(u, u->v);
}

/* The one volume with an image. */
static int choose(struct rs_repair *u, struct rs_err *err)
{
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		if (!is_asleep(u, v))
			continue;
		size_t len = strlen(names);
		(void)snprintf(names + len, sizeof(names) - len, "%s%s", n ? ", " : "", v->name);
		u->v = v;
		n++;
	}
	if (n < 2)
		return 0;
	u->v = NULL;
	return rs_fail_on(err, RS_E_AMBIGUOUS, "hiberfil.sys", "%s", names);
}

static int plan_new_drop(struct rs_repair *u, struct rs_err *err)
{
	struct en_journal *j = &u->v->journal;
	const struct nt_geometry *g = nt_raw_geometry(u->v->stack.raw);
	int r = hibernation_plan(en_volume_blk(u->v), &j->saved.plan, err);

	if (r < 0)
		return rs_err_object(err, u->v->name);
	j->saved.is_hibernation = j->is_unsaved = true;
	j->saved.serial = g->serial;
	j->saved.volume_bytes = g->volume_bytes;
	r = en_volume_guard(u->v, err);
	if (r == 0)
		r = en_replay_place(u, u->v, err);
	return r < 0 ? r : en_replay_check_place(u->v, err);
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	int r;

	if (u->o.how == RS_REPLAY_REVERT) {
		r = en_replay_plan_saved(u, true, err);
	} else {
		r = choose(u, err);
		if (r == 0 && !u->v) {
			const struct rs_err *fault = en_first_fault(u);
			if (fault)
				return rs_err_pass(err, fault->code, fault);
			en_finish_done(u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO,
				"no Windows sleeps here");
			u->next = RS_STEPS;
			return 0;
		}
		if (r == 0)
			r = plan_new_drop(u, err);
	}
	tell(u);
	return r;
}

/* Never by --yes: nobody but a person knows whether the open work is worth more than the start. */
static int consent(struct rs_repair *u, struct rs_err *err)
{
	struct rs_err risk = {0};

	if (u->v->journal.is_back)
		(void)rs_fail_on(&risk, RS_E_HIBERNATED, u->v->name,
			"the image to resume from comes back as it was; Windows will resume from "
			"it");
	else
		(void)rs_fail_on(&risk, RS_E_HIBERNATED, u->v->name,
			"what was open in that Windows and not saved is lost; it starts anew, as "
			"after a power cut");
	return en_ask_risk(u, &risk,
		u->v->journal.is_back ? "Put it back?" : "Drop the image all the same?", err);
}

static int act(struct rs_repair *u, struct rs_err *err)
{
	int r = en_act(&(struct en_act){.u = u, .v = u->v}, err);

	tell(u);
	return r;
}

static int done(struct rs_repair *u, struct rs_err *err)
{
	char text[200];

	(void)err;
	(void)snprintf(text, sizeof(text), "%s, %s",
		u->v->journal.is_back ? "the image to resume from is back"
				      : "the image to resume from is dropped",
		en_verified_text(u->report));
	en_finish_done(u->report, u->m, RS_STATUS_DONE, RUN_DONE, text);
	return 0;
}

static struct en_score score_of(const struct rs_repair *u)
{
	const enum run_replay_result how = u->v ? u->v->journal.result : RUN_REPLAY_PLANNED;

	return (struct en_score){.done = how == RUN_REPLAY_DONE || how == RUN_REPLAY_REVERTED,
		.total = u->v != NULL,
		.one = "image written",
		.many = "images written"};
}

const struct en_command en_hibernation = {
	"hibernation", true, false, {en_look, NULL, plan, consent, act, done}, score_of};
