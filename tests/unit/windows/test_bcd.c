/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot configuration: which partitions it starts as a Windows. Stores of Windows against what
 * hivexml shows of them, and stores made by libhivex with each field broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help.h"

#define MKBCD_IN_TEST
#include "../../disks/mkbcd.c"

#define GUID_A "ECD43012-88CF-4F80-A8DE-8D3719D0653A"
#define GUID_B "11111111-2222-3333-4444-555555555555"

static struct bytes made(const char *first, const char *second)
{
	char dir[64], out[96], program[] = "mkbcd", one[128] = "", two[128] = "";
	char *argv[] = {program, out, one, second ? two : NULL, NULL};
	struct bytes b = {0};

	temp_make(dir);
	(void)snprintf(out, sizeof(out), "%s/BCD", dir);
	(void)snprintf(one, sizeof(one), "%s", first);
	(void)snprintf(two, sizeof(two), "%s", second ? second : "");
	assert_int_equal(mkbcd_main(second ? 4 : 3, argv), 0);
	FILE *f = fopen(out, "rb");
	b.p = malloc(1 << 16);
	assert_true(f && b.p);
	b.len = fread(b.p, 1, 1 << 16, f);
	(void)fclose(f);
	temp_remove(dir);
	return b;
}

static int read_of(struct bytes *b, struct win_bcd *ret)
{
	struct win_bytes all = {b->p, b->len};
	const struct win_src src = win_src_bytes(&all);

	*ret = (struct win_bcd){0};
	return win_bcd_read(&src, ret, NULL);
}

static bool names(const struct win_bcd *bcd, const char *guid)
{
	char text[RS_GUID_LEN];

	for (size_t i = 0; i < bcd->n; i++) {
		rs_guid_text(bcd->devices[i].partition, text);
		if (!bcd->devices[i].is_mbr && strcmp(text, guid) == 0)
			return true;
	}
	return false;
}

static void test_bcd__stores_of_windows__name_its_partition_only(void **state)
{
	/* osdevice of loader and resume application, as hivexml shows their bytes; neither the EFI
	 * system partition nor that of the recovery environment */
	static const struct {
		const char *file, *is, *esp, *recovery;
		size_t n_windows;
	} rows[] = {
		{"registry/BCD-winefi-uefi", "ECD43012-88CF-4F80-A8DE-8D3719D0653A",
			"236538DD-1103-424B-80EF-C54841D0A445",
			"FB3FD5C6-AF83-4C23-9D60-772453D0623D", 2},
		{"registry/BCD-regipy-uefi", "8E0F2C38-E4EA-47BA-B7FC-9D8C74DCCF0B",
			"36BE3955-63BF-4068-A6AB-00195CCA3A22",
			"6CDFCD69-DE75-4890-8F99-5A84BF264917", 2},
	};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_bytes struct bytes b = {0};
		struct win_bcd bcd;
		if (!fixture_load(rows[i].file, &b))
			continue;
		n++;
		assert_int_equal(read_of(&b, &bcd), 0);
		assert_int_equal(bcd.n_windows, rows[i].n_windows);
		assert_true(names(&bcd, rows[i].is));
		assert_false(names(&bcd, rows[i].esp) || names(&bcd, rows[i].recovery));
		assert_false(bcd.is_unclear);
	}
	if (!n)
		skip();
}

static void test_bcd__store_of_a_bios__names_offset_and_signature(void **state)
{
	auto_bytes struct bytes b = {0};
	struct win_bcd bcd;

	(void)state;
	if (!fixture_load("registry/BCD-windeploy-bios-mbr", &b))
		skip();
	assert_int_equal(read_of(&b, &bcd), 0);
	assert_int_equal(bcd.n_windows, 2);
	assert_false(bcd.is_unclear); /* the loader's is "boot" */
	assert_int_equal(bcd.n, 1);
	assert_true(bcd.devices[0].is_mbr);
	assert_int_equal(bcd.devices[0].off_bytes, 0x100000);
	assert_int_equal(bcd.devices[0].disk_id, 0xddba6bbb);
}

