/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a key file. Seeds: the texts in tests/unit/bitlocker/test_keyfile.c, each as a file,
 * also in UTF-16 (iconv). */
#include "bitlocker/bitlocker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bl_keyring *k = NULL;

	if (bl_keyring_new(&k, NULL) == 0) {
		(void)bl_keyring_add_file(k, "fuzz", data, size, NULL);
		(void)bl_keyring_add_typed(k, (const char *)data, size, NULL);
	}
	bl_keyring_free(k);
	return 0;
}
