/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation of a hostile journal on a hostile block. Block and data have exactly their length,
 * so the sanitizer sees a byte read or written beside them; what was done leaves lengths that are
 * inside. Input: operation, flags, offsets, length, how many bytes of the block are edited (place,
 * value), then the data. Seeds: none needed. */
#include <stdlib.h>
#include <string.h>

#include "ntfslog/replay_internal.h"

#define LEN    1024U
#define HEADER 12U

/* Lengths of a sound block, by the offsets of test_replay_ops.c. */
static void put_record(uint8_t *r)
{
	uint8_t *n = r + 0x58, *x = r + 0xA0;

	memcpy(r, "FILE", 4);
	rs_put_le16(r + 4, 0x30);
	rs_put_le16(r + 6, 3);
	rs_put_le16(r + 0x14, 0x38);
	rs_put_le16(r + 0x16, 1);
	rs_put_le32(r + 0x38, 0x80);
	rs_put_le32(r + 0x3C, 0x20);
	rs_put_le32(r + 0x48, 8);
	rs_put_le16(r + 0x4C, 0x18);
	rs_put_le32(n, 0x80);
	rs_put_le32(n + 4, 0x48);
	n[8] = 1;
	rs_put_le16(n + 0x20, 0x40);
	memcpy(n + 0x40, "\x11\x03\x20", 4);
	rs_put_le32(x, 0x90);
	rs_put_le32(x + 4, 0xA0);
	rs_put_le32(x + 0x10, 0x88);
	rs_put_le16(x + 0x14, 0x18);
	rs_put_le32(x + 0x28, 0x10);
	rs_put_le32(x + 0x2C, 0x78);
	rs_put_le32(x + 0x30, 0x78);
	rs_put_le16(x + 0x38, 0x10);
	rs_put_le16(x + 0x40, 0x58);
	rs_put_le16(x + 0x44, 1);
	rs_put_le16(x + 0x98, 0x10);
	rs_put_le16(x + 0x9C, 2);
	rs_put_le32(r + 0x140, UINT32_MAX);
	rs_put_le32(r + 0x18, 0x148);
}

static void put_index(uint8_t *x)
{
	memcpy(x, "INDX", 4);
	rs_put_le16(x + 4, 0x28);
	rs_put_le16(x + 6, 3);
	rs_put_le32(x + 0x18, 0x28);
	rs_put_le32(x + 0x1C, 0x40 + 0x68 - 0x18);
	rs_put_le32(x + 0x20, LEN - 0x18);
	rs_put_le16(x + 0x40, 0x10);
	rs_put_le16(x + 0x48, 0x58);
	rs_put_le16(x + 0x4C, 1);
	rs_put_le16(x + 0xA0, 0x10);
	rs_put_le16(x + 0xA4, 2);
}

static void edit(uint8_t *block, const uint8_t **data, size_t *size, unsigned n)
{
	for (; n && *size >= 3; n--, *data += 3, *size -= 3)
		block[rs_le16(*data) % LEN] = (*data)[2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < HEADER)
		return 0;
	const uint8_t flags = data[1];
	struct nt_rp_op op = {.op = data[0] % 0x26,
		.is_undo = flags & 1,
		.is_resized = flags & 2,
		.is_zero = flags & 4,
		.record_off = rs_le16(data + 2),
		.attr_off = rs_le16(data + 4),
		.data_len = rs_le16(data + 6)};
	if (flags & 8) { /* places where something is */
		static const uint16_t where[] = {0x38, 0x58, 0xA0, 0x140};
		op.record_off = flags & 16 ? 0 : where[op.record_off % 4];
		op.attr_off = op.attr_off % 0x60;
	}
	unsigned edits = data[8] % 16;
	data += HEADER;
	size -= HEADER;
	uint8_t *block = calloc(1, LEN), *copy = NULL;
	if (!block)
		return 0;
	if (flags & 16)
		put_index(block);
	else
		put_record(block);
	edit(block, &data, &size, edits);
	op.is_zero = op.is_zero && (op.op == 7 || op.op == 8 || op.op == 0x25);
	if (!op.is_zero) { /* the data are in the log, and as long as they say */
		op.data_len = op.data_len < size ? op.data_len : (uint32_t)size;
		copy = malloc(op.data_len ? op.data_len : 1);
		if (copy)
			memcpy(copy, data, op.data_len);
		op.data = (struct rs_view){copy, op.data_len};
	}
	const char *what =
		flags & 16 ? nt_rp_do_indx(block, LEN, &op) : nt_rp_do_file(block, LEN, &op);
	if (!what && !(flags & 16) && rs_le32(block + 0x18) > LEN)
		abort();
	if (!what && (flags & 16) && rs_le32(block + 0x1C) > LEN - 0x18)
		abort();
	free(copy);
	free(block);
	return 0;
}
