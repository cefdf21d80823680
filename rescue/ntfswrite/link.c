/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One more name of a file (a hard link), and taking that one name away again.
 *
 * Order: the record gets the FILE_NAME and its link count in one record write, which is the commit;
 * then the folder gets the entry. So no entry is ever there without its name, and the link count is
 * always that of the names. What a cut leaves is a name without an entry, which chkdsk mends by the
 * entry, and which running again finishes in either direction. Back: the entry first, then the
 * record.
 *
 * The name is one of namespace POSIX, as Windows' own hard links are: it belongs to no pair with an
 * 8.3 name. Times of record and folder stay, so that taking it back leaves the listing as it was.
 * A record that has no room for the name is refused: libntfs-3g would make an $ATTRIBUTE_LIST of
 * it, with moments at which the file cannot be reached by any name (facts: measured, 10 writes). */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <string.h>

#define ATTR_BYTES 0x18U /* head of a resident attribute */

struct work {
	const struct nt_hard *h;
	struct nt_name name;
	uint64_t file_ref, dir_ref; /* as the records have them */
	uint8_t key[NT_IX_FN_MAX];  /* the FILE_NAME: that of the record, or the one to be made */
	uint16_t key_len;
	unsigned n_names;   /* all that the record has */
	bool is_in_record;  /* the name is there ... */
	uint64_t entry_ref; /* ... and whose entry the folder has under it; 0: none */
};

static bool is_name(const struct nt_file_name *fn, const struct work *w)
{
	return fn->parent_ref == w->dir_ref && fn->name.len == 2 * w->name.n &&
	       !memcmp(fn->name.p, w->name.le, fn->name.len);
}

/* What the record says: how many names, and is this one of them, byte for byte? */
static int read_record(struct nt_vol *vol, ntfs_inode *ni, struct work *w, struct rs_err *err)
{
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	struct nt_file_name fn;
	int r;

	while ((r = nt_next_name(vol, ni, &ctx, &fn, err)) == 1) {
		w->n_names++;
		if (!is_name(&fn, w))
			continue;
		struct rs_view value = nt_attr_value(ctx);
		w->is_in_record = true;
		w->key_len = (uint16_t)(NT_IX_FN_BYTES + fn.name.len);
		memcpy(w->key, value.p, w->key_len);
	}
	return r;
}

/* The FILE_NAME as it would be: sizes and times of the record. */
static void make_key(struct work *w, const ntfs_inode *ni, const struct nt_stat *s)
{
	memset(w->key, 0, sizeof(w->key));
	rs_put_le64(w->key, w->dir_ref);
	rs_put_le64(w->key + 8, s->created);
	rs_put_le64(w->key + 16, s->modified);
	rs_put_le64(w->key + 24, s->changed);
	rs_put_le64(w->key + 32, s->accessed);
	rs_put_le64(w->key + 40, s->allocated_bytes);
	rs_put_le64(w->key + 48, s->size_bytes);
	rs_put_le32(w->key + 56, le32_to_cpu(ni->flags & FILE_ATTR_VALID_FLAGS));
	rs_put_le32(w->key + 60, s->is_reparse ? s->reparse_tag : 0);
	w->key[64] = (uint8_t)w->name.n;
	w->key[65] = NT_NS_POSIX;
	memcpy(w->key + NT_IX_FN_BYTES, w->name.le, 2 * w->name.n);
	w->key_len = (uint16_t)(NT_IX_FN_BYTES + 2 * w->name.n);
}

static int look(struct nt_vol *vol, const struct nt_hard *h, struct work *w, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_inode ntfs_inode *dir = NULL;
	struct nt_stat s;

	*w = (struct work){.h = h};
	if (!nt_name_init(&w->name, h->name) ||
		ntfs_forbidden_chars(w->name.le, (int)w->name.n, TRUE)) /* or it has no letter */
		return rs_fail_on(err, RS_E_USAGE, h->name, "not a name that Windows could open");
	int r = nt_stat(vol, h->file_ref, &s, err);
	if (r == 0 && s.is_dir)
		r = rs_fail_on(err, RS_E_UNSAFE_PATH, h->name, "a folder has one name only");
	if (r == 0)
		r = nt_inode_open(vol, h->file_ref, &ni, err);
	if (r == 0)
		r = nt_folder_open(vol, h->dir_ref, &dir, err);
	if (r != 0)
		return r;
	w->file_ref = nt_inode_ref(ni);
	w->dir_ref = nt_inode_ref(dir);
	r = read_record(vol, ni, w, err);
	if (r == 0 && !w->is_in_record)
		make_key(w, ni, &s);
	return r < 0 ? r : nt_dir_find(vol, dir, &w->name, &w->entry_ref, err);
}

int nt_hard_state(
	struct nt_vol *vol, const struct nt_hard *h, enum nt_hard_state *ret, struct rs_err *err)
{
	struct work w = {.h = h};
	int r = look(vol, h, &w, err);

	if (r < 0)
		return r;
	if (w.entry_ref && w.entry_ref != w.file_ref)
		*ret = NT_HARD_TAKEN;
	else if (w.is_in_record)
		*ret = w.entry_ref ? NT_HARD_THERE : NT_HARD_HALF;
	else
		*ret = w.entry_ref ? NT_HARD_TAKEN : NT_HARD_ABSENT;
	return 0;
}

