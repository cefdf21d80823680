/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the boot sector to all runs of $MFT. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ntfs/internal.h"

#define BOOT_BYTES 512U

/* ---- the boot sector ---- */

/* The copy at @off_bytes: 1 when it is good, which it only is if every field is. */
static int load_backup(struct blk *src, uint64_t off_bytes, struct nt_boot *ret, struct rs_err *err)
{
	uint8_t sector[BOOT_BYTES];
	int r = off_bytes ? blk_read(src, off_bytes, sector, sizeof(sector), err) : 0;

	if (r < 0 || !off_bytes)
		return r;
	nt_boot_parse(sector, sizeof(sector), ret);
	return ret->has_signature && !ret->fault && !ret->blemish;
}

/* Where the copy may be: in the last sector of the source, whatever its size, or behind the sectors
 * that the first boot sector counts. 1: found. */
static int find_backup(
	struct blk *src, const struct nt_boot *first, struct nt_boot *ret, struct rs_err *err)
{
	const uint32_t sizes[] = {src->sector_bytes, 512, 4096};
	int r = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (src->size_bytes >= sizes[i])
			r = load_backup(src, src->size_bytes - sizes[i], ret, err);
		if (r == 1 || rs_err_ends(r))
			return r;
	}
	return load_backup(src, first->geo.volume_bytes, ret, err);
}

/* Which boot sector counts: Windows keeps a copy behind the last sector of the volume; a field that
 * cannot be true sends us there. */
int nt_boot_load(struct blk *src, struct nt_geometry *ret, struct rs_err *err)
{
	uint8_t sector[BOOT_BYTES];
	struct nt_boot first = {0}, backup;

	if (src->size_bytes < BOOT_BYTES)
		return rs_fail_on(err, RS_E_NOT_NTFS, src->name, "shorter than a boot sector");
	struct rs_err why = {0};
	int r = blk_read(src, 0, sector, sizeof(sector), &why);
	if (r == 0)
		nt_boot_parse(sector, sizeof(sector), &first);
	if (r == 0 && first.has_signature && !first.fault && !first.blemish) {
		*ret = first.geo;
		return 0;
	}
	struct rs_err other = {0};
	int found = find_backup(src, &first, &backup, &other);
	if (rs_err_ends(found))
		return rs_err_pass(err, found, &other);
	if (found == 1) {
		*ret = backup.geo;
		ret->from_backup = true;
		return 0;
	}
	if (r < 0)
		return rs_err_pass(err, r, &why);
	if (!first.has_signature)
		return rs_fail_on(err, RS_E_NOT_NTFS, src->name, "no NTFS boot sector");
	if (first.fault)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, src->name,
			"boot sector: %s; no good copy at the end", first.fault);
	*ret = first.geo;
	return 0;
}

/* ---- $MFT ---- */

/* $MFT cannot have holes, nor more clusters than the volume: what follows is not believed. */
static const char *trim_mft(struct nt_raw *raw)
{
	uint64_t room = nt_clusters(raw), used = 0;

	for (size_t i = 0; i < raw->mft.n; i++) {
		const struct nt_run *run = &raw->mft.v[i];
		bool is_hole = run->lcn == NT_HOLE;
		if (!is_hole && run->clusters <= room - used) {
			used += run->clusters;
			continue;
		}
		raw->mft.end_vcn = run->vcn;
		raw->mft.n = i;
		return is_hole ? "a hole in $MFT" : "$MFT has more clusters than the volume";
	}
	return NULL;
}

/* Number of records in the runs known so far. */
static void count_records(struct nt_raw *raw, uint64_t initialized_bytes)
{
	/* trimmed to the volume: the product fits */
	uint64_t mapped = raw->mft.end_vcn * raw->geo.cluster_bytes;

	raw->records =
		(initialized_bytes < mapped ? initialized_bytes : mapped) / raw->geo.record_bytes;
	if (raw->records > UINT32_MAX) /* Windows' own limit */
		raw->records = UINT32_MAX;
}

/* The first piece of $MFT's $DATA out of record 0 as read. Returns NULL or what is wrong. */
static const char *parse_record_0(
	struct nt_raw *raw, uint8_t *rec, struct nt_attr *ret_data, int *ret_code)
{
	*ret_code = RS_E_NTFS_DAMAGED;
	const char *what = nt_record_prepare(rec, raw->geo.record_bytes);
	if (what)
		return what;
	struct nt_attrs walk;
	nt_attrs_init(&walk, rec, raw->geo.record_bytes);
	while (nt_attrs_next(&walk, ret_data)) {
		if (ret_data->type != NT_AT_DATA || ret_data->name.len || ret_data->lowest_vcn)
			continue;
		if (ret_data->is_resident)
			return "$MFT's data are resident";
		nt_runs_done(&raw->mft);
		what = nt_runs_add(&raw->mft, ret_data, nt_clusters(raw), ret_code);
		if (what && (*ret_code == RS_E_MEMORY || raw->mft.n == 0))
			return what;
		const char *trimmed = trim_mft(raw);
		what = what ? what : trimmed;
		if (what) /* the runs before the fault are good for something */
			(void)snprintf(raw->mft_fault, sizeof(raw->mft_fault), "%s", what);
		count_records(raw, ret_data->initialized_bytes);
		return raw->records ? NULL : "$MFT without records";
	}
	return walk.fault ? walk.fault : "$MFT without data";
}

