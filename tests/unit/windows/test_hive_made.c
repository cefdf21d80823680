/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hive reader on hives made field by field: each form, and each field out of its range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help.h"

static void mk_done(struct mk *m)
{
	bytes_done(&m->b);
}

#define auto_mk __attribute__((cleanup(mk_done)))

static win_key key_at(struct win_hive *h, const char *path)
{
	win_key key = 0;

	assert_int_equal(win_hive_key(h, win_hive_root(h), path, &key, NULL), 0);
	return key;
}

/* ---- forms ---- */

static void test_hive_key__all_list_kinds__are_read(void **state)
{
	static const char *const kinds[] = {"lf", "lh", "li"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		auto_mk struct mk m;
		auto_hive struct win_hive *h = NULL;
		mk_new(&m, 4096);
		uint32_t sub[2] = {mk_key(&m, MK_ROOT, "One"), mk_key(&m, MK_ROOT, "Two")};
		mk_set_keys(&m, MK_ROOT, mk_list(&m, kinds[i], sub, 2), 2);
		assert_int_equal(mk_open(&m, &h, NULL), 0);
		assert_int_equal(key_at(h, "one"), sub[0]);
		assert_int_equal(key_at(h, "\\TWO\\"), sub[1]);
		assert_int_equal(key_at(h, ""), MK_ROOT);
	}
}

static void test_hive_key__list_of_lists__is_read(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	uint32_t sub[4];
	uint32_t lists[2];

	(void)state;
	mk_new(&m, 4096);
	for (int i = 0; i < 4; i++)
		sub[i] = mk_key(&m, MK_ROOT, (const char *[]){"k0", "k1", "k2", "k3"}[i]);
	lists[0] = mk_list(&m, "lh", sub, 1);
	lists[1] = mk_list(&m, "li", sub + 1, 3);
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "ri", lists, 2), 4);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(key_at(h, "K0"), sub[0]);
	assert_int_equal(key_at(h, "k3"), sub[3]);
}

static void test_hive_key__letters_beyond_ascii__are_case_blind(void **state)
{
	static const uint16_t cyrillic[] = {0x041F, 0x0443, 0x0442, 0x044C}; /* Путь */
	static const uint16_t greek[] = {0x03AC, 0x03C3, 0x03C2};	     /* άσς */
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;

	(void)state;
	mk_new(&m, 4096);
	uint32_t sub[3] = {mk_key(&m, MK_ROOT,
				   "gr\xFC\xDF"
				   "e"), /* Latin-1: grüße */
		mk_key_utf16(&m, MK_ROOT, cyrillic, 4), mk_key_utf16(&m, MK_ROOT, greek, 3)};
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "lf", sub, 3), 3);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(key_at(h, "GRÜßE"), sub[0]);
	assert_int_equal(key_at(h, "ПУТЬ"), sub[1]);
	assert_int_equal(key_at(h, "ΆΣΣ"), sub[2]);
}

static bool last_name(void *user, const char *name, win_key sub)
{
	(void)sub;
	(void)snprintf(user, 64, "%s", name);
	return true;
}

static void test_hive_each_key__name_with_nul__shows_it(void **state)
{
	static const uint16_t hidden[] = {'a', 0, 'b'};
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	char name[64] = "";

	(void)state;
	mk_new(&m, 4096);
	uint32_t sub = mk_key_utf16(&m, MK_ROOT, hidden, 3);
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "lh", &sub, 1), 1);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_each_key(h, MK_ROOT, last_name, name, NULL), 0);
	assert_string_equal(name, "a\u2400b");
}

