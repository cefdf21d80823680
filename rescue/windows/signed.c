/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PKCS #7 as Windows signs with it. The library's own PKCS7_verify and CMS_verify do not take a
 * content that is no octet string, so its parts are asked one by one. Sources: Microsoft, "Windows
 * Authenticode Portable Executable Signature Format"; RFC 2315.
 */

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "windows/image_internal.h"
#include "windows/signed_internal.h"

#define CERTIFICATES_MAX 32

RS_DEFINE_AUTO(PKCS7 *, PKCS7_free);
RS_DEFINE_AUTO(BIO *, BIO_free_all);

/* ---- one signature ---- */

struct check {
	PKCS7 *p7;
	PKCS7_SIGNER_INFO *info;
	X509 *signer;
	struct rs_view content; /* with its header */
	struct rs_view inner;	/* without: what is signed */
	const EVP_MD *md;
};

static const char *take_apart(struct check *c, struct win_signed *s)
{
	if (!PKCS7_type_is_signed(c->p7) || !c->p7->d.sign || !c->p7->d.sign->contents)
		return "it is no signed PKCS #7";
	const PKCS7 *inner = c->p7->d.sign->contents;
	if (OBJ_obj2txt(s->type, sizeof(s->type), inner->type, 1) <= 0)
		return "its content is of no kind";
	const ASN1_TYPE *other = PKCS7_type_is_data(inner) ? NULL : inner->d.other;
	if (!other || other->type != V_ASN1_SEQUENCE)
		return "its content is no sequence";
	const ASN1_STRING *der = other->value.sequence;
	const uint8_t *p = ASN1_STRING_get0_data(der);
	c->content = (struct rs_view){p, (size_t)ASN1_STRING_length(der)};
	if (!der_take(&p, p + c->content.len, V_ASN1_SEQUENCE, &c->inner) ||
		p != c->content.p + c->content.len)
		return "its content is no sequence";
	return NULL;
}

static const char *find_signer(struct check *c)
{
	STACK_OF(PKCS7_SIGNER_INFO) *all = PKCS7_get_signer_info(c->p7);
	STACK_OF(X509) *certificates = c->p7->d.sign->cert;

	if (sk_PKCS7_SIGNER_INFO_num(all) != 1)
		return "it has not one signer";
	if (sk_X509_num(certificates) > CERTIFICATES_MAX)
		return "it has too many certificates";
	c->info = sk_PKCS7_SIGNER_INFO_value(all, 0);
	if (!c->info->issuer_and_serial)
		return "it does not name its signer";
	c->signer = X509_find_by_issuer_and_serial(certificates, c->info->issuer_and_serial->issuer,
		c->info->issuer_and_serial->serial);
	if (!c->signer)
		return "its signer's certificate is not in it";
	const ASN1_OBJECT *object = NULL;
	X509_ALGOR_get0(&object, NULL, NULL, c->info->digest_alg);
	c->md = signed_digest(object);
	return c->md ? NULL : "its digest is of an old kind";
}

/* The attributes that are signed name the kind of the content: another one was not meant. */
static const char *check_kind(const struct check *c)
{
	const ASN1_TYPE *kind = PKCS7_get_signed_attribute(c->info, NID_pkcs9_contentType);

	if (!kind || kind->type != V_ASN1_OBJECT ||
		OBJ_cmp(kind->value.object, c->p7->d.sign->contents->type) != 0)
		return "its signature is about another kind of content";
	return NULL;
}

static const char *check_signature(const struct check *c, struct rs_err *err)
{
	BIO *sink = BIO_new(BIO_s_null());
	__attribute__((cleanup(BIO_free_all_auto))) BIO *md = BIO_new(BIO_f_md());

	if (!sink || !md) {
		BIO_free(sink);
		(void)rs_fail(err, RS_E_MEMORY, "signature");
		return "no memory";
	}
	(void)BIO_push(md, sink);
	/* casts: the library keeps it const, and its macro does not say so */
	if (!BIO_set_md(md, (uintptr_t)c->md) || c->inner.len > INT32_MAX ||
		BIO_write(md, c->inner.p, (int)c->inner.len) != (int)c->inner.len)
		return "its content cannot be hashed";
	/* compares the digest with the attribute's, and proves the attributes */
	return PKCS7_signatureVerify(md, c->p7, c->info, c->signer) == 1
		       ? NULL
		       : "its content is not what was signed";
}

