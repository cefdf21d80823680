/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hive reader on real hives, against libhivex and the counts that other tools gave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help.h"

static void load_or_skip(const char *name, struct bytes *ret)
{
	if (!fixture_load(name, ret))
		skip();
}

static void same_as_hivex(const char *fixture, struct tree_count *ret)
{
	auto_bytes struct bytes b = {0};
	auto_hive struct win_hive *h = NULL;
	char dir[64];

	load_or_skip(fixture, &b);
	temp_make(dir);
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	tree_compare(h, store(dir, "hive", &b), ret);
	temp_remove(dir);
	assert_int_equal(ret->differences, 0);
	assert_int_equal(ret->errors, 0);
}

static void test_hive__windows_10__equals_libhivex(void **state)
{
	struct tree_count n;

	(void)state;
	same_as_hivex("registry/regipy-SYSTEM_WIN_10_1709.xz", &n);
	assert_true(n.keys > 40000 && n.values > 90000);
}

static void test_hive__windows_7__equals_libhivex(void **state)
{
	struct tree_count n;

	(void)state;
	same_as_hivex("registry/regipy-SYSTEM.xz", &n);
}

static void test_hive__version_1_3__equals_libhivex(void **state)
{
	struct tree_count n;

	(void)state;
	same_as_hivex("registry/regipy-ntuser_software_partial.xz", &n);
}

static void test_hive__boot_stores__equal_libhivex(void **state)
{
	static const char *const names[] = {"registry/BCD-regipy-uefi", "registry/BCD-winefi-uefi",
		"registry/BCD-winefi-recovery-store", "registry/BCD-windeploy-bios-mbr"};
	struct tree_count n;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		same_as_hivex(names[i], &n);
}

/* ---- known facts ---- */

struct services {
	struct win_hive *h;
	unsigned n, drivers, by_start[5];
};

static bool count_service(void *user, const char *name, win_key sub)
{
	struct services *s = user;
	uint64_t type = 0;
	uint64_t start = 0;

	(void)name;
	s->n++;
	(void)win_hive_number(s->h, sub, "Type", &type, NULL);
	if (type != 1 && type != 2 && type != 8)
		return true;
	s->drivers++;
	if (win_hive_number(s->h, sub, "Start", &start, NULL) == 0 && start < 5)
		s->by_start[start]++;
	return true;
}

struct facts {
	const char *fixture, *host;
	unsigned services, drivers, by_start[5];
	bool is_dirty;
};

/* the README of the fixtures: hivexsh and python3-hivex */
static const struct facts known[] = {
	{"registry/regipy-SYSTEM_WIN_10_1709.xz", "DESKTOP-2KGM189", 737, 392, {93, 29, 16, 248, 6},
		true},
	{"registry/regipy-SYSTEM_B.xz", "DESKTOP-PM6C56D", 655, 356, {86, 25, 12, 228, 5}, true},
	{"registry/regipy-SYSTEM.xz", "WKS-WIN732BITA", 467, 256, {36, 28, 8, 180, 4}, false},
};

static void check_facts(const struct facts *f)
{
	auto_bytes struct bytes b = {0};
	auto_hive struct win_hive *h = NULL;
	char host[64];
	win_key key;

	load_or_skip(f->fixture, &b);
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	assert_int_equal(win_hive_is_dirty(h), f->is_dirty);
	const char *name = "\\controlset001\\CONTROL\\ComputerName\\COMPUTERNAME";
	assert_int_equal(win_hive_key(h, win_hive_root(h), name, &key, NULL), 0);
	assert_int_equal(win_hive_text(h, key, "computername", host, sizeof(host), NULL), 0);
	assert_string_equal(host, f->host);
	struct services s = {.h = h};
	assert_int_equal(
		win_hive_key(h, win_hive_root(h), "ControlSet001\\Services", &key, NULL), 0);
	assert_int_equal(win_hive_each_key(h, key, count_service, &s, NULL), 0);
	assert_int_equal(s.n, f->services);
	assert_int_equal(s.drivers, f->drivers);
	assert_memory_equal(s.by_start, f->by_start, sizeof(s.by_start));
}

