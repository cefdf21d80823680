/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's part of a run: its plan's file, consent, the act; and replay, the command that is
 * nothing else: for real, finished after a power cut, or taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

int en_replay_plan(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	const char *wanted = u->o.replay.plan_file, *folder = wanted ? wanted : u->s->plan_folder;
	struct en_journal *j = &v->journal;

	if (!en_journal_is_open(v))
		return 0;
	j->is_planned = true;
	if (!folder)
		return 0; /* en_replay_check_place says so */
	j->is_plan_private = !wanted && u->s->is_plan_private;
	j->plan_file = wanted && !replay_is_folder(wanted) ? strdup(wanted)
							   : replay_file_name(folder, v->number);
	return j->plan_file ? 0 : rs_fail_on(err, RS_E_MEMORY, v->name, "plan of the journal");
}

static struct replay_place place_of(const struct en_volume *v)
{
	return (struct replay_place){
		v->journal.plan_file, v->journal.is_plan_private, v->disk->kind, v->disk->path};
}

int en_replay_check_place(const struct en_volume *v, struct rs_err *err)
{
	const struct replay_place place = place_of(v);

	return place.path ? replay_check_place(&place, err)
			  : rs_fail_on(err, RS_E_PLAN_FILE, v->name, "no folder for it is known");
}

int en_replay_check_file(const struct rs_repair *u, size_t n, struct rs_err *err)
{
	const char *path = u->o.replay.plan_file;

	return n > 1 && path && !replay_is_folder(path)
		       ? rs_fail_on(err, RS_E_AMBIGUOUS, path,
				 "one plan's file for the journals of %zu volumes", n)
		       : 0;
}

/* ---- consent ---- */

static int ask_losers(struct rs_repair *u, const struct en_volume *v, struct rs_err *err)
{
	uint32_t n = v->journal.replay->losers;
	char text[200];

	if (!u->s->events.ask)
		return rs_fail_on(err, RS_E_LOG_LOSERS, v->name,
			"%" PRIu32 " to be undone, as Windows will", n);
	(void)snprintf(text, sizeof(text),
		"%" PRIu32 " %s of the journal of volume %u never ended. Undo %s, as Windows will?",
		n, rs_form(n, "transaction", "transactions"), v->number, rs_form(n, "it", "them"));
	return en_consent(u, RS_ASK_LOSERS, text, err);
}

/* "41 changes and 1 transaction to undo wait" */
static void waiting(const struct nt_replay *p, char *ret, size_t cap)
{
	char changes[48] = "", losers[64] = "";

	if (p->redone)
		(void)snprintf(changes, sizeof(changes), "%" PRIu64 " %s", p->redone,
			rs_form(p->redone, "change", "changes"));
	if (p->losers)
		(void)snprintf(losers, sizeof(losers), "%" PRIu32 " %s to undo", p->losers,
			rs_form(p->losers, "transaction", "transactions"));
	if (!p->redone && !p->losers)
		(void)snprintf(ret, cap, "it is open without changes");
	else
		(void)snprintf(ret, cap, "%s%s%s %s", changes,
			p->redone && p->losers ? " and " : "", losers,
			rs_form(p->redone + p->losers, "waits", "wait"));
}

int en_replay_consent(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	const enum rs_replay_policy policy = u->o.replay.policy;
	struct en_journal *j = &v->journal;
	char what[128];
	int r = 0;

	if (!en_journal_is_open(v) || j->saved.plan)
		return 0;
	if (policy == RS_REPLAY_NO) {
		waiting(j->replay, what, sizeof(what));
		r = rs_fail_on(&j->err, RS_E_LOG_UNCLEAN, v->name,
			"%s, and --replay no forbids to apply it", what);
	} else if (j->replay->losers && policy != RS_REPLAY_ALL) {
		r = ask_losers(u, v, &j->err);
	}
	if (r == 0)
		return 0;
	j->result = RUN_REPLAY_REFUSED;
	*err = j->err;
	return r;
}

/* ---- the act ---- */

static int write_it(
	struct rs_repair *u, const struct en_volume *v, struct blk *top, struct rs_err *err)
{
	const struct en_journal *j = &v->journal;
	const struct nt_geometry *g = nt_raw_geometry(v->stack.raw);
	const struct replay_place place = place_of(v);
	struct replay own = {j->replay, g->serial, g->volume_bytes, {0}};

