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

/* Windows makes the small dump out of the large one; which of them tells more is the one that
 * counts.
 */
static void a_large_and_a_small_dump_are_one_crash(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};
	struct ev_item *i;

	(void)state;
	made_run(e, AT(0), AT(60));
	(void)made_dump(e, AT(101), 0xd1, 1, EV_AT_FAULT, DRIVER);
	i = made_dump(e, AT(101), 0xd1, 1, EV_AT_FAULT, NULL);
	i->where = "\\Windows\\MEMORY.DMP";
	(void)made_dump(e, AT(101) + 1, 0xd1, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].n_items, 2);
	assert_string_equal(e->items[s.list[0].items[0]].where, "\\Windows\\MEMORY.DMP");
	assert_int_equal(ev_trouble_dump(e, &s.list[0])->crash->n_blames, 1);
	assert_int_equal(s.list[1].n_items, 1);
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

/* ---- what is not one crash ---- */

static struct ev_item *crash(
	struct evidence *e, enum ev_source source, uint64_t time, uint32_t code)
{
	struct ev_item *i = ev_add_crash(e, source, time);

	assert_non_null(i);
	i->crash->code = code;
	return i;
}

static void other_codes_and_other_times_are_other_crashes(void **state)
{
	static const struct {
		enum ev_source source;
		uint64_t time;
		uint32_t code;
	} others[] = {{EV_PAGEFILE, AT(100), 0x50}, {EV_PAGEFILE, AT(200), 0xd1},
		{EV_DUMP, AT(101), 0xd1}, {EV_DUMP_STACK, AT(101), 0x50},
		{EV_DUMP_STACK, AT(100 + 3000), 0xd1}};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		auto_evidence struct evidence *e = made_begin();
		auto_series struct ev_series s = {0};
		(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, DRIVER);
		(void)crash(e, others[i].source, others[i].time, others[i].code);
		s = series_of(e);
		assert_int_equal(s.n, 2);
		assert_int_equal(s.list[0].n_items, 1);
	}
}

/* The log tells of a crash whose dump was not written: none of the older ones is it. */
static void a_dump_is_told_of_once(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(100) + MIN / 2, 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_logged(e, AT(101), 0xd1);
	made_logged(e, AT(104), 0xd1);
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].n_items, 3);
	assert_int_equal(s.list[1].n_items, 2);
}

/* A loop of one code, quicker than the clocks agree: dump, page file and log are told apart by the
 * parameters. */
static void parameters_tell_crashes_apart(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};
	struct ev_item *i;

	(void)state;
	i = made_dump(e, AT(100), 0x50, 1, EV_AT_FAULT, DRIVER);
	i->crash->has_parameters = true;
	i->crash->parameters[2] = 1;
	made_logged(e, AT(101), 0x50);
	i = &e->items[e->n_items - 1];
	i->crash->has_parameters = true;
	i->crash->parameters[2] = 1;
	i = ev_add_crash(e, EV_PAGEFILE, AT(101) + MIN / 2);
	i->crash->code = 0x50;
	i->crash->has_parameters = true;
	i->crash->parameters[2] = 2;
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.n_crashes, 2);
	assert_int_equal(s.list[0].time, AT(100));
	assert_int_equal(s.list[0].n_items, 3);
	assert_int_equal(s.list[1].n_items, 1);
}

/* Two dumps that no start told of yet: the older one may be what the log speaks of. */
static void a_log_is_of_the_dump_with_its_parameters(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		auto_evidence struct evidence *e = made_begin();
		auto_series struct ev_series s = {0};

		for (unsigned k = 0; k < 2; k++) {
			struct ev_item *i = made_dump(e, AT(100 + k), 0x50, 1, EV_AT_FAULT, DRIVER);
			i->crash->has_parameters = true;
			i->crash->parameters[2] = k;
		}
		made_logged(e, AT(103), 0x50);
		e->items[e->n_items - 1].crash->has_parameters = true;
		e->items[e->n_items - 1].crash->parameters[2] = n;
		s = series_of(e);
		assert_int_equal(s.n, 2);
		assert_int_equal(s.list[n].n_items, 3);
		assert_int_equal(s.list[1 - n].n_items, 1);
	}
}

static void a_start_looks_back_no_further_than_the_one_before(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(50), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_dump(e, AT(99), 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_logged(e, AT(100), 0xd1);
	made_logged(e, AT(104), 0xd1);
	s = series_of(e);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.list[0].n_items, 1);
	assert_int_equal(s.list[1].n_items, 3);
	assert_int_equal(s.list[2].n_items, 2);
}

static void a_log_of_another_code_is_of_another_crash(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_logged(e, AT(101), 0x50);
	s = series_of(e);
	assert_int_equal(s.n, 2);
}

/* Its start is not in the log: the time between them parts them. */
static void rows_far_apart_are_of_two_starts(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(100), "");
	(void)made_row(e, EV_UNCLEAN, EV_EVENT_LOG, AT(150), "");
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[1].kind, EV_T_UNCLEAN);
}

