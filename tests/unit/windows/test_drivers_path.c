/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths of services, dumps and events as paths on the volume. The forms are those of real SYSTEM
 * hives, dumps and logs (the services' own keys of Windows 7 and 10, modules of triage dumps). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "windows/drivers.h"

struct pair {
	const char *raw, *is;
};

static void all_are(const struct pair *p, size_t n, const char *root)
{
	char path[320];

	for (size_t i = 0; i < n; i++) {
		win_path_on_volume(p[i].raw, root, path, sizeof(path));
		if (strcmp(path, p[i].is) != 0)
			fail_msg("'%s' is '%s', not '%s'", p[i].raw, path, p[i].is);
	}
}

#define ALL(list, root) all_are(list, sizeof(list) / sizeof((list)[0]), root)

static void test_path__each_form_of_a_driver__is_below_windows(void **state)
{
	static const struct pair forms[] = {
		{"\\SystemRoot\\System32\\drivers\\1394ohci.sys",
			"\\Windows\\System32\\drivers\\1394ohci.sys"},
		{"System32\\drivers\\3ware.sys", "\\Windows\\System32\\drivers\\3ware.sys"},
		{"\\??\\C:\\Windows\\system32\\drivers\\AsIO2.sys",
			"\\Windows\\system32\\drivers\\AsIO2.sys"},
		{"%SystemRoot%\\System32\\x.sys", "\\Windows\\System32\\x.sys"},
		{"%windir%\\x.sys", "\\Windows\\x.sys"},
		{"c:/windows/System32/x.sys", "\\windows\\System32\\x.sys"},
		{"\\Device\\HarddiskVolume3\\Windows\\System32\\drivers\\x.sys",
			"\\Windows\\System32\\drivers\\x.sys"},
		{"multi(0)disk(0)rdisk(0)partition(2)\\Windows\\System32\\ntoskrnl.exe",
			"\\Windows\\System32\\ntoskrnl.exe"},
		{"\\??\\D:\\Windows\\System32\\x.sys", "\\Windows\\System32\\x.sys"},
		{"\\\\?\\C:\\ProgramData\\a\\b.dat", "\\ProgramData\\a\\b.dat"},
		{"\\Windows\\System32\\x.sys", "\\Windows\\System32\\x.sys"},
		{"RTKVHD64.sys", "\\Windows\\System32\\drivers\\RTKVHD64.sys"},
		{"ntdll.dll", "\\Windows\\System32\\ntdll.dll"},
		{"  \\SystemRoot\\a\\.\\b\\..\\\\c.sys ", "\\Windows\\a\\c.sys"},
	};

	(void)state;
	ALL(forms, "\\Windows");
}

static void test_path__program_with_arguments__is_the_program(void **state)
{
	static const struct pair forms[] = {
		{"%SystemRoot%\\System32\\svchost.exe -k netsvcs -p",
			"\\Windows\\System32\\svchost.exe"},
		{"\"C:\\Program Files\\A B\\x.exe\" -k /y", "\\Program Files\\A B\\x.exe"},
		{"C:\\Program Files\\A B\\x.exe /s c:\\y.exe", "\\Program Files\\A B\\x.exe"},
		{"%ProgramFiles(x86)%\\A\\x.exe", "\\Program Files (x86)\\A\\x.exe"},
		{"C:\\a.exe.d\\x.exe -z", "\\a.exe.d\\x.exe"},
	};

	(void)state;
	ALL(forms, "\\Windows");
}

static void test_path__of_another_windows__is_below_its_own_folder(void **state)
{
	static const struct pair forms[] = {
		{"\\SystemRoot\\x.sys", "\\Windows.old\\Windows\\x.sys"},
		{"D:\\Windows.old\\Windows\\x.sys", "\\Windows.old\\Windows\\x.sys"},
		{"D:\\Windows.old\\Windows2\\x.sys", ""},
	};

	(void)state;
	ALL(forms, "\\Windows.old\\Windows");
}

static void test_path__elsewhere_or_none__is_empty(void **state)
{
	static const struct pair forms[] = {
		{"", ""},
		{"   ", ""},
		{"\"\"", ""},
		{"\\??\\F:\\tools\\x.sys", ""},
		{"F:\\Windowsx\\x.sys", ""},
		{"\\\\server\\share\\x.sys", ""},
		{"\\??\\UNC\\server\\share\\x.sys", ""},
		{"\\Device\\Mup\\server\\share\\x.sys", ""},
		{"\\Device\\HarddiskVolumeShadow\\x.sys", ""},
		{"\\??\\Volume{01020304-0000-0000-0000-000000000000}\\x.sys", ""},
		{"%Temp%\\x.sys", ""},
		{"C:x.sys", ""},
		{"C:\\", ""},
		{"name", ""},
		{".sys", ""},
		{"\\SystemRoot\\..\\..\\x.sys", ""},
		{"\\SystemRoot\\x.sys:stream", ""},
	};

	(void)state;
	ALL(forms, "\\Windows");
}

static void test_path__too_long__is_empty_and_ended(void **state)
{
	char raw[4096], path[16];

	(void)state;
	memset(raw, 'a', sizeof(raw));
	memcpy(raw, "C:\\", 3);
	for (size_t len = 0; len < sizeof(raw); len++) {
		char was = raw[len];
		raw[len] = '\0';
		memset(path, 'x', sizeof(path));
		win_path_on_volume(raw, "\\Windows", path, sizeof(path));
		assert_non_null(memchr(path, '\0', sizeof(path)));
		assert_int_equal(path[0] != '\0', len > 3 && len - 2 < sizeof(path));
		raw[len] = was;
	}
}

/* Never a piece of a path, whatever has room for it. */
static void test_path__longer_than_any__is_no_piece_of_it(void **state)
{
	char raw[3000], root[400], path[4096];

	(void)state;
	memset(raw, 'a', sizeof(raw) - 1);
	memcpy(raw, "C:\\", 3);
	raw[sizeof(raw) - 1] = '\0';
	win_path_on_volume(raw, "\\Windows", path, sizeof(path));
	assert_string_equal(path, "");
	memcpy(raw, "abc\\", 4);
	raw[2000] = '\0';
	memset(root, 'r', sizeof(root) - 1);
	root[0] = '\\';
	root[sizeof(root) - 1] = '\0';
	win_path_on_volume(raw, root, path, sizeof(path));
	assert_string_equal(path, "");
}

/* Nothing is looked for before the path's own beginning. */
static void test_path__that_leaves_the_volume__is_empty(void **state)
{
	static const char *const leave[] = {"C:\\..\\x.sys", "\\..\\x.sys",
		"\\SystemRoot\\..\\..\\x.sys", "C:\\a\\..\\..\\x.sys",
		"\\??\\C:\\a\\b\\..\\..\\.."};
	char *closed = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(closed != MAP_FAILED);
	assert_int_equal(mprotect(closed, 4096, PROT_NONE), 0);
	char *path = closed + 4096;
	for (size_t i = 0; i < sizeof(leave) / sizeof(leave[0]); i++) {
		win_path_on_volume(leave[i], "\\Windows", path, 320);
		assert_string_equal(path, "");
	}
	win_path_on_volume("C:\\a\\..\\x.sys", "\\Windows", path, 320);
	assert_string_equal(path, "\\x.sys");
	assert_int_equal(munmap(closed, 8192), 0);
}

static void test_path__each_odd_form__is_what_it_is(void **state)
{
	static const struct pair forms[] = {
		{"\\\\.\\C:\\x\\y.sys", "\\x\\y.sys"},
		{"\\DosDevices\\C:\\x\\y.sys", "\\x\\y.sys"},
		{"\\GLOBAL??\\C:\\x\\y.sys", "\\x\\y.sys"},
		{"scsi(0)disk(0)rdisk(0)partition(1)\\x\\y.sys", "\\x\\y.sys"},
		{"1:\\x\\y.sys", ""},
		{"Cx\\y.sys", "\\Windows\\Cx\\y.sys"},
		{"cdrom.sys", "\\Windows\\System32\\drivers\\cdrom.sys"},
		{"c\\x.sys", "\\Windows\\c\\x.sys"},
		{"a:b\\x.sys", ""},
		{"system32\\x.exe\t-k", "\\Windows\\system32\\x.exe"},
		{"system32\\x.sys \t ", "\\Windows\\system32\\x.sys"},
		{"x.exe", "\\Windows\\System32\\x.exe"},
		{"\\Device\\HarddiskVolume\\x.sys", ""},
		{"\\??\\", ""},
		{"1:\\Windows\\x.sys", ""},
		{"\\SystemRoot\\a\\", "\\Windows\\a"},
		{"c\\x.dat \t ", "\\Windows\\c\\x.dat"},
		{"c\\x.dat\t", "\\Windows\\c\\x.dat"},
		{"\\SystemRoot\\.a\\x.sys", "\\Windows\\.a\\x.sys"},
		{"\\SystemRoot\\a.\\x.sys", "\\Windows\\a.\\x.sys"},
		{"\\SystemRoot\\..a\\x.sys", "\\Windows\\..a\\x.sys"},
		{"\\SystemRoot\\.x", "\\Windows\\.x"},
		{"\\SystemRoot\\a.", "\\Windows\\a."},
		{"\\SystemRoot\\ab\\x", "\\Windows\\ab\\x"},
		{"\\SystemRoot\\a\\x", "\\Windows\\a\\x"},
	};

	(void)state;
	ALL(forms, "\\Windows");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path__each_form_of_a_driver__is_below_windows),
		cmocka_unit_test(test_path__program_with_arguments__is_the_program),
		cmocka_unit_test(test_path__of_another_windows__is_below_its_own_folder),
		cmocka_unit_test(test_path__elsewhere_or_none__is_empty),
		cmocka_unit_test(test_path__too_long__is_empty_and_ended),
		cmocka_unit_test(test_path__longer_than_any__is_no_piece_of_it),
		cmocka_unit_test(test_path__that_leaves_the_volume__is_empty),
		cmocka_unit_test(test_path__each_odd_form__is_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
