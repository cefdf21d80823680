/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library counts a block's update sequence number up with every write: so a change of one byte
 * changes the end of each of its sectors, and a cut may tear what one sector would have held. Where
 * all that really changes lies in one sector, the old number stays and only that sector is written:
 * whoever comes after a cut, Windows included, finds the block as it was or as it shall be.
 *
 * The copies of $MFT's first records are told old from new by that number (state.c), so those keep
 * counting, but for the step that changes VOLUME_IS_DIRTY and nothing else. */
#include "ntfswrite/vol_internal.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_MAX 65536U

/* Bytes of the block that begins with this sector; 0: none does. */
static uint32_t block_bytes(const uint8_t *p)
{
	const uint32_t count = rs_le16(p + 6);

	if ((memcmp(p, "FILE", 4) != 0 && memcmp(p, "INDX", 4) != 0) || count < 2 ||
		(count - 1) * NT_STRIDE_BYTES > BLOCK_MAX)
		return 0;
	return (count - 1) * NT_STRIDE_BYTES;
}

static bool is_sound(const uint8_t *block, uint8_t *scratch, uint32_t len)
{
	memcpy(scratch, block, len);
	return !nt_fixup(scratch, len);
}

/* @now with the number of @old, when both are whole and of one shape. */
static bool renumber(const uint8_t *old, uint8_t *now, uint8_t *scratch, uint32_t len)
{
	const uint32_t at = rs_le16(now + 4);

	if (memcmp(old, now, 8) != 0 || !is_sound(old, scratch, len) ||
		!is_sound(now, scratch, len))
		return false;
	memcpy(now + at, old + at, 2);
	for (uint32_t end = NT_STRIDE_BYTES; end <= len; end += NT_STRIDE_BYTES)
		memcpy(now + end - 2, old + at, 2);
	return true;
}

static int calm_block(struct nt_dev *d, uint64_t off_bytes, uint32_t len, struct rs_err *err)
{
	auto_free uint8_t *old = calloc(3, len);
	unsigned n = 0;

	if (!old)
		return rs_fail(err, RS_E_MEMORY, "block");
	uint8_t *now = old + len, *scratch = now + len;
	int r = blk_read(d->src, off_bytes, old, len, err);
	if (r == 0)
		r = nt_dev_read(d, off_bytes, now, len, err);
	if (r < 0 || !renumber(old, now, scratch, len))
		return r;
	for (uint32_t at = 0; at < len; at += d->unit_bytes)
		n += memcmp(old + at, now + at, d->unit_bytes) != 0;
	return n > 1 ? 0 : nt_dev_put(d, off_bytes, now, len, false, err);
}

int nt_calm(struct nt_vol *vol, struct rs_err *err)
{
	struct nt_dev *d = &vol->dev;
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->held.n; i++) {
		const struct blk_unit *u = d->held.v[i];
		const uint64_t off = u->number * d->unit_bytes;
		const uint32_t len = block_bytes(u->now);
		bool is_copied = u->rank == NT_RANK_SYSTEM || u->rank == NT_RANK_COPY ||
				 u->rank == NT_RANK_MIRROR;

		if ((u->kind & (NT_UNIT_INTERNAL | NT_UNIT_BITMAP)) ||
			u->rank == NT_RANK_CONTENTS || (is_copied && !vol->is_flag_step) ||
			len <= d->unit_bytes || len > d->size_bytes || off > d->size_bytes - len)
			continue;
		r = calm_block(d, off, len, err);
	}
	return r;
}
