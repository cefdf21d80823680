/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

const char *tree_new(void)
{
	(void)snprintf(root, sizeof(root), "/tmp/unbrick-init.XXXXXX");
	if (!mkdtemp(root))
		abort();
	return root;
}

static void make_parents(const char *path, char full[PATH_MAX])
{
	(void)snprintf(full, PATH_MAX, "%s/%s", root, path);
	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(full, 0700); /* it may be there */
		*p = '/';
	}
}

void tree_file(const char *path, const char *text)
{
	char full[PATH_MAX];

	make_parents(path, full);
	FILE *f = fopen(full, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

void tree_link(const char *path, const char *target)
{
	char full[PATH_MAX];

	make_parents(path, full);
	if (symlink(target, full) < 0)
		abort();
}

static int take_away(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void tree_done(void)
{
	(void)nftw(root, take_away, 16, FTW_DEPTH | FTW_PHYS); /* a folder in /tmp is left over */
}
