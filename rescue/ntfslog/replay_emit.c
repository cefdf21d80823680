/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changed sectors become the plan's blocks. */
#include <string.h>

#include "ntfslog/replay_internal.h"

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

/* Sectors in order; those before @freed are gone. */
struct row {
	struct nt_rp_sector **v;
	size_t n, freed;
	uint64_t per; /* of them in a sector of the disk */
};

/* Is it part of a sector of the disk that changes? */
static bool is_wanted(const struct row *row, size_t i)
{
	struct nt_rp_sector *const *v = row->v;

	if (is_changed(v[i]))
		return true;
	if (row->per < 2)
		return false;
	const uint64_t group = v[i]->number / row->per;
	size_t at = i;
	while (at > row->freed && v[at - 1]->number / row->per == group)
		at--;
	for (; at < row->n && v[at]->number / row->per == group; at++)
		if (is_changed(v[at]))
			return true;
	return false;
}

/* Does the block that begins with sector @i end before sector @j? */
static bool is_end(const struct row *row, size_t i, size_t j)
{
	struct nt_rp_sector *const *v = row->v;

	if (v[j]->number != v[j - 1]->number + 1)
		return true;
	return v[j]->number % row->per == 0 && (v[j]->is_start || v[j]->stage != v[i]->stage);
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

/* All sectors in order, and nothing else is left of the store. */
static int take_all(struct nt_rp_store *s, struct row *ret, struct rs_err *err)
{
	size_t n = 0;

	ret->v = calloc(s->n + 1, sizeof(struct nt_rp_sector *));
	if (!ret->v)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0; i < s->n_slots; i++) /* the table is a table no more */
		if (s->slots[i])
			s->slots[n++] = s->slots[i];
	if (n)
		qsort(s->slots, n, sizeof(struct nt_rp_page *), by_number);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < NT_RP_PAGE_SECTORS; j++)
			if (s->slots[i]->sectors[j])
				ret->v[ret->n++] = s->slots[i]->sectors[j];
		free(s->slots[i]);
	}
	s->last = NULL;
	s->n_slots = s->n = s->n_pages = 0;
	return 0;
}

/* Free what is before sector @i, but for those that are in the same sector of the disk: they say
 * whether it is wanted. */
static void free_before(struct nt_rp_store *s, struct row *row, size_t i)
{
	while (row->freed < i && (i == row->n || row->v[row->freed]->number / row->per !=
							 row->v[i]->number / row->per))
		nt_rp_store_free(s, row->v[row->freed++]);
}

int nt_rp_emit(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t sector = rp->raw->src->sector_bytes;
	struct row row = {.per = sector > NT_RP_UNIT ? sector / NT_RP_UNIT : 1};

	int r = fill_siblings(rp, err);
	if (r == 0)
		r = take_all(&rp->store, &row, err);
	if (r)
		return r;
	rp->plan->blocks = calloc(row.n + 1, sizeof(*rp->plan->blocks));
	if (!rp->plan->blocks)
		r = rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0, j; r == 0 && i < row.n; i = j) {
		j = i + 1;
		if (is_wanted(&row, i)) {
			while (j < row.n && !is_end(&row, i, j) && is_wanted(&row, j))
				j++;
			r = emit(rp->plan, row.v + i, j - i, err);
		}
		free_before(&rp->store, &row, j); /* never all of it twice in memory */
	}
	free_before(&rp->store, &row, row.n);
	free(row.v);
	return r;
}
