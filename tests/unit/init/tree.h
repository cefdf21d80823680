/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A made file tree, as /sys would be. */
#ifndef UNBRICK_TESTS_TREE_H
#define UNBRICK_TESTS_TREE_H

/** A new folder; the name lives until tree_done. */
const char *tree_new(void);
/** A file with this text, and the folders above it; @path below the tree. */
void tree_file(const char *path, const char *text);
/** A symbolic link. */
void tree_link(const char *path, const char *target);
void tree_done(void);

#endif
