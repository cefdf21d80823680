/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hives of real machines say of their drivers. The numbers were taken from them by libhivex
 * (fixtures/README.md, section 3; the lists beside the hives). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "help.h"
#include "windows/drivers.h"

#define auto_system __attribute__((cleanup(win_system_free_auto)))

static void load(const char *name, struct bytes *b, struct win_system **ret)
{
	auto_hive struct win_hive *h = NULL;
	struct rs_err err = {0};

	if (!fixture_load(name, b))
		skip();
	struct win_src src = bytes_src(b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, &err), 0);
	clock_t begin = clock();
	int r = win_system_read(h, 1, "\\Windows", NULL, ret, &err);
	if (r < 0)
		fail_msg("%s", err.detail);
	print_message("%s: %.1f ms, '%s'\n", name,
		(double)(clock() - begin) * 1000.0 / CLOCKS_PER_SEC, (*ret)->note);
}

static const struct win_service *service(const struct win_system *s, const char *name)
{
	const struct win_service *one = win_service_named(s, name);

	if (!one)
		fail_msg("no service %s", name);
	return one;
}

static void starts(const struct win_system *s, unsigned ret[5], unsigned *ret_drivers)
{
	for (size_t i = 0; i < s->n_services; i++) {
		if (!s->services[i].is_driver)
			continue;
		++*ret_drivers;
		if (s->services[i].start < 5)
			ret[s->services[i].start]++;
	}
}

/* Lines of service, type, start and ImagePath, as libhivex gave them. */
static void all_as_listed(const struct win_system *s, const char *name)
{
	auto_bytes struct bytes b;
	unsigned n = 0, n_drivers = 0, unused[5] = {0};

	if (!fixture_load(name, &b))
		skip();
	auto_free char *text = strndup((const char *)b.p, b.len);
	char *next = text;
	(void)strsep(&next, "\n"); /* what the columns are */
	for (char *line = strsep(&next, "\n"); line && *line; line = strsep(&next, "\n")) {
		const struct win_service *one = service(s, strsep(&line, "\t"));
		const char *type = strsep(&line, "\t"), *start = strsep(&line, "\t");
		assert_true(one->is_driver);
		assert_int_equal(one->type, strtoul(type, NULL, 10));
		assert_int_equal(one->start, strtoul(start, NULL, 10));
		assert_string_equal(one->image_path, line);
		n++;
	}
	starts(s, unused, &n_drivers);
	assert_int_equal(n, n_drivers);
}

static bool has_filter(
	const struct win_system *s, const char *guid, bool is_upper, const char *name)
{
	for (size_t i = 0; i < s->n_filters; i++) {
		const struct win_filter_list *f = &s->filters[i];
		if (f->is_device || strcmp(f->class_guid, guid) != 0 || f->is_upper != is_upper)
			continue;
		for (size_t k = 0; k < f->names.n; k++)
			if (strcasecmp(f->names.p[k], name) == 0)
				return true;
	}
	return false;
}

#define DISKS	"{4d36e967-e325-11ce-bfc1-08002be10318}"
#define VOLUMES "{71a27cdd-812a-11d0-bec7-08002be2092f}"

static void test_drivers__windows_10__services_as_libhivex_has_them(void **state)
{
	auto_bytes struct bytes b;
	auto_system struct win_system *s = NULL;
	unsigned n[5] = {0}, drivers = 0, overridden = 0, boot = 0;

	(void)state;
	load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b, &s);
	assert_string_equal(s->note, "");
	assert_int_equal(s->n_services, 737);
	starts(s, n, &drivers);
	assert_int_equal(drivers, 392);
	assert_int_equal(n[0], 93);
	assert_int_equal(n[1], 29);
	assert_int_equal(n[2], 16);
	assert_int_equal(n[3], 248);
	assert_int_equal(n[4], 6);
	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		overridden += one->is_driver && one->start == 0 && one->override == 3;
		boot += one->is_boot;
		assert_true(!one->is_driver || one->path[0]);
		assert_true(one->written > 0 && one->written <= s->written);
	}
	assert_int_equal(overridden, 44);
	assert_int_equal(boot, 93 - 44 + 1); /* and Ntfs */
	all_as_listed(s, "registry/drivers-win10-1709.tsv");
}

