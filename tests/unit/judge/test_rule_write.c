/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From facts to a rule: what of a path is a machine's own, and how far a rule reaches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/text.h"
#include "judge/rule_write_internal.h"

static uint64_t at(const char *text)
{
	uint64_t ret = 0;

	assert_true(rs_filetime_parse(text, &ret));
	return ret;
}

static struct rule_facts facts_of(const char *path)
{
	const uint64_t time = at("2026-11-24T09:00:00Z");

	return (struct rule_facts){.windows = "\\Windows",
		.files = {{path, 4096, time, time, true, true,
			{0xAB, 0xCD, 0xEF, 0xFA,
				0xAA, [6] = 0xBC, [12] = 0xDE, [20] = 0xEF, [28] = 0xFA}}},
		.n_files = 1,
		.is_moved = true,
		.product = "",
		.service = "",
		.reported = at("2026-11-24T20:00:00Z")};
}

static struct rule *write_ok(const struct rule_facts *f)
{
	struct rs_err err = {0};
	struct rule *r = NULL;

	if (rule_write(f, &r, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	return r;
}

static void refused(const struct rule_facts *f, const char *why)
{
	struct rs_err err = {0};
	struct rule *r = NULL;

	if (rule_write(f, &r, &err) != RS_E_USAGE)
		fail_msg("taken: %s", r ? rule_about(r)->source : "?");
	if (!strstr(err.detail, why))
		fail_msg("'%s' where '%s' was expected", err.detail, why);
	assert_null(r);
}

static void becomes(const char *path, const char *pattern)
{
	const struct rule_facts f = facts_of(path);
	struct rule *r = write_ok(&f);

	assert_string_equal(r->paths.v[0].text, pattern);
	rule_free(r);
}

static void test_path__numbers_of_a_machine__are_a_pattern(void **state)
{
	(void)state;
	becomes("\\Windows\\System32\\drivers\\CrowdStrike\\C-00000291-00000000-00000032.sys",
		"%WINDIR%\\System32\\drivers\\CrowdStrike\\C-00000291-*.sys");
	becomes("\\a\\def_00000001_00000002_00000003", "\\a\\def_00000001_*");
	becomes("\\a\\{0F8FAD5B-D9CB-469F-A165-70867728950E}\\bad.dat", "\\a\\{????????"
									"-????"
									"-????"
									"-????"
									"-????????????}\\bad.dat");
	becomes("\\a\\x.inf_amd64_0123456789abcdef\\bad.dat",
		"\\a\\x.inf_amd64_????????????????\\bad.dat");
	becomes("\\a\\S-1-5-21-1-2-3-1001\\bad.dat", "\\a\\S-1-5-21-*\\bad.dat");
	becomes("\\Windows\\INF\\oem12.inf", "%WINDIR%\\INF\\oem*.inf");
	becomes("\\a\\Users\\bob\\AppData\\bob-cache\\bad.dat",
		"\\a\\Users\\*\\AppData\\*\\bad.dat");
	becomes("\\Users\\Public\\bad.dat", "\\Users\\Public\\bad.dat");
}

static void test_path__what_all_machines_have__stays(void **state)
{
	(void)state;
	becomes("\\ProgramData\\Halvard\\Content\\hs-0113-0000004127.hvc",
		"\\ProgramData\\Halvard\\Content\\hs-0113-0000004127.hvc");
	becomes("\\a\\4.18.24060.7-0\\lpt$vpn.594", "\\a\\4.18.24060.7-0\\lpt$vpn.594");
	becomes("\\a\\abc-1-2-3-4.dat", "\\a\\abc-1-2-3-4.dat");
	becomes("\\a\\abc1111-2222a-3333.dat", "\\a\\abc1111-2222a-3333.dat");
	becomes("\\a\\abc.1111.2222.3333.dat", "\\a\\abc.1111.2222.3333.dat");
	/* a name of nothing but a pattern is none */
	becomes("\\a\\0123456789abcdef0123.dat", "\\a\\0123456789abcdef0123.dat");
	becomes("\\a\\S-1-5-18\\deadbeef.dat", "\\a\\S-1-5-18\\deadbeef.dat");
	becomes("\\a\\oem12.dat", "\\a\\oem12.dat");
	becomes("\\Windows2\\bad.dat", "\\Windows2\\bad.dat");
	becomes("\\100% ;x\\bad.dat", "\\100? ?x\\bad.dat");
	becomes("\\pr\xc3\xb6g\\b\xc3\xa4"
		"d-file.dat",
		"\\pr\xc3\xb6g\\b\xc3\xa4"
		"d-file.dat");
}

static void path_refused(const char *path, const char *why)
{
	const struct rule_facts f = facts_of(path);

	refused(&f, why);
}

static void test_path__hostile__gives_no_rule(void **state)
{
	(void)state;
	char longest[400] = "\\a\\";

	memset(longest + 3, 'x', sizeof(longest) - 4);
	path_refused(longest, "longer than a line");
	memcpy(longest + 150, "\\x", 2); /* no part of it is */
	longest[250] = '\0';
	path_refused(longest, "longer than a line");
	path_refused("bad.dat", "root of a volume");
	path_refused("\\a\\..\\bad.dat", "its path has an empty part");
	path_refused("\\a\\.\\bad.dat", "its path has an empty part");
	path_refused("\\a\\\\bad.dat", "empty part");
	path_refused("\\a\\", "empty part");
	path_refused("\\*\\bad.dat", "characters");
	path_refused("\\a\\**", "characters");
	path_refused("\\a\\b?d.dat", "characters");
	path_refused("\\a\\bad.dat\n[stop-if]", "characters");
	path_refused("\\a\\bad.dat:stream", "characters");
	/* shown from right to left */
	path_refused("\\a\\bad\xe2\x80\xaetad.dat", "characters");
	path_refused("\\a\\x0Ab.dat", "does not show");
	path_refused("\\a\\u202Exe.dat", "does not show");
	path_refused("\\a\\[key hidden].dat", "does not show");
	path_refused("\\a\\b.d", "would not be accepted"); /* two characters */
	path_refused("\\Windows\\System32\\ntoskrnl.exe", "would not be accepted");
}

static void test_rule__conditions__are_those_of_the_file(void **state)
{
	(void)state;
	struct rule_facts f = facts_of("\\a\\bad.dat");
	struct rule *r = write_ok(&f);

	assert_int_equal(r->bad.n, 5);
	assert_true(r->bad.v[0].number == at("2026-11-24T03:00:00Z"));
	assert_true(r->bad.v[1].number == at("2026-12-08T09:00:00Z"));
	assert_int_equal(r->bad.v[2].number, 4096);
	assert_int_equal(r->bad.v[3].number, 4096);
	assert_memory_equal(r->bad.v[4].any[0].bytes, f.files[0].sha256, 32);
	assert_int_equal(r->otherwise, RULE_IGNORE);
	assert_int_equal(r->doubtful.v[0].kind, RULE_ALL_ZERO);
	assert_int_equal(r->confidence, RULE_ONE_SOURCE);
	assert_int_equal(r->max_files, 1);
	assert_int_equal(r->builds.n, 0);
	assert_null(r->confirm);
	assert_string_equal(rule_about(r)->id, "bad-dat-2026-11-24");
	rule_free(r);
	f.files[0].has_sha256 = false;
	r = write_ok(&f);
	assert_int_equal(r->bad.n, 4);
	assert_true(r->bad.v[1].number == at("2026-11-24T15:00:00Z"));
	assert_non_null(r->confirm);
	rule_free(r);
}

static void test_rule__asks__where_it_is_not_proven(void **state)
{
	(void)state;
	struct rule_facts f = facts_of("\\a\\bad.sys");

	f.service = "badsvc";
	struct rule *r = write_ok(&f);
	assert_non_null(r->confirm);
	assert_string_equal(r->supports.v[0].any.v[0], "badsvc");
	rule_free(r);
	f.service = "";
	f.is_moved = false;
	f.codes[0] = 0x50;
	f.codes[1] = 0x7E;
	f.n_codes = 2;
	f.build = 22631;
	r = write_ok(&f);
	assert_string_equal(
		r->confirm, "Windows does not start, and its stop code is one of 0x50, 0x7E");
	assert_int_equal(r->builds.v[0].from, 21000);
	rule_free(r);
}

static void test_rule__texts_of_others__are_a_line_or_left_out(void **state)
{
	(void)state;
	static const char *const bad[] = {"A\nid = b", "A ; b", "DESK-7 Tools", "\x1b[2J",
		"123456-123456-123456-123456-123456-123456-123456-123456",
		"more than sixty characters are no name of a product that anybody sells"};
	struct rule_facts f = facts_of("\\a\\bad.dat");
	struct rule *r;

	f.hidden[0] = "desk-7";
	f.n_hidden = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f.product = bad[i];
		r = write_ok(&f);
		assert_null(r->vendor);
		rule_free(r);
	}
	f.product = "Acme Sensor, Inc.";
	r = write_ok(&f);
	assert_string_equal(r->vendor, f.product);
	assert_string_equal(rule_about(r)->id, "acme-sensor-inc-2026-11-24");
	rule_free(r);
	f.service = "a*";
	r = write_ok(&f);
	assert_int_equal(r->supports.n, 0);
	rule_free(r);
	f.service = "CDPUserSvc_3f1a2";
	r = write_ok(&f);
	assert_int_equal(r->supports.n, 0);
	rule_free(r);
	f.files[0].path = "\\a\\DESK-7.dat";
	refused(&f, "name of the machine");
}

static void test_rule__several_files__of_one_pattern_only(void **state)
{
	(void)state;
	struct rule_facts f = facts_of("\\a\\C-00000291-00000000-00000032.sys");

	f.files[1] = f.files[0];
	f.files[1].path = "\\a\\C-00000291-00000000-00000033.sys";
	f.files[1].size_bytes = 5000;
	f.files[1].sha256[0] = 9;
	f.n_files = 2;
	struct rule *r = write_ok(&f);
	assert_int_equal(r->paths.n, 1);
	assert_int_equal(r->max_files, 8);
	assert_int_equal(r->bad.v[2].number, 4096);
	assert_int_equal(r->bad.v[3].number, 5000);
	assert_int_equal(r->bad.v[4].n_any, 2);
	rule_free(r);
	f.files[1].has_sha256 = false;
	f.files[1].modified += 24 * 36000000000ULL;
	refused(&f, "not of one time");
	f.files[1].path = "\\a\\C-00000292-00000000-00000033.sys";
	refused(&f, "another incident");
	f.n_files = 0;
	refused(&f, "no file");
}

static void test_rule__disabled__by_its_service_or_not_at_all(void **state)
{
	struct rule_facts f = facts_of("\\Windows\\System32\\drivers\\acmefw.sys");

	(void)state;
	f.is_disabled = true;
	refused(&f, "the name of its service");
	f.service = "acme*";
	refused(&f, "the name of its service");
	f.service = "acmefw";
	struct rule *r = write_ok(&f);
	assert_int_equal(rule_about(r)->action, RULE_DISABLE);
	assert_non_null(strstr(rule_about(r)->source, "\n[disable]\nservice = acmefw\n"));
	assert_non_null(r->confirm);
	rule_free(r);
}

static void test_rule__unknown_time_or_size__gives_no_rule(void **state)
{
	(void)state;
	struct rule_facts f = facts_of("\\a\\bad.dat");

	f.files[0].has_size = false;
	refused(&f, "not known");
	f = facts_of("\\a\\bad.dat");
	f.files[0].modified = 0;
	struct rule *r = write_ok(&f); /* by its creation */
	rule_free(r);
	f.files[0].created = 0;
	refused(&f, "not known");
	f.files[0].modified = UINT64_MAX;
	refused(&f, "not known");
	f.files[0].modified = 1;
	refused(&f, "not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path__numbers_of_a_machine__are_a_pattern),
		cmocka_unit_test(test_path__what_all_machines_have__stays),
		cmocka_unit_test(test_path__hostile__gives_no_rule),
		cmocka_unit_test(test_rule__conditions__are_those_of_the_file),
		cmocka_unit_test(test_rule__asks__where_it_is_not_proven),
		cmocka_unit_test(test_rule__texts_of_others__are_a_line_or_left_out),
		cmocka_unit_test(test_rule__several_files__of_one_pattern_only),
		cmocka_unit_test(test_rule__disabled__by_its_service_or_not_at_all),
		cmocka_unit_test(test_rule__unknown_time_or_size__gives_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
