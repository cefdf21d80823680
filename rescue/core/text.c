/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILETIME_PER_SECOND 10000000ULL
#define FILETIME_UNIX_EPOCH 11644473600ULL /* seconds from 1601 to 1970 */
#define SECONDS_FORMAT	    "%Y-%m-%dT%H:%M:%S"

/* One code point as UTF-8 (surrogates allowed: WTF-8); returns its length. */
static size_t put_utf8(uint32_t c, char out[4])
{
	static const uint8_t first[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)(first[n] | c);
	return n;
}

size_t rs_utf8_get(const uint8_t *p, size_t len, uint32_t *ret)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80	     ? 1
		   : p[0] >> 5 == 6  ? 2
		   : p[0] >> 4 == 14 ? 3
		   : p[0] >> 3 == 30 ? 4
				     : 0;

	if (n <= 1) {
		*ret = p[0];
		return n;
	}
	uint32_t c = p[0] & (0x7FU >> n);
	for (size_t i = 1; i < n; i++) {
		if (i == len || p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3FU);
	}
	if (c < least[n] || c > 0x10FFFF)
		return 0;
	*ret = c;
	return n;
}

/* Of a string: its NUL ends a code point that is cut. */
static size_t get_utf8(const char *s, uint32_t *ret)
{
	return rs_utf8_get((const uint8_t *)s, SIZE_MAX, ret);
}

static bool is_high(uint32_t c)
{
	return c >= 0xD800 && c < 0xDC00;
}

static bool is_low(uint32_t c)
{
	return c >= 0xDC00 && c < 0xE000;
}

size_t rs_utf16_to_utf8(struct rs_view utf16, char *ret, size_t cap)
{
	size_t out = 0;

	if (!cap)
		return 0;
	for (size_t i = 0; i + 2 <= utf16.len; i += 2) {
		uint32_t c = rs_le16(utf16.p + i);
		if (is_high(c) && i + 4 <= utf16.len && is_low(rs_le16(utf16.p + i + 2))) {
			c = 0x10000 + ((c - 0xD800) << 10) + (rs_le16(utf16.p + i + 2) - 0xDC00U);
			i += 2;
		}
		char one[4];
		size_t n = put_utf8(c, one);
		if (cap - out <= n)
			break;
		memcpy(ret + out, one, n);
		out += n;
	}
	ret[out] = '\0';
	return out;
}

struct rs_view rs_utf16_text(struct rs_view utf16)
{
	size_t len = 0;

	while (rs_view_has(utf16, len, 2) && rs_le16(utf16.p + len))
		len += 2;
	return (struct rs_view){utf16.p, len};
}

