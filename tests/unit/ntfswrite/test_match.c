/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "vol_help.h"

static const struct {
	const char *pattern, *name;
	bool is_match;
} table[] = {
	{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "anything at all", true},
	{"?", "", false}, {"?", "a", true}, {"?", "ab", false},
	{"C-00000291*.sys", "C-00000291-00000000-00000032.SYS", true},
	{"C-00000291*.sys", "C-00000292-00000000-00000032.sys", false},
	{"c-00000291-???????\?-????????.sys", "C-00000291-00000000-00000032.sys", true},
	{"*.sys", "a.sys.sys", true}, {"*.sys", "a.sys.bak", false},
	{"*a*b*c*", "xxaxxbxxcxx", true}, {"*a*b*c*", "xxcxxbxxaxx", false}, {"a**b", "ab", true},
	{"*ab", "aab", true}, {"*aab", "aaab", true},
	{"GR\xc3\x96SSE*", "gr\xc3\xb6sse.sys", true},	 /* O with diaeresis */
	{"\xd0\x94*", "\xd0\xb4\xd0\xbe\xd0\xbc", true}, /* Cyrillic De */
	{"\xc5\xbb?", "\xc5\xbcX", true},		 /* Latin Extended-A, odd pair */
	{"\xc4\x8c", "\xc4\x8d", true},			 /* even pair */
	{"\xc3\x97", "\xc3\xb7", false},		 /* multiplication, division */
	{"stra\xc3\x9f\x65", "STRASSE", false},		 /* one unit to one unit only */
	{"[a-z]", "a", false},				 /* no classes */
	{"a\\b", "a\\b", true}, {"\xff", "\xff", false}, /* not UTF-8: no name of a volume */
};

static void check_table(struct nt_vol *vol)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (nt_name_match(vol, table[i].pattern, table[i].name) != table[i].is_match)
			fail_msg("'%s' and '%s'", table[i].pattern, table[i].name);
}

static void test_match__without_volume__built_in_table(void **state)
{
	(void)state;
	check_table(NULL);
}

static void test_match__with_volume__its_upcase_table(void **state)
{
	struct vh v;
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	(void)state;
	vh_make(&v, 8, 4096, 512);
	vh_filled(&v);
	struct blk *mem = vh_load(&v);
	assert_int_equal(nt_vol_open(mem, 0, &vol, &err), 0);
	check_table(vol);
	assert_true(nt_name_equal(vol, "\xe1\xba\x81", "\xe1\xba\x80")); /* Latin Ext. Additional */
	assert_false(nt_name_equal(NULL, "\xe1\xba\x81", "\xe1\xba\x80"));
	assert_true(nt_name_equal(vol, "NTFS.sys", "ntfs.SYS"));
	assert_false(nt_name_equal(vol, "ntfs.sys", "ntfs.sy"));
	/* The built-in table against the volume's own, wherever it claims to know. */
	for (unsigned c = 1; c < 0x17f; c++) {
		for (unsigned d = 1; d < 0x17f; d++) {
			char a[4] = {0}, b[4] = {0};

			for (int k = 0; k < 2; k++) {
				unsigned u = k ? d : c;
				char *p = k ? b : a;

				p[0] = (char)(u < 0x80 ? u : 0xc0 | u >> 6);
				p[1] = (char)(u < 0x80 ? 0 : 0x80 | (u & 0x3f));
			}
			/* Two letters that Windows pairs with ones outside these blocks. */
			if (c == 0x180 || d == 0x180)
				continue;
			if (nt_name_equal(NULL, a, b) != nt_name_equal(vol, a, b))
				fail_msg("U+%04X and U+%04X", c, d);
		}
	}
	assert_int_equal(nt_vol_close(vol, &err), 0);
	blk_close(mem);
	vh_remove(&v);
}

static void test_match__many_stars__in_time(void **state)
{
	char pattern[512] = "", name[256];
	clock_t start = clock();

	(void)state;
	for (int i = 0; i < 120; i++)
		strcat(pattern, "a*"); /* NOLINT: 240 of 512 bytes */
	strcat(pattern, "b");	       /* NOLINT */
	memset(name, 'a', sizeof(name) - 1);
	name[255] = '\0';
	assert_false(nt_name_match(NULL, pattern, name));
	assert_true(clock() - start < CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match__without_volume__built_in_table),
		cmocka_unit_test(test_match__with_volume__its_upcase_table),
		cmocka_unit_test(test_match__many_stars__in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
