/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a log record to its target on the disk and back. The clusters of the page are listed in the
 * record one by one; they need not follow each other. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/replay_internal.h"

#define CLIENT_BYTES 0x20U
#define MFT_RECORD   0U
#define LCNS_MAX     256U

static const char *const names[] = {"Noop", "CompensationLogRecord", "InitializeFileRecordSegment",
	"DeallocateFileRecordSegment", "WriteEndOfFileRecordSegment", "CreateAttribute",
	"DeleteAttribute", "UpdateResidentValue", "UpdateNonresidentValue", "UpdateMappingPairs",
	"DeleteDirtyClusters", "SetNewAttributeSizes", "AddIndexEntryRoot", "DeleteIndexEntryRoot",
	"AddIndexEntryAllocation", "DeleteIndexEntryAllocation", "WriteEndOfIndexBuffer",
	"SetIndexEntryVcnRoot", "SetIndexEntryVcnAllocation", "UpdateFileNameRoot",
	"UpdateFileNameAllocation", "SetBitsInNonresidentBitMap", "ClearBitsInNonresidentBitMap",
	"HotFix", "EndTopLevelAction", "PrepareTransaction", "CommitTransaction",
	"ForgetTransaction", "OpenNonresidentAttribute", "OpenAttributeTableDump",
	"AttributeNamesDump", "DirtyPageTableDump", "TransactionTableDump", "UpdateRecordDataRoot",
	"UpdateRecordDataAllocation", "UpdateRelativeDataInIndex", "UpdateRelativeDataInIndex2",
	"ZeroEndOfFileRecord"};

const char *nt_rp_op_name(uint16_t op)
{
	return op < sizeof(names) / sizeof(names[0]) ? names[op] : "unknown operation";
}

bool nt_rp_op_parse(const struct nt_rl_rec *rec, bool is_undo, struct nt_rp_op *ret)
{
	const uint8_t *p = rec->data.p;

	if (rec->data.len < CLIENT_BYTES)
		return false;
	uint16_t redo_len = rs_le16(p + 6), undo_len = rs_le16(p + 0xA);
	*ret = (struct nt_rp_op){.lsn = rec->lsn,
		.op = rs_le16(p + (is_undo ? 2 : 0)),
		.flags = rec->flags,
		.is_undo = is_undo,
		.data_len = is_undo ? undo_len : redo_len,
		.is_resized = redo_len != undo_len,
		.attr = rs_le16(p + 0xC),
		.n_lcns = rs_le16(p + 0xE),
		.record_off = rs_le16(p + 0x10),
		.attr_off = rs_le16(p + 0x12),
		.sector_off = rs_le16(p + 0x14),
		.vcn = rs_le64(p + 0x18)};
	struct rs_view lcns;
	if (ret->n_lcns > LCNS_MAX ||
		!rs_view_sub(rec->data, CLIENT_BYTES, (size_t)8 * ret->n_lcns, &lcns))
		return false;
	ret->lcns = lcns.p;
	ret->data = (struct rs_view){p, 0};
	ret->is_zero = !is_undo && (rec->flags & NT_RL_NO_REDO) && ret->data_len;
	if (ret->is_zero || !ret->data_len)
		return true;
	return rs_view_sub(rec->data, rs_le16(p + (is_undo ? 8 : 4)), ret->data_len, &ret->data);
}

static enum nt_rp_kind kind_by_op(uint16_t op)
{
	switch (op) {
	case 0x02:
	case 0x03:
	case 0x04:
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x09:
	case 0x0B:
	case 0x0C:
	case 0x0D:
	case 0x11:
	case 0x13:
	case 0x21:
	case 0x25:
		return NT_RP_FILE;
	case 0x0E:
	case 0x0F:
	case 0x10:
	case 0x12:
	case 0x14:
	case 0x22:
		return NT_RP_INDX;
	case 0x08:
	case 0x15:
	case 0x16:
		return NT_RP_RAW;
	default:
		return NT_RP_NOTHING;
	}
}

/* Operations that change no block: of transactions and tables. */
static bool is_table_op(uint16_t op)
{
	return op <= 0x01 || op == 0x0A || (op >= 0x18 && op <= 0x20);
}

