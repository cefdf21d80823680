/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several consoles as one: two lines, of which the test has the other ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "core/font.h"
#include "ui/consoles.h"
#include "ui/tui.h"

#define WAIT_MS 50U
#define SEEN_MS 100

static struct line {
	int far;
	char name[64];
	char seen[65536]; /* since it was looked at last */
} lines[2];
static struct consoles all;
static struct console_bytes typed[CONSOLES_MOST];
static struct rs_err err;

static int fresh(void **state)
{
	const char *names[2];

	(void)state;
	(void)setenv("TERM", "linux", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	for (size_t i = 0; i < 2; i++) {
		struct line *l = &lines[i];
		char pts[32];
		l->far = posix_openpt(O_RDWR | O_NOCTTY);
		if (unlockpt(l->far) < 0 || ptsname_r(l->far, pts, sizeof(pts)) != 0 ||
			fcntl(l->far, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
			return 1;
		(void)snprintf(l->name, sizeof(l->name), "%s%s", pts, i ? ",vt100" : "");
		names[i] = l->name;
	}
	return consoles_open(&all, typed, names, 2, &err);
}

static int over(void **state)
{
	(void)state;
	consoles_close(&all);
	consoles_close(&all);
	(void)close(lines[0].far);
	(void)close(lines[1].far);
	return 0;
}

static void type(unsigned line, const char *keys)
{
	assert_int_equal(write(lines[line].far, keys, strlen(keys)), strlen(keys));
}

static const char *seen_on(unsigned line)
{
	struct line *l = &lines[line];
	struct pollfd polled = {l->far, POLLIN, 0};
	size_t len = 0;
	ssize_t n;

	/* it comes through a worker of the kernel */
	while (poll(&polled, 1, SEEN_MS) > 0 && len < sizeof(l->seen) - 1 &&
		(n = read(l->far, l->seen + len, sizeof(l->seen) - 1 - len)) > 0)
		len += (size_t)n;
	l->seen[len] = '\0';
	return l->seen;
}

static size_t cell(const void *secret, size_t i, char ret[PAGE_CELL])
{
	ret[0] = ((const char *)secret)[i];
	ret[1] = '\0';
	return 10 + i;
}

static void paint(void)
{
	const struct console_frame frame = {"the title", "", "", "the keys", "", 0};
	auto_page struct page p = {0};

	page_line(&p, "boxes");
	p.secret = "7";
	p.n_secret = 1;
	p.secret_cell = cell;
	consoles_paint(&all, &frame, &p);
}

/* Whatever a modem or a getty left there stops nothing, and is there again at the end. */
static void test_open__any_settings__of_ours_and_as_before_at_the_end(void **state)
{
	struct line *l = &lines[0];
	const char *names[] = {l->name};
	struct termios before, t;

	(void)state;
	consoles_close(&all);
	assert_int_equal(tcgetattr(l->far, &before), 0);
	before.c_cflag |= CRTSCTS;
	before.c_cflag &= ~(tcflag_t)CLOCAL;
	before.c_lflag |= ECHO | ICANON;
	assert_int_equal(tcsetattr(l->far, TCSANOW, &before), 0);
	assert_int_equal(consoles_open(&all, typed, names, 1, &err), 0);
	assert_int_equal(tcgetattr(l->far, &t), 0);
	assert_int_equal(t.c_cflag & (CRTSCTS | CLOCAL), CLOCAL);
	assert_int_equal(t.c_lflag & (ECHO | ICANON), 0);
	const int slave = open(l->name, O_RDWR | O_NOCTTY | O_CLOEXEC); /* else they go with it */
	consoles_close(&all);
	assert_int_equal(tcgetattr(l->far, &t), 0);
	assert_int_equal(t.c_cflag & (CRTSCTS | CLOCAL), CRTSCTS);
	assert_int_equal(t.c_lflag & (ECHO | ICANON), ECHO | ICANON);
	(void)close(slave);
}

/* Both are painted on, by a key on each. */
static void begin(void)
{
	for (unsigned i = 0; i < 2; i++) {
		type(i, "\r");
		assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	}
	paint();
	assert_non_null(strstr(seen_on(0), "the title"));
	assert_non_null(strstr(seen_on(1), "the title"));
}

static void test_line__before_a_key__nothing_is_written(void **state)
{
	(void)state;
	paint();
	assert_string_equal(seen_on(0), "");
	type(0, "7");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE); /* and is for nothing else */
	assert_true(all.is_due);
	paint();
	assert_false(all.is_due);
	assert_non_null(strstr(seen_on(0), "the title"));
	assert_string_equal(seen_on(1), "");
	type(0, "8");
	assert_int_equal(consoles_key(&all, WAIT_MS), '8');
	assert_ptr_equal(all.at, &all.list[0]);
}

/* ECMA-48: the digit at its place; row 1 of the page is the third of the screen. */
static void test_secret__typed_elsewhere__not_on_the_machines_own_screen(void **state)
{
	(void)state;
	begin();
	all.list[0].is_private = true;
	paint();
	assert_null(strstr(seen_on(0), "\x1b[3;11H7")); /* nobody typed yet */
	type(0, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'x');
	paint();
	assert_non_null(strstr(seen_on(0), "\x1b[3;11H7"));
	assert_null(strstr(seen_on(1), "7"));
	type(1, "y");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'y');
	paint();
	assert_null(strstr(seen_on(0), "\x1b[3;11H7"));
	type(0, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'x');
	all.is_hidden = true;
	paint();
	assert_null(strstr(seen_on(0), "\x1b[3;11H7"));
}

static void test_alone__a_key_on_another_console__is_beside_it(void **state)
{
	(void)state;
	begin();
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	type(1, "1");
	assert_false(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	all.before_ms = CONSOLES_ALONE;
	all.is_held = false;
	type(1, "\x19"); /* both at once: one answer */
	assert_true(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
}

/* What a paste or a bad line sends: bytes that are no key, before it, behind it, and torn. */
static void test_alone__bytes_that_are_no_key__are_beside_it(void **state)
{
	static const char *const bursts[] = {"\xff\x19", "\x19\xff", "\xc3\x19", "\x19\xc3",
		"\x1b[200~\x19", "\x19\x1b[201~", "\x1bq\x19", "\x19\x1b["};

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(bursts) / sizeof(bursts[0]); i++) {
		all.last_ns = 0;
		all.last_key = UI_KEY_NONE;
		type(0, bursts[i]);
		assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
		assert_false(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	}
	all.last_ns = 0;
	assert_int_equal(write(lines[0].far, "\0\x19", 2), 2);
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	assert_false(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	all.last_ns = 0;
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	assert_true(consoles_is_alone(&all, UI_KEY_CTRL_Y));
}

/* A keyboard repeats a key that is held after up to a second: by then something else is asked. */
static void test_alone__held__counts_once(void **state)
{
	(void)state;
	begin();
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	assert_true(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	all.last_ns -= 500000000;
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	assert_false(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	all.last_ns -= CONSOLES_HELD * 1000000ULL;
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	assert_true(consoles_is_alone(&all, UI_KEY_CTRL_Y));
}

static void test_esc__on_one_while_another_types__is_the_key(void **state)
{
	(void)state;
	begin();
	type(0, "\x1b");
	type(1, "[A"); /* no part of what came on the other one */
	assert_int_equal(consoles_key(&all, WAIT_MS), '[');
	assert_int_equal(consoles_key(&all, WAIT_MS), 'A');
	assert_int_equal(consoles_key(&all, 1000), UI_KEY_ESC);
	assert_ptr_equal(all.at, &all.list[0]);
}

static void test_lost__one_then_all__goes_on_then_is_told(void **state)
{
	(void)state;
	begin();
	all.list[0].is_private = all.is_private = true;
	(void)close(lines[0].far);
	(void)consoles_key(&all, WAIT_MS);
	assert_false(consoles_are_gone(&all));
	assert_false(all.is_private);
	paint();
	type(1, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'x');
	(void)close(lines[1].far);
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_LOST);
	assert_true(consoles_are_gone(&all));
}

static void test_open__one_that_is_not_there__left_out(void **state)
{
	struct consoles some;
	static struct console_bytes bytes[CONSOLES_MOST];
	const char *names[] = {"/dev/null", "/nowhere", lines[1].name};

	(void)state;
	assert_int_equal(consoles_open(&some, bytes, names, 3, &err), 0);
	assert_int_equal(some.n, 2); /* what is no terminal is not looked for again */
	assert_true(some.list[0].is_lost);
	consoles_close(&some);
	assert_int_equal(consoles_open(&some, bytes, names, 2, &err), RS_E_USAGE);
	assert_non_null(strstr(err.detail, "/nowhere"));
}

/* ---- one that comes back ---- */

static char folder[] = "/tmp/unbrick-lines.XXXXXX";
static char paths[2][64], places[2][160];

/* Another pseudo terminal under the name of line @i, as udev has an adapter that is plugged in. */
static void plug_in(unsigned i)
{
	struct line *l = &lines[i];
	char pts[32];

	l->far = posix_openpt(O_RDWR | O_NOCTTY);
	assert_int_equal(unlockpt(l->far), 0);
	assert_int_equal(ptsname_r(l->far, pts, sizeof(pts)), 0);
	assert_int_equal(fcntl(l->far, F_SETFL, O_RDWR | O_NONBLOCK), 0);
	assert_int_equal(symlink(pts, paths[i]), 0);
}

/* Its number may be another test's in a moment. */
static void cut(unsigned i)
{
	assert_int_equal(unlink(paths[i]), 0);
	(void)close(lines[i].far);
}

static void pull_out(unsigned i)
{
	cut(i);
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	assert_true(all.list[i].is_lost);
}

static void look_now(void)
{
	all.look_ns = 0;
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
}

static int fresh_by_name(void **state)
{
	const char *names[2] = {places[0], places[1]};

	(void)state;
	(void)setenv("TERM", "linux", 1);
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)strcpy(folder, "/tmp/unbrick-lines.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/ttyUSB%u", folder, i);
		(void)snprintf(places[i], sizeof(places[i]), "%s%s", paths[i], i ? ",vt100" : "");
		plug_in(i);
	}
	return consoles_open(&all, typed, names, 2, &err);
}

static int over_by_name(void **state)
{
	(void)over(state);
	(void)unlink(paths[0]);
	(void)unlink(paths[1]);
	return rmdir(folder);
}

static void test_return__nothing_written_or_counted_before_a_key(void **state)
{
	struct termios t;

	(void)state;
	begin();
	pull_out(0);
	look_now(); /* it is not there: nothing comes of it */
	assert_true(all.list[0].is_lost);
	plug_in(0);
	type(0, "\x19");
	(void)seen_on(0); /* nobody has it yet: its own echo */
	look_now();
	assert_false(all.list[0].is_lost);
	paint();
	assert_string_equal(seen_on(0), "");
	type(0, "7");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE); /* it opens it */
	paint();
	const char *seen = seen_on(0);
	assert_non_null(strstr(seen, "\x1b[H\x1b[J")); /* whatever was there */
	assert_non_null(strstr(seen, "the title"));
	assert_non_null(strstr(seen, "the keys"));
	assert_int_equal(tcgetattr(lines[0].far, &t), 0); /* Ctrl-C is a key, nothing is echoed */
	assert_int_equal(t.c_lflag & (ISIG | ICANON | ECHO), 0);
	type(0, "8");
	assert_int_equal(consoles_key(&all, WAIT_MS), '8');
}

static void test_return__looked_for_once_a_second(void **state)
{
	(void)state;
	begin();
	pull_out(0);
	plug_in(0);
	look_now();
	pull_out(0);
	plug_in(0);
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	assert_true(all.list[0].is_lost);
}

/* One that is plugged in again: found, and painted on once a key is pressed. */
static void come_back(unsigned i)
{
	look_now();
	type(i, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	paint();
	assert_non_null(strstr(seen_on(i), "the title"));
}

static void test_return__all_were_lost__waited_for_and_painted(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < 2; i++)
		pull_out(i);
	assert_false(consoles_are_gone(&all));
	paint();
	plug_in(1);
	come_back(1);
	type(1, "y");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'y');
}

static size_t count_open(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* delscreen cannot be called, so there must be one only. */
static void test_return__again_and_again__the_same_screen_and_descriptors(void **state)
{
	(void)state;
	begin();
	const void *screen = all.list[0].screen;
	struct stat st;
	const int fd = fileno(all.list[0].in);
	const size_t n = count_open();
	for (int times = 0; times < 5; times++) {
		all.list[0].is_behind = times == 2; /* it took no more when it was cut */
		pull_out(0);
		assert_int_equal(count_open(), n - 1);
		assert_int_equal(fstat(fd, &st), 0); /* the device is nobody's: its name is free */
		assert_int_equal(st.st_rdev, makedev(1, 3));
		plug_in(0);
		come_back(0);
		assert_ptr_equal(all.list[0].screen, screen);
		assert_int_equal(fileno(all.list[0].in), fd);
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		assert_int_equal(count_open(), n);
	}
}

static void set_speed(unsigned i, speed_t speed)
{
	struct termios t;

	assert_int_equal(tcgetattr(lines[i].far, &t), 0);
	assert_int_equal(cfsetspeed(&t, speed), 0);
	assert_int_equal(tcsetattr(lines[i].far, TCSANOW, &t), 0);
}

static speed_t speed_of(unsigned i)
{
	struct termios t;

	assert_int_equal(tcgetattr(lines[i].far, &t), 0);
	return cfgetospeed(&t);
}

/* An adapter that is plugged in has a speed of its own, which nobody set. */
static void test_return__at_another_speed__has_the_one_before(void **state)
{
	const char *names[] = {paths[0]};

	(void)state;
	consoles_close(&all);
	set_speed(0, B115200);
	assert_int_equal(consoles_open(&all, typed, names, 1, &err), 0);
	type(0, "\r");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	pull_out(0);
	plug_in(0);
	set_speed(0, B9600);
	look_now();
	assert_int_equal(speed_of(0), B115200);
	type(0, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	paint();
	assert_int_equal(speed_of(0), B115200);
}

/* What a line sends as it is cut is no answer. */
static void test_alone__cut_behind_it__did_not_come_alone(void **state)
{
	(void)state;
	begin();
	type(0, "\x19");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_CTRL_Y);
	cut(0);
	assert_false(consoles_is_alone(&all, UI_KEY_CTRL_Y));
	plug_in(0);
}

/* Who sits there now may be somebody else. */
static void test_secret__line_came_back__not_shown_before_a_key(void **state)
{
	(void)state;
	begin();
	type(0, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), 'x');
	assert_ptr_equal(all.at, &all.list[0]);
	pull_out(0);
	assert_null(all.at);
	plug_in(0);
	look_now();
	type(0, "x");
	assert_int_equal(consoles_key(&all, WAIT_MS), UI_KEY_NONE);
	all.list[0].is_private = true;
	paint();
	assert_null(strstr(seen_on(0), "\x1b[3;11H7"));
}

static void test_open__not_there_yet__taken_up_when_it_comes(void **state)
{
	const char *names[] = {places[0], places[1]};

	(void)state;
	consoles_close(&all);
	cut(1);
	assert_int_equal(consoles_open(&all, typed, names, 2, &err), 0);
	assert_int_equal(all.n, 2);
	plug_in(1);
	come_back(1);
	consoles_close(&all);
	cut(1);
	assert_int_equal(consoles_open(&all, typed, names + 1, 1, &err), RS_E_USAGE);
	plug_in(1);
}

/* ---- its letters: core/font.h is the test's ---- */

static int letters_fd;
static unsigned n_letters_back;

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before);
int __wrap_font_write(int fd, const struct font *f);

