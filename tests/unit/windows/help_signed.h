/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: certificates, and signatures as Windows makes them, by libcrypto's own writer. */
#ifndef UNBRICK_TESTS_HELP_SIGNED_H
#define UNBRICK_TESTS_HELP_SIGNED_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "core/view.h"

#define HS_CODE	    "1.3.6.1.5.5.7.3.3"
#define HS_WINDOWS  "1.3.6.1.4.1.311.10.3.6"
#define HS_TESTED   "1.3.6.1.4.1.311.10.3.5"
#define HS_ATTESTED "1.3.6.1.4.1.311.10.3.5.1"
#define HS_EXTENDED "1.3.6.1.4.1.311.10.3.39"
#define HS_STAMPS   "1.3.6.1.5.5.7.3.8"
#define HS_CTL	    "1.3.6.1.4.1.311.10.1"
#define HS_PROGRAM  "1.3.6.1.4.1.311.2.1.4"

struct hs_cert {
	EVP_PKEY *key;
	X509 *x;
	uint8_t *der;
	size_t len;
};

struct hs_wish { /* of a certificate; zeros: a good CA that is its own issuer */
	const struct hs_cert *issuer;
	const char *use;	 /* OID of its extended use; NULL: none */
	const char *key_usage;	 /* "keyCertSign"; NULL: nothing is said */
	const char *constraints; /* NULL: as for a CA or a leaf; "": none */
	bool is_leaf, is_old_hash, is_rsa, has_broken_use;
	int from_days, to_days; /* from today; both 0: from 100 days ago to 100 days on */
};

void hs_cert_make(struct hs_cert *c, const char *name, const struct hs_wish *w);
void hs_cert_done(struct hs_cert *c);

struct hs_stamp { /* a time stamp; without an authority: none */
	const struct hs_cert *authority, *more;
	const char *time; /* "20260101000000Z" */
	bool is_of_another, is_changed, is_old, is_broken;
	size_t cut_bytes; /* so many are left of it; 0: all */
};

struct hs_sign { /* zeros: SHA-256, the content's kind in the attributes */
	const struct hs_cert *signer;
	const struct hs_cert *more[3]; /* certificates beside the signer's */
	const struct hs_cert *second;  /* another signer */
	const char *type;	       /* of the content */
	const char *said_type;	       /* in the attributes; NULL: the same */
	struct rs_view nested[2];      /* signatures in its attributes that nobody signs */
	struct hs_stamp stamp;
	const char *nested_kind; /* of that attribute; NULL: that of a second signature */
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
/** The same, with digests of pages beside that of the whole, as drivers have them. */
struct hs_der hs_indirect_pages(const uint8_t sha256[32]);
/** The program @p of @len bytes (room for 8 KiB more), signed over @content or, where that is
 * empty, over its digest @sha256; the entry of the directory is at @dir. */
void hs_sign_program(uint8_t *p, size_t *len, size_t dir, const uint8_t sha256[32],
	struct rs_view content, const struct hs_sign *how);
/** The content of a catalogue that lists these digests (@md_bytes 32: SHA-256, 20: SHA-1). */
struct hs_der hs_catalogue(const uint8_t *digests, size_t n, size_t md_bytes);

#endif
