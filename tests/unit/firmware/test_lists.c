/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of signatures, and the file of an OVMF's variables: sound ones, each field out of range,
 * cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made.h"

struct seen {
	unsigned n, most;
	uint8_t first[4];
	size_t len;
	const uint8_t *begin, *end; /* of the bytes that there are */
};

static bool count(void *user, const uint8_t type[16], struct rs_view entry)
{
	struct seen *s = user;

	assert_true(type >= s->begin && type <= s->end - 16);
	assert_true(entry.p >= s->begin && entry.len <= (size_t)(s->end - entry.p));
	if (!s->n && entry.len >= sizeof(s->first))
		memcpy(s->first, entry.p, sizeof(s->first));
	s->len += entry.len;
	return ++s->n != s->most;
}

static bool each(const struct made *m, struct seen *s)
{
	/* memory that ends where the bytes do */
	uint8_t *copy = malloc(m->len ? m->len : 1);

	assert_non_null(copy);
	memcpy(copy, m->p, m->len);
	s->begin = copy;
	s->end = copy + m->len;
	bool ret = fw_lists_each((struct rs_view){copy, m->len}, count, s);
	free(copy);
	return ret;
}

static void two_lists(struct made *m)
{
	*m = (struct made){0};
	made_list(m, TYPE_X509, "abcdefgh", 8);
	/* a header of 4 bytes, two entries of 32 */
	made_guid(m, TYPE_SHA256);
	made_u32(m, 28 + 4 + 2 * 48);
	made_u32(m, 4);
	made_u32(m, 48);
	made_add(m, (const uint8_t[100]){0}, 100);
}

static void test_lists__two__each_entry_without_its_owner(void **state)
{
	struct made m;
	struct seen s = {0};

	(void)state;
	two_lists(&m);
	assert_true(each(&m, &s));
	assert_int_equal(s.n, 3);
	assert_int_equal(s.len, 8 + 32 + 32);
	assert_memory_equal(s.first, "abcd", 4);
}

static void test_lists__none__nothing(void **state)
{
	struct made m = {0};
	struct seen s = {0};

	(void)state;
	assert_true(each(&m, &s));
	assert_int_equal(s.n, 0);
}

static void test_lists__cut_at_every_byte__malformed(void **state)
{
	struct made m;

	(void)state;
	two_lists(&m);
	const size_t first = 28 + 24, all = m.len;
	for (m.len = 1; m.len < all; m.len++) {
		struct seen s = {0};
		assert_int_equal(each(&m, &s), m.len == first);
	}
}

static void test_lists__a_field_out_of_range__malformed(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {{16, 0}, {16, 27}, {16, 0xffffffff}, {16, 28 + 25}, {16, 28 + 48}, {20, 25},
		{20, 40}, {20, 0xffffffff}, {24, 0}, {24, 8}, {24, 12}, {24, 16}, {24, 25},
		{24, 0xffffffff}};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct made m = {0};
		struct seen s = {0};
		made_list(&m, TYPE_X509, "abcdefgh", 8);
		rs_put_le32(m.p + wrong[i].at, wrong[i].value);
		assert_false(each(&m, &s));
	}
}

/* Its length is less than that of its own head, and all of the others agree with it. */
static void test_lists__shorter_than_its_head__malformed(void **state)
{
	struct made m = {0};
	struct seen s = {0};

	(void)state;
	made_guid(&m, TYPE_X509);
	made_u32(&m, 27);
	made_u32(&m, 0);
	made_add(&m, "\x33\0\0", 3); /* 27 - 28 is a multiple of 51 */
	made_list(&m, "00000000-0000-0000-0000-000000000000", "abcdefgh", 8);
	assert_false(each(&m, &s));
}

static void test_lists__the_reader_stops__it_is_over(void **state)
{
	struct made m;
	struct seen s = {.most = 2};

	(void)state;
	two_lists(&m);
	assert_false(each(&m, &s));
	assert_int_equal(s.n, 2);
}

/* ---- the file of an OVMF ---- */

#define VENDOR "605dab50-e046-4300-abb6-3dd810dd8b23"

static void variable(struct made *m, uint8_t state, const char *name, const void *data, size_t len)
{
	size_t n = strlen(name) + 1;

	made_add(m, (const uint8_t[]){0xAA, 0x55, state, 0}, 4);
	made_add(m, (const uint8_t[32]){0}, 32); /* attributes, count, time, key */
	made_u32(m, (uint32_t)(2 * n));
	made_u32(m, (uint32_t)len);
	made_guid(m, VENDOR);
	for (size_t i = 0; i < n; i++)
		made_add(m, (const uint8_t[]){(uint8_t)name[i], 0}, 2);
	made_add(m, data, len);
	made_add(m, "\xff\xff\xff", (4 - m->len % 4) % 4);
}

#define STORE_AT 0x48

static void store_begin(struct made *m)
{
	*m = (struct made){0};
	made_add(m, (const uint8_t[0x28]){0}, 0x28);
	made_add(m, "_FVH", 4);
	made_u32(m, 0);
	made_add(m, (const uint8_t[]){STORE_AT, 0}, 2);
	made_add(m, (const uint8_t[STORE_AT - 0x32]){0}, STORE_AT - 0x32);
	made_guid(m, "aaf32c78-947b-439a-a180-2e144ec37792");
	made_u32(m, 0); /* its length */
	made_u32(m, 0xfe5a);
	made_u32(m, 0);
}

