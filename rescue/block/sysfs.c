/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's disks, as the kernel lists them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "block/internal.h"
#include "core/list.h"

const struct sys_roots sys_roots_real = {"/sys", "/proc", "/dev"};

/* Serial numbers may hold padding and control bytes. */
static void trim(char *s)
{
	size_t from = 0, to = 0;

	while (s[from] == ' ' || s[from] == '\t')
		from++;
	for (; s[from] && s[from] != '\n'; from++)
		if (isprint((unsigned char)s[from]))
			s[to++] = s[from];
	while (to && s[to - 1] == ' ')
		to--;
	s[to] = '\0';
}

void sys_text(char *ret, size_t cap, const char *fmt, ...)
{
	char path[PATH_MAX + 1]; /* one that is cut is too long for the kernel */
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, cap - 1);
	ret[n > 0 ? n : 0] = '\0';
	trim(ret);
}

bool sys_device_dir(const struct sys_roots *roots, dev_t device, char ret[PATH_MAX])
{
	char link[PATH_MAX];

	(void)snprintf(
		link, sizeof(link), "%s/dev/block/%u:%u", roots->sys, major(device), minor(device));
	return realpath(link, ret);
}

bool sys_is_partition(const char *dir)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/partition", dir);
	return access(path, F_OK) == 0;
}

bool sys_disk_dir(const struct sys_roots *roots, dev_t device, char ret[PATH_MAX])
{
	if (!sys_device_dir(roots, device, ret))
		return false;
	if (sys_is_partition(ret))
		*strrchr(ret, '/') = '\0';
	return true;
}

static bool is_virtual(const char *name)
{
	static const char *const prefixes[] = {"loop", "ram", "zram", "sr", "fd"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return name[0] == '.';
}

/* A set of disks that is put together and runs: an array, the paths of one disk. */
static bool is_running_set(const struct sys_roots *roots, const char *name)
{
	char level[32], state[32], uuid[64];

	sys_text(level, sizeof(level), "%s/block/%s/md/level", roots->sys,
		name); /* a container has none */
	sys_text(state, sizeof(state), "%s/block/%s/md/array_state", roots->sys, name);
	sys_text(uuid, sizeof(uuid), "%s/block/%s/dm/uuid", roots->sys, name);
	return (level[0] && strcmp(state, "inactive") != 0 && strcmp(state, "clear") != 0) ||
	       strncmp(uuid, "mpath-", 6) == 0 || strncmp(uuid, "DMRAID-", 7) == 0;
}

static bool is_in_running_set(const struct sys_roots *roots, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/block/%s/holders", roots->sys, name);
	auto_dir DIR *d = opendir(path);
	for (const struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.' && is_running_set(roots, e->d_name))
			return true;
	return false;
}

static bool is_disk(const struct sys_roots *roots, const char *name)
{
	char size[32], hidden[8];

	if (is_virtual(name) || is_in_running_set(roots, name) ||
		(strncmp(name, "dm-", 3) == 0 && !is_running_set(roots, name)))
		return false;
	sys_text(size, sizeof(size), "%s/block/%s/size", roots->sys, name);
	/* a path of a multipath NVMe disk */
	sys_text(hidden, sizeof(hidden), "%s/block/%s/hidden", roots->sys, name);
	return size[0] && strcmp(size, "0") != 0 && strcmp(hidden, "1") != 0;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static char *device_path(const struct sys_roots *roots, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", roots->dev, name) < 0)
		return NULL;
	for (char *c = path + strlen(roots->dev) + 1; *c; c++)
		if (*c == '!') /* sysfs writes cciss/c0d0 so */
			*c = '/';
	return path;
}

void disk_list_free(char **paths)
{
	for (char **p = paths; p && *p; p++)
		free(*p);
	free(paths);
}

/* Of a disk by two paths the first stays. */
static void drop_second_paths(const struct sys_roots *roots, char **paths, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		char ident[2][1024] = {"", ""}, *path = paths[i];
		disk_ident(roots, path + strlen(roots->dev) + 1, ident[0], sizeof(ident[0]));
		bool is_known = false;
		for (size_t k = 0; k < kept && ident[0][0] && !is_known; k++) {
			disk_ident(roots, paths[k] + strlen(roots->dev) + 1, ident[1],
				sizeof(ident[1]));
			is_known = strcmp(ident[0], ident[1]) == 0;
		}
		if (is_known)
			free(path);
		else
			paths[kept++] = path;
	}
	paths[kept] = NULL;
}

int disk_list_in(const struct sys_roots *roots, char ***ret_paths, struct rs_err *err)
{
	char path[PATH_MAX];
	char **paths = NULL;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "%s/block", roots->sys);
	auto_dir DIR *dir = opendir(path);
	if (!dir)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	bool has_room = rs_list_add((void *)&paths, &n, sizeof(char *)); /* for the NULL */
	for (const struct dirent *e; has_room && (e = readdir(dir));)
		if (is_disk(roots, e->d_name))
			has_room = rs_list_add((void *)&paths, &n, sizeof(char *)) &&
				   (paths[n - 2] = device_path(roots, e->d_name));
	if (!has_room) {
		disk_list_free(paths);
		return rs_fail_on(err, RS_E_MEMORY, path, "list of disks");
	}
	n--;
	qsort(paths, n, sizeof(*paths), by_version);
	drop_second_paths(roots, paths, n);
	*ret_paths = paths;
	return 0;
}

int disk_list(char ***ret_paths, struct rs_err *err)
{
	return disk_list_in(&sys_roots_real, ret_paths, err);
}

size_t sys_page(const char *dir, const char *name, uint8_t ret[SYS_PAGE_MAX])
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/device/%s", dir, name);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, SYS_PAGE_MAX);
	return n < 4 ? 0 : (size_t)n;
}

static void read_first(const char *dir, const char *const *files, size_t n, char *ret, size_t cap)
{
	for (size_t i = 0; i < n && !ret[0]; i++)
		sys_text(ret, cap, "%s/%s", dir, files[i]);
}

void disk_identity(
	const char *path, char *ret_model, size_t cap_model, char *ret_serial, size_t cap_serial)
{
	static const char *const models[] = {"device/model", "device/name"}; /* SD cards */
	static const char *const serials[] = {"device/serial", "serial", "device/cid"};
	char dir[PATH_MAX];
	uint8_t page[SYS_PAGE_MAX];
	struct stat st;

	ret_model[0] = ret_serial[0] = '\0';
	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode) ||
		!sys_disk_dir(&sys_roots_real, st.st_rdev, dir))
		return;
	read_first(dir, models, 2, ret_model, cap_model);
	read_first(dir, serials, 3, ret_serial, cap_serial);
	size_t n = ret_serial[0] ? 0 : sys_page(dir, "vpd_pg80", page);
	if (n <= 4)
		return;
	(void)snprintf(ret_serial, cap_serial, "%.*s", (int)n - 4, (const char *)page + 4);
	trim(ret_serial);
}
