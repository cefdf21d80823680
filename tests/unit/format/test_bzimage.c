/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of a Linux kernel, fields by Documentation/arch/x86/boot.rst. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/pe.h"
#include "help_pe.h"

enum { BYTES = 0x264 };

static void make(uint8_t p[BYTES])
{
	memset(p, 0, BYTES);
	memcpy(p + 0x202, "HdrS", 4);
	help_put32(p, 0x206, 0x20F);
	help_put32(p, 0x230, 0x200000);
	help_put32(p, 0x260, 0x3F9A000);
}

static void test_bzimage_room__kernel__is_its_init_size_and_alignment(void **state)
{
	uint8_t p[BYTES];

	(void)state;
	make(p);
	assert_int_equal(bzimage_room(p, BYTES), 0x3F9A000 + 0x200000);
	help_put32(p, 0x230, UINT32_MAX);
	help_put32(p, 0x260, UINT32_MAX);
	assert_int_equal(bzimage_room(p, BYTES), 2 * (uint64_t)UINT32_MAX);
}

static void test_bzimage_room__other_or_old_or_cut_file__is_not_known(void **state)
{
	uint8_t p[BYTES];

	(void)state;
	make(p);
	for (size_t len = 0; len < BYTES; len++) {
		uint8_t *cut = malloc(len ? len : 1); /* address sanitizer looks at its end */
		assert_non_null(cut);
		memcpy(cut, p, len);
		assert_int_equal(bzimage_room(cut, len), 0);
		free(cut);
	}
	help_put32(p, 0x206, 0x209);
	assert_int_equal(bzimage_room(p, BYTES), 0);
	make(p);
	p[0x202] = 'h';
	assert_int_equal(bzimage_room(p, BYTES), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bzimage_room__kernel__is_its_init_size_and_alignment),
		cmocka_unit_test(test_bzimage_room__other_or_old_or_cut_file__is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
