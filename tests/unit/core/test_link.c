/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words between the first process and its screen: what is one, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/link.h"

static bool parse(const char *packet, struct link_said *ret)
{
	return link_parse(packet, strlen(packet), ret);
}

static void test_parse__each_kind_of_word__with_what_belongs_to_it(void **state)
{
	struct link_said s;

	(void)state;
	assert_true(parse("working", &s));
	assert_int_equal(s.word, LINK_WORKING);
	assert_string_equal(s.text, "");
	assert_true(parse("take ttyS0", &s));
	assert_int_equal(s.word, LINK_TAKE);
	assert_string_equal(s.text, "ttyS0");
	assert_true(parse("line report: a text, with \xc3\xa4 and blanks", &s));
	assert_int_equal(s.word, LINK_LINE);
	assert_string_equal(s.text, "report: a text, with \xc3\xa4 and blanks");
}

static void test_parse__anything_else__is_none(void **state)
{
	static const char *const packets[] = {"", " ", "work", "workings", "Working", "working ",
		"working now", "working\n", "take", "take ", "take  ttyS0", "take ../mem",
		"take tty S0", "take /dev/ttyS0", "take tty\x01", "take tty\x7f", "line", "line ",
		"line a\nb", "line \x1b[2J", "line a\x7f"};
	struct link_said s;

	(void)state;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		s.word = LINK_GO;
		if (parse(packets[i], &s))
			fail_msg("'%s' is a word", packets[i]);
		assert_int_equal(s.word, LINK_NOTHING);
	}
	assert_false(link_parse("take a\0b", 8, &s));
	assert_false(link_parse("working\0", 8, &s));
}

static void test_parse__longer_than_a_packet__is_none(void **state)
{
	char packet[LINK_BYTES + 1];
	struct link_said s;

	(void)state;
	memset(packet, 'x', sizeof(packet));
	memcpy(packet, "line ", 5);
	assert_true(link_parse(packet, LINK_BYTES - 1, &s));
	assert_int_equal(strlen(s.text), LINK_BYTES - 6);
	assert_false(link_parse(packet, LINK_BYTES, &s));
	assert_false(link_parse(packet, LINK_BYTES + 1, &s));
	memcpy(packet, "take ", 5);
	assert_true(link_parse(packet, 5 + 63, &s)); /* a name is less than a text */
	assert_false(link_parse(packet, 5 + 64, &s));
}

/* Cut at every byte, no packet reads past its end (the sanitizers look), and none is another word.
 */
static void test_parse__cut_at_every_byte__is_none_or_the_same_word(void **state)
{
	static const char packet[] = "line some text";
	struct link_said s;

	(void)state;
	for (size_t len = 0; len < sizeof(packet) - 1; len++) {
		char copy[sizeof(packet)];
		memcpy(copy, packet, len);
		assert_true(link_parse(copy, len, &s) == (len > 5));
		assert_int_equal(s.word, len > 5 ? LINK_LINE : LINK_NOTHING);
	}
}

static void test_make__what_is_made__is_parsed_as_it_was(void **state)
{
	char packet[LINK_BYTES], text[2 * LINK_BYTES];
	struct link_said s;

	(void)state;
	assert_int_equal(link_make(LINK_IDLE, NULL, packet), 4);
	assert_true(link_parse(packet, 4, &s));
	assert_int_equal(s.word, LINK_IDLE);
	assert_true(link_parse(packet, link_make(LINK_MAY, "shell", packet), &s));
	assert_int_equal(link_find(s.text), LINK_SHELL);
	assert_int_equal(link_find("shel"), LINK_NOTHING);
	assert_int_equal(link_find(""), LINK_NOTHING);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_true(link_parse(packet, link_make(LINK_LINE, text, packet), &s));
	assert_true(strlen(s.text) > LINK_BYTES / 2);
}

/* What may not be shown does not go over: escapes, and the shape of a recovery password. */
static void test_make__what_may_not_be_shown__is_not_in_it(void **state)
{
	char packet[LINK_BYTES];
	struct link_said s;

	(void)state;
	assert_true(link_parse(packet, link_make(LINK_LINE, "a\x1b[2J\nb", packet), &s));
	assert_string_equal(s.text, "a\\x1B[2J\\x0Ab");
	assert_true(link_parse(packet,
		link_make(LINK_ERROR, "key 563552-689865-363396-270347-270347-270347-270347-270347",
			packet),
		&s));
	assert_null(strstr(s.text, "689865"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse__each_kind_of_word__with_what_belongs_to_it),
		cmocka_unit_test(test_parse__anything_else__is_none),
		cmocka_unit_test(test_parse__longer_than_a_packet__is_none),
		cmocka_unit_test(test_parse__cut_at_every_byte__is_none_or_the_same_word),
		cmocka_unit_test(test_make__what_is_made__is_parsed_as_it_was),
		cmocka_unit_test(test_make__what_may_not_be_shown__is_not_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
