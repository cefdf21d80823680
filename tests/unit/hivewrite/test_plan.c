/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which writes an edit becomes, in which order; every cut of them; and what is refused. What
 * Windows reads is told by the reader of windows/ here, and by one of the tests' own in
 * tests/disks/check-hives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hw_help.h"
#include "windows/hive.h"

enum { LOG_BYTES = 65536 };

static const struct hw_edit start = START_EDIT(4);
static const struct hw_edit new_key = {.op = HW_MAKE_KEY, .key = "Services\\New\\Sub"};

static void expect_plan(struct trio *t, const struct hw_edit *e, size_t n, struct hw_plan *ret)
{
	const struct hw_files f = trio_files(t);
	struct rs_err err = {0};

	if (hw_plan_make(&f, e, n, ret, &err) != 0)
		fail_msg("%s", err.detail);
	for (size_t i = 0; i < ret->n; i++) {
		const struct hw_write *w = &ret->writes[i];
		assert_true(w->off_bytes % 512 == 0 && w->len % 512 == 0);
		assert_true(w->off_bytes + w->len <= t->f[w->file].len);
		assert_memory_equal(w->before, t->f[w->file].p + w->off_bytes, w->len);
		assert_true(w->step < ret->n_steps);
		assert_true(i == 0 || w->step >= w[-1].step);
	}
}

/* ---- ways ---- */

static void test_plan__same_size__one_sector(void **state)
{
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	struct made at;
	size_t n = 0;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	expect_plan(&t, &start, 1, &p);
	assert_int_equal(p.way, HW_SECTOR);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.writes[0].len, 512);
	assert_int_equal(p.writes[0].file, HW_PRIMARY);
	assert_true(p.writes[0].is_commit);
	for (size_t i = 0; i < 512; i++)
		n += p.writes[0].before[i] != p.writes[0].after[i];
	assert_int_equal(n, 1);
	trio_apply(&t, &p, 1, -1);
	assert_int_equal(trio_start(&t), 4);
}

static void test_plan__already_so__nothing(void **state)
{
	const struct hw_edit edits[] = {START_EDIT(3),
		{.op = HW_DELETE_VALUE, .key = "Services\\A", .name = "none"},
		{.op = HW_DELETE_VALUE, .key = "none", .name = "none"},
		{.op = HW_DELETE_KEY, .key = "Services\\none\\none"},
		{.op = HW_MAKE_KEY, .key = "services\\a"}};
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	for (int i = 0; i < 2; i++) {
		auto_hw_plan struct hw_plan p = {0};
		expect_plan(&t, edits, i ? 5 : 1, &p);
		assert_int_equal(p.way, HW_NOTHING);
		assert_int_equal(p.n, 0);
	}
}

static void test_plan__other_size__entry_mark_pages_mark(void **state)
{
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	expect_plan(&t, &new_key, 1, &p);
	assert_int_equal(p.way, HW_LOG);
	assert_int_equal(p.n_steps, 4);
	assert_int_equal(p.n, 4);
	assert_int_equal(p.writes[0].file, HW_LOG1);
	assert_int_equal(p.writes[0].off_bytes, 0);
	assert_int_equal(rs_le32(p.writes[0].after + 4), 5);
	assert_int_equal(rs_le32(p.writes[0].after + 28), 6);
	assert_int_equal((512 + rs_le32(p.writes[0].after + 516)) % 4096, 0);
	assert_int_equal(rs_le32(p.writes[0].after + 512 + 12), 5);
	assert_int_equal(p.writes[1].off_bytes, 0);
	assert_int_equal(p.writes[1].len, 512);
	assert_true(p.writes[1].is_commit);
	assert_int_equal(rs_le32(p.writes[1].after + 4), 6);
	assert_int_equal(rs_le32(p.writes[1].after + 8), 5);
	assert_int_equal(p.writes[2].off_bytes, 4096);
	assert_int_equal(p.writes[3].off_bytes, 0);
	assert_int_equal(rs_le32(p.writes[3].after + 4), 6);
	assert_int_equal(rs_le32(p.writes[3].after + 8), 6);
	for (size_t i = 0; i < p.n; i++)
		assert_int_equal(p.writes[i].is_commit, i == 1);
}

