/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All names of a record: hard links, and the short names for DOS. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>

#include "core/text.h"

#define LINKS_MAX 2048U /* 1024 hard links, as NTFS limits them, each with a name for DOS */

int nt_links(struct nt_vol *vol, uint64_t ref, bool (*fn)(void *user, const struct nt_link *link),
	void *user, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	size_t n = 0;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);
	if (!ctx)
		return rs_fail(err, RS_E_MEMORY, "record");
	nt_lib_begin(vol);
	while (!ntfs_attr_lookup(AT_FILE_NAME, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, ctx)) {
		char name[NT_NAME_BYTES];
		struct nt_file_name name_of;

		if (!nt_file_name_parse(nt_attr_value(ctx), &name_of))
			return rs_fail(err, RS_E_NTFS_DAMAGED, "a malformed name");
		if (n++ == LINKS_MAX)
			return rs_fail(err, RS_E_NTFS_DAMAGED, "more than %u names", LINKS_MAX);
		size_t len = rs_utf16_to_utf8(name_of.name, name, sizeof(name) - 1);
		name[len] = '\0';
		struct nt_link link = {name, name_of.parent_ref, name_of.name_space == NT_NS_DOS};
		if (!fn(user, &link))
			return 0;
	}
	if (errno != ENOENT)
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record", err);
	return 0;
}
