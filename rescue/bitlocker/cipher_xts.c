/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AES-XTS (IEEE 1619). The tweak is the number of the sector on the disk, 128 bits little-endian.
 *
 * Setting a vector for each sector costs OpenSSL about as much as a sector of 512 bytes takes. So
 * for those a batch goes at once: all first tweaks in one ECB call, the multiplications by alpha
 * here, then XOR, one ECB call over the data, XOR. */
#include <string.h>

#include "bitlocker/cipher.h"

/* First tweaks of @n sectors. */
static bool first_tweaks(struct bl_cipher *c, uint64_t off_bytes, size_t n, uint8_t *iv)
{
	memset(iv, 0, 16 * n);
	for (size_t s = 0; s < n; s++)
		rs_put_le64(iv + 16 * s, off_bytes / c->sector_bytes + s);
	return bl_evp_run(c->ecb, NULL, iv, iv, 16 * n);
}

/* The tweak of every block of a sector: each is the last one times alpha in GF(2^128). XORs them
 * into the data at the same time. Host order is little-endian (x86-64 is what we build for). */
static void spread_and_xor(const uint8_t first[16], uint8_t *tweaks, uint8_t *data, size_t blocks)
{
	uint64_t lo, hi;

	memcpy(&lo, first, 8);
	memcpy(&hi, first + 8, 8);
	for (size_t i = 0; i < blocks; i++) {
		uint64_t t[2] = {lo, hi}, d[2];
		memcpy(tweaks + 16 * i, t, 16);
		memcpy(d, data + 16 * i, 16);
		d[0] ^= lo;
		d[1] ^= hi;
		memcpy(data + 16 * i, d, 16);
		uint64_t carry = (uint64_t)((int64_t)hi >> 63) & 0x87;
		hi = hi << 1 | lo >> 63;
		lo = lo << 1 ^ carry;
	}
}

static void xor_all(uint8_t *p, const uint8_t *q, size_t len)
{
	typedef uint64_t wide __attribute__((vector_size(32)));

	for (size_t i = 0; i < len; i += sizeof(wide)) {
		wide a, b;
		memcpy(&a, p + i, sizeof(a));
		memcpy(&b, q + i, sizeof(b));
		a ^= b;
		memcpy(p + i, &a, sizeof(a));
	}
}

static int run_batch(
	struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	uint8_t *tweaks = c->scratch.p + BL_SCRATCH_TWEAKS, *iv = c->scratch.p + BL_SCRATCH_IV;
	size_t n = len / c->sector_bytes, bytes = c->sector_bytes;

	if (!first_tweaks(c, off_bytes, n, iv))
		return RS_E_BL_METHOD;
	for (size_t s = 0; s < n; s++)
		spread_and_xor(iv + 16 * s, tweaks + s * bytes, buf + s * bytes, bytes / 16);
	if (!bl_evp_run(is_encrypt ? c->enc : c->dec, NULL, buf, buf, len))
		return RS_E_BL_METHOD;
	xor_all(buf, tweaks, len);
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
	return (c->sector_bytes == 512 ? run_batch : run_by_sector)(
		c, is_encrypt, off_bytes, buf, len);
}
