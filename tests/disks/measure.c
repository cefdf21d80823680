/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timings inside the process, for tests/bench/run:
 *   measure stretch             one recovery password's stretching, and a bare chain of 2^21
 * SHA-256 transforms: two lines of seconds measure cipher METHOD       decrypt in memory, 512-byte
 * sectors: MB/s measure read IMAGE KEYS     read the opened volume in 1 MiB requests: MB/s measure
 * mft IMAGE           read $MFT's bytes; scan them for a name; hand out every name: seconds IMAGE
 * is a bare volume.
 *   measure evidence IMAGE PATH...     the bytes of $MFT and of these files, none cached before:
 *                                      seconds, MB */
#define OPENSSL_SUPPRESS_DEPRECATED /* the bare chain is what the low-level call does */
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ntfs/raw.h"
#include "ntfswrite/vol.h"
#include "tests/disks/locked.h"

#define MIB	   (1U << 20)
#define MFT_NUMBER 0U

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail for this clock */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int die(const struct rs_err *err)
{
	char line[900];

	rs_err_line(err, line, sizeof(line));
	(void)fprintf(stderr, "measure: %s\n", line);
	return 1;
}

static int measure_stretch(void)
{
	uint8_t h0[32] = {1}, salt[16] = {7}, key[32], block[64] = {0};
	SHA256_CTX c;
	double start = now();

	if (bl_stretch(h0, salt, NULL, key, NULL) < 0)
		return 1;
	printf("%.4f\n", now() - start);
	start = now();
	(void)SHA256_Init(&c);
	for (unsigned i = 0; i < 1U << 21; i++) {
		SHA256_Transform(&c, block);
		memcpy(block, c.h, 32); /* the chain: each depends on the last */
	}
	printf("%.4f\n", now() - start);
	return 0;
}

static int measure_cipher(const char *name)
{
	static const struct {
		const char *name;
		uint16_t method;
		size_t key_len;
	} all[] = {{"cbc128-elephant", BL_CBC_128_ELEPHANT, 64},
		{"cbc256-elephant", BL_CBC_256_ELEPHANT, 64}, {"cbc128", BL_CBC_128, 16},
		{"cbc256", BL_CBC_256, 32}, {"xts128", BL_XTS_128, 32}, {"xts256", BL_XTS_256, 64}};
	uint8_t key[64];
	struct bl_cipher *c = NULL;
	struct rs_err err = {0};

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7 + 3);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i].name, name) != 0)
			continue;
		auto_free uint8_t *buf = calloc(1, MIB);
		if (!buf || bl_cipher_new(all[i].method, 512, key, all[i].key_len, &c, &err) < 0)
			return die(&err);
		double start = now();
		unsigned n = 0;
		for (; now() - start < 0.5; n++)
			(void)bl_cipher_run(c, false, (uint64_t)n * MIB, buf, MIB);
		printf("%.0f\n", n * (double)MIB / 1e6 / (now() - start));
		bl_cipher_free(c);
		return 0;
	}
	return 2;
}

static int read_through(struct blk *b, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(MIB);
	double start = now();
	int r = 0;

	for (uint64_t off = 0; buf && r == 0 && off < b->size_bytes; off += MIB) {
		uint64_t left = b->size_bytes - off;
		r = blk_read(b, off, buf, left < MIB ? (size_t)left : MIB, err);
	}
	printf("%.0f\n", (double)b->size_bytes / 1e6 / (now() - start));
	return r;
}

static int measure_read(const char *image, const char *key_path)
{
	struct blk *disk = NULL, *clear = NULL;
	struct rs_err err = {0};
	int r = blk_file_open(image, 0, &disk, &err);

	if (r == 0)
		r = open_locked(disk, key_path, &clear, &err);
	if (r == 0)
		r = read_through(clear, &err);
	blk_close(clear);
	blk_close(disk);
	return r < 0 ? die(&err) : 0;
}

static bool none(void *user, const char *name, bool is_dir)
{
	(void)user;
	return !is_dir && strcmp(name, "LPT$VPN.594") == 0;
}

static bool count(void *user, const struct nt_entry *e)
{
	(void)e;
	++*(uint64_t *)user;
	return true;
}

