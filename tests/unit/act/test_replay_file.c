/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The saved plan of a replay as a file that may have been cut, changed, or be something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/replay.h"

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
	memcpy(b->bytes + len, "UNBRKMF2", 8); /* as replay_file.c describes it */
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

static int load(const struct box *b, struct replay *ret)
{
	struct rs_err err = {0};

	*ret = (struct replay){0};
	int r = replay_load(b->path, ret, &err);
	assert_int_equal(r, err.code);
	if (r < 0) {
		assert_null(ret->plan);
		assert_string_equal(err.object, b->path);
	}
	return r;
}

static void test_replay_load__whole__all_of_it(void **state)
{
	struct box *b = *state;
	struct replay saved;

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

static void test_replay_load__cut_at_every_byte__refused(void **state)
{
	struct box *b = *state;
	struct replay saved;

	for (size_t len = 0; len < b->len; len++) {
		put(b, b->bytes, len);
		assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	}
}

static void test_replay_load__every_byte_changed__refused(void **state)
{
	struct box *b = *state;
	struct replay saved;

	for (size_t i = 0; i < b->len; i++) {
		b->bytes[i] ^= 0x81;
		put(b, b->bytes, b->len);
		assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
		b->bytes[i] ^= 0x81;
	}
}

/* No memory is taken for what cannot be one. */
static void test_replay_load__larger_than_any_plan__refused(void **state)
{
	struct box *b = *state;
	struct replay saved;

	put(b, b->bytes, b->len);
	assert_int_equal(truncate(b->path, (off_t)1 << 40), 0); /* a hole */
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	assert_int_equal(truncate(b->path, (off_t)100 << 20), 0);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_replay_load__longer__refused(void **state)
{
	struct box *b = *state;
	struct replay saved;
	auto_free uint8_t *longer = calloc(1, b->len + 8);

	assert_non_null(longer);
	memcpy(longer, b->bytes, b->len);
	put(b, longer, b->len + 8);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_replay_load__no_file_or_a_folder__says_so(void **state)
{
	struct box *b = *state;
	struct replay saved;

	(void)unlink(b->path);
	assert_int_equal(load(b, &saved), RS_E_IO_OPEN);
	assert_int_equal(mkdir(b->path, 0700), 0);
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
	assert_int_equal(rmdir(b->path), 0);
	assert_int_equal(mkfifo(b->path, 0600), 0); /* does not wait for a writer */
	assert_int_equal(load(b, &saved), RS_E_REPLAY_PLAN);
}

static void test_replay_file_name__any_time__all_of_its_digits(void **state)
{
	auto_free char *a = replay_file_name("/tmp", 133658357400000000, 7);
	auto_free char *b = replay_file_name("/tmp", 133658357400000010, 7);
	auto_free char *c = replay_file_name("/tmp", 133658357401234567, 12);

	(void)state;
	assert_string_equal(a, "/tmp/unbrick-20240719T040900.0000000Z-7.plan");
	assert_string_equal(b, "/tmp/unbrick-20240719T040900.0000010Z-7.plan");
	assert_string_equal(c, "/tmp/unbrick-20240719T040900.1234567Z-12.plan");
	assert_true(replay_is_folder("/tmp"));
	assert_false(replay_is_folder("/nonexistent/plan"));
}

/* ---- where a plan may be saved ---- */

static bool holds_nothing(const char *path, const struct stat *file)
{
	(void)path;
	(void)file;
	return false;
}

static bool holds_all(const char *path, const struct stat *file)
{
	(void)path;
	(void)file;
	return true;
}

struct place {
	char top[64], folder[96], path[128];
	struct blk_kind kind;
	struct replay_place place;
};

/* A private folder, two levels of which are not there. */
static void place_begin(struct place *p)
{
	(void)snprintf(p->top, sizeof(p->top), "/tmp/unbrick-place.XXXXXX");
	assert_non_null(mkdtemp(p->top));
	(void)snprintf(p->folder, sizeof(p->folder), "%s/state/unbrick", p->top);
	(void)snprintf(p->path, sizeof(p->path), "%s/x.plan", p->folder);
	p->kind = (struct blk_kind){.holds = holds_nothing};
	p->place = (struct replay_place){p->path, true, &p->kind, "disk"};
}

static void place_done(struct place *p)
{
	char middle[96];

	(void)snprintf(middle, sizeof(middle), "%s/state", p->top);
	(void)unlink(p->path);
	if (rmdir(p->folder) < 0)
		(void)unlink(p->folder);
	(void)rmdir(middle);
	assert_int_equal(rmdir(p->top), 0);
}

static int save(const struct box *b, const struct place *p, struct rs_err *err)
{
	struct replay saved;

	put(b, b->bytes, b->len);
	assert_int_equal(load(b, &saved), 0);
	*err = (struct rs_err){0};
	int r = replay_save(&saved, &p->place, err);
	nt_replay_free(saved.plan);
	return r;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_replay_save__private_folder__made_and_for_its_owner_alone(void **state)
{
	const struct box *b = *state;
	struct place p;
	struct rs_err err = {0};
	struct replay saved;
	mode_t before = umask(0); /* whatever the caller lets others read */

	place_begin(&p);
	assert_int_equal(replay_check_place(&p.place, &err), 0);
	assert_int_equal(access(p.folder, F_OK), -1); /* looked at only */
	assert_int_equal(save(b, &p, &err), 0);
	assert_int_equal(mode_of(p.folder), 0700);
	assert_int_equal(mode_of(p.path), 0600);
	assert_int_equal(replay_load(p.path, &saved, NULL), 0);
	assert_int_equal(saved.serial, 0x1234);
	nt_replay_free(saved.plan);
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE); /* it is there */
	assert_int_equal(save(b, &p, &err), RS_E_PLAN_FILE);
	(void)umask(before);
	place_done(&p);
}

static void refused(const struct box *b, struct place *p, int code, const char *why)
{
	struct rs_err err = {0};

	assert_int_equal(replay_check_place(&p->place, &err), code);
	assert_string_equal(err.detail, why);
	assert_int_equal(save(b, p, &err), code);
	assert_string_equal(err.detail, why);
	assert_int_equal(access(p->path, F_OK), -1);
}

static void test_replay_save__private_folder__others_may_write__refused(void **state)
{
	static const mode_t modes[] = {0720, 0702, 0777, 01777};
	struct place p;

	for (unsigned i = 0; i < 4; i++) {
		place_begin(&p);
		*strrchr(p.folder, '/') = '\0';
		assert_int_equal(mkdir(p.folder, 0700), 0);
		p.folder[strlen(p.folder)] = '/';
		assert_int_equal(mkdir(p.folder, 0700), 0);
		assert_int_equal(chmod(p.folder, modes[i]), 0);
		refused(*state, &p, RS_E_PLAN_FILE, "other users may write to it");
		place_done(&p);
	}
}

/* Somebody else's: root gives it away, others take one of root's. */
static void test_replay_save__private_folder__of_another_user__refused(void **state)
{
	struct place p;

	place_begin(&p);
	if (geteuid() == 0)
		assert_int_equal(chown(p.top, 1, 1), 0);
	(void)snprintf(p.folder, sizeof(p.folder), "%s", geteuid() == 0 ? p.top : "/usr");
	(void)snprintf(p.path, sizeof(p.path), "%s/x.plan", p.folder);
	refused(*state, &p, RS_E_PLAN_FILE, "it belongs to another user");
	assert_int_equal(rmdir(p.top), 0);
}

static void test_replay_save__private_folder__behind_a_link__only_by_its_owner(void **state)
{
	struct place p;
	struct rs_err err = {0};

	place_begin(&p);
	(void)snprintf(p.folder, sizeof(p.folder), "%s/link", p.top);
	(void)snprintf(p.path, sizeof(p.path), "%s/link/x.plan", p.top);
	assert_int_equal(symlink(".", p.folder), 0);
	assert_int_equal(replay_check_place(&p.place, &err), 0);
	assert_int_equal(save(*state, &p, &err), 0);
	assert_int_equal(unlink(p.path), 0);
	if (geteuid() == 0)
		assert_int_equal(lchown(p.folder, 1, 1), 0);
	else /* a link of root's */
		(void)snprintf(p.path, sizeof(p.path), "/bin/x.plan");
	refused(*state, &p, RS_E_PLAN_FILE, "it is another user's link");
	assert_int_equal(unlink(p.folder), 0);
	assert_int_equal(rmdir(p.top), 0);
}

static void test_replay_save__folder_on_the_disk_that_is_written__refused(void **state)
{
	struct place p;

	place_begin(&p);
	p.kind.holds = holds_all;
	refused(*state, &p, RS_E_ONTO_SOURCE, "");
	place_done(&p);
}

static void test_replay_check_place__no_folder_or_a_long_name__plan_file(void **state)
{
	struct place p;
	struct rs_err err = {0};
	char path[5000];

	(void)state;
	place_begin(&p);
	p.place.is_private = false; /* one that a person named is not made */
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE);
	assert_int_equal(access(p.folder, F_OK), -1);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	p.place.path = path;
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE);
	place_done(&p);
}

/* What the saving would stumble over is seen before the question. */
static void test_replay_check_place__link_to_nowhere_or_a_file_in_the_way__plan_file(void **state)
{
	struct rs_err err = {0};
	struct place p;

	(void)state;
	place_begin(&p);
	assert_int_equal(replay_check_place(&p.place, &err), 0); /* what is missing is made */
	*strrchr(p.folder, '/') = '\0';
	assert_int_equal(mkdir(p.folder, 0700), 0);
	p.folder[strlen(p.folder)] = '/';
	assert_int_equal(symlink("nowhere", p.folder), 0);
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE);
	assert_int_equal(unlink(p.folder), 0);
	int fd = open(p.folder, O_WRONLY | O_CREAT | O_EXCL, 0700);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE);
	assert_string_equal(err.detail, "Not a directory");
	assert_int_equal(unlink(p.folder), 0);
	assert_int_equal(mkdir(p.folder, 0700), 0);
	assert_int_equal(symlink("nowhere", p.path), 0);
	assert_int_equal(replay_check_place(&p.place, &err), RS_E_PLAN_FILE);
	assert_int_equal(unlink(p.path), 0);
	assert_int_equal(rmdir(p.folder), 0);
	place_done(&p);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_replay_check_place__link_to_nowhere_or_a_file_in_the_way__plan_file),
		T(test_replay_load__whole__all_of_it),
		T(test_replay_load__cut_at_every_byte__refused),
		T(test_replay_load__every_byte_changed__refused),
		T(test_replay_load__larger_than_any_plan__refused),
		T(test_replay_load__longer__refused),
		T(test_replay_load__no_file_or_a_folder__says_so),
		T(test_replay_file_name__any_time__all_of_its_digits),
		T(test_replay_save__private_folder__made_and_for_its_owner_alone),
		T(test_replay_save__private_folder__others_may_write__refused),
		T(test_replay_save__private_folder__of_another_user__refused),
		T(test_replay_save__private_folder__behind_a_link__only_by_its_owner),
		T(test_replay_save__folder_on_the_disk_that_is_written__refused),
		T(test_replay_check_place__no_folder_or_a_long_name__plan_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
