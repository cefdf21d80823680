/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a file is, by the disk, and which folder is its home. */
#include <string.h>

#include "act/change.h"

/* ---- its home ---- */

int restore_home(
	struct nt_vol *vol, const struct plan_item *item, uint64_t *ret, struct rs_err *err)
{
	bool is_there = false;
	int r = folder_is_plain(vol, item->from_ref, &is_there, err);

	*ret = is_there ? item->from_ref : 0;
	return r < 0 || is_there ? r : folder_of_path(vol, item->path, ret, err);
}

int restore_find_homes(struct nt_vol *vol, struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		uint64_t home = 0;

		if (p->items[i].change)
			continue; /* its file stays where it is */
		r = restore_home(vol, &p->items[i], &home, err);
		if (r == 0)
			p->items[i].from_ref = home;
	}
	return r;
}

/* ---- where is it? ---- */

int quarantine_item_state(struct nt_vol *vol, const struct plan_item *item,
	enum nt_switch_state *ret, struct rs_err *err)
{
	struct nt_switch sw = {item->file_ref, 0, item->to_ref};
	struct rs_err why = {0};
	bool has_to = false, is_in = false;

	if (item->change)
		return change_place(vol, item, ret, err);
	int r = folder_is_plain(vol, item->to_ref, &has_to, err);

	if (r == 0)
		r = restore_home(vol, item, &sw.from_ref, err);
	if (r == 0 && has_to && sw.from_ref)
		return nt_switch_state(vol, &sw, ret, err);
	if (r < 0)
		return r;
	/* has it a name in that folder, whatever became of the other one? */
	r = folder_holds(
		vol, has_to ? item->to_ref : sw.from_ref, item->file_ref, NULL, &is_in, &why);
	if (r < 0 && r != RS_E_NO_SUCH_FILE)
		return rs_err_pass(err, r, &why);
	*ret = !is_in ? NT_SWITCH_ELSEWHERE : has_to ? NT_SWITCH_AT_TO : NT_SWITCH_AT_FROM;
	return 0;
}
