/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between order.c and order_tree.c. */
#ifndef UNBRICK_NTFS_ORDER_H
#define UNBRICK_NTFS_ORDER_H

#include "core/list.h"
#include "ntfswrite/vol_internal.h"

enum nt_rank {
	NT_RANK_CONTENTS, /* what nobody ranks */
	NT_RANK_RECORDS,
	NT_RANK_COPY, /* $MFTMirr, where it goes first */
	NT_RANK_SYSTEM,
	NT_RANK_FOLDERS, /* and the levels after it */
	NT_RANK_FREED = 64,
	NT_RANK_MIRROR,
	NT_RANK_KEEP = UINT32_MAX,
};

/** Rank a range of an attribute's bytes (or only look, NT_RANK_KEEP). -1: it is not mapped. */
int nt_order_range(struct nt_vol *vol, ntfs_attr *na, uint64_t off_bytes, uint64_t len_bytes,
	uint32_t rank, bool *ret_is_changed);

/** A number for an entry by its reference and name. */
uint64_t nt_hash(uint64_t seed, struct rs_view v);

/** Rank the changed INDX blocks of a folder so that every entry stays reachable; *ret_root is the
 * rank for the records of the folder. @old: the disk before the step. */
int nt_order_tree(struct nt_vol *vol, ntfs_inode *dir, struct nt_raw *old, uint32_t *ret_root,
	struct rs_err *err);

#endif
