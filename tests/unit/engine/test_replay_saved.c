/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The saved plan of a replay, with a checksum that is right, that lies or came too late; and what
 * ends a replay before its first write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/replay.h"
#include "ntfs/raw.h"
#include "rig.h"

struct box {
	struct rig rig;
	char plan[160], forged[160];
	struct replay saved;
};

/* A crashed volume, and beside it the plan of its replay. */
static int setup(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	size_t len;

	assert_non_null(b);
	rig_begin(&b->rig);
	uint8_t *bytes = rig_crashed(RIG_HAS_BAD, false, &len);
	rig_add_take(&b->rig, bytes, len);
	(void)snprintf(b->plan, sizeof(b->plan), "%s/whole.plan", b->rig.dir);
	(void)snprintf(b->forged, sizeof(b->forged), "%s/forged.plan", b->rig.dir);
	const struct rs_options o = {.say_yes = true, .plan_file = b->plan};
	assert_int_equal(rig_run(&b->rig, RS_REPLAY, &o), 0);
	rig_reset(&b->rig);
	assert_int_equal(replay_load(b->plan, &b->saved, NULL), 0);
	assert_int_equal(unlink(b->plan), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	nt_replay_free(b->saved.plan);
	(void)unlink(b->forged);
	rig_done(&b->rig);
	free(b);
	return 0;
}

static struct replay_place place_at(const struct box *b, const char *path)
{
	const char *disk = b->rig.disks[0];

	return (struct replay_place){path, false, blk_kind_find(disk, NULL), disk};
}

/* The first block of a kind, by its first bytes. */
static const struct nt_replay_block *block_of(const struct box *b, const char magic[4])
{
	const struct nt_replay *p = b->saved.plan;
	size_t i = 0;

	while (i < p->n_blocks && memcmp(p->blocks[i].before, magic, 4) != 0)
		i++;
	assert_true(i < p->n_blocks);
	return &p->blocks[i];
}

/* All of it is put where it belongs, and the journal stays open. */
static void forge(struct box *b)
{
	const struct replay_place place = place_at(b, b->forged);
	unsigned n = 0;

	for (size_t i = 0; i < b->saved.plan->n_blocks; i++) {
		struct nt_replay_block *one = &b->saved.plan->blocks[i];
		if (memcmp(one->before, "RSTR", 4) != 0)
			continue;
		memcpy(one->after, one->before, one->len_bytes);
		n++;
	}
	assert_int_equal(n, 2);
	assert_int_equal(replay_save(&b->saved, &place, NULL), 0);
}

static void resume(struct box *b, int status, const char *id)
{
	const struct rs_options o = {
		.say_yes = true, .plan_file = b->forged, .how = RS_REPLAY_RESUME};

	assert_int_equal(rig_run(&b->rig, RS_REPLAY, &o), status);
	rig_expect(&b->rig, "error.id", id);
	assert_true(rig_is_as_made(&b->rig));
}

/* A byte behind the attributes of a record, as no plan knows it. */
static void change_block(struct box *b)
{
	const struct nt_replay_block *one = block_of(b, "FILE");
	const size_t at = one->len_bytes - 100;
	uint8_t *p = &b->rig.images[0].now[one->off_bytes + at];
	while (*p == one->before[at] || *p == one->after[at])
		++*p;
	rig_keep(&b->rig);
}

static void test_resume__leaves_the_journal_open__refused(void **state)
{
	forge(*state);
	resume(*state, 11, "replay.plan-damaged");
}

/* What the disk says goes before what the plan would leave. */
static void test_resume__block_changed_since__said_before_anything_else(void **state)
{
	forge(*state);
	change_block(*state);
	resume(*state, 7, "replay.changed");
}

/* ---- before the first write ---- */

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	(void)user;
	(void)what;
	(void)done;
	(void)total;
	return false;
}

static int write_to(struct box *b, const char *path, const struct rs_task *task, struct rs_err *err)
{
	const struct replay_place place = place_at(b, path);
	struct blk *top = NULL;

	assert_int_equal(blk_file_open(b->rig.disks[0], BLK_OPEN_WRITE, &top, NULL), 0);
	int r = replay_write(top, &b->saved, &place, task, err);
	blk_close(top);
	assert_true(rig_is_as_made(&b->rig));
	return r;
}

static void test_write__stopped_at_once__no_plan_is_saved(void **state)
{
	const struct rs_task task = {.progress = stop};

	/* where none can be saved: it would be told first */
	assert_int_equal(write_to(*state, "/nonexistent/plan", &task, NULL), RS_E_CANCELLED);
}

static void test_write__disk_changed__the_plan_of_no_use_is_gone(void **state)
{
	struct box *b = *state;

	assert_int_equal(access(b->forged, F_OK), -1);
	change_block(b);
	assert_int_equal(write_to(b, b->forged, NULL, NULL), RS_E_CHANGED);
	assert_int_equal(access(b->forged, F_OK), -1);
}

/* $MFT's own record says that it is larger than any disk. */
static void test_write__mft_without_end__refused(void **state)
{
	struct box *b = *state;
	struct nt_replay nothing = {.pending = NT_PENDING_CHANGES};
	struct nt_replay *plan = b->saved.plan;
	struct nt_raw *raw = NULL;
	struct blk *blk = NULL;
	struct rs_err err = {0};

	assert_int_equal(blk_file_open(b->rig.disks[0], 0, &blk, NULL), 0);
	assert_int_equal(nt_raw_open(blk, &raw, NULL), 0);
	uint8_t *at = b->rig.images[0].now + nt_raw_geometry(raw)->mft_off_bytes;
	nt_raw_close(raw);
	blk_close(blk);
	assert_memory_equal(at, "FILE", 4);
	for (at += rs_le16(at + 20); rs_le32(at) != NT_AT_DATA; at += rs_le32(at + 4))
		assert_true(rs_le32(at) < NT_AT_DATA);
	rs_put_le64(at + 40, 1ULL << 50); /* allocated */
	rs_put_le64(at + 48, 1ULL << 50); /* data */
	rig_keep(&b->rig);
	b->saved.plan = &nothing;
	int r = write_to(b, b->forged, NULL, &err);
	b->saved.plan = plan;
	assert_int_equal(r, RS_E_NTFS_DAMAGED);
	if (!strstr(err.detail, "$MFT says that it has"))
		fail_msg("%s", err.detail);
	assert_int_equal(access(b->forged, F_OK), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_resume__leaves_the_journal_open__refused),
		T(test_resume__block_changed_since__said_before_anything_else),
		T(test_write__stopped_at_once__no_plan_is_saved),
		T(test_write__disk_changed__the_plan_of_no_use_is_gone),
		T(test_write__mft_without_end__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
