/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs over dirty hives: what Windows 10 recovered, a plain replay for libhivex, and the rules of
 * the sequence numbers on logs made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help.h"

/* ---- real ones ---- */

struct trio {
	struct bytes b[3];
};

static void trio_done(struct trio *t)
{
	for (int i = 0; i < 3; i++)
		bytes_done(&t->b[i]);
}

#define auto_trio __attribute__((cleanup(trio_done)))

static void trio_load(struct trio *t, const char *stem)
{
	static const char *const ends[] = {".xz", ".LOG1.xz", ".LOG2.xz"};
	char name[128];

	*t = (struct trio){0};
	for (int i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "registry/%s%s", stem, ends[i]);
		if (!fixture_load(name, &t->b[i]))
			skip();
	}
}

static int trio_open(struct trio *t, struct win_hive **ret, struct rs_err *err)
{
	struct win_src src[3] = {bytes_src(&t->b[0]), bytes_src(&t->b[1]), bytes_src(&t->b[2])};

	return win_hive_open(&src[0], &src[1], &src[2], ret, err);
}

static void compare_with(struct win_hive *h, const struct bytes *expected, struct tree_count *n)
{
	char dir[64];

	temp_make(dir);
	tree_compare(h, store(dir, "hive", expected), n);
	temp_remove(dir);
	assert_int_equal(n->differences, 0);
	assert_int_equal(n->errors, 0);
}

static void test_hive_log__new_dirty_hive__is_what_windows_10_recovered(void **state)
{
	auto_trio struct trio t;
	auto_bytes struct bytes recovered = {0};
	auto_hive struct win_hive *h = NULL;
	struct tree_count n;

	(void)state;
	trio_load(&t, "yarp-NewDirtyHive1_NewDirtyHive");
	if (!fixture_load("registry/yarp-NewDirtyHive1_RecoveredHive_Windows10.xz", &recovered))
		skip();
	assert_int_equal(trio_open(&t, &h, NULL), 0);
	assert_true(win_hive_is_dirty(h));
	assert_int_equal(h->log_entries, 4);
	compare_with(h, &recovered, &n);
	assert_int_equal(n.keys, 5);
}

/* Entries as they stand, without any check: the logs of this fixture are sound. */
static void plain_replay(struct bytes *hive, const struct bytes *log)
{
	uint32_t bins = 0;

	for (size_t at = 512; at + 40 <= log->len && memcmp(log->p + at, "HvLE", 4) == 0;) {
		const uint8_t *e = log->p + at;
		const uint8_t *page = e + 40 + 8 * (size_t)rs_le32(e + 20);
		bins = rs_le32(e + 16);
		for (uint32_t i = 0; i < rs_le32(e + 20); i++) {
			uint32_t off = 4096 + rs_le32(e + 40 + 8 * (size_t)i);
			uint32_t len = rs_le32(e + 44 + 8 * (size_t)i);
			assert_true(off + len <= hive->len);
			memcpy(hive->p + off, page, len);
			page += len;
		}
		at += rs_le32(e + 4);
	}
	rs_put_le32(hive->p + 40, bins);
	rs_put_le32(hive->p + 8, rs_le32(hive->p + 4));
	mk_sum(hive->p);
}

static void test_hive_log__system_hive_with_two_logs__equals_a_plain_replay(void **state)
{
	auto_trio struct trio t;
	auto_bytes struct bytes replayed = {0};
	struct tree_count n;

	(void)state;
	trio_load(&t, "regipy-SYSTEM_B");
	replayed.p = malloc(t.b[0].len);
	replayed.len = t.b[0].len;
	assert_non_null(replayed.p);
	memcpy(replayed.p, t.b[0].p, replayed.len);
	plain_replay(&replayed, &t.b[1]);
	plain_replay(&replayed, &t.b[2]);
	replayed.len = 4096U + rs_le32(replayed.p + 40);
	for (int swapped = 0; swapped < 2; swapped++) { /* the numbers decide, not the names */
		auto_hive struct win_hive *h = NULL;
		struct bytes one = t.b[1];
		assert_int_equal(trio_open(&t, &h, NULL), 0);
		assert_int_equal(h->log_entries, 24);
		compare_with(h, &replayed, &n);
		assert_true(n.keys > 35000);
		t.b[1] = t.b[2];
		t.b[2] = one;
	}
}

