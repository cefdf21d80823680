/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When sticks are looked at, and what is offered. The sticks are the test's (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/tui.h"

#define SECOND 1000000000ULL

static const char *plugged; /* paths */
static const char *with_key;
static uint64_t now;
static unsigned *n_looked; /* by all processes */
static char dir[] = "/tmp/test_sticks.XXXXXX", hanging[64];
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

/* In a process of its own. */
int __wrap_rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err)
{
	(void)q;
	(void)__atomic_add_fetch(n_looked, 1, __ATOMIC_SEQ_CST);
	*ret = (struct rs_stick_key){0};
	if (strcmp(path, hanging) == 0)
		(void)open(path, O_RDONLY | O_CLOEXEC); /* nobody writes there: for ever */
	if (!with_key || strcmp(path, with_key) != 0)
		return 0;
	(void)snprintf(ret->place, sizeof(ret->place), "%s: key.txt", path);
	return rs_secret_set(&ret->bytes, "a key", 5, err) < 0 ? RS_E_MEMORY : 1;
}

uint64_t __wrap_term_now_ns(void)
{
	return now;
}

static int begin(void **state)
{
	(void)state;
	n_looked = mmap(
		NULL, sizeof(*n_looked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n_looked == MAP_FAILED || !mkdtemp(dir))
		return -1;
	(void)snprintf(hanging, sizeof(hanging), "%s/fifo", dir);
	return mkfifo(hanging, 0600);
}

static int end(void **state)
{
	(void)state;
	return unlink(hanging) || rmdir(dir);
}

static int fresh(void **state)
{
	(void)state;
	sticks_done(&tui);
	tui = (struct tui){0};
	now = 5 * SECOND;
	*n_looked = 0;
	with_key = NULL;
	return 0;
}

static bool has_process(void)
{
	for (size_t i = 0; i < STICKS_MOST; i++)
		if (tui.sticks.list[i].pid)
			return true;
	return false;
}

/* Until those that look have ended, and are buried; a minute is for a machine that does much
 * else. */
static void settle(void)
{
	for (unsigned i = 0; i < 6000; i++) {
		assert_int_equal(sticks_idle(&tui), SCREEN_STAY);
		if (!has_process())
			return;
		(void)poll(NULL, 0, 10);
	}
	fail_msg("a process does not end");
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
	settle();
	assert_true(is_offered("/dev/sdb: key.txt"));
	assert_int_equal(sticks_key(&tui)->bytes.len, 5);
	assert_memory_equal(sticks_key(&tui)->bytes.p, "a key", 5);
	assert_true(tui.consoles.is_due); /* to be painted */
	assert_int_equal(sticks_go(&tui), SCREEN_ANSWER);
	assert_true(tui.sticks.is_taken);
}

static void test_idle__later__is_looked_at_once_and_goes_with_its_stick(void **state)
{
	(void)state;
	plugged = "";
	settle();
	assert_int_equal(*n_looked, 0);
	plugged = "/dev/sdc";
	with_key = "/dev/sdc";
	now += SECOND / 2; /* too soon */
	settle();
	assert_int_equal(*n_looked, 0);
	for (unsigned i = 0; i < 5; i++, now += SECOND)
		settle();
	assert_int_equal(*n_looked, 1); /* it does not change while it is there */
	assert_true(is_offered("/dev/sdc: key.txt"));
	plugged = "";
	tui.consoles.is_due = false;
	settle();
	assert_true(tui.consoles.is_due);
	assert_false(sticks_are_open(&tui));
	for (size_t i = 0; i < STICKS_MOST; i++)
		assert_true(
			!tui.sticks.list[i].key.bytes.p && !tui.sticks.list[i].got.p); /* wiped */
	plugged = "/dev/sdcc";
	now += SECOND;
	settle();
	assert_int_equal(*n_looked, 2); /* another name that begins so */
}

static void test_idle__sticks_without_it__nothing_is_offered(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	plugged = "/dev/sda /dev/sdb";
	settle();
	assert_int_equal(*n_looked, 2);
	sticks_draw(&tui, &p);
	assert_int_equal(p.n, 0);
}

/* The screen goes on, the other stick is looked at, and after a while nobody waits any more. */
static void test_idle__one_hangs__the_others_do_not_wait(void **state)
{
	auto_page struct page p = {0};
	char both[128];

	(void)state;
	(void)snprintf(both, sizeof(both), "%s /dev/sdb", hanging);
	plugged = both;
	with_key = "/dev/sdb";
	for (unsigned i = 0; i < 6000 && !sticks_are_open(&tui); i++) {
		(void)sticks_idle(&tui);
		(void)poll(NULL, 0, 10);
	}
	assert_true(is_offered("/dev/sdb: key.txt"));
	assert_true(has_process()); /* still there */
	now += 30 * SECOND;
	settle();
	assert_int_equal(*n_looked, 2);
	sticks_draw(&tui, &p);
	assert_true(p.n > 1 && strstr(p.lines[1].text, "does not answer"));
	assert_true(is_offered("/dev/sdb: key.txt"));
	sticks_done(&tui);
	assert_false(sticks_are_open(&tui));
}

static void test_done__while_one_hangs__it_is_ended(void **state)
{
	(void)state;
	plugged = hanging;
	(void)sticks_idle(&tui);
	assert_true(has_process());
	sticks_done(&tui);
	plugged = "";
	settle();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_idle__plugged_in_before__is_offered_at_once, fresh),
		cmocka_unit_test_setup(
			test_idle__later__is_looked_at_once_and_goes_with_its_stick, fresh),
		cmocka_unit_test_setup(test_idle__sticks_without_it__nothing_is_offered, fresh),
		cmocka_unit_test_setup(test_idle__one_hangs__the_others_do_not_wait, fresh),
		cmocka_unit_test_setup(test_done__while_one_hangs__it_is_ended, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
