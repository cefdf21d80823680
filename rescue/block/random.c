/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes without any structure: what good encryption leaves of a volume. Compressed files come near,
 * but not in every place, the first sector among them. It is a question, not a finding. */
#include <string.h>

#include "block/disk.h"
#include "core/view.h"

#define SAMPLE_BYTES 4096U
#define SAMPLES	     5U

/* Chi-square of the 256 values of a byte: 255 expected, and beyond 255 +- 5 x 22.6 once in a
 * million. */
static bool is_flat(const uint8_t *p)
{
	unsigned count[256] = {0};
	uint64_t sum = 0;

	for (size_t i = 0; i < SAMPLE_BYTES; i++)
		count[p[i]]++;
	for (unsigned i = 0; i < 256; i++)
		sum += (uint64_t)count[i] * count[i];
	uint64_t chi = sum * 256 / SAMPLE_BYTES - SAMPLE_BYTES;
	return chi > 142 && chi < 368;
}

bool vol_looks_random(struct blk *vol)
{
	uint64_t quarter = vol->size_bytes / 4 & ~(uint64_t)(SAMPLE_BYTES - 1);
	const uint64_t at[SAMPLES] = {0, 64U << 10, quarter, 2 * quarter, 3 * quarter};
	uint8_t sample[SAMPLE_BYTES];

	for (size_t i = 0; i < SAMPLES; i++)
		if (blk_read(vol, at[i], sample, sizeof(sample), NULL) < 0 || !is_flat(sample))
			return false;
	return true;
}
