/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entry of a recovery password: a key in, boxes and verdicts out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/key_entry.h"
#include "ui/keys.h"

/* Good groups, the largest among them. */
#define WHOLE "000011-111111-222222-333333-444444-555555-666666-720885"

static struct key_entry entry;

static int fresh(void **state)
{
	(void)state;
	entry = (struct key_entry){0};
	return 0;
}

/* Returns whether it was complete at the end. */
static bool type(const char *text)
{
	bool ret = false;

	for (; *text; text++)
		ret = key_entry_put(&entry, (unsigned char)*text);
	return ret;
}

static void press(unsigned key, unsigned times)
{
	while (times--)
		(void)key_entry_put(&entry, key);
}

static void assert_taken(const char *digits)
{
	auto_secret struct rs_secret got = {0};
	const struct key_entry empty = {0};

	assert_int_equal(key_entry_take(&entry, &got, NULL), 0);
	assert_int_equal(got.len, strlen(digits));
	assert_memory_equal(got.p, digits, got.len);
	assert_memory_equal(&entry, &empty, sizeof(entry)); /* nothing of it is left */
}

static void test_put__any_separators__the_same_key(void **state)
{
	static const char *const forms[] = {
		"000011111111222222333333444444555555666666720885",
		WHOLE,
		"000011 111111 222222 333333 444444 555555 666666 720885",
		"000011-111111-222222-333333-\r444444-555555-666666-720885\r",
		"  000011\t111111\t222222\t333333\t444444\t555555\t666666\t720885\t\t",
		"Key: 0000 11111 111, 222222/333333/444444/555555/666666 and 720885.",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		(void)fresh(state);
		assert_true(type(forms[i]));
		assert_taken("000011111111222222333333444444555555666666720885");
	}
}

static void test_put__behind_the_last_digit__belongs_to_the_entry(void **state)
{
	(void)state;
	assert_true(type(WHOLE));
	assert_true(type("\r\r\t 1234567\r"));
	press(UI_KEY_BACKSPACE, 3);
	press(UI_KEY_HOME, 1);
	assert_true(type("999999"));
	assert_taken("000011111111222222333333444444555555666666720885");
}

static void expect_verdict(const char *group, enum entry_verdict verdict)
{
	entry = (struct key_entry){0};
	assert_false(type(group));
	if (key_entry_judge(&entry, 0) != verdict)
		fail_msg("%s is judged %d", group, (int)key_entry_judge(&entry, 0));
	assert_int_equal(key_entry_judge(&entry, 1), ENTRY_OPEN);
}

static void test_judge__each_group__as_soon_as_it_is_full(void **state)
{
	(void)state;
	expect_verdict("", ENTRY_OPEN);
	expect_verdict("12345", ENTRY_OPEN);
	expect_verdict("99999", ENTRY_OPEN);
	expect_verdict("000000", ENTRY_GOOD);
	expect_verdict("000011", ENTRY_GOOD);
	expect_verdict("000001", ENTRY_NOT_11);
	expect_verdict("123456", ENTRY_NOT_11);
	expect_verdict("720885", ENTRY_GOOD); /* 65535 * 11 */
	expect_verdict("720884", ENTRY_NOT_11);
	expect_verdict("720896", ENTRY_TOO_LARGE); /* 65536 * 11 */
	expect_verdict("999999", ENTRY_TOO_LARGE);
	expect_verdict("720886", ENTRY_TOO_LARGE);
}

static void test_put__a_wrong_group__is_never_complete(void **state)
{
	char key[] = WHOLE;

	(void)state;
	for (unsigned box = 0; box < ENTRY_BOXES; box++) {
		for (unsigned i = 0; i < 2; i++) {
			char *digit = &key[box * 7 + (i ? 5 : 0)];
			const char was = *digit;
			*digit = i ? (char)('0' + (was - '0' + 1) % 10) : '9';
			entry = (struct key_entry){0};
			assert_false(type(key));
			assert_int_not_equal(key_entry_judge(&entry, box), ENTRY_GOOD);
			assert_int_equal(entry.at, box * ENTRY_BOX_DIGITS); /* to be typed again */
			*digit = was;
			assert_true(type((char[]){key[box * 7], key[box * 7 + 1], key[box * 7 + 2],
				key[box * 7 + 3], key[box * 7 + 4], key[box * 7 + 5], '\0'}));
		}
	}
}

