/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curses paints, we read: see keys.h. Digits of a key never go through curses, whose copies of the
 * screen nobody could wipe: they are written over the signs that curses knows of. */
#include "ui/console.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "ui/console_put.h"
#include "ui/letters.h"
#include "ui/ui.h"

#define ESC_MS	    100 /* after it an Esc is one: a slow line has its next byte by then */
#define MS_NS	    1000000ULL
#define TTY_MAJOR   4 /* Linux: devices.txt; consoles of the screen are its first 64 */
#define TTY_SCREENS 64
#define PTY_MAJOR   136 /* windows somewhere; they have eight numbers */
#define PTY_MAJORS  8
#define WINDOWS	    "/dev/pts/" /* whose numbers go to whoever opens the next one */

/* curses has one screen that is meant by all its calls. */
static void mean(const struct console *c)
{
	(void)set_term(c->screen);
}

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
static void set_keypad(const struct console *c, bool is_on)
{
	(void)keypad(stdscr, is_on);
	if (!tigetstr("smkx"))
		(void)dprintf(fileno(c->out), "%s", is_on ? "\x1b=" : "\x1b>");
}

/* Keys that would end or stop us are none: a scanner can send their codes. Ctrl-C stays. */
static void disarm_keys(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	t.c_cc[VQUIT] = _POSIX_VDISABLE;
	t.c_cc[VSUSP] = _POSIX_VDISABLE;
	(void)tcsetattr(fd, TCSANOW, &t); /* curses has set the rest in the same way */
}

/* Whatever its settings are, nobody has made them for us: no signal comes from it, and nothing that
 * is typed or not connected can stop what is written. */
static void make_raw(int fd, const struct termios *before)
{
	struct termios t = *before;

	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(tcflag_t)CRTSCTS;
	(void)tcsetattr(fd, TCSANOW, &t); /* then it stays as it is */
	(void)tcflush(fd, TCIFLUSH);	  /* typed before anybody asked */
}

/* Without waiting for a carrier, and as nobody's controlling terminal. A line that comes back has
 * the descriptor that curses knows it by. */
static bool take_up(struct console *c)
{
	auto_free char *path = strndup(c->given, strcspn(c->given, ","));
	auto_close int fd = path ? open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
	struct termios now;

	c->is_lost = path && fd < 0;
	if (fd < 0 || tcgetattr(fd, &now) < 0 || fcntl(fd, F_SETFL, O_RDWR) < 0)
		return false;
	if (c->in) {
		(void)cfsetispeed(&now, cfgetispeed(&c->before)); /* a speed that it had */
		(void)cfsetospeed(&now, cfgetospeed(&c->before));
		if (dup3(fd, fileno(c->in), O_CLOEXEC) < 0)
			return false;
	} else {
		c->in = fdopen(fd, "r+");
		if (!c->in)
			return false;
		(void)rs_steal_fd(&fd); /* it is the stream's */
	}
	c->out = c->in;
	c->before = now;
	term_keep(fileno(c->in), &c->before);
	make_raw(fileno(c->in), &c->before);
	return true;
}

static int take_device(struct console *c, const char *name, struct rs_err *err)
{
	const size_t n = strcspn(name, ",");
	const char *base = memrchr(name, '/', n);

	c->given = name;
	(void)snprintf(c->term, sizeof(c->term), "%s", name[n] ? name + n + 1 : "");
	(void)snprintf(c->name, sizeof(c->name), "%.*s", (int)n, name);
	if (base)
		(void)snprintf(
			c->name, sizeof(c->name), "%.*s", (int)(name + n - base - 1), base + 1);
	if (take_up(c))
		return 0;
	return rs_fail(err, RS_E_USAGE, "--console %s: %s", name, strerror(errno));
}

static void look_at_kind(struct console *c)
{
	c->is_private = is_screen_of_machine(fileno(c->in));
	c->is_serial = !c->is_private && !is_window(fileno(c->in));
}