static void test_bcd__recovery_store__starts_no_windows(void **state)
{
	auto_bytes struct bytes b = {0};
	struct win_bcd bcd;

	(void)state;
	if (!fixture_load("registry/BCD-winefi-recovery-store", &b))
		skip();
	assert_int_equal(read_of(&b, &bcd), 0);
	assert_int_equal(bcd.n + bcd.n_windows, 0);
	assert_false(bcd.is_unclear);
}

static void test_bcd__made_entries__are_named_by_kind(void **state)
{
	auto_bytes struct bytes b = made("loader=" GUID_A, "winpe=" GUID_B);
	auto_bytes struct bytes c = made("resume=" GUID_A, "memtest=" GUID_B);
	auto_bytes struct bytes d = made("loader=1234abcd:7e00000", NULL);
	struct win_bcd bcd;

	(void)state;
	assert_int_equal(read_of(&b, &bcd), 0);
	assert_true(names(&bcd, GUID_A) && !names(&bcd, GUID_B) && bcd.n_windows == 1);
	assert_int_equal(read_of(&c, &bcd), 0);
	assert_true(names(&bcd, GUID_A) && !names(&bcd, GUID_B) && bcd.n_windows == 1);
	assert_int_equal(read_of(&d, &bcd), 0);
	assert_true(bcd.n == 2 && bcd.devices[1].is_mbr);
	assert_int_equal(bcd.devices[1].off_bytes, 0x7e00000);
	assert_int_equal(bcd.devices[1].disk_id, 0x1234abcd);
}

static void test_bcd__devices_of_another_kind__are_unclear(void **state)
{
	static const char *const unclear[] = {"loader=locate", "loader=none"};
	struct win_bcd bcd;

	(void)state;
	for (size_t i = 0; i < sizeof(unclear) / sizeof(unclear[0]); i++) {
		auto_bytes struct bytes b = made(unclear[i], NULL);
		assert_int_equal(read_of(&b, &bcd), 0);
		assert_true(bcd.is_unclear && bcd.n == 0);
	}
	auto_bytes struct bytes b = made("loader=boot", NULL);
	assert_int_equal(read_of(&b, &bcd), 0);
	assert_false(bcd.is_unclear || bcd.n);
}

static void test_bcd__hive_without_objects__is_none(void **state)
{
	struct mk m;
	struct win_bcd bcd;

	(void)state;
	mk_new(&m, 4096);
	assert_int_equal(read_of(&m.b, &bcd), RS_E_HIVE);
	bytes_done(&m.b);
}

/* The size of the partition in the element, and each of the element's lengths. */
static void test_bcd__fields_out_of_range__are_unclear(void **state)
{
	auto_bytes struct bytes b = made("loader=" GUID_A, NULL);
	static const struct {
		size_t off;
		uint32_t value;
	} rows[] = {{16, 7}, {24, 0x47}, {24, 0x49}, {24, 0xffffffff}, {52, 2}, {52, 0xffffffff}};
	uint8_t guid[16];
	struct win_bcd bcd;

	(void)state;
	assert_true(rs_guid_parse(GUID_A, guid));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned found = 0;
		uint8_t *copy = malloc(b.len);
		assert_non_null(copy);
		memcpy(copy, b.p, b.len);
		for (size_t at = 32; at + 56 <= b.len; at++) {
			if (memcmp(copy + at, guid, sizeof(guid)) != 0)
				continue;
			found++;
			rs_put_le32(copy + at - 32 + rows[i].off, rows[i].value);
		}
		struct bytes broken = {.p = copy, .len = b.len};
		assert_int_equal(found, 2);
		assert_int_equal(read_of(&broken, &bcd), 0);
		assert_true(bcd.is_unclear && bcd.n == 0);
		free(copy);
	}
}

static void test_bcd__cut_at_every_byte__is_an_error_or_names_nothing_else(void **state)
{
	auto_bytes struct bytes b = made("loader=" GUID_A, "resume=" GUID_A);
	size_t whole = b.len;

	(void)state;
	for (size_t len = 0; len < whole; len++) {
		struct win_bcd bcd;
		uint8_t *copy = malloc(len ? len : 1); /* so that a byte too many is noticed */
		assert_non_null(copy);
		memcpy(copy, b.p, len);
		struct bytes cut = {.p = copy, .len = len};
		if (read_of(&cut, &bcd) == 0)
			for (size_t i = 0; i < bcd.n; i++)
				assert_true(!bcd.devices[i].is_mbr && names(&bcd, GUID_A));
		free(copy);
	}
}

