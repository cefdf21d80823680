/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan as a file, and what a power cut leaves. */
#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "../ntfs/raw_help.h"
#include "ntfslog/replay.h"
#include "replay_help.h"

struct fix {
	struct blk *mem;
	struct nt_replay *plan;
	uint8_t *old, *want; /* before and after */
	size_t size;
};

/* A volume with three changes in two places, by hand. */
static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));
	struct lh_rec end = {.redo = 0x1B, .undo = 1, .transaction = 0x18, .flags = 2};
	struct lh_rec file = {.redo = 7, .undo = 7, .attr = LH_ATTR_MFT, .transaction = 0x18};
	struct lh_rec raw = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x18};
	struct lh v;

	assert_non_null(f);
	lh_make(&v, 64, 2, false);
	file.lcn = LH_MFT_LCN + 1;
	file.vcn = 1;
	file.sector_off = 6;
	file.record_off = 0x38;
	file.attr_off = 0x18;
	file.redo_data = "newvalue";
	file.undo_data = "xxxxxxxx";
	file.redo_len = file.undo_len = 8;
	lh_add(&v, &file);
	raw.lcn = LH_RAW_LCN;
	raw.redo_data = raw.undo_data = "page";
	raw.redo_len = raw.undo_len = 4;
	lh_add(&v, &raw);
	lh_add(&v, &end);
	lh_end(&v);
	f->size = v.size;
	f->mem = lay_mem_new(v.size, 512);
	assert_non_null(f->mem);
	memcpy(lay_mem_bytes(f->mem), v.p, v.size);
	f->old = v.p;
	f->want = malloc(v.size);
	assert_non_null(f->want);
	assert_int_equal(nt_replay_plan(f->mem, NULL, &f->plan, NULL), 0);
	assert_int_equal(f->plan->refusal.code, 0);
	assert_int_equal(f->plan->redone, 2);
	memcpy(f->want, v.p, v.size);
	for (size_t i = 0; i < f->plan->n_blocks; i++)
		memcpy(f->want + f->plan->blocks[i].off_bytes, f->plan->blocks[i].after,
			f->plan->blocks[i].len_bytes);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	nt_replay_free(f->plan);
	blk_close(f->mem);
	free(f->old);
	free(f->want);
	free(f);
	return 0;
}

static void test_save__then_load__is_the_same_plan(void **state)
{
	struct fix *f = *state;
	auto_free uint8_t *file = NULL, *again = NULL;
	auto_replay struct nt_replay *p = NULL;
	size_t len = 0, len2 = 0;
	uint64_t serial = 0, bytes = 0;

	assert_int_equal(nt_replay_save(f->plan, 0x1234, f->size, &file, &len, NULL), 0);
	assert_memory_equal(file, "UNBRKRPL", 8);
	assert_int_equal(nt_replay_load((struct rs_view){file, len}, &p, &serial, &bytes, NULL), 0);
	assert_int_equal(serial, 0x1234);
	assert_int_equal(bytes, f->size);
	assert_int_equal(p->n_blocks, f->plan->n_blocks);
	assert_int_equal(nt_replay_save(p, serial, bytes, &again, &len2, NULL), 0);
	assert_int_equal(len, len2);
	assert_memory_equal(file, again, len);
}

static void test_load__cut_or_flipped_anywhere__is_refused(void **state)
{
	struct fix *f = *state;
	auto_free uint8_t *file = NULL;
	struct nt_replay *p = NULL;
	size_t len = 0;
	uint64_t serial, bytes;

	assert_int_equal(nt_replay_save(f->plan, 1, f->size, &file, &len, NULL), 0);
	for (size_t i = 0; i < len; i += 37)
		assert_int_equal(
			nt_replay_load((struct rs_view){file, i}, &p, &serial, &bytes, NULL),
			RS_E_MANIFEST);
	for (size_t i = 0; i < len; i += 41) {
		file[i] ^= 0x10;
		assert_int_equal(
			nt_replay_load((struct rs_view){file, len}, &p, &serial, &bytes, NULL),
			RS_E_MANIFEST);
		file[i] ^= 0x10;
	}
	assert_null(p);
}

