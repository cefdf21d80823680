/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of a volume: by the path of a file, by reference, and what lies in one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "act/proof.h"
#include "core/list.h"

#define ENTRIES_MAX (PLAN_MAX_ITEMS + 5U) /* "0000", though no item has it, and our files */

char *folder_of(const char *path)
{
	const char *last = strrchr(path, '\\');

	return strndup(path, last ? (size_t)(last - path) : 0);
}

int folder_is_plain(struct nt_vol *vol, uint64_t ref, bool *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	struct nt_stat s;
	int r = ref ? nt_stat(vol, ref, &s, &why) : RS_E_NO_SUCH_FILE;

	*ret = r == 0 && s.is_dir && !s.is_reparse;
	return r < 0 && r != RS_E_NO_SUCH_FILE ? rs_err_pass(err, r, &why) : 0;
}

int folder_of_path(struct nt_vol *vol, const char *path, uint64_t *ret, struct rs_err *err)
{
	auto_free char *dir = folder_of(path);
	struct rs_err why = {0};
	bool is_plain = false;
	uint64_t ref = 0;

	*ret = 0;
	if (!dir)
		return rs_fail(err, RS_E_MEMORY, "path");
	int r = strchr(path, '\\') ? nt_lookup(vol, dir, &ref, &why) : RS_E_NO_SUCH_FILE;
	if (r == 0)
		r = folder_is_plain(vol, ref, &is_plain, &why);
	if (is_plain)
		*ret = ref;
	return r == 0 || r == RS_E_NO_SUCH_FILE || r == RS_E_UNSAFE_PATH
		       ? 0
		       : rs_err_pass(err, r, &why);
}

struct asking {
	uint64_t dir_ref;
	const char *name;
	bool is_in;
};

static bool ask_link(void *user, const struct nt_link *link)
{
	struct asking *a = user;

	a->is_in |= link->parent_ref == a->dir_ref && (!a->name || !strcmp(link->name, a->name));
	return !a->is_in;
}

int folder_holds(struct nt_vol *vol, uint64_t dir_ref, uint64_t ref, const char *name, bool *ret,
	struct rs_err *err)
{
	struct asking a = {dir_ref, name, false};
	int r = nt_links(vol, ref, ask_link, &a, err);

	*ret = a.is_in;
	return r;
}

int quarantine_lookup(struct nt_vol *vol, const char *top, const char *id, const char *leaf,
	uint64_t *ret, struct rs_err *err)
{
	char path[PLAN_PATH_BYTES];

	plan_path(top, id, leaf, path);
	return nt_lookup(vol, path, ret, err);
}

void entries_done(struct entries *e)
{
	free(e->all);
}

static bool collect(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct entries *e = user;

	if (e->wants && !e->wants(name))
		return true;
	e->is_more = e->n == ENTRIES_MAX;
	if (e->is_more)
		return false;
	struct entry *one = rs_list_add(&e->all, &e->n, sizeof(*one));
	e->no_memory = !one;
	if (!one)
		return false;
	*one = (struct entry){.ref = ref, .is_dir = is_dir};
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	return true;
}

int entries_read(struct nt_vol *vol, uint64_t dir_ref, struct entries *ret, struct rs_err *err)
{
	int r = nt_list(vol, dir_ref, collect, ret, err);

	return r == 0 && ret->no_memory ? rs_fail(err, RS_E_MEMORY, "quarantine") : r;
}

bool quarantine_is_shape(const char *name, const char *shape)
{
	for (; *shape; shape++, name++) {
		bool is_digit = isdigit((unsigned char)*name);
		bool is_hex = is_digit || (*name >= 'a' && *name <= 'f');
		if (*shape == 'd' ? !is_digit : *shape == 'h' ? !is_hex : *name != *shape)
			return false;
	}
	return !*name;
}
