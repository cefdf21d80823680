/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapping pairs and the reading of attributes through them. The first two samples are those of the
 * Linux-NTFS project's description of data runs. */
#include "raw_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

#define BIG 0x1000000U /* clusters of the volume */

static const char *add(
	struct nt_runs *runs, const char *hex, uint64_t lowest, uint64_t highest, uint64_t clusters)
{
	static uint8_t bytes[256];
	size_t n = rh_hex(hex, bytes, sizeof(bytes));
	struct nt_attr a = {.lowest_vcn = lowest, .highest_vcn = highest, .pairs = {bytes, n}};
	int code;

	return nt_runs_add(runs, &a, clusters, &code);
}

static void check(const struct nt_runs *r, size_t i, uint64_t vcn, uint64_t lcn, uint64_t clusters)
{
	assert_true(i < r->n);
	assert_int_equal(r->v[i].vcn, vcn);
	assert_int_equal(r->v[i].lcn, lcn);
	assert_int_equal(r->v[i].clusters, clusters);
}

static void test_runs__described_samples__decode(void **state)
{
	struct nt_runs r = {0};

	(void)state;
	assert_null(add(&r, "21 18 34 56 00", 0, 0x17, BIG));
	check(&r, 0, 0, 0x5634, 0x18);
	nt_runs_done(&r);
	/* forward, sparse, backward */
	assert_null(add(&r, "11 30 60 21 10 00 01 11 20 E0 00", 0, 0x5F, BIG));
	check(&r, 0, 0, 0x60, 0x30);
	check(&r, 1, 0x30, 0x160, 0x10);
	check(&r, 2, 0x40, 0x140, 0x20);
	nt_runs_done(&r);
	assert_null(add(&r, "11 30 20 01 60 11 10 30 00", 0, 0x9F, BIG));
	check(&r, 0, 0, 0x20, 0x30);
	check(&r, 1, 0x30, NT_HOLE, 0x60);
	check(&r, 2, 0x90, 0x50, 0x10);
	nt_runs_done(&r);
}

static void test_runs__second_piece__must_follow_the_first(void **state)
{
	struct nt_runs r = {0};
	uint64_t lcn, left;

	(void)state;
	assert_null(add(&r, "11 04 10 00", 0, 3, BIG));
	assert_string_equal(
		add(&r, "11 04 20 00", 5, 8, BIG), "a gap between the pieces of an attribute");
	assert_null(add(&r, "11 04 20 00", 4, 7, BIG));
	assert_true(nt_runs_find(&r, 5, &lcn, &left));
	assert_int_equal(lcn, 0x21);
	assert_int_equal(left, 3);
	assert_true(nt_runs_find(&r, 3, &lcn, &left));
	assert_int_equal(lcn, 0x13);
	assert_int_equal(left, 1);
	assert_false(nt_runs_find(&r, 8, &lcn, &left));
	nt_runs_done(&r);
}

