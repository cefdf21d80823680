/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of disks that can be opened: a row each. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "block/internal.h"
#include "block/set.h"

static const struct blk_kind kinds[] = {
	{
		.type = S_IFBLK,
		.lock = blk_lock,
		.open = blk_file_open,
		.open_again = blk_again_open,
		.check_writable = blk_check_writable,
		.holds = blk_device_holds,
		.identify = disk_identity,
		.health = disk_health,
		.look = blk_device_look,
	},
	{
		.type = S_IFREG,
		.lock = blk_lock,
		.open = blk_file_open,
		.open_again = blk_again_open,
		.check_writable = blk_check_writable,
		.holds = blk_file_holds,
	},
};

const struct blk_kind *blk_kind_find(const char *path, struct rs_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		(void)rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
		return NULL;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((st.st_mode & S_IFMT) == kinds[i].type)
			return &kinds[i];
	(void)rs_fail_on(err, RS_E_IO_OPEN, path, "not a disk or an image file");
	return NULL;
}
