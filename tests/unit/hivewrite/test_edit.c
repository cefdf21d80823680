/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an edit makes of a hive: room, lists, counts, stamps; and what is too damaged to be edited.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hivewrite/internal.h"
#include "hw_help.h"

/* A hive as an edit left it, clean. */
struct after {
	struct bytes b;
};

static void after_done(struct after *a)
{
	bytes_done(&a->b);
}

#define auto_after __attribute__((cleanup(after_done)))

static int edit(
	struct mk *m, const struct hw_edit *e, size_t n, struct after *ret, struct rs_err *err)
{
	const struct hw_files f = {.primary = bytes_src(&m->b), .now_filetime = NOW};

	mk_sum(m->b.p);
	*ret = (struct after){0};
	return hw_image(&f, e, n, &ret->b.p, &ret->b.len, err);
}

static void expect_edit(struct mk *m, const struct hw_edit *e, size_t n, struct after *ret)
{
	struct rs_err err = {0};

	if (edit(m, e, n, ret, &err) != 0)
		fail_msg("%s", err.detail);
}

static uint8_t *cell(const struct after *a, uint32_t off)
{
	return a->b.p + 4096 + off + 4;
}

static int32_t size_of(const struct after *a, uint32_t off)
{
	return (int32_t)rs_le32(cell(a, off) - 4);
}

static win_key key_at(struct win_hive *h, const char *path)
{
	win_key key = 0;

	if (win_hive_key(h, win_hive_root(h), path, &key, NULL) != 0)
		fail_msg("no key %s", path);
	return key;
}

static struct win_hive *opened(struct after *a)
{
	const struct win_src src = bytes_src(&a->b);
	struct win_hive *h = NULL;

	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	return h;
}

static void mk_free(struct mk *m)
{
	bytes_done(&m->b);
}

#define auto_mk __attribute__((cleanup(mk_free)))

static uint32_t data_of(const struct after *a, uint32_t key, uint32_t nth)
{
	const uint32_t list = rs_le32(cell(a, key) + 40);

	return rs_le32(cell(a, rs_le32(cell(a, list) + 4 * nth)) + 8);
}

/* ---- room ---- */

static void test_room__smallest_free_cell__and_its_rest(void **state)
{
	static const uint8_t text[60] = {1};
	const struct hw_edit e = {HW_SET, "Services\\A", "ImagePath", 2, text, sizeof(text)};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(data_of(&a, at.a, 1), at.gap);
	assert_int_equal(size_of(&a, at.gap), -64);
	assert_int_equal(size_of(&a, at.gap + 64), 32);
	assert_int_equal(a.b.len, m.b.len);
}

static void test_room__given_back__one_with_its_neighbours(void **state)
{
	const struct hw_edit e[] = {{.op = HW_DELETE_KEY, .key = "Services\\B"},
		{.op = HW_DELETE_KEY, .key = "Services\\A"}};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;
	bool was_free = false;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, e, 2, &a);
	for (uint32_t off = 32; off < 12288;) {
		const int32_t size = size_of(&a, off);
		assert_false(was_free && size > 0);
		was_free = size > 0;
		off += (uint32_t)(size > 0 ? size : -size);
	}
	/* A, what was free, B */
	assert_int_equal(size_of(&a, at.a), 88 + 96 + 88);
}

static void test_room__fits_where_it_is__stays(void **state)
{
	static const uint8_t text[10] = {'x', 0, 'y'};
	const struct hw_edit e = {HW_SET, "Services\\A", "ImagePath", 2, text, sizeof(text)};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	const uint32_t before = rs_le32(mk_at(&m, at.path) + 8);
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(data_of(&a, at.a, 1), before);
	assert_int_equal(cell(&a, before)[12], 0); /* nothing is left of the longer one */
}

static void test_room__none__new_bin_at_the_end(void **state)
{
	static const uint8_t big[12000] = {9};
	const struct hw_edit e = {HW_SET, "Services\\A", "big", 3, big, sizeof(big)};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(a.b.len, m.b.len + 12288);
	assert_int_equal(rs_le32(a.b.p + 40), 24576);
	assert_memory_equal(a.b.p + 4096 + 12288, "hbin", 4);
	assert_int_equal(rs_le32(a.b.p + 4096 + 12288 + 4), 12288);
	assert_int_equal(rs_le32(a.b.p + 4096 + 12288 + 8), 12288);
}

/* ---- values ---- */