int nt_rp_kind_of(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind *ret)
{
	*ret = kind_by_op(op->op);
	if (*ret == NT_RP_NOTHING)
		return is_table_op(op->op) ? 0
					   : nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, op->lsn,
						     "operation 0x%02x (%s) is not supported",
						     op->op, nt_rp_op_name(op->op));
	const struct nt_rp_attr *a =
		op->attr / 4U < rp->tables.n_attrs ? &rp->tables.attrs[op->attr / 4U] : NULL;
	if (op->attr % 4 || !a || !a->is_open)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, op->lsn,
			"%s on an attribute that is not open", nt_rp_op_name(op->op));
	bool is_mft = NT_REF_RECORD(a->ref) == MFT_RECORD && a->type == NT_AT_DATA;
	if (*ret == NT_RP_RAW && op->op == 0x08 && a->type == NT_AT_INDEX_ALLOCATION)
		*ret = NT_RP_INDX;
	if ((*ret == NT_RP_FILE) != is_mft ||
		(*ret == NT_RP_INDX) != (a->type == NT_AT_INDEX_ALLOCATION))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, op->lsn,
			"%s on an attribute of type 0x%" PRIx32 " of record %" PRIu64,
			nt_rp_op_name(op->op), a->type, (uint64_t)NT_REF_RECORD(a->ref));
	if (!op->n_lcns)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, op->lsn, "%s without clusters",
			nt_rp_op_name(op->op));
	return 0;
}

bool nt_rp_place(const struct nt_rp *rp, const struct nt_rp_op *op, uint64_t in_page,
	uint64_t *ret_off_bytes, uint64_t *ret_left)
{
	const uint32_t cluster = rp->raw->geo.cluster_bytes;
	uint64_t i = in_page / cluster;

	if (i >= op->n_lcns)
		return false;
	uint64_t lcn = rs_le64(op->lcns + 8 * i);
	if (!lcn || lcn >= nt_clusters(rp->raw))
		return false;
	*ret_off_bytes = lcn * cluster + in_page % cluster;
	*ret_left = cluster - in_page % cluster;
	return true;
}

/* ---- FILE and INDX blocks: fixups undone while they are in memory ---- */

static int refuse_op(struct nt_rp *rp, const struct nt_rp_op *op, const char *what)
{
	return nt_rp_refuse(
		rp, NT_PENDING_UNSUPPORTED, op->lsn, "%s: %s", nt_rp_op_name(op->op), what);
}

/* Length of the block that the operation is for, 0: it makes no sense. */
static uint32_t block_bytes(const struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind)
{
	uint32_t len = rp->raw->geo.record_bytes;

	if (kind == NT_RP_INDX) {
		len = rp->tables.attrs[op->attr / 4U].index_bytes;
		len = len ? len : rp->raw->geo.index_bytes;
	}
	return len < NT_RP_UNIT || len > NT_INDEX_MAX || (len & (len - 1)) ? 0 : len;
}

static int read_units(
	struct nt_rp *rp, bool is_before, uint8_t *buf, size_t max, struct rs_err *err)
{
	const struct nt_rp_block *b = &rp->block;
	size_t n = b->len / NT_RP_UNIT < max ? b->len / NT_RP_UNIT : max;
	int r = 0;

	for (size_t i = 0, j; r == 0 && i < n; i = j) { /* pieces that follow each other */
		for (j = i + 1; j < n && b->units[j] == b->units[j - 1] + NT_RP_UNIT;)
			j++;
		r = nt_rp_store_read(rp, b->units[i], buf + i * NT_RP_UNIT, (j - i) * NT_RP_UNIT,
			is_before, err);
	}
	return r;
}

int nt_rp_load(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	uint64_t units[NT_INDEX_MAX / NT_RP_UNIT], left;
	uint32_t len = block_bytes(rp, op, kind);
	struct nt_rp_block *b = &rp->block;

	if (!len)
		return refuse_op(rp, op, "size of its block");
	for (uint32_t i = 0; i < len / NT_RP_UNIT; i++)
		if (!nt_rp_place(
			    rp, op, (uint64_t)(op->sector_off + i) * NT_RP_UNIT, &units[i], &left))
			return refuse_op(rp, op, "its block is not in the clusters named");
	if (b->kind == kind && b->len == len &&
		memcmp(units, b->units, len / NT_RP_UNIT * sizeof(*units)) == 0)
		return 0;
	int r = nt_rp_save(rp, err);
	if (r)
		return r;
	b->kind = kind;
	b->len = len;
	memcpy(b->units, units, len / NT_RP_UNIT * sizeof(*units));
	r = read_units(rp, false, b->bytes, SIZE_MAX, err);
	if (r) {
		b->kind = NT_RP_NOTHING;
		return r;
	}
	b->is_dirty = false;
	b->is_valid = kind == NT_RP_FILE
			      ? !nt_record_prepare(b->bytes, len)
			      : memcmp(b->bytes, "INDX", 4) == 0 && !nt_fixup(b->bytes, len);
	b->number = (op->vcn * rp->raw->geo.cluster_bytes + (uint64_t)op->sector_off * NT_RP_UNIT) /
		    len;
	return 0;
}

