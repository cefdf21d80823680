/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay: the journal alone, for real; finished after a power cut; taken back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "engine/guards.h"

static bool is_wanted(const struct rs_target *t, const struct en_volume *v)
{
	return en_is_selected(t, v) && v->stack.raw;
}

/* From the disk again: the journal is closed, and the result is sound. */
static int verify(struct en_volume *v, const struct nt_replay *p, bool is_back,
	struct rs_report *report, struct rs_err *err)
{
	struct run_verification *told = &report->run.verification;
	struct nt_state state = {0};
	struct en_stack stack;
	struct rs_err why = {0};
	char line[160];
	int r = en_again_open(v, &stack, report, &why);

	if (r == 0)
		r = nt_raw_open(en_stack_top(&stack), &stack.raw, &why);
	if (r == 0)
		r = nt_state_read(stack.raw, &state, &why);
	if (r == 0 && (state.log == NT_LOG_CLEAN) == is_back)
		r = rs_fail(&why, RS_E_VERIFY, "the journal is %s", nt_log_state_text(state.log));
	if (r == 0 && !is_back)
		r = nt_vol_trust_replay(en_stack_top(&stack), p, &why);
	r = en_stack_close(&stack, r, &why);
	if (r == 0) {
		(void)snprintf(line, sizeof(line),
			is_back ? "volume %u: the journal is open again, %zu %s as before"
				: "volume %u: the journal is clean, %zu %s sound with all that "
				  "belongs to it",
			v->number, p->n_blocks, rs_form(p->n_blocks, "block is", "blocks are"));
		report_add_text(&report->kept, &told->checks, line);
	}
	told->is_done = true;
	told->is_passed = r == 0;
	told->err = why;
	if (r < 0)
		*err = why;
	return r;
}

/* ---- what the journals hold now ---- */

/* A volume whose journal is not clean and cannot be replayed is no reason to be silent. */
static int find_open(
	const struct rs_target *t, struct en_machine *m, size_t *ret, struct rs_err *err)
{
	*ret = 0;
	for (size_t i = 0; i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		if (!is_wanted(t, v))
			continue;
		if (v->journal.refusal.code) {
			*err = v->journal.refusal;
			return err->code;
		}
		if (!en_journal_is_open(v))
			continue;
		int r = en_volume_guard(v, err);
		if (r < 0)
			return r;
		++*ret;
	}
	return 0;
}

/* A Windows that sleeps goes on with its own idea of a volume that it holds open. */
static int sleep_all(struct rs_session *s, const struct rs_target *t, struct en_machine *m,
	const struct rs_replay_options *o, struct rs_report *report, struct rs_err *err)
{
	const struct en_guard_how how = {.target = t, .may_ask = s->events.ask && !o->say_yes};
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_volumes; i++)
		if (is_wanted(t, &m->volumes[i]) && en_journal_is_open(&m->volumes[i]))
			r = en_sleep_consent(s, m, &m->volumes[i], &how, report, err);
	return r;
}

static int plan_all(struct rs_session *s, const struct rs_target *t, struct en_machine *m,
	const struct rs_replay_choice *c, struct rs_report *report, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		if (is_wanted(t, &m->volumes[i]))
			r = en_replay_plan(&m->volumes[i], c, err);
		en_replay_report(&m->volumes[i], report);
	}
	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		if (is_wanted(t, &m->volumes[i]))
			r = en_replay_consent(s, &m->volumes[i], c, report, err);
	}
	return r;
}

static int write_one(
	struct rs_session *s, struct en_volume *v, struct rs_report *report, struct rs_err *err)
{
	struct en_stack stack;

	en_volume_close_to(v, EN_READER); /* the caches of libntfs-3g would be stale */
	int r = en_stack_open(v, &stack, err);
	if (r == 0)
		r = en_replay_act(s, v, en_stack_top(&stack), err);
	r = en_stack_close(&stack, r, err);
	return r < 0 ? r : verify(v, v->journal.replay, false, report, err);
}

