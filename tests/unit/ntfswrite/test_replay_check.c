/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checks that a plan must pass before it is trusted: a sound volume of libntfs-3g's making, one
 * thing wrong with it, and a plan that says it wrote just that. Each is told by its own words, so a
 * check that is taken out fails its test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "check_help.h"

/* ---- what is wrong ---- */

static void nothing(void)
{
	ch_touch(ch.file);
	ch_touch(ch.dir);
	ch_touch(ch.big);
	ch_touch(ch.linked);
}

static void torn_record(void)
{
	ch_record(ch.file)[510] ^= 1;
}

static void past_the_end(void)
{
	uint8_t *a = ch_attribute(0, NT_AT_DATA);
	uint64_t records = rs_le64(a + 0x38) / CH_RECORD;

	assert_true((records + 1) * CH_RECORD <= rs_le64(a + 0x28));
	memcpy(ch_record(records), ch_record(ch.file), CH_RECORD);
}

/* The last cluster but one of the volume is free. */
static void record_elsewhere(void)
{
	uint8_t *free_cluster = ch.p + ch.size - 4UL * CH_CLUSTER;

	memcpy(free_cluster, ch_record(ch.file), CH_RECORD);
}

static void torn_index_block(void)
{
	uint8_t *x = ch_contents(ch.big, NT_AT_INDEX_ALLOCATION);

	memset(x + CH_SECTOR - 2, 0x77, 2);
}

/* Only the block is written, and it is in no tree. */
static void malformed_index_block(void)
{
	uint8_t *free_cluster = ch.p + ch.size - 4UL * CH_CLUSTER;

	memcpy(free_cluster, ch_contents(ch.big, NT_AT_INDEX_ALLOCATION), CH_CLUSTER);
	rs_put_le16(free_cluster + 0x18 + rs_le32(free_cluster + 0x18) + 8, 7);
}

/* The first entry of the block and the one after it, of the same length. */
static uint8_t *first_entry(void)
{
	uint8_t *x = ch_contents(ch.big, NT_AT_INDEX_ALLOCATION);
	uint8_t *e = x + 0x18 + rs_le32(x + 0x18);

	assert_int_equal(rs_le16(e + 8), rs_le16(e + rs_le16(e + 8) + 8));
	assert_true(2U * rs_le16(e + 8) + (size_t)(e - x) < CH_SECTOR - 2);
	return e;
}

static void two_entries_change_places(void)
{
	uint8_t *e = first_entry(), copy[256];
	size_t n = rs_le16(e + 8);

	memcpy(copy, e, n);
	memcpy(e, e + n, n);
	memcpy(e + n, copy, n);
}

static void entry_twice(void)
{
	uint8_t *e = first_entry();

	memcpy(e + rs_le16(e + 8), e, rs_le16(e + 8));
}

static void entry_of_another_folder(void)
{
	uint8_t *e = first_entry();

	e[rs_le16(e + 8) + 0x10] ^= 1;
}

/* The folder changes; one of its files is no more. */
static void entry_of_a_free_record(void)
{
	ch_record(ch.in_big)[0x16] &= 0xFE;
	ch_touch(ch.big);
}

static void entry_of_another_file(void)
{
	ch_record(ch.in_big)[0x10] ^= 2;
	ch_touch(ch.big);
}

static void entry_of_another_name(void)
{
	ch_attribute(ch.in_big, NT_AT_FILE_NAME)[0x18 + 0x42] ^= 1;
	ch_touch(ch.big);
}

/* In an extension record: the name is there, but spelled otherwise. */
static void entry_of_another_name_in_an_extension(void)
{
	uint8_t *list = ch_attribute(ch.linked, 0x20);
	uint8_t *value = list[8] ? ch_contents(ch.linked, 0x20) : list + rs_le16(list + 0x14);
	uint64_t other = 0;

	for (size_t at = 0; !other; at += rs_le16(value + at + 4))
		if (rs_le32(value + at) == NT_AT_FILE_NAME &&
			NT_REF_RECORD(rs_le64(value + at + 0x10)) != ch.linked)
			other = NT_REF_RECORD(rs_le64(value + at + 0x10));
	ch_attribute(other, NT_AT_FILE_NAME)[0x18 + 0x42] ^= 1;
	ch_touch(ch.big);
}

/* The root of the small folder ends before its first entry. */
static void name_without_entry(void)
{
	uint8_t *a = ch_attribute(ch.dir, NT_AT_INDEX_ROOT), *h = a + rs_le16(a + 0x14) + 0x10;
	uint8_t *e = h + rs_le32(h);

	rs_put_le16(e + 0xC, 2);
	ch_touch(ch.file);
}

static void parent_is_no_folder(void)
{
	rs_put_le64(ch_attribute(ch.file, NT_AT_FILE_NAME) + 0x18,
		ch.second | (uint64_t)rs_le16(ch_record(ch.second) + 0x10) << 48);
}

