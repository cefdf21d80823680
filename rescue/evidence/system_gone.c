/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that a start needs and that are not there. A key is no proof: Windows lists drivers that
 * it never had files for, and what was uninstalled leaves keys behind. So a driver counts only if
 * it is started at boot (not set back by StartOverride), and without doubt only if the start ends
 * without it: ErrorControl 2 and 3, or its name in a filter list of disks or volumes. And where
 * much is missing, nothing was taken away: it is a copy or a remainder of a Windows. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "evidence/system.h"

#define PATH_CAP  320
#define MOST_GONE 12U

/* ---- drivers ---- */

/* Classes without whose filters no disk is found (Microsoft's list for stop 0x7B). */
static const char *const storage[] = {
	"{4d36e967-e325-11ce-bfc1-08002be10318}", /* disks */
	"{71a27cdd-812a-11d0-bec7-08002be2092f}", /* volumes */
	"{4d36e96a-e325-11ce-bfc1-08002be10318}", /* hdc */
	"{4d36e97b-e325-11ce-bfc1-08002be10318}", /* SCSIAdapter */
};

static bool is_storage(const char *guid)
{
	for (size_t i = 0; i < sizeof(storage) / sizeof(storage[0]); i++)
		if (strcmp(guid, storage[i]) == 0)
			return true;
	return false;
}

static bool is_storage_filter(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_filters; i++) {
		const struct win_filter_list *f = &s->filters[i];
		for (size_t k = 0; !f->is_device && is_storage(f->class_guid) && k < f->names.n;
			k++)
			if (strcasecmp(f->names.p[k], name) == 0)
				return true;
	}
	return false;
}

static bool is_started(const struct win_service *s)
{
	return s->is_driver && s->path[0] &&
	       (s->is_boot || (s->start == WIN_START_SYSTEM && s->override <= 0));
}

/* Its package, by what owns the service; NULL: nobody says. */
static const struct win_package *package_of(
	const struct win_system *s, const struct win_service *one)
{
	for (size_t i = 0; i < s->n_packages; i++)
		if ((one->inf[0] && strcasecmp(s->packages[i].inf, one->inf) == 0) ||
			(one->package[0] && strcasecmp(s->packages[i].folder, one->package) == 0))
			return &s->packages[i];
	return NULL;
}

static bool is_copy(const struct ev_look *in, const char *folder, const char *name, char *ret,
	size_t cap, struct rs_err *err)
{
	struct nt_stat st;
	char sub[PATH_CAP];

	(void)snprintf(
		sub, sizeof(sub), "DriverStore\\FileRepository\\%.120s\\%.100s", folder, name);
	ev_system_path(in, sub, ret, cap);
	return ev_system_there(in, ret, &st, err) == EV_THERE && !st.is_dir && st.size_bytes;
}

/* The same file in the driver store: in the package that owns the service, or in one that bears the
 * name of the file or of the service. "" if there is none. */
void ev_system_copy(const struct ev_look *in, const struct win_system *s,
	const struct win_service *one, char *ret, size_t cap)
{
	const struct win_package *p = package_of(s, one);
	const char *slash = strrchr(one->path, '\\');
	const char *name = slash ? slash + 1 : one->path;
	size_t stem = strcspn(name, ".");

	if (one->package[0] && is_copy(in, one->package, name, ret, cap, NULL))
		return;
	if (p && is_copy(in, p->folder, name, ret, cap, NULL))
		return;
	for (size_t i = 0; i < s->n_packages; i++)
		if (strncasecmp(s->packages[i].original, name, stem) == 0 &&
			s->packages[i].original[stem] == '.' &&
			is_copy(in, s->packages[i].folder, name, ret, cap, NULL))
			return;
	ret[0] = '\0';
}

static int driver_gone(const struct ev_look *in, struct evidence *e, const struct win_service *one,
	struct rs_err *err)
{
	struct ev_file *of_copy;
	const struct win_package *p = package_of(e->system, one);
	bool is_filter = is_storage_filter(e->system, one->name);
	char copy[PATH_CAP];

	ev_system_copy(in, e->system, one, copy, sizeof(copy));
	bool is_needed = one->error_control >= 2 || (is_filter && one->is_boot);
	/* what came with Windows, is not needed and has no copy either was never there */
	bool is_foreign = p && p->imported;
	if (!is_needed && !is_foreign && !copy[0])
		return 0;
	struct ev_item *row = ev_add(e, EV_FILE_GONE, EV_REGISTRY, 0);
	if (!row)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	row->is_certain = is_needed;
	row->where = ev_text(e, "SYSTEM, Services\\%s", one->name);
	row->path = ev_text(e, "%s", one->path);
	row->service = ev_text(e, "%s", one->name);
	row->product = p ? ev_text(e, "%s", p->provider) : "";
	row->package = p ? ev_text(e, "%s", p->folder) : ev_text(e, "%s", one->package);
	row->text = ev_text(e,
		"the file of the driver %s is not there (Start %u, ErrorControl %u%s)", one->name,
		one->start, one->error_control, is_filter ? ", a filter of disks or volumes" : "");
	row->text = copy[0] ? ev_text(e, "%s; a copy is at %s", row->text, copy)
			    : ev_text(e, "%s; no copy is in the driver store", row->text);
	return copy[0] ? ev_file_look(in, e, copy, true, &of_copy, err) : 0;
}

struct gone {
	const struct win_service *v[MOST_GONE];
	size_t n, n_looked, n_gone;
};