/* Read record 0 at @off_bytes. */
static int try_record_0(struct nt_raw *raw, uint64_t off_bytes, uint8_t *rec,
	struct nt_attr *ret_data, struct rs_err *err)
{
	const uint64_t size = raw->src->size_bytes;

	if (!off_bytes)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "nobody knows where");
	if (off_bytes >= size || size - off_bytes < raw->geo.record_bytes)
		return rs_fail(err, RS_E_TRUNCATED,
			"past the end (%" PRIu64 " of %" PRIu64 " bytes there)", size,
			raw->geo.volume_bytes);
	int r = blk_read(raw->src, off_bytes, rec, raw->geo.record_bytes, err);
	if (r < 0)
		return r;
	const char *fault = parse_record_0(raw, rec, ret_data, &r);
	return fault ? rs_fail(err, r, "%s", fault) : 0;
}

static int load_record_0(
	struct nt_raw *raw, uint8_t *rec, struct nt_attr *ret_data, struct rs_err *err)
{
	struct rs_err first = {0}, mirror = {0};

	int r = try_record_0(raw, raw->geo.mft_off_bytes, rec, ret_data, &first);
	if (r == 0 || rs_err_ends(r))
		return r < 0 ? rs_err_pass(err, r, &first) : 0;
	if (try_record_0(raw, raw->geo.mftmirr_off_bytes, rec, ret_data, &mirror) == 0) {
		raw->is_mft_from_mirror = true;
		(void)snprintf(raw->mft_fault, sizeof(raw->mft_fault),
			"record 0 is damaged (%.100s), its mirror is used", first.detail);
		return 0;
	}
	return rs_fail_on(
		err, r, raw->src->name, "$MFT: %s; its mirror: %s", first.detail, mirror.detail);
}

/* The pieces of $MFT's $DATA that its attribute list names. They lie in records that the pieces
 * before them map: Windows needs that too. Returns NULL or what is wrong. */
static const char *add_extent(struct nt_raw *raw, const struct nt_list_entry *e, uint64_t base_ref,
	uint64_t initialized_bytes)
{
	uint8_t rec[NT_RECORD_MAX] = {0};
	struct nt_attr a;

	if (nt_raw_record(raw, NT_REF_RECORD(e->ref), rec, NULL) < 0)
		return "an extension record of $MFT cannot be read";
	if (nt_record_base(rec) != base_ref || nt_record_sequence(rec) != NT_REF_SEQUENCE(e->ref))
		return "an extension record of $MFT belongs to another file";
	if (!nt_attr_find(rec, raw->geo.record_bytes, NT_AT_DATA, "", e->lowest_vcn, &a))
		return "an extension record of $MFT lacks its runs";
	int code;
	const char *what = nt_runs_add(&raw->mft, &a, nt_clusters(raw), &code);
	const char *trimmed = trim_mft(raw);
	count_records(raw, initialized_bytes);
	return what ? what : trimmed;
}

static void add_extents(struct nt_raw *raw, const uint8_t *rec, uint64_t initialized_bytes)
{
	uint64_t ref = (uint64_t)nt_record_sequence(rec) << 48 | NT_MFT_RECORD;
	auto_free uint8_t *list = NULL;
	struct nt_list_entry e;
	const char *what = NULL;
	size_t len = 0, pos = 0;

	if (raw->mft_fault[0] && !raw->is_mft_from_mirror)
		return; /* the first piece ends early: nothing can follow it */
	int r = nt_raw_read_all(
		raw, NT_MFT_RECORD, NT_AT_ATTRIBUTE_LIST, "", NT_LIST_MAX, &list, &len, NULL);
	if (r == RS_E_NO_SUCH_FILE)
		return;
	if (r < 0)
		what = "$MFT's attribute list cannot be read";
	while (!what && nt_list_next((struct rs_view){list, len}, &pos, &e, &what))
		if (e.type == NT_AT_DATA && !e.name.len && e.lowest_vcn)
			what = add_extent(raw, &e, ref, initialized_bytes);
	if (what)
		(void)snprintf(raw->mft_fault, sizeof(raw->mft_fault), "%s", what);
}

int nt_raw_open_plain(struct blk *src, struct nt_raw **ret, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX] = {0};
	struct nt_attr data = {0};

	auto_nt_raw struct nt_raw *raw = calloc(1, sizeof(*raw));
	if (!raw)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "volume");
	raw->src = src;
	int r = nt_boot_load(src, &raw->geo, err);
	if (r < 0)
		return r;
	r = load_record_0(raw, rec, &data, err);
	if (r < 0)
		return r;
	add_extents(raw, rec, data.initialized_bytes);
	uint64_t expected = data.initialized_bytes / raw->geo.record_bytes;
	if (raw->records < expected && !raw->mft_fault[0])
		(void)snprintf(raw->mft_fault, sizeof(raw->mft_fault),
			"the runs end after %" PRIu64 " of %" PRIu64 " records", raw->records,
			expected);
	*ret = rs_steal(raw);
	return 0;
}

void nt_raw_close(struct nt_raw *raw)
{
	if (!raw)
		return;
	nt_runs_done(&raw->mft);
	blk_close(raw->over);
	free(raw);
}

const struct nt_geometry *nt_raw_geometry(const struct nt_raw *raw)
{
	return &raw->geo;
}
