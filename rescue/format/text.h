/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into a buffer of fixed size, without libc. */
#ifndef UNBRICK_FORMAT_TEXT_H
#define UNBRICK_FORMAT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that grows in a buffer and is cut, never overrun, at its end. */
struct text {
	char *p;
	size_t size, len; /* size with room for the closing zero; at least 1 */
	bool is_cut;
};

/** Start an empty text in @buf. */
void text_init(struct text *t, char *buf, size_t size);

/** Add: %s %c %u %d %x %X %lu %lx, with a width and 0 as in %04X; %% for a percent sign. */
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_add_args(struct text *t, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/** ASCII to UTF-16, cut at @units with the closing zero. */
void text_widen(const char *from, uint16_t *ret, size_t units);

/** Add UTF-16 of at most @units (or to its zero), what is not printable ASCII as '?'. */
void text_add_utf16(struct text *t, const uint16_t *from, size_t units);

#endif
