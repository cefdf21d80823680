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

#define ALIGN_BYTES  4096U	 /* of direct reads: place, length and memory */
#define WINDOW_BYTES (64U << 10) /* of a direct read, and kept */
#define WINDOWS	     64U

struct file {
	struct blk blk; /* first */
	int fd;
	uint8_t *windows;	/* direct: WINDOWS of them, aligned; NULL: through the cache */
	uint64_t held[WINDOWS]; /* number of the stretch that each holds, from 1; 0: none */
};

static struct file *file_of(struct blk *b)
{
	return (struct file *)(void *)b;
}

/* @want bytes of the @len that there is room for. Direct: place, length and memory are aligned, and
 * only what ends the disk is not. */
static int read_at(struct file *f, uint64_t off_bytes, uint8_t *buf, size_t len, size_t want,
	struct rs_err *err)
{
	for (size_t done = 0; done < want;) {
		ssize_t n = pread(f->fd, buf + done, len - done, (off_t)(off_bytes + done));
		if (n < 0 && errno == EINTR)
			continue;
		bool is_odd = f->windows && n % ALIGN_BYTES && done + (size_t)n < want;
		if (n <= 0 || is_odd)
			return rs_fail_on(err, RS_E_IO_READ, f->blk.name, "at byte %" PRIu64 ": %s",
				off_bytes + done,
				n < 0 ? strerror(errno) : "the file or disk became shorter");
		done += (size_t)n;
	}
	return 0;
}

static int file_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return read_at(file_of(b), off_bytes, buf, len, len, err);
}

static int read_direct(
	struct file *f, uint64_t off_bytes, uint8_t *buf, size_t len, struct rs_err *err)
{
	uint64_t left = f->blk.size_bytes - off_bytes;

	return read_at(f, off_bytes, buf, len, left < len ? (size_t)left : len, err);
}

/* Small requests are many (a record, a piece of a bitmap): a stretch is read once and kept. Where
 * one cannot be read as a whole, the request is read alone. */
static int window_read(
	struct file *f, uint64_t off_bytes, size_t len, const uint8_t **ret, struct rs_err *err)
{
	const uint64_t number = off_bytes / WINDOW_BYTES, start = number * WINDOW_BYTES;
	size_t slot = number % WINDOWS, at = (size_t)(off_bytes - start);
	uint8_t *window = f->windows + slot * WINDOW_BYTES;

	*ret = window + at; /* a place, whatever comes of it */
	if (f->held[slot] == number + 1)
		return 0;
	f->held[slot] = 0;
	if (read_direct(f, start, window, WINDOW_BYTES, NULL) == 0) {
		f->held[slot] = number + 1;
		return 0;
	}
	size_t first = at / ALIGN_BYTES * ALIGN_BYTES;
	size_t end = (at + len + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
	return read_direct(f, start + first, window + first, end - first, err);
}

static int file_read_direct(
	struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	for (size_t done = 0; done < len;) {
		uint64_t at = off_bytes + done;
		size_t n = WINDOW_BYTES - (size_t)(at % WINDOW_BYTES);
		const uint8_t *from;

		n = n < len - done ? n : len - done;
		int r = window_read(file_of(b), at, n, &from, err);
		if (r < 0)
			return r;
		memcpy((uint8_t *)buf + done, from, n);
		done += n;
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
				off_bytes + done, n < 0 ? strerror(errno) : "no byte was taken");
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

static void file_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	(void)posix_fadvise(file_of(b)->fd, (off_t)off_bytes, (off_t)len_bytes,
		POSIX_FADV_WILLNEED); /* a hint */
}

static void file_close(struct blk *b)
{
	(void)close(file_of(b)->fd); /* every act flushes before it closes */
	free(file_of(b)->windows);
	free(file_of(b));
}

static const struct blk_ops file_ops = {
	file_read, file_write, file_flush, file_close, file_next_data, file_will_need};
static const struct blk_ops direct_ops = {file_read_direct, NULL, NULL, file_close, NULL, NULL};

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
	if ((flags & BLK_OPEN_DIRECT) && errno == EINVAL)
		return rs_fail_on(err, RS_E_UNSUPPORTED, path, "no direct reads");
	return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
}

static bool is_disk_like(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISBLK(st->st_mode);
}

static int make(
	const struct blk *b, int fd_take, bool is_direct, struct blk **ret, struct rs_err *err)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f && is_direct)
		f->windows = aligned_alloc(ALIGN_BYTES, (size_t)WINDOWS * WINDOW_BYTES);
	if (!f || (is_direct && !f->windows)) {
		free(f);
		(void)close(fd_take); /* nothing was written */
		return rs_fail_on(err, RS_E_MEMORY, b->name, "disk");
	}
	f->blk = *b;
	f->blk.ops = is_direct ? &direct_ops : &file_ops;
	f->fd = fd_take;
	*ret = &f->blk;
	return 0;
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
	if (flags & BLK_OPEN_DIRECT)
		mode |= O_DIRECT;
	auto_close int fd = open(path, mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return open_error(path, flags, err);
	/* Once more on what was really opened: the name may mean another file by now. */
	if (fstat(fd, &st) < 0 || !is_disk_like(&st))
		return rs_fail_on(err, RS_E_IO_OPEN, path, "not a disk or an image file");

	struct blk b = {.size_bytes = (uint64_t)st.st_size,
		.sector_bytes = 512,
		.is_read_only = !(flags & BLK_OPEN_WRITE)};
	(void)snprintf(b.name, sizeof(b.name), "%s", path);
	if (S_ISBLK(st.st_mode)) {
		int r = device_geometry(fd, &b, err);
		if (r < 0)
			return r;
	}
	return make(&b, rs_steal_fd(&fd), flags & BLK_OPEN_DIRECT, ret, err);
}
