/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes with their edges. */
#include "init/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST_MS 60000 /* a busy machine; never reached by a good one */

static struct loop loop;
static struct processes all;
static char seen[200000];
static size_t seen_len;
static unsigned n_ended;
static int wait_status;
static bool was_good, was_late;
static char result[64];

static void on_output(void *user, const char *bytes, size_t len)
{
	(void)user;
	for (size_t i = 0; i < len && seen_len < sizeof(seen) - 1; i++)
		seen[seen_len++] = bytes[i];
	seen[seen_len] = '\0';
}

static void on_end(void *user, struct process *p)
{
	(void)user;
	n_ended++;
	wait_status = p->wait_status;
	was_good = process_is_good(p);
	was_late = p->was_asked;
	(void)snprintf(
		result, sizeof(result), "%.*s", (int)p->result.len, (const char *)p->result.p);
}

static struct process *start(struct process_plan plan)
{
	loop_init(&loop);
	processes_init(&all, &loop);
	seen_len = n_ended = 0;
	seen[0] = '\0';
	plan.end = on_end;
	struct process *p = process_start(&all, &plan, NULL);
	assert_non_null(p);
	return p;
}

static const unsigned short size[2] = {25, 80};

static struct process *start_shell(const char *script, const struct rs_secret *keys, bool has_echo)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};

	return start((struct process_plan){.argv = argv,
		.size = size,
		.has_echo = has_echo,
		.keys = keys,
		.output = on_output});
}

/* The kernel wakes nobody here for an end, so it is asked after each round. */
static void step(void)
{
	loop_step(&loop, 50);
	processes_reap(&all);
	processes_step(&all);
}

static void finish(void)
{
	for (uint64_t end = now_ms() + MOST_MS; !n_ended && now_ms() < end;)
		step();
	assert_int_equal(n_ended, 1);
}

static void wait_for(const char *text)
{
	for (uint64_t end = now_ms() + MOST_MS; !strstr(seen, text) && now_ms() < end;)
		step();
	assert_non_null(strstr(seen, text));
}

static void test_process__ends__tells_status_and_all_output(void **state)
{
	(void)state;
	char text[96];

	(void)start_shell("test -t 0 && echo a terminal; stty size; i=0; while [ $i -lt 3000 ]; do "
			  "echo line $i; i=$((i+1)); done; exit 7",
		NULL, false);
	finish();
	assert_int_equal(WEXITSTATUS(wait_status), 7);
	assert_non_null(strstr(seen, "a terminal\r\n25 80\r\n"));
	assert_non_null(strstr(seen, "line 2999\r\n"));
	process_end_text(wait_status, text, sizeof(text));
	assert_string_equal(text, "exit status 7");
}

static void test_process__crashes__tells_the_signal(void **state)
{
	(void)state;
	char text[96];

	(void)start_shell("kill -SEGV $$", NULL, false);
	finish();
	process_end_text(wait_status, text, sizeof(text));
	assert_string_equal(text, "killed by signal 11 (Segmentation fault)");
}

static void test_process__no_such_program__says_so(void **state)
{
	static const char *const argv[] = {"/nowhere/unbrick", NULL};

	(void)state;
	(void)start((struct process_plan){.argv = argv, .size = size, .output = on_output});
	finish();
	assert_int_equal(WEXITSTATUS(wait_status), 127);
	assert_non_null(strstr(seen, "/nowhere/unbrick"));
	assert_false(was_good);
}

static void test_process__keys__come_on_their_descriptor_and_nowhere_else(void **state)
{
	(void)state;
	struct rs_secret keys = {0};

	assert_int_equal(rs_secret_set(&keys, "111111-222222", 13, NULL), 0);
	(void)start_shell(
		"echo \"<$(cat <&3)>\"; env; tr '\\0' ' ' </proc/$$/cmdline", &keys, false);
	finish();
	assert_non_null(strstr(seen, "<111111-222222>"));
	assert_null(strstr(strstr(seen, "222222") + 6, "111111"));
	rs_secret_done(&keys);
}

