/* SPDX-License-Identifier: GPL-3.0-or-later */
/* imagesum FILE: SHA-256 over the size of a file, and each block of it that is not all zeros with
 * its place. Equal sums mean equal bytes, as with any other order of hashing; holes, which are most
 * of a disk image, are not read. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#define BLOCK 65536

static uint8_t block[BLOCK];

static int is_zero(size_t len)
{
	return !block[0] && !memcmp(block, block + 1, len - 1);
}

static int add_number(EVP_MD_CTX *md, uint64_t n)
{
	return EVP_DigestUpdate(md, &n, sizeof(n));
}

/* The block at @at, whole unless the file ends: what one hole ends in does not move the next block.
 */
static int add_block(EVP_MD_CTX *md, int fd, off_t at, off_t size)
{
	size_t len = size - at < BLOCK ? (size_t)(size - at) : BLOCK;

	for (size_t done = 0; done < len;) {
		ssize_t n = pread(fd, block + done, len - done, at + (off_t)done);
		if (n <= 0)
			return 0;
		done += (size_t)n;
	}
	return is_zero(len) || (add_number(md, (uint64_t)at) && EVP_DigestUpdate(md, block, len));
}

static int add_file(EVP_MD_CTX *md, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size < 0 || !add_number(md, (uint64_t)size))
		return 0;
	for (off_t at = 0; at < size; at += BLOCK) {
		off_t data = lseek(fd, at, SEEK_DATA);
		if (data < 0)
			return errno == ENXIO; /* only holes from here */
		at = data / BLOCK * BLOCK;
		if (!add_block(md, fd, at, size))
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned len;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: imagesum FILE\n");
		return 2;
	}
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || !md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL) || !add_file(md, fd) ||
		!EVP_DigestFinal_ex(md, sum, &len)) {
		(void)fprintf(stderr, "imagesum: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	EVP_MD_CTX_free(md);
	(void)close(fd); /* only read */
	for (unsigned i = 0; i < len; i++)
		(void)printf("%02x", sum[i]);
	return puts("") == EOF;
}
