/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines, times, paths and numbers of Windows' texts where they are odd, wrong, or end where nobody
 * may read on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "help.h"
#include "windows/traces_internal.h"

/* ---- lines ---- */

/* The first line of bytes that end at the fence. */
static void line_is(const void *p, size_t len, const char *text)
{
	uint8_t *copy = fence_copy(p, len);
	struct tr_lines l;

	tr_lines_init(&l, (struct rs_view){copy, len});
	assert_int_equal(tr_next(&l), text != NULL);
	if (text)
		assert_string_equal(l.line, text);
	free(copy);
}

#define LINE(bytes, text) line_is(bytes, sizeof(bytes) - 1, text)

static void test_lines__characters_at_their_limits__are_told(void **state)
{
	(void)state;
	LINE("", NULL);
	LINE("\xFF\xFE", NULL);
	LINE("\xFF\xFE\x3D\xD8", "?");			   /* half a pair and nothing behind */
	LINE("\xFF\xFE\x3D\xD8\x00", "?");		   /* half a unit behind */
	LINE("\xFF\xFE\x00\xDC\x61\x00", "?a");		   /* the second half alone */
	LINE("\xFF\xFE\x00\xDC\x00\xDC", "??");		   /* twice */
	LINE("\xFF\xFE\x3D\xD8\x00\xE0", "?\xEE\x80\x80"); /* what follows is no half */
	LINE("\xFF\xFE\xAC\x20\xFF\xFF", "\xE2\x82\xAC\xEF\xBF\xBF");
	LINE("\xFF\xFE\x00\xE0", "\xEE\x80\x80");
	LINE("a\xE2\x82", "a\xC3\xA2\xC2\x82"); /* half a character, as its bytes */
	LINE("a\xC3", "a\xC3\x83");
	LINE("a\x7F\x01z", "a  z");
	LINE("\xE2\x80\x8F\xE2\x80\xAA"
	     "a\xE2\x80\xAE\xE2\x81\xA6"
	     "b\xE2\x81\xA9\xEF\xBB\xBF"
	     "c",
		"abc");
	LINE("\xE2\x80\xAF"
	     "a\xC2\xA0"
	     "b\xE2\x80\xAF"
	     "c\xE2\x80\x89"
	     "d",
		"a b c d");
	LINE("\xFF\xFE\x20\x00\x20\x00", "");
	LINE("a\0b", "a b");	  /* a few zeros are no UTF-16 */
	LINE("a\0b\0c\0", "abc"); /* many are */
	LINE("\0a\0b\0c", "abc");
	LINE("\0\0\0\0\0\0ab", "ab"); /* at even and odd places alike */
	LINE("\xEF\xBB\xBF"
	     "a\0b\0",
		"a b");
}

/* ---- times ---- */

static void time_is(const char *text, const char *is, const char *rest)
{
	char shown[RS_TIME_LEN];
	const char *left;
	uint64_t t;

	assert_true(tr_time(text, &t, &left));
	rs_filetime_text(t, shown);
	assert_string_equal(shown, is);
	assert_string_equal(left, rest);
}

static void test_time__each_form__is_read_to_its_end(void **state)
{
	static const char *const bad[] = {"2024x01-01 10:00", "2024-01x01 10:00", "2024--01 10:00",
		"2024-01-01 10.00", "2024-01-01 :00", "2024-01-01 10:", "2024-04-31 10:00",
		"2201-01-01 10:00", "2024", "2024-01-01 10:00:123", "-01-01 10:00", NULL};
	uint64_t t;

	(void)state;
	for (size_t i = 0; bad[i]; i++)
		assert_false(tr_time(bad[i], &t, NULL));
	time_is("2024-01-02t10:11:12 x", "2024-01-02T10:11:12Z", " x");
	time_is("2024.01.02, 10:11", "2024-01-02T10:11:00Z", "");
	time_is("2024-01-02 10:11:xx", "2024-01-02T10:11:00Z", ":xx");
	time_is("2024-01-02 10:11 12", "2024-01-02T10:11:00Z", " 12");
	time_is("2024-01-02 10:11:12,25", "2024-01-02T10:11:12.25Z", "");
	time_is("2024-01-02 10:11:12;25", "2024-01-02T10:11:12Z", ";25");
	time_is("2024-01-02 10:11:12.x", "2024-01-02T10:11:12Z", ".x");
	time_is("2024-01-02 10:11:12.1239", "2024-01-02T10:11:12.123Z", "");
	time_is("2200-12-31 23:59", "2200-12-31T23:59:00Z", "");
	assert_false(tr_filetime(&(struct tr_civil){2024, 1, 1, 0, 0, 0, 1000}, &t));
	assert_true(tr_filetime(&(struct tr_civil){2024, 1, 1, 0, 0, 0, 999}, &t));
	assert_int_equal(tr_utc(1ULL << 56, (struct win_clock){-1441, true}), 1ULL << 56);
	assert_int_equal(
		tr_utc(1ULL << 56, (struct win_clock){-1440, true}), (1ULL << 56) - 864000000000);
}