static int replay_new(struct rs_session *s, const struct rs_target *t, struct en_machine *m,
	const struct rs_replay_options *o, struct rs_report *report, struct rs_err *err)
{
	size_t n = 0, done = 0;
	char text[160];
	int r = find_open(t, m, &n, err);

	if (r == 0 && !n) {
		en_finish_done(report, m, 4, RUN_NOTHING_TO_DO, "no journal is open");
		return 0;
	}
	if (r == 0 && n > 1 && o->choice.plan_file && !en_plan_is_folder(o->choice.plan_file))
		r = rs_fail_on(err, RS_E_AMBIGUOUS, o->choice.plan_file,
			"one plan's file for %zu volumes", n);
	if (r == 0)
		r = sleep_all(s, t, m, o, report, err);
	if (r == 0)
		r = plan_all(s, t, m, &o->choice, report, err);
	(void)snprintf(text, sizeof(text), "Replay the journal of %zu %s? (--revert takes it back)",
		n, rs_form(n, "volume", "volumes"));
	if (r == 0 && !o->say_yes && en_ask(s, RS_ASK_PLAN, text, report) != RS_ANSWER_YES)
		r = rs_fail(err, RS_E_CANCELLED, "%s", "");
	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		if (!m->volumes[i].journal.is_planned)
			continue;
		r = write_one(s, &m->volumes[i], report, err);
		done += r == 0;
	}
	report_plan_begin(report);
	for (size_t i = 0; i < m->n_volumes; i++)
		en_replay_report(&m->volumes[i], report);
	if (r < 0)
		return r;
	(void)snprintf(text, sizeof(text), "the journal of %zu %s replayed, %s", done,
		rs_form(done, "volume", "volumes"), en_verified_text(report));
	en_finish_done(report, m, 0, RUN_DONE, text);
	return 0;
}

/* ---- from a saved plan ---- */

static int choose_saved(const struct rs_target *t, struct en_machine *m, const struct en_saved *p,
	struct en_volume **ret, struct rs_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_volumes; i++) {
		struct en_volume *v = &m->volumes[i];
		if (!is_wanted(t, v) || nt_raw_geometry(v->stack.raw)->serial != p->serial ||
			nt_raw_geometry(v->stack.raw)->volume_bytes != p->volume_bytes)
			continue;
		*ret = v;
		n++;
	}
	if (n > 1)
		return rs_fail_on(err, RS_E_AMBIGUOUS, m->disks[0].path,
			"%zu volumes have the serial number %016" PRIX64, n, p->serial);
	if (!n)
		return rs_fail_on(err, RS_E_NO_SUCH_VOLUME, t->n_disks ? t->disks[0] : "",
			"the plan is of a volume with the serial number %016" PRIX64 " and %" PRIu64
			" bytes",
			p->serial, p->volume_bytes);
	return 0;
}

/* Was anything written since but this plan? A block of it that has other bytes is found when it is
 * compared; what lies elsewhere changes $MFT. */
static int check_mft(struct rs_session *s, struct blk *top, const struct en_saved *p,
	const char *name, struct rs_err *err)
{
	auto_blk struct blk *seen = NULL;
	uint8_t now[32];
	int r = nt_replay_overlay(top, p->plan, &seen, err);

	if (r == 0)
		r = en_mft_hash(seen, &s->task, now, err);
	if (r == 0 && memcmp(now, p->mft_sha256, sizeof(now)) != 0)
		r = rs_fail_on(err, RS_E_REPLAY_CHANGED, name,
			"files were written to it since the plan was made");
	return r;
}

/* The state that a file's plan would leave, in memory. */
static int foresee(struct blk *top, const struct nt_replay *p, bool is_back, struct nt_state *ret,
	struct rs_err *err)
{
	auto_blk struct blk *seen = NULL;
	auto_nt_raw struct nt_raw *raw = NULL;
	int r = nt_replay_overlay(top, p, &seen, err);

	for (size_t i = 0; r == 0 && is_back && i < p->n_blocks; i++)
		r = blk_overlay_put(seen, p->blocks[i].off_bytes, p->blocks[i].before,
			p->blocks[i].len_bytes, err);
	if (r == 0)
		r = nt_raw_open(seen, &raw, err);
	if (r == 0)
		r = nt_state_read(raw, ret, err);
	return r < 0 || is_back ? r : nt_vol_trust_replay(seen, p, err);
}

/* A checksum tells damage from a plan, not a plan from a forgery: what it would leave is looked at
 * before the first byte is written. */
static int check_end(struct blk *top, const struct en_saved *p, const char *path, bool is_back,
	struct rs_err *err)
{
	struct nt_state end = {0};
	struct rs_err why = {0};
	int r = foresee(top, p->plan, is_back, &end, &why);

	if (r == RS_E_MEMORY || r == RS_E_CANCELLED || r == RS_E_IO_READ) {
		*err = why;
		return r;
	}
	if (r < 0)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path,
			"it would leave a volume that is not sound: %s", why.detail);
	if ((end.log == NT_LOG_CLEAN) == is_back)
		return rs_fail_on(err, RS_E_REPLAY_PLAN, path,
			"it would leave a journal that is %s", nt_log_state_text(end.log));
	return 0;
}

