/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list, scan and diagnose: looking only. */
#include <stdio.h>
#include <string.h>

#include "act/proof.h"
#include "core/status.h"
#include "core/text.h"
#include "engine/bootconf.h"
#include "engine/guards.h"

void en_plan_refresh(struct nt_vol *nt, struct plan *p)
{
	for (size_t i = 0; i < p->n_items; i++) {
		struct plan_item *item = &p->items[i];
		uint8_t sha256[32];
		bool is_zero;

		if (item->change)
			continue; /* what it is about is looked at by value */
		if (nt_stat(nt, item->file_ref, &item->stat, NULL) < 0)
			continue; /* gone: the act will say so */
		if (judge_hash(nt, item->file_ref, sha256, &is_zero, NULL) < 0) {
			item->has_sha256 = false;
			continue;
		}
		if (item->has_sha256 && memcmp(sha256, item->sha256, sizeof(sha256)) != 0) {
			free(item->why);
			item->why = strdup("its content changed since it was moved");
		}
		memcpy(item->sha256, sha256, sizeof(sha256));
		item->has_sha256 = true;
	}
}

static const char *only_of(const struct en_volume *v)
{
	return v->chosen ? v->chosen->root : NULL;
}

static int load_unfinished(const struct en_work *w, const struct quarantine *q,
	const struct plan *judged, struct plan **ret, struct rs_err *err)
{
	struct nt_vol *nt = w->v->stack.nt;
	auto_plan struct plan *p = NULL;
	int r = quarantine_load(nt, q, PLAN_FINISH, &p, err);

	if (r == 0)
		r = restore_find_homes(nt, p, err);
	if (r == 0)
		r = en_finish_by_judge(nt, judged, p, err);
	if (r == 0)
		p->only = only_of(w->v);
	if (r == 0)
		r = plan_look_at_names(nt, w->v->win.root, NULL, p, err);
	if (r != 0)
		return r;
	en_plan_refresh(nt, p);
	*ret = rs_steal(p);
	return 0;
}

/* Before the new plan, which is the last. A file that an unfinished quarantine moves is told of
 * there, and has no second plan. */
static int load_all(struct en_work *w, struct plan *made, struct rs_err *err)
{
	for (size_t i = 0; i < w->v->n_quarantines; i++) {
		const struct quarantine *q = &w->v->quarantines[i];
		if (q->state != QUARANTINE_UNFINISHED)
			continue;
		int r = load_unfinished(w, q, made, &w->plans[w->n_plans], err);
		if (r != 0)
			return r;
		w->n_plans++;
	}
	for (size_t k = 0; k < w->n_plans; k++)
		for (size_t n = 0; n < w->plans[k]->n_items; n++)
			if (w->plans[k]->items[n].file_ref)
				plan_drop_file(made, w->plans[k]->items[n].file_ref);
	return 0;
}

/* Every whole Windows of the volume, or the one that is meant. */
static int judge_all(const struct rs_repair *u, struct en_work *w, struct rs_err *err)
{
	struct rs_session *s = u->s;
	struct en_volume *v = w->v;
	auto_free uint8_t *bootstat = NULL; /* readable without any key */
	auto_free struct judge_look *in = calloc(v->n_windows ? v->n_windows : 1, sizeof(*in));
	size_t len = 0, n = 0;
	int r = in ? en_esp_bootstat(u->m, v->disk, &bootstat, &len, err)
		   : rs_fail(err, RS_E_MEMORY, "findings");

	for (size_t i = 0; r == 0 && i < v->n_windows; i++)
		if (en_is_meant(v, i))
			in[n++] = (struct judge_look){.vol = v->stack.nt,
				.raw = v->stack.raw,
				.win = &v->windows[i],
				.windows = v->windows,
				.n_windows = v->n_windows,
				.rules = &s->rules,
				.task = &s->task,
				.named = s->named,
				.n_named = s->n_named,
				.esp_bootstat = {bootstat, len},
				.since = u->target->since};
	return r < 0 ? r : judge_run(in, n, &w->judged, err);
}

static int judge_one(struct rs_repair *u, struct en_work *w, struct rs_err *err)
{
	int r = judge_all(u, w, err);

	if (r == 0 && !en_is_disable(u)) /* what was looked for is the registry alone */
		en_judged_report(u->s, w->v, w->judged, u->report);
	return r;
}

