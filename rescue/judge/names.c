/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All names that a file has on its volume, as paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/judge.h"

#define PATH_BYTES 8192U

void file_names_done(struct file_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->all[i].path);
	free(names->all);
	*names = (struct file_names){0};
}

struct collecting {
	struct file_names *names;
	bool no_memory;
};

/* The bare name for now: no reading while the record is walked. */
static bool collect(void *user, const struct nt_link *link)
{
	struct collecting *c = user;
	struct file_name *to = rs_list_add(&c->names->all, &c->names->n, sizeof(*to));

	if (to)
		*to = (struct file_name){
			.path = strdup(link->name), .parent_ref = link->parent_ref};
	c->no_memory = !to || !to->path;
	return !c->no_memory;
}

/* "\folder\name" out of the name. */
static int make_path(struct nt_vol *vol, struct file_name *n, struct rs_err *err)
{
	auto_free char *folder = malloc(PATH_BYTES);
	auto_free char *bare = n->path;
	char *path = NULL;
	struct rs_err why = {0};

	n->path = NULL;
	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "names");
	int r = nt_path(vol, n->parent_ref, folder, PATH_BYTES, &why);
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		(void)snprintf(folder, PATH_BYTES, "\\?");
	if (asprintf(&path, "%s\\%s", strcmp(folder, "\\") != 0 ? folder : "", bare) < 0)
		return rs_fail(err, RS_E_MEMORY, "names");
	n->path = path;
	n->name = strrchr(path, '\\') + 1;
	return 0;
}

int file_names_read(struct nt_vol *vol, uint64_t ref, struct file_names *ret, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	struct collecting c = {&names, false};
	struct rs_err why = {0};
	int r = nt_links(vol, ref, collect, &c, &why);

	if (r == 0 && c.no_memory)
		r = rs_fail(&why, RS_E_MEMORY, "names");
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = make_path(vol, &names.all[i], &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	*ret = names;
	names = (struct file_names){0};
	return 0;
}
