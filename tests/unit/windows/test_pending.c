/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pending renames and half-done updates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "help_vol.h"

#define CONFIG "Windows/System32/config/"

static void pending_done(struct win_pending *p)
{
	win_pending_done(p);
}

#define auto_pending __attribute__((cleanup(pending_done)))

static int read_of(struct tv *v, struct win_pending *ret, struct rs_err *err)
{
	struct win_info info;

	tv_open(v);
	assert_int_equal(tv_probe(v->vol, &info, NULL), 0);
	return win_pending_read(v->vol, &info, ret, err);
}

static void pair_is(const struct win_pending *p, size_t i, const char *source, const char *target)
{
	assert_true(i < p->n_renames);
	assert_string_equal(p->renames[i].source, source);
	assert_string_equal(p->renames[i].target, target);
}

static void test_pending__renames__come_as_volume_paths(void **state)
{
	static const char *const args[] = {"--pending", "\\??\\C:\\Windows\\Temp\\a.tmp", "",
		"--pending", "\\??\\c:\\Windows\\Temp\\b.sys",
		"!\\??\\C:\\Windows\\System32\\drivers\\b.sys", "--pending", "*1\\??\\C:\\x", "",
		"--pending", "\\SystemRoot\\Temp\\c", "\\Device\\HarddiskVolume9\\c", NULL};
	auto_tv struct tv v;
	auto_pending struct win_pending p = {0};

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", args);
	tv_put_hive(&v, CONFIG "SOFTWARE", "software", NULL);
	assert_int_equal(read_of(&v, &p, NULL), 0);
	assert_int_equal(p.n_renames, 4);
	pair_is(&p, 0, "\\Windows\\Temp\\a.tmp", "");
	pair_is(&p, 1, "\\Windows\\Temp\\b.sys", "\\Windows\\System32\\drivers\\b.sys");
	pair_is(&p, 2, "\\x", "");
	pair_is(&p, 3, "\\Windows\\Temp\\c", "\\Device\\HarddiskVolume9\\c");
	assert_false(p.update_pending);
}

static void test_pending__other_letters__stay_raw_or_are_ours(void **state)
{
	/* the hive of mkhive has C: in MountedDevices only; SystemRoot says D: */
	static const char *const args[] = {
		"--pending", "\\??\\D:\\a", "", "--pending", "\\??\\C:\\b", "", NULL};
	auto_tv struct tv v;
	auto_pending struct win_pending p = {0};

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", args);
	tv_put_hive(
		&v, CONFIG "SOFTWARE", "software", (const char *[]){"--root", "D:\\Windows", NULL});
	assert_int_equal(read_of(&v, &p, NULL), 0);
	pair_is(&p, 0, "\\a", "");
	pair_is(&p, 1, "\\b", ""); /* D: is unknown: nothing says that C: is another volume */
}

static void test_pending__real_windows_10__lists_what_hivex_shows(void **state)
{
	auto_tv struct tv v;
	auto_bytes struct bytes b = {0};
	auto_pending struct win_pending p = {0};

	(void)state;
	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b))
		skip();
	tv_make(&v);
	tv_put(&v, CONFIG "SYSTEM", b.p, b.len);
	assert_int_equal(read_of(&v, &p, NULL), 0);
	assert_int_equal(p.n_renames, 101);
	pair_is(&p, 0, "\\WINDOWS\\System32\\drivers\\SETEAC4.tmp", "");
}

static void sign_is(struct tv *v, const char *reason)
{
	auto_pending struct win_pending p = {0};

	assert_int_equal(read_of(v, &p, NULL), 0);
	assert_int_equal(p.update_pending, reason[0] != '\0');
	assert_string_equal(p.update_reason, reason);
}

static void test_pending__pending_xml__is_an_update(void **state)
{
	auto_tv struct tv v;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", NULL);
	tv_put(&v, "Windows/WinSxS/pending.xml", "<x/>", 4);
	sign_is(&v, "pending.xml");
}

static void test_pending__exclusive_session_and_setup__are_updates(void **state)
{
	auto_tv struct tv v;

	(void)state;
	tv_make(&v);
	tv_put_hive(&v, CONFIG "SYSTEM", "system", (const char *[]){"--upgrade", NULL});
	tv_put_hive(&v, CONFIG "SOFTWARE", "software", (const char *[]){"--exclusive", NULL});
	sign_is(&v, "servicing session pending, setup in progress");
}

static void test_pending__damaged_hive__is_an_error(void **state)
{
	auto_tv struct tv v;
	auto_pending struct win_pending p = {0};
	struct rs_err err = {0};

	(void)state;
	tv_make(&v);
	tv_put(&v, CONFIG "SYSTEM", "rubbish", 7);
	assert_int_equal(read_of(&v, &p, &err), RS_E_HIVE);
	assert_non_null(strstr(err.object, "SYSTEM"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pending__renames__come_as_volume_paths),
		cmocka_unit_test(test_pending__other_letters__stay_raw_or_are_ours),
		cmocka_unit_test(test_pending__real_windows_10__lists_what_hivex_shows),
		cmocka_unit_test(test_pending__pending_xml__is_an_update),
		cmocka_unit_test(test_pending__exclusive_session_and_setup__are_updates),
		cmocka_unit_test(test_pending__damaged_hive__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
