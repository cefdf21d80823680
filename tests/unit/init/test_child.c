/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs on a pseudo-terminal, jobs, and the consoles that show them. */
#include "init/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "init/console.h"
#include "init/job.h"

#define MOST_MS 60000 /* a busy machine; never reached by a good one */

static struct loop loop;
static char seen[200000];
static size_t seen_len;

static void on_output(void *user, const char *bytes, size_t len)
{
	(void)user;
	for (size_t i = 0; i < len && seen_len < sizeof(seen) - 1; i++)
		seen[seen_len++] = bytes[i];
	seen[seen_len] = '\0';
}

static struct child new_child(void)
{
	loop_init(&loop);
	seen_len = 0;
	seen[0] = '\0';
	return (struct child){.loop = &loop, .output = on_output, .master = -1};
}

static void start_shell(struct child *c, const char *script, const struct rs_secret *keys)
{
	static const unsigned short size[2] = {25, 80};
	static char sh[] = "/bin/sh", dash_c[] = "-c";
	static char copy[1024];
	char *argv[] = {sh, dash_c, copy, NULL};

	(void)snprintf(copy, sizeof(copy), "%s", script);
	assert_int_equal(child_start(c, argv, keys, size, NULL), 0);
}

/* The kernel wakes nobody here for a child's end, so it is asked after each round. */
static void step(struct child *c)
{
	int status;

	loop_step(&loop, 50);
	if (!c->is_reaped && waitpid(c->pid, &status, WNOHANG) == c->pid)
		assert_true(child_reaped(c, c->pid, status));
}

static void finish(struct child *c)
{
	for (uint64_t end = now_ms() + MOST_MS; !child_is_over(c) && now_ms() < end;)
		step(c);
	assert_true(child_is_over(c));
}

static void wait_for(struct child *c, const char *text)
{
	for (uint64_t end = now_ms() + MOST_MS; !strstr(seen, text) && now_ms() < end;)
		step(c);
	assert_non_null(strstr(seen, text));
}

static void test_child__ends__tells_status_and_all_output(void **state)
{
	(void)state;
	struct child c = new_child();
	char text[96];

	start_shell(&c,
		"test -t 0 && echo a terminal; stty size; i=0; while [ $i -lt 3000 ]; do "
		"echo line $i; i=$((i+1)); done; exit 7",
		NULL);
	finish(&c);
	assert_int_equal(WEXITSTATUS(c.wait_status), 7);
	assert_non_null(strstr(seen, "a terminal\r\n25 80\r\n"));
	assert_non_null(strstr(seen, "line 2999\r\n"));
	child_end_text(c.wait_status, text, sizeof(text));
	assert_string_equal(text, "exit status 7");
}

static void test_child__crashes__tells_the_signal(void **state)
{
	(void)state;
	struct child c = new_child();
	char text[96];

	start_shell(&c, "kill -SEGV $$", NULL);
	finish(&c);
	child_end_text(c.wait_status, text, sizeof(text));
	assert_string_equal(text, "killed by signal 11 (Segmentation fault)");
}

static void test_child__no_such_program__says_so(void **state)
{
	(void)state;
	static const unsigned short size[2] = {25, 80};
	static char name[] = "/nowhere/unbrick";
	char *argv[] = {name, NULL};
	struct child c = new_child();

	assert_int_equal(child_start(&c, argv, NULL, size, NULL), 0);
	finish(&c);
	assert_int_equal(WEXITSTATUS(c.wait_status), 127);
	assert_non_null(strstr(seen, "/nowhere/unbrick"));
}

static void test_child__keys__come_on_their_descriptor_and_nowhere_else(void **state)
{
	(void)state;
	struct child c = new_child();
	struct rs_secret keys = {0};

	assert_int_equal(rs_secret_set(&keys, "111111-222222", 13, NULL), 0);
	start_shell(&c, "echo \"<$(cat <&3)>\"; env; tr '\\0' ' ' </proc/$$/cmdline", &keys);
	finish(&c);
	assert_non_null(strstr(seen, "<111111-222222>"));
	assert_null(strstr(strstr(seen, "222222") + 6, "111111"));
	rs_secret_done(&keys);
}

