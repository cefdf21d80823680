/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions that never ended are taken back, newest record first over all of them. */
#include <inttypes.h>

#include "ntfslog/replay_internal.h"

#define OP_COMPENSATION 0x01U
#define STEPS_MAX	(1U << 22)

static bool is_loser(const struct nt_rp *rp, uint32_t id)
{
	const struct nt_rp_tables *t = &rp->tables;

	return id / 4 < t->n_transactions && t->transactions[id / 4].is_open &&
	       !t->transactions[id / 4].is_committed;
}

/* The loser whose next record to take back is the newest; NULL: all done. */
static struct nt_rp_transaction *newest(struct nt_rp_tables *t)
{
	struct nt_rp_transaction *ret = NULL;

	for (size_t i = 0; i < t->n_transactions; i++) {
		struct nt_rp_transaction *x = &t->transactions[i];
		if (x->is_open && !x->is_committed && x->undo_next &&
			(!ret || x->undo_next > ret->undo_next))
			ret = x;
	}
	return ret;
}

/* Bits of one page are locked by themselves; of a block, Windows locks the whole. */
static bool is_bits(uint16_t op)
{
	return op == 0x15 || op == 0x16;
}

/* ---- what others changed later: their changes would be lost ---- */

/* Where the operation's block begins, or its page. */
static bool place_of(
	const struct nt_rp *rp, const struct nt_rp_op *op, bool is_page, uint64_t *ret_off_bytes)
{
	uint64_t left;

	return op->n_lcns &&
	       nt_rp_place(rp, op, is_page ? 0 : (uint64_t)op->sector_off * NT_RP_UNIT,
		       ret_off_bytes, &left);
}

static int by_place(const void *a, const void *b)
{
	const struct nt_rp_shared *x = a, *y = b;

	if (x->off_bytes != y->off_bytes)
		return x->off_bytes < y->off_bytes ? -1 : 1;
	return x->is_page - y->is_page;
}

static struct nt_rp_shared *find_shared(const struct nt_rp *rp, uint64_t off_bytes, bool is_page)
{
	const struct nt_rp_shared key = {.off_bytes = off_bytes, .is_page = is_page};

	return rp->n_shared ? bsearch(&key, rp->shared, rp->n_shared, sizeof(key), by_place) : NULL;
}

void nt_rp_undo_note(struct nt_rp *rp, const struct nt_rl_rec *rec, const struct nt_rp_op *op)
{
	if (!op->n_lcns || is_loser(rp, rec->transaction))
		return;
	for (int is_page = 0; is_page < 2; is_page++) {
		uint64_t off;
		struct nt_rp_shared *s =
			place_of(rp, op, is_page, &off) ? find_shared(rp, off, is_page) : NULL;
		if (s)
			*(is_bits(op->op) ? &s->bits_lsn : &s->other_lsn) = rec->lsn;
	}
}

/* ---- the list ---- */

static int add(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	uint64_t off = 0;

	if (rp->n_undo == NT_RP_UNDO_MAX)
		return nt_rp_unknown(rp, op->lsn, "too much to take back");
	bool is_page = kind == NT_RP_RAW, is_placed = place_of(rp, op, is_page, &off);
	struct nt_rp_undo *undo = rs_list_add(&rp->undo, &rp->n_undo, sizeof(*undo));
	struct nt_rp_shared *shared =
		is_placed ? rs_list_add(&rp->shared, &rp->n_shared, sizeof(*shared)) : NULL;
	if (!undo || (is_placed && !shared))
		return rs_fail(err, RS_E_MEMORY, "records to take back");
	*undo = (struct nt_rp_undo){op->lsn, off, is_bits(op->op)};
	if (is_placed)
		*shared = (struct nt_rp_shared){.off_bytes = off, .is_page = is_page};
	return 0;
}

