/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an act touched, looked at from the bytes: none of this goes through libntfs-3g, so a mistake
 * of the library, or of our use of it, does not hide itself. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ntfs/btree.h"
#include "ntfs/check.h"
#include "ntfs/raw_internal.h"

#define UPCASE_RECORD 10U
#define BITMAP_RECORD 6U
#define UPCASE_UNITS  65536U
#define NAMES_MAX     2048U
#define RECORDS_MAX   1024U
#define BITMAP_MAX    (1U << 20)

struct name {
	uint64_t parent_ref;
	uint8_t key[NT_IX_FN_MAX];
	uint16_t len;
	bool is_dos;
	unsigned entries; /* found in the parent's index */
	bool is_walked;	  /* its parent's index was looked through */
};

struct check {
	struct nt_raw *raw;
	const struct nt_check *what;
	uint16_t *upcase;
	struct name *names;
	size_t n_names;
	uint64_t *records; /* base and extensions of the file */
	size_t n_records;
	uint16_t links;
};

static void check_done(struct check *k)
{
	free(k->upcase);
	free(k->names);
	free(k->records);
}

#define auto_check __attribute__((cleanup(check_done)))

static int wrong(struct rs_err *err, uint64_t ref, const char *what)
{
	return rs_fail(
		err, RS_E_VERIFY, "MFT record %" PRIu64 ": %s", (uint64_t)NT_REF_RECORD(ref), what);
}

/* Of something that need not be there: its absence is no error and leaves none behind. */
static int keep_error(int r, const struct rs_err *why, struct rs_err *err)
{
	if (r < 0 && r != RS_E_NO_SUCH_FILE && err)
		*err = *why;
	return r;
}

/* ---- records ---- */

/* @ref with its sequence; a base record in use. */
static int load_record(struct nt_raw *raw, uint64_t ref, uint8_t *buf, struct rs_err *err)
{
	int r = nt_raw_record(raw, NT_REF_RECORD(ref), buf, err);

	if (r < 0)
		return r;
	if (!(nt_record_flags(buf) & NT_RECORD_IN_USE))
		return wrong(err, ref, "not in use");
	if (NT_REF_SEQUENCE(ref) && nt_record_sequence(buf) != NT_REF_SEQUENCE(ref))
		return wrong(err, ref, "belongs to another file now");
	return 0;
}

static bool test_bit(const uint8_t *map, size_t len, uint64_t bit)
{
	return bit / 8 < len && (map[bit / 8] >> (bit % 8) & 1);
}

static int check_mft_bit(struct nt_raw *raw, uint64_t number, struct rs_err *err)
{
	uint8_t byte = 0;
	size_t n;
	int r = nt_raw_read(raw, 0, NT_AT_BITMAP, "", number / 8, &byte, 1, &n, err);

	if (r < 0)
		return r;
	if (n != 1 || !(byte >> (number % 8) & 1))
		return wrong(err, number, "free in the bitmap of $MFT");
	return 0;
}

/* All clusters of the run are taken in $Bitmap. */
static int check_run(struct nt_raw *raw, const struct nt_run *run, uint64_t ref, struct rs_err *err)
{
	uint8_t map[512];
	uint64_t bit = run->lcn, end = run->lcn + run->clusters;

	while (bit < end) {
		size_t n;
		uint64_t first = bit / 8;
		int r = nt_raw_read(
			raw, BITMAP_RECORD, NT_AT_DATA, "", first, map, sizeof(map), &n, err);

		if (r < 0)
			return r;
		for (; bit < end && bit / 8 < first + sizeof(map); bit++)
			if (!test_bit(map, n, bit - 8 * first))
				return wrong(err, ref, "a cluster of it is free in $Bitmap");
	}
	return 0;
}

