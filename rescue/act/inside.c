/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies in a quarantine's folder: nothing of it is ever deleted but what we made ourselves, and
 * of that only when nothing else is there. */
#include "act/change.h"

#include <stdio.h>
#include <string.h>

bool inside_is_our_file(const char *name)
{
	return !strcmp(name, QUARANTINE_MANIFEST) || !strcmp(name, QUARANTINE_STEPS) ||
	       !strcmp(name, QUARANTINE_REPORT_JSON) || !strcmp(name, QUARANTINE_REPORT_TEXT);
}

/* Empty, or, if they count as nothing, with nothing but the bytes that a change has overwritten. */
static int is_folder_hollow(
	struct nt_vol *vol, uint64_t ref, bool is_kept_nothing, bool *ret, struct rs_err *err)
{
	auto_entries struct entries all = {0};
	int r = is_kept_nothing ? entries_read(vol, ref, &all, err) : 0;

	if (r < 0 || !is_kept_nothing)
		return r < 0 ? r : nt_is_empty(vol, ref, ret, err);
	*ret = !all.is_more;
	for (size_t i = 0; i < all.n; i++)
		*ret = *ret && !all.all[i].is_dir && change_is_before(all.all[i].name);
	return 0;
}

static int is_nothing(struct nt_vol *vol, const struct entry *e, bool is_kept_nothing, bool *ret,
	struct rs_err *err)
{
	struct nt_stat s;
	int r = nt_stat(vol, e->ref, &s, err);

	if (r < 0)
		return r;
	*ret = !s.is_reparse && s.links == 1;
	if (*ret && s.is_dir && quarantine_is_shape(e->name, "dddd"))
		return is_folder_hollow(vol, e->ref, is_kept_nothing, ret, err);
	*ret = *ret && !s.is_dir && inside_is_our_file(e->name);
	return 0;
}

int inside_is_hollow(
	struct nt_vol *vol, uint64_t id_ref, bool is_kept_nothing, bool *ret, struct rs_err *err)
{
	auto_entries struct entries all = {0};
	bool is_hollow = true;
	int r = entries_read(vol, id_ref, &all, err);

	for (size_t i = 0; r == 0 && is_hollow && i < all.n; i++)
		r = is_nothing(vol, &all.all[i], is_kept_nothing, &is_hollow, err);
	if (r == 0)
		*ret = is_hollow && !all.is_more;
	return r;
}

static void append(char *ret, size_t cap, const char *folder, const char *name)
{
	size_t len = strlen(ret);

	if (cap - len > 64) /* the rest is counted */
		(void)snprintf(ret + len, cap - len, "%s%s\\%.200s", len ? ", " : "", folder, name);
}

int inside_tell(struct nt_vol *vol, uint64_t id_ref, char *ret, size_t cap, size_t *ret_n,
	struct rs_err *err)
{
	auto_entries struct entries all = {0};
	size_t n = 0;
	int r = entries_read(vol, id_ref, &all, err);

	ret[0] = '\0';
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		auto_entries struct entries below = {0};
		if (!all.all[i].is_dir)
			continue;
		r = entries_read(vol, all.all[i].ref, &below, err);
		for (size_t k = 0; r == 0 && k < below.n; k++, n++)
			append(ret, cap, all.all[i].name, below.all[k].name);
	}
	if (r == 0)
		*ret_n = n;
	return r;
}