/* ---- entry by entry ---- */

static int loaders_of(struct bytes *b, struct win_loader **ret, size_t *ret_n)
{
	struct win_bytes all = {b->p, b->len};
	const struct win_src src = win_src_bytes(&all);

	return win_bcd_loaders(&src, NULL, NULL, ret, ret_n, NULL);
}

static void test_bcd_loaders__stores_of_windows__are_as_hivexml_shows_them(void **state)
{
	static const struct {
		const char *file, *object, *description, *partition;
		bool is_default;
	} rows[] = {
		{"registry/BCD-winefi-uefi", "{347518e1-f3cc-11ea-911e-c7eaa7d84b6c}", "Windows 10",
			"ECD43012-88CF-4F80-A8DE-8D3719D0653A", true},
		{"registry/BCD-regipy-uefi", "{733b62e5-f608-11eb-825c-c112f60133ab}", "Windows 10",
			"8E0F2C38-E4EA-47BA-B7FC-9D8C74DCCF0B", true},
	};
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		auto_bytes struct bytes b = {0};
		auto_free struct win_loader *l = NULL;
		char text[RS_GUID_LEN];
		size_t n = 0;
		if (!fixture_load(rows[i].file, &b))
			continue;
		seen++;
		assert_int_equal(loaders_of(&b, &l, &n), 0);
		assert_int_equal(n, 1);
		assert_string_equal(l[0].object, rows[i].object);
		assert_string_equal(l[0].description, rows[i].description);
		assert_int_equal(l[0].is_default, rows[i].is_default);
		assert_true(l[0].has_device && !l[0].is_here);
		assert_false(l[0].has_safeboot || l[0].has_shell);
		rs_guid_text(l[0].device.partition, text);
		assert_string_equal(text, rows[i].partition);
	}
	if (!seen)
		skip();
}

static void test_bcd_loaders__made_entries__say_how_they_start(void **state)
{
	auto_bytes struct bytes b = made("loader=" GUID_A ",default,name=Windows A",
		"loader=" GUID_B ",safeboot=1,name=Windows B");
	auto_bytes struct bytes c = made("winpe=" GUID_A, "resume=" GUID_B ",safeboot=0");
	auto_bytes struct bytes d = made("loader=boot,safeboot=2", "loader=none");
	auto_free struct win_loader *l = NULL, *none = NULL, *here = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(loaders_of(&b, &l, &n), 0);
	assert_int_equal(n, 2);
	assert_true(l[0].is_default && !l[1].is_default);
	assert_string_equal(l[1].description, "Windows B");
	assert_false(l[0].has_safeboot);
	assert_true(l[1].has_safeboot && l[1].safeboot == 1);
	assert_int_equal(loaders_of(&c, &none, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(loaders_of(&d, &here, &n), 0);
	assert_int_equal(n, 2);
	assert_true(here[0].is_here && !here[0].has_device && here[0].safeboot == 2);
	assert_false(here[1].is_here || here[1].has_device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bcd__stores_of_windows__name_its_partition_only),
		cmocka_unit_test(test_bcd__store_of_a_bios__names_offset_and_signature),
		cmocka_unit_test(test_bcd__recovery_store__starts_no_windows),
		cmocka_unit_test(test_bcd__made_entries__are_named_by_kind),
		cmocka_unit_test(test_bcd_loaders__stores_of_windows__are_as_hivexml_shows_them),
		cmocka_unit_test(test_bcd_loaders__made_entries__say_how_they_start),
		cmocka_unit_test(test_bcd__devices_of_another_kind__are_unclear),
		cmocka_unit_test(test_bcd__hive_without_objects__is_none),
		cmocka_unit_test(test_bcd__fields_out_of_range__are_unclear),
		cmocka_unit_test(test_bcd__cut_at_every_byte__is_an_error_or_names_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
