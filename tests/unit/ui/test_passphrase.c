/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry of a passphrase: a key in, UTF-8 out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/keys.h"
#include "ui/passphrase.h"

static struct passphrase entry;

static int fresh(void **state)
{
	(void)state;
	entry = (struct passphrase){0};
	return 0;
}

/* As a terminal sends it. */
static bool type(const char *bytes)
{
	struct key_reader r = {0};
	bool ret = false;

	for (; *bytes; bytes++) {
		unsigned key = key_of_byte(&r, (uint8_t)*bytes);
		if (key)
			ret = passphrase_put(&entry, key);
	}
	return ret;
}

static void assert_taken(const char *text)
{
	auto_secret struct rs_secret got = {0};
	const struct passphrase empty = {0};

	assert_int_equal(passphrase_take(&entry, &got, NULL), 0);
	assert_int_equal(got.len, strlen(text));
	assert_memory_equal(got.p, text, got.len);
	assert_memory_equal(&entry, &empty, sizeof(entry)); /* nothing of it is left */
}

/* A letter, one of two bytes, the euro, a key emoji; blanks count, a tab does not. */
#define MIXED " a\xc3\x9f\xe2\x82\xac\xf0\x9f\x94\x91 ~"

static void test_put__any_character__as_it_was_typed(void **state)
{
	(void)state;
	assert_false(type(MIXED "\t"));
	assert_int_equal(entry.n, 7);
	assert_true(type("\r"));
	assert_taken(MIXED);
}

static void test_put__backspace__a_character_and_not_a_byte(void **state)
{
	(void)state;
	assert_false(type("\x7f" MIXED "\x7f\x7f\x7f\b\x7f"));
	assert_int_equal(entry.character[2], 0);
	assert_true(type("b\r"));
	assert_taken(" ab");
}

static void test_put__enter__only_behind_something_and_ends_it(void **state)
{
	(void)state;
	assert_false(type("\r\n\r"));
	assert_true(type("x\r"));
	assert_true(type("\ryz\r\x7f\x7f"));
	assert_taken("x");
}

/* Windows takes 256 characters. */
static void test_put__too_long__the_rest_is_passed_over(void **state)
{
	char longest[257] = "";

	(void)state;
	memset(longest, 'x', 256);
	assert_false(type(longest));
	assert_true(type("yz\r"));
	assert_taken(longest);
}

static void test_put__other_keys__nothing(void **state)
{
	(void)state;
	assert_false(type("\x1b[A\x1b[D\x1b[11~\x01\x15\x19\x10\x1b[24~"));
	assert_int_equal(entry.n, 0);
	for (unsigned key = UI_KEY_UP; key <= UI_KEY_LOST; key++)
		assert_false(passphrase_put(&entry, key));
	assert_int_equal(entry.n, 0);
}

static void test_cell__each_length(void **state)
{
	static const char *const cells[] = {
		" ", "a", "\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x94\x91"};
	char cell[PASSPHRASE_CELL];

	(void)state;
	(void)type(MIXED);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		passphrase_cell(&entry, i, cell);
		assert_string_equal(cell, cells[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_put__any_character__as_it_was_typed, fresh),
		cmocka_unit_test_setup(test_put__backspace__a_character_and_not_a_byte, fresh),
		cmocka_unit_test_setup(test_put__enter__only_behind_something_and_ends_it, fresh),
		cmocka_unit_test_setup(test_put__too_long__the_rest_is_passed_over, fresh),
		cmocka_unit_test_setup(test_put__other_keys__nothing, fresh),
		cmocka_unit_test_setup(test_cell__each_length, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
