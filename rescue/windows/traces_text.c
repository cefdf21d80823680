/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a text of Windows, and the times, paths and numbers in them. */
#include "windows/traces_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "format/text.h"

/* ---- lines ---- */

/* Without a mark: where are the zeros? A tail of a text of UTF-16 begins at an even place. */
static void guess(struct tr_lines *l)
{
	size_t zeros[2] = {0, 0}, n = l->len < 512 ? l->len : 512;

	for (size_t i = 0; i < n; i++)
		zeros[i & 1] += l->p[i] == 0;
	if (n < 4 || zeros[0] + zeros[1] < n / 4)
		return;
	if (zeros[1] > 2 * zeros[0])
		l->unit = 2;
	else if (zeros[0] > 2 * zeros[1]) {
		l->unit = 2;
		l->is_big = true;
	}
}

void tr_lines_init(struct tr_lines *l, struct rs_view p)
{
	size_t skip = 0;
	enum encoding e = encoding_of(p.p, p.len, &skip);

	*l = (struct tr_lines){.p = p.p, .len = p.len, .at = skip, .unit = 1};
	if (e != ENC_BYTES) {
		l->unit = 2;
		l->is_big = e == ENC_UTF16BE;
	} else if (!skip) {
		guess(l);
	}
}

static size_t utf8_put(uint32_t c, char *to)
{
	uint8_t *p = (uint8_t *)to;

	if (c < 0x80) {
		p[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (uint8_t)(0xC0 | c >> 6);
		p[1] = (uint8_t)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (uint8_t)(0xE0 | c >> 12);
		p[1] = (uint8_t)(0x80 | (c >> 6 & 63));
		p[2] = (uint8_t)(0x80 | (c & 63));
		return 3;
	}
	p[0] = (uint8_t)(0xF0 | c >> 18);
	p[1] = (uint8_t)(0x80 | (c >> 12 & 63));
	p[2] = (uint8_t)(0x80 | (c >> 6 & 63));
	p[3] = (uint8_t)(0x80 | (c & 63));
	return 4;
}

static uint16_t unit_at(const struct tr_lines *l, size_t at)
{
	return encoding_unit(l->is_big ? ENC_UTF16BE : ENC_UTF16LE, l->p + at);
}

/* One character of UTF-16; half of a pair becomes '?'. */
static uint32_t wide_get(struct tr_lines *l)
{
	uint32_t c = unit_at(l, l->at);

	l->at += 2;
	if (c < 0xD800 || c > 0xDFFF)
		return c;
	if (c < 0xDC00 && l->len - l->at >= 2) {
		uint32_t low = unit_at(l, l->at);

		if (low >= 0xDC00 && low <= 0xDFFF) {
			l->at += 2;
			return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return '?';
}

/* One of UTF-8; a byte that is none is one of the old code pages, told as Latin-1. */
static uint32_t byte_get(struct tr_lines *l)
{
	uint32_t c = l->p[l->at];
	size_t n = rs_utf8_get(l->p + l->at, l->len - l->at, &c);

	if (!n || (c >= 0xD800 && c <= 0xDFFF)) {
		c = l->p[l->at];
		n = 1;
	}
	l->at += n;
	return c;
}

/* Marks of direction stand between the digits of times (U+200E), and make nothing plainer. */
static bool is_mark(uint32_t c)
{
	return c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static uint32_t plain(uint32_t c)
{
	if (c == 0xA0 || c == 0x202F || c == 0x2009)
		return ' '; /* before "AM", and in French */
	return c < 0x20 || c == 0x7F ? ' ' : c;
}

static void trim(struct tr_lines *l, size_t n)
{
	while (n && l->line[n - 1] == ' ')
		n--;
	l->line[n] = '\0';
	l->indent = strspn(l->line, " ");
	memmove(l->line, l->line + l->indent, n - l->indent + 1);
}

bool tr_next(struct tr_lines *l)
{
	size_t n = 0;

	if (l->len - l->at < l->unit || l->n >= TR_LINES)
		return false;
	l->n++;
	while (l->len - l->at >= l->unit) {
		uint32_t c = l->unit == 2 ? wide_get(l) : byte_get(l);

		if (c == '\n')
			break;
		if (is_mark(c) || n + 5 > sizeof(l->line))
			continue; /* what is too long is cut */
		n += utf8_put(plain(c), l->line + n);
	}
	l->line[n] = '\0';
	trim(l, n);
	return true;
}

/* ---- times ---- */

static bool is_leap(unsigned y)
{
	return (y % 4 == 0 && y % 100) || y % 400 == 0;
}

bool tr_filetime(const struct tr_civil *c, uint64_t *ret)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint64_t n = 0;

	if (c->year < TR_YEARS_FROM || c->year > 2200 || c->month < 1 || c->month > 12 ||
		c->day < 1 || c->hour > 23 || c->minute > 59 || c->second > 59 || c->ms > 999 ||
		c->day > days[c->month - 1] + (c->month == 2 && is_leap(c->year)))
		return false;
	for (unsigned y = 1601; y < c->year; y++)
		n += 365 + is_leap(y);
	for (unsigned m = 1; m < c->month; m++)
		n += days[m - 1] + (m == 2 && is_leap(c->year));
	n += c->day - 1;
	n = ((n * 24 + c->hour) * 60 + c->minute) * 60 + c->second;
	*ret = n * 10000000 + c->ms * 10000ULL;
	return true;
}

/* Up to @most digits. */
static bool number(const char **s, unsigned most, unsigned *ret)
{
	unsigned n = 0, digits = 0;

	for (; text_is_digit(**s); ++*s) {
		if (++digits > most)
			return false;
		n = n * 10 + (unsigned)(**s - '0');
	}
	*ret = n;
	return digits;
}

static bool one_of(const char **s, const char *which)
{
	if (!**s || !strchr(which, **s))
		return false;
	++*s;
	return true;
}

static void fraction(const char **s, unsigned *ret_ms)
{
	unsigned digits = 0, n = 0;

	if ((**s != '.' && **s != ',') || !text_is_digit((*s)[1]))
		return;
	for (++*s; text_is_digit(**s); ++*s)
		if (digits++ < 3)
			n = n * 10 + (unsigned)(**s - '0');
	for (; digits < 3; digits++)
		n *= 10;
	*ret_ms = n;
}

bool tr_time(const char *s, uint64_t *ret, const char **ret_rest)
{
	struct tr_civil c = {0};

	if (!number(&s, 4, &c.year) || !one_of(&s, "/-.") || !number(&s, 2, &c.month) ||
		!one_of(&s, "/-.") || !number(&s, 2, &c.day))
		return false;
	if (*s == ',')
		s++;
	if (*s == 'T' || *s == 't')
		s++;
	else
		s += strspn(s, " ");
	if (!number(&s, 2, &c.hour) || !one_of(&s, ":") || !number(&s, 2, &c.minute))
		return false;
	if (*s == ':' && text_is_digit(s[1])) {
		s++;
		if (!number(&s, 2, &c.second))
			return false;
	}
	fraction(&s, &c.ms);
	if (ret_rest)
		*ret_rest = s;
	return tr_filetime(&c, ret);
}

bool tr_find_time(const char *s, uint64_t *ret, const char **ret_rest)
{
	for (bool is_in = false; *s; s++) {
		if (!is_in && tr_time(s, ret, ret_rest))
			return true;
		is_in = text_is_digit(*s);
	}
	return false;
}

/* Which of three numbers is what? "7/2/2025 5:21:02 AM", "02.07.2025 05:21:02", "2025-07-02". */
static bool date_of(const unsigned n[3], char separator, bool is_12, struct tr_civil *c)
{
	if (n[0] >= TR_YEARS_FROM) {
		*c = (struct tr_civil){.year = n[0], .month = n[1], .day = n[2]};
		return true;
	}
	if (n[2] < TR_YEARS_FROM)
		return false;
	bool is_month_first = n[1] > 12 || (separator == '/' && is_12 && n[0] <= 12);
	*c = (struct tr_civil){.year = n[2],
		.month = is_month_first ? n[0] : n[1],
		.day = is_month_first ? n[1] : n[0]};
	return true;
}

static bool three(const char *at, const char *separators, unsigned ret[3], char *ret_separator,
	const char **ret_rest)
{
	for (size_t i = 0; i < 3; i++) {
		unsigned digits = 0;

		ret[i] = 0;
		for (; text_is_digit(*at) && digits < 5; at++, digits++)
			ret[i] = ret[i] * 10 + (unsigned)(*at - '0');
		if (!digits || digits == 5)
			return false;
		if (i == 2)
			break;
		if (!*at || !strchr(separators, *at))
			return false;
		*ret_separator = *at++;
		at += strspn(at, " "); /* "2. 7. 2025" */
	}
	*ret_rest = at;
	return true;
}

static bool is_half(const char *at, const char *mark)
{
	at += strspn(at, " ");
	return strncasecmp(at, mark, 1) == 0 &&
	       (at[1] == 'M' || at[1] == 'm' || strncasecmp(at + 1, ".m", 2) == 0 ||
		       strncasecmp(at + 1, ". m", 3) == 0);
}

bool tr_find_date(const char *line, uint64_t *ret, const char **ret_rest)
{
	unsigned date[3], clock[3];
	struct tr_civil c;
	char separator = 0, colon = 0;

	for (const char *at = line; *at; at++) {
		const char *rest;

		if (!text_is_digit(*at) || (at > line && text_is_digit(at[-1])) ||
			!three(at, "/.-", date, &separator, &rest))
			continue;
		rest += strcspn(rest, "0123456789");
		if (!three(rest, ":.", clock, &colon, &rest))
			continue;
		bool is_pm = is_half(rest, "p"), is_am = is_half(rest, "a");
		if (!date_of(date, separator, is_pm || is_am, &c))
			continue;
		c.hour = clock[0] + (is_pm && clock[0] < 12 ? 12 : 0);
		c.hour = is_am && clock[0] == 12 ? 0 : c.hour;
		c.minute = clock[1];
		c.second = clock[2];
		if (ret_rest)
			*ret_rest = rest;
		return tr_filetime(&c, ret);
	}
	return false;
}

uint64_t tr_utc(uint64_t local, struct win_clock c)
{
	int64_t shift = (int64_t)c.bias_minutes * 60 * 10000000;

	if (!local || !c.is_known || c.bias_minutes > 1440 || c.bias_minutes < -1440)
		return local;
	return (uint64_t)((int64_t)local + shift);
}

/* ---- paths ---- */

void tr_copy(const char *s, size_t n, char *ret, size_t cap)
{
	if (n >= cap) {
		n = cap - 1;
		while (n && ((uint8_t)s[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(ret, s, n);
	ret[n] = '\0';
}

static bool begins_path(const char *s)
{
	static const char *const roots[] = {
		"\\SystemRoot\\", "\\??\\", "\\\\?\\", "\\Device\\", "\\Windows\\", "%", NULL};

	if (isalpha((unsigned char)s[0]) && s[1] == ':' && s[2] == '\\')
		return true;
	for (size_t i = 0; roots[i]; i++) {
		size_t n = strlen(roots[i]);

		if (strncasecmp(s, roots[i], n) != 0)
			continue;
		if (*s != '%')
			return true;
		n = 1 + strcspn(s + 1, "% \\");
		return n > 2 && s[n] == '%' && s[n + 1] == '\\';
	}
	return false;
}

/* Does the name that ends at @end (exclusive) have an extension? */
static bool has_extension(const char *from, const char *end)
{
	size_t n = 0;

	while (end > from && isalnum((unsigned char)end[-1]) && n < 6) {
		end--;
		n++;
	}
	return n >= 1 && n <= 5 && end - from > 1 && end[-1] == '.';
}

/* Does more of a path follow after a blank, before it must be at its end? */
static bool goes_on(const char *s)
{
	size_t n = strcspn(s, "<>\"|?*:,;");

	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\' || (s[i] == '.' && isalnum((unsigned char)s[i + 1])))
			return true;
	return false;
}

/* From its first character, without quotes, to its end. */
static const char *path_end(const char *from)
{
	const char *s = from + (from[1] == ':' ? 2 : 0), *part;

	if (strncmp(s, "\\??\\", 4) == 0 || strncmp(s, "\\\\?\\", 4) == 0)
		s += 4 + (s[4] && s[5] == ':' ? 2 : 0);
	for (part = s; *s && !strchr("<>\"|?*:'", *s); s++) {
		if (*s == '\\')
			part = s + 1;
		if (strchr(" ,;)]}", *s) && has_extension(part, s))
			break;
		if (strchr(",;", *s) || (*s == ' ' && !goes_on(s)))
			break;
		if (*s == '.' && (!s[1] || s[1] == ' '))
			break; /* of the sentence */
	}
	while (s > from && (s[-1] == ' ' || s[-1] == '.'))
		s--;
	return s;
}

const char *tr_path(const char *s, char *ret, size_t cap)
{
	ret[0] = '\0';
	for (const char *at = s; *at; at++) {
		if (!begins_path(at) ||
			(at > s && (isalnum((unsigned char)at[-1]) || at[-1] == '\\')))
			continue;
		char quote = at > s ? at[-1] : ' ';
		const char *end = quote == '\'' || quote == '"' ? strchr(at, quote) : NULL;

		if (!end)
			end = path_end(at);
		if ((size_t)(end - at) >= cap)
			return NULL;
		tr_copy(at, (size_t)(end - at), ret, cap);
		return end;
	}
	return NULL;
}

/* ---- words and numbers ---- */

const char *tr_after(const char *s, const char *what)
{
	const char *at = strcasestr(s, what);

	return at ? at + strlen(what) : NULL;
}

void tr_word(const char *s, const char *ends, char *ret, size_t cap)
{
	size_t n = 0;

	s += strspn(s, " '\"");
	while (s[n] && !strchr(ends, s[n]))
		n++;
	while (n && s[n - 1] == ' ')
		n--;
	tr_copy(s, n, ret, cap);
}

bool tr_hex(const char *s, uint64_t *ret, const char **ret_rest)
{
	uint64_t n = 0;
	unsigned digits = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	for (; isxdigit((unsigned char)*s); s++) {
		if (++digits > 16)
			return false;
		n = n << 4 | (uint64_t)(text_is_digit(*s) ? *s - '0' : (text_lower(*s) - 'a') + 10);
	}
	*ret = n;
	if (ret_rest)
		*ret_rest = s;
	return digits;
}

struct win_trace tr_trace(enum win_trace_kind kind, const char *text)
{
	return (struct win_trace){.kind = kind,
		.text = text,
		.path = "",
		.name = "",
		.package = "",
		.service = "",
		.product = ""};
}
