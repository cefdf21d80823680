/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last look at the file that was planned for, and the write (fat/replace.h). */
#include "act/bootconf.h"

#include <stdio.h>
#include <string.h>

#define NAME "BCD"

static int check_unchanged(struct blk *vol, const struct bootconf_write *w, struct rs_err *err)
{
	auto_fat struct fat *f = NULL;
	auto_free uint8_t *now = NULL;
	char path[300];
	struct fat_entry e = {.size_bytes = 0};
	size_t len = 0;
	int r = fat_open(vol, &f, err);

	(void)snprintf(path, sizeof(path), "%s\\" NAME, w->folder);
	if (r == 0)
		r = fat_lookup(f, path, &e, err);
	if (r < 0)
		return r;
	if (e.size_bytes == w->before_len)
		r = fat_read_file(f, &e, w->before_len, &now, &len, err);
	if (r < 0)
		return r;
	return now && memcmp(now, w->before, len) == 0
		       ? 0
		       : rs_fail_on(err, RS_E_CHANGED, path, "%s", "");
}

static struct fat_replace replace_of(const struct bootconf_write *w)
{
	return (struct fat_replace){.folder = w->folder,
		.name = NAME,
		.p = w->after,
		.len = w->after_len,
		.kept = w->kept,
		.what = w->what,
		.is_done = w->is_done};
}

int bootconf_check(struct blk *vol, const struct bootconf_write *w, struct rs_err *err)
{
	const struct fat_replace f = replace_of(w);
	int r = check_unchanged(vol, w, err);

	return r < 0 ? r : fat_replace_check(vol, &f, err);
}

int bootconf_write(struct blk *vol, const struct bootconf_write *w, struct rs_err *err)
{
	const struct fat_replace f = replace_of(w);
	int r = check_unchanged(vol, w, err);

	return r < 0 ? r : fat_replace(vol, &f, err);
}
