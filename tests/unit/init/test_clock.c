/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What time is believed, and when the system's clock is set: no clock is touched here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "init/clock.h"
#include "tree.h"

int __wrap_settimeofday(const struct timeval *tv, const struct timezone *tz);

static int64_t set_to;

int __wrap_settimeofday(const struct timeval *tv, const struct timezone *tz)
{
	(void)tz;
	set_to = tv->tv_sec;
	return 0;
}

#define BUILT 1764000000LL
#define YEAR  (365 * 86400LL)

static void test_sound__from_the_build_for_ten_years(void **state)
{
	(void)state;
	assert_true(clock_is_sound(BUILT, BUILT));
	assert_false(clock_is_sound(BUILT - 1, BUILT));
	assert_true(clock_is_sound(BUILT + 10 * YEAR - 1, BUILT));
	assert_false(clock_is_sound(BUILT + 10 * YEAR, BUILT));
	assert_false(clock_is_sound(0, BUILT));
	assert_false(clock_is_sound(INT64_MAX, BUILT));
}

static void test_take__only_what_can_be(void **state)
{
	struct clock_now c = {.source = CLOCK_PENDING};
	char text[200];

	(void)state;
	set_to = 0;
	assert_false(clock_take(BUILT - 100, "10.0.0.1", BUILT, true, &c));
	assert_int_equal(c.source, CLOCK_PENDING);
	assert_false(clock_is_known(&c));
	assert_int_equal(set_to, 0);
	assert_true(clock_take(BUILT + 100, "10.0.0.1", BUILT, false, &c));
	assert_int_equal(set_to, 0);
	assert_true(clock_take(BUILT + 100, "10.0.0.1", BUILT, true, &c));
	assert_int_equal(set_to, BUILT + 100);
	assert_true(clock_is_known(&c));
	clock_text(&c, text, sizeof(text));
	assert_non_null(strstr(text, "known (by the time server 10.0.0.1"));
}

static void test_begin__before_the_build__set_to_it(void **state)
{
	struct clock_now c;
	const int64_t later = time(NULL) + 1000;

	(void)state;
	set_to = 0;
	clock_begin(later, true, &c);
	assert_int_equal(set_to, later);
	assert_true(c.off_s >= 999);
	set_to = 0;
	clock_begin(later, false, &c);
	assert_int_equal(set_to, 0);
	clock_begin(BUILT, true, &c);
	assert_int_equal(set_to, 0);
	assert_int_equal(c.off_s, 0);
	assert_false(clock_is_known(&c));
}

static void test_servers__settings_first_then_dhcp_then_gateways(void **state)
{
	struct lease l[LEASE_FAMILIES] = {
		{.router = "10.0.0.1", .ntp = {"10.0.0.5", "10.0.0.1"}},
		{.ntp = {"fd00::5"}},
		{.router = "fe80::1"},
	};
	const char *ret[CLOCK_SERVERS];

	(void)state;
	assert_int_equal(clock_servers("time.example", l, ret), 4);
	assert_string_equal(ret[0], "time.example");
	assert_string_equal(ret[1], "10.0.0.5");
	assert_string_equal(ret[2], "10.0.0.1");
	assert_string_equal(ret[3], "fd00::5");
	assert_int_equal(clock_servers("", l, ret), 3);
	const char *more[CLOCK_SERVERS + 1];
	more[CLOCK_SERVERS] = "end";
	for (int i = 0; i < LEASE_FAMILIES; i++)
		for (int k = 0; k < LEASE_SERVERS; k++)
			(void)snprintf(l[i].ntp[k], LEASE_ADDRESS, "10.0.%d.%d", i, k);
	assert_int_equal(clock_servers("time.example", l, more), CLOCK_SERVERS);
	assert_string_equal(more[CLOCK_SERVERS], "end");
}

static void test_floor__the_last_files_time(void **state)
{
	const char *root = tree_new();
	const struct timeval times[2] = {{BUILT, 0}, {BUILT, 0}};
	char path[256];

	(void)state;
	assert_int_equal(clock_floor(root), 0);
	tree_file("unbrick/complete", "");
	(void)snprintf(path, sizeof(path), "%s/unbrick/complete", root);
	assert_int_equal(utimes(path, times), 0);
	assert_int_equal(clock_floor(root), BUILT);
	const struct timeval before[2] = {{-5, 0}, {-5, 0}};
	assert_int_equal(utimes(path, before), 0);
	assert_int_equal(clock_floor(root), 0);
	tree_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound__from_the_build_for_ten_years),
		cmocka_unit_test(test_take__only_what_can_be),
		cmocka_unit_test(test_begin__before_the_build__set_to_it),
		cmocka_unit_test(test_servers__settings_first_then_dhcp_then_gateways),
		cmocka_unit_test(test_floor__the_last_files_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
