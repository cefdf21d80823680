/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The saved plan of a replay as a file that may have been cut, changed, or be something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"

#define TAIL 72U

struct box {
	char path[64];
	uint8_t *bytes; /* a whole file */
	size_t len;
};

static void put(const struct box *b, const uint8_t *p, size_t len)
{
	FILE *f = fopen(b->path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	static uint8_t before[512], after[512];
	static struct nt_replay_block block = {
		.off_bytes = 4096, .len_bytes = 512, .before = before, .after = after};
	struct nt_replay plan = {.pending = NT_PENDING_CHANGES,
		.log_major = 2,
		.records = 3,
		.redone = 1,
		.blocks = &block,
		.n_blocks = 1};
	struct box *b = calloc(1, sizeof(*b));
	uint8_t *core = NULL, both[64];
	size_t len = 0;

	assert_non_null(b);
	(void)snprintf(b->path, sizeof(b->path), "/tmp/unbrick-plan.XXXXXX");
	int fd = mkstemp(b->path);
	assert_true(fd >= 0);
	(void)close(fd);
	memset(after, 1, sizeof(after));
	assert_int_equal(nt_replay_save(&plan, 0x1234, 1 << 20, &core, &len, NULL), 0);
	b->len = len + TAIL;
	b->bytes = calloc(1, b->len);
	assert_non_null(b->bytes);
	memcpy(b->bytes, core, len);
	memcpy(b->bytes + len, "UNBRKMF2", 8); /* as planfile.c describes it */
	memset(b->bytes + len + 8, 0x5A, 32);
	memcpy(both, core + len - 32, 32);
	memset(both + 32, 0x5A, 32);
	assert_int_equal(
		EVP_Digest(both, sizeof(both), b->bytes + len + 40, NULL, EVP_sha256(), NULL), 1);
	free(core);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct box *b = *state;

	(void)unlink(b->path);
	free(b->bytes);
	free(b);
	return 0;
}

static int load(const struct box *b, struct en_saved *ret)
{
	struct rs_err err = {0};

	*ret = (struct en_saved){0};
	int r = en_plan_load(b->path, ret, &err);
	assert_int_equal(r, err.code);
	if (r < 0) {
		assert_null(ret->plan);
		assert_string_equal(err.object, b->path);
	}
	return r;
}

static void test_en_plan_load__whole__all_of_it(void **state)
{
	struct box *b = *state;
	struct en_saved saved;

	put(b, b->bytes, b->len);
	assert_int_equal(load(b, &saved), 0);
	assert_int_equal(saved.serial, 0x1234);
	assert_int_equal(saved.volume_bytes, 1 << 20);
	assert_int_equal(saved.plan->n_blocks, 1);
	assert_int_equal(saved.plan->blocks[0].off_bytes, 4096);
	for (size_t i = 0; i < sizeof(saved.mft_sha256); i++)
		assert_int_equal(saved.mft_sha256[i], 0x5A);
	nt_replay_free(saved.plan);
}

static void test_en_plan_load__cut_at_every_byte__refused(void **state)
{
	struct box *b = *state;
	struct en_saved saved;

	for (size_t len = 0; len < b->len; len++) {
		put(b, b->bytes, len);
		assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	}
}

static void test_en_plan_load__every_byte_changed__refused(void **state)
{
	struct box *b = *state;
	struct en_saved saved;

	for (size_t i = 0; i < b->len; i++) {
		b->bytes[i] ^= 0x81;
		put(b, b->bytes, b->len);
		assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
		b->bytes[i] ^= 0x81;
	}
}

/* No memory is taken for what cannot be one. */
static void test_en_plan_load__larger_than_any_plan__refused(void **state)
{
	struct box *b = *state;
	struct en_saved saved;

	put(b, b->bytes, b->len);
	assert_int_equal(truncate(b->path, (off_t)1 << 40), 0); /* a hole */
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	assert_int_equal(truncate(b->path, (off_t)100 << 20), 0);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_en_plan_load__longer__refused(void **state)
{
	struct box *b = *state;
	struct en_saved saved;
	auto_free uint8_t *longer = calloc(1, b->len + 8);

	assert_non_null(longer);
	memcpy(longer, b->bytes, b->len);
	put(b, longer, b->len + 8);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_en_plan_load__no_file_or_a_folder__says_so(void **state)
{
	struct box *b = *state;
	struct en_saved saved;

	(void)unlink(b->path);
	assert_int_equal(load(b, &saved), RS_E_IO_OPEN);
	assert_int_equal(mkdir(b->path, 0700), 0);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	assert_int_equal(rmdir(b->path), 0);
	assert_int_equal(mkfifo(b->path, 0600), 0); /* does not wait for a writer */
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_en_plan_file_name__folder__each_call_another_name(void **state)
{
	struct en_volume v = {.number = 7};
	auto_free char *a = en_plan_file_name(&v, "/tmp");
	auto_free char *b = en_plan_file_name(&v, "/nonexistent/plan");

	(void)state;
	assert_non_null(a);
	assert_memory_equal(a, "/tmp/unbrick-20", 15);
	assert_string_equal(a + strlen(a) - 7, "-7.plan");
	assert_string_equal(b, "/nonexistent/plan");
	assert_true(en_plan_is_folder("/tmp"));
	assert_false(en_plan_is_folder("/nonexistent/plan"));
	assert_false(en_plan_is_folder(NULL));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_en_plan_load__whole__all_of_it),
		T(test_en_plan_load__cut_at_every_byte__refused),
		T(test_en_plan_load__every_byte_changed__refused),
		T(test_en_plan_load__larger_than_any_plan__refused),
		T(test_en_plan_load__longer__refused),
		T(test_en_plan_load__no_file_or_a_folder__says_so),
		T(test_en_plan_file_name__folder__each_call_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
