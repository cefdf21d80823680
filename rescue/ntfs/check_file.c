/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file as it will be: its records, their attributes, the pieces of each, their clusters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ntfs/check.h"

#define EXTENTS_MAX (1U << 22)

/* One file that is looked at. */
struct file {
	struct nt_ck *c;
	uint64_t number, ref;
	uint8_t *list; /* its attribute list, NULL: none */
	size_t list_len;
	unsigned names, plain, links;
};

static int wrong(const struct file *f, const char *what, struct rs_err *err)
{
	return nt_ck_wrong(f->c, f->number, what, err);
}

/* ---- clusters ---- */

static int is_taken(struct nt_ck *c, uint64_t lcn, bool *ret, struct rs_err *err)
{
	uint64_t at = lcn / 8 / sizeof(c->window) * sizeof(c->window);

	if (!c->window_len || at != c->window_at) {
		int r = nt_stream_read(
			c->raw, &c->bitmap, at, c->window, sizeof(c->window), &c->window_len, err);
		if (r < 0)
			return r;
		c->window_at = at;
	}
	*ret = nt_bit(c->window, c->window_len, lcn - 8 * at);
	return 0;
}

static int keep_extent(
	struct nt_ck *c, const struct nt_run *run, uint64_t number, struct rs_err *err)
{
	if (c->n_extents == EXTENTS_MAX)
		return 0; /* so many that overlaps are not looked for among the rest */
	struct nt_ck_extent *to = rs_list_add(&c->extents, &c->n_extents, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "checks");
	*to = (struct nt_ck_extent){run->lcn, run->clusters, number};
	return 0;
}

static int look_at_run(struct file *f, const struct nt_run *run, struct rs_err *err)
{
	bool taken = true;
	int r = keep_extent(f->c, run, f->number, err);

	for (uint64_t i = 0; r == 0 && taken && i < run->clusters; i++)
		r = is_taken(f->c, run->lcn + i, &taken, err);
	if (r == 0 && !taken)
		r = wrong(f, "a cluster of it is free in $Bitmap", err);
	return r;
}

static int by_lcn(const void *a, const void *b)
{
	const struct nt_ck_extent *x = a, *y = b;

	return (x->lcn > y->lcn) - (x->lcn < y->lcn);
}

int nt_ck_extents(struct nt_ck *c, struct rs_err *err)
{
	if (c->n_extents)
		qsort(c->extents, c->n_extents, sizeof(*c->extents), by_lcn);
	for (size_t i = 1; i < c->n_extents; i++)
		if (c->extents[i].lcn - c->extents[i - 1].lcn < c->extents[i - 1].clusters)
			return nt_ck_wrong(c, c->extents[i].number,
				"its clusters belong to another attribute too", err);
	return 0;
}

/* ---- attributes ---- */

static const char *odd_sizes(const struct nt_attr *a, uint32_t cluster)
{
	if (a->lowest_vcn > a->highest_vcn + 1)
		return "first and last cluster of an attribute";
	if (a->lowest_vcn)
		return NULL; /* the first piece has the sizes */
	if (a->initialized_bytes > a->data_bytes || a->data_bytes > a->allocated_bytes ||
		a->allocated_bytes % cluster)
		return "sizes of an attribute";
	return a->highest_vcn + 1 > a->allocated_bytes / cluster ? "more runs than its size allows"
								 : NULL;
}

/* One piece that is not resident. */
static int look_at_piece(struct file *f, const struct nt_attr *a, struct rs_err *err)
{
	struct nt_raw *raw = f->c->raw;
	struct nt_runs runs = {.end_vcn = a->lowest_vcn};
	int code = RS_E_NTFS_DAMAGED;
	const char *what = odd_sizes(a, raw->geo.cluster_bytes);

	if (!what && !f->list && a->highest_vcn + 1 != a->allocated_bytes / raw->geo.cluster_bytes)
		what = "fewer runs than its size needs";
	/* one that all the volume's clusters belong to: only the bad ones are mapped */
	if (!what && f->number != NT_BADCLUS_RECORD)
		what = nt_runs_add(&runs, a, nt_clusters(raw), &code);
	int r = !what		      ? 0
		: code == RS_E_MEMORY ? rs_fail(err, code, "%s", what)
				      : wrong(f, what, err);
	for (size_t i = 0; r == 0 && i < runs.n; i++)
		if (runs.v[i].lcn != NT_HOLE)
			r = look_at_run(f, &runs.v[i], err);
	nt_runs_done(&runs);
	return r;
}

/* Is the piece in the file's list, with this record? */
static bool is_listed(const struct file *f, const struct nt_attr *a, uint64_t ref)
{
	struct nt_list_entry e;
	const char *fault = NULL;

	for (size_t pos = 0;
		nt_list_next((struct rs_view){f->list, f->list_len}, &pos, &e, &fault);)
		if (e.type == a->type && e.ref == ref && e.lowest_vcn == a->lowest_vcn &&
			e.instance == a->instance && e.name.len == a->name.len &&
			memcmp(e.name.p, a->name.p, a->name.len) == 0)
			return true;
	return false;
}

static int look_at_name(struct file *f, const struct nt_attr *a, struct rs_err *err)
{
	struct nt_file_name fn;

	if (!a->is_resident || !nt_file_name_parse(a->value, &fn))
		return wrong(f, "a malformed name", err);
	f->names++;
	f->plain += fn.name_space != NT_NS_DOS;
	return nt_ck_add(&f->c->parents, fn.parent_ref, err);
}

