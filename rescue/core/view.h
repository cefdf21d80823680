/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bounded look at untrusted bytes. Every read is checked by subtraction; nothing is cast. */
#ifndef UNBRICK_CORE_VIEW_H
#define UNBRICK_CORE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/bytes.h"

struct rs_view {
	const uint8_t *p;
	size_t len;
};

/** Is [off, off+len) inside the view? */
static inline bool rs_view_has(struct rs_view v, size_t off_bytes, size_t len)
{
	return off_bytes <= v.len && v.len - off_bytes >= len;
}

static inline bool rs_view_u8(struct rs_view v, size_t off_bytes, uint8_t *ret)
{
	if (!rs_view_has(v, off_bytes, 1))
		return false;
	*ret = v.p[off_bytes];
	return true;
}

static inline bool rs_view_u16(struct rs_view v, size_t off_bytes, uint16_t *ret)
{
	if (!rs_view_has(v, off_bytes, 2))
		return false;
	*ret = rs_le16(v.p + off_bytes);
	return true;
}

static inline bool rs_view_u32(struct rs_view v, size_t off_bytes, uint32_t *ret)
{
	if (!rs_view_has(v, off_bytes, 4))
		return false;
	*ret = rs_le32(v.p + off_bytes);
	return true;
}

static inline bool rs_view_u64(struct rs_view v, size_t off_bytes, uint64_t *ret)
{
	if (!rs_view_has(v, off_bytes, 8))
		return false;
	*ret = rs_le64(v.p + off_bytes);
	return true;
}

/** The part [off, off+len) of a view; false (and *ret untouched) if it is not wholly inside. */
static inline bool rs_view_sub(struct rs_view v, size_t off_bytes, size_t len, struct rs_view *ret)
{
	if (!rs_view_has(v, off_bytes, len))
		return false;
	*ret = (struct rs_view){v.p + off_bytes, len};
	return true;
}

#endif