static void test_plan__dirty__entry_behind_the_last_then_all(void **state)
{
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	trio_make_dirty(&t, &at);
	assert_int_equal(trio_start(&t), 1);
	expect_plan(&t, &start, 1, &p);
	assert_int_equal(p.way, HW_APPEND);
	assert_int_equal(p.n_steps, 3);
	assert_int_equal(p.writes[0].file, HW_LOG1);
	assert_int_equal(p.writes[0].off_bytes, 16384);
	assert_int_equal(rs_le32(p.writes[0].after + 12), 7);
	assert_true(p.writes[0].is_commit);
	assert_int_equal(p.writes[p.n - 1].off_bytes, 0);
	assert_int_equal(rs_le32(p.writes[p.n - 1].after + 4), 8);
	assert_int_equal(rs_le32(p.writes[p.n - 1].after + 8), 8);
	trio_apply(&t, &p, 3, -1);
	assert_int_equal(trio_start(&t), 4);
	memset(t.f[1].p, 0, t.f[1].len); /* no log is needed any more */
	assert_int_equal(trio_start(&t), 4);
}

static void test_plan__two_sectors__no_sector(void **state)
{
	static const uint8_t path[] = "S\0Y\0S\0T\0E\0M\0.\0S\0Y\0S\0\0";
	static const uint8_t list[] = "A\0B\0\0\0C\0\0\0\0";
	const struct hw_edit edits[] = {start, start,
		{HW_SET, "Services\\A", "ImagePath", 2, path, sizeof(path)},
		{HW_SET, "Services\\B", "Upper", 7, list, sizeof(list)}};
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0}, q = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	expect_plan(&t, edits, 2, &p);
	assert_int_equal(p.way, HW_SECTOR); /* twice the same */
	expect_plan(&t, edits, 4, &q);
	assert_int_equal(q.way, HW_LOG);
}

static void test_plan__other_type__no_sector(void **state)
{
	struct hw_edit e = start;
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	struct made at;

	(void)state;
	e.type = 3;
	trio_new(&t, &at, LOG_BYTES);
	expect_plan(&t, &e, 1, &p);
	assert_int_equal(p.way, HW_LOG);
}

/* Longer than what is there, and yet in its sector. */
static void test_plan__other_length__no_sector(void **state)
{
	struct hw_edit longer = start;
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	longer.p = (const uint8_t[]){4, 0, 0, 0, 0, 0};
	longer.len = 6;
	expect_plan(&t, &longer, 1, &p);
	assert_int_equal(p.way, HW_LOG);
}

/* ---- cuts ---- */

static void image_of(struct trio *t, uint8_t **ret, size_t *ret_len)
{
	const struct hw_files f = trio_files(t);
	struct rs_err err = {0};

	if (hw_replay(&f, ret, ret_len, &err) != 0)
		fail_msg("%s", err.detail);
}

struct ends { /* the hive before and after, without its base block */
	uint8_t *old, *new;
	size_t old_len, new_len;
};

static bool is_bins(const uint8_t *p, size_t len, const uint8_t *q, size_t q_len)
{
	return len == q_len && rs_le32(p + 40) == rs_le32(q + 40) &&
	       memcmp(p + 4096, q + 4096, rs_le32(p + 40)) == 0;
}

static void expect_end(struct trio *t, const struct ends *e, bool may_be_old, bool may_be_new)
{
	auto_free uint8_t *p = NULL;
	size_t len = 0;

	image_of(t, &p, &len);
	if (!(may_be_old && is_bins(p, len, e->old, e->old_len)) &&
		!(may_be_new && is_bins(p, len, e->new, e->new_len)))
		fail_msg("neither, or the wrong one");
}

