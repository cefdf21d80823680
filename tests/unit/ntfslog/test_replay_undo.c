/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions that never ended, and checkpoints without tables; and that a replay which a power
 * cut ends at any write comes to the same end when it is planned anew. */
#include <stdlib.h>
#include <string.h>

#include "../../layers/layers.h"
#include "../ntfs/raw_help.h"
#include "ntfslog/replay.h"
#include "replay_help.h"

#define ENTRY 0x20U
#define INDX  (LH_INDX_LCN * LH_CLUSTER)
#define FILE7 (LH_MFT_LCN * LH_CLUSTER + LH_FILE * LH_RECORD)

static struct blk *source(const struct lh *v)
{
	struct blk *mem = lay_mem_new(v->size, 512);

	assert_non_null(mem);
	memcpy(lay_mem_bytes(mem), v->p, v->size);
	return mem;
}

static struct nt_replay *plan_of(struct blk *mem)
{
	struct nt_replay *p = NULL;

	assert_int_equal(nt_replay_plan(mem, NULL, &p, NULL), 0);
	return p;
}

static struct lh_rec on_file(uint16_t redo, uint16_t undo)
{
	return (struct lh_rec){.redo = redo,
		.undo = undo,
		.attr = LH_ATTR_MFT,
		.transaction = 0x18,
		.lcn = LH_MFT_LCN + LH_FILE * LH_RECORD / LH_CLUSTER,
		.vcn = LH_FILE * LH_RECORD / LH_CLUSTER,
		.sector_off = LH_FILE * LH_RECORD % LH_CLUSTER / 512};
}

/* An entry into the index block, or out of it. */
static struct lh_rec on_index(uint16_t redo, uint16_t undo, const void *entry)
{
	return (struct lh_rec){.redo = redo,
		.undo = undo,
		.attr = LH_ATTR_INDX,
		.transaction = 0x18,
		.lcn = LH_INDX_LCN,
		.attr_off = 0x40,
		.redo_data = redo == 0x0E ? entry : NULL,
		.redo_len = redo == 0x0E ? ENTRY : 0,
		.undo_data = redo == 0x0F ? entry : NULL,
		.undo_len = redo == 0x0F && entry ? ENTRY : 0};
}

static void make_entry(uint8_t e[ENTRY], uint8_t with)
{
	memset(e, with, ENTRY);
	rs_put_le16(e + 8, ENTRY);
	rs_put_le16(e + 0xA, 0x10);
	rs_put_le16(e + 0xC, 0);
}

/* How many entries of each kind the index block holds, and whether it ends where it must. */
static void assert_entries(struct blk *mem, const char *want)
{
	uint8_t x[LH_CLUSTER];
	size_t at = 0x40, n = 0;

	memcpy(x, lay_mem_bytes(mem) + INDX, sizeof(x));
	lh_unprotect(x, sizeof(x));
	for (; !(rs_le16(x + at + 0xC) & 2); at += ENTRY, n++) {
		assert_true(n < strlen(want));
		assert_int_equal(x[at + 0x10], want[n]);
	}
	assert_int_equal(n, strlen(want));
	assert_int_equal(rs_le32(x + 0x1C), at + 0x10 - 0x18);
}

/* The record of the file with another LSN, as it lies on the disk. */
static void put_lsn(struct lh *v, size_t block, size_t len, uint64_t lsn)
{
	lh_unprotect(v->p + block, len);
	rs_put_le64(v->p + block + 8, lsn);
	lh_protect(v->p + block, len);
}

static bool is_dirty(struct blk *mem)
{
	return lay_mem_bytes(mem)[LH_MFT_LCN * LH_CLUSTER + 3 * LH_RECORD + 0x5A] & 1;
}

static bool is_taken_back(const struct lh *v, struct blk *mem)
{
	return memcmp(lay_mem_bytes(mem) + INDX, v->p + INDX, LH_CLUSTER) != 0;
}

/* Apply; then for every prefix of the writes plan and apply again: @judge looks at each end.
 * @is_checked: Windows' own replay over such a cut might take back twice: before the block is
 * written, the dirty flag is. */
