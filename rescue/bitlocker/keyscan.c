/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bitlocker/internal.h"

#include <ctype.h>
#include <string.h>

#include "format/text.h"

#define KEY_DIGITS   48
#define MOST_RUN     160 /* characters looked at for one damaged password */
#define BAD_DIGITS   36	 /* a run of fewer digits is not meant as a password */
#define LABEL_BEFORE 48

static bool is_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

static bool is_start(const struct scan *s, size_t at)
{
	return at == 0 || !is_word(s->text[at - 1]);
}

static bool is_end(const struct scan *s, size_t at)
{
	return at >= s->len || !is_word(s->text[at]);
}

/* @groups hex digits with dashes between ("8,4,4,4,12"); returns the end, 0 if it is not there. */
static size_t match_hex(
	const struct scan *s, size_t at, const uint8_t *groups, size_t n, struct token *t)
{
	unsigned nibbles = 0;

	memset(t->id, 0, sizeof(t->id));
	for (size_t g = 0; g < n; g++) {
		if (g && (at >= s->len || s->text[at++] != '-'))
			return 0;
		for (unsigned i = 0; i < groups[g]; i++, at++, nibbles++) {
			if (at >= s->len || !isxdigit((unsigned char)s->text[at]))
				return 0;
			char c = (char)tolower((unsigned char)s->text[at]);
			unsigned v = (unsigned)(text_is_digit(c) ? c - '0' : c - 'a' + 10);
			t->id[nibbles / 2] |= (uint8_t)(nibbles % 2 ? v : v << 4);
		}
	}
	t->id_nibbles = (uint8_t)nibbles;
	return is_end(s, at) ? at : 0;
}

static size_t match_digits(const struct scan *s, size_t at, char digits[KEY_DIGITS])
{
	if (at >= 2 && s->text[at - 1] == '-' && text_is_digit(s->text[at - 2]))
		return 0; /* the middle of something longer */
	for (unsigned g = 0; g < 8; g++) {
		for (unsigned sep = 0; g && sep < 3 && at < s->len; sep++, at++)
			if (s->text[at] != '-' && s->text[at] != ' ')
				break;
		for (unsigned i = 0; i < 6; i++, at++) {
			if (at >= s->len || !text_is_digit(s->text[at]))
				return 0;
			digits[g * 6 + i] = s->text[at];
		}
	}
	if (!is_end(s, at))
		return 0;
	/* a ninth group: not a password */
	return at + 1 < s->len && s->text[at] == '-' && text_is_digit(s->text[at + 1]) ? 0 : at;
}

/* 8 groups of 6 digits, up to 3 dashes and blanks between them; returns the end or 0. */
static size_t match_key(const struct scan *s, size_t at, char digits[KEY_DIGITS])
{
	size_t end = match_digits(s, at, digits);

	if (!end)
		rs_wipe(digits, KEY_DIGITS); /* a part of one */
	return end;
}

/* What stands before a GUID up to the last separator, letters and digits in lower case. */
static bool is_labelled_other(const struct scan *s, size_t at)
{
	static const char *const others[] = {"device", "volume", "object", "computer", "machine"};
	char label[LABEL_BEFORE + 1];
	size_t len = LABEL_BEFORE;
	bool is_first = true;

	label[len] = '\0';
	while (at > 0 && len > 0) {
		char c = s->text[--at];
		if (c == '\n' || c == ',' || c == ';' || c == '\t' || c == '[' || c == '|' ||
			(c == '{' && !is_first))
			break;
		is_first = false;
		if (is_word(c))
			label[--len] = (char)tolower((unsigned char)c);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strstr(label + len, others[i]))
			return true;
	return false;
}

static bool take_guid(struct scan *s, struct token *t)
{
	static const uint8_t whole[] = {8, 4, 4, 4, 12}, windows7[] = {8, 4, 2};
	size_t end = match_hex(s, s->at, whole, sizeof(whole), t);

	if (!end)
		end = match_hex(s, s->at, windows7, sizeof(windows7), t);
	if (!end)
		return false;
	t->kind = TOKEN_ID;
	t->is_braced = s->at > 0 && s->text[s->at - 1] == '{';
	t->is_labelled_other = is_labelled_other(s, s->at);
	s->at = end;
	return true;
}

/* The first 8 digits of an ID count only right before a password. */
static bool take_short_id(struct scan *s, struct token *t)
{
	static const uint8_t eight[] = {8};
	char digits[KEY_DIGITS];
	size_t end = match_hex(s, s->at, eight, sizeof(eight), t), at = end;

	if (!end)
		return false;
	for (unsigned n = 0; n < 8 && at < s->len && strchr(" \t,;:=\"'", s->text[at]); n++)
		at++;
	if (at == end || !match_key(s, at, digits))
		return false;
	rs_wipe(digits, sizeof(digits));
	t->kind = TOKEN_ID;
	s->at = end;
	return true;
}

static bool take_key(struct scan *s, struct token *t)
{
	char digits[KEY_DIGITS];
	size_t end = match_key(s, s->at, digits);

	if (end) {
		t->fault = bl_recovery_digits(digits, t->h0, &t->group);
		t->kind = t->fault == BL_G_OK ? TOKEN_KEY : TOKEN_BAD_KEY;
		s->at = end;
	}
	rs_wipe(digits, sizeof(digits));
	return end != 0;
}

/* A run of digits, dashes and blanks that is meant as a password but is none. */
static bool take_bad_key(struct scan *s, struct token *t)
{
	size_t end = s->at, n = 0, group = 0, longest = 0;
	char digits[KEY_DIGITS];

	for (; end < s->len && end - s->at < MOST_RUN; end++) {
		char c = s->text[end];
		if (text_is_digit(c)) {
			n++;
			group++;
			longest = group > longest ? group : longest;
		} else if (c == '-' || c == ' ') {
			group = 0;
		} else {
			break;
		}
	}
	if (n < BAD_DIGITS || longest < 5)
		return false;
	for (size_t i = s->at + 1; i < end; i++)
		if (text_is_digit(s->text[i]) && is_start(s, i) && match_key(s, i, digits)) {
			rs_wipe(digits, sizeof(digits));
			return false; /* a good one begins later in the run */
		}
	t->kind = TOKEN_BAD_KEY;
	t->fault = bl_recovery_text(s->text + s->at, end - s->at, t->h0, &t->group);
	if (t->fault == BL_G_OK) { /* its dashes are in odd places, but all is there */
		t->kind = TOKEN_KEY;
	}
	s->at = end;
	return true;
}

bool scan_next(struct scan *s, struct token *ret)
{
	char c = s->text[s->at];

	*ret = (struct token){0};
	if (isxdigit((unsigned char)c) && is_start(s, s->at)) {
		if (take_guid(s, ret))
			return true;
		if (text_is_digit(c) && take_key(s, ret))
			return true;
		if (take_short_id(s, ret))
			return true;
		if (text_is_digit(c) && take_bad_key(s, ret))
			return true;
	}
	s->at++;
	return false;
}