/* ---- the two halves; each opens and closes its own inodes, because a failed step unmounts ---- */

/* Room in the base record, and no list of attributes that would have to grow as well. */
static int check_room(const ntfs_inode *ni, const struct work *w, struct rs_err *err)
{
	uint32_t used = le32_to_cpu(ni->mrec->bytes_in_use);
	uint32_t all = le32_to_cpu(ni->mrec->bytes_allocated);
	uint32_t need = (ATTR_BYTES + w->key_len + 7U) & ~7U;

	if (NInoAttrList(ni) || (uint64_t)used + need > all)
		return rs_fail_on(err, RS_E_GUARD, w->h->name,
			"the record of the file has no room for one more name");
	if (le16_to_cpu(ni->mrec->link_count) != w->n_names) /* 1024 names have no room in one */
		return rs_fail_on(err, RS_E_GUARD, w->h->name,
			"the record's link count is not that of its names");
	return 0;
}

static int put_name(struct nt_vol *vol, const struct work *w, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	uint8_t key[NT_IX_FN_MAX];
	int r = nt_inode_open(vol, w->file_ref, &ni, err);

	if (r == 0)
		r = check_room(ni, w, err);
	if (r < 0)
		return r;
	memcpy(key, w->key, w->key_len);
	if (ntfs_attr_add(ni, AT_FILE_NAME, AT_UNNAMED, 0, key, w->key_len))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of the file", err);
	ni->mrec->link_count = cpu_to_le16((uint16_t)(le16_to_cpu(ni->mrec->link_count) + 1));
	ntfs_inode_mark_dirty(ni);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of the file", err)
				   : 0;
}

static int put_entry(struct nt_vol *vol, const struct work *w, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	uint8_t key[NT_IX_FN_MAX];
	int r = nt_folder_open(vol, w->dir_ref, &dir, err);

	if (r < 0)
		return r;
	memcpy(key, w->key, w->key_len);
	if (ntfs_index_add_filename(dir, (FILE_NAME_ATTR *)(void *)key, w->file_ref) ||
		ntfs_inode_sync(dir))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the folder", err);
	return 0;
}

static int take_entry(struct nt_vol *vol, const struct work *w, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	uint8_t key[NT_IX_FN_MAX];
	int r = nt_folder_open(vol, w->dir_ref, &dir, err);

	if (r < 0)
		return r;
	memcpy(key, w->key, w->key_len);
	if (ntfs_index_remove(dir, NULL, key, w->key_len) || ntfs_inode_sync(dir))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the folder", err);
	return 0;
}

static int take_name(struct nt_vol *vol, const struct work *w, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	struct nt_file_name fn;
	int r = nt_inode_open(vol, w->file_ref, &ni, err);

	if (r < 0)
		return r;
	while ((r = nt_next_name(vol, ni, &ctx, &fn, err)) == 1)
		if (is_name(&fn, w))
			break;
	if (r != 1)
		return r < 0 ? r : rs_fail_on(err, RS_E_CHANGED, w->h->name, "the name is gone");
	if (ntfs_attr_record_rm(ctx))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of the file", err);
	ni->mrec->link_count = cpu_to_le16((uint16_t)(le16_to_cpu(ni->mrec->link_count) - 1));
	ntfs_inode_mark_dirty(ni);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record of the file", err)
				   : 0;
}

static int begin(struct nt_vol *vol, const struct nt_hard *h, struct work *w, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = look(vol, h, w, err);
	if (r == 0 && w->entry_ref && w->entry_ref != w->file_ref)
		r = rs_fail_on(err, RS_E_GUARD, h->name, "the name is taken by another file");
	if (r == 0 && w->entry_ref && !w->is_in_record)
		r = rs_fail_on(err, RS_E_GUARD, h->name,
			"the file has this name there already, in other letters");
	return r < 0 ? r : nt_tree_trim(vol, w->dir_ref, err);
}

int nt_hard_add(struct nt_vol *vol, const struct nt_hard *h, struct rs_err *err)
{
	struct work w = {.h = h};
	int r = begin(vol, h, &w, err);

	if (r < 0 || (w.is_in_record && w.entry_ref))
		return r;
	if (!w.is_in_record)
		r = nt_step_end(vol, (uint64_t[]){0}, put_name(vol, &w, err), err);
	if (r == 0)
		r = nt_step_end(vol, (uint64_t[]){w.dir_ref, 0}, put_entry(vol, &w, err), err);
	return r;
}

int nt_hard_drop(struct nt_vol *vol, const struct nt_hard *h, struct rs_err *err)
{
	struct work w = {.h = h};
	int r = begin(vol, h, &w, err);

	if (r < 0 || !w.is_in_record)
		return r;
	if (w.n_names < 2)
		return rs_fail_on(err, RS_E_GUARD, h->name, "it is the file's only name");
	if (w.key[65] != NT_NS_POSIX)
		return rs_fail_on(err, RS_E_CHANGED, h->name, "it is not a name of our making");
	if (w.entry_ref)
		r = nt_step_end(vol, (uint64_t[]){w.dir_ref, 0}, take_entry(vol, &w, err), err);
	if (r == 0)
		r = nt_step_end(vol, (uint64_t[]){0}, take_name(vol, &w, err), err);
	return r;
}
