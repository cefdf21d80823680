/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "init/run.h"

static struct run r;

static const struct run *read_report(const char *json)
{
	r = (struct run){.report = json_tokener_parse(json)};
	run_read(&r);
	json_object_put(r.report);
	return &r;
}

static bool is_foreign(const char *json)
{
	return read_report(json)->is_foreign;
}

static void test_run_read__error__is_told_with_object_cause_and_next_step(void **state)
{
	(void)state;
	(void)read_report("{\"outcome\": {\"text\": \"t\"}, \"error\": {\"object\": \"o\", "
			  "\"text\": \"e\", \"detail\": \"d\", \"next\": \"n\"}}");
	assert_string_equal(r.outcome, "o: e: d; n");
	assert_string_equal(r.detail, "d");
	assert_string_equal(r.next, "n");
	assert_false(r.has_disks);
	assert_string_equal(read_report("{\"error\": {\"text\": \"e\"}}")->outcome, "e");
	assert_string_equal(read_report("{\"outcome\": {\"text\": \"t\"}}")->outcome, "t");
	assert_string_equal(read_report("[1]")->outcome, "");
	assert_string_equal(read_report("{\"error\": 1, \"disks\": {}}")->outcome, "");
}

static void test_run_read__quarantines__active_ones_count_and_the_newest_is_named(void **state)
{
	(void)state;
	(void)read_report(
		"{\"disks\": [{}, {\"volumes\": [{\"quarantines\": ["
		"{\"id\": \"20260101\", \"state\": \"active\"}, "
		"{\"id\": \"20260301\", \"state\": \"undone\"}, {\"state\": \"active\"}]}, "
		"{\"quarantines\": 1}, {\"quarantines\": ["
		"{\"id\": \"20260201\", \"state\": \"active\"}]}]}]}");
	assert_true(r.has_disks);
	assert_int_equal(r.n_before, 2);
	assert_string_equal(r.newest_before, "20260201");
}

#define PLAN                                                                                       \
	"\"plan\": [{\"volume\": 1, \"item\": 1, \"rule\": \"diagnosis\"}, "                       \
	"{\"volume\": 2, \"item\": 1, \"rule\": \"crowdstrike-291\"}, "                            \
	"{\"volume\": 2, \"item\": 2, \"rule\": \"named\"}], "                                     \
	"\"outcome\": {\"text\": \"moved\"}"
#define ACTION(volume, item, result)                                                               \
	"{\"volume\": " #volume ", \"item\": " #item ", \"result\": \"" result "\"}"

/* Who reads one line knows whether a rule knew the file. */
static void test_run_read__moved_by_a_diagnosis__says_so(void **state)
{
	static const struct {
		const char *actions, *outcome;
	} all[] = {
		{ACTION(1, 1, "done"), "moved, by a diagnosis and not by a rule"},
		{ACTION(1, 1, "done") ", " ACTION(2, 1, "done"),
			"moved, in part by a diagnosis and not by a rule"},
		{ACTION(1, 1, "done") ", " ACTION(2, 2, "done"),
			"moved, by a diagnosis and not by a rule"},
		{ACTION(1, 1, "failed") ", " ACTION(2, 1, "done"), "moved"},
		{ACTION(2, 1, "done"), "moved"},
		{ACTION(2, 2, "done"), "moved"}, /* a person named it */
		{"", "moved"},
	};
	char json[600];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)snprintf(json, sizeof(json), "{" PLAN ", \"actions\": [%s]}", all[i].actions);
		assert_string_equal(read_report(json)->outcome, all[i].outcome);
		assert_int_equal(r.is_by_diagnosis, strcmp(all[i].outcome, "moved") != 0);
	}
}

static void test_foreign_set__without_a_windows__is_no_failure(void **state)
{
	(void)state;
	assert_true(
		is_foreign("{\"error\": {\"id\": \"disk.part-of-set\"}, \"disks\": [{\"volumes\": "
			   "[{\"content\": \"other\"}, {\"content\": \"ntfs\"}]}]}"));
	assert_true(is_foreign("{\"error\": {\"id\": \"disk.part-of-set\"}}"));
	assert_false(is_foreign("{\"error\": {\"id\": \"plan.guard\"}, \"disks\": []}"));
	assert_true(is_foreign("{\"error\": {\"id\": \"volume.virtual-disk\"}}"));
	assert_true(is_foreign("{\"error\": {\"id\": \"volume.encrypted\"}}"));
	assert_false(is_foreign("{\"disks\": []}"));
	assert_false(is_foreign("{\"error\": {\"id\": \"disk.held-elsewhere\"}}"));
}

static void test_foreign_set__with_a_windows_that_is_seen_or_locked__is_a_failure(void **state)
{
	(void)state;
	assert_false(
		is_foreign("{\"error\": {\"id\": \"disk.part-of-set\"}, \"disks\": [{\"volumes\": "
			   "[{\"content\": \"fat\"}, {\"windows\": {}}]}]}"));
	assert_false(
		is_foreign("{\"error\": {\"id\": \"disk.part-of-set\"}, \"disks\": [{\"volumes\": "
			   "[{\"bitlocker\": {}}]}]}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_read__error__is_told_with_object_cause_and_next_step),
		cmocka_unit_test(
			test_run_read__quarantines__active_ones_count_and_the_newest_is_named),
		cmocka_unit_test(test_run_read__moved_by_a_diagnosis__says_so),
		cmocka_unit_test(test_foreign_set__without_a_windows__is_no_failure),
		cmocka_unit_test(
			test_foreign_set__with_a_windows_that_is_seen_or_locked__is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
