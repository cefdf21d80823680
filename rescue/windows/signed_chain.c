/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose signature is it: may that certificate sign such a thing, and who let it?
 *
 * What is pinned issues certificates for many purposes: one that may issue certificates of time
 * stamps must not make one for programs. So a purpose counts only where every certificate between
 * allows it, as it does for Windows (RFC 5280, 4.2.1.12, and Microsoft's "Enhanced Key Usage" of
 * CERT_CHAIN_PARA). Purposes of drivers' signers: Microsoft, "WHQL Test Signature Program" and
 * "Attestation signing".
 *
 * Time: a certificate of a signer lives for a year, what it signed for as long as Windows runs. So
 * the chain is looked at as of the day on which the signer's certificate began: all of it must have
 * been good together once. That a key that expired since was stolen and used later is not seen;
 * neither does an offline Windows see that it was revoked. */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/cleanup.h"
#include "windows/signed_internal.h"

#define DEPTH_MAX      8
#define SECURITY_LEVEL 2 /* no SHA-1, no keys below 2048 bits */

#define OID_CODE     "1.3.6.1.5.5.7.3.3"
#define OID_WINDOWS  "1.3.6.1.4.1.311.10.3.6"
#define OID_TESTED   "1.3.6.1.4.1.311.10.3.5"
#define OID_ATTESTED "1.3.6.1.4.1.311.10.3.5.1"
#define OID_EXTENDED "1.3.6.1.4.1.311.10.3.39"
#define OID_STAMPS   "1.3.6.1.5.5.7.3.8"
#define OID_ANY	     "2.5.29.37.0"

RS_DEFINE_AUTO(BIO *, BIO_free_all);
RS_DEFINE_AUTO(X509 *, X509_free);
RS_DEFINE_AUTO(X509_STORE_CTX *, X509_STORE_CTX_free);
RS_DEFINE_AUTO(EXTENDED_KEY_USAGE *, EXTENDED_KEY_USAGE_free);

struct win_roots {
	X509_STORE *store;
};

void win_roots_free(struct win_roots *r)
{
	if (!r)
		return;
	X509_STORE_free(r->store);
	free(r);
}

extern const char *const win_pinned_pem[]; /* scripts/embed-roots */

static bool add_pem(struct win_roots *r, const char *pem)
{
	__attribute__((cleanup(BIO_free_all_auto))) BIO *bio = BIO_new_mem_buf(pem, -1);
	__attribute__((cleanup(X509_free_auto))) X509 *x =
		bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	return x && X509_STORE_add_cert(r->store, x);
}

int win_roots_pinned(struct win_roots **ret, struct rs_err *err)
{
	auto_roots struct win_roots *r = NULL;
	int e = win_roots_new(NULL, 0, &r, err);

	for (size_t i = 0; e == 0 && win_pinned_pem[i]; i++)
		if (!add_pem(r, win_pinned_pem[i]))
			e = rs_fail(err, RS_E_BUG, "a pinned certificate cannot be read");
	if (e == 0)
		*ret = rs_steal(r);
	return e;
}

int win_roots_new(
	const struct rs_view *certificates, size_t n, struct win_roots **ret, struct rs_err *err)
{
	auto_roots struct win_roots *r = calloc(1, sizeof(*r));

	if (r)
		r->store = X509_STORE_new();
	if (!r || !r->store)
		return rs_fail(err, RS_E_MEMORY, "certificates");
	for (size_t i = 0; i < n; i++) {
		const unsigned char *at = certificates[i].p;
		__attribute__((cleanup(X509_free_auto))) X509 *x =
			d2i_X509(NULL, &at, (long)certificates[i].len);
		if (!x || !X509_STORE_add_cert(r->store, x)) {
			ERR_clear_error();
			return rs_fail(err, RS_E_BUG, "a pinned certificate cannot be read");
		}
	}
	*ret = rs_steal(r);
	return 0;
}

