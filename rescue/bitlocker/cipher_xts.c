/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AES-XTS (IEEE 1619). The tweak is the number of the sector on the disk, 128 bits little-endian.
 *
 * Setting a vector for each sector costs OpenSSL about as much as a sector of 512 bytes takes. So
 * for those a batch goes at once: all first tweaks in one ECB call, the multiplications by alpha
 * here, then XOR, one ECB call over the data, XOR. */
#include <string.h>

#include "bitlocker/cipher.h"

#define BATCH 8192U /* data and tweaks together stay in the first cache */

typedef int32_t words __attribute__((vector_size(16)));

/* Times alpha in GF(2^128): shift left by one bit; the bit that leaves the low half enters the high
 * one, the bit that leaves the high half comes back as 0x87. */
static inline bl_block times_alpha(bl_block t)
{
	const words feedback = {0x87, 0, 1, 0};
	words sign = (words)t < 0; /* all bits where the top one is set */

	sign = __builtin_shufflevector(sign, sign, 3, 0, 1, 2) & feedback;
	return (t + t) ^ (bl_block)sign;
}

static inline void spread_one(bl_block *t, uint8_t *tweak, uint8_t *data)
{
	bl_block d;

	memcpy(&d, data, sizeof(d));
	d ^= *t;
	memcpy(data, &d, sizeof(d));
	memcpy(tweak, t, sizeof(*t));
	*t = times_alpha(*t);
}

/* The tweak of every block of four sectors, XORed into the data at the same time. Each is the last
 * one times alpha, so a sector alone would wait for itself: hence four. */
static void spread_four(const uint8_t first[64], uint8_t *tweaks, uint8_t *data, size_t bytes)
{
	bl_block t0, t1, t2, t3;

	memcpy(&t0, first, 16);
	memcpy(&t1, first + 16, 16);
	memcpy(&t2, first + 32, 16);
	memcpy(&t3, first + 48, 16);
	for (size_t i = 0; i < bytes; i += 16) {
		spread_one(&t0, tweaks + i, data + i);
		spread_one(&t1, tweaks + bytes + i, data + bytes + i);
		spread_one(&t2, tweaks + 2 * bytes + i, data + 2 * bytes + i);
		spread_one(&t3, tweaks + 3 * bytes + i, data + 3 * bytes + i);
	}
}

static void spread(const uint8_t *first, uint8_t *tweaks, uint8_t *data, size_t bytes, size_t n)
{
	size_t s = 0;

	for (; s + 4 <= n; s += 4)
		spread_four(first + 16 * s, tweaks + s * bytes, data + s * bytes, bytes);
	for (; s < n; s++) {
		bl_block t;
		memcpy(&t, first + 16 * s, 16);
		for (size_t i = 0; i < bytes; i += 16)
			spread_one(&t, tweaks + s * bytes + i, data + s * bytes + i);
	}
}

static int run_batch(
	struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	uint8_t *tweaks = c->scratch.p + BL_SCRATCH_TWEAKS, *iv = c->scratch.p + BL_SCRATCH_IV;
	size_t n = len / c->sector_bytes, bytes = c->sector_bytes;

	if (!bl_evp_numbers(c->ecb, off_bytes / bytes, 1, n, iv))
		return RS_E_BL_METHOD;
	spread(iv, tweaks, buf, bytes, n);
	if (!bl_evp_run(is_encrypt ? c->enc : c->dec, NULL, buf, buf, len))
		return RS_E_BL_METHOD;
	bl_xor(buf, tweaks, len);
	return 0;
}

static int run_by_sector(
	struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	for (size_t done = 0; done < len; done += c->sector_bytes) {
		uint8_t iv[16] = {0};
		rs_put_le64(iv, (off_bytes + done) / c->sector_bytes);
		if (!bl_evp_run(is_encrypt ? c->enc : c->dec, iv, buf + done, buf + done,
			    c->sector_bytes))
			return RS_E_BL_METHOD;
	}
	return 0;
}

int bl_xts_run(struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	if (c->sector_bytes != 512)
		return run_by_sector(c, is_encrypt, off_bytes, buf, len);
	for (size_t done = 0; done < len; done += BATCH) {
		size_t n = len - done < BATCH ? len - done : BATCH;
		int r = run_batch(c, is_encrypt, off_bytes + done, buf + done, n);
		if (r < 0)
			return r;
	}
	return 0;
}
