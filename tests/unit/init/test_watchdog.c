/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watchdogs of the hardware: who feeds which, and what is said of them. */
#include "init/watchdog.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "tree.h"

static struct watchdog list[WATCHDOGS_MOST];
static struct init in;
static char devices[128];
static uint64_t time_ms;

uint64_t __wrap_now_ms(void);

uint64_t __wrap_now_ms(void)
{
	return time_ms;
}

static bool is_probing;
bool __wrap_machine_is_probing(struct init *of);

bool __wrap_machine_is_probing(struct init *of)
{
	(void)of;
	return is_probing;
}

static void kernel_feeds(const char *on, const char *open_timeout)
{
	tree_file("sys/module/watchdog/parameters/handle_boot_enabled", on);
	if (open_timeout[0])
		tree_file("sys/module/watchdog/parameters/open_timeout", open_timeout);
}

static void put(const char *name, const char *state, const char *refcnt, const char *left)
{
	const char *const files[][2] = {{"identity", "iTCO_wdt\n"}, {"state", state},
		{"device/driver/module/refcnt", refcnt}, {"timeout", "30\n"}, {"timeleft", left}};
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "sys/class/watchdog/%s/%s", name, files[i][0]);
		if (files[i][1])
			tree_file(path, files[i][1]);
	}
}

static void begin(const char *root)
{
	rig_begin(&in);
	time_ms = 1000;
	(void)snprintf(devices, sizeof(devices), "%s/dev", root);
	watchdogs_begin(&in.watchdogs, root, devices);
}

static void end(void)
{
	rig_end(&in);
	tree_done();
}

/* How many descriptors are open. */
static unsigned n_open(void)
{
	unsigned ret = 0;

	for (int fd = 0; fd < 256; fd++)
		ret += fcntl(fd, F_GETFD) >= 0;
	return ret;
}

/* How often that was said. */
static unsigned n_said(const char *words)
{
	unsigned ret = 0;

	for (size_t i = 0; i < json_object_array_length(in.said.timeline); i++) {
		struct json_object *o = json_object_array_get_idx(in.said.timeline, i);
		ret += strstr(json_object_get_string(json_object_object_get(o, "text")), words) !=
		       NULL;
	}
	return ret;
}

/* A file in the place of its device takes all that is written. */
static off_t fed(void)
{
	char path[160];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/watchdog0", devices);
	return stat(path, &st) == 0 ? st.st_size : -1;
}

static void test_find__none__none(void **state)
{
	(void)state;
	assert_int_equal(watchdogs_find(tree_new(), list), 0);
	tree_done();
}

static void test_find__does_not_run__rests(void **state)
{
	const char *root = tree_new();

	(void)state;
	kernel_feeds("Y\n", "0\n");
	put("watchdog0", "inactive\n", "0\n", "30\n");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_RESTS);
	assert_string_equal(list[0].what, "iTCO_wdt");
	assert_int_equal(list[0].limit_s, 30);
	assert_int_equal(list[0].left_s, 30);
	tree_done();
}

static void test_find__runs__fed_by_the_kernel_where_it_does_that(void **state)
{
	static const struct {
		const char *on, *open_timeout, *state, *refcnt;
		enum watchdog_state is;
	} rows[] = {{"Y\n", "0\n", "inactive\n", "1\n", WATCHDOG_BY_KERNEL},
		{"N\n", "0\n", "inactive\n", "1\n", WATCHDOG_BY_NOBODY},
		{"Y\n", "60\n", "inactive\n", "1\n", WATCHDOG_BY_NOBODY},
		{"Y\n", "", "inactive\n", "1\n", WATCHDOG_BY_NOBODY},
		{"", "", "inactive\n", "1\n", WATCHDOG_BY_NOBODY},
		{"Y\n", "0\n", "active\n", "1\n", WATCHDOG_BY_NOBODY},
		/* its driver is a part of the kernel, and counts nobody */
		{"Y\n", "0\n", "active\n", "0\n", WATCHDOG_BY_NOBODY}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *root = tree_new();
		if (rows[i].on[0])
			kernel_feeds(rows[i].on, rows[i].open_timeout);
		put("watchdog0", rows[i].state, rows[i].refcnt, NULL);
		assert_int_equal(watchdogs_find(root, list), 1);
		assert_int_equal(list[0].state, rows[i].is);
		assert_int_equal(list[0].left_s, -1);
		tree_done();
	}
}

