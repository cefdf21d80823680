/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Windows is it: made volumes with hives by mkhive, and the real SYSTEM hives. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "help_vol.h"
#include <fcntl.h>

#define CONFIG "Windows/System32/config/"
#define KERNEL "Windows/System32/ntoskrnl.exe"

static const uint16_t kernel_11[4] = {10, 0, 22621, 3880};

static void probe(struct tv *v, struct win_info *ret)
{
	tv_open(v);
	assert_int_equal(tv_probe(v->vol, ret, NULL), 0);
}

static void test_probe__windows_11_named_10__is_called_11(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software", NULL);
	tv_put_hive(&v, CONFIG "SYSTEM", "system",
		(const char *[]){"--name", "PC-7", "--zone", "W. Europe Standard Time", "--bias",
			"-60", "--language", "0c07", NULL});
	tv_put_kernel(&v, KERNEL, 0x8664, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.language, "de"); /* Austria */
	assert_string_equal(i.root, "\\Windows");
	assert_string_equal(i.product, "Windows 11 Pro");
	assert_string_equal(i.edition, "Professional");
	assert_string_equal(i.display_version, "23H2");
	assert_string_equal(i.version, "10.0");
	assert_int_equal(i.build, 22631);
	assert_int_equal(i.revision, 3880);
	assert_string_equal(i.computer_name, "PC-7");
	assert_string_equal(i.time_zone, "W. Europe Standard Time");
	assert_int_equal(i.bias_minutes, -60);
	assert_string_equal(i.arch, "x64");
	assert_false(i.is_server || i.is_domain_controller || i.setup_in_progress);
	assert_false(i.system_hive_dirty || i.software_hive_dirty);
	assert_true(i.installed_filetime == (1700000000 + 11644473600ULL) * 10000000ULL);
	assert_true(i.shutdown_filetime == 133657200000000000ULL);
	assert_int_equal(i.control_set, 1);
	assert_string_equal(i.note, "");
}

static void test_probe__domain_controller_in_setup__says_so(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software",
		(const char *[]){"--product", "Windows Server 2022 Standard", "--edition",
			"ServerStandard", "--build", "20348", "--type", "Server Core", "--dirty",
			NULL});
	tv_put_hive(&v, CONFIG "SYSTEM", "system",
		(const char *[]){"--role", "LanmanNT", "--set", "3", "--upgrade", "--dirty", NULL});
	tv_put_kernel(&v, KERNEL, 0x8664, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.product, "Windows Server 2022 Standard");
	assert_string_equal(i.installation, "Server Core");
	assert_true(i.is_server && i.is_domain_controller && i.setup_in_progress);
	assert_true(i.system_hive_dirty && i.software_hive_dirty);
	assert_int_equal(i.control_set, 3);
}

static void test_probe__windows_7__has_its_old_version(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software",
		(const char *[]){"--product", "Windows 7 Professional", "--build", "7601",
			"--major", "6", NULL});
	probe(&v, &i);
	assert_string_equal(i.product, "Windows 7 Professional");
	assert_string_equal(i.version, "6.1");
	assert_int_equal(i.build, 7601);
	assert_string_equal(i.display_version, "");
	assert_true(i.installed_filetime == (1700000000 + 11644473600ULL) * 10000000ULL);
	assert_non_null(strstr(i.note, "SYSTEM hive"));
}

static void test_probe__software_hive_is_rubbish__kernel_decides(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put(&v, CONFIG "SOFTWARE", "rubbish", 7);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_put_kernel(&v, KERNEL, 0xAA64, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.product, "Windows 11");
	assert_string_equal(i.version, "10.0");
	assert_int_equal(i.build, 22621);
	assert_string_equal(i.arch, "arm64");
	assert_non_null(strstr(i.note, "SOFTWARE hive: not a hive"));
	assert_string_equal(i.computer_name, "DESKTOP-1");
}

static void test_probe__only_the_real_system_hive__gives_what_it_has(void **state)
{
	auto_tv struct tv v;
	auto_bytes struct bytes b = {0};
	struct win_info i;

	(void)state;
	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b))
		skip();
	tv_make(&v);
	tv_put(&v, CONFIG "SYSTEM", b.p, b.len);
	probe(&v, &i);
	assert_string_equal(i.language, "en");
	assert_string_equal(i.computer_name, "DESKTOP-2KGM189");
	assert_string_equal(i.time_zone, "Pacific Standard Time");
	assert_int_equal(i.bias_minutes, 420);
	assert_int_equal(i.build, 18362); /* from the driver database */
	assert_string_equal(i.product, "Windows 10");
	assert_string_equal(i.arch, "x64");
	assert_true(i.system_hive_dirty);
	assert_false(i.setup_in_progress);
}

static void test_probe__another_folder__is_found_by_content(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put(&v, "Windows/readme.txt", "x", 1);
	tv_put(&v, "Backup/System32/config/SYSTEM", "x", 1); /* copied hives: one part only */
	tv_put_hive(&v, "WinNT2/system32/CONFIG/software", "software", NULL);
	tv_put_hive(&v, "WinNT2/system32/CONFIG/system", "system", NULL);
	tv_put_kernel(&v, "WinNT2/system32/NTOSKRNL.EXE", 0x8664, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.root, "\\WinNT2");
	assert_string_equal(i.product, "Windows 11 Pro");
}

