/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first process and the screen it has started (tui --supervisor) say to each other: one
 * word a packet of a socket, with what belongs to it (docs/boot.md). Each takes the other for a
 * stranger: what is no word of the list, too long, or has an argument of another kind is none, as a
 * whole. Pure. */
#ifndef UNBRICK_CORE_LINK_H
#define UNBRICK_CORE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#define LINK_BYTES	  512 /* a packet, at most */
#define LINK_REPORT_BYTES (16UL << 20)
/* fcntl(2): of the file with a report, so that who reads it knows that it stays as it is */
#define LINK_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* What puts a terminal in order on which a screen died, in the words of ECMA-48, DEC and xterm,
 * each of which is nothing where it is not known: the first screen, all of it scrolls, plain
 * letters, a cursor, keys as they are, and nothing shown, which may have been a key. */
#define LINK_IN_ORDER                                                                              \
	"\x1b[?1049l\x1b[r\x1b[m\x1b(B\x0f\x1b[?25h\x1b[?1l\x1b>"                                  \
	"\x1b[H\x1b[2J"

/* W(NAME, word, what belongs to it) */
#define LINK_WORDS(W)                                                                              \
	/* the screen's */                                                                         \
	W(TAKE, "take", NAME)	    /* a key was pressed on this console: it is wanted */          \
	W(WORKING, "working", NONE) /* and so still, every few seconds */                          \
	W(WAITING, "waiting", NONE) /* for a person, with a repair open */                         \
	W(IDLE, "idle", NONE)	    /* nothing is open */                                          \
	W(ASKS, "asks", NONE)	    /* for a recovery key */                                       \
	W(WRITES, "writes", NAME)   /* this disk is about to be written */                         \
	W(DONE, "done", NAME)	    /* with it, the report comes as a file */                      \
	W(WINDOWS, "windows", NONE) /* a person wants that; these have a may, too */               \
	W(FIRMWARE, "firmware", NONE)                                                              \
	W(RESTART, "restart", NONE)                                                                \
	W(POWEROFF, "poweroff", NONE)                                                              \
	W(SHELL, "shell", NONE)                                                                    \
	W(PLAIN, "plain", NONE) /* its screens as plain text, or not any more */                   \
	W(REPORT, "report", NONE)                                                                  \
	W(MEANT, "meant", NAME) /* a person means this one of those that may be the stick */       \
	/* the first process' */                                                                   \
	W(MAY, "may", NAME)	  /* one of those */                                               \
	W(YOURS, "yours", NAME)	  /* the console that was wanted: nobody else writes there now */  \
	W(BEGIN, "begin", NONE)	  /* the disks are there: list them, and go on */                  \
	W(DISKS, "disks", NONE)	  /* one has come or gone: list them */                            \
	W(GO, "go", NONE)	  /* the disk may be written */                                    \
	W(ENOUGH, "enough", NONE) /* nobody answers what is asked */                               \
	W(STICK, "stick", TEXT)	  /* one that may be the stick, and how to know it */              \
	W(WHICH, "which", NONE)	  /* those are all: one is to be named; after none, nothing is */  \
	W(RESULT, "result", TEXT) /* of this start, for a phone: no collector has it */            \
	W(LINE, "line", TEXT)	  /* what was said on the consoles */                              \
	W(ERROR, "error", TEXT)	  /* what was wanted cannot be done */

enum link_word {
	LINK_NOTHING, /* no word */
#define W(name, ...) LINK_##name,
	LINK_WORDS(W)
#undef W
};

struct link_said {
	enum link_word word;
	char text[LINK_BYTES]; /* its name or text; "": none */
};

/** Parse a packet; false: it is none. */
bool link_parse(const char *bytes, size_t len, struct link_said *ret);
/** Make one; a text is cut to what goes in, and has nothing that may not be shown. Returns how many
 * bytes it has. */
size_t link_make(enum link_word word, const char *text, char ret[LINK_BYTES]);
/** The word of that name, as in "may windows"; LINK_NOTHING: there is none. */
enum link_word link_find(const char *name);

#endif
