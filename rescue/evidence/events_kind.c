/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which events become which rows. The provider counts, never the number alone: others use the same
 * numbers. Names of providers and their data: real logs; Microsoft's SupportArticles-docs on
 * unexpected restarts. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/language.h"
#include "core/text.h"
#include "evidence/events_internal.h"

#define SECOND	     UINT64_C(10000000)
#define MINUTE	     (60 * SECOND)
#define ONE_START    (10 * MINUTE) /* the events of one start lie so near together */
#define WELL	     (10 * MINUTE) /* after that long it ran */
#define BEFORE_START (5 * SECOND)  /* what is logged so near to a start may belong to it */
#define CODE_MASK    0xEFFFFFFFU   /* without "from a small context" */
#define TAKEN_MOST   8U		   /* paths of one event of an antivirus */
#define FAILED_MOST  64U	   /* names of one event */
#define NAMES_CAP    260U

typedef void (*event_fn)(struct event_log *l, const struct win_event *ev);

static const char *get(const struct win_event *ev, const char *name, size_t i)
{
	const char *text = win_event_get(ev, name, i);

	return text ? text : "";
}

/* By its name alone. */
static const char *named(const struct win_event *ev, const char *name)
{
	return get(ev, name, SIZE_MAX);
}

static uint64_t number(const char *s)
{
	bool is_hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

	return strtoull(s, NULL, is_hex ? 16 : 10);
}

static bool is_yes(const char *s)
{
	return strcmp(s, "true") == 0 || number(s) != 0;
}

/* ---- crashes ---- */

static void crash_text(struct event_log *l, struct event_row *row, const char *more)
{
	if (!row)
		return;
	event_row_say(l, row, ROW_TEXT,
		"Windows crashed with code 0x%" PRIX32 " (0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
		", 0x%" PRIx64 ") before this start%s",
		row->crash.code, row->crash.parameters[0], row->crash.parameters[1],
		row->crash.parameters[2], row->crash.parameters[3], more);
}

/* "0x00000050 (0x..., 0x..., 0x..., 0x...)" */
static bool codes_parse(const char *s, struct ev_crash *ret)
{
	char *end;
	unsigned n = 0;

	s += strspn(s, " ");
	unsigned long long code = strtoull(s, &end, 16);
	if (end == s || code == 0 || code > UINT32_MAX)
		return false;
	*ret = (struct ev_crash){.code = (uint32_t)code & CODE_MASK};
	for (s = end + strcspn(end, "("); *s && n < 4; s = end + strspn(end, " ")) {
		ret->parameters[n] = strtoull(s + 1, &end, 16);
		if (end == s + 1)
			break;
		n++;
	}
	ret->has_parameters = n == 4;
	return true;
}

static void on_bug_check(struct event_log *l, const struct win_event *ev)
{
	char path[512], more[600] = "";
	struct ev_crash crash;

	if (!codes_parse(get(ev, "param1", 0), &crash))
		return;
	struct event_row *row = event_row_add(l, EV_CRASH, ev);
	if (!row)
		return;
	row->has_crash = true;
	row->crash = crash;
	win_path_on_volume(get(ev, "param2", 1), l->in->win->root, path, sizeof(path));
	if (path[0])
		(void)snprintf(more, sizeof(more), "; its dump: %s", path);
	crash_text(l, row, more);
}

static void on_kernel_power(struct event_log *l, const struct win_event *ev)
{
	static const char *const names[] = {"BugcheckParameter1", "BugcheckParameter2",
		"BugcheckParameter3", "BugcheckParameter4"};
	const char *code = named(ev, "BugcheckCode");
	bool is_sleep = is_yes(named(ev, "SleepInProgress"));
	bool is_button = is_yes(named(ev, "PowerButtonTimestamp")) ||
			 is_yes(named(ev, "LongPowerButtonPressDetected"));

	if (number(code)) {
		struct event_row *row = event_row_add(l, EV_CRASH, ev);
		if (!row)
			return;
		row->has_crash = true;
		row->crash.code = (uint32_t)number(code) & CODE_MASK;
		for (size_t i = 0; i < 4; i++)
			row->crash.parameters[i] = number(named(ev, names[i]));
		row->crash.has_parameters = true;
		row->crash.is_sleep = row->is_asleep = is_sleep;
		crash_text(l, row, is_sleep ? "; it was on its way into or out of sleep" : "");
		return;
	}
	enum ev_what what = !code[0] ? EV_UNCLEAN : is_button ? EV_BUTTON : EV_POWER_LOSS;
	struct event_row *row = event_row_add(l, what, ev);
	if (row)
		row->is_asleep = is_sleep;
	event_row_say(l, row, ROW_TEXT, "%s%s",
		what == EV_UNCLEAN  ? "Windows ended without a shutdown before this start"
		: what == EV_BUTTON ? "the power button was held before this start"
				    : "power was lost, or Windows stood still, before this start",
		is_sleep ? "; it was on its way into or out of sleep" : "");
}

