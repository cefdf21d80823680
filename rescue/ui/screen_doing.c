/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work itself: it ends in one of the other screens. */
#include "ui/tui.h"

/* A step of the person's and one of the engine's: after the questions nothing is asked any more. */
enum screen_id doing_enter(struct tui *t)
{
	struct rs_err err = {0};
	const bool may_write = battery_allows(t);
	int r = may_write ? tui_reach(t, RS_STEP_CONSENT) : 0;

	if (!may_write) {
		t->is_confirmed = false;
		return term_is_cancelled() ? SCREEN_LEAVE : SCREEN_PLAN;
	}
	if (r == 0 && plan_is_open(t))
		r = supervisor_may_write(&t->supervisor, t->disk, &t->consoles, &err);
	if (r == 0)
		r = tui_reach(t, RS_STEP_VERIFY);
	t->is_confirmed = false;
	tui_close(t);
	if (err.code)
		t->trouble = err;
	return r < 0 ? tui_failed(t, SCREEN_PLAN) : SCREEN_DONE;
}

void doing_draw(const struct tui *t, struct page *p)
{
	static const char *const what[] = {
		[RS_FIX] = N_("Moving what is bad into quarantine"),
		[RS_DISABLE] = N_("Disabling what was chosen in the registry"),
		[RS_CLEAR] = N_("Clearing a setting in the registry"),
		[RS_SAFE] = N_("Disabling drivers in the registry"),
		[RS_UNDO] = N_("Putting files back"),
		[RS_HIBERNATION] = N_("Dropping the image to resume from"),
		[RS_REPLAY] = N_("Finishing the replay of the journal"),
		[RS_SAFEMODE] = N_("Writing the boot configuration"),
	};

	page_say(p, true, "%s, and reading it back from the disk ...", what[t->command]);
	page_say(p, false,
		"Do not switch the machine off. If the power fails nothing is lost: run it "
		"again.");
	tui_say_progress(t, p);
}
