/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replay is trusted when two readers that share nothing take its result. */
#include "ntfslog/replay.h"
#include "ntfswrite/vol.h"

int nt_vol_trust_replay(struct blk *overlay, const struct nt_replay *p, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	int r = nt_replay_check(overlay, p, err);

	if (r == 0)
		r = nt_vol_open(overlay, 0, &vol, err);
	return r < 0 ? r : nt_vol_close(vol, err);
}
