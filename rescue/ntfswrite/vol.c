/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mounting and unmounting; the steps. */
#include "ntfswrite/vol_internal.h"

#include <errno.h>
#include <string.h>

/* Far more requests than a mount or a look-up of one name makes; the library itself follows an
 * index that leads back to itself for ever. */
#define MOUNT_READS (1U << 20)

/* A record of $MFT, or its copy in $MFTMirr. */
struct record {
	uint64_t off_bytes;
	uint8_t disk[NT_RECORD_MAX], plain[NT_RECORD_MAX]; /* as it lies there; fixups undone */
	bool is_sound;
};

static int record_read(struct nt_vol *vol, uint64_t off_bytes, uint32_t len, struct record *ret,
	struct rs_err *err)
{
	int r = nt_dev_read(&vol->dev, off_bytes, ret->disk, len, err);

	if (r < 0)
		return r;
	ret->off_bytes = off_bytes;
	memcpy(ret->plain, ret->disk, len);
	ret->is_sound = !nt_record_prepare(ret->plain, len);
	return 0;
}

/* Windows and libntfs-3g write a record of $MFT and then its copy. After a cut between the two,
 * the copy is merely older, and libntfs-3g refuses the whole volume. $MFT is what Windows goes by:
 * while its first records are sound they are laid over the copy, in memory for reading; for
 * writing the copy is brought up to date on the disk, which is what Windows does when it starts. A
 * torn record of $MFT itself is not repaired: reading uses the copy, writing is refused. */
static int mend_mirror(struct nt_vol *vol, const struct nt_geometry *g, struct rs_err *err)
{
	const uint32_t len = g->record_bytes;
	uint64_t n = g->cluster_bytes / len;
	struct record rec, copy;

	n = n < 4 ? 4 : n; /* what libntfs-3g compares: a cluster, at least four records */
	for (uint64_t i = 0; i < n; i++) {
		int r = record_read(vol, g->mft_off_bytes + i * len, len, &rec, err);

		if (r == 0)
			r = record_read(vol, g->mftmirr_off_bytes + i * len, len, &copy, err);
		if (r < 0)
			return r;
		if (i >= 4 && (!rec.is_sound || !copy.is_sound))
			break; /* Windows keeps four, whatever the cluster holds */
		if (rec.is_sound && copy.is_sound &&
			!memcmp(rec.plain, copy.plain, rs_le32(rec.plain + 0x18)))
			continue;
		if (rec.is_sound)
			r = nt_dev_put(
				&vol->dev, copy.off_bytes, rec.disk, len, !vol->can_write, err);
		else if (vol->can_write || !copy.is_sound)
			r = rs_fail_on(err, RS_E_NTFS_DAMAGED, vol->dev.src->name,
				"record %u of $MFT is torn", (unsigned)i);
		else
			r = nt_dev_put(&vol->dev, rec.off_bytes, copy.disk, len, true, err);
		if (r < 0)
			return r;
	}
	return vol->can_write ? nt_dev_commit(&vol->dev, err) : 0;
}

/* A step that a cut left open: into memory for reading, onto the disk for writing, in its own order
 * again. A disk that does not take it is left as it is: what cannot be used of it says so. */
static int finish_step(struct nt_vol *vol, struct nt_redo *ret, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_dev *d = &vol->dev;
	int r = nt_raw_open_plain(d->src, &raw, err);

	d->redo = (struct nt_redo_place){0};
	bool may_be = r == 0 && nt_redo_may_be(raw);
	if (may_be || (r == 0 && vol->can_write)) /* for its place, then */
		r = nt_redo_find(raw, ret, err);
	for (size_t i = 0; r == 0 && may_be && i < ret->n; i++) {
		const struct nt_redo_unit *u = &ret->units[i];

		r = nt_dev_put(d, u->off_bytes, u->now, ret->unit_bytes, !vol->can_write, err);
		nt_dev_rank(d, u->off_bytes, ret->unit_bytes, u->rank);
		if (u->is_bitmap)
			nt_dev_rank(d, u->off_bytes, ret->unit_bytes, NT_RANK_BITMAP);
	}
	vol->is_whole = r == 0 && (ret->is_found || !may_be);
	vol->is_flag_ours = r == 0 && may_be && ret->is_found && ret->is_flag_ours;
	if (r < 0 || !vol->can_write || !d->held.n)
		return r;
	if (nt_dev_commit(d, NULL) < 0) {
		nt_dev_discard(d);
		vol->is_whole = vol->is_flag_ours = false;
	}
	return 0;
}

/* Before the library sees the volume: may we, and is $MFTMirr in the way? */
static int look_first(struct nt_vol *vol, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_redo struct nt_redo redo = {0};
	struct nt_state st;
	int r = finish_step(vol, &redo, err);

	if (r == 0)
		r = nt_raw_open(vol->dev.src, &raw, err);
	if (r < 0)
		return r;
	if (!vol->can_write)
		return mend_mirror(vol, nt_raw_geometry(raw), err);
	r = nt_state_read(raw, &st, err);
	if (r < 0)
		return r;
	if (!st.can_write)
		return rs_fail_on(err, st.refusal_code ? st.refusal_code : RS_E_NTFS_DAMAGED,
			vol->dev.src->name, "%s", st.refusal);
	r = nt_veil_make(raw, &vol->dev.veil, err);
	if (r == 0)
		r = mend_mirror(vol, nt_raw_geometry(raw), err);
	if (r == 0)
		r = nt_redo_choose(raw, &redo, &vol->dev.veil, &vol->dev.redo, err);
	vol->dev.redo.is_flag_ours = vol->is_flag_ours;
	return r;
}

