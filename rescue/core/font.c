/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/font.h"

#include <errno.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Newer than the headers of Debian 12 (Linux 6.3, include/uapi/linux/kd.h): rows of a glyph are as
 * many as it is high, and not always 32. */
#ifndef KD_FONT_OP_SET_TALL
#define KD_FONT_OP_SET_TALL 4
#define KD_FONT_OP_GET_TALL 5
#endif

enum {
	ROWS_SHORT = 32,
	/* for a metre (docs/decisions.md); and what every screen of ours needs */
	AUTO_COLUMNS = 100,
	AUTO_ROWS = 28,
	LEAST_COLUMNS = 80,
	LEAST_ROWS = 24,
};

unsigned font_scale(enum font_size size, const struct font *base, unsigned columns, unsigned rows)
{
	const unsigned least_columns = size == FONT_AUTO ? AUTO_COLUMNS : LEAST_COLUMNS;
	const unsigned least_rows = size == FONT_AUTO ? AUTO_ROWS : LEAST_ROWS;
	const unsigned highest = base->is_tall ? FONT_HEIGHT_MOST : ROWS_SHORT;
	unsigned ret = 1;

	for (unsigned i = 2; size != FONT_NORMAL && i * base->width <= FONT_WIDTH_MOST &&
			     i * base->height <= highest;
		i++)
		if (columns / i >= least_columns && rows / i >= least_rows)
			ret = i;
	return ret;
}

/* ---- pixels ---- */

static size_t bytes_of_row(const struct font *f)
{
	return (f->width + 7) / 8;
}

static size_t rows_of_glyph(const struct font *f)
{
	return f->is_tall ? f->height : ROWS_SHORT;
}

static size_t bytes_of(const struct font *f)
{
	return f->n * rows_of_glyph(f) * bytes_of_row(f);
}

static size_t byte_at(const struct font *f, size_t glyph, unsigned x, unsigned y)
{
	return (glyph * rows_of_glyph(f) + y) * bytes_of_row(f) + x / 8;
}

static bool is_lit(const struct font *f, size_t glyph, unsigned x, unsigned y)
{
	return f->bits[byte_at(f, glyph, x, y)] >> (7 - x % 8) & 1;
}

static bool is_times(const struct font *f, unsigned times)
{
	if (f->width % times || f->height % times)
		return false;
	for (size_t g = 0; g < f->n; g++)
		for (unsigned y = 0; y < f->height; y++)
			for (unsigned x = 0; x < f->width; x++)
				if (is_lit(f, g, x, y) !=
					is_lit(f, g, x - x % times, y - y % times))
					return false;
	return true;
}

unsigned font_times(const struct font *f)
{
	unsigned ret = FONT_WIDTH_MOST / 8; /* no letter is narrower than 8 */

	while (ret > 1 && !is_times(f, ret))
		ret--;
	return ret;
}

bool font_resize(const struct font *f, unsigned from, unsigned to, struct font *ret)
{
	*ret = *f;
	ret->width = f->width / from * to;
	ret->height = f->height / from * to;
	const size_t len = bytes_of(ret);
	ret->bits = len ? calloc(1, len) : NULL;
	if (!ret->bits)
		return false;
	for (size_t g = 0; g < f->n; g++)
		for (unsigned y = 0; y < ret->height; y++)
			for (unsigned x = 0; x < ret->width; x++)
				if (is_lit(f, g, x / to * from, y / to * from))
					ret->bits[byte_at(ret, g, x, y)] |=
						(uint8_t)(0x80 >> x % 8);
	return true;
}

void font_done(struct font *f)
{
	free(f->bits);
	f->bits = NULL;
}

/* ---- the kernel's ---- */

static int ask(int fd, unsigned what, struct font *f)
{
	struct console_font_op op = {.op = what,
		.width = f->width,
		.height = f->height,
		.charcount = f->n,
		.data = f->bits};

	if (ioctl(fd, KDFONTOP, &op) < 0)
		return -errno;
	f->width = op.width;
	f->height = op.height;
	f->n = op.charcount;
	return 0;
}

int font_write(int fd, const struct font *f)
{
	struct font copy = *f;

	return ask(fd, f->is_tall ? KD_FONT_OP_SET_TALL : KD_FONT_OP_SET, &copy);
}

/* Its size first: what a tall glyph takes is as much as is asked for. */
static int read_as(int fd, bool is_tall, struct font *ret)
{
	const unsigned what = is_tall ? KD_FONT_OP_GET_TALL : KD_FONT_OP_GET;

	*ret = (struct font){.width = FONT_WIDTH_MOST,
		.height = is_tall ? FONT_HEIGHT_MOST : ROWS_SHORT,
		.n = FONT_GLYPHS_MOST,
		.is_tall = is_tall};
	int r = ask(fd, what, ret);
	if (r < 0)
		return r;
	if (!ret->width || ret->width > FONT_WIDTH_MOST || !ret->height ||
		ret->height > FONT_HEIGHT_MOST || !ret->n || ret->n > FONT_GLYPHS_MOST)
		return -EINVAL;
	const struct font first = *ret;
	ret->bits = calloc(1, bytes_of(ret));
	r = ret->bits ? ask(fd, what, ret) : -ENOMEM;
	if (r == 0 && (ret->width != first.width || ret->height != first.height ||
			      ret->n != first.n)) /* somebody else has changed them meanwhile */
		r = -EAGAIN;
	if (r < 0)
		font_done(ret);
	return r;
}

int font_choose(int fd, enum font_size size, struct font *ret_before)
{
	auto_font struct font now = {0}, next = {0};
	struct winsize seen = {0};

	*ret_before = (struct font){0};
	int r = read_as(fd, true, &now);
	if (r < 0)
		r = read_as(fd, false, &now);
	if (r < 0)
		return r;
	if (ioctl(fd, TIOCGWINSZ, &seen) < 0)
		return -errno;
	const unsigned times = font_times(&now);
	const struct font base = {now.width / times, now.height / times, now.n, now.is_tall, NULL};
	const unsigned to = font_scale(size, &base, seen.ws_col * times, seen.ws_row * times);
	if (to == times)
		return 0;
	if (!font_resize(&now, times, to, &next))
		return -ENOMEM;
	r = font_write(fd, &next);
	if (r < 0)
		return r;
	*ret_before = now;
	now.bits = NULL; /* it is theirs */
	return 1;
}
