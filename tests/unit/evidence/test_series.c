/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows are one crash, and which crashes are the trouble of now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made.h"

#define DRIVER "\\Windows\\System32\\drivers\\x.sys"

static struct ev_series series_of(struct evidence *e)
{
	struct ev_series s;

	ev_sort(e);
	assert_int_equal(ev_series_make(e, &s, NULL), 0);
	return s;
}

static void nothing_is_no_trouble(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(60));
	s = series_of(e);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.first, s.n);
	assert_int_equal(s.last_good, AT(60));
	assert_int_equal(s.good_start, AT(0));
}

/* A dump, the page file, DumpStack.log, and 41 with 1001 of the start after it. */
static void all_that_tells_of_it_is_one_crash(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};
	struct ev_item *i;

	(void)state;
	made_run(e, AT(0), AT(60));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	(void)made_dump(e, AT(101), 0xd1, 1, EV_AT_FAULT, DRIVER);
	i = ev_add_crash(e, EV_PAGEFILE, AT(101));
	i->crash->code = 0xd1;
	i = ev_add_crash(e, EV_DUMP_STACK, AT(101) + MIN / 60);
	i->crash->code = 0xd1;
	made_logged(e, AT(103), 0xd1);
	s = series_of(e);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.n_crashes, 1);
	assert_int_equal(s.list[0].time, AT(101));
	assert_true(s.list[0].is_exact);
	assert_int_equal(s.list[0].n_items, 5);
	assert_int_equal(s.since, AT(0));
	assert_int_equal(s.until, AT(103));
	assert_int_equal(s.good_after, 0);
}

/* A loop: each start tells of the crash before it, also where dump and log have the same numbers.
 */
static void starts_of_a_loop_are_told_apart(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(60));
	for (int k = 0; k < 3; k++) {
		(void)made_dump(e, AT(100 + 3 * k), 0x50, 1, EV_AT_FAULT, DRIVER);
		made_logged(e, AT(101 + 3 * k), 0x50);
	}
	s = series_of(e);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.n_crashes, 3);
	for (int k = 0; k < 3; k++) {
		assert_int_equal(s.list[k].time, AT(100 + 3 * k));
		assert_int_equal(s.list[k].n_items, 3);
	}
}

/* Without a dump the start after it tells when it was at the latest. */
static void a_log_alone_is_a_crash_too(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(60));
	made_logged(e, AT(100), 0x7e);
	made_logged(e, AT(104), 0x7e);
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_false(s.list[0].is_exact);
	assert_int_equal(s.list[0].kind, EV_T_CRASH);
	assert_int_equal(s.list[1].code, 0x7e);
}

static void power_and_button_are_no_crashes(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(60));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(100) + 1, "");
	(void)made_row(e, EV_UNCLEAN, EV_EVENT_LOG, AT(100) + 2, "");
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(200), "");
	(void)made_row(e, EV_BUTTON, EV_EVENT_LOG, AT(200) + 1, "");
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].kind, EV_T_POWER);
	assert_int_equal(s.list[1].kind, EV_T_BUTTON);
	assert_int_equal(s.first, s.n);
}

/* A 41 with code 0, and a dump of that very run: no power was lost. */
static void a_dump_is_stronger_than_a_zero(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(99), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(100) + 1, "");
	s = series_of(e);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.list[0].kind, EV_T_CRASH);
	assert_int_equal(s.list[0].code, 0xd1);
}

/* A good run between two crashes parts them, unless they lie in the same module. */
static void a_good_run_parts_them(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(10), 0x50, 1, EV_AT_FAULT, "\\Windows\\System32\\drivers\\y.sys");
	made_run(e, AT(20), AT(200));
	(void)made_dump(e, AT(300), 0xd1, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.first, 1);
	assert_int_equal(s.since, AT(20));
}

static void the_same_fault_goes_on(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(5));
	(void)made_dump(e, AT(10), 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_run(e, AT(20), AT(200));
	(void)made_dump(e, AT(300), 0xd1, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.first, 0);
	assert_int_equal(s.n_crashes, 2);
	assert_int_equal(s.since, AT(0));
}

static void what_ran_well_since_is_past(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(10), 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_run(e, AT(20), AT(200));
	s = series_of(e);
	assert_int_equal(s.good_after, AT(200));
}

/* The run that ends in the first crash was a good one when it was long: what came in it counts. */
static void a_long_run_that_crashes_was_good_until_then(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(-5000), AT(-4000));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(-900), "");
	(void)made_dump(e, AT(0), 0x50, 900, EV_AT_FAULT, DRIVER);
	(void)made_dump(e, AT(3), 0x50, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.first, 0);
	assert_int_equal(s.n_crashes, 2);
	assert_int_equal(s.since, AT(-900));
	assert_int_equal(s.last_good, AT(0));
}

static void failed_starts_are_trouble(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_run(e, AT(0), AT(60));
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(70), "");
	(void)made_row(e, EV_START_FAILED, EV_BOOT_STATUS, AT(72), "");
	(void)made_row(e, EV_START_FAILED, EV_STARTUP_REPAIR, AT(300), "");
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.first, 0);
	assert_int_equal(s.last, 1);
	assert_int_equal(s.n_crashes, 0);
	assert_int_equal(s.list[0].kind, EV_T_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_no_trouble),
		cmocka_unit_test(all_that_tells_of_it_is_one_crash),
		cmocka_unit_test(starts_of_a_loop_are_told_apart),
		cmocka_unit_test(a_log_alone_is_a_crash_too),
		cmocka_unit_test(power_and_button_are_no_crashes),
		cmocka_unit_test(a_dump_is_stronger_than_a_zero),
		cmocka_unit_test(a_good_run_parts_them),
		cmocka_unit_test(the_same_fault_goes_on),
		cmocka_unit_test(what_ran_well_since_is_past),
		cmocka_unit_test(a_long_run_that_crashes_was_good_until_then),
		cmocka_unit_test(failed_starts_are_trouble),
	};

	return cmocka_run_group_tests_name("evidence: series", tests, NULL, NULL);
}
