/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SOFTWARE and SYSTEM hives say about the installation. */
#include "windows/internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define UNIX_EPOCH_FILETIME 116444736000000000ULL
#define MAX_CONTROL_SET	    999

/* A file of System32: how large is it, and when was it changed? False: it is not there. */
static bool file_facts(
	struct nt_vol *vol, const struct win_info *info, const char *sub, struct nt_stat *ret)
{
	char path[WIN_PATH_CAP];
	uint64_t ref;

	(void)snprintf(path, sizeof(path), "%s\\System32\\%s", info->root, sub);
	return nt_lookup(vol, path, &ref, NULL) == 0 && nt_stat(vol, ref, ret, NULL) == 0;
}

/* A copy of Windows' own, which a person may put back: since 1803 the files there are empty, unless
 * somebody switched the copying on again. */
static void copy_text(
	struct nt_vol *vol, const struct win_info *info, const char *name, char *ret, size_t cap)
{
	char sub[64], time[RS_TIME_LEN];
	struct nt_stat st;

	(void)snprintf(sub, sizeof(sub), "config\\RegBack\\%s", name);
	if (!file_facts(vol, info, sub, &st)) {
		(void)snprintf(ret, cap, "RegBack has no copy");
		return;
	}
	rs_filetime_text(st.modified, time);
	if (st.size_bytes)
		(void)snprintf(ret, cap, "RegBack has a copy of %.10s, %llu bytes", time,
			(unsigned long long)st.size_bytes);
	else
		(void)snprintf(ret, cap, "its copy in RegBack is empty");
}

/* A hive without which Windows does not start: SYSTEM is read by its loader (stop 0x74), SOFTWARE
 * by its session manager (stop 0xC0000218). */
static void hive_fault(
	struct nt_vol *vol, struct win_info *info, const char *name, const struct rs_err *why)
{
	char copy[96], reason[128], sub[64];
	struct nt_stat st;

	if (info->hive_fault[0])
		return; /* one is enough */
	/* without what loads the hives a folder is no installation that could start, but a part of
	 * a Windows that somebody copied: a note is enough */
	if (why->code == RS_E_NO_SUCH_FILE && !file_facts(vol, info, "smss.exe", &st))
		return;
	(void)snprintf(sub, sizeof(sub), "config\\%s", name);
	if (why->code == RS_E_NO_SUCH_FILE)
		(void)snprintf(reason, sizeof(reason), "missing");
	else if (file_facts(vol, info, sub, &st) && !st.size_bytes)
		(void)snprintf(reason, sizeof(reason), "empty");
	else
		(void)snprintf(reason, sizeof(reason), "unreadable (%.100s)",
			why->detail[0] ? why->detail : rs_err_info(why->code)->text);
	copy_text(vol, info, name, copy, sizeof(copy));
	(void)snprintf(info->hive_fault, sizeof(info->hive_fault),
		"its %s hive is %s (stop %s); %s", name, reason,
		strcmp(name, "SYSTEM") == 0 ? "0x74" : "0xC0000218", copy);
}

/* A hive of the installation; NULL and a note when it cannot be had. */
static int hive_of(struct nt_vol *vol, struct win_info *info, const char *name,
	struct win_hive **ret, struct rs_err *err)
{
	char path[WIN_PATH_CAP];
	struct rs_err why = {0};

	*ret = NULL;
	(void)snprintf(path, sizeof(path), "%s\\System32\\config\\%s", info->root, name);
	int r = win_hive_open_in(vol, path, ret, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		rs_note(info->note, sizeof(info->note), "%s hive: %s", name,
			why.detail[0] ? why.detail : "unreadable");
		hive_fault(vol, info, name, &why);
		return 0;
	}
	if (win_hive_is_cut(*ret)) {
		(void)rs_fail(&why, RS_E_HIVE, "the file ends before the hive does");
		rs_note(info->note, sizeof(info->note), "%s hive: %s", name, why.detail);
		hive_fault(vol, info, name, &why);
	}
	if (win_hive_note(*ret)[0])
		rs_note(info->note, sizeof(info->note), "%s hive: %s", name, win_hive_note(*ret));
	return 0;
}

static int facts_of(struct nt_vol *vol, struct win_info *info, const char *name,
	void (*read)(struct win_hive *h, struct win_info *info), struct rs_err *err)
{
	auto_hive struct win_hive *h = NULL;

	int r = hive_of(vol, info, name, &h, err);
	if (h)
		read(h, info);
	return r;
}

/* A key; 0 and a note when there is none. Values below it are optional: their absence is no note.
 */
static win_key key_of(struct win_hive *h, struct win_info *info, const char *path)
{
	struct rs_err why = {0};
	win_key key = 0;

	if (win_hive_key(h, win_hive_root(h), path, &key, &why) < 0) {
		rs_note(info->note, sizeof(info->note), "%s: %s", path, why.detail);
		return 0;
	}
	return key;
}

