/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"
#include "help_signed.h"

static void add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

void hs_cert_make(struct hs_cert *c, const char *name, const struct hs_wish *w)
{
	static long serial = 1000;
	const long day = 24 * 60 * 60;
	unsigned char *at = NULL;

	*c = (struct hs_cert){
		.key = w->is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), .x = X509_new()};
	assert_non_null(c->key);
	assert_non_null(c->x);
	const bool is_usual = !w->from_days && !w->to_days;
	X509_NAME *subject = X509_get_subject_name(c->x);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
				 (const unsigned char *)name, -1, -1, 0),
		1);
	assert_int_equal(X509_set_version(c->x, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(c->x), serial++), 1);
	X509_gmtime_adj(X509_getm_notBefore(c->x), (is_usual ? -100 : w->from_days) * day);
	X509_gmtime_adj(X509_getm_notAfter(c->x), (is_usual ? 100 : w->to_days) * day);
	assert_int_equal(X509_set_pubkey(c->x, c->key), 1);
	assert_int_equal(X509_set_issuer_name(
				 c->x, w->issuer ? X509_get_subject_name(w->issuer->x) : subject),
		1);
	if (!w->constraints)
		add_extension(
			c->x, NID_basic_constraints, w->is_leaf ? "CA:FALSE" : "critical,CA:TRUE");
	else if (w->constraints[0])
		add_extension(c->x, NID_basic_constraints, w->constraints);
	if (w->key_usage)
		add_extension(c->x, NID_key_usage, w->key_usage);
	if (w->has_broken_use)
		add_extension(c->x, NID_ext_key_usage, "DER:04:01:00");
	if (w->use)
		add_extension(c->x, NID_ext_key_usage, w->use);
	assert_true(X509_sign(c->x, w->issuer ? w->issuer->key : c->key,
			    w->is_old_hash ? EVP_sha1() : EVP_sha256()) > 0);
	int len = i2d_X509(c->x, &at);
	assert_true(len > 0);
	c->der = at;
	c->len = (size_t)len;
}

void hs_cert_done(struct hs_cert *c)
{
	EVP_PKEY_free(c->key);
	X509_free(c->x);
	OPENSSL_free(c->der);
}

static void add_signer(PKCS7 *p7, const struct hs_cert *c, const struct hs_sign *how)
{
	PKCS7_SIGNER_INFO *si = PKCS7_add_signature(
		p7, c->x, c->key, how->is_old_digest ? EVP_sha1() : EVP_sha256());

	assert_non_null(si);
	assert_int_equal(PKCS7_add_signed_attribute(si, NID_pkcs9_contentType, V_ASN1_OBJECT,
				 OBJ_txt2obj(how->said_type ? how->said_type : how->type, 1)),
		1);
	if (!how->is_without_certificate)
		assert_int_equal(PKCS7_add_certificate(p7, c->x), 1);
}

/* Unsigned: anybody may add it afterwards, and so do those who sign a second time. */
static void add_unsigned(PKCS7 *p7, const char *kind, const struct rs_view *values, size_t n)
{
	PKCS7_SIGNER_INFO *si = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(p7), 0);
	X509_ATTRIBUTE *a = NULL;
	int nid = OBJ_txt2nid(kind);

	if (nid == NID_undef)
		nid = OBJ_create(kind, NULL, NULL);
	for (size_t i = 0; i < n && values[i].p; i++) {
		ASN1_STRING *s = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
		assert_int_equal(ASN1_STRING_set(s, values[i].p, (int)values[i].len), 1);
		if (!a) {
			assert_int_equal(PKCS7_add_attribute(si, nid, V_ASN1_SEQUENCE, s), 1);
			a = sk_X509_ATTRIBUTE_value(
				si->unauth_attr, sk_X509_ATTRIBUTE_num(si->unauth_attr) - 1);
			continue;
		}
		assert_int_equal(X509_ATTRIBUTE_set1_data(a, V_ASN1_SEQUENCE, s, -1), 1);
		ASN1_STRING_free(s);
	}
}

