/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AES-CBC, with or without the Elephant diffuser. The vector of a sector is its byte offset on the
 * disk (128 bits little-endian), encrypted with the data key.
 *
 * Decryption takes a batch as one long chain: only the first block of each sector then has the
 * wrong neighbour, and that is put right by two XORs. Encryption is serial by nature. */
#include <string.h>

#include "bitlocker/cipher.h"

/* 32 bytes for each sector: the offset encrypted, and the same with byte 15 set to 0x80. */
static bool sector_keys(struct bl_cipher *c, uint64_t off_bytes, size_t n, uint8_t *keys)
{
	memset(keys, 0, 32 * n);
	for (size_t s = 0; s < n; s++) {
		rs_put_le64(keys + 32 * s, off_bytes + s * c->sector_bytes);
		rs_put_le64(keys + 32 * s + 16, off_bytes + s * c->sector_bytes);
		keys[32 * s + 31] = 0x80;
	}
	return bl_evp_run(c->sector_key, NULL, keys, keys, 32 * n);
}

static bool cbc_decrypt(struct bl_cipher *c, const uint8_t *iv, uint8_t *buf, size_t len)
{
	uint8_t *last = c->scratch.p + BL_SCRATCH_LAST;
	size_t bytes = c->sector_bytes, n = len / bytes;

	for (size_t s = 0; s + 1 < n; s++)
		memcpy(last + 16 * s, buf + (s + 1) * bytes - 16, 16);
	if (!bl_evp_run(c->dec, iv, buf, buf, len))
		return false;
	for (size_t s = 1; s < n; s++) {
		bl_xor(buf + s * bytes, last + 16 * (s - 1), 16);
		bl_xor(buf + s * bytes, iv + 16 * s, 16);
	}
	return true;
}

static bool cbc_encrypt(struct bl_cipher *c, const uint8_t *iv, uint8_t *buf, size_t len)
{
	size_t bytes = c->sector_bytes;

	for (size_t s = 0; s < len / bytes; s++)
		if (!bl_evp_run(c->enc, iv + 16 * s, buf + s * bytes, buf + s * bytes, bytes))
			return false;
	return true;
}

int bl_cbc_run(struct bl_cipher *c, bool is_encrypt, uint64_t off_bytes, uint8_t *buf, size_t len)
{
	uint8_t *iv = c->scratch.p + BL_SCRATCH_IV, *keys = c->scratch.p + BL_SCRATCH_KEYS;
	uint8_t *lanes = c->scratch.p + BL_SCRATCH_LANES;
	size_t n = len / c->sector_bytes;

	if (!bl_evp_numbers(c->ecb, off_bytes, c->sector_bytes, n, iv) ||
		(c->sector_key && !sector_keys(c, off_bytes, n, keys)))
		return RS_E_BL_METHOD;
	if (is_encrypt) {
		if (c->sector_key)
			bl_diffuse(buf, c->sector_bytes, n, keys, lanes, true);
		return cbc_encrypt(c, iv, buf, len) ? 0 : RS_E_BL_METHOD;
	}
	if (!cbc_decrypt(c, iv, buf, len))
		return RS_E_BL_METHOD;
	if (c->sector_key)
		bl_diffuse(buf, c->sector_bytes, n, keys, lanes, false);
	return 0;
}