/* The new plan: what the findings ask for, or what a person wants disabled, and no move then. */
static int make(
	const struct rs_repair *u, const struct en_work *w, struct plan **ret, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	int r;

	if (en_is_disable(u)) {
		p = plan_new();
		r = p ? en_disable_plan(u, w, p, err) : rs_fail(err, RS_E_MEMORY, "plan");
	} else {
		r = plan_from_judge(w->judged, &p, err);
		if (r == 0)
			r = en_disable_asked(u, w, p, err);
		if (r == 0)
			r = en_takers_plan(u, w, p, err);
	}
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

static int plan_one(struct rs_repair *u, struct en_work *w, struct rs_err *err)
{
	struct en_volume *v = w->v;
	auto_plan struct plan *made = NULL;
	uint64_t top;

	w->plans = calloc(v->n_quarantines + 1, sizeof(struct plan *));
	w->n_plans = 0;
	int r = w->plans ? make(u, w, &made, err) : rs_fail(err, RS_E_MEMORY, "quarantines");
	if (r == 0 && made)
		made->only = only_of(v);
	if (r == 0)
		r = plan_look_at_names(v->stack.nt, v->win.root, w->judged, made, err);
	if (r == 0) /* so that the plan tells where the files will lie */
		r = top_choose(v->stack.nt, made->top, &top, err);
	if (r == 0)
		r = load_all(w, made, err);
	if (r < 0)
		return r;
	w->plans[w->n_plans++] = rs_steal(made);
	if (v->journal.refusal.code && en_work_moves(w))
		w->refusal = v->journal.refusal; /* what is seen is not what Windows will see */
	if (v->journal.refusal.code)
		en_offer_nothing(w);
	return en_work_moves(w) ? en_replay_plan(u, v, err) : 0;
}

static bool is_locked_err(int c)
{
	return c == RS_E_KEY_NEEDED || c == RS_E_KEY_OTHER || c == RS_E_KEY_REJECTED ||
	       c == RS_E_KEY_FORMAT || c == RS_E_BL_NO_PROTECTOR ||
	       rs_err_info(c)->exit_status == RS_STATUS_NETWORK; /* no server gave its key */
}

/* There are Windows, and none where the one that is meant should be. */
static bool is_none_meant(const struct rs_repair *u)
{
	bool is_any = false;

	for (size_t i = 0; u->target->windows && i < u->m->n_volumes; i++) {
		if (u->m->volumes[i].chosen)
			return false;
		is_any |= u->m->volumes[i].is_windows;
	}
	return is_any;
}

/* Why no Windows is worked on: the first volume that is locked, else the first other reason. */
static int verdict(const struct rs_repair *u, struct rs_err *err)
{
	const struct rs_err *locked = NULL, *other = en_disk_error(u->m);
	const struct rs_err *first = NULL;

	if (u->works.n)
		return 0;
	for (size_t i = 0; i < u->m->n_volumes; i++) {
		const struct en_volume *v = &u->m->volumes[i];
		if (!en_is_selected(u->target, v))
			continue;
		if (is_locked_err(v->err.code))
			locked = locked ? locked : &v->err;
		else if (v->err.code && v->err.code != RS_E_NOT_NTFS)
			first = first ? first : &v->err;
	}
	other = first ? first : other;
	if (!locked && is_none_meant(u)) /* what is locked may have it */
		return en_windows_verdict(u->target, u->m, err);
	if (locked || other)
		*err = locked ? *locked : *other;
	else if (en_members_guard(u->m, err) == 0)
		return en_passed_verdict(u->m, err);
	return err->code;
}

static size_t count_spared(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_items; i++)
		n += p->items[i].is_spared;
	return n;
}

bool en_works_spared(const struct en_works *w, char *ret, size_t cap)
{
	if (w->n_spared)
		rs_note(ret, cap, "%zu bad %s left where %s: see the plan for why", w->n_spared,
			rs_form(w->n_spared, "file is", "files are"),
			rs_form(w->n_spared, "it is", "they are"));
	return w->n_spared;
}

/* Where nothing is to be repaired, the first volume's reason why that cannot be said. */
static void note_idle(struct en_works *w, const struct en_volume *v, const struct rs_err *why)
{
	if (!why->code || (w->idle && w->idle <= v))
		return;
	w->idle = v;
	w->idle_err = *why;
}

