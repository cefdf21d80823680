/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letters of the machine's own screen (core/font.h) and their white, for as long as the program
 * runs. */
#ifndef UNBRICK_UI_LETTERS_H
#define UNBRICK_UI_LETTERS_H

#include <stdbool.h>

#include "rescue.h"

/** The console at @fd has letters of that size until letters_restore. 1: they have changed, 0: they
 * were so; -errno where they stay as they are. */
int letters_choose(int fd, enum font_size size);
/** That console as it was before the first change; more than once is fine. */
void letters_restore(int fd);
/** All of them, letters and palette, also in a signal handler. */
void letters_restore_all(void);
/** The light grey of that console's palette is white from now on, or what it was; more than once is
 * fine. */
void letters_white(int fd, bool is_white);
/** The size of that name (FONT_SIZES); -1: none. */
int letters_size(const char *name);

#endif
