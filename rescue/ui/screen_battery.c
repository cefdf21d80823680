/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A write waits for the charger, or for a person's yes. */
#include "ui/battery.h"
#include "ui/tui.h"

bool battery_allows(struct tui *t)
{
	if (!battery_is_low(t->power, &t->percent))
		return true;
	tui_ask(t, SCREEN_BATTERY);
	return t->answer == RS_ANSWER_YES;
}

void battery_draw(const struct tui *t, struct page *p)
{
	page_say(p, true, "The battery is at %u %%, and no charger is connected.", t->percent);
	page_blank(p);
	page_say(p, true, "Now: connect the charger. It goes on by itself then.");
	page_say(p, false,
		"A repair that a power cut ends is finished when it is run again; Windows cannot "
		"be started in between.");
	page_blank(p);
	page_say(p, false, "%s: go on without a charger. %s: back to the plan.",
		t->is_plain ? "yes" : "F12", t->is_plain ? "b" : "Esc");
}

/* Looked at while nobody presses a key. */
enum screen_id battery_idle(struct tui *t)
{
	const unsigned before = t->percent;

	if (!battery_is_low(t->power, &t->percent)) {
		t->answer = RS_ANSWER_YES;
		return SCREEN_ANSWER;
	}
	if (t->percent != before)
		tui_paint(t);
	return SCREEN_STAY;
}