static void name_malformed(void)
{
	ch_attribute(ch.file, NT_AT_FILE_NAME)[0x18 + 0x40] = 0;
}

static void cluster_is_free(void)
{
	uint64_t lcn = (uint64_t)(ch_contents(ch.file, NT_AT_DATA) - ch.p) / CH_CLUSTER;

	ch_contents(6, NT_AT_DATA)[lcn / 8] &= (uint8_t) ~(1U << lcn % 8);
	ch_touch(ch.file);
}

static void record_is_free(void)
{
	ch_contents(0, NT_AT_BITMAP)[ch.file / 8] &= (uint8_t) ~(1U << ch.file % 8);
	ch_touch(ch.file);
}

static void longer_than_its_clusters(void)
{
	uint8_t *a = ch_attribute(ch.file, NT_AT_DATA);

	rs_put_le64(a + 0x30, rs_le64(a + 0x28) + 1);
}

static void valid_longer_than_data(void)
{
	rs_put_le64(ch_attribute(ch.file, NT_AT_DATA) + 0x38, 20001);
}

static void more_runs_than_size(void)
{
	uint8_t *a = ch_attribute(ch.file, NT_AT_DATA);

	rs_put_le64(a + 0x28, CH_CLUSTER);
	rs_put_le64(a + 0x30, CH_CLUSTER);
	rs_put_le64(a + 0x38, CH_CLUSTER);
}

static void fewer_runs_than_size(void)
{
	uint8_t *a = ch_attribute(ch.file, NT_AT_DATA);

	rs_put_le64(a + 0x28, rs_le64(a + 0x28) + CH_CLUSTER);
}

static void run_outside(void)
{
	uint8_t *a = ch_attribute(ch.file, NT_AT_DATA), *pairs = a + rs_le16(a + 0x20);

	assert_true(pairs[0] >> 4 >= 2);
	pairs[1 + (pairs[0] & 15) + (pairs[0] >> 4) - 1] = 0x7F;
}

static void attributes_out_of_order(void)
{
	rs_put_le32(ch_attribute(ch.file, NT_AT_FILE_NAME), 0x0F);
}

static void number_twice(void)
{
	rs_put_le16(ch_attribute(ch.file, NT_AT_DATA) + 0xE,
		rs_le16(ch_attribute(ch.file, NT_AT_FILE_NAME) + 0xE));
}

static void links_wrong(void)
{
	ch_record(ch.file)[0x12] = 3;
}

static void clusters_of_two_files(void)
{
	uint8_t *a = ch_attribute(ch.file, NT_AT_DATA), *b = ch_attribute(ch.second, NT_AT_DATA);

	assert_int_equal(rs_le32(a + 4), rs_le32(b + 4));
	memcpy(b + 0x10, a + 0x10, rs_le32(a + 4) - 0x10);
	ch_touch(ch.file);
}

static uint64_t extension(void)
{
	for (uint64_t i = 24; i < 400; i++)
		if (memcmp(ch_record(i), "FILE", 4) == 0 &&
			NT_REF_RECORD(rs_le64(ch_record(i) + 0x20)) == ch.linked)
			return i;
	fail_msg("no extension");
	return 0;
}

static void extension_of_another(void)
{
	rs_put_le16(ch_record(extension()) + 0x26, 99); /* the sequence of its base */
}

static void extension_of_a_free_record(void)
{
	uint64_t x = extension();

	ch_touch(ch.linked);
	rs_put_le64(ch_record(x) + 0x20, 20 | 1ULL << 48);
}

static void extension_of_itself(void)
{
	uint64_t x = extension();

	rs_put_le64(ch_record(x) + 0x20, x);
}

static void attribute_not_listed(void)
{
	uint8_t *rec = ch_record(extension());

	rec[rs_le16(rec + 0x14) + 0xE] ^= 0x40; /* its number */
}

/* The data's attribute ends the record before itself; the list still has it. */
static void list_names_too_much(void)
{
	uint8_t *a = ch_attribute(ch.linked, 0x20);
	uint8_t *value = a[8] ? ch_contents(ch.linked, 0x20) : a + rs_le16(a + 0x14);
	size_t at = 0;

	while (rs_le32(value + at) != NT_AT_DATA)
		at += rs_le16(value + at + 4);
	uint8_t *data = ch_attribute(NT_REF_RECORD(rs_le64(value + at + 0x10)), NT_AT_DATA);
	assert_int_equal(rs_le32(data + rs_le32(data + 4)), UINT32_MAX);
	rs_put_le32(data, UINT32_MAX);
}

static void block_free_in_the_bitmap(void)
{
	uint8_t *a = ch_attribute(ch.big, NT_AT_BITMAP);

	assert_false(a[8]);
	a[rs_le16(a + 0x14)] = 0;
}

static void order_unknown(void)
{
	uint8_t *a = ch_attribute(ch.big, NT_AT_INDEX_ROOT);

	rs_put_le32(a + rs_le16(a + 0x14) + 4, 0x55);
}

