/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attribute's bytes, wherever its pieces are: resident, in runs, in extension records. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/stream.h"

static int damaged(const struct nt_raw *raw, uint64_t number, const char *what, struct rs_err *err)
{
	return rs_fail_on(
		err, RS_E_NTFS_DAMAGED, raw->src->name, "MFT record %" PRIu64 ": %s", number, what);
}

/* Add one piece of the attribute to the stream. */
static int add_piece(struct nt_raw *raw, uint64_t number, const struct nt_attr *a,
	struct nt_stream *s, struct rs_err *err)
{
	bool is_first = !s->runs.end_vcn && !s->value;

	if (is_first && (a->is_resident || a->lowest_vcn == 0)) {
		s->is_resident = a->is_resident;
		s->flags = a->flags;
		s->data_bytes = a->data_bytes;
		s->initialized_bytes = a->initialized_bytes;
		s->allocated_bytes = a->is_resident ? 0 : a->compressed_bytes;
	}
	if (a->is_resident) {
		if (!is_first)
			return damaged(raw, number, "two resident pieces of one attribute", err);
		s->value = malloc(a->value.len + 1);
		if (!s->value)
			return rs_fail(err, RS_E_MEMORY, "attribute value");
		memcpy(s->value, a->value.p, a->value.len);
		return 0;
	}
	if (s->data_bytes > INT64_MAX || s->is_resident)
		return damaged(raw, number, "size of an attribute", err);
	int code;
	const char *what = nt_runs_add(&s->runs, a, nt_clusters(raw), &code);
	if (what && code == RS_E_MEMORY)
		return rs_fail(err, code, "%s", what);
	return what ? damaged(raw, number, what, err) : 0;
}

/* What the caller looks for. */
struct wanted {
	uint64_t number, ref; /* base record */
	uint32_t type;
	const char *name;
};

/* The piece that a row of the attribute list names. */
static int add_listed(struct nt_raw *raw, const uint8_t *base, const struct wanted *w,
	const struct nt_list_entry *e, struct nt_stream *s, struct rs_err *err)
{
	uint8_t ext[NT_RECORD_MAX];
	const uint8_t *rec = base;
	uint64_t number = NT_REF_RECORD(e->ref);

	if (number != w->number) {
		int r = nt_raw_record(raw, number, ext, err);
		if (r < 0)
			return r;
		if (nt_record_sequence(ext) != NT_REF_SEQUENCE(e->ref) ||
			nt_record_base(ext) != w->ref || !(nt_record_flags(ext) & NT_RECORD_IN_USE))
			return damaged(
				raw, number, "not the extension record that its base means", err);
		rec = ext;
	}
	struct nt_attr a;
	if (!nt_attr_find(rec, raw->geo.record_bytes, w->type, w->name, e->lowest_vcn, &a))
		return damaged(raw, number, "lacks an attribute that the list has", err);
	return add_piece(raw, number, &a, s, err);
}

/* All pieces that the attribute list names; 1 = some were found, 0 = none. */
static int add_all_listed(struct nt_raw *raw, const uint8_t *base, const struct wanted *w,
	struct rs_view list, struct nt_stream *s, struct rs_err *err)
{
	struct nt_list_entry e;
	const char *fault = NULL;
	int found = 0;

	for (size_t pos = 0; nt_list_next(list, &pos, &e, &fault);) {
		struct nt_attr as = {.type = e.type, .name = e.name};
		if (e.type != w->type || !nt_attr_is_named(&as, w->name))
			continue;
		int r = add_listed(raw, base, w, &e, s, err);
		if (r < 0)
			return r;
		found = 1;
	}
	return fault && !found ? damaged(raw, w->number, fault, err) : found;
}

/* All of the stream into malloc'd memory. */
static int read_whole(struct nt_raw *raw, uint64_t number, const struct nt_stream *s, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	/* none of those that are read whole has holes */
	uint64_t room = s->runs.mapped > raw->src->size_bytes / raw->geo.cluster_bytes
				? raw->src->size_bytes
				: s->runs.mapped * raw->geo.cluster_bytes;
	if (!s->is_resident && s->data_bytes > room)
		return damaged(raw, number, "an attribute is longer than its clusters", err);
	auto_free uint8_t *p = calloc(1, s->data_bytes + 1);
	if (!p)
		return rs_fail(err, RS_E_MEMORY, "attribute");
	int r = nt_stream_read(raw, s, 0, p, s->data_bytes, ret_len, err);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

/* The value of the attribute list of a prepared record into malloc'd memory. */
static int read_list(struct nt_raw *raw, uint64_t number, const struct nt_attr *a, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};

	if (a->data_bytes > NT_LIST_MAX)
		return damaged(raw, number, "length of the attribute list", err);
	int r = add_piece(raw, number, a, &s, err);
	return r < 0 ? r : read_whole(raw, number, &s, ret, ret_len, err);
}

int nt_stream_open(struct nt_raw *raw, uint64_t number, int type, const char *name,
	struct nt_stream *ret, struct rs_err *err)
{
	uint8_t base[NT_RECORD_MAX];
	auto_nt_stream struct nt_stream s = {0};
	auto_free uint8_t *list = NULL;
	size_t list_len = 0;
	struct nt_attr a;

