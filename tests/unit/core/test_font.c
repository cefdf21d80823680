/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Larger letters of Linux' console. The kernel is the test's (--wrap of ioctl), by what
 * drivers/tty/vt/vt.c and fbcon.c of Linux 6.1 and 6.12 do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/kd.h>

#include "core/font.h"

#define FD 77

enum { SET, GET, SET_TALL = 4, GET_TALL }; /* KD_FONT_OP_* */

/* The console of the test: letters without a gap between them. */
static struct {
	unsigned width, height, n, x, y; /* of letters; of the panel, in pixels */
	uint8_t bits[512 * 64 * 4];
	bool has_tall, is_fb, is_allowed;
	const unsigned *lie, *change; /* a width, a height, how many; at the second time */
	unsigned n_set;
} vt;

int __wrap_ioctl(int fd, unsigned long request, void *arg);

static size_t row_bytes(void)
{
	return (vt.width + 7) / 8;
}

static int no(int error)
{
	errno = error;
	return -1;
}

static int get(struct console_font_op *op, unsigned rows)
{
	if (vt.lie) {
		assert_null(op->data); /* nothing is asked of that size */
		op->width = vt.lie[0];
		op->height = vt.lie[1];
		op->charcount = vt.lie[2];
		return 0;
	}
	if (vt.height > rows || vt.width > op->width || (op->data && vt.n > op->charcount))
		return no(ENOSPC);
	op->width = vt.width;
	op->height = vt.height;
	op->charcount = vt.n;
	for (size_t g = 0; op->data && g < vt.n; g++) {
		memset(op->data + g * rows * row_bytes(), 0, rows * row_bytes());
		memcpy(op->data + g * rows * row_bytes(), vt.bits + g * vt.height * row_bytes(),
			vt.height * row_bytes());
	}
	if (op->data && vt.change) {
		op->width = vt.change[0];
		op->height = vt.change[1];
		op->charcount = vt.change[2];
	}
	return 0;
}

static int set(const struct console_font_op *op, unsigned rows)
{
	if (!vt.is_allowed)
		return no(EPERM);
	if (rows < op->height || op->width > 64 || op->height > 128 || op->width > vt.x ||
		(op->charcount != 256 && op->charcount != 512))
		return no(EINVAL);
	vt.width = op->width;
	vt.height = op->height;
	vt.n = op->charcount;
	vt.n_set++;
	for (size_t g = 0; g < vt.n; g++)
		memcpy(vt.bits + g * vt.height * row_bytes(), op->data + g * rows * row_bytes(),
			vt.height * row_bytes());
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	struct console_font_op *op = arg;
	struct winsize *size = arg;

	assert_int_equal(fd, FD);
	if (request == TIOCGWINSZ) {
		*size = (struct winsize){.ws_row = (unsigned short)(vt.y / vt.height),
			.ws_col = (unsigned short)(vt.x / vt.width)};
		return 0;
	}
	assert_int_equal(request, KDFONTOP);
	if (!vt.is_fb)
		return no(ENOTTY);
	if (!vt.has_tall && op->op >= SET_TALL)
		return no(ENOSYS);
	if (op->op == GET || op->op == GET_TALL)
		return get(op, op->op == GET ? 32 : op->height);
	assert_true(op->op == SET || op->op == SET_TALL);
	return set(op, op->op == SET ? 32 : op->height);
}

/* What lib/fonts/fonts.c of Linux chooses for a panel, with letters that are no doubled ones. */
static void panel(unsigned x, unsigned y)
{
	const bool is_large = x / 8 * (y / 16) > 20000;

	memset(&vt, 0, sizeof(vt));
	vt.x = x;
	vt.y = y;
	vt.width = is_large ? 16 : 8;
	vt.height = is_large ? 32 : 16;
	vt.n = 256;
	vt.has_tall = vt.is_fb = vt.is_allowed = true;
	for (size_t i = 0; i < vt.n * vt.height * row_bytes(); i++)
		vt.bits[i] = (uint8_t)(i * 37 ^ i >> 3);
}

static int choose(enum font_size size)
{
	struct font before;
	const int r = font_choose(FD, size, &before);

	assert_int_equal(r == 1, before.bits != NULL);
	font_done(&before);
	return r;
}

static void is_of(unsigned columns, unsigned rows)
{
	assert_int_equal(vt.x / vt.width, columns);
	assert_int_equal(vt.y / vt.height, rows);
}

/* Panels of laptops and screens: letters of 5 mm on a 14-inch panel of 1080 or 2160 rows. */
static void test_scale__panels__read_from_a_metre(void **state)
{
	static const struct {
		unsigned x, y, columns, rows, large_columns, large_rows;
	} panels[] = {
		{640, 480, 80, 30, 80, 30},
		{800, 600, 100, 37, 100, 37},
		{1024, 768, 128, 48, 128, 48},
		{1280, 720, 160, 45, 160, 45}, /* 22 rows would be too few */
		{1280, 800, 160, 50, 80, 25},
		{1366, 768, 170, 48, 85, 24},
		{1600, 900, 100, 28, 100, 28},
		{1680, 1050, 105, 32, 105, 32},
		{1920, 1080, 120, 33, 120, 33},
		{1920, 1200, 120, 37, 80, 25},
		{2160, 1440, 135, 45, 135, 45},
		{2560, 1440, 160, 45, 160, 45},
		{2560, 1600, 160, 50, 80, 25},
		{2736, 1824, 171, 57, 85, 28},
		{3000, 2000, 187, 62, 93, 31},
		{3200, 1800, 100, 28, 100, 28},
		{3840, 2160, 120, 33, 120, 33},
		{3840, 2400, 120, 37, 120, 37},
		{7680, 4320, 240, 67, 240, 67},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
		panel(panels[i].x, panels[i].y);
		const unsigned columns = vt.x / vt.width, rows = vt.y / vt.height;
		assert_true(choose(FONT_AUTO) >= 0);
		if (panels[i].columns != vt.x / vt.width)
			print_error(
				"%ux%u: %ux%u\n", vt.x, vt.y, vt.x / vt.width, vt.y / vt.height);
		is_of(panels[i].columns, panels[i].rows);
		assert_int_equal(choose(FONT_AUTO), 0); /* it stays at it */
		assert_true(choose(FONT_LARGE) >= 0);
		is_of(panels[i].large_columns, panels[i].large_rows);
		assert_int_equal(choose(FONT_LARGE), 0);
		assert_true(choose(FONT_NORMAL) >= 0);
		is_of(columns, rows);
		assert_int_equal(choose(FONT_NORMAL), 0);
	}
}

