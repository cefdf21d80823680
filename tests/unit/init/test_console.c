/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The consoles that show what is said. */
#include "init/console.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct loop loop;

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

	loop_init(&loop);
	consoles_init(c, &loop, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		int both[2];
		assert_int_equal(pipe2(both, O_NONBLOCK | O_CLOEXEC), 0);
		ret_ends[i] = both[0];
		assert_true(console_add_take(c, both[1], i ? "b" : "a", 0));
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consoles__line__on_all_with_cr_lf),
		cmocka_unit_test(test_consoles__one_is_stuck__the_other_goes_on),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
