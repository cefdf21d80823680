/* SPDX-License-Identifier: GPL-3.0-or-later */
/* May we write: the journal's restart pages (real ones of Windows in the fixtures, and written by
 * hand), hibernation, the mirror, the dirty flag. */
#include "raw_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

#define PAGE ((size_t)4096)

/* A restart page as Windows writes it (version 1.1: one client, "NTFS"). */
static void put_page(uint8_t *p, uint16_t major, uint16_t minor, uint64_t lsn, bool is_clean)
{
	uint8_t *area = p + 0x30;

	memset(p, 0, PAGE);
	rs_put_le32(p, 0x52545352); /* RSTR */
	rs_put_le32(p + 0x10, (uint32_t)PAGE);
	rs_put_le32(p + 0x14, (uint32_t)PAGE);
	rs_put_le16(p + 0x18, 0x30);
	rs_put_le16(p + 0x1A, minor);
	rs_put_le16(p + 0x1C, major);
	rs_put_le64(area, lsn);
	rs_put_le16(area + 8, 1);
	rs_put_le16(area + 0xA, is_clean ? 0 : 0xFFFF);
	rs_put_le16(area + 0xC, is_clean ? 0xFFFF : 0);
	rs_put_le16(area + 0xE, is_clean ? 2 : 0);
	rs_put_le32(area + 0x10, 67 - 23);
	rs_put_le16(area + 0x14, 0xE0);
	rs_put_le16(area + 0x16, 0x40);
	rs_put_le64(area + 0x18, 4ULL << 20);
	rs_put_le16(area + 0x24, 0x30);
	rs_put_le16(area + 0x26, 0x40);
	rh_protect(p, PAGE, 0x1E);
}

struct log {
	uint8_t p[8 * PAGE];
};

static void clean_log(struct log *l)
{
	memset(l, 0xFF, sizeof(*l));
	put_page(l->p, 1, 1, 1000, true);
	put_page(l->p + PAGE, 1, 1, 900, true);
}

static struct nt_state parse(const struct log *l)
{
	struct nt_state st = {0};

	nt_log_parse((struct rs_view){l->p, sizeof(l->p)}, &st);
	return st;
}

static void test_log__clean_and_wiped__are(void **state)
{
	struct log l;

	(void)state;
	clean_log(&l);
	struct nt_state st = parse(&l);
	assert_int_equal(st.log, NT_LOG_CLEAN);
	assert_int_equal(st.log_major, 1);
	assert_int_equal(st.log_minor, 1);
	assert_int_equal(st.log_current_lsn, 1000);
	assert_string_equal(st.log_reason, "");
	memset(&l, 0xFF, sizeof(l));
	assert_int_equal(parse(&l).log, NT_LOG_WIPED);
}

static void test_log__versions__known_and_unknown(void **state)
{
	static const struct {
		uint16_t major, minor;
		enum nt_log_state log;
	} row[] = {
		{1, 0, NT_LOG_UNCLEAN},
		{1, 1, NT_LOG_UNCLEAN},
		{2, 0, NT_LOG_UNCLEAN},
		{0, 0, NT_LOG_UNSUPPORTED},
		{1, 2, NT_LOG_UNSUPPORTED},
		{2, 1, NT_LOG_UNSUPPORTED},
		{0xFFFF, 0, NT_LOG_UNSUPPORTED},
	};
	struct log l;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		clean_log(&l);
		put_page(l.p, row[i].major, row[i].minor, 2000, false);
		struct nt_state st = parse(&l);
		assert_int_equal(st.log, row[i].log);
		assert_int_equal(st.log_major, row[i].major);
		assert_true(st.log_reason[0] != '\0');
	}
}

static void test_log__two_pages__the_greater_lsn_counts(void **state)
{
	struct log l;

	(void)state;
	clean_log(&l);
	put_page(l.p + PAGE, 1, 1, 1001, false);
	assert_int_equal(parse(&l).log, NT_LOG_UNCLEAN);
	put_page(l.p + PAGE, 1, 1, 999, false);
	assert_int_equal(parse(&l).log, NT_LOG_CLEAN);
	put_page(l.p + PAGE, 1, 1, 1000, false); /* a tie: the careful answer */
	assert_int_equal(parse(&l).log, NT_LOG_UNCLEAN);
	clean_log(&l);
	memcpy(l.p, "CHKD", 4);
	assert_int_equal(parse(&l).log, NT_LOG_CHKDSK);
}