	int r = nt_raw_record(raw, number, base, err);
	if (r < 0)
		return r;
	struct wanted w = {
		number, number | (uint64_t)nt_record_sequence(base) << 48, (uint32_t)type, name};
	int found = 0;
	if (type != NT_AT_ATTRIBUTE_LIST &&
		nt_attr_find(base, raw->geo.record_bytes, NT_AT_ATTRIBUTE_LIST, "", 0, &a)) {
		r = read_list(raw, number, &a, &list, &list_len, err);
		if (r == 0)
			found = r = add_all_listed(
				raw, base, &w, (struct rs_view){list, list_len}, &s, err);
	}
	if (r < 0 && r != RS_E_NTFS_DAMAGED)
		return r;
	/* no list, or a damaged one: the base record alone may still hold it whole */
	if (found <= 0 && nt_attr_find(base, raw->geo.record_bytes, w.type, name, 0, &a)) {
		nt_stream_done(&s);
		int whole = add_piece(raw, number, &a, &s, r < 0 ? NULL : err);
		if (whole < 0)
			return r < 0 ? r : whole;
		found = 1;
	}
	if (found < 0)
		return found;
	if (!found)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, raw->src->name,
			"MFT record %" PRIu64 " has no attribute 0x%x '%s'", number, (unsigned)type,
			name);
	*ret = s;
	s = (struct nt_stream){0};
	return 0;
}

int nt_stream_read(const struct nt_raw *raw, const struct nt_stream *s, uint64_t off_bytes,
	void *buf, size_t len, size_t *ret_len, struct rs_err *err)
{
	if (off_bytes >= s->data_bytes)
		len = 0;
	else if (len > s->data_bytes - off_bytes)
		len = (size_t)(s->data_bytes - off_bytes);
	if (!len || s->is_resident) {
		if (len)
			memcpy(buf, s->value + off_bytes, len);
		*ret_len = len;
		return 0;
	}
	if (s->flags & (NT_ATTR_COMPRESSED | NT_ATTR_ENCRYPTED))
		return rs_fail_on(err, RS_E_UNSUPPORTED, raw->src->name, "the data are %s",
			s->flags & NT_ATTR_ENCRYPTED ? "encrypted" : "compressed");
	size_t valid = off_bytes >= s->initialized_bytes ? 0
		       : s->initialized_bytes - off_bytes < len
			       ? (size_t)(s->initialized_bytes - off_bytes)
			       : len;
	memset((uint8_t *)buf + valid, 0, len - valid);
	int r = nt_runs_read(raw, &s->runs, off_bytes, buf, valid, err);
	if (r == 0)
		*ret_len = len;
	return r;
}

void nt_stream_done(struct nt_stream *s)
{
	free(s->value);
	nt_runs_done(&s->runs);
	*s = (struct nt_stream){0};
}

int nt_raw_read(struct nt_raw *raw, uint64_t number, int type, const char *name, uint64_t off_bytes,
	void *buf, size_t len, size_t *ret_len, struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};

	int r = nt_stream_open(raw, number, type, name, &s, err);
	return r < 0 ? r : nt_stream_read(raw, &s, off_bytes, buf, len, ret_len, err);
}

int nt_raw_size(struct nt_raw *raw, uint64_t number, int type, const char *name, uint64_t *ret,
	struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};

	int r = nt_stream_open(raw, number, type, name, &s, err);
	if (r == 0)
		*ret = s.data_bytes;
	return r;
}

int nt_raw_read_all(struct nt_raw *raw, uint64_t number, int type, const char *name,
	size_t max_bytes, uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};

	int r = nt_stream_open(raw, number, type, name, &s, err);
	if (r == 0 && s.data_bytes > max_bytes)
		r = rs_fail_on(err, RS_E_NTFS_DAMAGED, raw->src->name,
			"MFT record %" PRIu64 ": attribute 0x%x is too long", number,
			(unsigned)type);
	return r < 0 ? r : read_whole(raw, number, &s, ret, ret_len, err);
}

static void runs_will_need(struct nt_raw *raw, const struct nt_runs *runs, uint64_t len_bytes)
{
	const uint64_t cluster = raw->geo.cluster_bytes;

	for (size_t i = 0; i < runs->n && len_bytes; i++) {
		const struct nt_run *run = &runs->v[i];
		uint64_t n =
			run->clusters * cluster < len_bytes ? run->clusters * cluster : len_bytes;
		if (run->lcn != NT_HOLE)
			blk_will_need(raw->src, run->lcn * cluster, n);
		len_bytes -= n;
	}
}

void nt_raw_will_need(struct nt_raw *raw, uint64_t number, uint64_t len_bytes)
{
	auto_nt_stream struct nt_stream s = {0};

	if (number == NT_MFT_RECORD)
		runs_will_need(raw, &raw->mft, len_bytes);
	else if (nt_stream_open(raw, number, NT_AT_DATA, "", &s, NULL) == 0)
		runs_will_need(raw, &s.runs, s.data_bytes < len_bytes ? s.data_bytes : len_bytes);
}
