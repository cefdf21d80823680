/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ntfs/redo_format.h"

#include <string.h>

#include "block/overlay.h"
#include "ntfs/stream.h"

bool nt_redo_seal(const uint8_t key[NT_REDO_KEY], const uint8_t *header, uint8_t ret[SHA])
{
	uint8_t both[NT_REDO_KEY + OFF_SEAL];

	memcpy(both, key, NT_REDO_KEY);
	memcpy(both + NT_REDO_KEY, header, OFF_SEAL);
	return nt_sha256(both, sizeof(both), ret);
}

size_t nt_redo_table_bytes(size_t n, uint32_t unit_bytes)
{
	return (n * ROW_BYTES + unit_bytes - 1) / unit_bytes * unit_bytes;
}

size_t nt_redo_payload_bytes(size_t n, uint32_t unit_bytes)
{
	return nt_redo_table_bytes(n, unit_bytes) + n * unit_bytes;
}

/* ---- finding ---- */

void nt_redo_done(struct nt_redo *redo)
{
	free(redo->units);
	free(redo->bytes);
	*redo = (struct nt_redo){0};
}

bool nt_redo_may_be(struct nt_raw *raw)
{
	uint8_t info[12];
	size_t len = 0;

	return raw->mft_fault[0] ||
	       nt_raw_read(raw, NT_VOLUME_RECORD, NT_AT_VOLUME_INFORMATION, "", 0, info,
		       sizeof(info), &len, NULL) < 0 ||
	       len != sizeof(info) || (info[10] & 1);
}

static bool is_header(struct nt_raw *raw, const uint8_t *h, uint64_t place, const uint8_t *key)
{
	const uint32_t unit = rs_le32(h + OFF_UNIT), n = rs_le32(h + OFF_COUNT);
	const uint32_t room = nt_redo_place_bytes(&raw->geo);
	uint8_t sha[SHA];

	return memcmp(h, REDO_MAGIC, OFF_UNIT) == 0 && rs_le64(h + OFF_PLACE) == place &&
	       unit >= 512 && unit <= 4096 && !(unit & (unit - 1)) && n && n < room / unit &&
	       nt_redo_payload_bytes(n, unit) + unit <= room && nt_redo_seal(key, h, sha) &&
	       memcmp(sha, h + OFF_SEAL, SHA) == 0;
}

/* The newest step of ours: *ret_place 0: none. */
static int find_header(struct nt_raw *raw, const uint8_t key[NT_REDO_KEY],
	uint8_t ret[HEADER_BYTES], uint64_t *ret_place, struct rs_err *err)
{
	uint64_t places[NT_REDO_PLACES];
	uint8_t h[HEADER_BYTES];
	size_t n = 0;
	int r = nt_redo_places(raw, places, &n, err);

	*ret_place = 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (blk_read(raw->src, places[i], h, sizeof(h), NULL) < 0 ||
			!is_header(raw, h, places[i], key) ||
			(*ret_place && rs_le64(h + OFF_NUMBER) < rs_le64(ret + OFF_NUMBER)))
			continue;
		memcpy(ret, h, sizeof(h));
		*ret_place = places[i];
	}
	return r;
}

/* A unit of the disk is as before, as it shall be, or (bitmaps) between the two. */
static bool is_known(struct nt_raw *raw, const struct nt_redo *redo, const struct nt_redo_unit *u,
	const uint8_t *row, uint8_t *buf, bool *ret_is_new)
{
	const uint64_t size = raw->src->size_bytes;
	uint8_t sha[SHA];

	if (u->off_bytes >= size || size - u->off_bytes < redo->unit_bytes ||
		u->off_bytes % redo->unit_bytes ||
		blk_read(raw->src, u->off_bytes, buf, redo->unit_bytes, NULL) < 0)
		return false;
	*ret_is_new = memcmp(buf, u->now, redo->unit_bytes) == 0;
	return *ret_is_new || (nt_sha256(buf, redo->unit_bytes, sha) &&
				      (memcmp(sha, row + ROW_OLD, NT_REDO_DIGEST) == 0 ||
					      memcmp(sha, row + ROW_MID, NT_REDO_DIGEST) == 0));
}