/* TSTInfo in an octet string, about the signature's value. */
static struct hs_der stamp_content(const ASN1_OCTET_STRING *value, const struct hs_stamp *how)
{
	TS_TST_INFO *t = TS_TST_INFO_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *kind = X509_ALGOR_new();
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.601.10.3.1", 1);
	const EVP_MD *md = how->is_old ? EVP_sha1() : EVP_sha256();
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	struct hs_der ret = {.len = 0};
	unsigned len = 0;

	assert_int_equal(EVP_Digest(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value),
				 digest, &len, md, NULL),
		1);
	digest[0] ^= how->is_of_another;
	assert_int_equal(
		X509_ALGOR_set0(kind, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL), 1);
	assert_int_equal(TS_MSG_IMPRINT_set_algo(imprint, kind), 1);
	assert_int_equal(TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len), 1);
	assert_int_equal(ASN1_GENERALIZEDTIME_set_string(time, how->time), 1);
	assert_int_equal(ASN1_INTEGER_set(serial, 7), 1);
	assert_true(TS_TST_INFO_set_version(t, 1) && TS_TST_INFO_set_policy_id(t, policy) &&
		    TS_TST_INFO_set_msg_imprint(t, imprint) && TS_TST_INFO_set_time(t, time) &&
		    TS_TST_INFO_set_serial(t, serial));
	const int n = i2d_TS_TST_INFO(t, &der);
	assert_true(n > 0);
	hs_der(&ret, V_ASN1_OCTET_STRING, der, (size_t)n);
	OPENSSL_free(der);
	TS_TST_INFO_free(t);
	TS_MSG_IMPRINT_free(imprint);
	X509_ALGOR_free(kind);
	ASN1_GENERALIZEDTIME_free(time);
	ASN1_INTEGER_free(serial);
	ASN1_OBJECT_free(policy);
	return ret;
}

static void add_stamp(PKCS7 *p7, const struct hs_stamp *how)
{
	const PKCS7_SIGNER_INFO *si = sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(p7), 0);
	const struct hs_sign by = {
		.signer = how->authority, .more = {how->more}, .type = "1.2.840.113549.1.9.16.1.4"};
	size_t len;

	if (!how->authority)
		return;
	const struct hs_der content = stamp_content(si->enc_digest, how);
	uint8_t *der = hs_sign((struct rs_view){content.p, content.len}, &by, &len);
	uint8_t *at = memmem(der, len, content.p, content.len);
	assert_non_null(at);
	if (how->is_changed) /* the serial number's last byte: still a TSTInfo of this signature */
		((uint8_t *)memmem(at, content.len, "\x02\x01\x07", 3))[2] = 8;
	if (how->is_broken)
		der[4] ^= 0xff; /* no object identifier any more */
	add_unsigned(p7, "1.3.6.1.4.1.311.3.3.1",
		&(struct rs_view){
			der, how->cut_bytes && how->cut_bytes < len ? how->cut_bytes : len},
		1);
	free(der);
}

/* The writer hashes what it takes for data: what stands in the content's header is then put into
 * its place. */
