/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attributes of a record, names, attribute lists: one function per structure, all in bounds. */
#include <string.h>

#include "core/text.h"
#include "ntfs/stream.h"

#define RESIDENT_BYTES	   0x18U
#define NOT_RESIDENT_BYTES 0x40U
#define FILE_NAME_BYTES	   0x42U
#define LIST_ENTRY_BYTES   0x1AU

void nt_attrs_init(struct nt_attrs *w, const uint8_t *rec, size_t len)
{
	size_t used = rs_le32(rec + 0x18);

	*w = (struct nt_attrs){{rec, used < len ? used : len}, rs_le16(rec + 0x14), NULL};
}

static const char *parse_resident(struct rs_view v, struct nt_attr *ret)
{
	size_t len = rs_le32(v.p + 0x10), off = rs_le16(v.p + 0x14);

	if (off < RESIDENT_BYTES || !rs_view_sub(v, off, len, &ret->value))
		return "a resident value outside its attribute";
	ret->data_bytes = ret->initialized_bytes = len;
	return NULL;
}

static const char *parse_not_resident(struct rs_view v, struct nt_attr *ret)
{
	if (v.len < NOT_RESIDENT_BYTES)
		return "an attribute shorter than its header";
	size_t pairs = rs_le16(v.p + 0x20);
	if (pairs < NOT_RESIDENT_BYTES || pairs > v.len)
		return "runs outside their attribute";
	ret->pairs = (struct rs_view){v.p + pairs, v.len - pairs};
	ret->lowest_vcn = rs_le64(v.p + 0x10);
	ret->highest_vcn = rs_le64(v.p + 0x18);
	ret->allocated_bytes = rs_le64(v.p + 0x28);
	ret->data_bytes = rs_le64(v.p + 0x30);
	ret->initialized_bytes = rs_le64(v.p + 0x38);
	bool has_compressed = (ret->flags & (NT_ATTR_COMPRESSED | NT_ATTR_SPARSE)) &&
			      pairs >= NOT_RESIDENT_BYTES + 8;
	ret->compressed_bytes = has_compressed ? rs_le64(v.p + 0x40) : ret->allocated_bytes;
	return NULL;
}

static const char *parse_attr(struct rs_view v, struct nt_attr *ret)
{
	size_t name_bytes = (size_t)2 * v.p[9], name_off = rs_le16(v.p + 0xA);

	*ret = (struct nt_attr){.type = rs_le32(v.p),
		.flags = rs_le16(v.p + 0xC),
		.instance = rs_le16(v.p + 0xE),
		.is_resident = v.p[8] == 0,
		.name = {v.p, 0}};
	if (name_bytes && !rs_view_sub(v, name_off, name_bytes, &ret->name))
		return "an attribute's name outside it";
	if (v.p[8] > 1)
		return "an attribute neither resident nor not";
	return ret->is_resident ? parse_resident(v, ret) : parse_not_resident(v, ret);
}

/* Attribute types are multiples of 16 up to 0x100; strange ones are parsed with the rest. */
static bool is_in(uint32_t type, uint32_t types)
{
	return types == NT_ATTRS_ALL ||
	       (type % 16 == 0 && type <= 0x1F0 && (types >> type / 16 & 1));
}

bool nt_attrs_next_of(struct nt_attrs *w, uint32_t types, struct nt_attr *ret)
{
	while (!w->fault) {
		uint32_t type, len;
		if (!rs_view_u32(w->used, w->pos, &type)) {
			w->fault = "no end mark behind the attributes";
			return false;
		}
		if (type == UINT32_MAX)
			return false;
		struct rs_view v;
		if (!rs_view_u32(w->used, w->pos + 4, &len) || len < RESIDENT_BYTES || len % 8 ||
			!rs_view_sub(w->used, w->pos, len, &v)) {
			w->fault = "length of an attribute";
			return false;
		}
		w->pos += len;
		if (!is_in(type, types))
			continue;
		w->fault = parse_attr(v, ret);
		return !w->fault;
	}
	return false;
}

bool nt_attrs_next(struct nt_attrs *w, struct nt_attr *ret)
{
	return nt_attrs_next_of(w, NT_ATTRS_ALL, ret);
}

bool nt_file_name_parse(struct rs_view v, struct nt_file_name *ret)
{
	if (v.len < FILE_NAME_BYTES || v.p[0x40] == 0)
		return false;
	if (!rs_view_sub(v, FILE_NAME_BYTES, (size_t)2 * v.p[0x40], &ret->name))
		return false;
	ret->parent_ref = rs_le64(v.p);
	ret->attributes = rs_le32(v.p + 0x38);
	ret->reparse_tag = ret->attributes & NT_FILE_REPARSE ? rs_le32(v.p + 0x3C) : 0;
	ret->name_space = v.p[0x41];
	return ret->name_space <= NT_NS_WIN32_DOS;
}

size_t nt_name_text(struct rs_view name, char ret[NT_NAME_BYTES])
{
	size_t n = name.len / 2, i = 0;

	for (; i + 4 <= n; i += 4) { /* most names are ASCII: four units at a time */
		uint64_t v = rs_le64(name.p + 2 * i);
		if (v & 0xFF80FF80FF80FF80ULL)
			return rs_utf16_to_utf8(name, ret, NT_NAME_BYTES);
		v = (v | v >> 8) & 0x0000FFFF0000FFFFULL;
		rs_put_le32((uint8_t *)ret + i, (uint32_t)(v | v >> 16));
	}
	for (; i < n; i++) {
		uint16_t c = rs_le16(name.p + 2 * i);
		if (c >= 0x80)
			return rs_utf16_to_utf8(name, ret, NT_NAME_BYTES);
		ret[i] = (char)c;
	}
	ret[n] = '\0';
	return n;
}

bool nt_attr_is_named(const struct nt_attr *a, const char *name)
{
	size_t n = strlen(name); /* all names that we look for are ASCII or short UTF-8 */

	if (!n || !a->name.len)
		return n == a->name.len;
	char text[NT_NAME_BYTES];
	return nt_name_text(a->name, text) == n && memcmp(text, name, n) == 0;
}

bool nt_attr_find(const uint8_t *rec, size_t len, uint32_t type, const char *name,
	uint64_t lowest_vcn, struct nt_attr *ret)
{
	struct nt_attrs walk;

	nt_attrs_init(&walk, rec, len);
	while (nt_attrs_next(&walk, ret))
		if (ret->type == type && ret->lowest_vcn == lowest_vcn &&
			nt_attr_is_named(ret, name))
			return true;
	return false;
}

bool nt_list_next(
	struct rs_view list, size_t *pos, struct nt_list_entry *ret, const char **ret_fault)
{
	if (*pos == list.len)
		return false;
	struct rs_view v;
	uint16_t len;
	if (!rs_view_u16(list, *pos + 4, &len) || len < LIST_ENTRY_BYTES ||
		!rs_view_sub(list, *pos, len, &v)) {
		*ret_fault = "length of a row of the attribute list";
		return false;
	}
	*ret = (struct nt_list_entry){
		rs_le32(v.p), rs_le16(v.p + 0x18), rs_le64(v.p + 8), rs_le64(v.p + 0x10), {v.p, 0}};
	if (v.p[6] && !rs_view_sub(v, v.p[7], (size_t)2 * v.p[6], &ret->name)) {
		*ret_fault = "a name in the attribute list";
		return false;
	}
	*pos += len;
	return true;
}
