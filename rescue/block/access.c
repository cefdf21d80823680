/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Could a disk be opened for writing? Asked without doing so: a device that was open for writing is
 * looked at anew by everybody when it is closed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"

#define MAJOR_RAM  1U
#define MAJOR_LOOP 7U
#define MAJOR_MD   9U
#define MAJOR_NBD  43U

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
