/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry of a BitLocker recovery password: eight boxes of six digits, each judged as soon as it
 * is full. Pure: a key in, boxes and verdicts out; no terminal. What it holds is secret: it belongs
 * into locked memory, and key_entry_take wipes it.
 *
 * Digits count, at the place of the cursor; the cursor and Backspace go across boxes. Whatever else
 * comes with them (dashes, blanks, line ends of a paste or of a scanner) is passed over, and behind
 * the digit that completes a good key everything is. */
#ifndef UNBRICK_UI_KEY_ENTRY_H
#define UNBRICK_UI_KEY_ENTRY_H

#include "rescue.h"

enum {
	ENTRY_BOXES = 8,
	ENTRY_BOX_DIGITS = 6,
	ENTRY_DIGITS = ENTRY_BOXES * ENTRY_BOX_DIGITS,
};

/* Each group is a 16-bit number times 11 (libyal, BDE format, recovery password). */
enum entry_verdict {
	ENTRY_OPEN, /* not full */
	ENTRY_GOOD,
	ENTRY_NOT_11,	 /* not a multiple of 11 */
	ENTRY_TOO_LARGE, /* above 65535 * 11 */
};

struct key_entry {
	char digit[ENTRY_DIGITS]; /* 0: none */
	unsigned at;		  /* the cursor's digit, ENTRY_DIGITS: behind the last */
};

/* Where a key comes from. */
enum entry_from {
	ENTRY_FROM_SCREEN,   /* a console of this machine's screen and keyboard */
	ENTRY_FROM_TERMINAL, /* a window somewhere */
	ENTRY_FROM_SERIAL,   /* a line: only 0 to 9 are digits there */
};

/** F1 to F9 are 1 to 9, and F10 is 0, as where Windows asks for a recovery password; any other key
 * is itself. */
unsigned key_entry_means(unsigned key, enum entry_from from);
/** Is the key complete with it? */
bool key_entry_put(struct key_entry *e, unsigned key);
bool key_entry_is_complete(const struct key_entry *e);
enum entry_verdict key_entry_judge(const struct key_entry *e, unsigned box);
/** The 48 digits, and the entry is wiped whatever comes of it. Errors: RS_E_MEMORY. */
int key_entry_take(struct key_entry *e, struct rs_secret *ret, struct rs_err *err);

#endif
