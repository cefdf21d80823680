/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that lies: liar IMAGE FOLDER KEEP [BAD]. FOLDER/disk shows IMAGE; every write and flush is
 * acknowledged, but only KEEP of them (all: -1) reach IMAGE; reading gives what IMAGE has, and an
 * error where the byte at BAD is wanted. In the foreground, one request at a time, until it is
 * unmounted. */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK "/disk"

struct liar {
	int fd;
	long keep; /* writes that will still be kept; negative: all */
	off_t bad; /* -1: none */
};

static struct liar *liar(void)
{
	return fuse_get_context()->private_data;
}

static int on_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
	(void)fi;
	memset(st, 0, sizeof(*st));
	if (strcmp(path, "/") == 0) {
		st->st_mode = S_IFDIR | 0755;
		st->st_nlink = 2;
		return 0;
	}
	if (strcmp(path, DISK) != 0)
		return -ENOENT;
	if (fstat(liar()->fd, st) < 0)
		return -errno;
	st->st_mode = S_IFREG | 0600;
	return 0;
}

static int on_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t off,
	struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
	(void)path;
	(void)off;
	(void)fi;
	(void)flags;
	return fill(buf, &DISK[1], NULL, 0, 0) ? -ENOMEM : 0;
}

static int on_open(const char *path, struct fuse_file_info *fi)
{
	(void)fi;
	return strcmp(path, DISK) == 0 ? 0 : -ENOENT;
}

static int on_read(const char *path, char *buf, size_t len, off_t off, struct fuse_file_info *fi)
{
	(void)path;
	(void)fi;
	const off_t bad = liar()->bad;
	if (bad >= off && bad - off < (off_t)len)
		return -EIO;
	ssize_t n = pread(liar()->fd, buf, len, off);
	return n < 0 ? -errno : (int)n;
}

static int on_write(
	const char *path, const char *buf, size_t len, off_t off, struct fuse_file_info *fi)
{
	(void)path;
	(void)fi;
	if (liar()->keep == 0)
		return (int)len;
	if (liar()->keep > 0)
		liar()->keep--;
	ssize_t n = pwrite(liar()->fd, buf, len, off);
	return n < 0 ? -errno : (int)n;
}

static int on_fsync(const char *path, int only_data, struct fuse_file_info *fi)
{
	(void)path;
	(void)only_data;
	(void)fi;
	return 0;
}

static const struct fuse_operations operations = {
	.getattr = on_getattr,
	.readdir = on_readdir,
	.open = on_open,
	.read = on_read,
	.write = on_write,
	.fsync = on_fsync,
};

int main(int argc, char **argv)
{
	char foreground[] = "-f", single[] = "-s";

	if (argc != 4 && argc != 5)
		return 2;
	struct liar l = {open(argv[1], O_RDWR | O_CLOEXEC), strtol(argv[3], NULL, 10),
		argc > 4 ? strtol(argv[4], NULL, 10) : -1};
	if (l.fd < 0)
		return 1;
	char *args[] = {argv[0], argv[2], foreground, single, NULL};
	return fuse_main(4, args, &operations, &l);
}
