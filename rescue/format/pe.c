/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/pe.h"

#include <string.h>

#include "format/bytes.h"

enum {
	DOS_BYTES = 64,
	COFF_BYTES = 24, /* with the signature */
	SECTION_BYTES = 40,
	SECTIONS_MAX = 96,
	OPTIONAL_PE32_PLUS = 0x20B,
	OPTIONAL_MIN_BYTES = 112, /* up to the data directories */
	SUBSYSTEM_EFI_APPLICATION = 10,
	DLL_NX_COMPAT = 0x100,
	DIRECTORY_RELOC = 5,
	IMAGE_MAX_BYTES = 1 << 30,
};

static bool is_inside(size_t off, size_t len, size_t total)
{
	return off <= total && total - off >= len;
}

/* @p at the optional header, of @len bytes. */
static const char *open_optional(struct pe *ret, const uint8_t *p, size_t len)
{
	if (len < OPTIONAL_MIN_BYTES || rs_le16(p) != OPTIONAL_PE32_PLUS)
		return "not a 64-bit PE file";
	if (rs_le16(p + 68) != SUBSYSTEM_EFI_APPLICATION)
		return "not a UEFI application";
	ret->entry = rs_le32(p + 16);
	ret->align_bytes = rs_le32(p + 32);
	ret->image_bytes = rs_le32(p + 56);
	ret->header_bytes = rs_le32(p + 60);
	ret->is_nx_compat = rs_le16(p + 70) & DLL_NX_COMPAT;
	size_t directories = rs_le32(p + 108), reloc_off = OPTIONAL_MIN_BYTES + DIRECTORY_RELOC * 8;
	if (directories > DIRECTORY_RELOC) {
		if (!is_inside(reloc_off, 8, len))
			return "data directories are cut";
		ret->reloc_bytes = rs_le32(p + reloc_off + 4);
	}
	return NULL;
}

const char *pe_open(struct pe *ret, const void *bytes, size_t len, uint16_t machine)
{
	const uint8_t *p = bytes;

	*ret = (struct pe){.p = p, .len = len};
	if (len < DOS_BYTES || p[0] != 'M' || p[1] != 'Z')
		return "not a PE file";
	size_t coff = rs_le32(p + 60);
	if (coff < DOS_BYTES || !is_inside(coff, COFF_BYTES, len) || rs_le32(p + coff) != 0x4550)
		return "not a PE file";
	if (rs_le16(p + coff + 4) != machine)
		return "for another kind of machine";
	ret->sections = rs_le16(p + coff + 6);
	size_t optional = coff + COFF_BYTES, optional_len = rs_le16(p + coff + 20);
	if (!is_inside(optional, optional_len, len))
		return "headers are cut";
	const char *why = open_optional(ret, p + optional, optional_len);
	if (why)
		return why;
	ret->table_off = optional + optional_len;
	if (ret->sections == 0 || ret->sections > SECTIONS_MAX)
		return "no sections, or too many";
	if (!is_inside(ret->table_off, (size_t)ret->sections * SECTION_BYTES, len))
		return "section headers are cut";
	return NULL;
}

/* Section header @i below pe->sections. */
static void section_at(const struct pe *pe, unsigned i, struct pe_section *ret)
{
	const uint8_t *p = pe->p + pe->table_off + (size_t)i * SECTION_BYTES;

	memcpy(ret->name, p, PE_NAME_BYTES);
	ret->name[PE_NAME_BYTES] = '\0';
	ret->bytes = rs_le32(p + 8);
	ret->at = rs_le32(p + 12);
	ret->raw_bytes = rs_le32(p + 16);
	ret->raw_off = rs_le32(p + 20);
	ret->flags = rs_le32(p + 36);
}

bool pe_find_mapped(const struct pe *pe, const char *name, const uint8_t **ret, size_t *ret_len)
{
	unsigned found = 0;
	struct pe_section s;

	for (unsigned i = 0; i < pe->sections; i++) {
		section_at(pe, i, &s);
		if (strcmp(s.name, name) != 0)
			continue;
		if (++found > 1 || !is_inside(s.at, s.bytes, pe->len))
			return false;
		*ret = pe->p + s.at;
		*ret_len = s.bytes;
	}
	return found == 1;
}

/* @end where the section before ended. */
static const char *check_section(const struct pe *pe, const struct pe_section *s, size_t end)
{
	uint32_t both = PE_SECTION_EXECUTE | (uint32_t)PE_SECTION_WRITE;

	if (s->at % pe->align_bytes)
		return "a section is not aligned";
	if (s->at < end)
		return "sections overlap";
	if (!is_inside(s->at, s->bytes, pe->image_bytes))
		return "a section reaches over the end of the image";
	/* only what the section holds is copied: the file's padding does not count */
	if (s->raw_bytes && !is_inside(s->raw_off, s->raw_bytes, pe->len))
		return "a section reaches over the end of the file";
	if (pe->is_nx_compat && (s->flags & both) == both)
		return "a section is both writable and executable";
	return NULL;
}

