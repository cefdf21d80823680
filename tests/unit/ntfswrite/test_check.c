/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each kind of damage, made by hand in the bytes, must be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"
#include "ntfs/check.h"
#include "vol_help.h"

#define CLUSTER 4096U

struct world {
	struct vh image;
	struct blk *mem;
	uint8_t *p;
	uint64_t mft;
	uint64_t file, dir, big, other; /* references */
	uint64_t in_big;		/* a file in the big folder */
};

static struct world w;

static uint64_t find(struct nt_vol *vol, const char *path)
{
	struct rs_err err = {0};
	uint64_t ref;

	if (nt_lookup(vol, path, &ref, &err) < 0)
		fail_msg("%s", path);
	return ref;
}

static int make_world(void **state)
{
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	(void)state;
	vh_make(&w.image, 16, CLUSTER, 512);
	vh_add(&w.image, "/", "dir", -1);
	vh_add(&w.image, "/", "other", -1);
	vh_add(&w.image, "/dir", "file.bin", 20000);
	vh_add(&w.image, "/", "big", -1);
	vh_add_many(&w.image, "/big", "name%03u.txt", 120);
	vh_filled(&w.image);
	w.mem = vh_load(&w.image);
	w.p = lay_mem_bytes(w.mem);
	w.mft = rs_le64(w.p + 0x30) * CLUSTER;
	assert_int_equal(nt_vol_open(w.mem, 0, &vol, &err), 0);
	w.file = find(vol, "/dir/file.bin");
	w.dir = find(vol, "/dir");
	w.other = find(vol, "/other");
	w.big = find(vol, "/big");
	w.in_big = find(vol, "/big/name060.txt");
	assert_int_equal(nt_vol_close(vol, &err), 0);
	assert_true(lay_mem_save(w.mem));
	return 0;
}

static int remove_world(void **state)
{
	(void)state;
	blk_close(w.mem);
	vh_remove(&w.image);
	return 0;
}

static int check(uint64_t file, uint64_t in, uint64_t out, struct rs_err *err)
{
	struct nt_raw *raw = NULL;
	struct nt_check c = {file, in, out};
	int r = nt_raw_open(w.mem, &raw, err);

	if (r == 0)
		r = nt_check_touched(raw, &c, err);
	nt_raw_close(raw);
	return r;
}

/* The bytes of a record; the tests change none that a fixup covers. */
static uint8_t *record(uint64_t ref)
{
	return w.p + w.mft + NT_REF_RECORD(ref) * 1024;
}

/* Changes through the pointer are undone by hand: the memory does not notice them. */
static uint8_t saved[1 << 16];
static uint8_t *changed;
static size_t changed_len;

static void change(uint8_t *p, size_t len)
{
	assert_in_range(len, 1, sizeof(saved));
	changed = p;
	changed_len = len;
	memcpy(saved, p, len);
}

static void put_back(void)
{
	memcpy(changed, saved, changed_len);
}

static uint8_t *attribute(uint64_t ref, uint32_t type)
{
	uint8_t *rec = record(ref);
	size_t at = rs_le16(rec + 0x14);

	while (rs_le32(rec + at) != type) {
		assert_int_not_equal(rs_le32(rec + at), UINT32_MAX);
		at += rs_le32(rec + at + 4);
	}
	return rec + at;
}

static void must_fail(uint64_t file, uint64_t in, uint64_t out, const char *words)
{
	struct rs_err err = {0};
	int r = check(file, in, out, &err);

	put_back();
	if (r == 0)
		fail_msg("not seen: %s", words);
	if (!strstr(err.detail, words))
		fail_msg("'%s' and not '%s'", err.detail, words);
	assert_int_equal(check(w.file, w.dir, w.other, &err), 0);
}

static void test_check__sound__passes(void **state)
{
	struct rs_err err = {0};

	(void)state;
	assert_int_equal(check(w.file, w.dir, w.other, &err), 0);
	assert_int_equal(check(w.file, w.dir, 0, &err), 0);
	assert_int_equal(check(w.in_big, w.big, w.dir, &err), 0);
	assert_int_equal(check(w.big, NT_ROOT_RECORD | 5ULL << 48, w.big, &err), 0);
}

static void test_check__wrong_folder__says_so(void **state)
{
	(void)state;
	change(w.p, 1);
	must_fail(w.file, w.other, 0, "no name in the folder");
	must_fail(w.file, 0, w.dir, "still names the folder");
	must_fail(w.file + (1ULL << 48), w.dir, 0, "another file now");
}

static void test_check__record_damaged__says_so(void **state)
{
	(void)state;
	change(record(w.file), 1024);
	record(w.file)[0x16] = 0; /* not in use */
	must_fail(w.file, w.dir, 0, "not in use");
	change(record(w.file), 1024);
	record(w.file)[0x12] = 7;
	must_fail(w.file, w.dir, 0, "link count 7");
	change(record(w.file), 1024);
	record(w.file)[511] ^= 1;
	must_fail(w.file, w.dir, 0, "torn");
	change(record(w.file), 1024);
	rs_put_le32(attribute(w.file, 0x30) + 4, 3);
	must_fail(w.file, w.dir, 0, "attribute");
}

