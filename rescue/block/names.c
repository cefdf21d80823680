/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that a disk is, below the path that names it: the device's number, the file behind a loop
 * device, the devices that an array or a mapping is made of, and what the disk says of itself. Two
 * paths to one disk have one of these names in common, in whatever mount namespace they are. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"

#define DEEPEST 8U /* a loop on LVM on RAID on partitions ... */

/* False: it is known already, or there are more than any disk has. */
static bool add_name(struct blk_names *n, const char *name)
{
	for (unsigned i = 0; i < n->n; i++)
		if (strcmp(n->name[i], name) == 0)
			return false;
	if (n->n == BLK_NAMES_MAX)
		return false;
	(void)snprintf(n->name[n->n++], sizeof(n->name[0]), "%s", name);
	return true;
}

static void add_file(struct blk_names *n, uint64_t dev, uint64_t ino)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "file %llx:%llx", (unsigned long long)dev,
		(unsigned long long)ino);
	(void)add_name(n, name);
}

static void add_device(const struct sys_roots *roots, struct blk_names *n, unsigned major,
	unsigned minor, unsigned depth);

/* The kernel's word for what is behind a loop device; false: it does not tell us. */
static bool ask_loop(const char *device, struct stat *ret)
{
	struct loop_info64 info = {0};
	auto_close int fd = open(device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return false;
	*ret = (struct stat){.st_dev = info.lo_device, .st_ino = info.lo_inode};
	/* of a file it is 0, or (older kernels) the number of its file system's device again */
	if (info.lo_rdevice && info.lo_rdevice != info.lo_device) {
		ret->st_mode = S_IFBLK;
		ret->st_rdev = info.lo_rdevice;
	}
	return true;
}

/* The file is locked as well where its path leads to it from here. */
static void add_behind_loop(
	const struct sys_roots *roots, struct blk_names *n, const char *name, unsigned depth)
{
	char path[PATH_MAX], behind[PATH_MAX];
	struct stat st = {0}, there = {0};

	sys_text(behind, sizeof(behind), "%s/block/%s/loop/backing_file", roots->sys, name);
	if (!behind[0])
		return;
	bool is_found = stat(behind, &there) == 0;
	(void)snprintf(path, sizeof(path), "%s/%s", roots->dev, name);
	if (!ask_loop(path, &st)) {
		if (!is_found)
			return;
		st = there;
	}
	if (S_ISBLK(st.st_mode)) {
		add_device(roots, n, major(st.st_rdev), minor(st.st_rdev), depth + 1);
		return;
	}
	add_file(n, st.st_dev, st.st_ino);
	if (is_found && there.st_dev == st.st_dev && there.st_ino == st.st_ino &&
		n->n_files < BLK_NAMES_MAX)
		n->files[n->n_files++] = strdup(behind);
}

static void add_device(const struct sys_roots *roots, struct blk_names *n, unsigned major,
	unsigned minor, unsigned depth)
{
	const struct stat st = {.st_mode = S_IFBLK, .st_rdev = makedev(major, minor)};
	char name[NAME_MAX + 1], path[PATH_MAX], text[1024];

	if (depth > DEEPEST)
		return;
	if (!disk_name_of(roots, &st, name, sizeof(name))) {
		(void)snprintf(text, sizeof(text), "dev %u:%u", major, minor);
		(void)add_name(n, text);
		return;
	}
	(void)snprintf(text, sizeof(text), "disk %s", name); /* its partitions', too */
	if (!add_name(n, text))
		return;
	disk_ident(roots, name, text, sizeof(text));
	if (text[0])
		(void)add_name(n, text);
	add_behind_loop(roots, n, name, depth);
	(void)snprintf(path, sizeof(path), "%s/block/%s/slaves", roots->sys, name);
	auto_dir DIR *d = opendir(path);
	for (const struct dirent *e; d && (e = readdir(d));) {
		char number[32];
		unsigned ma, mi;
		sys_text(number, sizeof(number), "%s/%s/dev", path, e->d_name);
		if (e->d_name[0] != '.' && sscanf(number, "%u:%u", &ma, &mi) == 2)
			add_device(roots, n, ma, mi, depth + 1);
	}
}

void blk_names_find(const struct sys_roots *roots, const struct stat *st, struct blk_names *ret)
{
	*ret = (struct blk_names){0};
	if (S_ISBLK(st->st_mode))
		add_device(roots, ret, major(st->st_rdev), minor(st->st_rdev), 0);
	else
		add_file(ret, st->st_dev, st->st_ino);
}

void blk_names_done(struct blk_names *n)
{
	for (unsigned i = 0; i < n->n_files; i++)
		free(n->files[i]);
	n->n_files = 0;
}
