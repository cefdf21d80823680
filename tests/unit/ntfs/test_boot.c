/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boot sectors: every field out of range by name, truncation, the copy at the end. Field offsets
 * and ranges: the format's description, as ntfs-3g's layout.h has it. */
#include "raw_help.h"

#include <string.h>

#include "../../layers/layers.h"

#define SECTORS 2048U

static struct nt_boot parse(const uint8_t *p, size_t len)
{
	struct nt_boot b;

	nt_boot_parse(p, len, &b);
	return b;
}

static void test_boot__good_sample__gives_its_geometry(void **state)
{
	uint8_t s[512];

	(void)state;
	rh_boot(s, SECTORS - 1, 100);
	struct nt_boot b = parse(s, sizeof(s));
	assert_true(b.has_signature);
	assert_null(b.fault);
	assert_null(b.blemish);
	assert_int_equal(b.geo.sector_bytes, 512);
	assert_int_equal(b.geo.cluster_bytes, 4096);
	assert_int_equal(b.geo.record_bytes, 1024);
	assert_int_equal(b.geo.index_bytes, 4096);
	assert_int_equal(b.geo.volume_bytes, (SECTORS - 1) * 512);
	assert_int_equal(b.geo.mft_off_bytes, 4 * 4096);
	assert_int_equal(b.geo.mftmirr_off_bytes, 100 * 4096);
	assert_int_equal(b.geo.serial, 0x1122334455667788ULL);
}

static void test_boot__large_clusters__as_a_power_of_two(void **state)
{
	uint8_t s[512];

	(void)state;
	rh_boot(s, 1U << 20, 8);
	s[0x0D] = 0xF4; /* 2^12 sectors */
	struct nt_boot b = parse(s, sizeof(s));
	assert_null(b.fault);
	assert_int_equal(b.geo.cluster_bytes, 2 << 20);
}

static void test_boot__field_out_of_range__is_named(void **state)
{
	static const struct {
		unsigned at, bytes;
		uint64_t value;
		const char *fault, *blemish;
	} row[] = {
		{0x0B, 2, 0, "bytes per sector", NULL},
		{0x0B, 2, 513, "bytes per sector", NULL},
		{0x0B, 2, 8192, "bytes per sector", NULL},
		{0x0D, 1, 0, "sectors per cluster", NULL},
		{0x0D, 1, 3, "sectors per cluster", NULL},
		{0x0D, 1, 0xF3, "sectors per cluster", NULL},
		{0x0D, 1, 0x81, "sectors per cluster", NULL},
		{0x28, 8, 0, "total sectors", NULL},
		{0x28, 8, UINT64_MAX, "total sectors", NULL},
		{0x28, 8, 7, "total sectors", NULL},
		{0x30, 8, 0, "first cluster of $MFT", NULL},
		{0x30, 8, SECTORS, "first cluster of $MFT", NULL},
		{0x30, 8, UINT64_MAX, "first cluster of $MFT", NULL},
		{0x40, 1, 0, "size of an MFT record", NULL},
		{0x40, 1, 3, "size of an MFT record", NULL},
		{0x40, 1, 0x80, "size of an MFT record", NULL},
		{0x40, 1, 0xF8, "size of an MFT record", NULL},
		{0x40, 1, 0x7F, "size of an MFT record", NULL},
		{0x38, 8, 0, NULL, "first cluster of $MFTMirr"},
		{0x38, 8, RH_MFT_LCN, NULL, "first cluster of $MFTMirr"},
		{0x38, 8, UINT64_MAX, NULL, "first cluster of $MFTMirr"},
		{0x44, 1, 0, NULL, "size of an index block"},
		{0x44, 1, 0xE0, NULL, "size of an index block"},
		{0x1FE, 2, 0, NULL, "signature 55 AA at its end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		uint8_t s[512];
		rh_boot(s, SECTORS - 1, 100);
		for (unsigned k = 0; k < row[i].bytes; k++)
			s[row[i].at + k] = (uint8_t)(row[i].value >> 8 * k);
		struct nt_boot b = parse(s, sizeof(s));
		if (row[i].fault)
			assert_string_equal(b.fault, row[i].fault);
		else
			assert_string_equal(b.blemish, row[i].blemish);
	}
}

static void test_boot__cut_at_every_byte__names_the_length(void **state)
{
	uint8_t s[512];

	(void)state;
	rh_boot(s, SECTORS - 1, 100);
	for (size_t len = 0; len < sizeof(s); len++) {
		uint8_t *p = malloc(len + 1); /* so that the sanitizer sees a step too far */
		memcpy(p, s, len);
		assert_string_equal(parse(p, len).fault, "length");
		free(p);
	}
}

/* ---- the copy ---- */

static struct blk *disk(uint64_t sectors, uint64_t copy_at)
{
	struct blk *b = lay_mem_new(sectors * 512, 512);

	assert_non_null(b);
	rh_boot(lay_mem_bytes(b), SECTORS - 1, 100);
	if (copy_at)
		memcpy(lay_mem_bytes(b) + copy_at * 512, lay_mem_bytes(b), 512);
	return b;
}

static void test_boot_load__first_damaged__takes_the_copy_in_the_last_sector(void **state)
{
	static const uint16_t at[] = {0x03, 0x0B, 0x0D, 0x28, 0x30, 0x40, 0x44, 0x1FE};

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		auto_blk struct blk *b = disk(SECTORS, SECTORS - 1);
		struct nt_geometry g;
		memset(lay_mem_bytes(b) + at[i], 0, 2);
		if (at[i] == 0x28 || at[i] == 0x30)
			memset(lay_mem_bytes(b) + at[i], 0, 8);
		assert_int_equal(nt_boot_load(b, &g, NULL), 0);
		assert_true(g.from_backup);
		assert_int_equal(g.mft_off_bytes, 4 * 4096);
	}
}

