/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image file or a block device. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "block/blk.h"

struct file {
	struct blk blk; /* first */
	int fd;
};

static struct file *file_of(struct blk *b)
{
	return (struct file *)(void *)b;
}

static int file_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(file_of(b)->fd, (uint8_t *)buf + done, len - done,
			(off_t)(off_bytes + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return rs_fail_on(err, RS_E_IO_READ, b->name, "at byte %" PRIu64 ": %s",
				off_bytes + done,
				n < 0 ? strerror(errno) : "the file became shorter");
		done += (size_t)n;
	}
	return 0;
}

static int file_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(file_of(b)->fd, (const uint8_t *)buf + done, len - done,
			(off_t)(off_bytes + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return rs_fail_on(err, RS_E_IO_WRITE, b->name, "at byte %" PRIu64 ": %s",
				off_bytes + done, n < 0 ? strerror(errno) : "nothing written");
		done += (size_t)n;
	}
	return 0;
}

static int file_flush(struct blk *b, struct rs_err *err)
{
	if (fsync(file_of(b)->fd) < 0)
		return rs_fail_on(err, RS_E_IO_WRITE, b->name, "flush: %s", strerror(errno));
	return 0;
}

static uint64_t file_next_data(struct blk *b, uint64_t off_bytes)
{
	off_t next = lseek(file_of(b)->fd, (off_t)off_bytes, SEEK_DATA);

	if (next < 0)
		return errno == ENXIO ? b->size_bytes : off_bytes; /* devices know no holes */
	return (uint64_t)next < b->size_bytes ? (uint64_t)next : b->size_bytes;
}

static void file_close(struct blk *b)
{
	(void)close(file_of(b)->fd); /* every act flushes before it closes */
	free(file_of(b));
}

static const struct blk_ops file_ops = {
	file_read, file_write, file_flush, file_close, file_next_data};

static int device_geometry(int fd, struct blk *b, struct rs_err *err)
{
	int sector = 0;

	if (ioctl(fd, BLKGETSIZE64, &b->size_bytes) < 0 || ioctl(fd, BLKSSZGET, &sector) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, b->name, "size: %s", strerror(errno));
	b->sector_bytes = (uint32_t)sector;
	return 0;
}

static int open_error(const char *path, unsigned flags, struct rs_err *err)
{
	if (errno == EBUSY)
		return rs_fail_on(err, RS_E_BUSY, path, "mounted or held by another program");
	if ((flags & BLK_OPEN_WRITE) && (errno == EROFS || errno == EACCES || errno == EPERM))
		return rs_fail_on(err, RS_E_READ_ONLY, path, "%s", strerror(errno));
	return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
}

static bool is_disk_like(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISBLK(st->st_mode);
}

int blk_file_open(const char *path, unsigned flags, struct blk **ret, struct rs_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return open_error(path, 0, err);
	if (!is_disk_like(&st))
		return rs_fail_on(err, RS_E_IO_OPEN, path, "not a disk or an image file");
	int mode = (flags & BLK_OPEN_WRITE) ? O_RDWR : O_RDONLY;
	if (S_ISBLK(st.st_mode) && (flags & BLK_OPEN_WRITE))
		mode |= O_EXCL; /* the kernel refuses a mounted device */
	auto_close int fd = open(path, mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return open_error(path, flags, err);
	/* Once more on what was really opened: the name may mean another file by now. */
	if (fstat(fd, &st) < 0 || !is_disk_like(&st))
		return rs_fail_on(err, RS_E_IO_OPEN, path, "not a disk or an image file");

	struct blk b = {.ops = &file_ops,
		.size_bytes = (uint64_t)st.st_size,
		.sector_bytes = 512,
		.is_read_only = !(flags & BLK_OPEN_WRITE)};
	(void)snprintf(b.name, sizeof(b.name), "%s", path);
	if (S_ISBLK(st.st_mode)) {
		int r = device_geometry(fd, &b, err);
		if (r < 0)
			return r;
	}
	struct file *f = calloc(1, sizeof(*f));
	if (!f)
		return rs_fail_on(err, RS_E_MEMORY, path, "disk");
	f->blk = b;
	f->fd = rs_steal_fd(&fd);
	*ret = &f->blk;
	return 0;
}
