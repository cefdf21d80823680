/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first process says to the screen: only one word lets it write, and who is gone allows
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ui/supervisor.h"
#include "ui/ui.h"

#define SECOND_NS 1000000000ULL

static uint64_t now_ns, step_ns; /* that pass each time somebody looks */

uint64_t __wrap_term_now_ns(void);

uint64_t __wrap_term_now_ns(void)
{
	return now_ns += step_ns;
}

static int theirs;
static struct supervisor boss;
static struct consoles all;
static struct rs_err err;

static int fresh(void **state)
{
	int both[2];

	(void)state;
	err = (struct rs_err){0};
	now_ns = 100 * SECOND_NS;
	step_ns = 0;
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

/* What was wrong with the disk before is not wrong with this one. */
static void test_may_write__error__is_not_allowed_and_no_other_disks(void **state)
{
	(void)state;
	(void)alarm(20);
	assert_int_equal(
		may_write_after((const char *[]){"error it is a part"}, 1), RS_E_PART_OF_SET);
	assert_string_equal(err.detail, "it is a part");
	assert_int_equal(may_write_after((const char *[]){"go"}, 1), 0);
	(void)alarm(0);
}

static void test_may_write__no_answer__is_not_waited_for(void **state)
{
	(void)state;
	step_ns = 20 * SECOND_NS;
	(void)alarm(20);
	assert_int_equal(may_write_after(NULL, 0), RS_E_BUSY);
	(void)alarm(0);
	assert_non_null(strstr(err.detail, "within a minute"));
}

/* The last one: it stays wanted. */
static void test_may_write__stop_wanted__is_not_waited_for(void **state)
{
	(void)state;
	term_catch_signals();
	assert_int_equal(raise(SIGTERM), 0);
	step_ns = SECOND_NS;
	assert_int_equal(may_write_after(NULL, 0), RS_E_CANCELLED);
	term_release_signals();
}

static const char *heard(int *ret_fd)
{
	static char text[LINK_BYTES];
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} with;
	struct iovec part = {text, sizeof(text) - 1};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = with.bytes,
		.msg_controllen = sizeof(with)};
	const ssize_t n = recvmsg(theirs, &m, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	const struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	if (ret_fd && c)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	return text;
}

static void test_open__what_is_no_link__is_refused(void **state)
{
	struct supervisor none;
	int both[2];

	(void)state;
	assert_true(fcntl(boss.fd, F_GETFD) & FD_CLOEXEC); /* no child of ours speaks for us */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
	assert_int_equal(supervisor_open(&none, both[0], &all, &err), RS_E_USAGE);
	(void)close(both[0]);
	(void)close(both[1]);
	assert_int_equal(supervisor_open(&none, both[0], &all, &err), RS_E_USAGE);
}

static void test_report__in_a_file_that_cannot_change(void **state)
{
	char text[16] = "";
	int fd = -1;

	(void)state;
	supervisor_report(&boss, "/dev/sda", "{\"a\": 1}");
	assert_string_equal(heard(&fd), "done sda");
	assert_int_equal(fcntl(fd, F_GET_SEALS), LINK_SEALS);
	assert_int_equal(read(fd, text, sizeof(text)), 8); /* from its beginning */
	assert_string_equal(text, "{\"a\": 1}");
	(void)close(fd);
	supervisor_report(&boss, "/dev/sda", NULL);
	assert_string_equal(heard(NULL), "");
}

static void test_state__told_when_it_changes_and_as_a_sign_of_life(void **state)
{
	(void)state;
	supervisor_say_state(&boss, LINK_WORKING);
	assert_string_equal(heard(NULL), "working");
	supervisor_say_state(&boss, LINK_WORKING);
	assert_string_equal(heard(NULL), "");
	supervisor_say_state(&boss, LINK_IDLE);
	assert_string_equal(heard(NULL), "idle");
	now_ns += 3 * SECOND_NS;
	supervisor_say_state(&boss, LINK_IDLE);
	assert_string_equal(heard(NULL), "idle");
}

