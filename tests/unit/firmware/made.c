/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

void made_add(struct made *m, const void *bytes, size_t len)
{
	assert_true(m->len + len <= sizeof(m->p));
	memcpy(m->p + m->len, bytes, len);
	m->len += len;
}

void made_u32(struct made *m, uint32_t v)
{
	made_add(m,
		(const uint8_t[]){
			(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)},
		4);
}

void made_guid(struct made *m, const char *guid)
{
	uint8_t bytes[16];

	assert_true(rs_guid_parse(guid, bytes));
	made_add(m, bytes, sizeof(bytes));
}

void made_list(struct made *m, const char *type, const void *entry, size_t len)
{
	made_guid(m, type);
	made_u32(m, (uint32_t)(28 + 16 + len));
	made_u32(m, 0);
	made_u32(m, (uint32_t)(16 + len));
	made_guid(m, "8a5f1c2e-0000-4000-8000-000000000001");
	made_add(m, entry, len);
}

void made_cert(struct made_cert *c, const char *name, const struct made_cert *issuer)
{
	unsigned char *p = c->der;

	*c = (struct made_cert){.key = EVP_EC_gen("P-256"), .x = X509_new()};
	assert_non_null(c->key);
	X509_NAME *subject = X509_get_subject_name(c->x);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8,
				 (const unsigned char *)"Made by a test", -1, -1, 0),
		1);
	if (name)
		assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					 (const unsigned char *)name, -1, -1, 0),
			1);
	assert_int_equal(X509_set_version(c->x, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(c->x), 7), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(c->x), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(c->x), 3600));
	assert_int_equal(
		X509_set_issuer_name(c->x, issuer ? X509_get_subject_name(issuer->x) : subject), 1);
	assert_int_equal(X509_set_pubkey(c->x, c->key), 1);
	assert_true(X509_sign(c->x, issuer ? issuer->key : c->key, EVP_sha256()) > 0);
	int len = i2d_X509(c->x, NULL);
	assert_true(len > 0 && (size_t)len <= sizeof(c->der));
	c->len = (size_t)i2d_X509(c->x, &p);
}

void made_cert_done(struct made_cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
}
