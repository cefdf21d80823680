/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Disks that are in the machine and that Linux cannot read: said in words, instead of "no disk". */
#ifndef UNBRICK_INIT_UNSEEN_H
#define UNBRICK_INIT_UNSEEN_H

#include <stddef.h>

struct init;

enum { UNSEEN_MOST = 16, UNSEEN_TEXT = 448 };

struct unseen {
	char device[32];	/* "0000:00:17.0", "ata1" */
	char text[UNSEEN_TEXT]; /* what it is */
	char next[UNSEEN_TEXT]; /* what can be done */
};

/** From sysfs alone. @root as in sysfs.h. Returns how many there are (at most UNSEEN_MOST). */
size_t unseen_find(const char *root, struct unseen ret[UNSEEN_MOST]);
/** Show them, and put them into the report. */
void unseen_tell(struct init *in);

#endif