const char *pe_check(const struct pe *pe)
{
	struct pe_section s;
	bool has_entry = false;
	size_t end = pe->header_bytes;
	uint32_t align = pe->align_bytes;

	if (pe->reloc_bytes)
		return "needs relocations";
	if (align < PE_PAGE_BYTES || align & (align - 1) || align > IMAGE_MAX_BYTES)
		return "sections are not on pages of their own";
	if (pe->image_bytes > IMAGE_MAX_BYTES)
		return "too large";
	if (pe->header_bytes > pe->len || pe->header_bytes > pe->image_bytes ||
		pe->header_bytes < pe->table_off + (size_t)pe->sections * SECTION_BYTES)
		return "size of the headers is wrong";
	for (unsigned i = 0; i < pe->sections; i++) {
		section_at(pe, i, &s);
		const char *why = check_section(pe, &s, end);
		if (why)
			return why;
		end = (size_t)s.at + s.bytes;
		if (s.flags & PE_SECTION_EXECUTE && pe->entry >= s.at && pe->entry - s.at < s.bytes)
			has_entry = true;
	}
	return has_entry ? NULL : "the entry point is not in a section with code";
}

void pe_load(const struct pe *pe, uint8_t *to)
{
	struct pe_section s;
	size_t end = pe->header_bytes;

	memcpy(to, pe->p, end);
	for (unsigned i = 0; i < pe->sections; i++) {
		section_at(pe, i, &s);
		uint32_t len = s.raw_bytes < s.bytes ? s.raw_bytes : s.bytes;

		memset(to + end, 0, s.at - end);
		if (len)
			memcpy(to + s.at, pe->p + s.raw_off, len);
		memset(to + s.at + len, 0, s.bytes - len);
		end = (size_t)s.at + s.bytes;
	}
	memset(to + end, 0, pe->image_bytes - end);
}

/* ---- rights of its pages */

static uint64_t page_up(uint64_t n)
{
	return (n + PE_PAGE_BYTES - 1) & ~(uint64_t)(PE_PAGE_BYTES - 1);
}

bool nx_protect(const struct nx_pages *pages, const struct pe *pe, uint64_t base)
{
	uint64_t all = page_up(pe->image_bytes);
	struct pe_section s;

	/* an image that does not know of it may run its data: no more can be done than allow all */
	if (!pe->is_nx_compat) {
		(void)pages->change(pages->user, false, base, all, NX_READ_ONLY | NX_NO_EXECUTE);
		return true;
	}
	if (!pages->change(pages->user, true, base, all, NX_NO_EXECUTE) ||
		!pages->change(pages->user, false, base, all, NX_READ_ONLY))
		return false;
	for (unsigned i = 0; i < pe->sections; i++) {
		section_at(pe, i, &s);
		uint64_t len = page_up(s.bytes);
		if (!(s.flags & PE_SECTION_EXECUTE) || !len)
			continue;
		/* in this order no page is ever writable and executable */
		if (!pages->change(pages->user, true, base + s.at, len, NX_READ_ONLY) ||
			!pages->change(pages->user, false, base + s.at, len, NX_NO_EXECUTE))
			return false;
	}
	return true;
}

void nx_release(const struct nx_pages *pages, const struct pe *pe, uint64_t base)
{
	uint64_t all = page_up(pe->image_bytes);

	(void)pages->change(pages->user, true, base, all, NX_NO_EXECUTE);
	(void)pages->change(pages->user, false, base, all, NX_READ_ONLY);
}

/* ---- a kernel */

enum {
	MAGIC_OFF = 0x202,
	VERSION_OFF = 0x206,
	ALIGNMENT_OFF = 0x230,
	INIT_SIZE_OFF = 0x260,
	HEADER_END = 0x264,
	MAGIC = 0x53726448, /* "HdrS" */
	VERSION_WITH_INIT_SIZE = 0x20A,
};

uint64_t bzimage_room(const uint8_t *p, size_t len)
{
	if (len < HEADER_END || rs_le32(p + MAGIC_OFF) != MAGIC ||
		rs_le16(p + VERSION_OFF) < VERSION_WITH_INIT_SIZE)
		return 0;
	return (uint64_t)rs_le32(p + INIT_SIZE_OFF) + rs_le32(p + ALIGNMENT_OFF);
}