/* Zeros behind 1 MiB of the primary: what the logs hold is whole again, the rest is not. */
static void test_hive_log__bins_of_zeros__those_of_the_logs_are_whole(void **state)
{
	auto_trio struct trio t;
	uint64_t first, bad[3];

	(void)state;
	trio_load(&t, "regipy-SYSTEM_B");
	for (size_t i = 0; i < 3; i++) { /* as it was; zeros with the logs; without them */
		auto_hive struct win_hive *h = NULL;
		struct win_src src = bytes_src(&t.b[0]);
		if (i == 1)
			memset(t.b[0].p + (1 << 20), 0, t.b[0].len - (1 << 20));
		assert_int_equal(i == 2 ? win_hive_open(&src, NULL, NULL, &h, NULL)
					: trio_open(&t, &h, NULL),
			0);
		assert_int_equal(win_hive_bins(h, NULL, &first, &bad[i], NULL), 0);
	}
	assert_int_equal(bad[0], 0);
	assert_true(bad[1] > 0 && bad[1] < bad[2]);
}

static void test_hive_log__bad_log_fixture__is_noted_and_not_applied(void **state)
{
	auto_trio struct trio t;
	auto_hive struct win_hive *h = NULL;
	struct tree_count n;

	(void)state;
	trio_load(&t, "yarp-BadLogHive3_BadLogHive");
	assert_int_equal(trio_open(&t, &h, NULL), 0);
	assert_int_equal(h->log_entries, 0);
	assert_non_null(strstr(win_hive_note(h), ".LOG1: not valid"));
	tree_compare(h, NULL, &n);
	assert_int_equal(n.errors, 0);
}

/* ---- made ones ---- */

/* Three states of one hive: the primary, and what entries make of the value X of the key A. */
struct made {
	struct mk hive;
	struct bytes log[2];
	size_t x_at; /* byte of the value, relative to the bins */
};

enum { LOG_CAP = 65536, ENTRY = 4608 /* 40 + 8 + 4096, up to 512 */ };

static void made_done(struct made *m)
{
	bytes_done(&m->hive.b);
	bytes_done(&m->log[0]);
	bytes_done(&m->log[1]);
}

#define auto_made __attribute__((cleanup(made_done)))

static void made_new(struct made *m)
{
	*m = (struct made){0};
	mk_sample(&m->hive);
	rs_put_le32(m->hive.b.p + 4, 100); /* dirty: 100 begun, 99 done */
	rs_put_le32(m->hive.b.p + 8, 99);
	mk_sum(m->hive.b.p);
	for (size_t i = 4096; i + 8 < m->hive.b.len && !m->x_at; i++) {
		if (memcmp(m->hive.b.p + i, "\x04\0\0\x80\x07", 5) == 0) /* inline data of X */
			m->x_at = i + 4 - 4096;
	}
	assert_true(m->x_at);
}

static void log_new(struct made *m, int which, uint32_t sequence)
{
	struct bytes *l = &m->log[which];

	l->p = calloc(1, LOG_CAP);
	assert_non_null(l->p);
	memcpy(l->p, m->hive.b.p, 512);
	rs_put_le32(l->p + 4, sequence);
	rs_put_le32(l->p + 8, sequence);
	rs_put_le32(l->p + 28, 6);
	mk_sum(l->p);
	l->len = 512;
}

static void entry_sign(uint8_t *e)
{
	struct hive_marvin h;

	h = hive_marvin_seed;
	hive_marvin_words(&h, e + 40, rs_le32(e + 4) - 40);
	rs_put_le64(e + 24, hive_marvin_done(&h));
	h = hive_marvin_seed;
	hive_marvin_words(&h, e, 32);
	rs_put_le64(e + 32, hive_marvin_done(&h));
}

/* An entry that sets X to @x. */
static uint8_t *entry_add(struct made *m, int which, uint32_t sequence, uint8_t x)
{
	struct bytes *l = &m->log[which];
	uint8_t *e = l->p + l->len;

	memcpy(e, "HvLE", 4);
	rs_put_le32(e + 4, ENTRY);
	rs_put_le32(e + 12, sequence);
	rs_put_le32(e + 16, 4096);
	rs_put_le32(e + 20, 1);
	rs_put_le32(e + 44, 4096);
	memcpy(e + 48, m->hive.b.p + 4096, 4096);
	e[48 + m->x_at] = x;
	entry_sign(e);
	l->len += ENTRY;
	return e;
}

