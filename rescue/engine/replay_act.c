/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's part of any run: its plan's file, consent, the act, the proof. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/status.h"
#include "core/text.h"
#include "engine/guards.h"

int en_replay_plan(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	return en_journal_is_open(v) ? en_replay_place(u, v, err) : 0;
}

int en_replay_place(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	const char *wanted = u->o.plan_file, *folder = wanted ? wanted : u->s->plan_folder;
	struct en_journal *j = &v->journal;

	j->is_planned = true;
	if (!folder)
		return 0; /* en_replay_check_place says so */
	j->is_plan_private = !wanted && u->s->is_plan_private;
	j->plan_file = wanted && !replay_is_folder(wanted)
			       ? strdup(wanted)
			       : replay_file_name(folder, rs_filetime_now(), v->number);
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
	const char *path = u->o.plan_file;

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
	else if (p->redone && p->losers)
		(void)snprintf(ret, cap, "%s and %s wait", changes, losers);
	else
		(void)snprintf(ret, cap, p->redone + p->losers == 1 ? "%s waits" : "%s wait",
			p->redone ? changes : losers);
}

int en_replay_consent(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	const enum rs_replay_policy policy = u->o.policy;
	struct en_journal *j = &v->journal;
	char what[128];
	int r = 0;

	if (!en_journal_is_open(v) || j->saved.plan)
		return 0;
	if (policy == RS_REPLAY_NO) {
		waiting(j->replay, what, sizeof(what));
		r = rs_fail_on(&j->err, RS_E_LOG_UNCLEAN, v->name,
			"%s, and it was forbidden to apply it", what);
		j->err.next = "start it again without --replay no";
	} else if (j->replay->losers && policy != RS_REPLAY_ALL) {
		r = ask_losers(u, v, &j->err);
	}
	if (r == 0)
		return 0;
	j->result = RUN_REPLAY_REFUSED;
	return rs_err_pass(err, r, &j->err);
}

/* ---- the act ---- */

static int write_it(
	struct rs_repair *u, const struct en_volume *v, struct blk *top, struct rs_err *err)
{
	const struct en_journal *j = &v->journal;
	const struct nt_geometry *g = nt_raw_geometry(v->stack.raw);
	const struct replay_place place = place_of(v);
	struct replay own = {
		.plan = j->replay, .serial = g->serial, .volume_bytes = g->volume_bytes};

	if (j->is_unsaved)
		own = j->saved;
	else if (j->saved.plan)
		return replay_write_saved(
			top, &j->saved, j->plan_file, j->is_back, &u->s->task, err);
	int r = en_replay_check_place(v, err);
	return r < 0 ? r : replay_write(top, &own, &place, &u->s->task, err);
}

int en_replay_act(struct rs_repair *u, struct en_volume *v, struct blk *top, struct rs_err *err)
{
	struct en_journal *j = &v->journal;
	const uint64_t before = top->n_writes;
	int r = write_it(u, v, top, &j->err);

	if (r == 0) {
		j->result = !j->saved.plan || j->is_unsaved ? RUN_REPLAY_DONE
			    : j->is_back		    ? RUN_REPLAY_REVERTED
							    : RUN_REPLAY_RESUMED;
		return 0;
	}
	j->result = RUN_REPLAY_FAILED;
	if ((!j->saved.plan || j->is_unsaved) && top->n_writes == before)
		en_replay_unbegun(j, r);
	(void)rs_err_object(&j->err, v->name);
	return rs_err_pass(err, r, &j->err);
}

int en_replay_verify(
	const struct en_volume *v, struct blk *top, struct rs_report *report, struct rs_err *err)
{
	const struct nt_replay *p = en_replay_of(v);
	const bool is_back = v->journal.is_back, is_hibernation = v->journal.saved.is_hibernation;
	const struct replay whole = {
		.plan = v->journal.saved.plan ? v->journal.saved.plan : v->journal.replay,
		.is_hibernation = is_hibernation};
	char line[160];
	int r = replay_verify(top, &whole, is_back, err);

	if (is_hibernation)
		(void)snprintf(line, sizeof(line),
			is_back ? "volume %u: the first page of hiberfil.sys is as before"
				: "volume %u: the first page of hiberfil.sys is zeros",
			v->number);
	else
		(void)snprintf(line, sizeof(line),
			is_back ? "volume %u: the journal is open again, %zu %s as before"
				: "volume %u: the journal is clean, %zu %s sound with all that "
				  "belongs to "
				  "it",
			v->number, p->n_blocks, rs_form(p->n_blocks, "block is", "blocks are"));
	if (r == 0)
		report_add_text(&report->kept, &report->run.verification.checks, line);
	return r;
}
