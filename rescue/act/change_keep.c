/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change overwrites, kept in its folder of the quarantine before the first byte is written:
 * a file each time, none is ever overwritten. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"

#define KEPT_MOST 99U

bool change_is_before(const char *name)
{
	return quarantine_is_shape(name, CHANGE_KEPT "d") ||
	       quarantine_is_shape(name, CHANGE_KEPT "dd");
}

static bool is_taken(const struct entries *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (!strcmp(e->all[i].name, name))
			return true;
	return false;
}

int change_keep(struct nt_vol *vol, uint64_t dir_ref, const void *p, size_t len, struct rs_err *err)
{
	auto_entries struct entries there = {.wants = change_is_before};
	uint64_t ref;
	char name[16];
	int r = entries_read(vol, dir_ref, &there, err);

	if (r < 0)
		return r;
	for (unsigned i = 1; i <= KEPT_MOST; i++) {
		(void)snprintf(name, sizeof(name), CHANGE_KEPT "%u", i);
		if (!is_taken(&there, name))
			return nt_file_create(vol, dir_ref, name, p, len, 0, &ref, err);
	}
	return rs_fail(err, RS_E_GUARD, "it was begun and cut off %u times", KEPT_MOST);
}

int change_forget(struct nt_vol *vol, uint64_t dir_ref, struct rs_err *err)
{
	auto_entries struct entries there = {.wants = change_is_before};
	int r = entries_read(vol, dir_ref, &there, err);

	for (size_t i = 0; r == 0 && i < there.n; i++)
		if (!there.all[i].is_dir)
			r = nt_remove(vol, dir_ref, there.all[i].name, there.all[i].ref, err);
	return r;
}
