/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions that never ended are taken back, newest record first over all of them. */
#include <inttypes.h>

#include "ntfs/replay_internal.h"

#define OP_COMPENSATION 0x01U
#define STEPS_MAX	NT_RP_RECORDS_MAX

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

/* Where the operation's block begins; of raw data, the page. */
static bool block_of(const struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind,
	uint64_t *ret_off_bytes)
{
	uint64_t left;

	return op->n_lcns && nt_rp_place(rp, op, kind == NT_RP_RAW ? 0 : op->sector_off * 512ULL,
				     ret_off_bytes, &left);
}

/* Did a transaction that ended change the same block later? Its change would be lost. */
static bool is_overtaken(const struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind)
{
	uint64_t off = 0, other = 0;

	if (!block_of(rp, op, kind, &off))
		return false;
	for (size_t i = rp->n_recs; i-- && rp->recs[i].lsn > op->lsn;) {
		struct nt_rp_op later;
		if (rp->recs[i].type != 1 || is_loser(rp, rp->recs[i].transaction) ||
			!nt_rp_op_parse(&rp->recs[i], false, &later) ||
			(is_bits(op->op) && is_bits(later.op)))
			continue;
		if (block_of(rp, &later, kind, &other) && other == off)
			return true;
	}
	return false;
}

static int undo_one(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err)
{
	enum nt_rp_kind kind;
	struct nt_rp_op op;

	if (rec->type != 1 || !nt_rp_op_parse(rec, true, &op))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, rec->lsn,
			"a record to take back has an unknown shape");
	int r = nt_rp_kind_of(rp, &op, &kind);
	if (r || kind == NT_RP_NOTHING)
		return r;
	rp->tables.budget += rp->n_recs / 16;
	if (rp->tables.budget > 1ULL << 28)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, rec->lsn, "too much to take back");
	const struct nt_rp_dirty *d = nt_rp_dirty_row(rp, &op);
	if (d && d->is_dead)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, rec->lsn,
			"the page of an unfinished transaction was freed (%s)",
			nt_rp_op_name(op.op));
	if (is_overtaken(rp, &op, kind))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, rec->lsn,
			"an unfinished transaction's block was changed by a later one (%s)",
			nt_rp_op_name(op.op));
	rp->undone++;
	return nt_rp_apply(rp, &op, kind, err);
}

int nt_rp_undo(struct nt_rp *rp, struct rs_err *err)
{
	struct nt_rp_tables *t = &rp->tables;
	struct nt_rp_transaction *x;
	uint64_t steps = 0;
	int r = 0;

	for (size_t i = 0; i < t->n_transactions; i++)
		rp->plan->losers += t->transactions[i].is_open && !t->transactions[i].is_committed;
	rp->plan->transactions = (uint32_t)t->seen;
	while (r == 0 && (x = newest(t))) {
		struct nt_rl_rec rec;
		uint64_t lsn = x->undo_next;
		steps += 1 + t->n_transactions / 64;
		if (steps > STEPS_MAX)
			return nt_rp_refuse(
				rp, NT_PENDING_UNSUPPORTED, lsn, "too much to take back");
		r = nt_rl_get(&rp->log, lsn, &rec, err);
		if (r < 0)
			return r;
		if (!r || rec.data.len < 0x20)
			return nt_rp_refuse(rp, NT_PENDING_TORN, lsn,
				"a record to take back is not in the log any more");
		/* every step leads back in the log: it ends */
		if (rec.undo_next >= lsn)
			return nt_rp_refuse(
				rp, NT_PENDING_TORN, lsn, "records to take back go in a circle");
		x->undo_next = rec.undo_next;
		r = rs_le16(rec.data.p + 2) == OP_COMPENSATION ? 0 : undo_one(rp, &rec, err);
	}
	return r ? r : nt_rp_save(rp, err);
}