int __wrap_font_choose(int fd, enum font_size size, struct font *ret_before)
{
	assert_int_equal(size, FONT_LARGE);
	letters_fd = fd;
	*ret_before = (struct font){.bits = malloc(1)};
	return 1;
}

int __wrap_font_write(int fd, const struct font *f)
{
	assert_int_equal(fd, letters_fd);
	assert_non_null(f->bits);
	n_letters_back++;
	return 0;
}

static void test_letters__screen_of_this_machine__as_before_when_it_is_closed(void **state)
{
	(void)state;
	begin();
	assert_int_equal(consoles_letters(&all, FONT_LARGE), -ENOTTY); /* lines */
	all.list[1].is_private = true;
	assert_int_equal(consoles_letters(&all, FONT_LARGE), 1);
	assert_int_equal(letters_fd, fileno(all.list[1].in));
	consoles_contrast(&all, true);
	paint();
	assert_non_null(strstr(seen_on(1), "\x1b]P7ffffff"));
	assert_null(strstr(seen_on(0), "\x1b]P"));
	consoles_close(&all);
	assert_int_equal(n_letters_back, 1);
	assert_non_null(strstr(seen_on(1), "\x1b]R"));
}

/* ---- one screen on them ---- */

static enum screen_id type_a_key(struct tui *t)
{
	(void)t;
	type(0, "x");
	return SCREEN_STAY;
}

