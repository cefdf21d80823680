/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Set the times of files in an image, BitLocker or not, through our own writer (where FUSE is
 * missing):  settimes IMAGE KEY-FILE|- PATH=TIME...   TIME is RFC 3339 and becomes all but the
 * access time. For tests only. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ntfswrite/vol.h"
#include "tests/disks/locked.h"

static int die(const struct rs_err *err)
{
	char line[900];

	rs_err_line(err, line, sizeof(line));
	(void)fprintf(stderr, "settimes: %s\n", line);
	return 1;
}

static int set_one(struct nt_vol *vol, char *arg, struct rs_err *err)
{
	char *equals = strchr(arg, '=');
	struct nt_stat s;
	uint64_t ref, time;

	if (!equals || !rs_filetime_parse(equals + 1, &time))
		return rs_fail_on(err, RS_E_USAGE, arg, "not PATH=TIME");
	*equals = '\0';
	int r = nt_lookup(vol, arg, &ref, err);
	if (r == 0)
		r = nt_stat(vol, ref, &s, err);
	if (r < 0)
		return r;
	s.created = s.modified = s.changed = time;
	return nt_set_times(vol, ref, &s, err);
}

int main(int argc, char **argv)
{
	struct blk *disk = NULL, *clear = NULL;
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	if (argc < 4) {
		(void)fprintf(stderr, "usage: settimes IMAGE KEY-FILE|- PATH=TIME...\n");
		return 2;
	}
	int r = blk_file_open(argv[1], BLK_OPEN_WRITE, &disk, &err);
	if (r == 0 && strcmp(argv[2], "-") != 0)
		r = open_locked(disk, argv[2], &clear, &err);
	if (r == 0)
		r = nt_vol_open(clear ? clear : disk, NT_VOL_WRITE, &vol, &err);
	for (int i = 3; r == 0 && i < argc; i++)
		r = set_one(vol, argv[i], &err);
	int closed = nt_vol_close(vol, r == 0 ? &err : NULL);
	blk_close(clear);
	blk_close(disk);
	return r < 0 || closed < 0 ? die(&err) : 0;
}