static void test_hive__system_hives__have_the_known_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		check_facts(&known[i]);
}

/* ---- damaged ones ---- */

/* Zeros from there on, or none of it: what is no bin, and where. */
static void bins_are(
	struct bytes *b, uint64_t zero_from, uint64_t zero_bytes, uint64_t first, uint64_t bad)
{
	auto_hive struct win_hive *h = NULL;
	uint64_t at = 1, bytes = 1;

	if (zero_bytes)
		memset(b->p + zero_from, 0, zero_bytes);
	struct win_src src = bytes_src(b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	assert_int_equal(win_hive_bins(h, NULL, &at, &bytes, NULL), 0);
	assert_int_equal(at, first);
	assert_int_equal(bytes, bad);
}

static void test_hive_bins__real_hives__whole_until_some_are_zeros(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		auto_bytes struct bytes b = {0};
		load_or_skip(known[i].fixture, &b);
		bins_are(&b, 0, 0, 0, 0);
		uint64_t end = 4096 + (uint64_t)rs_le32(b.p + 40);
		/* a bin's own size says how far it goes: find one that begins behind 1 MiB */
		uint64_t at = 4096;
		while (at < 1U << 20)
			at += rs_le32(b.p + at + 8);
		bins_are(&b, at, end - at, at, end - at);
	}
}

static void test_hive_bins__wrong_offset_or_size__is_none(void **state)
{
	static const struct {
		unsigned at;
		uint32_t value;
	} wrong[] = {{0, 0}, {4, 4096}, {8, 0}, {8, 4095}, {8, 0x7FFFF000}};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		auto_bytes struct bytes b = {0};
		load_or_skip("registry/regipy-SYSTEM.xz", &b);
		uint32_t last = 0, bytes = rs_le32(b.p + 40);
		for (uint32_t off = 0; off < bytes; off += rs_le32(b.p + 4096 + off + 8))
			last = off; /* behind it nothing is misread */
		rs_put_le32(b.p + 4096 + last + wrong[i].at, wrong[i].value);
		bins_are(&b, 0, 0, 4096 + last, bytes - last);
	}
}

static void test_hive__damaged_fixtures__end_in_an_error_or_are_read_in_part(void **state)
{
	static const char *const names[] = {"registry/regipy-corrupted_system_hive.xz",
		"registry/yarp-BadListHive.xz", "registry/yarp-BadSubkeyHive.xz",
		"registry/yarp-TruncatedHive.xz"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		auto_bytes struct bytes b = {0};
		auto_hive struct win_hive *h = NULL;
		struct rs_err err = {0};
		load_or_skip(names[i], &b);
		struct win_src src = bytes_src(&b);
		int r = win_hive_open(&src, NULL, NULL, &h, &err);
		if (r < 0) {
			assert_int_equal(r, RS_E_HIVE);
			assert_true(err.detail[0]);
			continue;
		}
		struct tree_count n;
		tree_compare(h, NULL, &n);
		assert_true(n.errors > 0 && n.keys < 5000);
	}
}

static void test_hive__truncated_fixture__is_read_up_to_there(void **state)
{
	auto_bytes struct bytes b = {0};
	auto_hive struct win_hive *h = NULL;

	(void)state;
	load_or_skip("registry/yarp-TruncatedHive.xz", &b);
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	struct tree_count n;
	tree_compare(h, NULL, &n);
	assert_int_equal(n.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hive__windows_10__equals_libhivex),
		cmocka_unit_test(test_hive__windows_7__equals_libhivex),
		cmocka_unit_test(test_hive__version_1_3__equals_libhivex),
		cmocka_unit_test(test_hive__boot_stores__equal_libhivex),
		cmocka_unit_test(test_hive__system_hives__have_the_known_services),
		cmocka_unit_test(test_hive_bins__real_hives__whole_until_some_are_zeros),
		cmocka_unit_test(test_hive_bins__wrong_offset_or_size__is_none),
		cmocka_unit_test(test_hive__damaged_fixtures__end_in_an_error_or_are_read_in_part),
		cmocka_unit_test(test_hive__truncated_fixture__is_read_up_to_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
