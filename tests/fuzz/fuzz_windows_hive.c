/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hive: open and walk all of it. Seeds: any hive, best the small ones (boot stores, mkhive). The
 * checksum is put right first, or nothing behind it would ever be reached. */
#include <stdio.h>
#include <string.h>

#include "windows/windows.h"

enum { MAX_STEPS = 2000 };

struct data {
	const uint8_t *p;
	size_t len;
	uint8_t base[512];
	struct win_hive *h;
	unsigned steps;
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len);

static int data_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	const struct data *d = user;

	if (off_bytes > d->len || d->len - off_bytes < len)
		return rs_fail(err, RS_E_BUG, "read outside the file");
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = off_bytes + i < sizeof(d->base) ? d->base[off_bytes + i]
								      : d->p[off_bytes + i];
	return 0;
}

static bool value(void *user, const char *name, uint32_t type, uint32_t len)
{
	struct data *d = user;

	(void)type;
	(void)len;
	(void)strlen(name);
	return ++d->steps < MAX_STEPS;
}

static bool key(void *user, const char *name, win_key sub)
{
	struct data *d = user;
	struct rs_err err;
	auto_value struct win_value v = {0};
	auto_list struct win_list list = {0};
	win_key again;

	if (++d->steps >= MAX_STEPS)
		return false;
	if (win_hive_key(d->h, win_hive_root(d->h), name, &again, &err) == RS_E_BUG)
		__builtin_trap();
	(void)win_hive_each_value(d->h, sub, value, d, &err);
	(void)win_hive_value(d->h, sub, "Element", &v, &err);
	(void)win_hive_list(d->h, sub, "", &list, &err);
	if (win_hive_each_key(d->h, sub, key, d, &err) == RS_E_BUG)
		__builtin_trap();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct data d = {.p = p, .len = len};
	struct win_src src = {data_read, &d, len};
	struct rs_err err;
	uint32_t sum = 0;

	if (len < sizeof(d.base))
		return 0;
	memcpy(d.base, p, sizeof(d.base));
	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(d.base + i);
	rs_put_le32(d.base + 508, sum == 0 ? 1 : sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum);
	if (win_hive_open(&src, NULL, NULL, &d.h, &err) < 0)
		return 0;
	uint64_t first, bad;
	if (win_hive_bins(d.h, NULL, &first, &bad, &err) < 0 || bad > len + (1U << 31) ||
		(first != 0) != (bad != 0))
		__builtin_trap();
	(void)win_hive_each_key(d.h, win_hive_root(d.h), key, &d, &err);
	win_hive_close(d.h);
	return 0;
}
