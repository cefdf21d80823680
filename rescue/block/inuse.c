/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does the running system use a disk: mounted, swap, below another device? Image files count
 * through the loop devices on them. A file that a FUSE program reads leaves no trace: not found. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"

#define TARGETS_MAX 256U /* devices that one disk can be looked at under */

struct target {
	char name[64];	 /* as in /sys/block: sda3 */
	char dir[512];	 /* its folder in sysfs */
	char number[24]; /* "8:3" */
};

struct search {
	const struct sys_roots *roots;
	const char *path;
	struct stat file; /* of the image file or device node */
	unsigned n;
	struct target *targets;
};

/* Add a device by its folder in sysfs, and its partitions. */
static void add_target(struct search *s, const char *dir)
{
	char path[PATH_MAX];
	const char *slash = strrchr(dir, '/');

	if (s->n == TARGETS_MAX || strlen(dir) >= sizeof(s->targets->dir) || !slash)
		return;
	struct target *t = &s->targets[s->n];
	(void)snprintf(t->name, sizeof(t->name), "%.*s", (int)sizeof(t->name) - 1, slash + 1);
	(void)snprintf(t->dir, sizeof(t->dir), "%s", dir);
	sys_text(t->number, sizeof(t->number), "%s/dev", dir);
	if (!t->number[0])
		return;
	s->n++;
	auto_dir DIR *d = opendir(dir);
	for (const struct dirent *e; d && (e = readdir(d));) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.' && sys_is_partition(path))
			add_target(s, path);
	}
}

static bool is_known(const struct search *s, const char *number)
{
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->targets[i].number, number) == 0)
			return true;
	return false;
}

/* Is @path the image file itself, or a node of one of the devices? */
static bool is_ours(const struct search *s, const char *path)
{
	char number[24];
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	if (st.st_dev == s->file.st_dev && st.st_ino == s->file.st_ino)
		return true;
	(void)snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return S_ISBLK(st.st_mode) && is_known(s, number);
}

static void add_loop(struct search *s, const char *dir)
{
	char backing[PATH_MAX], number[24];

	sys_text(number, sizeof(number), "%s/dev", dir);
	sys_text(backing, sizeof(backing), "%s/loop/backing_file", dir);
	if (backing[0] && number[0] && !is_known(s, number) && is_ours(s, backing))
		add_target(s, dir);
}

/* Loop devices on the file or on a device; a loop on a loop is found by going round again. */
static void add_loops(struct search *s)
{
	char block[256], path[PATH_MAX];

	(void)snprintf(block, sizeof(block), "%s/block", s->roots->sys);
	for (unsigned before = UINT_MAX; before != s->n;) {
		before = s->n;
		auto_dir DIR *d = opendir(block);
		for (const struct dirent *e; d && (e = readdir(d));) {
			(void)snprintf(path, sizeof(path), "%s/%s", block, e->d_name);
			if (strncmp(e->d_name, "loop", 4) == 0)
				add_loop(s, path);
		}
	}
}

/* A line of /proc's @name each. */
static int find_line(const struct search *s, const char *name,
	int (*look)(const struct search *s, const char *line, struct rs_err *err),
	struct rs_err *err)
{
	char path[PATH_MAX];
	auto_free char *line = NULL;
	size_t cap = 0;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", s->roots->proc, name);
	auto_file FILE *f = fopen(path, "re");
	while (r == 0 && f && getline(&line, &cap, f) > 0)
		r = look(s, line, err);
	return r;
}

static int look_at_mount(const struct search *s, const char *line, struct rs_err *err)
{
	char number[24] = "", where[256] = "", source[256] = "";
	const char *rest = strstr(line, " - ");

	if (sscanf(line, "%*u %*u %23s %*s %255s", number, where) != 2)
		return 0;
	if (rest)
		(void)sscanf(rest, " - %*s %255s", source);
	/* Btrfs has a number of its own, and only its source tells. */
	if (is_known(s, number) || (source[0] == '/' && is_ours(s, source)))
		return rs_fail_on(err, RS_E_BUSY, s->path, "%s is mounted at %s",
			source[0] ? source : number, where);
	return 0;
}

static int look_at_swap(const struct search *s, const char *line, struct rs_err *err)
{
	char name[256] = "";

	if (sscanf(line, "%255s", name) == 1 && name[0] == '/' && is_ours(s, name))
		return rs_fail_on(err, RS_E_BUSY, s->path, "%s is swap", name);
	return 0;
}

static int find_holder(const struct search *s, struct rs_err *err)
{
	char path[PATH_MAX], name[128];

	for (unsigned i = 0; i < s->n; i++) {
		(void)snprintf(path, sizeof(path), "%s/holders", s->targets[i].dir);
		auto_dir DIR *d = opendir(path);
		for (const struct dirent *e; d && (e = readdir(d));) {
			if (e->d_name[0] == '.')
				continue;
			sys_text(name, sizeof(name), "%s/block/%s/dm/name", s->roots->sys,
				e->d_name);
			return rs_fail_on(err, RS_E_BUSY, s->path, "%s is held by %s%s%s",
				s->targets[i].name, e->d_name, name[0] ? " = " : "", name);
		}
	}
	return 0;
}

int blk_in_use(const struct sys_roots *roots, const char *path, struct rs_err *err)
{
	struct search s = {.roots = roots, .path = path};
	char dir[PATH_MAX];

	if (stat(path, &s.file) < 0)
		return 0; /* opening it gives the better message */
	auto_free struct target *targets = calloc(TARGETS_MAX, sizeof(*targets));
	if (!targets)
		return rs_fail_on(err, RS_E_MEMORY, path, "list of devices");
	s.targets = targets;
	if (S_ISBLK(s.file.st_mode) && sys_device_dir(roots, s.file.st_rdev, dir))
		add_target(&s, dir);
	add_loops(&s);
	int r = find_line(&s, "self/mountinfo", look_at_mount, err);
	if (r == 0)
		r = find_line(&s, "swaps", look_at_swap, err);
	if (r == 0)
		r = find_holder(&s, err);
	return r;
}