static void test_process__typed__echo_is_the_terminals(void **state)
{
	(void)state;
	struct process *p = start_shell("echo ask; read a; stty -echo; echo secret; read b; stty "
					"echo; echo \"[$a][${#b}]\"",
		NULL, true);

	wait_for("ask");
	assert_true(process_is_asking(p));
	assert_false(process_asks_secret(p));
	assert_true(process_type(p, "hello\r", 6));
	wait_for("secret");
	assert_true(process_asks_secret(p));
	assert_true(process_type(p, "123456\r", 7));
	finish();
	assert_non_null(strstr(seen, "hello"));
	assert_null(strstr(seen, "123456"));
	assert_non_null(strstr(seen, "[hello][6]"));
}

/* A key that is typed while the program works, before it says anything about its terminal. */
static void test_process__typed_before_it_asks__is_shown_nowhere(void **state)
{
	(void)state;
	struct process *p = start_shell("echo ready; read a; echo asking", NULL, false);

	wait_for("ready");
	assert_false(process_is_asking(p));
	assert_true(process_type(p, "563552-689865\n", 14));
	finish();
	assert_non_null(strstr(seen, "asking"));
	assert_null(strstr(seen, "563552"));
	assert_false(process_is_asking(p));
}

static void test_process__interrupt_key__reaches_it(void **state)
{
	(void)state;
	struct process *p = start_shell(
		"trap 'exit 14' INT; echo ready; while :; do read x; done", NULL, false);

	wait_for("ready");
	assert_true(process_type(p, "\003", 1));
	finish();
	assert_int_equal(WEXITSTATUS(wait_status), 14);
}

static void test_process__output_without_a_newline__comes_whole(void **state)
{
	(void)state;
	(void)start_shell("printf 'no end of line'", NULL, false);
	finish();
	assert_string_equal(seen, "no end of line");
	assert_true(was_good);
}

/* ---- functions ---- */

static int say_hello(void *arg, int out_fd)
{
	return process_write(out_fd, arg, strlen(arg)) ? 0 : 1;
}

static int say_too_much(void *arg, int out_fd)
{
	(void)arg;
	for (int i = 0; i < 100000; i++)
		if (!process_write(out_fd, "0123456789", 10))
			return 1;
	return 0;
}

static int crash(void *arg, int out_fd)
{
	(void)out_fd;
	(void)arg;
	return raise(SIGKILL);
}

static void run_function(process_fn run, void *arg)
{
	(void)start((struct process_plan){.run = run, .arg = arg, .cap = sizeof(result) - 1});
	finish();
}

static void test_process__function_ends__hands_its_result_over(void **state)
{
	(void)state;
	char text[] = "hello";

	run_function(say_hello, text);
	assert_true(was_good);
	assert_string_equal(result, "hello");
}

static void test_process__says_more_than_agreed__is_no_good(void **state)
{
	char text[] = "a little more than sixty-three bytes, which is all that it may say here";

	(void)state;
	run_function(say_too_much, NULL);
	assert_false(was_good);
	run_function(say_hello, text); /* it did end with status 0 */
	assert_int_equal(wait_status, 0);
	assert_false(was_good);
}

static void test_process__function_crashes__is_no_good(void **state)
{
	(void)state;
	run_function(crash, NULL);
	assert_false(was_good);
}

/* Its own child goes on when it has ended, and has the other end of the pipe. */
static int say_later(void *arg, int out_fd)
{
	(void)arg;
	if (fork() == 0) {
		(void)poll(NULL, 0, 300);
		_exit(process_write(out_fd, "late", 4) ? 0 : 1);
	}
	return 0;
}

static void test_process__output_after_the_end__is_waited_for(void **state)
{
	(void)state;
	run_function(say_later, NULL);
	assert_true(was_good);
	assert_string_equal(result, "late");
}

static int wait_for_ever(void *arg, int out_fd)
{
	(void)out_fd;
	(void)arg;
	return pause();
}

static void test_process__time_is_over__is_ended_and_told(void **state)
{
	(void)state;
	(void)start((struct process_plan){.run = wait_for_ever, .limit_ms = 50});
	finish();
	assert_true(was_late);
	assert_false(was_good);
	assert_int_equal(WTERMSIG(wait_status), SIGTERM);
}