/* Put fixups on: the counter is one more than on the disk, whatever it was. */
static const char *protect(uint8_t *p, uint32_t len, const uint8_t *before)
{
	size_t ofs = rs_le16(p + 4), count = rs_le16(p + 6);

	if (count != len / NT_STRIDE_BYTES + 1 || ofs < 8 || ofs % 2 ||
		ofs + 2 * count > NT_STRIDE_BYTES - 2)
		return "its fixups have no place";
	uint16_t usn = rs_le16(before + ofs);
	usn = usn >= 0xFFFE ? 1 : (uint16_t)(usn + 1);
	rs_put_le16(p + ofs, usn);
	for (size_t i = 1; i < count; i++) {
		memcpy(p + ofs + 2 * i, p + i * NT_STRIDE_BYTES - 2, 2);
		rs_put_le16(p + i * NT_STRIDE_BYTES - 2, usn);
	}
	return NULL;
}

int nt_rp_save(struct nt_rp *rp, struct rs_err *err)
{
	uint8_t before[NT_RP_UNIT] = {0};
	struct nt_rp_block *b = &rp->block;
	enum nt_rp_kind kind = b->kind;
	const size_t n = b->len / NT_RP_UNIT;

	b->kind = NT_RP_NOTHING;
	if (kind == NT_RP_NOTHING || !b->is_dirty)
		return 0;
	int r = read_units(rp, true, before, 1, err);
	if (r)
		return r;
	const char *what = protect(b->bytes, b->len, before);
	if (what)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "a changed block: %s", what);
	for (size_t i = 0, j; r == 0 && i < n; i = j) {
		for (j = i + 1; j < n && b->units[j] == b->units[j - 1] + NT_RP_UNIT;)
			j++;
		r = nt_rp_store_write(
			rp, b->units[i], b->bytes + i * NT_RP_UNIT, (j - i) * NT_RP_UNIT, 0, err);
	}
	return r;
}

/* ---- applying ---- */