static void ignore(void *user, uint64_t record, const char *what)
{
	(void)user;
	(void)record;
	(void)what;
}

static int read_stream(struct nt_raw *raw, uint64_t number, uint64_t *sum, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(MIB);
	uint64_t size, off = 0;
	size_t got = 1;
	int r = nt_raw_size(raw, number, NT_AT_DATA, "", &size, err);

	while (buf && r == 0 && off < size && got) {
		r = nt_raw_read(raw, number, NT_AT_DATA, "", off, buf, MIB, &got, err);
		off += got;
	}
	*sum += off;
	return r;
}

static int read_bytes(struct nt_raw *raw, struct rs_err *err)
{
	uint64_t sum = 0;

	return read_stream(raw, MFT_NUMBER, &sum, err);
}

static void make_cold(const char *image)
{
	int fd = open(image, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fdatasync(fd); /* only clean pages can leave */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
}

static int measure_mft(const char *image, bool is_cold)
{
	struct blk *disk = NULL;
	struct nt_raw *raw = NULL;
	struct rs_err err = {0};
	struct nt_scan_result result;
	uint64_t names = 0;
	struct nt_scan_ops ops = {.user = &names, .entry = count, .fault = ignore, .wants = none};
	int r = blk_file_open(image, 0, &disk, &err);

	if (r == 0)
		r = nt_raw_open(disk, &raw, &err);
	if (r == 0)
		r = read_bytes(
			raw, &err); /* the page cache is as warm for the one as for the other */
	for (int i = 0; r == 0 && i < 3; i++) {
		if (is_cold)
			make_cold(image);
		double start = now();
		ops.wants = i == 1 ? none : NULL;
		r = i == 0 ? read_bytes(raw, &err) : nt_scan(raw, &ops, NULL, &result, &err);
		printf("%.4f\n", now() - start);
	}
	nt_raw_close(raw);
	blk_close(disk);
	return r < 0 ? die(&err) : 0;
}

#define EVIDENCE_MAX 64

/* Where the files are is looked up before the clock starts. */
static int look_up(struct blk *disk, char **paths, int n, uint64_t *numbers, struct rs_err *err)
{
	struct nt_vol *vol = NULL;
	int r = nt_vol_open(disk, 0, &vol, err);

	for (int i = 0; r == 0 && i < n; i++) {
		r = nt_lookup(vol, paths[i], &numbers[i], err);
		numbers[i] &= (1ULL << 48) - 1;
	}
	(void)nt_vol_close(vol, NULL); /* only read */
	return r;
}

static int measure_evidence(const char *image, char **paths, int n)
{
	struct blk *disk = NULL;
	struct nt_raw *raw = NULL;
	struct rs_err err = {0};
	uint64_t numbers[EVIDENCE_MAX], sum = 0;
	int r = blk_file_open(image, 0, &disk, &err);

	if (r == 0)
		r = look_up(disk, paths, n, numbers, &err);
	make_cold(image);
	double start = now();
	if (r == 0)
		r = nt_raw_open(disk, &raw, &err);
	if (r == 0)
		r = read_stream(raw, MFT_NUMBER, &sum, &err);
	for (int i = 0; r == 0 && i < n; i++)
		r = read_stream(raw, numbers[i], &sum, &err);
	printf("%.4f\n%.1f\n", now() - start, (double)sum / 1e6);
	nt_raw_close(raw);
	blk_close(disk);
	return r < 0 ? die(&err) : 0;
}

int main(int argc, char **argv)
{
	if (argc > 3 && argc <= 3 + EVIDENCE_MAX && !strcmp(argv[1], "evidence"))
		return measure_evidence(argv[2], argv + 3, argc - 3);
	if (argc == 2 && !strcmp(argv[1], "stretch"))
		return measure_stretch();
	if (argc == 3 && !strcmp(argv[1], "cipher"))
		return measure_cipher(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "read"))
		return measure_read(argv[2], argv[3]);
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "mft"))
		return measure_mft(argv[2], argc == 4);
	(void)fprintf(stderr, "usage: see the top of tests/disks/measure.c\n");
	return 2;
}
