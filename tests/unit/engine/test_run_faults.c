/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk fails at some request of a run, once or from then on: the run ends with a report that
 * says whether anything was written, and what it began can be finished or taken back. Or it lies:
 * it takes a write and does not keep it, or gives back something else once. The requests fail where
 * they leave the program, by the linker's hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define POINTS 6U  /* of each kind of request, spread over the run */
#define LIES   16U /* the same */

enum request { READ, WRITE, FLUSH, REQUESTS };
enum lie { FAILS, LOSES, GARBLES }; /* says so; does nothing; has other bytes */

static struct {
	ino_t disk; /* 0: nobody looks */
	uint64_t seen[REQUESTS];
	enum request kind;
	uint64_t fail_at; /* from 1 */
	bool is_sticky;
	enum lie lie;
} faults;

static bool strikes(int fd, enum request kind)
{
	struct stat st;

	if (!faults.disk || fstat(fd, &st) < 0 || st.st_ino != faults.disk)
		return false;
	if (faults.lie != FAILS && kind == READ && !faults.seen[WRITE])
		return false; /* what is read before the act is no matter of it */
	const uint64_t n = ++faults.seen[kind];
	if (kind != faults.kind || !faults.fail_at ||
		(faults.is_sticky ? n < faults.fail_at : n != faults.fail_at))
		return false;
	errno = EIO;
	return true;
}

static void garble(uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] ^= 0x5A;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
ssize_t __real_pread64(int fd, void *buf, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t at);
ssize_t __wrap___pread64_chk(int fd, void *buf, size_t len, off_t at, size_t cap);
ssize_t __real_pwrite64(int fd, const void *buf, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t at)
{
	const bool is_hit = strikes(fd, READ);
	ssize_t n = is_hit && faults.lie == FAILS ? -1 : __real_pread64(fd, buf, len, at);

	if (is_hit && n > 0)
		garble(buf, (size_t)n);
	return n;
}

ssize_t __wrap___pread64_chk(int fd, void *buf, size_t len, off_t at, size_t cap)
{
	assert_true(len <= cap);
	return __wrap_pread64(fd, buf, len, at);
}

ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	uint8_t other[1U << 20];

	if (!strikes(fd, WRITE))
		return __real_pwrite64(fd, buf, len, at);
	if (faults.lie == GARBLES) {
		assert_true(len <= sizeof(other));
		memcpy(other, buf, len);
		garble(other, len);
		return __real_pwrite64(fd, other, len, at);
	}
	return faults.lie == FAILS ? -1 : (ssize_t)len;
}

int __wrap_fsync(int fd)
{
	return strikes(fd, FLUSH) ? -1 : __real_fsync(fd);
}
/* A mount that fails half-way leaves a little of libntfs-3g's own behind. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libntfs-3g.so\n";
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static const struct rs_options yes = {.say_yes = true};

static int make_usual(void **state)
{
	return rig_make(state, RIG_HAS_BAD);
}

static int make_crashed(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	size_t len;

	assert_non_null(r);
	rig_begin(r);
	uint8_t *bytes = rig_crashed(RIG_HAS_BAD, false, &len);
	rig_add_take(r, bytes, len);
	*state = r;
	return 0;
}

static int unmake(void **state)
{
	faults.disk = 0;
	return rig_unmake(state);
}

static int run(struct rig *r, enum rs_command c, enum request kind, uint64_t at, bool is_sticky)
{
	struct stat st;

	rig_reset(r);
	assert_int_equal(stat(r->disks[0], &st), 0);
	faults.seen[READ] = faults.seen[WRITE] = faults.seen[FLUSH] = 0;
	faults.kind = kind;
	faults.fail_at = at;
	faults.is_sticky = is_sticky;
	faults.disk = st.st_ino;
	int status = rig_run(r, c, c >= RS_FIX ? &yes : NULL);
	faults.disk = 0;
	return status;
}

/* Whatever happened: fix ends well, and so does the undo of it. */
static void can_be_finished(struct rig *r)
{
	int status = rig_run(r, RS_FIX, &yes);

	assert_true(status == 0 || status == 4);
	assert_false(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
	assert_int_equal(rig_run(r, RS_UNDO, &yes), 0);
	assert_true(rig_has_file(r, 0, RIG_DIR "/" RIG_BAD));
}

/* A plan that is named is there. */
static void drop_plan(const struct rig *r)
{
	const char *plan = rig_get(r, "replay.0.plan");

	if (plan[0])
		assert_int_equal(unlink(plan), 0);
}

static void under_faults(struct rig *r, enum rs_command c, int good)
{
	uint64_t all[REQUESTS];

	assert_int_equal(run(r, c, READ, 0, false), good);
	drop_plan(r);
	memcpy(all, faults.seen, sizeof(all));
	assert_true(all[READ] > 10);
	assert_int_equal(all[WRITE] > 5 && all[FLUSH] > 2, c >= RS_FIX);
	for (enum request kind = READ; kind < REQUESTS; kind++) {
		for (uint64_t at = 1; at <= all[kind]; at += all[kind] / POINTS + 1) {
			faults.lie = FAILS;
			const int status = run(r, c, kind, at, at % 2);
			drop_plan(r);
			const bool is_written = strcmp(rig_get(r, "outcome.written"), "true") == 0;
			if (kind != READ && status == good)
				fail_msg("request %llu of kind %d was lost unnoticed",
					(unsigned long long)at, (int)kind);
			if (!is_written)
				assert_true(rig_is_as_made(r));
			if (is_written && status)
				rig_expect(r, "outcome.result", "failed");
			/* of a write that was not taken nobody says that it was lost */
			if (is_written && status && kind == WRITE)
				rig_expect(r, "verification.passed", "true");
			if (c == RS_FIX && status)
				can_be_finished(r);
		}
	}
}

/* Those of the reading back included; what is there is compared all the same. */
static void test_fix__any_flush_fails__no_success_and_read_back(void **state)
{
	struct rig *r = *state;
	uint64_t all;

	faults.lie = FAILS;
	assert_int_equal(run(r, RS_FIX, FLUSH, 0, false), 0);
	all = faults.seen[FLUSH];
	for (uint64_t at = all; at; at--) {
		assert_int_equal(run(r, RS_FIX, FLUSH, at, false), 10);
		if (strcmp(rig_get(r, "outcome.written"), "true") != 0)
			continue;
		rig_expect(r, "error.id", "disk.write");
		assert_true(rig_get(r, "verification.checks.0")[0]);
	}
}

/* ---- a disk that lies ---- */

/* What is told once anything was written: how far it came, read back, and no fault of a disk that
 * we may have made ourselves. */
static void told_of_written(struct rig *r, int status, uint64_t at)
{
	static const char *const parts[] = {
		"actions.0.error.status", "replay.0.error.status", "verification.error.status"};
	const bool is_kept = strcmp(rig_get(r, "outcome.result"), "not-kept") != 0;

	if (status != 10 && status != 12)
		fail_msg("lie %llu: status %d, %s: %s", (unsigned long long)at, status,
			rig_get(r, "error.id"), rig_get(r, "error.detail"));
	assert_true(rig_get(r, "verification.passed")[0]);
	rig_expect(r, "outcome.result", is_kept ? "failed" : "not-kept");
	if (strcmp(rig_get(r, "verification.error.status"), "12") == 0)
		assert_int_equal(status, 12); /* whatever it stopped for */
	if (!is_kept)
		rig_expect(r, "verification.passed", "false");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *told = rig_get(r, parts[i]);
		assert_true(!told[0] || !strcmp(told, "10") || !strcmp(told, "12"));
	}
}