const EVP_MD *signed_digest(const ASN1_OBJECT *kind)
{
	const int nid = OBJ_obj2nid(kind);

	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512
		       ? EVP_get_digestbynid(nid)
		       : NULL;
}

/* ---- what for ---- */

static const struct {
	const char *oids[5]; /* one of them is enough */
	const char *never;   /* and this one is too much */
	const char *why, *why_never;
} uses[] = {
	[WIN_USE_WINDOWS] = {.oids = {OID_WINDOWS},
		.why = "its signer may not sign parts of Windows"},
	[WIN_USE_DRIVER] = {.oids = {OID_WINDOWS, OID_TESTED, OID_ATTESTED, OID_EXTENDED},
		.why = "its signer may sign neither drivers nor parts of Windows"},
	[WIN_USE_CODE] = {.oids = {OID_CODE},
		.never = OID_WINDOWS,
		.why = "its signer may not sign programs",
		.why_never = "it is signed as a part of Windows, which a catalogue must list"},
	[WIN_USE_STAMP] = {.oids = {OID_STAMPS}, .why = "its signer may not stamp times"},
};

static bool has_oid(const EXTENDED_KEY_USAGE *all, const char *wanted)
{
	char oid[48];

	for (int i = 0; i < sk_ASN1_OBJECT_num(all); i++)
		if (OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(all, i), 1) > 0 &&
			strcmp(oid, wanted) == 0)
			return true;
	return false;
}

static bool is_for(X509 *signer, const char *oid)
{
	__attribute__((cleanup(EXTENDED_KEY_USAGE_free_auto))) EXTENDED_KEY_USAGE *all =
		X509_get_ext_d2i(signer, NID_ext_key_usage, NULL, NULL);

	return has_oid(all, oid);
}

/* One that says nothing of purposes allows all; one whose list cannot be read is in no chain. */
static bool allows(X509 *issuer, const char *oid)
{
	__attribute__((cleanup(EXTENDED_KEY_USAGE_free_auto))) EXTENDED_KEY_USAGE *all =
		X509_get_ext_d2i(issuer, NID_ext_key_usage, NULL, NULL);

	return !all || has_oid(all, oid) || has_oid(all, OID_ANY);
}

static const char *check_purpose(X509 *signer, STACK_OF(X509) * chain, enum win_use use)
{
	bool is_any = false;

	if (uses[use].never && is_for(signer, uses[use].never))
		return uses[use].why_never;
	for (size_t k = 0; uses[use].oids[k]; k++) {
		bool is = is_for(signer, uses[use].oids[k]);
		is_any |= is;
		for (int i = 1; is && i < sk_X509_num(chain); i++)
			is = allows(sk_X509_value(chain, i), uses[use].oids[k]);
		if (is)
			return NULL;
	}
	return is_any ? "who issued its signer's certificate may not do so for that purpose"
		      : uses[use].why;
}

/* Up to a pinned certificate, which need not be a root itself. */
const char *signed_chain(X509 *signer, STACK_OF(X509) * more, const struct win_roots *roots,
	enum win_use use, struct tm *when, struct rs_err *err)
{
	__attribute__((cleanup(X509_STORE_CTX_free_auto))) X509_STORE_CTX *ctx =
		X509_STORE_CTX_new();
	struct tm began = {0};

	if (!ctx || !X509_STORE_CTX_init(ctx, roots->store, signer, more)) {
		(void)rs_fail(err, RS_E_MEMORY, "signature");
		return "no memory";
	}
	if (!(X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE)) /* all, where it says nothing */
		return "its signer's key is not for signatures";
	if (!ASN1_TIME_to_tm(X509_get0_notBefore(signer), &began))
		return "its signer's certificate has no time";
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_time(param, timegm(when ? when : &began));
	if (X509_verify_cert(ctx) != 1)
		return "its signer's certificate does not lead to one that is pinned";
	return check_purpose(signer, X509_STORE_CTX_get0_chain(ctx), use);
}
