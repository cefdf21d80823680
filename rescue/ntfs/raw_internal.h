/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the raw NTFS reader: what its files share. check.c and the tests may include it too. */
#ifndef UNBRICK_NTFS_RAW_INTERNAL_H
#define UNBRICK_NTFS_RAW_INTERNAL_H

#include "ntfs/raw.h"

#define NT_STRIDE_BYTES	   512U	 /* fixups protect this much, whatever the sector size */
#define NT_RECORD_MAX	   4096U /* Windows makes records of 1024 or, on 4096-byte sectors, 4096 */
#define NT_INDEX_MAX	   65536U
#define NT_LIST_MAX	   262144U /* Windows' own limit for an attribute list */
#define NT_RUNS_MAX	   (1U << 21)
#define NT_HOLE		   UINT64_MAX
#define NT_RECORD_IN_USE   1U
#define NT_RECORD_IS_DIR   2U
#define NT_ATTR_COMPRESSED 0x0001U
#define NT_ATTR_ENCRYPTED  0x4000U
#define NT_ATTR_SPARSE	   0x8000U
#define NT_FILE_REPARSE	   0x400U /* FILE_ATTRIBUTE_REPARSE_POINT */

/* ---- boot.c ---- */

struct nt_boot {
	struct nt_geometry geo;
	bool has_signature;  /* "NTFS    " where it belongs */
	const char *fault;   /* a field that makes the volume unreadable; NULL = none */
	const char *blemish; /* a field that only says the sector is damaged; NULL = none */
};

/** Judge one boot sector (512 bytes are looked at). Never fails: what is wrong is in *ret. */
void nt_boot_parse(struct rs_view sector, struct nt_boot *ret);
/** The boot sector of @src, or its copy at the end. Errors as nt_raw_open. */
int nt_boot_load(struct blk *src, struct nt_geometry *ret, struct rs_err *err);

/* ---- record.c ---- */

/** Check a protected block (FILE, INDX, RSTR, RCRD) and put its sectors' last words back.
 * @buf @len bytes, a multiple of 512. Returns NULL or what is wrong; then @buf is as it was. */
const char *nt_fixup(uint8_t *buf, size_t len);
/** The same for an MFT record, with its signature and header fields.
 * Returns NULL or what is wrong. */
const char *nt_record_prepare(uint8_t *buf, size_t len);
/** Only those header fields. */
const char *nt_record_check(const uint8_t *rec, size_t len);
/** Is it zeros only? */
bool nt_is_zero(const uint8_t *p, size_t len);

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

/* ---- runlist.c ---- */

struct nt_run {
	uint64_t vcn, lcn, clusters; /* lcn NT_HOLE: sparse */
};

struct nt_runs {
	struct nt_run *v;
	size_t n, cap;
	uint64_t end_vcn; /* first VCN that is not mapped */
	uint64_t mapped;  /* clusters that are no holes: never more than the volume has */
};

/** Decode mapping pairs and append them. Checks every run against the volume, the order of VCNs
 * and @highest_vcn. Returns NULL or what is wrong; runs before the fault are kept.
 * *ret_code is RS_E_NTFS_DAMAGED or RS_E_MEMORY then. */
const char *nt_runs_add(
	struct nt_runs *runs, const struct nt_attr *a, uint64_t volume_clusters, int *ret_code);
/** Where a VCN is: *ret_lcn (NT_HOLE: sparse) and how many clusters follow on; false: unmapped. */
bool nt_runs_find(const struct nt_runs *runs, uint64_t vcn, uint64_t *ret_lcn, uint64_t *ret_left);
void nt_runs_done(struct nt_runs *runs);
/** The same memory for the next attribute, whose first piece begins at @lowest_vcn. */
static inline void nt_runs_restart(struct nt_runs *runs, uint64_t lowest_vcn)
{
	runs->n = 0;
	runs->mapped = 0;
	runs->end_vcn = lowest_vcn;
}

/* ---- raw.c, stream.c ---- */

struct nt_raw {
	struct blk *src;
	struct blk *over; /* what @src is then: a step that a cut left open, at its end (redo.h) */
	struct nt_geometry geo;
	struct nt_runs mft;
	uint64_t records;
	bool is_mft_from_mirror;
	char mft_fault[160]; /* what of $MFT itself is not right, "" = nothing */
};

/** nt_raw_open without a look for a step that a cut left open. */
int nt_raw_open_plain(struct blk *src, struct nt_raw **ret, struct rs_err *err);

/** Clusters that the volume has. */
static inline uint64_t nt_clusters(const struct nt_raw *raw)
{
	return raw->geo.volume_bytes / raw->geo.cluster_bytes;
}

/** Read @len bytes at @off_bytes of what @runs map; holes are zeros.
 * Errors: RS_E_NTFS_DAMAGED (not mapped), RS_E_IO_READ. */
int nt_runs_read(const struct nt_raw *raw, const struct nt_runs *runs, uint64_t off_bytes,
	void *buf, size_t len, struct rs_err *err);

/* An attribute with all its extents. */
struct nt_stream {
	bool is_resident;
	uint8_t *value; /* resident: a copy */
	uint16_t flags;
	uint64_t data_bytes, initialized_bytes, allocated_bytes;
	struct nt_runs runs;
};

int nt_stream_open(struct nt_raw *raw, uint64_t number, int type, const char *name,
	struct nt_stream *ret, struct rs_err *err);
int nt_stream_read(const struct nt_raw *raw, const struct nt_stream *s, uint64_t off_bytes,
	void *buf, size_t len, size_t *ret_len, struct rs_err *err);
void nt_stream_done(struct nt_stream *s);
/** Bytes of an index, as far as there are clusters for them: it has no holes. */
static inline uint64_t nt_stream_there(const struct nt_raw *raw, const struct nt_stream *s)
{
	uint64_t there = s->runs.mapped * raw->geo.cluster_bytes;

	return s->data_bytes < there ? s->data_bytes : there;
}
#define auto_nt_stream __attribute__((cleanup(nt_stream_done)))

/** The whole value of a short attribute: *ret is malloc'd. Errors as nt_raw_read, and
 * RS_E_NTFS_DAMAGED when it is longer than @max_bytes. */
int nt_raw_read_all(struct nt_raw *raw, uint64_t number, int type, const char *name,
	size_t max_bytes, uint8_t **ret, size_t *ret_len, struct rs_err *err);

/* ---- index.c ---- */

/** Every entry of a folder's $I30 index, block by block in disk order (not sorted); damaged blocks
 * are passed over and counted in *ret_damaged. @fn returns false to stop.
 * Errors: RS_E_NTFS_DAMAGED when the root of the index cannot be read. */
int nt_index_each(struct nt_raw *raw, uint64_t number,
	bool (*fn)(void *user, uint64_t ref, const struct nt_file_name *name), void *user,
	unsigned *ret_damaged, struct rs_err *err);

/* ---- log.c ---- */

/** Sectors of FF, as a log is wiped, or zeros, as copies of metadata leave what they do not need.
 */
bool nt_log_is_blank(const uint8_t *p, size_t len);

#endif
