/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's part of a plan: consent, the saved plan, the write, and its lines in the report. */
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
	return rs_fail(err, RS_E_CANCELLED, "nothing was changed");
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

int en_replay_consent(struct rs_session *s, struct en_volume *v, const struct rs_replay_choice *c,
	const struct rs_report *report, struct rs_err *err)
{
	enum rs_replay_policy policy = c ? c->policy : RS_REPLAY_SAFE;

	if (!en_journal_is_open(v))
		return 0;
	const uint64_t n = v->journal.replay->redone;
	if (policy == RS_REPLAY_NO)
		return rs_fail_on(err, RS_E_LOG_UNCLEAN, v->name,
			"%" PRIu64 " %s, and --replay no forbids to apply %s", n,
			rs_form(n, "change waits", "changes wait"), rs_form(n, "it", "them"));
	if (!v->journal.replay->losers || policy == RS_REPLAY_ALL)
		return 0;
	return ask_losers(s, v, report, err);
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
		j->result = "done";
		return 0;
	}
	/* these come before the first write: the plan is of no use */
	if (is_saved && (r == RS_E_CHANGED || r == RS_E_CANCELLED || r == RS_E_READ_ONLY))
		(void)unlink(j->plan_file);
	j->result = "failed";
	(void)rs_err_object(&j->err, v->name);
	*err = j->err;
	return r;
}

void en_replay_report(const struct en_volume *v, struct json_object *root)
{
	const struct en_journal *j = &v->journal;

	if (!j->is_planned)
		return;
	struct json_object *o = report_append(report_array(root, "replay"));
	report_uint_set(o, "volume", v->number);
	report_text_set(o, "state", j->replay->pending == NT_PENDING_CHANGES ? "pending" : "idle");
	report_replay_counts(o, j->replay, j->since_filetime);
	report_uint_set(o, "blocks", j->replay->n_blocks);
	report_uint_set(o, "bytes", j->replay->bytes);
	report_uint_set(o, "zeroed", j->replay->n_zeroed);
	report_text_set(o, "plan", j->plan_file);
	report_text_set(o, "result", j->result ? j->result : "planned");
	report_err_set(o, "error", &j->err);
}
