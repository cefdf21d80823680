/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found, and why it is believed to be the cause. */
#include "ui/tui.h"

enum screen_id findings_enter(struct tui *t)
{
	return tui_reach(t, RS_STEP_JUDGE) < 0 ? tui_failed(t, SCREEN_FOUND) : SCREEN_FINDINGS;
}

void findings_draw(const struct tui *t, struct page *p)
{
	const struct rs_report *r = tui_report(t);

	if (!t->repair || !r || t->is_working) {
		page_say(p, true, "Looking into %s ...", t->disk ? t->disk : "");
		return;
	}
	tui_say_part(t, RS_PART_DISKS, p);
	for (size_t i = 0; i < rs_report_run(r)->n_disks; i++)
		say_hindrances(rs_report_run(r), &rs_report_run(r)->disks[i], p);
	page_blank(p);
	if (!rs_report_run(r)->n_findings)
		page_say(p, true, "No known fault was found.");
	tui_say_part(t, RS_PART_FINDINGS, p);
	tui_say_warnings(t, p);
}

enum screen_id findings_next(struct tui *t)
{
	(void)t;
	return SCREEN_PLAN;
}

enum screen_id findings_back(struct tui *t)
{
	(void)t; /* found_enter closes it */
	return SCREEN_FOUND;
}

static bool has_quarantine(const struct rs_run *run)
{
	for (size_t i = 0; i < run->n_disks; i++)
		for (size_t k = 0; k < run->disks[i].n_volumes; k++)
			if (run->disks[i].volumes[k].n_quarantines)
				return true;
	return run->quarantine.id[0];
}

bool undo_is_open(const struct tui *t)
{
	const struct rs_report *r = tui_report(t);

	return r && t->command == RS_FIX && has_quarantine(rs_report_run(r));
}

/* The one that was just made, or the only one that is there. */
enum screen_id undo_go(struct tui *t)
{
	const struct rs_report *r = tui_report(t);
	char id[PLAN_ID_LEN];

	(void)snprintf(id, sizeof(id), "%s", r ? rs_report_run(r)->quarantine.id : "");
	tui_turn_to(t, RS_UNDO, id);
	return SCREEN_PLAN;
}
