/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the contents of a file: only for a volume that a person mounted writable. */
#include "ntfs/vol_internal.h"

#include <errno.h>

static int edit_open(struct nt_vol *vol, uint64_t ref, ntfs_inode **ret_ni, ntfs_attr **ret_na,
	struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	if (nt_inode_is_dir(ni) || (ni->flags & FILE_ATTR_REPARSE_POINT) ||
		(ni->flags & FILE_ATTR_ENCRYPTED))
		return rs_fail(err, RS_E_UNSUPPORTED, "only plain files can be written");
	nt_lib_begin(vol);
	*ret_na = ntfs_attr_open(ni, AT_DATA, NULL, 0);
	if (!*ret_na)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
	*ret_ni = rs_steal(ni);
	return 0;
}

static int write_step(struct nt_vol *vol, uint64_t ref, uint64_t off_bytes, struct rs_view data,
	struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_attr ntfs_attr *na = NULL;
	int r = edit_open(vol, ref, &ni, &na, err);

	for (size_t done = 0; r == 0 && done < data.len;) {
		s64 n = ntfs_attr_pwrite(
			na, (s64)(off_bytes + done), (s64)(data.len - done), data.p + done);
		if (n <= 0)
			r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
		else
			done += (size_t)n;
	}
	if (r < 0)
		return r;
	if ((na->data_flags & ATTR_COMPRESSION_MASK) && ntfs_attr_pclose(na))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file contents", err);
	ntfs_attr_close(rs_steal(na));
	ntfs_inode_update_times(ni, NTFS_UPDATE_MCTIME);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file", err) : 0;
}

int nt_file_write(struct nt_vol *vol, uint64_t ref, uint64_t off_bytes, const void *p, size_t len,
	struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	r = write_step(vol, ref, off_bytes, (struct rs_view){p, len}, err);
	return nt_step_end(vol, (uint64_t[]){0}, r, err);
}

static int resize_step(struct nt_vol *vol, uint64_t ref, uint64_t size_bytes, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_attr ntfs_attr *na = NULL;
	int r = edit_open(vol, ref, &ni, &na, err);

	if (r == 0 && ntfs_attr_truncate(na, (s64)size_bytes))
		r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file size", err);
	if (r < 0)
		return r;
	ntfs_attr_close(rs_steal(na));
	ntfs_inode_update_times(ni, NTFS_UPDATE_MCTIME);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "file", err) : 0;
}

int nt_file_resize(struct nt_vol *vol, uint64_t ref, uint64_t size_bytes, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	if (size_bytes > INT64_MAX)
		return rs_fail(err, RS_E_USAGE, "a size that NTFS cannot hold");
	r = resize_step(vol, ref, size_bytes, err);
	return nt_step_end(vol, (uint64_t[]){0}, r, err);
}
