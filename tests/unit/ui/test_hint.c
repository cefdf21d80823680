/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When and to whom it is told what helps if the keyboard does nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/hint.h"

#define SECOND 1000000000ULL

static void test_due__twenty_seconds_without_a_key(void **state)
{
	(void)state;
	assert_false(hint_is_due(5 * SECOND, 5 * SECOND, false));
	assert_false(hint_is_due(5 * SECOND, 25 * SECOND - 1, false));
	assert_true(hint_is_due(5 * SECOND, 25 * SECOND, false));
	assert_false(hint_is_due(5 * SECOND, 25 * SECOND, true));
	assert_false(hint_is_due(5 * SECOND, 4 * SECOND, false));
}

/* Of a PC's keyboard, a power button, a mouse and a keypad of volume keys, as Linux 6.1 shows them.
 */
static void test_keyboard__by_its_digits(void **state)
{
	(void)state;
	assert_true(
		hint_is_keyboard("402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe"));
	assert_false(hint_is_keyboard("10000000000000 0"));
	assert_false(hint_is_keyboard("1f0000 0 0 0 0"));
	assert_false(hint_is_keyboard("ffc 0"));
	assert_true(hint_is_keyboard("ffc"));
	assert_false(hint_is_keyboard("7fc"));
	assert_false(hint_is_keyboard("ff8"));
	assert_false(hint_is_keyboard(""));
}

static char folder[] = "/tmp/test_hint.XXXXXX";

static void device(const char *name, const char *keys)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/%s/device", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/%s/device/capabilities", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/%s/device/capabilities/key", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(keys, f);
	(void)fclose(f);
}

static void test_has_keyboard__any_device_that_is_one(void **state)
{
	char command[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_false(hint_has_keyboard(folder)); /* a tablet */
	device("event0", "10000000000000 0\n");
	assert_false(hint_has_keyboard(folder));
	device("event7", "fffffffffffffffe\n");
	assert_true(hint_has_keyboard(folder));
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
	assert_true(hint_has_keyboard(folder)); /* no sysfs: not known */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due__twenty_seconds_without_a_key),
		cmocka_unit_test(test_keyboard__by_its_digits),
		cmocka_unit_test(test_has_keyboard__any_device_that_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
