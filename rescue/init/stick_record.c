/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/stick_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/cleanup.h"
#include "core/view.h"
#include "init/process.h"

bool stick_send(int out_fd, enum stick_tag tag, const void *bytes, size_t len)
{
	uint8_t head[5] = {(uint8_t)tag};

	rs_put_le32(head + 1, (uint32_t)len);
	return process_write(out_fd, head, sizeof(head)) && process_write(out_fd, bytes, len);
}

void stick_say(int out_fd, enum stick_tag tag, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)stick_send(out_fd, tag, text, strlen(text)); /* nobody is left to tell */
}

int stick_read_file(const char *path, size_t most, struct rs_secret *ret)
{
	struct stat st;
	auto_close int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > most)
		return -EFBIG;
	if (rs_secret_init(ret, (size_t)st.st_size + 1, NULL) < 0)
		return -ENOMEM;
	while (ret->len < (size_t)st.st_size) {
		ssize_t n = read(fd, ret->p + ret->len, (size_t)st.st_size - ret->len);
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		ret->len += (size_t)n;
	}
	return 0;
}
