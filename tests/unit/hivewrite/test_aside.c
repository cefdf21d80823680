/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clean hive without a log: every order of what is written beside is the hive before or after,
 * and sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hivewrite/internal.h"
#include "hw_help.h"

#define LOG_BYTES 65536U
#define NEW	  "Services\\New"

static const uint8_t eight[8] = {1};
static const struct hw_edit make[] = {
	{.op = HW_MAKE_KEY, .key = NEW}, {HW_SET, NEW, "Element", 3, eight, sizeof(eight)}};
static const struct hw_edit drop = {.op = HW_DELETE_KEY, .key = NEW};

static void never_logged(struct trio *t, struct made *at)
{
	trio_new(t, at, LOG_BYTES);
	memset(t->f[1].p, 0, t->f[1].len);
	memset(t->f[2].p, 0, t->f[2].len);
}

static int plan(struct trio *t, const struct hw_edit *e, size_t n, struct hw_plan *ret)
{
	const struct hw_files f = trio_files(t);
	struct rs_err err = {0};
	int r = hw_plan_make(&f, e, n, ret, &err);

	if (r < 0)
		assert_null(ret->writes);
	return r;
}

static void expect_aside(struct trio *t, const struct hw_edit *e, size_t n, struct hw_plan *ret)
{
	assert_int_equal(plan(t, e, n, ret), 0);
	assert_int_equal(ret->way, HW_ASIDE);
}