static int list_one(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err)
{
	enum nt_rp_kind kind;
	struct nt_rp_op op;

	if (rec->type != 1 || !nt_rp_op_parse(rec, true, &op))
		return nt_rp_unknown(rp, rec->lsn, "a record to take back has an unknown shape");
	int r = nt_rp_kind_of(rp, &op, &kind);
	if (r || kind == NT_RP_NOTHING)
		return r;
	const struct nt_rp_dirty *d = nt_rp_dirty_row(rp, &op);
	if (d && d->is_dead)
		return nt_rp_unknown(rp, rec->lsn,
			"the page of an unfinished transaction was freed (%s)",
			nt_rp_op_name(op.op));
	return add(rp, &op, kind, err);
}

/* Each place once, in order. */
static void sort_shared(struct nt_rp *rp)
{
	size_t n = 0;

	if (!rp->n_shared)
		return;
	qsort(rp->shared, rp->n_shared, sizeof(*rp->shared), by_place);
	for (size_t i = 0; i < rp->n_shared; i++)
		if (!n || by_place(&rp->shared[n - 1], &rp->shared[i]) != 0)
			rp->shared[n++] = rp->shared[i];
	rp->n_shared = n;
}

/* The record to take back at @lsn; it must lead back in the log, so that it ends. */
static int get(struct nt_rp *rp, uint64_t lsn, struct nt_rl_rec *ret, struct rs_err *err)
{
	int r = nt_rl_get(&rp->log, lsn, ret, err);

	if (r < 0)
		return r;
	if (!r || ret->data.len < 0x20)
		return nt_rp_torn(rp, lsn, "a record to take back is not in the log any more");
	if (ret->undo_next >= lsn)
		return nt_rp_torn(rp, lsn, "records to take back go in a circle");
	return 0;
}

int nt_rp_undo_list(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rp_tables *t = &rp->tables;
	struct nt_rp_transaction *x;
	uint64_t steps = 0;
	int r = 0;

	for (size_t i = 0; i < t->n_transactions; i++)
		rp->plan->losers += t->transactions[i].is_open && !t->transactions[i].is_committed;
	rp->plan->transactions = (uint32_t)t->seen;
	while (r == 0 && (x = newest(t))) {
		struct nt_rl_rec rec = {0};
		uint64_t lsn = x->undo_next;
		steps += 1 + t->n_transactions / 64;
		if (steps > STEPS_MAX)
			return nt_rp_unknown(rp, lsn, "too much to take back");
		r = get(rp, lsn, &rec, err);
		if (r)
			return r;
		x->undo_next = rec.undo_next;
		r = rs_le16(rec.data.p + 2) == OP_COMPENSATION ? 0 : list_one(rp, &rec, err);
	}
	sort_shared(rp);
	return r;
}

/* ---- taking back ---- */

static int undo_one(struct nt_rp *rp, const struct nt_rp_undo *u, struct rs_err *err)
{
	enum nt_rp_kind kind;
	struct nt_rl_rec rec = {0};
	struct nt_rp_op op;

	int r = get(rp, u->lsn, &rec, err);
	if (r)
		return r;
	if (!nt_rp_op_parse(&rec, true, &op))
		return nt_rp_torn(rp, u->lsn, "the log changed while it was read");
	r = nt_rp_kind_of(rp, &op, &kind);
	if (r || kind == NT_RP_NOTHING)
		return r;
	const struct nt_rp_shared *s = find_shared(rp, u->off_bytes, kind == NT_RP_RAW);
	if (s && (s->other_lsn > u->lsn || (!u->is_bits && s->bits_lsn > u->lsn)))
		return nt_rp_unknown(rp, rec.lsn,
			"an unfinished transaction's block was changed by a later one (%s)",
			nt_rp_op_name(op.op));
	return nt_rp_apply(rp, &op, kind, err);
}

int nt_rp_undo(struct nt_rp *rp, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rp->n_undo; i++)
		r = undo_one(rp, &rp->undo[i], err);
	return r ? r : nt_rp_save(rp, err);
}
