/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text into a buffer of fixed size, and as a file has it, without libc. */
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

/** Add: %s %u %x %X, with a width and 0 as in %04X; %% for a percent sign; nothing else. */
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_add_args(struct text *t, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/** A whole text at once. */
void text_format(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool text_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/** ASCII, blind for the case. */
static inline char text_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}
bool text_is_same(const char *a, const char *b);

/** ASCII to UTF-16, cut at @units with the closing zero. */
void text_widen(const char *from, uint16_t *ret, size_t units);

/* ---- in what a text file is written, by the mark at its beginning */

enum encoding { ENC_BYTES, ENC_UTF16LE, ENC_UTF16BE };

/** *ret_skip: bytes of the mark; 0: there is none, and ENC_BYTES is a guess. */
static inline enum encoding encoding_of(const uint8_t *p, size_t len, size_t *ret_skip)
{
	*ret_skip = len >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF ? 3 : 0;
	if (len < 2 || (p[0] ^ p[1]) != 1 || p[0] < 0xFE)
		return ENC_BYTES;
	*ret_skip = 2;
	return p[0] == 0xFF ? ENC_UTF16LE : ENC_UTF16BE;
}

/** The code unit at @p, of UTF-16. */
static inline uint16_t encoding_unit(enum encoding e, const uint8_t *p)
{
	return (uint16_t)(e == ENC_UTF16LE ? p[0] | p[1] << 8 : p[0] << 8 | p[1]);
}

#endif
