/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking away what the quarantine itself made, and putting times back; and a record without an
 * entry: what a power cut leaves between the two when a folder or file is made or taken away. */
#include "ntfswrite/vol_internal.h"

#include <string.h>

struct doomed { /* a name that is to go */
	uint64_t dir_ref, ref;
	const char *utf8;
	struct nt_name name;
};

/* The first name of a folder, or its first folder. */
struct found {
	bool is_folder_wanted, is_found;
	char name[NT_NAME_BYTES];
	uint64_t ref;
};

static bool find_first(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct found *f = user;

	if (f->is_folder_wanted && !is_dir)
		return true;
	f->is_found = true;
	f->ref = ref;
	memcpy(f->name, name, strlen(name) + 1 <= sizeof(f->name) ? strlen(name) + 1 : 0);
	return false;
}

int nt_is_empty(struct nt_vol *vol, uint64_t dir_ref, bool *ret, struct rs_err *err)
{
	struct found f = {.is_found = false};
	int r = nt_list(vol, dir_ref, find_first, &f, err);

	if (r == 0)
		*ret = !f.is_found;
	return r;
}

static int check_doomed(struct nt_vol *vol, const struct doomed *d, struct rs_err *err)
{
	struct nt_stat s;
	bool is_empty = true;
	int r = nt_stat(vol, d->ref, &s, err);

	if (r == 0 && s.is_dir && !s.is_reparse)
		r = nt_is_empty(vol, d->ref, &is_empty, err);
	if (r < 0)
		return r;
	if (!is_empty || s.links != 1 || s.is_reparse)
		return rs_fail_on(err, RS_E_GUARD, d->utf8, "%s",
			!is_empty ? "the folder is not empty" : "it is not ours alone");
	return 0;
}

static int remove_step(struct nt_vol *vol, struct doomed *d, struct rs_err *err)
{
	auto_inode ntfs_inode *dir = NULL;
	auto_inode ntfs_inode *ni = NULL;
	uint64_t there = 0;
	int r = nt_inode_open(vol, d->dir_ref, &dir, err);

	if (r == 0)
		r = nt_dir_find(vol, dir, &d->name, &there, err);
	if (r == 0 && there != d->ref)
		r = rs_fail_on(err, RS_E_CHANGED, d->utf8, "another file has this name now");
	if (r == 0)
		r = nt_inode_open(vol, d->ref, &ni, err);
	if (r < 0)
		return r;
	nt_lib_begin(vol);
	/* closes both inodes, also when it fails */
	if (ntfs_delete(vol->lib, NULL, rs_steal(ni), rs_steal(dir), d->name.le, (u8)d->name.n))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, d->utf8, err);
	return 0;
}

int nt_remove(
	struct nt_vol *vol, uint64_t dir_ref, const char *name, uint64_t ref, struct rs_err *err)
{
	struct doomed d = {.dir_ref = dir_ref, .ref = ref, .utf8 = name};
	struct nt_stat times;
	int r = nt_step_begin(vol, err);

	if (r == 0 && NT_REF_RECORD(dir_ref) == NT_ROOT_RECORD)
		r = nt_lookup(vol, "", &d.dir_ref, err); /* with its sequence number */
	if (r == 0)
		r = nt_name_init(&d.name, name) && d.name.n
			    ? check_doomed(vol, &d, err)
			    : rs_fail_on(err, RS_E_NO_SUCH_FILE, name, "not a name");
	if (r == 0)
		r = nt_stat(vol, d.dir_ref, &times, err);
	if (r != 0)
		return r;
	r = remove_step(vol, &d, err);
	r = nt_step_end(vol, (uint64_t[]){d.dir_ref, 0}, r, err);
	return r < 0 ? r : nt_set_times(vol, d.dir_ref, &times, err);
}

int nt_remove_empty_folders(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err)
{
	for (;;) {
		struct found f = {.is_folder_wanted = true};
		int r = nt_list(vol, dir_ref, find_first, &f, err);
		if (r == 0 && f.is_found)
			r = nt_remove(vol, dir_ref, f.name, f.ref, err);
		if (r < 0 || !f.is_found)
			return r;
	}
}

static int set_times(struct nt_vol *vol, uint64_t ref, const struct nt_stat *t, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	ni->creation_time = cpu_to_le64(t->created);
	ni->last_data_change_time = cpu_to_le64(t->modified);
	ni->last_mft_change_time = cpu_to_le64(t->changed);
	ni->last_access_time = cpu_to_le64(t->accessed);
	ntfs_inode_mark_dirty(ni); /* not the copies in FILE_NAME: Windows refreshes those lazily */
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "times", err) : 0;
}

int nt_set_times(struct nt_vol *vol, uint64_t ref, const struct nt_stat *times, struct rs_err *err)
{
	struct nt_stat now;
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = nt_stat(vol, ref, &now, err);
	if (r != 0)
		return r;
	if (now.created == times->created && now.modified == times->modified &&
		now.changed == times->changed && now.accessed == times->accessed)
		return 0;
	r = set_times(vol, ref, times, err);
	return nt_step_end(vol, (uint64_t[]){0}, r, err);
}

/* The only name of the record, copied; anything else is not for us. */
static int only_name(struct nt_vol *vol, ntfs_inode *ni, struct nt_file_name *ret,
	uint8_t key[NT_IX_FN_MAX], struct rs_err *err)
{
	auto_ctx ntfs_attr_search_ctx *ctx = NULL;
	int r = nt_next_name(vol, ni, &ctx, ret, err);

	if (r < 0)
		return r;
	if (!r || le16_to_cpu(ni->mrec->link_count) != 1)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "not a record with one name");
	struct rs_view value = nt_attr_value(ctx);
	if (value.len > NT_IX_FN_MAX)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "a malformed name");
	memcpy(key, value.p, value.len);
	ret->name.p = key + NT_IX_FN_BYTES;
	return 0;
}

static int relink(struct nt_vol *vol, uint64_t ref, uint64_t dir_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_inode ntfs_inode *dir = NULL;
	struct nt_file_name fn = {0};
	uint8_t key[NT_IX_FN_MAX];
	uint64_t there = 0;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r == 0)
		r = only_name(vol, ni, &fn, key, err);
	if (r == 0)
		r = nt_inode_open(vol, dir_ref, &dir, err);
	if (r != 0)
		return r;
	const struct nt_name name = nt_name_of(fn.name);
	if (fn.parent_ref != nt_inode_ref(dir))
		return rs_fail(err, RS_E_CHANGED, "the record names another folder");
	r = nt_dir_find(vol, dir, &name, &there, err);
	if (r == 0 && there)
		r = rs_fail(err, RS_E_CHANGED, "the folder has an entry of this name");
	if (r < 0)
		return r;
	nt_lib_begin(vol);
	if (ntfs_index_add_filename(dir, (FILE_NAME_ATTR *)(void *)key, nt_inode_ref(ni)) ||
		ntfs_inode_sync(dir))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "index of the folder", err);
	return 0;
}

int nt_relink(struct nt_vol *vol, uint64_t ref, uint64_t dir_ref, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	r = relink(vol, ref, dir_ref, err);
	return nt_step_end(vol, (uint64_t[]){dir_ref, 0}, r, err);
}

int nt_free_bytes(struct nt_vol *vol, uint64_t *ret, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	if (ntfs_volume_get_free_space(vol->lib))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, vol->dev.src->name, err);
	*ret = (uint64_t)vol->lib->free_clusters << vol->lib->cluster_size_bits;
	return 0;
}
