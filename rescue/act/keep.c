/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a run, kept beside what it moved. Behind the dirty flag like every other write; a
 * file is there whole or not at all, and what a cut leaves of one is swept away like a folder's. */
#include <stdio.h>
#include <string.h>

#include "act/quarantine.h"

static int keep_one(struct nt_vol *vol, const struct plan *p, const char *name, struct rs_view text,
	struct rs_err *err)
{
	char path[PLAN_PATH_BYTES];
	uint64_t dir, ref;

	plan_path(p->top, p->id, "", path);
	int r = nt_lookup(vol, path, &dir, err);
	if (r < 0)
		return r;
	plan_path(p->top, p->id, name, path);
	if (nt_lookup(vol, path, &ref, NULL) == 0)
		r = nt_remove(vol, dir, name, ref, err); /* of a run before that was cut off */
	return r < 0 ? r : nt_file_create(vol, dir, name, text.p, text.len, 0, &ref, err);
}

static int keep_both(struct nt_vol *vol, const struct plan *p, struct rs_view json,
	struct rs_view text, struct rs_err *err)
{
	int r = keep_one(vol, p, QUARANTINE_REPORT_JSON, json, err);

	return r < 0 ? r : keep_one(vol, p, QUARANTINE_REPORT_TEXT, text, err);
}

int quarantine_keep_report(struct nt_vol *vol, const struct plan *p, struct rs_view json,
	struct rs_view text, struct rs_err *err)
{
	struct steps j;
	bool stays = false;
	int r = flag_raise(vol, &stays, err);

	if (r < 0)
		return r;
	int kept = keep_both(vol, p, json, text, err);
	if (kept < 0 && kept != RS_E_NO_SPACE) /* of a full volume nothing is left half done */
		return kept;
	r = flag_lower(vol, stays, kept < 0 ? NULL : err);
	if (kept < 0)
		return kept;
	if (r == 0)
		r = quarantine_steps(vol, p->top, p->id, &j, err);
	return r < 0 ? r : steps_add(&j, "fix kept", err);
}
