/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence that is there and cannot be read: what it says is not known, and it may speak for
 * another file, or tell that all is well again. So it takes certainty away, whatever the verdict
 * is. */
#include <string.h>

#include "judge/verdict_internal.h"

/* Written when all was well, or before: of no crash of this trouble. */
static bool is_history(const struct verdict *v, const struct ev_missing *m)
{
	return m->time && m->time <= ev_last_well(&v->s);
}

/* Its header was read, and the code in it is that of a dump that was read with its modules; or none
 * was, and the verdict rests on something else. */
static bool is_like_others(const struct verdict *v, uint32_t code)
{
	bool is_any = false;

	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++) {
		const struct ev_item *one = ev_trouble_dump(v->e, &v->s.list[i]);
		if (one && one->crash->code == code)
			return true;
		is_any |= one != NULL;
	}
	return !is_any;
}

static bool counts(const struct verdict *v, const struct ev_missing *m)
{
	if (!m->is_lost || is_history(v, m))
		return false;
	for (size_t i = 0; i < v->e->n_items; i++) {
		const struct ev_item *it = &v->e->items[i];
		if (it->crash && strcmp(it->where, m->where) == 0)
			return !is_like_others(v, it->crash->code);
	}
	return true;
}

void verdict_count_lost(struct verdict *v)
{
	for (size_t i = 0; i < v->e->n_missing; i++) {
		const struct ev_missing *m = &v->e->missing[i];
		v->n_lost += counts(v, m) && (m->source == EV_DUMP || m->source == EV_PAGEFILE);
	}
}

/* The log knows the codes of crashes whose dumps are lost: is each that of the dumps that were
 * read? */
static bool is_of_one_code(const struct verdict *v)
{
	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++)
		if (v->s.list[i].kind == EV_T_CRASH && !is_like_others(v, v->s.list[i].code))
			return false;
	return true;
}

/* Data that a dump has given its points already cannot get them twice. */
static int most_of(const struct candidate *c)
{
	return c->d.score + (c->is_content && c->has_link ? 0 : verdict_most_of_a_dump());
}

/* Could the lost dumps make another one the first? One is enough for a file that changed as well
 * and is not far behind; as many as were read for any, if the codes differ and little else speaks.
 * What is damaged or named by Windows itself does not rest on them. */
static bool may_be_another(const struct verdict *v)
{
	const struct candidate *c = &v->c[0];

	if (!v->n_lost || c->is_damaged || c->is_named)
		return false;
	for (size_t i = 1; i < v->n; i++)
		if (!v->c[i].is_own && v->c[i].changed && most_of(&v->c[i]) >= c->d.score)
			return true;
	return v->n_lost >= v->n_dumps && c->d.score < SCORE_SURE && !is_of_one_code(v);
}

static void make_unsure(struct verdict *v, const char *why)
{
	v->d->kind = DIAG_UNSURE;
	v->d->certainty = DIAG_C_UNSURE;
	v->d->text = ev_text(v->e, "%s; %s is the first to look at.", why, v->c[0].d.path);
}

/* Which data came last is all that speaks for data: not where only the newest of many are known. */
static void lower_by_flood(struct verdict *v)
{
	const struct candidate *c = v->c;

	if (!v->e->are_changes_cut || v->d->kind != DIAG_BAD_FILE)
		return;
	verdict_contradict(v, "more files changed before the first crash than can be told apart");
	if (v->d->certainty == DIAG_C_SURE)
		v->d->certainty = DIAG_C_LIKELY;
	if (c->is_content && !c->is_named)
		make_unsure(v, "Too many files changed before the first crash");
}

/* What we moved away ourselves: as long as no crash is newer than that, all evidence is of before,
 * and the next file would be moved for nothing. */
static void lower_by_repair(struct verdict *v)
{
	const struct ev_item *last = NULL;

	for (size_t i = 0; i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_REPAIRED)
			last = &v->e->items[i];
	if (!last || v->d->kind != DIAG_BAD_FILE)
		return;
	verdict_contradict(v, "a file was moved away already: %s", last->where);
	if (v->s.last < v->s.n && v->s.list[v->s.last].time < last->time)
		make_unsure(v,
			"A file was moved away already, and no crash is newer: start Windows "
			"first");
}

void verdict_lower(struct verdict *v)
{
	lower_by_repair(v);
	lower_by_flood(v);
	const struct ev_missing *m = v->e->missing;
	size_t i = 0;

	while (i < v->e->n_missing && !counts(v, &m[i]))
		i++;
	/* that it cannot be read is what the verdict on a registry says */
	if (i == v->e->n_missing || v->d->kind == DIAG_REGISTRY || v->d->certainty == DIAG_C_UNSURE)
		return;
	verdict_contradict(v, "what %s tells is not known, and it may speak for something else: %s",
		m[i].where, m[i].why);
	if (v->d->kind == DIAG_NONE || v->d->kind == DIAG_NO_DRIVER) {
		v->d->certainty = DIAG_C_UNSURE;
	} else if (v->d->kind == DIAG_BAD_FILE && may_be_another(v)) {
		make_unsure(v, "A dump that cannot be read may point to another file");
	} else {
		v->d->certainty = DIAG_C_LIKELY;
	}
}
