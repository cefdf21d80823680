/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text without libc, held against libc's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/text.h"

/* The same format by both, at every size of the buffer. */
#define SAME(...)                                                                                  \
	do {                                                                                       \
		char ours[200], libc[200];                                                         \
		for (size_t size = 1; size <= sizeof(ours); size++) {                              \
			struct text t;                                                             \
			text_init(&t, ours, size);                                                 \
			text_add(&t, __VA_ARGS__);                                                 \
			int full = snprintf(libc, size, __VA_ARGS__);                              \
			assert_string_equal(ours, libc);                                           \
			assert_int_equal(t.len, strlen(libc));                                     \
			assert_int_equal(t.is_cut, (size_t)full >= size);                          \
		}                                                                                  \
	} while (0)

static void test_text_add__formats__are_those_of_printf(void **state)
{
	(void)state;
	SAME("%s", "plain");
	SAME("%s, %s, %%", "a b", "xy");
	SAME("%u %u %u", 0U, 10U, UINT32_MAX);
	SAME("%x %X %08x %04X", 0xbeefU, 0xBEEFU, 0x1fU, 0x55U);
	SAME("%04x", 0x12345U);
	SAME("%5u|%05u", 42U, 42U);
}

static void test_text_add__null_string_and_cut_format__add_nothing(void **state)
{
	char buf[20];
	const char *volatile null = NULL;
	const char *cut = "a%";
	struct text t;

	(void)state;
	text_init(&t, buf, sizeof(buf));
	text_add(&t, "%s", null);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	text_add(&t, cut);
#pragma GCC diagnostic pop
	assert_string_equal(buf, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_add__formats__are_those_of_printf),
		cmocka_unit_test(test_text_add__null_string_and_cut_format__add_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