/* $SII of $Secure: two security ids that mkntfs made. */
static void view_out_of_order(void)
{
	uint8_t *a = ch_attribute(9, NT_AT_INDEX_ROOT), copy[0x28];

	while (memcmp(a + rs_le16(a + 0xA), "$\0S\0I\0I\0", 8) != 0)
		a += rs_le32(a + 4);
	uint8_t *h = a + rs_le16(a + 0x14) + 0x10, *e = h + rs_le32(h);
	assert_int_equal(rs_le16(e + 8), sizeof(copy));
	assert_false(rs_le16(e + sizeof(copy) + 0xC) & 2);
	memcpy(copy, e, sizeof(copy));
	memcpy(e, e + sizeof(copy), sizeof(copy));
	memcpy(e + sizeof(copy), copy, sizeof(copy));
}

static void mirror_differs(void)
{
	uint64_t lcn = rs_le64(ch.p + 0x38);

	ch.p[lcn * CH_CLUSTER + 3 * CH_RECORD + 0x50] ^= 1;
}

static void journal_unclean(void)
{
	uint8_t *log = ch_contents(2, NT_AT_DATA);

	memset(log, 0, 8192);
	memcpy(log, "RSTR", 4);
}

/* libntfs-3g does not mount without $AttrDef. */
static void mount_refused(void)
{
	ch_record(4)[0x16] &= 0xFE;
}

static const struct ch_damage damages[] = {
	{"nothing", nothing, NULL},
	{"torn record", torn_record, "written in part"},
	{"past the end", past_the_end, "past the end of $MFT"},
	{"record elsewhere", record_elsewhere, "is not in $MFT"},
	{"torn index block", torn_index_block, "written in part"},
	{"malformed index block", malformed_index_block, "a malformed entry"},
	{"entries change places", two_entries_change_places, "out of order"},
	{"entry twice", entry_twice, "or twice"},
	{"entry of another folder", entry_of_another_folder, "names another folder"},
	{"entry of a free record", entry_of_a_free_record, "is not in use"},
	{"entry of another file", entry_of_another_file, "another file's"},
	{"entry of another name", entry_of_another_name, "has no such name"},
	{"the same in an extension", entry_of_another_name_in_an_extension, "has no such name"},
	{"name without entry", name_without_entry, "lacks an entry of a file that names it"},
	{"parent is no folder", parent_is_no_folder, "is no folder"},
	{"malformed name", name_malformed, "a malformed name"},
	{"cluster free", cluster_is_free, "free in $Bitmap"},
	{"record free", record_is_free, "free in the bitmap of $MFT"},
	{"longer than its clusters", longer_than_its_clusters, "sizes of an attribute"},
	{"valid longer than data", valid_longer_than_data, "sizes of an attribute"},
	{"more runs than size", more_runs_than_size, "more runs than its size allows"},
	{"fewer runs than size", fewer_runs_than_size, "fewer runs than its size needs"},
	{"run outside", run_outside, "MFT record"},
	{"attributes out of order", attributes_out_of_order, "attributes out of order"},
	{"number twice", number_twice, "two attributes of one number"},
	{"link count", links_wrong, "link count"},
	{"clusters of two files", clusters_of_two_files, "belong to another attribute too"},
	{"extension of another", extension_of_another, "is not its own"},
	{"extension of a free record", extension_of_a_free_record, "changes is none"},
	{"extension of itself", extension_of_itself, "is its own extension"},
	{"attribute not listed", attribute_not_listed, "attribute list lacks an attribute"},
	{"list names too much", list_names_too_much, "lacks an attribute that"},
	{"block free in the bitmap", block_free_in_the_bitmap, "its bitmap calls free"},
	{"unknown order", order_unknown, "an index of an unknown order"},
	{"view out of order", view_out_of_order, "out of order"},
	{"mirror", mirror_differs, "$MFTMirr"},
	{"journal", journal_unclean, "the journal"},
	{"mount", mount_refused, ""},
};

static void test_check__one_thing_wrong__is_refused_in_its_words(void **state)
{
	(void)state;
	assert_int_equal(ch_judge(damages, sizeof(damages) / sizeof(damages[0])), 0);
}

/* Every record in use of a sound volume passes, whatever a plan changes in it. */
static void test_check__every_record__passes(void **state)
{
	(void)state;
	memcpy(ch.p, ch.clean, ch.size);
	for (uint64_t i = 0; i < ch.linked; i++) {
		struct rs_err err = {0};
		ch.plan = (struct nt_replay){.changed = {&i, 1}};
		if (memcmp(ch_record(i), "FILE", 4) != 0 || (i >= 12 && i < 24))
			continue; /* reserved, and not as Windows makes them */
		if (nt_vol_trust_replay(ch.mem, &ch.plan, &err) < 0)
			fail_msg("record %u: %s", (unsigned)i, err.detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check__every_record__passes),
		cmocka_unit_test(test_check__one_thing_wrong__is_refused_in_its_words),
	};

	return cmocka_run_group_tests(tests, ch_make, ch_remove);
}
