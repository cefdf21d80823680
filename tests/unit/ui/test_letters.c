/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters of a console are those of before when the program ends; the kernel's are the test's
 * (--wrap of font_choose and font_write). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/font.h"
#include "ui/letters.h"

static unsigned widths[100]; /* by descriptor */
static unsigned n_written;

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before);
int __wrap_font_write(int fd, const struct font *f);

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before)
{
	const unsigned width = size == FONT_LARGE ? 32 : size == FONT_AUTO ? 16 : 8;

	*ret_before = (struct font){0};
	if (!widths[fd])
		return -ENOTTY;
	if (widths[fd] == width)
		return 0;
	ret_before->width = widths[fd];
	ret_before->bits = malloc(1);
	widths[fd] = width;
	return 1;
}

int __wrap_font_write(int fd, const struct font *f)
{
	assert_non_null(f->bits);
	widths[fd] = f->width;
	n_written++;
	return 0;
}

static int fresh(void **state)
{
	(void)state;
	memset(widths, 0, sizeof(widths));
	n_written = 0;
	return 0;
}

static void test_restore__several_changes__the_first_ones(void **state)
{
	(void)state;
	widths[5] = 9;
	assert_int_equal(letters_choose(5, FONT_LARGE), 1);
	assert_int_equal(letters_choose(5, FONT_LARGE), 0);
	assert_int_equal(letters_choose(5, FONT_NORMAL), 1);
	letters_restore(5);
	assert_int_equal(widths[5], 9);
	assert_int_equal(n_written, 1);
	letters_restore(5);
	letters_restore_all();
	assert_int_equal(n_written, 1);
	assert_int_equal(letters_choose(5, FONT_AUTO), 1); /* and anew */
	letters_restore(5);
	assert_int_equal(widths[5], 9);
}

static void test_restore_all__by_a_signal__each_console(void **state)
{
	(void)state;
	widths[5] = 7;
	widths[6] = 9;
	assert_int_equal(letters_choose(5, FONT_LARGE), 1);
	assert_int_equal(letters_choose(6, FONT_AUTO), 1);
	letters_restore_all();
	assert_int_equal(widths[5], 7);
	assert_int_equal(widths[6], 9);
	letters_restore(5);
	letters_restore(6);
}

static void test_restore__nothing_was_changed__nothing(void **state)
{
	(void)state;
	widths[5] = 32;
	assert_int_equal(letters_choose(5, FONT_LARGE), 0);
	assert_int_equal(letters_choose(6, FONT_LARGE), -ENOTTY);
	letters_restore(5);
	letters_restore(6);
	letters_restore_all();
	assert_int_equal(n_written, 0);
}

/* What could not be put back is not changed. */
static void test_choose__more_consoles_than_there_are__stay(void **state)
{
	(void)state;
	for (int fd = 10; fd < 30; fd++) {
		widths[fd] = 8;
		(void)letters_choose(fd, FONT_LARGE);
	}
	letters_restore_all();
	for (int fd = 10; fd < 30; fd++) {
		assert_int_equal(widths[fd], 8);
		letters_restore(fd);
	}
}

static void test_white__once_a_console__and_back_by_a_signal(void **state)
{
	char text[64];
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	letters_white(ends[1], false);
	assert_int_equal(read(ends[0], text, sizeof(text)), -1);
	letters_white(ends[1], true);
	assert_int_equal(read(ends[0], text, sizeof(text)), 10);
	assert_memory_equal(text, "\x1b]P7ffffff", 10);
	letters_restore_all();
	assert_int_equal(read(ends[0], text, sizeof(text)), 3);
	assert_memory_equal(text, "\x1b]R", 3);
	letters_white(ends[1], false);
	assert_int_equal(read(ends[0], text, sizeof(text)), 3);
	letters_restore_all();
	assert_int_equal(read(ends[0], text, sizeof(text)), -1);
	/* output is held: who ends does not wait for it */
	letters_white(ends[1], true);
	memset(text, 'x', sizeof(text));
	while (write(ends[1], text, sizeof(text)) > 0)
		continue;
	assert_int_equal(fcntl(ends[1], F_SETFL, O_WRONLY), 0);
	(void)alarm(20);
	letters_restore_all();
	letters_white(ends[1], false);
	(void)alarm(0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void test_size__its_three_names__and_no_other(void **state)
{
	(void)state;
	assert_int_equal(letters_size("auto"), FONT_AUTO);
	assert_int_equal(letters_size("large"), FONT_LARGE);
	assert_int_equal(letters_size("normal"), FONT_NORMAL);
	assert_int_equal(letters_size(""), -1);
	assert_int_equal(letters_size("largest"), -1);
	assert_int_equal(letters_size("LARGE"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_restore__several_changes__the_first_ones, fresh),
		cmocka_unit_test_setup(test_restore_all__by_a_signal__each_console, fresh),
		cmocka_unit_test_setup(test_restore__nothing_was_changed__nothing, fresh),
		cmocka_unit_test_setup(test_choose__more_consoles_than_there_are__stay, fresh),
		cmocka_unit_test(test_white__once_a_console__and_back_by_a_signal),
		cmocka_unit_test(test_size__its_three_names__and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