/* The library makes $MFT's inode without reading its $STANDARD_INFORMATION, and would write zeros
 * over times and flags as soon as $MFT grows. */
static int load_mft_times(struct nt_vol *vol, struct rs_err *err)
{
	ntfs_inode *ni = vol->lib->mft_ni;
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);

	if (!ctx || ntfs_attr_lookup(AT_STANDARD_INFORMATION, AT_UNNAMED, 0, CASE_SENSITIVE, 0,
			    NULL, 0, ctx))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "$MFT", err);
	struct rs_view si = nt_attr_value(ctx);
	if (si.len < 36)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, "$MFT", "its times and flags");
	ni->creation_time = cpu_to_le64(rs_le64(si.p));
	ni->last_data_change_time = cpu_to_le64(rs_le64(si.p + 8));
	ni->last_mft_change_time = cpu_to_le64(rs_le64(si.p + 16));
	ni->last_access_time = cpu_to_le64(rs_le64(si.p + 24));
	ni->flags = cpu_to_le32(rs_le32(si.p + 32));
	if (si.len < 72) /* 1.x: nothing more */
		return 0;
	set_nino_flag(ni, v3_Extensions);
	ni->owner_id = cpu_to_le32(rs_le32(si.p + 48));
	ni->security_id = cpu_to_le32(rs_le32(si.p + 52));
	ni->quota_charged = cpu_to_le64(rs_le64(si.p + 56));
	ni->usn = cpu_to_le64(rs_le64(si.p + 64));
	return 0;
}

static int mount(struct nt_vol *vol, struct rs_err *err)
{
	struct ntfs_device *handle;
	const char *name = vol->dev.src->name;

	/* For writing: no flag at all. RECOVER would overwrite an unclean log, FORENSIC and
	 * IGNORE_HIBERFILE would write although Windows is only asleep. */
	ntfs_mount_flags flags = vol->can_write ? 0 : NTFS_MNT_RDONLY;

	int r = nt_dev_handle(&vol->dev, &handle, err);
	if (r < 0)
		return r;
	nt_lib_listen();
	nt_lib_begin(vol);
	vol->dev.reads_left = MOUNT_READS; /* it looks hiberfil.sys up */
	vol->lib = ntfs_device_mount(handle, flags);
	vol->dev.reads_left = UINT64_MAX;
	if (!vol->lib) {
		int e = errno;

		ntfs_device_free(handle);
		errno = e;
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, name, err); /* our reader saw NTFS */
	}
	if (vol->can_write && NVolReadOnly(vol->lib)) {
		(void)ntfs_umount(vol->lib, FALSE); /* read-only: nothing to write */
		vol->lib = NULL;
		return rs_fail_on(err, RS_E_READ_ONLY, name, "libntfs-3g mounted it read-only");
	}
	return vol->can_write ? load_mft_times(vol, err) : 0;
}

int nt_vol_open(struct blk *src, unsigned flags, struct nt_vol **ret, struct rs_err *err)
{
	struct nt_vol *vol = calloc(1, sizeof(*vol));
	bool can_write = flags & NT_VOL_WRITE;
	int r = 0;

	if (!vol)
		return rs_fail_on(err, RS_E_MEMORY, src->name, "volume");
	if (can_write && src->is_read_only)
		r = rs_fail_on(err, RS_E_READ_ONLY, src->name, "opened for reading only");
	vol->can_write = can_write;
	nt_dev_init(&vol->dev, src, can_write);
	if (r == 0)
		r = look_first(vol, err);
	if (r == 0)
		r = mount(vol, err);
	if (r < 0) {
		nt_dev_done(&vol->dev);
		free(vol);
		return r;
	}
	vol->lib->state &= ~(1UL << NV_Compression); /* files made here must be writable in place */
	*ret = vol;
	return 0;
}

/* The steps have committed all that was asked for: what the library may still want to write when it
 * closes its own files is nothing anybody decided. */
static void drop_library(struct nt_vol *vol)
{
	vol->dev.is_dropping = true;
	if (vol->lib)
		(void)ntfs_umount(vol->lib, TRUE); /* dropped on purpose */
	vol->lib = NULL;
	vol->dev.is_dropping = false;
}

int nt_vol_close(struct nt_vol *vol, struct rs_err *err)
{
	int r = 0;

	if (!vol)
		return 0;
	if (vol->lib && vol->can_write && vol->has_stepped) {
		if (!nt_is_dirty(vol)) /* else it tells the next run that all is at its end */
			r = nt_redo_clear(&vol->dev, err);
		int synced = nt_sync(vol, r < 0 ? NULL : err);
		r = r < 0 ? r : synced;
	}
	drop_library(vol);
	nt_dev_done(&vol->dev);
	free(vol->sds.all);
	free(vol);
	return r;
}

