/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking away what the quarantine itself made, and putting times back. */
#include "ntfswrite/vol_internal.h"

#include <string.h>

#include "core/text.h"

#define NAME_UNITS 255U

struct doomed { /* a name that is to go */
	uint64_t dir_ref, ref;
	const char *utf8;
	ntfschar le[NAME_UNITS];
	size_t n;
};

static int doomed_init(struct doomed *d, struct rs_err *err)
{
	uint16_t units[NAME_UNITS];
	long n = rs_utf8_to_utf16(d->utf8, units, NAME_UNITS);

	if (n <= 0)
		return rs_fail_on(err, RS_E_NO_SUCH_FILE, d->utf8, "not a name");
	d->n = (size_t)n;
	for (size_t i = 0; i < d->n; i++)
		d->le[i] = cpu_to_le16(units[i]);
	return 0;
}

static bool stop_at_first(void *user, const char *name, uint64_t ref, bool is_dir)
{
	(void)name;
	(void)ref;
	(void)is_dir;
	*(bool *)user = false;
	return false;
}

int nt_is_empty(struct nt_vol *vol, uint64_t dir_ref, bool *ret, struct rs_err *err)
{
	bool is_empty = true;
	int r = nt_list(vol, dir_ref, stop_at_first, &is_empty, err);

	if (r == 0)
		*ret = is_empty;
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
	uint16_t units[NAME_UNITS];
	int r = nt_inode_open(vol, d->dir_ref, &dir, err);

	for (size_t i = 0; i < d->n; i++)
		units[i] = le16_to_cpu(d->le[i]);
	if (r == 0)
		r = nt_dir_find(vol, dir, units, d->n, &there, err);
	if (r == 0 && there != d->ref)
		r = rs_fail_on(err, RS_E_CHANGED, d->utf8, "another file has this name now");
	if (r == 0)
		r = nt_inode_open(vol, d->ref, &ni, err);
	if (r < 0)
		return r;
	nt_lib_begin(vol);
	/* closes both inodes, also when it fails */
	if (ntfs_delete(vol->lib, NULL, rs_steal(ni), rs_steal(dir), d->le, (u8)d->n))
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
		r = doomed_init(&d, err);
	if (r == 0)
		r = check_doomed(vol, &d, err);
	if (r == 0)
		r = nt_stat(vol, d.dir_ref, &times, err);
	if (r != 0)
		return r;
	r = remove_step(vol, &d, err);
	r = nt_step_end(vol, (uint64_t[]){d.dir_ref, 0}, r, err);
	return r < 0 ? r : nt_set_times(vol, d.dir_ref, &times, err);
}

struct found {
	char name[NT_NAME_BYTES];
	uint64_t ref;
	bool is_found;
};

static bool first_folder(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct found *f = user;

	if (!is_dir)
		return true;
	f->is_found = true;
	f->ref = ref;
	memcpy(f->name, name, strlen(name) + 1 <= sizeof(f->name) ? strlen(name) + 1 : 0);
	return false;
}

int nt_remove_empty_folders(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err)
{
	for (;;) {
		struct found f = {.is_found = false};
		int r = nt_list(vol, dir_ref, first_folder, &f, err);
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
