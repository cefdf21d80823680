/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs become rows. Real logs: what they hold was told by evtxexport; made ones for the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../windows/help_evtx.h"
#include "../windows/help_vol.h"
#include "core/cleanup.h"
#include "core/text.h"
#include "evidence/evidence.h"

#define LOGS   "Windows/System32/winevt/Logs/"
#define MINUTE 600000000ULL
#define TIME   133600000000000000ULL

#define WER	"Microsoft-Windows-WER-SystemErrorReporting"
#define GENERAL "Microsoft-Windows-Kernel-General"
#define POWER	"Microsoft-Windows-Kernel-Power"
#define SCM	"Service Control Manager"

static struct evidence *gather(struct tv *v)
{
	struct win_info win = {.root = "\\Windows"};
	struct ev_look look = {.vol = v->vol, .win = &win};
	struct evidence *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	assert_int_equal(ev_from_events(&look, e, NULL), 0);
	return e;
}

static struct evidence *of_log(struct tv *v, const struct bytes *b)
{
	tv_make(v);
	tv_put(v, LOGS "System.evtx", b->p, b->len);
	tv_open(v);
	return gather(v);
}

static size_t count(const struct evidence *e, enum ev_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_items; i++)
		n += e->items[i].what == what;
	return n;
}

/* Number @k of a kind. */
static const struct ev_item *item(const struct evidence *e, enum ev_what what, size_t k)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].what == what && k-- == 0)
			return &e->items[i];
	fail_msg("no row %s", ev_what_word(what));
	return NULL;
}

static void time_is(uint64_t time, const char *want)
{
	char text[RS_TIME_LEN];

	rs_filetime_text(time, text);
	assert_memory_equal(text, want, strlen(want));
}

struct one {
	uint32_t id;
	const char *provider;
	uint64_t minutes;
	struct mkx_data data[6];
};

static void put(struct mkx *m, const struct one *o)
{
	size_t n = 0;

	while (n < 6 && (o->data[n].name || o->data[n].text))
		n++;
	mkx_event(m, &(struct mkx_event){.id = o->id,
			     .provider = o->provider,
			     .time = TIME + o->minutes * MINUTE,
			     .data = o->data,
			     .n_data = n});
}

static struct evidence *of_events(struct tv *v, const struct one *list, size_t n)
{
	auto_mkx struct mkx m;

	mkx_new(&m, 1);
	for (size_t i = 0; i < n; i++)
		put(&m, &list[i]);
	return of_log(v, &m.b);
}
#define EVENTS(v, list) of_events(v, list, sizeof(list) / sizeof((list)[0]))

