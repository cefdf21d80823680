/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source "diagnosis": evidence is gathered, a verdict made of it, and where that proposes to
 * move a file, the file is told of as doubtful: asked about, never moved by --yes. It comes after
 * the other sources, as a rule that matches is evidence, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/judge_internal.h"
#include "judge/putback.h"
#include "judge/source.h"
#include "judge/verdict.h"

#define ID "diagnosis"

/* Files that a rule is sure of, in this Windows. */
static struct verdict_rule *rules_of(
	const struct judge_look *in, const struct judge_result *j, size_t *ret_n)
{
	struct verdict_rule *list = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < j->n_findings; i++) {
		const struct finding *f = &j->findings[i];
		struct verdict_rule *to;
		/* a rule of signs is about no file */
		if (f->verdict != JUDGE_BAD || f->is_missing ||
			j->said[f->said].kind != INCIDENT_BAD_FILE ||
			strcmp(j->said[f->said].windows, in->win->root) != 0)
			continue;
		to = rs_list_add(&list, ret_n, sizeof(*to));
		if (to)
			*to = (struct verdict_rule){j->said[f->said].id, f->path};
	}
	return list;
}

/* ---- what is proposed, as a finding ---- */

static int add_finding(const struct judge_look *in, const struct diagnosis *d,
	const struct diag_proposal *p, struct judge_result *ret, struct rs_err *err)
{
	struct finding f = {.verdict = JUDGE_DOUBTFUL, .asks_move = true};
	const bool is_move = p->action == DIAG_MOVE;
	struct finding *to;
	struct rs_err why = {0};
	int r = judge_fill_finding(in->vol, p->path, 0, &f, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 && is_move) /* gone meanwhile, or cannot be read: the diagnosis tells of it */
		return 0;
	f.is_missing = r < 0; /* a service needs no file to be disabled */
	if (!is_move) {
		f.verdict = JUDGE_DOUBTFUL;
		f.asks_move = true;
		f.can_move = r == 0 && f.has_sha256;
	}
	to = rs_list_add(&ret->findings, &ret->n_findings, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*to = f;
	to->said = ret->n_said - 1;
	to->path = strdup(p->path[0] ? p->path : p->service);
	if (!is_move && !judge_add_service(to, p->service))
		return rs_fail(err, RS_E_MEMORY, "findings");
	to->why = strdup(
		d->n_candidates && d->candidates[0].n_why ? d->candidates[0].why[0].text : d->text);
	if (!to->path || !to->why)
		return rs_fail(err, RS_E_MEMORY, "findings");
	/* and it is data whatever the verdict took it for */
	return is_move && judge_stands_alone(d, p, to) ? judge_is_data(in, to, &to->may_alone, err)
						       : 0;
}

static int add_said(const struct diagnosis *d, const struct diag_proposal *p,
	struct judge_result *ret, struct rs_err *err)
{
	const bool is_move = p->action == DIAG_MOVE;
	struct judge_said *s = rs_list_add(&ret->said, &ret->n_said, sizeof(*s));

	if (!s)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*s = (struct judge_said){.id = ID,
		.title = is_move ? "A file that the evidence points to"
				 : "A driver that the evidence points to",
		.text = is_move ? "No rule speaks of this file. The evidence is told with the "
				  "diagnosis; moved away, the file can be put back."
				: "No rule speaks of this driver. The evidence is told with the "
				  "diagnosis; what is disabled can be taken back.",
		.kind = INCIDENT_BAD_FILE,
		.outcome = SAID_DOUBT,
		.why = strdup(d->text),
		.evidence = strdup("")};
	return s->why && s->evidence ? 0 : rs_fail(err, RS_E_MEMORY, "findings");
}

/* It is not proposed to be moved any more: a person is to look at it. */
static void only_look(
	struct diagnosis *d, struct diag_proposal *p, const char *other, const char *why)
{
	p->can = p->may_alone = false;
	p->action = DIAG_ASK;
	p->text =
		strcasecmp(other, p->path) == 0
			? ev_text(d->evidence, "Look at this file; it is not moved here: %s.", why)
			: ev_text(d->evidence,
				  "Look at this file; it is not moved here: it is also %s, and "
				  "%s.",
				  other, why);
}

/* What is protected is not proposed to be moved: nor what has another name that is. */
static int hold_one(const struct judge_look *in, struct diagnosis *d, struct diag_proposal *p,
	struct judge_result *ret, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	struct rs_err own = {0};
	uint64_t ref = 0;
	const char *why = judge_forbids(ret, NULL, in->vol, in->win->root, p->path);

	if (why) {
		only_look(d, p, p->path, why);
		return 0;
	}
	int r = nt_lookup(in->vol, p->path, &ref, &own);
	if (r == 0)
		r = file_names_read(in->vol, ref, &names, &own);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &own);
	for (size_t i = 0; p->can && i < names.n; i++) {
		why = judge_forbids(ret, NULL, in->vol, in->win->root, names.all[i].path);
		if (why)
			only_look(d, p, names.all[i].path, why);
	}
	return 0;
}

static int hold_back(const struct judge_look *in, struct diagnosis *d, struct judge_result *ret,
	struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->n_proposals; i++)
		if (d->proposals[i].can && d->proposals[i].action == DIAG_MOVE)
			r = hold_one(in, d, &d->proposals[i], ret, err);
	return r;
}

static int add_moves(const struct judge_look *in, struct diagnosis *d, struct judge_result *ret,
	struct rs_err *err)
{
	int r = hold_back(in, d, ret, err);

