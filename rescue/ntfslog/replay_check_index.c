/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees as they will be: folders, and the views of $Secure, $ObjId, $Quota and $Reparse. */
#include <string.h>

#include "ntfs/btree.h"
#include "ntfslog/replay_check.h"

#define NAMES	   "$I30"
#define BITMAP_MAX (1U << 20)
#define HEADER_OFF 0x18U /* INDEX_HEADER in an INDX block */
#define BY_NAME	   0x01U
#define BY_ULONG   0x10U
#define BY_SID	   0x11U
#define BY_HASH	   0x12U
#define BY_ULONGS  0x13U

struct tree {
	struct nt_rc *c;
	uint64_t number;
	uint32_t collation;
	uint8_t *root, *bitmap;
	size_t root_len, bitmap_len;
	struct nt_stream alloc;
	bool has_alloc;
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

static int compare_names(const uint16_t *upcase, struct rs_view a, struct rs_view b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint16_t x = upcase[rs_le16(a.p + i)], y = upcase[rs_le16(b.p + i)];
		if (x != y)
			return x < y ? -1 : 1;
	}
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	/* names that differ in case only may follow in either order */
	return memcmp(a.p, b.p, n) ? -1 : 0;
}

static int compare_ulongs(struct rs_view a, struct rs_view b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i + 3 < n; i += 4) {
		uint32_t x = rs_le32(a.p + i), y = rs_le32(b.p + i);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Does @b follow on @a? */
static bool is_after(const struct tree *t, struct rs_view a, struct rs_view b)
{
	struct nt_file_name x, y;

	switch (t->collation) {
	case BY_NAME:
		return nt_file_name_parse(a, &x) && nt_file_name_parse(b, &y) &&
		       compare_names(t->c->upcase, x.name, y.name) < 0;
	case BY_ULONG:
	case BY_HASH:
	case BY_ULONGS:
		return compare_ulongs(a, b) < 0;
	default: /* SIDs: their order is not documented; none is there twice */
		return a.len != b.len || memcmp(a.p, b.p, a.len) != 0;
	}
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
	r = nt_rc_has_name(t->c, rec, t->ref, fn, t->err);
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
		bool is_ours = nt_rc_count(&t->c->files, NT_REF_RECORD(e->ref)) != 0;
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

	if (number / 8 >= t->bitmap_len || !(t->bitmap[number / 8] >> number % 8 & 1))
		t->fault = "a block in use that its bitmap calls free";
}

const char *nt_rc_block(uint8_t *block, size_t len, struct rs_view *ret_key)
{
	struct nt_ix_entry e = {0};
	size_t at = 0;

	const char *what = nt_fixup(block, len);
	while (!what && !e.is_end) {
		if (!nt_ix_next((struct rs_view){block, len}, HEADER_OFF, &at, &e))
			what = "a malformed entry";
		else if (!ret_key->p)
			*ret_key = e.key;
	}
	return what;
}

/* ---- the tree ---- */

static int read_block(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct tree *t = user;
	size_t n = 0;
	int r = nt_stream_read(t->c->raw, &t->alloc, off_bytes, buf, len, &n, err);

	return r < 0 || n == len ? r
				 : rs_fail(err, RS_E_NTFS_DAMAGED, "an index block past its end");
}

static int open_tree(struct tree *t, const char *name, struct nt_ix *ret, struct rs_err *err)
{
	struct nt_raw *raw = t->c->raw;
	struct rs_err why = {0};
	int r = nt_raw_read_all(
		raw, t->number, NT_AT_INDEX_ROOT, name, NT_INDEX_MAX, &t->root, &t->root_len, err);

	if (r < 0)
		return r;
	*ret = (struct nt_ix){.root = {t->root, t->root_len},
		.cluster_bytes = raw->geo.cluster_bytes,
		.read = read_block,
		.read_user = t};
	if (t->root_len < 0x20)
		return nt_rc_wrong(err, t->number, "the root of an index is cut");
	t->collation = rs_le32(t->root + 4);
	if (t->collation != BY_NAME && (t->collation < BY_ULONG || t->collation > BY_ULONGS))
		return nt_rc_wrong(err, t->number, "an index of an unknown order");
	r = nt_stream_open(raw, t->number, NT_AT_INDEX_ALLOCATION, name, &t->alloc, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return 0; /* small: all in the root */
	if (r < 0) {
		if (err)
			*err = why;
		return r;
	}
	t->has_alloc = true;
	ret->alloc_bytes = nt_stream_there(raw, &t->alloc);
	return nt_raw_read_all(
		raw, t->number, NT_AT_BITMAP, name, BITMAP_MAX, &t->bitmap, &t->bitmap_len, err);
}

static int walk(struct tree *t, const char *name, struct rs_err *err)
{
	const struct nt_ix_visit visit = {t, see_entry, see_block};
	struct nt_ix ix;

	t->err = err;
	int r = open_tree(t, name, &ix, err);
	if (r == 0)
		r = nt_ix_walk(&ix, &visit, err);
	if (r == RS_E_NTFS_DAMAGED && err && !strstr(err->detail, "MFT record")) {
		struct rs_err why = *err;
		return nt_rc_wrong(err, t->number, why.detail);
	}
	if (r < 0)
		return r;
	if (t->r < 0)
		return t->r;
	return t->fault ? nt_rc_wrong(err, t->number, t->fault) : 0;
}

static void tree_free(struct tree *t)
{
	if (!t)
		return;
	free(t->root);
	free(t->bitmap);
	if (t->has_alloc)
		nt_stream_done(&t->alloc);
	free(t);
}

RS_DEFINE_AUTO(struct tree *, tree_free);
#define auto_tree __attribute__((cleanup(tree_free_auto)))

int nt_rc_tree(struct nt_rc *c, uint64_t number, const char *name, struct rs_err *err)
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

int nt_rc_folder(struct nt_rc *c, uint64_t ref, bool is_changed, struct rs_err *err)
{
	uint8_t rec[NT_RECORD_MAX];
	auto_tree struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return rs_fail(err, RS_E_MEMORY, "index");
	t->c = c;
	t->number = NT_REF_RECORD(ref);
	t->ref = ref;
	t->is_folder = true;
	t->is_changed = is_changed;
	int r = nt_raw_record(c->raw, t->number, rec, err);
	if (r < 0)
		return r;
	if (!(nt_record_flags(rec) & NT_RECORD_IN_USE) ||
		!(nt_record_flags(rec) & NT_RECORD_IS_DIR) ||
		nt_record_sequence(rec) != NT_REF_SEQUENCE(ref))
		return nt_rc_wrong(err, t->number, "is no folder of that name");
	r = walk(t, NAMES, err);
	/* every entry's record has that name: as many entries as names are all of them */
	if (r == 0 && t->files != nt_rc_count(&c->parents, ref))
		r = nt_rc_wrong(err, t->number, "lacks an entry of a file that names it");
	return r;
}
