/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rule_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

char pem[512];
size_t pem_len;

EVP_PKEY *new_key(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(key);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	pem_len = (size_t)BIO_read(bio, pem, sizeof(pem));
	BIO_free(bio);
	return key;
}

void sign(EVP_PKEY *key, const char *text, unsigned char sig[64])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = 64;

	assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, key), 1);
	assert_int_equal(
		EVP_DigestSign(c, sig, &len, (const unsigned char *)text, strlen(text)), 1);
	EVP_MD_CTX_free(c);
}
