/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/text.h"

#include <string.h>

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

/* @n in as many digits as @digits has, at least @width characters. */
static void add_number(struct text *t, unsigned n, const char *digits, unsigned width, char padding)
{
	unsigned base = (unsigned)strlen(digits), len = 0;
	char reversed[12];

	do {
		reversed[len++] = digits[n % base];
		n /= base;
	} while (n);
	for (unsigned i = len; i < width; i++)
		add_char(t, padding);
	while (len)
		add_char(t, reversed[--len]);
}

/* One conversion, @fmt behind its '%'; returns where the text goes on. */
static const char *add_conversion(struct text *t, const char *fmt, va_list *args)
{
	char padding = *fmt == '0' ? '0' : ' ';
	unsigned width = 0;

	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		width = width * 10 + (unsigned)(*fmt - '0');
	if (*fmt == 's')
		for (const char *s = va_arg(*args, const char *); s && *s; s++)
			add_char(t, *s);
	else if (*fmt == 'u')
		add_number(t, va_arg(*args, unsigned), "0123456789", width, padding);
	else if (*fmt == 'x')
		add_number(t, va_arg(*args, unsigned), "0123456789abcdef", width, padding);
	else if (*fmt == 'X')
		add_number(t, va_arg(*args, unsigned), "0123456789ABCDEF", width, padding);
	else if (*fmt)
		add_char(t, *fmt);
	return *fmt ? fmt + 1 : fmt;
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

void text_format(char *buf, size_t size, const char *fmt, ...)
{
	struct text t;
	va_list args;

	text_init(&t, buf, size);
	va_start(args, fmt);
	text_add_args(&t, fmt, args);
	va_end(args);
}

bool text_is_same(const char *a, const char *b)
{
	while (*a && text_lower(*a) == text_lower(*b)) {
		a++;
		b++;
	}
	return text_lower(*a) == text_lower(*b);
}

void text_widen(const char *from, uint16_t *ret, size_t units)
{
	size_t i = 0;

	for (; from[i] && i + 1 < units; i++)
		ret[i] = (unsigned char)from[i];
	ret[i] = 0;
}
