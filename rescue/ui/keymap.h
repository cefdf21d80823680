/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The number row of this machine's own keyboard, while a recovery password is typed: it gives
 * digits by its key codes, with and without Shift, whatever the layout says (a French one has
 * letters there, and digits with Shift). */
#ifndef UNBRICK_UI_KEYMAP_H
#define UNBRICK_UI_KEYMAP_H

/** The layout is the kernel's, one for all consoles of the screen; @fd one of them. Where it may
 * not be changed (an ordinary user's), it stays. More than once is fine. */
void keymap_digits(int fd);
/** As it was before; more than once is fine, also in a signal handler. */
void keymap_restore(void);

#endif
