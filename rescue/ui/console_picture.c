/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page's QR code, and what a person reads aloud over the telephone in large letters: of half
 * blocks, or of what ASCII has. */
#include <stdlib.h>
#include <string.h>

#include "ui/console_put.h"
#include "ui/ui.h"

/* Nothing, the upper half, the lower one, both. */
static const char *const halves[] = {" ", "\xE2\x96\x80", "\xE2\x96\x84", "\xE2\x96\x88"};

static int side_of(const struct qr *q)
{
	return q->width + 2 * QR_MARGIN;
}

/* Two modules in a cell, one above the other; without half blocks, one in two cells. */
static void measure(const struct console *c, const struct qr *q, struct place *ret)
{
	ret->rows = c->is_utf8 ? (side_of(q) + 1) / 2 : side_of(q);
	ret->columns = c->is_utf8 ? side_of(q) : 2 * side_of(q);
}

/* Beside the lines or above them; without room for it, in its place a line that says so. */
static struct place place_code(const struct console *c, const struct page *p, int room)
{
	const int columns = getmaxx(stdscr);
	struct place at = {0};

	for (size_t i = 0; i < p->n_codes && tigetstr("rev"); i++) {
		measure(c, &p->codes[i], &at);
		at.code = &p->codes[i];
		at.line_row = at.line_column = 0;
		if (at.rows <= room && at.columns + 1 + (int)PAGE_BESIDE <= columns)
			at.line_column = at.columns + 1;
		else
			at.line_row = at.rows;
		if (at.line_column || (at.columns <= columns && at.rows + (int)p->n <= room))
			return at;
	}
	at.code = NULL;
	at.line_row = p->n_codes ? 2 : 0;
	at.line_column = 0;
	return at;
}

static void put_code(const struct console *c, const struct place *at)
{
	const attr_t is_light = console_light();

	for (int y = 0; y < at->rows; y++)
		for (int x = 0; x < side_of(at->code); x++) {
			const bool is_dark = qr_is_dark(at->code, x, c->is_utf8 ? 2 * y : y);
			const bool is_below = qr_is_dark(at->code, x, 2 * y + 1);
			(void)attrset(
				(int)(c->is_utf8 || !is_dark ? is_light : is_light ^ A_REVERSE));
			if (c->is_utf8)
				console_put(c, CONSOLE_FIRST_ROW + y, x,
					halves[is_dark + 2 * is_below]);
			else
				console_put(c, CONSOLE_FIRST_ROW + y, 2 * x, "  ");
		}
	(void)attrset((int)console_look(c, CONSOLE_TEXT));
}

static void put_no_code(const struct console *c, const struct page *p)
{
	struct place at = {0};
	char text[96], line[192];

	measure(c, &p->codes[p->n_codes - 1], &at);
	(void)snprintf(text, sizeof(text), "Its QR code needs a larger screen here: %dx%d.",
		at.columns > CONSOLE_COLUMNS ? at.columns : CONSOLE_COLUMNS,
		at.rows + (int)p->n + CONSOLE_FRAME_ROWS);
	lang_text(text, line, sizeof(line));
	console_put(c, CONSOLE_FIRST_ROW, 0, line);
}

/* ---- large letters ---- */

#define LETTER_WIDTH  3
#define LETTER_HEIGHT 5

/* 0 to F: rows of three dots from the top, an octal digit each. */
static bool is_lit(char hex, int x, int y)
{
	static const uint16_t letters[] = {075557, 026227, 071747, 071717, 055711, 074717, 074757,
		071222, 075757, 075717, 025755, 065656, 074447, 065556, 074747, 074744};
	static const char names[] = "0123456789ABCDEF";
	const char *at = strchr(names, hex);

	if (!at || !*at || y >= LETTER_HEIGHT)
		return false;
	return letters[at - names] >> (3 * (LETTER_HEIGHT - 1 - y) + LETTER_WIDTH - 1 - x) & 1;
}

static int large_rows(const struct console *c)
{
	return c->is_utf8 ? (LETTER_HEIGHT + 1) / 2 : LETTER_HEIGHT;
}

static void put_large(const struct console *c, const char *text, const struct place *at)
{
	for (int y = 0; y < large_rows(c); y++)
		for (int i = 0; text[i]; i++)
			for (int x = 0; x < LETTER_WIDTH; x++) {
				const bool is_on = is_lit(text[i], x, c->is_utf8 ? 2 * y : y);
				const bool is_below = is_lit(text[i], x, 2 * y + 1);
				console_put(c, CONSOLE_FIRST_ROW + at->large_row + y,
					at->line_column + i * (LETTER_WIDTH + 1) + x,
					c->is_utf8 ? halves[is_on + 2 * is_below]
					: is_on	   ? "#"
						   : " ");
			}
}

struct place console_put_picture(const struct console *c, const struct page *p, int room)
{
	struct place at = place_code(c, p, room);

	if (at.code)
		put_code(c, &at);
	else if (p->n_codes)
		put_no_code(c, p);
	if (!p->large[0] || at.line_row + large_rows(c) + 1 + (int)p->n > room)
		return at;
	at.large_row = at.line_row;
	at.line_row += large_rows(c) + 1;
	(void)attrset((int)(A_BOLD | console_look(c, CONSOLE_TEXT)));
	put_large(c, p->large, &at);
	(void)attrset((int)console_look(c, CONSOLE_TEXT));
	return at;
}
