/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pair of keys for rules. */
#ifndef UNBRICK_TESTS_RULE_KEY_H
#define UNBRICK_TESTS_RULE_KEY_H

#include <openssl/evp.h>
#include <stddef.h>

/* The public half of the newest, in PEM. */
extern char pem[512];
extern size_t pem_len;

/** A new pair (Ed25519); free it. */
EVP_PKEY *new_key(void);
/** Its signature of @text. */
void sign(EVP_PKEY *key, const char *text, unsigned char sig[64]);

#endif
