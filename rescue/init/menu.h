/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's dialogue, and what the modes do from start to end. */
#ifndef UNBRICK_INIT_MENU_H
#define UNBRICK_INIT_MENU_H

#include <stdbool.h>
#include <stddef.h>

struct init;

/* A line that is typed. Only menu.c changes it. */
struct dialogue {
	bool is_wanted, is_ready;
	char line[128];
	size_t len;
};

/** Bytes typed on a console while no program runs: a line, edited and shown. */
void menu_typed(struct init *in, const char *bytes, size_t len);
/** This archive was not unpacked whole: do nothing, for ever. */
_Noreturn void menu_incomplete(struct init *in);
/** The mode's work, and the menu afterwards, for ever. */
_Noreturn void menu_main(struct init *in);

#endif
