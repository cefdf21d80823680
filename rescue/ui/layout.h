/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layouts of this machine's own keyboard, as the image has them (initramfs/keymaps): a passphrase
 * is typed on the keys that it was made with. */
#ifndef UNBRICK_UI_LAYOUT_H
#define UNBRICK_UI_LAYOUT_H

#include <stddef.h>

#include "rescue.h"

#define LAYOUTS_FOLDER "/usr/share/unbrick/keymaps"
#define LAYOUT_NAME    8U
#define LAYOUTS_MOST   40U
#define LAYOUT_FIRST   "us" /* the kernel's own */

struct layouts {
	char folder[256];
	char names[LAYOUTS_MOST][LAYOUT_NAME]; /* in the order of their letters */
	size_t n, at;			       /* the one that is loaded */
};

/** Those in @folder; none where there are none. */
void layouts_find(const char *folder, struct layouts *ret);
/** That name is the one to begin with; where it is none of them, false and nothing is changed. */
bool layouts_choose(struct layouts *l, const char *name);
/** Load the one at @at for all consoles of the screen, of which @fd is one.
 * Errors: RS_E_IO_OPEN, RS_E_USAGE (no layout in it; not allowed). */
int layouts_load(const struct layouts *l, int fd, struct rs_err *err);

#endif