/* Of a hive that must be sound: is @key there, with its value? Its siblings always are. */
static bool is_there(struct trio *t, const char *key)
{
	const struct hw_files f = trio_files(t);
	auto_hive struct win_hive *h = NULL;
	auto_hw_hive struct hw_hive *whole = NULL;
	auto_value struct win_value v = {0};
	struct rs_err err = {0};
	uint64_t n = 0;
	win_key k;

	assert_int_equal(win_hive_open(&f.primary, NULL, NULL, &h, &err), 0);
	if (hw_load(h, (uint32_t)t->f[0].len - 4096, &whole, &err) != 0)
		fail_msg("not sound: %s", err.detail);
	for (size_t i = 0; i < whole->n_sk; i++) /* never fewer than use it */
		assert_true(rs_le32(whole->p + whole->sk[i].off + 16) >= whole->sk[i].n);
	assert_int_equal(win_hive_key(h, win_hive_root(h), "Services\\A", &k, NULL), 0);
	assert_int_equal(win_hive_number(h, k, "Start", &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(win_hive_key(h, win_hive_root(h), "Services\\B", &k, NULL), 0);
	if (win_hive_key(h, win_hive_root(h), key, &k, NULL) != 0)
		return false;
	assert_int_equal(win_hive_value(h, k, "Element", &v, NULL), 0);
	assert_int_equal(v.len, 8);
	assert_memory_equal(v.p, eight, 8);
	assert_int_equal(win_hive_key(h, win_hive_root(h), "Services", &k, NULL), 0);
	assert_true(rs_le16(whole->p + k + 4 + 52) >= 6); /* its longest name has three letters */
	return true;
}

/* Every set of one step's writes, each a sector, with the steps before whole. */
static void cut_everywhere(const struct trio *t, const struct hw_plan *p, bool after)
{
	for (unsigned step = 0; step < p->n_steps; step++) {
		size_t of[16], n = 0, commit = 0;
		for (size_t i = 0; i < p->n; i++) {
			assert_int_equal(p->writes[i].file, HW_PRIMARY);
			assert_int_equal(p->writes[i].len, 512);
			commit = p->writes[i].is_commit ? p->writes[i].step : commit;
			if (p->writes[i].step == step && n < 16)
				of[n++] = i;
		}
		assert_true(n < 12);
		for (unsigned set = 0; set < 1U << n; set++) {
			auto_trio struct trio cut;
			trio_copy(t, &cut);
			trio_apply(&cut, p, step, -1);
			for (size_t i = 0; i < n; i++)
				if (set >> i & 1)
					trio_put(&cut, &p->writes[of[i]], 0, 1);
			const bool is_done = step > commit || (step == commit && set);
			assert_int_equal(is_there(&cut, NEW), is_done == after);
		}
	}
}

/* What is free at the end of the bins. */
static uint32_t rest_of(const uint8_t *bins)
{
	uint32_t rest = 32;

	while (rest + rs_le32(bins + rest) != 12288 || rs_le32(bins + rest) >> 31)
		rest += rs_le32(bins + rest) >> 31 ? 0U - rs_le32(bins + rest)
						   : rs_le32(bins + rest);
	return rest;
}

/* The list of Services' keys in a sector of its own, with room for more. */
static void list_far_away(struct trio *t, const struct made *at)
{
	uint8_t *bins = t->f[0].p + 4096, *nk = bins + at->services + 4;
	const uint32_t old = rs_le32(nk + 28);
	const uint32_t rest = rest_of(bins);

	const uint32_t far = rest + 2048, size = rs_le32(bins + rest);
	memcpy(bins + far + 4, bins + old + 4, 40);
	rs_put_le32(bins + far, 0U - 64);
	rs_put_le32(bins + far + 64, size - 2048 - 64);
	rs_put_le32(bins + rest, 2048);
	rs_put_le32(bins + old, 0U - rs_le32(bins + old));
	rs_put_le32(nk + 28, far);
}

/* Every "lh" entry of the list @list that is @old becomes @now. */
static void list_replace(uint8_t *bins, uint32_t list, uint32_t old, uint32_t now)
{
	for (uint32_t i = 0; i < rs_le16(bins + list + 6); i++)
		if (rs_le32(bins + list + 8 + 8 * i) == old)
			rs_put_le32(bins + list + 8 + 8 * i, now);
}

/* The key *@key, whose parent is @parent, so that a sector ends @at bytes into its cell. */
static void key_across(struct trio *t, uint32_t parent, uint32_t *key, uint32_t at)
{
	uint8_t *bins = t->f[0].p + 4096;
	const uint32_t old = *key, size = 0U - rs_le32(bins + old), now = 12288 - 1024 - at;
	const uint32_t rest = rest_of(bins);

	assert_true(rest + 512 < now);
	memcpy(bins + now, bins + old, size);
	rs_put_le32(bins + now + size, 12288 - now - size);
	rs_put_le32(bins + rest, now - rest);
	rs_put_le32(bins + old, size);
	list_replace(bins, rs_le32(bins + parent + 4 + 28), old, now);
	const uint32_t list = rs_le32(bins + now + 4 + 28);
	for (uint32_t i = 0; i < rs_le32(bins + now + 4 + 20); i++)
		rs_put_le32(bins + rs_le32(bins + list + 8 + 8 * i) + 4 + 16, now);
	*key = now;
}

static void carry_out(struct trio *t, const struct hw_edit *e, size_t n, bool after)
{
	auto_hw_plan struct hw_plan p = {0};
	size_t commits = 0;

	expect_aside(t, e, n, &p);
	for (size_t i = 0; i < p.n; i++)
		commits += p.writes[i].is_commit;
	assert_int_equal(commits, 1);
	cut_everywhere(t, &p, after);
	trio_apply(t, &p, p.n_steps, -1);
	assert_int_equal(is_there(t, NEW), after);
	assert_int_equal(rs_le32(t->f[0].p + 4), 5); /* it was clean, and is */
	assert_int_equal(rs_le32(t->f[0].p + 8), 5);
}

static void test_aside__there_and_back__old_or_new_at_every_cut(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	for (int i = 0; i < 3; i++) {
		carry_out(&t, make, 2, true);
		carry_out(&t, &drop, 1, false);
	}
}

static void test_aside__list_in_another_sector__a_new_one(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	list_far_away(&t, &at);
	carry_out(&t, make, 2, true);
	list_far_away(&t, &at); /* out of which it is taken now */
	carry_out(&t, &drop, 1, false);
}

/* Its time, or its longest name, lies in another sector than what readers go by. */
static void test_aside__key_in_two_sectors__old_or_new_at_every_cut(void **state)
{
	static const uint32_t ends[] = {24, 48, 56};

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		auto_trio struct trio t = {0};
		struct made at;
		never_logged(&t, &at);
		key_across(&t, MK_ROOT, &at.services, ends[i]);
		carry_out(&t, make, 2, true);
		carry_out(&t, &drop, 1, false);
	}
}

/* Its list and how many there are in it: neither may be there without the other. */
static void test_aside__list_and_count_in_two_sectors__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct hw_plan p = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	key_across(&t, MK_ROOT, &at.services, 32);
	assert_int_equal(plan(&t, make, 2, &p), RS_E_HIVE_EDIT);
}