static void test_drivers__windows_10__one_service_in_whole(void **state)
{
	auto_bytes struct bytes b;
	auto_system struct win_system *s = NULL;

	(void)state;
	load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b, &s);
	const struct win_service *one = service(s, "wdfilter");
	assert_string_equal(one->path, "\\Windows\\system32\\drivers\\wd\\WdFilter.sys");
	assert_string_equal(one->altitude, "328010");
	assert_string_equal(one->group, "FSFilter Anti-Virus");
	assert_int_equal(one->error_control, 1);
	assert_true(one->is_boot && !one->is_in_minimal);
	one = service(s, "storahci");
	assert_string_equal(one->inf, "mshdc.inf");
	assert_string_equal(one->package, "");
	assert_int_equal(one->error_control, 3);
	one = service(s, "Ntfs");
	assert_string_equal(one->path, "\\Windows\\System32\\drivers\\Ntfs.sys");
	assert_true(one->is_boot && one->is_in_minimal); /* by its group */
	assert_int_equal(service(s, "Tcpip")->boot_flags & 1, 1);
	assert_string_equal(service(s, "wuauserv")->path, ""); /* a part of svchost.exe */
	one = service(s, "TrustedInstaller");
	assert_true(one->is_user_exe && !one->is_driver);
	assert_string_equal(one->path, "\\Windows\\servicing\\TrustedInstaller.exe");
	assert_null(win_service_named(s, "no-such"));
}

static bool has_package(const struct win_system *s, const char *folder)
{
	for (size_t i = 0; i < s->n_packages; i++)
		if (strcmp(s->packages[i].folder, folder) == 0)
			return true;
	return false;
}

static void test_drivers__windows_10__packages_as_in_its_store(void **state)
{
	auto_bytes struct bytes b, list;
	auto_system struct win_system *s = NULL;
	unsigned imported = 0, n = 0;

	(void)state;
	load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b, &s);
	assert_int_equal(s->n_packages, 238);
	for (size_t i = 0; i < s->n_packages; i++) {
		const struct win_package *p = &s->packages[i];
		assert_true(p->version[0] && p->inf[0] && p->original[0] && p->dated);
		assert_int_equal(p->imported != 0, strncmp(p->inf, "oem", 3) == 0);
		imported += p->imported != 0;
		if (strcmp(p->inf, "oem11.inf") != 0)
			continue;
		assert_string_equal(p->folder, "efifw.inf_amd64_69a2acd666b70e2c");
		assert_string_equal(p->original, "efifw.inf");
		assert_string_equal(p->provider, "VMware, Inc.");
		assert_string_equal(
			p->signer, "Microsoft Windows Hardware Compatibility Publisher");
		assert_string_equal(p->version, "1.0.0.0");
		assert_true(p->dated == 0x01d2bc8db75e8000 && p->imported == 0x01d5e2458a5ae090);
	}
	assert_int_equal(imported, 5);
	if (!fixture_load("registry/driverstore-win10-1709.txt", &list))
		skip();
	auto_free char *text = strndup((const char *)list.p, list.len);
	char *next = text;
	for (char *line = strsep(&next, "\n"); line && *line; line = strsep(&next, "\n"))
		n += has_package(s, line);
	bytes_done(&list);
	assert_int_equal(n, 238);
}

static void test_drivers__windows_10__devices_filters_and_state(void **state)
{
	auto_bytes struct bytes b;
	auto_system struct win_system *s = NULL;
	unsigned with_service = 0, of_devices = 0;

	(void)state;
	load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b, &s);
	assert_int_equal(s->n_devices, 252); /* that have a class */
	for (size_t i = 0; i < s->n_devices; i++)
		with_service += s->devices[i].service[0] != '\0';
	assert_int_equal(with_service, 143);
	for (size_t i = 0; i < s->n_filters; i++)
		of_devices += s->filters[i].is_device;
	assert_int_equal(of_devices, 8);
	assert_true(has_filter(s, DISKS, true, "partmgr"));
	assert_true(has_filter(s, DISKS, false, "EhStorClass"));
	assert_true(has_filter(s, VOLUMES, true, "volsnap"));
	assert_true(has_filter(s, VOLUMES, false, "fvevol"));
	assert_true(has_filter(s, VOLUMES, false, "rdyboost"));
	assert_false(has_filter(s, VOLUMES, true, "fvevol"));
	assert_int_equal(s->critical_services.n, 0);
	assert_false(s->is_set_chosen || s->is_devices_cut || s->is_verifier_on);
	assert_int_equal(s->dump_kind, 7);
	assert_string_equal(s->dump_file, "%SystemRoot%\\MEMORY.DMP");
	assert_string_equal(s->minidump_dir, "%SystemRoot%\\Minidump");
	assert_false(s->has_setup_execute || s->setup_type || s->upgrade || s->rollback);
	assert_true(s->is_hiberboot && s->shutdown);
}