static void cut_everywhere(const struct lh *v, bool is_checked, void (*judge)(struct blk *mem))
{
	struct blk *mem = source(v);
	auto_replay struct nt_replay *p = plan_of(mem);
	struct lay_watch *w = lay_watch_new(mem);

	assert_non_null(w);
	if (p->refusal.code)
		print_message("%s\n", p->refusal.detail);
	assert_int_equal(p->refusal.code, 0);
	assert_true(p->n_blocks >= 3);
	w->is_recording = true;
	assert_int_equal(nt_replay_apply(&w->blk, p, false, NULL, NULL), 0);
	judge(mem);
	assert_int_equal(is_dirty(mem), is_checked);
	for (size_t n = 0; n <= w->n_ops; n++) {
		auto_replay struct nt_replay *again = NULL, *last = NULL;
		memcpy(lay_mem_bytes(mem), v->p, v->size);
		lay_replay_prefix(w, n, mem);
		assert_true(!is_checked || !is_taken_back(v, mem) || is_dirty(mem));
		again = plan_of(mem);
		assert_int_equal(again->refusal.code, 0);
		assert_int_equal(nt_replay_apply(mem, again, false, NULL, NULL), 0);
		judge(mem);
		assert_int_equal(is_dirty(mem), is_checked);
		last = plan_of(mem);
		assert_int_equal(last->pending, NT_PENDING_NONE);
	}
	blk_close(&w->blk);
	blk_close(mem);
}

/* ---- checkpoints ---- */

static void test_plan__first_checkpoint_of_a_mount__is_where_analysis_begins(void **state)
{
	uint8_t row[0x28] = {0}, empty[0x40] = {1};
	struct lh v;

	(void)state;
	for (uint16_t major = 1; major <= 2; major++) {
		lh_make(&v, 64, major, false);
		v.checkpoint = v.start = lh_add_raw(&v, 2, 0, 0, 0, empty, sizeof(empty));
		rs_put_le32(row, UINT32_MAX);
		rs_put_le32(row + 8, 0x80);
		rs_put_le64(row + 0x10, 9ULL << 48 | 9);
		struct lh_rec open = {
			.redo = 0x1C, .attr = LH_ATTR_DATA, .redo_data = row, .redo_len = 0x28};
		struct lh_rec write = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA};
		write.transaction = 0x18;
		write.lcn = LH_RAW_LCN;
		write.redo_data = write.undo_data = "hello";
		write.redo_len = write.undo_len = 5;
		struct lh_rec forget = {.redo = 0x1B, .undo = 1, .transaction = 0x18};
		lh_add(&v, &open);
		lh_add(&v, &write);
		lh_add(&v, &forget);
		lh_end(&v);
		struct blk *mem = source(&v);
		struct nt_replay *p = plan_of(mem);
		assert_int_equal(p->refusal.code, 0);
		assert_int_equal(p->oldest_lsn, v.checkpoint);
		assert_int_equal(p->redone, 1);
		nt_replay_free(p);
		blk_close(mem);
		free(v.p);
	}
}

static void test_plan__no_start_but_tables__is_refused(void **state)
{
	uint8_t c[0x40] = {1};
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	rs_put_le64(
		c + 0x10, v.start); /* a dump of open attributes, but where it began is not said */
	v.checkpoint = lh_add_raw(&v, 2, 0, 0, 0, c, sizeof(c));
	lh_end(&v);
	struct blk *mem = source(&v);
	struct nt_replay *p = plan_of(mem);
	assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
	assert_int_equal(p->n_blocks, 0);
	nt_replay_free(p);
	blk_close(mem);
	free(v.p);
}

/* The power went while the newest page was written, and it has no copy: the log ends before it. */
static void test_plan__newest_page_torn__the_log_ends_a_page_earlier(void **state)
{
	struct lh_rec write = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x18};
	const struct lh_rec forget = {.redo = 0x1B, .undo = 1, .transaction = 0x18};
	struct lh v;

	(void)state;
	write.lcn = LH_RAW_LCN;
	write.redo_data = write.undo_data = "hello";
	write.redo_len = write.undo_len = 5;
	for (uint16_t major = 1; major <= 2; major++) {
		lh_make(&v, 64, major, major == 2);
		for (unsigned i = 0; i < 120; i++) {
			lh_add(&v, &write);
			lh_add(&v, &forget);
		}
		lh_end(&v);
		lh_page(&v, v.pos / 4096)[1022] ^= 1;
		struct blk *mem = source(&v);
		struct nt_replay *p = plan_of(mem);
		assert_int_equal(p->refusal.code, 0);
		assert_in_range(p->redone, 80, 119);
		assert_in_range(p->last_lsn, v.checkpoint + 1, v.last - 1);
		nt_replay_free(p);
		blk_close(mem);
		free(v.p);
	}
}