static void test_probe__own_spelling__is_kept(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, "WINDOWS/system32/config/SYSTEM", "system", NULL);
	probe(&v, &i);
	assert_string_equal(i.root, "\\WINDOWS");
	assert_string_equal(i.computer_name, "DESKTOP-1");
}

static void put_whole(struct tv *v, const char *root, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/System32/config/SOFTWARE", root);
	tv_put_hive(v, path, "software", NULL);
	(void)snprintf(path, sizeof(path), "%s/System32/config/SYSTEM", root);
	tv_put_hive(v, path, "system", (const char *[]){"--name", name, NULL});
	(void)snprintf(path, sizeof(path), "%s/System32/ntoskrnl.exe", root);
	tv_put_kernel(v, path, 0x8664, kernel_11);
}

/* What an upgrade or a move left never shadows a whole Windows, whatever it is called. */
static void test_probe_all__several__whole_ones_first_and_all_named(void **state)
{
	static const char *const roots[] = {
		"\\WINNT", "\\Windows.000", "\\Windows.old\\Windows", "\\Windows"};
	auto_tv struct tv v;
	auto_free struct win_info *all = NULL;
	size_t n = 0;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL); /* remains: one hive */
	put_whole(&v, "WINNT", "PC-NT");
	put_whole(&v, "Windows.000", "PC-000");
	put_whole(&v, "Windows.old/Windows", "PC-OLD");
	tv_put(&v, "Backup/System32/config/SYSTEM", "x", 1);
	tv_open(&v);
	assert_int_equal(win_probe_all(v.vol, &all, &n, NULL), 0);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(all[i].root, roots[i]);
		assert_int_equal(win_is_whole(&all[i]), i < 3);
		assert_int_equal(all[i].parts, i < 3 ? 3 : 1);
	}
	assert_string_equal(all[0].computer_name, "PC-NT");
	assert_string_equal(all[2].computer_name, "PC-OLD");
	assert_string_equal(all[3].computer_name, ""); /* remains are named, not read */
}

/* The record of a folder, which nobody can read any more. */
static void break_folder(struct tv *v, const char *path)
{
	uint8_t boot[512];
	uint64_t ref;
	int fd = open(v->path, O_RDWR | O_CLOEXEC);

	assert_int_equal(nt_lookup(v->vol, path, &ref, NULL), 0);
	assert_int_equal(pread(fd, boot, sizeof(boot), 0), sizeof(boot));
	const uint64_t mft = rs_le64(boot + 48) * rs_le16(boot + 11) * boot[13];
	assert_int_equal(pwrite(fd, "BAAD", 4, (off_t)(mft + NT_REF_RECORD(ref) * 1024)), 4);
	assert_int_equal(close(fd), 0);
}

/* What was put aside is not the Windows of this machine, if its own cannot be looked at; else the
 * trouble is told beside it. */