static void made_open(struct made *m, struct win_hive **ret)
{
	struct win_src src = bytes_src(&m->hive.b);
	struct win_src log[2] = {bytes_src(&m->log[0]), bytes_src(&m->log[1])};

	assert_int_equal(win_hive_open(&src, &log[0], &log[1], ret, NULL), 0);
}

static uint64_t x_of(struct win_hive *h)
{
	win_key key;
	uint64_t x = 0;

	assert_int_equal(win_hive_key(h, win_hive_root(h), "A", &key, NULL), 0);
	assert_int_equal(win_hive_number(h, key, "X", &x, NULL), 0);
	return x;
}

/* Open: value of X and number of entries. */
static void expect(struct made *m, uint64_t x, unsigned entries)
{
	auto_hive struct win_hive *h = NULL;

	made_open(m, &h);
	assert_int_equal(x_of(h), x);
	assert_int_equal(h->log_entries, entries);
}

static void expect_note(struct made *m, const char *note)
{
	auto_hive struct win_hive *h = NULL;

	made_open(m, &h);
	if (!strstr(win_hive_note(h), note))
		fail_msg("note is '%s'", win_hive_note(h));
}

static void test_hive_log__entries_in_order__last_wins(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	entry_add(&m, 0, 201, 21);
	log_new(&m, 1, 202);
	entry_add(&m, 1, 202, 22);
	expect(&m, 22, 3);
}

static void test_hive_log__gap_in_the_numbers__stops(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	entry_add(&m, 0, 202, 22);
	expect(&m, 20, 1);
	log_new(&m, 1, 203); /* 201 nowhere: the other log does not follow either */
	entry_add(&m, 1, 203, 23);
	expect(&m, 20, 1);
}

static void test_hive_log__first_entry_not_of_the_base_block__stops(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 199, 19);
	expect(&m, 7, 0);
}

static void test_hive_log__older_than_the_primary__is_passed_over(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 50);
	entry_add(&m, 0, 50, 5);
	log_new(&m, 1, 99);
	entry_add(&m, 1, 99, 9);
	expect(&m, 9, 1);
}

static void test_hive_log__numbers_that_wrap__are_in_order(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	rs_put_le32(m.hive.b.p + 4, 0xFFFFFFF1);
	rs_put_le32(m.hive.b.p + 8, 0xFFFFFFF0);
	mk_sum(m.hive.b.p);
	log_new(&m, 0, 0);
	entry_add(&m, 0, 0, 20);
	log_new(&m, 1, 0xFFFFFFFF);
	entry_add(&m, 1, 0xFFFFFFFF, 19);
	expect(&m, 20, 2);
}

static void test_hive_log__wrong_hash__stops_before_it(void **state)
{
	(void)state;
	for (int byte = 0; byte < ENTRY; byte += 97) { /* some byte of header, references, pages */
		auto_made struct made m;
		made_new(&m);
		log_new(&m, 0, 200);
		entry_add(&m, 0, 200, 20);
		uint8_t *e = entry_add(&m, 0, 201, 21);
		e[byte] ^= 0x40;
		expect(&m, 20, 1);
	}
}

static void test_hive_log__well_signed_nonsense__stops(void **state)
{
	static const struct {
		uint32_t at, value;
	} cases[] = {{4, 0}, {4, 40}, {4, ENTRY + 512}, {4, 0xFFFFFE00}, {4, ENTRY - 1}, {16, 0},
		{16, 4095}, {16, 5000}, {20, 0xFFFFFFFF}, {20, 600}, {40, 4096}, {40, 0xFFFFF000},
		{44, 0}, {44, 8192}, {44, 0xFFFFFFFF}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		auto_made struct made m;
		made_new(&m);
		log_new(&m, 0, 200);
		entry_add(&m, 0, 200, 20);
		uint8_t *e = entry_add(&m, 0, 201, 21);
		rs_put_le32(e + cases[i].at, cases[i].value);
		if (cases[i].at == 4) { /* only the header can be signed */
			struct hive_marvin h;
			h = hive_marvin_seed;
			hive_marvin_words(&h, e, 32);
			rs_put_le64(e + 32, hive_marvin_done(&h));
		} else {
			entry_sign(e);
		}
		expect(&m, 20, 1);
	}
}