static void test_apply__torn_block__only_a_resume_finishes(void **state)
{
	struct fix *f = *state;

	for (size_t i = 0; i < f->plan->n_blocks; i++) {
		const struct nt_replay_block *b = &f->plan->blocks[i];
		uint8_t *p = lay_mem_bytes(f->mem);
		size_t first = 0; /* torn behind the first byte that differs */
		memcpy(p, f->old, f->size);
		while (b->before[first] == b->after[first])
			first++;
		memcpy(p + b->off_bytes, b->after, first + 1);
		if (memcmp(p + b->off_bytes, b->after, b->len_bytes) == 0)
			continue;
		assert_int_equal(nt_replay_apply(f->mem, f->plan, false, NULL, NULL), RS_E_CHANGED);
		assert_int_equal(nt_replay_apply(f->mem, f->plan, true, NULL, NULL), 0);
		assert_memory_equal(p, f->want, f->size);
	}
}

static void expect_no_load(struct fix *f, uint64_t volume_bytes)
{
	auto_free uint8_t *file = NULL;
	auto_replay struct nt_replay *p = NULL;
	size_t len = 0;
	uint64_t serial, bytes;
	struct rs_err err = {0};

	assert_int_equal(nt_replay_save(f->plan, 1, volume_bytes, &file, &len, NULL), 0);
	assert_int_equal(nt_replay_load((struct rs_view){file, len}, &p, &serial, &bytes, &err),
		RS_E_MANIFEST);
	assert_non_null(strstr(err.detail, "place of a block"));
}

/* A right checksum does not make a right plan. */
static void test_load__blocks_that_lie__is_refused(void **state)
{
	struct fix *f = *state;
	struct nt_replay_block *b = f->plan->blocks, first = b[0], second = b[1];
	const size_t n = f->plan->n_blocks;

	assert_true(n >= 2);
	expect_no_load(f, b[n - 1].off_bytes + b[n - 1].len_bytes - 1);
	b[0] = b[1];
	b[1] = first; /* not in order */
	expect_no_load(f, f->size);
	b[0] = first;
	b[1] = second;
	b[1].off_bytes = first.off_bytes; /* one over the other */
	expect_no_load(f, f->size);
	b[1] = second;
	b[0].stage = 100;
	expect_no_load(f, f->size);
	b[0] = first;
}

