/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ntfswrite/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <ntfs-3g/types.h>

#include <ntfs-3g/device.h>

#define UNITS_MAX 65536U /* 32 MiB held: far more than any step of ours writes */

void nt_dev_init(struct nt_dev *d, struct blk *src, bool can_write)
{
	*d = (struct nt_dev){.src = src, .can_write = can_write};
	d->unit_bytes = src->sector_bytes >= 512 ? src->sector_bytes : 512;
	d->size_bytes = src->size_bytes;
	d->held = (struct blk_changes){.unit_bytes = d->unit_bytes, .max = UNITS_MAX};
	d->reads_left = UINT64_MAX;
}

void nt_dev_discard(struct nt_dev *d)
{
	blk_changes_clear(&d->held);
}

void nt_dev_done(struct nt_dev *d)
{
	nt_dev_discard(d);
	nt_veil_done(&d->veil);
	*d = (struct nt_dev){0};
}

int nt_dev_read_disk(struct nt_dev *d, uint64_t number, uint8_t *buf, struct rs_err *err)
{
	uint64_t off = number * d->unit_bytes;
	uint64_t left = d->size_bytes - off;
	size_t len = left < d->unit_bytes ? (size_t)left : d->unit_bytes;

	memset(buf, 0, d->unit_bytes);
	return blk_read(d->src, off, buf, len, err);
}

int nt_dev_read(struct nt_dev *d, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	int r = blk_read(d->src, off_bytes, buf, len, err);

	if (r == 0)
		blk_changes_lay(&d->held, off_bytes, buf, len);
	return r;
}

/* The first held unit of the range, then the next; NULL: no more. @i is SIZE_MAX at first. */
static struct blk_unit *next_unit(
	const struct nt_dev *d, uint64_t off_bytes, uint64_t len_bytes, size_t *i)
{
	*i = *i == SIZE_MAX ? blk_changes_from(&d->held, off_bytes) : *i + 1;
	return *i < d->held.n && d->held.v[*i]->number * d->unit_bytes < off_bytes + len_bytes
		       ? d->held.v[*i]
		       : NULL;
}

int nt_dev_put(struct nt_dev *d, uint64_t off_bytes, const void *p, size_t len, bool is_internal,
	struct rs_err *err)
{
	if (off_bytes > d->size_bytes || d->size_bytes - off_bytes < len)
		return rs_fail_on(err, RS_E_IO_WRITE, d->src->name, "a write past the end");
	int r = blk_changes_put(&d->held, d->src, off_bytes, p, len, err);
	struct blk_unit *u;
	for (size_t i = SIZE_MAX; r == 0 && (u = next_unit(d, off_bytes, len, &i));)
		u->kind = (u->kind & NT_UNIT_BITMAP) | (is_internal ? NT_UNIT_INTERNAL : 0);
	return r;
}

bool nt_dev_is_changed(const struct nt_dev *d, uint64_t off_bytes, uint64_t len_bytes)
{
	return next_unit(d, off_bytes, len_bytes, &(size_t){SIZE_MAX}) != NULL;
}

void nt_dev_rank(struct nt_dev *d, uint64_t off_bytes, uint64_t len_bytes, uint32_t rank)
{
	struct blk_unit *u;

	for (size_t i = SIZE_MAX; (u = next_unit(d, off_bytes, len_bytes, &i));)
		if (rank == NT_RANK_BITMAP)
			u->kind |= NT_UNIT_BITMAP;
		else
			u->rank = rank;
}

/* ---- the operations of libntfs-3g ---- */

static struct nt_dev *dev_of(struct ntfs_device *dev)
{
	return dev->d_private;
}

static int fail(int errno_value)
{
	errno = errno_value;
	return -1;
}

/* The library knows errno only: the first cause is kept for whoever called the library. */
static int fail_io(struct nt_dev *d, const struct rs_err *err, int errno_value)
{
	if (!d->io_err.code)
		d->io_err = *err;
	return fail(errno_value);
}

static int dev_open(struct ntfs_device *dev, int flags)
{
	struct nt_dev *d = dev_of(dev);

	if (NDevOpen(dev))
		return fail(EBUSY);
	if ((flags & O_ACCMODE) != O_RDONLY && !d->can_write)
		return fail(EROFS);
	if ((flags & O_ACCMODE) == O_RDONLY)
		NDevSetReadOnly(dev);
	NDevSetOpen(dev);
	return 0;
}

static int dev_close(struct ntfs_device *dev)
{
	dev->d_state &= ~(1UL << ND_Open); /* NDevClearOpen converts a sign */
	return 0;
}

