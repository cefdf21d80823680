/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes too long. The clock and kill(2) are ours (--wrap): no test waits for a limit, and a
 * process can be one that does not end when it is killed, as those that wait for a dead disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/console.h"
#include "init/init.h"
#include "init/process.h"
#include "init/run.h"
#include "init/watch.h"

uint64_t __wrap_now_ms(void);
int __wrap_kill(pid_t pid, int number);
int __real_kill(pid_t pid, int number);

static uint64_t clock_ms, step_ms; /* each look at the clock takes that long */
static bool is_deaf;
static int sent[8];
static unsigned n_sent, n_ended;
static bool was_late, was_good;
static struct loop loop;
static struct processes all;

uint64_t __wrap_now_ms(void)
{
	clock_ms += step_ms;
	return clock_ms;
}

int __wrap_kill(pid_t pid, int number)
{
	if (n_sent < 8)
		sent[n_sent++] = number;
	return is_deaf ? 0 : __real_kill(pid, number);
}

static int begin(void **state)
{
	(void)state;
	clock_ms = 1000;
	step_ms = 0;
	is_deaf = false;
	n_sent = n_ended = 0;
	loop_init(&loop);
	processes_init(&all, &loop);
	(void)alarm(60); /* a wait for ever is a failure */
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PROCESS_MOST; i++)
		if (all.list[i].pid) {
			(void)__real_kill(all.list[i].pid, SIGKILL);
			(void)waitpid(all.list[i].pid, NULL, 0);
		}
	(void)alarm(0);
	return 0;
}

static int wait_for_ever(void *arg, int out_fd)
{
	if (arg)
		(void)signal(SIGTERM, SIG_IGN);
	(void)process_write(out_fd, "x", 1); /* its parent waits for it */
	for (;;)
		(void)pause();
	return 0;
}

/* Not a byte that would wake the one who waits. */
static int say_nothing(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	for (;;)
		(void)pause();
	return 0;
}

static void on_end(void *user, struct process *job)
{
	(void)user;
	n_ended++;
	was_late = job->was_asked;
	was_good = process_is_good(job);
}

static void reap(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	processes_reap(&all);
	for (int i = 0; i < 100 && all.list[0].pid; i++)
		loop_step(&loop, 50);
}

static void test_loop_left__moment_that_has_passed__is_now_and_not_for_ever(void **state)
{
	(void)state;
	assert_int_equal(loop_left_ms(100, 150), 50);
	assert_int_equal(loop_left_ms(150, 150), 0);
	assert_int_equal(loop_left_ms(151, 150), 0);
	assert_int_equal(loop_left_ms(UINT64_MAX, 0), 0);
	assert_int_equal(loop_left_ms(0, UINT64_MAX), INT32_MAX);
}

/* The limit passes between the look that asks whether and the one that asks how long. */
static void test_process_run__clock_passes_the_limit__comes_back(void **state)
{
	const struct process_plan plan = {.run = say_nothing, .cap = 8, .limit_ms = 50};
	char got[8];

	(void)state;
	for (step_ms = 5; step_ms < 100; step_ms += 5) {
		assert_int_equal(process_run(&all, &plan, got), -ETIMEDOUT);
		reap(all.list[0].pid); /* else its end would wake the next one */
	}
}

static void test_consoles_drain__clock_passes_the_limit__comes_back(void **state)
{
	static struct consoles c;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	consoles_init(&c, &loop, NULL, NULL);
	assert_true(console_add_take(&c, ends[1], "stuck", 0));
	for (int i = 0; i < 3000; i++)
		consoles_line(&c, "nobody reads this, and the pipe is full at some time");
	for (step_ms = 5; step_ms < 100; step_ms += 5)
		consoles_drain(&c, 50);
	(void)close(ends[0]);
}

static struct process *start(void *arg)
{
	const struct process_plan plan = {
		.run = wait_for_ever, .arg = arg, .cap = 16, .end = on_end, .limit_ms = 500};
	struct process *job = process_start(&all, &plan, NULL);

