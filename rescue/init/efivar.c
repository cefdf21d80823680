/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/efivar.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/cleanup.h"
#include "core/view.h"
#include "init/module.h"

#define ATTRIBUTES 4 /* bytes before the value */

long efivar_read(const char *folder, const char *name, const char *guid, void *ret, size_t cap)
{
	char path[512];
	auto_free uint8_t *bytes = malloc(cap + ATTRIBUTES);

	if (!bytes)
		return -ENOMEM;
	(void)snprintf(path, sizeof(path), "%s/%s-%s", folder, name, guid);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, bytes, cap + ATTRIBUTES);
	if (n < 0)
		return -errno;
	if (n < ATTRIBUTES)
		return -EINVAL;
	memcpy(ret, bytes + ATTRIBUTES, (size_t)n - ATTRIBUTES);
	return n - ATTRIBUTES;
}

static void make_mutable(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || !(flags & FS_IMMUTABLE_FL))
		return;
	flags &= ~FS_IMMUTABLE_FL;
	(void)ioctl(fd, FS_IOC_SETFLAGS, &flags); /* the write tells */
}

int efivar_write(const char *folder, const char *name, const char *guid, uint32_t attributes,
	const void *p, size_t len)
{
	char path[512];
	auto_free uint8_t *bytes = malloc(len + ATTRIBUTES);

	if (!bytes)
		return -ENOMEM;
	rs_put_le32(bytes, attributes);
	memcpy(bytes + ATTRIBUTES, p, len);
	(void)snprintf(path, sizeof(path), "%s/%s-%s", folder, name, guid);
	make_mutable(path);
	auto_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, bytes, len + ATTRIBUTES);
	if (n < 0)
		return -errno;
	return (size_t)n == len + ATTRIBUTES ? 0 : -EIO;
}

bool efivar_mount(char *ret_text, size_t cap)
{
	static const char *const modules[] = {"efivarfs", NULL};

	ret_text[0] = '\0';
	if (access("/sys/firmware/efi", F_OK) < 0) {
		(void)snprintf(ret_text, cap, "this system was not started by UEFI firmware");
		return false;
	}
	if (!module_load_names(modules, ret_text, cap))
		return false;
	if (mount("efivarfs", EFIVAR_FOLDER, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) <
			0 &&
		errno != EBUSY) {
		(void)snprintf(ret_text, cap, "the firmware's variables cannot be reached: %s",
			strerror(errno));
		return false;
	}
	return true;
}
