/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence beside the file: other files, the registry, pending work. */
#include <stdio.h>
#include <string.h>

#include "judge/judge_internal.h"

/* The first file that is really there: an index entry whose record is gone proves nothing. */
static const char *first_there(struct judge_ctx *ctx, const struct judge_list *found)
{
	for (size_t i = 0; i < found->n; i++) {
		struct rs_err why = {0};
		struct nt_stat st;
		if (nt_stat(ctx->vol, found->v[i].ref, &st, &why) == 0)
			return found->v[i].path;
		judge_fault_err(ctx, found->v[i].path, &why);
	}
	return NULL;
}

static enum judge_truth file_evidence(
	struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	struct judge_list found = {0};
	auto_free char *blocked = NULL;
	uint64_t unreadable = ctx->res->unreadable;
	bool wants_there = e->kind == RULE_FILE_PRESENT;
	enum judge_truth ret = wants_there ? JUDGE_NO : JUDGE_YES;

	judge_find(ctx, &e->path, &found, &blocked);
	const char *there = first_there(ctx, &found);
	if (there) {
		judge_add(ctx, why, ", ", "file %s", there);
		ret = wants_there ? JUDGE_YES : JUDGE_NO;
	} else if (ctx->end.code || blocked || ctx->res->unreadable != unreadable) {
		judge_add(ctx, why, ", ", "not looked at: %s", blocked ? blocked : "a fault");
		ret = JUDGE_UNKNOWN;
	} else if (!wants_there) {
		judge_add(ctx, why, ", ", "no file %s", e->text);
	}
	judge_list_done(&found);
	return ret;
}

static enum judge_truth pending(struct judge_ctx *ctx, char **why)
{
	struct win_pending p = {0};
	struct rs_err err = {0};

	if (!ctx->is_pending_tried) {
		ctx->is_pending_tried = true;
		int r = win_pending_read(ctx->vol, ctx->win, &p, &err);
		ctx->pending = r < 0 ? JUDGE_UNKNOWN : p.update_pending ? JUDGE_YES : JUDGE_NO;
		if (r < 0)
			(void)snprintf(ctx->pending_why, sizeof(ctx->pending_why),
				"not looked at: %.100s%s%.200s", rs_err_info(r)->text,
				err.detail[0] ? ": " : "", err.detail);
		else
			(void)snprintf(ctx->pending_why, sizeof(ctx->pending_why), "%.300s",
				p.update_reason);
		win_pending_done(&p);
	}
	if (ctx->pending != JUDGE_NO && ctx->pending_why[0])
		judge_add(ctx, why, ", ", "%s", ctx->pending_why);
	return ctx->pending;
}

enum judge_truth judge_evidence(struct judge_ctx *ctx, const struct rule_evidence *e, char **why)
{
	switch (e->kind) {
	case RULE_FILE_PRESENT:
	case RULE_FILE_MISSING:
		return file_evidence(ctx, e, why);
	case RULE_UPDATE_PENDING:
		return pending(ctx, why);
	default:
		return judge_registry(ctx, e, why);
	}
}