static void test_hear__lines_for_ever__the_last_are_kept(void **state)
{
	char line[32];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(line, sizeof(line), "line number %u", i);
		tell(line, strlen(line));
		assert_true(supervisor_hear(&boss, &all));
		assert_in_range(boss.log.n, 1, 400);
	}
	assert_string_equal(boss.last, "number 999");
}

static void test_hear__disks__gone_on_with_only_where_it_begins(void **state)
{
	(void)state;
	tell("begin", 5);
	assert_true(supervisor_hear(&boss, &all));
	assert_true(boss.has_disks && boss.is_list_due && boss.goes_on);
	tell("disks", 5);
	assert_true(supervisor_hear(&boss, &all));
	assert_false(boss.goes_on);
	assert_false(supervisor_hear(&boss, &all)); /* nothing came */
	assert_true(boss.is_there);
}

/* All at once, when they are complete; what is no such text is none of them. */
static void test_hear__sticks__all_at_once_and_no_more_than_there_is_room_for(void **state)
{
	static const char a[] = "stick 3-0 sdb1 15500000000 2-1.4 - Kingston DataTraveler 3.0";

	(void)state;
	tell(a, strlen(a));
	tell("stick 3-1 sdc1", 14);
	assert_true(supervisor_hear(&boss, &all));
	assert_int_equal(boss.n_sticks, 0);
	tell("which", 5);
	assert_true(supervisor_hear(&boss, &all));
	assert_true(boss.is_which_due);
	assert_int_equal(boss.n_sticks, 1);
	assert_string_equal(boss.sticks[0].name, "3-0");
	assert_string_equal(boss.sticks[0].device, "sdb1");
	assert_int_equal(boss.sticks[0].bytes, 15500000000);
	assert_string_equal(boss.sticks[0].port, "2-1.4");
	assert_string_equal(boss.sticks[0].serial, "-");
	assert_string_equal(boss.sticks[0].model, "Kingston DataTraveler 3.0");
	for (unsigned i = 0; i < 20; i++)
		tell(a, strlen(a));
	assert_true(supervisor_hear(&boss, &all));
	tell("which", 5);
	assert_true(supervisor_hear(&boss, &all));
	assert_int_equal(boss.n_sticks, STICKS_TOLD);
	tell("which", 5); /* nothing is asked any more */
	assert_true(supervisor_hear(&boss, &all));
	assert_int_equal(boss.n_sticks, 0);
}

/* A packet of nothing is what the end of the socket looks like: it is the end, whatever comes
 * behind. */
static void test_may_write__empty_packet__is_the_end(void **state)
{
	(void)state;
	tell("may shell", 9);
	assert_true(supervisor_hear(&boss, &all));
	assert_int_not_equal(boss.may, 0);
	assert_non_null(all.wants);
	assert_int_equal(may_write_after((const char *[]){"", "go"}, 2), RS_E_BUSY);
	assert_string_equal(err.object, "/dev/sda");
	assert_false(boss.has_go);
	assert_false(boss.is_there);
	assert_true(boss.is_gone);
	assert_int_equal(boss.may, 0);
	assert_true(boss.has_disks);
	assert_null(all.wants); /* a line is opened by a key again */
	assert_int_equal(all.news_fd, -1);
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
		cmocka_unit_test_setup_teardown(
			test_may_write__error__is_not_allowed_and_no_other_disks, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_may_write__no_answer__is_not_waited_for, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_open__what_is_no_link__is_refused, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_report__in_a_file_that_cannot_change, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_state__told_when_it_changes_and_as_a_sign_of_life, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_hear__lines_for_ever__the_last_are_kept, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_hear__disks__gone_on_with_only_where_it_begins, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_hear__sticks__all_at_once_and_no_more_than_there_is_room_for, fresh,
			over),
		cmocka_unit_test_setup_teardown(
			test_may_write__stop_wanted__is_not_waited_for, fresh, over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
