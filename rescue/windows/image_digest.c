/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest that a program's own signature holds, and who signed: whether the file is what was
 * signed, no more; nobody's certificate is trusted or checked here. Sources: Microsoft's PE format
 * ("The Attribute Certificate Table") and "Windows Authenticode Portable Executable Signature
 * Format" (SpcIndirectDataContent). */
#include "windows/image_internal.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"

#define CERTIFICATE_HEAD  8U
#define CERTIFICATES_MAX  16U
#define CERTIFICATE_BYTES (256U << 10) /* of one that is parsed */
#define TYPE_PKCS_SIGNED  2U

RS_DEFINE_AUTO(PKCS7 *, PKCS7_free);
RS_DEFINE_AUTO(X509_ALGOR *, X509_ALGOR_free);

bool der_take(const uint8_t **p, const uint8_t *end, int tag, struct rs_view *ret)
{
	const unsigned char *at = *p;
	long len = 0;
	int found = 0, class = 0;

	if (at >= end)
		return false;
	int r = ASN1_get_object(&at, &len, &found, &class, end - at);
	if (r & 0x81 || class != V_ASN1_UNIVERSAL || found != tag || len < 0 || len > end - at)
		return false; /* broken, or without a length */
	*ret = (struct rs_view){at, (size_t)len};
	*p = at + len;
	return true;
}

/* SpcIndirectDataContent: a sequence of what it is about and of DigestInfo. */
const char *indirect_read(struct rs_view der, struct image_digest *ret)
{
	const uint8_t *p = der.p, *end = der.p + der.len;
	struct rs_view all, about, info, digest;

	if (!der_take(&p, end, V_ASN1_SEQUENCE, &all))
		return "its contents are no sequence";
	p = all.p;
	end = all.p + all.len;
	if (!der_take(&p, end, V_ASN1_SEQUENCE, &about) ||
		!der_take(&p, end, V_ASN1_SEQUENCE, &info))
		return "its digest is missing";
	const unsigned char *at = info.p;
	__attribute__((cleanup(X509_ALGOR_free_auto))) X509_ALGOR *algorithm =
		d2i_X509_ALGOR(NULL, &at, (long)info.len);
	p = at;
	if (!algorithm || !der_take(&p, info.p + info.len, V_ASN1_OCTET_STRING, &digest))
		return "its digest cannot be read";
	const ASN1_OBJECT *object = NULL;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	int nid = OBJ_obj2nid(object);
	const EVP_MD *md = EVP_get_digestbynid(nid);
	if (!md || digest.len > sizeof(ret->digest) || (size_t)EVP_MD_get_size(md) != digest.len)
		return "its digest is of a kind that is not known";
	memcpy(ret->digest, digest.p, digest.len);
	ret->len = digest.len;
	ret->nid = nid;
	return NULL;
}

/* The common name of the certificate that the first signer names. */
static void signer_read(PKCS7 *p7, char *ret, size_t cap)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(p7);
	const PKCS7_SIGNER_INFO *info =
		sk_PKCS7_SIGNER_INFO_num(infos) > 0 ? sk_PKCS7_SIGNER_INFO_value(infos, 0) : NULL;

	if (!info || !info->issuer_and_serial)
		return;
	X509 *x = X509_find_by_issuer_and_serial(
		p7->d.sign->cert, info->issuer_and_serial->issuer, info->issuer_and_serial->serial);
	X509_NAME *name = x ? X509_get_subject_name(x) : NULL;
	int i = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
	if (i < 0)
		return;
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
	if (n > 0)
		(void)snprintf(ret, cap, "%.*s", n, (const char *)utf8);
	OPENSSL_free(utf8);
}

static const char *signature_read(const uint8_t *p, size_t len, struct image_digest *ret)
{
	static const char indirect_oid[] = "1.3.6.1.4.1.311.2.1.4";
	const unsigned char *at = p;
	char oid[40] = "";

	__attribute__((cleanup(PKCS7_free_auto))) PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)len);
	if (!p7 || !PKCS7_type_is_signed(p7) || !p7->d.sign || !p7->d.sign->contents)
		return "it is no PKCS #7";
	(void)OBJ_obj2txt(oid, sizeof(oid), p7->d.sign->contents->type, 1);
	const ASN1_TYPE *other = p7->d.sign->contents->d.other;
	if (strcmp(oid, indirect_oid) != 0 || !other || other->type != V_ASN1_SEQUENCE)
		return "it is not of a program";
	signer_read(p7, ret->signer, sizeof(ret->signer));
	const ASN1_STRING *s = other->value.sequence;
	return indirect_read(
		(struct rs_view){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)}, ret);
}

/* The first certificate of the kind that holds a signature: 1, 0 or an error. */
static int certificate_find(
	const struct pe_headers *pe, uint64_t *ret_at, uint32_t *ret_len, struct rs_err *err)
{
	uint64_t at = pe->security_at, end = at + pe->security_bytes;

	for (unsigned i = 0; i < CERTIFICATES_MAX && end - at >= CERTIFICATE_HEAD; i++) {
		uint8_t head[CERTIFICATE_HEAD];
		int r = pe->src->read(pe->src->user, at, head, sizeof(head), err);
		if (r < 0)
			return r;
		uint32_t len = rs_le32(head);
		if (len <= CERTIFICATE_HEAD || len > end - at)
			return 0;
		if (rs_le16(head + 6) == TYPE_PKCS_SIGNED) {
			*ret_at = at + CERTIFICATE_HEAD;
			*ret_len = len - CERTIFICATE_HEAD;
			return 1;
		}
		uint64_t step = ((uint64_t)len + 7) & ~7ULL;
		at = step < end - at ? at + step : end;
	}
	return 0;
}

int image_certificate_read(const struct pe_headers *pe, uint8_t **ret, size_t *ret_len,
	const char **ret_why, struct rs_err *err)
{
	uint64_t at = 0, size = pe->src->size_bytes;
	uint32_t len = 0;
	int r = pe->security_at > size || size - pe->security_at < pe->security_bytes
			? 0
			: certificate_find(pe, &at, &len, err);

	*ret = NULL;
	*ret_why = NULL;
	if (r < 0)
		return r;
	if (r == 0 || len > CERTIFICATE_BYTES) {
		*ret_why = r ? "it is too long" : "there is none where the header says";
		return 0;
	}
	auto_free uint8_t *buf = malloc(len);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "signature");
	r = pe->src->read(pe->src->user, at, buf, len, err);
	if (r < 0)
		return r;
	*ret = rs_steal(buf);
	*ret_len = len;
	return 0;
}

int image_digest_read(const struct pe_headers *pe, struct image_digest *ret, struct rs_err *err)
{
	auto_free uint8_t *buf = NULL;
	const char *why = NULL;
	size_t len = 0;

	*ret = (struct image_digest){0};
	if (!pe->security_at || !pe->security_bytes)
		return 0;
	ret->is_signed = true;
	int r = image_certificate_read(pe, &buf, &len, &why, err);
	if (r < 0)
		return r;
	if (buf) {
		why = signature_read(buf, len, ret);
		ERR_clear_error();
	}
	(void)snprintf(ret->why, sizeof(ret->why), "%s", why ? why : "");
	return 0;
}
