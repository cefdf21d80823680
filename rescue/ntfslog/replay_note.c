/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is noted in a plan while it is made: a refusal, records that change. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

const char *nt_pending_word(enum nt_pending p)
{
	static const char *const words[] = {"clean", "idle", "pending", "torn", "not-supported"};

	return (unsigned)p < sizeof(words) / sizeof(words[0]) ? words[p] : "not-supported";
}

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

/* ---- sets of record numbers ---- */

static size_t set_find(const uint64_t *set, size_t n, uint64_t number)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (set[mid] < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool nt_rp_set_has(const uint64_t *set, size_t n, uint64_t number)
{
	size_t i = set_find(set, n, number);

	return i < n && set[i] == number;
}

int nt_rp_set_add(uint64_t **set, size_t *n, uint64_t number, struct rs_err *err)
{
	size_t i = set_find(*set, *n, number);

	if (i < *n && (*set)[i] == number)
		return 0;
	if (!(*n & (*n - 1))) { /* full at every power of two */
		uint64_t *v = realloc(*set, (*n ? 2 * *n : 1) * sizeof(*v));
		if (!v)
			return rs_fail(err, RS_E_MEMORY, "plan of the journal");
		*set = v;
	}
	memmove(*set + i + 1, *set + i, (*n - i) * sizeof(**set));
	(*set)[i] = number;
	++*n;
	return 0;
}

void nt_rp_set_del(uint64_t *set, size_t *n, uint64_t number)
{
	size_t i = set_find(set, *n, number);

	if (i >= *n || set[i] != number)
		return;
	memmove(set + i, set + i + 1, (*n - i - 1) * sizeof(*set));
	--*n;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void nt_rp_sort_changed(struct nt_replay *p)
{
	size_t n = 0;

	if (p->n_changed)
		qsort(p->changed_records, p->n_changed, sizeof(*p->changed_records), by_value);
	for (size_t i = 0; i < p->n_changed; i++)
		if (!n || p->changed_records[n - 1] != p->changed_records[i])
			p->changed_records[n++] = p->changed_records[i];
	p->n_changed = n;
}

int nt_rp_changed(struct nt_rp *rp, uint64_t number, struct rs_err *err)
{
	struct nt_replay *p = rp->plan;

	if (p->n_changed == rp->cap_changed)
		nt_rp_sort_changed(p); /* many may be the same */
	if (2 * p->n_changed >= rp->cap_changed) {
		size_t cap = rp->cap_changed ? 2 * rp->cap_changed : 256;
		uint64_t *v = realloc(p->changed_records, cap * sizeof(*v));
		if (!v)
			return rs_fail(err, RS_E_MEMORY, "plan of the journal");
		p->changed_records = v;
		rp->cap_changed = cap;
	}
	p->changed_records[p->n_changed++] = number;
	return 0;
}

bool nt_replay_zeroed(const struct nt_replay *p, uint64_t record)
{
	return nt_rp_set_has(p->zeroed_records, p->n_zeroed, record);
}
