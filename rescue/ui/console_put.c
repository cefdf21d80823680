/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/console_put.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "ui/ui.h"

#define LIGHT 1 /* pairs of colours */
#define DARK  2

/* Black and white by name, where the terminal has names for them; what has no pair stays in the
 * terminal's own colours, which curses else takes to be white on black. */
static bool has_pair(short pair, short ink, short paper)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && no_color[0]) && has_colors() && start_color() == OK &&
	       use_default_colors() == OK && init_pair(pair, ink, paper) == OK;
}

attr_t console_light(void)
{
	return has_pair(LIGHT, COLOR_BLACK, COLOR_WHITE) ? (attr_t)COLOR_PAIR(LIGHT) : A_REVERSE;
}

attr_t console_look(const struct console *c, enum console_part part)
{
	static const attr_t looks[] = {
		[CONSOLE_TEXT] = A_NORMAL, [CONSOLE_STRONG] = A_BOLD, [CONSOLE_BAR] = A_REVERSE};

	if (!c->is_contrast)
		return looks[part];
	if (part != CONSOLE_TEXT)
		return console_light(); /* bold as well, its black would be grey */
	return A_BOLD |
	       (has_pair(DARK, COLOR_WHITE, COLOR_BLACK) ? (attr_t)COLOR_PAIR(DARK) : A_NORMAL);
}

/* A letter of our language in the letters that the terminal has; others are '?'. Columns. */
static int put_plain(const uint8_t *p, size_t n, int room)
{
	size_t len = 0;
	const char *plain = n ? lang_plain((const char *)p, n, &len) : NULL;

	if (!plain) {
		plain = "?";
		len = 1;
	}
	if ((int)len <= room)
		(void)addnstr(plain, (int)len);
	return (int)len;
}

int console_columns(const struct console *c, const char *text)
{
	int ret = 0;

	for (const char *p = text; *p;) {
		size_t n = 1, len = 1;
		while (((unsigned char)p[n] & 0xC0) == 0x80)
			n++;
		if (n > 1 && !c->is_utf8)
			(void)lang_plain(p, n, &len); /* or '?' */
		ret += (int)len;
		p += n;
	}
	return ret;
}

void console_put(const struct console *c, int row, int column, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text);
	int room = getmaxx(stdscr) - column;

	(void)move(row, column);
	while (left && room > 0) {
		uint32_t code;
		size_t n = rs_utf8_get(p, left, &code);
		wchar_t wide[2] = {n ? (wchar_t)code : L'?', 0};
		int width = wide[0] < 0x80 || c->is_utf8 ? wcwidth(wide[0]) : -1;
		if (width > room)
			return;
		if (width >= 0)
			(void)addnwstr(wide, 1); /* the last cell of the screen: ERR, and painted */
		else
			width = put_plain(p, n, room);
		room -= width;
		p += n ? n : 1;
		left -= n ? n : 1;
	}
}
