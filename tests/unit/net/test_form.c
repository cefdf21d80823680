/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is a recovery password, and where one is in JSON (RFC 8259, RFC 6901). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/form.h"

#define GOOD "000011-000022-720885-000000-111111-222222-333333-444444"

static struct rs_view view(const char *s)
{
	return (struct rs_view){(const uint8_t *)s, strlen(s)};
}

/* The same bytes at the end of a page, behind which nobody may read. */
static struct rs_view fenced(const char *s, size_t len)
{
	static uint8_t *pages;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!pages) {
		pages = mmap(
			NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(pages, MAP_FAILED);
		assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
	}
	assert_true(len <= page);
	memcpy(pages + page - len, s, len);
	return (struct rs_view){pages + page - len, len};
}

static void test_password__as_servers_write_it__with_dashes(void **state)
{
	static const char *const forms[] = {GOOD, GOOD "\r\n", "\xef\xbb\xbf" GOOD, " \t" GOOD "\n",
		"000011 000022 720885 000000 111111 222222 333333 444444",
		"000011000022720885000000111111222222333333444444"};
	char ret[NET_PASSWORD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(ret, 'x', sizeof(ret));
		assert_true(net_password(view(forms[i]), ret));
		assert_string_equal(ret, GOOD);
	}
}

