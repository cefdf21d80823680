/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In what a text file is written, by the mark at its beginning. */
#ifndef UNBRICK_FORMAT_ENCODING_H
#define UNBRICK_FORMAT_ENCODING_H

#include <stddef.h>
#include <stdint.h>

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