static bool no_more(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static void test_apply__refused_or_cancelled__writes_nothing(void **state)
{
	const struct rs_task task = {.progress = no_more};
	struct fix *f = *state;

	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	assert_int_equal(nt_replay_apply(f->mem, f->plan, false, &task, NULL), RS_E_CANCELLED);
	f->plan->refusal.code = RS_E_LOG_UNSUPPORTED;
	assert_int_equal(nt_replay_apply(f->mem, f->plan, false, NULL, NULL), RS_E_LOG_UNSUPPORTED);
	assert_int_equal(nt_replay_revert(f->mem, f->plan, NULL), RS_E_LOG_UNSUPPORTED);
	f->plan->refusal.code = 0;
	assert_memory_equal(lay_mem_bytes(f->mem), f->old, f->size);
}

static void test_apply__foreign_change__writes_nothing(void **state)
{
	struct fix *f = *state;
	uint8_t *p = lay_mem_bytes(f->mem);
	const struct nt_replay_block *b = &f->plan->blocks[0];

	memcpy(p, f->old, f->size);
	uint8_t strange = (uint8_t) ~(b->before[100] & b->after[100]);
	p[b->off_bytes + 100] = strange;
	assert_int_equal(nt_replay_apply(f->mem, f->plan, false, NULL, NULL), RS_E_CHANGED);
	assert_int_equal(nt_replay_apply(f->mem, f->plan, true, NULL, NULL), RS_E_CHANGED);
	assert_int_equal(nt_replay_revert(f->mem, f->plan, NULL), RS_E_CHANGED);
	assert_int_equal(p[b->off_bytes + 100], strange);
	p[b->off_bytes + 100] = b->before[100];
	assert_memory_equal(p, f->old, f->size);
}

/* Every prefix of the writes: planned again it comes to the same end, but for counters of fixups.
 */
static void test_apply__cut_after_any_write__a_new_plan_finishes(void **state)
{
	struct fix *f = *state;
	struct lay_watch *w = lay_watch_new(f->mem);

	assert_non_null(w);
	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	w->is_recording = true;
	assert_int_equal(nt_replay_apply(&w->blk, f->plan, false, NULL, NULL), 0);
	assert_memory_equal(lay_mem_bytes(f->mem), f->want, f->size);
	for (size_t n = 0; n <= w->n_ops; n++) {
		auto_replay struct nt_replay *p = NULL, *last = NULL;
		memcpy(lay_mem_bytes(f->mem), f->old, f->size);
		lay_replay_prefix(w, n, f->mem);
		assert_int_equal(nt_replay_plan(f->mem, NULL, &p, NULL), 0);
		assert_int_equal(p->refusal.code, 0);
		assert_int_equal(nt_replay_apply(f->mem, p, false, NULL, NULL), 0);
		assert_memory_equal(lay_mem_bytes(f->mem) + LH_RAW_LCN * LH_CLUSTER, "page", 4);
		assert_memory_equal(
			lay_mem_bytes(f->mem) + (LH_MFT_LCN + 1) * LH_CLUSTER + 3072 + 0x50,
			"newvalue", 8);
		assert_int_equal(nt_replay_plan(f->mem, NULL, &last, NULL), 0);
		assert_int_equal(last->pending, NT_PENDING_NONE);
	}
	blk_close(&w->blk);
}

static void test_revert__cut_after_any_write__finishes_both_ways(void **state)
{
	struct fix *f = *state;
	struct lay_watch *w = lay_watch_new(f->mem);
	uint8_t *p = lay_mem_bytes(f->mem);

	assert_non_null(w);
	memcpy(p, f->want, f->size);
	w->is_recording = true;
	assert_int_equal(nt_replay_revert(&w->blk, f->plan, NULL), 0);
	assert_memory_equal(p, f->old, f->size);
	for (size_t n = 0; n <= w->n_ops; n++) {
		memcpy(p, f->want, f->size);
		lay_replay_prefix(w, n, f->mem);
		assert_int_equal(nt_replay_revert(f->mem, f->plan, NULL), 0);
		assert_memory_equal(p, f->old, f->size);
		memcpy(p, f->want, f->size);
		lay_replay_prefix(w, n, f->mem);
		assert_int_equal(nt_replay_apply(f->mem, f->plan, false, NULL, NULL), 0);
		assert_memory_equal(p, f->want, f->size);
	}
	blk_close(&w->blk);
}

/* The place in the order of the block that an operation writes: the flag, contents, the mirror, the
 * second restart page, the first. */
static unsigned place_of(const struct fix *f, const struct lay_op *op)
{
	static const unsigned places[] = {1, 2, 3, 4, 0};

	for (size_t i = 0; i < f->plan->n_blocks; i++)
		if (f->plan->blocks[i].off_bytes == op->off_bytes)
			return places[f->plan->blocks[i].stage];
	fail();
	return 0;
}

/* Each stage is written whole and flushed before the next one begins. */
static void assert_stages(const struct fix *f, const struct lay_watch *w, bool is_back)
{
	const struct lay_op *last = NULL;
	bool is_flushed = true;
	unsigned n = 1;

	for (size_t i = 0; i < w->n_ops; i++) {
		const struct lay_op *op = &w->ops[i];

		is_flushed |= op->is_flush;
		if (op->is_flush)
			continue;
		if (last && place_of(f, op) != place_of(f, last)) {
			assert_true(is_flushed);
			assert_int_equal(place_of(f, op) < place_of(f, last), is_back);
			n++;
		}
		last = op;
		is_flushed = false;
	}
	assert_true(is_flushed);
	assert_true(n > 2);
}

static void test_apply_and_revert__stage_by_stage__restart_pages_last_and_first(void **state)
{
	struct fix *f = *state;
	struct lay_watch *w = lay_watch_new(f->mem);

	assert_non_null(w);
	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	w->is_recording = true;
	assert_int_equal(nt_replay_apply(&w->blk, f->plan, false, NULL, NULL), 0);
	assert_stages(f, w, false);
	lay_watch_reset(w);
	w->is_recording = true;
	assert_int_equal(nt_replay_revert(&w->blk, f->plan, NULL), 0);
	assert_stages(f, w, true);
	blk_close(&w->blk);
}

/* ---- a disk that says it wrote ---- */

struct liar {
	struct blk blk;
	struct blk *base;
};

static int liar_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	return blk_read(((struct liar *)(void *)b)->base, off_bytes, buf, len, err);
}