static void test_child__typed__echo_is_the_terminals(void **state)
{
	(void)state;
	struct child c = new_child();

	c.has_echo = true;
	start_shell(&c,
		"echo ask; read a; stty -echo; echo secret; read b; stty echo; echo \"[$a]"
		"[${#b}]\"",
		NULL);
	wait_for(&c, "ask");
	assert_true(child_is_asking(&c));
	assert_false(child_asks_secret(&c));
	child_type(&c, "hello\r", 6);
	wait_for(&c, "secret");
	assert_true(child_asks_secret(&c));
	child_type(&c, "123456\r", 7);
	finish(&c);
	assert_non_null(strstr(seen, "hello"));
	assert_null(strstr(seen, "123456"));
	assert_non_null(strstr(seen, "[hello][6]"));
}

/* A key that is typed while the program works, before it says anything about its terminal. */
static void test_child__typed_before_it_asks__is_shown_nowhere(void **state)
{
	(void)state;
	struct child c = new_child();

	start_shell(&c, "echo ready; read a; echo asking", NULL);
	wait_for(&c, "ready");
	assert_false(child_is_asking(&c));
	child_type(&c, "563552-689865\n", 14);
	finish(&c);
	assert_non_null(strstr(seen, "asking"));
	assert_null(strstr(seen, "563552"));
	assert_false(child_is_asking(&c));
}

static void test_child__interrupt_key__reaches_it(void **state)
{
	(void)state;
	struct child c = new_child();

	start_shell(&c, "trap 'exit 14' INT; echo ready; while :; do read x; done", NULL);
	wait_for(&c, "ready");
	child_type(&c, "\003", 1);
	finish(&c);
	assert_int_equal(WEXITSTATUS(c.wait_status), 14);
}

/* ---- jobs ---- */

static int say_hello(void *arg, int out_fd)
{
	return job_write(out_fd, arg, strlen(arg)) ? 0 : 1;
}

static int say_too_much(void *arg, int out_fd)
{
	(void)arg;
	(void)signal(SIGPIPE, SIG_DFL);
	for (int i = 0; i < 100000; i++)
		if (!job_write(out_fd, "0123456789", 10))
			return 1;
	return 0;
}

static int crash(void *arg, int out_fd)
{
	(void)out_fd;
	(void)arg;
	return raise(SIGKILL);
}

static unsigned n_ended;
static bool was_good;
static char result[64];

static void on_end(void *user, struct job *job)
{
	(void)user;
	n_ended++;
	was_good = job_is_good(job);
	(void)snprintf(
		result, sizeof(result), "%.*s", (int)job->result.len, (const char *)job->result.p);
}

static void run_job(job_fn run, void *arg)
{
	static struct jobs jobs;
	int status;

	loop_init(&loop);
	jobs_init(&jobs, &loop);
	n_ended = 0;
	struct job *job = job_start(&jobs, run, arg, sizeof(result) - 1, on_end, NULL);
	assert_non_null(job);
	for (uint64_t end = now_ms() + MOST_MS; !n_ended && now_ms() < end;) {
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			assert_true(jobs_reaped(&jobs, pid, status));
		loop_step(&loop, 50);
	}
	assert_int_equal(n_ended, 1);
}

static void test_job__ends__hands_its_result_over(void **state)
{
	(void)state;
	char text[] = "hello";

	run_job(say_hello, text);
	assert_true(was_good);
	assert_string_equal(result, "hello");
}

static void test_job__says_more_than_agreed__is_no_good(void **state)
{
	(void)state;
	run_job(say_too_much, NULL);
	assert_false(was_good);
}

static void test_job__crashes__is_no_good(void **state)
{
	(void)state;
	run_job(crash, NULL);
	assert_false(was_good);
}

/* ---- a job that is waited for ---- */

static void on_children(void *user, int fd, short events)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)events;
	assert_int_equal(read(fd, &info, sizeof(info)), sizeof(info));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		assert_true(jobs_reaped(user, pid, status));
}

static int wait_for_ever(void *arg, int out_fd)
{
	(void)out_fd;
	(void)arg;
	return pause();
}

