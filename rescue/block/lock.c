/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Unbrick at a time on a disk, by whatever names it is called, and none on a disk that the
 * system uses. The file or device itself is locked (flock), so is the file behind a loop device,
 * and all names of what the disk is (names.c) are taken. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>

#include "block/internal.h"

#define LOCKS_MAX (2 * BLK_NAMES_MAX + 1)
#define TRIES	  20U /* udev holds a device it looks at for a moment */
#define PAUSE_NS  50000000L

/* Who holds the lock, for the message only: "" when /proc does not tell. */
static void find_owner(const struct stat *st, char *ret, size_t cap)
{
	char line[256], name[64];
	auto_file FILE *f = fopen("/proc/locks", "re");

	ret[0] = '\0';
	while (f && !ret[0] && fgets(line, sizeof(line), f)) {
		unsigned pid, maj, min;
		uintmax_t inode;
		if (!strstr(line, "FLOCK") || strstr(line, "->") ||
			sscanf(line, "%*s %*s %*s %*s %u %x:%x:%ju", &pid, &maj, &min, &inode) != 4)
			continue;
		if (inode != st->st_ino || maj != major(st->st_dev) || min != minor(st->st_dev))
			continue;
		sys_text(name, sizeof(name), "/proc/%u/comm", pid);
		(void)snprintf(ret, cap, "%s (process %u)", name, pid);
	}
}

/* The lock of a partition is that of its disk, so that both names exclude each other. */
static int open_to_lock(const char *path, struct stat *ret_st)
{
	char dir[PATH_MAX], disk[PATH_MAX + 8];

	if (stat(path, ret_st) < 0)
		return -1;
	if (S_ISBLK(ret_st->st_mode) && sys_device_dir(&sys_roots_real, ret_st->st_rdev, dir) &&
		sys_is_partition(dir)) {
		*strrchr(dir, '/') = '\0';
		(void)snprintf(disk, sizeof(disk), "/dev/%s", strrchr(dir, '/') + 1);
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

struct blk_lock {
	unsigned n;
	int fds[LOCKS_MAX];
};

void blk_unlock(struct blk_lock *l)
{
	for (unsigned i = 0; l && i < l->n; i++)
		(void)close(l->fds[i]); /* nothing was written through them */
	free(l);
}

static int say_busy(const char *path, bool is_exclusive, const char *owner, struct rs_err *err)
{
	return rs_fail_on(err, RS_E_BUSY, path,
		is_exclusive ? "locked by %s" : "being changed by %s",
		owner[0] ? owner : "another program");
}

/* Lock what @fd is open on; it belongs to @l from then on. */
static int lock_file(
	struct blk_lock *l, int fd, bool is_exclusive, const char *path, struct rs_err *err)
{
	char owner[128] = "";
	struct stat st = {0};
	bool is_known = fstat(fd, &st) == 0;

	l->fds[l->n++] = fd;
	if (take(fd, is_exclusive, S_ISBLK(st.st_mode)) == 0)
		return 0;
	if (is_known)
		find_owner(&st, owner, sizeof(owner));
	return say_busy(path, is_exclusive, owner, err);
}

/* ---- names ---- */

/* A name that one process at a time can have, without a file: the name of an abstract socket. It is
 * gone with the process, needs no rights and no folder, and is the same in all mount namespaces of
 * one network namespace; across network namespaces the locks of files and the kernel's exclusive
 * opening of devices remain. */
static socklen_t address_of(const char *name, struct sockaddr_un *ret)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (const char *c = name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	int n = snprintf(ret->sun_path + 1, sizeof(ret->sun_path) - 1, "unbrick-writes-%016llx",
		(unsigned long long)hash);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

/* Take the name; it is held until the descriptor is closed. -1 with errno: EADDRINUSE somebody has
 * it, anything else that it cannot be told here. */
static int claim(const char *name)
{
	struct sockaddr_un address;
	socklen_t len = address_of(name, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)(const void *)&address, len) == 0 &&
		listen(fd, 1) == 0)
		return fd;
	int why = errno;
	(void)close(fd);
	errno = why;
	return -1;
}

/* Has somebody taken the name? *ret_pid 0: not known who. */
static bool is_claimed(const char *name, int *ret_pid)
{
	struct sockaddr_un address;
	socklen_t len = address_of(name, &address);
	struct ucred who = {0};
	socklen_t n = sizeof(who);
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*ret_pid = 0;
	if (fd < 0)
		return false;
	/* a full queue is somebody's, too */
	if (connect(fd, (const struct sockaddr *)(const void *)&address, len) < 0)
		return errno == EAGAIN;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0)
		*ret_pid = (int)who.pid;
	return true;
}

/* Writing takes a name; reading only looks that nobody has it. */
static int lock_name(struct blk_lock *l, const char *name, bool is_exclusive, const char *path,
	struct rs_err *err)
{
	char owner[128] = "", comm[64];
	int pid = 0, fd = is_exclusive ? claim(name) : -1;

	if (fd >= 0) {
		l->fds[l->n++] = fd;
		return 0;
	}
	/* where names cannot be taken at all, the locks of files remain */
	if (is_exclusive && errno != EADDRINUSE)
		return 0;
	if (!is_claimed(name, &pid) && !is_exclusive)
		return 0;
	sys_text(comm, sizeof(comm), "/proc/%d/comm", pid);
	if (pid)
		(void)snprintf(owner, sizeof(owner), "%s (process %d)", comm, pid);
	return say_busy(path, is_exclusive, owner, err);
}

static int lock_all(struct blk_lock *l, const struct blk_names *names, bool is_exclusive,
	const char *path, struct rs_err *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < names->n_files; i++) {
		int fd = names->files[i] ? open(names->files[i],
						   O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
					 : -1;
		if (fd >= 0)
			r = lock_file(l, fd, is_exclusive, path, err);
	}
	for (unsigned i = 0; r == 0 && i < names->n; i++)
		r = lock_name(l, names->name[i], is_exclusive, path, err);
	return r;
}

int blk_lock(const char *path, bool is_exclusive, struct blk_lock **ret, struct rs_err *err)
{
	auto_blk_lock struct blk_lock *l = calloc(1, sizeof(*l));
	auto_free struct blk_names *names = calloc(1, sizeof(*names));
	struct stat st = {0};

	if (!l || !names)
		return rs_fail_on(err, RS_E_MEMORY, path, "lock");
	int fd = open_to_lock(path, &st);
	if (fd < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	int r = lock_file(l, fd, is_exclusive, path, err);
	if (r == 0) {
		blk_names_find(&sys_roots_real, &st, names);
		r = lock_all(l, names, is_exclusive, path, err);
		blk_names_done(names);
	}
	if (r == 0 && is_exclusive)
		r = blk_in_use(&sys_roots_real, path, err);
	if (r < 0)
		return r;
	*ret = rs_steal(l);
	return 0;
}
