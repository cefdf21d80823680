/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a file of this Windows there? */
#include <stdio.h>

#include "evidence/system.h"

void ev_system_path(const struct ev_look *in, const char *sub, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s\\System32\\%s", in->win->root, sub);
}

enum ev_there ev_system_there(
	const struct ev_look *in, const char *path, struct nt_stat *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	uint64_t ref;

	*ret = (struct nt_stat){0};
	int r = nt_lookup(in->vol, path, &ref, &why);
	if (r == 0)
		r = nt_stat(in->vol, ref, ret, &why);
	if (rs_err_ends(r)) {
		(void)rs_err_pass(err, r, &why);
		return EV_ENDS;
	}
	if (r == RS_E_NO_SUCH_FILE)
		return EV_NOT_THERE;
	return r < 0 ? EV_NOT_KNOWN : EV_THERE;
}