static void test_probe_all__one_cannot_be_read__the_one_put_aside_is_not_it(void **state)
{
	static const char *const broken[] = {
		"\\Windows\\System32", "\\Windows.old\\Windows\\System32"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		auto_tv struct tv v;
		auto_free struct win_info *all = NULL;
		size_t n = 0;
		tv_make(&v);
		put_whole(&v, "Windows", "PC-NOW");
		put_whole(&v, "Windows.old/Windows", "PC-OLD");
		tv_open(&v);
		break_folder(&v, broken[i]);
		const int r = win_probe_all(v.vol, &all, &n, NULL);
		if (i == 0) {
			assert_true(r < 0 && r != RS_E_NO_WINDOWS);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(n, 1);
		assert_string_equal(all[0].computer_name, "PC-NOW");
		assert_non_null(strstr(all[0].note, "not all folders could be looked at"));
	}
}

static void test_probe_all__two_whole__windows_goes_before(void **state)
{
	auto_tv struct tv v;
	auto_free struct win_info *all = NULL;
	size_t n = 0;

	(void)state;
	tv_make(&v);
	struct nt_stat dump;
	uint64_t ref;

	put_whole(&v, "AWindows", "PC-A");
	put_whole(&v, "Windows", "PC-W");
	tv_put(&v, "AWindows/MEMORY.DMP", "PAGEDU64", 8);
	tv_put(&v, "AWindows/Minidump/112426-1-01.dmp", "PAGEDU64", 8);
	tv_put(&v, "AWindows/Minidump/notes.txt", "x", 1);
	tv_open(&v);
	assert_int_equal(win_probe_all(v.vol, &all, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(nt_lookup(v.vol, "\\AWindows\\Minidump\\112426-1-01.dmp", &ref, NULL), 0);
	assert_int_equal(nt_stat(v.vol, ref, &dump, NULL), 0);
	assert_true(dump.modified > 0);
	assert_int_equal(all[1].crashed_filetime, dump.modified); /* by the newest dump */
	assert_int_equal(all[0].crashed_filetime, 0);
	assert_string_equal(all[0].root, "\\Windows");
	assert_string_equal(all[1].root, "\\AWindows");
}

static void test_probe_all__more_than_are_named__counted(void **state)
{
	auto_tv struct tv v;
	auto_free struct win_info *all = NULL;
	size_t n = 0;

	(void)state;
	tv_make(&v);
	for (unsigned i = 0; i < 20; i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "W%02u/System32/config/SYSTEM", i);
		tv_put(&v, path, "x", 1);
		(void)snprintf(path, sizeof(path), "W%02u/System32/config/SOFTWARE", i);
		tv_put(&v, path, "x", 1);
	}
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_open(&v);
	assert_int_equal(win_probe_all(v.vol, &all, &n, NULL), 0);
	assert_int_equal(n, WIN_MOST);
	assert_non_null(strstr(all[0].note, "5 more folders look like a Windows"));
}

/* ---- hives without which Windows does not start ---- */

static void expect_fault(const char *system, size_t len, bool has_copy, const char *words)
{
	auto_tv struct tv v;
	struct win_info i;

	tv_make(&v);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software", NULL);
	if (system)
		tv_put(&v, CONFIG "SYSTEM", system, len);
	if (has_copy)
		tv_put(&v, CONFIG "RegBack/SYSTEM", "copy", 4);
	tv_put(&v, "Windows/System32/smss.exe", "MZ", 2);
	tv_put_kernel(&v, KERNEL, 0x8664, kernel_11);
	probe(&v, &i);
	if (!strstr(i.hive_fault, words) || !strstr(i.hive_fault, "stop 0x74"))
		fail_msg("'%s' does not say '%s'", i.hive_fault, words);
	if (has_copy)
		assert_non_null(strstr(i.hive_fault, "RegBack has a copy of 20"));
}

static void test_probe__system_hive_gone_empty_or_rubbish__is_a_fault_by_name(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	expect_fault(NULL, 0, false, "its SYSTEM hive is missing");
	expect_fault("", 0, false, "its SYSTEM hive is empty");
	expect_fault("", 0, true, "its SYSTEM hive is empty");
	expect_fault("no hive", 7, false, "its SYSTEM hive is unreadable");
	tv_make(&v);
	put_whole(&v, "Windows", "PC");
	probe(&v, &i);
	assert_string_equal(i.hive_fault, "");
}

static void test_probe__neither_hive_nor_session_manager__a_part_somebody_copied(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_put_kernel(&v, KERNEL, 0x8664, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.hive_fault, "");
	assert_non_null(strstr(i.note, "SOFTWARE hive"));
}

static void test_probe__software_hive_empty__is_a_fault_by_name(void **state)
{
	auto_tv struct tv v;
	struct win_info i;

	(void)state;
	tv_make(&v);
	tv_put(&v, CONFIG "SOFTWARE", "", 0);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_put(&v, CONFIG "RegBack/SOFTWARE", "", 0);
	tv_put_kernel(&v, KERNEL, 0x8664, kernel_11);
	probe(&v, &i);
	assert_string_equal(i.hive_fault,
		"its SOFTWARE hive is empty (stop 0xC0000218); its copy in RegBack is empty");
}

static void test_probe__data_volume__has_none(void **state)
{
	auto_tv struct tv v;
	struct win_info i;
	struct rs_err err = {0};

	(void)state;
	tv_make(&v);
	tv_put(&v, "Pictures/a.jpg", "x", 1);
	tv_put(&v, "Windows/System32", "a file", 6);
	tv_open(&v);
	assert_int_equal(tv_probe(v.vol, &i, &err), RS_E_NO_WINDOWS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe__windows_11_named_10__is_called_11),
		cmocka_unit_test(test_probe__domain_controller_in_setup__says_so),
		cmocka_unit_test(test_probe__windows_7__has_its_old_version),
		cmocka_unit_test(test_probe__software_hive_is_rubbish__kernel_decides),
		cmocka_unit_test(test_probe__only_the_real_system_hive__gives_what_it_has),
		cmocka_unit_test(test_probe__another_folder__is_found_by_content),
		cmocka_unit_test(test_probe__own_spelling__is_kept),
		cmocka_unit_test(test_probe_all__several__whole_ones_first_and_all_named),
		cmocka_unit_test(test_probe_all__one_cannot_be_read__the_one_put_aside_is_not_it),
		cmocka_unit_test(test_probe_all__two_whole__windows_goes_before),
		cmocka_unit_test(test_probe_all__more_than_are_named__counted),
		cmocka_unit_test(test_probe__system_hive_gone_empty_or_rubbish__is_a_fault_by_name),
		cmocka_unit_test(
			test_probe__neither_hive_nor_session_manager__a_part_somebody_copied),
		cmocka_unit_test(test_probe__software_hive_empty__is_a_fault_by_name),
		cmocka_unit_test(test_probe__data_volume__has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
