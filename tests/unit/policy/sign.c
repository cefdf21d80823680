/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sign.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

static EVP_PKEY *key_of(const struct sign_how *how)
{
	unsigned char seed[32];

	memset(seed, how->key, sizeof(seed));
	EVP_PKEY *ret = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	assert(ret);
	return ret;
}

static void sign(EVP_PKEY *key, const void *of, size_t len, unsigned char ret[64])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 64;

	assert(ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1);
	assert(EVP_DigestSign(ctx, ret, &n, of, len) == 1 && n == 64);
	EVP_MD_CTX_free(ctx);
}

void sign_text(const struct sign_how *how, const void *of, size_t len, char ret[SIGN_TEXT_LEN])
{
	const char *comment = how->comment ? how->comment : "t";
	unsigned char raw[74], hash[64], both[64 + 1100], global[64];
	char line[128], last[128];
	EVP_PKEY *key = key_of(how);

	memcpy(raw, how->kind ? how->kind : how->is_legacy ? "Ed" : "ED", 2);
	memset(raw + 2, how->id, 8);
	assert(EVP_Digest(of, len, hash, NULL, EVP_blake2b512(), NULL) == 1);
	sign(key, how->is_legacy ? of : hash, how->is_legacy ? len : 64, raw + 10);
	memcpy(both, raw + 10, 64);
	assert(strlen(comment) < sizeof(both) - 64);
	memcpy(both + 64, comment, strlen(comment));
	sign(key, both, 64 + strlen(comment) - how->is_bare, global);
	EVP_PKEY_free(key);
	(void)EVP_EncodeBlock((unsigned char *)line, raw, sizeof(raw));
	(void)EVP_EncodeBlock((unsigned char *)last, global, sizeof(global));
	(void)snprintf(ret, SIGN_TEXT_LEN, "untrusted comment: u\n%s\ntrusted comment: %s\n%s\n",
		line, comment, last);
}

void sign_key_text(const struct sign_how *how, char ret[SIGN_TEXT_LEN])
{
	unsigned char raw[42] = "Ed";
	char line[64];
	size_t n = 32;
	EVP_PKEY *key = key_of(how);

	memset(raw + 2, how->id, 8);
	assert(EVP_PKEY_get_raw_public_key(key, raw + 10, &n) == 1);
	EVP_PKEY_free(key);
	(void)EVP_EncodeBlock((unsigned char *)line, raw, sizeof(raw));
	(void)snprintf(ret, SIGN_TEXT_LEN, "untrusted comment: k\n%s\n", line);
}
