/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the checker share: its words, lists of numbers, the volume's maps. */
#include "ntfs/check.h"

#include <inttypes.h>
#include <stdlib.h>

#define UPCASE_RECORD 10U
#define UPCASE_UNITS  65536U
#define BITMAP_RECORD 6U

int nt_ck_wrong(const struct nt_ck *c, uint64_t number, const char *what, struct rs_err *err)
{
	return rs_fail(err, c->code, "%sMFT record %" PRIu64 ": %s", c->when, number, what);
}

/* ---- lists of numbers ---- */

int nt_ck_add(struct nt_ck_list *l, uint64_t number, struct rs_err *err)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 256;
		uint64_t *v = realloc(l->v, cap * sizeof(*v));
		if (!v)
			return rs_fail(err, RS_E_MEMORY, "checks");
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = number;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void nt_ck_sort(struct nt_ck_list *l, bool is_unique)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_value);
	for (size_t i = 0; i < l->n; i++)
		if (!is_unique || !n || l->v[n - 1] != l->v[i])
			l->v[n++] = l->v[i];
	l->n = n;
}

/* First place of a number that is not smaller. */
static size_t lower_bound(const struct nt_ck_list *l, uint64_t number)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (l->v[mid] < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t nt_ck_count(const struct nt_ck_list *l, uint64_t number)
{
	if (number == UINT64_MAX)
		return l->n - lower_bound(l, number);
	return lower_bound(l, number + 1) - lower_bound(l, number);
}

/* ---- the maps ---- */

int nt_ck_open(struct nt_ck *c, struct nt_raw *raw, int code, const char *when, struct rs_err *err)
{
	auto_free uint8_t *table = calloc(UPCASE_UNITS, 2);
	size_t n = 0;

	*c = (struct nt_ck){.raw = raw,
		.code = code,
		.when = when,
		.upcase = calloc(UPCASE_UNITS, sizeof(*c->upcase))};
	if (!table || !c->upcase)
		return rs_fail(err, RS_E_MEMORY, "$UpCase");
	int r = nt_raw_read(
		raw, UPCASE_RECORD, NT_AT_DATA, "", 0, table, 2UL * UPCASE_UNITS, &n, err);
	for (size_t i = 0; i < UPCASE_UNITS; i++)
		c->upcase[i] = 2 * i + 1 < n ? rs_le16(table + 2 * i) : (uint16_t)i;
	if (r == 0)
		r = nt_stream_open(raw, BITMAP_RECORD, NT_AT_DATA, "", &c->bitmap, err);
	if (r == 0)
		r = nt_stream_open(raw, 0, NT_AT_BITMAP, "", &c->mft_bitmap, err);
	return r;
}

void nt_ck_done(struct nt_ck *c)
{
	free(c->upcase);
	nt_stream_done(&c->bitmap);
	nt_stream_done(&c->mft_bitmap);
	free(c->files.v);
	free(c->parents.v);
	free(c->extents);
}
