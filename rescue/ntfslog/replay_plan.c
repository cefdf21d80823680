/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan as a whole: passes, mirror, restart pages; and the overlay that shows it. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define MIRROR_RECORDS 4U
#define FLAGS_OFF      10U /* of $VOLUME_INFORMATION */
#define IS_DIRTY       1U
#define PAGE_MAX       65536U
#define NO_CLIENT      0xFFFFU
#define IS_CLEAN       2U

/* ---- the dirty flag, in the few plans that need it ---- */

/* Where the flags are in the record, 0: nowhere. They are never where a fixup is. */
static size_t flags_at(const uint8_t *rec, uint32_t len)
{
	uint8_t plain[NT_RECORD_MAX];
	struct nt_attr a;

	memcpy(plain, rec, len);
	if (nt_fixup(plain, len))
		return 0;
	if (!nt_attr_find(plain, len, NT_AT_VOLUME_INFORMATION, "", 0, &a) ||
		a.value.len < FLAGS_OFF + 2)
		return 0;
	size_t at = (size_t)(a.value.p - plain) + FLAGS_OFF;
	return at % NT_STRIDE_BYTES < NT_STRIDE_BYTES - 2 ? at : 0;
}

/* A power cut during a replay leaves the log open, and whoever starts next replays it again:
 * Windows, too. Its undo does not look at LSNs. Where its redo would not bring a loser's change
 * back first, because that is older than what the log says of the page, it would take it back a
 * second time. Such a plan sets VOLUME_IS_DIRTY, before anything else and for good: then Windows
 * checks the volume. */