/* Clusters of every attribute in one record. */
static int check_clusters(struct nt_raw *raw, const uint8_t *rec, uint64_t ref, struct rs_err *err)
{
	struct nt_attrs walk;
	struct nt_attr a;
	int r = 0;

	nt_attrs_init(&walk, rec, raw->geo.record_bytes);
	while (r == 0 && nt_attrs_next(&walk, &a)) {
		struct nt_runs runs = {.end_vcn = a.lowest_vcn};
		int code;
		const char *fault;

		if (a.is_resident)
			continue;
		fault = nt_runs_add(&runs, &a, nt_clusters(raw), &code);
		if (fault)
			r = rs_fail(err, code, "MFT record %" PRIu64 ": %s",
				(uint64_t)NT_REF_RECORD(ref), fault);
		for (size_t i = 0; r == 0 && i < runs.n; i++)
			if (runs.v[i].lcn != NT_HOLE)
				r = check_run(raw, &runs.v[i], ref, err);
		nt_runs_done(&runs);
	}
	if (r == 0 && walk.fault)
		r = rs_fail(err, RS_E_NTFS_DAMAGED, "MFT record %" PRIu64 ": %s",
			(uint64_t)NT_REF_RECORD(ref), walk.fault);
	return r;
}

/* ---- the file's names ---- */

static int add_name(struct check *k, struct rs_view value, struct rs_err *err)
{
	struct nt_file_name fn;

	if (!nt_file_name_parse(value, &fn))
		return wrong(err, k->what->file_ref, "a malformed name");
	if (k->n_names == NAMES_MAX)
		return wrong(err, k->what->file_ref, "too many names");
	struct name *more = realloc(k->names, (k->n_names + 1) * sizeof(*more));
	if (!more)
		return rs_fail(err, RS_E_MEMORY, "names");
	k->names = more;
	struct name *n = &more[k->n_names++];
	*n = (struct name){.parent_ref = fn.parent_ref,
		.len = (uint16_t)(NT_IX_FN_BYTES + fn.name.len),
		.is_dos = fn.name_space == NT_NS_DOS};
	memcpy(n->key, value.p, n->len);
	return 0;
}

static int add_record(struct check *k, uint64_t ref, struct rs_err *err)
{
	for (size_t i = 0; i < k->n_records; i++)
		if (k->records[i] == ref)
			return 0;
	if (k->n_records == RECORDS_MAX)
		return wrong(err, k->what->file_ref, "too many extension records");
	uint64_t *more = realloc(k->records, (k->n_records + 1) * sizeof(*more));
	if (!more)
		return rs_fail(err, RS_E_MEMORY, "records");
	k->records = more;
	k->records[k->n_records++] = ref;
	return 0;
}

static int collect_extensions(struct check *k, struct rs_err *err)
{
	auto_free uint8_t *list = NULL;
	struct nt_list_entry e;
	const char *fault = NULL;
	size_t len = 0, pos = 0;
	uint64_t number = NT_REF_RECORD(k->what->file_ref);
	struct rs_err why = {0};
	int r = nt_raw_read_all(
		k->raw, number, NT_AT_ATTRIBUTE_LIST, "", NT_LIST_MAX, &list, &len, &why);

	if (keep_error(r, &why, err) == RS_E_NO_SUCH_FILE)
		return 0;
	while (r == 0 && nt_list_next((struct rs_view){list, len}, &pos, &e, &fault))
		r = NT_REF_RECORD(e.ref) == number ? 0 : add_record(k, e.ref, err);
	if (r == 0 && fault)
		r = rs_fail(err, RS_E_NTFS_DAMAGED, "attribute list: %s", fault);
	return r;
}

/* One record of the file: its names, its clusters, its bit. */
static int look_at_record(struct check *k, uint64_t ref, bool is_base, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	struct nt_attrs walk;
	struct nt_attr a;
	int r = load_record(k->raw, ref, rec, err);

	if (r < 0)
		return r;
	if (is_base)
		k->links = rs_le16(rec + 0x12);
	if (NT_REF_RECORD(nt_record_base(rec)) != (is_base ? 0 : NT_REF_RECORD(k->what->file_ref)))
		return wrong(err, ref, "is a part of another record");
	nt_attrs_init(&walk, rec, k->raw->geo.record_bytes);
	while (r == 0 && nt_attrs_next(&walk, &a))
		if (a.type == NT_AT_FILE_NAME)
			r = add_name(k, a.value, err);
	if (r == 0)
		r = check_clusters(k->raw, rec, ref, err);
	return r < 0 ? r : check_mft_bit(k->raw, NT_REF_RECORD(ref), err);
}

