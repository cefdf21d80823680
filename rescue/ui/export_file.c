/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The export's output: never the disk that is read. */
#include "ui/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEEPEST_STACK 8 /* LVM on RAID on partitions ... */

/* The sysfs folder of the whole disk that a device is (a partition of). */
static bool sysfs_disk(const char *link, char ret[PATH_MAX])
{
	char probe[PATH_MAX + 16];

	if (!realpath(link, ret))
		return false;
	(void)snprintf(probe, sizeof(probe), "%s/partition", ret);
	if (access(probe, F_OK) == 0)
		*strrchr(ret, '/') = '\0';
	return true;
}

/* Does the device behind @link lie on @disk, itself or through what it is made of? */
static bool lies_on(const char *link, const char *disk, int depth)
{
	char own[PATH_MAX], folder[PATH_MAX + 16], slave[PATH_MAX + 300];
	bool is_on = false;

	if (depth > DEEPEST_STACK || !sysfs_disk(link, own))
		return false;
	if (strcmp(own, disk) == 0)
		return true;
	(void)snprintf(folder, sizeof(folder), "%s/slaves", own);
	DIR *d = opendir(folder);
	for (struct dirent *e; d && !is_on && (e = readdir(d));) {
		(void)snprintf(slave, sizeof(slave), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			is_on = lies_on(slave, disk, depth + 1);
	}
	if (d)
		(void)closedir(d); /* only read */
	return is_on;
}

static bool is_on_source(const struct stat *out, const char *source)
{
	struct stat src;
	char link[64], disk[PATH_MAX];

	if (stat(source, &src) < 0)
		return false;
	if (!S_ISBLK(src.st_mode))
		return src.st_dev == out->st_dev && src.st_ino == out->st_ino;
	(void)snprintf(
		link, sizeof(link), "/sys/dev/block/%u:%u", major(src.st_rdev), minor(src.st_rdev));
	if (!sysfs_disk(link, disk))
		return S_ISBLK(out->st_mode) && out->st_rdev == src.st_rdev;
	dev_t dev = S_ISBLK(out->st_mode) ? out->st_rdev : out->st_dev;
	(void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	return lies_on(link, disk, 0);
}

/* Before anything is created: the file if it is there, otherwise its folder. */
static int check_place(const char *path, const char *source, struct rs_err *err)
{
	struct stat st;
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (stat(path, &st) < 0 && stat(dirname(copy), &st) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (is_on_source(&st, source))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	return 0;
}

int export_open(const char *path, const char *source, enum export_open_how how, int *ret_fd,
	bool *ret_is_file, struct rs_err *err)
{
	struct stat st;
	int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	int r = check_place(path, source, err);
	if (r < 0)
		return r;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return rs_fail_on(err, RS_E_OUTPUT, path, "neither a file nor a disk");
	/* O_EXCL: a new file must be new, and a disk that somebody uses refuses */
	if (how == EXPORT_NEW)
		flags |= O_CREAT | O_EXCL;
	else if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	else if (how == EXPORT_FORCE)
		flags |= O_CREAT;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == EEXIST)
		return rs_fail_on(err, RS_E_OUTPUT_EXISTS, path, "%s", "");
	if (fd < 0 && how == EXPORT_RESUME && errno == ENOENT)
		return rs_fail_on(err, RS_E_RESUME, path, "it is not there");
	if (fd < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (fstat(fd, &st) < 0 || is_on_source(&st, source)) {
		(void)close(fd); /* nothing was written */
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	}
	*ret_fd = fd;
	*ret_is_file = S_ISREG(st.st_mode);
	return 0;
}
