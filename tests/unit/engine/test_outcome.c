/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the end of a run says was changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "engine/engine.h"

#include "../../layers/layers.h"

static const struct en_score one_of_three = {
	.done = 1, .total = 3, .one = "file put back", .many = "files put back"};

/* The outcome's text and the error's cause of a run with so many writes. */
static struct rs_report *fail_after(uint64_t n_writes, const char *cause)
{
	struct en_disk disks[2] = {{.n_writes = 0}, {.n_writes = n_writes}};
	struct en_machine m = {.disks = disks, .n_disks = 2};
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	(void)rs_fail_on(&err, RS_E_IO_WRITE, "disk", "%s", cause);
	assert_int_equal(report_new("undo", &report, NULL), 0);
	en_finish_failed(report, &m, &one_of_three, &err);
	return report;
}

static void assert_outcome(const struct rs_report *report, const char *text, bool written)
{
	const struct run_outcome *o = &rs_report_run(report)->outcome;

	assert_true(o->is_known && o->can_write);
	assert_string_equal(o->text, text);
	assert_int_equal(o->is_written, written);
}

static void test_failed__no_write__nothing_was_changed(void **state)
{
	struct rs_report *r = fail_after(0, "broken");

	(void)state;
	assert_outcome(r, "nothing was changed", false);
	assert_string_equal(rs_report_run(r)->err.detail, "broken; nothing was changed");
	report_free(r);
}

static void test_failed__writes__how_far_it_came(void **state)
{
	struct rs_report *r = fail_after(7, "broken");

	(void)state;
	assert_outcome(r, "1 of 3 files put back", true);
	assert_string_equal(rs_report_run(r)->err.detail, "broken; 1 of 3 files put back");
	report_free(r);
}

static void test_failed__long_cause__cut_before_the_end(void **state)
{
	char cause[380];

	(void)state;
	memset(cause, 'c', sizeof(cause) - 1);
	cause[sizeof(cause) - 1] = '\0';
	struct rs_report *r = fail_after(1, cause);
	const char *detail = rs_report_run(r)->err.detail, *end = "; 1 of 3 files put back";
	assert_true(strlen(detail) > strlen(end));
	assert_string_equal(detail + strlen(detail) - strlen(end), end);
	report_free(r);
}

static void test_failed__nothing_opened__nothing_was_changed(void **state)
{
	struct rs_report *report = NULL;
	struct rs_err err = {0};

	(void)state;
	(void)rs_fail(&err, RS_E_CANCELLED, "%s", "");
	assert_int_equal(report_new("fix", &report, NULL), 0);
	en_finish_failed(report, NULL, &one_of_three, &err);
	assert_outcome(report, "nothing was changed", false);
	report_free(report);
}

static void test_done__said_only_without_a_write(void **state)
{
	struct en_disk disk = {.n_writes = 0};
	struct en_machine m = {.disks = &disk, .n_disks = 1};
	struct rs_report *report = NULL;

	(void)state;
	assert_int_equal(report_new("fix", &report, NULL), 0);
	en_finish_done(report, &m, 4, RUN_NOTHING_TO_DO, "nothing to repair");
	assert_outcome(report, "nothing to repair, nothing was changed", false);
	disk.n_writes = 1;
	en_finish_done(report, &m, 0, RUN_DONE, "1 file moved");
	assert_outcome(report, "1 file moved", true);
	report_free(report);
}

/* A write that fails may have changed something. */
static void test_counter__failed_write__counts(void **state)
{
	struct blk *mem = lay_mem_new(4096, 512);
	struct lay_watch *w = lay_watch_new(mem);
	uint8_t sector[512] = {0};

	(void)state;
	assert_non_null(w);
	w->fail_write = 1;
	assert_true(blk_write(&w->blk, 0, sector, sizeof(sector), NULL) < 0);
	assert_int_equal(w->blk.n_writes, 1);
	assert_true(blk_write(&w->blk, 8192, sector, sizeof(sector), NULL) < 0); /* outside */
	assert_int_equal(w->blk.n_writes, 1);
	assert_int_equal(mem->n_writes, 0);
	blk_close(&w->blk);
	blk_close(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failed__no_write__nothing_was_changed),
		cmocka_unit_test(test_failed__writes__how_far_it_came),
		cmocka_unit_test(test_failed__long_cause__cut_before_the_end),
		cmocka_unit_test(test_failed__nothing_opened__nothing_was_changed),
		cmocka_unit_test(test_done__said_only_without_a_write),
		cmocka_unit_test(test_counter__failed_write__counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
