/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step that is kept beside, as a forger with the volume's key would write it: seal and digest are
 * made to fit, or nothing behind them would ever be reached. Whatever its rows say, what is laid
 * over stays inside the volume. Input: unit, number of rows, what does not fit; then 8 bytes a row.
 * Seeds: none needed. */
#include <stdlib.h>
#include <string.h>

#include "../unit/ntfslog/replay_help.c"
#include "mem.h"
#include "ntfs/internal.h"
#include "ntfs/redo_format.h"

#define PAGES	   40U /* of the log */
#define PIECE	   (256U << 10)
#define SIZE	   (4U * PIECE + LH_CLUSTER)
#define BITMAP_LCN 11U
#define ROWS_MAX   24U
#define ROW_INPUT  8U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A volume with $Bitmap, two pieces of it free, and the dirty flag. */
static void make(struct lh *v)
{
	const size_t made = (lh_make(v, PAGES, 1, false), v->size);
	uint8_t *larger = realloc(v->p, SIZE);

	if (!v->p || !larger)
		abort();
	v->p = larger;
	v->size = SIZE;
	memset(v->p + made, 0, SIZE - made);
	boot(v);
	uint8_t *bitmap = record(v, 6);
	run(bitmap, BITMAP_LCN, 1);
	lh_protect(bitmap, LH_RECORD);
	memset(v->p + BITMAP_LCN * LH_CLUSTER, 0xFF, PIECE * 2 / LH_CLUSTER / 8);
	v->p[LH_MFT_LCN * LH_CLUSTER + 3 * LH_RECORD + 0x5A] |= 1;
	lh_end(v);
}

static void digest(const uint8_t *p, size_t len, uint8_t *ret, size_t n)
{
	uint8_t sha[NT_SHA256_BYTES];

	if (!nt_sha256(p, len, sha))
		abort();
	memcpy(ret, sha, n);
}

/* One row and its contents: where, and whether the disk holds what it knows. */
static void put_row(
	const struct lh *v, const uint8_t *in, uint32_t unit, uint8_t *row, uint8_t *now)
{
	const uint64_t off = in[0] & 1 ? rs_le32(in + 1) : rs_le32(in + 1) % v->size / unit * unit;
	const bool is_inside = off < v->size && v->size - off >= unit;

	rs_put_le64(row, off);
	rs_put_le32(row + ROW_RANK, in[5]);
	rs_put_le32(row + ROW_IS_BITMAP, in[6] & 1);
	memset(now, in[7], unit);
	if (is_inside && in[0] & 2)
		memmove(now, v->p + off, unit); /* is there already; may lie in the step itself */
	if (is_inside && in[0] & 4)
		now[in[5]] ^= in[7];
	if (is_inside && !(in[0] & 8))
		digest(v->p + off, unit, row + (in[6] & 2 ? ROW_MID : ROW_OLD), NT_REDO_DIGEST);
}

static void put(
	const struct lh *v, struct nt_raw *raw, uint64_t place, const uint8_t *data, size_t size)
{
	const uint32_t unit = 512U << (data[0] % 4);
	size_t n = (size - 4) / ROW_INPUT;
	uint8_t key[NT_REDO_KEY], *h = v->p + place;

	n = n < ROWS_MAX ? n : ROWS_MAX;
	for (size_t i = 0; i < n; i++) {
		const size_t table = nt_redo_table_bytes(n, unit);
		put_row(v, data + 4 + i * ROW_INPUT, unit, h + unit + i * ROW_BYTES,
			h + unit + table + i * unit);
	}
	memcpy(h, REDO_MAGIC, OFF_UNIT);
	rs_put_le32(h + OFF_UNIT, data[1] & 1 ? data[0] * 16U : unit);
	rs_put_le32(h + OFF_COUNT, (uint32_t)(data[1] & 2 ? data[2] * 4096U + data[0] : n));
	rs_put_le64(h + OFF_PLACE, place);
	rs_put_le64(h + OFF_NUMBER, data[3]);
	rs_put_le32(h + OFF_FLAG, data[1] >> 6);
	digest(h + unit, nt_redo_payload_bytes(n, unit), h + OFF_DIGEST, NT_SHA256_BYTES);
	if (data[1] & 4)
		h[OFF_DIGEST] ^= 1;
	if (!nt_redo_key(raw, key) || !nt_redo_seal(key, h, h + OFF_SEAL))
		abort();
	if (data[1] & 8)
		h[OFF_SEAL] ^= 1;
}

static void check(const struct lh *v, const struct nt_redo *redo)
{
	for (size_t i = 0; i < redo->n; i++) {
		const struct nt_redo_unit *u = &redo->units[i];
		if (u->off_bytes % redo->unit_bytes || u->off_bytes >= v->size ||
			v->size - u->off_bytes < redo->unit_bytes || !u->now)
			abort();
	}
	if (redo->n && !redo->is_found)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t places[NT_REDO_PLACES];
	size_t n = 0;
	struct nt_raw *raw = NULL, *seen = NULL;
	struct nt_redo redo = {0};
	struct nt_state state = {0};
	static struct lh v; /* made once: each input is written over a free piece of it */

	if (size < 4)
		return 0;
	if (!v.p)
		make(&v);
	struct mem m = mem_of(v.p, v.size);
	if (nt_raw_open_plain(&m.blk, &raw, NULL) < 0 || !nt_redo_may_be(raw) ||
		nt_redo_places(raw, places, &n, NULL) < 0 || !n)
		abort();
	const uint64_t place = places[data[3] % n];
	put(&v, raw, place, data, size);
	if (nt_redo_find(raw, &redo, NULL) == 0)
		check(&v, &redo);
	nt_redo_done(&redo);
	nt_raw_close(raw);
	if (nt_raw_open(&m.blk, &seen, NULL) == 0)
		(void)nt_state_read(seen, &state, NULL);
	nt_raw_close(seen);
	memset(v.p + place, 0, PIECE);
	return 0;
}
