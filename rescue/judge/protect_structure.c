/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources: the groups and classes of storage in Microsoft's articles on stop 0x7B and in its
 * documents on driver load order; altitudes of minifilters (allocated by Microsoft); ErrorControl
 * (INF AddService directive). */
#include <stdlib.h>
#include <string.h>

#include "judge/structure.h"

/* Groups of drivers that disks and their file system stand on, whoever made them. */
static const char *const storage_groups[] = {"SCSI miniport", "Boot Bus Extender",
	"System Bus Extender", "Primary Disk", "SCSI Class", "SCSI CDROM Class",
	"Boot File System"};
/* Groups of Windows' own core; what was installed into one from elsewhere is judged by the rest. */
static const char *const core_groups[] = {"System Reserved", "EMS", "Core", "WdfLoadGroup",
	"Core Platform Extensions", "Core Security Extensions", "FSFilter Infrastructure",
	"File System"};
#define GROUP_ELAM	"Early-Launch"
#define GROUP_ANTIVIRUS "FSFilter Anti-Virus"
#define GROUP_ENCRYPTS	"FSFilter Encryption"

#define NO_HIVE	    "its SYSTEM hive cannot be read, so nothing says what a start needs"
#define SECURITY    "it belongs to a security product"
#define FILTER_FILE "a list of filters names it"

/* Classes of devices that a start goes through. */
static const char *const classes[] = {
	"{4d36e967-e325-11ce-bfc1-08002be10318}", /* disks */
	"{71a27cdd-812a-11d0-bec7-08002be2092f}", /* volumes */
	"{4d36e96a-e325-11ce-bfc1-08002be10318}", /* hdc */
	"{4d36e97b-e325-11ce-bfc1-08002be10318}", /* SCSIAdapter */
};
/* Buses, and much else: those that the loader takes. */
static const char *const bus_classes[] = {
	"{4d36e97d-e325-11ce-bfc1-08002be10318}", /* System */
	"{36fc9e60-c465-11cf-8056-444553540000}", /* USB */
};

static bool is_one_of(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(list[i], text) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(list, text) is_one_of(list, sizeof(list) / sizeof((list)[0]), text)

bool structure_is_filter(const struct win_system *s, const char *name, size_t n)
{
	for (size_t i = 0; s && i < s->n_filters; i++)
		for (size_t k = 0; k < s->filters[i].names.n; k++)
			if (strncasecmp(s->filters[i].names.p[k], name, n) == 0 &&
				!s->filters[i].names.p[k][n])
				return true;
	return false;
}

static bool is_critical(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->critical_services.n; i++)
		if (strcasecmp(s->critical_services.p[i], name) == 0)
			return true;
	return false;
}

static bool drives_a_start(const struct win_system *s, const struct win_service *one)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		const char *guid = s->devices[i].class_guid;
		if (strcasecmp(s->devices[i].service, one->name) == 0 &&
			(IS_ONE_OF(classes, guid) ||
				(one->is_boot && IS_ONE_OF(bus_classes, guid))))
			return true;
	}
	return false;
}

/* It came onto this machine with a package of its own. What nobody owns may be Windows' own. */
static bool is_foreign(const struct win_system *s, const struct win_service *one)
{
	for (size_t i = 0; i < s->n_packages; i++)
		if (one->inf[0] && strcasecmp(s->packages[i].inf, one->inf) == 0)
			return s->packages[i].imported != 0;
	return strncasecmp(one->inf, "oem", 3) == 0;
}

static unsigned long altitude(const struct win_service *one)
{
	return strtoul(one->altitude, NULL, 10); /* "328010.5" is of the same range */
}

static bool encrypts(const struct win_service *one)
{
	const unsigned long at = altitude(one);

	return (at >= 140000 && at <= 149999) || strcasecmp(one->group, GROUP_ENCRYPTS) == 0;
}

static bool is_security(const struct win_service *one)
{
	unsigned long at = altitude(one);

	return (at >= 320000 && at <= 329999) || strcasecmp(one->group, GROUP_ANTIVIRUS) == 0;
}

static const char early[] =
	"it is loaded before all others, and its product stops a start without it";

/* What says that a driver must stay, the weightiest first. */
struct reason {
	bool is;
	enum structure ret;
	const char *why;
};
#define REASONS 10U

static void reasons_of(
	const struct win_system *s, const struct win_service *one, struct reason ret[REASONS])
{
	const struct reason rows[REASONS] = {
		{encrypts(one), STRUCTURE_NEVER, "it encrypts what is stored"},
		{strcasecmp(one->group, GROUP_ELAM) == 0, STRUCTURE_NEVER, early},
		{is_critical(s, one->name), STRUCTURE_NEVER,
			"this Windows lists it among the drivers that it can start from"},
		{drives_a_start(s, one), STRUCTURE_NEVER,
			"it drives a disk, volume, controller or bus of this machine"},
		{IS_ONE_OF(storage_groups, one->group), STRUCTURE_NEVER,
			"it belongs to a group of drivers that disks stand on"},
		{IS_ONE_OF(core_groups, one->group) && !is_foreign(s, one), STRUCTURE_NEVER,
			"it belongs to the core of Windows"},
		{one->is_boot && s->is_devices_cut, STRUCTURE_NEVER,
			"there are more devices than can be looked at, and one may need it"},
		{one->is_boot && s->note[0], STRUCTURE_NEVER,
			"not all of the SYSTEM hive can be read, and something may need it"},
		{structure_is_filter(s, one->name, strlen(one->name)), STRUCTURE_FILTER,
			"its name stands in a list of filters, and devices in it do not start "
			"without it"},
		{one->error_control >= 2 && one->override <= 0 && one->start <= WIN_START_SYSTEM,
			STRUCTURE_INSISTED,
			"Windows gives up a start without it (ErrorControl 2 or 3)"},
	};

	memcpy(ret, rows, sizeof(rows));
}