int console_take(
	struct console *c, struct console_bytes *typed, const char *name, struct rs_err *err)
{
	*c = (struct console){.typed = typed};
	if (name && take_device(c, name, err) < 0)
		return RS_E_USAGE;
	if (!name) {
		if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
			return rs_fail(
				err, RS_E_USAGE, "tui needs a terminal to show and to be typed on");
		c->in = stdin;
		c->out = stdout;
		if (tcgetattr(STDIN_FILENO, &c->before) == 0)
			term_keep(STDIN_FILENO, &c->before);
	}
	look_at_kind(c);
	return 0;
}

int console_open(struct console *c, struct rs_err *err)
{
	(void)setlocale(LC_CTYPE, ""); /* a locale that is not there: ASCII */
	c->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && (!c->name[0] || c->is_private);
	if (!c->screen)
		c->screen = newterm(c->term[0] ? c->term : NULL, c->out, c->in);
	if (!c->screen)
		return rs_fail(err, RS_E_USAGE, "tui does not know this terminal (TERM)");
	mean(c);
	c->is_open = true;
	term_paint(fileno(c->in), fileno(c->out));
	if (!tigetstr("cup") || !tigetstr("clear")) {
		console_close(c);
		return rs_fail(
			err, RS_E_USAGE, "tui cannot move the cursor of this terminal (TERM)");
	}
	(void)cbreak(); /* of these calls none fails on a terminal that newterm took */
	(void)noecho();
	(void)nonl();
	(void)typeahead(-1);
	set_keypad(c, true);
	if (c->name[0])
		make_raw(fileno(c->in), &c->before);
	else
		disarm_keys(STDIN_FILENO);
	(void)def_prog_mode();	     /* what curses goes on with on a line that came back */
	(void)clearok(curscr, TRUE); /* and nothing of what it painted is there */
	(void)console_fit(c);
	c->is_behind = true; /* nothing is painted yet */
	return 0;
}

static void forget(struct console *c)
{
	(void)tcflush(fileno(c->in), TCIFLUSH); /* a terminal that is gone has nothing either */
	rs_wipe(c->typed, sizeof(*c->typed));
	c->keys = (struct key_reader){0};
}

static void close_screen(struct console *c)
{
	console_forget_typed(c);
	mean(c);
	(void)erase(); /* a console without a second screen keeps what was on it */
	(void)refresh();
	set_keypad(c, false);
	(void)endwin(); /* what it could do, it did */
	term_paint(fileno(c->in), -1);
	/* no delscreen: ncurses 6.4 then forgets the windows of every other screen, too */
	c->is_open = false;
}

void console_lose(struct console *c)
{
	auto_close int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (c->in) {
		term_keep_no_more(fileno(c->in));
		(void)dup3(nowhere, fileno(c->in), O_CLOEXEC); /* else it stays the dead line */
		forget(c);
	}
	if (c->is_open)
		close_screen(c);
	c->is_behind = c->is_unseen = false;
	c->is_lost = true;
}

bool console_may_return(const struct console *c)
{
	return c->is_lost && c->given && strncmp(c->given, WINDOWS, strlen(WINDOWS)) != 0;
}

bool console_return(struct console *c)
{
	if (!take_up(c)) {
		c->is_lost = true; /* what is there now is no terminal, or goes again */
		return false;
	}
	look_at_kind(c);
	return true;
}

void console_close(struct console *c)
{
	if (c->is_open)
		close_screen(c);
	if (c->in) {
		letters_restore(fileno(c->in));
		letters_white(fileno(c->in), false);
		term_keep_no_more(fileno(c->in));
	}
	if (c->in && c->given) {
		(void)tcflush(fileno(c->in), TCIFLUSH);
		if (!c->is_lost) /* gone: as it is */
			(void)tcsetattr(fileno(c->in), TCSADRAIN, &c->before);
		(void)fclose(c->in); /* curses wrote */
	}
	c->in = c->out = NULL;
	c->screen = NULL;
	c->is_lost = false;
}

