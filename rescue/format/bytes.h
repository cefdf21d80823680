/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Little-endian numbers at any address (the caller has checked that they are inside), and what is
 * told of bytes. */
#ifndef UNBRICK_FORMAT_BYTES_H
#define UNBRICK_FORMAT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t rs_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t rs_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t rs_le64(const uint8_t *p)
{
	return (uint64_t)rs_le32(p) | (uint64_t)rs_le32(p + 4) << 32;
}

/* As tables of firmware have it: one byte of them is chosen so. */
static inline bool rs_sums_to_zero(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

static inline void rs_put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void rs_put_le32(uint8_t *p, uint32_t v)
{
	rs_put_le16(p, (uint16_t)v);
	rs_put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void rs_put_le64(uint8_t *p, uint64_t v)
{
	rs_put_le32(p, (uint32_t)v);
	rs_put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline bool rs_is_power_of_2(uint64_t v)
{
	return v && !(v & (v - 1));
}

static inline bool rs_is_zero(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/** CRC-32 as GPT, BitLocker and zip have it (ISO 3309: polynomial 0x04C11DB7, reflected). */
uint32_t rs_crc32(const uint8_t *p, size_t len);

#endif
