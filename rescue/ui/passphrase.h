/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry of a passphrase: one line of UTF-8. Pure: a key in, characters and columns out; no
 * terminal. What it holds is secret: it belongs into locked memory, and passphrase_take wipes it.
 */
#ifndef UNBRICK_UI_PASSPHRASE_H
#define UNBRICK_UI_PASSPHRASE_H

#include "rescue.h"

enum {
	PASSPHRASE_CHARACTERS = 256, /* Windows takes no longer one */
	PASSPHRASE_CELL = 5,	     /* bytes of a character, and a zero */
};

struct passphrase {
	unsigned character[PASSPHRASE_CHARACTERS]; /* keys */
	size_t n;
	bool is_entered; /* by Enter */
};

/** A character, Backspace, Enter behind at least one; others are passed over. Is it entered? */
bool passphrase_put(struct passphrase *p, unsigned key);
/** The character at @i as UTF-8. */
void passphrase_cell(const struct passphrase *p, size_t i, char ret[PASSPHRASE_CELL]);
/** All of it as UTF-8, and the entry is wiped whatever comes of it. Errors: RS_E_MEMORY. */
int passphrase_take(struct passphrase *p, struct rs_secret *ret, struct rs_err *err);

#endif
