/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal on real volumes (fixtures) and on volumes written by hand. Expected values: what
 * Windows' own state and The Sleuth Kit say, or the format's description. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../ntfs/raw_help.h"
#include "../ntfslog/replay_help.h"
#include "ntfslog/replay.h"
#include "ntfswrite/vol.h"

/* ---- volumes of Windows ---- */

static void look(struct blk *src, struct nt_replay **ret_plan, struct blk **ret_over)
{
	struct rs_err err = {0};

	assert_int_equal(nt_replay_plan(src, NULL, ret_plan, &err), 0);
	if ((*ret_plan)->refusal.code)
		print_message("%s\n", (*ret_plan)->refusal.detail);
	assert_int_equal((*ret_plan)->refusal.code, 0);
	assert_int_equal(nt_replay_overlay(src, *ret_plan, ret_over, &err), 0);
	if (nt_vol_trust_replay(*ret_over, *ret_plan, &err))
		print_message("%s\n", err.detail);
	assert_int_equal(nt_vol_trust_replay(*ret_over, *ret_plan, &err), 0);
}

static void test_plan__idle_log__changes_the_restart_pages_only(void **state)
{
	auto_blk struct blk *src = NULL;
	auto_replay struct nt_replay *p = NULL;
	struct blk *over = NULL;

	(void)state;
	const char *path = rh_fixture("ntfs/vr-unclean-idle-v20.dd.xz");
	assert_int_equal(blk_file_open(path, 0, &src, NULL), 0);
	look(src, &p, &over);
	blk_close(over);
	assert_int_equal(p->pending, NT_PENDING_IDLE);
	assert_int_equal(p->log_major, 2);
	assert_int_equal(p->last_lsn, 0x2892af);
	assert_int_equal(p->n_blocks, 2);
	assert_true(p->blocks[0].stage == 3 && p->blocks[1].stage == 2);
	assert_int_equal(p->redone, 0);
}

/* @name's data as they will be. */
static size_t read_data(struct blk *over, uint64_t record, uint8_t *buf, size_t len)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	size_t n = 0;

	assert_int_equal(nt_raw_open(over, &raw, NULL), 0);
	assert_int_equal(nt_raw_read(raw, record, NT_AT_DATA, "", 0, buf, len, &n, NULL), 0);
	return n;
}

struct wanted {
	const char *path;
	uint64_t ref;
	unsigned found;
};

static bool see(void *user, const struct nt_entry *e)
{
	struct wanted *w = user;

	if (strcmp(e->path, w->path) == 0) {
		w->found++;
		w->ref = e->ref;
	}
	return true;
}

static unsigned count(struct blk *b, const char *path, uint64_t *ret_ref)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	struct wanted w = {path, 0, 0};
	struct nt_scan_ops ops = {.user = &w, .entry = see};
	struct nt_scan_result res;

	assert_int_equal(nt_raw_open(b, &raw, NULL), 0);
	assert_int_equal(nt_scan(raw, &ops, NULL, &res, NULL), 0);
	*ret_ref = w.ref;
	return w.found;
}

static void test_plan__record_reused__shows_the_new_file_only(void **state)
{
	auto_blk struct blk *src = NULL;
	auto_replay struct nt_replay *p = NULL, *again = NULL;
	struct blk *over = NULL;
	uint8_t buf[64], zeros[14] = {0};
	uint64_t ref;

	(void)state;
	const char *path = rh_fixture("ntfs/rw-reuse-pending-v20.dd.xz");
	assert_int_equal(blk_file_open(path, 0, &src, NULL), 0);
	look(src, &p, &over);
	assert_int_equal(p->pending, NT_PENDING_CHANGES);
	assert_int_equal(p->checkpoint_lsn, 0x287bab);
	assert_int_equal(p->oldest_lsn, 0x287b04);
	assert_int_equal(p->records, 106);
	assert_int_equal(p->redone, 41);
	assert_int_equal(p->losers, 0);
	assert_int_equal(count(over, "\\another_file.txt", &ref), 1);
	assert_int_equal(NT_REF_RECORD(ref), 37);
	assert_int_equal(count(over, "\\test.txt", &ref), 0);
	assert_int_equal(read_data(over, 37, buf, sizeof(buf)), 14);
	assert_memory_equal(buf, zeros, 14);
	assert_true(nt_replay_zeroed(p, 37));
	assert_false(nt_replay_zeroed(p, 36));
	blk_close(over);
	assert_int_equal(nt_replay_plan(src, NULL, &again, NULL), 0);
	assert_int_equal(again->n_blocks, p->n_blocks);
	for (size_t i = 0; i < p->n_blocks; i++)
		assert_memory_equal(
			again->blocks[i].after, p->blocks[i].after, p->blocks[i].len_bytes);
}