static void test_log__torn_pages__never_clean(void **state)
{
	struct log l;

	(void)state;
	clean_log(&l);
	l.p[PAGE - 1] ^= 1;
	assert_int_equal(parse(&l).log, NT_LOG_UNCLEAN); /* the other one says clean */
	l.p[2 * PAGE - 1] ^= 1;
	assert_int_equal(parse(&l).log, NT_LOG_TORN);
	memset(l.p, 0, sizeof(l.p));
	assert_int_equal(parse(&l).log, NT_LOG_TORN);
	memset(l.p, 0xFF, sizeof(l.p));		 /* restart pages wiped, records left */
	rs_put_le32(l.p + 4 * PAGE, 0x44524352); /* RCRD */
	assert_int_equal(parse(&l).log, NT_LOG_TORN);
	clean_log(&l);
	memset(l.p, 0xFF, PAGE);
	assert_int_equal(parse(&l).log, NT_LOG_CLEAN); /* second page alone */
}

static void test_log__field_out_of_range__is_not_trusted(void **state)
{
	static const struct {
		unsigned at, bytes;
		uint32_t value;
	} row[] = {
		{4, 2, 0xFFF0},
		{6, 2, 0},
		{6, 2, 0xFFFF},
		{0x10, 4, 0},
		{0x10, 4, 100},
		{0x10, 4, 1U << 31},
		{0x10, 4, 65536},
		{0x14, 4, 0},
		{0x14, 4, 3},
		{0x18, 2, 0},
		{0x18, 2, 0x31},
		{0x18, 2, 0xFF8},
		{0x18, 2, 0xFFF8},
		{0x30 + 0xC, 2, 7},
	};
	struct log l;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		clean_log(&l);
		for (unsigned k = 0; k < row[i].bytes; k++)
			l.p[row[i].at + k] = (uint8_t)(row[i].value >> 8 * k);
		if (row[i].at == 0x30 + 0xC)
			rs_put_le16(l.p + 0x30 + 0xE, 0);
		struct nt_state st = parse(&l);
		assert_true(st.log != NT_LOG_CLEAN && st.log != NT_LOG_WIPED);
	}
}

static void test_log__cut_at_every_byte__never_past_the_end(void **state)
{
	struct log l;

	(void)state;
	clean_log(&l);
	for (size_t len = 0; len < 2 * PAGE; len += len < 1100 ? 1 : 97) {
		struct nt_state st = {0};
		uint8_t *p = malloc(len + 1);
		memcpy(p, l.p, len);
		nt_log_parse((struct rs_view){p, len}, &st);
		assert_true(st.log != NT_LOG_WIPED);
		assert_true(st.log != NT_LOG_CLEAN || len >= PAGE);
		free(p);
	}
}

static void test_log__larger_pages__are_found(void **state)
{
	static uint8_t p[4 * 65536];
	struct nt_state st = {0};

	(void)state;
	memset(p, 0xFF, sizeof(p));
	put_page(p, 1, 1, 10, false);
	rs_put_le32(p + 0x10, 8192); /* the first torn at that size, the second whole */
	memset(p + 8192, 0, 8192);
	put_page(p + 8192, 1, 1, 11, true);
	for (size_t i = 1; i <= 8; i++) /* take the protection off, and on for 8192 */
		memcpy(p + 8192 + 512 * i - 2, p + 8192 + 0x1E + 2 * i, 2);
	rs_put_le32(p + 8192 + 0x10, 8192);
	memmove(p + 8192 + 0x48, p + 8192 + 0x30, 0xA0);
	rs_put_le16(p + 8192 + 0x18, 0x48);
	rh_protect(p + 8192, 8192, 0x1E);
	nt_log_parse((struct rs_view){p, sizeof(p)}, &st);
	assert_int_equal(st.log, NT_LOG_UNCLEAN); /* one page damaged */
	assert_int_equal(st.log_current_lsn, 11);
}

/* ---- a volume ---- */

static struct nt_state state_of(struct rh_vol *v)
{
	auto_nt_raw struct nt_raw *raw = rh_open(v);
	struct nt_state st;

	assert_int_equal(nt_state_read(raw, &st, NULL), 0);
	return st;
}

static void test_state__made_volume__can_be_written(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	struct nt_state st = state_of(&v);
	assert_true(st.can_write);
	assert_int_equal(st.refusal_code, 0);
	assert_int_equal(st.log, NT_LOG_WIPED);
	assert_string_equal(st.label, "TEST");
	assert_string_equal(st.hibernation, "none");
	assert_int_equal(st.ntfs_major, 3);
	assert_int_equal(st.ntfs_minor, 1);
	assert_false(st.is_dirty);
	blk_close(v.mem);
}

