/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a volume as it is once a step of ours that a cut interrupted is at its end. */
#include "ntfs/redo.h"
#include "ntfs/stream.h"

/* A step of ours that a cut left open is seen as the next opening for writing will end it. */
static int open_finished(struct nt_raw *raw, struct nt_raw **ret, struct rs_err *err)
{
	auto_redo struct nt_redo redo = {0};
	auto_blk struct blk *over = NULL;
	int r = nt_redo_find(raw, &redo, err);

	if (r == 0 && redo.n)
		r = nt_redo_overlay(raw->src, &redo, &over, err);
	if (r < 0 || !over)
		return r;
	r = nt_raw_open_plain(over, ret, err);
	if (r == 0)
		(*ret)->over = rs_steal(over);
	return r;
}

int nt_raw_open(struct blk *src, struct nt_raw **ret, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_raw *finished = NULL;
	int r = nt_raw_open_plain(src, &raw, err);

	if (r == 0 && nt_redo_may_be(raw))
		r = open_finished(raw, &finished, err);
	if (r == 0)
		*ret = finished ? finished : rs_steal(raw);
	return r;
}