long rs_utf8_to_utf16(const char *utf8, uint16_t *ret, size_t cap_units)
{
	size_t out = 0;

	while (*utf8) {
		uint32_t c;
		size_t n = get_utf8(utf8, &c);
		if (!n || cap_units - out < (c < 0x10000 ? 1U : 2U))
			return -1;
		if (c < 0x10000) {
			ret[out++] = (uint16_t)c;
		} else {
			ret[out++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
			ret[out++] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
		}
		utf8 += n;
	}
	return (long)out;
}

bool rs_is_utf8(const char *s)
{
	while (*s) {
		uint32_t c;
		size_t n = get_utf8(s, &c);
		if (!n || is_high(c) || is_low(c))
			return false;
		s += n;
	}
	return true;
}

/* Characters that would move the cursor, hide text or turn its direction on a terminal. */
static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || is_high(c) || is_low(c) || c == 0x061C ||
	       c == 0x200B || (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
}

size_t rs_escape(const char *s, char *ret, size_t cap)
{
	size_t out = 0;

	if (!cap)
		return 0;
	while (*s) {
		uint32_t c;
		size_t n = get_utf8(s, &c);
		char one[16];
		size_t len = n;
		if (!n) {
			len = (size_t)snprintf(one, sizeof(one), "\\x%02X", (uint8_t)*s);
			n = 1;
		} else if (is_unsafe(c)) {
			len = (size_t)snprintf(
				one, sizeof(one), c < 0x100 ? "\\x%02X" : "\\u%04X", c);
		} else {
			memcpy(one, s, n);
		}
		if (cap - out <= len)
			break;
		memcpy(ret + out, one, len);
		out += len;
		s += n;
	}
	ret[out] = '\0';
	return out;
}

char *rs_escape_new(const char *s)
{
	size_t cap = strlen(s) * 4 + 1; /* "\\xNN" for a byte, "\\uNNNN" for two at least */
	char *ret = malloc(cap);

	if (ret)
		(void)rs_escape(s, ret, cap);
	return ret;
}

char *rs_shell_new(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "%+,-./:=@_";
	const char *const front = s[0] == '-' ? "./" : ""; /* a name, no option */
	char *ret = malloc(strlen(s) * 4 + sizeof("./''")), *to = ret;

	if (!ret)
		return NULL;
	if (s[0] && !s[strspn(s, plain)]) {
		(void)sprintf(ret, "%s%s", front, s);
		return ret;
	}
	to += sprintf(to, "'%s", front);
	for (; *s; s++)
		if (*s == '\'')
			to += sprintf(to, "'\\''");
		else
			*to++ = *s;
	(void)sprintf(to, "'");
	return ret;
}

void rs_note(char *note, size_t cap, const char *fmt, ...)
{
	size_t at = strlen(note);
	va_list ap;

	if (at && cap - at > 2) {
		memcpy(note + at, "; ", 3);
		at += 2;
	}
	va_start(ap, fmt);
	(void)vsnprintf(note + at, cap - at, fmt, ap); /* cut is fine */
	va_end(ap);
}

void rs_shorten(const char *s, char *ret, size_t cap)
{
	static const char dots[] = "...";
	size_t len = strlen(s), head, tail;
	const char *name = strrchr(s, '\\');

	if (len < cap) {
		memcpy(ret, s, len + 1);
		return;
	}
	size_t room = cap - sizeof(dots);
	size_t name_len = name ? strlen(name) : 0;
	tail = name_len > room / 2 && name_len <= room ? name_len : room / 2;
	head = room - tail;
	while (head && ((uint8_t)s[head] & 0xC0) == 0x80)
		head--;
	while (tail && ((uint8_t)s[len - tail] & 0xC0) == 0x80)
		tail--;
	memcpy(ret, s, head);
	memcpy(ret + head, dots, sizeof(dots) - 1);
	memcpy(ret + head + sizeof(dots) - 1, s + len - tail, tail + 1);
}

void rs_filetime_text(uint64_t filetime, char ret[RS_TIME_LEN])
{
	if (filetime == 0) {
		(void)snprintf(ret, RS_TIME_LEN, "never");
		return;
	}
	time_t seconds = (time_t)(filetime / FILETIME_PER_SECOND) - (time_t)FILETIME_UNIX_EPOCH;
	unsigned ticks = (unsigned)(filetime % FILETIME_PER_SECOND);
	struct tm tm;
	if (filetime >> 63 || !gmtime_r(&seconds, &tm) || tm.tm_year > 8099) {
		(void)snprintf(ret, RS_TIME_LEN, "invalid");
		return;
	}
	size_t n = strftime(ret, RS_TIME_LEN, SECONDS_FORMAT, &tm);
	if (ticks) {
		(void)snprintf(ret + n, RS_TIME_LEN - n, ".%07u", ticks);
		n = strlen(ret);
		while (ret[n - 1] == '0')
			n--;
	}
	ret[n] = 'Z';
	ret[n + 1] = '\0';
}

void rs_filetime_name(uint64_t filetime, char ret[RS_TIME_LEN])
{
	char *to = ret;

	rs_filetime_text(filetime - filetime % FILETIME_PER_SECOND, ret);
	for (const char *p = ret; *p; p++)
		if (*p != '-' && *p != ':')
			*to++ = *p;
	*to = '\0';
}

bool rs_filetime_parse(const char *text, uint64_t *ret)
{
	struct tm tm = {0};
	uint64_t ticks = 0;
	char again[RS_TIME_LEN];
	const char *p = strptime(text, SECONDS_FORMAT, &tm);
	time_t seconds = timegm(&tm); /* and @tm as a calendar has it */

	/* as it is written, and nothing else that strptime takes */
	if (!p || tm.tm_year < 1601 - 1900 ||
		strftime(again, sizeof(again), SECONDS_FORMAT, &tm) != (size_t)(p - text) ||
		memcmp(text, again, (size_t)(p - text)) != 0)
		return false;
	if (*p == '.') {
		uint64_t unit = FILETIME_PER_SECOND / 10;
		if (!isdigit((unsigned char)*++p))
			return false;
		for (; isdigit((unsigned char)*p); p++, unit /= 10)
			ticks += unit * (uint64_t)(*p - '0');
	}
	if (strcmp(p, "Z") != 0)
		return false;
	*ret = (uint64_t)(seconds + (time_t)FILETIME_UNIX_EPOCH) * FILETIME_PER_SECOND + ticks;
	return true;
}

uint64_t rs_filetime_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return ((uint64_t)now.tv_sec + FILETIME_UNIX_EPOCH) * FILETIME_PER_SECOND +
	       (uint64_t)now.tv_nsec / 100;
}

