/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A BitLocker volume without its key, with a wrong one, and with keys typed one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "../bitlocker/mini.h"
#include "rig.h"

static const uint8_t startup_key[32] = {1, 2, 3}, other_key[32] = {4, 5, 6};

/* @protector 0: a startup key; else a recovery password that no test has */
static void add_locked(struct rig *r, bool is_recovery)
{
	struct mini m;

	mini_begin(&m, BL_XTS_128, 512);
	if (is_recovery)
		mini_vmk(&m, 0x77, BL_P_RECOVERY, NULL, 0);
	else
		mini_startup(&m, 0x55, startup_key);
	mini_fvek(&m);
	mini_relocation(&m);
	mini_finish(&m);
	uint8_t *bytes = malloc(MINI_BYTES);
	assert_non_null(bytes);
	memcpy(bytes, lay_mem_bytes(m.disk), MINI_BYTES);
	mini_done(&m);
	rig_add_take(r, bytes, MINI_BYTES);
}

static int make(void **state, bool is_recovery)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	rig_begin(r);
	add_locked(r, is_recovery);
	*state = r;
	return 0;
}

static int make_startup(void **state)
{
	return make(state, false);
}

static int make_recovery(void **state)
{
	return make(state, true);
}

/* A Windows that crashed, and beside it a volume of which nobody can tell. */
static int make_beside_crashed(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	uint8_t *bytes = rig_crashed(RIG_HAS_BAD, false, &len);
	rig_add_take(r, bytes, len);
	add_locked(r, true);
	*state = r;
	return 0;
}

static void write_bek(char path[128], const struct rig *r, const uint8_t key[32])
{
	uint8_t bytes[256];
	size_t len = mini_bek(0x55, key, false, bytes);

	(void)snprintf(path, 128, "%s/key.bek", r->dir);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_locked__no_key__each_command_says_so(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_LIST, NULL), 0); /* locked is no error of a list */
	rig_expect(r, "disks.0.volumes.0.content", "bitlocker");
	rig_expect(r, "disks.0.volumes.0.bitlocker.unlocked", "false");
	rig_expect_part(r, "disks.0.volumes.0.error.id", "bitlocker.");
	for (enum rs_command c = RS_SCAN; c <= RS_REPLAY; c++) {
		assert_int_equal(rig_run(r, c, NULL), 5);
		rig_expect_part(r, "error.id", "bitlocker.");
	}
	assert_true(rig_is_as_made(r));
}

static void test_locked__startup_key__right_and_wrong(void **state)
{
	struct rig *r = *state;
	char path[128];

	write_bek(path, r, other_key);
	r->bek_file = path;
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 6);
	rig_expect(r, "error.id", "bitlocker.key-rejected");
	assert_int_equal(rig_run(r, RS_LIST, NULL), 6); /* somebody expected it to fit */
	write_bek(path, r, startup_key);
	(void)rig_run(r, RS_LIST, NULL);
	rig_expect(r, "disks.0.volumes.0.bitlocker.unlocked", "true");
	rig_expect(r, "disks.0.volumes.0.bitlocker.unlocked_by.kind", "startup key");
	assert_int_equal(unlink(path), 0);
	assert_true(rig_is_as_made(r));
}

static void test_locked__typed__asked_again_with_the_reason_and_not_for_ever(void **state)
{
	static const char *const keys[] = {"12345", "twelve", "1-2-3", "4", "5"};
	struct rig *r = *state;

	r->keys = keys;
	r->n_keys = 5;
	const int status = rig_run(r, RS_SCAN, NULL);
	assert_true(status == 5 || status == 6);
	assert_int_equal(r->keys_asked, 3);
	assert_true(r->last_key_error[0]);
	r->n_keys = 0; /* nothing is typed */
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 5);
	assert_int_equal(r->keys_asked, 1);
	assert_int_equal(rig_run(r, RS_LIST, NULL), 0); /* a list asks for nothing */
	assert_int_equal(r->keys_asked, 0);
	assert_true(rig_is_as_made(r));
}

/* A Windows that sleeps there would go on with what it knows of the first one's files. */
static void test_beside_locked__open_journal__a_person_decides(void **state)
{
	struct rig *r = *state;
	const struct rs_options o = {.plan_file = r->dir}, yes = {.say_yes = true};

	for (int a = RS_ANSWER_NO; a <= RS_ANSWER_NOBODY; a++) {
		rig_reset(r);
		r->is_there = true;
		r->says[RS_ASK_PLAN] = RS_ANSWER_YES;
		r->says[RS_ASK_RISK] = (enum rs_answer)a;
		const int status = rig_run(r, RS_FIX, &o);
		assert_int_equal(r->asked[RS_ASK_RISK], 1);
		assert_int_equal(r->asked[RS_ASK_PLAN], a == RS_ANSWER_YES);
		assert_int_equal(rig_is_as_made(r), a != RS_ANSWER_YES);
		assert_int_equal(status, a == RS_ANSWER_YES ? 0 : a == RS_ANSWER_NOBODY ? 7 : 14);
		if (a == RS_ANSWER_YES)
			assert_int_equal(unlink(rig_get(r, "replay.0.plan")), 0);
	}
	rig_reset(r);
	assert_int_equal(rig_run(r, RS_FIX, &yes), 7);
	rig_expect(r, "error.id", "bitlocker.neighbour-locked");
	assert_true(rig_is_as_made(r));
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, rig_unmake)
	const struct CMUnitTest tests[] = {
		T(test_locked__no_key__each_command_says_so, make_startup),
		T(test_locked__startup_key__right_and_wrong, make_startup),
		T(test_locked__typed__asked_again_with_the_reason_and_not_for_ever, make_recovery),
		T(test_beside_locked__open_journal__a_person_decides, make_beside_crashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