/* Whether a driver must stay, and why. */
static enum structure of_driver(
	const struct win_system *s, const struct win_service *one, const char **ret_why)
{
	struct reason rows[REASONS];

	reasons_of(s, one, rows);
	for (size_t i = 0; i < REASONS; i++)
		if (rows[i].is) {
			*ret_why = rows[i].why;
			return rows[i].ret;
		}
	return STRUCTURE_FREE;
}

static bool is_meant(const struct win_service *one, const char *path, const char *service)
{
	return (service[0] && strcasecmp(one->name, service) == 0) ||
	       (path[0] && strcasecmp(one->path, path) == 0);
}

/* A list of filters names it, though no service does. */
static bool is_filter_file(const struct win_system *s, const char *path)
{
	const char *slash = strrchr(path, '\\');
	const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	return dot && strcasecmp(dot, ".sys") == 0 &&
	       structure_is_filter(s, name, (size_t)(dot - name));
}

enum structure structure_protects(
	const struct win_system *s, const char *path, const char *service, const char **ret_why)
{
	enum structure ret = STRUCTURE_FREE;

	*ret_why = "";
	if (!s || !s->n_services) {
		*ret_why = NO_HIVE;
		return STRUCTURE_NEVER;
	}
	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		if (!is_meant(one, path, service) || !one->is_driver)
			continue;
		const char *why = "";
		enum structure now = of_driver(s, one, &why);
		if (now == STRUCTURE_FREE && is_security(one)) {
			now = STRUCTURE_SECURITY;
			why = SECURITY;
		}
		if (now > ret) {
			ret = now;
			*ret_why = why;
		}
	}
	if (ret == STRUCTURE_FREE && is_filter_file(s, path)) {
		*ret_why = FILTER_FILE;
		return STRUCTURE_FILTER;
	}
	return ret;
}

const char *structure_stays(const struct win_system *s, const struct win_service *one)
{
	struct reason rows[REASONS];

	if (!s->n_services)
		return NO_HIVE;
	reasons_of(s, one, rows);
	for (size_t i = 0; i < REASONS; i++)
		if (rows[i].is && rows[i].ret == STRUCTURE_NEVER && rows[i].why != early)
			return rows[i].why;
	return NULL;
}

bool structure_is_early(const struct win_service *one)
{
	return strcasecmp(one->group, GROUP_ELAM) == 0;
}

bool structure_is_security(const struct win_service *one)
{
	return is_security(one);
}

bool structure_filters_disks(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_filters; i++)
		for (size_t k = 0; k < s->filters[i].names.n; k++)
			if (strcasecmp(s->filters[i].names.p[k], name) == 0 &&
				IS_ONE_OF(classes, s->filters[i].class_guid))
				return true;
	return false;
}

/* ---- all that speaks against it ---- */

/* What a start does with it forbids nothing by itself, and a person should know. */
static void tell_start(
	const struct win_system *s, const struct win_service *one, structure_tell *tell, void *user)
{
	const uint32_t start = one->override >= 0 ? (uint32_t)one->override : one->start;

	if (one->is_boot)
		tell(user, "the loader takes it into memory at each start (Start 0)");
	else if (start == WIN_START_SYSTEM)
		tell(user, "Windows loads it early in each start (Start 1)");
	else if (start == WIN_START_AUTO)
		tell(user, "Windows starts it by itself at each start (Start 2)");
	if (one->is_in_minimal)
		tell(user, "Safe Mode loads it, too");
	for (size_t i = 0; i < s->n_devices; i++)
		if (strcasecmp(s->devices[i].service, one->name) == 0) {
			tell(user, "a device of this machine works by it");
			break;
		}
}

void structure_against(
	const struct win_system *s, const char *path, structure_tell *tell, void *user)
{
	struct reason rows[REASONS];

	if (!s || !s->n_services) {
		tell(user, NO_HIVE);
		return;
	}
	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		if (!is_meant(one, path, ""))
			continue;
		reasons_of(s, one, rows);
		for (size_t k = 0; one->is_driver && k < REASONS; k++)
			if (rows[k].is)
				tell(user, rows[k].why);
		if (one->is_driver && is_security(one))
			tell(user, SECURITY);
		tell_start(s, one, tell, user);
	}
	if (is_filter_file(s, path))
		tell(user, FILTER_FILE);
}
