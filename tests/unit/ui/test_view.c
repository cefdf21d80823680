/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece of a file as lines: text, UTF-16, hex; and no recovery password in any of them, wherever
 * the piece begins and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ui/view.h"

#define KEY    "563552-689865-117161-606298-318780-443102-078155-712448"
#define LETTER "Find\tit here:\r\n" KEY "\r\n\r\nKeep it."

static struct view v;

static int fresh(void **state)
{
	(void)state;
	memset(&v, 0, sizeof(v));
	return 0;
}

static void put(size_t at, const char *text, size_t step)
{
	for (size_t i = 0; text[i]; i++) {
		v.bytes[at + i * step] = (uint8_t)text[i];
		if (step > 1)
			v.bytes[at + i * step + 1] = 0;
	}
	v.len = v.to = at + strlen(text) * step;
}

static bool says(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->n; i++)
		if (strstr(p->lines[i].text, text))
			return true;
	return false;
}

static void expect_no_key(const struct page *p)
{
	static const char *const parts[] = {"563552", "689865", "117161", "606298", "318780",
		"443102", "078155", "712448", "35 36 33 35", "37 31 32 34"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (says(p, parts[i]))
			fail_msg("'%s' of the key is shown", parts[i]);
}

static void test_view__text__its_lines_without_the_key(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	put(0, LETTER, 1);
	view_draw(&v, &p);
	assert_int_equal(p.n, 4);
	assert_string_equal(p.lines[0].text, "Find it here: ");
	assert_string_equal(
		p.lines[1].text, "******-******-******-******-******-******-******-****** ");
	assert_string_equal(p.lines[3].text, "Keep it.");
	expect_no_key(&p);
}

static void test_view__utf16__the_same(void **state)
{
	auto_page struct page p = {0};
	bool is_utf16;

	(void)state;
	put(0, LETTER, 2);
	assert_true(view_is_text(v.bytes, v.len, &is_utf16) && is_utf16);
	v.is_utf16 = is_utf16;
	view_draw(&v, &p);
	assert_string_equal(p.lines[0].text, "Find it here: ");
	assert_string_equal(p.lines[3].text, "Keep it.");
	expect_no_key(&p);
}

/* A character that is zero is one of the file's, as in a text of bytes. */
static void test_view__utf16_with_a_zero__goes_on(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	put(0, "one?two", 2);
	v.bytes[6] = 0;
	v.is_utf16 = true;
	view_draw(&v, &p);
	assert_int_equal(p.n, 1);
	assert_string_equal(p.lines[0].text, "one.two");
}

static void test_view__hex__the_key_is_hidden_in_both_columns(void **state)
{
	(void)state;
	for (size_t step = 1; step <= 2; step++)
		for (size_t at = 0; at < 2; at++) { /* UTF-16 at an odd place, too */
			auto_page struct page p = {0};
			(void)fresh(NULL);
			put(at, LETTER, step);
			v.is_hex = true;
			v.off_bytes = 0x1000;
			view_draw(&v, &p);
			assert_non_null(strstr(p.lines[0].text, "0000001000 "));
			assert_true(says(&p, step > 1 ? "46 00 69 00" : "46 69 6e 64"));
			assert_true(says(&p, "** **"));
			expect_no_key(&p);
		}
}

/* The key lies across the border: what is read around the piece tells that it is one. */
static void test_view__border_within_a_key__hidden_on_both_sides(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < sizeof(KEY) - 1; cut++)
		for (size_t side = 0; side < 2; side++) {
			auto_page struct page p = {0};
			(void)fresh(NULL);
			put(100, KEY, 1);
			if (side)
				v.from = 100 + cut;
			else
				v.to = 100 + cut;
			memset(v.bytes, '.', 100);
			view_draw(&v, &p);
			for (size_t i = 0; i < p.n; i++)
				if (strpbrk(p.lines[i].text, "0123456789"))
					fail_msg("cut at %zu: %s", cut, p.lines[i].text);
		}
}

static void test_view__what_a_terminal_would_obey__is_escaped(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	put(0, "a\x1b[2Jb", 1);
	v.bytes[v.len++] = 0xFF;
	v.to = v.len;
	view_draw(&v, &p);
	assert_string_equal(p.lines[0].text, "a\\x1B[2Jb\\xFF");
}

static void test_is_text__by_its_bytes(void **state)
{
	static const uint8_t program[] = {'M', 'Z', 0x90, 0, 3, 0, 0, 0, 4};
	static const uint8_t marked[] = {0xFF, 0xFE, 0x42, 0x04};
	bool is_utf16;

	(void)state;
	assert_false(view_is_text(program, sizeof(program), &is_utf16));
	assert_true(view_is_text(marked, sizeof(marked), &is_utf16) && is_utf16);
	assert_true(view_is_text((const uint8_t *)"[boot]", 6, &is_utf16) && !is_utf16);
	assert_true(view_is_text(NULL, 0, &is_utf16) && !is_utf16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_view__text__its_lines_without_the_key, fresh),
		cmocka_unit_test_setup(test_view__utf16__the_same, fresh),
		cmocka_unit_test_setup(test_view__utf16_with_a_zero__goes_on, fresh),
		cmocka_unit_test_setup(test_view__hex__the_key_is_hidden_in_both_columns, fresh),
		cmocka_unit_test_setup(test_view__border_within_a_key__hidden_on_both_sides, fresh),
		cmocka_unit_test_setup(test_view__what_a_terminal_would_obey__is_escaped, fresh),
		cmocka_unit_test_setup(test_is_text__by_its_bytes, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