static void test_hive_value__types__are_kept_apart(void **state)
{
	static const uint8_t eight[8] = {1, 0, 0, 0, 0, 0, 0, 0x80};
	static const uint8_t text[] = {'%', 0, 'a', 0, 0, 0, 'z', 0};
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	struct rs_err err = {0};
	uint64_t n = 0;
	char s[16];

	(void)state;
	mk_new(&m, 4096);
	uint32_t values[4] = {mk_value(&m, "D", 4, eight, 4), mk_value(&m, "Q", 11, eight, 8),
		mk_value(&m, "T", 2, text, sizeof(text)), mk_value(&m, "Short", 4, eight, 2)};
	mk_set_values(&m, MK_ROOT, values, 4);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_number(h, MK_ROOT, "d", &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(win_hive_number(h, MK_ROOT, "q", &n, NULL), 0);
	assert_true(n == 0x8000000000000001U);
	assert_int_equal(win_hive_text(h, MK_ROOT, "T", s, sizeof(s), NULL), 0);
	assert_string_equal(s, "%a");
	assert_int_equal(win_hive_number(h, MK_ROOT, "T", &n, &err), RS_E_NO_SUCH_FILE);
	assert_int_equal(win_hive_number(h, MK_ROOT, "Short", &n, &err), RS_E_NO_SUCH_FILE);
	assert_int_equal(win_hive_text(h, MK_ROOT, "D", s, sizeof(s), &err), RS_E_NO_SUCH_FILE);
	assert_int_equal(win_hive_text(h, MK_ROOT, "U", s, sizeof(s), &err), RS_E_NO_SUCH_FILE);
}

static void list_is(const uint8_t *raw, uint32_t len, const char *const *expected, size_t n)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	auto_list struct win_list list = {0};

	mk_new(&m, 4096);
	uint32_t value = mk_value(&m, "L", 7, raw, len);
	mk_set_values(&m, MK_ROOT, &value, 1);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_list(h, MK_ROOT, "L", &list, NULL), 0);
	assert_int_equal(list.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(list.p[i], expected[i]);
	assert_null(list.p[n]);
}

static void test_hive_list__empty_strings__are_kept(void **state)
{
	static const uint8_t pairs[] = "a\0\0\0\0\0b\0\0\0\0\0\0"; /* a, "", b, "", end */
	static const uint8_t open_end[] = "a\0\0\0b";		   /* no NUL, no end */

	(void)state;
	list_is(pairs, 14, (const char *[]){"a", "", "b", ""}, 4);
	list_is(pairs, 6, (const char *[]){"a"}, 1); /* "", which is the end */
	list_is(pairs, 4, (const char *[]){"a"}, 1); /* no end */
	list_is(pairs, 2, (const char *[]){"a"}, 1);
	list_is(pairs + 2, 2, NULL, 0);
	list_is(pairs, 0, NULL, 0);
	list_is(open_end, 6, (const char *[]){"a", "b"}, 2);
	list_is(open_end, 5, (const char *[]){"a"}, 1); /* odd */
}

/* Big data of @len bytes in segments; the value's offset. */
static uint32_t big_value(struct mk *m, uint32_t len, uint32_t *ret_list)
{
	uint8_t eight[8] = {0};
	uint32_t value = mk_value(m, "Big", 3, eight, 8);
	uint32_t db = mk_cell(m, 8);
	uint32_t n = (len + 16343) / 16344;
	uint32_t list = mk_cell(m, 4 * n);

	memcpy(mk_at(m, db), "db", 2);
	rs_put_le16(mk_at(m, db) + 2, (uint16_t)n);
	rs_put_le32(mk_at(m, db) + 4, list);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t part = i + 1 < n ? 16344 : len - i * 16344;
		uint32_t segment = mk_cell(m, part);
		memset(mk_at(m, segment), (int)('a' + i), part);
		rs_put_le32(mk_at(m, list) + 4 * i, segment);
	}
	rs_put_le32(mk_at(m, value) + 4, len);
	rs_put_le32(mk_at(m, value) + 8, db);
	*ret_list = list;
	return value;
}

static void test_hive_value__big_data__comes_whole(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	auto_value struct win_value v = {0};
	uint32_t list;

	(void)state;
	mk_new(&m, 65536);
	uint32_t value = big_value(&m, 40000, &list);
	mk_set_values(&m, MK_ROOT, &value, 1);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_value(h, MK_ROOT, "BIG", &v, NULL), 0);
	assert_int_equal(v.len, 40000);
	for (size_t i = 0; i < v.len; i++)
		assert_int_equal(v.p[i], 'a' + i / 16344);
}

