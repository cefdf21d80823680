/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapping pairs: where the clusters of an attribute are, and their bytes. */
#include <string.h>

#include "core/list.h"
#include "ntfs/internal.h"

/* A little-endian number of 1 to 8 bytes, with sign. */
static int64_t signed_number(const uint8_t *p, unsigned bytes)
{
	uint64_t v = p[bytes - 1] & 0x80 ? UINT64_MAX : 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return (int64_t)v;
}

static bool runs_append(struct nt_runs *runs, struct nt_run run)
{
	struct nt_run *to = rs_list_add(&runs->v, &runs->n, sizeof(*to));

	if (!to)
		return false;
	*to = run;
	runs->end_vcn = run.vcn + run.clusters;
	runs->mapped += run.lcn == NT_HOLE ? 0 : run.clusters;
	return true;
}

/* One pair at *pos of the view. @lcn the LCN of the run before, moved on. */
static const char *decode_pair(struct rs_view pairs, size_t *pos, int64_t *lcn, struct nt_run *ret)
{
	unsigned len_bytes = pairs.p[*pos] & 15U, lcn_bytes = pairs.p[*pos] >> 4;
	struct rs_view v;

	if (len_bytes == 0 || len_bytes > 8 || lcn_bytes > 8)
		return "a run's length or place has an impossible number of bytes";
	if (!rs_view_sub(pairs, *pos + 1, len_bytes + lcn_bytes, &v))
		return "runs go on past the end of their attribute";
	int64_t clusters = signed_number(v.p, len_bytes);
	if (clusters <= 0)
		return "a run without clusters";
	ret->clusters = (uint64_t)clusters;
	ret->lcn = NT_HOLE;
	if (lcn_bytes) {
		int64_t step = signed_number(v.p + len_bytes, lcn_bytes);
		if (__builtin_add_overflow(*lcn, step, lcn) || *lcn < 0)
			return "a run before the start of the volume";
		ret->lcn = (uint64_t)*lcn;
	}
	*pos += 1U + len_bytes + lcn_bytes;
	return NULL;
}

const char *nt_runs_add(
	struct nt_runs *runs, const struct nt_attr *a, uint64_t volume_clusters, int *ret_code)
{
	int64_t lcn = 0;
	size_t pos = 0;

	*ret_code = RS_E_NTFS_DAMAGED;
	if (a->lowest_vcn != runs->end_vcn)
		return "a gap between the pieces of an attribute";
	for (; pos < a->pairs.len && a->pairs.p[pos];) {
		struct nt_run run;
		const char *what = decode_pair(a->pairs, &pos, &lcn, &run);
		if (what)
			return what;
		/* no file has more clusters than 2^63 bytes hold, sparse or not */
		if (run.clusters > INT64_MAX / 512 - runs->end_vcn)
			return "more clusters than a file can have";
		if (run.lcn != NT_HOLE &&
			(run.lcn >= volume_clusters || run.clusters > volume_clusters - run.lcn))
			return "a run past the end of the volume";
		if (run.lcn != NT_HOLE && run.clusters > volume_clusters - runs->mapped)
			return "more clusters than the volume has";
		if (runs->n >= NT_RUNS_MAX)
			return "too many runs";
		run.vcn = runs->end_vcn;
		if (!runs_append(runs, run)) {
			*ret_code = RS_E_MEMORY;
			return "runs of an attribute";
		}
	}
	if (pos == a->pairs.len)
		return "no end behind the runs";
	if (a->highest_vcn + 1 != runs->end_vcn)
		return "the runs do not end at their highest VCN";
	return NULL;
}

bool nt_runs_find(const struct nt_runs *runs, uint64_t vcn, uint64_t *ret_lcn, uint64_t *ret_left)
{
	size_t lo = 0, hi = runs->n;

	if (vcn >= runs->end_vcn)
		return false;
	while (hi - lo > 1) { /* the last run that begins at or before vcn */
		size_t mid = lo + (hi - lo) / 2;
		if (runs->v[mid].vcn <= vcn)
			lo = mid;
		else
			hi = mid;
	}
	const struct nt_run *run = &runs->v[lo];
	uint64_t in = vcn - run->vcn;
	*ret_lcn = run->lcn == NT_HOLE ? NT_HOLE : run->lcn + in;
	*ret_left = run->clusters - in;
	return true;
}

bool nt_runs_place(const struct nt_raw *raw, const struct nt_runs *runs, uint64_t off_bytes,
	uint64_t *ret_off_bytes, uint64_t *ret_left)
{
	const uint32_t cluster = raw->geo.cluster_bytes;
	uint64_t lcn, left;

	if (!nt_runs_find(runs, off_bytes / cluster, &lcn, &left) || lcn == NT_HOLE)
		return false;
	*ret_off_bytes = lcn * cluster + off_bytes % cluster;
	*ret_left = left * cluster - off_bytes % cluster; /* on the volume: both fit */
	return true;
}

int nt_runs_read(const struct nt_raw *raw, const struct nt_runs *runs, uint64_t off_bytes,
	void *buf, size_t len, struct rs_err *err)
{
	const uint32_t cluster = raw->geo.cluster_bytes;
	uint8_t *p = buf;

	while (len) {
		uint64_t lcn, left;
		if (!nt_runs_find(runs, off_bytes / cluster, &lcn, &left))
			return rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name,
				"the runs end before the data do");
		uint64_t in = off_bytes % cluster;
		/* a run has fewer than 2^54 clusters: only compare, the product may overflow */
		size_t n = left > (len + in) / cluster ? len : (size_t)(left * cluster - in);
		if (n > len)
			n = len;
		int r = 0;
		if (lcn == NT_HOLE)
			memset(p, 0, n);
		else
			r = blk_read(raw->src, lcn * cluster + in, p, n, err);
		if (r < 0)
			return r;
		p += n;
		off_bytes += n;
		len -= n;
	}
	return 0;
}

void nt_runs_done(struct nt_runs *runs)
{
	free(runs->v);
	*runs = (struct nt_runs){0};
}
