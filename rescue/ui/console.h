/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One terminal with a screen of curses and its keys (the front end `tui`). */
#ifndef UNBRICK_UI_CONSOLE_H
#define UNBRICK_UI_CONSOLE_H

#include "ui/keys.h"
#include "ui/page.h"

#define CONSOLE_ROWS	24
#define CONSOLE_COLUMNS 80
#define CONSOLE_ALONE	300 /* ms: what comes closer to a key than that came with it */

/* What was read of the terminal and may be a part of a key: in locked memory. */
struct console_bytes {
	uint8_t bytes[256];
	size_t n, next;
};

struct console {
	void *screen; /* SCREEN of curses; NULL: not open */
	struct console_bytes *in;
	struct key_reader keys;
	uint64_t last_ns;   /* when the last key came */
	uint64_t before_ms; /* between it and the one before */
	bool is_utf8;
	bool is_private; /* nobody but who types sees it: a console of this machine's screen */
	bool is_serial;	 /* a line */
	bool is_hidden;	 /* and yet it is not to be seen */
	bool is_small;
	bool is_lost;
};

/* What stands around a page. */
struct console_frame {
	const char *title, *subject, *status, *keys;
	size_t first; /* line of the page that is shown first */
};

/** @in lasts as long as the console. Errors: RS_E_USAGE (no terminal, or one that cannot). */
int console_open(struct console *c, struct console_bytes *in, struct rs_err *err);
/** The terminal as it was; more than once is fine. */
void console_close(struct console *c);
/** Take up a size that has changed; true if it has. */
bool console_fit(struct console *c);
/** How many lines of a page are seen at once. */
size_t console_room(const struct console *c);
void console_paint(struct console *c, const struct console_frame *f, const struct page *p);
/** Whatever was typed so far is for nobody. */
void console_forget_typed(struct console *c);
/** The next key, waiting for it so long; UI_KEY_NONE: none (or a signal came). */
unsigned console_key(struct console *c, int timeout_ms);
/** Take in and forget what comes, until nothing does for CONSOLE_ALONE. */
void console_quiet(struct console *c);
/** Did the key that was just read come alone, but for itself? Waits for what may follow. */
bool console_is_alone(struct console *c, unsigned key);

#endif