static unsigned commit_of(const struct hw_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->writes[i].is_commit)
			return p->writes[i].step;
	fail_msg("no commit");
	return 0;
}

/* One write of a step torn, the others of that step there or not. */
static void cut_write(
	const struct trio *t, const struct hw_plan *p, size_t nth, const struct ends *e)
{
	const struct hw_write *w = &p->writes[nth];
	const size_t n = w->len / 512;
	const unsigned commit = commit_of(p);

	for (size_t at = 0; at <= n; at++)
		for (unsigned how = 0; how < 4; how++) {
			auto_trio struct trio cut;
			trio_copy(t, &cut);
			trio_apply(&cut, p, w->step, -1);
			for (size_t i = 0; how & 1 && i < p->n; i++)
				if (p->writes[i].step == w->step && i != nth)
					trio_put(&cut, &p->writes[i], 0, p->writes[i].len / 512);
			trio_put(&cut, w, how & 2 ? at : 0, how & 2 ? n : at);
			expect_end(&cut, e, w->step <= commit, w->step >= commit);
		}
}

static void cut_everywhere(struct trio *t, const struct hw_edit *e, size_t n, enum hw_way way)
{
	auto_hw_plan struct hw_plan p = {0};
	auto_trio struct trio after;
	struct ends ends = {0};

	expect_plan(t, e, n, &p);
	assert_int_equal(p.way, way);
	trio_copy(t, &after);
	trio_apply(&after, &p, p.n_steps, -1);
	image_of(t, &ends.old, &ends.old_len);
	image_of(&after, &ends.new, &ends.new_len);
	assert_int_equal(rs_le32(after.f[0].p + 4), rs_le32(after.f[0].p + 8));
	for (size_t i = 0; i < p.n; i++)
		cut_write(t, &p, i, &ends);
	for (unsigned step = 0; step <= p.n_steps; step++) {
		auto_trio struct trio cut;
		trio_copy(t, &cut);
		trio_apply(&cut, &p, step, -1);
		expect_end(&cut, &ends, step <= commit_of(&p), step > commit_of(&p));
	}
	free(ends.old);
	free(ends.new);
}

static void test_plan__every_cut__old_or_new(void **state)
{
	static const uint8_t big[9000] = {1}; /* into a page that no entry has */
	const struct hw_edit edits[] = {start, new_key,
		{HW_SET, "Services\\New", "big", 3, big, sizeof(big)},
		{.op = HW_DELETE_VALUE, .key = "Services\\B", .name = "Upper"},
		{.op = HW_DELETE_KEY, .key = "Services\\B"}};

	(void)state;
	for (size_t n = 1; n <= 5; n++)
		for (int is_dirty = 0; is_dirty < 2; is_dirty++) {
			auto_trio struct trio t = {0};
			struct made at;
			trio_new(&t, &at, LOG_BYTES);
			if (is_dirty)
				trio_make_dirty(&t, &at);
			cut_everywhere(&t, edits, n,
				is_dirty ? HW_APPEND
				: n == 1 ? HW_SECTOR
					 : HW_LOG);
		}
}

static void test_plan__room_behind_the_bins__new_bin_in_the_file(void **state)
{
	static const uint8_t big[11000] = {7};
	const struct hw_edit e = {HW_SET, "Services\\A", "big", 3, big, sizeof(big)};
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	uint8_t *longer = realloc(t.f[0].p, t.f[0].len + 16384);
	assert_non_null(longer);
	memset(longer + t.f[0].len, 0xEE, 16384);
	t.f[0].p = longer;
	t.f[0].len += 16384;
	cut_everywhere(&t, &e, 1, HW_LOG);
	trio_make_dirty(&t, &at);
	cut_everywhere(&t, &e, 1, HW_APPEND);
}

/* ---- refusals ---- */

