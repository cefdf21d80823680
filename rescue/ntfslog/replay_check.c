/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trust before use: the volume as it will be, looked at by libntfs-3g and from the bytes. What the
 * plan says of itself is not believed: the records are those whose sectors it writes. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/check.h"
#include "ntfslog/replay_internal.h"

#define WHEN	"after the replay, "
#define SIZE_AT 0x20U /* of the entries, in an index block */

/* ---- which records and blocks change ---- */

static int by_lcn(const void *a, const void *b)
{
	const struct nt_run *x = a, *y = b;

	return (x->lcn > y->lcn) - (x->lcn < y->lcn);
}

/* The run of $MFT that holds the cluster; NULL: none. @runs sorted by LCN. */
static const struct nt_run *run_of(const struct nt_runs *runs, uint64_t lcn)
{
	size_t lo = 0, hi = runs->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (runs->v[mid].lcn <= lcn)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || lcn - runs->v[lo - 1].lcn >= runs->v[lo - 1].clusters)
		return NULL;
	return &runs->v[lo - 1];
}

/* A block that an index has or had: well-formed; the folder that its first name is of changes. */
static int add_index_block(struct nt_ck *c, const struct nt_replay_block *b,
	struct rs_numbers *records, struct rs_err *err)
{
	struct nt_file_name fn;
	struct rs_view key = {0};
	const char *what = "its size";
	uint64_t size =
		b->len_bytes < SIZE_AT + 4 ? 0 : NT_IX_BLOCK_HEADER + rs_le32(b->after + SIZE_AT);

	auto_free uint8_t *copy = malloc(b->len_bytes);
	if (!copy)
		return rs_fail(err, RS_E_MEMORY, "check of the journal's plan");
	memcpy(copy, b->after, b->len_bytes);
	if (size <= NT_INDEX_MAX && size <= b->len_bytes)
		what = nt_ck_block(copy, (size_t)size, &key);
	if (what)
		return rs_fail(err, RS_E_NTFS_DAMAGED, WHEN "the index block at %" PRIu64 ": %s",
			b->off_bytes, what);
	if (!nt_file_name_parse(key, &fn) || NT_REF_RECORD(fn.parent_ref) >= c->raw->records)
		return 0; /* empty, or of a view */
	return nt_ck_add(records, NT_REF_RECORD(fn.parent_ref), err);
}

/* Every MFT record that a block has a sector of. */
static int add_block(struct nt_ck *c, const struct nt_runs *mft, const struct nt_replay_block *b,
	struct rs_numbers *records, struct rs_err *err)
{
	const uint32_t cluster = c->raw->geo.cluster_bytes, len = c->raw->geo.record_bytes;
	bool is_in_mft = false;
	int r = 0;

	for (uint64_t at = b->off_bytes; r == 0 && at < b->off_bytes + b->len_bytes;
		at += NT_RP_UNIT) {
		const struct nt_run *run = run_of(mft, at / cluster);
		if (!run)
			continue;
		uint64_t byte = (run->vcn + at / cluster - run->lcn) * cluster + at % cluster;
		is_in_mft = true;
		if (byte / len >= c->raw->records) {
			/* a loser may have made $MFT longer: what is left there is free */
			const uint8_t *rec = b->after + (at - b->off_bytes);
			if (byte % len == 0 && memcmp(rec, "FILE", 4) == 0 &&
				(nt_record_flags(rec) & NT_RECORD_IN_USE))
				return nt_ck_wrong(c, byte / len, "past the end of $MFT", err);
			continue;
		}
		if (!records->n || records->v[records->n - 1] != byte / len)
			r = nt_ck_add(records, byte / len, err);
	}
	if (r < 0 || is_in_mft)
		return r;
	if (memcmp(b->after, "FILE", 4) == 0 && (nt_record_flags(b->after) & NT_RECORD_IN_USE))
		return rs_fail(err, RS_E_NTFS_DAMAGED,
			WHEN "an MFT record at %" PRIu64 " is not in $MFT", b->off_bytes);
	return memcmp(b->after, "INDX", 4) == 0 ? add_index_block(c, b, records, err) : 0;
}

static int collect(
	struct nt_ck *c, const struct nt_replay *p, struct rs_numbers *records, struct rs_err *err)
{
	const struct nt_runs *all = &c->raw->mft;
	struct nt_runs mft = {.v = calloc(all->n + 1, sizeof(*mft.v))};
	int r = mft.v ? 0 : rs_fail(err, RS_E_MEMORY, "check of the journal's plan");