void console_contrast(struct console *c, bool is_high)
{
	c->is_contrast = is_high;
	if (c->is_private)
		letters_white(fileno(c->out), is_high);
	if (!c->is_open)
		return;
	mean(c);
	idcok(stdscr, !is_high);     /* what moves in behind has no colour on some terminals */
	(void)clearok(stdscr, TRUE); /* all of it, for what the palette has changed, too */
}

bool console_fit(struct console *c)
{
	struct winsize size;

	mean(c);
	const int rows = getmaxy(stdscr), columns = getmaxx(stdscr);
	c->is_small = rows < CONSOLE_ROWS || columns < CONSOLE_COLUMNS;
	if (ioctl(fileno(c->out), TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
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
	mean(c);
	return (size_t)getmaxy(stdscr) - CONSOLE_FRAME_ROWS;
}

/* ---- what is typed before a screen is seen ---- */

/* On a slow line that takes a while, for which nobody else has to wait. */
static void look_if_seen(struct console *c)
{
	int queued = 0;

	if (!c->is_unseen || c->is_behind ||
		(ioctl(fileno(c->out), TIOCOUTQ, &queued) == 0 && queued > 0))
		return;
	forget(c);
	c->is_unseen = false;
}

void console_forget_typed(struct console *c)
{
	forget(c);
	c->is_unseen = true;
	look_if_seen(c);
}

/* ---- painting ---- */

static void put_rule(const struct console *c, int row)
{
	for (int i = 0; i < getmaxx(stdscr) - 1; i++)
		console_put(c, row, i, c->is_utf8 ? "\xE2\x94\x80" : "-");
}

static void put_frame(const struct console *c, const struct console_frame *f, bool has_more)
{
	const int rows = getmaxy(stdscr);

	(void)attrset((int)console_look(c, CONSOLE_BAR));
	(void)mvhline(0, 0, ' ', getmaxx(stdscr));
	console_put(c, 0, 1, f->title);
	console_put(c, 0, CONSOLE_COLUMNS / 2, f->subject);
	const int corner = getmaxx(stdscr) - 1 - console_columns(c, f->corner);
	if (CONSOLE_COLUMNS / 2 + console_columns(c, f->subject) < corner)
		console_put(c, 0, corner, f->corner);
	(void)attrset((int)console_look(c, CONSOLE_TEXT));
	console_put(c, rows - 3, 0,
		f->status[0] || !has_more ? f->status : lang_word(N_("(more: Page Down)")));
	put_rule(c, rows - 2);
	(void)attrset((int)console_look(c, CONSOLE_STRONG));
	console_put(c, rows - 1, 0, f->keys);
	(void)attrset((int)console_look(c, CONSOLE_TEXT));
}

/* Over the signs that stand there, and the cursor back to where curses believes it to be. In the
 * words of ECMA-48: a screen of the machine has no others. */
static void put_secret(const struct console *c, const struct page *p, size_t row)
{
	const int fd = fileno(c->out);
	char cell[PAGE_CELL];

	for (size_t i = 0; i < p->n_secret; i++) {
		const size_t column = p->secret_cell(p->secret, i, cell);
		if (!cell[0] || (!c->is_utf8 && (cell[0] & 0x80)))
			continue;
		(void)dprintf(fd, "\x1b[%zu;%zuH", row + 1, column + 1);
		(void)!write(fd, cell, strlen(cell)); /* the sign stays */
	}
	rs_wipe(cell, sizeof(cell));
	(void)dprintf(fd, "\x1b[%d;%dH", getcury(stdscr) + 1, getcurx(stdscr) + 1);
}

static void paint_small(const struct console *c)
{
	char text[96], line[192];

	(void)snprintf(text, sizeof(text),
		"%dx%d is too small: unbrick needs %dx%d. Ctrl-C leaves.", getmaxx(stdscr),
		getmaxy(stdscr), CONSOLE_COLUMNS, CONSOLE_ROWS);
	lang_text(text, line, sizeof(line));
	console_put(c, 0, 0, line);
	(void)refresh();
}

/* A frame is less than what a line takes in at once when it has shown all before. */
static bool takes_more(const struct console *c)
{
	struct pollfd polled = {fileno(c->out), POLLOUT, 0};

	return poll(&polled, 1, 0) > 0;
}

/* Digits that are written where curses has no sign of theirs stay when the page has gone. */
static bool is_seen(const struct console_frame *f, size_t line, size_t room)
{
	return line >= f->first && line - f->first < room;
}

void console_paint(struct console *c, const struct console_frame *wanted, const struct page *p,
	bool is_secret_shown)
{
	const size_t room = console_room(c);

	c->is_behind = !takes_more(c);
	if (c->is_behind)
		return;
	const attr_t look = console_look(c, CONSOLE_TEXT);
	(void)attrset((int)look);
	bkgdset(' ' | (look & (attr_t)A_COLOR));
	(void)erase();
	if (c->is_small) {
		paint_small(c);
		return;
	}
	const struct place at = console_put_picture(c, p, (int)room);
	const size_t line_room = room - (size_t)at.line_row;
	const size_t first_row = CONSOLE_FIRST_ROW + (size_t)at.line_row;
	struct console_frame frame = *wanted;
	const struct console_frame *f = &frame;

	frame.first = page_first(p, wanted->first, line_room); /* of this one's size */
	for (size_t i = f->first; i < p->n && i - f->first < line_room; i++) {
		(void)attrset((int)console_look(
			c, p->lines[i].is_strong ? CONSOLE_STRONG : CONSOLE_TEXT));
		console_put(c, (int)(first_row + i - f->first), at.line_column, p->lines[i].text);
	}
	put_frame(c, f, p->n > f->first + line_room);
	const bool has_cursor = p->has_cursor && is_seen(f, p->cursor_line, line_room);
	const bool has_secret = c->is_private && is_secret_shown && p->n_secret &&
				is_seen(f, p->secret_line, line_room);
	(void)curs_set(has_cursor);
	if (has_cursor)
		(void)move((int)(first_row + p->cursor_line - f->first), (int)p->cursor_column);
	else
		(void)move(getmaxy(stdscr) - 1, 0);
	if (p->n_secret && c->is_private)
		(void)redrawwin(stdscr); /* curses does not know what was written over it */
	(void)refresh();
	if (has_secret)
		put_secret(c, p, first_row + p->secret_line - f->first);
	look_if_seen(c);
}

/* ---- keys ---- */

void console_read(struct console *c)
{
	struct pollfd polled = {fileno(c->in), POLLIN, 0};

	look_if_seen(c);
	if (poll(&polled, 1, 0) <= 0)
		return;
	rs_wipe(c->typed, sizeof(*c->typed));
	ssize_t n = read(fileno(c->in), c->typed->bytes, sizeof(c->typed->bytes));
	c->is_lost = n == 0 || (n < 0 && (polled.revents & (POLLHUP | POLLERR)));
	c->typed->n = n > 0 ? (size_t)n : 0;
	c->byte_ns = term_now_ns();
	if (c->is_unseen)
		forget(c);
}

int console_wait_ms(const struct console *c)
{
	const uint64_t passed_ms = (term_now_ns() - c->byte_ns) / MS_NS;

	if (!c->keys.is_in_sequence)
		return -1;
	return passed_ms < ESC_MS ? (int)(ESC_MS - passed_ms) : 0;
}

unsigned console_next(struct console *c)
{
	look_if_seen(c);
	while (c->typed->next < c->typed->n) {
		unsigned key = key_of_byte(&c->keys, c->typed->bytes[c->typed->next++]);
		if (key)
			return key;
	}
	return console_wait_ms(c) == 0 ? key_of_silence(&c->keys) : UI_KEY_NONE;
}