static void expect_all_refused(struct trio *t, const struct hw_files *files,
	const struct hw_edit *e, size_t n, int code, const char *words)
{
	const struct hw_files own = trio_files(t);
	struct hw_plan p = {0};
	struct rs_err err = {0};

	assert_int_equal(hw_plan_make(files ? files : &own, e, n, &p, &err), code);
	assert_null(p.writes);
	if (!strstr(err.detail, words))
		fail_msg("'%s' is not in '%s'", words, err.detail);
}

static void expect_refused(struct trio *t, const struct hw_files *files, const struct hw_edit *e,
	int code, const char *words)
{
	expect_all_refused(t, files, e, 1, code, words);
}

/* In two sectors: without a log there is no order of them. */
static void expect_no_log(struct trio *t, const struct hw_files *files, const char *words)
{
	static const uint8_t list[] = "A\0B\0\0\0C\0\0\0\0";
	const struct hw_edit far_apart[] = {
		start, {HW_SET, "Services\\B", "Upper", 7, list, sizeof(list)}};

	expect_all_refused(t, files, far_apart, 2, RS_E_HIVE_EDIT, words);
}

static void test_plan__no_log_to_go_by__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	struct hw_files f = trio_files(&t);
	f.flags = HW_TXR_PENDING;
	expect_refused(&t, &f, &start, RS_E_HIVE_TXR, "transaction");
	f.flags = 0;
	f.has_log1 = f.has_log2 = false;
	expect_no_log(&t, &f, "ever used");
	rs_put_le32(t.f[2].p + 28, 1); /* as Windows 7 has it */
	mk_sum(t.f[2].p);
	expect_no_log(&t, NULL, "before Windows 8.1");
	log_new(&t, 2, 6); /* ahead of the hive: .LOG2 itself can be written over, .LOG1 not then */
	auto_hw_plan struct hw_plan p = {0};
	expect_plan(&t, &new_key, 1, &p);
	assert_int_equal(p.writes[0].file, HW_LOG2);
	log_new(&t, 1, 5);
	expect_no_log(&t, NULL, "do not belong");
	log_new(&t, 1, 4);
	t.f[2].p[100] ^= 1; /* its sum is wrong */
	expect_no_log(&t, NULL, "do not belong");
}

static void test_plan__log_is_full__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	t.f[1].len = t.f[2].len = 4096;
	expect_refused(&t, NULL, &new_key, RS_E_HIVE_EDIT, "no room for one more");
	t.f[1].len = t.f[2].len = LOG_BYTES;
	trio_make_dirty(&t, &at);
	t.f[1].len = 16384 + 4096;
	expect_refused(&t, NULL, &new_key, RS_E_HIVE_EDIT, "no room for one more");
}

/* What would be taken for the next entry behind ours. */
static void test_plan__entry_behind__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	(void)log_add(&t, 1, 8192, 6, 0, t.f[0].p + 4096);
	expect_refused(&t, NULL, &new_key, RS_E_HIVE_EDIT, "has no place");
	(void)log_add(&t, 1, 8192, 7, 0, t.f[0].p + 4096); /* not the next one */
	auto_hw_plan struct hw_plan p = {0};
	expect_plan(&t, &new_key, 1, &p);
	trio_make_dirty(&t, &at);
	(void)log_add(&t, 1, 16384 + 8192, 8, 0, t.f[0].p + 4096);
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "has no place");
}

static void test_plan__dirty_and_unclear__refused(void **state)
{
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	trio_make_dirty(&t, &at);
	struct hw_files f = trio_files(&t);
	f.has_log1 = false;
	expect_refused(&t, &f, &start, RS_E_HIVE_EDIT, "no log has what is missing");
	log_new(&t, 2, 8); /* would go on behind ours */
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "one of its logs is damaged");
	log_new(&t, 2, 3);
	t.f[2].p[100] ^= 1;
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "one of its logs is damaged");
	rs_put_le32(t.f[2].p + 28, 1);
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "before Windows 8.1");
	log_new(&t, 2, 3);
	t.f[0].p[508] ^= 1;
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "its base block is damaged");
	const struct hw_files now = trio_files(&t);
	uint8_t *p = NULL;
	size_t len = 0;
	assert_int_equal(hw_image(&now, &start, 1, &p, &len, NULL), RS_E_HIVE_EDIT);
	assert_null(p);
}