/* By its driver, which then has the old name and no number; else nobody knows. */
static void test_find__bmc__stopped_by_its_driver_only(void **state)
{
	const char *root = tree_new();

	(void)state;
	tree_file("sys/class/misc/watchdog/dev", "10:130\n");
	tree_file("sys/module/ipmi_watchdog/refcnt", "0\n");
	assert_int_equal(watchdogs_find(root, list), 0); /* no BMC */
	tree_file("sys/bus/platform/devices/dmi-ipmi-ssif.0/modalias", "");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_STOPPED);
	tree_done();
	root = tree_new(); /* its driver, which has not found it */
	tree_file("sys/module/ipmi_watchdog/refcnt", "0\n");
	tree_file("sys/bus/platform/devices/dmi-ipmi-ssif.0/modalias", "");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_WITHOUT_US);
	tree_file("sys/class/misc/watchdog/dev", "10:130\n");
	put("watchdog0", "inactive\n", "0\n", NULL); /* the name is another's */
	assert_int_equal(watchdogs_find(root, list), 2);
	assert_int_equal(list[0].state, WATCHDOG_WITHOUT_US);
	tree_done();
	root = tree_new();
	tree_file("sys/bus/acpi/devices/IPI0001:00/modalias", "");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_WITHOUT_US);
	tree_file("sys/class/misc/watchdog/dev", "10:130\n");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_WITHOUT_US);
	tree_done();
}

static void test_find__table_of_the_firmware__named_where_nothing_drives_it(void **state)
{
	const char *root = tree_new();

	(void)state;
	tree_file("sys/firmware/acpi/tables/WDAT", "WDAT");
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_int_equal(list[0].state, WATCHDOG_WITHOUT_US);
	assert_non_null(strstr(list[0].what, "WDAT"));
	put("watchdog1", "inactive\n", "0\n", NULL);
	assert_int_equal(watchdogs_find(root, list), 1);
	assert_string_equal(list[0].name, "watchdog1");
	tree_done();
}

static void test_find__more_than_room__stops(void **state)
{
	const char *root = tree_new();
	char name[16];

	(void)state;
	for (int i = 0; i < WATCHDOGS_MOST + 2; i++) {
		(void)snprintf(name, sizeof(name), "watchdog%d", i);
		put(name, "inactive\n", "0\n", NULL);
	}
	assert_int_equal(watchdogs_find(root, list), WATCHDOGS_MOST);
	tree_done();
}

static void test_step__fed_by_the_kernel__is_left_to_it(void **state)
{
	const char *root = tree_new();

	(void)state;
	kernel_feeds("Y\n", "0\n");
	put("watchdog0", "inactive\n", "1\n", "29\n");
	tree_file("dev/watchdog0", "");
	begin(root);
	is_probing = true; /* its driver may be on its way */
	assert_int_equal(watchdogs_step(&in), -1);
	assert_int_equal(n_said("watchdog"), 0);
	is_probing = false;
	assert_int_equal(watchdogs_step(&in), -1);
	assert_int_equal(n_said("iTCO_wdt: runs, and is fed by the kernel"), 1);
	assert_int_equal(fed(), 0);
	assert_true(watchdogs_allow(&in));
	assert_int_equal(n_said("watchdog"), 1); /* once */
	end();
}

static void test_step__fed_by_nobody__is_fed_by_us_in_time(void **state)
{
	const char *root = tree_new();
	char path[160];

	(void)state;
	kernel_feeds("N\n", "0\n");
	put("watchdog0", "inactive\n", "1\n", "12\n");
	tree_file("dev/watchdog0", "");
	begin(root);
	assert_in_range(watchdogs_step(&in), 1, 7500); /* a quarter of its 30 s */
	assert_int_equal(n_said("iTCO_wdt: runs, and is fed by us"), 1);
	off_t before = fed();
	assert_true(before > 0);
	time_ms += 3000;
	assert_int_equal(watchdogs_step(&in), 4500);
	assert_int_equal(fed(), before);
	put("watchdog0", "active\n", "2\n", "24\n"); /* by us */
	assert_true(watchdogs_allow(&in));
	time_ms += 4500;
	assert_int_equal(watchdogs_step(&in), 7500);
	assert_int_equal(fed(), before + 1);
	assert_int_equal(n_said("watchdog"), 1);
	char all[64] = "";
	(void)snprintf(path, sizeof(path), "%s/watchdog0", devices);
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fread(all, 1, sizeof(all), f), before + 1);
	assert_int_equal(fclose(f), 0);
	assert_null(memchr(all, 'V', sizeof(all))); /* which would stop it when we end */
	assert_int_equal(close(in.watchdogs.list[0].fd), 0);
	end();
}

/* A BMC's comes late, and has less patience than the one that is fed already. */
static void test_step__one_with_less_time_comes_later__is_fed_in_its_time(void **state)
{
	const char *root = tree_new();

	(void)state;
	put("watchdog1", "inactive\n", "1\n", "590\n");
	tree_file("sys/class/watchdog/watchdog1/timeout", "600\n");
	tree_file("dev/watchdog1", "");
	begin(root);
	assert_int_equal(watchdogs_step(&in), 150000);
	put("watchdog0", "inactive\n", "1\n", "9\n");
	tree_file("sys/class/watchdog/watchdog0/timeout", "10\n");
	tree_file("dev/watchdog0", "");
	time_ms += 1000;
	assert_true(watchdogs_allow(&in));
	off_t before = fed();
	assert_int_equal(watchdogs_step(&in), 2500);
	time_ms += 2500;
	assert_int_equal(watchdogs_step(&in), 2500);
	assert_int_equal(fed(), before + 1);
	for (size_t i = 0; i < in.watchdogs.n; i++)
		assert_int_equal(close(in.watchdogs.list[i].fd), 0);
	end();
}

