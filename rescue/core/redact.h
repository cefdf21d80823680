/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recovery password is never shown, whoever printed it: not by a program, not by the echo of a
 * terminal, not in a report. What has its shape is taken out of text just before it is shown.
 *
 * The shape: digits in groups of 6 or of multiples of it, one too few or too many allowed (a
 * mistyped one is nearly the right one), with a few other characters between the groups,
 * line ends among them; from 24 digits on, which is half a password. Or 44 digits and more in
 * groups of any length with a dash or a blank between. Digits that hang on letters are a part of
 * something else (a hash, an identifier) until there are 36 of them. */
#ifndef UNBRICK_CORE_REDACT_H
#define UNBRICK_CORE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#define RS_REDACTED "[key hidden]" /* stands in its place */

/** In place; the text never becomes longer. */
void rs_redact(char *text);
/** The same, but its digits become @mask, one by one: every place stays where it is. */
void rs_redact_mask(char *text, char mask);
/** As rs_redact, and in the letters of a QR code's alphanumeric mode alone (ISO/IEC 18004): small
 * ones become capitals, others '-'. */
void rs_redact_code(char *text);
/** What may be shown of a text: without secrets, then as rs_escape. At most 8 KiB of it. */
size_t rs_shown(const char *s, char *ret, size_t cap);
/** The same, all of it, in memory of its own (free it); NULL: no memory. */
char *rs_shown_new(const char *s);

enum { RS_REDACT_HELD = 512 };

/* The same for text that comes in pieces. Digits wait until it is known what they belong to; what
 * was passed on is no more than the first 5 of them, and after rs_redact_idle the first 11. */
struct rs_redact {
	void (*out)(void *user, const char *bytes, size_t len);
	void *user;
	char mask; /* in place of each digit; 0: RS_REDACTED in place of all */
	char held[RS_REDACT_HELD];
	size_t n_held;
	unsigned n_passed;    /* digits right before those held that were passed on */
	unsigned n_digits;    /* of this run, those that were passed on among them */
	unsigned n_others;    /* characters since the last digit */
	bool is_after_letter; /* the run hangs on one */
	bool was_letter;      /* the last character before the run */
	bool is_hiding;	      /* the rest of the run is a part of what was hidden */
};

/** One piece, however long. */
void rs_redact_put(struct rs_redact *r, const char *bytes, size_t len);
/** Nothing came for a while: let go of what is too short to be half a secret. */
void rs_redact_idle(struct rs_redact *r);
/** What comes next is of somebody else, or nothing comes. */
void rs_redact_end(struct rs_redact *r);
/** Is something waiting? */
static inline bool rs_redact_holds(const struct rs_redact *r)
{
	return r->n_held > 0;
}

#endif
