/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of $MFT, from its bytes: fixups, header, attributes, names, attribute lists. What it
 * says is looked at in bounds and believed by nobody. */
#ifndef UNBRICK_NTFS_RECORD_H
#define UNBRICK_NTFS_RECORD_H

#include "ntfs/raw.h"

#define NT_LIST_MAX	   262144U /* Windows' own limit for an attribute list */
#define NT_RECORD_IN_USE   1U
#define NT_RECORD_IS_DIR   2U
#define NT_ATTR_COMPRESSED 0x0001U
#define NT_ATTR_ENCRYPTED  0x4000U
#define NT_ATTR_SPARSE	   0x8000U
#define NT_FILE_REPARSE	   0x400U /* FILE_ATTRIBUTE_REPARSE_POINT */

/* ---- record.c ---- */

/** The reverse, of a block whose fixups nt_fixup undid: they count @usn. */
void nt_fixup_put(uint8_t *buf, uint16_t usn);
/** What an update sequence number is counted up to. */
uint16_t nt_usn_next(uint16_t usn);
/** nt_fixup for an MFT record, with its signature and header fields.
 * Returns NULL or what is wrong. */
const char *nt_record_prepare(uint8_t *buf, size_t len);
/** Only those header fields. */
const char *nt_record_check(const uint8_t *rec, size_t len);
#define NT_SHA256_BYTES 32U
/** false: no digest could be made. */
bool nt_sha256(const uint8_t *p, size_t len, uint8_t ret[NT_SHA256_BYTES]);
/** Is the bit of a bitmap there, and set? */
static inline bool nt_bit(const uint8_t *map, size_t len, uint64_t i)
{
	return i / 8 < len && (map[i / 8] >> i % 8 & 1);
}

/* Header fields of a prepared record. */
static inline uint16_t nt_record_sequence(const uint8_t *rec)
{
	return rs_le16(rec + 0x10);
}

static inline uint16_t nt_record_flags(const uint8_t *rec)
{
	return rs_le16(rec + 0x16);
}

static inline uint64_t nt_record_base(const uint8_t *rec)
{
	return rs_le64(rec + 0x20);
}

/* ---- attr.c ---- */

struct nt_attr {
	uint32_t type;
	uint16_t flags, instance;
	bool is_resident;
	struct rs_view name;  /* UTF-16LE */
	struct rs_view value; /* resident */
	struct rs_view pairs; /* not resident: mapping pairs up to the end of the attribute */
	uint64_t lowest_vcn, highest_vcn;
	uint64_t allocated_bytes, data_bytes, initialized_bytes,
		compressed_bytes; /* lowest_vcn 0 */
};

/* A walk over the attributes of a prepared record. */
struct nt_attrs {
	struct rs_view used; /* the record up to its bytes in use */
	size_t pos;
	const char *fault; /* why the walk ended early, NULL = it did not */
};

void nt_attrs_init(struct nt_attrs *w, const uint8_t *rec, size_t len);
#define NT_ATTRS_ALL	  UINT32_MAX
#define NT_ATTRS_OF(type) (1U << ((unsigned)(type) / 16))
/** The next attribute of the @types; others are only passed by. False at the end or at a fault
 * (w->fault). */
bool nt_attrs_next_of(struct nt_attrs *w, uint32_t types, struct nt_attr *ret);
/** The next attribute of any type. */
bool nt_attrs_next(struct nt_attrs *w, struct nt_attr *ret);

struct nt_file_name {
	uint64_t parent_ref;
	uint32_t attributes, reparse_tag;
	uint8_t name_space;
	struct rs_view name; /* UTF-16LE */
};

/** A $FILE_NAME value or an index key; false when it is malformed. */
bool nt_file_name_parse(struct rs_view value, struct nt_file_name *ret);
/** UTF-16LE to the terminated UTF-8 of text.h, quick for ASCII; returns its length.
 * @ret NT_NAME_BYTES; @name at most 255 units. */
size_t nt_name_text(struct rs_view name, char ret[NT_NAME_BYTES]);
/** Is it the attribute name @name (exact spelling; "" = unnamed)? */
bool nt_attr_is_named(const struct nt_attr *a, const char *name);

/** The attribute (or the piece of it) in a prepared record. False: there is none before the end, or
 * before what is malformed. */
bool nt_attr_find(const uint8_t *rec, size_t len, uint32_t type, const char *name,
	uint64_t lowest_vcn, struct nt_attr *ret);

/* One row of an attribute list. */
struct nt_list_entry {
	uint32_t type;
	uint16_t instance;
	uint64_t lowest_vcn, ref;
	struct rs_view name;
};

/** The row at *pos, which is moved on; false at the end or at a fault (*ret_fault). */
bool nt_list_next(
	struct rs_view list, size_t *pos, struct nt_list_entry *ret, const char **ret_fault);

#endif
