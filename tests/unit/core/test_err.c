/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/err.h"

/* Rows of the table by index 0..; NULL after the last. */
static const struct rs_err_info *row_at(unsigned index)
{
	return index + 1 < RS_E_INDEX_END ? rs_err_info(-(int)index - 1) : NULL;
}

static void test_table__every_row__is_complete_and_found_by_its_code(void **state)
{
	(void)state;
	unsigned n = 0;
	for (const struct rs_err_info *i; (i = row_at(n)); n++) {
		assert_ptr_equal(rs_err_info(i->code), i);
		assert_int_equal(i->code, -(int)n - 1);
		assert_true(i->exit_status >= 1 && i->exit_status <= 17);
		assert_true(strlen(i->name) && strchr(i->id, '.') && strlen(i->text));
		assert_true(strlen(i->advice));
		/* 0 done, 3 found and 4 nothing to do are outcomes, never errors */
		assert_true(i->exit_status != 3 && i->exit_status != 4);
	}
	assert_int_equal(n, RS_E_INDEX_END - 1);
}

static void test_table__ids_and_names__are_unique(void **state)
{
	(void)state;
	for (unsigned i = 0; row_at(i); i++)
		for (unsigned k = 0; k < i; k++) {
			assert_string_not_equal(row_at(i)->id, row_at(k)->id);
			assert_string_not_equal(row_at(i)->name, row_at(k)->name);
		}
}

static void test_table__texts__fit_a_line_and_end_without_a_stop(void **state)
{
	(void)state;
	for (unsigned i = 0; row_at(i); i++) {
		const struct rs_err_info *row = row_at(i);
		assert_null(strpbrk(row->text, "\n%!"));
		assert_null(strpbrk(row->advice, "\n%!"));
		assert_int_not_equal(row->text[strlen(row->text) - 1], '.');
		assert_int_not_equal(row->advice[strlen(row->advice) - 1], '.');
	}
}

static void test_info__unknown_code__is_the_bug_row(void **state)
{
	(void)state;
	const int codes[] = {0, 1, INT_MAX, INT_MIN, INT_MIN + 1, -RS_E_INDEX_END, -100000};
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(rs_err_info(codes[i])->code, RS_E_BUG);
}

static void test_fail__any__returns_the_code_and_keeps_the_object(void **state)
{
	(void)state;
	struct rs_err err = {.object = "disk.img"};
	assert_int_equal(rs_fail(&err, RS_E_IO_READ, "sector %d", 7), RS_E_IO_READ);
	assert_int_equal(err.code, RS_E_IO_READ);
	assert_string_equal(err.object, "disk.img");
	assert_string_equal(err.detail, "sector 7");
}

static void test_fail__no_error_wanted__only_returns_the_code(void **state)
{
	(void)state;
	assert_int_equal(rs_fail(NULL, RS_E_IO_READ, "%s", "x"), RS_E_IO_READ);
	assert_int_equal(rs_fail_on(NULL, RS_E_BUSY, "x", "%s", "y"), RS_E_BUSY);
}

static void test_fail_on__null_object__is_empty(void **state)
{
	(void)state;
	struct rs_err err = {.object = "old"};
	assert_int_equal(rs_fail_on(&err, RS_E_BUSY, NULL, "%s", ""), RS_E_BUSY);
	assert_string_equal(err.object, "");
}

static void test_fail_on__long_texts__are_cut_and_terminated(void **state)
{
	(void)state;
	char longer[2000];
	struct rs_err err = {0};
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(rs_fail_on(&err, RS_E_BUSY, longer, "%s", longer), RS_E_BUSY);
	assert_int_equal(strlen(err.object), sizeof(err.object) - 1);
	assert_int_equal(strlen(err.detail), sizeof(err.detail) - 1);
}