static int liar_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	(void)b;
	(void)off_bytes;
	(void)buf;
	(void)len;
	(void)err;
	return 0;
}

static int liar_flush(struct blk *b, struct rs_err *err)
{
	(void)b;
	(void)err;
	return 0;
}

static void test_apply__disk_keeps_nothing__is_seen(void **state)
{
	static const struct blk_ops ops = {
		.read = liar_read, .write = liar_write, .flush = liar_flush};
	struct fix *f = *state;
	struct liar l = {.blk = {.ops = &ops,
				 .size_bytes = f->mem->size_bytes,
				 .sector_bytes = f->mem->sector_bytes},
		.base = f->mem};

	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	assert_int_equal(nt_replay_apply(&l.blk, f->plan, false, NULL, NULL), RS_E_VERIFY);
	memcpy(lay_mem_bytes(f->mem), f->want, f->size);
	assert_int_equal(nt_replay_revert(&l.blk, f->plan, NULL), RS_E_VERIFY);
}

static void test_apply__write_fails__is_said(void **state)
{
	struct fix *f = *state;
	struct lay_watch *w = lay_watch_new(f->mem);

	assert_non_null(w);
	w->fail_write = 1;
	w->is_sticky = true;
	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	assert_int_equal(nt_replay_apply(&w->blk, f->plan, false, NULL, NULL), RS_E_IO_WRITE);
	blk_close(&w->blk);
}

/* The restart pages are changed: the plan is refused for that reason. */
static void check_refused(struct fix *f, const char *why)
{
	struct nt_replay *plan = NULL;

	assert_int_equal(nt_replay_plan(f->mem, NULL, &plan, NULL), 0);
	assert_int_equal(plan->pending, NT_PENDING_UNSUPPORTED);
	assert_non_null(strstr(plan->refusal.detail, why));
	nt_replay_free(plan);
	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
}

static void test_plan__restart_page_out_of_its_place__is_refused(void **state)
{
	struct fix *f = *state;
	uint8_t *first = lay_mem_bytes(f->mem) + LH_LOG_LCN * LH_CLUSTER;
	uint8_t *second = first + LH_CLUSTER;

	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	memset(first, 0, LH_CLUSTER);
	lh_unprotect(second, LH_CLUSTER);
	memmove(second + 0x48, second + 0x30, 0xE0); /* its area, behind more fixups */
	rs_put_le32(second + 0x10, 2 * LH_CLUSTER);
	rs_put_le16(second + 0x18, 0x48);
	lh_protect(second, 2 * LH_CLUSTER);
	check_refused(f, "its place");
}

/* It may be newer than the one that is understood. */
static void test_plan__newer_restart_page_of_two_clients__is_refused(void **state)
{
	struct fix *f = *state;
	uint8_t *second = lay_mem_bytes(f->mem) + (LH_LOG_LCN + 1) * LH_CLUSTER;

	memcpy(lay_mem_bytes(f->mem), f->old, f->size);
	lh_unprotect(second, LH_CLUSTER);
	rs_put_le64(second + 0x30, rs_le64(second + 0x30) + 1); /* its LSN */
	rs_put_le16(second + 0x38, 2);
	lh_protect(second, LH_CLUSTER);
	check_refused(f, "not exactly one client");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_save__then_load__is_the_same_plan),
		cmocka_unit_test(test_load__cut_or_flipped_anywhere__is_refused),
		cmocka_unit_test(test_apply__torn_block__only_a_resume_finishes),
		cmocka_unit_test(test_apply__foreign_change__writes_nothing),
		cmocka_unit_test(test_load__blocks_that_lie__is_refused),
		cmocka_unit_test(test_apply__refused_or_cancelled__writes_nothing),
		cmocka_unit_test(test_apply__write_fails__is_said),
		cmocka_unit_test(
			test_apply_and_revert__stage_by_stage__restart_pages_last_and_first),
		cmocka_unit_test(test_apply__disk_keeps_nothing__is_seen),
		cmocka_unit_test(test_apply__cut_after_any_write__a_new_plan_finishes),
		cmocka_unit_test(test_revert__cut_after_any_write__finishes_both_ways),
		cmocka_unit_test(test_plan__restart_page_out_of_its_place__is_refused),
		cmocka_unit_test(test_plan__newer_restart_page_of_two_clients__is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