static void test_choose__each_pixel__is_there_so_often_and_back(void **state)
{
	static const unsigned sizes[][2] = {{1280, 800}, {3840, 2160}};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (int tall = 0; tall < 2; tall++) {
			panel(sizes[i][0], sizes[i][1]);
			static uint8_t old[sizeof(vt.bits)];
			const unsigned w = vt.width, h = vt.height;
			vt.has_tall = tall;
			memcpy(old, vt.bits, sizeof(old));
			/* 32x64 is beyond a kernel without tall ones */
			assert_int_equal(choose(FONT_LARGE), tall || h == 16);
			const unsigned k = vt.width / w;
			assert_int_equal(k, tall || h == 16 ? 2 : 1);
			assert_int_equal(vt.height, h * k);
			for (unsigned g = 0; g < vt.n; g++)
				for (unsigned y = 0; y < vt.height; y++)
					for (unsigned x = 0; x < vt.width; x++) {
						size_t at =
							(g * vt.height + y) * row_bytes() + x / 8;
						size_t was = (g * h + y / k) * (w / 8) + x / k / 8;
						assert_int_equal(vt.bits[at] >> (7 - x % 8) & 1,
							old[was] >> (7 - x / k % 8) & 1);
					}
			assert_int_equal(choose(FONT_NORMAL), k > 1);
			assert_int_equal(vt.width, w);
			assert_memory_equal(vt.bits, old, vt.n * h * w / 8);
		}
}

static void test_choose__what_was_there__can_be_put_back(void **state)
{
	struct font before;

	(void)state;
	panel(1280, 800);
	vt.n = 512; /* of a distribution, with a map of its own */
	for (size_t i = 0; i < vt.n * 16; i++)
		vt.bits[i] = (uint8_t)(i * 11 ^ i >> 4);
	const size_t len = 512 * 16;
	uint8_t *old = malloc(len);
	assert_non_null(old);
	memcpy(old, vt.bits, len);
	assert_int_equal(font_choose(FD, FONT_LARGE, &before), 1);
	assert_int_equal(vt.height, 32);
	assert_int_equal(font_write(FD, &before), 0);
	assert_int_equal(vt.width, 8);
	assert_int_equal(vt.n, 512);
	assert_memory_equal(vt.bits, old, len);
	font_done(&before);
	free(old);
}

static void test_choose__where_it_cannot_be__stays(void **state)
{
	(void)state;
	panel(1280, 800);
	vt.is_fb = false; /* a line, a window */
	assert_int_equal(choose(FONT_LARGE), -ENOTTY);
	panel(1280, 800);
	vt.is_allowed = false;
	assert_int_equal(choose(FONT_LARGE), -EPERM);
	assert_int_equal(vt.height, 16);
	/* what is read wrongly would be put back wrongly */
	panel(7680, 4320);
	vt.width = 64;
	vt.height = 64;
	assert_int_equal(choose(FONT_LARGE), -ENOSPC);
	assert_int_equal(vt.n_set, 0);
}

static void test_choose__a_size_that_is_none__is_refused(void **state)
{
	static const unsigned lies[][3] = {{0, 16, 256}, {200, 16, 256}, {8, 0, 256}, {8, 200, 256},
		{8, 16, 0}, {8, 16, 5000}};
	static const unsigned changes[][3] = {{9, 16, 256}, {8, 17, 256}, {8, 16, 255}};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		panel(1280, 800);
		vt.lie = lies[i];
		assert_int_equal(choose(FONT_LARGE), -EINVAL);
	}
	/* by somebody else, between the size and the letters */
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		panel(1280, 800);
		vt.change = changes[i];
		assert_int_equal(choose(FONT_LARGE), -EAGAIN);
		assert_int_equal(vt.n_set, 0);
	}
}

static void test_times__letters_without_a_pixel__by_their_size(void **state)
{
	static uint8_t none[256 * 32 * 2];
	const struct font f = {.width = 9, .height = 16, .n = 256, .bits = none};

	(void)state;
	assert_int_equal(font_times(&f), 1);
}

static void test_scale__wide_letters__not_wider_than_can_be_read(void **state)
{
	const struct font square = {.width = 16, .height = 16, .is_tall = true};

	(void)state;
	assert_int_equal(font_scale(FONT_LARGE, &square, 240, 135), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale__panels__read_from_a_metre),
		cmocka_unit_test(test_scale__wide_letters__not_wider_than_can_be_read),
		cmocka_unit_test(test_choose__each_pixel__is_there_so_often_and_back),
		cmocka_unit_test(test_choose__what_was_there__can_be_put_back),
		cmocka_unit_test(test_choose__where_it_cannot_be__stays),
		cmocka_unit_test(test_choose__a_size_that_is_none__is_refused),
		cmocka_unit_test(test_times__letters_without_a_pixel__by_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
