/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A saved plan of the journal, with a checksum that fits: the checks behind it are reached. Seeds:
 * `replayplan save IMAGE FILE` of a fixture. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "ntfslog/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nt_replay *p = NULL;
	uint64_t serial = 0, bytes = 0;
	unsigned n = 32;

	if (size > 1 << 20)
		return 0;
	uint8_t *file = malloc(size + 32);
	if (!file)
		return 0;
	memcpy(file, data, size);
	if (size >= 12 && (data[size - 1] & 1)) {
		memcpy(file, "UNBRKRPL\1\0\0", 12);
	}
	if (EVP_Digest(file, size, file + size, &n, EVP_sha256(), NULL) != 1)
		abort();
	if (nt_replay_load((struct rs_view){file, size + 32}, &p, &serial, &bytes, NULL) == 0) {
		for (size_t i = 0; i < p->n_blocks; i++)
			if (p->blocks[i].off_bytes > bytes ||
				bytes - p->blocks[i].off_bytes < p->blocks[i].len_bytes)
				abort();
		nt_replay_free(p);
	}
	free(file);
	return 0;
}
