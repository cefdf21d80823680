/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/secret.h"

static void test_init__any__is_zeroed_and_empty(void **state)
{
	(void)state;
	struct rs_secret s;
	assert_int_equal(rs_secret_init(&s, 100, NULL), 0);
	assert_int_equal(s.len, 0);
	assert_int_equal(s.cap, 100);
	for (size_t i = 0; i < s.cap; i++)
		assert_int_equal(s.p[i], 0);
	memset(s.p, 0xAA, s.cap); /* all of it can be written */
	rs_secret_done(&s);
}

static void test_init__no_bytes__is_no_error(void **state)
{
	(void)state;
	struct rs_secret s;
	assert_int_equal(rs_secret_init(&s, 0, NULL), 0);
	assert_non_null(s.p);
	rs_secret_done(&s);
}

static void test_init__more_than_there_is__is_a_memory_error(void **state)
{
	(void)state;
	const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 4095, SIZE_MAX / 2};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct rs_secret s;
		struct rs_err err = {0};
		assert_int_equal(rs_secret_init(&s, sizes[i], &err), RS_E_MEMORY);
		assert_int_equal(err.code, RS_E_MEMORY);
		assert_null(s.p);
		rs_secret_done(&s);
	}
}

static void test_set__zeroed_struct__copies(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	assert_int_equal(rs_secret_set(&s, "hunter2", 7, NULL), 0);
	assert_int_equal(s.len, 7);
	assert_memory_equal(s.p, "hunter2", 7);
	rs_secret_done(&s);
}

static void test_set__nothing__is_an_empty_secret(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	assert_int_equal(rs_secret_set(&s, NULL, 0, NULL), 0);
	assert_int_equal(s.len, 0);
	rs_secret_done(&s);
}

static void test_set__shorter_one__leaves_nothing_of_the_longer(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	assert_int_equal(rs_secret_set(&s, "a long passphrase", 17, NULL), 0);
	const uint8_t *before = s.p;
	assert_int_equal(rs_secret_set(&s, "xy", 2, NULL), 0);
	assert_ptr_equal(s.p, before);
	assert_int_equal(s.len, 2);
	assert_memory_equal(s.p, "xy\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17);
	rs_secret_done(&s);
}

static void test_set__longer_one__grows(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	uint8_t big[10000];
	memset(big, 7, sizeof(big));
	assert_int_equal(rs_secret_set(&s, "xy", 2, NULL), 0);
	assert_int_equal(rs_secret_set(&s, big, sizeof(big), NULL), 0);
	assert_int_equal(s.len, sizeof(big));
	assert_memory_equal(s.p, big, sizeof(big));
	rs_secret_done(&s);
}

static void test_set__part_of_itself__moves_it(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	assert_int_equal(rs_secret_set(&s, "key=value", 9, NULL), 0);
	assert_int_equal(rs_secret_set(&s, s.p + 4, 5, NULL), 0);
	assert_memory_equal(s.p, "value\0\0\0\0", 9);
	rs_secret_done(&s);
}

static void test_done__twice_and_zeroed__is_safe(void **state)
{
	(void)state;
	struct rs_secret s = {0};
	rs_secret_done(&s);
	assert_int_equal(rs_secret_set(&s, "a", 1, NULL), 0);
	rs_secret_done(&s);
	assert_null(s.p);
	assert_int_equal(s.len + s.cap, 0);
	rs_secret_done(&s);
}

/* The kernel's word for what init promises: "dd" is "do not dump", "lo" locked. */
static void test_init__any__stays_out_of_core_dumps(void **state)
{
	(void)state;
	auto_secret struct rs_secret s = {0};
	char line[512];
	int is_ours = 0, is_found = 0;
	assert_int_equal(rs_secret_set(&s, "a", 1, NULL), 0);
	FILE *f = fopen("/proc/self/smaps", "re");
	if (!f)
		skip();
	while (fgets(line, sizeof(line), f)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			is_ours = (uintptr_t)s.p >= from && (uintptr_t)s.p < to;
		else if (is_ours && strncmp(line, "VmFlags:", 8) == 0)
			is_found = strstr(line, " dd") != NULL;
	}
	(void)fclose(f);
	assert_true(is_found);
}

static void test_wipe__some__zeroes_exactly_that(void **state)
{
	(void)state;
	char b[6] = "abcde";
	rs_wipe(b + 1, 3);
	assert_memory_equal(b, "a\0\0\0e", 6);
	rs_wipe(b, 0);
	assert_int_equal(b[0], 'a');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init__any__is_zeroed_and_empty),
		cmocka_unit_test(test_init__no_bytes__is_no_error),
		cmocka_unit_test(test_init__more_than_there_is__is_a_memory_error),
		cmocka_unit_test(test_set__zeroed_struct__copies),
		cmocka_unit_test(test_set__nothing__is_an_empty_secret),
		cmocka_unit_test(test_set__shorter_one__leaves_nothing_of_the_longer),
		cmocka_unit_test(test_set__longer_one__grows),
		cmocka_unit_test(test_set__part_of_itself__moves_it),
		cmocka_unit_test(test_done__twice_and_zeroed__is_safe),
		cmocka_unit_test(test_init__any__stays_out_of_core_dumps),
		cmocka_unit_test(test_wipe__some__zeroes_exactly_that),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