/* It is named, and the time that is left decides. */
static void test_allow__cannot_be_fed__by_the_time_that_is_left(void **state)
{
	static const struct {
		const char *left;
		bool is_allowed;
	} rows[] = {{"25\n", false}, {"599\n", false}, {"600\n", true}, {NULL, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *root = tree_new();
		put("watchdog0", "inactive\n", "1\n", rows[i].left);
		begin(root);
		assert_int_equal(watchdogs_allow(&in), rows[i].is_allowed);
		assert_int_equal(n_said("iTCO_wdt: runs and cannot be fed"), 1);
		assert_int_equal(watchdogs_step(&in), -1);
		end();
	}
}

/* The device takes nothing any more. */
static void test_step__feeding_fails__is_fed_no_more(void **state)
{
	const char *root = tree_new();

	(void)state;
	put("watchdog0", "inactive\n", "1\n", "12\n");
	tree_link("dev/watchdog0", "/dev/full");
	begin(root);
	unsigned before = n_open();
	assert_false(watchdogs_allow(&in));
	assert_int_equal(in.watchdogs.list[0].fd, -1);
	assert_int_equal(n_open(), before);
	assert_int_equal(
		n_said("iTCO_wdt: runs and cannot be fed: it resets this machine in 12 s"), 1);
	end();
}

/* With its driver: what was open for it is not kept, and its number may be another file's then. */
static void test_step__gone__is_let_go(void **state)
{
	const char *root = tree_new();
	char path[160];

	(void)state;
	put("watchdog0", "inactive\n", "1\n", "12\n");
	tree_file("dev/watchdog0", "");
	begin(root);
	unsigned before = n_open();
	assert_true(watchdogs_allow(&in));
	assert_int_equal(n_open(), before + 1);
	(void)snprintf(path, sizeof(path), "%s/sys/class", root);
	char away[192];
	(void)snprintf(away, sizeof(away), "%s/sys/gone", root);
	assert_int_equal(rename(path, away), 0);
	assert_true(watchdogs_allow(&in));
	assert_int_equal(n_open(), before);
	assert_int_equal(watchdogs_step(&in), -1);
	end();
}

/* Its name and its time are not known: it is fed each second, under the name that the kernel has.
 */
static void test_step__tells_nothing_of_itself__is_fed_each_second(void **state)
{
	const char *root = tree_new();

	(void)state;
	tree_file("sys/class/watchdog/watchdog0/device/driver/module/refcnt", "1\n");
	tree_file("dev/watchdog0", "");
	begin(root);
	assert_in_range(watchdogs_step(&in), 1, 1000);
	assert_int_equal(n_said("watchdog watchdog0: runs, and is fed by us"), 1);
	assert_int_equal(close(in.watchdogs.list[0].fd), 0);
	end();
}

/* Whether it runs is not known: named before a write, and no reason against one. */
static void test_allow__without_a_driver__is_named(void **state)
{
	const char *root = tree_new();

	(void)state;
	tree_file("sys/bus/acpi/devices/IPI0001:00/modalias", "");
	put("watchdog1", "inactive\n", "0\n", "30\n");
	begin(root);
	assert_true(watchdogs_allow(&in));
	assert_int_equal(n_said("the BMC's (IPMI): it has no driver here"), 1);
	assert_int_equal(n_said("iTCO_wdt: does not run"), 1);
	end();
}

static void test_allow__not_looked_for__says_nothing(void **state)
{
	(void)state;
	rig_begin(&in);
	assert_true(watchdogs_allow(&in));
	assert_int_equal(watchdogs_step(&in), -1);
	assert_int_equal(n_said("watchdog"), 0);
	rig_end(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find__none__none),
		cmocka_unit_test(test_find__does_not_run__rests),
		cmocka_unit_test(test_find__runs__fed_by_the_kernel_where_it_does_that),
		cmocka_unit_test(test_find__bmc__stopped_by_its_driver_only),
		cmocka_unit_test(test_find__table_of_the_firmware__named_where_nothing_drives_it),
		cmocka_unit_test(test_find__more_than_room__stops),
		cmocka_unit_test(test_step__fed_by_the_kernel__is_left_to_it),
		cmocka_unit_test(test_step__fed_by_nobody__is_fed_by_us_in_time),
		cmocka_unit_test(test_step__one_with_less_time_comes_later__is_fed_in_its_time),
		cmocka_unit_test(test_allow__cannot_be_fed__by_the_time_that_is_left),
		cmocka_unit_test(test_step__feeding_fails__is_fed_no_more),
		cmocka_unit_test(test_step__gone__is_let_go),
		cmocka_unit_test(test_step__tells_nothing_of_itself__is_fed_each_second),
		cmocka_unit_test(test_allow__without_a_driver__is_named),
		cmocka_unit_test(test_allow__not_looked_for__says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
