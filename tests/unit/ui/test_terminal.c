/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person at a terminal: questions and what each answer means, keys that are not shown, and the
 * line of progress. The clock is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "said.h"
#include "ui/ui.h"

#define SECOND 1000000000ULL

static uint64_t now_ns;
static bool is_refused; /* to change a terminal's settings */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's name */
uint64_t __wrap_term_now_ns(void);
int __wrap_tcsetattr(int fd, int action, const struct termios *t);
int __real_tcsetattr(int fd, int action, const struct termios *t);

uint64_t __wrap_term_now_ns(void)
{
	return now_ns;
}

/* When what was typed is thrown away is seen among what was shown. */
int __wrap_tcsetattr(int fd, int action, const struct termios *t)
{
	if (action == TCSAFLUSH)
		assert_int_equal(write(fd, "[thrown away]", 13), 13);
	return is_refused ? -1 : __real_tcsetattr(fd, action, t);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- questions ---- */

static int ask(void *user)
{
	(void)user;
	term_catch_signals();
	return 100 + (int)term_ask("Go on\x1b[2J?");
}

static void answers(const char *typed, enum rs_answer answer)
{
	struct said s;

	said_call_on_terminal(&s, ask, NULL, typed);
	said_expect(&s, 100 + (int)answer, "", "Go on\\x1B[2J? [yes/no] ");
	said_done(&s);
}

static void test_ask__each_answer(void **state)
{
	(void)state;
	answers("yes\n", RS_ANSWER_YES);
	answers("Y\n", RS_ANSWER_YES);
	answers("no\n", RS_ANSWER_NO);
	answers("N\n", RS_ANSWER_NO);
	answers("\n", RS_ANSWER_NO);
	answers("perhaps\nyes\n", RS_ANSWER_YES);
	answers("yess\nno\n", RS_ANSWER_NO);
	answers("ye\nno\n", RS_ANSWER_NO);
	answers("\x04\n", RS_ANSWER_CANCEL); /* end of input */
	answers("\x03", RS_ANSWER_CANCEL);   /* control-C */
}

/* Before the question, and not once it is seen. */
static void test_ask__typed_before__thrown_away_before_it_is_seen(void **state)
{
	struct said s;

	(void)state;
	said_call_on_terminal(&s, ask, NULL, "perhaps\nyes\n");
	said_expect(&s, 100 + RS_ANSWER_YES, "", "\n[thrown away]Go on");
	assert_non_null(strstr(s.err, "perhaps\r\nPlease type yes or no. "));
	said_done(&s);
}

static int ask_for_a_line(void *user)
{
	char line[16];

	(void)user;
	term_catch_signals();
	long n = term_read_line("what? [] ", NULL, line, sizeof(line));
	(void)printf("%ld:%s", n, line);
	return 0;
}

static void test_line__typed_before__thrown_away_before_it_is_asked(void **state)
{
	struct said s;

	(void)state;
	said_call_on_terminal(&s, ask_for_a_line, NULL, "this\n");
	said_expect(&s, 0, "4:this", "[thrown away]what? [] this\r\n[thrown away]");
	said_done(&s);
	said_call_on_terminal(&s, ask_for_a_line, NULL, "\x03");
	said_expect(&s, 0, "-1:", "[thrown away]what? [] ");
	said_done(&s);
}

static int ask_after_another(void *user)
{
	(void)user;
	term_catch_signals();
	(void)raise(SIGUSR1); /* that nobody would answer the one before */
	return 100 + (int)term_ask("Go on?");
}

static void test_ask__given_up_before__is_not_for_this_one(void **state)
{
	struct said s;

	(void)state;
	said_call_on_terminal(&s, ask_after_another, NULL, "yes\n");
	said_expect(&s, 100 + RS_ANSWER_YES, "", "Go on?");
	said_done(&s);
}

static int ask_and_give_up(void *user)
{
	const pid_t self = getpid();

	(void)user;
	term_catch_signals();
	pid_t child = fork();
	if (child == 0) {
		for (unsigned i = 0; i < 50; i++) {
			(void)usleep(20000);
			(void)kill(self, SIGUSR1);
		}
		_exit(0);
	}
	int ret = 100 + (int)term_ask("Go on?");
	(void)kill(child, SIGKILL);
	return ret;
}

static void test_ask__nobody_will_answer__nobody(void **state)
{
	struct said s;

	(void)state;
	said_call_on_terminal(&s, ask_and_give_up, NULL, "");
	said_expect(&s, 100 + RS_ANSWER_NOBODY, "", "Go on?");
	said_done(&s);
	said_call(&s, ask, NULL); /* no terminal at all */
	said_expect(&s, 100 + RS_ANSWER_NOBODY, "", "");
	said_done(&s);
}

/* ---- keys ---- */

static int key(void *user)
{
	const unsigned *attempt = user;
	const struct bl_protector protectors[] = {
		{.protection = BL_P_RECOVERY, .id = {0xEA, 0x1D, 0x31, 0x64}},
		{.protection = BL_P_TPM, .id = {0x77}},
		{.protection = BL_P_RECOVERY, .id = {0x01}},
	};
	struct rs_err last = {0}, err = {0};
	struct rs_secret got = {0};
	const struct rs_key_request q = {
		"disk.img\x1b, volume 3", protectors, 3, &last, *attempt, 3, false};

	(void)rs_fail(&last, RS_E_KEY_REJECTED, "that was none");
	term_catch_signals();
	int r = term_keys.ask(&term_keys, &q, &got, &err);
	(void)printf("%d %zu:%.*s", r, got.len, (int)got.len, got.p ? (const char *)got.p : "");
	rs_secret_done(&got);
	return 0;
}

static void test_key__typed__read_and_not_shown(void **state)
{
	unsigned attempt = 1;
	struct said s;

	(void)state;
	said_call_on_terminal(&s, key, &attempt, "a secret\n");
	said_expect(&s, 0, "1 8:a secret",
		"[thrown away]disk.img\\x1B, volume 3 is locked (recovery password, TPM).");
	assert_non_null(strstr(s.err, "(attempt 1 of 3): \r\n[thrown away]"));
	assert_non_null(strstr(s.err, "Recovery key ID: 64311DEA-0000-0000-0000-000000000000, "
				      "00000001-0000-0000-0000-000000000000"));
	assert_non_null(strstr(s.err, "attempt 1 of 3"));
	assert_null(strstr(s.err, "a secret"));
	assert_null(strstr(s.err, "that was none"));
	said_done(&s);
	attempt = 3;
	said_call_on_terminal(&s, key, &attempt, "\n");
	said_expect(&s, 0, "0 0:", "that was none");
	said_done(&s);
	said_call(&s, key, &attempt);
	said_expect(&s, 0, "0 0:", "");
	said_done(&s);
}

/* And then the keyring says that it is none. */
static void test_key__echo_cannot_be_turned_off__is_not_asked(void **state)
{
	unsigned attempt = 1;
	struct said s;

	(void)state;
	is_refused = true;
	said_call_on_terminal(&s, key, &attempt, "");
	is_refused = false;
	assert_null(strstr(s.err, "is locked"));
	said_done(&s);
}

static void test_key__too_long__is_cut(void **state)
{
	unsigned attempt = 1;
	struct said s;
	char typed[702], want[8 + 513];

	(void)state;
	memset(typed, 'x', 700);
	typed[700] = '\n';
	typed[701] = '\0';
	(void)snprintf(want, sizeof(want), "1 512:%.512s", typed);
	said_call_on_terminal(&s, key, &attempt, typed);
	said_expect(&s, 0, want, "locked");
	said_done(&s);
}

/* ---- progress ---- */

static int work(void *user)
{
	(void)user;
	for (uint64_t i = 0; i <= 8; i++) {
		now_ns = i * SECOND / 2;
		if (!progress_step("scan", i << 20, 8 << 20, true))
			return 1;
	}
	return 0;
}

static int quick_work(void *user)
{
	(void)user;
	for (uint64_t i = 0; i <= 8; i++) {
		now_ns = i * SECOND / 10;
		(void)progress_step("scan", i, 8, false);
	}
	return 0;
}

static int asked_to_stop(void *user)
{
	(void)user;
	term_catch_signals();
	(void)raise(SIGTERM);
	return progress_step("scan", 1, 2, false) || progress_step(NULL, 0, 0, false);
}

static void test_progress__on_a_terminal__after_a_second_and_gone_at_the_end(void **state)
{
	struct said s;

	(void)state;
	said_call_on_terminal(&s, work, NULL, "");
	said_expect(&s, 0, "", "\rscan: 25% 2.0 MiB of 8.0 MiB, 2.0 MiB/s, 0:00:03 left");
	assert_null(strstr(s.err, "12%")); /* half a second is too early */
	assert_non_null(strstr(s.err, "87%"));
	assert_null(strstr(s.err, "100%"));
	assert_string_equal(s.err + strlen(s.err) - 4, "\r\033[K");
	said_done(&s);
	said_call_on_terminal(&s, quick_work, NULL, "");
	assert_string_equal(s.err, "");
	said_done(&s);
}

static void test_progress__no_terminal__silent(void **state)
{
	struct said s;

	(void)state;
	said_call(&s, work, NULL);
	assert_string_equal(s.err, "");
	assert_int_equal(s.status, 0);
	said_done(&s);
}

static void test_progress__signal__stops_the_work(void **state)
{
	struct said s;

	(void)state;
	said_call(&s, asked_to_stop, NULL);
	assert_int_equal(s.status, 0);
	said_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask__each_answer),
		cmocka_unit_test(test_ask__typed_before__thrown_away_before_it_is_seen),
		cmocka_unit_test(test_line__typed_before__thrown_away_before_it_is_asked),
		cmocka_unit_test(test_ask__nobody_will_answer__nobody),
		cmocka_unit_test(test_ask__given_up_before__is_not_for_this_one),
		cmocka_unit_test(test_key__echo_cannot_be_turned_off__is_not_asked),
		cmocka_unit_test(test_key__typed__read_and_not_shown),
		cmocka_unit_test(test_key__too_long__is_cut),
		cmocka_unit_test(test_progress__on_a_terminal__after_a_second_and_gone_at_the_end),
		cmocka_unit_test(test_progress__no_terminal__silent),
		cmocka_unit_test(test_progress__signal__stops_the_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
