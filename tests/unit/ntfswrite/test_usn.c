/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change journal: made record by record from Microsoft's description, in a stream that
 * libntfs-3g wrote, behind a hole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ntfs/usn.h"
#include "vol_help.h"

#include <stdio.h>
#include <string.h>

enum { HOLE = 3 << 20, RECORDS = 6000, ROOM = 1 << 20 };

static uint8_t *bytes;
static size_t len;

/* A record of version 2 or 3; it begins a page where it would reach over its end. */
static uint8_t *record(unsigned version, uint64_t time, const char *name, uint32_t reason)
{
	size_t head = version == 3 ? 76 : 60, n = strlen(name);
	size_t whole = (head + 2 * n + 7) & ~7UL;

	if (len / 4096 != (len + whole - 1) / 4096)
		len = (len / 4096 + 1) * 4096;
	uint8_t *p = bytes + len;
	const size_t wide = version == 3 ? 8 : 0;
	rs_put_le32(p, (uint32_t)whole);
	rs_put_le16(p + 4, (uint16_t)version);
	rs_put_le64(p + 8, 0x0007000000000123ULL);
	rs_put_le64(p + 16 + wide, 0x0005000000000005ULL);
	rs_put_le64(p + 24 + 2 * wide, HOLE + len);
	rs_put_le64(p + 32 + 2 * wide, time);
	rs_put_le32(p + 40 + 2 * wide, reason);
	rs_put_le32(p + 52 + 2 * wide, 0x20);
	rs_put_le16(p + 56 + 2 * wide, (uint16_t)(2 * n));
	rs_put_le16(p + 58 + 2 * wide, (uint16_t)head);
	for (size_t i = 0; i < n; i++)
		rs_put_le16(p + head + 2 * i, (uint8_t)name[i]);
	len += whole;
	return p;
}

struct seen {
	uint64_t n, first, last, stop_after;
	struct nt_usn u;
	char name[64];
	bool is_ordered;
};

static bool on_record(void *user, const struct nt_usn *u)
{
	struct seen *s = user;

	s->is_ordered = s->is_ordered && u->time >= s->last;
	s->first = s->n ? s->first : u->time;
	s->last = u->time;
	s->u = *u;
	(void)snprintf(s->name, sizeof(s->name), "%s", u->name);
	return ++s->n != s->stop_after;
}

/* The journal in a volume, read from @since on. */
static int read_of(bool is_there, uint64_t since, struct seen *s, uint64_t *ret_skipped)
{
	static ntfschar name_usn[] = {const_cpu_to_le16('$'), const_cpu_to_le16('J')};
	struct vh v;
	struct nt_raw *raw;
	uint64_t n = 0;

	vh_make(&v, 32, 4096, 512);
	if (is_there) {
		(void)vh_add(&v, "/$Extend", "$UsnJrnl", 0);
		ntfs_inode *ni = vh_open(&v, "/$Extend/$UsnJrnl");
		assert_int_equal(ntfs_attr_add(ni, AT_DATA, name_usn, 2, NULL, 0), 0);
		ntfs_attr *na = ntfs_attr_open(ni, AT_DATA, name_usn, 2);
		assert_non_null(na);
		assert_int_equal(ntfs_attr_truncate(na, HOLE), 0);
		for (size_t done = 0; done < len;) {
			s64 w = ntfs_attr_pwrite(
				na, HOLE + (s64)done, (s64)(len - done), bytes + done);
			assert_true(w > 0);
			done += (size_t)w;
		}
		ntfs_attr_close(na);
		assert_int_equal(ntfs_inode_close(ni), 0);
	}
	vh_filled(&v);
	struct blk *mem = vh_load(&v);
	assert_int_equal(nt_raw_open(mem, &raw, NULL), 0);
	s->is_ordered = true;
	int r = nt_usn_read(raw, since, on_record, s, NULL, &n, ret_skipped, NULL);
	if (r == 0)
		assert_int_equal(n, s->n);
	nt_raw_close(raw);
	blk_close(mem);
	vh_remove(&v);
	return r;
}

