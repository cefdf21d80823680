/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on one file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "judge/judge_internal.h"
#include "judge/putback.h"

#define TAG_WOF                                                                                    \
	0x80000017U /* compressed by Windows itself: a file like others, read by a filter          \
		     */

struct finding judge_finding(const struct rule *r, const struct judge_note *note)
{
	return (struct finding){.said = note->said,
		.asks_move =
			r->about.action == RULE_DISABLE ||
			(r->about.kind == INCIDENT_BAD_FILE && r->about.action == RULE_QUARANTINE)};
}

void judge_add_disabled(struct judge_ctx *ctx, const struct rule *r, struct finding *f)
{
	const bool is_wanted = f->verdict == JUDGE_BAD || f->verdict == JUDGE_DOUBTFUL;

	for (size_t i = 0; is_wanted && r->about.action == RULE_DISABLE && i < r->disable.n; i++)
		(void)judge_has(ctx, judge_add_service(f, r->disable.v[i]) ? f : NULL);
}

bool judge_add_finding_take(struct judge_ctx *ctx, const struct finding *f)
{
	struct judge_result *res = ctx->res;
	struct finding *to =
		f->path ? rs_list_add(&res->findings, &res->n_findings, sizeof(*f)) : NULL;

	if (!judge_has(ctx, to)) {
		judge_finding_done(f);
		return false;
	}
	*to = *f;
	return true;
}

/* The condition that was told last, and where in the line. */
struct told {
	const struct rule_cond *cond;
	size_t at;
};

/* @c is told up to the line's @end, from @now on. */
static void look_for_window(const struct judge_probe *p, struct told *last, const struct told *now,
	size_t end, struct judge_window *w)
{
	const enum rule_cond_kind kind = now->cond->kind;
	const bool is_created = kind == RULE_CREATED_BEFORE;
	const enum rule_cond_kind low = is_created ? RULE_CREATED_FROM : RULE_MODIFIED_FROM;

	if ((is_created || kind == RULE_MODIFIED_BEFORE) && last->cond && last->cond->kind == low)
		*w = (struct judge_window){.at = last->at,
			.len = end - last->at,
			.is_created = is_created,
			.time = is_created ? p->stat.created : p->stat.modified,
			.from = last->cond->number,
			.before = now->cond->number};
	*last = *now;
}

/* All conditions hold? The cheap ones first, and none after the first that does not. */
static enum judge_truth all_hold(struct judge_ctx *ctx, const struct rule_conds *list,
	struct judge_probe *p, char **why, struct judge_window *window)
{
	enum judge_truth ret = JUDGE_YES;
	struct told last = {0};

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < list->n; i++) {
			if (judge_cond_is_cheap(&list->v[i]) != (pass == 0))
				continue;
			auto_free char *phrase = NULL;
			enum judge_truth one = judge_cond(ctx, &list->v[i], p, &phrase);
			if (one == JUDGE_NO) {
				free(*why); /* the one that decides is enough */
				*why = rs_steal(phrase);
				*window = (struct judge_window){0};
				return JUDGE_NO;
			}
			if (phrase)
				judge_add(ctx, why, ", ", "%s", phrase);
			if (phrase && *why)
				look_for_window(p, &last,
					&(struct told){&list->v[i], strlen(*why) - strlen(phrase)},
					strlen(*why), window);
			if (one == JUDGE_UNKNOWN)
				ret = JUDGE_UNKNOWN;
		}
	}
	return ret;
}

/* Does one of the conditions for doubt hold, or could one not be looked at? */
static bool is_doubtful(
	struct judge_ctx *ctx, const struct rule_conds *list, struct judge_probe *p, char **why)
{
	bool ret = false;

	for (size_t i = 0; i < list->n; i++) {
		auto_free char *phrase = NULL;
		if (judge_cond(ctx, &list->v[i], p, &phrase) == JUDGE_NO)
			continue;
		judge_add(ctx, why, ", ", "doubtful: %s", phrase ? phrase : "");
		ret = true;
	}
	return ret;
}

/* The verdict by the rule's conditions alone; false: the rule has nothing to say of this file. */
static bool by_conditions(
	struct judge_ctx *ctx, const struct rule *r, struct judge_probe *p, struct finding *f)
{
	auto_free char *why_good = NULL, *why_doubt = NULL;
	char **why = &f->why;
	struct judge_window window_good = {0};
	enum judge_truth good = JUDGE_NO;
	enum judge_truth bad = all_hold(ctx, &r->bad, p, why, &f->window);