/* An entry says that the hive has a page more than its file. */
static void test_plan__logs_make_it_longer_than_its_file__refused(void **state)
{
	auto_trio struct trio t = {0};
	uint8_t page[4096] = "hbin";
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	trio_make_dirty(&t, &at);
	rs_put_le32(page + 4, 12288);
	rs_put_le32(page + 8, 4096);
	rs_put_le32(page + 32, 4096 - 32);
	rs_put_le32(t.f[0].p + 40, 16384);
	(void)log_add(&t, 1, 16384, 7, 12288, page);
	rs_put_le32(t.f[0].p + 40, 12288);
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "longer than its file");
}

static void test_plan__dirty__flag_of_the_last_entry_is_written(void **state)
{
	auto_trio struct trio t = {0};
	auto_hw_plan struct hw_plan p = {0};
	auto_free uint8_t *image = NULL;
	struct made at;
	size_t len = 0;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	trio_make_dirty(&t, &at);
	rs_put_le32(t.f[0].p + 144, 3); /* the entries' is 0 */
	mk_sum(t.f[0].p);
	expect_plan(&t, &start, 1, &p);
	assert_int_equal(p.way, HW_APPEND);
	assert_int_equal(rs_le32(p.writes[p.n - 1].after + 144), 2);
	const struct hw_files f = trio_files(&t);
	assert_int_equal(hw_image(&f, &start, 1, &image, &len, NULL), 0);
	assert_int_equal(rs_le32(image + 144), 2);
}

static void test_plan__no_hive_of_ours__refused(void **state)
{
	static const uint8_t big[16345] = {1};
	const struct hw_edit value = {HW_SET, "Services\\A", "big", 3, big, sizeof(big)};
	const struct hw_edit fits = {HW_SET, "Services\\A", "big", 3, big, 12000};
	struct hw_edit nowhere = start;
	auto_trio struct trio t = {0};
	struct made at;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	expect_refused(&t, NULL, &value, RS_E_HIVE_EDIT, "a value of 16345 bytes");
	expect_refused(&t, NULL, &fits, RS_E_HIVE_EDIT, "does not grow in place");
	nowhere.key = "Services\\C";
	expect_refused(&t, NULL, &nowhere, RS_E_NO_SUCH_FILE, "no key");
	struct hw_files f = trio_files(&t);
	f.primary.size_bytes = (256 << 20) + 1;
	expect_refused(&t, &f, &start, RS_E_HIVE_EDIT, "256 MiB");
	f.primary.size_bytes = 8192;
	expect_refused(&t, &f, &start, RS_E_HIVE, "shorter");
	rs_put_le32(t.f[0].p + 24, 7);
	mk_sum(t.f[0].p);
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "version 1.7");
	rs_put_le32(t.f[0].p + 24, 5);
	rs_put_le32(t.f[0].p + 28, 6);
	mk_sum(t.f[0].p);
	expect_refused(&t, NULL, &start, RS_E_HIVE_EDIT, "a log");
	rs_put_le32(t.f[0].p + 28, 0);
	rs_put_le32(t.f[0].p + 4, UINT32_MAX - 1);
	rs_put_le32(t.f[0].p + 8, UINT32_MAX - 1);
	mk_sum(t.f[0].p);
	expect_refused(&t, NULL, &new_key, RS_E_HIVE_EDIT, "at its end");
}

static void test_plan__any_read_fails__said(void **state)
{
	(void)state;
	for (int file = 0; file < 3; file++)
		for (unsigned n = 1; n < 60; n++) {
			auto_trio struct trio t = {0};
			auto_hw_plan struct hw_plan p = {0};
			struct made at;
			trio_new(&t, &at, LOG_BYTES);
			t.f[file].fail_at = n;
			const struct hw_files f = trio_files(&t);
			int r = hw_plan_make(&f, &new_key, 1, &p, NULL);
			if (t.f[file].reads < n)
				break;
			assert_true(r == RS_E_IO_READ || r == RS_E_HIVE_EDIT || r == RS_E_BUG ||
				    (r == 0 && file));
			assert_int_not_equal(r, RS_E_BUG);
		}
}