/* To take a key out of it would want two turns. */
static void test_aside__list_of_lists__refused(void **state)
{
	static const struct hw_edit b_out = {.op = HW_DELETE_KEY, .key = "Services\\B"};
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan q = {0};
	struct hw_plan p = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	expect_aside(&t, &b_out, 1, &q);
	uint8_t *bins = t.f[0].p + 4096, *nk = bins + at.services + 4;
	const uint32_t rest = rest_of(bins), size = rs_le32(bins + rest);
	rs_put_le32(bins + rest, 0U - 16);
	memcpy(bins + rest + 4, "ri\1\0", 4);
	rs_put_le32(bins + rest + 8, rs_le32(nk + 28));
	rs_put_le32(bins + rest + 16, size - 16);
	rs_put_le32(nk + 28, rest);
	assert_int_equal(plan(&t, &b_out, 1, &p), RS_E_HIVE_EDIT);
}

/* Heads of cells in several sectors. */
static void test_aside__long_value__old_or_new_at_every_cut(void **state)
{
	static const uint8_t big[1300] = {3};
	const struct hw_edit edits[] = {
		make[0], make[1], {HW_SET, NEW, "big", 3, big, sizeof(big)}};
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	carry_out(&t, edits, 3, true);
	carry_out(&t, &drop, 1, false);
}

static bool are_two_free(const struct trio *t)
{
	const uint8_t *p = t->f[0].p + 4096;
	bool was_free = false;

	for (uint32_t off = 32; off < 12288;) {
		const int32_t size = (int32_t)rs_le32(p + off);
		if (size > 0 && was_free)
			return true;
		was_free = size > 0;
		off += (uint32_t)(size < 0 ? -size : size);
	}
	return false;
}

static void test_aside__back__what_is_free_is_one(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	assert_false(are_two_free(&t));
	for (int i = 0; i < 4; i++) {
		auto_hw_plan struct hw_plan p = {0}, q = {0};
		expect_aside(&t, make, 2, &p);
		trio_apply(&t, &p, p.n_steps, -1);
		assert_false(are_two_free(&t));
		expect_aside(&t, &drop, 1, &q);
		trio_apply(&t, &q, q.n_steps, -1);
		assert_false(are_two_free(&t));
	}
}

static void test_aside__no_room_but_behind_the_bins__a_bin_more(void **state)
{
	static const uint8_t big[13000] = {3};
	const struct hw_edit edits[] = {
		make[0], make[1], {HW_SET, NEW, "big", 3, big, sizeof(big)}};
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	uint8_t *longer = realloc(t.f[0].p, t.f[0].len + 16384);
	assert_non_null(longer);
	memset(longer + t.f[0].len, 0xEE, 16384);
	t.f[0].p = longer;
	t.f[0].len += 16384;
	auto_hw_plan struct hw_plan p = {0};
	struct hw_plan none = {0};
	expect_aside(&t, edits, 3, &p);
	for (unsigned step = 0; step <= p.n_steps; step++) {
		auto_trio struct trio cut;
		trio_copy(&t, &cut);
		trio_apply(&cut, &p, step, -1);
		assert_int_equal(is_there(&cut, NEW), step > 2);
		assert_int_equal(rs_le32(cut.f[0].p + 508), win_hive_sum(cut.f[0].p));
		assert_int_equal(rs_le32(cut.f[0].p + 40) > 12288, step > 1);
	}
	t.f[0].len -= 12288; /* the file has no room for it */
	assert_int_equal(plan(&t, edits, 3, &none), RS_E_HIVE_EDIT);
}