/* The binary data begin with the time as a SYSTEMTIME of the machine's own clock; the texts beside
 * it are in the format of its country. */
static bool local_time(const struct win_event *ev, char ret[32])
{
	const char *hex = named(ev, "Binary");
	unsigned part[8];

	if (strlen(hex) < 32)
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned low, high;
		if (sscanf(hex + 4 * i, "%2x%2x", &low, &high) != 2)
			return false;
		part[i] = low | high << 8;
	}
	if (part[0] < 1990 || part[0] > 9999 || part[1] < 1 || part[1] > 12 || part[3] < 1 ||
		part[3] > 31 || part[4] > 23 || part[5] > 59 || part[6] > 59)
		return false;
	(void)snprintf(ret, 32, "%04u-%02u-%02u %02u:%02u:%02u", part[0] % 10000, part[1] % 100,
		part[3] % 100, part[4] % 100, part[5] % 100, part[6] % 100);
	return true;
}

static void on_unclean(struct event_log *l, const struct win_event *ev)
{
	char time[32];
	struct event_row *row = event_row_add(l, EV_UNCLEAN, ev);

	if (local_time(ev, time))
		event_row_say(l, row, ROW_TEXT,
			"Windows ended without a shutdown, at %s by its own clock", time);
	else
		event_row_say(
			l, row, ROW_TEXT, "Windows ended without a shutdown before this start");
}

/* ---- starts and stops ---- */

void event_run_end(struct event_log *l, uint64_t next)
{
	struct event_run *run = &l->run;
	uint64_t last = 0, before = next > BEFORE_START ? next - BEFORE_START : UINT64_MAX;

	for (size_t i = 0; i < run->n_times && i < EVENTS_RUN_TIMES; i++)
		if (run->times[i] > last && run->times[i] < before)
			last = run->times[i];
	if (run->is_there && last >= run->start && last - run->start >= WELL) {
		struct win_event ev = {.time = last, .record = run->record};
		event_row_say(l, event_row_add(l, EV_ALIVE, &ev), ROW_TEXT,
			"Windows ran: its log goes on for %" PRIu64 " minutes after its start",
			(last - run->start) / MINUTE);
	}
	*run = (struct event_run){0};
}

/* 1, 2: without and with a network. */
static bool is_safe_mode(const struct win_event *ev)
{
	return ev->id == 12 && number(named(ev, "BootMode")) > 0;
}

/* Kernel-General 12, then EventLog 6009 and 6005 (which may stand before it) tell of one start. */
static void on_start(struct event_log *l, const struct win_event *ev)
{
	struct event_run *run = &l->run;
	unsigned mark = ev->id == 12 ? 1 : ev->id == 6009 ? 2 : 4;
	uint64_t apart = ev->time > run->start ? ev->time - run->start : run->start - ev->time;

	if (run->is_there && !(run->marks & mark) && apart < ONE_START) {
		struct event_row *row = event_row_last(l, EV_START);
		run->marks |= mark;
		if (row && ev->time < row->time)
			row->time = run->start = ev->time;
		if (row)
			row->is_safe_mode |= is_safe_mode(ev);
		return;
	}
	event_run_end(l, ev->time);
	*run = (struct event_run){
		.is_there = true, .start = ev->time, .record = ev->record, .marks = mark};
	struct event_row *row = event_row_add(l, EV_START, ev);
	if (row)
		row->is_safe_mode = is_safe_mode(ev);
	event_row_say(l, row, ROW_TEXT, "%s",
		row && row->is_safe_mode ? "Windows began to start in Safe Mode"
					 : "Windows began to start");
}

