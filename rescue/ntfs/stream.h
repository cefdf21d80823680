/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the bytes of an attribute are: mapping pairs, all its pieces in all its records, and the
 * volume that they are read from. */
#ifndef UNBRICK_NTFS_STREAM_H
#define UNBRICK_NTFS_STREAM_H

#include "ntfs/record.h"

#define NT_HOLE UINT64_MAX

/* ---- runlist.c ---- */

struct nt_run {
	uint64_t vcn, lcn, clusters; /* lcn NT_HOLE: sparse */
};

struct nt_runs {
	struct nt_run *v;
	size_t n;
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
	uint64_t records; /* that $MFT's initialized size holds */
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

/** Where a byte of what @runs map is on the disk, and how many bytes follow on; false: it is not
 * mapped, or a hole. */
bool nt_runs_place(const struct nt_raw *raw, const struct nt_runs *runs, uint64_t off_bytes,
	uint64_t *ret_off_bytes, uint64_t *ret_left);
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

#endif