static void test_fail_on__made_from_itself__keeps_its_texts(void **state)
{
	(void)state;
	struct rs_err err = {0};
	assert_int_equal(rs_fail_on(&err, RS_E_BUSY, "disk", "%s", "held"), RS_E_BUSY);
	assert_int_equal(rs_fail_on(&err, RS_E_GUARD, err.object, "%s: %s", err.object, err.detail),
		RS_E_GUARD);
	assert_string_equal(err.object, "disk");
	assert_string_equal(err.detail, "disk: held");
	assert_int_equal(rs_fail(&err, RS_E_GUARD, "so %s", err.detail), RS_E_GUARD);
	assert_string_equal(err.detail, "so disk: held");
	assert_int_equal(rs_fail_on(&err, RS_E_GUARD, "other", "%s", err.object), RS_E_GUARD);
	assert_string_equal(err.detail, "disk");
}

static void test_err_object__has_one__keeps_it(void **state)
{
	(void)state;
	struct rs_err err = {.code = RS_E_BUSY};
	assert_int_equal(rs_err_object(&err, "first"), RS_E_BUSY);
	assert_int_equal(rs_err_object(&err, "second"), RS_E_BUSY);
	assert_string_equal(err.object, "first");
}

static void test_err_object__none_given__changes_nothing(void **state)
{
	(void)state;
	struct rs_err err = {.code = RS_E_BUSY};
	assert_int_equal(rs_err_object(&err, NULL), RS_E_BUSY);
	assert_string_equal(err.object, "");
	assert_true(rs_err_object(NULL, "x") < 0);
}

static void test_err_line__all_parts__object_text_detail_next_step(void **state)
{
	(void)state;
	char line[1024];
	struct rs_err err = {.code = RS_E_BUSY, .object = "/dev/sda", .detail = "mounted on /"};
	rs_err_line(&err, line, sizeof(line));
	assert_string_equal(line,
		"/dev/sda: the disk is in use: mounted on /; unmount it or end the "
		"other program first");
	err.next = "wait";
	rs_err_line(&err, line, sizeof(line));
	assert_string_equal(line, "/dev/sda: the disk is in use: mounted on /; wait");
	(void)rs_fail(&err, RS_E_BUSY, "again"); /* the next error has the table's again */
	assert_string_equal(rs_err_next(&err), rs_err_info(RS_E_BUSY)->advice);
}

static void test_err_line__parts_missing__leaves_no_gap(void **state)
{
	(void)state;
	char line[1024];
	struct rs_err err = {.code = RS_E_CANCELLED};
	rs_err_line(&err, line, sizeof(line));
	assert_string_equal(line, "cancelled; run it again when it may go on");
}

static void test_err_line__small_buffer__is_cut_and_terminated(void **state)
{
	(void)state;
	char line[10] = "zzzzzzzzz";
	struct rs_err err = {.code = RS_E_CANCELLED};
	rs_err_line(&err, line, 5);
	assert_string_equal(line, "canc");
	assert_int_equal(line[5], 'z');
	rs_err_line(&err, line, 0);
	assert_string_equal(line, "canc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table__every_row__is_complete_and_found_by_its_code),
		cmocka_unit_test(test_table__ids_and_names__are_unique),
		cmocka_unit_test(test_table__texts__fit_a_line_and_end_without_a_stop),
		cmocka_unit_test(test_info__unknown_code__is_the_bug_row),
		cmocka_unit_test(test_fail__any__returns_the_code_and_keeps_the_object),
		cmocka_unit_test(test_fail__no_error_wanted__only_returns_the_code),
		cmocka_unit_test(test_fail_on__null_object__is_empty),
		cmocka_unit_test(test_fail_on__long_texts__are_cut_and_terminated),
		cmocka_unit_test(test_fail_on__made_from_itself__keeps_its_texts),
		cmocka_unit_test(test_err_object__has_one__keeps_it),
		cmocka_unit_test(test_err_object__none_given__changes_nothing),
		cmocka_unit_test(test_err_line__all_parts__object_text_detail_next_step),
		cmocka_unit_test(test_err_line__parts_missing__leaves_no_gap),
		cmocka_unit_test(test_err_line__small_buffer__is_cut_and_terminated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
