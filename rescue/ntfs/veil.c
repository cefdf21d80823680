/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters of files that $Bitmap calls free, as damaged volumes have them: libntfs-3g believes
 * $Bitmap and would give them to a file of ours. So it sees their bits set; the disk keeps its own
 * bits, which are chkdsk's to repair. */
#include "ntfs/veil.h"

#include <inttypes.h>
#include <string.h>

#include "core/list.h"
#include "ntfs/stream.h"

#define WINDOW	     (1ULL << 28) /* clusters looked at in one pass over $MFT: 32 MiB of bits */
#define CHUNK	     (256U << 10)
#define BYTES_MAX    65536U
#define BITMAP_SPARE (1U << 20)

struct search {
	struct nt_raw *raw;
	struct nt_stream bitmap;
	struct nt_runs runs; /* of one attribute; the memory is used again */
	uint8_t *bits, *chunk;
	uint64_t first, n; /* clusters of the window */
	struct nt_veil *veil;
};

static void search_done(struct search *s)
{
	nt_stream_done(&s->bitmap);
	nt_runs_done(&s->runs);
	free(s->bits);
	free(s->chunk);
}

#define auto_search __attribute__((cleanup(search_done)))

static int cover(struct search *s, uint64_t at, uint8_t mask, struct rs_err *err)
{
	uint64_t off, left;

	if (!nt_runs_place(s->raw, &s->bitmap.runs, s->first / 8 + at, &off, &left))
		return rs_fail_on(
			err, RS_E_NTFS_DAMAGED, s->raw->src->name, "$Bitmap has no place for it");
	if (s->veil->n == BYTES_MAX)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, s->raw->src->name,
			"$Bitmap calls too many clusters of files free");
	struct nt_veiled *to = rs_list_add(&s->veil->v, &s->veil->n, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "clusters of files");
	*to = (struct nt_veiled){off, mask};
	s->bits[at] |= mask;
	return 0;
}

/* The clusters of one run as far as they lie in the window. */
static int look_at_run(struct search *s, uint64_t lcn, uint64_t clusters, struct rs_err *err)
{
	uint64_t end = lcn + clusters; /* on the volume: no overflow */

	lcn = lcn < s->first ? s->first : lcn;
	end = end > s->first + s->n ? s->first + s->n : end;
	for (uint64_t i = lcn; i < end;) {
		uint64_t at = (i - s->first) / 8, next = s->first + (at + 1) * 8;
		uint8_t mask = (uint8_t)(0xFFU << (i - s->first) % 8);

		if (next > end)
			mask &= (uint8_t)(0xFFU >> (next - end));
		mask &= (uint8_t)~s->bits[at];
		int r = mask ? cover(s, at, mask, err) : 0;
		if (r < 0)
			return r;
		i = next;
	}
	return 0;
}