/* Which descriptors are open, what is blocked, and which signal has a handler or is ignored. */
static int tell_state(void *arg, int out_fd)
{
	struct sigaction pipe_action;
	sigset_t blocked;
	char text[64] = "";

	(void)arg;
	for (int fd = 0; fd < 32; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d ", fd);
	(void)sigprocmask(SIG_BLOCK, NULL, &blocked);
	(void)sigaction(SIGPIPE, NULL, &pipe_action);
	(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "out %d blocked %d ign %d",
		out_fd, sigismember(&blocked, SIGINT), pipe_action.sa_handler == SIG_IGN);
	return process_write(out_fd, text, strlen(text)) ? 0 : 1;
}

static void test_process__started__has_nothing_of_ours(void **state)
{
	int more[2] = {dup(0), dup(0)};
	sigset_t set, before;

	(void)state;
	assert_int_equal(sigemptyset(&set), 0);
	assert_int_equal(sigaddset(&set, SIGINT), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &before), 0);
	run_function(tell_state, NULL);
	assert_string_equal(result, "0 1 2 3 out 3 blocked 0 ign 0");
	(void)start((struct process_plan){
		.run = tell_state, .has_input = true, .size = size, .output = on_output});
	finish();
	assert_string_equal(seen, "0 1 2 out 1 blocked 0 ign 0");
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	(void)close(more[0]);
	(void)close(more[1]);
}

static int echo_line(void *arg, int out_fd)
{
	char line[32];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));

	(void)arg;
	return n > 0 && process_write(out_fd, line, (size_t)n) ? 0 : 1;
}

static void test_process__input__comes_to_its_standard_input(void **state)
{
	(void)state;
	struct process *p = start((struct process_plan){
		.run = echo_line, .has_input = true, .cap = sizeof(result) - 1});

	assert_true(process_type(p, "a line\n", 7));
	finish();
	assert_string_equal(result, "a line\n");
}

static int refuse(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	return 9;
}

static int succeed(void *arg, int out_fd)
{
	(void)arg;
	(void)out_fd;
	return 0;
}

/* As the screen is started: no terminal, what it says in a log, a link to us, keys or none. */
static void linked(
	const struct rs_secret *keys, const struct rs_secret *accounts, const char *expected)
{
	static const char *const argv[] = {"/bin/sh", "-c",
		/* no pipe: its ends would stand open in the shell that is looked at */
		"cat <&4 >&2; s=; for i in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && "
		"s=$s$i; "
		"done; printf %s \"$s\" >&4; echo \"<$(cat <&3)>\"; [ -e /proc/$$/fd/5 ] && "
		"echo \"[$(cat <&5)]\"",
		NULL};
	char log[] = "/tmp/unbrick-log.XXXXXX", text[256] = "", said[64] = "";
	int ends[2], fd = mkstemp(log);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	(void)start((struct process_plan){
		.argv = argv, .log = log, .keys = keys, .accounts = accounts, .link = ends[1]});
	(void)close(ends[1]);
	assert_int_equal(write(ends[0], "to it\n", 6), 6);
	assert_int_equal(shutdown(ends[0], SHUT_WR), 0);
	finish();
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "to it\n"));
	assert_non_null(strstr(text, expected));
	assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
	assert_non_null(strstr(said, "4"));
	assert_null(strpbrk(said, "6789"));
	assert_true(!accounts == !strchr(said, '5'));
	assert_true(!accounts == !strstr(text, "[user: a]"));
	assert_true(!keys == !strchr(said, '3'));
	(void)close(ends[0]);
	(void)close(fd);
	(void)unlink(log);
}

static void test_process__link__is_its_own_with_keys_and_without(void **state)
{
	struct rs_secret keys = {0}, accounts = {0};

	(void)state;
	assert_int_equal(rs_secret_set(&keys, "111111-222222", 13, NULL), 0);
	assert_int_equal(rs_secret_set(&accounts, "user: a", 7, NULL), 0);
	linked(&keys, NULL, "<111111-222222>");
	linked(&keys, &accounts, "<111111-222222>");
	linked(NULL, &accounts, "<>");
	rs_secret_done(&keys);
	rs_secret_done(&accounts);
	linked(NULL, NULL, "<>");
}

