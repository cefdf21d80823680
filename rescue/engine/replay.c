/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's part of a plan: consent, the saved plan, the write. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/act.h"

static int ask_losers(struct rs_session *s, const struct en_volume *v,
	const struct rs_report *report, struct rs_err *err)
{
	uint32_t n = v->journal.replay->losers;
	char text[200];

	if (!s->events.ask)
		return rs_fail_on(err, RS_E_LOG_LOSERS, v->name,
			"%" PRIu32 " to be undone, as Windows will", n);
	(void)snprintf(text, sizeof(text),
		"%" PRIu32 " %s of the journal of volume %u never ended. Undo %s, as Windows will?",
		n, rs_form(n, "transaction", "transactions"), v->number, rs_form(n, "it", "them"));
	if (en_ask(s, RS_ASK_LOSERS, text, report) == RS_ANSWER_YES)
		return 0;
	return rs_fail(err, RS_E_CANCELLED, "%s", "");
}

int en_replay_plan(struct en_volume *v, const struct rs_replay_choice *c, struct rs_err *err)
{
	if (!en_journal_is_open(v))
		return 0;
	v->journal.is_planned = true;
	if (!c || v->journal.plan_file)
		return 0;
	v->journal.plan_file = en_plan_file_name(v, c->plan_file);
	return v->journal.plan_file ? 0
				    : rs_fail_on(err, RS_E_MEMORY, v->name, "plan of the journal");
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

static int consent(struct rs_session *s, const struct en_volume *v, enum rs_replay_policy policy,
	const struct rs_report *report, struct rs_err *err)
{
	char what[128];

	if (policy == RS_REPLAY_NO) {
		waiting(v->journal.replay, what, sizeof(what));
		return rs_fail_on(err, RS_E_LOG_UNCLEAN, v->name,
			"%s, and --replay no forbids to apply it", what);
	}
	if (!v->journal.replay->losers || policy == RS_REPLAY_ALL)
		return 0;
	return ask_losers(s, v, report, err);
}

int en_replay_consent(struct rs_session *s, struct en_volume *v, const struct rs_replay_choice *c,
	const struct rs_report *report, struct rs_err *err)
{
	if (!en_journal_is_open(v))
		return 0;
	int r = consent(s, v, c ? c->policy : RS_REPLAY_SAFE, report, &v->journal.err);
	if (r == 0)
		return 0;
	v->journal.result = RUN_REPLAY_REFUSED;
	*err = v->journal.err;
	return r;
}

int en_replay_act(struct rs_session *s, struct en_volume *v, struct blk *top, struct rs_err *err)
{
	struct en_journal *j = &v->journal;
	bool is_saved = false;
	int r = en_plan_save(s, v, &j->err);

	if (r == 0) {
		is_saved = true;
		r = nt_replay_apply(top, j->replay, false, &s->task, &j->err);
	}
	if (r == 0) {
		j->result = RUN_REPLAY_DONE;
		return 0;
	}
	/* these come before the first write: the plan is of no use */
	if (is_saved && (r == RS_E_CHANGED || r == RS_E_CANCELLED || r == RS_E_READ_ONLY))
		(void)unlink(j->plan_file);
	j->result = RUN_REPLAY_FAILED;
	(void)rs_err_object(&j->err, v->name);
	*err = j->err;
	return r;
}
