/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations on an INDX block whose fixups are undone, on single entries, and on bitmaps. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define HEADER		 0x18U /* index header in the block */
#define ENTRIES_MIN	 0x28U
#define ENTRY_BYTES	 0x10U
#define ENTRY_HAS_CHILD	 1U
#define FILE_NAME_UPDATE 0x38U /* times, sizes, attributes of a name */
#define FILE_NAME_AT	 0x18U
#define OUTSIDE		 "outside of the index block"

uint32_t nt_rp_entry_bytes(const uint8_t *e, uint32_t room)
{
	uint32_t n = room < ENTRY_BYTES ? 0 : rs_le16(e + 8);

	return n < ENTRY_BYTES || n % 8 || n > room ? 0 : n;
}

const char *nt_rp_do_entry(uint8_t *e, uint32_t len, const struct nt_rp_op *op)
{
	uint32_t at, n = op->data_len;

	switch (op->op) {
	case 0x11:
	case 0x12:
		if (n != 8 || len < ENTRY_BYTES + 8 || !(rs_le16(e + 0xC) & ENTRY_HAS_CHILD))
			return "an entry without a child";
		at = len - 8;
		break;
	case 0x13:
	case 0x14:
		if (n != FILE_NAME_UPDATE)
			return "length of its data";
		at = FILE_NAME_AT;
		break;
	default: /* 0x21, 0x22: data of a view's entry */
		at = rs_le16(e);
		if (at < ENTRY_BYTES)
			return "place of the entry's data";
	}
	if (at > len || n > len - at)
		return "outside of the entry";
	memcpy(e + at, op->data.p, n);
	return NULL;
}

/* Where the entries end in the block; 0: it is malformed. */
static uint32_t end_of(const uint8_t *blk, uint32_t len)
{
	uint32_t used = rs_le32(blk + HEADER + 4), total = rs_le32(blk + HEADER + 8);

	if (used < 0x10 || used > len - HEADER || total > len - HEADER || used > total)
		return 0;
	return HEADER + used;
}

static void set_end(uint8_t *blk, uint32_t end)
{
	rs_put_le32(blk + HEADER + 4, end - HEADER);
}

static uint32_t limit_of(const uint8_t *blk)
{
	return HEADER + rs_le32(blk + HEADER + 8);
}

/* A whole new block, or bytes in it. */
static const char *write_bytes(uint8_t *blk, uint32_t len, uint32_t pos, const struct nt_rp_op *op)
{
	if (op->data_len > len || pos > len - op->data_len)
		return OUTSIDE;
	if (op->is_zero) {
		if (pos < ENTRIES_MIN)
			return "zeros over the header of the block";
		memset(blk + pos, 0, op->data_len);
		return end_of(blk, len) ? NULL : "header of the index block";
	}
	if (pos == 0 && op->data_len >= ENTRIES_MIN && memcmp(op->data.p, "INDX", 4) == 0)
		memset(blk, 0, len);
	else if (pos < ENTRIES_MIN)
		return "bytes over the header of the block";
	memcpy(blk + pos, op->data.p, op->data_len);
	return end_of(blk, len) ? NULL : "header of the block in its data";
}

static const char *add_entry(uint8_t *blk, uint32_t pos, uint32_t end, const struct nt_rp_op *op)
{
	uint32_t n = nt_rp_entry_bytes(op->data.p, op->data_len);
	if (!n || n != op->data_len)
		return "length of its data";
	if (n > limit_of(blk) - end)
		return "no room in the index block";
	memmove(blk + pos + n, blk + pos, end - pos);
	memcpy(blk + pos, op->data.p, n);
	set_end(blk, end + n);
	return NULL;
}

static const char *write_end(uint8_t *blk, uint32_t pos, const struct nt_rp_op *op)
{
	if (op->data_len < ENTRY_BYTES || op->data_len > limit_of(blk) - pos)
		return OUTSIDE;
	memcpy(blk + pos, op->data.p, op->data_len);
	set_end(blk, pos + op->data_len);
	return NULL;
}

static bool is_for_block(uint16_t op)
{
	return (op >= 0x0E && op <= 0x10) || op == 0x12 || op == 0x14 || op == 0x22;
}

const char *nt_rp_do_indx(uint8_t *blk, uint32_t len, const struct nt_rp_op *op)
{
	uint32_t pos = (uint32_t)op->record_off + op->attr_off;

	if (op->op == 0x08)
		return write_bytes(blk, len, pos, op);
	if (!is_for_block(op->op))
		return "not an operation on index blocks";
	uint32_t end = end_of(blk, len);
	if (!end)
		return "header of the index block";
	if (pos < ENTRIES_MIN || pos > end || pos % 8)
		return OUTSIDE;
	if (op->op == 0x0E)
		return add_entry(blk, pos, end, op);
	if (op->op == 0x10)
		return write_end(blk, pos, op);
	uint8_t *e = blk + pos;
	uint32_t n = nt_rp_entry_bytes(e, end - pos);
	if (!n)
		return "no entry there";
	if (op->op != 0x0F)
		return nt_rp_do_entry(e, n, op);
	memmove(e, e + n, end - pos - n); /* old bytes stay behind the new end, as Windows does */
	set_end(blk, end - n);
	return NULL;
}

void nt_rp_set_bits(uint8_t *map, uint32_t first, uint32_t n, bool is_set)
{
	for (uint32_t i = first; i < first + n; i++) {
		if (is_set)
			map[i / 8] |= (uint8_t)(1U << i % 8);
		else
			map[i / 8] &= (uint8_t) ~(1U << i % 8);
	}
}
