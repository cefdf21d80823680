/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "init/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/font.h"
#include "core/link.h"

#define LEND_MS	  2000 /* a frame at 9600 bauds */
#define LOOK_MS	  1000
#define LOOK_PART 10 /* of the time: a driver that does not answer holds up nobody much */
/* Linux' own (console_codes(4)): the light grey of text is white */
#define WHITE "\x1b]P7ffffff"

void consoles_init(struct consoles *c, struct loop *loop, console_input_fn input, void *user)
{
	c->loop = loop;
	c->input = input;
	c->user = user;
	c->folder = "/dev";
	c->last[0] = '\0';
	c->look_ms = 0;
	c->is_column_0 = c->is_read = true;
	c->font = FONT_NORMAL;
	c->is_contrast = false;
	c->n = 0;
}

static void lose(struct console *con)
{
	loop_remove(con->all->loop, con->fd);
	(void)close(con->fd); /* a terminal: nothing can be done */
	con->fd = -1;	      /* what it had to show begin_take throws away */
}

/* It has room for it. */
static void append(struct console *con, const char *bytes, size_t len)
{
	size_t at = (con->first + con->len) % CONSOLE_RING;
	size_t run = CONSOLE_RING - at < len ? CONSOLE_RING - at : len;

	memcpy(con->ring + at, bytes, run);
	memcpy(con->ring, bytes + run, len - run);
	con->len += len;
}

static void flush(struct console *con)
{
	char lost[64];

	while (con->fd >= 0 && con->len) {
		size_t run = CONSOLE_RING - con->first;
		ssize_t n = write(con->fd, con->ring + con->first, run < con->len ? run : con->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			lose(con);
			return;
		}
		if (n <= 0)
			break;
		con->first = (con->first + (size_t)n) % CONSOLE_RING;
		con->len -= (size_t)n;
		if (con->len || !con->lost_bytes)
			continue;
		/* what did not fit is said where it is missing */
		(void)snprintf(
			lost, sizeof(lost), "\r\n[%zu bytes not shown here]\r\n", con->lost_bytes);
		append(con, lost, strlen(lost));
		con->lost_bytes = 0;
	}
	loop_want(con->all->loop, con->fd,
		(short)((con->all->is_read ? POLLIN : 0) | (con->len ? POLLOUT : 0)));
}

static void put(struct console *con, const char *bytes, size_t len)
{
	if (con->fd < 0 || con->is_lent)
		return;
	if (con->lost_bytes || len > CONSOLE_RING - con->len)
		con->lost_bytes += len; /* until it has caught up, see flush() */
	else
		append(con, bytes, len);
	flush(con);
}

static void on_ready(void *user, int fd, short events)
{
	struct console *con = user;
	char bytes[256];

	if (events & POLLOUT)
		flush(con);
	if (con->fd < 0 || !(events & (POLLIN | POLLHUP | POLLERR)))
		return;
	if (!con->all->is_read) { /* hung up: whoever reads it sees that, too */
		lose(con);
		return;
	}
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n > 0)
		con->all->input(con->all->user, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		lose(con);		      /* hung up, or gone with its adapter */
	explicit_bzero(bytes, sizeof(bytes)); /* it may have been a key */
}

/* Bytes pass unchanged in both directions: the pseudo-terminal's own settings do all the rest. */
static void make_raw(int fd, speed_t speed)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return; /* not a terminal (tests) */
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~(tcflag_t)CRTSCTS; /* a null modem without that line would stop all */
	if (speed)
		(void)cfsetspeed(
			&t, speed);	  /* glibc takes bauds, and the settings only known ones */
	(void)tcsetattr(fd, TCSANOW, &t); /* then it stays as it is */
	(void)tcflush(fd, TCIFLUSH);	  /* typed before anybody asked; output is not waited for */
}

void consoles_quiet(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return; /* none, or not a terminal */
	t.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	(void)tcsetattr(fd, TCSANOW, &t); /* make_raw tries again */
	(void)tcflush(fd, TCIFLUSH);	  /* as there */
}

