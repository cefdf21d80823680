/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is noted in a plan while it is made: a refusal, records that change. */
#include <inttypes.h>
#include <stdio.h>

#include "ntfslog/replay_internal.h"

#define CHANGED_FEW 256U

int nt_rp_refuse(struct nt_rp *rp, enum nt_pending how, uint64_t lsn, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	if (rp->plan->refusal.code)
		return NT_RP_REFUSED;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	rp->plan->pending = how;
	if (lsn)
		(void)rs_fail_on(&rp->plan->refusal, RS_E_LOG_UNCLEAN, rp->raw->src->name,
			"%s (LSN 0x%" PRIx64 ")", what, lsn);
	else
		(void)rs_fail_on(
			&rp->plan->refusal, RS_E_LOG_UNCLEAN, rp->raw->src->name, "%s", what);
	return NT_RP_REFUSED;
}

int nt_rp_changed(struct nt_rp *rp, uint64_t number, struct rs_err *err)
{
	struct rs_numbers *l = &rp->plan->changed;

	if (l->n >= rp->sort_changed_at) {
		rs_numbers_sort(l, true); /* many may be the same */
		rp->sort_changed_at = 2 * l->n + CHANGED_FEW;
	}
	return rs_numbers_add(l, number) ? 0 : rs_fail(err, RS_E_MEMORY, "plan of the journal");
}

bool nt_replay_zeroed(const struct nt_replay *p, uint64_t record)
{
	return rs_numbers_count(&p->zeroed, record) != 0;
}