static int write_saved(struct rs_session *s, struct en_volume *v, const struct en_saved *p,
	const struct rs_replay_options *o, struct rs_err *err)
{
	const bool is_back = o->how == RS_REPLAY_REVERT;
	struct en_stack stack;
	struct rs_err why = {0};

	en_volume_close_to(v, EN_READER); /* the caches of libntfs-3g would be stale */
	int r = en_stack_open(v, &stack, &why);
	struct blk *top = en_stack_top(&stack);
	if (r == 0)
		r = check_mft(s, top, p, v->name, &why);
	if (r == 0)
		r = nt_replay_compare(top, p->plan, &why);
	if (r == 0)
		r = check_end(top, p, o->choice.plan_file, is_back, &why);
	if (r == 0)
		r = is_back ? nt_replay_revert(top, p->plan, &why)
			    : nt_replay_apply(top, p->plan, true, &s->task, &why);
	r = en_stack_close(&stack, r, &why);
	if (r == RS_E_CHANGED)
		r = rs_fail_on(&why, RS_E_REPLAY_CHANGED, v->name, "%s", why.detail);
	if (r < 0)
		*err = why;
	return r;
}

static void report_saved(const struct en_volume *v, const struct en_saved *p,
	const struct run_replay *how, struct rs_report *report)
{
	report_plan_begin(report);
	en_replay_report_plan(v, p->plan, how, report);
}

static int replay_saved(struct rs_session *s, const struct rs_target *t, struct en_machine *m,
	const struct rs_replay_options *o, struct rs_report *report, struct rs_err *err)
{
	const char *path = o->choice.plan_file;
	bool is_back = o->how == RS_REPLAY_REVERT;
	struct en_saved saved = {0};
	struct en_volume *v = NULL;
	char text[200];
	int r = en_plan_load(path, &saved, err);
	auto_replay struct nt_replay *plan = saved.plan;

	if (r == 0)
		r = choose_saved(t, m, &saved, &v, err);
	if (r == 0)
		r = en_volume_guard_saved(v, err);
	const struct en_guard_how how = {.target = t, .may_ask = s->events.ask && !o->say_yes};
	if (r == 0)
		r = en_sleep_consent(s, m, v, &how, report, err);
	if (r < 0 || !v)
		return r;
	struct run_replay told = {.plan_file = path};
	report_saved(v, &saved, &told, report);
	(void)snprintf(text, sizeof(text),
		is_back ? "Put %zu %s of volume %u back as before the replay?"
			: "Finish the replay of %zu %s of volume %u?",
		plan->n_blocks, rs_form(plan->n_blocks, "block", "blocks"), v->number);
	if (!o->say_yes && en_ask(s, RS_ASK_PLAN, text, report) != RS_ANSWER_YES)
		return rs_fail(err, RS_E_CANCELLED, "%s", "");
	r = write_saved(s, v, &saved, o, err);
	told.result = is_back ? RUN_REPLAY_REVERTED : RUN_REPLAY_RESUMED;
	if (r < 0) {
		told.result = RUN_REPLAY_FAILED;
		told.err = *err;
	}
	report_saved(v, &saved, &told, report);
	if (r == 0)
		r = verify(v, plan, is_back, report, err);
	if (r == 0) {
		(void)snprintf(text, sizeof(text), "%s, %s",
			is_back ? "the journal is pending again" : "the replay is finished",
			en_verified_text(report));
		en_finish_done(report, m, 0, RUN_DONE, text);
	}
	return r;
}

static struct en_score score_of(const struct en_machine *m)
{
	struct en_score ret = {.one = "journal replayed", .many = "journals replayed"};

	for (size_t i = 0; m && i < m->n_volumes; i++) {
		const struct en_journal *j = &m->volumes[i].journal;
		ret.total += j->is_planned;
		ret.done += j->result == RUN_REPLAY_DONE;
	}
	return ret;
}

int rs_replay(struct rs_session *s, const struct rs_target *t, const struct rs_replay_options *o,
	struct rs_report **ret)
{
	auto_machine struct en_machine *m = NULL;
	struct rs_err err = {0};
	struct rs_report *report = NULL;
	int r = report_new("replay", &report, &err);

	*ret = report;
	if (r < 0)
		return r;
	r = en_machine_open(t, true, &m, &err);
	if (r == 0)
		r = en_look_at_all(s, t, m, false, &err);
	if (m)
		en_machine_report(m, report);
	if (r == 0 && m)
		r = o->how == RS_REPLAY_NEW ? replay_new(s, t, m, o, report, &err)
					    : replay_saved(s, t, m, o, report, &err);
	if (r < 0) {
		const struct en_score score = score_of(m);
		en_finish_failed(report, m, &score, &err);
	}
	return r;
}
