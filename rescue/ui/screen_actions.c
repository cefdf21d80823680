/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not done on a disk: by us, or by the first process of the rescue system, which is asked
 * to. */
#include "ui/tui.h"

static void show_said(struct tui *t)
{
	tui_ask(t, SCREEN_SAID);
}

static const struct action {
	enum link_word word; /* that it is asked; LINK_LINE: ours is done */
	const char *text;
	void (*ours)(struct tui *t);
} actions[] = {
	{LINK_LINE, "Show what was said on the consoles so far", show_said},
	{LINK_REPORT, "Write the report to the stick", NULL},
	{LINK_WINDOWS, "Start Windows now", NULL},
	{LINK_FIRMWARE, "Restart into the firmware's setup", NULL},
	{LINK_RESTART, "Restart the machine", NULL},
	{LINK_POWEROFF, "Switch the machine off", NULL},
	{LINK_SHELL, "A shell; 'exit' comes back here", NULL},
	{LINK_PLAIN, "These screens as plain text, line by line, and back", NULL},
	{LINK_LINE, "Larger letters, and back (Ctrl-F, on every screen)", tui_turn_letters},
	{LINK_LINE, "White on black, and back (Ctrl-T, on every screen)", tui_turn_contrast},
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static bool may(const struct tui *t, size_t i)
{
	if (actions[i].ours == show_said)
		return t->supervisor.is_there;
	if (actions[i].ours)
		return !t->is_plain; /* there the terminal's own */
	return t->supervisor.may & 1U << actions[i].word;
}

/* The next one that there is, in that direction; none: where it is. */
static size_t beside(const struct tui *t, size_t at, int by)
{
	for (size_t i = at + (size_t)by; i < ACTIONS; i += (size_t)by)
		if (may(t, i))
			return i;
	return at;
}

bool actions_is_open(const struct tui *t)
{
	return t->supervisor.is_there || !t->is_plain;
}

enum screen_id actions_visit(struct tui *t)
{
	t->action = beside(t, (size_t)-1, 1);
	t->supervisor.error[0] = '\0';
	tui_ask(t, SCREEN_ACTIONS);
	return SCREEN_STAY;
}

void actions_draw(const struct tui *t, struct page *p)
{
	for (size_t i = 0; i < ACTIONS; i++)
		if (may(t, i))
			page_say(p, i == t->action, "%s %s", i == t->action ? ">" : " ",
				actions[i].text);
	page_blank(p);
	page_say(p, false, "Up and Down choose, Enter does it.");
	page_blank(p);
	if (t->supervisor.error[0])
		page_say(p, true, "%s", t->supervisor.error);
}

bool actions_put(struct tui *t, unsigned key)
{
	if (key == UI_KEY_UP || key == UI_KEY_LEFT)
		t->action = beside(t, t->action, -1);
	else if (key == UI_KEY_DOWN || key == UI_KEY_RIGHT)
		t->action = beside(t, t->action, 1);
	return false;
}

enum screen_id actions_go(struct tui *t)
{
	t->supervisor.error[0] = '\0';
	if (!may(t, t->action))
		return SCREEN_STAY;
	if (actions[t->action].ours) {
		actions[t->action].ours(t);
	} else {
		supervisor_say(&t->supervisor, actions[t->action].word, NULL);
		(void)snprintf(t->status, sizeof(t->status), "Asked for.");
	}
	return SCREEN_STAY;
}

void said_draw(const struct tui *t, struct page *p)
{
	const struct page *log = &t->supervisor.log;

	if (!log->n)
		page_say(p, false, "Nothing was said yet.");
	for (size_t i = 0; i < log->n; i++)
		page_say(p, false, "%s", log->lines[i].text);
}

void said_last_draw(const struct tui *t, struct page *p)
{
	const struct page *log = &t->supervisor.log;

	if (!log->n)
		return;
	page_say(p, true, "Said last: %s", t->supervisor.last);
	page_blank(p);
}
