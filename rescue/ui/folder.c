/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/folder.h"

#include <string.h>

struct reading {
	struct folder *ret;
	size_t most;
	bool no_memory;
};

static bool take_entry(void *user, const struct rs_node *n)
{
	struct reading *r = user;
	struct folder *f = r->ret;

	f->is_cut = f->n == r->most;
	if (f->is_cut)
		return false;
	struct folder_entry *more = reallocarray(f->entries, f->n + 1, sizeof(*more));
	char *name = more ? strdup(n->name) : NULL;
	if (more)
		f->entries = more;
	r->no_memory = !name;
	if (r->no_memory)
		return false;
	more[f->n] = (struct folder_entry){name, *n};
	more[f->n].node.name = more[f->n].node.path = NULL;
	f->n++;
	return true;
}

int folder_read(
	struct rs_tree *t, uint64_t ref, size_t most, struct folder *ret, struct rs_err *err)
{
	struct reading r = {ret, most, false};

	*ret = (struct folder){0};
	const int code = rs_tree_list_ref(t, ref, take_entry, &r, err);
	return code == 0 && r.no_memory ? rs_fail(err, RS_E_MEMORY, "folder") : code;
}

void folder_done(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->entries[i].name);
	free(f->entries);
	*f = (struct folder){0};
}

char *folder_path(const char *above, const char *name)
{
	char *ret;

	return asprintf(&ret, "%s\\%s", above, name) < 0 ? NULL : ret;
}
