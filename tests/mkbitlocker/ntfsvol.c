/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files by which an NTFS volume keeps BitLocker's own clusters taken, as Windows makes them:
 * in `System Volume Information`, contiguous, not resident. Made or found through libntfs-3g over
 * device operations of our own, because the volume may lie inside a disk image. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h> /* libntfs-3g wants it and does not say so */
#include <unistd.h>

#include <ntfs-3g/attrib.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/lcnalloc.h>
#include <ntfs-3g/logging.h>
#include <ntfs-3g/runlist.h>
#include <ntfs-3g/unistr.h>
#include <ntfs-3g/volume.h>

#include "mkb.h"

static s64 seek_pos;

static int dev_open(struct ntfs_device *dev, int flags)
{
	if ((flags & O_ACCMODE) == O_RDONLY)
		NDevSetReadOnly(dev);
	NDevSetOpen(dev);
	return 0;
}

static int dev_close(struct ntfs_device *dev)
{
	dev->d_state &= ~(1ul << ND_Open); /* the macro for it mixes signs */
	return 0;
}

static s64 dev_pread(struct ntfs_device *dev, void *buf, s64 count, s64 offset)
{
	const struct mk_vol *vol = dev->d_private;

	if (offset >= (s64)vol->size)
		return 0;
	if (count > (s64)vol->size - offset)
		count = (s64)vol->size - offset;
	return pread(vol->fd, buf, (size_t)count, (off_t)vol->base + offset);
}

static s64 dev_pwrite(struct ntfs_device *dev, const void *buf, s64 count, s64 offset)
{
	const struct mk_vol *vol = dev->d_private;

	if (offset > (s64)vol->size || count > (s64)vol->size - offset) {
		errno = ENOSPC;
		return -1;
	}
	NDevSetDirty(dev);
	return pwrite(vol->fd, buf, (size_t)count, (off_t)vol->base + offset);
}

static s64 dev_seek(struct ntfs_device *dev, s64 offset, int whence)
{
	const struct mk_vol *vol = dev->d_private;

	if (whence == SEEK_CUR)
		offset += seek_pos;
	else if (whence == SEEK_END)
		offset += (s64)vol->size;
	return seek_pos = offset;
}

static s64 dev_read(struct ntfs_device *dev, void *buf, s64 count)
{
	s64 n = dev_pread(dev, buf, count, seek_pos);

	seek_pos += n > 0 ? n : 0;
	return n;
}

static s64 dev_write(struct ntfs_device *dev, const void *buf, s64 count)
{
	s64 n = dev_pwrite(dev, buf, count, seek_pos);

	seek_pos += n > 0 ? n : 0;
	return n;
}

static int dev_sync(struct ntfs_device *dev)
{
	dev->d_state &= ~(1ul << ND_Dirty);
	return 0;
}

static int dev_stat(struct ntfs_device *dev, struct stat *st)
{
	const struct mk_vol *vol = dev->d_private;
	int r = fstat(vol->fd, st);

	st->st_size = (off_t)vol->size;
	return r;
}

static int dev_ioctl(struct ntfs_device *dev, unsigned long request, void *argp)
{
	(void)dev;
	(void)request;
	(void)argp;
	errno = EOPNOTSUPP;
	return -1;
}

static struct ntfs_device_operations dev_ops = {
	.open = dev_open,
	.close = dev_close,
	.seek = dev_seek,
	.read = dev_read,
	.write = dev_write,
	.pread = dev_pread,
	.pwrite = dev_pwrite,
	.sync = dev_sync,
	.stat = dev_stat,
	.ioctl = dev_ioctl,
};

static ntfs_volume *mount_volume(struct mk *mk, bool writable)
{
	ntfs_log_set_handler(ntfs_log_handler_stderr);
	struct ntfs_device *dev = ntfs_device_alloc("volume", 0, &dev_ops, &mk->vol);
	ntfs_volume *vol = dev ? ntfs_device_mount(dev, writable ? 0 : NTFS_MNT_RDONLY) : NULL;

	if (!vol)
		mk_die("the NTFS volume cannot be opened%s: %s", writable ? " for writing" : "",
			strerror(errno));
	return vol;
}

static ntfs_inode *lookup(ntfs_volume *vol, ntfs_inode *dir, const char *name)
{
	return ntfs_pathname_to_inode(vol, dir, name);
}

static void set_looks(ntfs_inode *ni, bool created)
{
	sle64 t = cpu_to_sle64((s64)MK_FIXED_TIME);

	if (created) {
		ni->creation_time = t;
		ni->flags |= FILE_ATTR_HIDDEN | FILE_ATTR_SYSTEM;
	}
	ni->last_data_change_time = t;
	ni->last_mft_change_time = t;
	ni->last_access_time = t;
	NInoFileNameSetDirty(ni);
	NInoSetDirty(ni);
}

