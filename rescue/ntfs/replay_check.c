/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trust before use: the volume as it will be, looked at by libntfs-3g and from the bytes. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/replay_internal.h"
#include "ntfs/vol.h"

#define INDEX_NAMES_MAX (1U << 20) /* entries looked at in one folder */
#define BADCLUS_RECORD	8U

static int wrong(struct rs_err *err, uint64_t number, const char *what)
{
	return rs_fail(err, RS_E_NTFS_DAMAGED, "after the replay, MFT record %" PRIu64 ": %s",
		number, what);
}

/* Does the record, or one of its extensions, have that name in that folder? */
static bool has_name(const uint8_t *rec, size_t len, uint64_t parent, const struct nt_file_name *fn)
{
	struct nt_file_name own;
	struct nt_attrs walk;
	struct nt_attr a;

	nt_attrs_init(&walk, rec, len);
	while (nt_attrs_next(&walk, &a)) {
		if (a.type == NT_AT_ATTRIBUTE_LIST)
			return true; /* it may be in an extension: the file's own check sees it */
		if (a.type == NT_AT_FILE_NAME && nt_file_name_parse(a.value, &own) &&
			own.parent_ref == parent && own.name.len == fn->name.len &&
			memcmp(own.name.p, fn->name.p, fn->name.len) == 0)
			return true;
	}
	return false;
}

struct folder {
	struct nt_raw *raw;
	uint64_t ref, child; /* @child: one of its entries, 0 = empty */
	unsigned seen;
	const char *fault;
};

/* Every entry's record is in use under that name. */
static bool see_entry(void *user, uint64_t ref, const struct nt_file_name *fn)
{
	uint8_t rec[NT_RECORD_MAX];
	struct folder *f = user;

	if (nt_raw_record(f->raw, NT_REF_RECORD(ref), rec, NULL) < 0)
		f->fault = "an entry's record cannot be read";
	else if (!(nt_record_flags(rec) & NT_RECORD_IN_USE) ||
		 nt_record_sequence(rec) != NT_REF_SEQUENCE(ref))
		f->fault = "an entry's record is not in use, or another file's";
	else if (fn->parent_ref != f->ref || !has_name(rec, f->raw->geo.record_bytes, f->ref, fn))
		f->fault = "an entry's record has no such name";
	if (NT_REF_RECORD(ref) >= 24)
		f->child = ref;
	return !f->fault && ++f->seen < INDEX_NAMES_MAX;
}

/* One file: names, links, attribute chain, clusters; and the folders that name it, in order. */
static int look_at_file(struct nt_raw *raw, uint64_t ref, struct rs_err *err)
{
	struct nt_check c = {.file_ref = ref};
	struct rs_err why = {0};
	int r = nt_check_touched(raw, &c, &why);

	if (r == RS_E_VERIFY || r == RS_E_NO_SUCH_FILE)
		return wrong(err, NT_REF_RECORD(ref), why.detail);
	if (r < 0 && err)
		*err = why;
	return r;
}

static int look_at_folder(struct nt_raw *raw, uint64_t ref, struct rs_err *err)
{
	struct folder f = {.raw = raw, .ref = ref};
	unsigned damaged = 0;

	int r = nt_index_each(raw, NT_REF_RECORD(ref), see_entry, &f, &damaged, err);
	if (r < 0)
		return r;
	if (damaged)
		return wrong(err, NT_REF_RECORD(ref), "damaged blocks in its index");
	if (f.fault)
		return wrong(err, NT_REF_RECORD(ref), f.fault);
	return f.child ? look_at_file(raw, f.child, err) : 0;
}

/* Sizes of every attribute that is not resident. */
static const char *odd_sizes(const uint8_t *rec, size_t len, uint32_t cluster)
{
	struct nt_attrs walk;
	struct nt_attr a;

	nt_attrs_init(&walk, rec, len);
	while (nt_attrs_next(&walk, &a)) {
		if (a.is_resident || a.lowest_vcn)
			continue;
		if (a.initialized_bytes > a.data_bytes || a.data_bytes > a.allocated_bytes ||
			a.allocated_bytes % cluster)
			return "sizes of an attribute";
		if (a.highest_vcn + 1 > a.allocated_bytes / cluster)
			return "more runs than its size allows";
	}
	return walk.fault;
}

static int look_at_record(struct nt_raw *raw, uint64_t number, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];

	if (number >= raw->records)
		return wrong(err, number, "past the end of $MFT");
	int r = nt_raw_record(raw, number, rec, err);
	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE))
		return 0;
	const char *what = odd_sizes(rec, raw->geo.record_bytes, raw->geo.cluster_bytes);
	if (what)
		return wrong(err, number, what);
	uint64_t ref = number | (uint64_t)nt_record_sequence(rec) << 48;
	if (nt_record_base(rec))
		return look_at_file(raw, nt_record_base(rec), err);
	if (number != BADCLUS_RECORD) /* its clusters are as many as the volume's */
		r = look_at_file(raw, ref, err);
	if (r == 0 && (nt_record_flags(rec) & NT_RECORD_IS_DIR))
		r = look_at_folder(raw, ref, err);
	return r;
}

static int look_at_state(struct nt_raw *raw, struct rs_err *err)
{
	struct nt_state state = {0};
	int r = nt_state_read(raw, &state, err);

	if (r < 0)
		return r;
	if (state.log != NT_LOG_CLEAN && state.log != NT_LOG_WIPED)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "after the replay, the journal: %s",
			state.log_reason);
	if (state.mirror_differs)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "after the replay, $MFTMirr differs");
	return 0;
}

int nt_replay_check(struct blk *overlay, const struct nt_replay *p, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_vol *vol = NULL;

	int r = nt_raw_open(overlay, &raw, err);
	if (r == 0)
		r = look_at_state(raw, err);
	if (r == 0)
		r = nt_vol_open(overlay, 0, &vol, err);
	if (r < 0)
		return r;
	r = nt_vol_close(vol, err);
	for (size_t i = 0; r == 0 && i < p->n_changed; i++)
		r = look_at_record(raw, p->changed_records[i], err);
	if (r < 0)
		(void)rs_err_object(err, overlay->name);
	return r;
}