struct blk *nt_vol_source(struct nt_vol *vol)
{
	return vol->dev.src;
}

bool nt_is_dirty(const struct nt_vol *vol)
{
	return vol->lib && (vol->lib->flags & VOLUME_IS_DIRTY);
}

bool nt_is_whole(const struct nt_vol *vol)
{
	return vol->is_whole;
}

bool nt_is_flag_ours(const struct nt_vol *vol)
{
	return vol->is_flag_ours && nt_is_dirty(vol);
}

void nt_vol_set_replay(struct nt_vol *vol, const struct nt_replay *p)
{
	vol->replay = p;
}

int nt_step_begin(struct nt_vol *vol, struct rs_err *err)
{
	if (!vol->can_write)
		return rs_fail_on(
			err, RS_E_READ_ONLY, vol->dev.src->name, "opened for reading only");
	if (!vol->lib)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, vol->dev.src->name,
			"an earlier step failed and the volume could not be opened again");
	nt_lib_begin(vol);
	vol->dev.lost_err = (struct rs_err){0};
	return 0;
}

/* What the library keeps in memory until it unmounts: its own files. */
static int sync_system_files(struct nt_vol *vol, struct rs_err *err)
{
	ntfs_inode *all[] = {
		vol->lib->lcnbmp_ni, vol->lib->mft_ni, vol->lib->vol_ni, vol->lib->secure_ni};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && (NInoDirty(all[i]) || NInoAttrListDirty(all[i])) &&
			ntfs_inode_sync(all[i]))
			return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, vol->dev.src->name, err);
	return 0;
}

int nt_step_end(struct nt_vol *vol, const uint64_t *dir_refs, int r, struct rs_err *err)
{
	if (r == 0)
		r = sync_system_files(vol, err);
	/* the library may have gone on over it, and what came then over its error */
	const struct rs_err *lost = vol->dev.lost_err.code ? &vol->dev.lost_err : &vol->dev.io_err;
	if (r == 0 && lost->code)
		r = rs_err_pass(err, lost->code, lost);
	if (r == 0)
		r = nt_order(vol, dir_refs, err);
	if (r == 0)
		r = nt_calm(vol, err);
	if (r == 0)
		r = nt_dev_commit(&vol->dev, err);
	if (r == 0) {
		vol->has_stepped = true;
		return 0;
	}

	struct rs_err again = {0};
	drop_library(vol);
	nt_dev_discard(&vol->dev);
	if (look_first(vol, &again) == 0)
		(void)mount(vol, &again); /* without it every later call says so */
	return r;
}

int nt_sync(struct nt_vol *vol, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	r = nt_step_end(vol, (uint64_t[]){0}, 0, err);
	return r < 0 ? r : blk_flush(vol->dev.src, err);
}

/* The one bit in the record itself: the library's own call clears all flags that it does not know,
 * and Windows sets some of those. */
static int put_dirty(struct nt_vol *vol, bool is_dirty, struct rs_err *err)
{
	ntfs_inode *ni = vol->lib->vol_ni;
	auto_ctx ntfs_attr_search_ctx *ctx = ntfs_attr_get_search_ctx(ni, NULL);

	if (!ctx || ntfs_attr_lookup(
			    AT_VOLUME_INFORMATION, AT_UNNAMED, 0, CASE_SENSITIVE, 0, NULL, 0, ctx))
		return nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "$Volume", err);
	struct rs_view info = nt_attr_value(ctx);
	if (info.len < sizeof(VOLUME_INFORMATION))
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, "$Volume", "its flags");
	VOLUME_INFORMATION *v = (void *)((uint8_t *)ctx->attr + (info.p - (uint8_t *)ctx->attr));
	le16 flags =
		is_dirty ? (le16)(v->flags | VOLUME_IS_DIRTY) : (le16)(v->flags & ~VOLUME_IS_DIRTY);
	if (flags == v->flags)
		return 0;
	v->flags = vol->lib->flags = flags;
	ntfs_inode_mark_dirty(ni);
	return ntfs_inode_sync(ni) ? nt_lib_fail(vol, RS_E_NTFS_DAMAGED, "$Volume", err) : 0;
}

int nt_set_dirty(struct nt_vol *vol, bool is_dirty, struct rs_err *err)
{
	int r = nt_step_begin(vol, err);

	if (r < 0)
		return r;
	if (is_dirty && !nt_is_dirty(vol))
		vol->dev.redo.is_flag_ours = true;
	r = put_dirty(vol, is_dirty, err);
	vol->is_flag_step = true;
	vol->is_lowering = !is_dirty;
	r = nt_step_end(vol, (uint64_t[]){0}, r, err);
	vol->is_flag_step = vol->is_lowering = false;
	vol->is_flag_ours = vol->dev.redo.is_flag_ours && nt_is_dirty(vol);
	vol->dev.redo.is_flag_ours = vol->is_flag_ours;
	return r;
}
