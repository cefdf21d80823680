/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passphrase of a volume: one line, a sign for each character. The characters themselves are
 * shown when F11 says so, and only on a console of the machine's own screen. */
#include "ui/tui.h"

#define LEFT 4U
#define ROOM 70U /* columns of the line; of a longer one the end is seen */

static size_t first_seen(const struct passphrase *e)
{
	return e->n > ROOM ? e->n - ROOM : 0;
}

static size_t cell(const void *secret, size_t i, char ret[PAGE_CELL])
{
	const struct passphrase *e = secret;
	const size_t first = first_seen(e);

	ret[0] = '\0';
	if (i >= first)
		passphrase_cell(e, i, ret);
	return LEFT + 1 + (i >= first ? i - first : 0);
}

static void draw_line(const struct passphrase *e, struct page *p)
{
	const size_t n = e->n - first_seen(e);
	char line[LEFT + ROOM + 3] = "    [";

	for (size_t i = 0; i < ROOM; i++)
		line[LEFT + 1 + i] = i < n ? '*' : '_';
	line[LEFT + 1 + ROOM] = ']';
	page_line(p, line);
	p->has_cursor = true;
	p->cursor_line = p->secret_line = p->n - 1;
	p->cursor_column = LEFT + 1 + n;
	p->secret = e;
	p->n_secret = e->n;
	p->secret_cell = cell;
}

/* What helps to type it on the machine's own screen. */
static void draw_keyboard(const struct tui *t, struct page *p)
{
	if (!t->consoles.is_private)
		return;
	page_say(p, false, "F11 %s what is typed.", t->consoles.is_hidden ? "shows" : "hides");
	if (t->layouts.n)
		page_say(p, true, "Keyboard: %s. Left and Right choose another layout.",
			t->layouts.names[t->layouts.at]);
}

void passphrase_draw(const struct tui *t, struct page *p)
{
	page_say(p, false, "%-s is locked by BitLocker.", t->asked->volume);
	if (t->asked->is_key_file)
		page_say(p, false,
			"The key file of the stick is encrypted. Its passphrase is asked for "
			"once.");
	else
		page_say(p, false, "A passphrase opens it.");
	page_blank(p);
	unlock_draw_attempt(t, p);
	draw_line(&t->secret->passphrase, p);
	page_blank(p);
	sticks_draw(t, p);
	if (t->wants_hint)
		unlock_draw_hint(t, p);
	if (t->asked->is_key_file)
		page_say(p, false, "Enter opens the key file with it; Esc goes on without it.");
	else
		page_say(p, false,
			"Enter opens the volume with it. Backspace takes the last character back.");
	draw_keyboard(t, p);
}

/* Of a server, and not of a volume. */
void account_draw(const struct tui *t, struct page *p)
{
	const struct rs_account_request *q = t->account;
	char text[1024];

	page_say(p, false, "%-s wants to know who asks for a key.", q->server);
	page_blank(p);
	if (q->last->code) {
		rs_err_said(q->last, text, sizeof(text));
		page_say(p, true, "Attempt %u of %u. %s", q->attempt, q->most, text);
		page_blank(p);
	}
	page_say(p, true, "%s", term_account_question(q, t->is_user_asked));
	draw_line(&t->secret->passphrase, p);
	page_blank(p);
	page_say(p, false,
		"It is sent to this server alone, kept until the screen ends, and written "
		"nowhere.");
	page_say(p, false, "Enter takes it; Esc goes on without it.");
	draw_keyboard(t, p);
}

enum screen_id account_back(struct tui *t)
{
	rs_wipe(&t->secret->passphrase, sizeof(t->secret->passphrase));
	return SCREEN_ANSWER;
}
/* Of the machine's own keyboard, by whoever sits at it. */
static void turn_layout(struct tui *t, bool is_next)
{
	struct layouts *l = &t->layouts;
	struct rs_err err = {0};

	if (!l->n || !t->consoles.at || !t->consoles.at->is_private)
		return;
	const size_t was = l->at;
	l->at = (l->at + (is_next ? 1 : l->n - 1)) % l->n;
	if (layouts_load(l, fileno(t->consoles.at->in), &err) == 0)
		return;
	l->at = was;
	rs_err_said(&err, t->status, sizeof(t->status));
}

bool passphrase_key(struct tui *t, unsigned key)
{
	if (key == UI_KEY_LEFT || key == UI_KEY_RIGHT)
		turn_layout(t, key == UI_KEY_RIGHT);
	if (key == UI_KEY_F11) {
		t->consoles.is_hidden = !t->consoles.is_hidden;
		return false;
	}
	if (!passphrase_put(&t->secret->passphrase, key))
		return false;
	consoles_quiet(&t->consoles); /* a second Enter is for nothing that comes after it */
	return true;
}

bool passphrase_is_open(const struct tui *t)
{
	return t->asked && key_request_takes(t->asked, BL_P_PASSPHRASE);
}

enum screen_id passphrase_go(struct tui *t)
{
	t->by_passphrase = t->is_switched = true;
	return SCREEN_ANSWER;
}

enum screen_id passphrase_back(struct tui *t)
{
	t->is_switched = key_request_takes(t->asked, BL_P_RECOVERY);
	t->by_passphrase = !t->is_switched;
	return SCREEN_ANSWER;
}
