/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three passes: what is dirty and open, doing again, taking back. */
#include <inttypes.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

#define OP_COMPENSATION	  0x01U
#define OP_DELETE_DIRTY	  0x0AU
#define OP_END_TOP_LEVEL  0x18U
#define OP_PREPARE	  0x19U
#define OP_COMMIT	  0x1AU
#define OP_FORGET	  0x1BU
#define OP_OPEN_ATTRIBUTE 0x1CU
#define OP_TABLES_FIRST	  0x1DU
#define OP_TABLES_LAST	  0x20U
#define STEPS_MAX	  (1ULL << 28) /* over all DeleteDirtyClusters */
#define STEP_RECORDS	  4096U

static uint16_t redo_of(const struct nt_rl_rec *rec)
{
	return rs_le16(rec->data.p);
}

static uint16_t undo_of(const struct nt_rl_rec *rec)
{
	return rs_le16(rec->data.p + 2);
}

/* ---- the records ---- */

/* What every record must be before its fields are used. */
static const char *is_strange(const struct nt_rl_rec *rec, struct nt_rp_op *ret)
{
	if (rec->type == NT_RL_CHECKPOINT)
		return NULL;
	if (rec->type != 1)
		return "a record of an unknown type";
	if (rec->transaction == UINT32_MAX)
		return "a record of another client";
	if (!nt_rp_op_parse(rec, false, ret) || !nt_rp_has_undo(rec))
		return "a record's data are outside of it";
	return NULL;
}

/* Every record from the first that may be redone, to @last or (0) to the end of the log. */
static int walk(struct nt_rp *rp, uint64_t last,
	int (*fn)(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err),
	struct rs_err *err)
{
	struct nt_rl_rec rec = {0};
	uint64_t lsn = rp->first_lsn, n = 0;
	int r;

	while ((r = nt_rl_get(&rp->log, lsn, &rec, err)) == 1) {
		const uint64_t next = nt_rl_next(&rp->log, &rec);
		r = fn(rp, &rec, err);
		if (r || lsn == last)
			return r;
		if (next <= lsn)
			return nt_rp_torn(rp, lsn, "the log runs backward");
		lsn = next;
		if (++n % STEP_RECORDS == 0 && !rs_task_step(rp->task, "journal",
						       nt_rl_offset(&rp->log, lsn), rp->log.len))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
	}
	if (r < 0)
		return r;
	if (last)
		return nt_rp_torn(rp, lsn, "the log changed while it was read");
	if (!rp->has_checkpoint)
		return nt_rp_torn(rp, lsn, "the records do not lead to the checkpoint (a hole)");
	uint64_t greatest = 0;
	r = nt_rl_greatest(&rp->log, &greatest, err);
	if (r < 0)
		return r;
	if (greatest > rp->plan->last_lsn)
		return nt_rp_torn(
			rp, lsn, "a hole: records up to 0x%" PRIx64 " lie behind it", greatest);
	return 0;
}

/* ---- analysis ---- */

static int note_attribute(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	struct nt_rp_attr a = {0};

	if (!nt_rp_attr_parse(op->data, &a))
		return nt_rp_unknown(rp, op->lsn, "shape of an open attribute");
	return nt_rp_attr_set(rp, op->lsn, op->attr, &a, err);
}

static int note_page(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < op->n_lcns; i++) {
		struct nt_rp_dirty d = {.attr = op->attr,
			.vcn = op->vcn + i,
			.lcn = rs_le64(op->lcns + (size_t)8 * i),
			.oldest_lsn = op->lsn};
		r = nt_rp_dirty_add(rp, &d, err);
	}
	return r;
}

/* Clusters that were freed: pages in them are not to be written again. */
static int note_freed(struct nt_rp *rp, const struct nt_rp_op *op)
{
	struct nt_rp_tables *t = &rp->tables;

	for (size_t at = 0; at + 16 <= op->data.len; at += 16) {
		uint64_t lcn = rs_le64(op->data.p + at), n = rs_le64(op->data.p + at + 8);
		t->budget += t->cap_dirty;
		if (t->budget > STEPS_MAX)
			return nt_rp_unknown(rp, op->lsn, "too many freed clusters");
		for (size_t i = 0; i < t->cap_dirty; i++)
			if (t->dirty[i].is_used && t->dirty[i].lcn >= lcn &&
				t->dirty[i].lcn - lcn < n)
				t->dirty[i].is_dead = true;
	}
	return 0;
}

