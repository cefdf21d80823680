/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: certificates, and signatures as Windows makes them, by libcrypto's own writer. */
#ifndef UNBRICK_TESTS_HELP_SIGNED_H
#define UNBRICK_TESTS_HELP_SIGNED_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/view.h"

#define HS_CODE	   "1.3.6.1.5.5.7.3.3"
#define HS_WINDOWS "1.3.6.1.4.1.311.10.3.6"
#define HS_CTL	   "1.3.6.1.4.1.311.10.1"

struct hs_cert {
	EVP_PKEY *key;
	X509 *x;
	uint8_t *der;
	size_t len;
};

struct hs_wish { /* of a certificate; zeros: a good CA that is its own issuer */
	const struct hs_cert *issuer;
	const char *use; /* OID of its extended use; NULL: none */
	bool is_leaf, is_old_hash;
	int from_days, to_days; /* from today; both 0: from 100 days ago to 100 days on */
};

void hs_cert_make(struct hs_cert *c, const char *name, const struct hs_wish *w);
void hs_cert_done(struct hs_cert *c);

struct hs_sign { /* zeros: SHA-256, the content's kind in the attributes */
	const struct hs_cert *signer;
	const struct hs_cert *more[3]; /* certificates beside the signer's */
	const struct hs_cert *second;  /* another signer */
	const char *type;	       /* of the content */
	const char *said_type;	       /* in the attributes; NULL: the same */
	bool is_old_digest, is_without_certificate;
};

/** PKCS #7 over @content (DER with its header); malloc'd. */
uint8_t *hs_sign(struct rs_view content, const struct hs_sign *how, size_t *ret_len);

struct hs_der { /* grown, freed by hs_der_done */
	uint8_t p[4096];
	size_t len;
};
/** An element of @tag with that inside, appended. */
void hs_der(struct hs_der *to, uint8_t tag, const void *p, size_t len);
/** An object identifier. */
void hs_oid(struct hs_der *to, const char *oid);
/** SpcIndirectDataContent of a digest (@len 32: SHA-256, 20: SHA-1). */
struct hs_der hs_indirect(const uint8_t *digest, size_t len);
/** The content of a catalogue that lists these digests (@md_bytes 32: SHA-256, 20: SHA-1). */
struct hs_der hs_catalogue(const uint8_t *digests, size_t n, size_t md_bytes);

#endif
