/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All consoles as one: every screen is painted on each, keys come from any. One loop, one state:
 * who types on one is seen on the others, and no question is answered twice.
 *
 * A console of the machine's own screen is painted on from the start. On another one (a serial
 * line, which may be read by a program and has lines of others on it) nothing is written before a
 * key is pressed there: that key opens it and is for nothing else.
 *
 * One that hangs up is looked for by its name, and taken up again as at the start. What was typed
 * on it stays where it went; that something is waited for is not lost with the last one. */
#ifndef UNBRICK_UI_CONSOLES_H
#define UNBRICK_UI_CONSOLES_H

#include "ui/console.h"

#define CONSOLES_MOST  8U
#define CONSOLES_ALONE 300 /* ms: what comes closer to a key than that came with it */
#define CONSOLES_HELD                                                                              \
	1200 /* ms: the same key again so soon is one that is held, or was pressed                 \
	      * twice, and not an answer to what came meanwhile: keyboards wait up to              \
	      * a second before they repeat */

struct consoles {
	struct console list[CONSOLES_MOST];
	size_t n;
	struct console *at; /* where a key came from last; NULL: none yet */
	uint64_t last_ns;   /* when the last key came, or bytes that are none */
	unsigned last_key;
	unsigned n_dropped; /* how often bytes came that are no key */
	bool is_held;	    /* the last key is the one before */
	uint64_t before_ms; /* between it and the one before */
	bool is_private;    /* one is a screen of this machine: digits can be shown there */
	bool is_serial;	    /* there are serial lines only */
	bool is_hidden;	    /* and yet they are not to be seen */
	bool is_contrast;
	bool is_due;	  /* one is to be painted again */
	int news_fd;	  /* ends a wait for a key, too; -1: none */
	uint64_t look_ns; /* when those that are lost are looked for next */
	/* A key was pressed on one that is not painted on: somebody else has to give it first, with
	 * consoles_give. NULL: it is ours. */
	void (*wants)(void *user, const char *name);
	void *user;
};

/** @names as for console_take; none: standard input and output. Where there is another, one that is
 * not there counts as lost, and one that is no terminal is left out. @typed has CONSOLES_MOST.
 * Errors: RS_E_USAGE. */
int consoles_open(struct consoles *all, struct console_bytes *typed, const char *const *names,
	size_t n_names, struct rs_err *err);
/** The console of that name may be painted on. */
void consoles_give(struct consoles *all, const char *name);
/** All of them as they were; more than once is fine. */
void consoles_close(struct consoles *all);
/** There were some, and none is left or may come back. */
bool consoles_are_gone(const struct consoles *all);
/** One that is a screen of this machine; -1: none. */
int consoles_private_fd(const struct consoles *all);
/** Letters of that size on each that is a screen of this machine. 1: on one they have changed, 0:
 * on none; -errno where they cannot be chosen. */
int consoles_letters(struct consoles *all, enum font_size size);
/** High contrast on all of them, those that are opened later as well. */
void consoles_contrast(struct consoles *all, bool is_high);
/** Take up sizes that have changed; true if one has. */
bool consoles_fit(struct consoles *all);
/** Lines of a page, and is the screen too small for one, where a key was pressed last. */
size_t consoles_room(const struct consoles *all);
bool consoles_is_small(const struct consoles *all);
/** Digits of a key are shown only on the machine's own screen, and only where they are typed. */
void consoles_paint(struct consoles *all, const struct console_frame *f, const struct page *p);
/** Whatever was typed so far is for nobody. */
void consoles_forget_typed(struct consoles *all);
/** The next key, waiting for it so long; UI_KEY_NONE: none (or a signal came, or a console is to be
 * painted), UI_KEY_LOST: consoles_are_gone. */
unsigned consoles_key(struct consoles *all, unsigned timeout_ms);
/** Take in and forget what comes, until nothing does for CONSOLES_ALONE. */
void consoles_quiet(struct consoles *all);
/** Did the key that was just read come alone, but for itself, on all of them? Bytes that are no key
 * are beside it, too. Waits for what may follow. */
bool consoles_is_alone(struct consoles *all, unsigned key);

#endif
