/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation onto its block, or onto bytes of its page. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define FEW_BYTES 32U /* of a bitmap: what nearly every record changes */

/* ---- applying ---- */

/* Is one of the record's contents resident, and zeros only? */
static bool has_zero_contents(const struct nt_rp_block *b)
{
	struct nt_attrs walk;
	struct nt_attr a;

	nt_attrs_init(&walk, b->bytes, b->len);
	while (nt_attrs_next_of(&walk, NT_ATTRS_OF(NT_AT_DATA), &a))
		if (a.is_resident && a.value.len && rs_is_zero(a.value.p, a.value.len))
			return true;
	return false;
}

/* Resident data that were never logged: the record is remembered. Windows 10 says so (NO_REDO),
 * Windows 7 logs zeros in their place. */
static int note_zeros(struct nt_rp *rp, const struct nt_rp_op *op, const struct nt_rp_block *b,
	struct rs_err *err)
{
	struct rs_numbers *zeroed = &rp->plan->zeroed;
	bool is_zeros = op->is_zero || rs_is_zero(op->data.p, op->data.len);

	if (op->op == 0x02 || op->op == 0x03)
		rs_numbers_remove(zeroed, b->number);
	if (op->is_undo || !op->data_len || (op->op != 0x02 && op->op != 0x05 && op->op != 0x07))
		return 0;
	if (op->op == 0x07 && (!is_zeros || op->record_off + 4U > b->len ||
				      rs_le32(b->bytes + op->record_off) != NT_AT_DATA))
		return 0;
	if (op->op == 0x05 && rs_le32(op->data.p) != NT_AT_DATA)
		return 0;
	if (op->op != 0x07 && !has_zero_contents(b))
		return 0;
	return rs_numbers_insert(zeroed, b->number)
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "plan of the journal");
}

/* Windows does not raise the LSN of a block for these two. */
static bool is_without_lsn(const struct nt_rp_op *op)
{
	return op->op == 0x13 || op->op == 0x14;
}

/* The LSN of a block that a replay has taken back, when no older one will do: one that no record
 * has. */
static uint64_t undone_lsn(const struct nt_rp *rp)
{
	return rp->plan->last_lsn + 1;
}

/* Is the change already there (redo), or not there to be taken back (undo)?
 * After the redo every block that holds a record's change has its LSN at least; a replay that the
 * power ended may have taken it back already. */
static bool is_done(struct nt_rp *rp, const struct nt_rp_op *op, const struct nt_rp_block *b)
{
	if (!b->is_valid)
		return false;
	if (!op->is_undo)
		return rs_le64(b->bytes + 8) >= op->lsn;
	const struct nt_rp_sector *s = nt_rp_store_find(&rp->store, b->units[0] / NT_RP_UNIT);
	return (s && rs_le64(s->before + 8) == undone_lsn(rp)) ||
	       (!is_without_lsn(op) && rs_le64(b->bytes + 8) < op->lsn);
}

/* What is taken back must come to the same end when a power cut makes another replay begin over it,
 * Windows' own too: where the redo will do all of it again, the block is from before the record. */
static void put_lsn(struct nt_rp *rp, const struct nt_rp_op *op, struct nt_rp_block *b)
{
	uint8_t *at = b->bytes + 8;

	if (!op->is_undo) {
		rs_put_le64(at, op->lsn);
		return;
	}
	const struct nt_rp_dirty *d = nt_rp_dirty_row(rp, op);
	bool is_redone = !d || d->oldest_lsn <= op->lsn;
	rp->is_undone_only |= !d || d->oldest_lsn > op->lsn;
	if (rs_le64(at) != undone_lsn(rp))
		rs_put_le64(at, is_redone ? op->lsn - 1 : undone_lsn(rp));
}

