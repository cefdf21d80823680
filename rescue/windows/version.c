/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of a version resource: VS_VERSIONINFO holds StringFileInfo, this StringTables, these
 * Strings, each a length, the length of its value, a type, a key in UTF-16 and what it holds, on
 * multiples of 4. Source: VS_VERSIONINFO, StringFileInfo, StringTable, String in the Windows SDK's
 * documentation. */
#include "windows/image_internal.h"

#include <string.h>

#include "core/text.h"

#define BLOCK_HEAD 6U

struct block {
	char key[40];	      /* cut */
	uint16_t value_units; /* of its value, where it is a text */
	struct rs_view rest;  /* value and children */
};

static size_t up4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The block at the start of @v; *ret_len what it takes. */
static bool block_read(struct rs_view v, struct block *ret, size_t *ret_len)
{
	uint16_t len, units;

	if (!rs_view_u16(v, 0, &len) || !rs_view_u16(v, 2, &units) || len < BLOCK_HEAD ||
		len > v.len)
		return false;
	struct rs_view body = {v.p + BLOCK_HEAD, len - BLOCK_HEAD};
	struct rs_view key = rs_utf16_text(body);
	(void)rs_utf16_to_utf8(key, ret->key, sizeof(ret->key));
	size_t at = up4(BLOCK_HEAD + key.len + 2);
	at = at < len ? at : len;
	ret->value_units = units;
	ret->rest = (struct rs_view){v.p + at, len - at};
	*ret_len = up4(len);
	return true;
}

/* Next of the blocks in *v, which is shorter then. */
static bool block_next(struct rs_view *v, struct block *ret)
{
	size_t len;

	if (!block_read(*v, ret, &len))
		return false;
	len = len < v->len ? len : v->len;
	*v = (struct rs_view){v->p + len, v->len - len};
	return true;
}

static void take(const struct block *b, struct win_image *ret)
{
	const struct {
		const char *key;
		char *to;
		size_t cap;
	} texts[] = {
		{"CompanyName", ret->company, sizeof(ret->company)},
		{"ProductName", ret->product, sizeof(ret->product)},
		{"FileDescription", ret->description, sizeof(ret->description)},
		{"OriginalFilename", ret->original, sizeof(ret->original)},
	};

	/* some tools count bytes where units belong: its own end and the NUL bound it */
	struct rs_view text = rs_utf16_text(b->rest);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(b->key, texts[i].key) == 0 && !texts[i].to[0])
			(void)rs_utf16_to_utf8(text, texts[i].to, texts[i].cap);
}

static void take_tables(struct rs_view tables, struct win_image *ret)
{
	struct block table, string;

	while (block_next(&tables, &table)) {
		struct rs_view strings = table.rest;
		while (block_next(&strings, &string))
			take(&string, ret);
	}
}

void version_texts(struct rs_view info, struct win_image *ret)
{
	struct block whole, b;
	size_t len;

	if (!block_read(info, &whole, &len))
		return;
	/* of this one alone the value is binary, its length in bytes */
	size_t skip = up4(whole.value_units);
	if (skip > whole.rest.len)
		return;
	struct rs_view parts = {whole.rest.p + skip, whole.rest.len - skip};
	while (block_next(&parts, &b))
		if (strcmp(b.key, "StringFileInfo") == 0)
			take_tables(b.rest, ret);
}
