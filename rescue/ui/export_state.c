/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sidecar of an export that is not complete. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/export.h"
#include "ui/ui.h"

#define HEAD "unbrick-export 1\n"

static int state_path(const char *path, const char *more, char ret[PATH_MAX], struct rs_err *err)
{
	int n = snprintf(ret, PATH_MAX, "%s" EXPORT_STATE_SUFFIX "%s", path, more);

	if (n < 0 || n >= PATH_MAX)
		return rs_fail_on(err, RS_E_OUTPUT, path, "%s", strerror(ENAMETOOLONG));
	return 0;
}

int export_state_load(const char *path, struct export_state *ret, struct rs_err *err)
{
	char name[PATH_MAX], text[1024];
	unsigned long long bytes, done;

	int r = state_path(path, "", name, err);
	if (r < 0)
		return r;
	FILE *f = fopen(name, "re");
	if (!f)
		return rs_fail_on(
			err, RS_E_RESUME, name, "%s (complete, or never begun)", strerror(errno));
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f); /* only read */
	text[n] = '\0';
	if (strncmp(text, HEAD, strlen(HEAD)) != 0 ||
		sscanf(text + strlen(HEAD), "bytes=%llu done=%llu id=%64s volume=%511[^\n]", &bytes,
			&done, ret->id, ret->volume) != 4 ||
		done > bytes)
		return rs_fail_on(err, RS_E_RESUME, name, "it is not a state file of this program");
	ret->bytes = bytes;
	ret->done = done;
	return 0;
}

int export_state_save(const char *path, const struct export_state *s, struct rs_err *err)
{
	char name[PATH_MAX], fresh[PATH_MAX], text[1024];

	int r = state_path(path, "", name, err);
	if (r == 0)
		r = state_path(path, ".new", fresh, err);
	if (r < 0)
		return r;
	int n = snprintf(text, sizeof(text), HEAD "bytes=%llu\ndone=%llu\nid=%s\nvolume=%s\n",
		(unsigned long long)s->bytes, (unsigned long long)s->done, s->id, s->volume);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	r = out_write(fd, text, (size_t)n, fresh, err);
	if (r == 0 && fsync(fd) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	if (close(fd) < 0 && r == 0)
		r = rs_fail_on(err, RS_E_OUTPUT, fresh, "%s", strerror(errno));
	if (r == 0 && rename(fresh, name) < 0)
		r = rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(errno));
	return r;
}

int export_state_remove(const char *path, struct rs_err *err)
{
	char name[PATH_MAX];

	int r = state_path(path, "", name, err);
	if (r == 0 && unlink(name) < 0 && errno != ENOENT)
		r = rs_fail_on(err, RS_E_OUTPUT, name, "%s", strerror(errno));
	return r;
}