static int setup(void **state)
{
	(void)state;
	bytes = calloc(1, ROOM);
	len = 0;
	return bytes ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

static void many(void)
{
	char name[32];

	for (unsigned i = 0; i < RECORDS; i++) {
		(void)snprintf(name, sizeof(name), "file-%u.dat", i);
		(void)record(i % 5 ? 2 : 3, 1000 + i, name, NT_USN_CREATE | NT_USN_CLOSE);
	}
}

static void test_usn__both_versions__are_read_in_order(void **state)
{
	struct seen s = {0};
	uint64_t skipped = 1;

	(void)state;
	many();
	assert_int_equal(read_of(true, 0, &s, &skipped), 0);
	assert_int_equal(s.n, RECORDS);
	assert_int_equal(skipped, 0);
	assert_true(s.is_ordered);
	assert_int_equal(s.first, 1000);
	assert_string_equal(s.name, "file-5999.dat");
	assert_int_equal(s.u.ref, 0x0007000000000123ULL);
	assert_int_equal(s.u.parent_ref, 0x0005000000000005ULL);
	assert_int_equal(s.u.reason, NT_USN_CREATE | NT_USN_CLOSE);
	assert_int_equal(s.u.attributes, 0x20);
	assert_true(s.u.usn > HOLE);
}

static void test_usn__since__gives_just_those(void **state)
{
	static const unsigned since[] = {1001, 1500, 3000, 6990, 6999, 7000};

	(void)state;
	many();
	for (size_t i = 0; i < sizeof(since) / sizeof(since[0]); i++) {
		struct seen s = {0};
		assert_int_equal(read_of(true, since[i], &s, NULL), 0);
		assert_int_equal(s.n, 7000 - since[i]);
		assert_true(!s.n || s.first == since[i]);
	}
}

static void test_usn__false__ends_it(void **state)
{
	struct seen s = {.stop_after = 3};

	(void)state;
	many();
	assert_int_equal(read_of(true, 0, &s, NULL), 0);
	assert_int_equal(s.n, 3);
}

static void test_usn__no_journal__is_no_such_file(void **state)
{
	struct seen s = {0};

	(void)state;
	assert_int_equal(read_of(false, 0, &s, NULL), RS_E_NO_SUCH_FILE);
}

static void test_usn__other_versions_and_damage__are_passed_over(void **state)
{
	struct seen s = {0};
	uint64_t skipped = 0;

	(void)state;
	(void)record(2, 10, "a", NT_USN_CREATE);
	rs_put_le16(record(2, 11, "unknown", NT_USN_CREATE) + 4, 4);
	(void)record(2, 12, "b", NT_USN_CREATE);
	rs_put_le32(record(2, 13, "length", NT_USN_CREATE), 0xFFFFFFF8);
	(void)record(2, 14, "c", NT_USN_CREATE);
	rs_put_le32(record(2, 15, "odd", NT_USN_CREATE), 61);
	rs_put_le16(record(2, 16, "name-len", NT_USN_CREATE) + 56, 0xFFFE);
	rs_put_le16(record(2, 17, "name-off", NT_USN_CREATE) + 58, 2);
	rs_put_le16(record(2, 18, "version", NT_USN_CREATE) + 4, 1);
	(void)record(3, 19, "d", NT_USN_CREATE);
	assert_int_equal(read_of(true, 0, &s, &skipped), 0);
	assert_int_equal(s.n, 4);
	assert_string_equal(s.name, "d");
	assert_true(skipped > 0);
}

static void test_usn__record_over_a_page__is_tolerated(void **state)
{
	struct seen s = {0};

	(void)state;
	for (unsigned i = 0; i < 2000; i++) { /* without any padding, over pieces too */
		size_t at = len;
		uint8_t *p = record(2, 100 + i, "straddles-the-page.sys", NT_USN_CREATE);
		size_t n = rs_le32(p);
		memmove(bytes + at, p, n);
		if (p != bytes + at)
			memset(p + (bytes + at + n > p ? bytes + at + n - p : 0), 0,
				n - (size_t)(bytes + at + n > p ? bytes + at + n - p : 0));
		len = at + n;
	}
	assert_int_equal(read_of(true, 0, &s, NULL), 0);
	assert_int_equal(s.n, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_usn__both_versions__are_read_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usn__since__gives_just_those, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usn__false__ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_usn__no_journal__is_no_such_file, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_usn__other_versions_and_damage__are_passed_over, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_usn__record_over_a_page__is_tolerated, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