static void on_stop(struct event_log *l, const struct win_event *ev)
{
	struct event_row *row = event_row_last(l, EV_STOP);

	if (row && row->id != ev->id &&
		(ev->time > row->time ? ev->time - row->time : row->time - ev->time) < ONE_START) {
		row->time = ev->time > row->time ? ev->time : row->time;
		return;
	}
	event_row_say(l, event_row_add(l, EV_STOP, ev), ROW_TEXT, "Windows was shut down");
}

/* Programs that no session goes on without: what they ask for no person wanted, or one who sits
 * elsewhere. */
static bool is_core(const char *path)
{
	static const char *const names[] = {
		"wininit.exe", "lsass.exe", "services.exe", "csrss.exe"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(win_path_name(path), names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void on_restart(struct event_log *l, const struct win_event *ev)
{
	struct event_row *row = event_row_add(l, EV_RESTART_ASKED, ev);

	if (row)
		row->is_certain = is_core(get(ev, "param1", 0));

	static const char *const known[] = {N_("power off"), N_("shutdown")};

	(void)known; /* what an English Windows writes there */
	event_row_say(l, row, ROW_TEXT, "%s asked for a %s: %s (%s)", get(ev, "param1", 0),
		get(ev, "param5", 4)[0] ? get(ev, "param5", 4) : "restart", get(ev, "param3", 2),
		get(ev, "param4", 3));
}

static void on_clock(struct event_log *l, const struct win_event *ev)
{
	uint64_t from, to;

	if (!rs_filetime_parse(named(ev, "OldTime"), &from) ||
		!rs_filetime_parse(named(ev, "NewTime"), &to) ||
		(from > to ? from - to : to - from) <= MINUTE)
		return;
	event_row_say(l, event_row_add(l, EV_CLOCK_SET, ev), ROW_TEXT,
		"the clock was set from %.19sZ to %.19sZ", named(ev, "OldTime"),
		named(ev, "NewTime"));
}

/* ---- drivers and devices ---- */

/* The key of a service that an event calls by its key or by its name for people. */
static const char *service_key(const struct event_log *l, const char *name)
{
	const struct win_system *s = l->e->system;
	const char *key = name;

	for (size_t i = 0; s && i < s->n_services; i++) {
		if (strcasecmp(s->services[i].name, name) == 0)
			return name;
		if (s->services[i].display && strcasecmp(s->services[i].display, name) == 0)
			key = s->services[i].name;
	}
	return key;
}

static void service_path(struct event_log *l, struct event_row *row, const char *raw)
{
	char path[512];

	win_path_on_volume(raw, l->in->win->root, path, sizeof(path));
	event_row_say(l, row, ROW_PATH, "%s", path);
}

static void on_service(struct event_log *l, const struct win_event *ev)
{
	const char *name = get(ev, "ServiceName", 0), *image = get(ev, "ImagePath", 1);
	struct event_row *row = event_row_add(l, EV_SERVICE_NEW, ev);

	service_path(l, row, image);
	event_row_say(l, row, ROW_SERVICE, "%s", service_key(l, name));
	event_row_say(l, row, ROW_TEXT, "the service %s was installed: %s", name, image);
}

static void on_pnp_service(struct event_log *l, const struct win_event *ev)
{
	const char *name = named(ev, "ServiceName"), *file = named(ev, "DriverFileName");

	if (!name[0])
		return;
	struct event_row *row = event_row_add(l, EV_SERVICE_NEW, ev);
	service_path(l, row, file);
	event_row_say(l, row, ROW_SERVICE, "%s", service_key(l, name));
	event_row_say(l, row, ROW_TEXT, "the driver %s was added for %s: %s", name,
		named(ev, "DeviceInstanceID"), file);
}

static void on_device(struct event_log *l, const struct win_event *ev)
{
	const char *driver = named(ev, "DriverName"), *device = named(ev, "DeviceInstanceID");
	struct event_row *row = event_row_add(l, EV_DEVICE_INSTALLED, ev);

	if (!device[0])
		device = named(ev, "DeviceInstanceId");
	event_row_say(l, row, ROW_PACKAGE, "%s", driver);
	event_row_say(l, row, ROW_PRODUCT, "%s", named(ev, "DriverProvider"));
	event_row_say(l, row, ROW_SERVICE, "%s", named(ev, "ServiceName"));
	const char *version = named(ev, "DriverVersion"), *provider = named(ev, "DriverProvider");
	const char *status = named(ev, "InstallStatus");
	if (!status[0])
		status = named(ev, "Status");
	/* a text each, for who translates them */
	if (provider[0])
		event_row_say(l, row, ROW_TEXT, "%s %s of %s for %s, status %s", driver, version,
			provider, device, status);
	else
		event_row_say(l, row, ROW_TEXT, "%s %s for %s, status %s", driver, version, device,
			status);
}

static void failed_add(
	struct event_log *l, const struct win_event *ev, const char *name, const char *why)
{
	struct event_row *row = event_row_add(l, EV_SERVICE_FAILED, ev);

	event_row_say(l, row, ROW_SERVICE, "%s", service_key(l, name));
	event_row_say(l, row, ROW_TEXT, "%s %s", name, why);
}

/* One name a line. */
static void on_not_loaded(struct event_log *l, const struct win_event *ev)
{
	char name[NAMES_CAP];
	const char *s = get(ev, "param1", 0);

	for (size_t i = 0; i < FAILED_MOST; i++) {
		s += strspn(s, " \t\r\n");
		size_t n = strcspn(s, " \t\r\n");
		if (n == 0)
			return;
		(void)snprintf(
			name, sizeof(name), "%.*s", (int)(n < NAMES_CAP ? n : NAMES_CAP - 1), s);
		failed_add(l, ev, name, "did not load at this start");
		s += n;
	}
}

static void on_service_failed(struct event_log *l, const struct win_event *ev)
{
	char why[320];
	bool is_late = ev->id == 7009;
	const char *name = is_late ? get(ev, "param2", 1) : get(ev, "param1", 0);

	if (!name[0])
		return;
	if (is_late)
		(void)snprintf(why, sizeof(why), "did not answer in time");
	else if (ev->id == 7001)
		(void)snprintf(why, sizeof(why), "did not start, as it needs %.200s",
			get(ev, "param2", 1));
	else
		(void)snprintf(
			why, sizeof(why), "did not start: error %.200s", get(ev, "param2", 1));
	failed_add(l, ev, name, why);
}

static void on_pnp_failed(struct event_log *l, const struct win_event *ev)
{
	static const char folder[] = "\\Driver\\";
	char why[320];
	const char *name = named(ev, "FailureName");

	if (strncasecmp(name, folder, strlen(folder)) == 0)
		name += strlen(folder);
	if (!name[0])
		return;
	(void)snprintf(why, sizeof(why), "did not load for %.200s: status %.40s",
		named(ev, "DriverName"), named(ev, "Status"));
	failed_add(l, ev, name, why);
}

/* ---- updates ---- */

/* "KB5034441" out of a title, "" if none. */
static void kb_of(const char *title, char ret[16])
{
	ret[0] = '\0';
	for (const char *p = strstr(title, "KB"); p; p = strstr(p + 2, "KB")) {
		size_t n = strspn(p + 2, "0123456789");
		if (n >= 5 && n <= 10) {
			(void)snprintf(ret, 16, "KB%.*s", (int)n, p + 2);
			return;
		}
	}
}

static void update_add(struct event_log *l, const struct win_event *ev, enum ev_what what,
	const char *title, const char *how)
{
	char kb[16];
	struct event_row *row = event_row_add(l, what, ev);

	kb_of(title, kb);
	event_row_say(l, row, ROW_PRODUCT, "%s", kb[0] ? kb : title);
	event_row_say(l, row, ROW_TEXT, "%s: %s", title, how);
}

static void on_update(struct event_log *l, const struct win_event *ev)
{
	const char *title = named(ev, "updateTitle");
	char how[80];

	if (ev->id == 20) {
		(void)snprintf(
			how, sizeof(how), "not installed, error %.40s", named(ev, "errorCode"));
		update_add(l, ev, EV_UPDATE_FAILED, title, how);
	} else if (ev->id == 19) {
		update_add(l, ev, EV_UPDATE, title, N_("installed"));
	} else {
		update_add(l, ev, EV_UPDATE_STARTED, title,
			ev->id == 43 ? "its installation began" : "its download began");
	}
}

/* Setup.evtx, of packages. */
static void on_package(struct event_log *l, const struct win_event *ev)
{
	const char *name = named(ev, "PackageIdentifier");
	const char *error = named(ev, "ErrorCode"),
		   *state = named(ev, "IntendedPackageStateTextized");
	char how[160];

	if (ev->id == 3 || number(error)) {
		(void)snprintf(how, sizeof(how), "not brought into state %.60s, error %.40s", state,
			error);
		update_add(l, ev, EV_UPDATE_FAILED, name, how);
	} else if (ev->id == 2) {
		(void)snprintf(how, sizeof(how), "brought into state %.60s", state);
		update_add(l, ev, EV_UPDATE, name, how);
	} else {
		update_add(l, ev, EV_UPDATE_STARTED, name, "needs a restart to go on");
	}
}

/* ---- disks and hardware ---- */

static const char *device_of(const struct win_event *ev)
{
	const char *drive = named(ev, "DriveName"), *device = named(ev, "DeviceName");

	if (drive[0] && strcmp(drive, "??") != 0)
		return drive;
	return device[0] ? device : get(ev, NULL, 0);
}

/* 98 tells of every volume that is mounted; only an action that is wanted means damage. A shadow
 * copy is no volume of its own. */
static void on_ntfs(struct event_log *l, const struct win_event *ev)
{
	if (strstr(named(ev, "DeviceName"), "HarddiskVolumeShadowCopy") ||
		(ev->id == 98 && !number(named(ev, "CorruptionActionState"))))
		return;
	event_row_say(l, event_row_add(l, EV_FS_DAMAGE, ev), ROW_TEXT,
		"the file system of %s reported damage (event %" PRIu32 ")", device_of(ev), ev->id);
}

static void on_disk(struct event_log *l, const struct win_event *ev)
{
	static const struct {
		uint32_t id;
		const char *text;
	} texts[] = {{7, "a bad block"}, {11, "an error of the controller"},
		{51, "an error while paging"}, {52, "it expects to fail soon"},
		{129, "a reset, as it did not answer"}, {153, "a request that had to be repeated"},
		{154, "a request that failed for good"}};
	const char *text = "an error";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].id == ev->id)
			text = texts[i].text;
	event_row_say(l, event_row_add(l, EV_DISK_ERROR, ev), ROW_TEXT, "%s (%s): %s",
		device_of(ev), ev->provider, text);
}

static void on_hardware(struct event_log *l, const struct win_event *ev)
{
	bool is_fatal = ev->level == 1 || ev->level == 2;
	struct event_row *row = event_row_add(l, EV_HARDWARE_ERROR, ev);

	if (row)
		row->is_certain = is_fatal;
	event_row_say(l, row, ROW_TEXT, "the hardware reported a %s error (event %" PRIu32 ")",
		is_fatal ? "fatal" : "corrected", ev->id);
}

static void on_dump_failed(struct event_log *l, const struct win_event *ev)
{
	event_row_say(l, event_row_add(l, EV_DUMP_FAILED, ev), ROW_TEXT, "%s",
		ev->id == 46
			? "a crash of this run could not be written: no place for it was set up"
			: "the dump of a crash could not be written");
}

static void on_cleared(struct event_log *l, const struct win_event *ev)
{
	event_row_say(l, event_row_add(l, EV_LOG_CLEARED, ev), ROW_TEXT,
		"the log %s was cleared: what it had said before is gone", named(ev, "Channel"));
}

/* ---- antivirus ---- */

/* "file:_C:\a\b.sys; driver:..._C:\..." Of 1117 the number of the action tells: 1 cleaned,
 * 2 quarantined, 3 removed; the others leave the file where it is. */
static void on_defender(struct event_log *l, const struct win_event *ev)
{
	const char *s = named(ev, "Path"), *action = named(ev, "Action ID");
	char raw[NAMES_CAP + 64], path[512];

	if (ev->id == 1117 && action[0] && (number(action) < 1 || number(action) > 3))
		return;
	for (size_t i = 0; i < TAKEN_MOST && *s; i++) {
		size_t n = strcspn(s, ";");
		size_t skip = strncmp(s, "file:_", 6) == 0 ? 6 : 0;
		if (skip && n - skip < sizeof(raw)) {
			(void)snprintf(raw, sizeof(raw), "%.*s", (int)(n - skip), s + skip);
			win_path_on_volume(raw, l->in->win->root, path, sizeof(path));
			struct event_row *row =
				path[0] ? event_row_add(l, EV_TAKEN_AWAY, ev) : NULL;
			if (row)
				row->is_certain = ev->id == 1117;
			event_row_say(l, row, ROW_PATH, "%s", path);
			event_row_say(l, row, ROW_PRODUCT, "Windows Defender");
			event_row_say(l, row, ROW_TEXT, "Windows Defender %s %s: %s",
				ev->id == 1117 ? "took away" : "found a threat in", path,
				named(ev, "Threat Name"));
		}
		s += n;
		s += strspn(s, "; ");
	}
}

/* ---- the table ---- */

#define GENERAL	   "Microsoft-Windows-Kernel-General"
#define KERNEL_PNP "Microsoft-Windows-Kernel-PnP"
#define SCM	   "Service Control Manager"
#define UPDATES	   "Microsoft-Windows-WindowsUpdateClient"
#define DEFENDER   "Microsoft-Windows-Windows Defender"

static const struct {
	const char *provider;
	uint32_t first, last;
	event_fn fn;
} table[] = {
	{"Microsoft-Windows-WER-SystemErrorReporting", 1001, 1001, on_bug_check},
	{"BugCheck", 1001, 1001, on_bug_check},
	{"Microsoft-Windows-Kernel-Power", 41, 41, on_kernel_power},
	{"EventLog", 6008, 6008, on_unclean},
	{"EventLog", 6005, 6005, on_start},
	{"EventLog", 6009, 6009, on_start},
	{"EventLog", 6006, 6006, on_stop},
	{GENERAL, 12, 12, on_start},
	{GENERAL, 13, 13, on_stop},
	{GENERAL, 1, 1, on_clock},
	{"User32", 1074, 1074, on_restart},
	{SCM, 7045, 7045, on_service},
	{SCM, 7026, 7026, on_not_loaded},
	{SCM, 7000, 7001, on_service_failed},
	{SCM, 7009, 7009, on_service_failed},
	{"Microsoft-Windows-UserPnp", 20003, 20003, on_pnp_service},
	{"Microsoft-Windows-UserPnp", 20001, 20001, on_device},
	{KERNEL_PNP, 219, 219, on_pnp_failed},
	{KERNEL_PNP, 400, 400, on_device},
	{KERNEL_PNP, 403, 403, on_device},
	{KERNEL_PNP, 410, 410, on_device},
	{UPDATES, 19, 20, on_update},
	{UPDATES, 43, 44, on_update},
	{"Microsoft-Windows-Servicing", 2, 4, on_package},
	{"Ntfs", 55, 55, on_ntfs},
	{"Ntfs", 98, 98, on_ntfs},
	{"Ntfs", 130, 140, on_ntfs},
	{"Microsoft-Windows-Ntfs", 55, 55, on_ntfs},
	{"Microsoft-Windows-Ntfs", 98, 98, on_ntfs},
	{"Microsoft-Windows-Ntfs", 130, 140, on_ntfs},
	{"disk", 7, 7, on_disk},
	{"disk", 11, 11, on_disk},
	{"disk", 51, 52, on_disk},
	{"disk", 153, 154, on_disk},
	{"storahci", 129, 129, on_disk},
	{"stornvme", 129, 129, on_disk},
	{"iaStorA", 129, 129, on_disk},
	{"iaStorAC", 129, 129, on_disk},
	{"iaStorAVC", 129, 129, on_disk},
	{"iaStorV", 129, 129, on_disk},
	{"iaStorVD", 129, 129, on_disk},
	{"Microsoft-Windows-WHEA-Logger", 1, 65535, on_hardware},
	{"volmgr", 46, 46, on_dump_failed},
	{"volmgr", 161, 161, on_dump_failed},
	{"Microsoft-Windows-Eventlog", 104, 104, on_cleared},
	{DEFENDER, 1116, 1117, on_defender},
};

static event_fn fn_of(uint32_t id, const char *provider)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (id >= table[i].first && id <= table[i].last &&
			strcasecmp(provider, table[i].provider) == 0)
			return table[i].fn;
	return NULL;
}

bool event_is_wanted(uint32_t id, const char *provider)
{
	return fn_of(id, provider) != NULL;
}

void event_take(struct event_log *l, const struct win_event *ev)
{
	event_fn fn = fn_of(ev->id, ev->provider);

	if (fn)
		fn(l, ev);
}
