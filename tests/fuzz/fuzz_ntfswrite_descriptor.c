/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A security descriptor, and a block of $Secure:$SDS. Input: the bytes. */
#include <stdlib.h>
#include <string.h>

#include "ntfswrite/security.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look(void *user, const struct nt_sds_entry *e, struct rs_view sd)
{
	const struct rs_view *block = user;

	/* inside the block, and no descriptor twice */
	if (sd.p < block->p || sd.len != e->len || e->off_bytes > block->len ||
		block->len - e->off_bytes < e->len)
		abort();
	(void)nt_security_is_ours(sd, false, NULL, 0);
	(void)nt_security_hash(sd);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of its own, so that a read past its end is seen */
	uint8_t *copy = malloc(size ? size : 1);
	uint8_t ours[NT_SECURITY_OURS_MAX];
	char why[64];

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	struct rs_view v = {copy, size};
	for (int is_dir = 0; is_dir < 2; is_dir++) {
		bool is_ours = nt_security_is_ours(v, is_dir, why, sizeof(why));
		/* whatever passes has each part of ours: it cannot be shorter */
		if (is_ours != !why[0] || (is_ours && size < nt_security_make(is_dir, ours) - 12))
			abort();
	}
	nt_sds_each(v, 0, look, &v);
	free(copy);
	return 0;
}
