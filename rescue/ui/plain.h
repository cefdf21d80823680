/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens as plain sequential text (tui --plain), for a screen reader or a braille line: each
 * is said from its first line to its last, then the words that lead on; a line is the answer. */
#ifndef UNBRICK_UI_PLAIN_H
#define UNBRICK_UI_PLAIN_H

#include "ui/page.h"

/** The key that a line means, and how often (*ret_times): nothing is Enter; "b" back, "q" out,
 * "yes" (in English, or in the language) confirms, "+" and "-" (with a number: so often) go to the
 * next and the one before, a letter is itself. UI_KEY_NONE: not understood, and digits never are
 * anything. */
unsigned plain_key(const char *line, unsigned *ret_times);
/** The word for a key, for the list of what can be said; "" for one that has none. */
const char *plain_word(unsigned key);
/** The lines of a page; of a list those around the chosen one. */
void plain_say(const struct page *p);

#endif
