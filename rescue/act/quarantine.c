/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at quarantines: which there are, whose, and in what state. */
#include "act/quarantine.h"

#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "core/list.h"
#include "core/text.h"

#define PROVEN_MAX   10000U
#define UNPROVEN_MAX 32U /* all together; the others are counted */

/* Where are the files? The disk says it, not the steps. */
static int count_places(struct nt_vol *vol, const struct plan *p, size_t *ret_in, size_t *ret_out,
	struct rs_err *err)
{
	*ret_in = *ret_out = 0;
	for (size_t i = 0; i < p->n_items; i++) {
		enum nt_switch_state state;
		int r = quarantine_item_state(vol, &p->items[i], &state, err);
		if (r < 0)
			return r;
		*ret_in += state == NT_SWITCH_AT_TO || state == NT_SWITCH_ELSEWHERE;
		*ret_out += state == NT_SWITCH_AT_FROM;
	}
	return 0;
}

/* ---- the state of one ---- */

/* All moved, and cut off before the report was kept and the flag as it was. */
static bool is_left_open(struct nt_vol *vol, const struct tops *tops, const struct steps *j)
{
	bool is_ours = false;

	return strcmp(j->last_mode, "fix kept") != 0 &&
	       flag_is_ours(vol, tops, &is_ours, NULL) == 0 && is_ours;
}

/* By what a person knows it again. */
static void tell_files(struct quarantine *q, const struct plan *p)
{
	const struct plan_item *first = p->n_items ? &p->items[0] : NULL;

	q->n_files = p->n_items;
	if (first && first->rule_id)
		rs_shorten(first->rule_id, q->rule, sizeof(q->rule));
	if (first)
		rs_shorten(first->path, q->first, sizeof(q->first));
}

/* By what is there and what was wanted. */
static enum quarantine_state state_of(
	struct nt_vol *vol, const struct tops *tops, struct quarantine *q, const struct plan *p)
{
	struct steps j = {0};
	size_t in, out;

	if (!p->has_manifest)
		return QUARANTINE_EMPTY;
	tell_files(q, p);
	if (count_places(vol, p, &in, &out, &q->err) < 0)
		return QUARANTINE_DAMAGED;
	/* unreadable: as if nothing had been written into it */
	(void)quarantine_steps(vol, q->top, q->id, &j, NULL);
	if (!strcmp(j.last_mode, MODE_UNDO_LEFT))
		return QUARANTINE_LEFT;
	q->was_undoing = !strncmp(j.last_mode, "undo", 4);
	if (in == p->n_items && !q->was_undoing)
		return is_left_open(vol, tops, &j) ? QUARANTINE_UNFINISHED : QUARANTINE_ACTIVE;
	if (out == p->n_items && q->was_undoing)
		return QUARANTINE_UNDONE;
	return QUARANTINE_UNFINISHED;
}

/* What lies in one of which no manifest tells. */
static void look_inside(struct nt_vol *vol, struct quarantine *q)
{
	uint64_t ref;

	if (quarantine_lookup(vol, q->top, q->id, "", &ref, NULL) < 0 ||
		inside_tell(vol, ref, q->inside, sizeof(q->inside), &q->n_files, NULL) < 0)
		(void)snprintf(q->inside, sizeof(q->inside), "it cannot be read");
}

static int judge_proven(
	struct nt_vol *vol, const struct tops *tops, struct quarantine *q, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	struct rs_err why = {0};
	int r = quarantine_load(vol, q, PLAN_FINISH, &p, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		q->err = why;
		q->state = quarantine_has(vol, q, QUARANTINE_MANIFEST) ? QUARANTINE_DAMAGED
								       : QUARANTINE_LOST;
		look_inside(vol, q);
		return 0;
	}
	q->state = state_of(vol, tops, q, p);
	return 0;
}

/* Does it ask for a file that is not in it already? */
static bool is_calling(struct nt_vol *vol, const struct plan *p)
{
	for (size_t i = 0; i < p->n_items; i++) {
		enum nt_switch_state state;
		struct nt_stat s;
		/* a change is not even asked about where it is not proven */
		if (p->items[i].change || nt_stat(vol, p->items[i].file_ref, &s, NULL) < 0)
			continue; /* deleted since */
		if (quarantine_item_state(vol, &p->items[i], &state, NULL) < 0 ||
			state != NT_SWITCH_AT_TO)
			return true;
	}
	return false;
}

/* Somebody else's: what it would like to have done is told, and no more. */
static void judge_unproven(struct nt_vol *vol, struct quarantine *q, const char *why)
{
	auto_plan struct plan *p = NULL;

	q->state = QUARANTINE_UNPROVEN;
	if (quarantine_has(vol, q, QUARANTINE_MANIFEST) &&
		manifest_load(vol, q, PLAN_RESTORE, &p, NULL) == 0) {
		tell_files(q, p);
		q->is_calling = is_calling(vol, p);
	} else {
		look_inside(vol, q);
	}
	(void)rs_fail_on(&q->err, RS_E_UNPROVEN, q->id, "%s", why);
}

/* ---- all ---- */

struct listing {
	struct quarantine *all;
	size_t n, n_here, n_proven, n_unproven, n_more;
	const struct top *top;
	bool no_memory;
};

