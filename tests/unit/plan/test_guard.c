/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What refuses a plan at the last look: a file that is not the one that was planned any more, and a
 * volume that must not be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bitlocker/bitlocker.h"
#include "plan/plan.h"

#include "../../layers/layers.h"
#include "../judge/win_image.h"

#define SMALL "a resident file, told from others by this text"
#define LARGE "a file with clusters of its own: "

struct box {
	struct wi wi;
	struct blk *mem;
	struct nt_vol *vol;
	struct plan plan;
	struct plan_item items[2];
};

static void item_from_disk(struct box *b, struct plan_item *ret, const char *path)
{
	bool is_zero;

	*ret = (struct plan_item){.is_accepted = true, .action = PLAN_QUARANTINE};
	ret->path = strdup(path);
	assert_int_equal(nt_lookup(b->vol, path, &ret->file_ref, NULL), 0);
	assert_int_equal(nt_stat(b->vol, ret->file_ref, &ret->stat, NULL), 0);
	assert_int_equal(judge_hash(b->vol, ret->file_ref, ret->sha256, &is_zero, NULL), 0);
	ret->has_sha256 = true;
}

static void reopen(struct box *b)
{
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	b->vol = NULL;
	assert_int_equal(nt_vol_open(b->mem, 0, &b->vol, NULL), 0);
}

/* What Windows has before it at its next start: the small file gets another one in its place, the
 * large one is deleted. */
static const struct wi_value pending[] = {
	{"ControlSet001\\Control\\Session Manager", "PendingFileRenameOperations",
		"\\??\\C:\\new.tmp\n\\??\\C:\\Windows\\small.sys\n"
		"\\??\\C:\\Windows\\large.sys\n\n",
		0},
	{NULL, NULL, NULL, 0}};

static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	char large[9000];

	assert_non_null(b);
	memset(large, 'x', sizeof(large));
	memcpy(large, LARGE, sizeof(LARGE) - 1);
	wi_make(&b->wi);
	wi_text(&b->wi, "/Windows/small.sys", SMALL, "2024-07-19T04:09:00Z");
	wi_file(&b->wi, "/Windows/large.sys", large, sizeof(large), "2024-07-19T04:09:00Z");
	wi_hive(&b->wi, "SYSTEM", pending);
	wi_open(&b->wi);
	b->mem = lay_mem_load(b->wi.path, 512);
	assert_non_null(b->mem);
	reopen(b);
	b->plan.items = b->items;
	b->plan.n_items = 2;
	item_from_disk(b, &b->items[0], "\\Windows\\small.sys");
	item_from_disk(b, &b->items[1], "\\Windows\\large.sys");
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	for (size_t i = 0; i < 2; i++)
		free(b->items[i].path);
	assert_int_equal(nt_vol_close(b->vol, NULL), 0);
	blk_close(b->mem);
	wi_done(&b->wi);
	free(b);
	return 0;
}

/* Change one byte of what a text stands in, as another program on the disk would: no time, size or
 * record number tells of it. */
static void change_byte(struct box *b, const char *text)
{
	uint8_t *at = memmem(lay_mem_bytes(b->mem), (size_t)b->mem->size_bytes, text, strlen(text));

	assert_non_null(at);
	at[3] ^= 1;
	reopen(b);
}

static void expect_changed(struct box *b, size_t item)
{
	struct rs_err err = {0};

	assert_int_equal(guard_unchanged(b->vol, &b->plan, &err), RS_E_CHANGED);
	assert_string_equal(err.object, b->items[item].path);
	b->items[item].is_accepted = false; /* a file that stays where it is may change */
	assert_int_equal(guard_unchanged(b->vol, &b->plan, NULL), 0);
}

static void test_guard_unchanged__as_planned__passes(void **state)
{
	struct box *b = *state;

	assert_int_equal(guard_unchanged(b->vol, &b->plan, NULL), 0);
}

static void test_guard_unchanged__resident_content_changed__refused(void **state)
{
	struct box *b = *state;

	change_byte(b, SMALL);
	expect_changed(b, 0);
}

static void test_guard_unchanged__content_in_clusters_changed__refused(void **state)
{
	struct box *b = *state;

	change_byte(b, LARGE);
	expect_changed(b, 1);
}

static void test_guard_unchanged__each_fact_differs__refused(void **state)
{
	struct box *b = *state;
	struct nt_stat *s = &b->items[1].stat;
	uint64_t *const facts[] = {
		&s->ref, &s->size_bytes, &s->modified, &s->created, &s->changed, &s->log_lsn};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		*facts[i] ^= 1;
		expect_changed(b, 1);
		b->items[1].is_accepted = true;
		*facts[i] ^= 1;
	}
}