/* One that fails is no reason to leave another Windows unrepaired. */
static int each_work(struct rs_repair *u,
	int (*fn)(struct rs_repair *u, struct en_work *w, struct rs_err *err), struct rs_err *err)
{
	struct en_works *w = &u->works;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct en_work one = w->list[i];
		struct rs_err why = {0};
		int failed = r < 0 ? 0 : fn(u, &one, &why);
		if (r == 0 && !rs_task_goes_on(&u->s->task)) /* whatever it was taken for */
			failed = rs_fail(&why, RS_E_CANCELLED, "%s", "");
		if (failed < 0)
			(void)rs_err_object(&why, one.v->name);
		if (rs_err_ends(failed)) {
			*err = why;
			r = failed;
		}
		if (failed == 0 || r < 0) {
			w->list[n++] = one;
			continue;
		}
		en_work_done(&one);
		one.v->err = why;
		note_idle(w, one.v, &why);
	}
	w->n = n;
	return r;
}

/* After a step: what is known of the machine, and whether a Windows is left to work on. */
static int settle(struct rs_repair *u, int r, struct rs_err *err)
{
	if (r == 0 && !u->works.n) {
		en_passed_look(u->m);
		en_works_report(u, false); /* that it is empty */
	}
	en_machine_report(u->m, u->report);
	return r < 0 ? r : verdict(u, err);
}

static int look_at_all(struct rs_repair *u, struct rs_err *err)
{
	struct en_works *w = &u->works;
	int r = en_rules(u->s, err);

	if (r == 0)
		r = en_look_each(u, true, err);
	if (r < 0)
		return r;
	w->list = calloc(u->m->n_volumes ? u->m->n_volumes : 1, sizeof(*w->list));
	if (!w->list)
		return rs_fail(err, RS_E_MEMORY, "volumes");
	for (size_t i = 0; i < u->m->n_volumes; i++)
		if (en_is_windows_meant(u->target, &u->m->volumes[i]))
			w->list[w->n++] = (struct en_work){.v = &u->m->volumes[i]};
	return u->target->windows && w->n ? en_windows_verdict(u->target, u->m, err) : 0;
}

int en_works_look(struct rs_repair *u, struct rs_err *err)
{
	int r = look_at_all(u, err);

	if (r == 0)
		r = en_stores_look(u->m, u->report, err);
	return settle(u, r, err);
}

static bool is_said(const struct en_works *w, const struct judge_named *named)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < w->list[i].judged->n_said; k++)
			if (w->list[i].judged->said[k].by == named)
				return true;
	return false;
}

/* Whoever names a file is told when it is not there: 'nothing to repair' would be another answer.
 */
static int check_named(const struct rs_repair *u, struct rs_err *err)
{
	for (size_t i = 0; u->works.n && i < u->s->n_named; i++)
		if (!is_said(&u->works, &u->s->named[i]))
			return rs_fail_on(err, RS_E_NO_SUCH_FILE, u->s->named[i].path,
				"on no volume that was looked at");
	return 0;
}

int en_works_judge(struct rs_repair *u, struct rs_err *err)
{
	int r = settle(u, each_work(u, judge_one, err), err);

	return r < 0 ? r : check_named(u, err);
}

int en_works_plan(struct rs_repair *u, struct rs_err *err)
{
	struct en_works *w = &u->works;
	int r = each_work(u, plan_one, err);

	for (size_t i = 0; r == 0 && i < w->n; i++) {
		const struct en_volume *v = w->list[i].v;
		struct rs_err why = v->journal.refusal;
		if (!why.code && v->win.hive_fault[0]) /* never 'nothing to repair' */
			(void)rs_fail_on(&why, RS_E_HIVE, v->name, "this Windows cannot start: %s",
				v->win.hive_fault);
		note_idle(w, v, &why);
		for (size_t k = 0; k < w->list[i].n_plans; k++)
			w->n_spared += count_spared(w->list[i].plans[k]);
	}
	if (r == 0)
		en_works_report(u, false);
	return settle(u, r, err);
}

static size_t count(const struct en_works *w, enum plan_action action)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += en_work_count(&w->list[i], action);
	return n;
}

/* The list is whole, but somebody should notice: a key that was expected to fit, a disk, a volume
 * that is damaged or cannot be read. */
const struct rs_err *en_first_fault(const struct rs_repair *u)
{
	const struct rs_err *disk = en_disk_error(u->m), *damage = NULL;

	for (size_t i = 0; i < u->m->n_volumes; i++) {
		const struct en_volume *v = &u->m->volumes[i];
		if (!en_is_selected(u->target, v) || !v->err.code)
			continue;
		if (u->s->has_keys && v->err.code == RS_E_KEY_REJECTED)
			return &v->err;
		int status = rs_err_info(v->err.code)->exit_status;
		if (!damage && (status == RS_STATUS_IO || status == RS_STATUS_DAMAGED))
			damage = &v->err;
	}
	return disk ? disk : damage;
}

