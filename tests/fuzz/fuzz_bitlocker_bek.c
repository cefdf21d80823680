/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a startup key, its two sizes put right. Seeds: any .BEK file. */
#include <string.h>

#include "bitlocker/bitlocker.h"
#include "core/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bl_keyring *k = NULL;
	uint8_t p[1024];

	if (size < 16 || size > sizeof(p))
		return 0;
	memcpy(p, data, size);
	if (p[4] & 1) {
		rs_put_le32(p, (uint32_t)size);
		rs_put_le32(p + 12, (uint32_t)size);
	}
	if (bl_keyring_new(&k, NULL) == 0)
		(void)bl_keyring_add_bek(k, "fuzz", p, size, NULL);
	bl_keyring_free(k);
	return 0;
}
