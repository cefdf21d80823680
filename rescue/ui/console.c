/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curses paints, we read: see keys.h. Digits of a key never go through curses, whose copies of the
 * screen nobody could wipe: they are written over the signs that curses knows of. */
#include "ui/console.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_NOMACROS	 1
#define NCURSES_WIDECHAR	 1
#define NCURSES_ENABLE_STDBOOL_H 1
#include <curses.h>

#include "ui/ui.h"

#define ESC_MS	    100 /* after it an Esc is one: a slow line has its next byte by then */
#define MS_NS	    1000000ULL
#define FRAME_ROWS  5 /* title, blank; status, rule, keys */
#define FIRST_ROW   2
#define TTY_MAJOR   4 /* Linux: devices.txt; consoles of the screen are its first 64 */
#define TTY_SCREENS 64
#define PTY_MAJOR   136 /* windows somewhere; they have eight numbers */
#define PTY_MAJORS  8

/* ---- begin and end ---- */

static bool is_screen_of_machine(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == TTY_MAJOR &&
	       minor(st.st_rdev) < TTY_SCREENS;
}

static bool is_window(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) >= PTY_MAJOR &&
	       major(st.st_rdev) < PTY_MAJOR + PTY_MAJORS;
}

/* The keypad gives digits whatever NumLock is (DEC's application mode). terminfo has no word for it
 * where the terminal is Linux' console, which can do it. */
static void set_keypad(bool is_on)
{
	(void)keypad(stdscr, is_on);
	if (!tigetstr("smkx"))
		(void)putp(is_on ? "\x1b=" : "\x1b>");
	(void)fflush(stdout);
}

/* Keys that would end or stop us are none: a scanner can send their codes. Ctrl-C stays. */
static void disarm_keys(void)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, &t) < 0)
		return;
	t.c_cc[VQUIT] = _POSIX_VDISABLE;
	t.c_cc[VSUSP] = _POSIX_VDISABLE;
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &t); /* curses has set the rest in the same way */
}

int console_open(struct console *c, struct console_bytes *in, struct rs_err *err)
{
	*c = (struct console){.in = in};
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return rs_fail(err, RS_E_USAGE, "tui needs a terminal to show and to be typed on");
	(void)setlocale(LC_CTYPE, ""); /* a locale that is not there: ASCII */
	c->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	c->is_private = is_screen_of_machine(STDIN_FILENO);
	c->is_serial = !c->is_private && !is_window(STDIN_FILENO);
	c->screen = newterm(NULL, stdout, stdin);
	if (!c->screen)
		return rs_fail(err, RS_E_USAGE, "tui does not know this terminal (TERM)");
	if (!tigetstr("cup") || !tigetstr("clear")) {
		console_close(c);
		return rs_fail(
			err, RS_E_USAGE, "tui cannot move the cursor of this terminal (TERM)");
	}
	(void)cbreak(); /* of these calls none fails on a terminal that newterm took */
	(void)noecho();
	(void)nonl();
	(void)typeahead(-1);
	set_keypad(true);
	disarm_keys();
	(void)console_fit(c);
	return 0;
}

void console_close(struct console *c)
{
	if (!c->screen)
		return;
	console_forget_typed(c);
	(void)erase(); /* a console without a second screen keeps what was on it */
	(void)refresh();
	set_keypad(false);
	(void)endwin(); /* what it could do, it did */
	delscreen(c->screen);
	c->screen = NULL;
}

bool console_fit(struct console *c)
{
	struct winsize size;
	const int rows = getmaxy(stdscr), columns = getmaxx(stdscr);

	c->is_small = rows < CONSOLE_ROWS || columns < CONSOLE_COLUMNS;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return false; /* a serial line has none: terminfo's */
	if (size.ws_row == rows && size.ws_col == columns)
		return false;
	(void)resizeterm(size.ws_row, size.ws_col); /* without memory for it: as it was */
	(void)clearok(stdscr, TRUE);
	c->is_small = size.ws_row < CONSOLE_ROWS || size.ws_col < CONSOLE_COLUMNS;
	return true;
}

size_t console_room(const struct console *c)
{
	(void)c;
	return (size_t)getmaxy(stdscr) - FRAME_ROWS;
}

/* ---- painting ---- */

/* As much of a UTF-8 text as goes into the row; a character that the terminal has not is '?'. */
static void put_text(const struct console *c, int row, int column, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text);
	int room = getmaxx(stdscr) - column;

	(void)move(row, column);
	while (left && room > 0) {
		uint32_t code;
		size_t n = rs_utf8_get(p, left, &code);
		wchar_t wide[2] = {n && (code < 0x80 || c->is_utf8) ? (wchar_t)code : L'?', 0};
		int width = wcwidth(wide[0]);
		if (width < 0) {
			wide[0] = L'?';
			width = 1;
		}
		if (width > room)
			return;
		(void)addnwstr(wide, 1); /* the last cell of the screen: ERR, and painted */
		room -= width;
		p += n ? n : 1;
		left -= n ? n : 1;
	}
}

static void put_rule(const struct console *c, int row)
{
	for (int i = 0; i < getmaxx(stdscr) - 1; i++)
		put_text(c, row, i, c->is_utf8 ? "\xE2\x94\x80" : "-");
}

