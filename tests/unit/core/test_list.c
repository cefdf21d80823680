/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/list.h"

/* that there is no memory is tested, too */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void check_numbers(const struct rs_numbers *l, size_t n, const uint64_t *expected)
{
	assert_int_equal(l->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(l->v[i], expected[i]);
}

static void test_list_add__row_after_row__rows_stay(void **state)
{
	uint16_t *rows = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 1500; i++) {
		if (i == 500)
			n = 0; /* used again from its start */
		uint16_t *row = rs_list_add(&rows, &n, sizeof(*rows));
		assert_ptr_equal(row, &rows[n - 1]);
		assert_int_equal(*row, 0);
		*row = (uint16_t)n;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(rows[i], i + 1);
	free(rows);
}

static void test_list_add__more_than_there_is__is_as_it_was(void **state)
{
	uint16_t *rows = NULL;
	size_t n = 0;

	(void)state;
	assert_non_null(rs_list_add(&rows, &n, sizeof(*rows)));
	const uint16_t *before = rows;
	assert_null(rs_list_add(&rows, &n, SIZE_MAX));
	assert_ptr_equal(rows, before);
	assert_int_equal(n, 1);
	free(rows);
}

static void test_numbers_sort__unique_or_not(void **state)
{
	const uint64_t in[] = {7, 1, 7, UINT64_MAX, 0, 1};
	struct rs_numbers l = {0};

	(void)state;
	rs_numbers_sort(&l, true);
	assert_int_equal(l.n, 0);
	for (size_t i = 0; i < 6; i++)
		assert_true(rs_numbers_add(&l, in[i]));
	rs_numbers_sort(&l, false);
	check_numbers(&l, 6, (const uint64_t[]){0, 1, 1, 7, 7, UINT64_MAX});
	assert_int_equal(rs_numbers_count(&l, 1), 2);
	assert_int_equal(rs_numbers_count(&l, 2), 0);
	assert_int_equal(rs_numbers_count(&l, UINT64_MAX), 1);
	rs_numbers_sort(&l, true);
	check_numbers(&l, 4, (const uint64_t[]){0, 1, 7, UINT64_MAX});
	rs_numbers_done(&l);
}

static void test_numbers_insert__anywhere__stays_sorted(void **state)
{
	struct rs_numbers l = {0};

	(void)state;
	for (uint64_t i = 0; i < 200; i++)
		assert_true(rs_numbers_insert(&l, i * 7 % 100)); /* each twice */
	assert_int_equal(l.n, 100);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(l.v[i], i);
	rs_numbers_remove(&l, 0);
	rs_numbers_remove(&l, 99);
	rs_numbers_remove(&l, 50);
	rs_numbers_remove(&l, 1000);
	assert_int_equal(l.n, 97);
	assert_int_equal(rs_numbers_count(&l, 50), 0);
	assert_int_equal(l.v[0], 1);
	assert_int_equal(l.v[49], 51);
	assert_int_equal(l.v[96], 98);
	rs_numbers_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_add__row_after_row__rows_stay),
		cmocka_unit_test(test_list_add__more_than_there_is__is_as_it_was),
		cmocka_unit_test(test_numbers_sort__unique_or_not),
		cmocka_unit_test(test_numbers_insert__anywhere__stays_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
