/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys and values: their two forms in a cell, their order, what lists keep of them. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "hivewrite/internal.h"

int hw_name_make(const char *text, size_t len, size_t most, struct hw_name *ret, struct rs_err *err)
{
	auto_free char *copy = strndup(text, len);
	auto_free uint16_t *units = calloc(len + 1, sizeof(*units)); /* no more than bytes */

	if (!copy || !units)
		return rs_fail(err, RS_E_MEMORY, "name");
	long n = rs_utf8_to_utf16(copy, units, len + 1);
	if (n < 0 || (size_t)n > most)
		return rs_fail(err, RS_E_HIVE_EDIT, "no name of a key or value: '%.40s'", copy);
	*ret = (struct hw_name){.n = (size_t)n, .is_latin = true};
	for (long i = 0; i < n; i++)
		ret->is_latin = ret->is_latin && units[i] < 256;
	ret->units = rs_steal(units);
	return 0;
}

void hw_name_done(struct hw_name *n)
{
	free(n->units);
	*n = (struct hw_name){0};
}

uint32_t hw_name_bytes(const struct hw_name *n)
{
	return (uint32_t)(n->is_latin ? n->n : 2 * n->n);
}

void hw_name_put(const struct hw_name *n, uint8_t *to)
{
	for (size_t i = 0; i < n->n; i++) {
		if (n->is_latin)
			to[i] = (uint8_t)n->units[i];
		else
			rs_put_le16(to + 2 * i, n->units[i]);
	}
}

int hw_name_compare(const uint8_t *p, uint32_t len, bool is_latin, const struct hw_name *n)
{
	const size_t n_p = is_latin ? len : len / 2;

	for (size_t i = 0; i < n_p && i < n->n; i++) {
		const int a = rs_upcase(is_latin ? p[i] : rs_le16(p + 2 * i));
		const int b = rs_upcase(n->units[i]);
		if (a != b)
			return a - b;
	}
	return n_p == n->n ? 0 : n_p < n->n ? -1 : 1;
}

uint32_t hw_name_hash(const struct hw_name *n)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < n->n; i++)
		hash = 37 * hash + rs_upcase(n->units[i]);
	return hash;
}

void hw_name_hint(const struct hw_name *n, uint8_t ret[4])
{
	memset(ret, 0, 4);
	for (size_t i = 0; i < 4 && i < n->n; i++) {
		if (n->units[i] > 255) { /* no hint */
			ret[0] = 0;
			return;
		}
		ret[i] = (uint8_t)n->units[i];
	}
}
