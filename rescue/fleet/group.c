/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines that have something in common, and the keys that were used. */
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "fleet/internal.h"

#define NAME_BYTES  256
#define DIGITS_SAME 4U /* from so many on they tell one machine's copy of a file from another's */
#define NEW_LEAST   2U

struct named {
	char name[NAME_BYTES];
	const struct fleet_row *row;
};

void fleet_by_reason(const struct fleet_row *row, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s", row->reason);
}

void fleet_by_model(const struct fleet_row *row, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s", row->model);
}

/* Small letters, and "#" for a long number: in the name of a file it is often another one on each
 * machine. */
static void put_alike(char *ret, size_t cap, const char *path)
{
	size_t n = 0;

	while (*path && n + 1 < cap) {
		size_t digits = strspn(path, "0123456789");
		if (digits >= DIGITS_SAME) {
			ret[n++] = '#';
			path += digits;
			continue;
		}
		ret[n++] = *path >= 'A' && *path <= 'Z' ? (char)(*path + 32) : *path;
		path++;
	}
	ret[n] = '\0';
}

void fleet_by_trouble(const struct fleet_row *row, char *ret, size_t cap)
{
	char alike[sizeof(row->path)];

	put_alike(alike, sizeof(alike), row->path[0] ? row->path : row->product);
	if (row->rule[0])
		(void)snprintf(ret, cap, "rule:%s", row->rule);
	else if (row->kind[0])
		(void)snprintf(ret, cap, "%s %s", row->kind, alike);
	else
		ret[0] = '\0';
}

bool fleet_is_new(const struct fleet_group *trouble)
{
	return !trouble->first->rule[0] && trouble->n >= NEW_LEAST;
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x->row > y->row) - (x->row < y->row);
}

static int by_size(const void *a, const void *b)
{
	const struct fleet_group *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static void add(struct fleet_group *g, const struct fleet_row *row)
{
	if (!g->n++)
		g->first = row;
	g->in[row->state]++;
	if (!row->when)
		return;
	g->since = !g->since || row->when < g->since ? row->when : g->since;
	g->until = row->when > g->until ? row->when : g->until;
}

struct fleet_group *fleet_groups(const struct fleet *f, fleet_name *name, size_t *ret_n)
{
	auto_free struct named *all = calloc(f->n + 1, sizeof(*all));
	struct fleet_group *ret = calloc(f->n + 1, sizeof(*ret));
	size_t n = 0, n_groups = 0;

	*ret_n = 0;
	if (!all || !ret) {
		free(ret);
		return NULL;
	}
	for (size_t i = 0; i < f->n; i++) {
		if (!f->rows[i].is_newest)
			continue;
		all[n].row = &f->rows[i];
		name(&f->rows[i], all[n].name, sizeof(all[n].name));
		n += all[n].name[0] != '\0';
	}
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++) {
		n_groups += !i || strcmp(all[i].name, all[i - 1].name) != 0;
		add(&ret[n_groups - 1], all[i].row);
	}
	qsort(ret, n_groups, sizeof(*ret), by_size);
	*ret_n = n_groups;
	return ret;
}

/* ---- keys ---- */

static int by_key(const void *a, const void *b)
{
	const struct fleet_key *x = a, *y = b;
	int r = strcmp(x->id, y->id);

	if (r)
		return r;
	return x->row->when == y->row->when ? 0 : x->row->when > y->row->when ? -1 : 1;
}

bool fleet_keys(const struct fleet *f, struct fleet_key **ret, size_t *ret_n)
{
	size_t n = 0, to = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->rows[i].n_keys;
	struct fleet_key *keys = calloc(n + 1, sizeof(*keys));
	if (!keys)
		return false;
	n = 0;
	for (size_t i = 0; i < f->n; i++)
		for (unsigned k = 0; k < f->rows[i].n_keys; k++)
			keys[n++] = (struct fleet_key){f->rows[i].keys[k], &f->rows[i]};
	qsort(keys, n, sizeof(*keys), by_key);
	for (size_t i = 0; i < n; i++)
		if (!to || strcmp(keys[to - 1].id, keys[i].id) != 0)
			keys[to++] = keys[i];
	*ret = keys;
	*ret_n = to;
	return true;
}