static int look_at_attr(struct file *f, const struct nt_attr *a, uint64_t ref, struct rs_err *err)
{
	int r = 0;

	if (f->list && a->type != NT_AT_ATTRIBUTE_LIST && !is_listed(f, a, ref))
		return wrong(f, "its attribute list lacks an attribute", err);
	if (!a->is_resident)
		r = look_at_piece(f, a, err);
	if (r == 0 && a->type == NT_AT_FILE_NAME)
		r = look_at_name(f, a, err);
	if (r == 0 && a->type == NT_AT_INDEX_ROOT) {
		char name[NT_NAME_BYTES];
		(void)nt_name_text(a->name, name);
		r = nt_ck_tree(f->c, f->number, name, err);
	}
	return r;
}

/* All attributes of one record: in their order, each with a number of its own. */
static int look_at_attrs(struct file *f, const uint8_t *rec, uint64_t ref, struct rs_err *err)
{
	uint16_t seen[NT_RECORD_MAX / 24];
	struct nt_attrs walk;
	struct nt_attr a;
	uint32_t last = 0;
	size_t n = 0;
	int r = 0;

	nt_attrs_init(&walk, rec, f->c->raw->geo.record_bytes);
	while (r == 0 && nt_attrs_next(&walk, &a)) {
		if (a.type < last)
			return wrong(f, "attributes out of order", err);
		last = a.type;
		for (size_t i = 0; i < n; i++)
			if (seen[i] == a.instance)
				return wrong(f, "two attributes of one number", err);
		if (n < sizeof(seen) / sizeof(seen[0]))
			seen[n++] = a.instance;
		r = look_at_attr(f, &a, ref, err);
	}
	return r < 0 || !walk.fault ? r : wrong(f, walk.fault, err);
}

/* ---- records of one file ---- */

static int look_at_bit(struct file *f, uint64_t number, struct rs_err *err)
{
	uint8_t byte = 0;
	size_t n = 0;
	int r = nt_stream_read(f->c->raw, &f->c->mft_bitmap, number / 8, &byte, 1, &n, err);

	if (r < 0)
		return r;
	return n == 1 && (byte >> number % 8 & 1) ? 0 : wrong(f, "free in the bitmap of $MFT", err);
}

/* The extension at @ref, which the list names. */
static int look_at_extension(struct file *f, uint64_t ref, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	int r = nt_raw_record(f->c->raw, NT_REF_RECORD(ref), rec, err);

	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE) ||
		nt_record_sequence(rec) != NT_REF_SEQUENCE(ref) || nt_record_base(rec) != f->ref)
		return wrong(f, "an extension record is not its own", err);
	r = look_at_attrs(f, rec, ref, err);
	return r < 0 ? r : look_at_bit(f, NT_REF_RECORD(ref), err);
}

/* Every attribute that the list begins is there, piece after piece up to its size. */
static int look_at_row(struct file *f, const struct nt_list_entry *e, struct rs_err *err)
{
	auto_nt_stream struct nt_stream s = {0};
	struct nt_raw *raw = f->c->raw;
	char name[NT_NAME_BYTES];

	if (e->lowest_vcn || e->type == NT_AT_FILE_NAME)
		return 0; /* names: each is in its record, and counted */
	(void)nt_name_text(e->name, name);
	int r = nt_stream_open(raw, f->number, (int)e->type, name, &s, err);
	if (r == RS_E_NO_SUCH_FILE)
		return wrong(f, "lacks an attribute that its list has", err);
	if (r < 0 || s.is_resident || f->number == NT_BADCLUS_RECORD)
		return r;
	/* of compressed and sparse data s has the bytes on disk; the runs hold the whole size */
	return s.runs.end_vcn * raw->geo.cluster_bytes >= s.data_bytes
		       ? 0
		       : wrong(f, "fewer runs than its size needs", err);
}

static int look_at_list(struct file *f, struct rs_err *err)
{
	auto_numbers struct rs_numbers extensions = {0};
	struct nt_list_entry e;
	const char *fault = NULL;
	int r = 0;

	for (size_t pos = 0;
		r == 0 && nt_list_next((struct rs_view){f->list, f->list_len}, &pos, &e, &fault);) {
		r = look_at_row(f, &e, err);
		if (r == 0 && NT_REF_RECORD(e.ref) != f->number)
			r = nt_ck_add(&extensions, e.ref, err);
		else if (r == 0 && e.ref != f->ref)
			r = wrong(f, "its attribute list is another file's", err);
	}
	if (r == 0 && fault)
		r = wrong(f, fault, err);
	rs_numbers_sort(&extensions, true);
	for (size_t i = 0; r == 0 && i < extensions.n; i++)
		r = look_at_extension(f, extensions.v[i], err);
	return r;
}

int nt_ck_file(struct nt_ck *c, uint64_t number, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	struct file f = {.c = c, .number = number};
	struct rs_err why = {0};
	int r = nt_raw_record(c->raw, number, rec, err);

	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE) || nt_record_base(rec))
		return wrong(&f, "the base of a record that changes is none", err);
	f.ref = number | (uint64_t)nt_record_sequence(rec) << 48;
	f.links = rs_le16(rec + 0x12);
	r = nt_raw_read_all(
		c->raw, number, NT_AT_ATTRIBUTE_LIST, "", NT_LIST_MAX, &f.list, &f.list_len, &why);
	if (r < 0 && r != RS_E_NO_SUCH_FILE)
		return rs_err_pass(err, r, &why);
	r = look_at_attrs(&f, rec, f.ref, err);
	if (r == 0)
		r = look_at_bit(&f, number, err);
	if (r == 0 && f.list)
		r = look_at_list(&f, err);
	free(f.list);
	/* Windows counts DOS names; some writers do not. */
	if (r == 0 && f.links != f.names && f.links != f.plain) {
		char what[64];
		(void)snprintf(what, sizeof(what), "link count %u, but %u %s", f.links, f.names,
			rs_form(f.names, "name", "names"));
		r = wrong(&f, what, err);
	}
	return r;
}