	assert_non_null(job);
	while (!job->result.len) /* it stands where it waits */
		loop_step(&loop, 50);
	return job;
}

static void test_process__takes_too_long__is_asked_to_end_and_told(void **state)
{
	(void)state;
	struct process *job = start(NULL);
	pid_t pid = job->pid;

	assert_int_equal(processes_wait_ms(&all), 500);
	clock_ms += 499;
	processes_step(&all);
	assert_int_equal(n_sent, 0);
	clock_ms += 1;
	processes_step(&all);
	assert_int_equal(n_sent, 1);
	assert_int_equal(sent[0], SIGTERM);
	reap(pid);
	assert_int_equal(n_ended, 1);
	assert_true(was_late);
	assert_false(was_good);
	assert_int_equal(processes_wait_ms(&all), -1);
}

static void test_process__does_not_heed_it__is_killed(void **state)
{
	static int deaf;

	(void)state;
	struct process *job = start(&deaf);
	pid_t pid = job->pid;

	clock_ms += 500;
	processes_step(&all);
	assert_int_equal(n_ended, 0);
	clock_ms += 10000;
	processes_step(&all);
	assert_int_equal(n_sent, 2);
	assert_int_equal(sent[1], SIGKILL);
	reap(pid);
	assert_int_equal(n_ended, 1);
	assert_true(was_late);
}

/* In the kernel, waiting for a disk: nobody waits for it any more, and its end is told. */
static void test_process__cannot_be_killed__the_others_go_on(void **state)
{
	(void)state;
	is_deaf = true;
	struct process *job = start(NULL);
	pid_t pid = job->pid;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(n_ended, 0);
		clock_ms += 10000;
		processes_step(&all);
	}
	assert_int_equal(n_ended, 1);
	assert_true(was_late);
	assert_false(was_good);
	clock_ms += 100000;
	processes_step(&all);
	assert_int_equal(n_sent, 2);
	assert_int_equal(n_ended, 1);
	assert_int_equal(processes_wait_ms(&all), -1);
	/* it comes back at last: once more nothing is told, and its place is free */
	assert_int_equal(__real_kill(pid, SIGKILL), 0);
	reap(pid);
	assert_int_equal(n_ended, 1);
	assert_int_equal(all.list[0].pid, 0);
}

/* ---- the work on one disk ---- */

static enum watch_act look(
	struct watch *w, uint64_t now, uint64_t active, bool is_asking, bool stop)
{
	const struct watch_sight s = {now, active, is_asking, stop};

	return watch_look(w, &s);
}

static void test_watch__neither_word_nor_end__term_kill_leave(void **state)
{
	struct watch w = {0};
	uint64_t t = 5000, end;

	(void)state;
	for (end = t + WATCH_SILENT_MS; t < end; t += 1000)
		assert_int_equal(look(&w, t, 4000, false, false), WATCH_WAIT);
	assert_null(w.why);
	assert_int_equal(look(&w, t, 4000, false, false), WATCH_TERM);
	assert_non_null(strstr(w.why, "no sign of life"));
	for (end = t + WATCH_KILL_MS, t += 1000; t < end; t += 1000)
		assert_int_equal(look(&w, t, 4000, false, false), WATCH_WAIT);
	assert_int_equal(look(&w, t, 4000, false, false), WATCH_KILL);
	for (end = t + WATCH_LEAVE_MS, t += 1000; t < end; t += 1000)
		assert_int_equal(look(&w, t, 4000, false, false), WATCH_WAIT);
	assert_int_equal(look(&w, t, 4000, false, false), WATCH_LEAVE);
}

static void test_watch__says_something__goes_on(void **state)
{
	struct watch w = {0};

	(void)state;
	for (uint64_t t = 1000; t < 5UL * WATCH_SILENT_MS; t += 1000)
		assert_int_equal(look(&w, t, t / (WATCH_SILENT_MS / 2) * (WATCH_SILENT_MS / 2),
					 false, false),
			WATCH_WAIT);
}

