/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a start stands on, by made registries and by that of a real machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "judge/structure.h"

static char empty[] = "", name[] = "flt", path[] = "\\Windows\\System32\\drivers\\flt.sys";

/* One driver that nothing speaks for, and where each test adds what does. */
struct one {
	struct win_system s;
	struct win_service service;
	struct win_package package;
	struct win_device device;
	struct win_filter_list filters;
	char *names[1];
};

static void make(struct one *o)
{
	*o = (struct one){.names = {name}};
	o->service = (struct win_service){.name = name,
		.path = path,
		.image_path = empty,
		.group = empty,
		.display = empty,
		.inf = empty,
		.package = empty,
		.altitude = empty,
		.type = 1,
		.start = WIN_START_BOOT,
		.error_control = 1,
		.override = -1,
		.is_driver = true,
		.is_boot = true};
	o->s.services = &o->service;
	o->s.n_services = 1;
}

static void is(struct one *o, enum structure wanted)
{
	const char *why;

	assert_int_equal(structure_protects(&o->s, "", "FLT", &why), wanted);
	assert_int_equal(why[0] != '\0', wanted != STRUCTURE_FREE);
	assert_int_equal(
		structure_protects(&o->s, "\\windows\\system32\\drivers\\FLT.sys", "", &why),
		wanted);
}

static void test_structure__nothing_speaks_for_it__is_free(void **state)
{
	struct one o;
	const char *why;

	(void)state;
	make(&o);
	is(&o, STRUCTURE_FREE);
	assert_int_equal(structure_protects(&o.s, "\\x\\content.dat", "other", &why), 0);
}

static void test_structure__unreadable_hive__forbids(void **state)
{
	struct win_system none = {0};
	struct one o;
	const char *why;

	(void)state;
	assert_int_equal(structure_protects(NULL, "\\x.sys", "", &why), STRUCTURE_NEVER);
	assert_int_equal(structure_protects(&none, "\\x.sys", "", &why), STRUCTURE_NEVER);
	make(&o);
	(void)snprintf(o.s.note, sizeof(o.s.note), "Class: damaged");
	is(&o, STRUCTURE_NEVER);
	o.service.is_boot = false;
	o.service.start = WIN_START_DEMAND;
	is(&o, STRUCTURE_FREE);
	make(&o);
	o.s.is_devices_cut = true;
	is(&o, STRUCTURE_NEVER);
}

static void test_structure__altitudes__encryption_never_antivirus_asks(void **state)
{
	static const struct {
		char altitude[12];
		enum structure is;
	} all[] = {{"139999", STRUCTURE_FREE}, {"140000", STRUCTURE_NEVER},
		{"149999.7", STRUCTURE_NEVER}, {"150000", STRUCTURE_FREE},
		{"319999", STRUCTURE_FREE}, {"320000", STRUCTURE_SECURITY},
		{"329999", STRUCTURE_SECURITY}, {"330000", STRUCTURE_FREE}};
	struct one o;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char altitude[12];
		make(&o);
		memcpy(altitude, all[i].altitude, sizeof(altitude));
		o.service.altitude = altitude;
		is(&o, all[i].is);
	}
}

static void test_structure__groups__storage_and_early_launch_never(void **state)
{
	static char storage[] = "scsi Miniport", core[] = "Core", elam[] = "Early-Launch",
		    inf[] = "oem9.inf";
	struct one o;

	(void)state;
	make(&o);
	o.service.group = storage;
	o.service.inf = inf;
	is(&o, STRUCTURE_NEVER);
	o.service.group = elam;
	is(&o, STRUCTURE_NEVER);
	o.service.group = core;
	is(&o, STRUCTURE_FREE); /* came with a package of its own */
	o.service.inf = empty;
	is(&o, STRUCTURE_NEVER);
	/* a package that was always here makes it no stranger */
	o.service.inf = inf;
	o.package = (struct win_package){.inf = inf};
	o.s.packages = &o.package;
	o.s.n_packages = 1;
	is(&o, STRUCTURE_NEVER);
	o.package.imported = 1;
	is(&o, STRUCTURE_FREE);
}

static void test_structure__groups_of_filters__as_their_altitudes(void **state)
{
	static char encrypts[] = "fsfilter Encryption", antivirus[] = "FSFilter Anti-Virus";
	struct one o;

	(void)state;
	make(&o);
	o.service.group = encrypts;
	is(&o, STRUCTURE_NEVER);
	o.service.group = antivirus;
	is(&o, STRUCTURE_SECURITY);
}

/* Of several services with one file the one counts that forbids most; of programs none. */
static void test_structure__several_services__the_weightiest(void **state)
{
	static char storage[] = "Primary Disk", other[] = "other";
	struct win_service two[2];
	struct one o;
	const char *why;

	(void)state;
	make(&o);
	o.service.group = storage;
	two[0] = o.service;
	two[1] = o.service;
	two[1].name = other;
	two[1].group = empty;
	two[1].error_control = 3;
	o.s.services = two;
	o.s.n_services = 2;
	assert_int_equal(structure_protects(&o.s, path, "", &why), STRUCTURE_NEVER);
	assert_non_null(strstr(why, "disks"));
	two[0].is_driver = false;
	assert_int_equal(structure_protects(&o.s, path, "", &why), STRUCTURE_INSISTED);
	/* a service without a file is not the one of a path that is not known */
	two[0].is_driver = true;
	two[0].path = empty;
	assert_int_equal(structure_protects(&o.s, "", "none", &why), STRUCTURE_FREE);
}

struct told {
	const char *why[16];
	size_t n;
};

static void take(void *user, const char *why)
{
	struct told *t = user;

	assert_true(t->n < 16);
	t->why[t->n++] = why;
}