static void test_state__journal_open_or_half_wiped__is_refused(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	uint8_t *log = v.p + v.log_lcn * RH_CLUSTER;
	put_page(log, 2, 0, 77, false);
	struct nt_state st = state_of(&v);
	assert_false(st.can_write);
	assert_int_equal(st.refusal_code, RS_E_LOG_UNCLEAN);
	assert_int_equal(st.log_current_lsn, 77);
	put_page(log, 2, 0, 77, true); /* clean, but of a running Windows */
	st = state_of(&v);
	assert_int_equal(st.log, NT_LOG_CLEAN);
	assert_int_equal(st.refusal_code, RS_E_LOG_UNCLEAN);
	memset(log, 0xFF, PAGE);
	rs_put_le32(log + 3 * PAGE, 0x44524352); /* RCRD */
	st = state_of(&v);
	assert_int_equal(st.log, NT_LOG_TORN);
	assert_int_equal(st.refusal_code, RS_E_LOG_UNCLEAN);
	blk_close(v.mem);
}

static void expect_damaged(struct rh_vol *v, const char *text)
{
	struct nt_state st = state_of(v);

	assert_false(st.can_write);
	assert_int_equal(st.refusal_code, RS_E_NTFS_DAMAGED);
	if (!strstr(st.refusal, text))
		fail_msg("'%s', not '%s'", st.refusal, text);
	blk_close(v->mem);
}

static void test_state__boot_sector_or_volume_damaged__is_refused(void **state)
{
	struct rh_rec r;
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	v.p[3] ^= 1;
	expect_damaged(&v, "only its copy is good");
	rh_vol_make(&v, 64);
	rh_simple(&r, 3, 1, RH_ROOT, "$Volume"); /* and no more: neither version nor flags */
	rh_put(&v, 3, &r);
	expect_damaged(&v, "$Volume cannot be read");
}

static void test_state__mirror_differs__is_refused(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	v.p[v.mirror_lcn * RH_CLUSTER + 3 * RH_RECORD + 0x40] ^= 1;
	struct nt_state st = state_of(&v);
	assert_true(st.mirror_differs);
	assert_int_equal(st.refusal_code, RS_E_NTFS_DAMAGED);
	v.p[v.mirror_lcn * RH_CLUSTER + 3 * RH_RECORD + 0x40] ^= 1;
	v.p[v.mirror_lcn * RH_CLUSTER + 3 * RH_RECORD + 0x300] ^= 1; /* behind what is in use */
	assert_false(state_of(&v).mirror_differs);
	blk_close(v.mem);
}

static void test_state__mirror_one_write_behind__is_no_refusal(void **state)
{
	struct rh_vol v;

	(void)state;
	for (int step = -1; step <= 1; step++) {
		rh_vol_make(&v, 64);
		uint8_t *rec = v.p + v.mirror_lcn * RH_CLUSTER + (size_t)3 * RH_RECORD;
		uint16_t at = rs_le16(rec + 4);
		uint16_t usn = (uint16_t)(rs_le16(rec + at) + step);

		rec[0x50] ^= 1;
		rs_put_le16(rec + at, usn);
		rs_put_le16(rec + 510, usn);
		rs_put_le16(rec + 1022, usn);
		struct nt_state st = state_of(&v);
		assert_true(st.mirror_differs);
		assert_int_equal(st.is_mirror_older, step < 0);
		assert_int_equal(st.can_write, step < 0);
		blk_close(v.mem);
	}
}

static void test_state__dirty_flag__is_told_and_no_refusal(void **state)
{
	const uint8_t info[12] = {0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 0x80};
	struct rh_vol v;
	struct rh_rec r;

	(void)state;
	rh_vol_make(&v, 64);
	rh_begin(&r, 3, 3, 1, 0);
	rh_resident(&r, NT_AT_VOLUME_INFORMATION, "", info, sizeof(info));
	rh_end(&r);
	rh_put(&v, 3, &r);
	struct nt_state st = state_of(&v);
	assert_true(st.is_dirty);
	assert_int_equal(st.volume_flags, 0x8001);
	assert_true(st.can_write);
	blk_close(v.mem);
}

