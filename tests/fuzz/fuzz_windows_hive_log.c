/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log over a small dirty hive. Hashes are put right first (at each place where an entry stands),
 * or nothing behind them would ever be reached. Seeds: .LOG1 and .LOG2 files of up to some 100 KiB.
 */
#include <stdio.h>
#include <string.h>

#include "windows/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

struct data {
	uint8_t *p;
	size_t len;
};

static int data_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct data *d = user;

	if (off_bytes > d->len || d->len - off_bytes < len)
		__builtin_trap();
	(void)err;
	memcpy(buf, d->p + off_bytes, len);
	return 0;
}

static void sum_right(uint8_t *base)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(base + i);
	rs_put_le32(base + 508, sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum);
}

static void hashes_right(uint8_t *log, size_t len)
{
	sum_right(log);
	for (size_t at = 512; at + 40 <= len && memcmp(log + at, "HvLE", 4) == 0;) {
		struct hive_marvin m;
		uint8_t *e = log + at;
		uint32_t size = rs_le32(e + 4);
		if (size < 40 || size > len - at)
			size = 40;
		m = hive_marvin_seed;
		hive_marvin_words(&m, e + 40, size - 40);
		rs_put_le64(e + 24, hive_marvin_done(&m));
		m = hive_marvin_seed;
		hive_marvin_words(&m, e, 32);
		rs_put_le64(e + 32, hive_marvin_done(&m));
		at += size;
	}
}

static bool key(void *user, const char *name, win_key sub)
{
	(void)name;
	(void)sub;
	return ++*(unsigned *)user < 100;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t hive[8192] = "regf";
	struct data primary = {hive, sizeof(hive)};
	struct data log = {malloc(len ? len : 1), len};
	struct win_hive *h;
	struct rs_err err;
	unsigned n = 0;

	if (!log.p || len < 512) {
		free(log.p);
		return 0;
	}
	memcpy(log.p, p, len);
	hashes_right(log.p, len);
	rs_put_le32(hive + 4, 3); /* dirty; before any number of the seeds */
	rs_put_le32(hive + 8, 2);
	rs_put_le32(hive + 20, 1);
	rs_put_le32(hive + 24, 5);
	rs_put_le32(hive + 36, 32);
	rs_put_le32(hive + 40, 4096);
	sum_right(hive);
	struct win_src src = {data_read, &primary, primary.len};
	struct win_src log_src = {data_read, &log, log.len};
	if (win_hive_open(&src, &log_src, NULL, &h, &err) == 0) {
		(void)win_hive_each_key(h, win_hive_root(h), key, &n, &err);
		win_hive_close(h);
	}
	free(log.p);
	return 0;
}