static ntfs_inode *create(ntfs_inode *dir, const char *name, mode_t type)
{
	ntfschar *wide = NULL;
	int len = ntfs_mbstoucs(name, &wide);
	ntfs_inode *ni =
		len > 0 ? ntfs_create(dir, const_cpu_to_le32(0), wide, (u8)len, type) : NULL;

	if (!ni)
		mk_die("cannot create '%s': %s", name, strerror(errno));
	free(wide);
	set_looks(ni, true);
	set_looks(dir, false);
	return ni;
}

/* Where the one run of a file lies; dies if it has several or is resident. */
static uint64_t file_offset(ntfs_volume *vol, ntfs_inode *ni, const char *name)
{
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);

	if (!na || !NAttrNonResident(na) || ntfs_attr_map_whole_runlist(na))
		mk_die("'%s' has no clusters", name);
	const runlist_element *rl = na->rl;
	if (rl[0].lcn < 0 || rl[1].length)
		mk_die("'%s' is not contiguous", name);
	uint64_t off = (uint64_t)rl[0].lcn * vol->cluster_size;
	ntfs_attr_close(na);
	return off;
}

static void load_bitmap(struct mk *mk, ntfs_volume *vol)
{
	s64 len = (vol->nr_clusters + 7) / 8;

	free(mk->vol.used);
	mk->vol.used = calloc(1, (size_t)len);
	if (!mk->vol.used || ntfs_attr_pread(vol->lcnbmp_na, 0, len, mk->vol.used) != len)
		mk_die("cannot read $Bitmap");
	mk->vol.used_bits = (uint64_t)vol->nr_clusters;
}

static bool is_used(const struct mk_vol *vol, uint64_t lcn)
{
	return vol->used[lcn / 8] >> (lcn % 8) & 1;
}

/* The first @count free clusters in a row from @from on, else from the volume's start. */
static uint64_t find_free(const struct mk_vol *vol, uint64_t from, uint64_t count)
{
	for (int pass = 0; pass < 2; pass++, from = 16) {
		uint64_t run = 0;

		for (uint64_t lcn = from; lcn < vol->used_bits; lcn++) {
			run = is_used(vol, lcn) ? 0 : run + 1;
			if (run == count)
				return lcn + 1 - count;
		}
	}
	mk_die("no %llu free clusters in a row on the volume", (unsigned long long)count);
}

struct file {
	const char *name;
	uint64_t len;
	uint64_t *ret;
	uint64_t from; /* wish, bytes */
	bool joined;   /* right behind the file before */
	runlist *run;  /* the clusters put aside for it */
};

static void create_file(ntfs_volume *vol, ntfs_inode *dir, struct file *f)
{
	ntfs_inode *ni = create(dir, f->name, S_IFREG);
	ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
	void *zero = calloc(1, f->len);

	if (!na || !zero || ntfs_attr_pwrite(na, 0, (s64)f->len, zero) != (s64)f->len)
		mk_die("cannot write '%s': %s", f->name, strerror(errno));
	/* The library chose clusters itself: give the file those that were put aside for it. */
	if (ntfs_attr_map_whole_runlist(na) || ntfs_cluster_free_from_rl(vol, na->rl))
		mk_die("cannot free clusters: %s", strerror(errno));
	free(na->rl);
	na->rl = f->run;
	if (ntfs_attr_update_mapping_pairs(na, 0) ||
		ntfs_attr_pwrite(na, 0, (s64)f->len, zero) != (s64)f->len)
		mk_die("cannot move '%s': %s", f->name, strerror(errno));
	free(zero);
	ntfs_attr_close(na);
	*f->ret = file_offset(vol, ni, f->name);
	if (*f->ret != f->from)
		mk_die("'%s' did not come to lie where it should", f->name);
	/* With the folder at hand: else the library would open it a second time beside ours. */
	if (ntfs_inode_close_in_dir(ni, dir))
		mk_die("cannot finish '%s'", f->name);
}

struct plan {
	struct file file[9];
	unsigned files;
};

/* @from 0: right behind the file before. */
static void plan_add(struct plan *p, const char *name, uint64_t len, uint64_t *ret, uint64_t from)
{
	p->file[p->files++] = (struct file){name, len, ret, from, !from, NULL};
}

/* The files in the order in which they are made, and where they should be: as on real volumes
 * behind the first 32 MiB, and with Windows 8 and later the moved block behind the first area. */