/* The parent switched in the record only: the entry is still in the old folder. */
static void test_check__half_switched__says_so(void **state)
{
	(void)state;
	change(record(w.file), 1024);
	rs_put_le64(attribute(w.file, 0x30) + 0x18, w.other);
	must_fail(w.file, w.other, w.dir, "has no such name");
	change(record(w.file), 1024);
	rs_put_le64(attribute(w.file, 0x30) + 0x18, w.other);
	must_fail(w.file, w.other, 0, "lacks an entry of a file that names it");
}

static void test_check__clusters_free__says_so(void **state)
{
	uint8_t *run = attribute(w.file, 0x80);

	(void)state;
	run += rs_le16(run + 0x20);
	uint64_t lcn = 0;
	unsigned n = *run & 15, m = *run >> 4;
	for (unsigned i = m; i > 0; i--)
		lcn = lcn << 8 | run[n + i];
	uint8_t *map = attribute(6, 0x80);
	map += rs_le16(map + 0x20);
	uint64_t map_lcn = 0;
	n = *map & 15;
	m = *map >> 4;
	for (unsigned i = m; i > 0; i--)
		map_lcn = map_lcn << 8 | map[n + i];
	uint8_t *byte = w.p + map_lcn * CLUSTER + (lcn + 1) / 8;
	change(byte, 1);
	assert_true(*byte >> (lcn + 1) % 8 & 1);
	*byte &= (uint8_t) ~(1U << (lcn + 1) % 8);
	must_fail(w.file, w.dir, 0, "free in $Bitmap");
}

/* An INDX block of the big folder, found by its signature and one of its names. */
static uint8_t *index_block(void)
{
	for (uint64_t at = 0; at + 4096 <= w.mem->size_bytes; at += 4096) {
		uint8_t *b = w.p + at;

		if (memcmp(b, "INDX", 4) != 0)
			continue;
		uint8_t *key = b + 0x18 + rs_le32(b + 0x18) + 0x10;
		if (rs_le64(key) == w.big && key[0x42] == 'n')
			return b;
	}
	fail();
	return NULL;
}

static void test_check__index_damaged__says_so(void **state)
{
	uint8_t *b = index_block();
	uint8_t *first = b + 0x18 + rs_le32(b + 0x18);
	size_t len = rs_le16(first + 8);

	(void)state;
	change(b, 4096);
	b[3] = 'x';
	must_fail(w.in_big, w.big, 0, "not an INDX block");
	change(b, 4096);
	b[4094] ^= 0xff;
	must_fail(w.in_big, w.big, 0, "torn");
	change(b, 4096);
	first[0x10 + 0x42] = 'z'; /* "zame..." before "name..." */
	must_fail(w.in_big, w.big, 0, "out of order");
	change(b, 4096);
	memcpy(first + len, first, 0x10 + 0x42 + 22); /* the first name twice */
	must_fail(w.in_big, w.big, 0, "out of order or twice");
	change(b, 4096);
	rs_put_le64(first + 0x10, w.other);
	must_fail(w.in_big, w.big, 0, "names another folder");
	change(b, 4096);
	rs_put_le16(first + 8, 0xfff8);
	must_fail(w.in_big, w.big, 0, "malformed");
	change(b, 4096);
	b[0x10]++;
	must_fail(w.in_big, w.big, 0, "belongs elsewhere");
	change(record(w.big), 1024);
	uint8_t *map = attribute(w.big, 0xb0);
	map[rs_le16(map + 0x14)] = 0;
	must_fail(w.in_big, w.big, 0, "bitmap calls free");
}

static void test_check__any_byte_of_record_and_block_changed__no_crash(void **state)
{
	uint8_t *all[] = {record(w.in_big), record(w.big), index_block()};
	struct rs_err err;
	uint64_t s = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (unsigned k = 0; k < 300; k++) {
			change(all[i], 1024);
			all[i][lay_random(&s) % 1024] = (uint8_t)lay_random(&s);
			err = (struct rs_err){0};
			int r = check(w.in_big, w.big, w.dir, &err);
			assert_int_equal(r, err.code);
			put_back();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check__sound__passes),
		cmocka_unit_test(test_check__wrong_folder__says_so),
		cmocka_unit_test(test_check__record_damaged__says_so),
		cmocka_unit_test(test_check__half_switched__says_so),
		cmocka_unit_test(test_check__clusters_free__says_so),
		cmocka_unit_test(test_check__index_damaged__says_so),
		cmocka_unit_test(test_check__any_byte_of_record_and_block_changed__no_crash),
	};

	return cmocka_run_group_tests(tests, make_world, remove_world);
}
