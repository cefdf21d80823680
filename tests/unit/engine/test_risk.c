/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person may take upon himself, and --yes may not: each is asked about before the first
 * write, and everything but a yes leaves every byte as it was. And what nobody may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ntfs/raw.h"
#include "rig.h"

static const struct rs_options yes = {.say_yes = true};

static int make_bad(void **state)
{
	return rig_make(state, RIG_HAS_BAD);
}

static int make_renames(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_RENAMES);
}

static int make_command(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_COMMAND);
}

static int make_upgrades(void **state)
{
	return rig_make(state, RIG_HAS_BAD | RIG_UPGRADES);
}

/* A person who wants the plan, and answers the question about the risk in each way. */
static void expect_each_answer(struct rig *r, int nobody, const char *id)
{
	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
		r->says[RS_ASK_RISK] = (enum rs_answer)a;
		int status = rig_run(r, RS_FIX, NULL);
		assert_int_equal(r->asked[RS_ASK_RISK], 1);
		assert_int_equal(r->asked[RS_ASK_PLAN], a == RS_ANSWER_YES);
		assert_int_equal(status, a == RS_ANSWER_YES	 ? 0
					 : a == RS_ANSWER_NOBODY ? nobody
								 : 14);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
		if (a == RS_ANSWER_NOBODY)
			rig_expect(r, "error.id", id);
	}
	rig_reset(r);
}

static void expect_refused(struct rig *r, int status, const char *id)
{
	assert_int_equal(rig_run(r, RS_FIX, &yes), status);
	rig_expect(r, "error.id", id);
	rig_expect(r, "outcome.written", "false");
	assert_int_equal(rig_asked(r), 0);
	assert_true(rig_is_as_made(r));
}

static void test_rename__onto_the_bad_file__a_person_decides_and_yes_does_not(void **state)
{
	expect_each_answer(*state, 7, "windows.rename-pending");
	expect_refused(*state, 7, "windows.rename-pending");
}

static void test_command__at_the_next_start__a_person_decides(void **state)
{
	struct rig *r = *state;

	expect_each_answer(r, 7, "windows.update-pending");
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0); /* it undoes nothing, and is told */
	assert_non_null(strstr(r->log, "a command is set to run at the next start: cmd.exe"));
	assert_null(strchr(r->log, '\x1b'));
}

static void test_upgrade__under_way__nobody_may(void **state)
{
	struct rig *r = *state;

	expect_refused(r, 7, "windows.update-pending");
	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_RISK] = RS_ANSWER_YES;
	assert_int_equal(rig_run(r, RS_FIX, NULL), 7);
	assert_int_equal(rig_asked(r), 0);
	assert_true(rig_is_as_made(r));
}

/* A link count that its names do not bear out: what would be verified afterwards is looked at
 * before. */
static void test_damaged_record__of_the_bad_file__nothing_is_begun(void **state)
{
	struct rig *r = *state;
	struct blk *blk = NULL;
	struct nt_vol *vol = NULL;
	struct nt_raw *raw = NULL;
	uint64_t ref = 0;

	assert_int_equal(blk_file_open(r->disks[0], 0, &blk, NULL), 0);
	assert_int_equal(nt_raw_open(blk, &raw, NULL), 0);
	assert_int_equal(nt_vol_open(blk, 0, &vol, NULL), 0);
	assert_int_equal(nt_lookup(vol, RIG_DIR "/" RIG_BAD, &ref, NULL), 0);
	assert_int_equal(nt_vol_close(vol, NULL), 0);
	const struct nt_geometry *g = nt_raw_geometry(raw);
	uint8_t *record =
		r->images[0].now + g->mft_off_bytes + NT_REF_RECORD(ref) * g->record_bytes;
	nt_raw_close(raw);
	blk_close(blk);
	assert_memory_equal(record, "FILE", 4);
	record[0x12]++;
	rig_keep(r);
	expect_refused(r, 11, "ntfs.damaged");
}

int main(void)
{
#define T(name, make) cmocka_unit_test_setup_teardown(name, make, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_rename__onto_the_bad_file__a_person_decides_and_yes_does_not, make_renames),
		T(test_command__at_the_next_start__a_person_decides, make_command),
		T(test_upgrade__under_way__nobody_may, make_upgrades),
		T(test_damaged_record__of_the_bad_file__nothing_is_begun, make_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