static void test_runs__out_of_range__is_named(void **state)
{
	static const struct {
		const char *hex;
		uint64_t highest;
		const char *what;
	} row[] = {
		{"10 00", 0, "a run's length or place has an impossible number of bytes"},
		{"19 01 00 00 00 00 00 00 00 00 01 00", 0,
			"a run's length or place has an impossible number of bytes"},
		{"91 01 00", 0, "a run's length or place has an impossible number of bytes"},
		{"11 00 01 00", 0, "a run without clusters"},
		{"11 80 01 00", 0, "a run without clusters"}, /* -128 */
		{"18 FF FF FF FF FF FF FF FF 01 00", 0, "a run without clusters"},
		{"11 01 FF 00", 0, "a run before the start of the volume"},
		{"81 01 FF FF FF FF FF FF FF 7F 81 01 01 00 00 00 00 00 00 00 00", 0,
			"a run past the end of the volume"},
		{"41 01 00 00 00 01 00", 0, "a run past the end of the volume"},
		{"14 00 00 00 01 01 00", 0, "a run past the end of the volume"},
		{"08 FF FF FF FF FF FF FF 7F 00", 0, "more clusters than a file can have"},
		{"11 04 10", 3, "no end behind the runs"},
		{"21 04 10", 3, "runs go on past the end of their attribute"},
		{"11 04 10 00", 4, "the runs do not end at their highest VCN"},
		{"11 04 10 00", UINT64_MAX, "the runs do not end at their highest VCN"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct nt_runs r = {0};
		const char *what = add(&r, row[i].hex, 0, row[i].highest, BIG);
		assert_non_null(what);
		assert_string_equal(what, row[i].what);
		nt_runs_done(&r);
	}
}

static void test_runs__cut_at_every_byte__never_past_the_end(void **state)
{
	uint8_t bytes[64];
	size_t n = rh_hex("11 30 20 01 60 11 10 30 34 01 00 00 00 02 00 00 00", bytes, 64);

	(void)state;
	for (size_t len = 0; len < n; len++) {
		struct nt_runs r = {0};
		int code;
		uint8_t *p = malloc(len + 1);
		memcpy(p, bytes, len);
		struct nt_attr a = {.highest_vcn = 0x9F, .pairs = {p, len}};
		assert_non_null(nt_runs_add(&r, &a, BIG, &code));
		assert_int_equal(code, RS_E_NTFS_DAMAGED);
		nt_runs_done(&r);
		free(p);
	}
}

/* ---- reading ---- */

static void fill(struct rh_vol *v, uint64_t lcn, char c)
{
	memset(v->p + lcn * RH_CLUSTER, c, RH_CLUSTER);
}

static void test_read__hole_and_uninitialized_end__are_zeros(void **state)
{
	const uint64_t sizes[3] = {4ULL * RH_CLUSTER, 3 * RH_CLUSTER + 100, 2 * RH_CLUSTER + 50};
	static uint8_t buf[4 * RH_CLUSTER];
	struct rh_vol v;
	struct rh_rec r;
	char pairs[64];
	size_t got;

	(void)state;
	rh_vol_make(&v, 64);
	fill(&v, v.free_lcn, 'a');
	fill(&v, v.free_lcn + 1, 'b');
	fill(&v, v.free_lcn + 2, 'c');
	rh_begin(&r, 30, 1, 1, 0);
	(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 01 01 11 02 01 00", (unsigned)v.free_lcn);
	rh_runs(&r, NT_AT_DATA, 0, 3, pairs, sizes);
	rh_end(&r);
	rh_put(&v, 30, &r);
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, sizeof(buf), &got, NULL), 0);
	assert_int_equal(got, sizes[1]);
	assert_int_equal(buf[RH_CLUSTER - 1], 'a');
	assert_int_equal(buf[RH_CLUSTER], 0);
	assert_int_equal(buf[2 * RH_CLUSTER], 'b');
	assert_int_equal(buf[2 * RH_CLUSTER + 49], 'b');
	assert_int_equal(buf[2 * RH_CLUSTER + 50], 0);
	assert_int_equal(buf[got - 1], 0);
	assert_int_equal(buf[got], 'x');
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 4095, buf, 2, &got, NULL), 0);
	assert_int_equal(buf[0], 'a');
	assert_int_equal(buf[1], 0);
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", UINT64_MAX, buf, 2, &got, NULL), 0);
	assert_int_equal(got, 0);
	assert_int_equal(
		nt_raw_read(raw, 30, NT_AT_DATA, "x", 0, buf, 2, &got, NULL), RS_E_NO_SUCH_FILE);
	blk_close(v.mem);
}