/* The rows, when the disk holds nothing else than what they know; @redo->n is set then. */
static int read_rows(struct nt_raw *raw, struct nt_redo *redo, size_t n, struct rs_err *err)
{
	const uint8_t *row = redo->bytes, *now = row + nt_redo_table_bytes(n, redo->unit_bytes);
	auto_free uint8_t *buf = malloc(redo->unit_bytes);
	bool is_over = true;

	redo->units = calloc(n, sizeof(*redo->units));
	if (!redo->units || !buf)
		return rs_fail(err, RS_E_MEMORY, "redo");
	for (size_t i = 0; i < n; i++, row += ROW_BYTES, now += redo->unit_bytes) {
		struct nt_redo_unit *u = &redo->units[i];
		bool is_new = false;

		*u = (struct nt_redo_unit){.off_bytes = rs_le64(row),
			.rank = rs_le32(row + ROW_RANK),
			.is_bitmap = rs_le32(row + ROW_IS_BITMAP) != 0,
			.now = now};
		if (!is_known(raw, redo, u, row, buf, &is_new))
			return 0; /* somebody else has written since */
		is_over &= is_new;
	}
	redo->is_found = true;
	redo->n = is_over ? 0 : n;
	return 0;
}

int nt_redo_find(struct nt_raw *raw, struct nt_redo *ret, struct rs_err *err)
{
	uint8_t key[NT_REDO_KEY], h[HEADER_BYTES] = {0}, sha[SHA];
	uint64_t place = 0;

	*ret = (struct nt_redo){0};
	if (!nt_redo_key(raw, key))
		return 0;
	int r = find_header(raw, key, h, &place, err);
	if (r < 0 || !place)
		return r;
	ret->place_off_bytes = place;
	ret->number = rs_le64(h + OFF_NUMBER);
	ret->unit_bytes = rs_le32(h + OFF_UNIT);
	ret->is_flag_ours = rs_le32(h + OFF_FLAG) == 1;
	const size_t n = rs_le32(h + OFF_COUNT), len = nt_redo_payload_bytes(n, ret->unit_bytes);
	ret->bytes = malloc(len);
	if (!ret->bytes)
		return rs_fail(err, RS_E_MEMORY, "redo");
	if (blk_read(raw->src, place + ret->unit_bytes, ret->bytes, len, NULL) < 0)
		return 0;
	if (!nt_sha256(ret->bytes, len, sha) || memcmp(sha, h + OFF_DIGEST, SHA) != 0) {
		ret->is_found = true; /* cut while it was kept: nothing of the step was begun */
		return 0;
	}
	return read_rows(raw, ret, n, err);
}

/* @src as it is once the step is at its end. Closed before @src; @redo may go. */
static int lay_over(
	struct blk *src, const struct nt_redo *redo, struct blk **ret, struct rs_err *err)
{
	auto_blk struct blk *over = NULL;
	int r = blk_overlay_new(src, false, &over, err);

	for (size_t i = 0; r == 0 && i < redo->n; i++)
		r = blk_overlay_put(
			over, redo->units[i].off_bytes, redo->units[i].now, redo->unit_bytes, err);
	if (r == 0)
		*ret = rs_steal(over);
	return r;
}

int nt_redo_choose(struct nt_raw *raw, const struct nt_redo *found, struct nt_veil *veil,
	struct nt_redo_place *ret, struct rs_err *err)
{
	uint64_t places[NT_REDO_PLACES];
	size_t n = 0;
	int r = nt_redo_places(raw, places, &n, err);

	*ret = (struct nt_redo_place){
		.len_bytes = nt_redo_place_bytes(&raw->geo), .number = found->number};
	if (r < 0 || !nt_redo_key(raw, ret->key))
		return r;
	for (size_t i = 0; i < n; i++) /* so that what is there is written over */
		if (places[i] == found->place_off_bytes)
			places[0] = places[i];
	for (size_t i = 0; i < n && !ret->off_bytes; i++)
		if (nt_redo_cover(raw, places[i], veil))
			ret->off_bytes = places[i];
	ret->is_used = ret->off_bytes && ret->off_bytes == found->place_off_bytes;
	return 0;
}

/* ---- a volume as it is once such a step is at its end ---- */

/* A step of ours that a cut left open is seen as the next opening for writing will end it. */
static int open_finished(struct nt_raw *raw, struct nt_raw **ret, struct rs_err *err)
{
	auto_redo struct nt_redo redo = {0};
	auto_blk struct blk *over = NULL;
	int r = nt_redo_find(raw, &redo, err);

	if (r == 0 && redo.n)
		r = lay_over(raw->src, &redo, &over, err);
	if (r < 0 || !over)
		return r;
	r = nt_raw_open_plain(over, ret, err);
	if (r == 0)
		(*ret)->over = rs_steal(over);
	return r;
}

int nt_raw_open(struct blk *src, struct nt_raw **ret, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_raw *finished = NULL;
	int r = nt_raw_open_plain(src, &raw, err);

	if (r == 0 && nt_redo_may_be(raw))
		r = open_finished(raw, &finished, err);
	if (r == 0)
		*ret = finished ? finished : rs_steal(raw);
	return r;
}
