/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a file lies: never write onto the disk that is being repaired or read. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"

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

bool blk_file_holds(const char *path, const struct stat *file)
{
	struct stat own;

	return stat(path, &own) == 0 && own.st_dev == file->st_dev && own.st_ino == file->st_ino;
}

bool blk_device_holds(const char *path, const struct stat *file)
{
	dev_t dev = S_ISBLK(file->st_mode) ? file->st_rdev : file->st_dev;
	struct stat own;
	char link[64], disk[PATH_MAX];

	if (stat(path, &own) < 0)
		return false;
	(void)snprintf(
		link, sizeof(link), "/sys/dev/block/%u:%u", major(own.st_rdev), minor(own.st_rdev));
	if (!sysfs_disk(link, disk))
		return S_ISBLK(file->st_mode) && file->st_rdev == own.st_rdev;
	(void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	return lies_on(link, disk, 0);
}