/* hiberfil.sys as record 30 with one cluster of data, in the root's index. */
static void put_hiberfil(struct rh_vol *v, uint64_t data_bytes, bool is_indexed)
{
	const uint64_t sizes[3] = {RH_CLUSTER, data_bytes, data_bytes};
	static const char name[] = "HiberFil.SYS"; /* any case */
	uint8_t root[0x100] = {0x30, 0, 0, 0, 1, 0, 0, 0, 0, 0x10};
	uint8_t *e = root + 0x20;
	struct rh_rec r;
	char pairs[32];

	rh_begin(&r, 30, 4, 1, 0);
	rh_times(&r, 6);
	rh_name(&r, RH_ROOT, name, NT_NS_WIN32);
	(void)snprintf(pairs, sizeof(pairs), "11 01 %02x 00", (unsigned)v->free_lcn);
	rh_runs(&r, NT_AT_DATA, 0, 0, pairs, sizes);
	rh_end(&r);
	rh_put(v, 30, &r);
	rs_put_le64(e, RH_REF(30, 4));
	rs_put_le16(e + 8, 0x70);
	rs_put_le16(e + 0xA, 0x42 + 2 * 12);
	rs_put_le64(e + 0x10, RH_ROOT);
	e[0x50] = 12;
	for (size_t i = 0; i < 12; i++)
		e[0x52 + 2 * i] = (uint8_t)name[i];
	rs_put_le16(e + 0x78, 0x10);
	e[0x7C] = 2;
	rs_put_le32(root + 0x10, 0x10);
	rs_put_le32(root + 0x14, is_indexed ? 0x90 : 0x80); /* or cut: the index is damaged */
	rs_put_le32(root + 0x18, 0x90);
	if (!is_indexed)
		rs_put_le16(e + 8, 0xFF0);
	rh_begin(&r, 5, 5, 3, 0);
	rh_resident(&r, NT_AT_INDEX_ROOT, "$I30", root, 0xA0);
	rh_end(&r);
	rh_put(v, 5, &r);
}

static void test_hibernation__first_page__strict_rule(void **state)
{
	static const struct {
		const char *magic;
		bool is_hibernated;
		const char *text;
	} row[] = {
		{"", false, "no image"},
		{"hibr", true, "hibernated (hibr)"},
		{"HIBR", true, "hibernated (HIBR)"},
		{"wake", false, "resumed (wake)"},
		{"WAKE", false, "resumed (WAKE)"},
		{"RSTR", true, "resume under way (RSTR)"},
		{"rstr", true, "resume under way (rstr)"},
		{"junk", true, "unknown image (6A 75 6E 6B): taken as hibernated"},
	};

	(void)state;
	for (unsigned pass = 0; pass < 2; pass++) {
		struct rh_vol v;
		rh_vol_make(&v, 64);
		put_hiberfil(&v, RH_CLUSTER, pass == 0);
		for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
			uint8_t *page = v.p + v.free_lcn * RH_CLUSTER;
			memset(page, 0, RH_CLUSTER);
			for (size_t k = 0; row[i].magic[k]; k++)
				page[k] = (uint8_t)row[i].magic[k];
			struct nt_state st = state_of(&v);
			assert_int_equal(st.is_hibernated, row[i].is_hibernated);
			assert_string_equal(st.hibernation, row[i].text);
			assert_int_equal(
				st.refusal_code, row[i].is_hibernated ? RS_E_HIBERNATED : 0);
		}
		memset(v.p + v.free_lcn * RH_CLUSTER, 0, RH_CLUSTER);
		v.p[v.free_lcn * RH_CLUSTER + 4095] = 1; /* zeros, but not all */
		assert_true(state_of(&v).is_hibernated);
		blk_close(v.mem);
	}
}

static void test_hibernation__short_file__is_taken_as_hibernated(void **state)
{
	struct rh_vol v;

	(void)state;
	rh_vol_make(&v, 64);
	put_hiberfil(&v, 4095, true);
	struct nt_state st = state_of(&v);
	assert_true(st.is_hibernated);
	assert_int_equal(st.refusal_code, RS_E_HIBERNATED);
	assert_non_null(strstr(st.hibernation, "4095"));
	blk_close(v.mem);
}

