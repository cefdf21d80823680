/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VOLUME_IS_DIRTY around what we write. A power cut leaves it on: then Windows checks the volume at
 * its next start, unless we finish first. It goes off again only if it was us who set it, and if
 * the step that was cut is at its end: one that Windows set, or whose origin nothing tells, stays.
 */
#include "repair/quarantine.h"

/* 0 in @ret: it is not there. */
static int find_folder(struct nt_vol *vol, uint64_t *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = nt_lookup(vol, QUARANTINE_DIR, ret, &why);

	if (r == RS_E_NO_SUCH_FILE) {
		*ret = 0;
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

int flag_is_ours(struct nt_vol *vol, bool *ret, struct rs_err *err)
{
	struct nt_stat s;
	uint64_t dir;

	*ret = nt_is_flag_ours(vol);
	if (!nt_is_dirty(vol) || *ret)
		return 0;
	int r = find_folder(vol, &dir, err);
	if (r == 0 && !dir)
		return sweep_find_mark(vol, ret, err);
	if (r == 0)
		r = nt_stat(vol, dir, &s, err);
	*ret = r == 0 && nt_is_marked(vol, &s);
	return r;
}

static int mark_folder(struct nt_vol *vol, bool is_wanted, struct rs_err *err)
{
	uint64_t dir;
	int r = find_folder(vol, &dir, err);

	if (r < 0 || !dir) /* it will be made, marked; or undo took it away */
		return r;
	return nt_mark(vol, dir, is_wanted, err);
}

int flag_raise(struct nt_vol *vol, bool *ret_stays, struct rs_err *err)
{
	bool is_ours = false;
	int r = flag_is_ours(vol, &is_ours, err);

	if (r < 0)
		return r;
	*ret_stays = nt_is_dirty(vol) && !(is_ours && nt_is_whole(vol));
	nt_mark_made(vol, !*ret_stays);
	r = sweep(vol, err);
	if (r == 0 && !*ret_stays)
		r = mark_folder(vol, true, err);
	return r < 0 ? r : nt_set_dirty(vol, true, err);
}

int flag_lower(struct nt_vol *vol, bool stays, struct rs_err *err)
{
	if (stays)
		return 0;
	int r = nt_set_dirty(vol, false, err);
	return r < 0 ? r : mark_folder(vol, false, err);
}