static int drivers_gone(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	struct gone g = {.n = 0};
	struct nt_stat st;

	for (size_t i = 0; i < e->system->n_services; i++) {
		const struct win_service *one = &e->system->services[i];
		if (!is_started(one))
			continue;
		enum ev_there is = ev_system_there(in, one->path, &st, err);
		if (is == EV_ENDS)
			return err ? err->code : RS_E_CANCELLED;
		g.n_looked++;
		g.n_gone += is == EV_NOT_THERE;
		if (is == EV_NOT_THERE && g.n < MOST_GONE)
			g.v[g.n++] = one;
	}
	if (g.n_gone > MOST_GONE || 4 * g.n_gone > g.n_looked) {
		(void)ev_miss(e, EV_FILE, "driver files",
			"so many are not there that none of them counts as taken away");
		return 0;
	}
	int r = 0;
	for (size_t i = 0; r == 0 && i < g.n; i++)
		r = driver_gone(in, e, g.v[i], err);
	return r;
}

/* ---- filters ---- */

/* Named and not loaded: no service of that name, or one that is disabled. With a hive that cannot
 * be read as a whole that is a doubt only. */
static bool filter_gone(const struct ev_look *in, struct evidence *e,
	const struct win_filter_list *list, const char *name)
{
	const struct win_service *one = win_service_named(e->system, name);
	char sub[160], path[PATH_CAP];
	struct ev_item *row;

	if (one && one->start != WIN_START_DISABLED)
		return true;
	row = ev_add(e, EV_FILE_GONE, EV_REGISTRY, 0);
	if (!row)
		return false;
	(void)snprintf(sub, sizeof(sub), "drivers\\%.100s.sys", name);
	ev_system_path(in, sub, path, sizeof(path));
	row->is_filter = true;
	row->is_certain = e->system->are_services_whole;
	row->where = ev_text(
		e, "SYSTEM, %s, %s", list->where, list->is_upper ? "UpperFilters" : "LowerFilters");
	/* one that is disabled may have its file: that it is missing is not said */
	row->path = one ? "" : ev_text(e, "%s", path);
	row->service = ev_text(e, "%s", name);
	row->text = one ? ev_text(e, "%s names %s, and its service is disabled (Start 4)",
				  row->where, name)
			: ev_text(e, "%s names %s, and there is no such service", row->where, name);
	return true;
}

static int filters_gone(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	const struct win_system *s = e->system;

	for (size_t i = 0; i < s->n_filters; i++)
		for (size_t k = 0;
			is_storage(s->filters[i].class_guid) && k < s->filters[i].names.n; k++)
			if (!filter_gone(in, e, &s->filters[i], s->filters[i].names.p[k]))
				return rs_fail(err, RS_E_MEMORY, "evidence");
	return 0;
}

/* ---- programs ---- */

/* Never without a doubt: which programs a build has is told by no table, and what was taken away
 * left a trace elsewhere (the change journal, whoever took it). */

/* Since which build, below System32. */
static const struct program {
	const char *name;
	uint32_t since;
} programs[] = {
	{"smss.exe", 0},
	{"csrss.exe", 0},
	{"csrsrv.dll", 0},
	{"wininit.exe", 6000},
	{"winlogon.exe", 0},
	{"services.exe", 0},
	{"lsass.exe", 0},
	{"svchost.exe", 0},
	{"userinit.exe", 0},
	{"ntdll.dll", 0},
	{"kernel32.dll", 0},
	{"KernelBase.dll", 7600},
	{"user32.dll", 0},
	{"gdi32.dll", 0},
	{"advapi32.dll", 0},
	{"rpcrt4.dll", 0},
	{"msvcrt.dll", 0},
	{"sechost.dll", 7600},
	{"win32u.dll", 14393},
	{"win32k.sys", 0},
	{"ntoskrnl.exe", 0},
	{"hal.dll", 0},
	{"ci.dll", 6000},
};
#define N_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static int programs_gone(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	bool is_gone[N_PROGRAMS] = {false}, is_empty[N_PROGRAMS] = {false};
	unsigned gone = 0, looked = 0;
	char path[PATH_CAP];
	struct nt_stat st;

	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (!in->win->build || in->win->build < programs[i].since)
			continue;
		ev_system_path(in, programs[i].name, path, sizeof(path));
		enum ev_there is = ev_system_there(in, path, &st, err);
		if (is == EV_ENDS)
			return err ? err->code : RS_E_CANCELLED;
		is_empty[i] = is == EV_THERE && !st.is_dir && !st.size_bytes;
		is_gone[i] = is == EV_NOT_THERE || is_empty[i];
		gone += is_gone[i];
		looked++;
	}
	if (4 * gone > looked)
		return 0; /* no installation that could start, but some files of one */
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (!is_gone[i])
			continue;
		struct ev_item *row = ev_add(e, EV_FILE_GONE, EV_FILE, 0);
		if (!row)
			return 0;
		ev_system_path(in, programs[i].name, path, sizeof(path));
		row->where = row->path = ev_text(e, "%s", path);
		row->text = ev_text(e,
			is_empty[i] ? "%s, which every start needs, has 0 bytes"
				    : "%s, which every start needs, is not there",
			programs[i].name);
	}
	return 0;
}

int ev_system_gone(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	int r = drivers_gone(in, e, err);

	if (r == 0)
		r = filters_gone(in, e, err);
	return r < 0 ? r : programs_gone(in, e, err);
}