static void test_events__safe_mode__is_told_of_its_start(void **state)
{
	static const struct one list[] = {
		{12, GENERAL, 0, {{.name = "BootMode", .text = "0"}}},
		{6005, "EventLog", 60, {{0}}}, /* this one came first */
		{12, GENERAL, 60, {{.name = "BootMode", .text = "2"}}},
		{12, GENERAL, 120, {{.name = "BootMode", .text = "1"}}},
	};
	auto_tv struct tv v;
	auto_evidence struct evidence *e = EVENTS(&v, list);

	(void)state;
	assert_int_equal(count(e, EV_START), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(item(e, EV_START, i)->is_safe_mode, i > 0);
	assert_non_null(strstr(item(e, EV_START, 2)->text, "Safe Mode"));
}

/* ---- real logs ---- */

static void test_events__real_windows_7__lost_power_and_was_held(void **state)
{
	auto_bytes struct bytes b = {0};
	auto_tv struct tv v;

	(void)state;
	if (!fixture_load("evtx/plaso-System.evtx.xz", &b))
		skip();
	auto_evidence struct evidence *e = of_log(&v, &b);
	assert_int_equal(count(e, EV_POWER_LOSS), 1);
	assert_int_equal(count(e, EV_BUTTON), 1); /* PowerButtonTimestamp 130849833260468750 */
	time_is(item(e, EV_BUTTON, 0)->time, "2015-08-25T15:40:40");
	assert_int_equal(count(e, EV_CRASH), 0);
	time_is(item(e, EV_POWER_LOSS, 0)->time, "2015-08-08T18:08:30");
	assert_string_equal(item(e, EV_POWER_LOSS, 0)->where, "System.evtx, record 325");
	assert_int_equal(count(e, EV_SERVICE_NEW), 25 + 67); /* 7045, 20003 */
	assert_true(count(e, EV_ALIVE) > 0);
	assert_int_equal(e->bytes, b.len);
	assert_true(e->log_oldest && e->log_oldest < e->log_newest);
}

static void test_events__real_windows_10__has_no_crash(void **state)
{
	auto_bytes struct bytes b = {0};
	auto_tv struct tv v;

	(void)state;
	if (!fixture_load("evtx/evtx-2-vss_7-System.evtx.xz", &b))
		skip();
	auto_evidence struct evidence *e = of_log(&v, &b);
	assert_int_equal(count(e, EV_CRASH) + count(e, EV_POWER_LOSS) + count(e, EV_BUTTON), 0);
	assert_int_equal(
		count(e, EV_FS_DAMAGE), 0); /* its 55 are of another provider, its 98 sound */
	assert_int_equal(count(e, EV_SERVICE_NEW), 19);
	/* three 7026: CSC and dam, dam, dam; the 7001 of Winlogon is no service */
	assert_int_equal(count(e, EV_SERVICE_FAILED), 4);
	assert_string_equal(item(e, EV_SERVICE_FAILED, 0)->service, "CSC");
	assert_string_equal(item(e, EV_SERVICE_FAILED, 1)->service, "dam");
	assert_int_equal(count(e, EV_CLOCK_SET), 0);
}

/* ---- crashes ---- */

static void test_events__1001__has_code_and_parameters(void **state)
{
	static const struct one list[] = {
		{1001, WER, 0,
			{{"param1", .text = "0x10000050 (0xffffb98012da4074, 0x0000000000000000, "
					    "0xfffff80487e2f1a3, 0x0000000000000002)"},
				{"param2", .text = "C:\\Windows\\Minidump\\a.dmp"}}},
		{1001, "Windows Error Reporting", 0, {{"param1", .text = "0x50 (0x1)"}}},
		{1001, WER, 0, {{"param1", .text = "nonsense"}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_int_equal(count(e, EV_CRASH), 1);
	const struct ev_item *it = item(e, EV_CRASH, 0);
	assert_int_equal(it->crash->code, 0x50);
	assert_true(it->crash->has_parameters);
	assert_true(it->crash->parameters[0] == 0xffffb98012da4074);
	assert_true(it->crash->parameters[3] == 2);
	assert_string_equal(it->path, "");
	assert_non_null(strstr(it->text, "\\Windows\\Minidump\\a.dmp"));
	assert_int_equal(it->id, 1001);
	assert_true(it->time == TIME);
}

static void test_events__41__is_crash_button_or_power(void **state)
{
	static const struct one list[] = {
		{41, POWER, 0,
			{{"BugcheckCode", .text = "80"}, {"BugcheckParameter1", .text = "0xff"},
				{"SleepInProgress", .text = "1"},
				{"PowerButtonTimestamp", .text = "0"}}},
		{41, POWER, 1,
			{{"BugcheckCode", .text = "0"}, {"PowerButtonTimestamp", .text = "133"}}},
		{41, POWER, 2,
			{{"BugcheckCode", .text = "0"}, {"PowerButtonTimestamp", .text = "0"},
				{"LongPowerButtonPressDetected", .text = "true"}}},
		{41, POWER, 3,
			{{"BugcheckCode", .text = "0"}, {"PowerButtonTimestamp", .text = "0"},
				{"LongPowerButtonPressDetected", .text = "false"}}},
		{41, "x", 3, {{"BugcheckCode", .text = "80"}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_int_equal(count(e, EV_CRASH), 1);
	assert_int_equal(item(e, EV_CRASH, 0)->crash->code, 80);
	assert_int_equal(item(e, EV_CRASH, 0)->crash->parameters[0], 255);
	assert_true(item(e, EV_CRASH, 0)->crash->is_sleep);
	assert_int_equal(count(e, EV_BUTTON), 2);
	assert_int_equal(count(e, EV_POWER_LOSS), 1);
	assert_true(item(e, EV_POWER_LOSS, 0)->time == TIME + 3 * MINUTE);
}

static void test_events__6008__tells_the_time_of_its_own_clock(void **state)
{
	static const struct one list[] = {{6008, "EventLog", 0,
		{{NULL, .text = "22:47:44"},
			{"Binary", .text = "E907020001000A0016002F002C000000"
					   "E907020001000A0016002F002C000000"}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_non_null(strstr(item(e, EV_UNCLEAN, 0)->text, "2025-02-10 22:47:44"));
}

/* ---- runs ---- */

static void test_events__one_start__is_one_row_and_alive_after_ten_minutes(void **state)
{
	static const struct one list[] = {{12, GENERAL, 0, {{0}}}, {6009, "EventLog", 0, {{0}}},
		{6005, "EventLog", 0, {{0}}}, {7036, SCM, 30, {{0}}}, {6006, "EventLog", 31, {{0}}},
		/* the next start; its 13 is of the run before */
		{6009, "EventLog", 60, {{0}}}, {6005, "EventLog", 60, {{0}}},
		{13, GENERAL, 32, {{0}}}, {12, GENERAL, 59, {{0}}}, {7036, SCM, 62, {{0}}},
		/* and one that follows at once */
		{12, GENERAL, 63, {{0}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_int_equal(count(e, EV_START), 3);
	assert_true(item(e, EV_START, 1)->time == TIME + 59 * MINUTE);
	assert_int_equal(count(e, EV_STOP), 1);
	assert_true(item(e, EV_STOP, 0)->time == TIME + 32 * MINUTE);
	assert_int_equal(count(e, EV_ALIVE), 1);
	assert_true(item(e, EV_ALIVE, 0)->time == TIME + 31 * MINUTE);
}

/* ---- changes and faults ---- */

static void test_events__services_and_devices__have_path_and_package(void **state)
{
	static const struct one list[] = {
		{7045, SCM, 0,
			{{"ServiceName", .text = "tnd"},
				{"ImagePath", .text = "\\SystemRoot\\System32\\drivers\\tnd.sys"}}},
		{20003, "Microsoft-Windows-UserPnp", 0,
			{{"ServiceName", .text = "tnd2"},
				{"DriverFileName",
					.text = "\\SystemRoot\\System32\\drivers\\b.sys"}}},
		{20001, "Microsoft-Windows-UserPnp", 0,
			{{"DriverName", .text = "tnd.inf_amd64_9b1f"},
				{"DriverProvider", .text = "Tunnel"}}},
		{7026, SCM, 0, {{"param1", .text = "\r\ndam\r\nfoo"}}},
		{7000, SCM, 0, {{"param1", .text = "bar"}, {"param2", .text = "%%2"}}},
		{219, "Microsoft-Windows-Kernel-PnP", 0,
			{{"FailureName", .text = "\\Driver\\Wudf"}}},
		{7001, "Microsoft-Windows-Winlogon", 0, {{"TSId", .text = "3"}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_int_equal(count(e, EV_SERVICE_NEW), 2);
	assert_string_equal(
		item(e, EV_SERVICE_NEW, 0)->path, "\\Windows\\System32\\drivers\\tnd.sys");
	assert_string_equal(item(e, EV_SERVICE_NEW, 1)->service, "tnd2");
	assert_string_equal(
		item(e, EV_SERVICE_NEW, 1)->path, "\\Windows\\System32\\drivers\\b.sys");
	assert_string_equal(item(e, EV_DEVICE_INSTALLED, 0)->package, "tnd.inf_amd64_9b1f");
	assert_string_equal(item(e, EV_DEVICE_INSTALLED, 0)->product, "Tunnel");
	assert_int_equal(count(e, EV_SERVICE_FAILED), 4);
	assert_string_equal(item(e, EV_SERVICE_FAILED, 1)->service, "foo");
	assert_string_equal(item(e, EV_SERVICE_FAILED, 3)->service, "Wudf");
}

static void test_events__disks_and_clock__count_by_provider(void **state)
{
	static const struct one list[] = {
		{98, "Microsoft-Windows-Ntfs", 0,
			{{"DriveName", .text = "C:"}, {"CorruptionActionState", .text = "0"}}},
		{98, "Microsoft-Windows-Ntfs", 0,
			{{"DriveName", .text = "C:"}, {"CorruptionActionState", .text = "2"}}},
		{55, "Microsoft-Windows-Kernel-Processor-Power", 0, {{0}}},
		{140, "Ntfs", 0, {{"DeviceName", .text = "\\Device\\HarddiskVolumeShadowCopy1"}}},
		{7, "disk", 0, {{NULL, .text = "\\Device\\Harddisk0\\DR0"}}},
		{18, "Microsoft-Windows-WHEA-Logger", 0, {{0}}}, {161, "volmgr", 0, {{0}}},
		{104, "Microsoft-Windows-Eventlog", 0, {{"Channel", .text = "System"}}},
		{1, GENERAL, 0,
			{{"NewTime", .text = "2025-02-10T10:00:00.000000000Z"},
				{"OldTime", .text = "2025-02-10T10:01:00.000000000Z"}}},
		{1, GENERAL, 0,
			{{"NewTime", .text = "2025-02-10T10:00:00.000000000Z"},
				{"OldTime", .text = "2025-02-10T11:01:00.000000000Z"}}},
		{19, "Microsoft-Windows-WindowsUpdateClient", 0,
			{{"updateTitle", .text = "Update for Windows (KB5034441)"}}},
		{20, "Microsoft-Windows-WindowsUpdateClient", 0,
			{{"errorCode", .text = "0x80240016"}, {"updateTitle", .text = "x"}}}};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = EVENTS(&v, list);
	assert_int_equal(count(e, EV_FS_DAMAGE), 1);
	assert_int_equal(count(e, EV_DISK_ERROR), 1);
	assert_string_equal(
		item(e, EV_DISK_ERROR, 0)->text, "\\Device\\Harddisk0\\DR0 (disk): a bad block");
	assert_true(item(e, EV_HARDWARE_ERROR, 0)->is_certain);
	assert_int_equal(count(e, EV_DUMP_FAILED), 1);
	assert_int_equal(count(e, EV_LOG_CLEARED), 1);
	assert_int_equal(count(e, EV_CLOCK_SET), 1);
	assert_string_equal(item(e, EV_UPDATE, 0)->product, "KB5034441");
	assert_int_equal(count(e, EV_UPDATE_FAILED), 1);
}

static void test_events__antivirus__names_what_it_took(void **state)
{
	static const char name[] = "Microsoft-Windows-Windows Defender";
	static const struct one list[] = {
		{1117, name, 0,
			{{"Path", .text = "file:_C:\\Windows\\System32\\drivers\\a.sys; "
					  "file:_C:\\b.exe"},
				{"Action ID", .text = "2"}}},
		{1117, name, 0, {{"Path", .text = "file:_C:\\c.exe"}, {"Action ID", .text = "6"}}}};
	auto_mkx struct mkx m;
	auto_tv struct tv v;

	(void)state;
	mkx_new(&m, 1);
	put(&m, &list[0]);
	put(&m, &list[1]);
	tv_make(&v);
	tv_put(&v, LOGS "Microsoft-Windows-Windows Defender%4Operational.evtx", m.b.p, m.b.len);
	tv_open(&v);
	auto_evidence struct evidence *e = gather(&v);
	assert_int_equal(count(e, EV_TAKEN_AWAY), 2);
	assert_string_equal(item(e, EV_TAKEN_AWAY, 0)->path, "\\Windows\\System32\\drivers\\a.sys");
	assert_string_equal(item(e, EV_TAKEN_AWAY, 1)->path, "\\b.exe");
	assert_int_equal(e->n_missing, 1);
	assert_string_equal(e->missing[0].where, "System.evtx");
	assert_string_equal(e->missing[0].why, "it is not there");
	assert_true(e->missing[0].is_lost); /* each Windows has one */
}

/* ---- bounds ---- */

static void test_events__a_flood__keeps_the_newest_and_the_other_kinds(void **state)
{
	auto_mkx struct mkx m;
	auto_tv struct tv v;
	static const struct one error = {7, "disk", 0, {{NULL, .text = "d"}}},
				crash = {1001, WER, 0, {{"param1", .text = "0x50 (0x1)"}}};

	(void)state;
	mkx_new(&m, 1);
	put(&m, &crash);
	for (unsigned i = 0; i < 500; i++) {
		if (m.off > MKX_CHUNK - 4096)
			mkx_chunk(&m);
		put(&m, &error);
	}
	auto_evidence struct evidence *e = of_log(&v, &m.b);
	assert_int_equal(count(e, EV_DISK_ERROR), 400);
	assert_int_equal(count(e, EV_CRASH), 1);
	assert_int_equal(e->n_missing, 1);
	assert_string_equal(e->missing[0].why, "100 older events of kind disk-error are left out");
	assert_false(e->missing[0].is_lost);
}

static void test_events__damage__is_told(void **state)
{
	auto_mkx struct mkx m;
	auto_tv struct tv v;

	(void)state;
	mkx_new(&m, 1);
	(void)mkx_raw(&m, "\x33", 1);
	auto_evidence struct evidence *e = of_log(&v, &m.b);
	assert_int_equal(e->n_missing, 1);
	assert_string_equal(
		e->missing[0].why, "0 of its chunks and 1 records are damaged and left out");
	assert_true(e->missing[0].is_lost);
}

static void test_events__zeros__are_no_log(void **state)
{
	static uint8_t zeros[MKX_HEAD + MKX_CHUNK];
	struct bytes b = {.p = zeros, .len = sizeof(zeros)};
	auto_tv struct tv v;

	(void)state;
	auto_evidence struct evidence *e = of_log(&v, &b);
	assert_int_equal(e->n_items, 0);
	assert_int_equal(e->n_missing, 1);
	assert_string_equal(e->missing[0].why, "it holds only zeros");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events__safe_mode__is_told_of_its_start),
		cmocka_unit_test(test_events__real_windows_7__lost_power_and_was_held),
		cmocka_unit_test(test_events__real_windows_10__has_no_crash),
		cmocka_unit_test(test_events__1001__has_code_and_parameters),
		cmocka_unit_test(test_events__41__is_crash_button_or_power),
		cmocka_unit_test(test_events__6008__tells_the_time_of_its_own_clock),
		cmocka_unit_test(test_events__one_start__is_one_row_and_alive_after_ten_minutes),
		cmocka_unit_test(test_events__services_and_devices__have_path_and_package),
		cmocka_unit_test(test_events__disks_and_clock__count_by_provider),
		cmocka_unit_test(test_events__antivirus__names_what_it_took),
		cmocka_unit_test(test_events__a_flood__keeps_the_newest_and_the_other_kinds),
		cmocka_unit_test(test_events__damage__is_told),
		cmocka_unit_test(test_events__zeros__are_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