static void test_put__cursor_and_corrections__across_boxes(void **state)
{
	(void)state;
	(void)type("0000111");
	press(UI_KEY_BACKSPACE, 2); /* into the first box */
	assert_int_equal(entry.at, 5);
	assert_int_equal(key_entry_judge(&entry, 0), ENTRY_OPEN);
	press(UI_KEY_LEFT, 9);
	assert_int_equal(entry.at, 0);
	press(UI_KEY_BACKSPACE, 1); /* nothing is before it */
	assert_int_equal(entry.at, 0);
	press(UI_KEY_RIGHT, 2);
	press(UI_KEY_DELETE, 1);
	assert_int_equal(entry.digit[2], 0);
	assert_int_equal(entry.at, 2);
	press(UI_KEY_END, 1);
	assert_int_equal(entry.at, 5);
	press(UI_KEY_HOME, 1);
	assert_true(type(WHOLE));
}

static void test_put__the_last_place__nothing_goes_beyond(void **state)
{
	(void)state;
	press(UI_KEY_RIGHT, 100);
	assert_int_equal(entry.at, ENTRY_DIGITS);
	(void)type("7");
	press(UI_KEY_DELETE, 1);
	press(UI_KEY_BACKSPACE, 1);
	assert_int_equal(entry.at, ENTRY_DIGITS - 1);
	(void)type("5");
	assert_int_equal(entry.digit[ENTRY_DIGITS - 1], '5');
	assert_false(key_entry_is_complete(&entry));
	press(UI_KEY_HOME, 1);
	assert_true(type(WHOLE));
}

/* Linux' console sends Esc O P to S for NumLock, / * and - of the keypad. */
static void test_means__function_keys__digits_but_on_a_line(void **state)
{
	static const char digits[] = "1234567890";

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(key_entry_means(UI_KEY_F1 + i, ENTRY_FROM_SCREEN),
			(unsigned char)digits[i]);
		assert_int_equal(key_entry_means(UI_KEY_F1 + i, ENTRY_FROM_TERMINAL),
			(unsigned char)digits[i]);
		assert_int_equal(key_entry_means(UI_KEY_F1 + i, ENTRY_FROM_SERIAL), UI_KEY_F1 + i);
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(key_entry_means(UI_KEY_PF1 + i, ENTRY_FROM_TERMINAL),
			(unsigned char)digits[i]);
		assert_int_equal(
			key_entry_means(UI_KEY_PF1 + i, ENTRY_FROM_SCREEN), UI_KEY_PF1 + i);
		assert_int_equal(
			key_entry_means(UI_KEY_PF1 + i, ENTRY_FROM_SERIAL), UI_KEY_PF1 + i);
	}
	for (unsigned key = 0; key <= UI_KEY_LOST; key++)
		if ((key < UI_KEY_F1 || key > UI_KEY_F10) && (key < UI_KEY_PF1 || key > UI_KEY_PF4))
			assert_int_equal(key_entry_means(key, ENTRY_FROM_TERMINAL), key);
}

static void test_put__other_keys__nothing(void **state)
{
	const struct key_entry empty = {0};

	(void)state;
	for (unsigned key = 0; key <= UI_KEY_LOST; key++)
		if (key != UI_KEY_RIGHT && !(key >= '0' && key <= '9'))
			assert_false(key_entry_put(&entry, key));
	assert_memory_equal(&entry, &empty, sizeof(entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_put__any_separators__the_same_key, fresh),
		cmocka_unit_test_setup(
			test_put__behind_the_last_digit__belongs_to_the_entry, fresh),
		cmocka_unit_test_setup(test_judge__each_group__as_soon_as_it_is_full, fresh),
		cmocka_unit_test_setup(test_put__a_wrong_group__is_never_complete, fresh),
		cmocka_unit_test_setup(test_put__cursor_and_corrections__across_boxes, fresh),
		cmocka_unit_test_setup(test_put__the_last_place__nothing_goes_beyond, fresh),
		cmocka_unit_test(test_means__function_keys__digits_but_on_a_line),
		cmocka_unit_test_setup(test_put__other_keys__nothing, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