/* The same in the control set. */
static win_key control_key(struct win_hive *h, struct win_info *info, const char *sub)
{
	char path[WIN_PATH_CAP];

	win_control_path(info, sub, path, sizeof(path));
	return key_of(h, info, path);
}

static void text(struct win_hive *h, win_key key, const char *name, char *ret, size_t cap)
{
	if (win_hive_text(h, key, name, ret, cap, NULL) < 0)
		ret[0] = '\0';
}

static uint64_t filetime(struct win_hive *h, win_key key, const char *name)
{
	auto_value struct win_value v = {0};

	return win_hive_value(h, key, name, &v, NULL) < 0 || v.len < 8 ? 0 : rs_le64(v.p);
}

static uint32_t decimal(const char *s)
{
	uint32_t v = 0;

	for (; isdigit((unsigned char)*s) && v < 100000000; s++)
		v = v * 10 + (uint32_t)(*s - '0');
	return v;
}

/* ---- SOFTWARE ---- */

static void version_of(struct win_hive *h, win_key key, struct win_info *info)
{
	char build[16];
	uint64_t major = win_number(h, key, "CurrentMajorVersionNumber");

	if (major) /* Windows 10 and later; CurrentVersion stays at 6.3 there */
		(void)snprintf(info->version, sizeof(info->version), "%u.%u", (unsigned)major,
			(unsigned)win_number(h, key, "CurrentMinorVersionNumber"));
	else
		text(h, key, "CurrentVersion", info->version, sizeof(info->version));
	text(h, key, "CurrentBuildNumber", build, sizeof(build));
	if (!decimal(build))
		text(h, key, "CurrentBuild", build, sizeof(build));
	info->build = decimal(build);
	info->revision = (uint32_t)win_number(h, key, "UBR");
	text(h, key, "DisplayVersion", info->display_version, sizeof(info->display_version));
	if (!info->display_version[0]) /* ended at 2009, where DisplayVersion begins */
		text(h, key, "ReleaseId", info->display_version, sizeof(info->display_version));
}

void win_software_read(struct win_hive *h, struct win_info *info)
{
	info->software_hive_dirty = win_hive_is_dirty(h);
	win_key key = key_of(h, info, "Microsoft\\Windows NT\\CurrentVersion");
	if (!key)
		return;
	text(h, key, "ProductName", info->product, sizeof(info->product));
	text(h, key, "EditionID", info->edition, sizeof(info->edition));
	text(h, key, "InstallationType", info->installation, sizeof(info->installation));
	version_of(h, key, info);
	info->installed_filetime = win_number(h, key, "InstallTime");
	uint64_t unix_seconds = win_number(h, key, "InstallDate");
	if (!info->installed_filetime && unix_seconds)
		info->installed_filetime =
			UNIX_EPOCH_FILETIME + (uint32_t)unix_seconds * 10000000ULL;
}

int win_facts_software(struct nt_vol *vol, struct win_info *info, struct rs_err *err)
{
	return facts_of(vol, info, "SOFTWARE", win_software_read, err);
}

/* ---- SYSTEM ---- */

void win_control_path(const struct win_info *info, const char *sub, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "ControlSet%03u\\%s", info->control_set, sub);
}

static void control_set(struct win_hive *h, struct win_info *info)
{
	static const char *const choices[] = {"Default", "Current"};
	win_key select = key_of(h, info, "Select");

	info->control_set = 1; /* what every hive has, when Select does not say */
	for (size_t i = 0; select && i < 2; i++) {
		char path[32];
		win_key key;
		uint64_t n = win_number(h, select, choices[i]);
		(void)snprintf(path, sizeof(path), "ControlSet%03u", (unsigned)(n % 1000));
		if (n > 0 && n <= MAX_CONTROL_SET &&
			win_hive_key(h, win_hive_root(h), path, &key, NULL) == 0) {
			info->control_set = (unsigned)n;
			return;
		}
	}
}

static void time_zone(struct win_hive *h, win_key key, struct win_info *info)
{
	uint64_t bias;

	text(h, key, "TimeZoneKeyName", info->time_zone, sizeof(info->time_zone));
	if (!info->time_zone[0]) /* before Vista */
		text(h, key, "StandardName", info->time_zone, sizeof(info->time_zone));
	if (win_hive_number(h, key, "ActiveTimeBias", &bias, NULL) < 0)
		bias = win_number(h, key, "Bias");
	info->bias_minutes = (int32_t)(uint32_t)bias; /* stored as unsigned */
}

/* Primary language of an LCID (MS-LCID, 2.2), by its number. */
static const char languages[][3] = {[0x01] = "ar",
	"bg",
	"ca",
	"zh",
	"cs",
	"da",
	"de",
	"el",
	"en",
	"es",
	"fi",
	"fr",
	"he",
	"hu",
	"is",
	"it",
	"ja",
	"ko",
	"nl",
	"nb",
	"pl",
	"pt",
	"rm",
	"ro",
	"ru",
	"hr",
	"sk",
	"sq",
	"sv",
	"th",
	"tr",
	"ur",
	"id",
	"uk",
	"be",
	"sl",
	"et",
	"lv",
	"lt"};

