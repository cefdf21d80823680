/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes to a terminal: a page in its frame, and digits of a key only where they may be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "said.h"
#include "ui/console.h"

struct shown {
	bool is_private, is_shown;
	const char *locale;
	bool is_scrolled_away; /* the line that it stands in */
	bool is_whole;	       /* all lines have room */
};

static size_t cell(const void *secret, size_t i, char ret[PAGE_CELL])
{
	(void)snprintf(ret, PAGE_CELL, "%s", ((const char *const *)secret)[i]);
	return 10 + 2 * i;
}

/* On the terminal of the harness, which is for input and errors. */
static int paint(void *user)
{
	const struct shown *how = user;
	const struct console_frame frame = {
		"the title", "the subject", "the status", "the keys", "", 1};
	static struct console_bytes in;
	struct console c;
	struct page p = {0};
	struct rs_err err = {0};

	(void)setenv("TERM", "linux", 1);
	(void)setenv("LC_ALL", how->locale, 1);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || console_take(&c, &in, NULL, &err) < 0 ||
		console_open(&c, &err) < 0)
		return 1;
	c.is_private = how->is_private;
	page_line(&p, "scrolled away");
	page_line(&p, "a\xc3\xa4z");
	page_line(&p, "boxes");
	while (!how->is_whole && p.n < 40) /* more than it has rows for */
		page_line(&p, "below");
	p.secret = (const char *const[]){"1", "2", "", "4", "\xc3\x9f"};
	p.n_secret = 5;
	p.secret_line = p.cursor_line = how->is_scrolled_away ? 0 : 2;
	p.has_cursor = true;
	p.cursor_column = 20;
	p.secret_cell = cell;
	console_paint(&c, &frame, &p, how->is_shown);
	console_close(&c);
	console_close(&c);
	page_done(&p);
	return c.screen != NULL;
}

static void painted(const struct shown *how, struct said *ret)
{
	static const char *const parts[] = {
		"the title", "the subject", "the status", "the keys", "boxes"};

	said_call_on_terminal(ret, paint, (void *)(uintptr_t)how, "");
	assert_int_equal(ret->status, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_non_null(strstr(ret->err, parts[i]));
	assert_int_equal(strstr(ret->err, "scrolled away") != NULL, how->is_whole);
}

/* ECMA-48: a clear screen, or the rest of one from its first place on. */
static bool is_cleared(const char *text)
{
	return strstr(text, "\x1b[H\x1b[J") || strstr(text, "\x1b[2J");
}

/* ECMA-48: row and column from 1 on; line 1 of the page, the first one seen, is the third row of
 * the screen. */
static void test_secret__the_machines_own_screen__shown_in_place(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){true, true, "C.UTF-8", false, false}, &s);
	const char *digits =
		strstr(s.err, "\x1b[4;11H1\x1b[4;13H2\x1b[4;17H4\x1b[4;19H\xc3\x9f\x1b[");
	assert_non_null(digits);
	assert_true(is_cleared(digits));	       /* and gone with the program */
	assert_non_null(strstr(digits, "\x1b[4;21H")); /* the cursor is back in that line */
	said_done(&s);
	painted(&(struct shown){true, true, "C", false, false}, &s); /* which has no such letter */
	assert_non_null(strstr(s.err, "\x1b[4;17H4\x1b["));
	assert_null(strstr(s.err, "\xc3"));
	said_done(&s);
}

/* Over another line nobody would take them away again. */
static void test_secret__its_line_is_scrolled_away__not_shown(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){true, true, "C.UTF-8", true, false}, &s);
	assert_null(strstr(s.err, ";11H1"));
	assert_null(strstr(s.err, "\xc3\x9f"));
	said_done(&s);
}

static void test_secret__hidden_or_elsewhere__not_shown(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){true, false, "C.UTF-8", false, false}, &s);
	assert_null(strstr(s.err, "\x1b[4;11H1"));
	said_done(&s);
	painted(&(struct shown){false, true, "C.UTF-8", false, false}, &s);
	assert_null(strstr(s.err, "\x1b[4;11H1"));
	said_done(&s);
}

/* DECPAM and DECPNM: Linux' console knows them, and terminfo has no word for it. */
static void test_keypad__digits_whatever_numlock_is(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){true, true, "C.UTF-8", false, false}, &s);
	const char *on = strstr(s.err, "\x1b=");
	assert_non_null(on);
	assert_true(on < strstr(s.err, "the title"));
	assert_non_null(strstr(strstr(on, "the title"), "\x1b>"));
	said_done(&s);
}

static void test_text__as_the_locale_can(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){false, false, "C.UTF-8", false, false}, &s);
	assert_non_null(strstr(s.err, "a\xc3\xa4z"));
	said_done(&s);
	painted(&(struct shown){false, false, "C", false, false}, &s);
	assert_non_null(strstr(s.err, "a?z"));
	said_done(&s);
}

/* What was scrolled on a smaller one. */
static void test_lines__all_have_room__from_the_first_on(void **state)
{
	struct said s;

	(void)state;
	painted(&(struct shown){.locale = "C.UTF-8", .is_whole = true}, &s);
	said_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret__the_machines_own_screen__shown_in_place),
		cmocka_unit_test(test_secret__its_line_is_scrolled_away__not_shown),
		cmocka_unit_test(test_secret__hidden_or_elsewhere__not_shown),
		cmocka_unit_test(test_keypad__digits_whatever_numlock_is),
		cmocka_unit_test(test_text__as_the_locale_can),
		cmocka_unit_test(test_lines__all_have_room__from_the_first_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
