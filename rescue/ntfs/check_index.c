/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees as they will be: folders, and the views of $Secure, $ObjId, $Quota and $Reparse. */
#include <stdlib.h>
#include <string.h>

#include "ntfs/check.h"

#define NAMES	  "$I30"
#define BY_NAME	  0x01U
#define BY_ULONG  0x10U
#define BY_SID	  0x11U
#define BY_HASH	  0x12U
#define BY_ULONGS 0x13U

struct tree {
	struct nt_ck *c;
	uint64_t number;
	uint32_t collation;
	struct nt_index index;
	uint8_t last[0x10000]; /* key before */
	size_t last_len;
	const char *fault;
	int r; /* an error of reading on the way */
	/* of a folder: */
	bool is_folder, is_changed;
	uint64_t ref, files; /* entries of files that change */
	struct rs_err *err;
};

/* ---- order ---- */

/* By units of 2 bytes as @upcase makes them, or (NULL) by numbers of 4. */
static int compare(const uint16_t *upcase, struct rs_view a, struct rs_view b)
{
	const size_t n = a.len < b.len ? a.len : b.len, unit = upcase ? 2 : 4;

	for (size_t i = 0; i + unit <= n; i += unit) {
		uint32_t x = upcase ? upcase[rs_le16(a.p + i)] : rs_le32(a.p + i);
		uint32_t y = upcase ? upcase[rs_le16(b.p + i)] : rs_le32(b.p + i);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Does @b follow on @a? */
static bool is_after(const struct tree *t, struct rs_view a, struct rs_view b)
{
	struct nt_file_name x, y;
	int by_case;

	switch (t->collation) {
	case BY_NAME:
		if (!nt_file_name_parse(a, &x) || !nt_file_name_parse(b, &y))
			return false;
		by_case = compare(t->c->upcase, x.name, y.name);
		/* names that differ in case only may follow in either order */
		return by_case ? by_case < 0 : memcmp(x.name.p, y.name.p, x.name.len) != 0;
	case BY_ULONG:
	case BY_HASH:
	case BY_ULONGS:
		return compare(NULL, a, b) < 0;
	default: /* SIDs: their order is not documented; none is there twice */
		return a.len != b.len || memcmp(a.p, b.p, a.len) != 0;
	}
}

/* ---- a name of a record, wherever it is ---- */

static bool names_it(const uint8_t *rec, size_t len, uint64_t parent, const struct nt_file_name *fn)
{
	struct nt_file_name own;
	struct nt_attrs walk;
	struct nt_attr a;

	nt_attrs_init(&walk, rec, len);
	while (nt_attrs_next_of(&walk, NT_ATTRS_OF(NT_AT_FILE_NAME), &a))
		if (a.is_resident && nt_file_name_parse(a.value, &own) &&
			own.parent_ref == parent && own.name_space == fn->name_space &&
			own.name.len == fn->name.len &&
			memcmp(own.name.p, fn->name.p, fn->name.len) == 0)
			return true;
	return false;
}

/* Does the file have that name in that folder, in whichever record? 1, 0 or an error. */
static int has_name(struct nt_ck *c, const uint8_t *rec, uint64_t parent_ref,
	const struct nt_file_name *fn, struct rs_err *err)
{
	const size_t len = c->raw->geo.record_bytes;
	auto_free uint8_t *list = NULL;
	struct nt_list_entry e;
	const char *fault = NULL;
	uint8_t ext[NT_RECORD_MAX];
	struct nt_attr a;
	size_t n = 0;

	if (names_it(rec, len, parent_ref, fn))
		return 1;
	if (!nt_attr_find(rec, len, NT_AT_ATTRIBUTE_LIST, "", 0, &a))
		return 0;
	uint64_t number = rs_le32(rec + 0x2C);
	int r = nt_raw_read_all(
		c->raw, number, NT_AT_ATTRIBUTE_LIST, "", NT_LIST_MAX, &list, &n, err);
	for (size_t pos = 0; r == 0 && nt_list_next((struct rs_view){list, n}, &pos, &e, &fault);) {
		if (e.type != NT_AT_FILE_NAME || NT_REF_RECORD(e.ref) == number)
			continue;
		r = nt_raw_record(c->raw, NT_REF_RECORD(e.ref), ext, err);
		if (r == 0 && NT_REF_RECORD(nt_record_base(ext)) == number &&
			names_it(ext, len, parent_ref, fn))
			return 1;
	}
	return r;
}

/* ---- entries ---- */

/* The record of a folder's entry is in use under that name. */
static int look_at_entry(struct tree *t, uint64_t ref, const struct nt_file_name *fn)
{
	uint8_t rec[NT_RECORD_MAX];
	int r = nt_raw_record(t->c->raw, NT_REF_RECORD(ref), rec, t->err);

	if (r == RS_E_NTFS_DAMAGED || r == RS_E_NO_SUCH_FILE) {
		t->fault = "an entry's record cannot be read";
		return 0;
	}
	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE) ||
		nt_record_sequence(rec) != NT_REF_SEQUENCE(ref) || nt_record_base(rec)) {
		t->fault = "an entry's record is not in use, or another file's";
		return 0;
	}
	r = has_name(t->c, rec, t->ref, fn, t->err);
	if (r == 0)
		t->fault = "an entry's record has no such name";
	return r < 0 ? r : 0;
}

