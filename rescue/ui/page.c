/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include <stdarg.h>
#include <string.h>

static void add_take(struct page *p, char *text, bool is_strong)
{
	struct page_line *more = text ? reallocarray(p->lines, p->n + 1, sizeof(*more)) : NULL;

	if (!more) { /* a line less */
		free(text);
		return;
	}
	p->lines = more;
	p->lines[p->n++] = (struct page_line){text, is_strong};
}

void page_line(struct page *p, const char *text)
{
	add_take(p, strdup(text), false);
}

void page_blank(struct page *p)
{
	if (p->n && p->lines[p->n - 1].text[0])
		page_line(p, "");
}

/* Columns of the character at @s, on a console that has only ASCII for it, too. Of those that are
 * two columns wide it is enough to know about where they are (Unicode, EastAsianWidth.txt): a line
 * that is folded early loses nothing, one that is too long its end. */
static size_t widest(const char *s)
{
	const unsigned char first = (unsigned char)s[0];
	size_t n = 1, ret = 1;

	while (((unsigned char)s[n] & 0xC0) == 0x80)
		n++;
	if (n > 1)
		(void)lang_plain(s, n, &ret); /* or one */
	/* U+1100 to U+11FF; from U+2E80 on */
	const bool is_wide =
		(first == 0xE1 && (unsigned char)s[1] <= 0x87 && (unsigned char)s[1] >= 0x84) ||
		(first == 0xE2 && (unsigned char)s[1] >= 0xBA) || first >= 0xE3;
	return is_wide && ret < 2 ? 2 : ret;
}

size_t page_width(const char *text)
{
	size_t ret = 0;

	for (; *text; text++)
		ret += ((unsigned char)*text & 0xC0) != 0x80 ? widest(text) : 0;
	return ret;
}

/* Bytes of @s for one line of @room columns: to a blank in its second half, else behind a
 * part of a path there, else all that goes in. */
static size_t fitting(const char *s, size_t room)
{
	size_t columns = 0, blank = 0, part = 0, i = 0;

	for (; s[i]; i++) {
		const bool begins = ((unsigned char)s[i] & 0xC0) != 0x80;
		if (s[i] == ' ' && columns > room / 2)
			blank = i;
		else if (columns > room / 2 && (s[i - 1] == '\\' || s[i - 1] == '/'))
			part = i;
		columns += begins ? widest(s + i) : 0;
		if (columns > room)
			return blank ? blank : part ? part : i;
	}
	return i;
}

/* In lines that are not too long; what is folded is set in a little more than its first line. */
static void fold(struct page *p, const char *s, bool is_strong)
{
	const size_t blanks =
		strspn(s, s[0] == '>' ? "> " : " "); /* marked: it stands as the others */
	const int in = blanks ? (int)(blanks < 16 ? blanks : 16) + 2 : 0;
	const size_t columns = p->columns ? p->columns : PAGE_COLUMNS;
	size_t n = fitting(s, columns);

	if (*s)
		add_take(p, strndup(s, n), is_strong);
	for (s += n; *(s += strspn(s, " ")); s += n) {
		char *line = NULL;
		n = fitting(s, columns - (size_t)in);
		if (asprintf(&line, "%*s%.*s", in, "", (int)n, s) < 0)
			line = NULL;
		add_take(p, line, is_strong);
	}
}

void page_put(void *page, const char *line)
{
	if (line[0])
		fold(page, line, false);
	else
		page_blank(page);
}

void page_say(struct page *p, bool is_strong, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *translated = lang_vprint_new(fmt, ap);
	va_end(ap);
	auto_free char *shown = translated ? rs_shown_new(translated) : NULL;
	if (shown)
		fold(p, shown, is_strong);
}

void page_code(struct page *p, const char *text)
{
	if (p->n_codes < PAGE_CODES && qr_make(text, &p->codes[p->n_codes]))
		p->n_codes++;
}

void page_quote(struct page *p, bool is_strong, const char *text)
{
	auto_free char *shown = rs_shown_new(text);

	if (shown)
		fold(p, shown, is_strong);
}

void page_done(struct page *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->lines[i].text);
	free(p->lines);
	for (size_t i = 0; i < p->n_codes; i++)
		qr_done(&p->codes[i]);
	*p = (struct page){0};
}

void page_trim(struct page *p)
{
	while (p->n && !p->lines[p->n - 1].text[0])
		free(p->lines[--p->n].text);
}

size_t page_first(const struct page *p, size_t first, size_t room)
{
	const size_t last = p->n > room ? p->n - room : 0;

	if (first > last)
		first = last;
	if (!p->has_choice)
		return first;
	if (p->choice < first)
		return p->choice;
	return p->choice - first >= room ? p->choice - room + 1 : first;
}
