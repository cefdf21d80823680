/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys and values: two storage forms, and their case. */
#include "windows/internal.h"

#include <string.h>

#include "core/text.h"

bool hive_name_equal(const uint16_t *a, size_t n_a, const uint16_t *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++) {
		if (a[i] != b[i] && rs_upcase(a[i]) != rs_upcase(b[i]))
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
