/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping a step beside before it goes to its places; ntfs/redo.h says why. */
#include <string.h>

#include "ntfs/record.h"
#include "ntfs/redo_format.h"
#include "ntfswrite/device.h"

static bool is_kept(const struct blk_unit *u, uint32_t first)
{
	return !(u->kind & NT_UNIT_INTERNAL) && ((u->kind & NT_UNIT_BITMAP) || u->rank >= first);
}

static size_t count_kept(const struct nt_dev *d, uint32_t first)
{
	size_t n = 0;

	for (size_t i = 0; i < d->held.n; i++)
		n += is_kept(d->held.v[i], first);
	return n;
}

uint32_t nt_redo_first(const struct nt_dev *d)
{
	/* also a single sector, which nothing tears: the step before it is known by what it wrote
	 */
	if (!d->redo.off_bytes)
		return UINT32_MAX;
	for (uint32_t first = 0; first < 2; first++) {
		size_t n = count_kept(d, first);

		if (n && nt_redo_payload_bytes(n, d->unit_bytes) + d->unit_bytes <=
				 d->redo.len_bytes)
			return first;
	}
	return UINT32_MAX;
}

static int put_row(struct nt_dev *d, const struct blk_unit *u, uint8_t *row, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(d->unit_bytes);
	uint8_t sha[SHA];

	if (!buf)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "held changes");
	int r = nt_dev_read_disk(d, u->number, buf, err);
	if (r < 0)
		return r;
	rs_put_le64(row, u->number * d->unit_bytes);
	rs_put_le32(row + ROW_RANK, u->rank);
	rs_put_le32(row + ROW_IS_BITMAP, (u->kind & NT_UNIT_BITMAP) != 0);
	bool ok = nt_sha256(buf, d->unit_bytes, sha);
	memcpy(row + ROW_OLD, sha, NT_REDO_DIGEST);
	for (uint32_t i = 0; (u->kind & NT_UNIT_BITMAP) && i < d->unit_bytes; i++)
		buf[i] |= u->now[i];
	ok = ok && nt_sha256(buf, d->unit_bytes, sha);
	memcpy(row + ROW_MID, sha, NT_REDO_DIGEST);
	return ok ? 0 : rs_fail(err, RS_E_MEMORY, "a digest");
}

static bool put_header(const struct nt_dev *d, size_t n, uint8_t *all)
{
	memcpy(all, REDO_MAGIC, OFF_UNIT);
	rs_put_le32(all + OFF_UNIT, d->unit_bytes);
	rs_put_le32(all + OFF_COUNT, (uint32_t)n);
	rs_put_le64(all + OFF_PLACE, d->redo.off_bytes);
	rs_put_le64(all + OFF_NUMBER, d->redo.number);
	rs_put_le32(all + OFF_FLAG, d->redo.is_flag_ours);
	return nt_sha256(all + d->unit_bytes, nt_redo_payload_bytes(n, d->unit_bytes),
		       all + OFF_DIGEST) &&
	       nt_redo_seal(d->redo.key, all, all + OFF_SEAL);
}

int nt_redo_write(struct nt_dev *d, uint32_t first, struct rs_err *err)
{
	const size_t n = count_kept(d, first), table = nt_redo_table_bytes(n, d->unit_bytes);
	const size_t len = d->unit_bytes + table + n * d->unit_bytes;
	auto_free uint8_t *all = calloc(1, len);
	int r = 0;

	if (!all)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "held changes");
	uint8_t *row = all + d->unit_bytes, *bytes = row + table;
	for (size_t i = 0; r == 0 && i < d->held.n; i++) {
		if (!is_kept(d->held.v[i], first))
			continue;
		r = put_row(d, d->held.v[i], row, err);
		memcpy(bytes, d->held.v[i]->now, d->unit_bytes);
		row += ROW_BYTES;
		bytes += d->unit_bytes;
	}
	if (r < 0)
		return r;
	d->redo.number++;
	if (!put_header(d, n, all))
		return rs_fail(err, RS_E_MEMORY, "a digest");
	d->redo.is_used = true;
	r = blk_write(d->src, d->redo.off_bytes, all, len, err);
	return r < 0 ? r : blk_flush(d->src, err);
}

int nt_redo_clear(struct nt_dev *d, struct rs_err *err)
{
	auto_free uint8_t *zeros = calloc(1, d->unit_bytes);

	if (!d->redo.is_used)
		return 0;
	d->redo.is_used = false;
	return zeros ? blk_write(d->src, d->redo.off_bytes, zeros, d->unit_bytes, err)
		     : rs_fail(err, RS_E_MEMORY, "sector");
}