	for (size_t i = 0; r == 0 && i < d->n_proposals; i++) {
		const enum diag_action what = d->proposals[i].action;
		if (!d->proposals[i].can ||
			(what != DIAG_MOVE && what != DIAG_DISABLE && what != DIAG_FILTER))
			continue;
		r = add_said(d, &d->proposals[i], ret, err);
		if (r == 0)
			r = add_finding(in, d, &d->proposals[i], ret, err);
	}
	return r;
}

/* ---- what was taken away ---- */

static int add_taken(const struct diagnosis *d, const struct diag_proposal *p,
	struct putback **back, struct judge_result *ret, struct rs_err *err)
{
	struct finding *f;
	int r = add_said(d, p, ret, err);

	if (r < 0)
		return r;
	struct judge_said *s = &ret->said[ret->n_said - 1];
	s->title = "A file that was taken away";
	s->text = "The evidence is told with the diagnosis; what is put back can be taken away "
		  "again.";
	s->kind = INCIDENT_GOOD_FILE_REMOVED;
	f = rs_list_add(&ret->findings, &ret->n_findings, sizeof(*f));
	if (!f)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*f = (struct finding){.said = ret->n_said - 1,
		.verdict = JUDGE_REPORT,
		.is_missing = true,
		.putback = rs_steal(*back),
		.can_put_back = true,
		.path = strdup(p->path)};
	f->parent_ref = f->putback->dir_ref;
	if (!f->path ||
		asprintf(&f->why, "%s; it can be put back: %s", d->text, f->putback->proof) < 0)
		return rs_fail(err, RS_E_MEMORY, "findings");
	return 0;
}

/* Where a source is proven, it can be done; else the reason is told. */
static int take_back(const struct judge_look *in, struct diagnosis *d, struct diag_proposal *p,
	struct judge_result *ret, struct rs_err *err)
{
	const struct putback_look look = {
		.vol = in->vol, .raw = in->raw, .win = in->win, .task = in->task};
	auto_putback struct putback *back = NULL;
	auto_free char *not = NULL;
	uint64_t ref;

	if (!in->raw || !p->path[0] || nt_lookup(in->vol, p->path, &ref, NULL) == 0)
		return 0; /* a damaged one: its name is taken */
	int r = putback_find(&look, p->path, &back, &not, err);
	if (r < 0)
		return r;
	if (!back) {
		p->text = ev_text(d->evidence, "%s Why: %s.", p->text, not );
		return 0;
	}
	p->can = true;
	p->from = ev_text(d->evidence, "%s", back->source);
	p->text = ev_text(d->evidence,
		back->how == PUTBACK_LINK
			? "Put the file back: Windows' own store of components has it still. What "
			  "took it away may take it again."
			: "Put the file back: its contents lie elsewhere on the volume and are "
			  "proven. What took it away may take it again.");
	return add_taken(d, p, &back, ret, err);
}

static int take_all_back(const struct judge_look *in, struct diagnosis *d, struct judge_result *ret,
	struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->n_proposals; i++)
		if (d->proposals[i].action == DIAG_RESTORE)
			r = take_back(in, d, &d->proposals[i], ret, err);
	return r;
}

/* ---- the source ---- */

static int gather(const struct judge_look *all, size_t n, struct rs_err *err)
{
	auto_free struct ev_look *from = calloc(n ? n : 1, sizeof(*from));
	auto_free struct evidence **e = calloc(n ? n : 1, sizeof(struct evidence *));
	int r;

	if (!from || !e)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	for (size_t i = 0; i < n; i++)
		from[i] = (struct ev_look){.vol = all[i].vol,
			.raw = all[i].raw,
			.win = all[i].win,
			.windows = all[i].windows,
			.n_windows = all[i].n_windows,
			.task = all[i].task,
			.esp_bootstat = all[i].esp_bootstat,
			.clock = {all[i].win->bias_minutes, all[i].win->time_zone[0] != '\0'},
			.since = all[i].since};
	r = ev_gather(from, n, e, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		*all[i].evidence = e[i];
	return r;
}

static int look(const struct judge_look *in, struct judge_result *ret, struct rs_err *err)
{
	struct verdict_input v = {.win = in->win};
	const struct win_info *starts = win_that_starts(in->windows, in->n_windows);
	struct diagnosis *d = NULL, **to;
	int r;

	v.e = rs_steal(*in->evidence);
	auto_free struct verdict_rule *rules = rules_of(in, ret, &v.n_rules);
	v.rules = rules;
	v.starts = win_is_aside(in->win, starts) ? starts->root : NULL;
	r = verdict_make(&v, &d, err);
	if (r < 0)
		return r;
	to = rs_list_add(&ret->diagnoses, &ret->n_diagnoses, sizeof(struct diagnosis *));
	if (!to) {
		diagnosis_free(d);
		return rs_fail(err, RS_E_MEMORY, "diagnosis");
	}
	*to = d;
	r = add_moves(in, d, ret, err);
	return r < 0 ? r : take_all_back(in, d, ret, err);
}

/* Data are moved only from where products keep theirs; asked of each name that the file has. */
static const char *forbids(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	const char *end = strrchr(path, '.');

	(void)s; /* what Windows needs is protected whatever names it */
	if (ev_is_content_place(root, path) || (end && strcasecmp(end, ".sys") == 0) ||
		judge_is_program_at(vol, path))
		return NULL;
	return "it lies where Windows and people keep their own files";
}

const struct evidence_source source_diagnosis = {
	.name = "diagnosis", .look = look, .forbids = forbids, .gather = gather};
