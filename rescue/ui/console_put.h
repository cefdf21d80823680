/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands on a console's screen, put into curses' copy of it; for console.c alone. */
#ifndef UNBRICK_UI_CONSOLE_PUT_H
#define UNBRICK_UI_CONSOLE_PUT_H

#include "ui/console.h"

#define NCURSES_NOMACROS	 1
#define NCURSES_WIDECHAR	 1
#define NCURSES_ENABLE_STDBOOL_H 1
#include <curses.h>

#define CONSOLE_FRAME_ROWS 5 /* title, blank; status, rule, keys */
#define CONSOLE_FIRST_ROW  2

enum console_part { CONSOLE_TEXT, CONSOLE_STRONG, CONSOLE_BAR };

/** How it is painted. What stands out never does so by a colour alone. */
attr_t console_look(const struct console *c, enum console_part part);
/** Dark on light, whatever colours text has. */
attr_t console_light(void);
/** As much of a UTF-8 text as goes into the row. */
void console_put(const struct console *c, int row, int column, const char *text);
int console_columns(const struct console *c, const char *text);

/* Where the lines of a page go that has a picture, too. */
struct place {
	const struct qr *code; /* NULL: there is no room for one */
	int rows, columns;     /* of it */
	int large_row;	       /* 0: not before the lines */
	int line_row, line_column;
};

/** Code and large letters of a page, as far as there is room in @room rows; the lines' place. */
struct place console_put_picture(const struct console *c, const struct page *p, int room);

#endif
