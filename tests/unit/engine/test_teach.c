/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one machine's report teaches: a rule that finds the same file on the same disk, and a plain
 * refusal of every report that teaches nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/teach.h"
#include "rig.h"

#define NOTE "\\Windows\\note.txt" /* RIG_PASSED */
#define HASH "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define HEAD                                                                                       \
	"{\"schema_version\":1,\"tool\":{\"name\":\"unbrick\"},\"started\":\"2026-11-24T20:00:"    \
	"00Z\","
#define FILE_OF(path)                                                                              \
	"\"volume\":3,\"path\":\"" path "\",\"windows\":\"\\\\Windows\",\"rule\":\"diagnosis\","   \
	"\"size_bytes\":4096,\"created\":\"2026-11-24T09:00:00Z\","                                \
	"\"modified\":\"2026-11-24T09:00:00Z\""
#define CONTENT "\\\\ProgramData\\\\Acme\\\\c-0001-00000007.dat"
#define MOVED(path)                                                                                \
	HEAD "\"command\":\"fix\",\"verification\":{\"passed\":true},\"plan\":[{" FILE_OF(         \
		path) ",\"sha256\":\"" HASH "\"}],\"actions\":[{\"volume\":3,\"action\":"          \
		      "\"quarantine\",\"path\":\"" path "\",\"result\":\"done\"}]"
#define PROPOSED(kind, certainty)                                                                  \
	HEAD "\"command\":\"diagnose\",\"plan\":[{" FILE_OF(                                       \
		CONTENT) ",\"sha256\":\"" HASH "\"}],\"diagnosis\":{\"volume\":3,\"kind\":\"" kind \
			 "\",\"certainty\":\"" certainty "\",\"candidates\":[{\"path\":\"" CONTENT \
			 "\",\"product\":\"Acme "                                                  \
			 "Sensor\",\"service\":\"\"}],\"proposal\":[{\"action\":\"move\","         \
			 "\"path\":\"" CONTENT                                                     \
			 "\"}],\"timeline\":[{\"what\":\"crash\",\"text\":\"stop 0x50 PAGE\"},"    \
			 "{\"what\":\"crash\",\"text\":\"stop "                                    \
			 "0x50\"},{\"what\":\"start\",\"text\":"                                   \
			 "\"0x99\"}]}"

static struct rule *teach_of(const char *text, const char *path)
{
	struct rule *r = NULL;
	struct rs_err err = {0};

	if (en_teach(text, strlen(text), path, &r, &err) < 0)
		fail_msg("%s: %s", err.object, err.detail);
	return r;
}

static void expect_in(const char *text, const char *part)
{
	struct rule *r = teach_of(text, NULL);

	if (!strstr(rule_about(r)->source, part))
		fail_msg("no '%s' in:\n%s", part, rule_about(r)->source);
	rule_free(r);
}

static void refused_of(const char *text, const char *path, const char *why)
{
	struct rule *r = NULL;
	struct rs_err err = {0};

	if (en_teach(text, strlen(text), path, &r, &err) != RS_E_USAGE)
		fail_msg("taken: %s", r ? rule_about(r)->source : "?");
	if (!strstr(err.detail, why))
		fail_msg("'%s' where '%s' was expected", err.detail, why);
	assert_null(r);
}

static void refused(const char *text, const char *why)
{
	refused_of(text, NULL, why);
}

static void test_teach__moved_file__is_its_rule(void **state)
{
	(void)state;
	expect_in(MOVED(CONTENT) "}", "path = \\ProgramData\\Acme\\c-0001-00000007.dat\n");
	expect_in(MOVED(CONTENT) "}", "sha256 = " HASH "\n");
	expect_in(MOVED(CONTENT) "}", "modified-from = 2026-11-24T03:00:00Z\n");
	expect_in(MOVED(CONTENT) "}", "moved away and verified");
	expect_in(MOVED("\\\\Windows\\\\a\\\\bad.dat") "}", "path = %WINDIR%\\a\\bad.dat\n");
	expect_in(MOVED(CONTENT) ",\"disks\":[{\"volumes\":[{\"number\":3,\"windows\":{\"root\":"
				 "\"\\\\Windows\",\"build\":19045}}]}]}",
		"builds = 10240-20999\n");
}

