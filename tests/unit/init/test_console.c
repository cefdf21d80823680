/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The consoles that show what is said. */
#include "init/console.h"

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
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/font.h"

static struct loop loop;
static enum font_size wanted = FONT_NORMAL;
static int chosen_fd;
static unsigned n_chosen;

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before);

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before)
{
	assert_int_equal(size, wanted);
	*ret_before = (struct font){.bits = malloc(1)};
	chosen_fd = fd;
	n_chosen++;
	return 1;
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

/* ---- a line that comes back ---- */

static char folder[] = "/tmp/unbrick-dev.XXXXXX";
static char read_text[64];

static void on_typed(void *user, const char *bytes, size_t len)
{
	(void)user;
	(void)snprintf(read_text, sizeof(read_text), "%.*s", (int)len, bytes);
}

/* A pseudo terminal under that name; its other end. */
static int plug_in(const char *name)
{
	char pts[32], path[128];
	int far = posix_openpt(O_RDWR | O_NOCTTY);

	assert_int_equal(unlockpt(far), 0);
	assert_int_equal(ptsname_r(far, pts, sizeof(pts)), 0);
	assert_int_equal(fcntl(far, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(symlink(pts, path), 0);
	return far;
}

static speed_t speed_of(int fd, speed_t set)
{
	struct termios t;

	assert_int_equal(tcgetattr(fd, &t), 0);
	if (set) {
		assert_int_equal(cfsetspeed(&t, set), 0);
		assert_int_equal(tcsetattr(fd, TCSANOW, &t), 0);
	}
	return cfgetospeed(&t);
}

/* What comes through the kernel's worker within a moment. */
static const char *seen_on(int far)
{
	static char text[4096];
	struct pollfd polled = {far, POLLIN, 0};
	size_t len = 0;
	ssize_t n;

	while (poll(&polled, 1, 100) > 0 && (n = read(far, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

/* Its number may be another test's in a moment. */
static void cut(struct consoles *c, int far)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, c->list[0].name);
	assert_int_equal(unlink(path), 0);
	(void)close(far);
	loop_step(&loop, 100);
	assert_int_equal(c->list[0].fd, -1);
	assert_false(consoles_are_there(c));
}

static int look_now(struct consoles *c)
{
	c->look_ms = 0;
	return consoles_step(c);
}

static int begin_line(struct consoles *c, const char *name)
{
	loop_init(&loop);
	(void)strcpy(folder, "/tmp/unbrick-dev.XXXXXX");
	assert_non_null(mkdtemp(folder));
	int far = plug_in(name);
	consoles_init(c, &loop, on_typed, NULL);
	c->folder = folder;
	consoles_open(c, SETTINGS_CONSOLE_ALL, &(struct console_names){name, "", ""});
	assert_int_equal(c->n, 1);
	assert_int_equal(consoles_step(c), -1);
	return far;
}

static void end_line(const char *name, int far)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)close(far);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

static void test_line__comes_back__has_the_last_line_and_all_that_follow(void **state)
{
	static struct consoles c;
	int far = begin_line(&c, "ttyUSB0");

	(void)state;
	(void)speed_of(c.list[0].fd, B115200);
	consoles_take_back(&c, false); /* the settings that it has are kept */
	c.list[0].speed = B115200;
	for (int times = 0; times < 3; times++) {
		consoles_line(&c, "unbrick: before");
		assert_string_equal(
			seen_on(far), times ? "unbrick: before\r\n" : "\r\nunbrick: before\r\n");
		cut(&c, far);
		consoles_line(&c, "unbrick: meanwhile");
		assert_in_range(look_now(&c), 1, 1000);
		far = plug_in("ttyUSB0");
		(void)speed_of(far, B9600);
		(void)consoles_step(&c); /* once a second */
		assert_int_equal(c.list[0].fd, -1);
		assert_int_equal(look_now(&c), -1);
		assert_true(consoles_are_there(&c));
		assert_string_equal(seen_on(far), "\r\nunbrick: meanwhile\r\n");
		assert_int_equal(speed_of(far, 0), B115200);
	}
	assert_int_equal(write(far, "y", 1), 1);
	loop_step(&loop, 100);
	assert_string_equal(read_text, "y");
	assert_string_equal(seen_on(far), ""); /* no echo */
	end_line("ttyUSB0", far);
}

/* The screen reads it, and paints where it may. */
static void test_line__comes_back_while_lent__is_not_read(void **state)
{
	static struct consoles c;
	int far = begin_line(&c, "ttyUSB0");

	(void)state;
	read_text[0] = '\0';
	consoles_lend(&c);
	assert_true(console_lend(&c, "ttyUSB0"));
	cut(&c, far);
	far = plug_in("ttyUSB0");
	consoles_line(&c, "unbrick: line");
	(void)look_now(&c);
	assert_string_equal(seen_on(far), "\r\nunbrick: line\r\n");
	assert_int_equal(write(far, "y", 1), 1);
	loop_step(&loop, 10);
	assert_string_equal(read_text, "");
	assert_true(console_lend(&c, "ttyUSB0"));
	end_line("ttyUSB0", far);
	far = begin_line(&c, "tty1"); /* of the machine's own screen */
	consoles_lend(&c);
	cut(&c, far);
	far = plug_in("tty1");
	(void)look_now(&c);
	consoles_line(&c, "unbrick: line");
	assert_string_equal(seen_on(far), "");
	end_line("tty1", far);
}

static void test_line__no_terminal_under_its_name__is_not_taken(void **state)
{
	static struct consoles c;
	char path[128];
	int far = begin_line(&c, "ttyUSB0");

	(void)state;
	cut(&c, far);
	(void)snprintf(path, sizeof(path), "%s/ttyUSB0", folder);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_in_range(look_now(&c), 1, 1000);
	assert_false(consoles_are_there(&c));
	end_line("ttyUSB0", -1);
}

static void folder_of_lines(struct consoles *c)
{
	loop_init(&loop);
	(void)strcpy(folder, "/tmp/unbrick-dev.XXXXXX");
	assert_non_null(mkdtemp(folder));
	consoles_init(c, &loop, on_typed, NULL);
	c->folder = folder;
	read_text[0] = '\0';
}

/* Whatever a modem or a getty left there; and what was typed before is no answer. */
static void test_line__any_settings__nothing_stops_it_and_nothing_is_old(void **state)
{
	static struct consoles c;
	struct termios t;

	(void)state;
	folder_of_lines(&c);
	int far = plug_in("ttyS0");
	assert_int_equal(tcgetattr(far, &t), 0);
	t.c_cflag |= CRTSCTS;
	t.c_cflag &= ~(tcflag_t)(CLOCAL | CREAD);
	t.c_lflag |= ECHO | ICANON;
	assert_int_equal(tcsetattr(far, TCSANOW, &t), 0);
	assert_int_equal(write(far, "early", 5), 5);
	(void)seen_on(far); /* its echo */
	consoles_open(&c, SETTINGS_CONSOLE_ALL, &(struct console_names){"ttyS0", "", ""});
	assert_int_equal(c.n, 1);
	assert_int_equal(tcgetattr(far, &t), 0);
	assert_int_equal(t.c_cflag & (CRTSCTS | CLOCAL | CREAD), CLOCAL | CREAD);
	assert_int_equal(t.c_lflag & (ECHO | ICANON), 0);
	assert_int_equal(write(far, "y", 1), 1);
	loop_step(&loop, 100);
	assert_string_equal(read_text, "y");
	end_line("ttyS0", far);
}

/* Before anybody reads it, what is typed is not shown, and not kept. */
static void test_quiet__typed_early__is_neither_shown_nor_kept(void **state)
{
	static struct consoles c;
	struct termios t;
	char path[128], text[16] = "";

	(void)state;
	folder_of_lines(&c);
	int far = plug_in("ttyS0");
	(void)snprintf(path, sizeof(path), "%s/ttyS0", folder);
	const int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(write(far, "early\n", 6), 6);
	(void)seen_on(far);
	consoles_quiet(fd);
	assert_int_equal(tcgetattr(fd, &t), 0);
	assert_int_equal(t.c_lflag & (ECHO | ECHONL), 0);
	assert_int_equal(read(fd, text, sizeof(text)), -1);
	(void)close(fd);
	end_line("ttyS0", far);
}

static void test_open__names__each_once_and_of_that_folder(void **state)
{
	static const char long_name[] = "ttyS-with-more-letters-than-any-has";
	static struct consoles c;
	char path[128];

	(void)state;
	folder_of_lines(&c);
	(void)snprintf(path, sizeof(path), "%s/below", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	int below = plug_in("below/ttyS0"), longer = plug_in(long_name);
	consoles_open(&c, SETTINGS_CONSOLE_ALL, &(struct console_names){"below/ttyS0", "", ""});
	assert_int_equal(c.n, 0);
	consoles_open(&c, SETTINGS_CONSOLE_ALL, &(struct console_names){long_name, "", ""});
	assert_int_equal(c.n, 0);
	int far = plug_in("ttyS0");
	consoles_open(
		&c, SETTINGS_CONSOLE_ALL, &(struct console_names){"ttyS0 ttyS0", "ttyS0,9600", ""});
	assert_int_equal(c.n, 1);
	(void)close(longer);
	(void)close(below);
	(void)snprintf(path, sizeof(path), "%s/below/ttyS0", folder);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/below", folder);
	assert_int_equal(rmdir(path), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, long_name);
	assert_int_equal(unlink(path), 0);
	end_line("ttyS0", far);
}

/* The firmware's line at the firmware's speed, also where the kernel has the same one; a line that
 * nobody named is not touched, not even opened. */
static void test_open__firmwares_line__at_its_speed_and_no_other(void **state)
{
	static struct consoles c;

	(void)state;
	folder_of_lines(&c);
	int first = plug_in("ttyS0"), second = plug_in("ttyS1"), other = plug_in("ttyS2");
	assert_int_equal(speed_of(first, B115200), B115200);
	assert_int_equal(speed_of(other, B19200), B19200);
	consoles_open(
		&c, SETTINGS_CONSOLE_GRAPHICS, &(struct console_names){"ttyS0", "", "ttyS1,57600"});
	assert_int_equal(c.n, 0);
	consoles_open(&c, SETTINGS_CONSOLE_NAMED,
		&(struct console_names){"ttyS0", "ttyS0,9600", "ttyS1,57600"});
	assert_int_equal(c.n, 1);
	assert_int_equal(speed_of(first, 0), B9600);
	assert_int_equal(speed_of(first, B115200), B115200);
	c.n = 0;
	consoles_open(
		&c, SETTINGS_CONSOLE_ALL, &(struct console_names){"ttyS0", "", "ttyS1,57600"});
	assert_int_equal(c.n, 2);
	assert_string_equal(c.list[0].name, "ttyS1");
	assert_int_equal(speed_of(second, 0), B57600);
	assert_int_equal(speed_of(first, 0), B115200);
	consoles_line(&c, "unbrick: plain");
	assert_string_equal(seen_on(second), "unbrick: plain\r\n");
	assert_string_equal(seen_on(first), "unbrick: plain\r\n");
	assert_string_equal(seen_on(other), "");
	assert_int_equal(speed_of(other, 0), B19200);
	c.n = 0;
	consoles_open(
		&c, SETTINGS_CONSOLE_SERIAL, &(struct console_names){"ttyS0", "", "ttyS0,9600"});
	assert_int_equal(c.n, 1);
	assert_int_equal(speed_of(first, 0), B9600);
	(void)close(second);
	(void)close(other);
	for (const char *const *name = (const char *const[]){"ttyS1", "ttyS2", NULL}; *name;
		name++) {
		char path[128];
		(void)snprintf(path, sizeof(path), "%s/%s", folder, *name);
		assert_int_equal(unlink(path), 0);
	}
	end_line("ttyS0", first);
}

static void test_open__more_than_there_is_room__left_out(void **state)
{
	static struct consoles c;
	int both[2];

	(void)state;
	loop_init(&loop);
	consoles_init(&c, &loop, NULL, NULL);
	for (int i = 0; i <= CONSOLE_MOST; i++) {
		assert_int_equal(pipe2(both, O_NONBLOCK | O_CLOEXEC), 0);
		assert_int_equal(console_add_take(&c, both[1], "a", 0), i < CONSOLE_MOST);
		(void)close(both[0]);
	}
	assert_int_equal(fcntl(both[1], F_GETFD), -1); /* and closed */
	assert_int_equal(c.n, CONSOLE_MOST);
}

static void test_size__of_the_first_that_has_one(void **state)
{
	static struct consoles c;
	const struct winsize none = {0}, large = {.ws_row = 40, .ws_col = 100};
	unsigned short rows, columns;
	int far = begin_line(&c, "ttyS0");

	(void)state;
	assert_int_equal(ioctl(far, TIOCSWINSZ, &none), 0);
	consoles_size(&c, &rows, &columns);
	assert_int_equal(rows, 25);
	assert_int_equal(columns, 80);
	assert_int_equal(ioctl(far, TIOCSWINSZ, &large), 0);
	consoles_size(&c, &rows, &columns);
	assert_int_equal(rows, 40);
	assert_int_equal(columns, 100);
	end_line("ttyS0", far);
}

/* What one that takes nothing has not shown by then would stand in the middle of a painted screen.
 */
static void test_lend__not_shown_yet__is_thrown_away(void **state)
{
	static char text[1 << 20];
	static struct consoles c;
	int ends[2];

	(void)state;
	two_consoles(&c, ends);
	(void)strcpy(c.list[0].name, "tty1");
	for (int i = 0; i < 5000; i++)
		consoles_line(&c, "a line of what nobody reads");
	assert_true(c.list[0].len && c.list[0].lost_bytes);
	consoles_lend(&c);
	read_all(ends[0], text, sizeof(text));
	loop_step(&loop, 10);
	loop_step(&loop, 10);
	read_all(ends[0], text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(c.list[0].lost_bytes, 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

#define TYPED "563552689865117161606298"

static void step(void)
{
	loop_step(&loop, 100);
}

/* It may have been a key. On a stack that can be looked at. */
static void test_typed__passed_on__is_not_left_behind(void **state)
{
	static char stack[1 << 18];
	static struct consoles c;
	static ucontext_t here, there;
	int far = begin_line(&c, "ttyS0");

	(void)state;
	read_text[0] = '\0';
	assert_int_equal(write(far, TYPED, strlen(TYPED)), strlen(TYPED));
	assert_int_equal(getcontext(&there), 0);
	there.uc_stack = (stack_t){.ss_sp = stack, .ss_size = sizeof(stack)};
	there.uc_link = &here;
	makecontext(&there, step, 0);
	assert_int_equal(swapcontext(&here, &there), 0);
	assert_string_equal(read_text, TYPED);
	assert_null(memmem(stack, sizeof(stack), TYPED, strlen(TYPED)));
	end_line("ttyS0", far);
}

/* Whoever paints there chooses them. */
static void test_look__of_the_machines_own_screen__and_not_of_another_program(void **state)
{
	static const char *const names[] = {"ttyS0", "tty1"};
	const struct settings s = {.font = FONT_LARGE, .contrast = SETTINGS_CONTRAST_HIGH};
	static struct consoles c;
	char text[256];
	int both[2][2];

	(void)state;
	wanted = FONT_LARGE;
	n_chosen = 0;
	loop_init(&loop);
	consoles_init(&c, &loop, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe2(both[i], O_NONBLOCK | O_CLOEXEC), 0);
		assert_true(console_add_take(&c, both[i][1], names[i], 0));
	}
	consoles_look(&c, &s);
	assert_int_equal(n_chosen, 1);
	assert_int_equal(chosen_fd, both[1][1]);
	consoles_lend(&c);
	consoles_look(&c, &s);
	assert_int_equal(n_chosen, 1);
	read_all(both[1][0], text, sizeof(text));
	assert_string_equal(text, "\x1b]P7ffffff");
	consoles_take_back(&c, false); /* whatever the other one left */
	assert_int_equal(n_chosen, 2);
	read_all(both[1][0], text, sizeof(text));
	assert_string_equal(text, "\x1b]P7ffffff");
	read_all(both[0][0], text, sizeof(text));
	assert_string_equal(text, "");
	for (int i = 0; i < 2; i++)
		(void)close(both[i][0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_look__of_the_machines_own_screen__and_not_of_another_program),
		cmocka_unit_test(test_consoles__line__on_all_with_cr_lf),
		cmocka_unit_test(test_consoles__one_is_stuck__the_other_goes_on),
		cmocka_unit_test(test_line__comes_back__has_the_last_line_and_all_that_follow),
		cmocka_unit_test(test_line__comes_back_while_lent__is_not_read),
		cmocka_unit_test(test_line__no_terminal_under_its_name__is_not_taken),
		cmocka_unit_test(test_line__any_settings__nothing_stops_it_and_nothing_is_old),
		cmocka_unit_test(test_quiet__typed_early__is_neither_shown_nor_kept),
		cmocka_unit_test(test_open__names__each_once_and_of_that_folder),
		cmocka_unit_test(test_open__firmwares_line__at_its_speed_and_no_other),
		cmocka_unit_test(test_open__more_than_there_is_room__left_out),
		cmocka_unit_test(test_size__of_the_first_that_has_one),
		cmocka_unit_test(test_lend__not_shown_yet__is_thrown_away),
		cmocka_unit_test(test_typed__passed_on__is_not_left_behind),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