/* It is closed where it cannot be. */
static bool begin_take(struct console *con, int fd, speed_t speed)
{
	struct consoles *c = con->all;
	struct termios t;

	con->fd = -1;
	if (fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0 ||
		!loop_add(c->loop, fd, c->is_read ? POLLIN : 0, on_ready, con)) {
		(void)close(fd); /* nothing was written */
		return false;
	}
	con->fd = fd;
	con->is_lent = !c->is_read && console_is_graphics(con->name);
	con->first = con->len = con->lost_bytes = 0;
	make_raw(fd, speed);
	con->speed = tcgetattr(fd, &t) == 0 ? cfgetospeed(&t) : 0;
	return true;
}

bool console_add_take(struct consoles *c, int fd, const char *name, unsigned speed)
{
	struct console *con = &c->list[c->n];

	if (c->n == CONSOLE_MOST) {
		(void)close(fd); /* as above */
		return false;
	}
	con->all = c;
	(void)snprintf(con->name, sizeof(con->name), "%s", name);
	if (!begin_take(con, fd, speed))
		return false;
	c->n++;
	return true;
}

/* Without waiting for a carrier, and as nobody's controlling terminal. */
static int open_device(const struct consoles *c, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", c->folder, name);
	return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void open_one(struct consoles *c, const char *name, unsigned speed)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i].name, name) == 0)
			return;
	if (strchr(name, '/') || strlen(name) >= CONSOLE_NAME)
		return;
	int fd = open_device(c, name);
	if (fd >= 0)
		(void)console_add_take(c, fd, name, speed); /* one console less, not none */
}

/* An adapter that was plugged in again has whatever speed. */
static void look_for(struct console *con)
{
	int fd = open_device(con->all, con->name);
	struct termios t;

	if (fd >= 0 && tcgetattr(fd, &t) < 0) {
		(void)close(fd); /* nothing was written */
		return;
	}
	if (fd < 0 || !begin_take(con, fd, con->speed))
		return;
	put(con, "\r\n", 2);
	put(con, con->all->last, strlen(con->all->last));
	put(con, "\r\n", 2);
}

int consoles_step(struct consoles *c)
{
	const uint64_t now = now_ms();
	bool is_lost = false;

	for (size_t i = 0; i < c->n; i++) {
		if (c->list[i].fd < 0 && now >= c->look_ms)
			look_for(&c->list[i]);
		is_lost |= c->list[i].fd < 0;
	}
	const uint64_t end = now_ms(), took = (end - now) * LOOK_PART;
	if (now >= c->look_ms)
		c->look_ms = end + (took > LOOK_MS ? took : LOOK_MS);
	return is_lost ? loop_left_ms(end, c->look_ms) : -1;
}

bool consoles_are_there(const struct consoles *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].fd >= 0)
			return true;
	return false;
}

bool console_is_graphics(const char *name)
{
	return strncmp(name, "tty", 3) == 0 && name[3] >= '0' && name[3] <= '9';
}

/* "ttyS1,57600" */
static void open_line(struct consoles *c, const char *line)
{
	char name[CONSOLE_NAME];
	const char *speed = strchr(line, ',');

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, ","), line);
	if (name[0])
		open_one(c, name, speed ? (unsigned)strtoul(speed + 1, NULL, 10) : 0);
}

void consoles_open(
	struct consoles *c, enum settings_console choice, const struct console_names *names)
{
	char active[256];
	char *rest = NULL;

	open_line(c, names->serial);
	if (choice == SETTINGS_CONSOLE_NAMED && c->n)
		return;
	/* tty0 is whichever is in front: ours is the first */
	if (choice != SETTINGS_CONSOLE_SERIAL)
		open_one(c, "tty1", 0);
	/* before the kernel's, which may be the same at another speed than the firmware's */
	if (choice != SETTINGS_CONSOLE_GRAPHICS)
		open_line(c, names->firmware);
	(void)snprintf(active, sizeof(active), "%s", names->active);
	for (char *name = strtok_r(active, " \n", &rest); name; name = strtok_r(NULL, " \n", &rest))
		if (!console_is_graphics(name) && choice != SETTINGS_CONSOLE_GRAPHICS)
			open_one(c, name, 0);
	/* a machine without what was chosen still shows what happens */
	if (!c->n)
		open_one(c, "console", 0);
}

