/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expected values: the Unicode standard (table 3-7, WTF-8), RFC 3339, [MS-DTYP], and Python's
 * datetime and uuid modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"

#define UTF16(literal) ((struct rs_view){(const uint8_t *)(literal), sizeof(literal) - 2})

static void check_utf16(struct rs_view in, const char *expected)
{
	char out[64];
	assert_int_equal(rs_utf16_to_utf8(in, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void test_utf16_to_utf8__each_length__is_encoded(void **state)
{
	(void)state;
	check_utf16(UTF16(u"aZ"), "aZ");
	check_utf16(UTF16(u"\x7F\x80\u07FF"), "\x7F\xC2\x80\xDF\xBF");
	check_utf16(UTF16(u"\u0800\uFFFD"), "\xE0\xA0\x80\xEF\xBF\xBD");
	check_utf16(UTF16(u"\U00010000\U0010FFFF"), "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
	check_utf16(UTF16(u""), "");
}

static void test_utf16_to_utf8__lone_surrogates__are_wtf8(void **state)
{
	(void)state;
	check_utf16((struct rs_view){(const uint8_t *)"\x00\xD8", 2}, "\xED\xA0\x80");
	check_utf16((struct rs_view){(const uint8_t *)"\xFF\xDF", 2}, "\xED\xBF\xBF");
	/* the wrong way round; high, high, low */
	check_utf16((struct rs_view){(const uint8_t *)"\x00\xDC\x00\xD8", 4},
		"\xED\xB0\x80\xED\xA0\x80");
	check_utf16((struct rs_view){(const uint8_t *)"\x00\xD8\x00\xD8\x00\xDC", 6},
		"\xED\xA0\x80\xF0\x90\x80\x80");
	check_utf16((struct rs_view){(const uint8_t *)"\x00\xD8\x41\x00", 4}, "\xED\xA0\x80"
									      "A");
}

static void test_utf16_to_utf8__odd_byte__is_left_out(void **state)
{
	(void)state;
	check_utf16((struct rs_view){(const uint8_t *)"A\0B", 3}, "A");
	check_utf16((struct rs_view){(const uint8_t *)"A", 1}, "");
}

static void test_utf16_to_utf8__small_buffer__is_cut_at_a_character(void **state)
{
	(void)state;
	char out[8];
	for (size_t cap = 1; cap < 8; cap++) {
		memset(out, 'z', sizeof(out));
		size_t n = rs_utf16_to_utf8(UTF16(u"a\u20AC\u20AC"), out, cap);
		size_t fits = cap > 7 ? 7 : cap > 4 ? 4 : cap > 1 ? 1 : 0;
		assert_int_equal(n, fits);
		assert_int_equal(out[n], '\0');
		for (size_t i = n + 1; i < sizeof(out); i++)
			assert_int_equal(out[i], 'z');
	}
	assert_int_equal(rs_utf16_to_utf8(UTF16(u"a"), out, 0), 0);
}

static void test_utf8_to_utf16__every_unit__comes_back(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x10000; c++) {
		uint8_t unit[2] = {(uint8_t)c, (uint8_t)(c >> 8)};
		char utf8[8];
		uint16_t back[2] = {0};
		rs_utf16_to_utf8((struct rs_view){unit, 2}, utf8, sizeof(utf8));
		assert_int_equal(rs_utf8_to_utf16(utf8, back, 2), 1);
		assert_int_equal(back[0], c);
	}
}

static void test_utf8_to_utf16__pairs__come_back(void **state)
{
	(void)state;
	uint16_t out[4];
	assert_int_equal(rs_utf8_to_utf16("\xF0\x9F\x98\x80", out, 4), 2);
	assert_int_equal(out[0], 0xD83D);
	assert_int_equal(out[1], 0xDE00);
	assert_int_equal(rs_utf8_to_utf16("\xF0\x9F\x98\x80", out, 1), -1);
	assert_int_equal(rs_utf8_to_utf16("abcde", out, 4), -1);
	assert_int_equal(rs_utf8_to_utf16("", out, 0), 0);
}

/* Table 3-7 of the Unicode standard: what is not well-formed. */
static const char *const malformed[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41",
	"\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82", "\xE2\x28\xA1", "\xF0\x80\x80\x80",
	"\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
	"\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "a\xFFz"};

static void test_utf8__malformed__is_refused(void **state)
{
	(void)state;
	uint16_t out[16];
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		assert_int_equal(rs_utf8_to_utf16(malformed[i], out, 16), -1);
		assert_false(rs_is_utf8(malformed[i]));
	}
}

static void test_is_utf8__well_formed__yes_but_no_surrogates(void **state)
{
	(void)state;
	assert_true(rs_is_utf8(""));
	assert_true(rs_is_utf8("a\xC2\x80\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
	assert_false(rs_is_utf8("\xED\xA0\x80"));
	assert_false(rs_is_utf8("\xED\xBF\xBF"));
}

static void check_escape(const char *in, const char *expected)
{
	char out[128];
	assert_int_equal(rs_escape(in, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
	/* once escaped is escaped for good */
	assert_int_equal(rs_escape(expected, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void test_escape__harmless__stays(void **state)
{
	(void)state;
	check_escape("", "");
	check_escape("\\Windows\\System32 ~", "\\Windows\\System32 ~");
	check_escape(
		"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
}

static void test_escape__control_characters__are_hex(void **state)
{
	(void)state;
	check_escape("a\nb\r\t", "a\\x0Ab\\x0D\\x09");
	check_escape("\x1B[31m\x7F", "\\x1B[31m\\x7F");
	check_escape("\xC2\x9B"
		     "0m\xC2\x85",
		"\\x9B0m\\x85"); /* C1 controls: CSI, NEL */
	check_escape("\xC2\xA0", "\xC2\xA0");
}

static void test_escape__direction_and_invisible__are_named(void **state)
{
	(void)state;
	check_escape("\xE2\x80\xAEgpj.exe", "\\u202Egpj.exe"); /* right-to-left override */
	check_escape("\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", "\\u200E\\u200F\\u061C");
	check_escape("\xE2\x81\xA6\xE2\x81\xA9", "\\u2066\\u2069");
	check_escape("\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"); /* line, paragraph separator */
	check_escape("\xE2\x80\x8B\xE2\x81\xA0\xEF\xBB\xBF", "\\u200B\\u2060\\uFEFF");
	check_escape("\xEF\xBF\xBE\xEF\xBF\xBF", "\\uFFFE\\uFFFF");
	check_escape("\xE2\x80\x8D", "\xE2\x80\x8D"); /* joiner: in many names rightly */
}

static void test_escape__surrogates_and_bad_bytes__are_named(void **state)
{
	(void)state;
	check_escape("\xED\xA0\x80x", "\\uD800x");
	check_escape("\xFFx\xC3", "\\xFFx\\xC3");
	check_escape("\xE2\x82", "\\xE2\\x82");
}

static void test_escape__small_buffer__is_cut_at_a_whole_escape(void **state)
{
	(void)state;
	char out[16];
	for (size_t cap = 1; cap < 12; cap++) {
		memset(out, 'z', sizeof(out));
		size_t n = rs_escape("a\x1B\xE2\x82\xAC", out, cap);
		size_t fits = cap > 8 ? 8 : cap > 5 ? 5 : cap > 1 ? 1 : 0;
		assert_int_equal(n, fits);
		assert_int_equal(out[n], '\0');
		for (size_t i = cap; i < sizeof(out); i++)
			assert_int_equal(out[i], 'z');
	}
	assert_int_equal(rs_escape("a", out, 0), 0);
}

struct instant {
	uint64_t filetime;
	const char *text;
};

/* (datetime(...) - datetime(1601, 1, 1)) / timedelta(microseconds=1) * 10 */
static const struct instant instants[] = {
	{133658357400000000, "2024-07-19T04:09:00Z"},
	{133658357400000001, "2024-07-19T04:09:00.0000001Z"},
	{133658357401234560, "2024-07-19T04:09:00.123456Z"},
	{133658357405000000, "2024-07-19T04:09:00.5Z"},
	{116444736000000000, "1970-01-01T00:00:00Z"},
	{116444735990000000, "1969-12-31T23:59:59Z"},
	{1, "1601-01-01T00:00:00.0000001Z"},
	{125962560000000000, "2000-02-29T00:00:00Z"},
	{2650467743999999999, "9999-12-31T23:59:59.9999999Z"},
};

static void test_filetime__known_instants__both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
		char text[RS_TIME_LEN];
		uint64_t back = 0;
		rs_filetime_text(instants[i].filetime, text);
		assert_string_equal(text, instants[i].text);
		assert_true(rs_filetime_parse(instants[i].text, &back));
		assert_int_equal(back, instants[i].filetime);
	}
}

static void test_filetime_text__no_time__says_so(void **state)
{
	(void)state;
	char text[RS_TIME_LEN];
	rs_filetime_text(0, text);
	assert_string_equal(text, "never");
	const uint64_t beyond[] = {2650467744000000000, INT64_MAX, 1ULL << 63, UINT64_MAX};
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		rs_filetime_text(beyond[i], text);
		assert_string_equal(text, "invalid");
	}
}

static void test_shell__words__are_what_they_were(void **state)
{
	static const struct {
		const char *name, *word;
	} row[] = {
		{"/dev/sda1", "/dev/sda1"},
		{"", "''"},
		{"my disk.img", "'my disk.img'"},
		{"it's", "'it'\\''s'"},
		{"$HOME`id`;*?", "'$HOME`id`;*?'"},
		{"~root", "'~root'"},
		{"-f", "./-f"},
		{"-f x", "'./-f x'"},
		{"Pl\xC3\xA4ne", "'Pl\xC3\xA4ne'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char *word = rs_shell_new(row[i].name);
		assert_string_equal(word, row[i].word);
		free(word);
	}
}

static void test_filetime_name__any_time__whole_seconds(void **state)
{
	(void)state;
	char name[RS_TIME_LEN];
	rs_filetime_name(133658357400000000, name);
	assert_string_equal(name, "20240719T040900Z");
	rs_filetime_name(133658357401234567, name);
	assert_string_equal(name, "20240719T040900Z");
	rs_filetime_name(0, name);
	assert_string_equal(name, "never");
}

static void test_filetime_parse__malformed__is_refused(void **state)
{
	(void)state;
	const char *const bad[] = {"", "2024", "2024-07-19", "2024-07-19T04:09:00",
		"2024-07-19T04:09:00+00:00", "2024-07-19 04:09:00Z", "2024-07-19T04:09:00z",
		"2024-07-19T04:09:00Zx", "2024-07-19T04:09:00.Z", "2024-07-19T04:09:00.5",
		"2024-13-19T04:09:00Z", "2024-00-19T04:09:00Z", "2024-07-32T04:09:00Z",
		"2024-07-00T04:09:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
		"2024-07-19T24:00:00Z", "2024-07-19T04:60:00Z", "2024-07-19T04:09:60Z",
		"1600-12-31T23:59:59Z", "-024-07-19T04:09:00Z", "2024-7-19T04:09:00Z", "never"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t v = 42;
		assert_false(rs_filetime_parse(bad[i], &v));
		assert_int_equal(v, 42);
	}
}

static void test_filetime_parse__more_decimals_than_there_are__cut(void **state)
{
	(void)state;
	uint64_t v;
	assert_true(rs_filetime_parse("2024-07-19T04:09:00.12345678999999999999Z", &v));
	assert_int_equal(v, 133658357401234567);
}

static void test_filetime_now__today__is_after_this_was_written(void **state)
{
	(void)state;
	assert_true(rs_filetime_now() > 133658357400000000);
}

static void test_hex__bytes__lower_case(void **state)
{
	(void)state;
	char out[7];
	rs_hex((const uint8_t *)"\x00\xAB\xFF", 3, out);
	assert_string_equal(out, "00abff");
	rs_hex(NULL, 0, out);
	assert_string_equal(out, "");
}

static void test_unhex__hex_of_that_length__the_bytes(void **state)
{
	(void)state;
	uint8_t out[3] = {9, 9, 9};
	assert_true(rs_unhex("00abff", out, 3));
	assert_memory_equal(out, "\x00\xAB\xFF", 3);
	assert_true(rs_unhex("", NULL, 0));
}

static void test_unhex__anything_else__is_refused_and_nothing_is_written(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "00abf", "00abff0", "00abff00", "00abffg", "00ABFF",
		"0xabff", " 0abff", "00ab f", "-1abff"};
	uint8_t out[3] = {9, 9, 9};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(rs_unhex(wrong[i], out, 3));
	assert_memory_equal(out, "\x09\x09\x09", 3);
	assert_false(rs_unhex("0", out, 0));
}

static void test_view__at_and_past_the_end__is_refused(void **state)
{
	(void)state;
	const uint8_t bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct rs_view v = {bytes, sizeof(bytes)}, sub = {NULL, 42};
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	uint16_t u16 = 0;
	uint8_t u8 = 0;
	assert_true(rs_view_u64(v, 0, &u64) && u64 == 0x0807060504030201);
	assert_true(rs_view_u32(v, 4, &u32) && u32 == 0x08070605);
	assert_true(rs_view_u16(v, 6, &u16) && u16 == 0x0807);
	assert_true(rs_view_u8(v, 7, &u8) && u8 == 8);
	assert_false(rs_view_u64(v, 1, &u64) || rs_view_u32(v, 5, &u32) ||
		     rs_view_u16(v, 7, &u16) || rs_view_u8(v, 8, &u8));
	assert_false(rs_view_u64(v, SIZE_MAX, &u64) || rs_view_u32(v, SIZE_MAX - 2, &u32));
	assert_true(rs_view_sub(v, 8, 0, &sub) && sub.len == 0);
	assert_true(rs_view_sub(v, 2, 6, &sub) && sub.p == bytes + 2 && sub.len == 6);
	assert_false(rs_view_sub(v, 2, 7, &sub) || rs_view_sub(v, 9, 0, &sub) ||
		     rs_view_sub(v, 2, SIZE_MAX, &sub));
	assert_int_equal(sub.len, 6);
}

static void test_put_le__values__read_back(void **state)
{
	(void)state;
	uint8_t b[8];
	rs_put_le64(b, 0x8899AABBCCDDEEFF);
	assert_memory_equal(b, "\xFF\xEE\xDD\xCC\xBB\xAA\x99\x88", 8);
	rs_put_le32(b, 0xDEADBEEF);
	assert_int_equal(rs_le32(b), 0xDEADBEEF);
	rs_put_le16(b, 0xBEEF);
	assert_int_equal(rs_le16(b), 0xBEEF);
}

static void check_shortened(const char *in, size_t cap, const char *expected)
{
	char out[64];

	memset(out, 'x', sizeof(out));
	rs_shorten(in, out, cap);
	assert_string_equal(out, expected);
	assert_true(strlen(out) < cap);
}

static void test_shorten__too_long__cut_in_the_middle_with_the_name_kept(void **state)
{
	(void)state;
	check_shortened("\\Windows\\a.sys", 15, "\\Windows\\a.sys");
	check_shortened("\\Windows\\a.sys", 20, "\\Windows\\a.sys");
	check_shortened("\\Windows\\drivers\\a.sys", 20, "\\Windows...rs\\a.sys");
	check_shortened("\\Windows\\drivers\\a-long-name.sys", 20, "...\\a-long-name.sys");
	/* a name that does not fit itself: its own middle goes, never its end */
	check_shortened("\\a-name-that-is-longer-than-all.sys", 20, "\\a-name-...-all.sys");
	check_shortened("0123456789abcdefghij", 16, "012345...efghij");
	/* whole characters */
	check_shortened("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4",
		17, "\xC3\xA4\xC3\xA4\xC3\xA4...\xC3\xA4\xC3\xA4\xC3\xA4");
}

static void test_escape_new__long__is_whole(void **state)
{
	char in[5001];
	(void)state;
	memset(in, '\x01', 5000);
	in[5000] = '\0';
	char *out = rs_escape_new(in);
	assert_non_null(out);
	assert_int_equal(strlen(out), 4 * 5000);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf16_to_utf8__each_length__is_encoded),
		cmocka_unit_test(test_utf16_to_utf8__lone_surrogates__are_wtf8),
		cmocka_unit_test(test_utf16_to_utf8__odd_byte__is_left_out),
		cmocka_unit_test(test_utf16_to_utf8__small_buffer__is_cut_at_a_character),
		cmocka_unit_test(test_utf8_to_utf16__every_unit__comes_back),
		cmocka_unit_test(test_utf8_to_utf16__pairs__come_back),
		cmocka_unit_test(test_utf8__malformed__is_refused),
		cmocka_unit_test(test_is_utf8__well_formed__yes_but_no_surrogates),
		cmocka_unit_test(test_escape__harmless__stays),
		cmocka_unit_test(test_escape__control_characters__are_hex),
		cmocka_unit_test(test_escape__direction_and_invisible__are_named),
		cmocka_unit_test(test_escape__surrogates_and_bad_bytes__are_named),
		cmocka_unit_test(test_escape__small_buffer__is_cut_at_a_whole_escape),
		cmocka_unit_test(test_escape_new__long__is_whole),
		cmocka_unit_test(test_shorten__too_long__cut_in_the_middle_with_the_name_kept),
		cmocka_unit_test(test_filetime__known_instants__both_ways),
		cmocka_unit_test(test_filetime_text__no_time__says_so),
		cmocka_unit_test(test_shell__words__are_what_they_were),
		cmocka_unit_test(test_filetime_name__any_time__whole_seconds),
		cmocka_unit_test(test_filetime_parse__malformed__is_refused),
		cmocka_unit_test(test_filetime_parse__more_decimals_than_there_are__cut),
		cmocka_unit_test(test_filetime_now__today__is_after_this_was_written),
		cmocka_unit_test(test_hex__bytes__lower_case),
		cmocka_unit_test(test_unhex__hex_of_that_length__the_bytes),
		cmocka_unit_test(test_unhex__anything_else__is_refused_and_nothing_is_written),
		cmocka_unit_test(test_view__at_and_past_the_end__is_refused),
		cmocka_unit_test(test_put_le__values__read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
