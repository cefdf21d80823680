/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/cleanup.h"

#define RECEIVE_BYTES (4 << 20) /* a coldplug's events come faster than they are read */

long sysfs_bytes(const char *path, void *ret, size_t cap)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;

	if (fd < 0)
		return -1;
	while (len < cap) {
		ssize_t n = read(fd, (char *)ret + len, cap - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return (long)len;
}

__attribute__((format(printf, 2, 0))) static bool path_of(
	char ret[PATH_MAX], const char *fmt, va_list ap)
{
	int n = vsnprintf(ret, PATH_MAX, fmt, ap);

	return n > 0 && n < PATH_MAX;
}

__attribute__((format(printf, 3, 0))) static bool read_text(
	char *ret, size_t cap, const char *fmt, va_list ap)
{
	char path[PATH_MAX];
	long got = path_of(path, fmt, ap) ? sysfs_bytes(path, ret, cap - 1) : -1;

	ret[got < 0 ? 0 : got] = '\0';
	size_t len = strlen(ret);
	while (len && (ret[len - 1] == '\n' || ret[len - 1] == ' '))
		ret[--len] = '\0';
	return got >= 0;
}

bool sysfs_text(char *ret, size_t cap, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bool is_there = read_text(ret, cap, fmt, ap);
	va_end(ap);
	return is_there;
}

uint64_t sysfs_number(uint64_t missing, const char *fmt, ...)
{
	char text[64], *end;
	va_list ap;

	va_start(ap, fmt);
	bool is_there = read_text(text, sizeof(text), fmt, ap);
	va_end(ap);
	uint64_t v = is_there ? strtoull(text, &end, 0) : 0;
	return !is_there || end == text ? missing : v;
}

bool sysfs_has(const char *fmt, ...)
{
	char path[PATH_MAX];
	glob_t found = {0};
	va_list ap;

	va_start(ap, fmt);
	bool is_there = path_of(path, fmt, ap) && glob(path, GLOB_NOSORT, NULL, &found) == 0;
	va_end(ap);
	globfree(&found);
	return is_there;
}

void sysfs_each(void (*fn)(void *user, const char *name), void *user, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	DIR *d = path_of(path, fmt, ap) ? opendir(path) : NULL;
	va_end(ap);
	for (struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.')
			fn(user, e->d_name);
	if (d)
		(void)closedir(d); /* only read */
}

bool sysfs_put(const char *path, const char *text)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

bool sysfs_is_like(const char *s, const char *const *patterns, int flags)
{
	while (*patterns && fnmatch(*patterns, s, flags) != 0)
		patterns++;
	return *patterns;
}

/* Vendors' placeholders are the same on thousands of machines: no name for one. */
bool sysfs_is_own(const char *s)
{
	static const char *const placeholders[] = {"to be filled*", "default string*", "none*",
		"not specified*", "not applicable*", "system serial*", "n/a*", "unknown*",
		"invalid*", "0123456789*", "123456789*", "chassis serial*", "00000000*",
		"ffffffff*", "xxxxx*", "03000200-0400-*", "00020003-0004-*", "12345678-1234-*",
		NULL};
	size_t plain = 0;

	for (const char *p = s; *p; p++)
		plain += isalnum((unsigned char)*p) != 0;
	return plain >= 3 && !sysfs_is_like(s, placeholders, FNM_CASEFOLD);
}

bool sysfs_uuid(const char *root, char ret[SYSFS_UUID])
{
	return sysfs_text(ret, SYSFS_UUID, "%s/sys/class/dmi/id/product_uuid", root) &&
	       strlen(ret) == SYSFS_UUID - 1 && sysfs_is_own(ret);
}

static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) == 0 && line[len] == '=' ? line + len + 1 : NULL;
}

bool uevent_parse(const char *bytes, size_t len, struct uevent *ret)
{
	struct uevent e = {0};
	const struct {
		const char *key;
		const char **value;
	} wanted[] = {
		{"ACTION", &e.action},
		{"DEVPATH", &e.path},
		{"SUBSYSTEM", &e.subsystem},
		{"DEVTYPE", &e.type},
		{"DEVNAME", &e.name},
		{"MODALIAS", &e.modalias},
	};

	/* "add@/devices/..." and then its lines; udev's own messages begin otherwise */
	if (!memchr(bytes, '@', strnlen(bytes, len)))
		return false;
	for (size_t at = strnlen(bytes, len) + 1; at < len; at += strnlen(bytes + at, len - at) + 1)
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			const char *value = value_of(bytes + at, wanted[i].key);
			if (value)
				*wanted[i].value = value;
		}
	if (!e.action || !e.path || !e.subsystem)
		return false;
	*ret = e;
	return true;
}

int uevent_open(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int size = RECEIVE_BYTES;
	int fd = socket(
		AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)); /* else the usual */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	(void)close(fd); /* never used */
	return -1;
}

int uevent_read(int fd, char *buf, struct uevent *ret)
{
	for (;;) {
		struct sockaddr_nl from = {0};
		struct iovec part = {buf, UEVENT_MOST};
		struct msghdr message = {.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &part,
			.msg_iovlen = 1};
		ssize_t n = recvmsg(fd, &message, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ENOBUFS ? -1 : 0;
		buf[n] = '\0';
		/* only the kernel is believed */
		if (from.nl_pid == 0 && uevent_parse(buf, (size_t)n, ret))
			return 1;
	}
}