static void test_will_need__hole_and_end__only_what_will_be_read(void **state)
{
	const uint64_t sizes[3] = {4ULL * RH_CLUSTER, 4ULL * RH_CLUSTER, 4ULL * RH_CLUSTER};
	struct rh_vol v;
	struct rh_rec r;
	char pairs[64];

	(void)state;
	rh_vol_make(&v, 64);
	rh_begin(&r, 30, 1, 1, 0);
	(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 01 01 11 02 01 00", (unsigned)v.free_lcn);
	rh_runs(&r, NT_AT_DATA, 0, 3, pairs, sizes);
	rh_end(&r);
	rh_put(&v, 30, &r);
	struct lay_watch *w = lay_watch_new(v.mem);
	assert_non_null(w);
	struct nt_raw *raw = NULL;
	assert_int_equal(nt_raw_open(&w->blk, &raw, NULL), 0);
	lay_watch_reset(w);
	nt_raw_will_need(raw, 30, UINT64_MAX);
	assert_int_equal(w->hinted_bytes, 3 * RH_CLUSTER); /* the hole is nowhere */
	assert_int_equal(w->hinted_at, (v.free_lcn + 1) * RH_CLUSTER);
	lay_watch_reset(w);
	nt_raw_will_need(raw, 30, 2 * RH_CLUSTER + 100);
	assert_int_equal(w->hinted_bytes, RH_CLUSTER + 100);
	lay_watch_reset(w);
	nt_raw_will_need(raw, NT_MFT_RECORD, 2048);
	assert_int_equal(w->hinted_at, RH_MFT_LCN * RH_CLUSTER);
	assert_int_equal(w->hinted_bytes, 2048);
	lay_watch_reset(w);
	nt_raw_will_need(raw, 31, 2048);	 /* not in use */
	nt_raw_will_need(raw, UINT64_MAX, 2048); /* not there */
	assert_int_equal(w->hinted_bytes, 0);
	nt_raw_close(raw);
	blk_close(&w->blk);
	blk_close(v.mem);
}

static void test_read__sizes_beyond_the_runs__is_damage(void **state)
{
	const uint64_t sizes[3] = {RH_CLUSTER, 9ULL * RH_CLUSTER, 9ULL * RH_CLUSTER};
	static uint8_t buf[9 * RH_CLUSTER];
	struct rh_vol v;
	struct rh_rec r;
	char pairs[64];
	size_t got;

	(void)state;
	rh_vol_make(&v, 64);
	rh_begin(&r, 30, 1, 1, 0);
	(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 00", (unsigned)v.free_lcn);
	rh_runs(&r, NT_AT_DATA, 0, 0, pairs, sizes);
	rh_end(&r);
	rh_put(&v, 30, &r);
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, RH_CLUSTER, &got, NULL), 0);
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, sizeof(buf), &got, NULL),
		RS_E_NTFS_DAMAGED);
	blk_close(v.mem);
}

static void test_read__compressed_or_encrypted__is_not_supported(void **state)
{
	const uint64_t sizes[3] = {RH_CLUSTER, 100, 100};
	static const uint16_t flags[] = {NT_ATTR_COMPRESSED, NT_ATTR_ENCRYPTED};
	uint8_t buf[100];
	char pairs[64];
	size_t got;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rh_vol v;
		struct rh_rec r;
		uint64_t size = 0;
		rh_vol_make(&v, 64);
		rh_begin(&r, 30, 1, 1, 0);
		(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 00", (unsigned)v.free_lcn);
		rh_runs(&r, NT_AT_DATA, 0, 0, pairs, sizes);
		rs_put_le16(r.b + 0x38 + 0xC, flags[i]);
		rh_end(&r);
		rh_put(&v, 30, &r);
		auto_nt_raw struct nt_raw *raw = rh_open(&v);
		assert_int_equal(nt_raw_size(raw, 30, NT_AT_DATA, "", &size, NULL), 0);
		assert_int_equal(size, 100);
		assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, 100, &got, NULL),
			RS_E_UNSUPPORTED);
		blk_close(v.mem);
	}
}

/* Record 30 with a list: $DATA in records 31 and 32. */
static void put_listed(struct rh_vol *v, uint16_t sequence_31, uint64_t base_of_32)
{
	const uint64_t sizes[3] = {2 * RH_CLUSTER, 2 * RH_CLUSTER, 2 * RH_CLUSTER};
	uint8_t list[0x40] = {0};
	struct rh_rec r;
	char pairs[64];

	for (size_t i = 0; i < 2; i++) {
		uint8_t *e = list + 0x20 * i;
		rs_put_le32(e, NT_AT_DATA);
		rs_put_le16(e + 4, 0x20);
		e[7] = 0x1A;
		rs_put_le64(e + 8, i);
		rs_put_le64(e + 0x10, RH_REF(31 + i, 4));
	}
	rh_begin(&r, 30, 2, 1, 0);
	rh_resident(&r, NT_AT_ATTRIBUTE_LIST, "", list, sizeof(list));
	rh_end(&r);
	rh_put(v, 30, &r);
	for (unsigned i = 0; i < 2; i++) {
		rh_begin(&r, 31 + i, i ? 4 : sequence_31, 1, i ? base_of_32 : RH_REF(30, 2));
		(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 00", (unsigned)(v->free_lcn + i));
		rh_runs(&r, NT_AT_DATA, i, i, pairs, sizes);
		rh_end(&r);
		rh_put(v, 31 + i, &r);
	}
	fill(v, v->free_lcn, 'a');
	fill(v, v->free_lcn + 1, 'b');
}

static void test_read__pieces_in_extension_records__are_joined(void **state)
{
	static uint8_t buf[2 * RH_CLUSTER];
	struct rh_vol v;
	size_t got;

	(void)state;
	rh_vol_make(&v, 64);
	put_listed(&v, 4, RH_REF(30, 2));
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, sizeof(buf), &got, NULL), 0);
	assert_int_equal(got, sizeof(buf));
	assert_int_equal(buf[RH_CLUSTER - 1], 'a');
	assert_int_equal(buf[RH_CLUSTER], 'b');
	blk_close(v.mem);
}

