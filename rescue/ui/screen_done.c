/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How it ended, and what comes next. */
#include "ui/tui.h"

/* On the stick the first process does it; elsewhere it is for who started this. After an undo the
 * harm is back, and nobody is sent to Windows. */
static void say_next(const struct tui *t, const struct run_outcome *o, struct page *p)
{
	page_blank(p);
	if (t->command == RS_REPLAY || t->command == RS_HIBERNATION)
		page_say(p, true,
			"Next: back to the disks, and look at this one again; it can be repaired "
			"now.");
	if (t->command == RS_UNDO && o->is_written)
		page_say(p, true,
			"Next: back to the disks. Windows finds what it had before the repair, the "
			"fault too.");
	if (t->command != RS_FIX && t->command != RS_SAFEMODE && t->command != RS_DISABLE &&
		t->command != RS_SAFE && t->command != RS_CLEAR)
		return;
	if (o->is_written && t->supervisor.may & 1U << LINK_WINDOWS)
		page_say(p, true,
			"Next: o, Start Windows now. Or o, switch the machine off, pull the stick "
			"out and start the machine as always.");
	else if (o->is_written && t->supervisor.is_there)
		page_say(p, true,
			"Next: o, switch the machine off, pull the stick out and start the machine "
			"as always.");
	else if (o->is_written)
		page_say(p, true, "Next: %s leaves; then start Windows from this disk.",
			t->is_plain ? "q" : "Ctrl-C");
	if (t->command == RS_SAFEMODE && !safemode_is_offered(t))
		page_say(p, false, "f at the disks sets it back, now or any day later.");
	if (undo_is_open(t))
		page_say(p, false,
			"If Windows does not start: u takes it back, now or any day later.");
}

void done_draw(const struct tui *t, struct page *p)
{
	const struct rs_run *run = t->report ? rs_report_run(t->report) : NULL;

	if (!run)
		return;
	page_say(p, true, "%s.", run->outcome.text);
	say_next(t, &run->outcome, p);
	result_tell(t, p);
	page_blank(p);
	tui_say_part(t, RS_PART_DONE, p);
	tui_say_warnings(t, p);
}

enum screen_id done_back(struct tui *t)
{
	t->is_listed_again = true; /* what came of it is looked at there */
	return SCREEN_FOUND;
}