/* Resident data that were never logged: the record is remembered. */
static int note_zeros(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	struct nt_replay *p = rp->plan;
	const struct nt_rp_block *b = &rp->block;

	if (op->op == 0x02 || op->op == 0x03)
		nt_rp_set_del(p->zeroed_records, &p->n_zeroed, b->number);
	if (op->op != 0x07 || !op->is_zero || op->record_off + 4U > b->len ||
		rs_le32(b->bytes + op->record_off) != NT_AT_DATA)
		return 0;
	return nt_rp_set_add(&p->zeroed_records, &p->n_zeroed, b->number, err);
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

/* Is the change already there (redo), or not there to be taken back (undo)? 1 or 0, or an error.
 * After the redo every block that holds a record's change has its LSN at least; a replay that the
 * power ended may have taken it back already. */
static int is_done(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	const struct nt_rp_block *b = &rp->block;
	uint8_t head[16];

	if (!b->is_valid)
		return 0;
	if (!op->is_undo)
		return rs_le64(b->bytes + 8) >= op->lsn;
	int r = nt_rp_store_read(rp, b->units[0], head, sizeof(head), true, err);
	if (r)
		return r < 0 ? r : 0;
	return rs_le64(head + 8) == undone_lsn(rp) ||
	       (!is_without_lsn(op) && rs_le64(b->bytes + 8) < op->lsn);
}

/* What is taken back must come to the same end when a power cut makes another replay begin over it,
 * Windows' own too: where the redo will do all of it again, the block is from before the record. */
static void put_lsn(struct nt_rp *rp, const struct nt_rp_op *op)
{
	uint8_t *at = rp->block.bytes + 8;

	if (!op->is_undo) {
		rs_put_le64(at, op->lsn);
		return;
	}
	const struct nt_rp_dirty *d = nt_rp_dirty_row(rp, op);
	bool is_redone = !d || d->oldest_lsn <= op->lsn;
	if (rs_le64(at) != undone_lsn(rp))
		rs_put_le64(at, is_redone ? op->lsn - 1 : undone_lsn(rp));
}

static int apply_block(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	struct nt_rp_block *b = &rp->block;

	int r = nt_rp_load(rp, op, kind, err);
	if (r)
		return r;
	bool is_new = (op->op == 0x02 && !nt_rp_is_revival(op)) ||
		      (op->op == 0x08 && !op->record_off && !op->attr_off && op->data.len >= 4 &&
			      memcmp(op->data.p, "INDX", 4) == 0);
	if (!b->is_valid && !is_new)
		return refuse_op(rp, op, "its block is damaged");
	r = is_done(rp, op, err);
	if (r) {
		rp->plan->skipped += r > 0 && !op->is_undo;
		return r < 0 ? r : 0;
	}
	const uint64_t lsn_before = rs_le64(b->bytes + 8);
	const char *what = kind == NT_RP_FILE ? nt_rp_do_file(b->bytes, b->len, op)
					      : nt_rp_do_indx(b->bytes, b->len, op);
	if (what)
		return refuse_op(rp, op, what);
	b->is_valid = b->is_dirty = true;
	if (op->is_undo)
		rs_put_le64(b->bytes + 8, lsn_before); /* the undo data may bring one */
	if (!is_without_lsn(op))
		put_lsn(rp, op);
	rp->plan->redone += !op->is_undo;
	uint64_t number =
		kind == NT_RP_FILE ? b->number : NT_REF_RECORD(rp->tables.attrs[op->attr / 4U].ref);
	r = nt_rp_set_add(&rp->plan->changed_records, &rp->plan->n_changed, number, err);
	return r || kind != NT_RP_FILE ? r : note_zeros(rp, op, err);
}

static int apply_raw(struct nt_rp *rp, const struct nt_rp_op *op, struct rs_err *err)
{
	const uint64_t at = (uint64_t)op->sector_off * NT_RP_UNIT + op->record_off + op->attr_off;
	const uint32_t cluster = rp->raw->geo.cluster_bytes;
	uint32_t len = op->data_len, first = 0, bits = 0;
	const bool is_bits = op->op != 0x08;

	if (is_bits) {
		if (op->data.len < 8)
			return refuse_op(rp, op, "its bits are not said");
		first = rs_le32(op->data.p);
		bits = rs_le32(op->data.p + 4);
		/* a page, whatever the clusters */
		if (bits > 8 * NT_INDEX_MAX || first > 8 * NT_INDEX_MAX)
			return refuse_op(rp, op, "bits outside of the page");
		len = bits ? (first + bits - 1) / 8 - first / 8 + 1 : 0;
	}
	uint64_t from = at + first / 8;
	if (from + len > (uint64_t)op->n_lcns * cluster)
		return refuse_op(rp, op, "data outside of the clusters named");
	int r = nt_rp_save(rp, err); /* it may lie in the same sectors */
	auto_free uint8_t *buf = calloc(1, len + 1U);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "page of the journal");
	if (op->data.len && !is_bits)
		memcpy(buf, op->data.p, len);
	for (uint32_t done = 0; r == 0 && done < len;) {
		uint64_t off, left;
		if (!nt_rp_place(rp, op, from + done, &off, &left))
			return refuse_op(rp, op, "a cluster outside of the volume");
		uint32_t n = left < len - done ? (uint32_t)left : len - done;
		if (is_bits)
			r = nt_rp_store_read(rp, off, buf + done, n, false, err);
		else
			r = nt_rp_store_write(rp, off, buf + done, n, 0, err);
		done += n;
	}
	if (!r && is_bits) {
		nt_rp_set_bits(buf, first % 8, bits, op->op == 0x15);
		for (uint32_t done = 0; r == 0 && done < len;) {
			uint64_t off = 0, left = 0;
			(void)nt_rp_place(rp, op, from + done, &off, &left); /* as before */
			uint32_t n = left < len - done ? (uint32_t)left : len - done;
			r = nt_rp_store_write(rp, off, buf + done, n, 0, err);
			done += n;
		}
	}
	rp->plan->redone += r == 0 && !op->is_undo;
	return r;
}

int nt_rp_apply(
	struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind kind, struct rs_err *err)
{
	bool is_needed = op->op != 0x03 && op->op != 0x06 && op->op != 0x0D && op->op != 0x0F;

	if (op->is_zero && op->op != 0x07 && op->op != 0x08 && op->op != 0x25 && is_needed)
		return refuse_op(rp, op, "its data are not in the log");
	if (op->is_undo && (op->flags & NT_RL_NO_UNDO) && op->data_len && is_needed)
		return refuse_op(rp, op, "the data to take it back are not in the log");
	if (kind == NT_RP_RAW)
		return apply_raw(rp, op, err);
	return kind == NT_RP_NOTHING ? 0 : apply_block(rp, op, kind, err);
}