static int look_at_file(struct check *k, struct rs_err *err)
{
	int r = add_record(k, k->what->file_ref, err);
	size_t plain = 0;

	if (r == 0)
		r = collect_extensions(k, err);
	for (size_t i = 0; r == 0 && i < k->n_records; i++)
		r = look_at_record(k, k->records[i], i == 0, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < k->n_names; i++)
		plain += !k->names[i].is_dos;
	/* Windows counts DOS names; some writers do not. */
	if (k->links != k->n_names && k->links != plain)
		return rs_fail(err, RS_E_VERIFY,
			"MFT record %" PRIu64 ": link count %u, but %zu %s",
			(uint64_t)NT_REF_RECORD(k->what->file_ref), k->links, k->n_names,
			rs_form(k->n_names, "name", "names"));
	return 0;
}

/* ---- folders ---- */

struct folder {
	struct check *k;
	uint64_t ref;
	uint8_t *bitmap;
	size_t bitmap_len;
	struct nt_stream alloc;
	bool has_alloc;
	uint8_t last[NT_IX_FN_MAX]; /* key before */
	size_t last_len;
	unsigned mine; /* entries of the file */
	const char *fault;
};

static void folder_done(struct folder *f)
{
	free(f->bitmap);
	if (f->has_alloc)
		nt_stream_done(&f->alloc);
}

#define auto_folder __attribute__((cleanup(folder_done)))

/* NTFS' order of names: $UpCase first; names that differ in case only may follow in either order.
 */
static int compare(const uint16_t *upcase, struct rs_view a, struct rs_view b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint16_t ca = upcase[rs_le16(a.p + i)], cb = upcase[rs_le16(b.p + i)];

		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.p, b.p, n) ? -1 : 0;
}

static void count_entry(struct folder *f, const struct nt_ix_entry *e, struct rs_view name)
{
	struct check *k = f->k;

	if (e->ref != k->what->file_ref)
		return;
	f->mine++;
	for (size_t i = 0; i < k->n_names; i++) {
		struct name *n = &k->names[i];

		if (n->parent_ref == f->ref && n->len == NT_IX_FN_BYTES + name.len &&
			!memcmp(n->key + NT_IX_FN_BYTES, name.p, name.len) &&
			n->key[0x41] == e->key.p[0x41])
			n->entries++;
	}
}

static bool see_entry(void *user, const struct nt_ix_entry *e)
{
	struct folder *f = user;
	struct nt_file_name fn, last;

	if (!nt_file_name_parse(e->key, &fn)) {
		f->fault = "an entry with a malformed name";
		return false;
	}
	if (fn.parent_ref != f->ref) {
		f->fault = "an entry that names another folder";
		return false;
	}
	if (f->last_len && nt_file_name_parse((struct rs_view){f->last, f->last_len}, &last) &&
		compare(f->k->upcase, last.name, fn.name) >= 0) {
		f->fault = "names out of order or twice";
		return false;
	}
	f->last_len = NT_IX_FN_BYTES + fn.name.len;
	memcpy(f->last, e->key.p, f->last_len);
	count_entry(f, e, fn.name);
	return true;
}

static void see_block(void *user, uint64_t number)
{
	struct folder *f = user;

	if (!test_bit(f->bitmap, f->bitmap_len, number))
		f->fault = "a block in use that its bitmap calls free";
}

static int read_block(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct folder *f = user;
	size_t n = 0;
	int r = nt_stream_read(f->k->raw, &f->alloc, off_bytes, buf, len, &n, err);

	if (r == 0 && n != len)
		r = rs_fail(err, RS_E_NTFS_DAMAGED, "index of the folder: a block past its end");
	return r;
}

/* The index's parts; *ret_root is the caller's. */
static int open_index(struct folder *f, struct nt_ix *ret, uint8_t **ret_root, struct rs_err *err)
{
	struct nt_raw *raw = f->k->raw;
	uint64_t number = NT_REF_RECORD(f->ref);
	size_t len = 0;
	int r = nt_raw_read_all(
		raw, number, NT_AT_INDEX_ROOT, "$I30", NT_INDEX_MAX, ret_root, &len, err);

	if (r < 0)
		return r;
	*ret = (struct nt_ix){.root = {*ret_root, len},
		.cluster_bytes = raw->geo.cluster_bytes,
		.read = read_block,
		.read_user = f};
	struct rs_err why = {0};
	r = nt_stream_open(raw, number, NT_AT_INDEX_ALLOCATION, "$I30", &f->alloc, &why);
	if (keep_error(r, &why, err) == RS_E_NO_SUCH_FILE)
		return 0; /* small: all in the root */
	if (r < 0)
		return r;
	f->has_alloc = true;
	ret->alloc_bytes = nt_stream_there(raw, &f->alloc);
	return nt_raw_read_all(
		raw, number, NT_AT_BITMAP, "$I30", BITMAP_MAX, &f->bitmap, &f->bitmap_len, err);
}

