/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hives and other files where they lie in a volume. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/internal.h"

#define PATH_CAP 320

static int file_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct nt_file *f = user;

	for (size_t done = 0; done < len;) {
		size_t n = 0;
		int r = nt_file_read(
			f, off_bytes + done, (uint8_t *)buf + done, len - done, &n, err);
		if (r < 0)
			return r;
		if (n == 0)
			return rs_fail(err, RS_E_IO_READ, "the file ends before byte %" PRIu64,
				off_bytes + len);
		done += n;
	}
	return 0;
}

struct win_src win_src_file(struct nt_file *f)
{
	return (struct win_src){file_read, f, nt_file_size(f)};
}

struct files {
	struct nt_file *f[3]; /* hive, .LOG1, .LOG2 */
};

static void files_close(void *owned)
{
	struct files *files = owned;

	for (int i = 0; i < 3; i++) {
		if (files->f[i])
			nt_file_close(files->f[i]);
	}
	free(files);
}

static void files_close_auto(struct files **files)
{
	if (*files)
		files_close(*files);
}

static int open_one(struct nt_vol *vol, const char *path, struct nt_file **ret, struct rs_err *err)
{
	uint64_t ref;

	int r = nt_lookup(vol, path, &ref, err);
	if (r == 0)
		r = nt_file_open(vol, ref, "", ret, err);
	return r;
}

int win_hive_open_in(
	struct nt_vol *vol, const char *path, struct win_hive **ret, struct rs_err *err)
{
	char log_path[PATH_CAP];
	struct win_src src[3] = {0};
	struct rs_err log_err[2] = {0};
	__attribute__((cleanup(files_close_auto))) struct files *files = calloc(1, sizeof(*files));

	if (!files)
		return rs_fail(err, RS_E_MEMORY, "hive");
	int r = open_one(vol, path, &files->f[0], err);
	if (r < 0)
		return r;
	src[0] = win_src_file(files->f[0]);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(log_path, sizeof(log_path), "%s.LOG%d", path, i + 1);
		if (open_one(vol, log_path, &files->f[i + 1], &log_err[i]) == 0)
			src[i + 1] = win_src_file(files->f[i + 1]);
	}
	struct win_hive *h;
	r = win_hive_open(&src[0], &src[1], &src[2], &h, err);
	if (r < 0) {
		(void)rs_err_object(err, path);
		return r;
	}
	h->owned = rs_steal(files);
	h->owned_close = files_close;
	/* an unreadable log of a clean hive: no matter */
	for (int i = 0; i < 2 && h->is_dirty; i++)
		if (log_err[i].code && log_err[i].code != RS_E_NO_SUCH_FILE)
			rs_note(h->note, sizeof(h->note), ".LOG%d: %s", i + 1, log_err[i].detail);
	*ret = h;
	return 0;
}
