/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The renderer's tools: paragraphs that fit the screen. What is shown is cleaned here, and only
 * here: no secrets, nothing that a terminal would obey. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/redact.h"
#include "core/text.h"
#include "report/render.h"

#define SCREEN_COLUMNS 79 /* the last column makes some consoles wrap */

void report_size_text(uint64_t bytes, char *ret)
{
	static const char *const unit[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	uint64_t rest = 0;
	char decimal[8] = "";
	int i = -1;

	if (bytes < 1024) {
		(void)snprintf(ret, 24, "%u %s", (unsigned)bytes, rs_form(bytes, "byte", "bytes"));
		return;
	}
	for (; bytes >= 1024; bytes /= 1024, i++)
		rest = bytes % 1024;
	if (rest)
		(void)snprintf(decimal, sizeof(decimal), ".%u", (unsigned)(rest * 10 / 1024));
	(void)snprintf(ret, 24, "%u%s %s", (unsigned)bytes, decimal, unit[i]);
}

/* Columns of @len bytes: characters of UTF-8 count one. */
static size_t columns(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

/* Bytes of @s that go on a line of @room columns: up to the last blank that fits, or the whole
 * first word when it is longer than the line. */
static size_t fitting(const char *s, size_t room)
{
	size_t fits = 0;

	for (size_t i = 0;; i++) {
		if (s[i] != ' ' && s[i] != '\0')
			continue;
		if (columns(s, i) > room)
			return fits ? fits : i;
		fits = i;
		if (!s[i])
			return i;
	}
}

__attribute__((format(printf, 1, 0))) static char *shown_of(const char *fmt, va_list ap)
{
	auto_free char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL; /* it says nothing of what is there then */
	return text ? rs_shown_new(text) : NULL;
}

/* ... in the language of who reads it. */
__attribute__((format(printf, 1, 0))) static char *translated_of(const char *fmt, va_list ap)
{
	auto_free char *translated = lang_vprint_new(fmt, ap);

	return translated ? rs_shown_new(translated) : NULL;
}

static void no_memory(struct printer *p)
{
	p->put(p->user, lang_word("(not enough memory for this line)"));
}

static void put_paragraph(struct printer *p, const char *first, const char *body)
{
	auto_free char *line = first && body ? malloc(strlen(body) + strlen(first) + 1) : NULL;

	if (!line) {
		no_memory(p);
		return;
	}
	size_t indent = columns(first, strlen(first));
	size_t room = indent < SCREEN_COLUMNS ? SCREEN_COLUMNS - indent : 1;
	for (const char *s = body;;) {
		size_t n = fitting(s, room);
		size_t begin = s == body ? strlen(first) : indent;
		memset(line, ' ', begin);
		if (s == body)
			memcpy(line, first, begin);
		memcpy(line + begin, s, n);
		size_t len = begin + n;
		while (len > 0 && line[len - 1] == ' ')
			len--;
		line[len] = '\0';
		p->put(p->user, line);
		s += n;
		s += strspn(s, " ");
		if (!*s)
			return;
	}
}

void text_say(struct printer *p, const char *first, const char *fmt, ...)
{
	auto_free char *label = lang_new(first);
	va_list ap;

	va_start(ap, fmt);
	auto_free char *body = translated_of(fmt, ap);
	va_end(ap);
	put_paragraph(p, label, body);
}

void text_say_as_it_is(struct printer *p, const char *first, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *body = shown_of(fmt, ap);
	va_end(ap);
	put_paragraph(p, first, body);
}

void text_say_if(struct printer *p, const char *first, const char *text)
{
	if (text && text[0])
		text_say(p, first, "%s", text);
}

char *text_timed_new(
	const struct printer *p, const char *text, unsigned volume, const char *windows)
{
	char *ret = p->manner ? p->manner->times_new(p->manner->user, text, volume, windows) : NULL;

	return ret ? ret : strdup(text);
}

void text_say_timed(struct printer *p, const char *first, const char *text, unsigned volume,
	const char *windows)
{
	auto_free char *timed = text_timed_new(p, text, volume, windows);

	text_say_if(p, first, timed ? timed : text);
}

const char *text_step(const struct printer *p, const char *next)
{
	return p->manner && next ? p->manner->next(next) : next;
}

void text_line(struct printer *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *line = shown_of(fmt, ap);
	va_end(ap);
	if (line)
		p->put(p->user, line);
	else
		no_memory(p);
}

void text_path(const char *path, char ret[TEXT_PATH_SHOWN])
{
	auto_free char *shown = rs_shown_new(path);

	rs_shorten(shown ? shown : "(not enough memory)", ret, TEXT_PATH_SHOWN);
}

void text_blank(struct printer *p)
{
	p->put(p->user, "");
}

void text_error(struct printer *p, const char *first, const struct rs_err *err)
{
	struct rs_err told = *err;
	char line[2048];

	if (!err->code)
		return;
	told.next = text_step(p, rs_err_next(err));
	rs_err_said(&told, line, sizeof(line));
	auto_free char *label = lang_new(first);
	auto_free char *body = rs_shown_new(line);
	put_paragraph(p, label, body);
}