/* ---- whole hives ---- */

static void test_image__full__longer_and_clean(void **state)
{
	static const uint8_t big[12000] = {1};
	const struct hw_edit edits[] = {start, {HW_SET, "Services\\A", "big", 3, big, sizeof(big)}};
	struct made at;

	(void)state;
	for (int is_dirty = 0; is_dirty < 2; is_dirty++) {
		auto_trio struct trio t = {0}, made = {0};
		uint8_t *p = NULL;
		size_t len = 0;
		trio_new(&t, &at, LOG_BYTES);
		trio_copy(&t, &made);
		if (is_dirty)
			trio_make_dirty(&t, &at);
		const struct hw_files f = trio_files(&t);
		assert_int_equal(hw_image(&f, edits, 2, &p, &len, NULL), 0);
		assert_true(len > t.f[0].len);
		assert_int_equal(rs_le32(p + 4), is_dirty ? 7 : 6);
		assert_int_equal(rs_le32(p + 8), is_dirty ? 7 : 6);
		free(made.f[0].p);
		made.f[0] = (struct bytes){p, len, 0, 0};
		assert_int_equal(trio_start(&made), 4);
	}
}

static void test_replay__clean__as_it_is(void **state)
{
	auto_trio struct trio t = {0};
	auto_free uint8_t *p = NULL;
	struct made at;
	size_t len = 0;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	image_of(&t, &p, &len);
	assert_int_equal(len, t.f[0].len);
	assert_memory_equal(p, t.f[0].p, len);
}

static void test_replay__flag_of_the_last_entry__in_the_base_block(void **state)
{
	auto_trio struct trio t = {0};
	auto_free uint8_t *p = NULL;
	struct made at;
	size_t len = 0;

	(void)state;
	trio_new(&t, &at, LOG_BYTES);
	trio_make_dirty(&t, &at);
	rs_put_le32(t.f[0].p + 144, 3); /* the entries' is 0 */
	mk_sum(t.f[0].p);
	image_of(&t, &p, &len);
	assert_int_equal(rs_le32(p + 144), 2);
	assert_int_equal(rs_le32(p + 4), 7);
	assert_int_equal(rs_le32(p + 508), win_hive_sum(p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__same_size__one_sector),
		cmocka_unit_test(test_plan__already_so__nothing),
		cmocka_unit_test(test_plan__other_size__entry_mark_pages_mark),
		cmocka_unit_test(test_plan__dirty__entry_behind_the_last_then_all),
		cmocka_unit_test(test_plan__two_sectors__no_sector),
		cmocka_unit_test(test_plan__other_type__no_sector),
		cmocka_unit_test(test_plan__every_cut__old_or_new),
		cmocka_unit_test(test_plan__room_behind_the_bins__new_bin_in_the_file),
		cmocka_unit_test(test_plan__no_log_to_go_by__refused),
		cmocka_unit_test(test_plan__log_is_full__refused),
		cmocka_unit_test(test_plan__entry_behind__refused),
		cmocka_unit_test(test_plan__dirty_and_unclear__refused),
		cmocka_unit_test(test_plan__other_length__no_sector),
		cmocka_unit_test(test_plan__logs_make_it_longer_than_its_file__refused),
		cmocka_unit_test(test_plan__dirty__flag_of_the_last_entry_is_written),
		cmocka_unit_test(test_plan__no_hive_of_ours__refused),
		cmocka_unit_test(test_plan__any_read_fails__said),
		cmocka_unit_test(test_image__full__longer_and_clean),
		cmocka_unit_test(test_replay__clean__as_it_is),
		cmocka_unit_test(test_replay__flag_of_the_last_entry__in_the_base_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