/* Windows 7 does not say NO_REDO: it logs zeros in place of a file's contents. */
static void test_plan__contents_logged_as_zeros__are_known(void **state)
{
	static const char zeros[8];
	static const uint8_t attr[0x20] = {0x80, 0, 0, 0, 0x20, [0x10] = 8, [0x14] = 0x18};
	struct lh v;

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		lh_make(&v, 64, 1, false);
		struct lh_rec write = on_file(7, 7), forget = {.redo = 0x1B, .transaction = 0x18};
		write.record_off = 0x38;
		write.attr_off = 0x18;
		write.redo_data = kind ? "contents" : zeros;
		write.redo_len = 8;
		write.undo_data = "xxxxxxxx";
		write.undo_len = 8;
		lh_add(&v, &write);
		if (kind == 2) { /* another stream, whole */
			write = on_file(5, 6);
			write.record_off = 0x58;
			write.redo_data = attr;
			write.redo_len = sizeof(attr);
			lh_add(&v, &write);
		}
		lh_add(&v, &forget);
		lh_end(&v);
		struct blk *mem = source(&v);
		struct nt_replay *p = plan_of(mem);
		assert_int_equal(p->refusal.code, 0);
		assert_int_equal(nt_replay_zeroed(p, LH_FILE), kind != 1);
		nt_replay_free(p);
		blk_close(mem);
		free(v.p);
	}
}

/* ---- taking back ---- */

static void only_the_old_entry(struct blk *mem)
{
	assert_entries(mem, "o");
}

/* The block as it is on the disk before: one entry. */
static void old_entry(struct lh *v)
{
	uint8_t e[ENTRY];

	make_entry(e, 'o');
	lh_unprotect(v->p + INDX, LH_CLUSTER);
	memmove(v->p + INDX + 0x60, v->p + INDX + 0x40, 0x10);
	memcpy(v->p + INDX + 0x40, e, ENTRY);
	rs_put_le32(v->p + INDX + 0x1C, 0x58);
	lh_protect(v->p + INDX, LH_CLUSTER);
}

/* An entry that a loser added: neither pass may take another one out with it, whatever was written
 * before the cut. @is_flushed: the block with it has reached the disk. */
static void add_and_cut(bool is_flushed)
{
	uint8_t e[ENTRY];
	struct lh v;

	make_entry(e, 'n');
	lh_make(&v, 64, 2, false);
	old_entry(&v);
	struct lh_rec add = on_index(0x0E, 0x0F, e), file = on_file(7, 7);
	uint64_t lsn = lh_add(&v, &add);
	file.record_off = 0x38;
	file.attr_off = 0x18;
	file.redo_data = "newvalue";
	file.undo_data = "xxxxxxxx";
	file.redo_len = file.undo_len = 8;
	file.undo_next = lsn;
	lh_add(&v, &file);
	lh_end(&v);
	if (is_flushed) {
		lh_unprotect(v.p + INDX, LH_CLUSTER);
		memmove(v.p + INDX + 0x60, v.p + INDX + 0x40, 0x30);
		memcpy(v.p + INDX + 0x40, e, ENTRY);
		rs_put_le32(v.p + INDX + 0x1C, 0x78);
		rs_put_le64(v.p + INDX + 8, lsn);
		lh_protect(v.p + INDX, LH_CLUSTER);
	}
	cut_everywhere(&v, false, only_the_old_entry);
	free(v.p);
}

static void test_undo__entry_added__every_cut_ends_without_it(void **state)
{
	(void)state;
	add_and_cut(false);
	add_and_cut(true);
}

/* A checkpoint whose tables say: the index block is dirty since @dirty (0: no page is), a
 * transaction is open and goes on being taken back at @undo_next. */
