/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/key_entry.h"

#include <string.h>

#include "ui/keys.h"

#define BOX_FACTOR 11U
#define BOX_MOST   (65535U * BOX_FACTOR)

enum entry_verdict key_entry_judge(const struct key_entry *e, unsigned box)
{
	unsigned value = 0;

	for (unsigned i = box * ENTRY_BOX_DIGITS; i < (box + 1) * ENTRY_BOX_DIGITS; i++) {
		if (!e->digit[i])
			return ENTRY_OPEN;
		value = value * 10 + (unsigned)(e->digit[i] - '0');
	}
	if (value > BOX_MOST)
		return ENTRY_TOO_LARGE;
	return value % BOX_FACTOR ? ENTRY_NOT_11 : ENTRY_GOOD;
}

/* The first box that is not good; ENTRY_BOXES: all are. */
static unsigned first_fault(const struct key_entry *e)
{
	unsigned box = 0;

	while (box < ENTRY_BOXES && key_entry_judge(e, box) == ENTRY_GOOD)
		box++;
	return box;
}

bool key_entry_is_complete(const struct key_entry *e)
{
	return first_fault(e) == ENTRY_BOXES;
}

static bool is_full(const struct key_entry *e)
{
	return !memchr(e->digit, 0, sizeof(e->digit));
}

static void put_digit(struct key_entry *e, char digit)
{
	if (e->at >= ENTRY_DIGITS)
		return;
	e->digit[e->at++] = digit;
	/* with the last digit in, to the first box that is to be typed again */
	if (e->at == ENTRY_DIGITS && is_full(e) && !key_entry_is_complete(e))
		e->at = first_fault(e) * ENTRY_BOX_DIGITS;
}

static unsigned end_of(const struct key_entry *e)
{
	unsigned n = ENTRY_DIGITS;

	while (n && !e->digit[n - 1])
		n--;
	return n;
}

unsigned key_entry_means(unsigned key, enum entry_from from)
{
	unsigned i = 0;

	if (from == ENTRY_FROM_TERMINAL && key >= UI_KEY_PF1 && key <= UI_KEY_PF4)
		i = key - UI_KEY_PF1 + 1;
	else if (from != ENTRY_FROM_SERIAL && key >= UI_KEY_F1 && key <= UI_KEY_F10)
		i = key - UI_KEY_F1 + 1;
	return i ? '0' + i % 10 : key;
}

bool key_entry_put(struct key_entry *e, unsigned key)
{
	if (key_entry_is_complete(e)) /* what a scanner sends behind it belongs to it */
		return true;
	if (key >= '0' && key <= '9')
		put_digit(e, (char)key);
	else if (key == UI_KEY_LEFT && e->at)
		e->at--;
	else if (key == UI_KEY_RIGHT && e->at < ENTRY_DIGITS)
		e->at++;
	else if (key == UI_KEY_BACKSPACE && e->at)
		e->digit[--e->at] = 0;
	else if (key == UI_KEY_DELETE && e->at < ENTRY_DIGITS)
		e->digit[e->at] = 0;
	else if (key == UI_KEY_HOME)
		e->at = 0;
	else if (key == UI_KEY_END)
		e->at = end_of(e);
	return key_entry_is_complete(e);
}

int key_entry_take(struct key_entry *e, struct rs_secret *ret, struct rs_err *err)
{
	int r = rs_secret_set(ret, e->digit, sizeof(e->digit), err);

	rs_wipe(e, sizeof(*e));
	return r;
}
