/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading from the device what was just written to it. A direct read passes by the page cache of
 * the disk itself; a loop device has its file's cache below it, a file has its file system's disk.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "block/internal.h"

#define DEEPEST 8	     /* a loop device on a file on a loop device ... */
#define MAPPED	(1ULL << 30) /* looked at in one piece */
#define PAGE	4096U	     /* the smallest there is: a larger one is counted several times */

/* What is known while caches are dropped, of whatever lies below. */
struct dropping {
	const struct sys_roots *roots;
	int lost_errno; /* a flush failed: what was written before may be lost; 0: none */
};

static bool drop(struct dropping *g, const char *path, unsigned depth);

static bool is_piece_empty(int fd, uint64_t at, size_t len)
{
	size_t n = len / PAGE + 1;
	auto_free unsigned char *pages = calloc(n, 1);
	void *p = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)at);
	bool is_empty = pages && p != MAP_FAILED && mincore(p, len, pages) == 0;

	for (size_t i = 0; is_empty && i < n; i++)
		is_empty = !(pages[i] & 1);
	if (p != MAP_FAILED)
		(void)munmap(p, len); /* only looked at */
	return is_empty;
}

bool blk_cache_is_empty(int fd, uint64_t size_bytes)
{
	for (uint64_t at = 0; at < size_bytes; at += MAPPED) {
		uint64_t left = size_bytes - at;
		if (!is_piece_empty(fd, at, left < MAPPED ? (size_t)left : (size_t)MAPPED))
			return false;
	}
	return true;
}

/* Files of these live in memory: nothing is behind the cache. */
static bool is_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) < 0 || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

/* The folder of a device in sysfs: what it is made of must keep nothing either. */
static bool drop_device(struct dropping *g, const char *dir, unsigned depth)
{
	char path[PATH_MAX + 300], file[PATH_MAX];
	bool is_gone = true;

	if (depth > DEEPEST)
		return false;
	if (sys_is_partition(dir)) {
		(void)snprintf(path, sizeof(path), "%s/..", dir);
		return drop_device(g, path, depth + 1);
	}
	sys_text(file, sizeof(file), "%s/loop/backing_file", dir);
	if (file[0])
		is_gone = drop(g, file, depth + 1);
	(void)snprintf(path, sizeof(path), "%s/slaves", dir);
	auto_dir DIR *d = opendir(path);
	for (const struct dirent *e; d && (e = readdir(d));) {
		(void)snprintf(path, sizeof(path), "%s/slaves/%s", dir, e->d_name);
		if (e->d_name[0] != '.' && !drop_device(g, path, depth + 1))
			is_gone = false;
	}
	return is_gone;
}

/* A file system without a device of its own (network, FUSE, overlay) has nothing below that is
 * known: its own cache is all there is. */
static bool drop_below(struct dropping *g, dev_t dev, unsigned depth)
{
	char dir[PATH_MAX];

	return !sys_device_dir(g->roots, dev, dir) || drop_device(g, dir, depth);
}

static bool drop(struct dropping *g, const char *path, unsigned depth)
{
	struct stat st;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (depth > DEEPEST || fd < 0 || fstat(fd, &st) < 0)
		return false;
	if (fsync(fd) < 0) {
		if (errno != EINVAL && errno != EROFS) /* else it has no such thing */
			g->lost_errno = errno;
		return false;
	}
	if (S_ISBLK(st.st_mode)) {
		(void)ioctl(fd, BLKFLSBUF, 0); /* only root may; a direct read needs it not */
		return drop_below(g, st.st_rdev, depth);
	}
	if (!S_ISREG(st.st_mode) || is_memory(fd))
		return false;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what it did is looked at */
	/* the file on top is read directly, one below a loop device is not */
	if (depth && !blk_cache_is_empty(fd, (uint64_t)st.st_size))
		return false;
	return drop_below(g, st.st_dev, depth);
}

bool blk_cache_drop(const struct sys_roots *roots, const char *path, int *ret_lost_errno)
{
	struct dropping g = {.roots = roots};
	bool is_dropped = drop(&g, path, 0);

	*ret_lost_errno = g.lost_errno;
	return is_dropped;
}

/* No direct reads: the file's pages are gone, or they are not. */
static bool is_file_empty(const char *path)
{
	struct stat st;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       blk_cache_is_empty(fd, (uint64_t)st.st_size);
}

int blk_again_open(const char *path, struct blk **ret, bool *ret_is_device, struct rs_err *err)
{
	struct rs_err why = {0};
	int lost_errno;
	bool is_dropped = blk_cache_drop(&sys_roots_real, path, &lost_errno);
	if (lost_errno)
		return rs_fail_on(err, RS_E_IO_WRITE, path, "flush before it is read back: %s",
			strerror(lost_errno));
	int r = blk_file_open(path, BLK_OPEN_DIRECT, ret, &why);

	if (r == RS_E_UNSUPPORTED) {
		is_dropped = is_dropped && is_file_empty(path);
		r = blk_file_open(path, 0, ret, &why);
	}
	if (r < 0)
		return rs_err_pass(err, r, &why);
	*ret_is_device = is_dropped;
	return 0;
}
