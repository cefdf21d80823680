/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens as plain text: what a typed line means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/keys.h"
#include "ui/plain.h"

static void expect(const char *line, unsigned key, unsigned times)
{
	unsigned n;

	if (plain_key(line, &n) != key || (key && n != times))
		fail_msg("'%s' means %#x, %u times", line, plain_key(line, &n), n);
}

static void test_key__each_word(void **state)
{
	(void)state;
	expect("", UI_KEY_ENTER, 1);
	expect("b", UI_KEY_ESC, 1);
	expect("q", UI_KEY_LOST, 1);
	expect("d", 'd', 1);
	expect("+", UI_KEY_RIGHT, 1);
	expect("-", UI_KEY_LEFT, 1);
	expect("+20", UI_KEY_RIGHT, 20);
	expect("-3", UI_KEY_LEFT, 3);
	expect("+ 5", UI_KEY_NONE, 0);
	expect("-+3", UI_KEY_NONE, 0);
	expect("+0", UI_KEY_NONE, 0);
	expect("-0", UI_KEY_NONE, 0);
	expect("+10000", UI_KEY_RIGHT, 10000);
	expect("+10001", UI_KEY_NONE, 0);		  /* nobody waits for so many */
	expect("+-18446744073709551611", UI_KEY_NONE, 0); /* 5, to who counts round */
}

/* The plan is confirmed by the whole word, and by nothing that a scanner or a slip sends. */
static void test_key__confirms__only_the_whole_word(void **state)
{
	static const char *const others[] = {"y", "Y", "ye", "yes!", "yes yes", " yes", "0", "1",
		"123456", "111111-222222", "\t", "F12", "\x19", "+0", "+x", "+1 yes", "-99999999",
		"\x1b[24~"};

	(void)state;
	expect("yes", UI_KEY_F12, 1);
	expect("YES", UI_KEY_F12, 1);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		unsigned n;
		const unsigned key = plain_key(others[i], &n);
		if (key == UI_KEY_F12 || key == UI_KEY_CTRL_Y || key == UI_KEY_ENTER)
			fail_msg("'%s' means %#x", others[i], key);
	}
	expect("7", '7', 1); /* of a list that has numbers */
	expect("0", UI_KEY_NONE, 0);
	expect("77", UI_KEY_NONE, 0);
	assert_string_equal(plain_word(UI_KEY_F12), "yes");
	assert_string_equal(plain_word(UI_KEY_ESC), "b");
	assert_string_equal(plain_word('d'), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key__each_word),
		cmocka_unit_test(test_key__confirms__only_the_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