static void look_at_name(struct tree *t, const struct nt_ix_entry *e)
{
	struct nt_file_name fn;

	if (!nt_file_name_parse(e->key, &fn)) {
		t->fault = "an entry with a malformed name";
	} else if (fn.parent_ref != t->ref) {
		t->fault = "an entry that names another folder";
	} else {
		bool is_ours = rs_numbers_count(&t->c->files, NT_REF_RECORD(e->ref)) != 0;
		t->files += is_ours;
		if (is_ours || t->is_changed)
			t->r = look_at_entry(t, e->ref, &fn);
	}
}

static bool see_entry(void *user, const struct nt_ix_entry *e)
{
	struct tree *t = user;

	if (!e->key.len || e->key.len > sizeof(t->last))
		t->fault = "an entry without a key";
	else if (t->last_len && !is_after(t, (struct rs_view){t->last, t->last_len}, e->key))
		t->fault = "entries out of order or twice";
	else if (t->is_folder)
		look_at_name(t, e);
	if (t->fault || t->r < 0)
		return false;
	t->last_len = e->key.len;
	memcpy(t->last, e->key.p, e->key.len);
	return true;
}

static void see_block(void *user, uint64_t number)
{
	struct tree *t = user;

	if (!nt_bit(t->index.bitmap, t->index.bitmap_len, number))
		t->fault = "a block in use that its bitmap calls free";
}

const char *nt_ck_block(uint8_t *block, size_t len, struct rs_view *ret_key)
{
	struct nt_ix_entry e = {0};
	size_t at = 0;

	const char *what = nt_fixup(block, len);
	while (!what && !e.is_end) {
		if (!nt_ix_next((struct rs_view){block, len}, NT_IX_BLOCK_HEADER, &at, &e))
			what = "a malformed entry";
		else if (!ret_key->p)
			*ret_key = e.key;
	}
	return what;
}

/* ---- the tree ---- */

static int walk(struct tree *t, const char *name, struct rs_err *err)
{
	const struct nt_ix_visit visit = {t, see_entry, see_block};
	int r = nt_index_open(t->c->raw, t->number, name, false, &t->index, err);

	if (r < 0)
		return r;
	t->err = err;
	if (t->index.ix.root.len < 0x20)
		return nt_ck_wrong(t->c, t->number, "the root of an index is cut", err);
	t->collation = rs_le32(t->index.root + 4);
	if (t->collation != BY_NAME && (t->collation < BY_ULONG || t->collation > BY_ULONGS))
		return nt_ck_wrong(t->c, t->number, "an index of an unknown order", err);
	r = nt_ix_walk(&t->index.ix, &visit, err);
	if (r < 0 || t->r < 0)
		return r < 0 ? r : t->r;
	return t->fault ? nt_ck_wrong(t->c, t->number, t->fault, err) : 0;
}

static void tree_free(struct tree *t)
{
	if (!t)
		return;
	nt_index_done(&t->index);
	free(t);
}

RS_DEFINE_AUTO(struct tree *, tree_free);
#define auto_tree __attribute__((cleanup(tree_free_auto)))

int nt_ck_tree(struct nt_ck *c, uint64_t number, const char *name, struct rs_err *err)
{
	if (strcmp(name, NAMES) == 0)
		return 0; /* looked at as a folder */
	auto_tree struct tree *t = calloc(1, sizeof(*t));
	if (!t)
		return rs_fail(err, RS_E_MEMORY, "index");
	t->c = c;
	t->number = number;
	return walk(t, name, err);
}

int nt_ck_folder(struct nt_ck *c, uint64_t ref, bool is_changed, struct rs_err *err)
{
	auto_tree struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return rs_fail(err, RS_E_MEMORY, "index");
	t->c = c;
	t->number = NT_REF_RECORD(ref);
	t->ref = ref;
	t->is_folder = true;
	t->is_changed = is_changed;
	int r = nt_ck_ref(c, ref, true, err);
	if (r == 0)
		r = walk(t, NAMES, err);
	/* every entry's record has that name: as many entries as names are all of them */
	if (r == 0 && t->files != rs_numbers_count(&c->parents, ref))
		r = nt_ck_wrong(t->c, t->number, "lacks an entry of a file that names it", err);
	return r;
}
