/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every console of the machine as one: what is shown is shown on all, what is typed on any is
 * typed. A console that is slow or dead loses lines of its own and delays nobody. */
#ifndef UNBRICK_INIT_CONSOLE_H
#define UNBRICK_INIT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "format/settings.h"
#include "init/process.h"

enum { CONSOLE_MOST = 8, CONSOLE_NAME = 32, CONSOLE_RING = 64 * 1024, CONSOLE_LINE = 256 };

typedef void (*console_input_fn)(void *user, const char *bytes, size_t len);

struct consoles {
	struct loop *loop;
	console_input_fn input;
	void *user;
	const char *folder; /* of their devices */
	bool is_column_0;
	bool is_read;		 /* what is typed is ours */
	char last[CONSOLE_LINE]; /* line, as much as one that comes back is told of it */
	uint64_t look_ms;	 /* when those that are lost are looked for next */
	enum font_size font;
	bool is_contrast;
	size_t n;
	struct console {
		struct consoles *all;
		int fd; /* -1 = lost: it may come back */
		speed_t speed;
		bool is_lent; /* somebody else writes there */
		char name[CONSOLE_NAME];
		char ring[CONSOLE_RING];
		size_t first, len; /* of the ring, not written yet */
		size_t lost_bytes; /* since it was full */
	} list[CONSOLE_MOST];
};

/** @input is given what is typed on any of them. */
void consoles_init(struct consoles *c, struct loop *loop, console_input_fn input, void *user);
/* Where consoles are to be had. */
struct console_names {
	const char *active;   /* the kernel's, as /sys/class/tty/console/active has it */
	const char *serial;   /* of the settings, "ttyS0,115200" or "" */
	const char *firmware; /* its own (serial.h), as that or "" */
};

/** Open them and the first virtual terminal, as chosen; of the settings' one the name alone decides
 * for SETTINGS_CONSOLE_NAMED. Names that do not open are left out; a line that nobody named is not
 * opened, as that alone may switch off what hangs on it. */
void consoles_open(
	struct consoles *c, enum settings_console choice, const struct console_names *names);
/** A console that the kernel has opened already: no echo from now on. What was typed before anybody
 * asked is thrown away. */
void consoles_quiet(int fd);
/** Take over a descriptor (made non-blocking) as one more console. @speed in bauds; 0 = as it is.
 */
bool console_add_take(struct consoles *c, int fd, const char *name, unsigned speed);
/** Bytes as they are, to all of them; never blocks. */
void consoles_write(struct consoles *c, const char *bytes, size_t len);
/** A line of our own, at the beginning of a line, ended with CR LF. */
void consoles_line(struct consoles *c, const char *text);
/** One that is lost (its adapter was pulled out) is looked for, now and then, and taken up again:
 * it gets the last line, and all that follow. Returns how long until that has something to do; -1 =
 * none is lost. */
int consoles_step(struct consoles *c);
/** Is there one that is not lost? */
bool consoles_are_there(const struct consoles *c);
/** Wait at most @timeout_ms until all is shown (before a reset). */
void consoles_drain(struct consoles *c, int timeout_ms);
/** Letters and contrast of the settings, on those of the machine's own screen; where somebody else
 * paints, once they are taken back. Letters that cannot be chosen stay. */
void consoles_look(struct consoles *c, const struct settings *s);
/** Another program paints on them and reads what is typed, until they are taken back: on a console
 * of the machine's own screen nothing is written from now on, on a line not before console_lend. */
void consoles_lend(struct consoles *c);
/** That line, too: once what was written is shown. False if there is none of that name. */
bool console_lend(struct consoles *c, const char *name);
/** @is_torn: that program could not put them in order any more. Where it painted, they are cleared
 * (what it showed may have been a key) and no escape code of it holds on. */
void consoles_take_back(struct consoles *c, bool is_torn);
/** Of the machine's own screen, or a line? */
bool console_is_graphics(const char *name);
/** Size for a pseudo-terminal: of the first one that knows its own, else 80 x 25. */
void consoles_size(const struct consoles *c, unsigned short *ret_rows, unsigned short *ret_columns);

#endif
