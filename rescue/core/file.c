/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cleanup.h"

int rs_file_load(const char *path, size_t most_bytes, const char *what, char **ret, size_t *ret_len,
	struct rs_err *err)
{
	auto_free char *text = malloc(most_bytes + 1);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;
	struct stat st;

	if (!text)
		return rs_fail_on(err, RS_E_MEMORY, path, "%s", what);
	if (fd < 0 || fstat(fd, &st) < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return rs_fail_on(err, RS_E_IO_OPEN, path, "not a file");
	while (len < most_bytes) {
		ssize_t n = read(fd, text + len, most_bytes - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rs_fail_on(err, RS_E_IO_READ, path, "%s", strerror(errno));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	*ret = rs_steal(text);
	*ret_len = len;
	return 0;
}