static void test_drivers__windows_7__services_and_critical_devices(void **state)
{
	auto_bytes struct bytes b;
	auto_system struct win_system *s = NULL;
	unsigned n[5] = {0}, drivers = 0, critical = 0;

	(void)state;
	load("registry/regipy-SYSTEM.xz", &b, &s);
	assert_int_equal(s->n_services, 467);
	starts(s, n, &drivers);
	assert_int_equal(drivers, 256);
	assert_int_equal(n[0], 36);
	assert_int_equal(n[1], 28);
	assert_int_equal(n[2], 8);
	assert_int_equal(n[3], 180);
	assert_int_equal(n[4], 4);
	assert_int_equal(s->n_packages, 0);
	assert_int_equal(s->dump_kind, 2);
	assert_int_equal(s->n_devices, 288);
	for (size_t i = 0; i < s->critical_services.n; i++)
		critical += strcasecmp(s->critical_services.p[i], "mouhid") == 0;
	assert_int_equal(critical, 1); /* of many keys: each once */
	assert_string_equal(
		service(s, "mouhid")->package, "msmouse.inf_x86_neutral_7a9084e0177406eb");
	assert_true(has_filter(s, DISKS, true, "partmgr"));
	all_as_listed(s, "registry/drivers-win7.tsv");
}

static void test_drivers__damaged_hive__is_noted_and_no_failure(void **state)
{
	static const uint8_t junk[64] = {0xFF};
	auto_bytes struct bytes b;
	unsigned refused = 0;

	(void)state;
	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b))
		skip();
	for (size_t at = 8192; at + sizeof(junk) < b.len; at += b.len / 41) {
		auto_hive struct win_hive *h = NULL;
		auto_system struct win_system *s = NULL;
		uint8_t was[sizeof(junk)];
		struct win_src src = bytes_src(&b);
		memcpy(was, b.p + at, sizeof(junk));
		memcpy(b.p + at, junk, sizeof(junk));
		if (win_hive_open(&src, NULL, NULL, &h, NULL) == 0)
			refused += win_system_read(h, 1, "\\Windows", NULL, &s, NULL) < 0;
		memcpy(b.p + at, was, sizeof(junk));
	}
	assert_int_equal(refused, 0);
}

static void test_drivers__no_such_control_set__is_refused(void **state)
{
	auto_bytes struct bytes b;
	auto_hive struct win_hive *h = NULL;
	struct win_system *s = NULL;
	struct rs_err err = {0};
	struct mk m;

	(void)state;
	mk_sample(&m);
	b = m.b;
	assert_int_equal(mk_open(&m, &h, &err), 0);
	assert_int_equal(win_system_read(h, 1, "\\Windows", NULL, &s, &err), RS_E_HIVE);
	assert_string_equal(err.detail, "it has no ControlSet001");
}

static bool stop(void *user, const char *what, uint64_t done, uint64_t total)
{
	unsigned *left = user;

	(void)what;
	(void)done;
	(void)total;
	return --*left;
}

static void test_drivers__cancelled_anywhere__ends_with_that(void **state)
{
	auto_bytes struct bytes b;
	auto_hive struct win_hive *h = NULL;

	(void)state;
	if (!fixture_load("registry/regipy-SYSTEM_WIN_10_1709.xz", &b))
		skip();
	struct win_src src = bytes_src(&b);
	assert_int_equal(win_hive_open(&src, NULL, NULL, &h, NULL), 0);
	for (unsigned at = 1; at < 1300; at += 97) {
		unsigned left = at;
		struct rs_task task = {&left, stop};
		struct win_system *s = NULL;
		struct rs_err err = {0};
		assert_int_equal(
			win_system_read(h, 1, "\\Windows", &task, &s, &err), RS_E_CANCELLED);
		assert_null(s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drivers__windows_10__services_as_libhivex_has_them),
		cmocka_unit_test(test_drivers__windows_10__one_service_in_whole),
		cmocka_unit_test(test_drivers__windows_10__packages_as_in_its_store),
		cmocka_unit_test(test_drivers__windows_10__devices_filters_and_state),
		cmocka_unit_test(test_drivers__windows_7__services_and_critical_devices),
		cmocka_unit_test(test_drivers__damaged_hive__is_noted_and_no_failure),
		cmocka_unit_test(test_drivers__no_such_control_set__is_refused),
		cmocka_unit_test(test_drivers__cancelled_anywhere__ends_with_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
