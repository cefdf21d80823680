/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest changes of one kind, in memory that does not grow with the volume. */
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "evidence/changes_internal.h"

static void change_done(struct ev_change *c)
{
	free(c->path);
	free(c->to);
}

static int newest_first(const void *a, const void *b)
{
	const struct ev_change *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	return strcmp(x->path, y->path);
}

void ev_kept_trim(struct ev_kept *k)
{
	if (k->n)
		qsort(k->v, k->n, sizeof(*k->v), newest_first);
	while (k->n > EV_CHANGES_MAX) {
		change_done(&k->v[--k->n]);
		k->dropped++;
	}
}

bool ev_kept_add_take(struct ev_kept *k, struct ev_change *c)
{
	if (k->n == 4 * (size_t)EV_CHANGES_MAX) /* rarely, so that a million files cost little */
		ev_kept_trim(k);
	struct ev_change *to = c->path ? rs_list_add(&k->v, &k->n, sizeof(*to)) : NULL;

	if (to)
		*to = *c;
	else
		change_done(c);
	return to;
}

void ev_kept_done(struct ev_kept *k)
{
	for (size_t i = 0; i < k->n; i++)
		change_done(&k->v[i]);
	free(k->v);
	*k = (struct ev_kept){0};
}
