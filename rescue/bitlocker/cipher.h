/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sector ciphers among themselves. */
#ifndef UNBRICK_BITLOCKER_CIPHER_H
#define UNBRICK_BITLOCKER_CIPHER_H

#include <openssl/evp.h>

#include "bitlocker/internal.h"

#define BL_BATCH_BYTES	 32768U /* sectors handled by one call: whole of 512 and of 4096 */
#define BL_BATCH_LEAST	 512U	/* the smallest sector: at most BATCH / LEAST sectors a batch */
#define BL_BATCH_SECTORS (BL_BATCH_BYTES / BL_BATCH_LEAST)

/* Parts of the scratch memory, all aligned to 64 bytes. */
#define BL_SCRATCH_TWEAKS 0U		 /* XTS: one for each block of a batch */
#define BL_SCRATCH_IV	  BL_BATCH_BYTES /* 16 bytes a sector */
#define BL_SCRATCH_LAST	  (BL_SCRATCH_IV + 16U * BL_BATCH_SECTORS)
#define BL_SCRATCH_KEYS	  (BL_SCRATCH_LAST + 16U * BL_BATCH_SECTORS) /* 32 bytes a sector */
#define BL_SCRATCH_LANES  (BL_SCRATCH_KEYS + 32U * BL_BATCH_SECTORS)
#define BL_SCRATCH_BYTES  (BL_SCRATCH_LANES + BL_DIFFUSER_BYTES)

/** One call over @len bytes, whole blocks. */
bool bl_evp_run(
	EVP_CIPHER_CTX *ctx, const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len);

/** Numbers as blocks, 128 bits little-endian, @step apart, each encrypted: @n of them. */
bool bl_evp_numbers(EVP_CIPHER_CTX *ecb, uint64_t first, uint64_t step, size_t n, uint8_t *ret);

typedef uint64_t bl_block __attribute__((vector_size(16)));

/** Whole blocks. */
static inline void bl_xor(uint8_t *p, const uint8_t *q, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(bl_block)) {
		bl_block a, b;
		__builtin_memcpy(&a, p + i, sizeof(a));
		__builtin_memcpy(&b, q + i, sizeof(b));
		a ^= b;
		__builtin_memcpy(p + i, &a, sizeof(a));
	}
}

#endif