	if (j->saved.plan)
		return replay_write_saved(
			top, &j->saved, j->plan_file, j->is_back, &u->s->task, err);
	int r = en_replay_check_place(v, err);
	return r < 0 ? r : replay_write(top, &own, &place, &u->s->task, err);
}

int en_replay_act(struct rs_repair *u, struct en_volume *v, struct blk *top, struct rs_err *err)
{
	struct en_journal *j = &v->journal;
	int r = write_it(u, v, top, &j->err);

	if (r == 0) {
		j->result = !j->saved.plan ? RUN_REPLAY_DONE
			    : j->is_back   ? RUN_REPLAY_REVERTED
					   : RUN_REPLAY_RESUMED;
		return 0;
	}
	j->result = RUN_REPLAY_FAILED;
	(void)rs_err_object(&j->err, v->name);
	*err = j->err;
	return r;
}

int en_replay_verify(
	const struct en_volume *v, struct blk *top, struct rs_report *report, struct rs_err *err)
{
	const struct nt_replay *p = en_replay_of(v);
	const bool is_back = v->journal.is_back;
	char line[160];
	int r = replay_verify(top, p, is_back, err);

	(void)snprintf(line, sizeof(line),
		is_back ? "volume %u: the journal is open again, %zu %s as before"
			: "volume %u: the journal is clean, %zu %s sound with all that belongs to "
			  "it",
		v->number, p->n_blocks, rs_form(p->n_blocks, "block is", "blocks are"));
	if (r == 0)
		report_add_text(&report->kept, &report->run.verification.checks, line);
	return r;
}

/* ---- replay: what the journals hold now, or a saved plan ---- */

static bool is_wanted(const struct rs_repair *u, const struct en_volume *v)
{
	return en_is_selected(u->target, v) && v->stack.raw;
}

static void tell(const struct rs_repair *u)
{
	report_plan_begin(u->report);
	for (size_t i = 0; i < u->m->n_volumes; i++)
		en_replay_report(u, &u->m->volumes[i]);
}

/* A volume whose journal is not clean and cannot be replayed is no reason to be silent. */
static int count_open(const struct rs_repair *u, size_t *ret, struct rs_err *err)
{
	for (size_t i = 0; i < u->m->n_volumes; i++) {
		const struct en_volume *v = &u->m->volumes[i];
		if (!is_wanted(u, v))
			continue;
		if (v->journal.refusal.code)
			return rs_err_pass(err, v->journal.refusal.code, &v->journal.refusal);
		int r = en_journal_is_open(v) ? en_volume_guard(v, err) : 0;
		if (r < 0)
			return r;
		*ret += en_journal_is_open(v);
	}
	return 0;
}

static int plan_open(struct rs_repair *u, struct rs_err *err)
{
	size_t n = 0;
	int r = count_open(u, &n, err);

	if (r == 0 && !n) {
		en_finish_done(u->report, u->m, RS_STATUS_NOTHING, RUN_NOTHING_TO_DO,
			"no journal is open");
		u->next = RS_STEPS;
		return 0;
	}
	if (r == 0)
		r = en_replay_check_file(u, n, err);
	/* a Windows that sleeps goes on with its own idea of a volume that it holds open */
	for (size_t i = 0; r == 0 && i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		if (!is_wanted(u, v) || !en_journal_is_open(v))
			continue;
		r = en_sleep_consent(u, v, err);
		if (r == 0)
			r = en_replay_plan(u, v, err);
		if (r == 0)
			r = en_replay_check_place(v, err);
	}
	return r;
}

/* The volume that a saved plan is of takes it over. */
static int give_saved_take(struct rs_repair *u, struct replay *p, struct rs_err *err)
{
	struct en_volume *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		if (!is_wanted(u, v) || nt_raw_geometry(v->stack.raw)->serial != p->serial ||
			nt_raw_geometry(v->stack.raw)->volume_bytes != p->volume_bytes)
			continue;
		found = v;
		n++;
	}
	if (n == 1) {
		found->journal.saved = *p;
		u->v = found;
		return 0;
	}
	nt_replay_free(p->plan);
	if (n)
		return rs_fail_on(err, RS_E_AMBIGUOUS, u->m->disks[0].path,
			"%zu volumes have the serial number %016" PRIX64, n, p->serial);
	return rs_fail_on(err, RS_E_NO_SUCH_VOLUME, u->target->n_disks ? u->target->disks[0] : "",
		"the plan is of a volume with the serial number %016" PRIX64 " and %" PRIu64
		" bytes",
		p->serial, p->volume_bytes);
}

