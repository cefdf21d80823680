/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of a quarantine's steps: the newest counts, and what is no line of ours is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "act/quarantine.h"

/* @text padded as a line is. */
static void take(struct steps *j, const char *text)
{
	char slot[STEPS_SLOT_BYTES];

	memset(slot, ' ', sizeof(slot));
	memcpy(slot, text, strlen(text));
	slot[sizeof(slot) - 1] = '\n';
	steps_take(j, slot);
}

static void test_take__our_own_lines__the_newest_counts(void **state)
{
	struct steps j = {.next = 1};
	char slot[STEPS_SLOT_BYTES];

	(void)state;
	steps_put(1, "fix begun", slot);
	assert_memory_equal(slot, "00000001 fix begun  ", 20);
	assert_int_equal(slot[STEPS_SLOT_BYTES - 1], '\n');
	steps_take(&j, slot);
	take(&j, "00000012 intent 0001");
	assert_int_equal(j.next, 13);
	assert_string_equal(j.last_mode, "fix begun");
	take(&j, "00000007 undo begun"); /* a ring: later lines come before earlier ones */
	assert_string_equal(j.last_mode, "undo begun");
	take(&j, "00000003 fix ended");
	assert_string_equal(j.last_mode, "undo begun");
	assert_int_equal(j.next, 13);
	take(&j, "99999998 fix ended"); /* the last one that has a successor */
	assert_int_equal(j.next, 99999999);
}

/* A sign, a blank, a letter, a digit too many or too few; the number that none can follow. */
static void test_take__no_line_of_ours__is_none(void **state)
{
	static const char *const bad[] = {"-0000001 fix ended", "+0000009 fix ended",
		" 0000009 fix ended", "0000009  fix ended", "000000099 fix ended",
		"0000000x fix ended", "00000009fix ended ", "99999999 fix ended",
		"0x000009 fix ended", ""};
	char slot[STEPS_SLOT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct steps j = {.next = 1};
		take(&j, "00000002 undo begun");
		take(&j, bad[i]);
		assert_int_equal(j.next, 3);
		assert_string_equal(j.last_mode, "undo begun");
	}
	struct steps j = {.next = 1};
	steps_put(9, "fix ended", slot);
	slot[STEPS_SLOT_BYTES - 1] = ' '; /* cut */
	steps_take(&j, slot);
	assert_int_equal(j.next, 1);
	assert_string_equal(j.last_mode, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take__our_own_lines__the_newest_counts),
		cmocka_unit_test(test_take__no_line_of_ours__is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
