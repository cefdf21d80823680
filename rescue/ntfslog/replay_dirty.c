/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A power cut during a replay leaves the log open, and whoever starts next replays it again:
 * Windows, too. Its undo does not look at LSNs. Where its redo would not bring a loser's change
 * back first, because that is older than what the log says of the page, it would take it back a
 * second time. Such a plan sets VOLUME_IS_DIRTY, before anything else and for good: then Windows
 * checks the volume. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define VOLUME_RECORD 3U
#define FLAGS_OFF     10U /* of $VOLUME_INFORMATION */
#define IS_DIRTY      1U

/* Where the flags are in the record, 0: nowhere. They are never where a fixup is. */
static size_t flags_at(const uint8_t *rec, uint32_t len)
{
	uint8_t plain[NT_RECORD_MAX];
	struct nt_attrs walk;
	struct nt_attr a;

	memcpy(plain, rec, len);
	if (nt_fixup(plain, len))
		return 0;
	nt_attrs_init(&walk, plain, len);
	if (!nt_attrs_next_of(&walk, NT_ATTRS_OF(NT_AT_VOLUME_INFORMATION), &a) || !a.is_resident ||
		a.value.len < FLAGS_OFF + 2)
		return 0;
	size_t at = (size_t)(a.value.p - plain) + FLAGS_OFF;
	return at % NT_STRIDE_BYTES < NT_STRIDE_BYTES - 2 ? at : 0;
}

int nt_rp_set_dirty(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t len = rp->raw->geo.record_bytes;
	const uint64_t at = (uint64_t)VOLUME_RECORD * len;
	uint8_t rec[NT_RECORD_MAX] = {0};
	int r = nt_rp_runs_io(
		rp, &rp->raw->mft, "$Volume", at, (struct nt_rp_io){.to = rec, .len = len}, err);

	if (r)
		return r;
	size_t flags = flags_at(rec, len);
	if (!flags)
		return nt_rp_unknown(rp, 0, "$Volume has no flags");
	rec[flags] |= IS_DIRTY;
	/* all of it: the record may be changed by the log as well, and is not to be torn */
	return nt_rp_runs_io(rp, &rp->raw->mft, "$Volume", at,
		(struct nt_rp_io){.of = rec, .len = len, .stage = NT_RP_FIRST}, err);
}
