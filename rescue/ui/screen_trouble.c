/* SPDX-License-Identifier: GPL-3.0-or-later */
/* It did not go on: why, and what helps. */
#include "ui/tui.h"

void trouble_draw(const struct tui *t, struct page *p)
{
	const struct rs_err *e = &t->trouble;

	page_say(p, true, "%s: %s.", e->object[0] ? e->object : "unbrick",
		rs_err_info(e->code)->text);
	if (e->detail[0])
		page_say(p, false, "%s", e->detail);
	page_blank(p);
	page_say(p, true, "What helps: %s.", rs_err_next(e));
	page_blank(p);
	tui_say_part(t, RS_PART_DISKS, p);
	tui_say_part(t, RS_PART_DONE, p);
	tui_say_warnings(t, p);
}

enum screen_id trouble_next(struct tui *t)
{
	return t->retry == SCREEN_DOING ? SCREEN_PLAN : t->retry;
}

enum screen_id trouble_back(struct tui *t)
{
	(void)t;
	return SCREEN_FOUND;
}
