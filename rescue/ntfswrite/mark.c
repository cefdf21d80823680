/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mark: who set VOLUME_IS_DIRTY? A record of ours whose LSN is one more than that of $Volume's
 * record was written by us while the flag was off, and Windows has not changed $Volume since: no
 * record of a log begins inside another one, and Windows logs what it changes. To Windows it is an
 * LSN like any other of the past. */
#include "ntfswrite/vol_internal.h"

static uint64_t mark_of(const struct nt_vol *vol)
{
	return (uint64_t)sle64_to_cpu(vol->lib->vol_ni->mrec->lsn) + 1;
}

bool nt_is_marked(const struct nt_vol *vol, const struct nt_stat *s)
{
	return vol->lib && s->log_lsn == mark_of(vol);
}

void nt_mark_made(struct nt_vol *vol, bool is_wanted)
{
	vol->is_marking = is_wanted;
}

static void set_lsn(ntfs_inode *ni, uint64_t lsn)
{
	ni->mrec->lsn = cpu_to_le64(lsn);
	ntfs_inode_mark_dirty(ni);
}

void nt_inode_mark(const struct nt_vol *vol, ntfs_inode *ni)
{
	set_lsn(ni, mark_of(vol));
}

static int mark(struct nt_vol *vol, uint64_t ref, bool is_wanted, struct rs_err *err)
{
	auto_inode ntfs_inode *ni = NULL;
	int r = nt_inode_open(vol, ref, &ni, err);

	if (r < 0)
		return r;
	set_lsn(ni, mark_of(vol) - !is_wanted);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "record", err) : 0;
}

int nt_mark(struct nt_vol *vol, uint64_t ref, bool is_wanted, struct rs_err *err)
{
	struct nt_stat s = {0};
	int r = nt_step_begin(vol, err);

	if (r == 0)
		r = nt_stat(vol, ref, &s, err);
	if (r < 0 || nt_is_marked(vol, &s) == is_wanted)
		return r;
	r = mark(vol, ref, is_wanted, err);
	return nt_step_end(vol, (uint64_t[]){0}, r, err);
}
