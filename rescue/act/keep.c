/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a run, kept beside what it moved. Behind the dirty flag like every other write; a
 * file is there whole or not at all, and what a cut leaves of one is swept away like a folder's. */
#include <stdio.h>
#include <string.h>

#include "act/proof.h"

static int keep_one(struct nt_vol *vol, const struct plan *p, const char *name, struct rs_view text,
	struct rs_err *err)
{
	uint64_t dir, ref;

	int r = quarantine_lookup(vol, p->top, p->id, "", &dir, err);
	if (r < 0)
		return r;
	if (quarantine_lookup(vol, p->top, p->id, name, &ref, NULL) == 0)
		r = nt_remove(vol, dir, name, ref, err); /* of a run before that was cut off */
	return r < 0 ? r : nt_file_create(vol, dir, name, text.p, text.len, 0, &ref, err);
}

int quarantine_keep_report(struct nt_vol *vol, const struct plan *p, struct rs_view json,
	struct rs_view text, struct rs_err *err)
{
	struct steps j;
	bool stays = false;
	int r = flag_raise(vol, &stays, err);

	if (r < 0)
		return r;
	int kept = keep_one(vol, p, QUARANTINE_REPORT_JSON, json, err);
	if (kept == 0)
		kept = keep_one(vol, p, QUARANTINE_REPORT_TEXT, text, err);
	if (kept < 0 && kept != RS_E_NO_SPACE) /* of a full volume nothing is left half done */
		return kept;
	r = flag_lower(vol, stays, kept < 0 ? NULL : err);
	if (kept < 0)
		return kept;
	if (r == 0)
		r = quarantine_steps(vol, p->top, p->id, &j, err);
	return r < 0 ? r : steps_add(&j, "fix kept", err);
}
