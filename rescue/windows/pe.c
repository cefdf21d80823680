/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Portable executables: machine and file version. Offsets are those of Microsoft's "PE Format" and
 * of VS_VERSIONINFO in the Windows SDK's documentation. */
#include "windows/image_internal.h"

#include <string.h>

#define RT_VERSION	  16
#define SUBDIR_BIT	  0x80000000U
#define MAX_ENTRIES	  4096 /* of one resource folder that are looked at */
#define SECTION_BYTES	  40
#define FIXED_INFO_MAGIC  0xFEEF04BDU
#define FIXED_INFO_OFFSET 40 /* in VS_VERSIONINFO: 6 + 32 of the key, up to a multiple of 4 */
#define OPTIONAL_PE32	  0x10B
#define OPTIONAL_PE32PLUS 0x20B

/* 1: read, 0: not inside the file (malformed), or RS_E_IO_READ. */
static int get(
	const struct win_src *src, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	if (off_bytes > src->size_bytes || src->size_bytes - off_bytes < len)
		return 0;
	int r = src->read(src->user, off_bytes, buf, len, err);
	return r < 0 ? r : 1;
}

int pe_section_read(
	const struct pe_headers *pe, uint16_t i, struct pe_place *ret, struct rs_err *err)
{
	uint8_t s[SECTION_BYTES];
	int r = get(pe->src, pe->sections_at + (uint64_t)i * SECTION_BYTES, s, sizeof(s), err);

	if (r <= 0)
		return r;
	*ret = (struct pe_place){.virtual_bytes = rs_le32(s + 8),
		.rva = rs_le32(s + 12),
		.bytes = rs_le32(s + 16),
		.at = rs_le32(s + 20),
		.flags = rs_le32(s + 36)};
	return 1;
}

/* Place in the file of an address of the loaded image; 1, 0 or an error like get(). */
static int rva_to_file(const struct pe_headers *pe, uint32_t rva, uint64_t *ret, struct rs_err *err)
{
	for (uint16_t i = 0; i < pe->n_sections; i++) {
		struct pe_place s;
		int r = pe_section_read(pe, i, &s, err);
		if (r <= 0)
			return r;
		if (rva >= s.rva && rva - s.rva < s.bytes) {
			*ret = (uint64_t)s.at + (rva - s.rva);
			return 1;
		}
	}
	return 0;
}

/* An entry of the resource folder at @dir (offset in the resources): the one with @id, or the first
 * if @id is 0. *ret is its offset field. */
static int folder_find(
	const struct pe_headers *pe, uint32_t dir, uint32_t id, uint32_t *ret, struct rs_err *err)
{
	uint8_t head[16];
	uint64_t at = pe->resources_at + dir;

	int r = get(pe->src, at, head, sizeof(head), err);
	if (r <= 0)
		return r;
	uint32_t n = (uint32_t)rs_le16(head + 12) + rs_le16(head + 14);
	if (n > MAX_ENTRIES)
		n = MAX_ENTRIES;
	for (uint32_t i = 0; i < n; i++) {
		uint8_t entry[8];
		r = get(pe->src, at + 16 + 8ULL * i, entry, sizeof(entry), err);
		if (r <= 0)
			return r;
		if (id == 0 || rs_le32(entry) == id) {
			*ret = rs_le32(entry + 4);
			return 1;
		}
	}
	return 0;
}

/* Type, name, language: three levels and no more, so that a folder that points to itself ends. */
static int version_entry(const struct pe_headers *pe, uint32_t *ret, struct rs_err *err)
{
	static const uint32_t ids[3] = {RT_VERSION, 0, 0};
	uint32_t off = SUBDIR_BIT;

	for (int level = 0; level < 3; level++) {
		if (!(off & SUBDIR_BIT))
			return 0;
		int r = folder_find(pe, off & ~SUBDIR_BIT, ids[level], &off, err);
		if (r <= 0)
			return r;
	}
	if (off & SUBDIR_BIT)
		return 0;
	*ret = off;
	return 1;
}

int pe_version_read(struct pe_headers *pe, struct win_pe *ret, struct rs_err *err)
{
	uint32_t entry;
	uint8_t data[16];
	uint8_t info[FIXED_INFO_OFFSET + 16];
	uint64_t at = 0;

	int r = pe->resources_at ? version_entry(pe, &entry, err) : 0;
	if (r > 0)
		r = get(pe->src, pe->resources_at + entry, data, sizeof(data), err);
	if (r > 0)
		r = rs_le32(data + 4) >= sizeof(info);
	if (r > 0)
		r = rva_to_file(pe, rs_le32(data), &at, err);
	if (r > 0)
		r = get(pe->src, at, info, sizeof(info), err);
	if (r <= 0)
		return r;
	/* wValueLength, then the key in UTF-16 */
	if (rs_le16(info + 2) < 16 || memcmp(info + 6, "V\0S\0_\0V\0E\0R\0S\0I\0O\0N\0", 20) != 0 ||
		rs_le32(info + FIXED_INFO_OFFSET) != FIXED_INFO_MAGIC)
		return 0;
	const uint8_t *version = info + FIXED_INFO_OFFSET + 8;
	for (size_t i = 0; i < 4; i++) /* two u32, the high half of each first */
		ret->version[i] = rs_le16(version + (i / 2) * 4 + (i % 2 ? 0 : 2));
	ret->has_version = true;
	pe->version_at = at;
	pe->version_bytes = rs_le32(data + 4);
	return 0;
}

