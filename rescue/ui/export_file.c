/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The export's output: never the disk that is read. */
#include "ui/export.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Before anything is created: the file if it is there, otherwise its folder. */
static int check_place(const char *path, const struct rs_tree *source, struct rs_err *err)
{
	struct stat st;
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (stat(path, &st) < 0 && stat(dirname(copy), &st) < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (rs_tree_is_under(source, &st))
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	return 0;
}

int export_open(const char *path, const struct rs_tree *source, enum export_open_how how,
	int *ret_fd, bool *ret_is_file, struct rs_err *err)
{
	struct stat st;
	int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

	int r = check_place(path, source, err);
	if (r < 0)
		return r;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return rs_fail_on(err, RS_E_OUTPUT, path, "neither a file nor a disk");
	/* O_EXCL: a new file must be new, and a disk that somebody uses refuses */
	if (how == EXPORT_NEW)
		flags |= O_CREAT | O_EXCL;
	else if (stat(path, &st) == 0 && S_ISBLK(st.st_mode))
		flags |= O_EXCL;
	else if (how == EXPORT_FORCE)
		flags |= O_CREAT;
	int fd = open(path, flags, 0600);
	if (fd < 0 && errno == EEXIST)
		return rs_fail_on(err, RS_E_OUTPUT_EXISTS, path, "%s", "");
	if (fd < 0 && how == EXPORT_RESUME && errno == ENOENT)
		return rs_fail_on(err, RS_E_RESUME, path, "it is not there");
	if (fd < 0)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(errno));
	if (fstat(fd, &st) < 0 || rs_tree_is_under(source, &st)) {
		(void)close(fd); /* nothing was written */
		return rs_fail_on(err, RS_E_ONTO_SOURCE, path, "%s", "");
	}
	*ret_fd = fd;
	*ret_is_file = S_ISREG(st.st_mode);
	return 0;
}
