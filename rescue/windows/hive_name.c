/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys and values: two storage forms, and their case. */
#include "windows/hive_internal.h"

#include <string.h>

#include "core/text.h"

struct range {
	uint16_t first, last;
	int16_t delta;	/* added to the lower-case unit; 0: pairs, the upper one is one less ... */
	uint8_t parity; /* ... and the lower one has this lowest bit */
};

/* Simple upper-case mappings of the Unicode character database for the scripts that have case and
 * that occur in names: Latin, Greek, Cyrillic, Armenian, full-width Latin. */
static const struct range ranges[] = {
	{0x0061, 0x007A, -32, 0},
	{0x00E0, 0x00F6, -32, 0},
	{0x00F8, 0x00FE, -32, 0},
	{0x00FF, 0x00FF, 121, 0},
	{0x0101, 0x012F, 0, 1},
	{0x0133, 0x0137, 0, 1},
	{0x013A, 0x0148, 0, 0},
	{0x014B, 0x0177, 0, 1},
	{0x017A, 0x017E, 0, 0},
	{0x01CE, 0x01DC, 0, 0},
	{0x01DF, 0x01EF, 0, 1},
	{0x01F9, 0x021F, 0, 1},
	{0x0223, 0x0233, 0, 1},
	{0x03AC, 0x03AC, -38, 0},
	{0x03AD, 0x03AF, -37, 0},
	{0x03B1, 0x03C1, -32, 0},
	{0x03C2, 0x03C2, -31, 0},
	{0x03C3, 0x03CB, -32, 0},
	{0x03CC, 0x03CC, -64, 0},
	{0x03CD, 0x03CE, -63, 0},
	{0x0430, 0x044F, -32, 0},
	{0x0450, 0x045F, -80, 0},
	{0x0461, 0x0481, 0, 1},
	{0x048B, 0x04BF, 0, 1},
	{0x04C2, 0x04CE, 0, 0},
	{0x04D1, 0x052F, 0, 1},
	{0x0561, 0x0586, -48, 0},
	{0x1E01, 0x1E95, 0, 1},
	{0x1EA1, 0x1EFF, 0, 1},
	{0xFF41, 0xFF5A, -32, 0},
};

static uint16_t upcase(uint16_t unit)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];
		if (unit < r->first)
			break; /* sorted */
		if (unit > r->last)
			continue;
		if (r->delta)
			return (uint16_t)(unit + r->delta);
		return (unit & 1) == r->parity ? (uint16_t)(unit - 1) : unit;
	}
	return unit;
}

bool hive_name_equal(const uint16_t *a, size_t n_a, const uint16_t *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++) {
		if (a[i] != b[i] && upcase(a[i]) != upcase(b[i]))
			return false;
	}
	return true;
}

int hive_name_load(struct win_hive *h, const struct hive_name *name, uint16_t *ret, size_t cap,
	size_t *ret_n, struct rs_err *err)
{
	size_t n = name->is_latin ? name->len_bytes : name->len_bytes / 2;

	if (n > cap)
		return rs_fail(err, RS_E_HIVE, "name of %u bytes at offset 0x%x", name->len_bytes,
			name->cell.off);
	/* read into the upper end of the buffer's bytes, widen or convert upwards from its start */
	uint8_t *raw = (uint8_t *)ret;
	size_t unit_bytes = name->is_latin ? 1 : 2;
	uint8_t *from = raw + n * (2 - unit_bytes);
	int r = hive_cell_read(h, name->cell, name->at, from, (uint32_t)(n * unit_bytes), err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		ret[i] = name->is_latin ? from[i] : rs_le16(from + 2 * i);
	*ret_n = n;
	return 0;
}

void hive_name_text(uint16_t *units, size_t n, char *ret, size_t cap)
{
	uint8_t *le = (uint8_t *)units;

	for (size_t i = 0; i < n; i++)
		rs_put_le16(le + 2 * i, units[i] ? units[i] : 0x2400);
	(void)rs_utf16_to_utf8((struct rs_view){le, 2 * n}, ret, cap); /* there is room */
}
