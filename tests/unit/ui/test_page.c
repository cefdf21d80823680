/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a screen: folded, and nothing in them that a terminal would obey or that is a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ui/page.h"

static void expect(const struct page *p, size_t n, const char *const *lines)
{
	assert_int_equal(p->n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(p->lines[i].text, lines[i]);
}

#define LINES(p, ...)                                                                              \
	expect(p, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                     \
		(const char *const[]){__VA_ARGS__})
#define TEN "0 2 4 6 8 "

static void test_say__long__folded_at_blanks(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_say(&p, true, "%s", TEN TEN TEN TEN TEN TEN TEN TEN "end");
	LINES(&p, TEN TEN TEN TEN TEN TEN TEN "0 2 4 6 8", "end");
	assert_true(p.lines[0].is_strong && p.lines[1].is_strong);
}

/* What is marked as chosen stands as the lines beside it. */
static void test_say__chosen__set_in_as_the_others(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_say(&p, true, "%s", ">     " TEN TEN TEN TEN TEN TEN TEN "end");
	LINES(&p, ">     " TEN TEN TEN TEN TEN TEN TEN "end");
	page_say(&p, true, "%s", ">     " TEN TEN TEN TEN TEN TEN TEN "the end");
	assert_string_equal(p.lines[2].text, "        end");
}

static void test_put__no_blank__cut_and_set_in(void **state)
{
	auto_page struct page p = {0};
	char line[200] = "  To: ", *end = line + 6;

	(void)state;
	memset(end, 'x', 100);
	page_put(&p, line);
	assert_int_equal(p.n, 2);
	assert_int_equal(strlen(p.lines[0].text), PAGE_COLUMNS);
	assert_string_equal(p.lines[1].text, "    xxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void test_put__path__broken_behind_a_part_of_it(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_put(&p, "   1. MOVE AWAY \\Windows\\System32\\drivers\\CrowdStrike\\"
		     "C-00000291-00000000-00000032.sys of 2024");
	LINES(&p, "   1. MOVE AWAY \\Windows\\System32\\drivers\\CrowdStrike\\",
		"     C-00000291-00000000-00000032.sys of 2024");
}

/* 79 columns, of two bytes each. */
static void test_put__utf8__columns_and_not_bytes(void **state)
{
	auto_page struct page p = {0};
	char line[161] = "";

	(void)state;
	for (size_t i = 0; i < 80; i++)
		memcpy(line + 2 * i, "\xc3\xa4", 3);
	page_put(&p, line);
	assert_int_equal(p.n, 2);
	assert_int_equal(strlen(p.lines[0].text), 2 * PAGE_COLUMNS);
	assert_string_equal(p.lines[1].text, "\xc3\xa4");
}

/* Two columns each, in an ASCII console as in others: what does not go in is the next line. */
static void test_put__wide__two_columns(void **state)
{
	static const char *const wide[] = {
		"\xE6\xBC\xA2", "\xED\x95\x9C", "\xE1\x84\x80", "\xF0\x9F\xA6\x8A", "\xE2\xBA\x80"};
	char line[4 * 40 + 1];

	(void)state;
	for (size_t k = 0; k < sizeof(wide) / sizeof(wide[0]); k++) {
		auto_page struct page p = {0};
		line[0] = '\0';
		for (size_t i = 0; i < 40; i++)
			strcat(line, wide[k]);
		page_put(&p, line);
		assert_int_equal(p.n, 2);
		assert_string_equal(p.lines[1].text, wide[k]);
		assert_int_equal(page_width(p.lines[0].text), 78);
	}
	assert_int_equal(page_width("a\xC3\xA4\xE2\x80\x93"), 3);
}

static void test_blank__never_first_nor_two(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_put(&p, "");
	page_blank(&p);
	page_put(&p, "a");
	page_put(&p, "");
	page_put(&p, "");
	page_blank(&p);
	page_put(&p, "b");
	LINES(&p, "a", "", "b");
}

static void test_say__what_is_not_to_be_shown(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_say(&p, false, "a\x1b[2J %s",
		"111111-222222-333333-444444-555555-666666-111111-222222");
	LINES(&p, "a\\x1B[2J [key hidden]");
	page_say(&p, false, "%s", "");
	assert_int_equal(p.n, 1);
}

static void test_trim__only_what_is_empty_at_the_end(void **state)
{
	auto_page struct page p = {0};

	(void)state;
	page_trim(&p);
	page_put(&p, "a");
	page_blank(&p);
	page_put(&p, "b");
	page_blank(&p);
	page_trim(&p);
	LINES(&p, "a", "", "b");
}

static void test_first__the_chosen_one_is_seen_and_no_row_is_empty(void **state)
{
	struct page p = {.n = 30};

	(void)state;
	assert_int_equal(page_first(&p, 4, 20), 4);
	assert_int_equal(page_first(&p, 25, 20), 10); /* scrolled to on a smaller one */
	assert_int_equal(page_first(&p, 25, 40), 0);
	p.has_choice = true;
	p.choice = 29;
	assert_int_equal(page_first(&p, 0, 20), 10);
	p.choice = 12;
	assert_int_equal(page_first(&p, 0, 20), 0);
	assert_int_equal(page_first(&p, 0, 10), 3);
	p.choice = 5;
	assert_int_equal(page_first(&p, 8, 20), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_say__long__folded_at_blanks),
		cmocka_unit_test(test_say__chosen__set_in_as_the_others),
		cmocka_unit_test(test_put__no_blank__cut_and_set_in),
		cmocka_unit_test(test_put__path__broken_behind_a_part_of_it),
		cmocka_unit_test(test_put__utf8__columns_and_not_bytes),
		cmocka_unit_test(test_put__wide__two_columns),
		cmocka_unit_test(test_blank__never_first_nor_two),
		cmocka_unit_test(test_say__what_is_not_to_be_shown),
		cmocka_unit_test(test_trim__only_what_is_empty_at_the_end),
		cmocka_unit_test(test_first__the_chosen_one_is_seen_and_no_row_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