static void rows_of_one_crash_are_bounded(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	for (int k = 0; k < 3 * (int)EV_TROUBLE_ITEMS; k++) {
		(void)made_row(e, EV_UNCLEAN, EV_EVENT_LOG, AT(100) + (uint64_t)k, "");
		(void)made_row(e, EV_START_FAILED, EV_BOOT_STATUS, AT(200) + (uint64_t)k, "");
	}
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].n_items, EV_TROUBLE_ITEMS);
	assert_int_equal(s.list[1].n_items, EV_TROUBLE_ITEMS);
}

/* ---- what is no crash of Windows' own ---- */

static void who_holds_the_button_makes_no_crash(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(99), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
	(void)made_row(e, EV_BUTTON, EV_EVENT_LOG, AT(100) + 1, "");
	(void)made_dump(e, AT(200), 0xe2, 1, EV_AT_FAULT, DRIVER); /* asked for by the keyboard */
	s = series_of(e);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.list[0].kind, EV_T_BUTTON);
	assert_int_equal(s.list[1].kind, EV_T_BUTTON);
	assert_int_equal(s.first, s.n);
}

static void a_failed_start_of_no_time_is_in_no_series(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_row(e, EV_START_FAILED, EV_BOOT_STATUS, 0, "");
	s = series_of(e);
	assert_int_equal(s.n, 0);
}

/* ---- which of them go on ---- */

static void weeks_part_them(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(0), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_dump(e, AT(20 * 1440), 0xd1, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.first, 1);
	assert_int_equal(s.since, AT(20 * 1440) - 7 * 1440 * MIN); /* no run is known */
}

static void a_power_loss_between_parts_nothing(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(100), 0xd1, 1, EV_AT_FAULT, DRIVER);
	made_logged(e, AT(102), 0xd1);
	made_run(e, AT(120), AT(200));
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(210), "");
	(void)made_row(e, EV_POWER_LOSS, EV_EVENT_LOG, AT(210) + 1, "");
	(void)made_dump(e, AT(300), 0xd1, 1, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.first, 0);
}

/* Behind a good run only the same fault counts: not what is somewhere on the stack, and without
 * dumps the same code. */
static void a_good_run_parts_what_is_not_the_same(void **state)
{
	static const struct {
		uint32_t before;
		size_t first;
	} logged[] = {{0x50, 1}, {0xd1, 0}};
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(10), 0xd1, 1, EV_ON_STACK, DRIVER);
	made_run(e, AT(20), AT(200));
	(void)made_dump(e, AT(300), 0xd1, 1, EV_ON_STACK, DRIVER);
	s = series_of(e);
	assert_int_equal(s.first, 1);
	for (size_t i = 0; i < sizeof(logged) / sizeof(logged[0]); i++) {
		auto_evidence struct evidence *one = made_begin();
		auto_series struct ev_series of = {0};
		made_logged(one, AT(10), logged[i].before);
		made_run(one, AT(20), AT(200));
		made_logged(one, AT(300), 0xd1);
		of = series_of(one);
		assert_int_equal(of.n, 2);
		assert_int_equal(of.first, logged[i].first);
	}
}

static void a_long_run_before_a_crash_parts_as_well(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_dump(e, AT(10), 0x50, 1, EV_AT_FAULT, "\\Windows\\System32\\drivers\\y.sys");
	(void)made_dump(e, AT(300), 0xd1, 200, EV_AT_FAULT, DRIVER);
	s = series_of(e);
	assert_int_equal(s.first, 1);
	assert_int_equal(s.since, AT(100));
}

/* ---- runs ---- */

static void an_uptime_before_all_time_is_no_run(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	made_dump(e, AT(0), 0x50, 1, EV_AT_FAULT, DRIVER)->crash->uptime = 2 * T0;
	s = series_of(e);
	assert_int_equal(s.last_good, 0);
	assert_int_equal(s.good_start, 0);
}

/* The run that crashed is seen a little later in another clock: it is no run after the crash. */
static void what_began_before_the_crash_is_not_after_it(void **state)
{
	auto_evidence struct evidence *e = made_begin();
	auto_series struct ev_series s = {0};

	(void)state;
	(void)made_row(e, EV_START, EV_EVENT_LOG, AT(0), "");
	(void)made_dump(e, AT(10), 0xd1, 1, EV_AT_FAULT, DRIVER);
	(void)made_row(e, EV_ALIVE, EV_EVENT_LOG, AT(20), "");
	s = series_of(e);
	assert_int_equal(s.good_after, 0);
}

/* What came in the run before the one that crashed counts a little, if that is not long ago. */
static void the_run_before_counts_for_two_weeks(void **state)
{
	static const int began[] = {-5000, -50000};

	(void)state;
	for (size_t i = 0; i < sizeof(began) / sizeof(began[0]); i++) {
		auto_evidence struct evidence *e = made_begin();
		auto_series struct ev_series s = {0};
		made_run(e, AT(began[i]), AT(began[i] + 100));
		(void)made_row(e, EV_START, EV_EVENT_LOG, AT(-900), "");
		(void)made_dump(e, AT(0), 0x50, 900, EV_AT_FAULT, DRIVER);
		s = series_of(e);
		assert_int_equal(s.since, AT(-900));
		assert_int_equal(s.since_before, i ? AT(-900) : AT(-5000));
	}
}

