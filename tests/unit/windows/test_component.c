/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "windows/component.h"

static void test_component__names_of_the_store__are_taken_apart(void **state)
{
	struct win_component c;

	(void)state;
	assert_true(win_component_parse("amd64_microsoft-windows-services-svchost_31bf3856ad364e35_"
					"10.0.19041.546_none_d1b1e2bbd5f1ad3a",
		&c));
	assert_string_equal(c.arch, "amd64");
	assert_string_equal(c.head, "amd64_microsoft-windows-services-svchost_31bf3856ad364e35_");
	assert_string_equal(c.version, "10.0.19041.546");
	assert_string_equal(c.culture, "none");
	assert_true(win_component_parse(
		"x86_a_b_c_none_1.2.3.4_de-de_0123456789abcdef", &c)); /* '_' in its name */
	assert_string_equal(c.head, "x86_a_b_c_none_");
	assert_string_equal(c.culture, "de-de");
}

static void test_component__other_names__are_none(void **state)
{
	static const char *const names[] = {"", "_", "____", "Manifests", "Temp", "Backup",
		"amd64_a_31bf3856ad364e35_10.0.1_none_d1b1e2bbd5f1ad3a", /* three parts */
		"amd64_a_31bf3856ad364e35_10.0.1._none_d1b1e2bbd5f1ad3a",
		"amd64_a_31bf3856ad364e35_10.0..1_none_d1b1e2bbd5f1ad3a",
		"amd64_a_31bf3856ad364e35_10.0.1.x_none_d1b1e2bbd5f1ad3a",
		"amd64_a_31bf3856ad364e35_10.0.1.2_none_d1b1e2bbd5f1ad3", /* 15 digits */
		"amd64_a_31bf3856ad364e35_10.0.1.2_none_d1b1e2bbd5f1ad3a0",
		"amd64_a_31bf3856ad364e35_10.0.1.2_none_d1b1e2bbd5f1ad3g",
		"amd64_a_31bf3856ad364e3_10.0.1.2_none_d1b1e2bbd5f1ad3a",
		"amd64_31bf3856ad364e35_10.0.1.2_none_d1b1e2bbd5f1ad3a",
		"_a_31bf3856ad364e35_10.0.1.2_none_d1b1e2bbd5f1ad3a",
		"amd64_component-00000_31bf3856ad364e35"};
	struct win_component c;
	char longer[400];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (win_component_parse(names[i], &c))
			fail_msg("'%s' is a component", names[i]);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_false(win_component_parse(longer, &c));
	memcpy(longer, "amd64_", 6);
	memcpy(longer + 200, "_31bf3856ad364e35_1.2.3.4_none_0123456789abcdef", 48);
	assert_false(win_component_parse(longer, &c)); /* a head that is too long */
}

static enum win_place place(const char *text, const char *name, char ret[64])
{
	/* nothing is read behind the end */
	uint8_t *p = malloc(strlen(text) ? strlen(text) : 1);

	assert_non_null(p);
	memcpy(p, text, strlen(text));
	enum win_place is = win_component_place((struct rs_view){p, strlen(text)}, name, ret);
	free(p);
	return is;
}

#define FILE_IN(destination)                                                                       \
	"<assembly>\r\n<file name=\"other.dll\" destinationPath=\"$(runtime.windows)\\x\"/>"       \
	"<file name=\"SvcHost.exe\" destinationPath=\"" destination                                \
	"\" sourceName=\"svchost.exe\" importPath=\"$(build.nttree)\\\">"                          \
	"<asmv2:hash/></file></assembly>"

static void test_component__manifest__says_where_its_file_goes(void **state)
{
	char folder[64];

	(void)state;
	assert_int_equal(
		place(FILE_IN("$(runtime.system32)\\"), "svchost.exe", folder), WIN_PLACE_NAMED);
	assert_string_equal(folder, "System32");
	assert_int_equal(
		place(FILE_IN("$(runtime.System32)"), "svchost.exe", folder), WIN_PLACE_NAMED);
	assert_string_equal(folder, "System32");
	assert_int_equal(
		place(FILE_IN("$(runtime.drivers)\\"), "svchost.exe", folder), WIN_PLACE_NAMED);
	assert_string_equal(folder, "System32\\drivers");
	assert_int_equal(place(FILE_IN("$(runtime.system32)\\drivers\\"), "svchost.exe", folder),
		WIN_PLACE_NAMED);
	assert_string_equal(folder, "System32\\drivers");
	assert_int_equal(
		place(FILE_IN("$(runtime.windows)\\"), "svchost.exe", folder), WIN_PLACE_NAMED);
	assert_string_equal(folder, "");
	assert_int_equal(place(FILE_IN("$(runtime.programFiles)\\X"), "svchost.exe", folder),
		WIN_PLACE_ELSEWHERE);
	assert_int_equal(place(FILE_IN("$(runtime.system32)x\\"), "svchost.exe", folder),
		WIN_PLACE_ELSEWHERE);
	assert_int_equal(
		place(FILE_IN("$(runtime.windows)\\"), "svchos.exe", folder), WIN_PLACE_NOT_SAID);
	assert_int_equal(
		place("<file name='a' destinationPath='$(runtime.system32)'/>", "a", folder),
		WIN_PLACE_NAMED);
}

static void test_component__manifest_of_no_use__proves_nothing(void **state)
{
	static const char *const texts[] = {"", "<", "<file", "<file ", "<file name",
		"<file name=", "<file name=\"", "<file name=\"a", "<file name=\"a\"",
		"<files name=\"a\" />", "<filename=\"a\">", "MZ", "DCM", "DCM\x02xxxx"};
	char folder[64];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(place(texts[i], "a", folder), WIN_PLACE_NOT_SAID);
	assert_int_equal(place("DCM\x01PA30abc", "a", folder), WIN_PLACE_PACKED);
	/* a place for each of two files of one name; without any */
	assert_int_equal(place("<file name=\"a\" destinationPath=\"$(runtime.system32)\"/>"
			       "<file name=\"A\" destinationPath=\"$(runtime.drivers)\"/>",
				 "a", folder),
		WIN_PLACE_ELSEWHERE);
	assert_int_equal(place("<file name=\"a\"/>", "a", folder), WIN_PLACE_ELSEWHERE);
	/* the attribute of another tag */
	assert_int_equal(place("<file name=\"a\"/><x destinationPath=\"$(runtime.system32)\"/>",
				 "a", folder),
		WIN_PLACE_ELSEWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_component__names_of_the_store__are_taken_apart),
		cmocka_unit_test(test_component__other_names__are_none),
		cmocka_unit_test(test_component__manifest__says_where_its_file_goes),
		cmocka_unit_test(test_component__manifest_of_no_use__proves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