static void name_of(X509 *x, char ret[WIN_SIGNER_BYTES])
{
	X509_NAME *name = X509_get_subject_name(x);
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;
	int n = i < 0 ? -1
		      : ASN1_STRING_to_UTF8(
				&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));

	(void)snprintf(ret, WIN_SIGNER_BYTES, "%.*s", n > 0 ? n : 0, n > 0 ? (char *)utf8 : "");
	OPENSSL_free(utf8);
}

int win_signed_check(struct rs_view der, const struct win_roots *roots, enum win_use use,
	void (*fn)(void *user, const struct win_signed *s), void *user, char why[WIN_SIGNED_WHY],
	struct rs_err *err)
{
	const unsigned char *at = der.p;
	struct rs_err own = {0};
	struct win_signed s = {.type = ""};
	struct check c = {.p7 = NULL};
	const char *no = der.len > WIN_SIGNED_MAX ? "it is too long" : NULL;

	__attribute__((cleanup(PKCS7_free_auto))) PKCS7 *p7 =
		no ? NULL : d2i_PKCS7(NULL, &at, (long)der.len);
	c.p7 = p7;
	if (!no && !p7)
		no = "it is no signed PKCS #7";
	if (!no)
		no = take_apart(&c, &s);
	if (!no)
		no = find_signer(&c);
	if (!no)
		no = check_kind(&c);
	if (!no)
		no = check_signature(&c, &own);
	if (!no)
		no = signed_chain(c.signer, c.p7->d.sign->cert, roots, use, NULL, &own);
	if (!no)
		no = signed_stamp(c.info, c.signer, roots, &s.signed_unix, &own);
	(void)snprintf(why, WIN_SIGNED_WHY, "%s", no ? no : "");
	ERR_clear_error();
	if (own.code)
		return rs_err_pass(err, own.code, &own);
	if (no)
		return 0;
	s.content = c.content;
	name_of(c.signer, s.signer);
	fn(user, &s);
	return 0;
}

/* ---- signatures inside of it ---- */

#define OID_NESTED "1.3.6.1.4.1.311.2.4.1"
#define NESTED_MAX 8