static void test_teach__proposed_file__asks(void **state)
{
	(void)state;
	expect_in(PROPOSED("bad-file", "sure") "}",
		"confirm = Windows does not start, and its stop code is one of 0x50\n");
	expect_in(PROPOSED("bad-file", "sure") "}", "id = acme-sensor-2026-11-24\n");
	expect_in(PROPOSED("bad-file", "sure") "}", "proposed, not done");
	refused(PROPOSED("bad-file", "unsure") "}", "no such file is proposed");
	refused(PROPOSED("file-removed", "sure") "}", "no such file is proposed");
}

static void test_teach__what_is_not_the_report_of_a_repair__is_refused(void **state)
{
	(void)state;
	refused("", "not one JSON object");
	refused("[]", "not one JSON object");
	refused("{\"a\":", "not one JSON object");
	refused(MOVED(CONTENT) "} {}", "not one JSON object");
	refused("{}", "not a report");
	refused("{\"schema_version\":2,\"tool\":{\"name\":\"unbrick\"},\"command\":\"fix\"}",
		"not a report");
	refused("{\"schema_version\":1,\"tool\":{\"name\":\"other\"},\"command\":\"fix\"}",
		"not a report");
	refused(HEAD "\"command\":\"undo\"}", "none of fix, scan or diagnose");
	refused(HEAD "\"command\":\"fix\"}", "not verified");
	refused(HEAD "\"command\":\"fix\",\"verification\":{\"passed\":true}}",
		"no such file was moved");
	refused(MOVED(CONTENT) ",\"verification\":{\"passed\":false}}", "not verified");
	refused(MOVED(CONTENT) ",\"plan\":[]}", "the plan does not have it");
	refused(MOVED(CONTENT) ",\"findings\":[{\"source\":\"rule\",\"rule\":\"diagnosis\"}]}",
		"there is a rule for it already");
	refused("{\"a\":\"\xff\"}", "UTF-8");
}

static void test_teach__hostile_report__gives_no_rule(void **state)
{
	(void)state;
	static char deep[100], many[300000];

	memset(deep, '[', sizeof(deep) - 1);
	refused(deep, "not one JSON object");
	memset(many, ',', sizeof(many) - 1);
	refused(many, "too large");
	/* each of them is a table in memory */
	memset(many, ' ', sizeof(many) - 1);
	for (size_t i = 0; i < sizeof(many) - 12; i += 12)
		many[i] = '{';
	refused(many, "too large");
	refused(MOVED("\\\\a\\\\..\\\\bad.dat") "}", "'..'");
	refused(MOVED("\\\\a\\\\bad*.dat") "}", "characters");
	refused(MOVED("\\\\a\\\\bad?.dat") "}", "characters");
	refused(MOVED("\\\\a\\nid = b\\\\bad.dat") "}", "characters");
	refused(MOVED("C:\\\\a\\\\bad.dat") "}", "root of a volume");
	refused(MOVED("\\\\a\\\\x0Abad.dat") "}", "does not show");
	refused(MOVED("\\\\Windows\\\\System32\\\\ntoskrnl.exe") "}", "would not be accepted");
	refused(MOVED("\\\\Windows\\\\System32\\\\config\\\\SYSTEM") "}", "would not be accepted");
	refused(MOVED("") "}", "root of a volume");
}

static void test_teach__several_files__are_one_rule_or_one_is_named(void **state)
{
	(void)state;
	static const char two[] =
		HEAD "\"command\":\"fix\",\"verification\":{\"passed\":true},\"plan\":["
		     "{" FILE_OF("\\\\a\\\\one.dat") "},{" FILE_OF(
			     "\\\\a\\\\two.dat") "}],\"actions\":["
						 "{\"volume\":3,\"action\":\"quarantine\",\"path\":"
						 "\"\\\\a\\\\one.dat\",\"result\":"
						 "\"done\"},{\"volume\":3,\"action\":"
						 "\"quarantine\",\"path\":\"\\\\a\\\\two.dat\","
						 "\"result\":\"done\"}]}";

	refused(two, "name the one that is meant");
	refused_of(two, "\\a\\three.dat", "no such file was moved");
	struct rule *r = teach_of(two, "\\a\\two.dat");
	assert_non_null(strstr(rule_about(r)->source, "path = \\a\\two.dat\n"));
	/* its hash is not known: it asks */
	assert_non_null(strstr(rule_about(r)->source, "confirm = "));
	rule_free(r);
}