static void checkpoint(struct lh *v, uint64_t dirty, uint64_t undo_next)
{
	uint8_t pages[0x18 + 0x28] = {0x28, 0, 1}, open[0x18 + 0x28] = {0x28, 0, 1};
	uint8_t c[0x40] = {1}, attr[0x18 + 2 * 0x28] = {0x28, 0, 2}, *row = attr + LH_ATTR_INDX;

	rs_put_le32(row, UINT32_MAX);
	rs_put_le32(row + 4, LH_CLUSTER);
	rs_put_le32(row + 8, 0xA0);
	rs_put_le64(row + 0x10, 5ULL << 48 | 5);
	rs_put_le32(pages + 0x18, UINT32_MAX);
	rs_put_le32(pages + 0x1C, LH_ATTR_INDX);
	rs_put_le32(pages + 0x20, LH_CLUSTER);
	rs_put_le32(pages + 0x24, 1);
	rs_put_le64(pages + 0x30, dirty);
	rs_put_le64(pages + 0x38, LH_INDX_LCN);
	rs_put_le32(open + 0x18, UINT32_MAX);
	rs_put_le64(open + 0x30, undo_next);
	struct lh_rec a = {.redo = 0x1D, .redo_data = attr, .redo_len = sizeof(attr)};
	struct lh_rec d = {.redo = 0x1F, .redo_data = pages, .redo_len = sizeof(pages)};
	struct lh_rec t = {.redo = 0x20, .redo_data = open, .redo_len = sizeof(open)};
	v->start = lh_add(v, &a);
	rs_put_le64(c + 8, v->start);
	rs_put_le64(c + 0x10, v->start);
	rs_put_le64(c + 0x20, dirty ? lh_add(v, &d) : 0);
	rs_put_le64(c + 0x28, lh_add(v, &t));
	v->checkpoint = lh_add_raw(v, 2, 0, 0, 0, c, sizeof(c));
}

/* A transaction that Windows was taking back itself: its second entry was out again when the power
 * went, and the block that the disk has is from before that. */
static void test_undo__half_taken_back_by_windows__every_cut_ends_without_it(void **state)
{
	uint8_t e[ENTRY], f[ENTRY];
	struct lh v;

	(void)state;
	make_entry(e, 'n');
	make_entry(f, 'm');
	lh_make(&v, 64, 2, false);
	old_entry(&v);
	struct lh_rec one = on_index(0x0E, 0x0F, e), two = on_index(0x0E, 0x0F, f);
	uint64_t first = lh_add(&v, &one);
	two.undo_next = first;
	uint64_t second = lh_add(&v, &two);
	struct lh_rec back = on_index(0x0F, 0x01, NULL);
	back.undo_next = first;
	checkpoint(&v, lh_add(&v, &back), first);
	lh_end(&v);
	lh_unprotect(v.p + INDX, LH_CLUSTER);
	memmove(v.p + INDX + 0x80, v.p + INDX + 0x40, 0x30);
	memcpy(v.p + INDX + 0x40, f, ENTRY);
	memcpy(v.p + INDX + 0x60, e, ENTRY);
	rs_put_le32(v.p + INDX + 0x1C, 0x98);
	rs_put_le64(v.p + INDX + 8, second);
	lh_protect(v.p + INDX, LH_CLUSTER);
	cut_everywhere(&v, true, only_the_old_entry);
	free(v.p);
}

/* A transaction from before the checkpoint, whose page had reached the disk by then. */
static void test_undo__older_than_the_checkpoint__windows_checks_after_a_cut(void **state)
{
	uint8_t e[ENTRY];
	struct lh v;

	(void)state;
	make_entry(e, 'n');
	lh_make(&v, 64, 2, false);
	old_entry(&v);
	struct lh_rec add = on_index(0x0E, 0x0F, e);
	uint64_t lsn = lh_add(&v, &add);
	checkpoint(&v, 0, lsn);
	lh_end(&v);
	lh_unprotect(v.p + INDX, LH_CLUSTER);
	memmove(v.p + INDX + 0x60, v.p + INDX + 0x40, 0x30);
	memcpy(v.p + INDX + 0x40, e, ENTRY);
	rs_put_le32(v.p + INDX + 0x1C, 0x78);
	rs_put_le64(v.p + INDX + 8, lsn);
	lh_protect(v.p + INDX, LH_CLUSTER);
	cut_everywhere(&v, true, only_the_old_entry);
	free(v.p);
}

static void file_is_back(struct blk *mem)
{
	const uint8_t *r = lay_mem_bytes(mem) + FILE7;

	assert_int_equal(rs_le16(r + 0x10), 1);
	assert_int_equal(rs_le16(r + 0x16), 1);
	assert_memory_equal(r + 0x50, "xxxxxxxx", 8);
}

