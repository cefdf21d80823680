/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Unbrick at a time on a disk, and none on a disk that the system uses. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "block/internal.h"

#define TRIES	 20U /* udev holds a device it looks at for a moment */
#define PAUSE_NS 50000000L

/* Who holds the lock, for the message only: "" when /proc does not tell. */
static void find_owner(const struct stat *st, char *ret, size_t cap)
{
	char line[256], path[64], name[64];
	FILE *f = fopen("/proc/locks", "re");

	ret[0] = '\0';
	while (f && !ret[0] && fgets(line, sizeof(line), f)) {
		unsigned pid, maj, min;
		uintmax_t inode;
		if (!strstr(line, "FLOCK") || strstr(line, "->") ||
			sscanf(line, "%*s %*s %*s %*s %u %x:%x:%ju", &pid, &maj, &min, &inode) != 4)
			continue;
		if (inode != st->st_ino || maj != major(st->st_dev) || min != minor(st->st_dev))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%u/comm", pid);
		sys_read_line(path, name, sizeof(name));
		(void)snprintf(ret, cap, "%s (process %u)", name, pid);
	}
	if (f)
		(void)fclose(f); /* only read */
}

/* The lock of a partition is that of its disk, so that both names exclude each other. */
static int open_to_lock(const char *path, struct stat *ret_st)
{
	char link[64], real[PATH_MAX], disk[PATH_MAX];

	if (stat(path, ret_st) < 0)
		return -1;
	(void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(ret_st->st_rdev),
		minor(ret_st->st_rdev));
	if (S_ISBLK(ret_st->st_mode) && realpath(link, real) &&
		snprintf(disk, sizeof(disk), "%s/partition", real) < (int)sizeof(disk) &&
		access(disk, F_OK) == 0) {
		*strrchr(real, '/') = '\0';
		(void)snprintf(
			disk, sizeof(disk), "/dev/%.*s", PATH_MAX - 8, strrchr(real, '/') + 1);
		int fd = open(disk, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0)
			return fd;
	}
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static int take(int fd, bool is_exclusive, bool may_wait)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	for (unsigned i = 0;; i++) {
		if (flock(fd, (is_exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
			return 0;
		if (errno == EINTR)
			continue;
		/* Anything else than "taken" is a file system without locks. */
		if (errno != EWOULDBLOCK)
			return 0;
		if (!may_wait || i >= TRIES)
			return -1;
		(void)nanosleep(&pause, NULL); /* shorter is fine */
	}
}

int blk_lock(const char *path, bool is_exclusive, int *ret_fd, struct rs_err *err)
{
	char owner[128];
	struct stat st = {0};
	auto_close int fd = open_to_lock(path, &st);

	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	if (take(fd, is_exclusive, S_ISBLK(st.st_mode)) < 0) {
		if (fstat(fd, &st) == 0)
			find_owner(&st, owner, sizeof(owner));
		else
			owner[0] = '\0';
		return rs_fail_on(err, RS_E_BUSY, path, "%s %s",
			is_exclusive ? "locked by" : "being changed by",
			owner[0] ? owner : "another program");
	}
	if (is_exclusive) {
		int r = blk_in_use(&sys_roots_real, path, err);
		if (r < 0)
			return r;
	}
	*ret_fd = rs_steal_fd(&fd);
	return 0;
}
