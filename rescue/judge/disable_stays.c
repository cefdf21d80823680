/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a service must stay. Sources: as protect_structure.c; BootFlags and DumpFilters as Windows'
 * driver documentation has them; shared/facts sections 4 and 6. */
#include <string.h>
#include <strings.h>

#include "judge/disable_internal.h"
#include "judge/rule_internal.h"
#include "judge/structure.h"

/* Started from there, a Windows needs them though nothing else says so: network, virtual disk, USB,
 * card, USB 3, measured start. */
#define BOOT_FLAGS_NEEDED 0x3FU

/* Classes of what a person types the password with. */
static const char *const login_classes[] = {
	"{4d36e96b-e325-11ce-bfc1-08002be10318}", /* keyboards */
	"{4d36e96f-e325-11ce-bfc1-08002be10318}", /* mice */
	"{745a17a0-74d3-11d0-b6fe-00a0c90f57da}", /* HID */
};

/* Drivers of a virtual machine's own devices: the beginnings of their files' names. */
static const char *const machine_names[] = {"vmci", "vsock", "vmx", "vmmem", "vmraw", "vmmouse",
	"vmusbmouse", "vm3dmp", "xen", "viostor", "vioscsi", "viorng", "vioser", "viofs", "viogpu",
	"netkvm", "balloon", "pvpanic", "fwcfg", "qemufwcfg", "VBox", "prl_", "hv", "vmgen",
	"googlevss", "awsnvme", "ena"};

const char *disable_file(const struct win_service *one)
{
	const char *slash = strrchr(one->path, '\\');

	return slash ? slash + 1 : "";
}

bool disable_is_called(const struct win_service *one, const char *name)
{
	return name[0] &&
	       (strcasecmp(disable_file(one), name) == 0 || strcasecmp(one->display, name) == 0);
}

static bool works_a_login(const struct win_system *s, const struct win_service *one)
{
	for (size_t i = 0; i < s->n_devices; i++)
		for (size_t k = 0; k < sizeof(login_classes) / sizeof(login_classes[0]); k++)
			if (strcasecmp(s->devices[i].service, one->name) == 0 &&
				strcmp(s->devices[i].class_guid, login_classes[k]) == 0)
				return true;
	return false;
}

static bool is_of_dumps(const struct win_system *s, const struct win_service *one)
{
	const char *file = disable_file(one);

	for (size_t i = 0; i < s->dump_filters.n; i++)
		if ((file[0] && strcasecmp(s->dump_filters.p[i], file) == 0) ||
			strcasecmp(s->dump_filters.p[i], one->name) == 0)
			return true;
	return false;
}

#define CRITICAL "CriticalDeviceDatabase\\"

/* Windows 7 filters devices by it that it has not met yet; no list that is edited here. */
static bool is_critical_filter(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_filters; i++)
		for (size_t k = 0; k < s->filters[i].names.n; k++)
			if (strncmp(s->filters[i].where, CRITICAL, strlen(CRITICAL)) == 0 &&
				strcasecmp(s->filters[i].names.p[k], name) == 0)
				return true;
	return false;
}

/* Upper and lower case of other letters is Windows' own table, and no list of filters may keep a
 * name whose service is disabled. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name >= 0x80)
			return false;
	return true;
}

bool disable_is_early(const struct win_service *one)
{
	return structure_is_early(one);
}

bool disable_is_security(const struct win_service *one)
{
	return structure_is_security(one);
}

bool disable_is_filter(const struct win_system *s, const char *name)
{
	return structure_is_filter(s, name, strlen(name)) && !is_critical_filter(s, name);
}

const char *disable_stays(const struct win_system *s, const struct disable_maker *maker,
	const struct win_service *one)
{
	const struct {
		bool is;
		const char *why;
	} rows[] = {
		{s->note[0] || s->is_devices_cut || !s->are_services_whole,
			"not all of the SYSTEM hive can be read, and something may need it"},
		{!one->is_driver && (!one->is_user_exe || !one->path[0]),
			"it runs in a program that other services use, too, or that is not on this "
			"volume"},
		{!is_plain(one->name), "its name has other letters than a to z: whether a list of "
				       "filters names it "
				       "is not told for sure"},
		{maker->is_own, "it is a part of Windows"},
		{one->is_driver && maker->is_declared,
			"its package, or another one, adds it to devices in a way that no list "
			"shows (AddFilter), and they would not start without it"},
		{!maker->is_known,
			"nothing says who made it: its file is no program that can be read, and no "
			"package of another maker brought it"},
		{!one->has_start, "its Start is no number that could be set"},
		{protect_from_disable(disable_file(one)),
			"a start stands on a file of this name, whoever made it"},
		{is_of_dumps(s, one),
			"Windows runs its dumps through it, as storage encryption wants"},
		{is_critical_filter(s, one->name),
			"this Windows starts new devices with it in their filters"},
		{one->is_driver && one->boot_flags & BOOT_FLAGS_NEEDED,
			"a start from the network, a stick, a card or a virtual disk needs it "
			"(BootFlags)"},
		{works_a_login(s, one), "a keyboard or mouse of this machine works by it"},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
		if (rows[k].is)
			return rows[k].why;
	return one->is_driver ? structure_stays(s, one) : NULL;
}

bool disable_is_under_disks(const struct win_system *s, const struct win_service *one)
{
	return one->is_boot && (structure_stays(s, one) || is_of_dumps(s, one) ||
				       structure_filters_disks(s, one->name));
}

const char *disable_stays_in_safe(const struct win_system *s, size_t i)
{
	const struct win_service *one = &s->services[i];

	if (structure_filters_disks(s, one->name))
		return "it filters disks or volumes: only who names it has it disabled";
	for (size_t k = 0; k < sizeof(machine_names) / sizeof(machine_names[0]); k++)
		if (strncasecmp(disable_file(one), machine_names[k], strlen(machine_names[k])) == 0)
			return "it belongs to the virtual machine that this Windows runs in";
	return NULL;
}