/* Windows logs 24 bytes of the record that it frees (seen: LSN 0x287bda of a Windows 10 volume). */
static void test_undo__record_freed__is_in_use_again_as_it_was(void **state)
{
	struct lh v;

	(void)state;
	for (int is_flushed = 0; is_flushed < 2; is_flushed++) {
		lh_make(&v, 64, 2, false);
		struct lh_rec gone = on_file(3, 2);
		uint8_t head[0x18];
		memcpy(head, v.p + FILE7, sizeof(head));
		gone.undo_data = head;
		gone.undo_len = sizeof(head);
		gone.flags = 2;
		uint64_t lsn = lh_add(&v, &gone);
		lh_end(&v);
		if (is_flushed) {
			rs_put_le16(v.p + FILE7 + 0x10, 2);
			rs_put_le16(v.p + FILE7 + 0x16, 0);
			put_lsn(&v, FILE7, LH_RECORD, lsn);
		}
		if (is_flushed) {
			cut_everywhere(&v, false, file_is_back);
		} else {
			struct blk *mem = source(&v);
			struct nt_replay *p = plan_of(mem);
			assert_int_equal(p->refusal.code, 0);
			assert_int_equal(p->losers, 1);
			assert_int_equal(nt_replay_apply(mem, p, false, NULL, NULL), 0);
			file_is_back(mem);
			nt_replay_free(p);
			blk_close(mem);
		}
		free(v.p);
	}
}

static void test_undo__page_freed_since__is_refused(void **state)
{
	uint8_t range[16] = {0};
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	struct lh_rec write = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x18};
	write.lcn = LH_RAW_LCN;
	write.redo_data = write.undo_data = "hello";
	write.redo_len = write.undo_len = 5;
	lh_add(&v, &write);
	rs_put_le64(range, LH_RAW_LCN);
	rs_put_le64(range + 8, 1);
	struct lh_rec freed = {.redo = 0x0A, .redo_data = range, .redo_len = 16};
	lh_add(&v, &freed);
	lh_end(&v);
	struct blk *mem = source(&v);
	struct nt_replay *p = plan_of(mem);
	assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
	assert_non_null(strstr(p->refusal.detail, "freed"));
	nt_replay_free(p);
	blk_close(mem);
	free(v.p);
}

/* The bitmap's bit of a loser, and a finished transaction's write over the same page later. */
static void test_undo__bits_below_a_finished_write__is_refused(void **state)
{
	struct lh v;

	(void)state;
	lh_make(&v, 64, 2, false);
	struct lh_rec bits = {
		.redo = 0x15, .undo = 0x16, .attr = LH_ATTR_DATA, .transaction = 0x18};
	bits.lcn = LH_RAW_LCN;
	bits.redo_data = bits.undo_data = "\1\0\0\0\1\0\0\0";
	bits.redo_len = bits.undo_len = 8;
	lh_add(&v, &bits);
	struct lh_rec write = {.redo = 8, .undo = 8, .attr = LH_ATTR_DATA, .transaction = 0x40};
	write.lcn = LH_RAW_LCN;
	write.redo_data = write.undo_data = "hello";
	write.redo_len = write.undo_len = 5;
	lh_add(&v, &write);
	struct lh_rec forget = {.redo = 0x1B, .undo = 1, .transaction = 0x40};
	lh_add(&v, &forget);
	lh_end(&v);
	struct blk *mem = source(&v);
	struct nt_replay *p = plan_of(mem);
	assert_int_equal(p->refusal.code, RS_E_LOG_UNCLEAN);
	nt_replay_free(p);
	blk_close(mem);
	free(v.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan__first_checkpoint_of_a_mount__is_where_analysis_begins),
		cmocka_unit_test(test_plan__no_start_but_tables__is_refused),
		cmocka_unit_test(test_plan__newest_page_torn__the_log_ends_a_page_earlier),
		cmocka_unit_test(test_plan__contents_logged_as_zeros__are_known),
		cmocka_unit_test(test_undo__entry_added__every_cut_ends_without_it),
		cmocka_unit_test(test_undo__half_taken_back_by_windows__every_cut_ends_without_it),
		cmocka_unit_test(test_undo__older_than_the_checkpoint__windows_checks_after_a_cut),
		cmocka_unit_test(test_undo__record_freed__is_in_use_again_as_it_was),
		cmocka_unit_test(test_undo__page_freed_since__is_refused),
		cmocka_unit_test(test_undo__bits_below_a_finished_write__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
