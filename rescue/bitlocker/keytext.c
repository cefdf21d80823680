/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text files in any encoding that Windows and its scripts write, reduced to what the search for
 * keys needs: one byte for each character. */
#include "bitlocker/internal.h"
#include "format/text.h"

#define OTHER 0x01 /* any character that matters to nobody here */

static enum encoding detect(struct rs_view v, size_t *ret_skip)
{
	size_t zero[2] = {0}, n = v.len < 4096 ? v.len : 4096;

	enum encoding marked = encoding_of(v.p, v.len, ret_skip);
	if (*ret_skip)
		return marked;
	/* without a mark: digits and GUIDs in UTF-16 have a zero in every other byte */
	for (size_t i = 0; i < n; i++)
		zero[i % 2] += v.p[i] == 0;
	if (zero[1] > n / 8 && zero[0] < zero[1] / 4)
		return ENC_UTF16LE;
	if (zero[0] > n / 8 && zero[1] < zero[0] / 4)
		return ENC_UTF16BE;
	return ENC_BYTES;
}

static char reduce(uint32_t c)
{
	if (c == '\r' || c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029)
		return '\n';
	if (c == '\t' || (c >= 0x20 && c < 0x7F))
		return (char)c;
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 ||
		c == 0xFF0D || c == 0xAD || c == 0x96 || c == 0x97)
		return '-';
	if (c == 0 || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x3000 ||
		c == 0xFEFF || c == 0x200E || c == 0x200F)
		return ' ';
	if (c >= 0xFF10 && c <= 0xFF19) /* full-width digits */
		return (char)('0' + (c - 0xFF10));
	return OTHER;
}

/* UTF-8 where it is valid; else the byte as Windows' western code page has it. */
static uint32_t next_of(struct rs_view v, enum encoding enc, size_t *at)
{
	const uint8_t *p = v.p + *at;
	size_t left = v.len - *at, n = left >= 2 ? 2 : 1;
	uint32_t c = OTHER;

	if (enc == ENC_BYTES) {
		n = rs_utf8_get(p, left, &c);
		c = n ? c : p[0];
	} else if (left >= 2) {
		c = encoding_unit(enc, p);
	}
	*at += n ? n : 1;
	return c;
}

int bl_keytext_decode(struct rs_view raw, struct rs_secret *ret, struct rs_err *err)
{
	size_t at;
	enum encoding enc = detect(raw, &at);

	int r = rs_secret_init(ret, raw.len + 1, err); /* never more characters than bytes */
	if (r < 0)
		return r;
	while (at < raw.len) {
		size_t was = at;
		uint32_t c = next_of(raw, enc, &at);
		size_t after = at;
		if (c == '\r' && after < raw.len && next_of(raw, enc, &after) == '\n')
			continue; /* the line feed ends the line */
		ret->p[ret->len++] = (uint8_t)reduce(c);
		if (at <= was)
			break; /* cannot be */
	}
	return 0;
}