static s64 dev_seek(struct ntfs_device *dev, s64 offset, int whence)
{
	struct nt_dev *d = dev_of(dev);
	s64 base = whence == SEEK_CUR ? d->pos_bytes : whence == SEEK_END ? (s64)d->size_bytes : 0;
	s64 to;

	if (__builtin_add_overflow(base, offset, &to) || to < 0)
		return fail(EINVAL);
	d->pos_bytes = to;
	return to;
}

static s64 dev_pread(struct ntfs_device *dev, void *buf, s64 count, s64 offset)
{
	struct nt_dev *d = dev_of(dev);
	struct rs_err err = {0};

	if (count < 0 || offset < 0)
		return fail(EINVAL);
	if ((uint64_t)offset >= d->size_bytes)
		return 0;
	if (!d->reads_left--) {
		d->reads_left = 0;
		rs_fail_on(&err, RS_E_NTFS_DAMAGED, d->src->name,
			"something on it leads back to itself");
		return fail_io(d, &err, EIO);
	}
	uint64_t left = d->size_bytes - (uint64_t)offset;
	size_t len = (uint64_t)count < left ? (size_t)count : (size_t)left;

	if (nt_dev_read(d, (uint64_t)offset, buf, len, &err) < 0)
		return fail_io(d, &err, EIO);
	nt_veil_lay(&d->veil, (uint64_t)offset, buf, len);
	return (s64)len;
}

/* What was read through the veil comes back with it. */
static void lift_veil(struct nt_dev *d, uint64_t off_bytes, size_t len)
{
	const struct nt_veil *veil = &d->veil;

	for (size_t i = nt_veil_find(veil, off_bytes);
		i < veil->n && veil->v[i].off_bytes - off_bytes < len; i++) {
		uint64_t at = veil->v[i].off_bytes;
		struct blk_unit *u = d->held.v[blk_changes_from(&d->held, at)]; /* just put */

		u->now[at % d->unit_bytes] &= (uint8_t)~veil->v[i].mask;
	}
}

static s64 dev_pwrite(struct ntfs_device *dev, const void *buf, s64 count, s64 offset)
{
	struct nt_dev *d = dev_of(dev);
	struct rs_err err = {0};

	if (count < 0 || offset < 0)
		return fail(EINVAL);
	if (d->is_dropping)
		return count;
	if (!d->can_write || NDevReadOnly(dev)) {
		rs_fail_on(&err, RS_E_READ_ONLY, d->src->name, "opened for reading only");
		return fail_io(d, &err, EROFS);
	}
	if (nt_dev_put(d, (uint64_t)offset, buf, (size_t)count, false, &err) < 0) {
		if (!d->lost_err.code)
			d->lost_err = err;
		return fail_io(d, &err, EIO);
	}
	lift_veil(d, (uint64_t)offset, (size_t)count);
	return count;
}

static s64 dev_read(struct ntfs_device *dev, void *buf, s64 count)
{
	s64 n = dev_pread(dev, buf, count, dev_of(dev)->pos_bytes);

	if (n > 0)
		dev_of(dev)->pos_bytes += n;
	return n;
}

static s64 dev_write(struct ntfs_device *dev, const void *buf, s64 count)
{
	s64 n = dev_pwrite(dev, buf, count, dev_of(dev)->pos_bytes);

	if (n > 0)
		dev_of(dev)->pos_bytes += n;
	return n;
}

/* The moment of writing is ours (nt_dev_commit), not the library's. */
static int dev_sync(struct ntfs_device *dev)
{
	(void)dev; /* nothing of ours depends on it */
	return 0;
}

static int dev_stat(struct ntfs_device *dev, struct stat *buf)
{
	memset(buf, 0, sizeof(*buf));
	buf->st_mode = S_IFREG | 0400;
	buf->st_size = (off_t)dev_of(dev)->size_bytes;
	return 0;
}

static int dev_ioctl(struct ntfs_device *dev, unsigned long request, void *argp)
{
	(void)dev;
	(void)request;
	(void)argp;
	return fail(EOPNOTSUPP);
}

static struct ntfs_device_operations dev_ops = {
	/* constant; the library's type has no const */
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

int nt_dev_handle(struct nt_dev *d, struct ntfs_device **ret, struct rs_err *err)
{
	struct ntfs_device *dev =
		ntfs_device_alloc(d->src->name[0] ? d->src->name : "disk", 0, &dev_ops, d);

	if (!dev)
		return rs_fail_on(err, RS_E_MEMORY, d->src->name, "device");
	*ret = dev;
	return 0;
}
