/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An entry: 0 u16 size with this header, 2 u16 type (its role), 4 u16 value type, 6 u16 version;
 * then a fixed part by value type, then nested entries, a key or text. Nothing is aligned. */
#include <string.h>

#include "bitlocker/internal.h"

#define ENTRY_HEADER 8

/* Bytes of header and fixed part by value type (libyal, dissect.fve); others have no fixed part. */
static size_t fixed_bytes(uint16_t value)
{
	static const uint8_t fixed[] = {
		8, 12, 8, 28, 12, 36, 12, 8, 36, 32, 44, 52, 8, 8, 8, 24, 12, 12, 28, 12};

	return value < sizeof(fixed) ? fixed[value] : ENTRY_HEADER;
}

int bl_entry_next(struct rs_view list, size_t *off_bytes, struct bl_entry *ret)
{
	if (*off_bytes == list.len)
		return 0;
	struct rs_view rest;
	if (*off_bytes > list.len || list.len - *off_bytes < ENTRY_HEADER)
		return -1;
	rest = (struct rs_view){list.p + *off_bytes, list.len - *off_bytes};
	size_t size = rs_le16(rest.p);
	if (size < ENTRY_HEADER || size > rest.len)
		return -1;
	*ret = (struct bl_entry){.type = rs_le16(rest.p + 2),
		.value = rs_le16(rest.p + 4),
		.version = rs_le16(rest.p + 6),
		.all = {rest.p, size}};
	*off_bytes += size;
	return 1;
}

bool bl_entry_is_short(const struct bl_entry *e)
{
	return e->all.len < fixed_bytes(e->value);
}

struct rs_view bl_entry_rest(const struct bl_entry *e)
{
	size_t fixed = fixed_bytes(e->value);

	if (e->all.len < fixed)
		return (struct rs_view){e->all.p, 0};
	return (struct rs_view){e->all.p + fixed, e->all.len - fixed};
}

bool bl_entry_find(struct rs_view list, size_t *off_bytes, uint16_t value, struct bl_entry *ret)
{
	struct bl_entry e;

	for (unsigned n = 0; n < BL_MAX_ENTRIES; n++) {
		if (bl_entry_next(list, off_bytes, &e) != 1)
			return false;
		if (e.value == value && !bl_entry_is_short(&e)) {
			*ret = e;
			return true;
		}
	}
	return false;
}

void bl_entry_text(struct rs_view utf16, char *ret, size_t cap)
{
	char raw[512 * 3 + 1];

	utf16.len = utf16.len < 1024 ? utf16.len : 1024;
	(void)rs_utf16_to_utf8(rs_utf16_text(utf16), raw, sizeof(raw));
	(void)rs_escape(raw, ret, cap);
}
