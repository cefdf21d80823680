/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several volumes may be the stick: only a person can say which one is meant (docs/boot.md, section
 * 5). Until then the first process uses none of them. */
#include "ui/tui.h"

bool stick_is_open(const struct tui *t)
{
	return t->supervisor.n_sticks;
}

bool stick_is_due(const struct tui *t)
{
	return t->supervisor.is_which_due && t->supervisor.n_sticks;
}

enum screen_id stick_go(struct tui *t)
{
	(void)t;
	return SCREEN_STICK;
}

enum screen_id stick_enter(struct tui *t)
{
	t->supervisor.is_which_due = false;
	t->chosen_stick = 0;
	return stick_is_open(t) ? SCREEN_STICK : SCREEN_FOUND;
}

static void draw_one(const struct stick_told *s, size_t i, bool is_marked, struct page *p)
{
	page_say(p, is_marked, "%s %zu: %-s, %llu.%llu GB", is_marked ? ">" : " ", i + 1, s->model,
		s->bytes / 1000000000, s->bytes / 100000000 % 10);
	page_say(p, is_marked, "     port %-s, serial number %-s (/dev/%-s)", s->port, s->serial,
		s->device);
}

void stick_draw(const struct tui *t, struct page *p)
{
	const struct supervisor *s = &t->supervisor;

	page_say(p, true, "Several media may be the stick. Which one is to be used?");
	page_say(p, false,
		"Its settings, keys and rules count then, and the report is written to it. "
		"Nothing of the others is used. Are you not sure: pull out all but one.");
	page_blank(p);
	for (size_t i = 0; i < s->n_sticks; i++)
		draw_one(&s->sticks[i], i, i == t->chosen_stick, p);
	page_blank(p);
	page_say(p, false, "%s or its number choose one.",
		t->is_plain ? N_("+ and -") : "Left and Right");
}

bool stick_put(struct tui *t, unsigned key)
{
	const size_t n = t->supervisor.n_sticks;

	if (key == UI_KEY_LEFT && t->chosen_stick)
		t->chosen_stick--;
	else if (key == UI_KEY_RIGHT && t->chosen_stick + 1 < n)
		t->chosen_stick++;
	else if (key >= '1' && key - '1' < n)
		t->chosen_stick = key - '1';
	return false;
}

enum screen_id stick_next(struct tui *t)
{
	struct supervisor *s = &t->supervisor;

	supervisor_say(s, LINK_MEANT, s->sticks[t->chosen_stick].name);
	s->n_sticks = 0; /* whether it could be taken is told, or it is asked once more */
	return SCREEN_FOUND;
}

enum screen_id stick_back(struct tui *t)
{
	(void)t;
	return SCREEN_FOUND;
}
