/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source "rules": all of them against one Windows: which apply, what they find, what comes out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "judge/judge_internal.h"
#include "judge/source.h"

/* ---- does the rule apply to this Windows? ---- */

static bool fits_builds(const struct rule *r, const struct win_info *win)
{
	for (size_t i = 0; i < r->builds.n; i++) {
		const struct rule_builds *b = &r->builds.v[i];
		if (win->build < b->from || win->build > b->to)
			continue;
		if (win->revision >= b->rev_from && win->revision <= b->rev_to)
			return true;
	}
	return r->builds.n == 0;
}

static bool fits_arch(const struct rule *r, const struct win_info *win)
{
	for (unsigned i = 0; i < WIN_N_ARCHS; i++)
		if ((r->archs & 1U << i) && strcmp(win_archs[i].word, win->arch) == 0)
			return true;
	return r->archs == 0;
}

/* YES, NO (*why: the condition that fails) or UNKNOWN (*why: what is not known). */
static enum judge_truth applies(struct judge_ctx *ctx, const struct rule *r, char **why)
{
	const struct win_info *win = ctx->win;
	enum judge_truth ret = JUDGE_YES;
	char cpu[256] = "";

	if (r->about.when == RULE_ASKED && !r->is_asked) {
		judge_add(ctx, why, ", ", "only when it is asked for");
		return JUDGE_NO;
	}
	if (r->builds.n && !win->build) {
		judge_add(ctx, why, ", ", "the build of this Windows is not known");
		ret = JUDGE_UNKNOWN;
	} else if (!fits_builds(r, win)) {
		judge_add(ctx, why, ", ", "not for build %" PRIu32 ".%" PRIu32, win->build,
			win->revision);
		return JUDGE_NO;
	}
	if (r->archs && !win->arch[0]) {
		judge_add(ctx, why, ", ", "the processor type of this Windows is not known");
		ret = JUDGE_UNKNOWN;
	} else if (!fits_arch(r, win)) {
		judge_add(ctx, why, ", ", "not for %s", win->arch);
		return JUDGE_NO;
	}
	if (!r->cpus.n)
		return ret;
	if (judge_cpu(ctx, cpu, sizeof(cpu), why) != JUDGE_YES)
		return JUDGE_UNKNOWN;
	for (size_t i = 0; i < r->cpus.n; i++)
		if (nt_name_match(NULL, r->cpus.v[i], cpu))
			return ret;
	judge_add(ctx, why, ", ", "not for the processor %s", cpu);
	return JUDGE_NO;
}

/* ---- the run ---- */

/* Which rules apply, or may. */
static void choose(struct judge_ctx *ctx)
{
	for (size_t i = 0; i < ctx->set->n; i++) {
		struct judge_said *out = &ctx->out[i];
		struct rule *r = ctx->set->rules[i];
		auto_free char *why = NULL;
		*out = (struct judge_said){.by = r,
			.id = r->about.id,
			.title = r->about.title,
			.text = r->about.text,
			.references = r->about.references,
			.kind = r->about.kind};
		enum judge_truth t = applies(ctx, r, &why);
		ctx->work[i].is_wanted = t != JUDGE_NO;
		if (t == JUDGE_NO) {
			out->outcome = SAID_NOT_APPLICABLE;
			out->why = rs_steal(why);
		} else if (t == JUDGE_UNKNOWN) {
			ctx->work[i].doubt = rs_steal(why);
		}
	}
}

static void run_all(struct judge_ctx *ctx)
{
	choose(ctx);
	judge_find_deep(ctx);
	for (size_t i = 0; i < ctx->set->n && !ctx->end.code; i++) {
		if (!rs_task_step(ctx->task, "rules", i, ctx->set->n))
			(void)rs_fail(&ctx->end, RS_E_CANCELLED, "while looking for bad files");
		else if (ctx->work[i].is_wanted)
			judge_rule_run(ctx, i);
	}
}

/* Every line is there, if empty: callers need no test for NULL. */
static void fill_empty(struct judge_ctx *ctx)
{
	struct judge_result *res = ctx->res;

	for (size_t i = 0; i < ctx->set->n; i++) {
		judge_add(ctx, &ctx->out[i].why, "", "%s", "");
		judge_add(ctx, &ctx->out[i].evidence, "", "%s", "");
	}
	for (size_t i = 0; i < res->n_findings; i++)
		judge_add(ctx, &res->findings[i].why, "", "%s", "");
}

static bool prepare(struct judge_ctx *ctx)
{
	struct judge_result *res = ctx->res;
	const size_t before = res->n_said;
	const void *row = ctx->work = calloc(ctx->set->n + 1, sizeof(*ctx->work));

	for (size_t i = 0; row && i < ctx->set->n; i++)
		row = rs_list_add(&res->said, &res->n_said, sizeof(*res->said));
	ctx->out = res->said + before;
	return judge_has(ctx, row);
}

static void ctx_done(struct judge_ctx *ctx)
{
	for (size_t i = 0; i < ctx->set->n && ctx->work; i++) {
		judge_list_done(&ctx->work[i].deep);
		free(ctx->work[i].doubt);
	}
	free(ctx->work);
	judge_evidence_done(ctx);
}

static int look(const struct judge_look *in, struct judge_result *ret, struct rs_err *err)
{
	struct judge_ctx ctx = {.set = in->rules,
		.vol = in->vol,
		.raw = in->raw,
		.win = in->win,
		.task = in->task,
		.res = ret};

	if (prepare(&ctx)) {
		run_all(&ctx);
		fill_empty(&ctx);
	}
	ctx_done(&ctx);
	if (ctx.end.code)
		*err = ctx.end;
	return ctx.end.code;
}

static const char *forbids(
	const struct judge_said *s, struct nt_vol *vol, const char *root, const char *path)
{
	const struct rule *r = s->by;

	return rule_path_matches_any(vol, &r->never, root, path) ? "the rule says never to touch it"
								 : NULL;
}

const struct evidence_source source_rules = {"rule", look, forbids, NULL, NULL};