static void test_plan__file_created__has_its_right_size(void **state)
{
	auto_blk struct blk *src = NULL;
	auto_replay struct nt_replay *p = NULL;
	struct blk *over = NULL;
	uint8_t buf[64];
	uint64_t ref;

	(void)state;
	const char *path = rh_fixture("ntfs/rw-create-pending-v11.raw.xz");
	assert_int_equal(blk_file_open(path, 0, &src, NULL), 0);
	look(src, &p, &over);
	assert_int_equal(p->checkpoint_lsn, 0x2065cb);
	assert_int_equal(p->oldest_lsn, 0x206470);
	assert_int_equal(p->records, 153);
	assert_int_equal(p->log_major, 1);
	assert_int_equal(count(over, "\\test\\test.txt", &ref), 1);
	assert_int_equal(NT_REF_RECORD(ref), 39);
	assert_int_equal(read_data(over, 39, buf, sizeof(buf)), 14);
	blk_close(over);
}

/* Apply, plan again (nothing), revert (the old bytes), on memory. */
static void test_apply__then_revert__gives_the_original(void **state)
{
	const char *path = rh_fixture("ntfs/rw-reuse-pending-v20.dd.xz");
	struct blk *mem = lay_mem_load(path, 512), *over = NULL;
	auto_replay struct nt_replay *p = NULL, *again = NULL;
	auto_free uint8_t *old = NULL, *want = NULL;

	(void)state;
	assert_non_null(mem);
	old = malloc(mem->size_bytes);
	want = malloc(mem->size_bytes);
	assert_true(old && want);
	memcpy(old, lay_mem_bytes(mem), mem->size_bytes);
	look(mem, &p, &over);
	assert_int_equal(blk_read(over, 0, want, mem->size_bytes, NULL), 0);
	blk_close(over);
	assert_memory_equal(lay_mem_bytes(mem), old, mem->size_bytes);
	assert_int_equal(nt_replay_apply(mem, p, false, NULL, NULL), 0);
	assert_memory_equal(lay_mem_bytes(mem), want, mem->size_bytes);
	assert_int_equal(nt_replay_plan(mem, NULL, &again, NULL), 0);
	assert_int_equal(again->pending, NT_PENDING_NONE);
	assert_int_equal(nt_replay_apply(mem, p, false, NULL, NULL), 0);
	assert_int_equal(nt_replay_revert(mem, p, NULL), 0);
	assert_memory_equal(lay_mem_bytes(mem), old, mem->size_bytes);
	blk_close(mem);
}

/* ---- shapes of the log, by hand ---- */

static struct blk *source(const struct lh *v)
{
	struct blk *mem = lay_mem_new(v->size, 512);

	assert_non_null(mem);
	memcpy(lay_mem_bytes(mem), v->p, v->size);
	return mem;
}

static struct nt_replay *plan_of(const struct lh *v)
{
	struct nt_replay *p = NULL;
	struct blk *mem = source(v);

	assert_int_equal(nt_replay_plan(mem, NULL, &p, NULL), 0);
	blk_close(mem);
	return p;
}

static const struct lh_rec forget = {.redo = 0x1B, .undo = 1, .transaction = 0x18, .flags = 2};

static uint64_t raw_write(struct lh *v, uint16_t at, const char *text, const char *old)
{
	struct lh_rec r = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x18};

	r.lcn = LH_RAW_LCN;
	r.record_off = at;
	r.redo_data = text;
	r.redo_len = (uint16_t)strlen(text);
	r.undo_data = old;
	r.undo_len = (uint16_t)strlen(old);
	return lh_add(v, &r);
}

/* Byte @at of the page of data, as it will be. */
static const uint8_t *raw_after(const struct nt_replay *p)
{
	for (size_t i = 0; i < p->n_blocks; i++)
		if (p->blocks[i].off_bytes == LH_RAW_LCN * LH_CLUSTER)
			return p->blocks[i].after;
	return NULL;
}

