/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_FORMAT_CRC32_H
#define UNBRICK_FORMAT_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** CRC-32 as GPT, BitLocker and zip have it (ISO 3309: polynomial 0x04C11DB7, reflected). */
uint32_t rs_crc32(const uint8_t *p, size_t len);

#endif