static void test_teach__names_of_the_machine__are_in_no_rule(void **state)
{
	(void)state;
#define OF_MACHINE(path)                                                                           \
	MOVED(path)                                                                                \
	",\"machine\":{\"serial\":\"PF12345\"},\"disks\":[{\"volumes\":[{\"number\":3,"            \
	"\"windows\":{\"root\":\"\\\\Windows\",\"computer_name\":\"DESK-7\"}}]}]}"
	expect_in(OF_MACHINE("\\\\ProgramData\\\\Acme\\\\desk-7-cache\\\\bad.dat"),
		"path = \\ProgramData\\Acme\\*\\bad.dat\n");
	refused(OF_MACHINE("\\\\ProgramData\\\\Acme\\\\PF12345.dat"), "name of the machine");
}

/* ---- the whole way: repaired, undone, found again ---- */

static int make(void **state)
{
	return rig_make(state, RIG_HAS_PASSED | RIG_HAS_BAD);
}

static int fix_named(struct rig *r)
{
	const struct rs_target target = {.disks = r->disks, .n_disks = r->n_disks};
	const struct rs_options options = {0};
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;

	assert_int_equal(rs_name_file(s, NOTE, 0, NULL), 0);
	const int code = rs_repair_all(s, RS_FIX, &target, &options, &report);
	const int status = rig_read_take(r, report, code);
	rs_session_free(s);
	return status;
}

static int write_rule(struct rig *r, const char *from, const char *path, const char *output)
{
	struct rs_session *s = rig_session(r);
	struct rs_report *report = NULL;
	const int code = rs_rules_write(s, from, path, output, &report);
	const int status = rig_read_take(r, report, code);

	rs_session_free(s);
	return status;
}

static void test_teach__repaired_and_undone__is_found_again(void **state)
{
	struct rig *r = *state;
	char from[96], folder[96], output[128];

	(void)snprintf(from, sizeof(from), "%s/first.json", r->dir);
	(void)snprintf(folder, sizeof(folder), "%s/taught", r->dir);
	(void)snprintf(output, sizeof(output), "%s/note.ini", folder);
	r->is_there = true;
	r->says[RS_ASK_PLAN] = r->says[RS_ASK_DOUBT] = RS_ANSWER_YES;
	assert_int_equal(fix_named(r), 0);
	assert_int_equal(json_object_to_file(from, r->json), 0);
	assert_int_equal(rig_run(r, RS_UNDO, NULL), 0);
	assert_true(rig_has_file(r, 0, RIG_PASSED));
	assert_int_equal(mkdir(folder, 0700), 0);
	/* the other one is a shipped rule's */
	assert_int_equal(write_rule(r, from, NULL, output), 2);
	rig_expect(r, "error.id", "usage.arguments");
	assert_int_not_equal(access(output, F_OK), 0);
	assert_int_equal(write_rule(r, from, NOTE, output), 0);
	rig_expect(r, "rule.file", output);
	rig_fits_schema(r);
	assert_int_equal(write_rule(r, from, NOTE, output), 2);
	rig_expect(r, "error.id", "output.exists");
	assert_int_equal(rig_rules_check(r, (const char *const[]){folder}, 1), 0);
	(void)snprintf(r->rules, sizeof(r->rules), "%s", folder);
	assert_int_equal(rig_run(r, RS_SCAN, NULL), 3);
	rig_expect(r, "plan.0.path", NOTE);
	assert_int_equal(rig_count(r, "plan"), 1);
	rig_expect(r, "findings.0.outcome", "matched");
	assert_int_equal(unlink(output), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(unlink(from), 0);
	r->rules[0] = '\0';
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_teach__moved_file__is_its_rule),
		cmocka_unit_test(test_teach__proposed_file__asks),
		cmocka_unit_test(test_teach__what_is_not_the_report_of_a_repair__is_refused),
		cmocka_unit_test(test_teach__hostile_report__gives_no_rule),
		cmocka_unit_test(test_teach__several_files__are_one_rule_or_one_is_named),
		cmocka_unit_test(test_teach__names_of_the_machine__are_in_no_rule),
		cmocka_unit_test_setup_teardown(
			test_teach__repaired_and_undone__is_found_again, make, rig_unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