/* ---- paths, words, numbers ---- */

static void path_is(const char *line, const char *path)
{
	char *copy = (char *)fence_copy(line, strlen(line) + 1), ret[TR_PATH];

	(void)tr_path(copy, ret, sizeof(ret));
	if (strcmp(ret, path) != 0)
		fail_msg("'%s' has '%s', not '%s'", line, ret, path);
	free(copy);
}

static void test_path__in_a_sentence__ends_before_it_does(void **state)
{
	(void)state;
	path_is("file \\\\?\\C:\\Windows\\b.dll: no", "\\\\?\\C:\\Windows\\b.dll");
	path_is("(C:\\Windows\\a.sys) is", "C:\\Windows\\a.sys");
	path_is("[C:\\Windows\\a.sys] is", "C:\\Windows\\a.sys");
	path_is("C:\\Windows\\x;y", "C:\\Windows\\x");
	path_is("C:\\Windows\\x,y", "C:\\Windows\\x");
	path_is("C:\\Program Files\\a b.sys; c:\\d", "C:\\Program Files\\a b.sys");
	path_is("gone: C:\\Windows\\x. Then", "C:\\Windows\\x");
	path_is("gone: C:\\Windows\\x.", "C:\\Windows\\x");
	path_is("gone: C:\\Windows\\x .", "C:\\Windows\\x");
	path_is("\"D:\\x y z\" and", "D:\\x y z");
	path_is("'D:\\x y z", "D:\\x");
	path_is("\\\\server\\C:\\Windows", "");
	path_is("1:\\x\\y", "");
	path_is("C:x\\y", "");
	path_is("%%\\x", "");
	path_is("%a b%\\x", "");
	path_is("%abc\\x", "");
	path_is("%abc%x", "");
	path_is("%ab%\\x", "%ab%\\x");
	path_is("%a%\\x", "");
	path_is("C:\\Windows\\a.toolong b", "C:\\Windows\\a.toolong");
	path_is("\\??\\", "\\??\\");
	path_is("\\\\?\\", "\\\\?\\");
	path_is("C:\\", "C:\\");
}

static void copy_is(const char *s, size_t cap, const char *is)
{
	char *ret = (char *)fence_copy("xxxxxxxxxxxxxxx", cap);

	tr_copy(s, strlen(s), ret, cap);
	assert_string_equal(ret, is);
	free(ret);
}

static void test_copy__without_room__cuts_no_character(void **state)
{
	(void)state;
	copy_is("abc", 4, "abc");
	copy_is("abc", 3, "ab");
	copy_is("a\xC3\xA9", 4, "a\xC3\xA9");
	copy_is("a\xC3\xA9", 3, "a");
	copy_is("\xE2\x82\xAC", 3, "");
	copy_is("\xE2\x82\xAC", 2, "");
	copy_is("\x82\x82\x82", 2, "");
	copy_is("abc", 1, "");
}

static void hex_is(const char *s, bool is_one, uint64_t number, const char *rest)
{
	const char *left = "";
	uint64_t n = 0;

	assert_int_equal(tr_hex(s, &n, &left), is_one);
	if (is_one) {
		assert_int_equal(n, number);
		assert_string_equal(left, rest);
	}
}

static void test_hex__has_at_most_sixteen_digits(void **state)
{
	char word[8];

	(void)state;
	hex_is("0X1f.", true, 0x1F, ".");
	hex_is("1x5", true, 1, "x5");
	hex_is("0", true, 0, "");
	hex_is("", false, 0, "");
	hex_is("0x", false, 0, "");
	hex_is("g", false, 0, "");
	hex_is("FFFFFFFFFFFFFFFF", true, UINT64_MAX, "");
	hex_is("0FFFFFFFFFFFFFFFF", false, 0, "");
	tr_word(" 'one two  ', x", "'", word, sizeof(word));
	assert_string_equal(word, "one two");
	tr_word("   ", ",", word, sizeof(word));
	assert_string_equal(word, "");
	tr_word("ab", ",", word, sizeof(word));
	assert_string_equal(word, "ab");
}

