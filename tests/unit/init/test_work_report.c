/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "init/work.h"

static bool is_foreign(const char *json)
{
	struct json_object *report = json_tokener_parse(json);

	assert_non_null(report);
	bool ret = work_is_foreign_set(report);
	json_object_put(report);
	return ret;
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
		cmocka_unit_test(test_foreign_set__without_a_windows__is_no_failure),
		cmocka_unit_test(
			test_foreign_set__with_a_windows_that_is_seen_or_locked__is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