static int apply_block(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	struct nt_rp_block *b = NULL;

	int r = nt_rp_load(rp, op, kind, &b, err);
	if (r)
		return r;
	bool is_new = (op->op == 0x02 && !nt_rp_is_revival(op)) ||
		      (op->op == 0x08 && !op->record_off && !op->attr_off && op->data.len >= 4 &&
			      memcmp(op->data.p, "INDX", 4) == 0);
	if (!b->is_valid && !is_new)
		return nt_rp_refuse_op(rp, op, "its block is damaged");
	if (is_done(rp, op, b)) {
		rp->plan->skipped += !op->is_undo;
		return 0;
	}
	const uint64_t lsn_before = rs_le64(b->bytes + 8);
	const char *what = kind == NT_RP_FILE ? nt_rp_do_file(b->bytes, b->len, op)
					      : nt_rp_do_indx(b->bytes, b->len, op);
	if (what)
		return nt_rp_refuse_op(rp, op, what);
	if (!b->is_dirty) {
		uint64_t owner = NT_REF_RECORD(rp->tables.attrs[op->attr / 4U].ref);
		r = nt_rp_changed(rp, kind == NT_RP_FILE ? b->number : owner, err);
		if (r)
			return r;
	}
	b->is_valid = b->is_dirty = true;
	if (op->is_undo)
		rs_put_le64(b->bytes + 8, lsn_before); /* the undo data may bring one */
	if (!is_without_lsn(op))
		put_lsn(rp, op, b);
	rp->plan->redone += !op->is_undo;
	return kind != NT_RP_FILE ? 0 : note_zeros(rp, op, b, err);
}

/* Bytes of the operation's page from @from on, from or to its clusters. */
static int raw_bytes(struct nt_rp *rp, const struct nt_rp_op *op, uint64_t from, struct nt_rp_io io,
	struct rs_err *err)
{
	size_t len = io.len;
	int r = 0;

	for (size_t done = 0; r == 0 && done < len; done += io.len) {
		uint64_t off, left;
		if (!nt_rp_place(rp, op, from + done, &off, &left))
			return nt_rp_refuse_op(rp, op, "a cluster outside of the volume");
		io.len = left < len - done ? (size_t)left : len - done;
		r = nt_rp_io(rp, off, io, err);
		if (io.to)
			io.to += io.len;
		else
			io.of += io.len;
	}
	return r;
}

static int apply_raw(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	const uint64_t at = (uint64_t)op->sector_off * NT_RP_UNIT + op->record_off + op->attr_off;
	const uint32_t cluster = rp->raw->geo.cluster_bytes;
	uint32_t len = op->data_len, first = 0, bits = 0;
	const bool is_bits = op->op != 0x08;

	if (is_bits) {
		if (op->data.len < 8)
			return nt_rp_refuse_op(rp, op, "its bits are not said");
		first = rs_le32(op->data.p);
		bits = rs_le32(op->data.p + 4);
		/* a page, whatever the clusters */
		if (bits > 8 * NT_INDEX_MAX || first > 8 * NT_INDEX_MAX)
			return nt_rp_refuse_op(rp, op, "bits outside of the page");
		len = bits ? (first + bits - 1) / 8 - first / 8 + 1 : 0;
	}
	uint64_t from = at + first / 8;
	if (from + len > (uint64_t)op->n_lcns * cluster)
		return nt_rp_refuse_op(rp, op, "data outside of the clusters named");
	const bool is_logged = op->data.len && !is_bits; /* else made here: bits, zeros */
	uint8_t few[FEW_BYTES] = {0};
	auto_free uint8_t *many = is_logged || len <= sizeof(few) ? NULL : calloc(1, len);
	uint8_t *made = len <= sizeof(few) ? few : many;
	if (!is_logged && !made)
		return rs_fail(err, RS_E_MEMORY, "page of the journal");
	struct nt_rp_io look = {.to = made, .len = len};
	struct nt_rp_io put = {.of = is_logged ? op->data.p : made, .len = len};
	int r = is_bits ? raw_bytes(rp, op, from, look, err) : 0;
	if (is_bits)
		nt_rp_set_bits(made, first % 8, bits, op->op == 0x15);
	if (r == 0)
		r = raw_bytes(rp, op, from, put, err);
	rp->plan->redone += r == 0 && !op->is_undo;
	return r;
}

int nt_rp_apply(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	bool is_needed = op->op != 0x03 && op->op != 0x06 && op->op != 0x0D && op->op != 0x0F;

	if (op->is_zero && op->op != 0x07 && op->op != 0x08 && op->op != 0x25 && is_needed)
		return nt_rp_refuse_op(rp, op, "its data are not in the log");
	if (op->is_undo && (op->flags & NT_RL_NO_UNDO) && op->data_len && is_needed)
		return nt_rp_refuse_op(rp, op, "the data to take it back are not in the log");
	if (kind == NT_RP_RAW)
		return apply_raw(rp, op, err);
	return kind == NT_RP_NOTHING ? 0 : apply_block(rp, op, kind, err);
}
