/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When sticks are looked at, and what is offered. The sticks are the test's (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ui/tui.h"

#define SECOND 1000000000ULL

static const char *plugged; /* paths */
static const char *with_key;
static uint64_t now;
static unsigned n_looked;
static struct tui tui;

int __wrap_rs_stick_list(char *ret, size_t cap, struct rs_err *err);
int __wrap_rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err);
uint64_t __wrap_term_now_ns(void);

int __wrap_rs_stick_list(char *ret, size_t cap, struct rs_err *err)
{
	(void)err;
	(void)snprintf(ret, cap, "%s", plugged);
	return 0;
}

int __wrap_rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err)
{
	(void)q;
	n_looked++;
	*ret = (struct rs_stick_key){0};
	if (!with_key || strcmp(path, with_key) != 0)
		return 0;
	(void)snprintf(ret->place, sizeof(ret->place), "%s: key.txt", path);
	return rs_secret_set(&ret->bytes, "a key", 5, err) < 0 ? RS_E_MEMORY : 1;
}

uint64_t __wrap_term_now_ns(void)
{
	return now;
}

static int fresh(void **state)
{
	(void)state;
	rs_stick_key_done(&tui.sticks.key);
	tui = (struct tui){0};
	now = 5 * SECOND;
	n_looked = 0;
	with_key = NULL;
	return 0;
}

static bool is_offered(const char *place)
{
	auto_page struct page p = {0};

	sticks_draw(&tui, &p);
	return p.n && strstr(p.lines[0].text, place) && sticks_are_open(&tui);
}

static void test_idle__plugged_in_before__is_offered_at_once(void **state)
{
	(void)state;
	plugged = "/dev/sda /dev/sdb";
	with_key = "/dev/sdb";
	assert_false(sticks_are_open(&tui));
	assert_int_equal(sticks_idle(&tui), SCREEN_STAY);
	assert_true(is_offered("/dev/sdb: key.txt"));
	assert_true(tui.consoles.is_due); /* to be painted */
	assert_int_equal(sticks_go(&tui), SCREEN_ANSWER);
	assert_true(tui.sticks.is_taken);
}

static void test_idle__later__is_looked_at_once_and_goes_with_its_stick(void **state)
{
	(void)state;
	plugged = "";
	(void)sticks_idle(&tui);
	assert_int_equal(n_looked, 0);
	plugged = "/dev/sdc";
	with_key = "/dev/sdc";
	now += SECOND / 2; /* too soon */
	(void)sticks_idle(&tui);
	assert_int_equal(n_looked, 0);
	for (unsigned i = 0; i < 5; i++, now += SECOND)
		(void)sticks_idle(&tui);
	assert_int_equal(n_looked, 1); /* it does not change while it is there */
	assert_true(is_offered("/dev/sdc: key.txt"));
	plugged = "";
	(void)sticks_idle(&tui);
	assert_false(sticks_are_open(&tui));
	assert_null(tui.sticks.key.bytes.p); /* wiped */
}

static void test_idle__sticks_without_it__nothing_is_offered(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	plugged = "/dev/sda /dev/sdb";
	(void)sticks_idle(&tui);
	assert_int_equal(n_looked, 2);
	sticks_draw(&tui, &p);
	assert_int_equal(p.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_idle__plugged_in_before__is_offered_at_once, fresh),
		cmocka_unit_test_setup(
			test_idle__later__is_looked_at_once_and_goes_with_its_stick, fresh),
		cmocka_unit_test_setup(test_idle__sticks_without_it__nothing_is_offered, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
