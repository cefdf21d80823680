/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines that grow, and faults: what all files of the source "rules" say things with. */
#include <stdarg.h>
#include <stdio.h>

#include "judge/judge_internal.h"

#define MAX_FAULT_LINES 200U

__attribute__((format(printf, 4, 0))) static void add_v(
	struct judge_ctx *ctx, char **line, const char *sep, const char *fmt, va_list ap)
{
	auto_free char *more = NULL;
	char *joined = NULL;

	if (vasprintf(&more, fmt, ap) < 0)
		more = NULL; /* undefined after a failure */
	if (!more || asprintf(&joined, "%s%s%s", *line ? *line : "", *line && **line ? sep : "",
			     more) < 0)
		joined = NULL;
	if (!judge_has(ctx, joined))
		return;
	free(*line);
	*line = joined;
}

void judge_add(struct judge_ctx *ctx, char **line, const char *sep, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_v(ctx, line, sep, fmt, ap);
	va_end(ap);
}

void judge_fault(struct judge_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	ctx->res->unreadable++;
	if (ctx->n_fault_lines == MAX_FAULT_LINES)
		judge_add(ctx, &ctx->res->faults, "\n", "... and more");
	if (ctx->n_fault_lines++ >= MAX_FAULT_LINES)
		return;
	va_start(ap, fmt);
	add_v(ctx, &ctx->res->faults, "\n", fmt, ap);
	va_end(ap);
}

void judge_fault_err(struct judge_ctx *ctx, const char *where, const struct rs_err *err)
{
	judge_fault(ctx, "%s: %s%s%s", where, rs_err_info(err->code)->text,
		err->detail[0] ? ": " : "", err->detail);
}

void judge_pass(struct judge_ctx *ctx, const char *where, const struct rs_err *why)
{
	const bool is_fatal = rs_err_ends(why->code);

	if (is_fatal && !ctx->end.code)
		ctx->end = *why;
	else if (why->code && !is_fatal)
		judge_fault_err(ctx, where, why);
}