static void test_guard_unchanged__record_of_another_file__refused(void **state)
{
	struct box *b = *state;

	b->items[1].file_ref += 1ULL << 48; /* its sequence: that file is gone */
	expect_changed(b, 1);
}

static void test_guard_unchanged__cannot_be_read__that_is_no_change(void **state)
{
	struct box *b = *state;
	struct lay_watch *w = lay_watch_new(b->mem);
	struct nt_vol *vol = NULL;
	struct rs_err err = {0};

	assert_non_null(w);
	assert_int_equal(nt_vol_open(&w->blk, 0, &vol, NULL), 0);
	w->fail_read = w->reads + 1;
	w->is_sticky = true;
	assert_int_equal(guard_unchanged(vol, &b->plan, &err), RS_E_IO_READ);
	b->items[0].has_sha256 = b->items[1].has_sha256 = false; /* nor by their records alone */
	assert_int_equal(guard_unchanged(vol, &b->plan, NULL), RS_E_IO_READ);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	blk_close(&w->blk);
}

/* ---- what Windows will do at its next start ---- */

static int pending_with(struct box *b, bool small, bool large, const char *reason)
{
	struct rs_err err = {0};

	b->items[0].is_accepted = small;
	b->items[1].is_accepted = large;
	int r = guard_pending(b->vol, &b->wi.win, &b->plan, &err);
	if (r < 0)
		assert_non_null(strstr(err.detail, reason));
	return r;
}

static void test_guard_pending__rename_onto_it__refused(void **state)
{
	assert_int_equal(
		pending_with(*state, true, false, "put \\new.tmp in its place"), RS_E_RENAME);
	assert_int_equal(pending_with(*state, false, false, ""), 0); /* it stays where it is */
}

static void test_guard_pending__delete_of_it__refused_for_what_is_put_back(void **state)
{
	struct box *b = *state;

	assert_int_equal(pending_with(b, false, true, ""), 0); /* it is gone before that */
	b->items[1].action = PLAN_RESTORE;
	assert_int_equal(pending_with(b, false, true, "will delete it"), RS_E_RENAME);
}

/* ---- the volume as a whole ---- */

static int volume_with(const struct guard_input *in, const char *reason)
{
	struct rs_err err = {0};
	int r = guard_volume(in, &err);

	assert_int_equal(r, err.code);
	if (r < 0) {
		assert_string_equal(err.object, "disk.img, partition 3");
		assert_non_null(strstr(err.detail, reason));
	}
	return r;
}

static void test_guard_volume__each_reason__refused_by_its_name(void **state)
{
	struct bl_unlock_result bl = {.can_write = true};
	struct win_info win = {.setup_in_progress = false};
	struct guard_input in = {.volume_name = "disk.img, partition 3"};

	(void)state;
	assert_int_equal(volume_with(&in, ""), 0);
	in.is_source_short = true;
	assert_int_equal(volume_with(&in, "ends before"), RS_E_TRUNCATED);
	in.is_source_short = false;
	in.refusal = "it sleeps";
	in.refusal_code = RS_E_HIBERNATED;
	assert_int_equal(volume_with(&in, "it sleeps"), RS_E_HIBERNATED);
	in.refusal_code = 0; /* a reason without a name is none to go on */
	assert_int_equal(volume_with(&in, "it sleeps"), RS_E_GUARD);
	in.refusal = NULL;
	in.bl = &bl;
	in.bl_state = BL_CONVERTING;
	assert_int_equal(volume_with(&in, ""), RS_E_CONVERSION);
	in.bl_state = BL_EOW;
	assert_int_equal(volume_with(&in, ""), RS_E_CONVERSION);
	in.bl_state = BL_ENCRYPTED;
	assert_int_equal(volume_with(&in, ""), 0);
	bl.can_write = false;
	assert_int_equal(volume_with(&in, ""), RS_E_BL_DAMAGED);
	bl.is_seal_good = true;
	assert_int_equal(volume_with(&in, ""), RS_E_GUARD);
	bl.can_write = true;
	in.win = &win;
	assert_int_equal(volume_with(&in, ""), 0);
	win.setup_in_progress = true;
	assert_int_equal(volume_with(&in, "upgrade is under way"), RS_E_PENDING);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_guard_unchanged__as_planned__passes),
		T(test_guard_unchanged__resident_content_changed__refused),
		T(test_guard_unchanged__content_in_clusters_changed__refused),
		T(test_guard_unchanged__each_fact_differs__refused),
		T(test_guard_unchanged__record_of_another_file__refused),
		T(test_guard_unchanged__cannot_be_read__that_is_no_change),
		T(test_guard_pending__rename_onto_it__refused),
		T(test_guard_pending__delete_of_it__refused_for_what_is_put_back),
		cmocka_unit_test(test_guard_volume__each_reason__refused_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