static void test_password__anything_else__is_none(void **state)
{
	static const char *const forms[] = {"", "-", "000011",
		"000012-000022-720885-000000-111111-222222-333333-444444", /* not by 11 */
		"000011-000022-720885-000000-111111-222222-333333-444445",
		"000011-000022-720896-000000-111111-222222-333333-444444", /* by 11, above 65535 */
		"999999-000022-720885-000000-111111-222222-333333-444444",
		"000011-000022-720885-000000-111111-222222-333333", GOOD "-000011", GOOD "1",
		GOOD " x", "x" GOOD, "000011--000022-720885-000000-111111-222222-333333-444444",
		"000011-000022-720885-000000-111111-222222-333333-44444x",
		"000011-000022-720885-000000-111111-222222-333333-44444?", /* by 11 as it counts */
		"0000110000227208850000001111112222223333334444", "<html>" GOOD "</html>",
		"-" GOOD};
	char ret[NET_PASSWORD_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (net_password(view(forms[i]), ret))
			fail_msg("'%s'", forms[i]);
	for (size_t i = 0; i < strlen(GOOD); i++)
		assert_false(net_password(fenced(GOOD, i), ret));
	assert_true(net_password(fenced(GOOD, strlen(GOOD)), ret));
}

static void picks(const char *json, const char *pointer, const char *expected)
{
	char ret[32];

	if (net_pick(view(json), pointer, ret, sizeof(ret)) != NET_PICK_DONE)
		fail_msg("%s: %s", json, pointer);
	assert_string_equal(ret, expected);
}

static void test_pick__text_at_a_place__is_given(void **state)
{
	(void)state;
	picks("{\"id\":\"a\",\"key\":\"1\"}", "/key", "1");
	picks(" { \"a\" : { \"b\" : [ true , -1.5e+3 , { \"c\" : \"2\" } ] } } \n", "/a/b/2/c",
		"2");
	picks("\"3\"", "", "3");
	picks("[[],{},[\"4\"]]", "/2/0", "4");
	picks("{\"a/b\":{\"m~n\":\"5\"}}", "/a~1b/m~0n", "5");
	picks("{\"\":\"6\"}", "/", "6");
	picks("{\"k\\u0065y\":\"\\u0037\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "/key", "7\"\\/\b\f\n\r\t");
	picks("{\"key\":\"8\",\"key\":\"9\"}", "/key", "8");
	picks("{\"k\\u00e4y\":\"0\",\"key\":\"1\"}", "/key", "1");
	picks("{\"keys\":\"0\",\"ke\":\"0\",\"key\":\"1\"}", "/key", "1");
}

static void is_answered(const char *json, const char *pointer, enum net_pick expected)
{
	char ret[8];

	const enum net_pick got = net_pick(view(json), pointer, ret, sizeof(ret));
	if (got != expected)
		fail_msg("%s: %s: %d", json, pointer, (int)got);
}

static void test_pick__nothing_at_a_place__says_so(void **state)
{
	(void)state;
	is_answered("{\"id\":\"a\"}", "/key", NET_PICK_NOT_THERE);
	is_answered("{}", "/key", NET_PICK_NOT_THERE);
	is_answered("[]", "/0", NET_PICK_NOT_THERE);
	is_answered("[1,2]", "/2", NET_PICK_NOT_THERE);
	is_answered("[1,2]", "/x", NET_PICK_NOT_THERE);
	is_answered("[1,2]", "/", NET_PICK_NOT_THERE);
	is_answered("[1]", "/99999999999999999999", NET_PICK_NOT_THERE);
	is_answered("[\"0\"]", "/18446744073709551616", NET_PICK_NOT_THERE); /* 2^64 is not 0 */
	is_answered("[0,1,2,3,4,5,6,7,8,9,\"a\"]", "/:", NET_PICK_NOT_THERE);
	is_answered("{\"a\":\"b\"}", "/a/b", NET_PICK_NOT_THERE);
	is_answered("{\"a\":\"b\"}", "/a/0", NET_PICK_NOT_THERE);
	is_answered("{\"key\":7}", "/key", NET_PICK_NO_TEXT);
	is_answered("{\"key\":{\"a\":1}}", "/key", NET_PICK_NO_TEXT);
	is_answered("{\"key\":null}", "/key", NET_PICK_NO_TEXT);
	is_answered("{\"key\":\"12345678\"}", "/key", NET_PICK_NO_TEXT); /* it does not fit */
	is_answered("{\"key\":\"1234567\"}", "/key", NET_PICK_DONE);
	is_answered("{\"key\":\"\xc3\xa4\"}", "/key", NET_PICK_NO_TEXT);
	is_answered("{\"key\":\"\\u00e4\"}", "/key", NET_PICK_NO_TEXT);
	is_answered("{\"key\":\"\\u0000\"}", "/key", NET_PICK_NO_TEXT);
}

/* What is not whole is nothing, also where the place was reached. */
static void test_pick__cut_or_broken__is_no_json(void **state)
{
	static const char whole[] = "{\"a\":[1,{\"b\":null}],\"key\":\"1\\u0032\",\"z\":true}";
	static const char *const broken[] = {"", " ", "<html>", "{\"key\":\"1\"} x",
		"{\"key\":\"1\"}{}", "{\"key\":\"1\",}", "{key:\"1\"}", "{\"key\" \"1\"}",
		"{\"key\":\"1\"]", "[1 2]", "{\"key\":\"\\x\"}", "{\"key\":\"\\u12g4\"}",
		"{\"key\":\"\\u12\"}", "{\"key\":\"a\nb\"}", "nul", "{\"a\":}"};
	char deep[200], ret[8];

	(void)state;
	static const char other[] = "[\"\\\\\",\"\\u0041\",-1,true]";
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		assert_int_equal(
			net_pick(fenced(whole, i), "/key", ret, sizeof(ret)), NET_PICK_NO_JSON);
	for (size_t i = 0; i < sizeof(other) - 1; i++)
		assert_int_equal(
			net_pick(fenced(other, i), "/0", ret, sizeof(ret)), NET_PICK_NO_JSON);
	/* a step that goes on where the document ends */
	assert_int_equal(net_pick(fenced("{\"ke\":\"1\"}", 10), "/ke\":\"1\"}x", ret, sizeof(ret)),
		NET_PICK_NOT_THERE);
	assert_int_equal(net_pick(view(whole), "/key", ret, sizeof(ret)), NET_PICK_DONE);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		is_answered(broken[i], "/key", NET_PICK_NO_JSON);
	for (size_t n = 32; n <= 33; n++) { /* as deep as is followed, and deeper */
		memset(deep, '[', n);
		memset(deep + n, ']', n);
		deep[2 * n] = '\0';
		is_answered(deep, "", n == 32 ? NET_PICK_NO_TEXT : NET_PICK_NO_JSON);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password__as_servers_write_it__with_dashes),
		cmocka_unit_test(test_password__anything_else__is_none),
		cmocka_unit_test(test_pick__text_at_a_place__is_given),
		cmocka_unit_test(test_pick__nothing_at_a_place__says_so),
		cmocka_unit_test(test_pick__cut_or_broken__is_no_json),
	};

	return cmocka_run_group_tests_name("net/form", tests, NULL, NULL);
}
