/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When sticks are looked at, and what is offered. The sticks are the test's (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/tui.h"

#define SECOND 1000000000ULL

static const char *plugged; /* paths */
static const char *with_key;
static uint64_t now;
/* By all processes: how often, how many would live on without us, had more open than they need,
 * wiped what they found. */
static struct {
	unsigned n_looked, n_orphans, n_open, n_wiped;
} * seen;
static size_t key_len = 5;
static char dir[] = "/tmp/test_sticks.XXXXXX", hanging[64];
static struct tui tui;

int __wrap_rs_stick_list(char *ret, size_t cap, struct rs_err *err);
int __wrap_rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err);
void __real_rs_stick_key_done(struct rs_stick_key *k);
void __wrap_rs_stick_key_done(struct rs_stick_key *k);
uint64_t __wrap_term_now_ns(void);

int __wrap_rs_stick_list(char *ret, size_t cap, struct rs_err *err)
{
	(void)err;
	(void)snprintf(ret, cap, "%s", plugged);
	return 0;
}

static void add(unsigned *to, unsigned n)
{
	(void)__atomic_add_fetch(to, n, __ATOMIC_SEQ_CST);
}

void __wrap_rs_stick_key_done(struct rs_stick_key *k)
{
	add(&seen->n_wiped, k->bytes.len > 0);
	__real_rs_stick_key_done(k);
}

/* In a process of its own. */
int __wrap_rs_stick_look(const char *path, const struct rs_key_request *q, struct rs_stick_key *ret,
	struct rs_err *err)
{
	(void)q;
	static char bytes[1 << 17] = "a key";
	int signal = 0;
	unsigned n_open = 0;

	for (int i = 3; i < 256; i++)
		n_open += fcntl(i, F_GETFD) >= 0;
	(void)prctl(PR_GET_PDEATHSIG, &signal);
	add(&seen->n_orphans, signal != SIGKILL);
	add(&seen->n_open, n_open != 1);
	add(&seen->n_looked, 1);
	*ret = (struct rs_stick_key){0};
	if (strcmp(path, hanging) == 0)
		(void)open(path, O_RDONLY | O_CLOEXEC); /* nobody writes there: for ever */
	if (!with_key || strcmp(path, with_key) != 0)
		return 0;
	(void)snprintf(ret->place, sizeof(ret->place), "%s: key.txt", path);
	return rs_secret_set(&ret->bytes, bytes, key_len, err) < 0 ? RS_E_MEMORY : 1;
}

uint64_t __wrap_term_now_ns(void)
{
	return now;
}

static int begin(void **state)
{
	(void)state;
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (seen == MAP_FAILED || !mkdtemp(dir))
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
	*seen = (typeof(*seen)){0};
	key_len = 5;
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
	for (size_t i = 0; i < STICKS_MOST; i++)
		assert_null(tui.sticks.list[i].got.p); /* what was heard of it */
	assert_int_equal(seen->n_wiped, 1);	       /* by the process that found it */
	assert_int_equal(seen->n_looked, 2);
	assert_int_equal(seen->n_orphans, 0);
	assert_int_equal(seen->n_open, 0);
	sticks_done(
		&tui); /* the next question is another one, and its sticks are looked at at once */
	assert_false(tui.sticks.is_taken);
	settle();
	assert_int_equal(seen->n_looked, 4);
}

static void test_idle__as_large_as_a_key_may_be__is_offered(void **state)
{
	(void)state;
	plugged = with_key = "/dev/sda";
	key_len = 65536;
	settle();
	assert_true(is_offered("/dev/sda: key.txt"));
	assert_int_equal(sticks_key(&tui)->bytes.len, key_len);
}

static void test_idle__larger_than_a_key_may_be__is_not_waited_for(void **state)
{
	(void)state;
	plugged = with_key = "/dev/sda";
	key_len = 65536 + 4096;
	settle();
	assert_false(sticks_are_open(&tui));
}

static void test_idle__path_without_room__is_not_looked_at(void **state)
{
	(void)state;
	plugged = "/dev/disk/by-id/usb-with-a-name-that-is-longer-than-any-of-the-kernel-s-own";
	settle();
	now += 2 * SECOND;
	settle();
	assert_int_equal(seen->n_looked, 0);
}

/* Another one, whose name has that of the first in it. */
static void test_idle__name_in_a_name__is_another_stick(void **state)
{
	static const char *const others[] = {"/dev/sdcc", "/mnt/dev/sdc", "/dev/sdcc /mnt/dev/sdc"};

	(void)state;
	with_key = "/dev/sdc";
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		plugged = "/dev/sdc";
		settle();
		assert_true(sticks_are_open(&tui));
		plugged = others[i];
		now += 2 * SECOND;
		settle();
		assert_false(sticks_are_open(&tui));
		now += 2 * SECOND;
	}
}

static void test_idle__later__is_looked_at_once_and_goes_with_its_stick(void **state)
{
	(void)state;
	plugged = "";
	settle();
	assert_int_equal(seen->n_looked, 0);
	plugged = "/dev/sdc";
	with_key = "/dev/sdc";
	now += SECOND / 2; /* too soon */
	settle();
	assert_int_equal(seen->n_looked, 0);
	for (unsigned i = 0; i < 5; i++, now += SECOND)
		settle();
	assert_int_equal(seen->n_looked, 1); /* it does not change while it is there */
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
	assert_int_equal(seen->n_looked, 2); /* another name that begins so */
}

static void test_idle__sticks_without_it__nothing_is_offered(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	plugged = "/dev/sda /dev/sdb";
	settle();
	assert_int_equal(seen->n_looked, 2);
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
	assert_int_equal(seen->n_looked, 2);
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
	for (size_t i = 0; i < STICKS_MOST; i++)
		assert_null(tui.sticks.list[i].got.p);
	plugged = "/dev/sda"; /* before the other is buried */
	(void)sticks_idle(&tui);
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
		cmocka_unit_test_setup(test_idle__as_large_as_a_key_may_be__is_offered, fresh),
		cmocka_unit_test_setup(
			test_idle__larger_than_a_key_may_be__is_not_waited_for, fresh),
		cmocka_unit_test_setup(test_idle__path_without_room__is_not_looked_at, fresh),
		cmocka_unit_test_setup(test_idle__name_in_a_name__is_another_stick, fresh),
		cmocka_unit_test_setup(test_idle__sticks_without_it__nothing_is_offered, fresh),
		cmocka_unit_test_setup(test_idle__one_hangs__the_others_do_not_wait, fresh),
		cmocka_unit_test_setup(test_done__while_one_hangs__it_is_ended, fresh),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
