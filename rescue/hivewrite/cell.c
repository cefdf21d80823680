/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room in a hive: cells that are taken and given back. A cell's first four bytes are its size,
 * negative while it is in use. */
#include <string.h>

#include "hivewrite/internal.h"

static int32_t raw_size(const struct hw_hive *h, uint32_t off)
{
	return (int32_t)rs_le32(h->p + off);
}

static uint32_t size_of(const struct hw_hive *h, uint32_t off)
{
	const int32_t raw = raw_size(h, off);

	return (uint32_t)(raw < 0 ? -raw : raw);
}

uint32_t hw_cell_len(const struct hw_hive *h, uint32_t off)
{
	return size_of(h, off) - 4;
}

uint8_t *hw_cell(struct hw_hive *h, uint32_t off, uint32_t len, struct rs_err *err)
{
	if (off % 8 || off >= h->len || !hw_bit(h->starts, off) || raw_size(h, off) >= 0 ||
		hw_cell_len(h, off) < len) {
		(void)rs_fail(err, RS_E_HIVE, "no cell of %u bytes at 0x%x", len, off);
		return NULL;
	}
	return h->p + off + 4;
}

static void set_free(struct hw_hive *h, uint32_t off, uint32_t size)
{
	rs_put_le32(h->p + off, size);
	hw_bit_set(h->starts, off, true);
}

static uint32_t bin_end(const struct hw_hive *h, uint32_t off)
{
	const uint32_t bin = h->bin[off / HW_PAGE];

	return bin + rs_le32(h->p + bin + 8);
}

/* A bin at the end, as small as it can be, one free cell. */
static int grow(struct hw_hive *h, uint32_t size, struct rs_err *err)
{
	const uint32_t bytes = (size + HW_BIN_HEAD + HW_PAGE - 1) / HW_PAGE * HW_PAGE;
	const uint32_t at = h->len;

	if (bytes > h->cap - h->len)
		return rs_fail(err, RS_E_HIVE_EDIT,
			"no room for %u bytes in it, and its file does not grow in place", size);
	memset(h->p + at, 0, bytes);
	memcpy(h->p + at, "hbin", 4);
	rs_put_le32(h->p + at + 4, at);
	rs_put_le32(h->p + at + 8, bytes);
	h->len += bytes;
	for (uint32_t page = at / HW_PAGE; page < h->len / HW_PAGE; page++)
		h->bin[page] = at;
	set_free(h, at + HW_BIN_HEAD, bytes - HW_BIN_HEAD);
	return 0;
}

/* The smallest free cell with @size bytes, the first of those. */
static uint32_t best(const struct hw_hive *h, uint32_t size)
{
	uint32_t found = HW_NIL, found_size = UINT32_MAX;

	for (uint32_t bin = 0; bin < h->len; bin += rs_le32(h->p + bin + 8)) {
		const uint32_t end = bin_end(h, bin);
		for (uint32_t off = bin + HW_BIN_HEAD; off < end; off += size_of(h, off)) {
			const int32_t raw = raw_size(h, off);
			if (raw > 0 && (uint32_t)raw >= size && (uint32_t)raw < found_size) {
				found = off;
				found_size = (uint32_t)raw;
			}
		}
	}
	return found;
}

int hw_alloc(struct hw_hive *h, uint32_t len, uint32_t *ret, struct rs_err *err)
{
	const uint32_t size = (len + 4 + 7) / 8 * 8;
	uint32_t off = best(h, size);

	if (off == HW_NIL) {
		const uint32_t at = h->len;
		int r = grow(h, size, err);
		if (r < 0)
			return r;
		off = at + HW_BIN_HEAD;
	}
	const uint32_t rest = size_of(h, off) - size;
	if (rest)
		set_free(h, off + size, rest);
	memset(h->p + off, 0, size);
	rs_put_le32(h->p + off, 0U - size);
	*ret = off;
	return 0;
}

/* The cell before this one in its bin; HW_NIL: it is the first. */
static uint32_t before(const struct hw_hive *h, uint32_t off)
{
	const uint32_t first = h->bin[off / HW_PAGE] + HW_BIN_HEAD;

	while (off > first) {
		off -= 8;
		if (hw_bit(h->starts, off))
			return off;
	}
	return HW_NIL;
}

void hw_free(struct hw_hive *h, uint32_t off)
{
	if (off == HW_NIL || !hw_cell(h, off, 0, NULL))
		return;
	if (h->unneeded) {
		hw_bit_set(h->unneeded, off, true);
		return;
	}
	uint32_t size = size_of(h, off);
	const uint32_t next = off + size, prev = before(h, off);
	if (next < bin_end(h, off) && raw_size(h, next) > 0) {
		size += size_of(h, next);
		hw_bit_set(h->starts, next, false);
	}
	if (prev != HW_NIL && raw_size(h, prev) > 0) {
		size += size_of(h, prev);
		hw_bit_set(h->starts, off, false);
		off = prev;
	}
	set_free(h, off, size);
}