/* What comes before a program, and a program that is waited for without a loop. */
static void test_process_wait__function_then_program__log_has_both_runs(void **state)
{
	char log[] = "/tmp/unbrick-log.XXXXXX", text[64] = "";
	const char *const argv[] = {"/bin/sh", "-c", "echo said; echo $ONE; exit 5", NULL};
	const char *const environment[] = {"ONE=1", NULL};
	struct process_plan plan = {.run = refuse, .argv = argv, .log = log};
	int fd = mkstemp(log);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(WEXITSTATUS(process_wait(&plan)), 9);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 0);
	plan.run = succeed;
	plan.environment = environment;
	assert_int_equal(WEXITSTATUS(process_wait(&plan)), 5);
	plan.environment = NULL;
	assert_int_equal(WEXITSTATUS(process_wait(&plan)), 5);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 13);
	assert_string_equal(text, "said\n1\nsaid\n\n");
	plan.log = "/nowhere/log";
	assert_int_equal(WEXITSTATUS(process_wait(&plan)), 126);
	(void)close(fd);
	(void)unlink(log);
}

/* ---- one that is waited for ---- */

static void on_children(void *user, int fd, short events)
{
	struct signalfd_siginfo info;

	(void)events;
	assert_int_equal(read(fd, &info, sizeof(info)), sizeof(info));
	processes_reap(user);
}

static long wait_for_function(process_fn run, void *arg, char *ret, size_t cap, uint64_t ms)
{
	const struct process_plan plan = {.run = run, .arg = arg, .cap = cap, .limit_ms = ms};

	return process_run(&all, &plan, ret);
}

static void test_process_run__each_end__length_or_why(void **state)
{
	(void)state;
	sigset_t child, before;
	char text[] = "hello", got[64] = "";

	assert_int_equal(sigemptyset(&child), 0);
	assert_int_equal(sigaddset(&child, SIGCHLD), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &child, &before), 0);
	int fd = signalfd(-1, &child, SFD_CLOEXEC);
	assert_true(fd >= 0);
	loop_init(&loop);
	processes_init(&all, &loop);
	assert_true(loop_add(&loop, fd, POLLIN, on_children, &all));

	assert_int_equal(wait_for_function(say_hello, text, got, sizeof(got) - 1, MOST_MS), 5);
	assert_string_equal(got, "hello");
	assert_int_equal(wait_for_function(say_too_much, NULL, got, 4, MOST_MS), -EIO);
	assert_int_equal(wait_for_function(crash, NULL, got, 4, MOST_MS), -EIO);
	assert_string_equal(got, "hello");
	/* given up, it ends later and nobody is told */
	assert_int_equal(wait_for_function(wait_for_ever, NULL, got, 4, 50), -ETIMEDOUT);
	assert_int_equal(kill(all.list[0].pid, SIGKILL), 0);
	for (uint64_t end = now_ms() + MOST_MS; all.list[0].pid && now_ms() < end;)
		loop_step(&loop, 50);
	assert_int_equal(all.list[0].pid, 0);
	assert_int_equal(wait_for_function(say_hello, text, got, sizeof(got) - 1, MOST_MS), 5);
	loop_remove(&loop, fd);
	(void)close(fd);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process__ends__tells_status_and_all_output),
		cmocka_unit_test(test_process__crashes__tells_the_signal),
		cmocka_unit_test(test_process__no_such_program__says_so),
		cmocka_unit_test(test_process__keys__come_on_their_descriptor_and_nowhere_else),
		cmocka_unit_test(test_process__typed__echo_is_the_terminals),
		cmocka_unit_test(test_process__typed_before_it_asks__is_shown_nowhere),
		cmocka_unit_test(test_process__interrupt_key__reaches_it),
		cmocka_unit_test(test_process__output_without_a_newline__comes_whole),
		cmocka_unit_test(test_process__function_ends__hands_its_result_over),
		cmocka_unit_test(test_process__says_more_than_agreed__is_no_good),
		cmocka_unit_test(test_process__function_crashes__is_no_good),
		cmocka_unit_test(test_process__output_after_the_end__is_waited_for),
		cmocka_unit_test(test_process__time_is_over__is_ended_and_told),
		cmocka_unit_test(test_process__started__has_nothing_of_ours),
		cmocka_unit_test(test_process__input__comes_to_its_standard_input),
		cmocka_unit_test(test_process__link__is_its_own_with_keys_and_without),
		cmocka_unit_test(test_process_wait__function_then_program__log_has_both_runs),
		cmocka_unit_test(test_process_run__each_end__length_or_why),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