static void put_frame(const struct console *c, const struct console_frame *f, bool has_more)
{
	const int rows = getmaxy(stdscr);

	(void)attron(A_REVERSE);
	(void)mvhline(0, 0, ' ', getmaxx(stdscr));
	put_text(c, 0, 1, f->title);
	put_text(c, 0, CONSOLE_COLUMNS / 2, f->subject);
	(void)attroff(A_REVERSE);
	put_text(c, rows - 3, 0, f->status[0] || !has_more ? f->status : "(more: Page Down)");
	put_rule(c, rows - 2);
	(void)attron(A_BOLD);
	put_text(c, rows - 1, 0, f->keys);
	(void)attroff(A_BOLD);
}

/* Over the signs that stand there, and the cursor back to where curses believes it to be. */
static void put_secret(const struct console *c, const struct page *p, size_t row)
{
	const int y = getcury(stdscr), x = getcurx(stdscr);
	const char *move_to = tigetstr("cup");

	for (size_t i = 0; i < p->n_secret && c->is_private && !c->is_hidden; i++) {
		if (!p->secret[i])
			continue;
		(void)putp(tiparm(move_to, (int)row, (int)p->secret_column(i)));
		(void)fflush(stdout);
		(void)!write(STDOUT_FILENO, &p->secret[i], 1); /* the sign stays */
	}
	(void)putp(tiparm(move_to, y, x));
	(void)fflush(stdout);
}

static void paint_small(const struct console *c)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
		"%dx%d is too small: unbrick needs %dx%d. Ctrl-C leaves.", getmaxx(stdscr),
		getmaxy(stdscr), CONSOLE_COLUMNS, CONSOLE_ROWS);
	put_text(c, 0, 0, text);
	(void)refresh();
}

void console_paint(struct console *c, const struct console_frame *f, const struct page *p)
{
	const size_t room = console_room(c);

	(void)erase();
	if (c->is_small) {
		paint_small(c);
		return;
	}
	for (size_t i = f->first; i < p->n && i - f->first < room; i++) {
		if (p->lines[i].is_strong)
			(void)attron(A_BOLD);
		put_text(c, (int)(FIRST_ROW + i - f->first), 0, p->lines[i].text);
		(void)attroff(A_BOLD);
	}
	put_frame(c, f, p->n > f->first + room);
	(void)curs_set(p->has_cursor);
	if (p->has_cursor)
		(void)move((int)(FIRST_ROW + p->cursor_line), (int)p->cursor_column);
	else
		(void)move(getmaxy(stdscr) - 1, 0);
	if (p->n_secret && c->is_private)
		(void)redrawwin(stdscr); /* curses does not know what was written over it */
	(void)refresh();
	if (p->n_secret)
		put_secret(c, p, FIRST_ROW + p->secret_line);
}

/* ---- keys ---- */

void console_forget_typed(struct console *c)
{
	(void)tcdrain(STDOUT_FILENO);	       /* seen first: on a slow line that takes a while */
	(void)tcflush(STDIN_FILENO, TCIFLUSH); /* a terminal that is gone has nothing either */
	rs_wipe(c->in, sizeof(*c->in));
	c->keys = (struct key_reader){0};
}

/* Bytes into the buffer; false: none came. */
static bool fill(struct console *c, int timeout_ms)
{
	struct pollfd polled = {STDIN_FILENO, POLLIN, 0};

	if (poll(&polled, 1, timeout_ms) <= 0)
		return false;
	rs_wipe(c->in, sizeof(*c->in));
	ssize_t n = read(STDIN_FILENO, c->in->bytes, sizeof(c->in->bytes));
	c->is_lost = n == 0 || (n < 0 && (polled.revents & (POLLHUP | POLLERR)));
	c->in->n = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static unsigned came(struct console *c, unsigned key)
{
	const uint64_t now = term_now_ns();

	c->before_ms = (now - c->last_ns) / MS_NS;
	c->last_ns = now;
	return key;
}

unsigned console_key(struct console *c, int timeout_ms)
{
	for (;;) {
		while (c->in->next < c->in->n) {
			unsigned key = key_of_byte(&c->keys, c->in->bytes[c->in->next++]);
			if (key)
				return came(c, key);
		}
		const bool is_begun = c->keys.is_in_sequence;
		const int wait_ms = is_begun && timeout_ms > ESC_MS ? ESC_MS : timeout_ms;
		if (fill(c, wait_ms))
			continue;
		if (c->is_lost)
			return UI_KEY_LOST;
		unsigned key = is_begun && wait_ms == ESC_MS ? key_of_silence(&c->keys) : 0;
		return key ? came(c, key) : UI_KEY_NONE;
	}
}

void console_quiet(struct console *c)
{
	while (!c->is_lost && !term_is_cancelled() && console_key(c, CONSOLE_ALONE))
		continue;
	console_forget_typed(c);
}

bool console_is_alone(struct console *c, unsigned key)
{
	bool ret = c->before_ms >= CONSOLE_ALONE;
	unsigned next;

	while ((next = console_key(c, CONSOLE_ALONE)) && next != UI_KEY_LOST)
		ret = ret && next == key;
	return ret && !c->is_lost;
}
