/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a log record to its target on the disk. The clusters of the page are listed in the record
 * one by one; they need not follow each other. */
#include <inttypes.h>

#include "ntfslog/replay_internal.h"

#define CLIENT_BYTES 0x20U
#define LCNS_MAX     256U

/* By its number: what it is called, and what it changes. */
static const struct {
	const char *name;
	enum nt_rp_kind kind;
} rows[] = {
	{"Noop", NT_RP_NOTHING},
	{"CompensationLogRecord", NT_RP_NOTHING},
	{"InitializeFileRecordSegment", NT_RP_FILE},
	{"DeallocateFileRecordSegment", NT_RP_FILE},
	{"WriteEndOfFileRecordSegment", NT_RP_FILE},
	{"CreateAttribute", NT_RP_FILE},
	{"DeleteAttribute", NT_RP_FILE},
	{"UpdateResidentValue", NT_RP_FILE},
	{"UpdateNonresidentValue", NT_RP_RAW},
	{"UpdateMappingPairs", NT_RP_FILE},
	{"DeleteDirtyClusters", NT_RP_NOTHING},
	{"SetNewAttributeSizes", NT_RP_FILE},
	{"AddIndexEntryRoot", NT_RP_FILE},
	{"DeleteIndexEntryRoot", NT_RP_FILE},
	{"AddIndexEntryAllocation", NT_RP_INDX},
	{"DeleteIndexEntryAllocation", NT_RP_INDX},
	{"WriteEndOfIndexBuffer", NT_RP_INDX},
	{"SetIndexEntryVcnRoot", NT_RP_FILE},
	{"SetIndexEntryVcnAllocation", NT_RP_INDX},
	{"UpdateFileNameRoot", NT_RP_FILE},
	{"UpdateFileNameAllocation", NT_RP_INDX},
	{"SetBitsInNonresidentBitMap", NT_RP_RAW},
	{"ClearBitsInNonresidentBitMap", NT_RP_RAW},
	{"HotFix", NT_RP_UNKNOWN},
	{"EndTopLevelAction", NT_RP_NOTHING},
	{"PrepareTransaction", NT_RP_NOTHING},
	{"CommitTransaction", NT_RP_NOTHING},
	{"ForgetTransaction", NT_RP_NOTHING},
	{"OpenNonresidentAttribute", NT_RP_NOTHING},
	{"OpenAttributeTableDump", NT_RP_NOTHING},
	{"AttributeNamesDump", NT_RP_NOTHING},
	{"DirtyPageTableDump", NT_RP_NOTHING},
	{"TransactionTableDump", NT_RP_NOTHING},
	{"UpdateRecordDataRoot", NT_RP_FILE},
	{"UpdateRecordDataAllocation", NT_RP_INDX},
	{"UpdateRelativeDataInIndex", NT_RP_UNKNOWN},
	{"UpdateRelativeDataInIndex2", NT_RP_UNKNOWN},
	{"ZeroEndOfFileRecord", NT_RP_FILE},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

const char *nt_rp_op_name(uint16_t op)
{
	return op < ROWS ? rows[op].name : "unknown operation";
}

int nt_rp_refuse_op(struct nt_rp *rp, const struct nt_rp_op *op, const char *what)
{
	return nt_rp_unknown(rp, op->lsn, "%s: %s", nt_rp_op_name(op->op), what);
}

int nt_rp_is_known(struct nt_rp *rp, const struct nt_rp_op *op)
{
	return op->op < ROWS && rows[op->op].kind != NT_RP_UNKNOWN
		       ? 0
		       : nt_rp_unknown(rp, op->lsn, "operation 0x%02x (%s) is not supported",
				 op->op, nt_rp_op_name(op->op));
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

bool nt_rp_has_undo(const struct nt_rl_rec *rec)
{
	const uint16_t len = rs_le16(rec->data.p + 0xA);

	return !len || rs_view_has(rec->data, rs_le16(rec->data.p + 8), len);
}

int nt_rp_kind_of(struct nt_rp *rp, const struct nt_rp_op *op, enum nt_rp_kind *ret)
{
	int r = nt_rp_is_known(rp, op);

	*ret = r ? NT_RP_UNKNOWN : rows[op->op].kind;
	if (r || *ret == NT_RP_NOTHING)
		return r;
	const struct nt_rp_attr *a =
		op->attr / 4U < rp->tables.n_attrs ? &rp->tables.attrs[op->attr / 4U] : NULL;
	if (op->attr % 4 || !a || !a->is_open)
		return nt_rp_unknown(
			rp, op->lsn, "%s on an attribute that is not open", nt_rp_op_name(op->op));
	bool is_mft = NT_REF_RECORD(a->ref) == NT_MFT_RECORD && a->type == NT_AT_DATA;
	if (*ret == NT_RP_RAW && op->op == 0x08 && a->type == NT_AT_INDEX_ALLOCATION)
		*ret = NT_RP_INDX;
	if ((*ret == NT_RP_FILE) != is_mft ||
		(*ret == NT_RP_INDX) != (a->type == NT_AT_INDEX_ALLOCATION))
		return nt_rp_unknown(rp, op->lsn,
			"%s on an attribute of type 0x%" PRIx32 " of record %" PRIu64,
			nt_rp_op_name(op->op), a->type, (uint64_t)NT_REF_RECORD(a->ref));
	if (!op->n_lcns)
		return nt_rp_unknown(rp, op->lsn, "%s without clusters", nt_rp_op_name(op->op));
	return 0;
}

bool nt_rp_place(const struct nt_rp *rp, const struct nt_rp_op *op, uint64_t in_page,
	uint64_t *ret_off_bytes, uint64_t *ret_left)
{
	const uint32_t cluster = rp->raw->geo.cluster_bytes;
	uint64_t i = in_page >> rp->cluster_shift, in = in_page & (cluster - 1);

	if (i >= op->n_lcns)
		return false;
	uint64_t lcn = rs_le64(op->lcns + 8 * i);
	if (!lcn || lcn >= rp->clusters)
		return false;
	*ret_off_bytes = (lcn << rp->cluster_shift) + in;
	*ret_left = cluster - in;
	return true;
}

const struct nt_rp_dirty *nt_rp_dirty_row(const struct nt_rp *rp, const struct nt_rp_op *op)
{
	uint64_t vcn = op->vcn + ((uint64_t)op->sector_off * NT_RP_UNIT >> rp->cluster_shift);
	const struct nt_rp_dirty *d = nt_rp_dirty_find(&rp->tables, op->attr, vcn);

	/* the row of the table may name the page by its first cluster only */
	return d ? d : nt_rp_dirty_find(&rp->tables, op->attr, op->vcn);
}
