/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose dirty flag is it? Ours goes off again; one of Windows' own never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "act/proof.h"
#include "ntfswrite/vol_internal.h"

#include "../../layers/layers.h"
#include "../judge/win_image.h"

#define VOLUME_RECORD 3U
#define IS_DIRTY      1U

struct box {
	struct wi wi;
	struct blk *mem;
	struct nt_vol *vol;
};

static void reopen(struct box *b)
{
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &b->vol, NULL), 0);
}

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	wi_make(&b->wi);
	wi_open(&b->wi);
	b->mem = lay_mem_load(b->wi.path, 512);
	assert_non_null(b->mem);
	reopen(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	blk_close(b->mem);
	wi_done(&b->wi);
	free(b);
	return 0;
}

/* What a step of ours kept is bound to $LogFile, which Windows writes: it is worth nothing then. */
static void forget_redo(struct box *b)
{
	static const uint8_t zeros[512];
	uint64_t places[NT_REDO_PLACES];
	struct nt_raw *raw = NULL;
	size_t n = 0;

	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_redo_places(raw, places, &n, NULL), 0);
	nt_raw_close(raw);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(blk_write(b->mem, places[i], zeros, sizeof(zeros), NULL), 0);
	b->vol = NULL;
	assert_int_equal(nt_vol_open(b->mem, NT_VOL_WRITE, &b->vol, NULL), 0);
}

/* $Volume's record, in $MFT and in $MFTMirr: Windows writes both, with a new LSN. */
static void windows_writes(struct box *b, uint64_t lsn, bool is_dirty)
{
	struct nt_raw *raw = NULL;

	assert_int_equal(nt_set_dirty(b->vol, is_dirty, NULL), 0);
	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(raw);
	const uint64_t at[] = {g->mft_off_bytes, g->mftmirr_off_bytes};
	for (size_t i = 0; i < 2; i++)
		rs_put_le64(
			lay_mem_bytes(b->mem) + at[i] + VOLUME_RECORD * g->record_bytes + 8, lsn);
	nt_raw_close(raw);
	forget_redo(b);
}

static bool is_dirty(struct box *b)
{
	struct nt_raw *raw = NULL;
	struct nt_state s = {0};

	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_state_read(raw, &s, NULL), 0);
	nt_raw_close(raw);
	return s.volume_flags & IS_DIRTY;
}

static bool is_ours(struct box *b)
{
	auto_tops struct tops tops = {0};
	bool ret = false;

	assert_int_equal(tops_read(b->vol, &tops, NULL), 0);
	assert_int_equal(flag_is_ours(b->vol, &tops, &ret, NULL), 0);
	return ret;
}

