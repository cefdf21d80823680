/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first process says to the screen: only one word lets it write, and who is gone allows
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/supervisor.h"
#include "ui/ui.h"

static int theirs;
static struct supervisor boss;
static struct consoles all;
static struct rs_err err;

static int fresh(void **state)
{
	int both[2];

	(void)state;
	err = (struct rs_err){0};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, both) < 0)
		return 1;
	theirs = both[0];
	return supervisor_open(&boss, both[1], &all, &err);
}

static int over(void **state)
{
	(void)state;
	supervisor_close(&boss);
	return close(theirs);
}

static void tell(const char *packet, size_t len)
{
	assert_int_equal(send(theirs, packet, len, 0), (ssize_t)len);
}

/* One after another into the socket, before it is asked; what is asked throws away nothing. */
static int may_write_after(const char *const *packets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tell(packets[i], strlen(packets[i]));
	return supervisor_may_write(&boss, "/dev/sda", &all, &err);
}

static void test_may_write__go__is_allowed(void **state)
{
	(void)state;
	assert_int_equal(may_write_after((const char *[]){"go"}, 1), 0);
	assert_true(boss.is_there);
}

/* Words that are nearly it. */
static void test_may_write__garbage__is_no_go(void **state)
{
	static const char *const packets[] = {"goes", "g", "go ", "go now", "go\n", " go", "GO",
		"line go", "may go", "error", "yours go", "disks go"};

	(void)state;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++)
		tell(packets[i], strlen(packets[i]));
	tell("go\0", 3);
	tell("\0go", 3);
	assert_true(supervisor_hear(&boss, &all));
	assert_false(boss.has_go);
	assert_true(boss.is_there);
}

/* A packet of nothing is what the end of the socket looks like: it is the end, whatever comes
 * behind. */
static void test_may_write__empty_packet__is_the_end(void **state)
{
	(void)state;
	assert_int_equal(may_write_after((const char *[]){"", "go"}, 2), RS_E_BUSY);
	assert_string_equal(err.object, "/dev/sda");
	assert_false(boss.has_go);
	assert_false(boss.is_there);
	assert_true(boss.is_gone);
	assert_int_equal(boss.may, 0);
}

/* "go" for the disk before is none for this one. */
static void test_may_write__asked_again__needs_another_go(void **state)
{
	(void)state;
	assert_int_equal(may_write_after((const char *[]){"go"}, 1), 0);
	assert_int_equal(may_write_after((const char *[]){"error it is a part", ""}, 2), RS_E_BUSY);
}

static void test_may_write__nobody_ever__is_allowed(void **state)
{
	struct supervisor none;

	(void)state;
	assert_int_equal(supervisor_open(&none, -1, &all, &err), 0);
	assert_int_equal(supervisor_may_write(&none, "/dev/sda", &all, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_may_write__go__is_allowed, fresh, over),
		cmocka_unit_test_setup_teardown(test_may_write__garbage__is_no_go, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_may_write__empty_packet__is_the_end, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_may_write__asked_again__needs_another_go, fresh, over),
		cmocka_unit_test(test_may_write__nobody_ever__is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
