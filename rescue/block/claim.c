/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name that one process at a time can have, without a file: the name of an abstract socket. It is
 * gone with the process, needs no rights and no folder, and is the same in all mount namespaces of
 * one network namespace; across network namespaces the locks of files and the kernel's exclusive
 * opening of devices remain. */
#include "block/claim.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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

int rs_claim(const char *name)
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

bool rs_is_claimed(const char *name, int *ret_pid)
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