void rs_hex(const uint8_t *p, size_t len, char *ret)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", p[i]);
	ret[2 * len] = '\0';
}

bool rs_unhex(const char *text, uint8_t *ret, size_t len)
{
	if (strlen(text) != 2 * len || strspn(text, "0123456789abcdef") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned v = 0;
		(void)sscanf(text + 2 * i, "%2x", &v); /* checked above */
		ret[i] = (uint8_t)v;
	}
	return true;
}

struct range {
	uint16_t first, last;
	int16_t delta;	/* added to the lower-case unit; 0: pairs, the upper one is one less ... */
	uint8_t parity; /* ... and the lower one has this lowest bit */
};

/* Simple upper-case mappings of the Unicode character database for the scripts that have case and
 * that occur in names: Latin, Greek, Cyrillic, Armenian, full-width Latin. */
static const struct range ranges[] = {
	{0x0061, 0x007A, -32, 0},
	{0x00E0, 0x00F6, -32, 0},
	{0x00F8, 0x00FE, -32, 0},
	{0x00FF, 0x00FF, 121, 0},
	{0x0101, 0x012F, 0, 1},
	{0x0133, 0x0137, 0, 1},
	{0x013A, 0x0148, 0, 0},
	{0x014B, 0x0177, 0, 1},
	{0x017A, 0x017E, 0, 0},
	{0x01CE, 0x01DC, 0, 0},
	{0x01DF, 0x01EF, 0, 1},
	{0x01F9, 0x021F, 0, 1},
	{0x0223, 0x0233, 0, 1},
	{0x03AC, 0x03AC, -38, 0},
	{0x03AD, 0x03AF, -37, 0},
	{0x03B1, 0x03C1, -32, 0},
	{0x03C2, 0x03C2, -31, 0},
	{0x03C3, 0x03CB, -32, 0},
	{0x03CC, 0x03CC, -64, 0},
	{0x03CD, 0x03CE, -63, 0},
	{0x0430, 0x044F, -32, 0},
	{0x0450, 0x045F, -80, 0},
	{0x0461, 0x0481, 0, 1},
	{0x048B, 0x04BF, 0, 1},
	{0x04C2, 0x04CE, 0, 0},
	{0x04D1, 0x052F, 0, 1},
	{0x0561, 0x0586, -48, 0},
	{0x1E01, 0x1E95, 0, 1},
	{0x1EA1, 0x1EFF, 0, 1},
	{0xFF41, 0xFF5A, -32, 0},
};

uint16_t rs_upcase(uint16_t unit)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];
		if (unit < r->first)
			break; /* sorted */
		if (unit > r->last)
			continue;
		if (r->delta)
			return (uint16_t)(unit + r->delta);
		return (unit & 1) == r->parity ? (uint16_t)(unit - 1) : unit;
	}
	return unit;
}
