/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key stretching: 2^20 times SHA-256 over 88 bytes (last hash 32, h0 32, salt 16, count u64).
 *
 * A one-shot hash call spends most of its time around the two transforms of a round. Here the 88
 * bytes stand already padded in a buffer of 128 (0x80 after them, 704 bits at the end): one Update
 * runs exactly two transforms and the state is read out of the context, so that a round costs what
 * two bare transforms cost. Only the low-level interface shows its state: hence the define. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <string.h>

#include "bitlocker/internal.h"

#define REPORT_EVERY 65536U

struct stretch {
	SHA256_CTX start, ctx;
	uint8_t b[128];
};

static void rounds(struct stretch *s, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++) {
		rs_put_le64(s->b + 80, i);
		s->ctx = s->start;
		(void)SHA256_Update(&s->ctx, s->b, sizeof(s->b)); /* always 1 */
		for (size_t w = 0; w < 8; w++) {
			uint32_t be = __builtin_bswap32(s->ctx.h[w]);
			memcpy(s->b + 4 * w, &be, 4);
		}
	}
}

int bl_stretch(const uint8_t h0[32], const uint8_t salt[16], const struct rs_task *task,
	uint8_t ret[32], struct rs_err *err)
{
	auto_secret struct rs_secret mem = {0};
	int r = rs_secret_init(&mem, sizeof(struct stretch), err);
	if (r < 0)
		return r;

	struct stretch *s = (struct stretch *)(void *)mem.p; /* page-aligned, ours */
	(void)SHA256_Init(&s->start);
	memcpy(s->b + 32, h0, 32);
	memcpy(s->b + 64, salt, 16);
	s->b[88] = 0x80;
	s->b[126] = 0x02; /* 704 bits */
	s->b[127] = 0xC0;
	for (uint64_t i = 0; i < BL_STRETCH_ROUNDS; i += REPORT_EVERY) {
		if (!rs_task_step(task, "unlock", i, BL_STRETCH_ROUNDS))
			return rs_fail(err, RS_E_CANCELLED, "while a key was tried");
		rounds(s, i, i + REPORT_EVERY);
	}
	if (!rs_task_step(task, "unlock", BL_STRETCH_ROUNDS, BL_STRETCH_ROUNDS))
		return rs_fail(err, RS_E_CANCELLED, "while a key was tried");
	memcpy(ret, s->b, 32);
	return 0;
}