static void test_plan__both_versions__redo_a_page(void **state)
{
	(void)state;
	for (uint16_t major = 1; major <= 2; major++) {
		struct lh v;
		lh_make(&v, 64, major, false);
		raw_write(&v, 4, "hello", "-----");
		lh_add(&v, &forget);
		lh_end(&v);
		struct nt_replay *p = plan_of(&v);
		assert_int_equal(p->refusal.code, 0);
		assert_int_equal(p->redone, 1);
		assert_int_equal(p->losers, 0);
		assert_non_null(raw_after(p));
		assert_memory_equal(raw_after(p), "\0\0\0\0hello\0", 10);
		nt_replay_free(p);
		free(v.p);
	}
}

static void test_plan__log_wraps__goes_on_at_the_first_page(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, true);
	for (int i = 0; i < 200; i++)
		raw_write(&v, 4, i == 199 ? "final" : "other", "-----");
	lh_add(&v, &forget);
	lh_end(&v);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->refusal.code, 0);
	assert_int_equal(p->redone, 200);
	assert_memory_equal(raw_after(p) + 4, "final", 5);
	nt_replay_free(p);
	free(v.p);
}

static void test_plan__record_crosses_pages__is_whole(void **state)
{
	char text[3001], old[3001];
	struct lh v;

	(void)state;
	memset(text, 'A', 3000);
	memset(old, 'B', 3000);
	text[3000] = old[3000] = '\0';
	text[2999] = 'Z';
	lh_make(&v, 64, 1, true);
	for (int i = 0; i < 20; i++)
		raw_write(&v, 4, text, old);
	lh_add(&v, &forget);
	lh_end(&v);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->refusal.code, 0);
	assert_int_equal(p->redone, 20);
	const uint8_t *page = raw_after(p);
	assert_true(page && page[3003] == 'Z');
	nt_replay_free(p);
	free(v.p);
}

static void test_plan__transaction_never_ended__is_taken_back(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	memcpy(v.p + LH_RAW_LCN * LH_CLUSTER + 4, "hello", 5); /* the page reached the disk */
	raw_write(&v, 4, "hello", "older");
	lh_end(&v);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->refusal.code, 0);
	assert_int_equal(p->losers, 1);
	assert_non_null(raw_after(p));
	assert_memory_equal(raw_after(p) + 4, "older", 5);
	nt_replay_free(p);
	free(v.p);
}

static void test_plan__loser_below_a_finished_change__is_refused(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	raw_write(&v, 4, "hello", "older");
	struct lh_rec r = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x40};
	r.lcn = LH_RAW_LCN;
	r.redo_data = r.undo_data = "x";
	r.redo_len = r.undo_len = 1;
	lh_add(&v, &r);
	struct lh_rec end = forget;
	end.transaction = 0x40;
	lh_add(&v, &end);
	lh_end(&v);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
	assert_int_equal(p->n_blocks, 0);
	nt_replay_free(p);
	free(v.p);
}

static void test_plan__page_only_as_tail_copy__is_read(void **state)
{
	(void)state;
	for (uint16_t major = 1; major <= 2; major++) {
		struct lh v;
		lh_make(&v, 64, major, false);
		raw_write(&v, 4, "hello", "-----");
		lh_add(&v, &forget);
		lh_end(&v);
		size_t home = major == 1 ? 4 : 34;
		uint8_t *p = lh_page(&v, home), *copy = lh_page(&v, major == 1 ? 3 : 20);
		memcpy(copy, p, 4096);
		lh_unprotect(copy, 4096);
		if (major == 1)
			rs_put_le64(copy + 8, home * 4096);
		else
			rs_put_le32(copy + 0x3C, (uint32_t)(home * 4096));
		lh_protect(copy, 4096);
		memset(p + 512, 0x55, 512); /* torn at home */
		struct nt_replay *plan = plan_of(&v);
		assert_int_equal(plan->refusal.code, 0);
		assert_int_equal(plan->redone, 1);
		nt_replay_free(plan);
		free(v.p);
	}
}

static void test_plan__hole_in_the_log__is_refused(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	for (int i = 0; i < 200; i++)
		raw_write(&v, 4, "hello", "-----");
	lh_end(&v);
	memset(lh_page(&v, 36), 0xFF, 4096);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->pending, NT_PENDING_TORN);
	assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
	assert_non_null(strstr(p->refusal.detail, "LSN 0x"));
	nt_replay_free(p);
	free(v.p);
}

