/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/form.h"

#include <string.h>

#define GROUPS	     8U
#define GROUP_DIGITS 6U
#define GROUP_MOST   720895U /* a u16 times 11 */
#define DEPTH_MOST   32U

/* ---- a recovery password ---- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static struct rs_view trimmed(struct rs_view v)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

	if (v.len >= sizeof(mark) && memcmp(v.p, mark, sizeof(mark)) == 0)
		v = (struct rs_view){v.p + sizeof(mark), v.len - sizeof(mark)};
	while (v.len && is_blank(v.p[0]))
		v = (struct rs_view){v.p + 1, v.len - 1};
	while (v.len && is_blank(v.p[v.len - 1]))
		v.len--;
	return v;
}

bool net_password(struct rs_view text, char ret[NET_PASSWORD_BYTES])
{
	const struct rs_view v = trimmed(text);
	size_t at = 0;

	for (unsigned g = 0; g < GROUPS; g++) {
		uint32_t value = 0;
		if (g && at < v.len && (v.p[at] == '-' || v.p[at] == ' '))
			at++;
		for (unsigned i = 0; i < GROUP_DIGITS; i++, at++) {
			if (at == v.len || !is_digit(v.p[at]))
				return false;
			value = value * 10 + (uint32_t)(v.p[at] - '0');
			ret[g * (GROUP_DIGITS + 1) + i] = (char)v.p[at];
		}
		ret[g * (GROUP_DIGITS + 1) + GROUP_DIGITS] = g + 1 < GROUPS ? '-' : '\0';
		if (value % 11 || value > GROUP_MOST)
			return false;
	}
	return at == v.len;
}

/* ---- JSON ---- */

struct scan {
	const uint8_t *p, *end;
};

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end && is_blank(*s->p))
		s->p++;
}

static bool take(struct scan *s, char c)
{
	skip_blanks(s);
	if (s->p == s->end || *s->p != (uint8_t)c)
		return false;
	s->p++;
	return true;
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The text between its quotes, as it stands there. */
static bool skip_text(struct scan *s, struct rs_view *ret)
{
	if (!take(s, '"'))
		return false;
	const uint8_t *from = s->p;
	for (; s->p < s->end && *s->p != '"'; s->p++) {
		if (*s->p < ' ')
			return false;
		if (*s->p != '\\')
			continue;
		if (++s->p == s->end || !memchr("\"\\/bfnrtu", *s->p, 9))
			return false;
		for (int i = 0; *s->p == 'u' && i < 4; i++)
			if (s->end - s->p <= i + 1 || !is_hex(s->p[i + 1]))
				return false;
		s->p += *s->p == 'u' ? 4 : 0;
	}
	*ret = (struct rs_view){from, (size_t)(s->p - from)};
	return take(s, '"');
}

/* Numbers and words: what they are made of, not each of their rules. */
static bool skip_word(struct scan *s)
{
	static const char *const words[] = {"true", "false", "null"};
	const uint8_t *from = s->p;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const size_t len = strlen(words[i]);
		if ((size_t)(s->end - s->p) >= len && memcmp(s->p, words[i], len) == 0) {
			s->p += len;
			return true;
		}
	}
	while (s->p < s->end && (is_digit(*s->p) || *s->p == '-' || *s->p == '+' || *s->p == '.' ||
					*s->p == 'e' || *s->p == 'E'))
		s->p++;
	return s->p > from;
}

static bool skip_value(struct scan *s, unsigned depth)
{
	struct rs_view text;

	skip_blanks(s);
	if (s->p == s->end || depth == DEPTH_MOST)
		return false;
	if (*s->p == '"')
		return skip_text(s, &text);
	if (*s->p != '{' && *s->p != '[')
		return skip_word(s);
	const bool is_object = *s->p++ == '{';
	const char end = is_object ? '}' : ']';
	if (take(s, end))
		return true;
	do {
		if (is_object && (!skip_text(s, &text) || !take(s, ':')))
			return false;
		if (!skip_value(s, depth + 1))
			return false;
	} while (take(s, ','));
	return take(s, end);
}

static uint32_t hex4(const uint8_t *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 4 | (uint32_t)(is_digit(p[i]) ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return v;
}

/* A character of a text that skip_text has let through; 0: none that is ASCII. */
static char next_char(struct rs_view *v)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const uint8_t c = v->p[0];
	size_t used = 1;
	uint32_t ret = c;

	if (c == '\\' && v->p[1] == 'u') {
		ret = hex4(v->p + 2);
		used = 6;
	} else if (c == '\\') {
		ret = (uint8_t)to[strchr(from, v->p[1]) - from];
		used = 2;
	}
	*v = (struct rs_view){v->p + used, v->len - used};
	return ret < 0x80 ? (char)ret : '\0';
}

/* One step of a pointer: "a~1b" is the name "a/b". */
struct step {
	const char *p;
	size_t len;
};

static bool is_name(struct rs_view text, struct step step)
{
	for (size_t i = 0; i < step.len; i++) {
		char c = step.p[i];
		if (c == '~' && i + 1 < step.len)
			c = step.p[++i] == '1' ? '/' : '~';
		if (!text.len || next_char(&text) != c)
			return false;
	}
	return !text.len;
}

/* To the value of that name in the object that begins here. The document is known to be whole. */
static bool enter_object(struct scan *s, struct step step)
{
	struct rs_view name;

	do {
		if (!skip_text(s, &name) || !take(s, ':'))
			return false; /* it is empty */
		if (is_name(name, step)) {
			skip_blanks(s);
			return true;
		}
		if (!skip_value(s, 0))
			return false;
	} while (take(s, ','));
	return false;
}

static bool enter_list(struct scan *s, struct step step)
{
	size_t n = 0;

	for (size_t i = 0; i < step.len; i++) {
		if (!is_digit((uint8_t)step.p[i]) || n > UINT16_MAX)
			return false;
		n = n * 10 + (size_t)(step.p[i] - '0');
	}
	skip_blanks(s);
	if (!step.len || s->p == s->end || *s->p == ']')
		return false;
	for (; n; n--)
		if (!skip_value(s, 0) || !take(s, ','))
			return false;
	skip_blanks(s);
	return true;
}

static bool enter(struct scan *s, const char *pointer)
{
	skip_blanks(s);
	while (*pointer) {
		const size_t len = strcspn(++pointer, "/"); /* it begins with a slash */
		const struct step step = {pointer, len};
		const uint8_t kind = s->p < s->end ? *s->p : 0;
		if (kind != '{' && kind != '[')
			return false;
		s->p++;
		if (kind == '{' ? !enter_object(s, step) : !enter_list(s, step))
			return false;
		pointer += len;
	}
	return true;
}

enum net_pick net_pick(struct rs_view json, const char *pointer, char *ret, size_t cap)
{
	struct scan s = {json.p, json.p + json.len};
	struct rs_view text;
	size_t n = 0;

	if (!skip_value(&s, 0))
		return NET_PICK_NO_JSON;
	skip_blanks(&s);
	if (s.p != s.end)
		return NET_PICK_NO_JSON;
	s.p = json.p;
	if (!enter(&s, pointer))
		return NET_PICK_NOT_THERE;
	if (!skip_text(&s, &text))
		return NET_PICK_NO_TEXT;
	while (text.len) {
		const char c = next_char(&text);
		if (!c || n + 1 >= cap)
			return NET_PICK_NO_TEXT;
		ret[n++] = c;
	}
	ret[n] = '\0';
	return NET_PICK_DONE;
}