static void test_hive_value__big_data_with_too_few_segments__is_damaged(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	uint32_t list;
	struct win_value v;
	struct rs_err err = {0};

	(void)state;
	mk_new(&m, 65536);
	uint32_t value = big_value(&m, 40000, &list);
	rs_put_le32(mk_at(&m, value) + 4, 50000); /* four segments */
	mk_set_values(&m, MK_ROOT, &value, 1);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_value(h, MK_ROOT, "Big", &v, &err), RS_E_HIVE);
	rs_put_le32(mk_at(&m, value) + 4, 17 << 20); /* the cap */
	win_hive_close(rs_steal(h));
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(win_hive_value(h, MK_ROOT, "Big", &v, &err), RS_E_HIVE);
}

/* ---- every field out of range ---- */

static void must_end(struct mk *m)
{
	struct win_hive *h = NULL;
	struct rs_err err = {0};
	struct tree_count n;

	int r = mk_open(m, &h, &err);
	assert_true(r == 0 || r == RS_E_HIVE);
	if (r < 0) {
		assert_true(err.detail[0]);
		return;
	}
	tree_compare(h, NULL, &n);
	assert_true(n.keys <= 8 && n.values <= 8);
	win_hive_close(h);
}

static void test_hive__any_field_with_any_extreme__ends(void **state)
{
	static const uint32_t extremes[] = {0, 1, 3, 4, 7, 8, 0x20, 0x78, 0xFFF, 0x1000, 0x1001,
		0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0x80000004, 0x80000005, 0xFFFFFFF8,
		0xFFFFFFFE, 0xFFFFFFFF};
	auto_mk struct mk m;

	(void)state;
	mk_sample(&m);
	for (uint32_t at = 0; at < HIVE_BASE_BYTES + m.next; at += 2) {
		if (at == 512)
			at = HIVE_BASE_BYTES;
		uint8_t saved[4];
		memcpy(saved, m.b.p + at, 4);
		for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
			rs_put_le32(m.b.p + at, extremes[i]);
			must_end(&m);
		}
		memcpy(m.b.p + at, saved, 4);
	}
}

static void test_hive__truncated_at_any_byte__is_damaged_or_read_in_part(void **state)
{
	auto_mk struct mk m;

	(void)state;
	mk_sample(&m);
	size_t whole = m.b.len;
	for (m.b.len = 512; m.b.len < whole; m.b.len++)
		must_end(&m);
	for (m.b.len = 0; m.b.len < 512; m.b.len++) {
		struct win_src src = bytes_src(&m.b);
		struct win_hive *h;
		struct rs_err err = {0};
		assert_int_equal(win_hive_open(&src, NULL, NULL, &h, &err), RS_E_HIVE);
	}
}

static void test_hive__any_read_that_fails__is_a_read_error(void **state)
{
	auto_mk struct mk m;

	(void)state;
	mk_sample(&m);
	mk_sum(m.b.p);
	for (m.b.fail_at = 1; m.b.fail_at < 4; m.b.fail_at++) {
		struct win_src src = bytes_src(&m.b);
		struct win_hive *h = NULL;
		struct rs_err err = {0};
		m.b.reads = 0;
		int r = win_hive_open(&src, NULL, NULL, &h, &err);
		assert_int_equal(r, m.b.fail_at <= 2 ? RS_E_IO_READ : 0);
		win_hive_close(h);
	}
}

/* ---- circles, lies, what is named ---- */

static int walk_of(struct mk *m, struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;
	char name[64] = "";

	assert_int_equal(mk_open(m, &h, NULL), 0);
	return win_hive_each_key(h, MK_ROOT, last_name, name, err);
}

static void test_hive__key_in_its_own_list__is_damaged(void **state)
{
	auto_mk struct mk m;
	struct rs_err err = {0};

	(void)state;
	mk_new(&m, 4096);
	uint32_t sub = MK_ROOT;
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "li", &sub, 1), 1);
	rs_put_le32(mk_at(&m, MK_ROOT) + 16, MK_ROOT);
	assert_int_equal(walk_of(&m, &err), RS_E_HIVE);
}

static void test_hive__circle_through_a_sub_key__ends(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	struct tree_count n;

	(void)state;
	mk_new(&m, 4096);
	uint32_t a = mk_key(&m, MK_ROOT, "A");
	uint32_t b = mk_key(&m, a, "B");
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "li", &a, 1), 1);
	mk_set_keys(&m, a, mk_list(&m, "li", &b, 1), 1);
	mk_set_keys(&m, b, mk_list(&m, "li", &a, 1), 1); /* A again */
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	tree_compare(h, NULL, &n);
	assert_int_equal(n.keys, 3);
	assert_int_equal(n.errors, 1);
}