static struct quarantine *add(struct listing *l, const char *id, bool is_proven)
{
	struct quarantine *q = rs_list_add(&l->all, &l->n, sizeof(*q));

	l->no_memory |= !q;
	if (!q)
		return NULL;
	*q = (struct quarantine){.state = QUARANTINE_EMPTY, .is_proven = is_proven};
	(void)snprintf(q->top, sizeof(q->top), "%s", l->top ? l->top->name : "");
	(void)snprintf(q->id, sizeof(q->id), "%s", id);
	return q;
}

static bool collect(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct listing *l = user;

	(void)ref;
	if (!is_dir || !quarantine_is_shape(name, QUARANTINE_ID_SHAPE))
		return true;
	size_t most = l->top->is_proven ? PROVEN_MAX : UNPROVEN_MAX;
	size_t n = l->top->is_proven ? l->n_proven : l->n_unproven;
	if (n == most) {
		l->n_more++;
		return true;
	}
	const struct quarantine *q = add(l, name, l->top->is_proven);
	if (!q)
		return false;
	l->n_proven += q->is_proven;
	l->n_unproven += !q->is_proven;
	l->n_here++;
	return true;
}

/* An empty folder of ours: one entry without an id. */
static int list_leftover(struct nt_vol *vol, struct listing *l, struct rs_err *err)
{
	bool is_empty = false;
	int r = nt_is_empty(vol, l->top->ref, &is_empty, err);

	if (r < 0 || !is_empty)
		return r;
	return add(l, "", true) ? 0 : rs_fail(err, RS_E_MEMORY, "quarantines");
}

static int list_top(
	struct nt_vol *vol, struct listing *l, const struct top *top, struct rs_err *err)
{
	struct rs_err why = {0};

	l->top = top;
	l->n_here = 0;
	if (!top->is_dir)
		return 0;
	int r = nt_list(vol, top->ref, collect, l, &why);
	if (r == 0 && l->no_memory)
		r = rs_fail(&why, RS_E_MEMORY, "quarantines");
	if (r == 0 && !l->n_here && top->is_proven)
		r = list_leftover(vol, l, &why);
	/* somebody else's that cannot be read is not ours to complain of */
	return r < 0 && (top->is_proven || rs_err_ends(r)) ? rs_err_pass(err, r, &why) : 0;
}

static int judge(
	struct nt_vol *vol, const struct tops *tops, struct quarantine *q, struct rs_err *err)
{
	struct proof proof = {0};

	if (!q->id[0])
		return 0;
	if (!q->is_proven) {
		const char *why = "";
		for (size_t i = 0; i < tops->n; i++)
			if (!strcmp(tops->all[i].name, q->top))
				why = tops->all[i].why;
		judge_unproven(vol, q, why);
		return 0;
	}
	int r = proof_of_quarantine(vol, q->top, q->id, &proof, err);
	if (r < 0)
		return r;
	q->is_proven = proof.is_ours;
	if (q->is_proven)
		return judge_proven(vol, tops, q, err);
	judge_unproven(vol, q, proof.why);
	return 0;
}

static int by_proof_and_id(const void *a, const void *b)
{
	const struct quarantine *x = a, *y = b;

	if (x->is_proven != y->is_proven)
		return x->is_proven ? -1 : 1;
	int order = strcmp(x->id, y->id);
	return order ? order : strcmp(x->top, y->top);
}

/* No top folder of ours, but our flag alone, or perhaps a record of one that lost its entry: looked
 * for only where the flag does not tell, as that reads the whole $MFT. */
static int list_lost(struct nt_vol *vol, struct listing *l, struct rs_err *err)
{
	const bool is_flag_ours = nt_is_flag_ours(vol);
	size_t lost = 0;
	int r = is_flag_ours ? 0 : sweep_count(vol, &lost, err);

	if (r < 0 || (!lost && !is_flag_ours))
		return r;
	l->top = NULL;
	return add(l, "", true) ? 0 : rs_fail(err, RS_E_MEMORY, "quarantines");
}

static int list(struct nt_vol *vol, bool is_with_lost, struct quarantine **ret, size_t *ret_n,
	struct rs_err *err)
{
	auto_tops struct tops tops = {0};
	struct listing l = {.all = NULL};
	int r = tops_read(vol, &tops, err);

	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 0; r == 0 && i < tops.n; i++)
		r = list_top(vol, &l, &tops.all[i], err);
	if (r == 0 && !tops.n_proven && is_with_lost)
		r = list_lost(vol, &l, err);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		r = judge(vol, &tops, &l.all[i], err);
	if (r < 0) {
		free(l.all);
		return r;
	}
	if (l.n)
		qsort(l.all, l.n, sizeof(*l.all), by_proof_and_id);
	if (l.n && !l.all[l.n - 1].is_proven)
		l.all[l.n - 1].n_more = l.n_more + tops.n_more;
	*ret = l.all;
	*ret_n = l.n;
	return 0;
}

int quarantine_list(struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err)
{
	return list(vol, true, ret, ret_n, err);
}

int quarantine_list_there(
	struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err)
{
	return list(vol, false, ret, ret_n, err);
}
