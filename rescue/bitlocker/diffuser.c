/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Elephant diffuser (Ferguson, 2006). d[] are the sector's n words, indices modulo n:
 *   decrypt: B, 3 cycles of  d[i] += d[i+2] ^ rol(d[i+5], {0,10,0,25}[i%4])
 *            A, 5 cycles of  d[i] += d[i-2] ^ rol(d[i-5], {9,0,13,0}[i%4])
 *            XOR with the sector key, 32 bytes repeated
 *   encrypt: the same backwards, subtracting.
 * Inside a sector each step waits for the last one, so the fast way works across sectors: eight of
 * them lie transposed in the lanes of vectors. gcc and clang make AVX2 of these, or two SSE2
 * halves. */
#include <string.h>

#include "bitlocker/internal.h"

typedef uint32_t lanes __attribute__((vector_size(32), aligned(32)));

#define ALWAYS	  static inline __attribute__((always_inline))
#define ROL(x, n) ((x) << (n) | (x) >> (32 - (n)))

/* One step each; `rot` is a constant after unrolling, 0 means none. */
#define STEP_B(d, i, mask, rot)                                                                    \
	((d)[((i) + 2) & (mask)] ^ ((rot) ? ROL((d)[((i) + 5) & (mask)], (rot) ? (rot) : 1)        \
					  : (d)[((i) + 5) & (mask)]))
#define STEP_A(d, i, mask, rot)                                                                    \
	((d)[((i)-2) & (mask)] ^                                                                   \
		((rot) ? ROL((d)[((i)-5) & (mask)], (rot) ? (rot) : 1) : (d)[((i)-5) & (mask)]))

#define DECRYPT_BODY(d, n)                                                                         \
	do {                                                                                       \
		const size_t mask = (n)-1;                                                         \
		for (int cycle = 0; cycle < 3; cycle++)                                            \
			for (size_t i = 0; i < (n); i += 4) {                                      \
				(d)[i] += STEP_B(d, i, mask, 0);                                   \
				(d)[i + 1] += STEP_B(d, i + 1, mask, 10);                          \
				(d)[i + 2] += STEP_B(d, i + 2, mask, 0);                           \
				(d)[i + 3] += STEP_B(d, i + 3, mask, 25);                          \
			}                                                                          \
		for (int cycle = 0; cycle < 5; cycle++)                                            \
			for (size_t i = 0; i < (n); i += 4) {                                      \
				(d)[i] += STEP_A(d, i, mask, 9);                                   \
				(d)[i + 1] += STEP_A(d, i + 1, mask, 0);                           \
				(d)[i + 2] += STEP_A(d, i + 2, mask, 13);                          \
				(d)[i + 3] += STEP_A(d, i + 3, mask, 0);                           \
			}                                                                          \
	} while (0)

#define ENCRYPT_BODY(d, n)                                                                         \
	do {                                                                                       \
		const size_t mask = (n)-1;                                                         \
		for (int cycle = 0; cycle < 5; cycle++)                                            \
			for (size_t i = (n); i > 0; i -= 4) {                                      \
				(d)[i - 1] -= STEP_A(d, i - 1, mask, 0);                           \
				(d)[i - 2] -= STEP_A(d, i - 2, mask, 13);                          \
				(d)[i - 3] -= STEP_A(d, i - 3, mask, 0);                           \
				(d)[i - 4] -= STEP_A(d, i - 4, mask, 9);                           \
			}                                                                          \
		for (int cycle = 0; cycle < 3; cycle++)                                            \
			for (size_t i = (n); i > 0; i -= 4) {                                      \
				(d)[i - 1] -= STEP_B(d, i - 1, mask, 25);                          \
				(d)[i - 2] -= STEP_B(d, i - 2, mask, 0);                           \
				(d)[i - 3] -= STEP_B(d, i - 3, mask, 10);                          \
				(d)[i - 4] -= STEP_B(d, i - 4, mask, 0);                           \
			}                                                                          \
	} while (0)

/* ---- one sector ---- */

static void xor_key(uint8_t *sector, uint32_t sector_bytes, const uint8_t key[32])
{
	for (size_t i = 0; i < sector_bytes; i++)
		sector[i] ^= key[i % 32];
}

void bl_diffuse_one(uint8_t *sector, uint32_t sector_bytes, const uint8_t key[32], bool is_encrypt)
{
	uint32_t d[1024] = {0};
	size_t n = sector_bytes / 4;

	if (is_encrypt)
		xor_key(sector, sector_bytes, key);
	for (size_t i = 0; i < n; i++)
		d[i] = rs_le32(sector + 4 * i);
	if (is_encrypt)
		ENCRYPT_BODY(d, n);
	else
		DECRYPT_BODY(d, n);
	for (size_t i = 0; i < n; i++)
		rs_put_le32(sector + 4 * i, d[i]);
	if (!is_encrypt)
		xor_key(sector, sector_bytes, key);
}

/* ---- eight sectors ---- */

