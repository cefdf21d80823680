/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What unbrick-net and who has started it say to each other: frames over a socket, each a type, a
 * length and bytes. To the program: a secret and a body where there are any, then the request,
 * which begins the work. Back: lines of progress, then one answer. Each takes the other for a
 * stranger: what is no frame of its direction, or longer than its type may be, ends it. Pure. */
#ifndef UNBRICK_NET_WIRE_H
#define UNBRICK_NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_HEAD_BYTES 5U /* a type, then the length as a u32, little-endian */

/* F(NAME, type, bytes at most, to the program) */
#define NET_FRAMES(F)                                                                              \
	F(SECRET, 'S', 64U << 10, true)	  /* headers, certificate and key as text (secret.h) */    \
	F(BODY, 'B', 16U << 20, true)	  /* what is sent on: a report */                          \
	F(REQUEST, 'Q', 256U << 10, true) /* JSON, without secrets; the last one */                \
	F(ANSWER, 'A', 16U << 20, false)  /* bytes */                                              \
	F(KEY, 'K', 64U, false)		  /* a recovery password, as text */                       \
	F(NOT_HERE, 'N', 0U, false)                                                                \
	F(ERROR, 'E', 4U << 10, false) /* JSON: "id", "object", "detail" (core/errors.def) */      \
	F(PROGRESS, 'P', 256U, false)  /* a line for people; others follow */

enum net_frame {
	NET_FRAME_NONE,
#define F(name, ...) NET_FRAME_##name,
	NET_FRAMES(F)
#undef F
};

/** What a frame's head says, sent in that direction. NET_FRAME_NONE: it is none. */
enum net_frame net_head_parse(
	const uint8_t head[NET_HEAD_BYTES], bool is_to_program, size_t *ret_len);
/** False: so much does not go into such a frame. */
bool net_head_make(enum net_frame frame, size_t len, uint8_t ret[NET_HEAD_BYTES]);

#endif