static void test_hibernation__record_gone_or_unreadable__is_taken_as_hibernated(void **state)
{
	static const struct {
		size_t at;
		const char *text;
	} row[] = {{0x10, "names a file that is gone"}, {0, "cannot be read"}};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct rh_vol v;
		rh_vol_make(&v, 64);
		put_hiberfil(&v, RH_CLUSTER, true);
		memset(v.p + v.free_lcn * RH_CLUSTER, 0, RH_CLUSTER); /* as if nothing slept */
		rh_at(&v, 30)[row[i].at] ^= 1;
		struct nt_state st = state_of(&v);
		assert_true(st.is_hibernated);
		assert_int_equal(st.refusal_code, RS_E_HIBERNATED);
		assert_non_null(strstr(st.hibernation, row[i].text));
		blk_close(v.mem);
	}
}

/* ---- the fixtures ---- */

static struct nt_state fixture_state(const char *name, uint64_t off_bytes)
{
	struct blk *disk = NULL, *part = NULL;
	struct nt_raw *raw = NULL;
	struct nt_state st;

	assert_int_equal(blk_file_open(rh_fixture(name), 0, &disk, NULL), 0);
	assert_int_equal(
		blk_part_new(disk, off_bytes, disk->size_bytes - off_bytes, "part", &part, NULL),
		0);
	assert_int_equal(nt_raw_open(part, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &st, NULL), 0);
	nt_raw_close(raw);
	blk_close(part);
	blk_close(disk);
	return st;
}

static void test_state__unclean_fixtures__unclean_with_their_version(void **state)
{
	static const struct {
		const char *name;
		uint16_t major, minor;
		uint64_t checkpoint;
	} row[] = {
		{"ntfs/vr-unclean-idle-v20.dd.xz", 2, 0, 0x2892af},
		{"ntfs/rw-reuse-pending-v20.dd.xz", 2, 0, 0x287bab},
		{"ntfs/rw-create-pending-v11.raw.xz", 1, 1, 0x2065cb},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct nt_state st = fixture_state(row[i].name, 0);
		assert_int_equal(st.log, NT_LOG_UNCLEAN);
		assert_int_equal(st.log_major, row[i].major);
		assert_int_equal(st.log_minor, row[i].minor);
		assert_int_equal(st.log_current_lsn, row[i].checkpoint);
		assert_false(st.can_write);
		assert_int_equal(st.refusal_code, RS_E_LOG_UNCLEAN);
	}
}

static void test_state__clean_fixtures__can_be_written(void **state)
{
	(void)state;
	struct nt_state st = fixture_state("ntfs/plaso-vsstest.qcow2", 0);
	assert_int_equal(st.log, NT_LOG_CLEAN);
	assert_string_equal(st.label, "vsstest");
	assert_int_equal(st.volume_flags, 0);
	assert_true(st.can_write);
	st = fixture_state("ntfs/dfir-ntfs_index.raw.gz", 128ULL * 512);
	assert_int_equal(st.log, NT_LOG_CLEAN);
	assert_string_equal(st.label, "Test index");
	assert_int_equal(st.volume_flags, 0x80);
	assert_true(st.can_write);
	st = fixture_state("ntfs/r2-ntfs.img.xz", 0);
	assert_int_equal(st.log, NT_LOG_WIPED); /* mkntfs */
	assert_string_equal(st.label, "MIKI_FS_TEST");
	assert_true(st.can_write);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log__clean_and_wiped__are),
		cmocka_unit_test(test_log__versions__known_and_unknown),
		cmocka_unit_test(test_log__two_pages__the_greater_lsn_counts),
		cmocka_unit_test(test_log__torn_pages__never_clean),
		cmocka_unit_test(test_log__field_out_of_range__is_not_trusted),
		cmocka_unit_test(test_log__cut_at_every_byte__never_past_the_end),
		cmocka_unit_test(test_log__larger_pages__are_found),
		cmocka_unit_test(test_state__made_volume__can_be_written),
		cmocka_unit_test(test_state__journal_open_or_half_wiped__is_refused),
		cmocka_unit_test(test_state__mirror_differs__is_refused),
		cmocka_unit_test(test_state__boot_sector_or_volume_damaged__is_refused),
		cmocka_unit_test(
			test_hibernation__record_gone_or_unreadable__is_taken_as_hibernated),
		cmocka_unit_test(test_state__mirror_one_write_behind__is_no_refusal),
		cmocka_unit_test(test_state__dirty_flag__is_told_and_no_refusal),
		cmocka_unit_test(test_hibernation__first_page__strict_rule),
		cmocka_unit_test(test_hibernation__short_file__is_taken_as_hibernated),
		cmocka_unit_test(test_state__unclean_fixtures__unclean_with_their_version),
		cmocka_unit_test(test_state__clean_fixtures__can_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, rh_fixtures_done);
}
