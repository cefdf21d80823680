/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While a key is asked for: a stick that has it, plugged in before or now, is offered. */
#include <string.h>

#include "ui/tui.h"

#define LOOK_NS 1000000000ULL /* so often a new one is looked for */

static void look(struct tui *t)
{
	struct sticks *s = &t->sticks;
	char rest[sizeof(s->seen)], *at = rest;
	const char *path;

	rs_stick_key_done(&s->key);
	(void)snprintf(rest, sizeof(rest), "%s", s->seen);
	while ((path = strsep(&at, " ")) && !s->key.place[0])
		if (path[0]) /* without memory: as if it were not there */
			(void)rs_stick_look(path, t->asked, &s->key, NULL);
}

enum screen_id sticks_idle(struct tui *t)
{
	struct sticks *s = &t->sticks;
	const uint64_t now = term_now_ns();
	char list[sizeof(s->seen)];

	if (s->looked_ns && now - s->looked_ns < LOOK_NS)
		return SCREEN_STAY;
	const bool is_first = !s->looked_ns;
	s->looked_ns = now;
	if (rs_stick_list(list, sizeof(list), NULL) < 0 || (!is_first && !strcmp(list, s->seen)))
		return SCREEN_STAY;
	(void)snprintf(s->seen, sizeof(s->seen), "%s", list);
	look(t);
	t->consoles.is_due = true;
	return SCREEN_STAY;
}

void sticks_draw(const struct tui *t, struct page *p)
{
	if (!t->sticks.key.place[0])
		return;
	page_say(p, true, "A stick has the key: %-s. Ctrl-U uses it.", t->sticks.key.place);
	page_blank(p);
}

bool sticks_are_open(const struct tui *t)
{
	return t->sticks.key.place[0];
}

enum screen_id sticks_go(struct tui *t)
{
	t->sticks.is_taken = true;
	return SCREEN_ANSWER;
}
