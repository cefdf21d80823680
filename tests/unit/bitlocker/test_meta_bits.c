/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metadata broken everywhere: every bit, every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "mini.h"

/* 41: no crash and no false success; the checksum is left wrong, then put right */
static void test_bits__each_flipped__named_answer(void **state)
{
	struct mini m;
	struct rs_err err;
	char note[256];

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	size_t len = (size_t)rs_le16(m.area + 8) * 16;
	for (size_t bit = 0; bit < len * 8; bit++) {
		m.area[bit / 8] ^= (uint8_t)(1U << bit % 8);
		mini_write(&m);
		int r = mini_try(&m, &err, note);
		assert_true(r == RS_E_BL_DAMAGED || r == RS_E_UNSUPPORTED);
		mini_checksum(&m);
		mini_write(&m);
		r = mini_try(&m, &err, note);
		if (r == MINI_OPEN)
			fail_msg("bit %zu of byte %zu: writable", bit % 8, bit / 8);
		if (r < 0)
			assert_true(err.detail[0] || r == RS_E_MEMORY);
		m.area[bit / 8] ^= (uint8_t)(1U << bit % 8);
		mini_checksum(&m);
	}
	mini_done(&m);
}

static void test_truncation__at_every_byte__refused(void **state)
{
	struct mini m;
	struct rs_err err;
	char note[256];

	(void)state;
	mini_usual(&m, BL_XTS_128, 512);
	size_t len = (size_t)rs_le16(m.area + 8) * 16 + 88;
	for (size_t n = 0; n < len; n++) {
		for (unsigned c = 0; c < 3; c++)
			memset(lay_mem_bytes(m.disk) + mini_copy_at(c) + n, 0, len - n);
		int r = mini_try(&m, &err, note);
		assert_true(r != MINI_OPEN);
		mini_write(&m);
	}
	uint64_t whole = m.disk->size_bytes;
	for (uint64_t size = 0; size < whole; size += size < 1024 ? 1 : 4093 * 13) {
		m.disk->size_bytes = size; /* a shorter disk */
		int r = mini_try(&m, &err, note);
		assert_true(r != MINI_OPEN);
	}
	m.disk->size_bytes = whole;
	mini_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits__each_flipped__named_answer),
		cmocka_unit_test(test_truncation__at_every_byte__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
