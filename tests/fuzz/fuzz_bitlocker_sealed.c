/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An encrypted key file of anybody's: found in any bytes, and its first line refused or within its
 * limits. What passes is rarely opened (it takes a tenth of a second), and never with success but
 * by what was made here. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bitlocker/sealed.h"

static const char seed[] =
	"UNBRICK-KEYS {\"version\":1,\"kdf\":\"scrypt\",\"n\":16384,\"r\":1,\"p\":1,\"salt\":"
	"\"000102030405060708090a0b0c0d0e0f\",\"nonce\":\"000102030405060708090a0b\"}\n"
	"PrBkLF0+UaX1VQ+rLlgynvY2sslr\nUNBRICK-KEYS-END\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rs_secret keys = {0};
	struct rs_err err = {0};
	size_t at = 0, len = 0;

	if (!bl_sealed_find((struct rs_view){data, size}, &at, &len))
		return 0;
	if (at > size || len > size - at || !len)
		abort();
	int r = bl_sealed_open((struct rs_view){data + at, len},
		(struct rs_view){(const uint8_t *)"guess", 5}, &keys, &err);
	if (r == 0 || keys.p || err.code != r ||
		(r != RS_E_KEY_FILE && r != RS_E_KEY_SEALED && r != RS_E_MEMORY))
		abort();
	return 0;
}

/* Now and then back to something that is whole. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed_number)
{
	if ((size < 8 || seed_number % 16 == 0) && max_size >= sizeof(seed)) {
		memcpy(data, seed, sizeof(seed) - 1);
		size = sizeof(seed) - 1;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
