/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One terminal with a screen of curses and its keys (the front end `tui`). All of them together:
 * consoles.h. */
#ifndef UNBRICK_UI_CONSOLE_H
#define UNBRICK_UI_CONSOLE_H

#include <stdio.h>
#include <termios.h>

#include "ui/keys.h"
#include "ui/page.h"

#define CONSOLE_ROWS	24
#define CONSOLE_COLUMNS 80
#define CONSOLE_NAME	64

/* What was read of the terminal and may be a part of a key: in locked memory. */
struct console_bytes {
	uint8_t bytes[256];
	size_t n, next;
};

/* Zeroed: none. */
struct console {
	const char *given;	 /* what it was named by; NULL: standard input and output */
	char name[CONSOLE_NAME]; /* of its device, "ttyS0"; "": as above */
	char term[32];		 /* "": TERM */
	FILE *in, *out;		 /* NULL: none */
	struct termios before;
	void *screen; /* SCREEN of curses; NULL: never painted on */
	struct console_bytes *typed;
	struct key_reader keys;
	uint64_t byte_ns; /* when the last byte came */
	bool is_open;	  /* painted on */
	bool is_utf8;
	bool is_private;  /* nobody but who types sees it: a console of this machine's screen */
	bool is_serial;	  /* a line */
	bool is_contrast; /* white on black, and nothing between */
	bool is_small;
	bool is_behind; /* it takes no more now: to be painted again */
	bool is_unseen; /* what was painted is not all shown yet: what is typed is for nobody */
	bool is_lost;	/* nothing is behind it; it may come back */
};

/* What stands around a page. */
struct console_frame {
	const char *title, *subject, *status, *keys;
	const char *corner; /* at the end of the title's line, where the subject leaves room */
	size_t first;	    /* line of the page that is shown first */
};

/** Take up a terminal, without painting on it: what is typed there is not shown from now on.
 * @name "/dev/ttyS0" or "/dev/ttyS0,vt100"; NULL: standard input and output. It and @typed last as
 * long. Errors: RS_E_USAGE (no terminal; one that is not there is lost). */
int console_take(
	struct console *c, struct console_bytes *typed, const char *name, struct rs_err *err);
/** The screen of curses on it. Errors: RS_E_USAGE (a terminal that cannot). */
int console_open(struct console *c, struct rs_err *err);
/** It has hung up: all that was typed there is forgotten, its device given back (an adapter that is
 * plugged in again gets no other name), its SCREEN kept for when it comes back. */
void console_lose(struct console *c);
/** Is it lost, and would the same name be the same line again? */
bool console_may_return(const struct console *c);
/** Take it up again, if it is there, as a line on which nothing was painted yet, at the speed that
 * it had; true if it was. */
bool console_return(struct console *c);
/** The terminal as it was, and given back; more than once is fine. */
void console_close(struct console *c);
/** White on black, where the terminal has colours; bars and what stands out in reverse. */
void console_contrast(struct console *c, bool is_high);
/** Take up a size that has changed; true if it has. */
bool console_fit(struct console *c);
/** How many lines of a page are seen at once. */
size_t console_room(const struct console *c);
/** @is_secret_shown: the digits of a key, where this is a screen of the machine. What goes to a
 * console that is busy is not waited for: it is behind then. */
void console_paint(struct console *c, const struct console_frame *f, const struct page *p,
	bool is_secret_shown);
/** Whatever was typed so far is for nobody, and what is typed before all that was painted is shown.
 */
void console_forget_typed(struct console *c);
/** Bytes are there, or it is lost: read them. */
void console_read(struct console *c);
/** The next key of what was read; UI_KEY_NONE: none. */
unsigned console_next(struct console *c);
/** How long until console_next has a key even if nothing comes; -1: no such. */
int console_wait_ms(const struct console *c);

#endif
