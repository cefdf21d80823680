/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of signed.h share: signed.c (a signature, catalogues), signed_chain.c (whose it
 * is), signed_image.c (programs), signed_stamp.c (when). */
#ifndef UNBRICK_WINDOWS_SIGNED_INTERNAL_H
#define UNBRICK_WINDOWS_SIGNED_INTERNAL_H

#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <time.h>

#include "windows/signed.h"

#define OID_INDIRECT "1.3.6.1.4.1.311.2.1.4"

/** SHA-256, 384, 512; NULL: another one. */
const EVP_MD *signed_digest(const ASN1_OBJECT *kind);

/** When @info's signature was made, by @signer: *ret_unix stays as it is where no time stamp says
 * so that can be believed. NULL, or why the signature is no good. A full memory is in @err. */
const char *signed_stamp(const PKCS7_SIGNER_INFO *info, X509 *signer, const struct win_roots *roots,
	int64_t *ret_unix, struct rs_err *err);

/** May the signer sign that, and does its certificate lead to one of @roots by @more, as of @when
 * (NULL: as of its first day)? NULL, or why not. A full memory is in @err. */
const char *signed_chain(X509 *signer, STACK_OF(X509) * more, const struct win_roots *roots,
	enum win_use use, struct tm *when, struct rs_err *err);

/** Does a SpcIndirectDataContent name this SHA-256? */
bool signed_names_digest(struct rs_view der, const uint8_t sha256[32]);

/** Signatures that lie in the first signer's attributes that nobody signed, as a second signature
 * of a program does. @fn: false ends it. What cannot be read has none. */
void signed_nested(struct rs_view der, bool (*fn)(void *user, struct rs_view nested), void *user);

#endif
