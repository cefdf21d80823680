/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each operation alone on a block in memory: what it does, by the format's description, and every
 * offset and length out of bounds refused without a byte outside the block touched (sanitizers). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ntfslog/replay_internal.h"

#define LEN 1024U

/* A record with a resident $DATA of 8 bytes at 0x38 (value at 0x18), a non-resident one of 3
 * clusters at 0x58, an $INDEX_ROOT with one entry of 0x18 bytes and the end at 0xA0, the end mark.
 */
static uint8_t *record(void)
{
	uint8_t *r = calloc(1, LEN);

	assert_non_null(r);
	memcpy(r, "FILE", 4);
	rs_put_le16(r + 4, 0x30);
	rs_put_le16(r + 6, 3);
	rs_put_le16(r + 0x10, 9);
	rs_put_le16(r + 0x14, 0x38);
	rs_put_le16(r + 0x16, 1);
	rs_put_le16(r + 0x28, 3);
	rs_put_le32(r + 0x38, 0x80);
	rs_put_le32(r + 0x3C, 0x20);
	rs_put_le32(r + 0x48, 8);
	rs_put_le16(r + 0x4C, 0x18);
	memset(r + 0x50, 'x', 8);
	uint8_t *n = r + 0x58;
	rs_put_le32(n, 0x80);
	rs_put_le32(n + 4, 0x48);
	n[8] = 1;
	rs_put_le64(n + 0x18, 2);
	rs_put_le16(n + 0x20, 0x40);
	memcpy(n + 0x40, "\x11\x03\x20", 4);
	uint8_t *x = r + 0xA0;
	rs_put_le32(x, 0x90);
	rs_put_le32(x + 4, 0x60);
	rs_put_le32(x + 0x10, 0x48);
	rs_put_le16(x + 0x14, 0x18);
	rs_put_le32(x + 0x28, 0x10);
	rs_put_le32(x + 0x2C, 0x38);
	rs_put_le32(x + 0x30, 0x38);
	rs_put_le16(x + 0x38, 0x10); /* the entry: data at 0x10 */
	rs_put_le16(x + 0x40, 0x18);
	rs_put_le16(x + 0x44, 1); /* with a child */
	rs_put_le16(x + 0x58, 0x10);
	rs_put_le16(x + 0x5C, 2);
	rs_put_le32(r + 0x100, UINT32_MAX);
	rs_put_le32(r + 0x18, 0x108);
	return r;
}

static struct nt_rp_op op_of(uint16_t op, uint16_t a, uint16_t o, const void *data, uint32_t len)
{
	return (struct nt_rp_op){
		.op = op, .record_off = a, .attr_off = o, .data = {data, len}, .data_len = len};
}

static void test_op__deallocate__clears_in_use_and_counts(void **state)
{
	uint8_t *r = record();
	struct nt_rp_op op = op_of(3, 0, 0, NULL, 0);

	(void)state;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le16(r + 0x16), 0);
	assert_int_equal(rs_le16(r + 0x10), 10);
	rs_put_le16(r + 0x10, 0xFFFF);
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le16(r + 0x10), 1);
	free(r);
}

/* Taking a deallocation back: only the first 24 bytes were logged, the rest of the record stays. */
static void test_op__deallocate_taken_back__only_the_header_changes(void **state)
{
	uint8_t *r = record(), *same = record(), head[0x18];
	struct nt_rp_op gone = op_of(3, 0, 0, NULL, 0), back = op_of(2, 0, 0, head, sizeof(head));

	(void)state;
	memcpy(head, r, sizeof(head));
	assert_null(nt_rp_do_file(r, LEN, &gone));
	assert_non_null(nt_rp_do_file(r, LEN, &back)); /* a redo brings the record whole */
	back.is_undo = true;
	assert_null(nt_rp_do_file(r, LEN, &back));
	assert_memory_equal(r, same, LEN);
	head[0x14] = 0x40; /* attributes elsewhere: not this record's header */
	assert_non_null(nt_rp_do_file(r, LEN, &back));
	head[0x14] = 0x38;
	back.data_len = 0x17;
	assert_non_null(nt_rp_do_file(r, LEN, &back));
	assert_memory_equal(r, same, LEN);
	free(r);
	free(same);
}

static void test_op__create_then_delete_attribute__gives_the_same(void **state)
{
	uint8_t *r = record(), *same = record(), a[0x20] = {0x30, 0, 0, 0, 0x20};

	(void)state;
	rs_put_le32(a + 0x10, 8);
	rs_put_le16(a + 0x14, 0x18);
	rs_put_le16(a + 0xE, 7);
	struct nt_rp_op create = op_of(5, 0x58, 0, a, sizeof(a)), delete = op_of(6, 0x58, 0, a, 0);
	assert_null(nt_rp_do_file(r, LEN, &create));
	assert_int_equal(rs_le32(r + 0x18), 0x128);
	assert_memory_equal(r + 0x58, a, sizeof(a));
	assert_memory_equal(r + 0x78, same + 0x58, 0xB0);
	assert_int_equal(rs_le16(r + 0x28), 8);
	assert_null(nt_rp_do_file(r, LEN, &delete));
	assert_int_equal(rs_le32(r + 0x18), 0x108);
	assert_memory_equal(r + 0x38, same + 0x38, 0xD0);
	free(r);
	free(same);
}

