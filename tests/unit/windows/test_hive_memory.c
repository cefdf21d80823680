/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SOFTWARE hive of 150 MB must not cost memory: looked up here in a sparse file of that size. Its
 * own program, since the peak of a process covers all that it did before. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "help.h"

#define HIVE_MB	 150U
#define N_KEYS	 2000U
#define STEP	 ((HIVE_MB << 20) / N_KEYS / 8 * 8) /* the keys lie as far apart as they can */
#define PEAK_KIB 4096

static int fd_read(void *user, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	if (pread(*(int *)user, buf, len, (off_t)off_bytes) != (ssize_t)len)
		return rs_fail(err, RS_E_IO_READ, "test");
	return 0;
}

static void put(int fd, uint32_t off, const void *p, size_t len)
{
	assert_true(pwrite(fd, p, len, HIVE_BASE_BYTES + (off_t)off) == (ssize_t)len);
}

/* The cells of a small hive, spread over a large one. */
static void spread(int fd)
{
	struct mk m;
	uint32_t offs[N_KEYS];

	mk_new(&m, 65536);
	for (uint32_t i = 0; i < N_KEYS; i++)
		offs[i] = (0x10000 + i * (STEP - 64)) / 8 * 8;
	uint32_t list = mk_list(&m, "lh", offs, N_KEYS);
	mk_set_keys(&m, MK_ROOT, list, N_KEYS);
	rs_put_le32(m.b.p + 40, HIVE_MB << 20);
	mk_sum(m.b.p);
	assert_true(ftruncate(fd, HIVE_BASE_BYTES + ((off_t)HIVE_MB << 20)) == 0);
	assert_true(pwrite(fd, m.b.p, m.b.len, 0) == (ssize_t)m.b.len);
	for (uint32_t i = 0; i < N_KEYS; i++) {
		char name[16];
		struct mk one;
		mk_new(&one, 4096);
		(void)snprintf(name, sizeof(name), "Key%u", i);
		uint32_t key = mk_key(&one, MK_ROOT, name);
		put(fd, offs[i], mk_at(&one, key) - 4, 4 + 76 + 16);
		bytes_done(&one.b);
	}
	bytes_done(&m.b);
}

static long peak_kib(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void test_hive__of_150_mb__costs_no_memory(void **state)
{
	char path[] = "/tmp/unbrick-hive-XXXXXX";
	auto_hive struct win_hive *h = NULL;
	auto_close int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)unlink(path);
	spread(fd);
	struct win_src src = {fd_read, &fd, HIVE_BASE_BYTES + ((uint64_t)HIVE_MB << 20)};
	long before = peak_kib();
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	for (uint32_t i = 0; i < N_KEYS; i += 99) {
		char name[16];
		win_key key;
		(void)snprintf(name, sizeof(name), "KEY%u", i);
		assert_int_equal(win_hive_key(h, win_hive_root(h), name, &key, NULL), 0);
	}
	(void)printf("peak memory: %ld KiB more than before\n", peak_kib() - before);
	assert_true(peak_kib() - before < PEAK_KIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hive__of_150_mb__costs_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
