/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/bzimage.h"
#include "format/bytes.h"

enum {
	MAGIC_OFF = 0x202,
	VERSION_OFF = 0x206,
	ALIGNMENT_OFF = 0x230,
	INIT_SIZE_OFF = 0x260,
	HEADER_END = 0x264,
	MAGIC = 0x53726448, /* "HdrS" */
	VERSION_WITH_INIT_SIZE = 0x20A,
};

uint64_t bzimage_room(const uint8_t *p, size_t len)
{
	if (len < HEADER_END || rs_le32(p + MAGIC_OFF) != MAGIC ||
		rs_le16(p + VERSION_OFF) < VERSION_WITH_INIT_SIZE)
		return 0;
	return (uint64_t)rs_le32(p + INIT_SIZE_OFF) + rs_le32(p + ALIGNMENT_OFF);
}