void signed_nested(struct rs_view der, bool (*fn)(void *user, struct rs_view nested), void *user)
{
	const unsigned char *at = der.p;
	__attribute__((cleanup(PKCS7_free_auto))) PKCS7 *p7 =
		der.len > WIN_SIGNED_MAX ? NULL : d2i_PKCS7(NULL, &at, (long)der.len);
	STACK_OF(PKCS7_SIGNER_INFO) *all = p7 ? PKCS7_get_signer_info(p7) : NULL;
	const PKCS7_SIGNER_INFO *info =
		sk_PKCS7_SIGNER_INFO_num(all) > 0 ? sk_PKCS7_SIGNER_INFO_value(all, 0) : NULL;
	char oid[48];
	int n = 0;

	for (int i = 0; info && i < sk_X509_ATTRIBUTE_num(info->unauth_attr); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(info->unauth_attr, i);
		if (OBJ_obj2txt(oid, sizeof(oid), X509_ATTRIBUTE_get0_object(a), 1) <= 0 ||
			strcmp(oid, OID_NESTED) != 0)
			continue;
		for (int k = 0; k < X509_ATTRIBUTE_count(a) && n < NESTED_MAX; k++, n++) {
			const ASN1_TYPE *one = X509_ATTRIBUTE_get0_type(a, k);
			if (!one || one->type != V_ASN1_SEQUENCE)
				continue;
			const ASN1_STRING *s = one->value.sequence;
			const struct rs_view nested = {
				ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
			if (!fn(user, nested))
				return;
		}
	}
	ERR_clear_error();
}

/* ---- catalogues ---- */

#define OID_CTL	      "1.3.6.1.4.1.311.10.1"
#define OID_CATALOGUE "1.3.6.1.4.1.311.12.1.1"

/* The OID at *p; *p is then behind it. */
static bool take_oid(const uint8_t **p, const uint8_t *end, char ret[48])
{
	const unsigned char *at = *p;
	ASN1_OBJECT *o = end > at ? d2i_ASN1_OBJECT(NULL, &at, end - at) : NULL;
	bool is_read = o && OBJ_obj2txt(ret, 48, o, 1) > 0;

	ASN1_OBJECT_free(o);
	if (is_read)
		*p = at;
	return is_read;
}

/* Is it about the digest of a program, and that one? */
bool signed_names_digest(struct rs_view der, const uint8_t sha256[32])
{
	struct image_digest d = {0};

	return !indirect_read(der, &d) && d.nid == NID_sha256 && d.len == 32 &&
	       memcmp(d.digest, sha256, 32) == 0;
}

/* Of one member's attributes: is the digest in it this one? */
static bool member_is(struct rs_view attributes, const uint8_t sha256[32])
{
	const uint8_t *p = attributes.p, *end = p + attributes.len;
	struct rs_view one, values;
	char oid[48];

	while (der_take(&p, end, V_ASN1_SEQUENCE, &one)) {
		const uint8_t *in = one.p, *in_end = one.p + one.len;
		if (!take_oid(&in, in_end, oid) || !der_take(&in, in_end, V_ASN1_SET, &values))
			return false;
		if (strcmp(oid, OID_INDIRECT) == 0 && signed_names_digest(values, sha256))
			return true;
	}
	return false;
}

/* CertificateTrustList: usage, and further on (with a number and times between) the algorithm of
 * the members' names, then the members. */
bool win_catalogue_has(struct rs_view ctl, const uint8_t sha256[32])
{
	const uint8_t *p = ctl.p, *end = ctl.p + ctl.len;
	struct rs_view all, usage, algorithm, members, one, attributes, name;
	char oid[48];

	if (!der_take(&p, end, V_ASN1_SEQUENCE, &all))
		return false;
	p = all.p;
	end = all.p + all.len;
	if (!der_take(&p, end, V_ASN1_SEQUENCE, &usage))
		return false;
	const uint8_t *u = usage.p;
	if (!take_oid(&u, usage.p + usage.len, oid) || strcmp(oid, OID_CATALOGUE) != 0)
		return false;
	static const int between[] = {
		V_ASN1_OCTET_STRING, V_ASN1_INTEGER, V_ASN1_UTCTIME, V_ASN1_GENERALIZEDTIME};
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
		while (der_take(&p, end, between[i], &one))
			;
	if (!der_take(&p, end, V_ASN1_SEQUENCE, &algorithm) ||
		!der_take(&p, end, V_ASN1_SEQUENCE, &members))
		return false;
	p = members.p;
	end = members.p + members.len;
	while (der_take(&p, end, V_ASN1_SEQUENCE, &one)) {
		const uint8_t *in = one.p, *in_end = one.p + one.len;
		if (der_take(&in, in_end, V_ASN1_OCTET_STRING, &name) &&
			der_take(&in, in_end, V_ASN1_SET, &attributes) &&
			member_is(attributes, sha256))
			return true;
	}
	return false;
}

struct wanted {
	const uint8_t *sha256;
	bool is_catalogue, is_there;
};

static void see_catalogue(void *user, const struct win_signed *s)
{
	struct wanted *w = user;

	w->is_catalogue = strcmp(s->type, OID_CTL) == 0;
	w->is_there = w->is_catalogue && win_catalogue_has(s->content, w->sha256);
}

int win_catalogue_check(struct rs_view der, const struct win_roots *roots, enum win_use use,
	const uint8_t sha256[32], bool *ret, char why[WIN_SIGNED_WHY], struct rs_err *err)
{
	struct wanted w = {.sha256 = sha256};
	int r = win_signed_check(der, roots, use, see_catalogue, &w, why, err);

	ERR_clear_error();
	*ret = r == 0 && w.is_there;
	if (r == 0 && !why[0] && !w.is_there)
		(void)snprintf(why, WIN_SIGNED_WHY, "%s",
			w.is_catalogue ? "it does not list the file" : "it is no catalogue");
	return r;
}
