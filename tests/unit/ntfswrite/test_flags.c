/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The volume's flags: one bit is ours to change; what else Windows set there stays, and so does
 * what $MFT says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "vol_help.h"

static struct vh image;

static int make_image(void **state)
{
	(void)state;
	vh_make(&image, 16, 4096, 512);
	vh_filled(&image);
	return 0;
}

static int remove_image(void **state)
{
	(void)state;
	vh_remove(&image);
	return 0;
}

/* Where $VOLUME_INFORMATION's flags are in record 3, here not below a fixup. */
static size_t flags_at(const uint8_t *rec)
{
	size_t at = rs_le16(rec + 0x14);

	while (rs_le32(rec + at) != NT_AT_VOLUME_INFORMATION) {
		assert_true(rs_le32(rec + at) != UINT32_MAX);
		at += rs_le32(rec + at + 4);
	}
	at += rs_le16(rec + at + 0x14) + 10U;
	assert_true(at % 512 < 510);
	return at;
}

static void put_flags(struct blk *mem, uint16_t flags)
{
	auto_nt_raw struct nt_raw *raw = NULL;

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(raw);
	const uint64_t at[] = {g->mft_off_bytes, g->mftmirr_off_bytes};
	for (size_t i = 0; i < 2; i++) {
		uint8_t *rec = lay_mem_bytes(mem) + at[i] + 3ULL * g->record_bytes;
		rs_put_le16(rec + flags_at(rec), flags);
	}
}

static uint16_t get_flags(struct blk *mem)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct nt_state st = {0};

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &st, NULL), 0);
	assert_false(st.mirror_differs);
	return st.volume_flags;
}

static void set_dirty(struct blk *mem, bool is_dirty)
{
	struct nt_vol *vol = NULL;

	assert_int_equal(nt_vol_open(mem, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(nt_set_dirty(vol, is_dirty, NULL), 0);
	assert_int_equal(nt_is_dirty(vol), is_dirty);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
}

static void test_dirty__every_other_flag__stays(void **state)
{
	struct blk *mem = vh_load(&image);

	(void)state;
	for (unsigned bit = 1; bit < 16; bit++) {
		uint16_t other = (uint16_t)(1U << bit);
		put_flags(mem, other);
		set_dirty(mem, true);
		assert_int_equal(get_flags(mem), other | 1U);
		set_dirty(mem, true);
		assert_int_equal(get_flags(mem), other | 1U);
		set_dirty(mem, false);
		assert_int_equal(get_flags(mem), other);
	}
	put_flags(mem, 0xFFFE);
	set_dirty(mem, true);
	assert_int_equal(get_flags(mem), 0xFFFF);
	set_dirty(mem, false);
	assert_int_equal(get_flags(mem), 0xFFFE);
	blk_close(mem);
}

struct mft_said {
	uint8_t info[72];
	size_t len;
	uint64_t bytes;
};

static void mft_says(struct blk *mem, struct mft_said *ret)
{
	auto_nt_raw struct nt_raw *raw = NULL;

	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	assert_int_equal(nt_raw_size(raw, 0, NT_AT_DATA, "", &ret->bytes, NULL), 0);
	assert_int_equal(nt_raw_read(raw, 0, NT_AT_STANDARD_INFORMATION, "", 0, ret->info,
				 sizeof(ret->info), &ret->len, NULL),
		0);
	assert_true(ret->len >= 48 && rs_le64(ret->info)); /* a time, not nothing */
}

static void test_mft__grown__its_times_and_flags_stay(void **state)
{
	struct blk *mem = vh_load(&image);
	struct mft_said before = {.len = 0}, after = {.len = 0};
	struct nt_vol *vol = NULL;
	uint64_t root = 0, ref;
	char name[16];

	(void)state;
	mft_says(mem, &before);
	assert_int_equal(nt_vol_open(mem, NT_VOL_WRITE, &vol, NULL), 0);
	assert_int_equal(nt_lookup(vol, "", &root, NULL), 0);
	for (unsigned i = 0; i < 120; i++) {
		(void)snprintf(name, sizeof(name), "file%03u", i);
		assert_int_equal(nt_file_create(vol, root, name, "x", 1, 0, &ref, NULL), 0);
	}
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	mft_says(mem, &after);
	assert_true(after.bytes > before.bytes);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.info, before.info, 8); /* made */
	assert_memory_equal(after.info + 32, before.info + 32, before.len - 32);
	for (size_t i = 8; i < 32; i += 8)
		assert_true(rs_le64(after.info + i) >= rs_le64(before.info + i));
	blk_close(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dirty__every_other_flag__stays),
		cmocka_unit_test(test_mft__grown__its_times_and_flags_stay),
	};

	return cmocka_run_group_tests(tests, make_image, remove_image);
}
