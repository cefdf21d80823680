/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node of the kernel says: one line. */
#ifndef UNBRICK_UI_NODE_H
#define UNBRICK_UI_NODE_H

#include <stddef.h>

/** The line without its end, as far as there is room; "": there is none. */
void node_line(char *ret, size_t cap, const char *path_fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
