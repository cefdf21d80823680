/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's screen on the consoles: `unbrick tui`, which does all that is done on disks;
 * what is done with the machine it asks for (core/link.h). */
#ifndef UNBRICK_INIT_SCREEN_H
#define UNBRICK_INIT_SCREEN_H

#include "core/link.h"
#include "init/console.h"
#include "init/disk.h"
#include "init/process.h"

struct init;

#define SCREEN_LOG "/run/unbrick/screen.log" /* what it prints */

/* A repair has ended on this disk, and its report is in the file. */
typedef void (*screen_done_fn)(struct init *in, const char *disk, int fd);

/* Only screen.c changes it. */
struct screen {
	struct process *process; /* NULL = none */
	int fd;			 /* of the link; 0 = none */
	int wait_status;	 /* of the last one */
	uint64_t started_ms, active_ms;
	uint64_t touched_ms;	      /* when a person was at it last; 0 = nobody was */
	unsigned n_quick;	      /* of them, one after another, that ended at once */
	enum link_word state;	      /* WORKING, WAITING, IDLE */
	enum link_word asked;	      /* what a person wants; LINK_NOTHING = nothing */
	char entry[16];		      /* of Windows, once it is set */
	char wanted[64], written[64]; /* a console, a disk */
	screen_done_fn done; /* NULL = it has one repair to do, and its report comes at its end */
	bool has_asked;	     /* for a key */
	bool has_spoken;     /* it came up */
	bool has_babbled;    /* what is no word */
	bool may_have_written;
	bool is_ended;	   /* by us */
	bool has_disks;	   /* it was told that they are there */
	unsigned disks;	   /* which ones */
	unsigned stick;	   /* what it has of it, as it was started */
	unsigned question; /* about the stick, that it was told last */
	char meant[64];	   /* an answer, */
	bool has_meant;	   /* and what comes of it is waited for: keys come at the start */
};

/** From its start to its end, and what was asked for then. Returns when it is to be started again,
 * or something else comes first: a disk to work on, Ctrl-Alt-Del. */
void screen_run(struct init *in);
/* ---- what any screen needs (screen_life.c) */

enum { SCREEN_OPTIONS = 8 + 2 * CONSOLE_MOST };
/** Its options: the link and every console. They are put into @args, and last until this is called
 * again; returns how many. */
size_t screen_options(struct init *in, const char **args);
/** Is it plain text, line by line, on a terminal that all consoles share? */
bool screen_is_plain(const struct init *in);
/** Start @plan (program, keys, where) on the consoles; false: it cannot be. */
bool screen_begin(struct init *in, const struct process_plan *plan, screen_done_fn done);
/** Until it ends: heard, watched, ended when the machine is to stop. @turn: what else is done in
 * each round; NULL: it is work, in which a person may be asked. */
void screen_live(struct init *in, const char *what, void (*turn)(struct init *in));

/** Has it died, before it could put the consoles in order? Nobody of us has asked it to end. */
bool screen_has_died(const struct screen *s);

/** Is that done when it is asked for? (screen_link.c) */
bool screen_may(const struct init *in, enum link_word word);

/* ---- the files of the screen among themselves: screen_life.c, screen.c (the technician's),
 * screen_link.c (what is said), screen_asked.c (what a person wants of the machine) */

void screen_tell(const struct screen *s, enum link_word word, const char *text);
/** What it should know from the start. */
void screen_tell_all(struct init *in);
/** There is a packet; a source of the poll loop. */
void screen_on_link(void *user, int fd, short events);
/** It is to end, in an orderly way: screen_live asks it to, once. The second time would end it at
 * once, in the middle of a write. */
void screen_end(struct init *in);
/** While it is there: do what needs no end of it, end it for the rest if that can be done. */
void screen_begin_asked(struct init *in);
/** It has ended because of that. */
void screen_finish_asked(struct init *in, enum link_word asked);

#endif