static int note_transaction(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err)
{
	if (redo_of(rec) >= OP_TABLES_FIRST && redo_of(rec) <= OP_TABLES_LAST)
		return 0;
	if (!rec->transaction)
		return 0; /* belongs to none */
	struct nt_rp_transaction *t = nt_rp_transaction_at(&rp->tables, rec->transaction);
	if (!t && (rec->transaction % 4 || rec->transaction < 0x18 ||
			  rec->transaction >= NT_RP_ROWS_MAX * 8ULL))
		return nt_rp_unknown(rp, rec->lsn, "number of a transaction");
	if (!t)
		return rs_fail(err, RS_E_MEMORY, "transactions of the journal");
	if (redo_of(rec) == OP_FORGET) {
		*t = (struct nt_rp_transaction){0};
		return 0;
	}
	rp->tables.seen += !t->is_open;
	t->is_open = true;
	t->is_committed = redo_of(rec) == OP_COMMIT;
	t->undo_next = undo_of(rec) == OP_COMPENSATION || redo_of(rec) == OP_END_TOP_LEVEL
			       ? rec->undo_next
			       : rec->lsn;
	return 0;
}

static int analyse_one(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err)
{
	struct nt_rp_op op = {0};
	const char *what = is_strange(rec, &op);

	if (what)
		return nt_rp_unknown(rp, rec->lsn, "%s", what);
	rp->plan->records += rec->type == 1;
	rp->plan->last_lsn = rec->lsn;
	rp->last_bytes = (uint32_t)rec->data.len;
	rp->has_checkpoint = rp->has_checkpoint || rec->lsn == rp->plan->checkpoint_lsn;
	if (rec->type != 1 || rec->lsn < rp->start_lsn)
		return 0;
	int r = nt_rp_is_known(rp, &op);
	if (r)
		return r;
	if (op.op == OP_OPEN_ATTRIBUTE)
		r = note_attribute(rp, &op, err);
	else if (op.op == OP_DELETE_DIRTY)
		r = note_freed(rp, &op);
	if (r == 0 && op.n_lcns && op.op != OP_OPEN_ATTRIBUTE)
		r = note_page(rp, &op, err);
	return r ? r : note_transaction(rp, rec, err);
}

/* The oldest record that a dirty page still needs. */
static uint64_t oldest_dirty(const struct nt_rp *rp, uint64_t start)
{
	const struct nt_rp_tables *t = &rp->tables;

	for (size_t i = 0; i < t->cap_dirty; i++)
		if (t->dirty[i].is_used && t->dirty[i].oldest_lsn && t->dirty[i].oldest_lsn < start)
			start = t->dirty[i].oldest_lsn;
	return start;
}

int nt_rp_analyse(struct nt_rp *rp, struct rs_err *err)
{
	int r = nt_rp_checkpoint(rp, &rp->start_lsn, err);

	if (r)
		return r;
	rp->first_lsn = oldest_dirty(rp, rp->start_lsn < rp->plan->checkpoint_lsn
						 ? rp->start_lsn
						 : rp->plan->checkpoint_lsn);
	rp->plan->oldest_lsn = rp->start_lsn;
	/* redo meets the attributes again in the order of the log: begin with the dumped table */
	size_t n_attrs = rp->tables.n_attrs;
	auto_free struct nt_rp_attr *dumped = calloc(n_attrs + 1, sizeof(*dumped));
	if (!dumped)
		return rs_fail(err, RS_E_MEMORY, "tables of the journal");
	if (n_attrs)
		memcpy(dumped, rp->tables.attrs, n_attrs * sizeof(*dumped));
	r = walk(rp, 0, analyse_one, err);
	if (r == 0)
		r = nt_rp_undo_list(rp, err);
	free(rp->tables.attrs);
	rp->tables.attrs = rs_steal(dumped);
	rp->tables.n_attrs = n_attrs;
	return r;
}

/* ---- redo ---- */

/* A page that may not have reached the disk, and is still there to be written. */
static bool is_dirty(const struct nt_rp *rp, const struct nt_rp_op *op)
{
	const struct nt_rp_dirty *d = nt_rp_dirty_row(rp, op);

	return d && !d->is_dead && op->lsn >= d->oldest_lsn;
}

static int redo_one(struct nt_rp *rp, const struct nt_rl_rec *rec, struct rs_err *err)
{
	enum nt_rp_kind kind;
	struct nt_rp_op op;

	if (rec->type != 1)
		return 0;
	if (!nt_rp_op_parse(rec, false, &op)) /* it could be, before */
		return nt_rp_torn(rp, rec->lsn, "the log changed while it was read");
	if (op.op == OP_OPEN_ATTRIBUTE)
		return note_attribute(rp, &op, err);
	if (rp->n_shared)
		nt_rp_undo_note(rp, rec, &op);
	if (op.n_lcns && !is_dirty(rp, &op)) {
		rp->plan->skipped++;
		return 0;
	}
	int r = nt_rp_kind_of(rp, &op, &kind);
	return r || kind == NT_RP_NOTHING ? r : nt_rp_apply(rp, &op, kind, err);
}

int nt_rp_redo(struct nt_rp *rp, struct rs_err *err)
{
	int r = walk(rp, rp->plan->last_lsn, redo_one, err);

	return r ? r : nt_rp_save(rp, err);
}