static bool has(const struct told *t, const char *part)
{
	for (size_t i = 0; i < t->n; i++)
		if (strstr(t->why[i], part))
			return true;
	return false;
}

/* A person who decides is told all of it, and not the first reason only. */
static void test_against__many_reasons__all_of_them(void **state)
{
	static char elam[] = "Early-Launch", antivirus[] = "321410",
		    display[] = "{4d36e968-e325-11ce-bfc1-08002be10318}",
		    data[] = "\\x\\content.dat";
	struct told all = {0}, none = {0}, unread = {0}, little = {0};
	struct one o;

	(void)state;
	make(&o);
	o.service.group = elam;
	o.service.altitude = antivirus;
	o.service.error_control = 3;
	o.service.is_in_minimal = true;
	o.device = (struct win_device){empty, name, display};
	o.s.devices = &o.device;
	o.s.n_devices = 1;
	o.filters = (struct win_filter_list){
		.where = empty, .class_guid = display, .names = {o.names, 1}};
	o.s.filters = &o.filters;
	o.s.n_filters = 1;
	structure_against(&o.s, path, take, &all);
	assert_true(has(&all, "loaded before all others"));
	assert_true(has(&all, "ErrorControl"));
	assert_true(has(&all, "its name stands in a list of filters"));
	assert_true(has(&all, "security product"));
	assert_true(has(&all, "Start 0"));
	assert_true(has(&all, "Safe Mode"));
	assert_true(has(&all, "a device of this machine"));
	structure_against(&o.s, data, take, &none);
	assert_int_equal(none.n, 0);
	structure_against(NULL, path, take, &unread);
	assert_int_equal(unread.n, 1);
	assert_true(has(&unread, "cannot be read"));
	make(&o);
	o.service.is_boot = false;
	o.service.start = WIN_START_DEMAND;
	structure_against(&o.s, path, take, &little);
	assert_int_equal(little.n, 0);
	o.service.override = WIN_START_SYSTEM; /* it counts, not Start */
	structure_against(&o.s, path, take, &little);
	assert_true(little.n == 1 && has(&little, "Start 1"));
	o.service.is_driver = false; /* a program of its own */
	o.service.override = -1;
	o.service.start = WIN_START_AUTO;
	structure_against(&o.s, path, take, &little);
	assert_true(little.n == 2 && has(&little, "Start 2"));
}

static void test_structure__filter_of_a_longer_name__is_another(void **state)
{
	static char longer[] = "fltmgr", display[] = "{4d36e968-e325-11ce-bfc1-08002be10318}";
	struct one o;

	(void)state;
	make(&o);
	o.names[0] = longer;
	o.filters = (struct win_filter_list){
		.where = empty, .class_guid = display, .names = {o.names, 1}};
	o.s.filters = &o.filters;
	o.s.n_filters = 1;
	is(&o, STRUCTURE_FREE);
}

static void test_structure__error_control__forbids_what_is_started(void **state)
{
	struct one o;

	(void)state;
	make(&o);
	o.service.error_control = 3;
	is(&o, STRUCTURE_INSISTED);
	o.service.error_control = 2;
	o.service.start = WIN_START_SYSTEM;
	is(&o, STRUCTURE_INSISTED);
	o.service.override = 3;
	is(&o, STRUCTURE_FREE);
	o.service.override = -1;
	o.service.start = WIN_START_AUTO;
	is(&o, STRUCTURE_FREE);
}

static void test_structure__device_filter_and_critical__forbid(void **state)
{
	static char disks[] = "{4d36e967-e325-11ce-bfc1-08002be10318}",
		    buses[] = "{4d36e97d-e325-11ce-bfc1-08002be10318}",
		    display[] = "{4d36e968-e325-11ce-bfc1-08002be10318}";
	struct one o;
	const char *why;

	(void)state;
	make(&o);
	o.device = (struct win_device){empty, name, display};
	o.s.devices = &o.device;
	o.s.n_devices = 1;
	is(&o, STRUCTURE_FREE);
	o.device.class_guid = disks;
	is(&o, STRUCTURE_NEVER);
	o.device.class_guid = buses; /* cameras are in that class, too */
	o.service.is_boot = false;
	is(&o, STRUCTURE_FREE);
	o.service.is_boot = true;
	is(&o, STRUCTURE_NEVER);
	make(&o);
	o.filters = (struct win_filter_list){
		.where = empty, .class_guid = display, .names = {o.names, 1}};
	o.s.filters = &o.filters;
	o.s.n_filters = 1;
	is(&o, STRUCTURE_FILTER);
	o.s.services[0].name = empty; /* a name in a list without a service */
	o.s.services[0].path = empty;
	assert_int_equal(structure_protects(&o.s, "\\a\\flt.SYS", "", &why), STRUCTURE_FILTER);
	assert_int_equal(structure_protects(&o.s, "\\a\\flt2.sys", "", &why), STRUCTURE_FREE);
	make(&o);
	o.s.critical_services = (struct win_list){o.names, 1};
	is(&o, STRUCTURE_NEVER);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure__nothing_speaks_for_it__is_free),
		cmocka_unit_test(test_structure__unreadable_hive__forbids),
		cmocka_unit_test(test_structure__altitudes__encryption_never_antivirus_asks),
		cmocka_unit_test(test_structure__groups__storage_and_early_launch_never),
		cmocka_unit_test(test_structure__groups_of_filters__as_their_altitudes),
		cmocka_unit_test(test_structure__several_services__the_weightiest),
		cmocka_unit_test(test_against__many_reasons__all_of_them),
		cmocka_unit_test(test_structure__filter_of_a_longer_name__is_another),
		cmocka_unit_test(test_structure__error_control__forbids_what_is_started),
		cmocka_unit_test(test_structure__device_filter_and_critical__forbid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