static unsigned n_cut; /* runs that saw it in the middle of their act */

static void under_lies(struct rig *r, enum rs_command c, enum request kind, enum lie lie)
{
	faults.lie = lie;
	assert_int_equal(run(r, c, kind, 0, false), 0);
	const uint64_t all = faults.seen[kind], points = kind == WRITE ? LIES : 2 * LIES;

	drop_plan(r);
	for (uint64_t at = 1; at <= all; at += all / points + 1) {
		const int status = run(r, c, kind, at, false);

		drop_plan(r);
		if (strcmp(rig_get(r, "outcome.written"), "true") != 0) {
			assert_true(rig_is_as_made(r));
			continue;
		}
		if (status)
			told_of_written(r, status, at);
		n_cut += strcmp(rig_get(r, "error.id"), "act.cut-short") == 0;
	}
}

static void under_each_lie(struct rig *r, enum rs_command c)
{
	n_cut = 0;
	under_lies(r, c, WRITE, LOSES);
	under_lies(r, c, WRITE, GARBLES);
	under_lies(r, c, READ, GARBLES);
	assert_int_equal(n_cut > 0, c != RS_REPLAY); /* that one reads back itself */
}

static void test_fix__the_disk_lies__read_back_and_told(void **state)
{
	under_each_lie(*state, RS_FIX);
}

static void test_undo__the_disk_lies__read_back_and_told(void **state)
{
	struct rig *r = *state;

	faults.lie = FAILS;
	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_keep(r);
	under_each_lie(r, RS_UNDO);
}

static void test_replay__the_disk_lies__read_back_and_told(void **state)
{
	under_each_lie(*state, RS_REPLAY);
	under_each_lie(*state, RS_FIX);
}

static void test_fix__a_request_fails__said_and_can_be_finished(void **state)
{
	under_faults(*state, RS_FIX, 0);
}

static void test_undo__a_request_fails__said_and_nothing_is_lost(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_run(r, RS_FIX, &yes), 0);
	rig_keep(r);
	under_faults(r, RS_UNDO, 0);
}

static void test_replay__a_request_fails__said_and_read_back(void **state)
{
	under_faults(*state, RS_REPLAY, 0);
}

static void test_looking__a_read_fails__said_and_untouched(void **state)
{
	struct rig *r = *state;

	under_faults(r, RS_LIST, 0);
	under_faults(r, RS_SCAN, 3);
}

int main(void)
{
#define T(name, made) cmocka_unit_test_setup_teardown(name, made, unmake)
	const struct CMUnitTest tests[] = {
		T(test_fix__a_request_fails__said_and_can_be_finished, make_usual),
		T(test_fix__any_flush_fails__no_success_and_read_back, make_usual),
		T(test_undo__a_request_fails__said_and_nothing_is_lost, make_usual),
		T(test_fix__the_disk_lies__read_back_and_told, make_usual),
		T(test_undo__the_disk_lies__read_back_and_told, make_usual),
		T(test_replay__the_disk_lies__read_back_and_told, make_crashed),
		T(test_replay__a_request_fails__said_and_read_back, make_crashed),
		T(test_looking__a_read_fails__said_and_untouched, make_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
