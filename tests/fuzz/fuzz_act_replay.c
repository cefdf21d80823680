/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A saved plan of a replay as a file: its two ends, with checksums that fit, or without. Seeds: the
 * file that `unbrick replay --plan FILE` saves. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "act/replay.h"

#define HASH 32U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hash(const uint8_t *p, size_t len, uint8_t *ret)
{
	unsigned n = HASH;

	if (EVP_Digest(p, len, ret, &n, EVP_sha256(), NULL) != 1)
		abort();
}

/* What the input does not hold: the plan's own checksum, and the tail. Returns the length. */
static size_t complete(uint8_t *file, size_t size)
{
	uint8_t both[2 * HASH];

	memcpy(file, "UNBRKRPL\1\0\0", 12);
	hash(file, size, file + size);
	memcpy(both, file + size, HASH);
	memset(both + HASH, 0x5A, HASH);
	memcpy(file + size + HASH, "UNBRKMF2", 8);
	memcpy(file + size + HASH + 8, both + HASH, HASH);
	hash(both, sizeof(both), file + size + HASH + 8 + HASH);
	return size + HASH + 8 + 2 * HASH;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct replay p = {0};
	char path[64];

	if (size < 12 || size > 1 << 16)
		return 0;
	uint8_t *file = malloc(size + 3 * HASH + 8);
	if (!file)
		return 0;
	memcpy(file, data, size);
	size_t len = data[size - 1] & 1 ? complete(file, size) : size;
	if (fd < 0)
		fd = memfd_create("plan", MFD_CLOEXEC);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, file, len, 0) != (ssize_t)len)
		abort();
	if (replay_load(path, &p, NULL) == 0) {
		for (size_t i = 0; i < p.plan->n_blocks; i++)
			if (p.plan->blocks[i].off_bytes > p.volume_bytes ||
				p.volume_bytes - p.plan->blocks[i].off_bytes <
					p.plan->blocks[i].len_bytes)
				abort();
		nt_replay_free(p.plan);
	} else if (p.plan) {
		abort(); /* set on success only */
	}
	free(file);
	return 0;
}
