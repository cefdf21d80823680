/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume without its first sector: the search for its metadata, and the load by the copy found.
 * The input's pieces of 512 bytes lie at places that a first number of each names, with a header
 * that fits the place where the second number says so. Seeds: the first copy of the metadata of any
 * volume. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bitlocker/bitlocker.h"
#include "core/view.h"
#include "mem.h"

#define VOLUME_BYTES (256U << 10)
#define PIECE_BYTES  512U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What every copy of the metadata has, so that what is behind it is looked at. */
static void furnish(uint8_t *p, uint64_t at_bytes)
{
	memcpy(p, "-FVE-FS-", 8);
	rs_put_le16(p + 10, 2);
	for (size_t i = 0; i < 3; i++)
		rs_put_le64(p + 32 + 8 * i, at_bytes + i * 65536);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t p[VOLUME_BYTES];
	struct mem v = mem_of(p, sizeof(p));
	uint64_t at = 0;

	memset(p, 0, sizeof(p));
	while (size > 2) {
		size_t n = size - 2 < PIECE_BYTES ? size - 2 : PIECE_BYTES;
		size_t place = (size_t)data[0] % 128 * 4 * PIECE_BYTES;
		memcpy(p + place, data + 2, n);
		if (data[1] & 1)
			furnish(p + place, place);
		data += 2 + n;
		size -= 2 + n;
	}
	if (bl_search(&v.blk, NULL, &at, NULL) < 0)
		return 0;
	struct bl_volume *found = NULL;
	if (at % PIECE_BYTES || at > VOLUME_BYTES - PIECE_BYTES)
		abort();
	if (bl_load_lost(&v.blk, at, &found, NULL) == 0 &&
		(bl_get_info(found)->can_read || bl_get_info(found)->can_write))
		abort(); /* a description, never a way to open it */
	bl_free(found);
	return 0;
}
