/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Could a disk be opened for writing? Asked without doing so: a device that was open for writing is
 * looked at anew by everybody when it is closed. And where a file lies: never write onto the disk
 * that is being repaired or read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"

#define MAJOR_RAM  1U
#define MAJOR_LOOP 7U
#define MAJOR_MD   9U
#define MAJOR_NBD  43U

#define DEEPEST_STACK 8 /* LVM on RAID on partitions ... */

int blk_check_writable(const char *path, struct rs_err *err)
{
	struct stat st;
	int is_read_only = 0;

	if (access(path, W_OK) < 0)
		return rs_fail_on(err, errno == ENOENT ? RS_E_IO_OPEN : RS_E_READ_ONLY, path, "%s",
			strerror(errno));
	/* a set of disks is held back until something is to be written (raid_allow_writes) */
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode) && major(st.st_rdev) != MAJOR_MD) {
		auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && ioctl(fd, BLKROGET, &is_read_only) == 0 && is_read_only)
			return rs_fail_on(err, RS_E_READ_ONLY, path, "%s", strerror(EACCES));
	}
	return blk_in_use(&sys_roots_real, path, err);
}

bool disk_is_of_machine(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	unsigned of = major(st.st_rdev);
	return of != MAJOR_LOOP && of != MAJOR_NBD && of != MAJOR_RAM;
}

bool blk_is_same_disk(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) < 0 || stat(b, &y) < 0)
		return strcmp(a, b) == 0;
	if (S_ISBLK(x.st_mode) && S_ISBLK(y.st_mode))
		return x.st_rdev == y.st_rdev;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Does a device lie on @disk, itself or through what it is made of? */
static bool lies_on(dev_t device, const char *disk, int depth)
{
	char own[PATH_MAX], folder[PATH_MAX + 16], number[32];
	unsigned ma, mi;

	if (depth > DEEPEST_STACK || !sys_disk_dir(&sys_roots_real, device, own))
		return false;
	if (strcmp(own, disk) == 0)
		return true;
	(void)snprintf(folder, sizeof(folder), "%s/slaves", own);
	auto_dir DIR *d = opendir(folder);
	for (const struct dirent *e; d && (e = readdir(d));) {
		sys_text(number, sizeof(number), "%s/%s/dev", folder, e->d_name);
		if (e->d_name[0] != '.' && sscanf(number, "%u:%u", &ma, &mi) == 2 &&
			lies_on(makedev(ma, mi), disk, depth + 1))
			return true;
	}
	return false;
}

bool blk_file_holds(const char *path, const struct stat *file)
{
	struct stat own;

	return stat(path, &own) == 0 && own.st_dev == file->st_dev && own.st_ino == file->st_ino;
}

bool blk_device_holds(const char *path, const struct stat *file)
{
	dev_t dev = S_ISBLK(file->st_mode) ? file->st_rdev : file->st_dev;
	struct stat own;
	char disk[PATH_MAX];

	if (stat(path, &own) < 0)
		return false;
	if (!sys_disk_dir(&sys_roots_real, own.st_rdev, disk))
		return S_ISBLK(file->st_mode) && file->st_rdev == own.st_rdev;
	return lies_on(dev, disk, 0);
}