static int look_at_folder(struct check *k, uint64_t ref, unsigned *ret_mine, struct rs_err *err)
{
	auto_folder struct folder f = {.k = k, .ref = ref};
	auto_free uint8_t *root = NULL;
	uint8_t rec[NT_RECORD_MAX];
	struct nt_ix ix;
	struct nt_ix_visit visit = {&f, see_entry, see_block};
	int r = load_record(k->raw, ref, rec, err);

	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IS_DIR))
		return wrong(err, ref, "is no folder");
	f.ref = NT_REF_RECORD(ref) | (uint64_t)nt_record_sequence(rec) << 48;
	r = check_mft_bit(k->raw, NT_REF_RECORD(ref), err);
	if (r == 0)
		r = check_clusters(k->raw, rec, ref, err);
	if (r == 0)
		r = open_index(&f, &ix, &root, err);
	for (size_t i = 0; r == 0 && f.has_alloc && i < f.alloc.runs.n; i++)
		if (f.alloc.runs.v[i].lcn != NT_HOLE)
			r = check_run(k->raw, &f.alloc.runs.v[i], ref, err);
	if (r == 0)
		r = nt_ix_walk(&ix, &visit, err);
	if (r == 0 && f.fault)
		r = wrong(err, ref, f.fault);
	*ret_mine = f.mine;
	return r;
}

/* ---- the whole ---- */

/* Every folder that a name of the file points to: exactly one entry for it. */
static int look_at_parents(struct check *k, struct rs_err *err)
{
	unsigned mine = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->n_names; i++) {
		uint64_t parent = k->names[i].parent_ref;
		unsigned here = 0;

		if (k->names[i].is_walked)
			continue;
		r = look_at_folder(k, parent, &mine, err);
		for (size_t j = i; r == 0 && j < k->n_names; j++) {
			struct name *n = &k->names[j];

			if (n->parent_ref != parent)
				continue;
			n->is_walked = true;
			here++;
			if (n->entries != 1)
				r = rs_fail(err, RS_E_VERIFY,
					"a name of the file has %u entries in its folder",
					n->entries);
		}
		if (r == 0 && mine != here)
			r = wrong(err, parent, "has an entry of the file that the file does not");
	}
	return r;
}

static int load_upcase(struct check *k, struct rs_err *err)
{
	auto_free uint8_t *raw = calloc(UPCASE_UNITS, 2);
	size_t n = 0;

	k->upcase = calloc(UPCASE_UNITS, sizeof(*k->upcase));
	if (!raw || !k->upcase)
		return rs_fail(err, RS_E_MEMORY, "$UpCase");
	int r = nt_raw_read(
		k->raw, UPCASE_RECORD, NT_AT_DATA, "", 0, raw, 2UL * UPCASE_UNITS, &n, err);
	for (size_t i = 0; i < UPCASE_UNITS; i++)
		k->upcase[i] = 2 * i + 1 < n ? rs_le16(raw + 2 * i) : (uint16_t)i;
	return r;
}

int nt_check_touched(struct nt_raw *raw, const struct nt_check *c, struct rs_err *err)
{
	auto_check struct check k = {.raw = raw, .what = c};
	unsigned mine = 0, in = 0;
	int r = load_upcase(&k, err);

	if (r == 0)
		r = look_at_file(&k, err);
	if (r == 0)
		r = look_at_parents(&k, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < k.n_names; i++) {
		in += k.names[i].parent_ref == c->in_ref;
		if (c->out_ref && k.names[i].parent_ref == c->out_ref)
			return wrong(
				err, c->file_ref, "still names the folder it should have left");
	}
	if (c->in_ref && !in)
		return wrong(err, c->file_ref, "has no name in the folder where it should be");
	if (c->out_ref)
		r = look_at_folder(&k, c->out_ref, &mine, err);
	if (r == 0 && mine)
		r = wrong(err, c->out_ref, "still has an entry of the file");
	return r;
}