/* An entry of the data directories: 1, 0 (there is none) or an error. */
static int directory_read(const struct pe_headers *pe, uint64_t dirs_at, uint64_t end, unsigned i,
	uint8_t ret[8], struct rs_err *err)
{
	uint8_t count[4];
	int r = get(pe->src, dirs_at - 4, count, sizeof(count), err);

	if (r <= 0 || rs_le32(count) <= i || dirs_at + 8ULL * (i + 1) > end)
		return r < 0 ? r : 0;
	return get(pe->src, dirs_at + 8ULL * i, ret, 8, err);
}

static int directories_read(
	struct pe_headers *pe, uint64_t dirs_at, uint64_t end, struct rs_err *err)
{
	uint8_t dir[8];

	int r = directory_read(pe, dirs_at, end, 4, dir, err);
	if (r > 0) {
		pe->security_dir_at = dirs_at + 4 * 8ULL;
		pe->security_at = rs_le32(dir);
		pe->security_bytes = rs_le32(dir + 4);
	}
	if (r >= 0)
		r = directory_read(pe, dirs_at, end, 2, dir, err);
	if (r <= 0)
		return r;
	pe->resources_rva = rs_le32(dir);
	pe->resources_bytes = rs_le32(dir + 4);
	if (!pe->resources_rva || !pe->resources_bytes)
		return 0;
	return rva_to_file(pe, pe->resources_rva, &pe->resources_at, err);
}

/* The optional header at @at; what lies outside it or the file is not there. */
static int optional_read(
	struct pe_headers *pe, uint64_t at, uint16_t optional_bytes, struct rs_err *err)
{
	uint8_t o[72];

	int r = optional_bytes < 2 ? 0 : get(pe->src, at, o, 2, err);
	if (r <= 0)
		return r;
	uint32_t dirs = rs_le16(o) == OPTIONAL_PE32PLUS ? 112
			: rs_le16(o) == OPTIONAL_PE32	? 96
							: 0;
	if (!dirs || optional_bytes < dirs)
		return 0;
	r = get(pe->src, at, o, sizeof(o), err);
	if (r <= 0)
		return r;
	pe->has_optional = true;
	pe->image_size = rs_le32(o + 56);
	pe->header_bytes = rs_le32(o + 60);
	pe->checksum = rs_le32(o + 64);
	pe->checksum_at = at + 64;
	pe->subsystem = rs_le16(o + 68);
	return directories_read(pe, at + dirs, at + optional_bytes, err);
}

int pe_headers_read(const struct win_src *src, struct pe_headers *ret, struct rs_err *err)
{
	uint8_t dos[64];
	uint8_t head[24] = {0}; /* signature and COFF header */
	struct pe_headers pe = {.src = src};

	*ret = pe;
	int r = get(src, 0, dos, 2, err);
	if (r <= 0 || memcmp(dos, "MZ", 2) != 0)
		return r < 0 ? r : 0;
	ret->is_mz = true;
	r = get(src, 0, dos, sizeof(dos), err);
	ret->is_cut = r == 0;
	if (r <= 0)
		return r;
	pe.is_mz = true;
	pe.at = rs_le32(dos + 60);
	r = get(src, pe.at, head, sizeof(head), err);
	if (r < 0)
		return r;
	/* where an honest header is, in the first page */
	ret->is_cut = r == 0 && pe.at >= sizeof(dos) && pe.at <= 4096 - sizeof(head);
	ret->is_old = r > 0 && (memcmp(head, "NE", 2) == 0 || memcmp(head, "LE", 2) == 0 ||
				       memcmp(head, "LX", 2) == 0);
	if (r == 0 || memcmp(head, "PE\0\0", 4) != 0)
		return 0;
	pe.is_pe = true;
	pe.machine = rs_le16(head + 4);
	pe.timestamp = rs_le32(head + 8);
	uint16_t optional_bytes = rs_le16(head + 20);
	pe.n_sections = rs_le16(head + 6);
	if (pe.n_sections > PE_SECTIONS_MAX)
		pe.n_sections = PE_SECTIONS_MAX;
	pe.sections_at = pe.at + sizeof(head) + optional_bytes;
	r = optional_read(&pe, pe.at + sizeof(head), optional_bytes, err);
	if (r < 0)
		return r;
	pe.is_cut = pe.sections_at > src->size_bytes ||
		    src->size_bytes - pe.sections_at < (uint64_t)pe.n_sections * SECTION_BYTES;
	*ret = pe;
	return 0;
}

int win_pe_read(const struct win_src *src, struct win_pe *ret, struct rs_err *err)
{
	struct win_pe found = {0};
	struct pe_headers pe;

	*ret = found;
	int r = pe_headers_read(src, &pe, err);
	if (r < 0 || !pe.is_pe)
		return r;
	found.is_pe = true;
	found.machine = pe.machine;
	r = pe_version_read(&pe, &found, err);
	if (r < 0)
		return r;
	*ret = found;
	return 0;
}
