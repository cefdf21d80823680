/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay: what the journals hold now, or a saved plan: for real, finished after a power cut, or
 * taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

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

	const struct rs_err *fault = r == 0 && !n ? en_first_fault(u) : NULL;
	if (fault)
		return rs_err_pass(err, fault->code, fault);
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

/* Of how many volumes it is, and which is the last of them. */
static size_t count_volumes(
	const struct rs_repair *u, const struct replay *p, struct en_volume **ret_last)
{
	size_t n = 0;

	for (size_t i = 0; i < u->m->n_volumes; i++) {
		struct en_volume *v = &u->m->volumes[i];
		if (!is_wanted(u, v) || nt_raw_geometry(v->stack.raw)->serial != p->serial ||
			nt_raw_geometry(v->stack.raw)->volume_bytes != p->volume_bytes)
			continue;
		*ret_last = v;
		n++;
	}
	return n;
}

/* What this command makes, and no other's. */
static bool is_its_own(const struct rs_repair *u, const struct replay *p)
{
	return p->is_hibernation != (u->command == &en_replay);
}

static bool is_of_volume(void *user, const struct replay *p)
{
	struct en_volume *v = NULL;

	return is_its_own(user, p) && count_volumes(user, p, &v) > 0;
}

/* The volume that a saved plan is of takes it over. */
static int give_saved_take(struct rs_repair *u, struct replay *p, struct rs_err *err)
{
	struct en_volume *found = NULL;
	const size_t n = count_volumes(u, p, &found);

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

/* The file that is named, or of those in the folder the newest one. */
static int load(struct rs_repair *u, struct replay *ret, char **ret_path, struct rs_err *err)
{
	const char *path = u->o.plan_file ? u->o.plan_file : u->s->plan_folder;

	if (!path)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, "plan", "no folder of plans is known");
	if (!u->o.plan_file || replay_is_folder(path))
		return replay_load_newest(path, is_of_volume, u, ret, ret_path, err);
	*ret_path = strdup(path);
	int r = *ret_path ? replay_load(path, ret, err)
			  : rs_fail_on(err, RS_E_MEMORY, path, "plan of a replay");
	if (r < 0 || is_its_own(u, ret))
		return r;
	nt_replay_free(rs_steal(ret->plan));
	return rs_fail_on(err, RS_E_REPLAY_PLAN, path,
		ret->is_hibernation ? "it is of an image to resume from, not of a journal"
				    : "it is of a journal, not of an image to resume from");
}

int en_replay_plan_saved(struct rs_repair *u, bool is_back, struct rs_err *err)
{
	auto_free char *path = NULL;
	struct replay saved = {0};
	int r = load(u, &saved, &path, err);

	if (r == 0)
		r = give_saved_take(u, &saved, err);
	if (r == 0)
		r = en_volume_guard(u->v, err);
	if (r == 0)
		r = en_sleep_consent(u, u->v, err);
	if (r < 0)
		return r;
	u->v->journal.is_planned = true;
	u->v->journal.is_back = is_back;
	u->v->journal.plan_file = rs_steal(path);
	return 0;
}

static int plan(struct rs_repair *u, struct rs_err *err)
{
	int r = u->o.how == RS_REPLAY_NEW
			? plan_open(u, err)
			: en_replay_plan_saved(u, u->o.how == RS_REPLAY_REVERT, err);

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
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->m->n_volumes; i++)
		if (u->m->volumes[i].journal.is_planned)
			r = en_act(&(struct en_act){.u = u, .v = &u->m->volumes[i]}, err);
	tell(u);
	return r;
}

static int done(struct rs_repair *u, struct rs_err *err)
{
	const size_t n = count_planned(u);
	char text[200];

	(void)err;
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

const struct en_command en_replay = {
	"replay", true, false, {en_look, NULL, plan, consent, act, done}, score_of};