static int set_dirty(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t len = rp->raw->geo.record_bytes;
	const uint64_t at = (uint64_t)NT_VOLUME_RECORD * len;
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

/* ---- mirror and restart pages ---- */

/* The first records as they will be, over what the mirror has. */
static int plan_mirror(struct nt_rp *rp, struct rs_err *err)
{
	const size_t len = (size_t)MIRROR_RECORDS * rp->raw->geo.record_bytes;
	auto_nt_stream struct nt_stream mirror = {0};
	uint8_t recs[MIRROR_RECORDS * NT_RECORD_MAX];

	int r = nt_stream_open(rp->raw, NT_MFTMIRR_RECORD, NT_AT_DATA, "", &mirror, err);
	if (rs_err_unread(r))
		return r;
	if (r < 0 || mirror.data_bytes < len)
		return nt_rp_unknown(rp, 0, "$MFTMirr cannot be found");
	r = nt_rp_runs_io(
		rp, &rp->raw->mft, "$MFT", 0, (struct nt_rp_io){.to = recs, .len = len}, err);
	return r ? r
		 : nt_rp_runs_io(rp, &mirror.runs, "$MFTMirr", 0,
			   (struct nt_rp_io){.of = recs, .len = len, .stage = 1}, err);
}

/* One restart page: version 1.1, clean, no client, fixups one further than on the disk. */
static void make_page(const struct nt_rp *rp, const uint8_t *base, uint16_t usn, uint8_t *p)
{
	const struct nt_rl_area *a = &rp->log.area;
	const uint64_t last = rp->plan->last_lsn;
	uint8_t *area = p + a->area_off, *client = area + a->client_off;

	memcpy(p, base, a->sys_bytes);
	rs_put_le16(p + 0x1A, 1);
	rs_put_le16(p + 0x1C, 1);
	rs_put_le64(area, last > a->current_lsn ? last : a->current_lsn);
	rs_put_le16(area + 0xA, 0); /* the only client is free */
	rs_put_le16(area + 0xC, NO_CLIENT);
	rs_put_le16(area + 0xE, IS_CLEAN);
	if (last >= a->current_lsn)
		rs_put_le32(area + 0x20, rp->last_bytes);
	rs_put_le16(client + 0x10, NO_CLIENT);
	rs_put_le16(client + 0x12, NO_CLIENT);
	nt_fixup_put(p, nt_usn_next(usn));
}

static int plan_restart(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t len = rp->log.area.sys_bytes;
	uint8_t base[PAGE_MAX], page[PAGE_MAX];
	int r = 0;

	memcpy(base, rp->log.head + rp->log.area_at, len);
	if (nt_fixup(base, len)) /* it was sound when it was chosen */
		return rs_fail(err, RS_E_BUG, "restart page");
	for (unsigned i = 0; r == 0 && i < 2; i++) {
		const uint8_t *old = rp->log.head + (size_t)i * len;
		make_page(rp, base, rs_le16(old + rs_le16(base + 4)), page);
		r = nt_rp_runs_io(rp, &rp->log.stream.runs, "$LogFile", (uint64_t)i * len,
			(struct nt_rp_io){.of = page, .len = len, .stage = i ? 2 : 3}, err);
	}
	return r;
}

static int finish(struct nt_rp *rp, struct rs_err *err)
{
	int r = rp->is_undone_only ? set_dirty(rp, err) : 0;

	if (r == 0)
		r = plan_mirror(rp, err);
	if (r == 0)
		r = plan_restart(rp, err);
	if (r == 0)
		r = nt_rp_emit(rp, err);
	if (r)
		return r;
	rs_numbers_sort(&rp->plan->changed, true);
	rp->plan->pending = NT_PENDING_IDLE;
	for (size_t i = 0; i < rp->plan->n_blocks; i++)
		if (rp->plan->blocks[i].stage < 2 || rp->plan->blocks[i].stage == NT_RP_FIRST)
			rp->plan->pending = NT_PENDING_CHANGES;
	return 0;
}

/* ---- the call ---- */

static void rp_done(struct nt_rp *rp)
{
	nt_rl_done(&rp->log);
	free(rp->undo);
	free(rp->shared);
	nt_rp_tables_done(&rp->tables);
	nt_rp_cache_done(&rp->cache);
	nt_rp_store_done(&rp->store);
	nt_raw_close(rp->raw);
	nt_replay_free(rp->plan);
	free(rp);
}

RS_DEFINE_AUTO(struct nt_rp *, rp_done);
#define auto_rp __attribute__((cleanup(rp_done_auto)))

/* A clean page whose sibling is torn: true only if nothing was written after it. */
static int judge_torn_sibling(struct nt_rp *rp, struct rs_err *err)
{
	uint64_t greatest = 0;

	if (!rp->log.is_other_bad || !rp->log.area.is_clean)
		return 0;
	int r = nt_rl_greatest(&rp->log, &greatest, err);
	if (r < 0)
		return r;
	if (greatest > rp->log.area.current_lsn)
		return nt_rp_torn(
			rp, rp->log.area.current_lsn, "the newer restart page is damaged");
	return 0;
}

static int run(struct nt_rp *rp, struct rs_err *err)
{
	int r = nt_rl_open(rp, err);

	if (r == 0)
		r = judge_torn_sibling(rp, err);
	if (r == 0)
		r = nt_rp_analyse(rp, err);
	if (r == 0)
		r = nt_rp_redo(rp, err);
	if (r == 0)
		r = nt_rp_undo(rp, err);
	if (r == 0)
		r = finish(rp, err);
	return r == RS_E_NTFS_DAMAGED ? nt_rl_unmapped(rp) : r;
}

static void drop_changes(struct nt_replay *p)
{
	for (size_t i = 0; i < p->n_blocks; i++)
		free(p->blocks[i].before); /* and after: one piece of memory */
	free(p->blocks);
	p->blocks = NULL;
	rs_numbers_done(&p->zeroed);
	rs_numbers_done(&p->changed);
	p->n_blocks = 0;
	p->bytes = 0;
}

int nt_replay_plan(
	struct blk *src, const struct rs_task *task, struct nt_replay **ret, struct rs_err *err)
{
	auto_rp struct nt_rp *rp = calloc(1, sizeof(*rp));

	if (!rp || !(rp->plan = calloc(1, sizeof(*rp->plan))))
		return rs_fail_on(err, RS_E_MEMORY, src->name, "plan of the journal");
	rp->task = task;
	struct rs_err why = {0};
	int r = nt_raw_open(src, &rp->raw, &why);
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) { /* no file system to look at: told, not failed */
		rp->plan->pending = NT_PENDING_UNSUPPORTED;
		rp->plan->refusal = why;
		*ret = rs_steal(rp->plan);
		return 0;
	}
	rp->clusters = nt_clusters(rp->raw);
	rp->cluster_shift = (unsigned)__builtin_ctz(rp->raw->geo.cluster_bytes); /* a power of 2 */
	r = run(rp, err);
	if (r < 0)
		return r;
	if (r == NT_RP_REFUSED)
		drop_changes(rp->plan); /* all or nothing */
	*ret = rs_steal(rp->plan);
	return 0;
}

void nt_replay_free(struct nt_replay *p)
{
	if (!p)
		return;
	drop_changes(p);
	free(p);
}

int nt_replay_overlay(
	struct blk *src, const struct nt_replay *p, struct blk **ret, struct rs_err *err)
{
	auto_blk struct blk *o = NULL;

	int r = blk_overlay_new(src, !src->is_read_only, &o, err);
	for (size_t i = 0; r == 0 && i < p->n_blocks; i++)
		r = blk_overlay_put(
			o, p->blocks[i].off_bytes, p->blocks[i].after, p->blocks[i].len_bytes, err);
	if (r == 0)
		*ret = rs_steal(o);
	return r;
}
