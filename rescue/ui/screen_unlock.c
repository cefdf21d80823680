/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recovery password: eight boxes. What is typed is shown as filled, the digits themselves only
 * on a console of the machine's own screen. */
#include "ui/hint.h"
#include "ui/tui.h"

#define MOST_IDS  12U
#define LEFT	  4U /* column of the first box */
#define BOX_WIDTH (ENTRY_BOX_DIGITS + 3U)

static size_t column_of(size_t digit)
{
	return LEFT + 1 + digit / ENTRY_BOX_DIGITS * BOX_WIDTH + digit % ENTRY_BOX_DIGITS;
}

static size_t cell(const void *secret, size_t i, char ret[PAGE_CELL])
{
	ret[0] = ((const struct key_entry *)secret)->digit[i];
	ret[1] = '\0';
	return column_of(i);
}

static void draw_boxes(const struct key_entry *e, struct page *p)
{
	char boxes[PAGE_COLUMNS + 1], marks[PAGE_COLUMNS + 1];

	(void)snprintf(boxes, sizeof(boxes), "%*s", (int)PAGE_COLUMNS, "");
	(void)snprintf(marks, sizeof(marks), "%*s", (int)PAGE_COLUMNS, "");
	for (unsigned box = 0; box < ENTRY_BOXES; box++) {
		const enum entry_verdict is = key_entry_judge(e, box);
		const size_t begin = column_of((size_t)box * ENTRY_BOX_DIGITS);
		boxes[begin - 1] = '[';
		boxes[begin + ENTRY_BOX_DIGITS] = ']';
		for (unsigned i = 0; i < ENTRY_BOX_DIGITS; i++) {
			boxes[begin + i] = e->digit[box * ENTRY_BOX_DIGITS + i] ? '*' : '_';
			marks[begin + i] = is > ENTRY_GOOD ? '^' : ' ';
		}
		if (is == ENTRY_GOOD) {
			marks[begin + 2] = 'o';
			marks[begin + 3] = 'k';
		}
	}
	page_line(p, boxes);
	p->has_cursor = true;
	p->cursor_line = p->secret_line = p->n - 1;
	p->cursor_column = column_of(e->at < ENTRY_DIGITS ? e->at : ENTRY_DIGITS - 1) +
			   (e->at == ENTRY_DIGITS);
	p->secret = e;
	p->n_secret = ENTRY_DIGITS;
	p->secret_cell = cell;
	page_line(p, marks);
}

static void draw_verdicts(const struct key_entry *e, struct page *p)
{
	static const char *const reasons[] = {
		[ENTRY_NOT_11] = "it is not a multiple of 11, as each group is: a digit is wrong",
		[ENTRY_TOO_LARGE] = "it is larger than 720885, which no group is: a digit is wrong",
	};

	for (unsigned box = 0; box < ENTRY_BOXES; box++) {
		const enum entry_verdict is = key_entry_judge(e, box);
		if (is > ENTRY_GOOD)
			page_say(p, true, "Group %u: %s.", box + 1, reasons[is]);
	}
}

/* A tablet has none, and some built-in ones have no driver. */
void unlock_draw_hint(const struct tui *t, struct page *p)
{
	if (t->consoles.is_private && !hint_has_keyboard("/sys/class/input"))
		page_say(p, true,
			"Linux sees no keyboard on this machine: plug in a USB keyboard (a tablet "
			"takes "
			"one at its USB port, with an adapter or a dock).");
	else
		page_say(p, true,
			"Does the keyboard do nothing? Try it at another USB port, or plug in "
			"another "
			"USB keyboard.");
	if (key_request_takes(t->asked, BL_P_RECOVERY))
		page_say(p, true,
			"Or write the recovery key into EFI\\unbrick\\keys.txt on Unbrick's stick, "
			"and "
			"start again.");
	page_blank(p);
}

void unlock_draw_attempt(const struct tui *t, struct page *p)
{
	const struct rs_key_request *q = t->asked;
	char text[1024];

	if (q->attempt == 1)
		return;
	page_say(p, true, "Attempt %u of %u. %s", q->attempt, q->most,
		t->was_passphrase ? "That passphrase does not open it."
				  : "That key was of another volume: ask for the one with the ID "
				    "above.");
	/* with the ID above, no more is known of a key that does not fit */
	if (q->last->code != RS_E_KEY_REJECTED || !key_request_takes(q, BL_P_RECOVERY)) {
		rs_err_said(q->last, text, sizeof(text));
		page_say(p, false, "%s", text);
	}
	page_blank(p);
}

/* A volume that only a file opens. */
static void draw_startup(const struct tui *t, struct page *p)
{
	page_say(p, false, "%-s is locked by BitLocker, and a startup key opens it.",
		t->asked->volume);
	page_blank(p);
	unlock_draw_attempt(t, p);
	sticks_draw(t, p);
	page_say(p, false,
		"Plug in the USB stick that has it, a file whose name ends in .BEK: it is found by "
		"itself.");
}

void unlock_draw(const struct tui *t, struct page *p)
{
	const struct rs_key_request *q = t->asked;
	char text[1024];

	if (!key_request_takes(q, BL_P_RECOVERY)) {
		draw_startup(t, p);
		return;
	}
	page_say(
		p, false, "%-s is locked by BitLocker. Its recovery key has 48 digits.", q->volume);
	bl_list_ids(q->protectors, q->n_protectors, MOST_IDS, text, sizeof(text));
	page_say(p, true, "Key ID: %s", text);
	page_say(p, false,
		"By this ID the help desk, the directory or the person's Microsoft account finds "
		"the "
		"key; the first eight characters are enough.");
	page_blank(p);
	unlock_draw_attempt(t, p);
	draw_boxes(&t->secret->entry, p);
	page_blank(p);
	draw_verdicts(&t->secret->entry, p);
	page_blank(p);
	sticks_draw(t, p);
	if (t->wants_hint)
		unlock_draw_hint(t, p);
	page_say(p, false,
		"Only digits count; dashes and blanks do no harm. Cursor keys, Home, End, "
		"Backspace and "
		"Delete correct. With the last digit the volume is opened.");
	if (!t->consoles.is_serial)
		page_say(p, false, "F1 to F10 are the digits 1 to 9 and 0.");
	if (t->consoles.is_private)
		page_say(p, false, "F11 %s the digits.", t->consoles.is_hidden ? "shows" : "hides");
}

bool unlock_put(struct tui *t, unsigned key)
{
	if (!key_request_takes(t->asked, BL_P_RECOVERY))
		return false;
	if (key == UI_KEY_F11) {
		t->consoles.is_hidden = !t->consoles.is_hidden;
		return false;
	}
	const struct console *at = t->consoles.at;
	const enum entry_from from = !at || at->is_serial ? ENTRY_FROM_SERIAL
				     : at->is_private	  ? ENTRY_FROM_SCREEN
							  : ENTRY_FROM_TERMINAL;
	if (!key_entry_put(&t->secret->entry, key_entry_means(key, from)))
		return false;
	consoles_quiet(&t->consoles); /* the Enter or Tab of a scanner is a part of what it sent */
	return true;
}

enum screen_id unlock_back(struct tui *t)
{
	(void)t; /* without a key, the repair ends */
	return SCREEN_ANSWER;
}
