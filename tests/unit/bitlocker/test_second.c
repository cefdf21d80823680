/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second look at a volume in one session: its key is not stretched again. Progress is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "mini.h"

#define ROUNDS 1048576U

struct count {
	uint64_t rounds;
};

static bool on_progress(void *user, const char *what, uint64_t done, uint64_t total)
{
	struct count *c = user;

	(void)what;
	(void)total;
	c->rounds = done;
	return true;
}

static void make(struct mini *m, uint8_t tag)
{
	mini_begin(m, BL_XTS_128, 512);
	mini_recovery(m, tag, MINI_PASSWORD);
	mini_fvek(m);
	mini_relocation(m);
	mini_finish(m);
}

static struct bl_keyring *keyring(void)
{
	struct bl_keyring *k = NULL;

	assert_int_equal(bl_keyring_new(&k, NULL), 0);
	assert_int_equal(bl_keyring_add_typed(k, MINI_PASSWORD, strlen(MINI_PASSWORD), NULL), 0);
	return k;
}

/* How many times was a key stretched? */
static unsigned look(struct mini *m, const struct bl_keyring *k)
{
	struct count c = {0};
	const struct rs_task task = {.user = &c, .progress = on_progress};
	struct bl_unlock_result res = {0};
	struct bl_volume *v = NULL;
	struct blk *clear = NULL;

	assert_int_equal(bl_load(m->disk, &v, NULL), 0);
	assert_int_equal(bl_unlock(v, k, &task, &res, NULL), 0);
	assert_int_equal(res.protection, BL_P_RECOVERY);
	assert_true(res.is_seal_good);
	assert_int_equal(bl_open(v, m->disk, &clear, NULL), 0);
	blk_close(clear);
	bl_free(v);
	return (unsigned)(c.rounds / ROUNDS);
}

static void test_second_look__same_keyring__not_stretched_again(void **state)
{
	struct bl_keyring *k = keyring();
	struct mini m;

	(void)state;
	make(&m, 0x11);
	assert_int_equal(look(&m, k), 1);
	assert_int_equal(look(&m, k), 0);
	bl_keyring_free(k);
	k = keyring(); /* another session */
	assert_int_equal(look(&m, k), 1);
	bl_keyring_free(k);
	mini_done(&m);
}

/* Nothing is taken over from a protector that was written anew meanwhile. */
static void test_second_look__protector_made_anew__stretched_again(void **state)
{
	struct bl_keyring *k = keyring();
	struct mini m;

	(void)state;
	make(&m, 0x11);
	assert_int_equal(look(&m, k), 1);
	mini_done(&m);
	make(&m, 0x12);
	assert_int_equal(look(&m, k), 1);
	assert_int_equal(look(&m, k), 0);
	bl_keyring_free(k);
	mini_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_look__same_keyring__not_stretched_again),
		cmocka_unit_test(test_second_look__protector_made_anew__stretched_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