static int list(struct rs_repair *u, struct rs_err *err)
{
	int r = en_look_each(u, false, err);

	en_passed_look(u->m);
	en_machine_report(u->m, u->report);
	if (r == 0)
		r = en_stores_look(u->m, u->report, err);
	const struct rs_err *fault = r == 0 ? en_first_fault(u) : NULL;
	if (fault)
		*err = *fault;
	else if (r == 0)
		report_finish(u->report, RS_STATUS_DONE, RUN_DONE, "", NULL);
	return err->code;
}

const struct en_command en_list = {"list", false, false, {list}, NULL};

static void scan_outcome(const struct rs_repair *u)
{
	const struct en_works *w = &u->works;
	struct rs_report *report = u->report;
	size_t bad = count(w, PLAN_QUARANTINE), doubt = count(w, PLAN_ASK);
	size_t unfinished = count(w, PLAN_FINISH), changes = count(w, PLAN_CHANGE);
	char text[1024] = "";

	if (bad + doubt + unfinished + changes) {
		(void)snprintf(text, sizeof(text),
			"%zu to quarantine, %zu doubtful, %zu of an interrupted run", bad, doubt,
			unfinished);
		if (changes)
			rs_note(text, sizeof(text), "%zu to change", changes);
		(void)en_works_left(w, text, sizeof(text)); /* found is found all the same */
		en_windows_left(u->target, u->m, text, sizeof(text));
		if (en_works_faults(w, text, sizeof(text))) /* as fix would end */
			report_finish(report, rs_err_info(RS_E_HIVE)->exit_status, RUN_CANNOT_START,
				text, NULL);
		else
			report_finish(report, RS_STATUS_FOUND, RUN_FOUND, text, NULL);
		return;
	}
	const bool is_spared = en_works_spared(w, text, sizeof(text));
	const bool is_wrong = !is_spared && en_works_wrong(u, text, sizeof(text));
	if (!is_spared && !is_wrong)
		rs_note(text, sizeof(text), "%s",
			report->run.n_findings ? "nothing that would be moved; see the findings"
					       : "no known fault was found");
	en_windows_left(u->target, u->m, text, sizeof(text));
	report_finish(report,
		is_spared  ? RS_STATUS_LEFT
		: is_wrong ? RS_STATUS_WRONG
			   : RS_STATUS_DONE,
		is_spared  ? RUN_LEFT
		: is_wrong ? RUN_WRONG
			   : RUN_NOTHING_TO_DO,
		text, NULL);
}

/* What fix moves without a question about the file. */
static size_t count_unasked(const struct rs_repair *u)
{
	const struct en_works *w = &u->works;

	return count(w, PLAN_QUARANTINE) + count(w, PLAN_CHANGE) + count(w, PLAN_FINISH) +
	       (u->o.diagnosis_alone && u->o.say_yes && en_only_alone(w));
}

/* As fix would end: with somebody to ask, as if each answer were yes. */
static int foresee(struct rs_repair *u, struct rs_err *err)
{
	struct en_works *w = &u->works;
	size_t n_moves = 0;
	int r = en_works_plan(u, err);

	if (r == 0)
		r = en_works_guard(u, false, err);
	for (size_t i = 0; r == 0 && i < w->n; i++) {
		en_risks_tell(u->s, w->list[i].v);
		n_moves += en_work_moves(&w->list[i]);
	}
	for (size_t i = 0; r == 0 && !u->may_ask && i < w->n; i++)
		if (w->list[i].v->journal.is_planned)
			r = en_replay_consent(u, w->list[i].v, err);
	if (r == 0)
		r = en_works_limit(u, count_unasked(u), err);
	if (r == 0 && !n_moves) /* nor would fix do nothing in silence */
		r = en_unproven_refuse(w, err);
	if (r == 0)
		scan_outcome(u);
	return r;
}

const struct en_command en_scan = {
	"scan", false, false, {en_works_look, en_works_judge, foresee}, NULL};
/* The same, told for whoever asks what is at fault. */
const struct en_command en_diagnose = {
	"diagnose", false, false, {en_works_look, en_works_judge, foresee}, NULL};
