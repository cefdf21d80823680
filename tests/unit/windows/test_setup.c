/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYSTEM\Setup: Windows' own setup against somebody's command. Command lines of the first kind are
 * those of Windows (unattended setup reference, registries of installations under way), of the
 * second what is told in technicians' forums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help_vol.h"
#include "windows/internal.h"

#define SYSTEM "Windows/System32/config/SYSTEM"

static void test_setup__programs_of_windows__are_its_own(void **state)
{
	static const char *const own[] = {"setup -newsetup -mini", "oobe\\windeploy.exe",
		"C:\\Windows\\System32\\oobe\\WINDEPLOY.EXE", "\"C:\\My Setup\\setup.exe\" /quiet",
		"C:\\$WINDOWS.~BT\\Sources\\SetupHost.exe /Install",
		"%SystemRoot%/oobe/msoobe.exe /f", "C:\\Program Files\\x y\\setup.exe /x",
		"  Setup.Exe", "sysprep\\sysprep.exe", "", "  ", "\"\"", "oobe\\audit.exe"};

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!win_setup_is_own(own[i]))
			fail_msg("'%s' is setup's own", own[i]);
}

static void test_setup__other_programs__are_commands(void **state)
{
	static const char *const foreign[] = {"cmd.exe", "CMD", "cmd.exe /k setup.exe",
		"cmd /k C:\\tools\\setup.exe", "\"C:\\Windows\\System32\\cmd.exe\" /c setup.exe",
		"C:\\oobe\\cmd.exe", "C:\\setup.exe\\run.bat", "setup.exe.bat", "mysetup.exe",
		"windeploy2.exe", "C:\\Program Files\\x\\reset.cmd setup.exe",
		"powershell -f x.ps1", "\"C:\\setup\\reset.exe\"",
		"net user administrator /active:yes", "C:\\a b\\c -d \\setup.exe"};

	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (win_setup_is_own(foreign[i]))
			fail_msg("'%s' is somebody's command", foreign[i]);
}

static void probe(const char *const *args, struct win_info *ret)
{
	auto_tv struct tv v;

	tv_make(&v);
	tv_put_hive(&v, SYSTEM, "system", args);
	tv_put_hive(&v, "Windows/System32/config/SOFTWARE", "software", NULL);
	tv_open(&v);
	assert_int_equal(tv_probe(v.vol, ret, NULL), 0);
}

static void test_setup__command_at_next_start__is_named_and_no_upgrade(void **state)
{
	struct win_info i;

	(void)state;
	probe((const char *[]){"--command", "cmd.exe /k x", NULL}, &i);
	assert_false(i.setup_in_progress);
	assert_string_equal(i.setup_command, "cmd.exe /k x");
}

static void test_setup__own_program_at_next_start__is_an_upgrade(void **state)
{
	struct win_info i;

	(void)state;
	probe((const char *[]){"--command", "oobe\\windeploy.exe", NULL}, &i);
	assert_true(i.setup_in_progress);
	assert_string_equal(i.setup_command, "");
}

static void test_setup__command_in_an_upgrade__is_an_upgrade(void **state)
{
	struct win_info i;

	(void)state;
	probe((const char *[]){"--command", "cmd.exe", "--upgrade", NULL}, &i);
	assert_true(i.setup_in_progress);
	assert_string_equal(i.setup_command, "");
}

static void test_pending__empty_hive__has_nothing_pending(void **state)
{
	static uint8_t zeros[70000];
	const size_t sizes[] = {0, 4096, sizeof(zeros)};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		auto_tv struct tv v;
		struct win_info info;
		struct win_pending p = {0};
		tv_make(&v);
		tv_put(&v, SYSTEM, zeros, sizes[i]);
		tv_put_hive(&v, "Windows/System32/config/SOFTWARE", "software", NULL);
		tv_open(&v);
		assert_int_equal(tv_probe(v.vol, &info, NULL), 0);
		assert_int_equal(win_pending_read(v.vol, &info, &p, NULL), 0);
		assert_int_equal(p.n_renames, 0);
		win_pending_done(&p);
	}
}

static void test_pending__damaged_hive__is_an_error(void **state)
{
	static uint8_t almost[70000];
	auto_tv struct tv v;
	struct win_info info;
	struct win_pending p = {0};

	(void)state;
	almost[sizeof(almost) - 1] = 1; /* one byte of a hive is left */
	tv_make(&v);
	tv_put(&v, SYSTEM, almost, sizeof(almost));
	tv_put_hive(&v, "Windows/System32/config/SOFTWARE", "software", NULL);
	tv_open(&v);
	assert_int_equal(tv_probe(v.vol, &info, NULL), 0);
	assert_int_equal(win_pending_read(v.vol, &info, &p, NULL), RS_E_HIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setup__programs_of_windows__are_its_own),
		cmocka_unit_test(test_setup__other_programs__are_commands),
		cmocka_unit_test(test_setup__command_at_next_start__is_named_and_no_upgrade),
		cmocka_unit_test(test_setup__own_program_at_next_start__is_an_upgrade),
		cmocka_unit_test(test_setup__command_in_an_upgrade__is_an_upgrade),
		cmocka_unit_test(test_pending__empty_hive__has_nothing_pending),
		cmocka_unit_test(test_pending__damaged_hive__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