static void test_op__resident_value_grows_and_shrinks__tail_moves(void **state)
{
	uint8_t *r = record(), *same = record();
	struct nt_rp_op op = op_of(7, 0x38, 0x18, "0123456789abc", 13);

	(void)state;
	op.is_resized = true;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le32(r + 0x3C), 0x28);
	assert_int_equal(rs_le32(r + 0x48), 13);
	assert_memory_equal(r + 0x50, "0123456789abc", 13);
	assert_memory_equal(r + 0x60, same + 0x58, 0xB0);
	op = op_of(7, 0x38, 0x18, "xxxxxxxx", 8);
	op.is_resized = true;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_memory_equal(r + 0x38, same + 0x38, 0xD0);
	op = op_of(7, 0x38, 0x1C, NULL, 4); /* not in the log: zeros, length as it is */
	op.is_zero = true;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_memory_equal(r + 0x50, "xxxx\0\0\0\0", 8);
	free(r);
	free(same);
}

static void test_op__mapping_pairs__end_follows_the_runs(void **state)
{
	uint8_t *r = record();
	struct nt_rp_op op = op_of(9, 0x58, 0x43, "\x21\x05\x00\x01", 5);

	(void)state;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le32(r + 0x5C), 0x48);
	assert_int_equal(rs_le64(r + 0x70), 7);
	op = op_of(9, 0x58, 0x43, "\x21\x05\x00\x01\x11\x01\x01\x00\x00", 9);
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le32(r + 0x5C), 0x50);
	assert_int_equal(rs_le64(r + 0x70), 8);
	op = op_of(9, 0x58, 0x40, "\xFF\xFF", 2);
	assert_non_null(nt_rp_do_file(r, LEN, &op));
	free(r);
}

static void test_op__sizes__allocated_valid_data(void **state)
{
	uint8_t *r = record(), d[24] = {0};
	struct nt_rp_op op = op_of(0xB, 0x58, 0, d, sizeof(d));

	(void)state;
	d[0] = 1;
	d[8] = 2;
	d[16] = 3;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_int_equal(rs_le64(r + 0x80), 1);
	assert_int_equal(rs_le64(r + 0x90), 2);
	assert_int_equal(rs_le64(r + 0x88), 3);
	free(r);
}

static void test_op__root_entry_added_and_removed__lengths_follow(void **state)
{
	uint8_t *r = record(), *same = record(), e[0x20] = {0};

	(void)state;
	rs_put_le16(e + 8, sizeof(e));
	memset(e + 0x10, 'e', 0x10);
	struct nt_rp_op add = op_of(0xC, 0xA0, 0x38, e, sizeof(e)),
			del = op_of(0xD, 0xA0, 0x38, e, 0);
	assert_null(nt_rp_do_file(r, LEN, &add));
	assert_int_equal(rs_le32(r + 0xA4), 0x80);
	assert_int_equal(rs_le32(r + 0xB0), 0x68);
	assert_int_equal(rs_le32(r + 0xCC), 0x58);
	assert_int_equal(rs_le32(r + 0xD0), 0x58);
	assert_memory_equal(r + 0xD8, e, sizeof(e));
	assert_memory_equal(r + 0xF8, same + 0xD8, 0x30);
	assert_null(nt_rp_do_file(r, LEN, &del));
	assert_memory_equal(r + 0x38, same + 0x38, 0xD0);
	free(r);
	free(same);
}

static void test_op__entry_updates__hit_their_place(void **state)
{
	uint8_t *r = record(), child[8] = {1, 2, 3, 4, 5, 6, 7, 8}, name[56] = {0};
	struct nt_rp_op op = op_of(0x11, 0xA0, 0x38, child, 8);

	(void)state;
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_memory_equal(r + 0xE8, child, 8);
	op = op_of(0x21, 0xA0, 0x38, "ab", 2);
	assert_null(nt_rp_do_file(r, LEN, &op));
	assert_memory_equal(r + 0xE8, "ab\3\4", 4);
	op = op_of(0x13, 0xA0, 0x38, name, 56); /* the entry is too short for a name */
	assert_non_null(nt_rp_do_file(r, LEN, &op));
	op = op_of(0x11, 0xA0, 0x50, child, 8); /* the end entry has no child */
	assert_non_null(nt_rp_do_file(r, LEN, &op));
	free(r);
}