static int plan_saved(struct rs_repair *u, struct rs_err *err)
{
	const char *path = u->o.replay.plan_file;
	struct replay saved = {0};
	int r = replay_load(path, &saved, err);

	if (r == 0)
		r = give_saved_take(u, &saved, err);
	if (r == 0)
		r = en_volume_guard(u->v, err);
	if (r == 0)
		r = en_sleep_consent(u, u->v, err);
	if (r < 0)
		return r;
	u->v->journal.is_planned = true;
	u->v->journal.is_back = u->replay_how == RS_REPLAY_REVERT;
	u->v->journal.plan_file = strdup(path);
	return u->v->journal.plan_file ? 0 : rs_fail_on(err, RS_E_MEMORY, path, "plan of a replay");
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	int r = u->replay_how == RS_REPLAY_NEW ? plan_open(u, err) : plan_saved(u, err);

	tell(u);
	return r;
}

static size_t count_planned(const struct rs_repair *u)
{
	size_t n = 0;

	for (size_t i = 0; u->m && i < u->m->n_volumes; i++)
		n += u->m->volumes[i].journal.is_planned;
	return n;
}

static int consent(struct rs_repair *u, struct rs_err *err)
{
	size_t n = count_planned(u), blocks = u->v ? u->v->journal.saved.plan->n_blocks : 0;
	char text[200];
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->m->n_volumes; i++)
		if (u->m->volumes[i].journal.is_planned)
			r = en_replay_consent(u, &u->m->volumes[i], err);
	tell(u);
	if (u->v)
		(void)snprintf(text, sizeof(text),
			u->v->journal.is_back ? "Put %zu %s of volume %u back as before the replay?"
					      : "Finish the replay of %zu %s of volume %u?",
			blocks, rs_form(blocks, "block", "blocks"), u->v->number);
	else
		(void)snprintf(text, sizeof(text),
			"Replay the journal of %zu %s? (--revert takes it back)", n,
			rs_form(n, "volume", "volumes"));
	return r < 0 || u->o.say_yes ? r : en_consent(u, RS_ASK_PLAN, text, err);
}

static int act(struct rs_repair *u, struct rs_err *err)
{
	size_t n = count_planned(u);
	char text[200];
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->m->n_volumes; i++)
		if (u->m->volumes[i].journal.is_planned)
			r = en_act(&(struct en_act){.u = u, .v = &u->m->volumes[i]}, err);
	tell(u);
	if (r < 0)
		return r;
	if (u->v)
		(void)snprintf(text, sizeof(text), "%s, %s",
			u->v->journal.is_back ? "the journal is pending again"
					      : "the replay is finished",
			en_verified_text(u->report));
	else
		(void)snprintf(text, sizeof(text), "the journal of %zu %s replayed, %s", n,
			rs_form(n, "volume", "volumes"), en_verified_text(u->report));
	en_finish_done(u->report, u->m, RS_STATUS_DONE, RUN_DONE, text);
	return 0;
}

static struct en_score score_of(const struct rs_repair *u)
{
	struct en_score ret = {.one = "journal replayed", .many = "journals replayed"};

	if (u->v) /* from a saved plan */
		return ret;
	ret.total = count_planned(u);
	for (size_t i = 0; u->m && i < u->m->n_volumes; i++)
		ret.done += u->m->volumes[i].journal.result == RUN_REPLAY_DONE;
	return ret;
}

int rs_replay_open(struct rs_session *s, const struct rs_target *t,
	const struct rs_replay_options *o, struct rs_repair **ret)
{
	static const struct en_command command = {
		"replay", true, false, {en_look, NULL, plan, consent, act}, score_of};
	const struct rs_undo_options options = {.say_yes = o->say_yes, .replay = o->choice};
	int r = en_repair_open(s, t, &command, &options, ret);

	if (*ret)
		(*ret)->replay_how = o->how;
	return r;
}

int rs_replay(struct rs_session *s, const struct rs_target *t, const struct rs_replay_options *o,
	struct rs_report **ret)
{
	struct rs_repair *u;

	(void)rs_replay_open(s, t, o, &u); /* what goes wrong stands in the report */
	return en_repair_all(u, ret);
}