static void test_hive__list_of_lists_in_itself__is_damaged(void **state)
{
	auto_mk struct mk m;
	struct rs_err err = {0};

	(void)state;
	mk_new(&m, 4096);
	uint32_t list = mk_list(&m, "ri", (uint32_t[]){0}, 1);
	rs_put_le32(mk_at(&m, list) + 4, list);
	mk_set_keys(&m, MK_ROOT, list, 1);
	assert_int_equal(walk_of(&m, &err), RS_E_HIVE);
}

static void test_hive__count_differs_from_list__is_damaged(void **state)
{
	(void)state;
	for (uint32_t n = 1; n < 4; n++) {
		auto_mk struct mk m;
		struct rs_err err = {0};
		mk_new(&m, 4096);
		uint32_t sub[2] = {mk_key(&m, MK_ROOT, "A"), mk_key(&m, MK_ROOT, "B")};
		mk_set_keys(&m, MK_ROOT, mk_list(&m, "lh", sub, 2), n);
		assert_int_equal(walk_of(&m, &err), n == 2 ? 0 : RS_E_HIVE);
	}
}

static void test_hive_key__beside_a_damaged_one__is_found_or_unsure(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;
	struct rs_err err = {0};
	win_key key;

	(void)state;
	mk_new(&m, 4096);
	uint32_t sub[2] = {mk_key(&m, MK_ROOT, "A"), mk_key(&m, MK_ROOT, "B")};
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "lh", sub, 2), 2);
	memcpy(mk_at(&m, sub[0]), "xx", 2);
	assert_int_equal(mk_open(&m, &h, NULL), 0);
	assert_int_equal(key_at(h, "B"), sub[1]);
	assert_int_equal(win_hive_key(h, MK_ROOT, "A", &key, &err), RS_E_HIVE);
	assert_non_null(strstr(err.detail, "no key at"));
}

static void test_hive_open__not_a_hive__says_so(void **state)
{
	auto_mk struct mk m;
	struct win_hive *h;
	struct rs_err err = {0};

	(void)state;
	mk_sample(&m);
	memcpy(m.b.p, "HvLE", 4);
	assert_int_equal(mk_open(&m, &h, &err), RS_E_HIVE);
	assert_non_null(strstr(err.detail, "not a hive"));
}

static void test_hive_open__wrong_checksum__is_dirty_and_noted(void **state)
{
	auto_mk struct mk m;
	auto_hive struct win_hive *h = NULL;

	(void)state;
	mk_sample(&m);
	mk_sum(m.b.p);
	m.b.p[508] ^= 1;
	struct win_src src = bytes_src(&m.b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	assert_true(win_hive_is_dirty(h));
	assert_true(win_hive_note(h)[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hive_key__all_list_kinds__are_read),
		cmocka_unit_test(test_hive_key__list_of_lists__is_read),
		cmocka_unit_test(test_hive_key__letters_beyond_ascii__are_case_blind),
		cmocka_unit_test(test_hive_each_key__name_with_nul__shows_it),
		cmocka_unit_test(test_hive_value__types__are_kept_apart),
		cmocka_unit_test(test_hive_list__empty_strings__are_kept),
		cmocka_unit_test(test_hive_value__big_data__comes_whole),
		cmocka_unit_test(test_hive_value__big_data_with_too_few_segments__is_damaged),
		cmocka_unit_test(test_hive__any_field_with_any_extreme__ends),
		cmocka_unit_test(test_hive__truncated_at_any_byte__is_damaged_or_read_in_part),
		cmocka_unit_test(test_hive__any_read_that_fails__is_a_read_error),
		cmocka_unit_test(test_hive__key_in_its_own_list__is_damaged),
		cmocka_unit_test(test_hive__circle_through_a_sub_key__ends),
		cmocka_unit_test(test_hive__list_of_lists_in_itself__is_damaged),
		cmocka_unit_test(test_hive__count_differs_from_list__is_damaged),
		cmocka_unit_test(test_hive_key__beside_a_damaged_one__is_found_or_unsure),
		cmocka_unit_test(test_hive_open__not_a_hive__says_so),
		cmocka_unit_test(test_hive_open__wrong_checksum__is_dirty_and_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