	if (r->repaired.n)
		good = all_hold(ctx, &r->repaired, p, &why_good, &window_good);
	if (bad == JUDGE_NO && good == JUDGE_NO && r->otherwise == RULE_IGNORE)
		return false;
	if (!r->bad.n && bad == JUDGE_YES)
		judge_add(ctx, why, ", ", "the name fits, which is enough for this rule");
	if (is_doubtful(ctx, &r->doubtful, p, &why_doubt)) {
		judge_add(ctx, why, "; ", "%s", why_doubt ? why_doubt : "doubtful");
		f->verdict = JUDGE_DOUBTFUL;
	} else if (bad == JUDGE_YES && good == JUDGE_YES) {
		judge_add(ctx, why, "; ", "fits both the bad and the repaired file");
		f->verdict = JUDGE_DOUBTFUL;
	} else if (bad == JUDGE_YES) {
		f->verdict = JUDGE_BAD;
	} else if (good == JUDGE_YES) {
		free(*why);
		*why = NULL;
		judge_add(ctx, why, "", "the repaired file: %s", why_good ? why_good : "");
		if (*why && why_good)
			window_good.at += strlen(*why) - strlen(why_good);
		f->window = window_good;
		f->verdict = JUDGE_GOOD;
	} else {
		judge_add(ctx, why, "; ",
			bad == JUDGE_UNKNOWN
				? "not all conditions could be looked at"
				: "only the name fits: neither the bad nor the repaired file");
		f->verdict = JUDGE_DOUBTFUL;
	}
	return true;
}

/* What the file is, and what lies over the whole rule, may only make a verdict weaker. */
static void weaken(struct judge_ctx *ctx, const struct rule *r, const struct judge_note *note,
	struct finding *f)
{
	const char *guard = protect_path(ctx->vol, ctx->win->root, f->path);

	if (f->verdict == JUDGE_GOOD)
		return;
	if (f->verdict == JUDGE_BAD && r->confirm) {
		judge_add(ctx, &f->why, "; ", "only if %s", r->confirm);
		f->verdict = JUDGE_DOUBTFUL;
	}
	if (f->verdict == JUDGE_BAD && note->doubt) {
		judge_add(ctx, &f->why, "; ", "%s", note->doubt);
		f->verdict = JUDGE_DOUBTFUL;
	}
	if (r->about.action == RULE_REPORT)
		f->verdict = JUDGE_REPORT;
	if (rule_path_matches_any(ctx->vol, &r->never, ctx->win->root, f->path)) {
		judge_add(ctx, &f->why, "; ", "the rule says never to touch it");
		f->verdict = JUDGE_REPORT;
	} else if (guard && r->about.action == RULE_QUARANTINE) {
		judge_add(ctx, &f->why, "; ", "protected (%s): it is never moved", guard);
		f->verdict = JUDGE_REPORT;
	}
	if (note->stop) {
		judge_add(ctx, &f->why, "; ", "the rule stops: %s", note->stop);
		f->verdict = JUDGE_REPORT;
	}
}

/* SHA-256 for the report and for the check before the move. */
static void add_contents(struct judge_ctx *ctx, struct judge_probe *p, struct finding *f)
{
	judge_probe_hash(ctx, p);
	if (!p->hash_err.code) {
		f->has_sha256 = true;
		f->is_all_zero = p->is_all_zero && !p->stat.is_unlogged;
		memcpy(f->sha256, p->sha256, sizeof(f->sha256));
		return;
	}
	if (!p->is_unread_told)
		judge_probe_unread(ctx, p, &p->hash_err, "; ", &f->why);
	if (p->hash_err.code == RS_E_UNSUPPORTED)
		return; /* compressed by Windows or encrypted: not a fault of the volume */
	judge_fault_err(ctx, f->path, &p->hash_err);
	if (f->verdict == JUDGE_BAD)
		f->verdict = JUDGE_DOUBTFUL;
}

void judge_one(struct judge_ctx *ctx, const struct rule *r, const struct judge_found *found,
	const struct judge_note *note)
{
	struct finding f = judge_finding(r, note);
	struct judge_probe p = {0};
	struct rs_err why_not = {0};

	if (nt_stat(ctx->vol, found->ref, &p.stat, &why_not) < 0) {
		judge_pass(ctx, found->path, &why_not);
		return;
	}
	bool is_link = p.stat.is_reparse && p.stat.reparse_tag != TAG_WOF;
	if (p.stat.is_dir && !is_link)
		return; /* a folder of that name is no content file */
	if (is_link) {
		judge_add(ctx, &f.why, "; ", "a reparse point (tag 0x%08" PRIx32 "): not followed",
			p.stat.reparse_tag);
		f.verdict = JUDGE_DOUBTFUL;
	} else if (!by_conditions(ctx, r, &p, &f)) {
		free(f.why);
		return;
	}
	f.path = strdup(found->path);
	f.parent_ref = found->parent_ref;
	f.stat = p.stat;
	if (f.path && !is_link)
		add_contents(ctx, &p, &f);
	if (f.path)
		weaken(ctx, r, note, &f);
	judge_add_disabled(ctx, r, &f);
	(void)judge_add_finding_take(ctx, &f); /* it ends the run then */
}