/* ---- whole texts ---- */

struct last {
	size_t n;
	struct win_trace t;
	char text[200];
};

static bool take(void *user, const struct win_trace *t)
{
	struct last *l = user;

	l->n++;
	l->t = *t;
	strncpy(l->text, t->text, sizeof(l->text) - 1);
	return true;
}

static struct last stack_of(const char *lines, size_t head_len)
{
	char text[600] = "DLOGFILE";
	struct last ret = {0};
	size_t n = strlen(lines);

	memcpy(text + 32, lines, n);
	uint8_t *p = fence_copy(text, head_len < 32 ? head_len : 32 + n);
	(void)win_dumpstack_read(
		(struct rs_view){p, head_len < 32 ? head_len : 32 + n}, take, &ret, NULL);
	free(p);
	return ret;
}

static void test_dumpstack__odd_lines__are_left(void **state)
{
	(void)state;
	for (size_t n = 0; n < 32; n++)
		assert_int_equal(stack_of("", n).n, 0);
	assert_int_equal(stack_of("#BugCheckCode 0x0\n", 32).n, 0);
	assert_int_equal(stack_of("#BugCheckCode 0x100000000\n", 32).n, 0);
	assert_int_equal(stack_of("#BugCheckCode x\n", 32).n, 0);
	struct last l = stack_of("#BugCheckCode 0x50\n#BugCheckP0 9\n#BugCheckP5 9\n#BugCheckP1 1\n"
				 "#BugCheckP2 2\n#BugCheckP3 3\n",
		32);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.t.number, 0x50);
	assert_false(l.t.has_parameters);
	assert_string_equal(l.text, "#BugCheckCode 0x50");
	assert_int_equal(l.t.parameters[0], 1);
	l = stack_of("#BugCheckCode 0x50\n#BugCheckP1 1\n#BugCheckP2 2\n#BugCheckP3 3\n"
		     "#BugCheckP4 4\n#BugCheckP5 9\n",
		32);
	assert_true(l.t.has_parameters);
	assert_int_equal(l.t.parameters[3], 4);
}

static struct last wer_of(const char *signatures)
{
	char text[900];
	struct last ret = {0};

	(void)snprintf(text, sizeof(text), "EventType=BlueScreen\n%s\n", signatures);
	uint8_t *p = fence_copy(text, strlen(text));
	(void)win_wer_read((struct rs_view){p, strlen(text)}, take, &ret, NULL);
	free(p);
	return ret;
}

static void test_wer__signature_of_no_number__is_left(void **state)
{
	(void)state;
	struct last l = wer_of("Sig[0].Value=d1\nSig[/].Value=5\nSig[z].Value=5\nSig[/].Name=x\n"
			       "Sig[1x.Value=7\nSig[2].Value=7x");
	assert_int_equal(l.n, 1);
	assert_int_equal(l.t.number, 0xD1);
	assert_false(l.t.has_parameters);
	assert_int_equal(wer_of("Sig[0].Value=0").n, 0);
	assert_int_equal(wer_of("Sig[0].Value=100000000").n, 0);
	assert_int_equal(wer_of("Sig[1].Value=5").n, 0);
	for (unsigned gone = 1; gone <= 4; gone++) {
		char some[200] = "Sig[0].Value=d1\n";
		for (unsigned i = 1; i <= 4; i++)
			if (i != gone)
				(void)snprintf(some + strlen(some), sizeof(some) - strlen(some),
					"Sig[%u].Value=%u\n", i, i);
		l = wer_of(some);
		assert_int_equal(l.n, 1);
		assert_false(l.t.has_parameters);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines__characters_at_their_limits__are_told),
		cmocka_unit_test(test_time__each_form__is_read_to_its_end),
		cmocka_unit_test(test_path__in_a_sentence__ends_before_it_does),
		cmocka_unit_test(test_copy__without_room__cuts_no_character),
		cmocka_unit_test(test_hex__has_at_most_sixteen_digits),
		cmocka_unit_test(test_dumpstack__odd_lines__are_left),
		cmocka_unit_test(test_wer__signature_of_no_number__is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
