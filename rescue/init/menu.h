/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The technician's dialogue, and what the modes do from start to end. */
#ifndef UNBRICK_INIT_MENU_H
#define UNBRICK_INIT_MENU_H

#include "init/init.h"

/** Bytes typed on a console while no program runs: a line, edited and shown. */
void menu_typed(struct init *in, const char *bytes, size_t len);
/** The mode's work, and the menu afterwards, for ever. */
void menu_main(struct init *in);

#endif