static void test_read__extension_of_another_file__is_damage(void **state)
{
	uint8_t buf[8];
	size_t got;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rh_vol v;
		rh_vol_make(&v, 64);
		put_listed(&v, i ? 4 : 5, i ? RH_REF(33, 2) : RH_REF(30, 2));
		auto_nt_raw struct nt_raw *raw = rh_open(&v);
		assert_int_equal(nt_raw_read(raw, 30, NT_AT_DATA, "", 0, buf, 8, &got, NULL),
			RS_E_NTFS_DAMAGED);
		blk_close(v.mem);
	}
}

/* ---- $MFT itself ---- */

static void test_open__record_0_torn__uses_the_mirror(void **state)
{
	struct rh_vol v;
	uint8_t rec[NT_RECORD_MAX];

	(void)state;
	rh_vol_make(&v, 64);
	rh_at(&v, 0)[510] ^= 1;
	auto_nt_raw struct nt_raw *raw = rh_open(&v);
	assert_int_equal(raw->records, 64);
	assert_int_equal(nt_raw_record(raw, 0, rec, NULL), 0);
	assert_int_equal(nt_raw_record(raw, 64, rec, NULL), RS_E_NO_SUCH_FILE);
	blk_close(v.mem);
}

static void test_open__both_torn__says_what_of_both(void **state)
{
	struct nt_raw *raw = NULL;
	struct rs_err err = {0};
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	rh_at(&v, 0)[510] ^= 1;
	memset(v.p + v.mirror_lcn * RH_CLUSTER, 0, 4);
	assert_int_equal(nt_raw_open(v.mem, &raw, &err), RS_E_NTFS_DAMAGED);
	assert_non_null(strstr(err.detail, "torn"));
	assert_non_null(strstr(err.detail, "no FILE signature"));
	blk_close(v.mem);
}

static void test_open__source_ends_before_the_mft__is_truncated(void **state)
{
	auto_blk struct blk *b = lay_mem_new(3 * RH_CLUSTER, 512);
	struct nt_raw *raw = NULL;

	(void)state;
	rh_boot(lay_mem_bytes(b), 100000, 100);
	assert_int_equal(nt_raw_open(b, &raw, NULL), RS_E_TRUNCATED);
}

static void test_open__mft_with_a_hole_or_too_long__ends_there(void **state)
{
	const uint64_t sizes[3] = {1ULL << 40, 1ULL << 40, 1ULL << 40};
	static const char *const pairs[] = {
		"11 02 04 06 00 00 00 00 00 01 00", "11 02 04 11 70 00 11 70 00 11 70 00 00"};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rh_vol v;
		struct rh_rec r;
		rh_vol_make(&v, 64);
		rh_begin(&r, 0, 1, 1, 0);
		rh_runs(&r, NT_AT_DATA, 0, 1, pairs[i], sizes);
		rh_end(&r);
		rh_put(&v, 0, &r);
		auto_nt_raw struct nt_raw *raw = rh_open(&v);
		assert_true(raw->records >= 8);
		assert_true(raw->records * RH_RECORD <= v.mem->size_bytes);
		assert_true(raw->mft_fault[0] != '\0');
		blk_close(v.mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs__described_samples__decode),
		cmocka_unit_test(test_runs__second_piece__must_follow_the_first),
		cmocka_unit_test(test_runs__out_of_range__is_named),
		cmocka_unit_test(test_runs__cut_at_every_byte__never_past_the_end),
		cmocka_unit_test(test_read__hole_and_uninitialized_end__are_zeros),
		cmocka_unit_test(test_will_need__hole_and_end__only_what_will_be_read),
		cmocka_unit_test(test_read__sizes_beyond_the_runs__is_damage),
		cmocka_unit_test(test_read__compressed_or_encrypted__is_not_supported),
		cmocka_unit_test(test_read__pieces_in_extension_records__are_joined),
		cmocka_unit_test(test_read__extension_of_another_file__is_damage),
		cmocka_unit_test(test_open__record_0_torn__uses_the_mirror),
		cmocka_unit_test(test_open__both_torn__says_what_of_both),
		cmocka_unit_test(test_open__source_ends_before_the_mft__is_truncated),
		cmocka_unit_test(test_open__mft_with_a_hole_or_too_long__ends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