#define PRIMARY_LANGUAGE 0x3FFU

/* Not every Windows says it: no note where it does not. What was installed may have another
 * language than what is set, which is asked first. */
static void language(struct win_hive *h, struct win_info *info)
{
	static const char *const values[] = {"Default", "InstallLanguage"};
	char path[WIN_PATH_CAP], lcid[16] = "";
	win_key key;

	win_control_path(info, "Control\\Nls\\Language", path, sizeof(path));
	if (win_hive_key(h, win_hive_root(h), path, &key, NULL) < 0)
		return;
	for (size_t i = 0; i < 2 && !lcid[0]; i++)
		text(h, key, values[i], lcid, sizeof(lcid));
	const unsigned long primary = strtoul(lcid, NULL, 16) & PRIMARY_LANGUAGE;
	if (primary < sizeof(languages) / sizeof(languages[0]))
		memcpy(info->language, languages[primary], sizeof(languages[0]));
}

static void product_role(struct win_hive *h, win_key key, struct win_info *info)
{
	char role[32];

	text(h, key, "ProductType", role, sizeof(role));
	if (!role[0])
		return;
	info->is_domain_controller = strcasecmp(role, "LanmanNT") == 0;
	info->is_server = strcasecmp(role, "WinNT") != 0;
}

static void processor(struct win_hive *h, win_key key, struct win_info *info)
{
	char value[32];

	text(h, key, "PROCESSOR_ARCHITECTURE", value, sizeof(value));
	for (size_t i = 0; i < WIN_N_ARCHS; i++)
		if (strcasecmp(value, win_archs[i].in_registry) == 0)
			(void)snprintf(info->arch, sizeof(info->arch), "%s", win_archs[i].word);
}

/* ---- the build, from the versions of the drivers that came with Windows ---- */

struct votes {
	struct win_hive *h;
	uint32_t build[64], count[64];
	size_t n;
};

/* Version of a package: 48 bytes, at 32 four u16 (revision, build, minor, major). */
static bool vote(void *user, const char *name, win_key sub)
{
	struct votes *v = user;
	auto_value struct win_value one = {0};

	(void)name;
	if (win_hive_value(v->h, sub, "Version", &one, NULL) < 0 || one.len < 40 ||
		rs_le16(one.p + 38) != 10 || rs_le16(one.p + 36) != 0)
		return true;
	uint32_t build = rs_le16(one.p + 34);
	size_t i = 0;
	while (i < v->n && v->build[i] != build)
		i++;
	if (i == sizeof(v->build) / sizeof(v->build[0]))
		return true;
	if (i == v->n)
		v->build[v->n++] = build;
	v->count[i]++;
	return true;
}

static void build_from_drivers(struct win_hive *h, struct win_info *info)
{
	struct votes v = {.h = h};
	win_key key;
	uint32_t best = 0;

	if (win_hive_key(h, win_hive_root(h), "DriverDatabase\\DriverPackages", &key, NULL) < 0)
		return;
	(void)win_hive_each_key(h, key, vote, &v, NULL); /* damaged ones have no vote */
	for (size_t i = 0; i < v.n; i++) {
		if (v.count[i] > best) {
			best = v.count[i];
			info->build = v.build[i];
		}
	}
	if (!best)
		return;
	(void)snprintf(info->version, sizeof(info->version), "10.0");
	rs_note(info->note, sizeof(info->note), "build taken from the driver database");
}

void win_system_facts(struct win_hive *h, struct win_info *info)
{
	static const struct {
		const char *path;
		void (*read)(struct win_hive *h, win_key key, struct win_info *info);
	} parts[] = {
		{"Control\\TimeZoneInformation", time_zone},
		{"Control\\ProductOptions", product_role},
		{"Control\\Session Manager\\Environment", processor},
	};

	info->system_hive_dirty = win_hive_is_dirty(h);
	control_set(h, info);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		win_key key = control_key(h, info, parts[i].path);
		if (key)
			parts[i].read(h, key, info);
	}
	win_key key = control_key(h, info, "Control\\ComputerName\\ComputerName");
	if (key)
		text(h, key, "ComputerName", info->computer_name, sizeof(info->computer_name));
	key = control_key(h, info, "Control\\Windows");
	if (key)
		info->shutdown_filetime = filetime(h, key, "ShutdownTime");
	language(h, info);
	key = key_of(h, info, "Setup");
	if (key)
		win_setup_read(h, key, info);
	if (!info->build)
		build_from_drivers(h, info);
}

int win_facts_system(struct nt_vol *vol, struct win_info *info, struct rs_err *err)
{
	return facts_of(vol, info, "SYSTEM", win_system_facts, err);
}