uint8_t *hs_sign(struct rs_view content, const struct hs_sign *how, size_t *ret_len)
{
	PKCS7 *p7 = PKCS7_new();
	unsigned char *der = NULL;
	const unsigned char *at = content.p;
	long inner = 0;
	int tag, class;

	assert_non_null(p7);
	assert_int_equal(PKCS7_set_type(p7, NID_pkcs7_signed), 1);
	add_signer(p7, how->signer, how);
	if (how->second)
		add_signer(p7, how->second, how);
	for (size_t i = 0; i < 3; i++)
		if (how->more[i])
			assert_int_equal(PKCS7_add_certificate(p7, how->more[i]->x), 1);
	assert_int_equal(PKCS7_content_new(p7, NID_pkcs7_data), 1);
	BIO *bio = PKCS7_dataInit(p7, NULL);
	assert_non_null(bio);
	assert_int_equal(ASN1_get_object(&at, &inner, &tag, &class, (long)content.len) & 0x80, 0);
	assert_int_equal(BIO_write(bio, at, (int)inner), inner);
	assert_int_equal(PKCS7_dataFinal(p7, bio), 1);
	BIO_free_all(bio);
	add_unsigned(p7, how->nested_kind ? how->nested_kind : "1.3.6.1.4.1.311.2.4.1", how->nested,
		sizeof(how->nested) / sizeof(how->nested[0]));
	add_stamp(p7, &how->stamp);
	PKCS7 *real = PKCS7_new();
	real->type = OBJ_txt2obj(how->type, 1);
	real->d.other = ASN1_TYPE_new();
	ASN1_STRING *s = ASN1_STRING_type_new(tag);
	assert_int_equal(tag == V_ASN1_OCTET_STRING
				 ? ASN1_STRING_set(s, at, (int)inner)
				 : ASN1_STRING_set(s, content.p, (int)content.len),
		1);
	ASN1_TYPE_set(real->d.other, tag, s);
	assert_int_equal(PKCS7_set_content(p7, real), 1);
	int len = i2d_PKCS7(p7, &der);
	assert_true(len > 0);
	uint8_t *ret = malloc((size_t)len);
	assert_non_null(ret);
	memcpy(ret, der, (size_t)len);
	OPENSSL_free(der);
	PKCS7_free(p7);
	*ret_len = (size_t)len;
	return ret;
}

void hs_der(struct hs_der *to, uint8_t tag, const void *p, size_t len)
{
	assert_true(to->len + len + 5 < sizeof(to->p));
	to->p[to->len++] = tag;
	if (len >= 0x80) {
		to->p[to->len++] = 0x82;
		to->p[to->len++] = (uint8_t)(len >> 8);
	}
	to->p[to->len++] = (uint8_t)len;
	if (len)
		memcpy(to->p + to->len, p, len);
	to->len += len;
}

void hs_oid(struct hs_der *to, const char *oid)
{
	ASN1_OBJECT *o = OBJ_txt2obj(oid, 1);
	unsigned char *der = NULL;
	int len = i2d_ASN1_OBJECT(o, &der);

	assert_true(len > 0 && to->len + (size_t)len < sizeof(to->p));
	memcpy(to->p + to->len, der, (size_t)len);
	to->len += (size_t)len;
	OPENSSL_free(der);
	ASN1_OBJECT_free(o);
}

static struct hs_der indirect(const struct hs_der *image, const uint8_t *digest, size_t len)
{
	struct hs_der about = {.len = 0}, algorithm = {.len = 0}, info = {.len = 0};
	struct hs_der all = {.len = 0}, ret = {.len = 0};

	hs_oid(&about, "1.3.6.1.4.1.311.2.1.15");
	hs_der(&about, 0x30, image->p, image->len);
	hs_oid(&algorithm, len == 20 ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1");
	hs_der(&info, 0x30, algorithm.p, algorithm.len);
	hs_der(&info, 0x04, digest, len);
	hs_der(&all, 0x30, about.p, about.len);
	hs_der(&all, 0x30, info.p, info.len);
	hs_der(&ret, 0x30, all.p, all.len);
	return ret;
}

struct hs_der hs_indirect(const uint8_t *digest, size_t len)
{
	/* SpcPeImageData: no flags, a file without a name */
	const struct hs_der image = {.p = "\x03\x01\x00\xa0\x04\xa2\x02\x80\x00", .len = 9};

