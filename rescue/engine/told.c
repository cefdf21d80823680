/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many files were moved and how many changes made, in words: of one kind or of both. */
#include <stdio.h>

#include "core/text.h"
#include "engine/guards.h"

/* Undo found nothing of it as we left it. */
static bool is_all_left(const struct plan_change *c)
{
	size_t n = 0;

	for (size_t i = 0; c && i < c->n; i++)
		n += c->values[i].is_left;
	return c && c->n && n == c->n;
}

struct en_counts en_counts_of(struct plan *const *plans, size_t n)
{
	struct en_counts ret = {0};

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < plans[i]->n_items; k++) {
			const struct plan_item *item = &plans[i]->items[k];
			if (!item->is_accepted || is_all_left(item->change))
				continue;
			ret.moves += !item->change;
			ret.changes += item->change != NULL;
		}
	return ret;
}

void en_counts_add(struct en_counts *to, struct en_counts more)
{
	to->moves += more.moves;
	to->changes += more.changes;
}

void en_counts_done(struct en_counts n, char *ret, size_t cap)
{
	const char *files = rs_form(n.moves, "file", "files");
	const char *changes = rs_form(n.changes, "change", "changes");

	if (!n.changes)
		(void)snprintf(ret, cap, "%zu %s moved into quarantine", n.moves, files);
	else if (!n.moves)
		(void)snprintf(ret, cap, "%zu %s made", n.changes, changes);
	else
		(void)snprintf(ret, cap, "%zu %s made, %zu %s moved into quarantine", n.changes,
			changes, n.moves, files);
}

void en_counts_back(struct en_counts n, char *ret, size_t cap)
{
	const char *files = rs_form(n.moves, "file", "files");
	const char *changes = rs_form(n.changes, "change", "changes");

	if (!n.changes && !n.moves)
		(void)snprintf(ret, cap, "nothing taken back");
	else if (!n.changes)
		(void)snprintf(ret, cap, "%zu %s put back", n.moves, files);
	else if (!n.moves)
		(void)snprintf(ret, cap, "%zu %s taken back", n.changes, changes);
	else
		(void)snprintf(ret, cap, "%zu %s put back, %zu %s taken back", n.moves, files,
			n.changes, changes);
}

/* What took the file away is disabled as well: that it would do so again is not true any more. */
static bool is_offer_taken(const struct plan *p, const struct plan_item *item)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].is_offer && p->items[i].is_accepted &&
			p->items[i].after == item->number)
			return true;
	return false;
}

void en_changes_note(const struct plan *p, char *ret, size_t cap)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		if (item->is_accepted && item->change && item->change->note &&
			!is_offer_taken(p, item))
			rs_note(ret, cap, "%s", item->change->note);
	}
}
