/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Ventoy leaves, by its document; Ventoy itself was not run. Cut, damaged and foreign bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/bytes.h"
#include "format/ventoy.h"

static uint8_t left[VENTOY_BYTES];

static void set_sum(void)
{
	uint8_t sum = 0;

	left[16] = 0;
	for (size_t i = 0; i < sizeof(left); i++)
		sum = (uint8_t)(sum + left[i]);
	left[16] = (uint8_t)(0x100 - sum);
}

static int make(void **state)
{
	(void)state;
	memset(left, 0, sizeof(left));
	memcpy(left, "\x20\x20\x77\x77\x77\x2e\x76\x65\x6e\x74\x6f\x79\x2e\x6e\x65\x74", 16);
	for (uint8_t i = 0; i < 16; i++)
		left[17 + i] = (uint8_t)(0xa0 + i);
	rs_put_le64(left + 33, 31457280000);
	rs_put_le16(left + 41, 1);
	rs_put_le16(left + 43, VENTOY_NTFS);
	memcpy(left + 45, "/iso/unbrick.iso", 16);
	set_sum();
	return 0;
}

static void test_ventoy_parse__as_documented__names_disk_and_partition(void **state)
{
	struct ventoy v;

	(void)state;
	assert_true(ventoy_parse(left, sizeof(left), &v));
	assert_int_equal(v.guid[0], 0xa0);
	assert_int_equal(v.guid[15], 0xaf);
	assert_true(v.disk_bytes == 31457280000);
	assert_int_equal(v.partition, 1);
	assert_int_equal(v.file_system, VENTOY_NTFS);
	assert_string_equal(v.path, "/iso/unbrick.iso");
}

static void test_ventoy_parse__cut_or_one_byte_changed__is_none(void **state)
{
	struct ventoy v;

	(void)state;
	for (size_t n = 0; n < sizeof(left); n++) {
		assert_false(ventoy_parse(left, n, &v));
		left[n] ^= 1;
		assert_false(ventoy_parse(left, sizeof(left), &v));
		left[n] ^= 1;
	}
	left[0] = '!';
	set_sum();
	assert_false(ventoy_parse(left, sizeof(left), &v));
}

static void test_ventoy_parse__no_disk_or_partition__is_none(void **state)
{
	struct ventoy v;

	(void)state;
	memset(&v, 0xff, sizeof(v));
	rs_put_le16(left + 41, 0);
	set_sum();
	assert_false(ventoy_parse(left, sizeof(left), &v));
	rs_put_le16(left + 41, 129);
	set_sum();
	assert_false(ventoy_parse(left, sizeof(left), &v));
	rs_put_le16(left + 41, 1);
	memset(left + 17, 0, 16); /* as in the first sector of any other disk */
	set_sum();
	assert_false(ventoy_parse(left, sizeof(left), &v));
	assert_int_equal(v.partition, 0);
}

static void test_ventoy_parse__hostile_path__plain_and_cut(void **state)
{
	struct ventoy v;

	(void)state;
	memset(left + 45, 'x', 384);
	memcpy(left + 45, "\033[2J\r\n\xc3\xa4", 8);
	set_sum();
	assert_true(ventoy_parse(left, sizeof(left), &v));
	assert_int_equal(strlen(v.path), VENTOY_PATH_MAX - 1);
	assert_memory_equal(v.path, "?[2J????x", 9);
}

#define ventoy_test(f) cmocka_unit_test_setup(f, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ventoy_test(test_ventoy_parse__as_documented__names_disk_and_partition),
		ventoy_test(test_ventoy_parse__cut_or_one_byte_changed__is_none),
		ventoy_test(test_ventoy_parse__no_disk_or_partition__is_none),
		ventoy_test(test_ventoy_parse__hostile_path__plain_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