	for (size_t i = 0; r == 0 && i < all->n; i++)
		if (all->v[i].lcn != NT_HOLE)
			mft.v[mft.n++] = all->v[i];
	if (mft.n)
		qsort(mft.v, mft.n, sizeof(*mft.v), by_lcn);
	for (size_t i = 0; r == 0 && i < p->n_blocks; i++)
		if (!p->blocks[i].stage)
			r = add_block(c, &mft, &p->blocks[i], records, err);
	for (size_t i = 0; r == 0 && i < p->changed.n; i++)
		r = nt_ck_add(records, p->changed.v[i], err);
	free(mft.v);
	rs_numbers_sort(records, true);
	return r;
}

/* ---- the whole ---- */

static int look_at_state(struct nt_raw *raw, struct rs_err *err)
{
	struct nt_state state = {0};
	int r = nt_state_read(raw, &state, err);

	if (r < 0)
		return r;
	if (state.log != NT_LOG_CLEAN && state.log != NT_LOG_WIPED)
		return rs_fail(err, RS_E_NTFS_DAMAGED, WHEN "the journal: %s", state.log_reason);
	if (state.mirror_differs)
		return rs_fail(err, RS_E_NTFS_DAMAGED, WHEN "$MFTMirr differs");
	return 0;
}

/* A changed record: it is well-formed; its file is to be looked at. */
static int look_at_record(struct nt_ck *c, uint64_t number, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];

	if (number >= c->raw->records)
		return 0; /* what was written there was looked at */
	int r = nt_raw_record(c->raw, number, rec, err);
	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return 0;
	uint64_t base = nt_record_base(rec);
	if (!base)
		return nt_ck_add(&c->files, number, err);
	/* that the base's list has it, and by that sequence, is seen with the base */
	return NT_REF_RECORD(base) == number ? nt_ck_wrong(c, number, "is its own extension", err)
					     : nt_ck_add(&c->files, NT_REF_RECORD(base), err);
}

/* Every folder that changed itself, or that a changed file is in. */
static int look_at_folders(struct nt_ck *c, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	int r = 0;

	rs_numbers_sort(&c->parents, false);
	for (size_t i = 0; r == 0 && i < c->files.n; i++) {
		r = nt_raw_record(c->raw, c->files.v[i], rec, err);
		if (r == 0 && (nt_record_flags(rec) & NT_RECORD_IS_DIR))
			r = nt_ck_folder(c, c->files.v[i] | (uint64_t)nt_record_sequence(rec) << 48,
				true, err);
	}
	for (size_t i = 0; r == 0 && i < c->parents.n; i++) {
		const uint64_t ref = c->parents.v[i];
		if (i && c->parents.v[i - 1] == ref)
			continue;
		/* those that changed themselves were looked at, but by their own sequence */
		r = rs_numbers_count(&c->files, NT_REF_RECORD(ref))
			    ? nt_ck_ref(c, ref, true, err)
			    : nt_ck_folder(c, ref, false, err);
	}
	return r;
}

static int look_at_all(struct nt_ck *c, const struct nt_replay *p, struct rs_err *err)
{
	auto_numbers struct rs_numbers records = {0};
	int r = collect(c, p, &records, err);

	for (size_t i = 0; r == 0 && i < records.n; i++)
		r = look_at_record(c, records.v[i], err);
	rs_numbers_sort(&c->files, true);
	for (size_t i = 0; r == 0 && i < c->files.n; i++)
		r = nt_ck_file(c, c->files.v[i], err);
	if (r == 0)
		r = nt_ck_extents(c, err);
	return r < 0 ? r : look_at_folders(c, err);
}

int nt_replay_check(struct blk *overlay, const struct nt_replay *p, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_nt_ck struct nt_ck c = {0};
	int r = nt_raw_open(overlay, &raw, err);

	if (r == 0)
		r = look_at_state(raw, err);
	if (r == 0)
		r = nt_ck_open(&c, raw, RS_E_NTFS_DAMAGED, WHEN, err);
	if (r == 0)
		r = look_at_all(&c, p, err);
	if (r < 0)
		(void)rs_err_object(err, overlay->name);
	return r;
}
