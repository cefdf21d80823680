/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/wire.h"

#include "format/bytes.h"

static const struct {
	uint8_t type;
	bool is_to_program;
	size_t most;
} frames[] = {[NET_FRAME_NONE] = {0, false, 0},
#define F(name, type, most, is_to_program) [NET_FRAME_##name] = {type, is_to_program, most},
	NET_FRAMES(F)
#undef F
};

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

enum net_frame net_head_parse(
	const uint8_t head[NET_HEAD_BYTES], bool is_to_program, size_t *ret_len)
{
	for (size_t i = NET_FRAME_NONE + 1; i < FRAMES; i++)
		if (frames[i].type == head[0] && frames[i].is_to_program == is_to_program &&
			rs_le32(head + 1) <= frames[i].most) {
			*ret_len = rs_le32(head + 1);
			return (enum net_frame)i;
		}
	return NET_FRAME_NONE;
}

bool net_head_make(enum net_frame frame, size_t len, uint8_t ret[NET_HEAD_BYTES])
{
	if (frame == NET_FRAME_NONE || (size_t)frame >= FRAMES || len > frames[frame].most)
		return false;
	ret[0] = frames[frame].type;
	rs_put_le32(ret + 1, (uint32_t)len);
	return true;
}
