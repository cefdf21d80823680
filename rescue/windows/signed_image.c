/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's digest, and its own signature: Microsoft, "Windows Authenticode Portable Executable
 * Signature Format". One that its maker signed, and Microsoft after that, has the second signature
 * inside the first one: either may be trusted, as Windows has it. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "windows/image_internal.h"
#include "windows/signed_internal.h"

int win_image_digest(
	const struct win_src *src, bool *ret, uint8_t ret_sha256[32], struct rs_err *err)
{
	struct pe_headers pe;
	int r = pe_headers_read(src, &pe, err);

	*ret = false;
	if (r < 0 || !pe.is_pe || pe.is_cut || !pe.has_optional || src->size_bytes % 8 ||
		src->size_bytes > WIN_DIGEST_MOST)
		return r;
	auto_free uint8_t *all = malloc((size_t)src->size_bytes);
	if (!all)
		return rs_fail(err, RS_E_MEMORY, "file");
	r = src->read(src->user, 0, all, (size_t)src->size_bytes, err);
	if (r < 0)
		return r;
	/* cast: the sizes are below WIN_DIGEST_MOST */
	const size_t end = pe.security_at ? pe.security_at : (size_t)src->size_bytes;
	const size_t sum = (size_t)pe.checksum_at, dir = (size_t)pe.security_dir_at;
	if (!sum || !dir || sum + 4 > dir || dir + 8 > end || end > src->size_bytes ||
		(pe.security_at && pe.security_at + pe.security_bytes != src->size_bytes))
		return 0; /* bytes behind the signature are in no digest */
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned len = 0;
	*ret = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) && EVP_DigestUpdate(md, all, sum) &&
	       EVP_DigestUpdate(md, all + sum + 4, dir - sum - 4) &&
	       EVP_DigestUpdate(md, all + dir + 8, end - dir - 8) &&
	       EVP_DigestFinal_ex(md, ret_sha256, &len);
	EVP_MD_CTX_free(md);
	return *ret ? 0 : rs_fail(err, RS_E_MEMORY, "digest");
}

/* ---- its own signature ---- */

struct asked {
	const struct win_roots *roots;
	const uint8_t *sha256;
	struct win_proof *ret;
	struct rs_err *err;
	int code;
};

static void see_program(void *user, const struct win_signed *s)
{
	struct asked *a = user;

	a->ret->is_trusted =
		strcmp(s->type, OID_INDIRECT) == 0 && signed_names_digest(s->content, a->sha256);
	(void)snprintf(a->ret->signer, sizeof(a->ret->signer), "%s", s->signer);
	a->ret->signed_unix = s->signed_unix;
}

/* True: the next one is asked as well. */
static bool ask(void *user, struct rs_view der)
{
	struct asked *a = user;

	a->code =
		win_signed_check(der, a->roots, WIN_USE_CODE, see_program, a, a->ret->why, a->err);
	if (a->code == 0 && !a->ret->why[0] && !a->ret->is_trusted)
		(void)snprintf(a->ret->why, sizeof(a->ret->why), "it is of another content");
	return a->code == 0 && !a->ret->is_trusted;
}

int win_image_signed(const struct win_src *src, const struct win_roots *roots,
	const uint8_t sha256[32], struct win_proof *ret, struct rs_err *err)
{
	struct asked a = {.roots = roots, .sha256 = sha256, .ret = ret, .err = err};
	auto_free uint8_t *der = NULL;
	struct pe_headers pe;
	const char *no = "it has none";
	size_t len = 0;
	int r = pe_headers_read(src, &pe, err);

	*ret = (struct win_proof){.is_trusted = false};
	if (r == 0 && pe.is_pe && pe.security_at && pe.security_bytes)
		r = image_certificate_read(&pe, &der, &len, &no, err);
	if (r < 0)
		return r;
	(void)snprintf(ret->why, sizeof(ret->why), "%s", no ? no : "");
	if (der && ask(&a, (struct rs_view){der, len}))
		signed_nested((struct rs_view){der, len}, ask, &a);
	ERR_clear_error();
	return a.code;
}
