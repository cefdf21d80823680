/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How it ended. */
#include "ui/tui.h"

void done_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = t->report ? rs_report_run(t->report) : NULL;

	if (!run)
		return;
	page_say(p, true, "%s.", run->outcome.text);
	page_blank(p);
	tui_say_part(t, RS_PART_DONE, p);
	tui_say_warnings(t, p);
}

enum screen_id done_back(struct tui *t)
{
	(void)t;
	return SCREEN_FOUND;
}
