/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first process of the rescue system, where it has started the screen (tui --supervisor): what
 * it says, and what it is asked to do. Nothing here waits for it but supervisor_may_write. */
#ifndef UNBRICK_UI_SUPERVISOR_H
#define UNBRICK_UI_SUPERVISOR_H

#include "ui/consoles.h"

/* One of several that may be the stick. */
struct stick_told {
	char name[64];	 /* for the answer */
	char device[40]; /* "sdb1" */
	unsigned long long bytes;
	char port[40], serial[64], model[64]; /* "-": not known */
};

#define STICKS_TOLD 8U

struct supervisor {
	bool is_there; /* false: there is none, or it is gone */
	bool is_gone;
	int fd;
	unsigned may; /* 1 << LINK_*, what it does when it is asked to */
	struct page log;
	char last[LINK_BYTES];	 /* line of it */
	char result[LINK_BYTES]; /* of this start, for a phone; "": somebody has it */
	bool is_result_due;	 /* it was not shown yet */
	char error[LINK_BYTES];	 /* why what was wanted cannot be done */
	bool has_disks;		 /* it has told of them */
	bool is_list_due;	 /* one has come or gone since */
	bool goes_on;		 /* with the only disk that is worth it */
	struct stick_told sticks[STICKS_TOLD], coming[STICKS_TOLD];
	size_t n_sticks, n_coming;
	bool is_which_due; /* which of them is meant has to be asked, or not any more */
	bool has_go, is_enough;
	enum link_word state; /* that was said last */
	uint64_t state_ns;
};

/** @fd -1: none. Errors: RS_E_USAGE (no socket). */
int supervisor_open(struct supervisor *s, int fd, struct consoles *all, struct rs_err *err);
void supervisor_close(struct supervisor *s);
/** @text of the word, or NULL. */
void supervisor_say(struct supervisor *s, enum link_word word, const char *text);
/** What the program is at; LINK_WORKING is a sign of life as well, and may be said often. */
void supervisor_say_state(struct supervisor *s, enum link_word state);
/** A repair has ended on this disk. */
void supervisor_report(struct supervisor *s, const char *disk, const char *json);
/** Take in what it has said; true: there is something to be painted. */
bool supervisor_hear(struct supervisor *s, struct consoles *all);
/** This disk is about to be written: wait until it may be (a set of disks is read-only until then).
 * Errors: RS_E_PART_OF_SET (it must not), RS_E_BUSY (not within a minute, or nobody is there any
 * more who could say so), RS_E_CANCELLED. */
int supervisor_may_write(
	struct supervisor *s, const char *disk, struct consoles *all, struct rs_err *err);

#endif
