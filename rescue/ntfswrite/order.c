/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order in which the writes of one step reach the disk. A flush stands between two ranks, so
 * that a power cut leaves the ranks before it whole and one rank in part:
 *
 *   bits set in $Bitmap and $MFT's bitmap    nothing ever points at space that counts as free
 *   contents
 *   MFT records                              a new file is whole before anything names it
 *   records 0.. that $MFTMirr copies         $MFT's own size before a name of a record in it
 *   folders, level by level (order_tree.c)   no entry of any file is missing at any moment
 *   records that are freed                   after the last name of them
 *   $MFTMirr                                 older than $MFT at worst: nt_vol_open mends that;
 *                                            before $MFT where VOLUME_IS_DIRTY goes off: until
 *                                            the flag is off, everything else is there
 *   bits cleared
 */
#include "ntfswrite/vol_internal.h"

#include <string.h>

static void rank_runs(struct nt_vol *vol, ntfs_attr *na, uint32_t rank)
{
	for (const runlist_element *rl = na->rl; rl && rl->length; rl++)
		if (rl->lcn >= 0)
			nt_dev_rank(&vol->dev, (uint64_t)rl->lcn * vol->lib->cluster_size,
				(uint64_t)rl->length * vol->lib->cluster_size, rank);
}

static int mark_bitmap(struct nt_vol *vol, ntfs_attr *na, struct rs_err *err)
{
	if (!NAttrNonResident(na))
		return 0; /* goes with its record */
	if (ntfs_attr_map_whole_runlist(na))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "a bitmap", err);
	rank_runs(vol, na, NT_RANK_BITMAP);
	return 0;
}

static int damaged(struct nt_vol *vol, struct rs_err *err)
{
	return rs_fail_on(err, RS_E_NTFS_DAMAGED, vol->dev.src->name, "the runs of $MFT");
}

static int rank_record(struct nt_vol *vol, uint64_t number, uint32_t rank, struct rs_err *err)
{
	uint64_t size = vol->lib->mft_record_size;

	return nt_order_range(vol, vol->lib->mft_na, number * size, size, rank, NULL) < 0
		       ? damaged(vol, err)
		       : 0;
}

/* Is the record in use on the disk, and will it no longer be? */
static int is_freed(struct nt_vol *vol, uint64_t at, bool *ret, struct rs_err *err)
{
	uint8_t old[0x18], now[0x18];
	int r = blk_read(vol->dev.src, at, old, sizeof(old), err);

	if (r == 0)
		r = nt_dev_read(&vol->dev, at, now, sizeof(now), err);
	*ret = r == 0 && !memcmp(old, "FILE", 4) && (nt_record_flags(old) & NT_RECORD_IN_USE) &&
	       !(nt_record_flags(now) & NT_RECORD_IN_USE);
	return r;
}

static int rank_freed_records(struct nt_vol *vol, struct rs_err *err)
{
	uint64_t size = vol->lib->mft_record_size, cluster = vol->lib->cluster_size;

	for (size_t i = 0; i < vol->dev.held.n; i++) {
		uint64_t at = vol->dev.held.v[i]->number * vol->dev.unit_bytes;
		bool freed = false;

		for (const runlist_element *rl = vol->lib->mft_na->rl; rl && rl->length; rl++) {
			uint64_t first = (uint64_t)rl->lcn * cluster;

			if (rl->lcn < 0 || at < first ||
				at - first >= (uint64_t)rl->length * cluster)
				continue;
			uint64_t off = (uint64_t)rl->vcn * cluster + (at - first);
			if (off % size && vol->dev.unit_bytes < size)
				break; /* not the record's first sector */
			for (uint64_t k = 0; k < vol->dev.unit_bytes; k += size) {
				int r = is_freed(vol, at + k, &freed, err);
				if (r == 0 && freed)
					r = rank_record(vol, (off + k) / size, NT_RANK_FREED, err);
				if (r < 0)
					return r;
			}
			break;
		}
	}
	return 0;
}

static int rank_system(struct nt_vol *vol, struct rs_err *err)
{
	int r = mark_bitmap(vol, vol->lib->lcnbmp_na, err);

	if (r == 0)
		r = mark_bitmap(vol, vol->lib->mftbmp_na, err);
	rank_runs(vol, vol->lib->mft_na, NT_RANK_RECORDS);
	for (int i = 0; r == 0 && i < vol->lib->mftmirr_size; i++)
		r = rank_record(vol, (uint64_t)i, NT_RANK_SYSTEM, err);
	if (r == 0)
		r = rank_freed_records(vol, err);
	rank_runs(vol, vol->lib->mftmirr_na, vol->is_lowering ? NT_RANK_COPY : NT_RANK_MIRROR);
	return r;
}

/* The folder's records, after its blocks have been ranked: @rank is that of the root of its tree.
 */
static int rank_folder(struct nt_vol *vol, ntfs_inode *dir, uint32_t rank, struct rs_err *err)
{
	int r = rank_record(vol, dir->mft_no, rank, err);

	for (s32 i = 0; r == 0 && i < dir->nr_extents; i++)
		r = rank_record(vol, dir->extent_nis[i]->mft_no, rank, err);
	auto_attr ntfs_attr *map = ntfs_attr_open(dir, AT_BITMAP, NTFS_INDEX_I30, 4);
	if (r == 0 && map)
		r = mark_bitmap(vol, map, err);
	return r;
}

int nt_order(struct nt_vol *vol, const uint64_t *dir_refs, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *old = NULL;

	if (!vol->dev.held.n)
		return 0;
	int r = rank_system(vol, err);
	if (r == 0 && *dir_refs)
		r = nt_raw_open_plain(
			vol->dev.src, &old, err); /* the disk as it is before this step */
	for (; r == 0 && *dir_refs; dir_refs++) {
		auto_inode ntfs_inode *dir = NULL;
		uint32_t rank = NT_RANK_FOLDERS;

		r = nt_inode_open(vol, *dir_refs, &dir, err);
		if (r == 0 && ntfs_inode_attach_all_extents(dir))
			r = nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "folder", err);
		if (r == 0)
			r = nt_order_tree(vol, dir, old, &rank, err);
		if (r == 0)
			r = rank_folder(vol, dir, rank, err);
	}
	return r;
}
