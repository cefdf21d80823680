/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sealed datum (value type 5): 8 nonce 12, 20 tag 16, 36 ciphertext; AES-256-CCM without
 * associated data. Inside is a datum again: u16 size, u16 type, u16 value 1, u16 version, u16 key
 * type, u16 flags, the key. A wrong key fails on the 16 bytes of the tag. */
#include <openssl/evp.h>
#include <string.h>

#include "bitlocker/internal.h"

#define NONCE_AT  8
#define TAG_AT	  20
#define DATA_AT	  36
#define KEY_AT	  12 /* in the payload */
#define MOST_DATA (KEY_AT + 64)

bool bl_sha256(const void *p, size_t len, uint8_t ret[32])
{
	return EVP_Digest(p, len, ret, NULL, EVP_sha256(), NULL) == 1;
}

static bool ccm_open(struct rs_view sealed, const uint8_t *key, uint8_t *ret, size_t len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t tag[16];
	int n = 0;

	if (!ctx)
		return false;
	memcpy(tag, sealed.p + TAG_AT, sizeof(tag)); /* the call wants it writable */
	bool is_open = EVP_DecryptInit_ex(ctx, EVP_aes_256_ccm(), NULL, NULL, NULL) == 1 &&
		       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) == 1 &&
		       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1 &&
		       EVP_DecryptInit_ex(ctx, NULL, NULL, key, sealed.p + NONCE_AT) == 1 &&
		       EVP_DecryptUpdate(ctx, ret, &n, sealed.p + DATA_AT, (int)len) == 1 &&
		       (size_t)n == len;
	EVP_CIPHER_CTX_free(ctx);
	return is_open;
}

bool bl_unseal(struct rs_view sealed, const uint8_t key[BL_KEY_BYTES], uint16_t key_type,
	struct rs_secret *ret, struct rs_view *ret_key, uint16_t *ret_type)
{
	if (sealed.len < DATA_AT + KEY_AT + 16 || sealed.len > DATA_AT + MOST_DATA)
		return false;
	size_t len = sealed.len - DATA_AT;
	if ((!ret->p || ret->cap < len) && rs_secret_init(ret, MOST_DATA, NULL) < 0)
		return false;
	if (!ccm_open(sealed, key, ret->p, len)) {
		rs_wipe(ret->p, ret->cap);
		return false;
	}
	ret->len = len;
	uint16_t type = rs_le16(ret->p + 8);
	if (rs_le16(ret->p) != len || rs_le16(ret->p + 4) != BL_V_KEY ||
		(key_type && type != key_type))
		return false;
	*ret_key = (struct rs_view){ret->p + KEY_AT, len - KEY_AT};
	*ret_type = type;
	return true;
}
