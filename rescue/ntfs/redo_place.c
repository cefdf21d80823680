/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a redo lies, without anything that says so: in one of the last aligned pieces of the volume
 * that $Bitmap calls wholly free. Steps of ours never take clusters of that piece (the veil), but
 * may free a later one: so the last few such pieces are looked at. */
#include <string.h>

#include "ntfs/redo.h"
#include "ntfs/stream.h"

#define PLACE_BYTES   (256U << 10)
#define CHUNK	      (64U << 10)
#define CHUNKS_MAX    256U /* of $Bitmap, from its end: 512 GiB in clusters of 4 KiB */
#define RESTART_BYTES 8192U

uint32_t nt_redo_place_bytes(const struct nt_geometry *g)
{
	return g->cluster_bytes > PLACE_BYTES ? g->cluster_bytes : PLACE_BYTES;
}

/* Places are powers of two of clusters: their bits lie in whole bytes, or within one. */
struct bits {
	uint64_t first_byte;
	size_t n_bytes;
	uint8_t mask; /* of each byte */
};

static struct bits bits_of(const struct nt_geometry *g, uint64_t off_bytes)
{
	const uint64_t lcn = off_bytes / g->cluster_bytes;
	const uint32_t n = nt_redo_place_bytes(g) / g->cluster_bytes;

	if (n >= 8)
		return (struct bits){lcn / 8, n / 8, 0xff};
	return (struct bits){lcn / 8, 1, (uint8_t)(((1U << n) - 1) << lcn % 8)};
}

static bool is_free(const uint8_t *p, const struct bits *b)
{
	for (size_t i = 0; i < b->n_bytes; i++)
		if (p[i] & b->mask)
			return false;
	return true;
}

/* The places whose bits lie in [@from, @from + @len) of $Bitmap, from the end. */
static void look_at_chunk(struct nt_raw *raw, struct rs_view chunk, uint64_t from, uint64_t end,
	uint64_t ret[NT_REDO_PLACES], size_t *n)
{
	const uint64_t place = nt_redo_place_bytes(&raw->geo);
	const uint64_t per_byte = 8ULL * raw->geo.cluster_bytes;
	uint64_t first = from * per_byte, at = (from + chunk.len) * per_byte;

	at = at > end ? end : at;
	for (at = at / place * place; at >= first + place && *n < NT_REDO_PLACES; at -= place) {
		struct bits b = bits_of(&raw->geo, at - place);

		if (is_free(chunk.p + (b.first_byte - from), &b))
			ret[(*n)++] = at - place;
	}
}

int nt_redo_places(
	struct nt_raw *raw, uint64_t ret[NT_REDO_PLACES], size_t *ret_n, struct rs_err *err)
{
	auto_nt_stream struct nt_stream bitmap = {0};
	auto_free uint8_t *chunk = malloc(CHUNK);
	uint64_t end = raw->geo.volume_bytes;
	size_t n = 0;

	if (!chunk)
		return rs_fail(err, RS_E_MEMORY, "clusters");
	*ret_n = 0;
	if (nt_stream_open(raw, NT_BITMAP_RECORD, NT_AT_DATA, "", &bitmap, NULL) < 0)
		return 0; /* whoever needs it says so */
	end = end > raw->src->size_bytes ? raw->src->size_bytes : end;
	uint64_t len = end / raw->geo.cluster_bytes / 8 + 1;
	len = len > bitmap.data_bytes ? bitmap.data_bytes : len;
	for (unsigned i = 0; len && n < NT_REDO_PLACES && i < CHUNKS_MAX; i++) {
		const uint64_t from = (len - 1) / CHUNK * CHUNK;
		size_t got = 0;

		if (nt_stream_read(raw, &bitmap, from, chunk, (size_t)(len - from), &got, NULL) < 0)
			break;
		look_at_chunk(raw, (struct rs_view){chunk, got}, from, end, ret, &n);
		len = from;
	}
	*ret_n = n;
	return 0;
}

bool nt_redo_cover(struct nt_raw *raw, uint64_t off_bytes, struct nt_veil *veil)
{
	auto_nt_stream struct nt_stream bitmap = {0};
	const struct bits b = bits_of(&raw->geo, off_bytes);

	if (nt_stream_open(raw, NT_BITMAP_RECORD, NT_AT_DATA, "", &bitmap, NULL) < 0)
		return false;
	for (size_t i = 0; i < b.n_bytes; i++) {
		uint64_t off, left;

		if (!nt_runs_place(raw, &bitmap.runs, b.first_byte + i, &off, &left) ||
			!nt_veil_add(veil, off, b.mask))
			return false;
	}
	return true;
}

bool nt_redo_key(struct nt_raw *raw, uint8_t ret[NT_REDO_KEY])
{
	auto_nt_stream struct nt_stream log = {0};
	uint8_t bytes[RESTART_BYTES + 8];
	size_t got = 0;

	if (nt_stream_open(raw, NT_LOGFILE_RECORD, NT_AT_DATA, "", &log, NULL) < 0 ||
		nt_stream_read(raw, &log, 0, bytes, RESTART_BYTES, &got, NULL) < 0 ||
		got != RESTART_BYTES)
		return false;
	rs_put_le64(bytes + RESTART_BYTES, raw->geo.serial);
	return nt_sha256(bytes, sizeof(bytes), ret);
}