static void test_job_run__each_end__length_or_why(void **state)
{
	(void)state;
	static struct jobs jobs;
	sigset_t child, before;
	char text[] = "hello", got[64] = "";

	assert_int_equal(sigemptyset(&child), 0);
	assert_int_equal(sigaddset(&child, SIGCHLD), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &child, &before), 0);
	int fd = signalfd(-1, &child, SFD_CLOEXEC);
	assert_true(fd >= 0);
	loop_init(&loop);
	jobs_init(&jobs, &loop);
	assert_true(loop_add(&loop, fd, POLLIN, on_children, &jobs));

	assert_int_equal(job_run(&jobs, say_hello, text, got, sizeof(got) - 1, MOST_MS), 5);
	assert_string_equal(got, "hello");
	assert_int_equal(job_run(&jobs, say_too_much, NULL, got, 4, MOST_MS), -EIO);
	assert_int_equal(job_run(&jobs, crash, NULL, got, 4, MOST_MS), -EIO);
	assert_string_equal(got, "hello");
	/* given up, it ends later and nobody is told */
	assert_int_equal(job_run(&jobs, wait_for_ever, NULL, got, 4, 50), -ETIMEDOUT);
	assert_int_equal(kill(jobs.list[0].pid, SIGKILL), 0);
	for (uint64_t end = now_ms() + MOST_MS; jobs.list[0].pid && now_ms() < end;)
		loop_step(&loop, 50);
	assert_int_equal(jobs.list[0].pid, 0);
	assert_int_equal(job_run(&jobs, say_hello, text, got, sizeof(got) - 1, MOST_MS), 5);
	loop_remove(&loop, fd);
	(void)close(fd);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

/* ---- consoles ---- */

static void on_input(void *user, const char *bytes, size_t len)
{
	on_output(user, bytes, len);
}

static void read_all(int fd, char *ret, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap - 1 && (n = read(fd, ret + len, cap - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
}

static void two_consoles(struct consoles *c, int ret_ends[2])
{

	(void)new_child();
	consoles_init(c, &loop, on_input, NULL);
	for (int i = 0; i < 2; i++) {
		int both[2];
		assert_int_equal(pipe2(both, O_NONBLOCK | O_CLOEXEC), 0);
		ret_ends[i] = both[0];
		assert_true(console_add_take(c, both[1], i ? "b" : "a"));
	}
}

static void test_consoles__line__on_all_with_cr_lf(void **state)
{
	(void)state;
	int ends[2];
	char text[256];
	static struct consoles c;

	two_consoles(&c, ends);
	consoles_write(&c, "half", 4);
	consoles_line(&c, "unbrick: whole");
	for (int i = 0; i < 2; i++) {
		read_all(ends[i], text, sizeof(text));
		assert_string_equal(text, "half\r\nunbrick: whole\r\n");
		(void)close(ends[i]);
	}
	consoles_done(&c);
}

/* One that nobody reads: the other one still gets everything, and nothing blocks. */
static void test_consoles__one_is_stuck__the_other_goes_on(void **state)
{
	(void)state;
	static char text[1 << 20];
	char line[64];
	int ends[2];
	static struct consoles c;
	size_t len = 0;

	two_consoles(&c, ends);
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(line, sizeof(line), "line %d of the child's output", i);
		consoles_line(&c, line);
		ssize_t n = read(ends[1], text + len, sizeof(text) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = '\0';
	assert_non_null(strstr(text, "line 4999 of"));
	/* it wakes up: what is missing is said */
	for (int i = 0; i < 100; i++) {
		read_all(ends[0], text, sizeof(text));
		if (strstr(text, "bytes not shown here]"))
			break;
		loop_step(&loop, 10);
	}
	assert_non_null(strstr(text, "bytes not shown here]"));
	(void)close(ends[0]);
	(void)close(ends[1]);
	consoles_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child__ends__tells_status_and_all_output),
		cmocka_unit_test(test_child__crashes__tells_the_signal),
		cmocka_unit_test(test_child__no_such_program__says_so),
		cmocka_unit_test(test_child__keys__come_on_their_descriptor_and_nowhere_else),
		cmocka_unit_test(test_child__typed__echo_is_the_terminals),
		cmocka_unit_test(test_child__typed_before_it_asks__is_shown_nowhere),
		cmocka_unit_test(test_child__interrupt_key__reaches_it),
		cmocka_unit_test(test_job__ends__hands_its_result_over),
		cmocka_unit_test(test_job__says_more_than_agreed__is_no_good),
		cmocka_unit_test(test_job__crashes__is_no_good),
		cmocka_unit_test(test_job_run__each_end__length_or_why),
		cmocka_unit_test(test_consoles__line__on_all_with_cr_lf),
		cmocka_unit_test(test_consoles__one_is_stuck__the_other_goes_on),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