/* What undo has to take back: quarantines, or only what a cut left. */
static size_t count_listed(struct box *b)
{
	struct quarantine *all = NULL;
	size_t n = 0;

	assert_int_equal(quarantine_list(b->vol, &all, &n, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(all[i].state, QUARANTINE_EMPTY);
		assert_string_equal(all[i].id, "");
	}
	free(all);
	return n;
}

static uint64_t make_folder(struct box *b)
{
	uint64_t root = 0, dir = 0;

	assert_int_equal(nt_lookup(b->vol, "", &root, NULL), 0);
	assert_int_equal(nt_mkdir(b->vol, root, PLAN_TOP, &dir, NULL), 0);
	return dir;
}

/* A run that is cut off after its first folder, and the next one. */
static bool cut_and_again(struct box *b)
{
	bool stays = true;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	(void)make_folder(b);
	reopen(b);
	assert_true(is_dirty(b));
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_int_equal(flag_lower(b->vol, stays, NULL), 0);
	return stays;
}

static void test_flag__whole_run__off_and_no_mark_left(void **state)
{
	struct box *b = *state;
	struct nt_stat s;
	bool stays = true;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_true(is_dirty(b));
	assert_false(stays);
	uint64_t dir = make_folder(b);
	assert_int_equal(nt_stat(b->vol, dir, &s, NULL), 0);
	assert_true(nt_is_marked(b->vol, &s));
	assert_int_equal(flag_lower(b->vol, stays, NULL), 0);
	assert_false(is_dirty(b));
	assert_int_equal(nt_stat(b->vol, dir, &s, NULL), 0);
	assert_false(nt_is_marked(b->vol, &s));
}

static void test_flag__cut_off__ours_and_off_after_the_next_run(void **state)
{
	struct box *b = *state;

	assert_false(cut_and_again(b));
	assert_false(is_dirty(b));
	assert_false(cut_and_again(b)); /* with the folder there already */
	assert_false(is_dirty(b));
}

static void test_flag__windows_set_it_before__stays_through_a_cut(void **state)
{
	struct box *b = *state;

	windows_writes(b, 0x2065CB, true);
	assert_true(cut_and_again(b));
	assert_true(is_dirty(b));
	assert_true(cut_and_again(b));
	assert_true(is_dirty(b));
}

static void test_flag__windows_set_it_after_a_run__not_ours(void **state)
{
	struct box *b = *state;

	assert_false(cut_and_again(b));
	windows_writes(b, 0x2065CB, true);
	assert_false(is_ours(b));
	assert_true(cut_and_again(b));
	assert_true(is_dirty(b));
}

/* Even if Windows had written no LSN: a run that ended leaves no mark. */
static void test_flag__set_after_a_run_without_a_new_lsn__not_ours(void **state)
{
	struct box *b = *state;

	assert_false(cut_and_again(b));
	windows_writes(b, 0, true);
	assert_false(is_ours(b));
}

static void test_flag__windows_checked_after_our_cut_and_set_it_again__not_ours(void **state)
{
	struct box *b = *state;
	bool stays = true;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	(void)make_folder(b);
	reopen(b);
	assert_true(is_ours(b));
	windows_writes(b, 0x300000, false);
	windows_writes(b, 0x300100, true);
	assert_false(is_ours(b));
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_true(stays);
}

static void test_flag__cut_right_after_it__what_was_kept_says_ours(void **state)
{
	struct box *b = *state;
	bool stays = true;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	reopen(b);
	assert_true(is_ours(b));
	assert_int_equal(count_listed(b), 1); /* the flag alone is taken back, too */
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_false(stays);
}

static void test_flag__nothing_of_ours_there__not_ours(void **state)
{
	struct box *b = *state;
	bool stays = true;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	forget_redo(b);
	assert_false(is_ours(b));
	assert_int_equal(count_listed(b), 0);
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_true(stays);
}

/* The mark says that it is ours; but nothing tells any more what of the last step arrived, and what
 * of it is allocated is nobody's. */
static void test_flag__cut_and_what_was_kept_is_lost__left_to_chkdsk(void **state)
{
	struct box *b = *state;
	bool stays = false;

	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	(void)make_folder(b);
	forget_redo(b);
	assert_true(is_ours(b));
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	assert_true(stays);
}

/* Reading all of $MFT takes as long as a diagnosis has for everything. */
static void test_flag__what_is_listed__reads_all_records_only_behind_a_flag_of_somebody(
	void **state)
{
	struct box *b = *state;
	struct nt_raw *raw = NULL;
	struct nt_vol *own = b->vol;
	struct lay_watch *w = lay_watch_new(b->mem);
	struct quarantine *all = NULL;
	uint64_t mft_bytes = 0;
	size_t n = 1;
	bool stays = true;

	assert_non_null(w);
	assert_int_equal(nt_raw_open(b->mem, &raw, NULL), 0);
	assert_int_equal(nt_raw_size(raw, NT_MFT_RECORD, NT_AT_DATA, "", &mft_bytes, NULL), 0);
	nt_raw_close(raw);
	assert_int_equal(nt_vol_open(&w->blk, NT_VOL_WRITE, &b->vol, NULL), 0);
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0);
	lay_watch_reset(w);
	assert_int_equal(count_listed(b), 1);
	assert_true(w->read_bytes < mft_bytes);
	windows_writes(b, 0x2065CB, true);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	assert_int_equal(nt_vol_open(&w->blk, NT_VOL_WRITE, &b->vol, NULL), 0);
	lay_watch_reset(w);
	assert_int_equal(count_listed(b), 0);
	assert_true(w->read_bytes >= mft_bytes);
	lay_watch_reset(w);
	assert_int_equal(quarantine_list_there(b->vol, &all, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(all);
	assert_true(w->read_bytes < mft_bytes);
	lay_watch_reset(w);
	assert_int_equal(flag_raise(b->vol, &stays, NULL), 0); /* whose flag, and what to sweep */
	assert_true(w->read_bytes >= mft_bytes && w->read_bytes < 2 * mft_bytes);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = own;
	blk_close(&w->blk);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_flag__whole_run__off_and_no_mark_left),
		T(test_flag__cut_off__ours_and_off_after_the_next_run),
		T(test_flag__windows_set_it_before__stays_through_a_cut),
		T(test_flag__windows_set_it_after_a_run__not_ours),
		T(test_flag__set_after_a_run_without_a_new_lsn__not_ours),
		T(test_flag__windows_checked_after_our_cut_and_set_it_again__not_ours),
		T(test_flag__cut_right_after_it__what_was_kept_says_ours),
		T(test_flag__nothing_of_ours_there__not_ours),
		T(test_flag__cut_and_what_was_kept_is_lost__left_to_chkdsk),
		T(test_flag__what_is_listed__reads_all_records_only_behind_a_flag_of_somebody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
