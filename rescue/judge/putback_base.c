/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both ways of putting a file back say when they prove nothing, and for which processor. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/putback_internal.h"

void putback_free(struct putback *p)
{
	if (!p)
		return;
	free(p->source);
	free(p->proof);
	free(p);
}

int putback_no(struct find *f, struct rs_err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&f->why, fmt, ap) < 0)
		f->why = NULL;
	va_end(ap);
	return f->why ? 0 : rs_fail(err, RS_E_MEMORY, "findings");
}

int putback_unknown(
	struct find *f, const char *what, int r, const struct rs_err *why, struct rs_err *err)
{
	if (rs_err_ends(r))
		return rs_err_pass(err, r, why);
	return putback_no(f, err, "%s: %s%s%s", what, rs_err_info(r)->text,
		why->detail[0] ? ": " : "", why->detail);
}

uint16_t putback_machine(const struct find *f)
{
	for (size_t i = 0; !f->is_32 && i < WIN_N_ARCHS; i++)
		if (strcmp(win_archs[i].word, f->in->win->arch) == 0)
			return win_archs[i].machine;
	return win_archs[WIN_X86].machine;
}