static void test_hive_log__clean_hive__ignores_it(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	rs_put_le32(m.hive.b.p + 8, 100);
	mk_sum(m.hive.b.p);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	expect(&m, 7, 0);
}

static void test_hive_log__old_format__is_noted(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 100);
	rs_put_le32(m.log[0].p + 28, 1);
	mk_sum(m.log[0].p);
	memcpy(m.log[0].p + m.log[0].len, "DIRT", 4);
	m.log[0].len += 512;
	expect(&m, 7, 0);
	expect_note(&m, "before Windows 8.1");
}

static void test_hive_log__base_block_damaged__later_log_alone_counts(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	log_new(&m, 1, 300);
	entry_add(&m, 1, 300, 30);
	memset(m.hive.b.p, 0, 512);
	expect(&m, 30, 1);
}

static void test_hive_log__larger_bins__grow_the_hive(void **state)
{
	auto_made struct made m;
	auto_hive struct win_hive *h = NULL;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	uint8_t *e = entry_add(&m, 0, 200, 20);
	uint32_t key = rs_le32(mk_at(&m.hive, MK_ROOT) + 28); /* some list: moved to the new page */
	rs_put_le32(e + 16, 8192);
	rs_put_le32(e + 40, 4096);
	memcpy(e + 48 + 32, m.hive.b.p + 4096 + key, 64);
	entry_sign(e);
	uint8_t *second = entry_add(&m, 0, 201, 21);
	rs_put_le32(second + 16, 8192);
	rs_put_le32(second + 48 + MK_ROOT + 4 + 28, 4096 + 32);
	entry_sign(second);
	made_open(&m, &h);
	assert_int_equal(h->log_entries, 2);
	assert_int_equal(x_of(h), 21);
}

static void test_hive_log__read_error_in_it__is_noted(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	for (m.log[0].fail_at = 1; m.log[0].fail_at <= 4; m.log[0].fail_at++) {
		m.log[0].reads = 0;
		auto_hive struct win_hive *h = NULL;
		made_open(&m, &h);
		assert_int_equal(h->log_entries, 0);
		assert_true(win_hive_note(h)[0]);
		assert_int_equal(x_of(h), 7);
	}
}

static void test_hive_log__truncated_at_any_sector__ends(void **state)
{
	auto_made struct made m;

	(void)state;
	made_new(&m);
	log_new(&m, 0, 200);
	entry_add(&m, 0, 200, 20);
	entry_add(&m, 0, 201, 21);
	for (size_t whole = m.log[0].len; m.log[0].len > 0; m.log[0].len -= 64) {
		auto_hive struct win_hive *h = NULL;
		made_open(&m, &h);
		unsigned n = m.log[0].len == whole ? 2 : m.log[0].len >= 512 + ENTRY ? 1 : 0;
		assert_int_equal(h->log_entries, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hive_log__new_dirty_hive__is_what_windows_10_recovered),
		cmocka_unit_test(test_hive_log__system_hive_with_two_logs__equals_a_plain_replay),
		cmocka_unit_test(test_hive_log__bins_of_zeros__those_of_the_logs_are_whole),
		cmocka_unit_test(test_hive_log__bad_log_fixture__is_noted_and_not_applied),
		cmocka_unit_test(test_hive_log__entries_in_order__last_wins),
		cmocka_unit_test(test_hive_log__gap_in_the_numbers__stops),
		cmocka_unit_test(test_hive_log__first_entry_not_of_the_base_block__stops),
		cmocka_unit_test(test_hive_log__older_than_the_primary__is_passed_over),
		cmocka_unit_test(test_hive_log__numbers_that_wrap__are_in_order),
		cmocka_unit_test(test_hive_log__wrong_hash__stops_before_it),
		cmocka_unit_test(test_hive_log__well_signed_nonsense__stops),
		cmocka_unit_test(test_hive_log__clean_hive__ignores_it),
		cmocka_unit_test(test_hive_log__old_format__is_noted),
		cmocka_unit_test(test_hive_log__base_block_damaged__later_log_alone_counts),
		cmocka_unit_test(test_hive_log__larger_bins__grow_the_hive),
		cmocka_unit_test(test_hive_log__read_error_in_it__is_noted),
		cmocka_unit_test(test_hive_log__truncated_at_any_sector__ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
