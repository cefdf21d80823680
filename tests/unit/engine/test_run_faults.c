/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The disk fails at some request of a run, once or from then on: the run ends with a report that
 * says whether anything was written, and what it began can be finished or taken back. The requests
 * fail where they leave the program, by the linker's hand. */
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

#define POINTS 6U /* of each kind of request, spread over the run */

enum request { READ, WRITE, FLUSH, REQUESTS };

static struct {
	ino_t disk; /* 0: nobody looks */
	uint64_t seen[REQUESTS];
	enum request kind;
	uint64_t fail_at; /* from 1 */
	bool is_sticky;
} faults;

static bool fails(int fd, enum request kind)
{
	struct stat st;

	if (!faults.disk || fstat(fd, &st) < 0 || st.st_ino != faults.disk)
		return false;
	const uint64_t n = ++faults.seen[kind];
	if (kind != faults.kind || !faults.fail_at ||
		(faults.is_sticky ? n < faults.fail_at : n != faults.fail_at))
		return false;
	errno = EIO;
	return true;
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
	return fails(fd, READ) ? -1 : __real_pread64(fd, buf, len, at);
}

ssize_t __wrap___pread64_chk(int fd, void *buf, size_t len, off_t at, size_t cap)
{
	assert_true(len <= cap);
	return __wrap_pread64(fd, buf, len, at);
}

ssize_t __wrap_pwrite64(int fd, const void *buf, size_t len, off_t at)
{
	return fails(fd, WRITE) ? -1 : __real_pwrite64(fd, buf, len, at);
}

int __wrap_fsync(int fd)
{
	return fails(fd, FLUSH) ? -1 : __real_fsync(fd);
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
	memset(&faults, 0, sizeof(faults));
	faults.kind = kind;
	faults.fail_at = at;
	faults.is_sticky = is_sticky;
	faults.disk = st.st_ino;
	int status = rig_run(r, c, c == RS_FIX || c == RS_UNDO ? &yes : NULL);
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

static void under_faults(struct rig *r, enum rs_command c, int good)
{
	uint64_t all[REQUESTS];

	assert_int_equal(run(r, c, READ, 0, false), good);
	memcpy(all, faults.seen, sizeof(all));
	assert_true(all[READ] > 10);
	assert_int_equal(all[WRITE] > 10 && all[FLUSH] > 2, c >= RS_FIX);
	for (enum request kind = READ; kind < REQUESTS; kind++) {
		for (uint64_t at = 1; at <= all[kind]; at += all[kind] / POINTS + 1) {
			const int status = run(r, c, kind, at, at % 2);
			const bool is_written = strcmp(rig_get(r, "outcome.written"), "true") == 0;
			if (kind != READ && status == good)
				fail_msg("request %llu of kind %d was lost unnoticed",
					(unsigned long long)at, (int)kind);
			if (!is_written)
				assert_true(rig_is_as_made(r));
			if (is_written && status)
				rig_expect(r, "outcome.result", "failed");
			if (c == RS_FIX && status)
				can_be_finished(r);
		}
	}
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
		T(test_undo__a_request_fails__said_and_nothing_is_lost, make_usual),
		T(test_looking__a_read_fails__said_and_untouched, make_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