static void draw_nothing(const struct tui *t, struct page *p)
{
	(void)t;
	page_blank(p);
}

static bool cut_all(struct tui *t, unsigned key)
{
	(void)t;
	assert_int_equal(key, 'x');
	for (unsigned i = 0; i < 2; i++) {
		(void)close(lines[i].far);
		lines[i].far = -1;
	}
	return false;
}

static void test_screen__last_console_lost_behind_a_key__ends(void **state)
{
	static const struct screen screens[] = {[SCREEN_FOUND] = {.title = "disks",
							.draw = draw_nothing,
							.put = cut_all,
							.idle = type_a_key}};
	static struct tui tui;

	(void)state;
	begin();
	tui.screens = screens;
	tui.consoles = all;
	(void)alarm(20);
	assert_int_equal(tui_wait(&tui, SCREEN_FOUND), SCREEN_LEAVE);
	(void)alarm(0);
	all = tui.consoles;
}

static bool take_no_key(struct tui *t, unsigned key)
{
	(void)t;
	fail_msg("a key that was typed before the screen was there: %u", key);
	return false;
}

static enum screen_id leave(struct tui *t)
{
	(void)t;
	return SCREEN_LEAVE;
}

static void test_screen__typed_before_it__for_nothing(void **state)
{
	static const struct screen screens[] = {
		[SCREEN_FOUND] = {
			.title = "disks", .draw = draw_nothing, .put = take_no_key, .idle = leave}};
	static struct tui tui;

	(void)state;
	begin();
	tui.screens = screens;
	tui.consoles = all;
	type(0, "8");
	struct pollfd is_there = {fileno(all.list[0].in), POLLIN, 0};
	assert_int_equal(poll(&is_there, 1, 10000), 1);
	(void)alarm(20);
	assert_int_equal(tui_wait(&tui, SCREEN_FOUND), SCREEN_LEAVE);
	(void)alarm(0);
	all = tui.consoles;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_line__before_a_key__nothing_is_written, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_secret__typed_elsewhere__not_on_the_machines_own_screen, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_alone__a_key_on_another_console__is_beside_it, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_alone__bytes_that_are_no_key__are_beside_it, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_letters__screen_of_this_machine__as_before_when_it_is_closed, fresh,
			over),
		cmocka_unit_test_setup_teardown(
			test_screen__last_console_lost_behind_a_key__ends, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_screen__typed_before_it__for_nothing, fresh, over),
		cmocka_unit_test_setup_teardown(test_alone__held__counts_once, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_esc__on_one_while_another_types__is_the_key, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_lost__one_then_all__goes_on_then_is_told, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_open__one_that_is_not_there__left_out, fresh, over),
		cmocka_unit_test_setup_teardown(
			test_return__looked_for_once_a_second, fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(test_return__all_were_lost__waited_for_and_painted,
			fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(
			test_return__again_and_again__the_same_screen_and_descriptors,
			fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(test_return__at_another_speed__has_the_one_before,
			fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(
			test_alone__cut_behind_it__did_not_come_alone, fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(test_secret__line_came_back__not_shown_before_a_key,
			fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(test_open__not_there_yet__taken_up_when_it_comes,
			fresh_by_name, over_by_name),
		cmocka_unit_test_setup_teardown(
			test_return__nothing_written_or_counted_before_a_key, fresh_by_name,
			over_by_name),
		cmocka_unit_test_setup_teardown(
			test_open__any_settings__of_ours_and_as_before_at_the_end, fresh, over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