static uint8_t *block(void)
{
	uint8_t *x = calloc(1, LEN);

	assert_non_null(x);
	memcpy(x, "INDX", 4);
	rs_put_le32(x + 0x18, 0x28);
	rs_put_le32(x + 0x1C, 0x38);
	rs_put_le32(x + 0x20, LEN - 0x18);
	rs_put_le16(x + 0x48, 0x10);
	rs_put_le16(x + 0x4C, 2);
	return x;
}

static void test_op__block_entry_added_and_removed__old_bytes_stay(void **state)
{
	uint8_t *x = block(), e[0x20] = {0};

	(void)state;
	rs_put_le16(e + 8, sizeof(e));
	struct nt_rp_op add = op_of(0xE, 0, 0x40, e, sizeof(e)), del = op_of(0xF, 0, 0x40, e, 0);
	assert_null(nt_rp_do_indx(x, LEN, &add));
	assert_int_equal(rs_le32(x + 0x1C), 0x58);
	assert_int_equal(rs_le16(x + 0x6C), 2);
	assert_null(nt_rp_do_indx(x, LEN, &del));
	assert_int_equal(rs_le32(x + 0x1C), 0x38);
	assert_int_equal(rs_le16(x + 0x4C), 2);
	assert_int_equal(rs_le16(x + 0x6C), 2);
	struct nt_rp_op end = op_of(0x10, 0, 0x40, e, sizeof(e));
	assert_null(nt_rp_do_indx(x, LEN, &end));
	assert_int_equal(rs_le32(x + 0x1C), 0x40 + 0x20 - 0x18);
	free(x);
}

static void test_op__zeros_in_a_block__only_in_a_sound_one(void **state)
{
	uint8_t *x = block();
	struct nt_rp_op op = op_of(8, 0, 0x40, NULL, 8);

	(void)state;
	op.is_zero = true;
	assert_null(nt_rp_do_indx(x, LEN, &op));
	assert_int_equal(rs_le16(x + 0x48), 0x10);
	rs_put_le32(x + 0x1C, LEN); /* entries beyond the block */
	assert_non_null(nt_rp_do_indx(x, LEN, &op));
	free(x);
}

static void test_op__bits__set_and_clear_exactly_those(void **state)
{
	uint8_t map[4] = {0};

	(void)state;
	nt_rp_set_bits(map, 3, 14, true);
	assert_memory_equal(map, "\xF8\xFF\x01", 4);
	nt_rp_set_bits(map, 8, 1, false);
	assert_memory_equal(map, "\xF8\xFE\x01", 4);
}

/* Every operation with every kind of offset and length: refused or done, never outside. */
static void test_op__any_offsets__stay_inside(void **state)
{
	static const uint16_t at[] = {0, 8, 0x18, 0x28, 0x38, 0x40, 0x58, 0xA0, 0x100, 0x104, 0x108,
		0x3F8, 0x3FF, 0x400, 0x8000, 0xFFFF};
	static const uint32_t lens[] = {0, 1, 4, 8, 16, 24, 32, 56, 0x400, 0x401, 0xFFFF};
	const size_t n_at = sizeof(at) / sizeof(at[0]);
	uint8_t *data = calloc(1, 0x10000);
	unsigned done = 0;

	(void)state;
	assert_non_null(data);
	for (unsigned i = 0; i < 0x28 * n_at * n_at * 11 * 2; i++) {
		unsigned k = i / 2;
		uint32_t len = lens[k % 11];
		k /= 11;
		struct nt_rp_op op = op_of((uint16_t)(k / (n_at * n_at)), at[k % n_at],
			at[k / n_at % n_at], data, len);
		op.is_resized = i % 2;
		rs_put_le16(data + 8, (uint16_t)len);
		rs_put_le32(data + 4, len);
		uint8_t *r = record(), *x = block();
		done += !nt_rp_do_file(r, LEN, &op);
		assert_true(op.op == 2 || rs_le32(r + 0x18) <= LEN);
		done += !nt_rp_do_indx(x, LEN, &op);
		assert_true(rs_le32(x + 0x1C) <= LEN - 0x18);
		free(r);
		free(x);
	}
	assert_true(done > 100);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_op__deallocate__clears_in_use_and_counts),
		cmocka_unit_test(test_op__deallocate_taken_back__only_the_header_changes),
		cmocka_unit_test(test_op__create_then_delete_attribute__gives_the_same),
		cmocka_unit_test(test_op__resident_value_grows_and_shrinks__tail_moves),
		cmocka_unit_test(test_op__mapping_pairs__end_follows_the_runs),
		cmocka_unit_test(test_op__sizes__allocated_valid_data),
		cmocka_unit_test(test_op__root_entry_added_and_removed__lengths_follow),
		cmocka_unit_test(test_op__entry_updates__hit_their_place),
		cmocka_unit_test(test_op__block_entry_added_and_removed__old_bytes_stay),
		cmocka_unit_test(test_op__zeros_in_a_block__only_in_a_sound_one),
		cmocka_unit_test(test_op__bits__set_and_clear_exactly_those),
		cmocka_unit_test(test_op__any_offsets__stay_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
