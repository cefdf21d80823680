/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a screen says, as lines: made without a terminal, painted by console.c. */
#ifndef UNBRICK_UI_PAGE_H
#define UNBRICK_UI_PAGE_H

#include "rescue.h"
#include "ui/qr.h"

#define PAGE_CELL    5U /* bytes of a character, and a zero */
#define PAGE_CODES   2U
#define PAGE_LARGE   8U
#define PAGE_BESIDE  40U /* columns of lines beside a code */
#define PAGE_COLUMNS 79U /* the last column makes some consoles wrap */

struct page_line {
	char *text; /* what may be shown */
	bool is_strong;
};

struct page {
	struct page_line *lines;
	size_t n;
	size_t columns; /* 0: PAGE_COLUMNS */
	/* codes of the same thing, of which the first one that a console has room for stands beside
	 * the lines or above them */
	struct qr codes[PAGE_CODES];
	size_t n_codes;
	char large[PAGE_LARGE + 1]; /* 0 to F, above the lines where there is room for it */
	/* the line that is to be seen, whatever was scrolled to: keys move it */
	bool has_choice;
	size_t choice;
	/* where an entry stands: characters that the page has signs for and that are painted over
	 * them only where they may be seen (0: none) */
	bool has_cursor;
	size_t cursor_line, cursor_column;
	const void *secret;
	size_t n_secret, secret_line;
	/* The column of the one at @i, and in UTF-8 what it is, "" for nothing. */
	size_t (*secret_cell)(const void *secret, size_t i, char ret[PAGE_CELL]);
};

/** A paragraph, escaped and without secrets, folded at blanks; @is_strong stands out. */
void page_say(struct page *p, bool is_strong, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** The same of a text that is not ours (a name, a file's contents): it is not translated. */
void page_quote(struct page *p, bool is_strong, const char *text);
/** A line as it is, which is for what a person looks at and not for what a disk says. */
void page_line(struct page *p, const char *text);
/** The same for rs_report_part, whose lines may be shown: no empty one at the top or after another.
 */
void page_put(void *page, const char *line);
/** A QR code; one too many, or too long, is left out. */
void page_code(struct page *p, const char *text);
void page_blank(struct page *p);
/** Of a page of which a person scrolled to line @first: the line that is to be shown first where
 * @room lines have room, so that the chosen one is seen and no row is left empty. */
size_t page_first(const struct page *p, size_t first, size_t room);
/** Empty lines at its end are no part of it. */
void page_trim(struct page *p);
/** Columns that it takes at most. */
size_t page_width(const char *text);
void page_done(struct page *p);
#define auto_page __attribute__((cleanup(page_done)))

#endif
