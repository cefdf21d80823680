/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume as a FUSE file system. */
#ifndef UNBRICK_UI_MOUNT_H
#define UNBRICK_UI_MOUNT_H

#define FUSE_USE_VERSION 312

#include <fuse.h>
#include <stdbool.h>

#include "rescue.h"

struct mount_fs {
	struct rs_tree *tree;
	uid_t uid; /* whom all files belong to: the one who mounts */
	gid_t gid;
};

/* What the file system can do; its private data is a struct mount_fs. */
extern const struct fuse_operations mount_operations;

#endif
