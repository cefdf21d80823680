/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue, and a signature as Windows makes them, from a disk. Nothing that is made up here can
 * be trusted: the pinned certificate's key is nobody's. Seeds: any .cat, or the content of one. */
#include <stdlib.h>
#include <string.h>

#include "windows/signed_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nobody(void *user, const struct win_signed *s)
{
	(void)user;
	(void)s;
	abort();
}

/* One that lies in another: is read as if it stood alone. */
static bool see_nested(void *user, struct rs_view der)
{
	char why[WIN_SIGNED_WHY];

	(void)win_signed_check(der, user, WIN_USE_CODE, nobody, NULL, why, NULL);
	return true;
}

/* Its time stamp, without its signature being asked first. */
static void see_stamp(struct rs_view der, const struct win_roots *roots)
{
	const unsigned char *at = der.p;
	PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)der.len);
	STACK_OF(PKCS7_SIGNER_INFO) *all = p7 ? PKCS7_get_signer_info(p7) : NULL;
	struct rs_err err = {0};
	int64_t when = 0;

	if (sk_PKCS7_SIGNER_INFO_num(all) > 0 && sk_X509_num(p7->d.sign->cert) > 0)
		(void)signed_stamp(sk_PKCS7_SIGNER_INFO_value(all, 0),
			sk_X509_value(p7->d.sign->cert, 0), roots, &when, &err);
	if (when)
		abort();
	PKCS7_free(p7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct win_roots *none;
	static const uint8_t sha256[32];
	const struct rs_view v = {data, size};
	char why[WIN_SIGNED_WHY];
	bool is = true;

	if (!none && win_roots_new(NULL, 0, &none, NULL) < 0)
		abort();
	if (win_signed_check(v, none, WIN_USE_CODE, nobody, NULL, why, NULL) == 0 && !why[0])
		abort();
	if (win_catalogue_check(v, none, WIN_USE_WINDOWS, sha256, &is, why, NULL) == 0 && is)
		abort();
	(void)win_catalogue_has(v, sha256);
	signed_nested(v, see_nested, none);
	see_stamp(v, none);
	struct win_bytes program = {data, size};
	const struct win_src src = win_src_bytes(&program);
	struct win_proof proof = {.is_trusted = false};
	if (win_image_signed(&src, none, sha256, &proof, NULL) == 0 && proof.is_trusted)
		abort();
	return 0;
}
