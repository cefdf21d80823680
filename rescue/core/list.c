/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/list.h"

#include <stdlib.h>
#include <string.h>

void *rs_list_add(void *array, size_t *n, size_t row_bytes)
{
	void *v, *more;

	memcpy(&v, array, sizeof(v)); /* whatever its rows are */
	more = *n & (*n - 1) ? v : reallocarray(v, *n ? 2 * *n : 1, row_bytes);
	if (!more)
		return NULL;
	memcpy(array, &more, sizeof(more));
	return memset((char *)more + (*n)++ * row_bytes, 0, row_bytes);
}

bool rs_numbers_add(struct rs_numbers *l, uint64_t number)
{
	uint64_t *to = rs_list_add(&l->v, &l->n, sizeof(*to));

	if (to)
		*to = number;
	return to;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void rs_numbers_sort(struct rs_numbers *l, bool is_unique)
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
static size_t lower_bound(const struct rs_numbers *l, uint64_t number)
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

size_t rs_numbers_count(const struct rs_numbers *l, uint64_t number)
{
	const size_t end = number == UINT64_MAX ? l->n : lower_bound(l, number + 1);

	return end - lower_bound(l, number);
}

bool rs_numbers_insert(struct rs_numbers *l, uint64_t number)
{
	const size_t at = lower_bound(l, number), n = l->n;

	if (at < n && l->v[at] == number)
		return true;
	if (!rs_numbers_add(l, number))
		return false;
	memmove(l->v + at + 1, l->v + at, (n - at) * sizeof(*l->v));
	l->v[at] = number;
	return true;
}

void rs_numbers_remove(struct rs_numbers *l, uint64_t number)
{
	const size_t at = lower_bound(l, number);

	if (at < l->n && l->v[at] == number)
		memmove(l->v + at, l->v + at + 1, (--l->n - at) * sizeof(*l->v));
}

void rs_numbers_done(struct rs_numbers *l)
{
	free(l->v);
	*l = (struct rs_numbers){0};
}