static void test_watch__talks_for_ever__is_ended_at_last(void **state)
{
	struct watch w = {0};
	uint64_t t = 1000;

	(void)state;
	while (look(&w, t, t, false, false) == WATCH_WAIT && t < 2UL * WATCH_WORK_MS)
		t += 1000;
	assert_int_equal(t, 1000 + WATCH_WORK_MS);
	assert_non_null(strstr(w.why, "6 hours"));
}

/* A person may take a day to find the key. */
static void test_watch__question__has_no_limit_here(void **state)
{
	struct watch w = {0};
	uint64_t t = 1000;

	(void)state;
	for (; t < 4UL * WATCH_WORK_MS; t += 1000)
		assert_int_equal(look(&w, t, 500, true, false), WATCH_WAIT);
	for (uint64_t end = t + WATCH_SILENT_MS - 1000; t < end; t += 1000)
		assert_int_equal(look(&w, t, 500, false, false), WATCH_WAIT);
}

static void test_watch__stop_is_wanted__at_once_and_once(void **state)
{
	struct watch w = {0};

	(void)state;
	assert_int_equal(look(&w, 1000, 900, true, false), WATCH_WAIT);
	assert_int_equal(look(&w, 2000, 900, true, true), WATCH_TERM);
	assert_int_equal(look(&w, 3000, 900, false, true), WATCH_WAIT);
	assert_null(w.why);
	assert_int_equal(look(&w, 2000 + WATCH_KILL_MS, 900, false, true), WATCH_KILL);
}

/* ---- the hint about the keyboard ---- */

static void test_prompt__no_key_pressed__hint_after_twenty_seconds_once(void **state)
{
	struct prompt p = {0};

	(void)state;
	assert_false(prompt_wants_hint(&p, false, 0, 1000));
	assert_false(prompt_wants_hint(&p, true, 500, 2000));
	assert_false(prompt_wants_hint(&p, true, 500, 2000 + PROMPT_HINT_MS - 1));
	assert_true(prompt_wants_hint(&p, true, 500, 2000 + PROMPT_HINT_MS));
	assert_false(prompt_wants_hint(&p, true, 500, 9000 + PROMPT_HINT_MS));
	assert_false(prompt_wants_hint(&p, false, 500, 90000));
	assert_false(prompt_wants_hint(&p, true, 500, 100000)); /* another question */
	assert_true(prompt_wants_hint(&p, true, 500, 100000 + PROMPT_HINT_MS));
}

static void test_prompt__somebody_types__no_hint(void **state)
{
	struct prompt p = {0};

	(void)state;
	assert_false(prompt_wants_hint(&p, true, 0, 2000));
	assert_false(prompt_wants_hint(&p, true, 2500, 3000));
	assert_false(prompt_wants_hint(&p, true, 2500, 2500 + 3 * PROMPT_HINT_MS));
}

#define late_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop_left__moment_that_has_passed__is_now_and_not_for_ever),
		late_test(test_process_run__clock_passes_the_limit__comes_back),
		late_test(test_consoles_drain__clock_passes_the_limit__comes_back),
		late_test(test_process__takes_too_long__is_asked_to_end_and_told),
		late_test(test_process__does_not_heed_it__is_killed),
		late_test(test_process__cannot_be_killed__the_others_go_on),
		cmocka_unit_test(test_watch__neither_word_nor_end__term_kill_leave),
		cmocka_unit_test(test_watch__says_something__goes_on),
		cmocka_unit_test(test_watch__talks_for_ever__is_ended_at_last),
		cmocka_unit_test(test_watch__question__has_no_limit_here),
		cmocka_unit_test(test_watch__stop_is_wanted__at_once_and_once),
		cmocka_unit_test(test_prompt__no_key_pressed__hint_after_twenty_seconds_once),
		cmocka_unit_test(test_prompt__somebody_types__no_hint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