/* Transpose 8 x 8 words in place: its own inverse. */
ALWAYS void transpose(lanes r[8])
{
	lanes a[8], b[8];

	for (int i = 0; i < 8; i += 2) {
		a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
		a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
	}
	for (int i = 0; i < 8; i += 4)
		for (int j = 0; j < 2; j++) {
			b[i + 2 * j] = __builtin_shufflevector(
				a[i + j], a[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
			b[i + 2 * j + 1] = __builtin_shufflevector(
				a[i + j], a[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
		}
	for (int i = 0; i < 4; i++) {
		r[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
		r[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
	}
}

/* Eight words of each of eight sectors: rows of sectors to lanes. */
ALWAYS void gather(const uint8_t *buf, uint32_t sector_bytes, size_t word, lanes r[8])
{
	for (size_t s = 0; s < BL_LANES; s++)
		memcpy(&r[s], buf + s * sector_bytes + 4 * word, sizeof(lanes));
}

ALWAYS void scatter(uint8_t *buf, uint32_t sector_bytes, size_t word, const lanes r[8])
{
	for (size_t s = 0; s < BL_LANES; s++)
		memcpy(buf + s * sector_bytes + 4 * word, &r[s], sizeof(lanes));
}

/* The same as DECRYPT_BODY without a modulo and without waiting for memory: B looks only ahead (its
 * first words are repeated behind the end, where d has room), A looks only at what it has just
 * made, and that stays in registers, from one cycle into the next. */
ALWAYS void decrypt_lanes(lanes *d, size_t n)
{
	for (int cycle = 0; cycle < 3; cycle++)
		for (size_t i = 0; i < n; i += 4) {
			if (i == 8)
				memcpy(d + n, d, 8 * sizeof(*d));
			d[i] += d[i + 2] ^ d[i + 5];
			d[i + 1] += d[i + 3] ^ ROL(d[i + 6], 10);
			d[i + 2] += d[i + 4] ^ d[i + 7];
			d[i + 3] += d[i + 5] ^ ROL(d[i + 8], 25);
		}
	lanes h1 = d[n - 1], h2 = d[n - 2], h3 = d[n - 3], h4 = d[n - 4], h5 = d[n - 5];
	for (int cycle = 0; cycle < 5; cycle++)
		for (size_t i = 0; i < n; i += 4) {
			lanes x0 = d[i] + (h2 ^ ROL(h5, 9));
			lanes x1 = d[i + 1] + (h1 ^ h4);
			lanes x2 = d[i + 2] + (x0 ^ ROL(h3, 13));
			lanes x3 = d[i + 3] + (x1 ^ h2);
			h5 = h1;
			d[i] = h4 = x0;
			d[i + 1] = h3 = x1;
			d[i + 2] = h2 = x2;
			d[i + 3] = h1 = x3;
		}
}

ALWAYS void run_lanes(
	uint8_t *buf, uint32_t sector_bytes, const uint8_t *keys, lanes *d, bool is_encrypt)
{
	const size_t n = sector_bytes / 4;
	lanes key[8], r[8];

	memcpy(key, keys, sizeof(key)); /* a sector's 32 bytes of key are one row */
	for (size_t w = 0; w < n; w += 8) {
		gather(buf, sector_bytes, w, r);
		if (is_encrypt)
			for (int s = 0; s < 8; s++)
				r[s] ^= key[s];
		transpose(r);
		memcpy(d + w, r, sizeof(r));
	}
	if (is_encrypt)
		ENCRYPT_BODY(d, n);
	else
		decrypt_lanes(d, n);
	for (size_t w = 0; w < n; w += 8) {
		memcpy(r, d + w, sizeof(r));
		transpose(r);
		if (!is_encrypt)
			for (int s = 0; s < 8; s++)
				r[s] ^= key[s];
		scatter(buf, sector_bytes, w, r);
	}
}

__attribute__((target("avx2"))) static void run_avx2(
	uint8_t *buf, uint32_t sector_bytes, const uint8_t *keys, lanes *d, bool is_encrypt)
{
	run_lanes(buf, sector_bytes, keys, d, is_encrypt);
}

static void run_plain(
	uint8_t *buf, uint32_t sector_bytes, const uint8_t *keys, lanes *d, bool is_encrypt)
{
	run_lanes(buf, sector_bytes, keys, d, is_encrypt);
}

bool bl_diffuse_lanes(uint8_t *buf, uint32_t sector_bytes, const uint8_t *keys, void *scratch,
	bool is_encrypt, bool use_avx2)
{
	if (use_avx2 && !__builtin_cpu_supports("avx2"))
		return false;
	(use_avx2 ? run_avx2 : run_plain)(buf, sector_bytes, keys, scratch, is_encrypt);
	return true;
}

void bl_diffuse(uint8_t *buf, uint32_t sector_bytes, size_t n, const uint8_t *keys, void *scratch,
	bool is_encrypt)
{
	bool has_avx2 = __builtin_cpu_supports("avx2");
	size_t s = 0;

	for (; s + BL_LANES <= n; s += BL_LANES)
		(void)bl_diffuse_lanes(buf + s * sector_bytes, sector_bytes, keys + 32 * s, scratch,
			is_encrypt, has_avx2); /* asked above */
	for (; s < n; s++)
		bl_diffuse_one(buf + s * sector_bytes, sector_bytes, keys + 32 * s, is_encrypt);
}
