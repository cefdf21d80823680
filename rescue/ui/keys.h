/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys out of a terminal's bytes. Pure: no terminal, no clock.
 *
 * We read them ourselves and not by terminfo: a serial line is told by nobody which terminal is at
 * its end, these sequences are the same in all that are used, and what is not known must be dropped
 * whole. (To curses an unknown sequence is Esc and then digits, which would go into a key.) */
#ifndef UNBRICK_UI_KEYS_H
#define UNBRICK_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An ASCII character is its own code, one beyond it UI_KEY_TEXT more, and Tab, Enter, Esc, Ctrl-Y,
 * Backspace are what they send. */
enum ui_key {
	UI_KEY_NONE = 0,
	UI_KEY_CTRL_F = 0x06,
	UI_KEY_TAB = '\t',
	UI_KEY_ENTER = '\r',
	UI_KEY_CTRL_K = 0x0B,
	UI_KEY_CTRL_L = 0x0C,
	UI_KEY_CTRL_P = 0x10,
	UI_KEY_CTRL_T = 0x14,
	UI_KEY_CTRL_U = 0x15,
	UI_KEY_CTRL_Y = 0x19,
	UI_KEY_ESC = 0x1B,
	UI_KEY_BACKSPACE = 0x7F,
	UI_KEY_UP = 0x100,
	UI_KEY_DOWN,
	UI_KEY_LEFT,
	UI_KEY_RIGHT,
	UI_KEY_HOME,
	UI_KEY_END,
	UI_KEY_DELETE,
	UI_KEY_PAGE_UP,
	UI_KEY_PAGE_DOWN,
	UI_KEY_F1, /* to F12 in a row */
	UI_KEY_F10 = UI_KEY_F1 + 9,
	UI_KEY_F11,
	UI_KEY_F12,
	UI_KEY_PF1, /* Esc O P to S: F1 to F4 of xterm, NumLock / * - of a keypad elsewhere */
	UI_KEY_PF4 = UI_KEY_PF1 + 3,
	UI_KEY_LOST, /* the terminal is gone */
	UI_KEY_TEXT = 0x200000,
};

#define KEY_CHARACTER 5U /* bytes of a character, and a zero */

struct key_reader {
	uint8_t held[8]; /* of a sequence, after Esc, or of a character in UTF-8 */
	unsigned n;
	bool is_in_sequence, is_in_character;
	bool has_dropped; /* bytes that are no key; whoever asks sets it back */
};

/** The key that this byte completes, or UI_KEY_NONE. */
unsigned key_of_byte(struct key_reader *r, uint8_t byte);
/** The character that the key is, in UTF-8; its length, 0: it is none. */
size_t key_character(unsigned key, char ret[KEY_CHARACTER]);
/** Nothing came for a while: an Esc that nothing followed is the key. */
unsigned key_of_silence(struct key_reader *r);

#endif