static void test_boot_load__source_longer_than_volume__takes_the_copy_behind_the_volume(
	void **state)
{
	auto_blk struct blk *b = disk(SECTORS + 100, SECTORS - 1);
	struct nt_geometry g;

	(void)state;
	lay_mem_bytes(b)[0x40] = 0; /* the count of sectors before it is still good */
	assert_int_equal(nt_boot_load(b, &g, NULL), 0);
	assert_true(g.from_backup);
}

static void test_boot_load__no_copy__names_the_field(void **state)
{
	auto_blk struct blk *b = disk(SECTORS, 0);
	struct nt_geometry g;
	struct rs_err err = {0};

	(void)state;
	lay_mem_bytes(b)[0x0D] = 5;
	assert_int_equal(nt_boot_load(b, &g, &err), RS_E_NTFS_DAMAGED);
	assert_non_null(strstr(err.detail, "sectors per cluster"));
	memset(lay_mem_bytes(b), 0, 512);
	assert_int_equal(nt_boot_load(b, &g, &err), RS_E_NOT_NTFS);
}

static void test_boot_load__only_blemished__is_used_without_a_copy(void **state)
{
	auto_blk struct blk *b = disk(SECTORS, 0);
	struct nt_geometry g;

	(void)state;
	rs_put_le16(lay_mem_bytes(b) + 0x1FE, 0);
	assert_int_equal(nt_boot_load(b, &g, NULL), 0);
	assert_false(g.from_backup);
}

static void test_boot_load__first_unreadable__takes_the_copy_or_says_read_error(void **state)
{
	auto_blk struct blk *b = disk(SECTORS, SECTORS - 1);
	auto_blk struct blk *none = disk(SECTORS, 0);
	struct nt_geometry g;
	struct rs_err err = {0};

	(void)state;
	struct lay_watch *w = lay_watch_new(b);
	w->fail_read = 1;
	assert_int_equal(nt_boot_load(&w->blk, &g, &err), 0);
	assert_true(g.from_backup);
	blk_close(&w->blk);
	w = lay_watch_new(none);
	w->fail_read = 1;
	assert_int_equal(nt_boot_load(&w->blk, &g, &err), RS_E_IO_READ);
	blk_close(&w->blk);
}

static void test_boot_load__tiny_source__is_no_ntfs(void **state)
{
	auto_blk struct blk *b = lay_mem_new(511, 512);
	struct nt_geometry g;

	(void)state;
	assert_int_equal(nt_boot_load(b, &g, NULL), RS_E_NOT_NTFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot__good_sample__gives_its_geometry),
		cmocka_unit_test(test_boot__large_clusters__as_a_power_of_two),
		cmocka_unit_test(test_boot__field_out_of_range__is_named),
		cmocka_unit_test(test_boot__cut_at_every_byte__names_the_length),
		cmocka_unit_test(test_boot_load__first_damaged__takes_the_copy_in_the_last_sector),
		cmocka_unit_test(
			test_boot_load__source_longer_than_volume__takes_the_copy_behind_the_volume),
		cmocka_unit_test(test_boot_load__no_copy__names_the_field),
		cmocka_unit_test(test_boot_load__only_blemished__is_used_without_a_copy),
		cmocka_unit_test(
			test_boot_load__first_unreadable__takes_the_copy_or_says_read_error),
		cmocka_unit_test(test_boot_load__tiny_source__is_no_ntfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