static void plan_files(struct mk *mk, struct plan *p)
{
	static const char *const vista[] = {"FVE.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.1",
		"FVE.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.2",
		"FVE.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.3"};
	static const char *const later[] = {"FVE2.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.1",
		"FVE2.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.2",
		"FVE2.{e40ad34d-dae9-4bc7-95bd-b16218c10f72}.3"};
	const struct mk_opt *o = &mk->opt;
	struct mk_places *at = &mk->at;
	uint64_t n = mk->vol.size, first = n > 72u << 20 ? 32u << 20 : n / 3, rest = n - first;
	uint64_t area = o->vista ? 16384 : o->togo ? MK_AREA + 4096 : MK_AREA;
	const char *const *name = o->vista ? vista : later;

	p->files = 0;
	plan_add(p, name[0], area, &at->area[0], first + rest / 50);
	if (!o->vista)
		plan_add(p, "FVE2.{24e6f0ae-6a00-4f73-984b-75ce9942852d}", at->reloc_len,
			&at->reloc, o->win7 || o->togo ? first + rest / 5 : 0);
	if (!o->vista && !o->win7)
		plan_add(p, "FVE2.{da392a22-cae0-4f0f-9a30-b8830385d046}", MK_AREA, &at->spare, 0);
	if (o->eow)
		plan_add(p, "FVE2.{aff97bac-a69b-45da-aba1-2cfbce434750}.1", MK_AREA, &at->eow[0],
			0);
	plan_add(p, name[1], area, &at->area[1], first + rest / 4);
	if (o->eow) {
		plan_add(p, "FVE2.{aff97bac-a69b-45da-aba1-2cfbce434750}.2", MK_AREA, &at->eow[1],
			first + rest / 3);
		plan_add(p, "FVE2.{c9ca54a3-6983-46b7-8684-a7e5e23499e3}", 527360, &at->log, 0);
	}
	plan_add(p, name[2], area, &at->area[2], first + rest / 2);
}

/* Put clusters aside for all files before the first is made, so that nothing else takes them: a
 * file and those joined to it get one free stretch. */
static void place_files(struct mk *mk, ntfs_volume *vol, struct file *f, unsigned files)
{
	uint64_t cluster = mk->vol.cluster;

	load_bitmap(mk, vol);
	for (unsigned i = 0, next; i < files; i = next) {
		uint64_t count = (f[i].len + cluster - 1) / cluster;

		for (next = i + 1; next < files && f[next].joined; next++)
			count += (f[next].len + cluster - 1) / cluster;
		uint64_t lcn = find_free(&mk->vol, f[i].from / cluster, count);
		for (unsigned k = i; k < next; k++) {
			f[k].from = lcn * cluster;
			count = (f[k].len + cluster - 1) / cluster;
			f[k].run = ntfs_cluster_alloc(vol, 0, (s64)count, (LCN)lcn, DATA_ZONE);
			if (!f[k].run)
				mk_die("cannot allocate clusters: %s", strerror(errno));
			lcn += count;
		}
		load_bitmap(mk, vol);
	}
}

static bool find_files(ntfs_volume *vol, struct file *f, unsigned files)
{
	char path[128];

	for (unsigned i = 0; i < files; i++) {
		(void)snprintf(path, sizeof(path), "System Volume Information/%s", f[i].name);
		ntfs_inode *ni = lookup(vol, NULL, path);
		if (!ni) {
			if (i)
				mk_die("'%s' is missing, though others are there", f[i].name);
			return false;
		}
		*f[i].ret = file_offset(vol, ni, f[i].name);
		(void)ntfs_inode_close(ni); /* nothing was changed */
	}
	return true;
}

static void create_files(struct mk *mk, struct file *f, unsigned files)
{
	ntfs_volume *vol = mount_volume(mk, true);
	ntfs_inode *root = ntfs_inode_open(vol, FILE_root);
	ntfs_inode *dir = lookup(vol, NULL, "System Volume Information");

	if (!root)
		mk_die("no root directory");
	if (!dir)
		dir = create(root, "System Volume Information", S_IFDIR);
	place_files(mk, vol, f, files);
	for (unsigned i = 0; i < files; i++)
		create_file(vol, dir, &f[i]);
	if (ntfs_inode_close_in_dir(dir, root) || ntfs_inode_close(root) || ntfs_umount(vol, FALSE))
		mk_die("cannot finish the NTFS volume: %s", strerror(errno));
}

void mk_ntfs_places(struct mk *mk, bool may_create)
{
	struct plan p;
	plan_files(mk, &p);
	ntfs_volume *vol = mount_volume(mk, false);
	bool found = find_files(vol, p.file, p.files);

	(void)ntfs_umount(vol, FALSE); /* read-only: nothing to lose */
	if (!found && !may_create)
		mk_die("no files that reserve BitLocker's clusters: run --reserve first");
	if (!found)
		create_files(mk, p.file, p.files);
	for (unsigned i = 0; mk->opt.togo && i < 3; i++)
		mk->at.area[i] +=
			mk->at.area[i] % 4096 ? 0 : 2048; /* Windows aligns to 2048 there */
	free(mk->vol.used);
	mk->vol.used = NULL;
}

void mk_ntfs_used(struct mk *mk)
{
	ntfs_volume *vol = mount_volume(mk, false);

	load_bitmap(mk, vol);
	(void)ntfs_umount(vol, FALSE); /* read-only: nothing to lose */
}