static void test_value__new__last_in_the_list_and_counted(void **state)
{
	const struct hw_edit e = {
		HW_SET, "Services\\A", "A longer name", 11, (const uint8_t[100]){1}, 100};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, &e, 1, &a);
	const uint8_t *nk = cell(&a, at.a);
	assert_int_equal(rs_le32(nk + 36), 3);
	assert_int_equal(rs_le32(nk + 60), 26);
	assert_int_equal(rs_le32(nk + 64), 100);
	assert_true(rs_le64(nk + 4) == NOW);
	assert_true(rs_le64(cell(&a, at.b) + 4) == 0);
	assert_true(rs_le64(a.b.p + 4096 + 20) == NOW); /* of the first bin */
	const uint32_t list = rs_le32(nk + 40);
	const uint8_t *vk = cell(&a, rs_le32(cell(&a, list) + 8));
	assert_memory_equal(vk + 20, "A longer name", 13);
	assert_int_equal(rs_le16(vk + 16), 1);
	assert_int_equal(rs_le32(vk + 12), 11);
}

static void test_value__last_one_gone__no_list(void **state)
{
	const struct hw_edit e = {.op = HW_DELETE_VALUE, .key = "Services\\B", .name = "upper"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le32(mk_at(&m, at.b) + 60, 10);
	rs_put_le32(mk_at(&m, at.b) + 64, 11);
	expect_edit(&m, &e, 1, &a);
	const uint8_t *nk = cell(&a, at.b);
	assert_int_equal(rs_le32(nk + 36), 0);
	assert_int_equal(rs_le32(nk + 40), HW_NIL);
	assert_int_equal(rs_le32(nk + 60), 0);
	assert_int_equal(rs_le32(nk + 64), 0);
	assert_true(rs_le64(nk + 4) == NOW);
}

static void test_value__first_of_two_gone__the_other_is_left(void **state)
{
	const struct hw_edit e = {.op = HW_DELETE_VALUE, .key = "Services\\A", .name = "Start"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(rs_le32(cell(&a, at.a) + 36), 1);
	assert_int_equal(rs_le32(cell(&a, rs_le32(cell(&a, at.a) + 40))), at.path);
}

static void test_value__in_pieces__all_of_them_are_freed(void **state)
{
	const struct hw_edit e = {HW_SET, "Services\\A", "Big", 3, (const uint8_t[]){1}, 1};
	auto_mk struct mk m;
	auto_after struct after a;

	(void)state;
	mk_new(&m, 32768);
	const uint32_t security = mk_cell(&m, 40);
	memcpy(mk_at(&m, security), "sk", 2);
	const uint32_t services = mk_key(&m, MK_ROOT, "Services"), key = mk_key(&m, services, "A");
	mk_set_keys(&m, MK_ROOT, mk_list(&m, "lh", &services, 1), 1);
	mk_set_keys(&m, services, mk_list(&m, "lh", &key, 1), 1);
	const uint32_t one = mk_cell(&m, 16344), two = mk_cell(&m, 656);
	const uint32_t list = mk_cell(&m, 8), db = mk_cell(&m, 8);
	rs_put_le32(mk_at(&m, list), one);
	rs_put_le32(mk_at(&m, list) + 4, two);
	memcpy(mk_at(&m, db), "db", 2);
	rs_put_le16(mk_at(&m, db) + 2, 2);
	rs_put_le32(mk_at(&m, db) + 4, list);
	const uint32_t vk = mk_value(&m, "Big", 3, (const uint8_t[]){0}, 1);
	rs_put_le32(mk_at(&m, vk) + 4, 17000);
	rs_put_le32(mk_at(&m, vk) + 8, db);
	mk_set_values(&m, key, &vk, 1);
	rs_put_le32(mk_at(&m, m.next) - 4, 32768 - m.next);
	rs_put_le16(mk_at(&m, db) + 2, 3);
	struct rs_err err = {0};
	assert_int_equal(edit(&m, &e, 1, &a, &err), RS_E_HIVE);
	assert_non_null(strstr(err.detail, "in pieces that do not fit it"));
	rs_put_le16(mk_at(&m, db) + 2, 2);
	mk_at(&m, db)[0] = 'x';
	assert_int_equal(edit(&m, &e, 1, &a, NULL), RS_E_HIVE);
	mk_at(&m, db)[0] = 'd';
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(size_of(&a, one), (16344 + 4 + 7) / 8 * 8 + 664 + 16 + 16);
}

/* ---- keys ---- */

static void test_key__new__shares_and_counts_the_security_above(void **state)
{
	const struct hw_edit e = {.op = HW_MAKE_KEY, .key = "Services\\B\\Ab\\\xC3\x84"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	mk_at(&m, at.b)[54] = 0x18; /* what is made below it has its virtualization */
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(rs_le32(cell(&a, at.other_security) + 12), 3);
	assert_int_equal(rs_le32(cell(&a, at.security) + 12), 3);
	auto_hive struct win_hive *h = opened(&a);
	const uint32_t ab = key_at(h, "services\\b\\AB"),
		       low = key_at(h, "services\\b\\ab\\\xC3\xA4");
	const uint8_t *nk = cell(&a, ab);
	assert_int_equal(rs_le32(nk + 16), at.b);
	assert_int_equal(rs_le32(nk + 44), at.other_security);
	assert_int_equal(rs_le16(nk + 2), 0x20);
	assert_int_equal(nk[54], 8);
	assert_true(rs_le64(nk + 4) == NOW);
	assert_true(rs_le64(cell(&a, at.b) + 4) == NOW);
	assert_true(rs_le64(cell(&a, at.services) + 4) == 0);
	assert_int_equal(rs_le32(cell(&a, at.b) + 20), 1);
	assert_int_equal(rs_le16(cell(&a, at.b) + 52), 4);
	/* lh, by the upper case; a hash of one letter is that */
	const uint8_t *list = cell(&a, rs_le32(nk + 28));
	assert_memory_equal(list, "lh", 2);
	assert_int_equal(rs_le32(list + 4), low);
	assert_int_equal(rs_le32(list + 8), 0xC4);
	assert_int_equal(rs_le32(cell(&a, rs_le32(cell(&a, at.b) + 28)) + 8), 'A' * 37 + 'B');
}

static void test_key__before_1_5__list_with_hints(void **state)
{
	const struct hw_edit e = {.op = HW_MAKE_KEY, .key = "Services\\B\\abcde"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le32(m.b.p + 24, 3);
	expect_edit(&m, &e, 1, &a);
	const uint8_t *list = cell(&a, rs_le32(cell(&a, at.b) + 28));
	assert_memory_equal(list, "lf", 2);
	assert_memory_equal(list + 8, "abcd", 4);
}

static void name_of(unsigned n, char ret[32])
{
	(void)snprintf(ret, 32, "Services\\k%05u", n * 7919U % 99991U);
}

static bool in_order(void *user, const char *name, win_key sub)
{
	char *last = user;

	(void)sub;
	assert_true(strcasecmp(last, name) < 0);
	(void)snprintf(last, 64, "%s", name);
	return true;
}

/* 600 keys in no order: more than one list holds. */
static void test_key__many__in_order_in_two_lists(void **state)
{
	enum { N = 600 };
	static char names[N][32];
	static struct hw_edit e[N];
	auto_mk struct mk m;
	auto_after struct after a, b;
	struct made at;
	char last[64] = "";

	(void)state;
	made_new(&m, &at);
	for (unsigned i = 0; i < N; i++) {
		name_of(i, names[i]);
		e[i] = (struct hw_edit){.op = HW_MAKE_KEY, .key = names[i]};
	}
	expect_edit(&m, e, N, &a);
	const uint8_t *nk = cell(&a, at.services);
	assert_int_equal(rs_le32(nk + 20), N + 2);
	const uint8_t *top = cell(&a, rs_le32(nk + 28));
	assert_memory_equal(top, "ri", 2);
	assert_int_equal(rs_le16(top + 2), 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(rs_le16(cell(&a, rs_le32(top + 4 + 4 * i)) + 2) <= 507);
	auto_hive struct win_hive *h = opened(&a);
	assert_int_equal(win_hive_each_key(h, at.services, in_order, last, NULL), 0);
	/* and all of them go */
	struct mk full = {.b = a.b};
	for (unsigned i = 0; i < N; i++)
		e[i].op = HW_DELETE_KEY;
	expect_edit(&full, e, N, &b);
	assert_int_equal(rs_le32(cell(&b, at.services) + 20), 2);
	assert_int_equal(rs_le32(cell(&b, at.security) + 12), 3);
}

static void test_key__gone__with_its_security_when_that_was_the_last(void **state)
{
	const struct hw_edit e = {.op = HW_DELETE_KEY, .key = "Services\\B"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le16(mk_at(&m, at.services) + 52, 2);
	expect_edit(&m, &e, 1, &a);
	assert_true(size_of(&a, at.other_security) > 0);
	assert_int_equal(rs_le32(cell(&a, at.security) + 4), at.security);
	assert_int_equal(rs_le32(cell(&a, at.security) + 8), at.security);
	assert_int_equal(rs_le32(cell(&a, at.security) + 12), 3);
	assert_int_equal(rs_le32(cell(&a, at.services) + 20), 1);
	assert_int_equal(rs_le16(cell(&a, at.services) + 52), 2);
	assert_true(rs_le64(cell(&a, at.services) + 4) == NOW);
}

/* Its own count says that nobody is left; a key that was seen is. */
static void test_key__gone__security_that_another_has_stays(void **state)
{
	const struct hw_edit e = {.op = HW_DELETE_KEY, .key = "Services\\A"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le32(mk_at(&m, at.security) + 12, 1);
	expect_edit(&m, &e, 1, &a);
	assert_true(size_of(&a, at.security) < 0);
	assert_int_equal(rs_le32(cell(&a, at.security) + 12), 1);
}

static void test_key__last_one_gone__no_list(void **state)
{
	const struct hw_edit e = {.op = HW_DELETE_KEY, .key = "Services"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le16(mk_at(&m, MK_ROOT) + 52, 16);
	expect_edit(&m, &e, 1, &a);
	assert_int_equal(rs_le32(cell(&a, MK_ROOT) + 20), 0);
	assert_int_equal(rs_le32(cell(&a, MK_ROOT) + 28), HW_NIL);
	assert_int_equal(rs_le16(cell(&a, MK_ROOT) + 52), 0);
	assert_int_equal(rs_le32(cell(&a, at.security) + 12), 1);
}

/* ---- what is not edited ---- */

static void expect_refused(struct mk *m, const struct hw_edit *e, int code, const char *words)
{
	auto_after struct after a;
	struct rs_err err = {0};

	assert_int_equal(edit(m, e, 1, &a, &err), code);
	if (!strstr(err.detail, words))
		fail_msg("'%s' is not in '%s'", words, err.detail);
}

static void test_edit__keys_that_are_not_what_they_seem__refused(void **state)
{
	const struct hw_edit e = START_EDIT(4), root = {.op = HW_DELETE_KEY, .key = "\\"},
			     gone = {.op = HW_DELETE_KEY, .key = "Services"},
			     unset = {.op = HW_DELETE_VALUE, .key = "Services\\A", .name = "Start"},
			     below = {.op = HW_MAKE_KEY, .key = "Services\\A\\x"},
			     bad = {.op = HW_MAKE_KEY, .key = "Services\\\xFF"};
	auto_mk struct mk m;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_refused(&m, &root, RS_E_HIVE_EDIT, "root");
	expect_refused(&m, &bad, RS_E_HIVE_EDIT, "no name");
	rs_put_le16(mk_at(&m, at.a) + 2, 0x28);
	expect_refused(&m, &gone, RS_E_HIVE_EDIT, "never deletes");
	rs_put_le16(mk_at(&m, at.a) + 2, 0x30);
	expect_refused(&m, &e, RS_E_HIVE_EDIT, "leads to another");
	rs_put_le16(mk_at(&m, at.a) + 2, 0x60);
	expect_refused(&m, &e, RS_E_HIVE_EDIT, "handle");
	rs_put_le16(mk_at(&m, at.a) + 2, 0x20);
	mk_at(&m, at.a)[13] = 1;
	expect_refused(&m, &e, RS_E_HIVE_EDIT, "layer");
	mk_at(&m, at.a)[13] = 0;
	const uint32_t list = rs_le32(mk_at(&m, at.a) + 40);
	uint8_t *vk = mk_at(&m, rs_le32(mk_at(&m, list)));
	rs_put_le16(vk + 16, 3);
	expect_refused(&m, &unset, RS_E_HIVE_EDIT, "layer");
	rs_put_le16(vk + 16, 1);
	rs_put_le32(mk_at(&m, at.a) + 44, HW_NIL);
	expect_refused(&m, &below, RS_E_HIVE_EDIT, "no security");
}

static void test_edit__list_not_in_order__no_new_key(void **state)
{
	const struct hw_edit e = START_EDIT(4), new = {.op = HW_MAKE_KEY, .key = "Services\\AA"};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	uint8_t *list = mk_at(&m, rs_le32(mk_at(&m, at.services) + 28));
	rs_put_le32(list + 4, at.b);
	rs_put_le32(list + 12, at.a);
	expect_refused(&m, &new, RS_E_HIVE, "not in order");
	expect_edit(&m, &e, 1, &a);
}

/* Each field of what the tree is made of. */
/* Each by its own reason: what is refused for another one that the damage has, too, shows no check.
 */
static void test_edit__damaged__refused(void **state)
{
	const struct hw_edit e = START_EDIT(4);
	struct made at;

	(void)state;
	for (size_t i = 0, n = 1; i < n; i++) {
		auto_mk struct mk m;
		made_new(&m, &at);
		uint8_t *bins = m.b.p + 4096, *a = mk_at(&m, at.a), *path = mk_at(&m, at.path);
		uint8_t *list = mk_at(&m, rs_le32(mk_at(&m, at.services) + 28));
		const struct {
			uint8_t *at;
			uint32_t value;
			const char *why;
		} faults[] = {{bins + 8, 4096, "a cell of no possible size at 0x718"},
			{bins + 8, 5 * 4096, "no hive bin at 0x0"},
			{bins + 4, 4096, "no hive bin at 0x0"}, {bins, 0, "no hive bin at 0x0"},
			{bins + 32, 0, "cell at 0x20"},
			{bins + 32, 0xFFFFFFF1, "cell at 0x20 is too short"},
			{mk_at(&m, at.gap) - 4, 88, "a cell of no possible size at 0x1e0"},
			{list + 12, at.a, "two owners of the cell at 0x130"},
			{list + 12, at.b + 4, "no cell of 76 bytes at 0x1ec"},
			{list + 12, 0x7ffffff8, "no cell of 76 bytes at 0x7ffffff8"},
			{list, 0, "no list of keys at 0x250"},
			{list, 'l' | 'h' << 8 | 0x7fff0000, "no list of keys at 0x250"},
			{list, 'r' | 'i' << 8 | 0x7fff0000, "a list that leaves its cell at 0x250"},
			{mk_at(&m, at.services) + 20, 1, "more entries than its key says"},
			{mk_at(&m, at.services) + 20, 3, "has too few entries"},
			{bins + 8, 12288 - 8, "no hive bin at 0x0"},
			{mk_at(&m, at.gap) - 4, 92, "a cell of no possible size at 0x188"},
			{a, 0, "no sub-key at 0x130"}, {a + 16, MK_ROOT, "no sub-key at 0x130"},
			{a + 72, 0x1000, "the name of a key that leaves its cell at 0x130"},
			{a + 36, 5, "no cell of 20 bytes at 0x700"},
			{a + 36, 0x20000000, "more values than a hive holds at 0x700"},
			{a + 40, at.gap, "no cell of 8 bytes at 0x188"},
			{a + 44, at.gap, "no security descriptor at 0x188"},
			{path + 8, rs_le32(a + 40), "two owners of the cell at 0x700"},
			{path + 4, 500, "data of a value that leave their cell at 0x2b0"},
			{path + 4, 100000, "data in pieces that do not fit it"},
			{path + 4, 0x80000005, "a value of no possible size at 0x288"},
			{path, 0, "no value at 0x288"}, {path + 2, 200, "no value at 0x288"}};
		n = sizeof(faults) / sizeof(faults[0]);
		rs_put_le32(faults[i].at, faults[i].value);
		auto_after struct after after;
		struct rs_err err = {0};
		if (edit(&m, &e, 1, &after, &err) != RS_E_HIVE ||
			!strstr(err.detail, faults[i].why))
			fail_msg("fault %zu: %s", i, err.detail);
	}
}

/* Sizes that look like those of a cell, where none begins. */
static void test_edit__no_cell_begins_there__refused(void **state)
{
	const struct hw_edit e = START_EDIT(4);
	struct made at;

	(void)state;
	for (uint32_t behind = 4; behind <= 8; behind += 4) {
		auto_mk struct mk m;
		made_new(&m, &at);
		rs_put_le32(mk_at(&m, rs_le32(mk_at(&m, at.services) + 28)) + 12, at.b + behind);
		rs_put_le32(mk_at(&m, at.b + behind) - 4, 0U - 256);
		expect_refused(&m, &e, RS_E_HIVE, "no cell of 76 bytes");
	}
}

static void test_edit__a_class_that_is_nowhere__refused(void **state)
{
	const struct hw_edit e = START_EDIT(4);
	auto_mk struct mk m;
	struct made at;

	(void)state;
	made_new(&m, &at);
	rs_put_le16(mk_at(&m, at.a) + 74, 4);
	rs_put_le32(mk_at(&m, at.a) + 48, 0x7ffffff8);
	expect_refused(&m, &e, RS_E_HIVE, "no cell of 4 bytes");
}

static void test_edit__keys_or_names_without_end__refused(void **state)
{
	static char deep[2 * 513 + 1], name[257];
	const struct hw_edit path = {.op = HW_MAKE_KEY, .key = deep},
			     one = {.op = HW_MAKE_KEY, .key = name};
	auto_mk struct mk m;
	struct made at;

	(void)state;
	for (size_t i = 0; i < 513; i++)
		memcpy(deep + 2 * i, "a\\", 2);
	memset(name, 'a', 256);
	made_new(&m, &at);
	expect_refused(&m, &path, RS_E_HIVE_EDIT, "more keys in each other");
	expect_refused(&m, &one, RS_E_HIVE_EDIT, "no name of a key");
}

static void test_edit__what_a_later_edit_takes_away__is_not_asked_for(void **state)
{
	const struct hw_edit e[] = {START_EDIT(4), {.op = HW_DELETE_KEY, .key = "Services\\A"}};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	expect_edit(&m, e, 2, &a);
}

/* The list of B has room for the one value that it has. */
static void test_value__no_room_in_the_list__the_list_moves(void **state)
{
	static const uint8_t one[4] = {1};
	const struct hw_edit e = {HW_SET, "Services\\B", "New", 4, one, sizeof(one)};
	auto_mk struct mk m;
	auto_after struct after a;
	struct made at;

	(void)state;
	made_new(&m, &at);
	const uint32_t before = rs_le32(mk_at(&m, at.b) + 40);
	expect_edit(&m, &e, 1, &a);
	assert_int_not_equal(rs_le32(cell(&a, at.b) + 40), before);
	assert_int_equal(rs_le32(cell(&a, at.b) + 36), 2);
}

static void test_edit__free_cell_that_is_somebodys__refused(void **state)
{
	const struct hw_edit e = START_EDIT(4);
	auto_mk struct mk m;
	struct made at;

	(void)state;
	made_new(&m, &at);
	uint8_t *size = mk_at(&m, at.path) - 4;
	rs_put_le32(size, 0U - rs_le32(size));
	expect_refused(&m, &e, RS_E_HIVE, "no cell of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room__smallest_free_cell__and_its_rest),
		cmocka_unit_test(test_room__given_back__one_with_its_neighbours),
		cmocka_unit_test(test_room__fits_where_it_is__stays),
		cmocka_unit_test(test_room__none__new_bin_at_the_end),
		cmocka_unit_test(test_value__new__last_in_the_list_and_counted),
		cmocka_unit_test(test_value__last_one_gone__no_list),
		cmocka_unit_test(test_value__first_of_two_gone__the_other_is_left),
		cmocka_unit_test(test_value__in_pieces__all_of_them_are_freed),
		cmocka_unit_test(test_key__new__shares_and_counts_the_security_above),
		cmocka_unit_test(test_key__before_1_5__list_with_hints),
		cmocka_unit_test(test_key__many__in_order_in_two_lists),
		cmocka_unit_test(test_key__gone__with_its_security_when_that_was_the_last),
		cmocka_unit_test(test_key__gone__security_that_another_has_stays),
		cmocka_unit_test(test_key__last_one_gone__no_list),
		cmocka_unit_test(test_edit__keys_that_are_not_what_they_seem__refused),
		cmocka_unit_test(test_edit__list_not_in_order__no_new_key),
		cmocka_unit_test(test_edit__damaged__refused),
		cmocka_unit_test(test_edit__free_cell_that_is_somebodys__refused),
		cmocka_unit_test(test_edit__no_cell_begins_there__refused),
		cmocka_unit_test(test_edit__a_class_that_is_nowhere__refused),
		cmocka_unit_test(test_edit__keys_or_names_without_end__refused),
		cmocka_unit_test(test_edit__what_a_later_edit_takes_away__is_not_asked_for),
		cmocka_unit_test(test_value__no_room_in_the_list__the_list_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