static void test_plan__unknown_operation__is_refused_by_name(void **state)
{
	static const uint16_t ops[] = {0x17, 0x23, 0x24, 0x26, 0xFFFF};

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct lh v;
		struct lh_rec r = {.redo = ops[i], .attr = LH_ATTR_DATA, .lcn = LH_RAW_LCN};
		lh_make(&v, 64, 2, false);
		raw_write(&v, 4, "hello", "-----");
		lh_add(&v, &r);
		lh_end(&v);
		struct nt_replay *p = plan_of(&v);
		assert_int_equal(p->pending, NT_PENDING_UNSUPPORTED);
		assert_non_null(strstr(p->refusal.detail, "not supported"));
		assert_non_null(strstr(p->refusal.detail, "LSN 0x"));
		assert_int_equal(p->n_blocks, 0);
		nt_replay_free(p);
		free(v.p);
	}
}

static void test_plan__cluster_outside__is_refused(void **state)
{
	static const uint64_t lcns[] = {1, 1000000, UINT64_MAX, LH_LOG_LCN + 5};

	(void)state;
	for (size_t i = 0; i < sizeof(lcns) / sizeof(lcns[0]); i++) {
		struct lh v;
		struct lh_rec r = {.redo = 8, .attr = LH_ATTR_DATA, .lcn = lcns[i]};
		r.redo_data = "x";
		r.redo_len = 1;
		lh_make(&v, 64, 2, false);
		lh_add(&v, &r);
		lh_end(&v);
		struct nt_replay *p = plan_of(&v);
		assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
		assert_int_equal(p->n_blocks, 0);
		nt_replay_free(p);
		free(v.p);
	}
}

static void test_plan__restart_page_torn__the_other_counts(void **state)
{
	(void)state;
	for (size_t torn = 0; torn < 2; torn++) {
		struct lh v;
		lh_make(&v, 64, 2, false);
		raw_write(&v, 4, "hello", "-----");
		lh_add(&v, &forget);
		lh_end(&v);
		lh_page(&v, torn)[510] ^= 1;
		struct nt_replay *p = plan_of(&v);
		assert_int_equal(p->refusal.code, 0);
		assert_int_equal(p->redone, 1);
		nt_replay_free(p);
		free(v.p);
	}
}

static void test_plan__freed_clusters__are_not_written(void **state)
{
	uint8_t range[16] = {0};
	struct lh v;

	(void)state;
	rs_put_le64(range, LH_RAW_LCN);
	rs_put_le64(range + 8, 1);
	struct lh_rec r = {.redo = 0x0A, .redo_data = range, .redo_len = 16};
	lh_make(&v, 64, 2, false);
	raw_write(&v, 4, "hello", "-----");
	lh_add(&v, &r);
	lh_add(&v, &forget);
	lh_end(&v);
	struct nt_replay *p = plan_of(&v);
	assert_int_equal(p->refusal.code, 0);
	assert_int_equal(p->pending, NT_PENDING_IDLE);
	assert_null(raw_after(p));
	nt_replay_free(p);
	free(v.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__idle_log__changes_the_restart_pages_only),
		cmocka_unit_test(test_plan__record_reused__shows_the_new_file_only),
		cmocka_unit_test(test_plan__file_created__has_its_right_size),
		cmocka_unit_test(test_apply__then_revert__gives_the_original),
		cmocka_unit_test(test_plan__both_versions__redo_a_page),
		cmocka_unit_test(test_plan__log_wraps__goes_on_at_the_first_page),
		cmocka_unit_test(test_plan__record_crosses_pages__is_whole),
		cmocka_unit_test(test_plan__transaction_never_ended__is_taken_back),
		cmocka_unit_test(test_plan__loser_below_a_finished_change__is_refused),
		cmocka_unit_test(test_plan__page_only_as_tail_copy__is_read),
		cmocka_unit_test(test_plan__hole_in_the_log__is_refused),
		cmocka_unit_test(test_plan__unknown_operation__is_refused_by_name),
		cmocka_unit_test(test_plan__cluster_outside__is_refused),
		cmocka_unit_test(test_plan__restart_page_torn__the_other_counts),
		cmocka_unit_test(test_plan__freed_clusters__are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, rh_fixtures_done);
}
