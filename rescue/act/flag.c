/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VOLUME_IS_DIRTY around what we write. A power cut leaves it on: then Windows checks the volume at
 * its next start, unless we finish first. It goes off again only if it was us who set it, and if
 * the step that was cut is at its end: one that Windows set, or whose origin nothing tells, stays.
 */
#include "act/proof.h"

/* @found: what lost its entry; NULL: not looked for yet. */
static int is_ours(struct nt_vol *vol, const struct tops *tops, const struct sweep_found *found,
	bool *ret, struct rs_err *err)
{
	auto_sweep_found struct sweep_found *own = NULL;
	struct nt_stat s;
	int r = 0;

	*ret = nt_is_flag_ours(vol);
	if (!nt_is_dirty(vol) || *ret)
		return 0;
	if (!tops->n_proven && !found)
		r = sweep_find(vol, &own, err);
	if (r == 0 && !tops->n_proven)
		return sweep_find_mark(vol, found ? found : own, ret, err);
	for (size_t i = 0; r == 0 && i < tops->n_proven; i++) {
		r = nt_stat(vol, tops->all[i].ref, &s, err);
		*ret |= r == 0 && nt_is_marked(vol, &s);
	}
	return r;
}

int flag_is_ours(struct nt_vol *vol, const struct tops *tops, bool *ret, struct rs_err *err)
{
	return is_ours(vol, tops, NULL, ret, err);
}

/* Only folders that are ours for sure. None: it will be made, marked; or undo took it away. */
static int mark_folders(struct nt_vol *vol, bool is_wanted, struct rs_err *err)
{
	auto_tops struct tops tops = {0};
	int r = tops_read(vol, &tops, err);

	for (size_t i = 0; r == 0 && i < tops.n_proven; i++)
		r = nt_mark(vol, tops.all[i].ref, is_wanted, err);
	return r;
}

int flag_raise(struct nt_vol *vol, bool *ret_stays, struct rs_err *err)
{
	auto_tops struct tops tops = {0};
	auto_sweep_found struct sweep_found *found = NULL; /* one look for both questions */
	bool is_flag_ours = false;
	int r = nt_is_dirty(vol) ? tops_read(vol, &tops, err) : 0;

	if (r == 0)
		r = sweep_find(vol, &found, err);
	if (r == 0)
		r = is_ours(vol, &tops, found, &is_flag_ours, err);
	if (r < 0)
		return r;
	*ret_stays = nt_is_dirty(vol) && !(is_flag_ours && nt_is_whole(vol));
	nt_mark_made(vol, !*ret_stays);
	r = sweep(vol, found, err);
	if (r == 0 && !*ret_stays)
		r = mark_folders(vol, true, err);
	return r < 0 ? r : nt_set_dirty(vol, true, err);
}

int flag_lower(struct nt_vol *vol, bool stays, struct rs_err *err)
{
	if (stays)
		return 0;
	int r = nt_set_dirty(vol, false, err);
	return r < 0 ? r : mark_folders(vol, false, err);
}
