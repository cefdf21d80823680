/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/redact.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/secret.h"
#include "core/text.h"
#include "format/text.h"

#define GROUP	     6U
#define HALF	     24U /* digits: half a password */
#define AMONG	     36U /* digits that hang on letters */
#define ODD_GROUPS   44U /* digits in groups of other lengths */
#define BETWEEN	     6U	 /* other bytes between two groups: " – ", CR LF and blanks */
#define KEPT	     (RS_REDACT_HELD / 2) /* more than a password is long */
#define SHOWN_LINE   8192
#define PASSED_EARLY 6U /* a run of fewer digits does not wait for its end */
#define PASSED_IDLE  12U

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Quotes and brackets end what belongs together; all else may stand between two groups. */
static bool is_between(char c)
{
	return !text_is_digit(c) && !is_letter(c) && c != '"' && c != '[' && c != ']' && c != '{' &&
	       c != '}' && c != '(' && c != ')' && c != '\0';
}

struct group {
	size_t from, to;
};

static bool has_group_length(size_t n)
{
	return (n >= GROUP - 1 && n <= GROUP + 1) || (n > GROUP && n % GROUP == 0);
}

static bool is_narrow(const char *run, size_t from, size_t to)
{
	return to - from == 1 && (run[from] == '-' || run[from] == ' ');
}

/* The next group at or after @at; false when there is none. */
static bool next_group(const char *run, size_t len, size_t at, struct group *ret)
{
	while (at < len && !text_is_digit(run[at]))
		at++;
	ret->from = at;
	while (at < len && text_is_digit(run[at]))
		at++;
	ret->to = at;
	return ret->to > ret->from;
}

/* From the group @first on: do the groups that follow make a secret? Its end in the run, or 0. */
static size_t shape_at(
	const char *run, size_t len, struct group first, size_t least, size_t n_passed)
{
	size_t even = 0, odd = 0, end = 0;
	bool is_even = true, is_odd = true;
	struct group g = first;

	for (;;) {
		is_even &= has_group_length(g.to - g.from + (g.from ? 0 : n_passed));
		even += is_even ? g.to - g.from : 0;
		odd += is_odd ? g.to - g.from : 0;
		if ((is_even && even >= least) || (is_odd && odd >= ODD_GROUPS) ||
			g.to - g.from >= (least > AMONG ? least : AMONG))
			end = g.to;
		struct group next;
		if ((!is_even && !is_odd) || !next_group(run, len, g.to, &next))
			return end;
		is_odd &= is_narrow(run, g.to, next.from);
		g = next;
	}
}

/* A run (digits and what may stand between) that is whole; false when there is no secret in it. */
static bool find_shape(
	const char *run, size_t len, size_t least, size_t n_passed, struct group *ret)
{
	struct group g;

	for (size_t at = 0; next_group(run, len, at, &g); at = g.to) {
		size_t end = shape_at(run, len, g, least, n_passed);
		if (end) {
			*ret = (struct group){g.from, end};
			return true;
		}
	}
	return false;
}

static void pass(struct rs_redact *r, const char *bytes, size_t len)
{
	if (len)
		r->out(r->user, bytes, len);
}

/* In the place of each digit the mask, or nothing. */
static void pass_masked(struct rs_redact *r, char *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (!text_is_digit(bytes[i]))
			bytes[n++] = bytes[i];
		else if (r->mask)
			bytes[n++] = r->mask;
	pass(r, bytes, n);
}

static void let_go(struct rs_redact *r)
{
	for (size_t i = 0; i < r->n_held; i++)
		r->n_passed = text_is_digit(r->held[i]) ? r->n_passed + 1 : 0;
	pass(r, r->held, r->n_held);
	rs_wipe(r->held, r->n_held);
	r->n_held = 0;
}

/* So many digits make a secret: where they hang on letters more, of which some were passed on. */
static size_t least_of(const struct rs_redact *r, bool hangs_on_letters)
{
	size_t n_gone = r->n_digits;

	for (size_t i = 0; i < r->n_held; i++)
		n_gone -= text_is_digit(r->held[i]);
	return !hangs_on_letters || n_gone > AMONG - HALF ? HALF : AMONG - n_gone;
}

/* What was held up to a secret's end, without it. */
static void pass_secret(struct rs_redact *r, size_t at, struct group g)
{
	pass(r, r->held + at, g.from);
	if (r->mask)
		pass_masked(r, r->held + at + g.from, g.to - g.from);
	else
		pass(r, RS_REDACTED, sizeof(RS_REDACTED) - 1);
}

