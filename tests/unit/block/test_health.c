/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk's own word on its health: how the log page reads, and that nobody waits for one that
 * hangs. The offsets are those of the NVM Express Base Specification 2.0, figure 207. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "block/internal.h"

#define LONG_MS 60000

static void test_parse__each_member_at_its_place(void **state)
{
	struct disk_health h;
	uint8_t log[512];

	(void)state;
	memset(log, 0, sizeof(log));
	disk_health_parse(log, &h);
	assert_true(h.is_known);
	assert_int_equal(h.warnings | h.used_percent | h.spare_percent, 0);
	log[0] = 0xc5; /* two bits of the specification's, two that are reserved */
	log[3] = 7;
	log[4] = 10; /* from which on the spare is low: in the warning */
	log[5] = 142;
	log[160] = 3;
	log[161] = 1;
	log[176] = 99; /* entries of the error log: no faults of the medium */
	disk_health_parse(log, &h);
	assert_int_equal(h.warnings, 1 << 0 | 1 << 2);
	assert_int_equal(h.spare_percent, 7);
	assert_int_equal(h.used_percent, 142);
	assert_int_equal(h.media_errors, 259);
	log[168] = 1;
	disk_health_parse(log, &h);
	assert_true(h.media_errors == UINT64_MAX);
}

static void answers(const char *path, struct disk_health *ret)
{
	ret->is_known = strcmp(path, "a disk") == 0;
	ret->used_percent = 12;
}

static void hangs(const char *path, struct disk_health *ret)
{
	ret->is_known = true;
	(void)open(path, O_RDONLY | O_CLOEXEC); /* nobody writes there */
}

static void dies(const char *path, struct disk_health *ret)
{
	(void)path;
	(void)ret;
	abort();
}

static void test_within__an_answer__is_taken(void **state)
{
	struct disk_health h;

	(void)state;
	disk_health_within(answers, "a disk", LONG_MS, &h);
	assert_true(h.is_known);
	assert_int_equal(h.used_percent, 12);
	assert_string_equal(h.fault, "");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* buried */
}

static void test_within__none__is_said_and_ended(void **state)
{
	char dir[] = "/tmp/test_health.XXXXXX", fifo[64];
	struct disk_health h;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	disk_health_within(hangs, fifo, 1, &h);
	assert_false(h.is_known);
	assert_string_equal(h.fault, "it does not answer");
	disk_health_within(dies, fifo, LONG_MS, &h);
	assert_false(h.is_known);
	assert_string_equal(h.fault, "it does not answer");
	while (waitpid(-1, NULL, 0) > 0 ||
		errno == EINTR) /* was ended: no test waits here for ever */
		continue;
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_health__of_a_file__nothing_is_said(void **state)
{
	struct disk_health h;

	(void)state;
	disk_health("/dev/null", &h);
	assert_false(h.is_known || h.fault[0]);
	disk_health("/nowhere", &h);
	assert_false(h.is_known || h.fault[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse__each_member_at_its_place),
		cmocka_unit_test(test_within__an_answer__is_taken),
		cmocka_unit_test(test_within__none__is_said_and_ended),
		cmocka_unit_test(test_health__of_a_file__nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
