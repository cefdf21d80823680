/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs: real ones, one made here, each field of it broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help_vol.h"

static void made(uint8_t p[PE_BYTES])
{
	pe_made(p, 0xAA64, (const uint16_t[]){10, 0, 22621, 3880});
}

static int read_of(uint8_t *p, size_t len, struct win_pe *ret)
{
	struct bytes b = {p, len, 0, 0};
	struct win_src src = bytes_src(&b);

	return win_pe_read(&src, ret, NULL);
}

static void test_pe__made_one__has_its_version(void **state)
{
	uint8_t p[PE_BYTES];
	struct win_pe pe;

	(void)state;
	made(p);
	assert_int_equal(read_of(p, sizeof(p), &pe), 0);
	assert_true(pe.is_pe && pe.has_version);
	assert_int_equal(pe.machine, 0xAA64);
	assert_memory_equal(pe.version, ((uint16_t[]){10, 0, 22621, 3880}), 8);
}

static void test_pe__memtest_mui__is_x86_with_a_version(void **state)
{
	auto_bytes struct bytes b = {0};
	struct win_pe pe;

	(void)state;
	if (!fixture_load("pe/memtest.efi.mui", &b))
		skip();
	assert_int_equal(read_of(b.p, b.len, &pe), 0);
	assert_true(pe.is_pe && pe.has_version);
	assert_int_equal(pe.machine, 0x14C);
	assert_memory_equal(pe.version, ((uint16_t[]){10, 0, 19041, 1}), 8);
}

static void test_pe__driver_without_resources__has_no_version(void **state)
{
	auto_bytes struct bytes b = {0};
	struct win_pe pe;

	(void)state;
	if (!fixture_load("pe/rizin-driver-x86-1k.sys", &b))
		skip();
	assert_int_equal(read_of(b.p, b.len, &pe), 0);
	assert_true(pe.is_pe && !pe.has_version);
	assert_int_equal(pe.machine, 0x14C);
}

static void test_pe__zeros_and_content_files__are_none(void **state)
{
	uint8_t p[4096] = {0};
	struct win_pe pe;

	(void)state;
	for (size_t len = 0; len <= sizeof(p); len += 512) {
		assert_int_equal(read_of(p, len, &pe), 0);
		assert_false(pe.is_pe);
	}
	memset(p, 0xAA, sizeof(p));
	assert_int_equal(read_of(p, sizeof(p), &pe), 0);
	assert_false(pe.is_pe);
	memcpy(p, "MZ", 2); /* e_lfanew 0xAAAAAAAA */
	assert_int_equal(read_of(p, sizeof(p), &pe), 0);
	assert_false(pe.is_pe);
}

static void test_pe__truncated_at_any_byte__ends(void **state)
{
	uint8_t p[PE_BYTES];
	struct win_pe pe;

	(void)state;
	made(p);
	for (size_t len = 0; len < INFO + 56; len++) {
		assert_int_equal(read_of(p, len, &pe), 0);
		assert_false(pe.has_version);
		assert_int_equal(pe.is_pe, len >= PE_AT + 24);
	}
}

static void test_pe__any_field_with_any_extreme__ends(void **state)
{
	static const uint32_t extremes[] = {0, 1, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000,
		0x80000001, 0x80000020, 0xFFFFFFF0, 0xFFFFFFFF};
	uint8_t p[PE_BYTES];
	struct win_pe pe;

	(void)state;
	for (size_t at = 0; at + 4 <= PE_BYTES; at++) {
		for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
			made(p);
			rs_put_le32(p + at, extremes[i]);
			assert_int_equal(read_of(p, sizeof(p), &pe), 0);
		}
	}
}

static void test_pe__folders_in_a_circle__end_without_version(void **state)
{
	uint8_t p[PE_BYTES];
	struct win_pe pe;

	(void)state;
	made(p);
	rs_put_le32(p + TYPES + 20, 0x80000000U); /* itself */
	assert_int_equal(read_of(p, sizeof(p), &pe), 0);
	assert_true(pe.is_pe && !pe.has_version);
}

static void test_pe__any_read_that_fails__is_a_read_error(void **state)
{
	uint8_t p[PE_BYTES];

	(void)state;
	made(p);
	struct bytes b = {p, sizeof(p), 0, 0};
	struct win_src src = bytes_src(&b);
	struct win_pe pe;
	assert_int_equal(win_pe_read(&src, &pe, NULL), 0);
	unsigned n = b.reads;
	for (b.fail_at = 1; b.fail_at <= n; b.fail_at++) {
		b.reads = 0;
		assert_int_equal(win_pe_read(&src, &pe, NULL), RS_E_IO_READ);
		assert_false(pe.is_pe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pe__made_one__has_its_version),
		cmocka_unit_test(test_pe__memtest_mui__is_x86_with_a_version),
		cmocka_unit_test(test_pe__driver_without_resources__has_no_version),
		cmocka_unit_test(test_pe__zeros_and_content_files__are_none),
		cmocka_unit_test(test_pe__truncated_at_any_byte__ends),
		cmocka_unit_test(test_pe__any_field_with_any_extreme__ends),
		cmocka_unit_test(test_pe__folders_in_a_circle__end_without_version),
		cmocka_unit_test(test_pe__any_read_that_fails__is_a_read_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