/* Pass on what was held, without the secrets in it. */
static void settle(struct rs_redact *r, bool is_before_letter)
{
	const size_t least = least_of(r, r->is_after_letter || is_before_letter);
	size_t at = 0;
	struct group g;

	/* behind a secret stands what is no digit: no group there is one that was passed on */
	while (find_shape(r->held + at, r->n_held - at, least, r->n_passed, &g)) {
		pass_secret(r, at, g);
		at += g.to;
	}
	pass(r, r->held + at, r->n_held - at);
	rs_wipe(r->held, r->n_held);
	r->n_held = 0;
}

static void end_run(struct rs_redact *r, bool is_before_letter)
{
	settle(r, is_before_letter);
	r->n_digits = r->n_others = r->n_passed = 0;
	r->is_hiding = false;
}

/* A run without an end: what a secret in it begins with is in the half that is kept. */
static void make_room(struct rs_redact *r)
{
	struct group g;

	if (find_shape(r->held, r->n_held, least_of(r, r->is_after_letter), r->n_passed, &g)) {
		pass_secret(r, 0, g);
		pass_masked(r, r->held + g.to, r->n_held - g.to); /* another may begin there */
		rs_wipe(r->held, r->n_held);
		r->n_held = 0;
		r->is_hiding = true;
		return;
	}
	pass(r, r->held, r->n_held - KEPT);
	memmove(r->held, r->held + r->n_held - KEPT, KEPT);
	rs_wipe(r->held + KEPT, r->n_held - KEPT);
	r->n_held = KEPT;
	r->n_passed = 0;
}

static void hold(struct rs_redact *r, char c)
{
	if (r->n_held == sizeof(r->held))
		make_room(r);
	if (!r->is_hiding || !text_is_digit(c))
		r->held[r->n_held++] = c;
	else if (r->mask) /* its place stays */
		r->held[r->n_held++] = r->mask;
}

static void put_one(struct rs_redact *r, char c)
{
	if (text_is_digit(c)) {
		if (!r->n_digits)
			r->is_after_letter = r->was_letter;
		r->n_digits++;
		r->n_others = 0;
		r->was_letter = false;
		hold(r, c);
		return;
	}
	if (r->n_digits && is_between(c) && r->n_others < BETWEEN) {
		r->n_others++;
		r->was_letter = false;
		hold(r, c);
		return;
	}
	r->was_letter = is_letter(c);
	if (r->n_digits)
		end_run(r, r->was_letter && !r->n_others);
	pass(r, &c, 1);
}

void rs_redact_put(struct rs_redact *r, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = 0;
		/* plain text goes on as it is */
		while (!r->n_digits && i + n < len && !text_is_digit(bytes[i + n]))
			n++;
		pass(r, bytes + i, n);
		if (n)
			r->was_letter = is_letter(bytes[i + n - 1]);
		i += n;
		if (i < len)
			put_one(r, bytes[i++]);
	}
	if (r->n_digits < PASSED_EARLY)
		let_go(r);
}

void rs_redact_idle(struct rs_redact *r)
{
	if (r->n_digits < PASSED_IDLE)
		let_go(r);
}

void rs_redact_end(struct rs_redact *r)
{
	r->was_letter = false;
	end_run(r, false);
}

static void put_back(void *user, const char *bytes, size_t len)
{
	char **to = user;

	memmove(*to, bytes, len);
	*to += len;
}

static void redact(char *text, char mask)
{
	char *to = text;
	struct rs_redact r = {.out = put_back, .user = &to, .mask = mask};
	size_t len = strlen(text);

	/* never ahead of what was read: what is held was read, and its stand-in is shorter */
	for (size_t i = 0; i < len; i++)
		put_one(&r, text[i]);
	rs_redact_end(&r); /* nothing is held any more */
	*to = '\0';
}

void rs_redact(char *text)
{
	redact(text, '\0');
}

void rs_redact_mask(char *text, char mask)
{
	redact(text, mask);
}

void rs_redact_code(char *text)
{
	rs_redact(text);
	for (; *text; text++) {
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 32);
		if (!strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", *text))
			*text = '-';
	}
}

size_t rs_shown(const char *s, char *ret, size_t cap)
{
	char copy[SHOWN_LINE];
	size_t n = strnlen(s, sizeof(copy) - 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	rs_redact(copy); /* which is shorter then, and its end as it was */
	const size_t len = rs_escape(copy, ret, cap);
	rs_wipe(copy, n);
	return len;
}

char *rs_shown_new(const char *s)
{
	auto_free char *copy = strdup(s);

	if (!copy)
		return NULL;
	rs_redact(copy);
	char *ret = rs_escape_new(copy);
	rs_wipe(copy, strlen(s));
	return ret;
}
