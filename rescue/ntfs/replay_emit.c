/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changed sectors become the plan's blocks. */
#include <string.h>

#include "ntfs/replay_internal.h"

static int by_number(const void *a, const void *b)
{
	const struct nt_rp_page *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static bool is_changed(const struct nt_rp_sector *s)
{
	return memcmp(s->before, s->after, NT_RP_UNIT) != 0;
}

/* On a disk with sectors of 4096 bytes a block is made of whole ones. */
static int fill_siblings(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t sector = rp->raw->src->sector_bytes;
	int r = 0;

	if (sector <= NT_RP_UNIT || sector % NT_RP_UNIT || sector > 65536)
		return 0;
	const size_t n = rp->store.n;
	auto_free uint64_t *numbers = calloc(n + 1, sizeof(*numbers));
	if (!numbers)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	size_t k = 0; /* the table grows while its siblings are read */
	for (size_t i = 0; i < rp->store.n_slots; i++)
		for (size_t j = 0; rp->store.slots[i] && j < NT_RP_PAGE_SECTORS; j++)
			if (rp->store.slots[i]->sectors[j] &&
				is_changed(rp->store.slots[i]->sectors[j]))
				numbers[k++] = rp->store.slots[i]->sectors[j]->number;
	for (size_t i = 0; r == 0 && i < k; i++)
		r = nt_rp_store_fill(rp, numbers[i] * NT_RP_UNIT / sector * sector, sector, err);
	return r;
}

/* Is it part of a sector of the disk that changes? @v sorted. */
static bool is_wanted(const struct nt_rp *rp, struct nt_rp_sector *const *v, size_t n, size_t i)
{
	const uint64_t per = rp->raw->src->sector_bytes / NT_RP_UNIT;

	if (is_changed(v[i]))
		return true;
	if (per < 2)
		return false;
	uint64_t group = v[i]->number / per;
	size_t lo = i, hi = i;
	while (lo && v[lo - 1]->number / per == group)
		lo--;
	for (hi = lo; hi < n && v[hi]->number / per == group; hi++)
		if (is_changed(v[hi]))
			return true;
	return false;
}

static int emit(struct nt_replay *plan, struct nt_rp_sector *const *v, size_t n, struct rs_err *err)
{
	struct nt_replay_block *b = &plan->blocks[plan->n_blocks];

	*b = (struct nt_replay_block){.off_bytes = v[0]->number * NT_RP_UNIT,
		.len_bytes = (uint32_t)(n * NT_RP_UNIT),
		.stage = v[0]->stage,
		.before = malloc(2 * n * NT_RP_UNIT)};
	if (!b->before)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	b->after = b->before + n * NT_RP_UNIT;
	plan->n_blocks++;
	for (size_t i = 0; i < n; i++) {
		memcpy(b->before + i * NT_RP_UNIT, v[i]->before, NT_RP_UNIT);
		memcpy(b->after + i * NT_RP_UNIT, v[i]->after, NT_RP_UNIT);
		if (v[i]->stage > b->stage)
			b->stage = v[i]->stage;
	}
	plan->bytes += b->len_bytes;
	return 0;
}

/* All sectors in order. *ret is malloc'd. */
static int sort(
	struct nt_rp_store *s, struct nt_rp_sector ***ret, size_t *ret_n, struct rs_err *err)
{
	size_t n = 0, k = 0;

	struct nt_rp_sector **v = calloc(s->n + 1, sizeof(struct nt_rp_sector *));
	if (!v)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0; i < s->n_slots; i++) /* the table is a table no more */
		if (s->slots[i])
			s->slots[n++] = s->slots[i];
	s->n_slots = n;
	s->last = NULL;
	if (n)
		qsort(s->slots, n, sizeof(struct nt_rp_page *), by_number);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < NT_RP_PAGE_SECTORS; j++)
			if (s->slots[i]->sectors[j])
				v[k++] = s->slots[i]->sectors[j];
	*ret = v;
	*ret_n = k;
	return 0;
}

/* All sectors in order; those that no block needs are freed, the store is empty then. */
static int take_wanted(
	struct nt_rp *rp, struct nt_rp_sector ***ret, size_t *ret_n, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;
	struct nt_rp_sector **v = NULL;
	size_t n = 0, k = 0;

	auto_free bool *is_kept = calloc(s->n + 1, sizeof(*is_kept));
	if (!is_kept)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	int r = sort(s, &v, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		is_kept[i] = is_wanted(rp, v, n, i);
	for (size_t i = 0; i < n; i++) {
		if (is_kept[i])
			v[k++] = v[i];
		else
			nt_rp_store_free(s, v[i]);
	}
	for (size_t i = 0; i < s->n_slots; i++)
		free(s->slots[i]);
	s->n_slots = s->n = s->n_pages = 0;
	*ret = v;
	*ret_n = k;
	return 0;
}

int nt_rp_emit(struct nt_rp *rp, struct rs_err *err)
{
	const uint64_t per = rp->raw->src->sector_bytes > NT_RP_UNIT
				     ? rp->raw->src->sector_bytes / NT_RP_UNIT
				     : 1;
	struct nt_rp_sector **use = NULL;
	size_t k = 0, freed = 0;

	int r = fill_siblings(rp, err);
	if (r == 0)
		r = take_wanted(rp, &use, &k, err);
	if (r)
		return r;
	rp->plan->blocks = calloc(k + 1, sizeof(*rp->plan->blocks));
	if (!rp->plan->blocks)
		r = rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0, j; r == 0 && i < k; i = j) {
		for (j = i + 1; j < k && use[j]->number == use[j - 1]->number + 1; j++)
			if (use[j]->number % per == 0 &&
				(use[j]->is_start || use[j]->stage != use[i]->stage))
				break;
		r = emit(rp->plan, use + i, j - i, err);
		while (freed < j) /* never all of it twice in memory */
			nt_rp_store_free(&rp->store, use[freed++]);
	}
	while (freed < k)
		nt_rp_store_free(&rp->store, use[freed++]);
	free(use);
	return r;
}
