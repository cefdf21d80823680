/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/text.h"

static void add_char(struct text *t, char c)
{
	if (t->size - t->len <= 1) {
		t->is_cut = true;
		return;
	}
	t->p[t->len++] = c;
	t->p[t->len] = '\0';
}

void text_init(struct text *t, char *buf, size_t size)
{
	*t = (struct text){.p = buf, .size = size};
	buf[0] = '\0';
}

struct number {
	unsigned base, width;
	char pad;
	const char *digits;
};

static void add_number(struct text *t, uint64_t n, const struct number *how)
{
	char reversed[24];
	unsigned len = 0;

	do {
		reversed[len++] = how->digits[n % how->base];
		n /= how->base;
	} while (n);
	for (unsigned i = len; i < how->width; i++)
		add_char(t, how->pad);
	while (len)
		add_char(t, reversed[--len]);
}

static void add_signed(struct text *t, int n, const struct number *how)
{
	if (n < 0)
		add_char(t, '-');
	add_number(t, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, how);
}

/* One conversion, @fmt behind its '%'; returns where the text goes on. */
static const char *add_conversion(struct text *t, const char *fmt, va_list *args)
{
	struct number how = {.base = 10, .pad = ' ', .digits = "0123456789abcdef"};
	bool is_long = false;

	if (*fmt == '0') {
		how.pad = '0';
		fmt++;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		how.width = how.width * 10 + (unsigned)(*fmt - '0');
	if (*fmt == 'l') {
		is_long = true;
		fmt++;
	}
	switch (*fmt) {
	case '\0':
		return fmt;
	case 's':
		for (const char *s = va_arg(*args, const char *); s && *s; s++)
			add_char(t, *s);
		break;
	case 'c':
		add_char(t, (char)va_arg(*args, int));
		break;
	case 'd':
		add_signed(t, va_arg(*args, int), &how);
		break;
	case 'u':
	case 'x':
	case 'X':
		how.base = *fmt == 'u' ? 10 : 16;
		how.digits = *fmt == 'X' ? "0123456789ABCDEF" : how.digits;
		add_number(
			t, is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned), &how);
		break;
	default:
		add_char(t, *fmt);
	}
	return fmt + 1;
}

void text_add_args(struct text *t, const char *fmt, va_list args)
{
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = add_conversion(t, fmt + 1, &copy);
		else
			add_char(t, *fmt++);
	}
	va_end(copy);
}

void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_add_args(t, fmt, args);
	va_end(args);
}

void text_add_utf16(struct text *t, const uint16_t *from, size_t units)
{
	for (size_t i = 0; i < units && from[i]; i++)
		add_char(t, from[i] < ' ' || from[i] > '~' ? '?' : (char)from[i]);
}

void text_widen(const char *from, uint16_t *ret, size_t units)
{
	size_t i = 0;

	for (; from[i] && i + 1 < units; i++)
		ret[i] = (unsigned char)from[i];
	ret[i] = 0;
}