/* Who reads the list is told of no shorter names or classes than are in it. */
static void test_aside__the_last_of_a_key__its_lengths_fall_after_it(void **state)
{
	static const struct hw_edit in_a[] = {{.op = HW_MAKE_KEY, .key = "Services\\A\\New"},
		{HW_SET, "Services\\A\\New", "Element", 3, eight, sizeof(eight)}};
	static const struct hw_edit out = {.op = HW_DELETE_KEY, .key = "Services\\A\\New"};
	auto_hw_plan struct hw_plan p = {0}, q = {0};
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	key_across(&t, at.services, &at.a, 56);
	expect_aside(&t, in_a, 2, &p);
	trio_apply(&t, &p, p.n_steps, -1);
	rs_put_le32(t.f[0].p + 4096 + at.a + 4 + 56, 8); /* it had a class */
	expect_aside(&t, &out, 1, &q);
	for (unsigned step = 0; step <= q.n_steps; step++) {
		auto_trio struct trio cut;
		trio_copy(&t, &cut);
		trio_apply(&cut, &q, step, -1);
		const bool is_last = step == q.n_steps;
		(void)is_there(&cut, NEW);
		assert_int_equal(rs_le16(cut.f[0].p + 4096 + at.a + 4 + 52), is_last ? 0 : 6);
		assert_int_equal(rs_le32(cut.f[0].p + 4096 + at.a + 4 + 56), is_last ? 0 : 8);
	}
}

static void test_aside__more_than_one_sector__refused(void **state)
{
	static const uint8_t list[] = "A\0B\0\0\0C\0\0\0\0";
	const struct hw_edit edits[] = {
		START_EDIT(4), {HW_SET, "Services\\B", "Upper", 7, list, sizeof(list)}};
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan q = {0};
	struct hw_plan p = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	assert_int_equal(plan(&t, edits, 2, &p), RS_E_HIVE_EDIT);
	const struct hw_edit both[] = {make[0], edits[1]};
	assert_int_equal(plan(&t, both, 2, &p), RS_E_HIVE_EDIT);
	log_new(&t, 1, 4); /* where a log takes an entry, that is the way */
	assert_int_equal(plan(&t, make, 2, &q), 0);
	assert_int_equal(q.way, HW_LOG);
}

static void test_aside__larger_than_4_mib__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct hw_plan p = {0};
	struct made at;

	(void)state;
	never_logged(&t, &at);
	uint8_t *longer = realloc(t.f[0].p, (5U << 20));
	assert_non_null(longer);
	t.f[0].p = longer;
	t.f[0].len = 5U << 20;
	assert_int_equal(plan(&t, make, 2, &p), RS_E_HIVE_EDIT);
}

static void test_aside__any_read_fails__said(void **state)
{
	unsigned n = 1;

	(void)state;
	for (;; n++) {
		auto_trio struct trio t = {0};
		auto_hw_plan struct hw_plan p = {0};
		struct made at;
		never_logged(&t, &at);
		t.f[0].fail_at = n;
		int r = plan(&t, make, 2, &p);
		if (t.f[0].reads < n)
			break;
		assert_int_equal(r, RS_E_IO_READ);
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aside__there_and_back__old_or_new_at_every_cut),
		cmocka_unit_test(test_aside__list_in_another_sector__a_new_one),
		cmocka_unit_test(test_aside__key_in_two_sectors__old_or_new_at_every_cut),
		cmocka_unit_test(test_aside__list_and_count_in_two_sectors__refused),
		cmocka_unit_test(test_aside__list_of_lists__refused),
		cmocka_unit_test(test_aside__long_value__old_or_new_at_every_cut),
		cmocka_unit_test(test_aside__back__what_is_free_is_one),
		cmocka_unit_test(test_aside__no_room_but_behind_the_bins__a_bin_more),
		cmocka_unit_test(test_aside__the_last_of_a_key__its_lengths_fall_after_it),
		cmocka_unit_test(test_aside__more_than_one_sector__refused),
		cmocka_unit_test(test_aside__larger_than_4_mib__refused),
		cmocka_unit_test(test_aside__any_read_fails__said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
