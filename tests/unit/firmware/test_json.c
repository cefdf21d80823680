/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The object of the reports, read back by json-c: whoever counts a fleet counts these words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "core/text.h"
#include "firmware/firmware.h"

static struct fw_report r;
static struct json_object *told;

static int begin(void **state)
{
	(void)state;
	r = (struct fw_report){.facts.secure_boot = SECURE_BOOT_YES};
	told = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	json_object_put(told);
	return 0;
}

static void tell(void)
{
	char *text = NULL;
	size_t len = 0;
	struct json_out j = {.f = open_memstream(&text, &len), .clean = rs_escape_new};

	assert_non_null(j.f);
	fw_judge(&r.facts, &r.verdict);
	jo_open(&j, NULL, '{');
	fw_json(&j, &r);
	jo_close(&j, '}');
	assert_int_equal(fclose(j.f), 0);
	json_object_put(told);
	told = json_tokener_parse(text);
	assert_non_null(told);
	free(text);
}

static struct json_object *at(struct json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

static const char *word(struct json_object *list, size_t i, const char *key)
{
	return json_object_get_string(at(json_object_array_get_idx(list, i), key));
}

static void test_microsoft__each_state__its_word(void **state)
{
	(void)state;
	r.facts.cas[FW_WINDOWS_2011].is_there = true;
	r.facts.cas[FW_WINDOWS_2023].is_other = true;
	r.facts.cas[FW_UEFI_2011] = (struct fw_ca){.is_there = true, .is_revoked = true};
	tell();
	struct json_object *list = at(told, "microsoft");
	assert_int_equal(json_object_array_length(list), FW_CAS_END);
	assert_string_equal(word(list, FW_WINDOWS_2011, "state"), "trusted");
	assert_string_equal(word(list, FW_WINDOWS_2023, "state"), "other");
	assert_string_equal(word(list, FW_UEFI_2011, "state"), "revoked");
	assert_string_equal(word(list, FW_UEFI_2023, "state"), "absent");
}

static void test_names__more_than_are_kept__those_that_are(void **state)
{
	(void)state;
	r.facts.others.n = 500;
	for (unsigned i = 0; i < FW_NAMES_MAX; i++)
		(void)snprintf(r.facts.others.list[i], FW_NAME, "vendor %u", i);
	tell();
	struct json_object *list = at(at(told, "db"), "others");
	assert_int_equal(json_object_array_length(list), FW_NAMES_MAX);
	assert_string_equal(
		json_object_get_string(json_object_array_get_idx(list, FW_NAMES_MAX - 1)),
		"vendor 15");
}

/* What shim has not shown is not there: an empty list would be an answer. */
static void test_shim__not_shown__nothing_is_said(void **state)
{
	(void)state;
	tell();
	assert_int_equal(json_object_object_length(at(told, "shim")), 0);
	assert_null(at(told, "certificate"));
	r.facts.has_mok = r.facts.has_mok_state = r.facts.has_sbat = true;
	tell();
	assert_string_equal(json_object_get_string(at(told, "shim")),
		"{ \"checks\": true, \"moks\": [ ], \"sbat_level\": [ ] }");
	r.facts.is_mok_off = true;
	tell();
	assert_false(json_object_get_boolean(at(at(told, "shim"), "checks")));
}

static void test_certificate__and_loaders__each_by_itself(void **state)
{
	(void)state;
	r.facts.is_asked = true;
	for (unsigned i = 0; i < 3; i++) {
		char wanted[80];
		r.facts.is_in_db = i == 0;
		r.facts.is_in_mok = i == 1;
		r.facts.is_asked_revoked = i == 2;
		r.facts.is_revoked[FW_GRUB] = i == 0;
		r.facts.is_old[FW_GRUB] = i == 1;
		tell();
		(void)snprintf(wanted, sizeof(wanted),
			"{ \"in_db\": %s, \"in_mok\": %s, \"revoked\": %s }",
			i == 0 ? "true" : "false", i == 1 ? "true" : "false",
			i == 2 ? "true" : "false");
		assert_string_equal(json_object_get_string(at(told, "certificate")), wanted);
		assert_string_equal(
			word(at(told, "loaders"), FW_GRUB, "revoked"), i == 0 ? "true" : "false");
		assert_string_equal(
			word(at(told, "loaders"), FW_GRUB, "too_old"), i == 1 ? "true" : "false");
		assert_string_equal(word(at(told, "loaders"), FW_SHIM, "revoked"), "false");
	}
}

static void test_starts__not_proven__is_not_sure(void **state)
{
	(void)state;
	r.facts.others.n = 1;
	tell();
	struct json_object *now = at(at(told, "starts"), "now");
	assert_string_equal(json_object_get_string(at(now, "by")), "own-key");
	assert_false(json_object_get_boolean(at(now, "sure")));
	r.facts.is_asked = r.facts.is_in_db = true;
	tell();
	assert_true(json_object_get_boolean(at(at(at(told, "starts"), "now"), "sure")));
}

#define json_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		json_test(test_microsoft__each_state__its_word),
		json_test(test_names__more_than_are_kept__those_that_are),
		json_test(test_shim__not_shown__nothing_is_said),
		json_test(test_certificate__and_loaders__each_by_itself),
		json_test(test_starts__not_proven__is_not_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