/* Without a log that run is not known: then what came in the week before it counts. */
static void an_unknown_run_before_counts_for_a_week(void **state)
{
	const uint64_t week = 7 * 1440 * MIN;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		auto_evidence struct evidence *e = made_begin();
		auto_series struct ev_series s = {0};
		if (i)
			(void)made_row(e, EV_STOP, EV_REGISTRY, AT(-1000), "");
		(void)made_dump(e, AT(0), 0x50, 900, EV_AT_FAULT, DRIVER);
		s = series_of(e);
		assert_int_equal(s.since, AT(-900));
		assert_int_equal(s.since_before, (i ? AT(-1000) : AT(-900)) - week);
	}
}

/* Safe Mode loads little of what can fail. */
static void a_run_in_safe_mode_is_no_good_run(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		auto_evidence struct evidence *e = made_begin();
		auto_series struct ev_series s = {0};
		(void)made_dump(e, AT(0), 0x50, 1, EV_AT_FAULT, DRIVER);
		made_row(e, EV_START, EV_EVENT_LOG, AT(10), "")->is_safe_mode = i == 0;
		(void)made_row(e, EV_START, EV_BOOT_STATUS, AT(11), "");
		(void)made_row(e, EV_ALIVE, EV_EVENT_LOG, AT(58), "");
		(void)made_row(e, EV_STOP, EV_EVENT_LOG, AT(60), "");
		(void)made_row(e, EV_STOP, EV_REGISTRY, AT(61), "");
		s = series_of(e);
		assert_int_equal(s.good_after, i ? AT(61) : 0);
	}
}

/* A run that a core process ended a minute after its start is none that went well. */
static void forced_restarts_are_failed_starts(void **state)
{
	(void)state;
	for (int k = 0; k < 3; k++) { /* a person's; a core process'; the same after an hour */
		auto_series struct ev_series s = {0};
		auto_evidence struct evidence *e = made_begin();
		const int minutes = k == 2 ? 60 : 1;
		made_run(e, AT(0), AT(95));
		(void)made_row(e, EV_START, EV_EVENT_LOG, AT(100), "");
		made_row(e, EV_RESTART_ASKED, EV_EVENT_LOG, AT(100 + minutes), "")->is_certain = k;
		(void)made_row(e, EV_STOP, EV_EVENT_LOG, AT(101 + minutes), "");
		ev_sort(e);
		assert_int_equal(ev_series_make(e, &s, NULL), 0);
		assert_int_equal(s.n, k == 1);
		assert_int_equal(s.last_good == AT(95), k == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forced_restarts_are_failed_starts),
		cmocka_unit_test(nothing_is_no_trouble),
		cmocka_unit_test(all_that_tells_of_it_is_one_crash),
		cmocka_unit_test(a_large_and_a_small_dump_are_one_crash),
		cmocka_unit_test(starts_of_a_loop_are_told_apart),
		cmocka_unit_test(a_log_alone_is_a_crash_too),
		cmocka_unit_test(power_and_button_are_no_crashes),
		cmocka_unit_test(a_dump_is_stronger_than_a_zero),
		cmocka_unit_test(a_good_run_parts_them),
		cmocka_unit_test(the_same_fault_goes_on),
		cmocka_unit_test(what_ran_well_since_is_past),
		cmocka_unit_test(a_long_run_that_crashes_was_good_until_then),
		cmocka_unit_test(failed_starts_are_trouble),
		cmocka_unit_test(other_codes_and_other_times_are_other_crashes),
		cmocka_unit_test(a_dump_is_told_of_once),
		cmocka_unit_test(parameters_tell_crashes_apart),
		cmocka_unit_test(a_log_is_of_the_dump_with_its_parameters),
		cmocka_unit_test(a_start_looks_back_no_further_than_the_one_before),
		cmocka_unit_test(a_log_of_another_code_is_of_another_crash),
		cmocka_unit_test(rows_far_apart_are_of_two_starts),
		cmocka_unit_test(rows_of_one_crash_are_bounded),
		cmocka_unit_test(who_holds_the_button_makes_no_crash),
		cmocka_unit_test(a_failed_start_of_no_time_is_in_no_series),
		cmocka_unit_test(weeks_part_them),
		cmocka_unit_test(a_power_loss_between_parts_nothing),
		cmocka_unit_test(a_good_run_parts_what_is_not_the_same),
		cmocka_unit_test(a_long_run_before_a_crash_parts_as_well),
		cmocka_unit_test(an_uptime_before_all_time_is_no_run),
		cmocka_unit_test(what_began_before_the_crash_is_not_after_it),
		cmocka_unit_test(the_run_before_counts_for_two_weeks),
		cmocka_unit_test(an_unknown_run_before_counts_for_a_week),
		cmocka_unit_test(a_run_in_safe_mode_is_no_good_run),
	};

	return cmocka_run_group_tests_name("evidence: series", tests, NULL, NULL);
}
