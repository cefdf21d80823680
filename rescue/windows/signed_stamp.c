/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When was it signed? A time stamp (RFC 3161) lies beside the signature, in an attribute that
 * nobody signs: another authority's signature over the digest of that signature and a time. Whoever
 * wants one away takes it away, so none is no fault; but one that is there must be good, and say
 * that the signer's certificate was valid then. One whose authority is not issued by a pinned
 * certificate says nothing. Source for the attribute: Microsoft, "Time Stamping Authenticode
 * Signatures". */
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <string.h>

#include "core/cleanup.h"
#include "windows/signed_internal.h"

#define OID_STAMP "1.3.6.1.4.1.311.3.3.1"

RS_DEFINE_AUTO(CMS_ContentInfo *, CMS_ContentInfo_free);
RS_DEFINE_AUTO(TS_TST_INFO *, TS_TST_INFO_free);

/* The first value of that attribute; NULL: there is none. */
static const ASN1_TYPE *find(const PKCS7_SIGNER_INFO *info)
{
	char oid[48];

	for (int i = 0; i < sk_X509_ATTRIBUTE_num(info->unauth_attr); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(info->unauth_attr, i);
		if (OBJ_obj2txt(oid, sizeof(oid), X509_ATTRIBUTE_get0_object(a), 1) > 0 &&
			strcmp(oid, OID_STAMP) == 0)
			return X509_ATTRIBUTE_get0_type(a, 0);
	}
	return NULL;
}

/* CMS and no PKCS #7: older ones of Microsoft have certificates of attributes beside the others. */
static CMS_ContentInfo *read_signed(const ASN1_TYPE *value)
{
	const ASN1_STRING *s = value->type == V_ASN1_SEQUENCE ? value->value.sequence : NULL;
	const unsigned char *at = s ? ASN1_STRING_get0_data(s) : NULL;

	return s ? d2i_CMS_ContentInfo(NULL, &at, ASN1_STRING_length(s)) : NULL;
}

static TS_TST_INFO *read_content(CMS_ContentInfo *cms)
{
	ASN1_OCTET_STRING **inside =
		OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed &&
				OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_id_smime_ct_TSTInfo
			? CMS_get0_content(cms)
			: NULL;
	const unsigned char *at = inside && *inside ? ASN1_STRING_get0_data(*inside) : NULL;

	return at ? d2i_TS_TST_INFO(NULL, &at, ASN1_STRING_length(*inside)) : NULL;
}

/* Is it about this signature? */
static bool is_of(TS_TST_INFO *said, const PKCS7_SIGNER_INFO *info)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(said);
	const ASN1_OCTET_STRING *digest = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_OBJECT *kind = NULL;
	uint8_t is[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	X509_ALGOR_get0(&kind, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	const EVP_MD *md = signed_digest(kind);
	return md &&
	       EVP_Digest(ASN1_STRING_get0_data(info->enc_digest),
		       (size_t)ASN1_STRING_length(info->enc_digest), is, &len, md, NULL) == 1 &&
	       ASN1_STRING_length(digest) == (int)len &&
	       memcmp(ASN1_STRING_get0_data(digest), is, len) == 0;
}

static bool was_valid(X509 *signer, struct tm *when)
{
	struct tm begin = {0}, end = {0};

	return ASN1_TIME_to_tm(X509_get0_notBefore(signer), &begin) &&
	       ASN1_TIME_to_tm(X509_get0_notAfter(signer), &end) &&
	       timegm(&begin) <= timegm(when) && timegm(when) <= timegm(&end);
}

/* By one authority, over that content and its kind. Its certificate is not asked for here. */
static X509 *signer_of(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
	CMS_SignerInfo *si =
		sk_CMS_SignerInfo_num(all) == 1 ? sk_CMS_SignerInfo_value(all, 0) : NULL;
	const ASN1_OBJECT *kind = NULL, *digest = NULL;
	X509_ALGOR *algorithm = NULL;
	X509 *ret = NULL;

	if (!si || CMS_verify(cms, NULL, NULL, NULL, NULL,
			   CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
		return NULL;
	CMS_SignerInfo_get0_algs(si, NULL, &ret, &algorithm, NULL);
	X509_ALGOR_get0(&digest, NULL, NULL, algorithm);
	kind = CMS_signed_get0_data_by_OBJ(
		si, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);
	return kind && OBJ_obj2nid(kind) == NID_id_smime_ct_TSTInfo && signed_digest(digest) ? ret
											     : NULL;
}

const char *signed_stamp(const PKCS7_SIGNER_INFO *info, X509 *signer, const struct win_roots *roots,
	int64_t *ret_unix, struct rs_err *err)
{
	const ASN1_TYPE *value = find(info);
	struct tm when = {0};

	if (!value)
		return NULL;
	__attribute__((cleanup(CMS_ContentInfo_free_auto))) CMS_ContentInfo *cms =
		read_signed(value);
	__attribute__((cleanup(TS_TST_INFO_free_auto))) TS_TST_INFO *said =
		cms ? read_content(cms) : NULL;
	if (!said || !ASN1_TIME_to_tm(TS_TST_INFO_get_time(said), &when))
		return "its time stamp cannot be read";
	if (!is_of(said, info))
		return "its time stamp is of another signature";
	X509 *authority = signer_of(cms);
	if (!authority)
		return "its time stamp is not good";
	STACK_OF(X509) *more = CMS_get1_certs(cms);
	const char *no = signed_chain(authority, more, roots, WIN_USE_STAMP, &when, err);
	sk_X509_pop_free(more, X509_free);
	if (no)
		return err->code ? no : NULL; /* of somebody who is not known */
	if (!was_valid(signer, &when))
		return "it was signed when its signer's certificate was not valid";
	*ret_unix = timegm(&when);
	return NULL;
}
