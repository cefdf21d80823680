/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/bytes.h"
#include "format/guid.h"
#include "format/parttype.h"

/* uuid.UUID(bytes_le=bytes(range(16))) */
static const char guid_text[] = "03020100-0504-0706-0809-0A0B0C0D0E0F";

static void test_guid__known__both_ways(void **state)
{
	(void)state;
	uint8_t guid[16], back[16];
	char text[RS_GUID_LEN];
	for (int i = 0; i < 16; i++)
		guid[i] = (uint8_t)i;
	rs_guid_text(guid, text);
	assert_string_equal(text, guid_text);
	assert_true(rs_guid_parse(guid_text, back));
	assert_memory_equal(back, guid, 16);
	assert_true(rs_guid_parse("{03020100-0504-0706-0809-0a0b0c0d0e0f}", back));
	assert_memory_equal(back, guid, 16);
}

static void test_guid_parse__malformed__is_refused(void **state)
{
	(void)state;
	const char *const bad[] = {"", "{", "{}", "03020100-0504-0706-0809-0A0B0C0D0E0",
		"03020100-0504-0706-0809-0A0B0C0D0E0F0", "{03020100-0504-0706-0809-0A0B0C0D0E0F",
		"03020100-0504-0706-0809-0A0B0C0D0E0F}", "03020100+0504-0706-0809-0A0B0C0D0E0F",
		"0302010005040706080 90A0B0C0D0E0F", "G3020100-0504-0706-0809-0A0B0C0D0E0F",
		"+3020100-0504-0706-0809-0A0B0C0D0E0F", " 3020100-0504-0706-0809-0A0B0C0D0E0F",
		"03020100-0504-0706-0809"};
	uint8_t out[16];
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(rs_guid_parse(bad[i], out));
}

static void test_guid_lower__type_of_an_efi_system_partition__is_known(void **state)
{
	/* UEFI specification, table 5.7 */
	static const uint8_t esp[] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b,
		0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	char text[RS_GUID_LEN];

	(void)state;
	rs_guid_lower(esp, text);
	assert_string_equal(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	assert_string_equal(gpt_type_name(text), "EFI system");
	assert_true(part_type_is_esp(text) && part_type_is_esp("0xef"));
	assert_false(part_type_is_esp("0x07") || part_type_is_windows(text));
	assert_true(part_type_is_windows("0x07") && part_type_is_windows("0x27"));
	assert_false(part_type_is_windows(""));
}

/* the check value of the catalogue of CRC algorithms, CRC-32/ISO-HDLC */
static void test_crc32__check_value__is_that_of_the_catalogue(void **state)
{
	(void)state;
	assert_int_equal(rs_crc32((const uint8_t *)"123456789", 9), 0xCBF43926);
	assert_int_equal(rs_crc32(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guid__known__both_ways),
		cmocka_unit_test(test_guid_parse__malformed__is_refused),
		cmocka_unit_test(test_guid_lower__type_of_an_efi_system_partition__is_known),
		cmocka_unit_test(test_crc32__check_value__is_that_of_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
