/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record without an entry: what a power cut leaves between the two when a folder or file is made
 * or taken away. */
#include "ntfswrite/vol_internal.h"

#include <string.h>

/* The only name of the record, copied; anything else is not for us. */
static int only_name(struct nt_vol *vol, ntfs_inode *ni, struct nt_file_name *ret,
	uint8_t key[NT_IX_FN_MAX], struct rs_err *err)
{
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);

	if (!ctx)
		return rs_fail(err, RS_E_MEMORY, "record");
	if (le16_to_cpu(ni->mrec->link_count) != 1 ||
		ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, ctx))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record", err);
	struct rs_view value = nt_attr_value(ctx);
	if (!nt_file_name_parse(value, ret) || value.len > NT_IX_FN_MAX)
		return rs_fail(err, RS_E_NTFS_DAMAGED, "a malformed name");
	memcpy(key, value.p, value.len);
	return nt_file_name_parse((struct rs_view){key, value.len}, ret)
		       ? 0
		       : rs_fail(err, RS_E_NTFS_DAMAGED, "a malformed name");
}

static int relink(struct nt_vol *vol, uint64_t ref, uint64_t dir_ref, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	auto_inode ntfs_inode *dir = NULL;
	struct nt_file_name fn = {0};
	uint8_t key[NT_IX_FN_MAX];
	uint16_t units[255];
	uint64_t there = 0;
	size_t n = 0;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r == 0)
		r = only_name(vol, ni, &fn, key, err);
	if (r == 0)
		r = nt_inode_open(vol, dir_ref, &dir, err);
	if (r != 0)
		return r;
	for (; n < fn.name.len / 2 && n < 255; n++)
		units[n] = rs_le16(fn.name.p + 2 * n);
	if (fn.parent_ref != nt_inode_ref(dir))
		return rs_fail(err, RS_E_CHANGED, "the record names another folder");
	r = nt_dir_find(vol, dir, units, n, &there, err);
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
