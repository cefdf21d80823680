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

#define RS_VIEW_NUMBER(bits, read)                                                                 \
	static inline bool rs_view_u##bits(                                                        \
		struct rs_view v, size_t off_bytes, uint##bits##_t *ret)                           \
	{                                                                                          \
		if (!rs_view_has(v, off_bytes, sizeof(*ret)))                                      \
			return false;                                                              \
		*ret = read(v.p + off_bytes);                                                      \
		return true;                                                                       \
	}
RS_VIEW_NUMBER(8, *)
RS_VIEW_NUMBER(16, rs_le16)
RS_VIEW_NUMBER(32, rs_le32)
RS_VIEW_NUMBER(64, rs_le64)

/** The part [off, off+len) of a view; false (and *ret untouched) if it is not wholly inside. */
static inline bool rs_view_sub(struct rs_view v, size_t off_bytes, size_t len, struct rs_view *ret)
{
	if (!rs_view_has(v, off_bytes, len))
		return false;
	*ret = (struct rs_view){v.p + off_bytes, len};
	return true;
}

#endif
