/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_BLOCK_NAMES_H
#define UNBRICK_BLOCK_NAMES_H

#include <sys/stat.h>

#include "block/internal.h"

#define BLK_NAMES_MAX 32U

struct blk_names {
	unsigned n;
	char name[BLK_NAMES_MAX][1024]; /* "disk sda", "file 803:1f4", "naa.5000c500.../512" */
	unsigned n_files;
	char *files[BLK_NAMES_MAX]; /* paths of files behind loop devices, to be locked as well */
};

/** @st: of the path that was given. Free with blk_names_done. */
void blk_names_find(const struct sys_roots *roots, const struct stat *st, struct blk_names *ret);
void blk_names_done(struct blk_names *n);

#endif