void consoles_write(struct consoles *c, const char *bytes, size_t len)
{
	if (!len)
		return;
	for (size_t i = 0; i < c->n; i++)
		put(&c->list[i], bytes, len);
	c->is_column_0 = bytes[len - 1] == '\n';
}

void consoles_line(struct consoles *c, const char *text)
{
	if (!c->is_column_0)
		consoles_write(c, "\r\n", 2);
	consoles_write(c, text, strlen(text));
	consoles_write(c, "\r\n", 2);
	(void)snprintf(c->last, sizeof(c->last), "%s", text);
}

static bool is_pending(const struct consoles *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].fd >= 0 && c->list[i].len)
			return true;
	return false;
}

void consoles_drain(struct consoles *c, int timeout_ms)
{
	uint64_t end = now_ms() + (uint64_t)timeout_ms;

	for (uint64_t now = now_ms(); is_pending(c) && now < end; now = now_ms())
		loop_step(c->loop, loop_left_ms(now, end));
	/* the UART's own buffer: a reset would cut the last line */
	for (size_t i = 0; i < c->n; i++)
		for (int queued = 1; c->list[i].fd >= 0 && queued > 0 && now_ms() < end;) {
			if (ioctl(c->list[i].fd, TIOCOUTQ, &queued) < 0)
				break;
			if (queued > 0)
				(void)poll(NULL, 0, 5); /* there is no event for it */
		}
}

static void look(struct console *con)
{
	struct font before = {0};

	if (con->fd < 0 || con->is_lent || !console_is_graphics(con->name))
		return;
	(void)font_choose(con->fd, con->all->font, &before);
	font_done(&before);
	if (con->all->is_contrast)
		put(con, WHITE, sizeof(WHITE) - 1);
}

void consoles_look(struct consoles *c, const struct settings *s)
{
	c->font = s->font % (FONT_NORMAL + 1);
	c->is_contrast = s->contrast == SETTINGS_CONTRAST_HIGH;
	for (size_t i = 0; i < c->n; i++)
		look(&c->list[i]);
}

/* What is not shown by then is lost there. */
static void lend(struct console *con)
{
	con->is_lent = true;
	con->len = con->lost_bytes = 0;
}

static void read_or_not(struct consoles *c, bool is_read)
{
	c->is_read = is_read;
	for (size_t i = 0; i < c->n; i++)
		flush(&c->list[i]);
}

void consoles_lend(struct consoles *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (console_is_graphics(c->list[i].name))
			lend(&c->list[i]);
	read_or_not(c, false);
}

bool console_lend(struct consoles *c, const char *name)
{
	bool ret = false;

	consoles_drain(c, LEND_MS);
	for (size_t i = 0; i < c->n; i++) {
		struct console *con = &c->list[i];
		if (con->fd < 0 || strcmp(con->name, name) != 0)
			continue;
		lend(con);
		ret = true;
	}
	return ret;
}

void consoles_take_back(struct consoles *c, bool is_torn)
{
	c->is_column_0 = false; /* wherever that left it */
	for (size_t i = 0; i < c->n; i++) {
		struct console *con = &c->list[i];
		const bool was_painted = con->is_lent;
		con->is_lent = false;
		if (con->fd < 0)
			continue;
		make_raw(con->fd, 0); /* whatever was left there */
		if (is_torn && was_painted)
			put(con, LINK_IN_ORDER, strlen(LINK_IN_ORDER));
		look(con);
	}
	read_or_not(c, true);
}

void consoles_size(const struct consoles *c, unsigned short *ret_rows, unsigned short *ret_columns)
{
	struct winsize size;

	*ret_rows = 25;
	*ret_columns = 80;
	for (size_t i = 0; i < c->n; i++) {
		if (c->list[i].fd < 0 || ioctl(c->list[i].fd, TIOCGWINSZ, &size) < 0 ||
			!size.ws_row)
			continue;
		*ret_rows = size.ws_row;
		*ret_columns = size.ws_col;
		return;
	}
}
