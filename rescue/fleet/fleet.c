/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All reports as one: each once, and the newest of each machine. */
#include "fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/internal.h"

int fleet_new(struct fleet **ret, struct rs_err *err)
{
	struct fleet *f = calloc(1, sizeof(*f));

	if (!f)
		return rs_fail(err, RS_E_MEMORY, "reports");
	*ret = f;
	return 0;
}

void fleet_free(struct fleet *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_broken; i++)
		free(f->broken[i]);
	free(f->rows);
	free(f);
}

const struct fleet_counts *fleet_counts(const struct fleet *f)
{
	return &f->counts;
}

const char *fleet_broken_at(const struct fleet *f, size_t i)
{
	return i < f->n_broken ? f->broken[i] : NULL;
}

static const char *const state_texts[] = {FLEET_STATES(JUST_WORD)};

/* For programs, and how it is drawn. */
static const struct {
	const char *word, *colour;
} states[FLEET_STATES_END] = {
	[FLEET_REPAIRED] = {"repaired", "#1a7f37"},
	[FLEET_SOUND] = {"sound", "#6fb97f"},
	[FLEET_DRILL] = {"drill", "#8250df"},
	[FLEET_TO_REPAIR] = {"to-repair", "#0969da"},
	[FLEET_PERSON] = {"person", "#bf8700"},
	[FLEET_KEY] = {"key", "#d4a72c"},
	[FLEET_REFUSED] = {"refused", "#bc4c00"},
	[FLEET_FAILED] = {"failed", "#cf222e"},
	[FLEET_MISSING] = {"missing", "#82071e"},
	[FLEET_UNDONE] = {"undone", "#57606a"},
	[FLEET_OTHER] = {"other", "#8c959f"},
};

const char *fleet_state_word(enum fleet_state state)
{
	return states[state].word;
}

const char *fleet_state_text(enum fleet_state state)
{
	return state_texts[state];
}

const char *fleet_state_colour(enum fleet_state state)
{
	return states[state].colour;
}

/* ---- each once ---- */

/* Is it the same one? By its id and machine, which no other machine can have said; one without an
 * id only to the last byte. */
static int by_identity(const struct fleet_row *a, const struct fleet_row *b)
{
	int r = strcmp(a->id, b->id);

	if (r == 0 && a->id[0])
		return strcmp(a->machine, b->machine);
	return r ? r : memcmp(a->hash, b->hash, sizeof(a->hash));
}

/* Those of one identity together, its start first and what came last last. */
static int for_join(const void *a, const void *b)
{
	const struct fleet_row *x = a, *y = b;
	int r = by_identity(x, y);

	if (r)
		return r;
	if (x->is_start != y->is_start)
		return y->is_start - x->is_start;
	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	r = memcmp(x->hash, y->hash, sizeof(x->hash));
	return r ? r : strcmp(x->source, y->source);
}

/* Does the end go with this start? One that says nothing of it does. */
static bool is_its_start(const struct fleet_row *end, const struct fleet_row *start)
{
	char hash[65];

	rs_hex(start->hash, sizeof(start->hash), hash);
	return !end->start_hash[0] || strcmp(end->start_hash, hash) == 0;
}

/* What a start knew and its end does not say. */
static void fill_from_start(struct fleet_row *end, const struct fleet_row *start)
{
	if (!end->model[0])
		memcpy(end->model, start->model, sizeof(end->model));
	if (!end->policy[0])
		memcpy(end->policy, start->policy, sizeof(end->policy));
}

/* One of @n that are the same: its end, the last one of several. */
static struct fleet_row *join_one(struct fleet *f, struct fleet_row *row, size_t n)
{
	struct fleet_row *ret = &row[n - 1];

	for (size_t i = 0; i + 1 < n; i++) {
		if (memcmp(row[i].hash, ret->hash, sizeof(ret->hash)) == 0 ||
			(row[i].is_start && i && row[i - 1].is_start))
			f->counts.repeated++;
		else if (row[i].is_start ? !is_its_start(ret, &row[i])
					 : row[i].revision == row[i + 1].revision)
			f->counts.conflicts++; /* a later word of the same start is none */
		if (row[i].is_start)
			fill_from_start(ret, &row[i]);
	}
	return ret;
}

static void join(struct fleet *f)
{
	size_t n = 0, to = 0;

	for (size_t i = 0; i < f->n; i += n) {
		for (n = 1; i + n < f->n && by_identity(&f->rows[i], &f->rows[i + n]) == 0;)
			n++;
		struct fleet_row *one = join_one(f, &f->rows[i], n);
		if (to && one->id[0] && strcmp(f->rows[to - 1].id, one->id) == 0)
			f->counts.conflicts++; /* of two machines */
		if (one != &f->rows[to])
			f->rows[to] = *one;
		to++;
	}
	f->n = to;
}

/* ---- the newest of each machine ---- */

static int by_machine(const void *a, const void *b)
{
	const struct fleet_row *x = a, *y = b;
	int r = strcmp(x->machine, y->machine);

	if (r)
		return r;
	if (x->when != y->when)
		return x->when > y->when ? -1 : 1;
	if (x->is_start != y->is_start)
		return x->is_start - y->is_start;
	r = strcmp(x->id, y->id);
	return r ? r : memcmp(x->hash, y->hash, sizeof(x->hash));
}

static void count(struct fleet *f)
{
	f->counts.reports = f->n;
	for (size_t i = 0; i < f->n; i++) {
		struct fleet_row *row = &f->rows[i];
		/* one that has no name may be any machine */
		row->is_newest =
			!i || !row->machine[0] || strcmp(row->machine, f->rows[i - 1].machine) != 0;
		f->counts.machines += row->is_newest;
		f->counts.machines_in[row->state] += row->is_newest;
	}
}

int fleet_join(struct fleet *f, struct rs_err *err)
{
	struct fleet_key *keys = NULL;

	if (f->n)
		qsort(f->rows, f->n, sizeof(*f->rows), for_join);
	join(f);
	if (f->n)
		qsort(f->rows, f->n, sizeof(*f->rows), by_machine);
	count(f);
	if (!fleet_keys(f, &keys, &f->counts.keys))
		return rs_fail(err, RS_E_MEMORY, "reports");
	free(keys);
	return 0;
}
