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
	struct win_bytes program = {data, size};
	const struct win_src src = win_src_bytes(&program);
	struct win_proof proof = {.is_trusted = false};
	if (win_image_signed(&src, none, sha256, &proof, NULL) == 0 && proof.is_trusted)
		abort();
	return 0;
}