static int look_at_record(struct search *s, uint8_t *rec, struct rs_err *err)
{
	struct nt_attrs walk;
	struct nt_attr a;

	if (nt_record_prepare(rec, s->raw->geo.record_bytes) ||
		!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return 0;
	nt_attrs_init(&walk, rec, s->raw->geo.record_bytes);
	while (nt_attrs_next(&walk, &a)) {
		int code;

		if (a.is_resident)
			continue;
		nt_runs_restart(&s->runs, a.lowest_vcn);
		if (nt_runs_add(&s->runs, &a, nt_clusters(s->raw), &code) && code == RS_E_MEMORY)
			return rs_fail(err, code, "runs of an attribute");
		for (size_t i = 0; i < s->runs.n; i++) { /* those before a fault, too */
			const struct nt_run *run = &s->runs.v[i];
			int r = run->lcn == NT_HOLE ? 0
						    : look_at_run(s, run->lcn, run->clusters, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* A part of $MFT that cannot be read says nothing about its files; the rest is looked at. */
static int look_at_mft(struct search *s, struct rs_err *err)
{
	const uint64_t size = s->raw->geo.record_bytes, all = s->raw->records * size;

	for (uint64_t off = 0; off < all; off += CHUNK) {
		size_t len = all - off < CHUNK ? (size_t)(all - off) : CHUNK;
		struct rs_err why = {0};
		int whole = nt_runs_read(s->raw, &s->raw->mft, off, s->chunk, len, &why);

		for (size_t at = 0; !rs_err_ends(whole) && at < len; at += size) {
			if (whole < 0 && nt_runs_read(s->raw, &s->raw->mft, off + at, s->chunk + at,
						 size, NULL) < 0)
				continue;
			int r = look_at_record(s, s->chunk + at, err);
			if (r < 0)
				return r;
		}
		if (rs_err_ends(whole))
			return rs_err_pass(err, whole, &why);
	}
	return 0;
}

static int look_at_window(struct search *s, struct rs_err *err)
{
	size_t len = (size_t)((s->n + 7) / 8), got = 0;

	int r = nt_stream_read(s->raw, &s->bitmap, s->first / 8, s->bits, len, &got, err);
	if (r == 0 && got < len)
		r = rs_fail_on(err, RS_E_NTFS_DAMAGED, s->raw->src->name, "$Bitmap is too short");
	return r < 0 ? r : look_at_mft(s, err);
}

static int by_place(const void *a, const void *b)
{
	const struct nt_veiled *x = a, *y = b;

	return (x->off_bytes > y->off_bytes) - (x->off_bytes < y->off_bytes);
}

int nt_veil_make(struct nt_raw *raw, struct nt_veil *ret, struct rs_err *err)
{
	auto_search struct search s = {.raw = raw, .veil = ret};
	uint64_t clusters = nt_clusters(raw);

	nt_veil_done(ret);
	if (raw->geo.volume_bytes >
		raw->src->size_bytes) /* clusters that are not there are not looked for */
		return rs_fail_on(err, RS_E_TRUNCATED, raw->src->name,
			"the disk ends before the volume does");
	s.bits = malloc((size_t)((clusters < WINDOW ? clusters : WINDOW) / 8 + 1));
	s.chunk = malloc(CHUNK);
	if (!s.bits || !s.chunk)
		return rs_fail(err, RS_E_MEMORY, "clusters of files");
	int r = nt_stream_open(raw, NT_BITMAP_RECORD, NT_AT_DATA, "", &s.bitmap, err);
	if (r == 0 && s.bitmap.is_resident)
		r = rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name, "$Bitmap is resident");
	/* the library counts all of it, holes and what was never written, too */
	if (r == 0 && s.bitmap.data_bytes > 2 * (clusters / 8) + BITMAP_SPARE)
		r = rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name,
			"$Bitmap has %" PRIu64 " bytes for %" PRIu64 " clusters",
			s.bitmap.data_bytes, clusters);
	for (; r == 0 && s.first < clusters; s.first += WINDOW) {
		s.n = clusters - s.first < WINDOW ? clusters - s.first : WINDOW;
		r = look_at_window(&s, err);
	}
	if (r < 0 || !ret->n)
		nt_veil_done(ret);
	else
		qsort(ret->v, ret->n, sizeof(*ret->v), by_place);
	return r;
}

size_t nt_veil_find(const struct nt_veil *veil, uint64_t off_bytes)
{
	size_t low = 0, high = veil->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (veil->v[mid].off_bytes < off_bytes)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool nt_veil_add(struct nt_veil *veil, uint64_t off_bytes, uint8_t mask)
{
	size_t at = nt_veil_find(veil, off_bytes);

	for (; at < veil->n && veil->v[at].off_bytes == off_bytes; at++)
		if (veil->v[at].mask & mask)
			return false;
	if (!rs_list_add(&veil->v, &veil->n, sizeof(*veil->v)))
		return false;
	struct nt_veiled *to = veil->v + at;
	memmove(to + 1, to, (veil->n - 1 - at) * sizeof(*to));
	*to = (struct nt_veiled){off_bytes, mask};
	return true;
}

void nt_veil_lay(const struct nt_veil *veil, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	for (size_t i = nt_veil_find(veil, off_bytes);
		i < veil->n && veil->v[i].off_bytes - off_bytes < len; i++)
		buf[veil->v[i].off_bytes - off_bytes] |= veil->v[i].mask;
}

void nt_veil_done(struct nt_veil *veil)
{
	free(veil->v);
	*veil = (struct nt_veil){0};
}