	return indirect(&image, digest, len);
}

/* Instead of a name a moniker: its class, and a set with page hashes of SHA-256. */
struct hs_der hs_indirect_pages(const uint8_t sha256[32])
{
	static const uint8_t class_id[16] = {0xa6, 0xb5, 0x86, 0xd5, 0xb4, 0xa1, 0x24, 0x66, 0xae,
		0x05, 0xa2, 0x17, 0xda, 0x8e, 0x60, 0xd6};
	uint8_t pages[72] = {0};
	struct hs_der set = {.len = 0}, one = {.len = 0}, attribute = {.len = 0};
	struct hs_der data = {.len = 0}, serial = {.len = 0}, moniker = {.len = 0};
	struct hs_der image = {.p = "\x03\x01\x00", .len = 3};

	memset(pages + 4, 0x77, 32);
	pages[36 + 1] = 0x10;
	memset(pages + 40, 0x78, 32);
	hs_der(&set, 0x04, pages, sizeof(pages));
	hs_oid(&one, "1.3.6.1.4.1.311.2.3.2");
	hs_der(&one, 0x31, set.p, set.len);
	hs_der(&attribute, 0x30, one.p, one.len);
	hs_der(&data, 0x31, attribute.p, attribute.len);
	hs_der(&serial, 0x04, class_id, sizeof(class_id));
	hs_der(&serial, 0x04, data.p, data.len);
	hs_der(&moniker, 0xa1, serial.p, serial.len);
	hs_der(&image, 0xa0, moniker.p, moniker.len);
	return indirect(&image, sha256, 32);
}

void hs_sign_program(uint8_t *p, size_t *len, size_t dir, const uint8_t sha256[32],
	struct rs_view content, const struct hs_sign *how)
{
	const struct hs_der plain = hs_indirect(sha256, 32);
	size_t n;

	if (!content.p)
		content = (struct rs_view){plain.p, plain.len};
	uint8_t *der = hs_sign(content, how, &n);
	const size_t all = (8 + n + 7) & ~(size_t)7;
	assert_true(all < 8192);
	memset(p + *len, 0, all);
	rs_put_le32(p + *len, (uint32_t)all);
	rs_put_le16(p + *len + 4, 0x200);
	rs_put_le16(p + *len + 6, 2);
	memcpy(p + *len + 8, der, n);
	rs_put_le32(p + dir, (uint32_t)*len);
	rs_put_le32(p + dir + 4, (uint32_t)all);
	*len += all;
	free(der);
}

static void add_attribute(struct hs_der *set, const char *oid, const struct hs_der *value)
{
	struct hs_der one = {.len = 0};

	hs_oid(&one, oid);
	hs_der(&one, 0x31, value->p, value->len);
	hs_der(set, 0x30, one.p, one.len);
}

struct hs_der hs_catalogue(const uint8_t *digests, size_t n, size_t md_bytes)
{
	struct hs_der usage = {.len = 0}, algorithm = {.len = 0}, members = {.len = 0};
	struct hs_der all = {.len = 0}, ret = {.len = 0};

	for (size_t i = 0; i < n; i++) {
		struct hs_der set = {.len = 0}, one = {.len = 0}, none = {.len = 0};
		const struct hs_der value = hs_indirect(digests + i * md_bytes, md_bytes);
		hs_der(&none, 0x05, "", 0);
		add_attribute(&set, "1.3.6.1.4.1.311.12.2.3", &none);
		add_attribute(&set, "1.3.6.1.4.1.311.2.1.4", &value);
		hs_der(&one, 0x04, digests + i * md_bytes, md_bytes);
		hs_der(&one, 0x31, set.p, set.len);
		hs_der(&members, 0x30, one.p, one.len);
	}
	hs_oid(&usage, "1.3.6.1.4.1.311.12.1.1");
	hs_oid(&algorithm, "1.3.6.1.4.1.311.12.1.3");
	hs_der(&all, 0x30, usage.p, usage.len);
	hs_der(&all, 0x04, "0123456789abcdef", 16);
	hs_der(&all, 0x17, "240101000000Z", 13);
	hs_der(&all, 0x30, algorithm.p, algorithm.len);
	hs_der(&all, 0x30, members.p, members.len);
	hs_der(&ret, 0x30, all.p, all.len);
	return ret;
}
