/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not done on a disk: by the first process of the rescue system, which is asked to. */
#include "ui/tui.h"

static const struct action {
	enum link_word word; /* LINK_LINE: shown by us */
	const char *text;
} actions[] = {
	{LINK_LINE, "Show what was said on the consoles so far"},
	{LINK_REPORT, "Write the report to the stick"},
	{LINK_WINDOWS, "Start Windows now"},
	{LINK_FIRMWARE, "Restart into the firmware's setup"},
	{LINK_RESTART, "Restart the machine"},
	{LINK_POWEROFF, "Switch the machine off"},
	{LINK_SHELL, "A shell; 'exit' comes back here"},
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

static bool may(const struct tui *t, size_t i)
{
	return actions[i].word == LINK_LINE || (t->supervisor.may & 1U << actions[i].word);
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
	return t->supervisor.is_there;
}

enum screen_id actions_visit(struct tui *t)
{
	t->action = 0;
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
	if (actions[t->action].word == LINK_LINE)
		tui_ask(t, SCREEN_SAID);
	else if (may(t, t->action)) {
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