static void store_end(struct made *m)
{
	made_add(m, "\xff\xff\xff\xff", 4);
	rs_put_le32(m->p + STORE_AT + 16, (uint32_t)(m->len - STORE_AT));
}

static bool find(const struct made *m, const char *name, struct rs_view *ret)
{
	uint8_t guid[16];

	assert_true(rs_guid_parse(VENDOR, guid));
	return fw_store_find(made_view(m), name, guid, ret);
}

static void test_store__deleted_and_replaced__the_one_that_holds(void **state)
{
	struct made m;
	struct rs_view v = {0};

	(void)state;
	store_begin(&m);
	variable(&m, 0x3D, "MokList", "gone", 4);
	variable(&m, 0x3E, "MokList", "older", 5);
	variable(&m, 0x3F, "MokList", "new", 3);
	variable(&m, 0x3E, "MokList", "older", 5);
	variable(&m, 0x3D, "MokList", "gone", 4);
	variable(&m, 0x3F, "MokListX", "other", 5);
	variable(&m, 0x3E, "MokSBState", "x", 1);
	store_end(&m);
	assert_true(fw_store_is_one(made_view(&m)));
	assert_true(find(&m, "MokList", &v));
	assert_int_equal(v.len, 3);
	assert_memory_equal(v.p, "new", 3);
	assert_true(find(&m, "MokSBState", &v));
	assert_false(find(&m, "Mok", &v));
	assert_false(find(&m, "SbatLevel", &v));
}

static void test_store__another_vendor__not_found(void **state)
{
	struct made m;
	struct rs_view v = {0};

	(void)state;
	store_begin(&m);
	variable(&m, 0x3F, "db", "x", 1);
	store_end(&m);
	m.p[STORE_AT + 28 + 44]++;
	assert_false(find(&m, "db", &v));
	m.p[STORE_AT + 28 + 44]--;
	assert_true(find(&m, "db", &v));
	m.p[STORE_AT + 28 + 60 + 1] = 1; /* the upper half of its first letter */
	assert_false(find(&m, "db", &v));
	m.p[STORE_AT + 28 + 60 + 1] = 0;
	m.p[STORE_AT + 28] = 0; /* where a variable begins */
	assert_false(find(&m, "db", &v));
}

/* Behind its end is no variable of it, even if the last one's padding reaches there. */
static void test_store__variables_behind_its_end__not_found(void **state)
{
	struct made m;
	struct rs_view v = {0};

	(void)state;
	store_begin(&m);
	variable(&m, 0x3F, "db", "abc", 3);
	const size_t end = m.len - 3;
	variable(&m, 0x3F, "MokList", "abcd", 4);
	rs_put_le32(m.p + STORE_AT + 16, (uint32_t)(end - STORE_AT));
	assert_true(find(&m, "db", &v));
	assert_false(find(&m, "MokList", &v));
	rs_put_le32(m.p + STORE_AT + 16, (uint32_t)(m.len - STORE_AT));
	assert_true(find(&m, "MokList", &v));
	rs_put_le32(
		m.p + STORE_AT + 16, (uint32_t)(m.len - STORE_AT + 1)); /* longer than the file */
	assert_false(fw_store_is_one(made_view(&m)));
	rs_put_le32(m.p + STORE_AT + 16, (uint32_t)(m.len - STORE_AT));
	m.p[0x28] = 'x'; /* no volume of a firmware */
	assert_false(fw_store_is_one(made_view(&m)));
}

static void test_store__cut_or_garbage__found_or_not_but_inside(void **state)
{
	struct made m;

	(void)state;
	store_begin(&m);
	variable(&m, 0x3F, "db", "abc", 3);
	variable(&m, 0x3F, "MokList", "abcdefgh", 8);
	store_end(&m);
	for (size_t len = 0; len < m.len; len++) {
		struct rs_view v = {0};
		uint8_t *copy = malloc(len + 1);
		assert_non_null(copy);
		memcpy(copy, m.p, len);
		if (len >= STORE_AT + 28) /* a store that is as long as what is left */
			rs_put_le32(copy + STORE_AT + 16, (uint32_t)(len - STORE_AT));
		uint8_t guid[16];
		assert_true(rs_guid_parse(VENDOR, guid));
		if (fw_store_find((struct rs_view){copy, len}, "MokList", guid, &v))
			assert_true(v.p >= copy && v.p + v.len <= copy + len && v.len == 8);
		free(copy);
	}
	rs_put_le32(m.p + STORE_AT + 28 + 36, 0xffffffff); /* the first one's name */
	struct rs_view v = {0};
	assert_false(find(&m, "MokList", &v));
	m.p[STORE_AT]++;
	assert_false(fw_store_is_one(made_view(&m)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists__two__each_entry_without_its_owner),
		cmocka_unit_test(test_lists__none__nothing),
		cmocka_unit_test(test_lists__cut_at_every_byte__malformed),
		cmocka_unit_test(test_lists__a_field_out_of_range__malformed),
		cmocka_unit_test(test_lists__shorter_than_its_head__malformed),
		cmocka_unit_test(test_lists__the_reader_stops__it_is_over),
		cmocka_unit_test(test_store__deleted_and_replaced__the_one_that_holds),
		cmocka_unit_test(test_store__another_vendor__not_found),
		cmocka_unit_test(test_store__variables_behind_its_end__not_found),
		cmocka_unit_test(test_store__cut_or_garbage__found_or_not_but_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
