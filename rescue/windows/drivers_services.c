/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services, and which of them the smallest safe mode takes. Values of a service's key: Windows'
 * driver documentation (INF AddService directive, minifilter instances, BootFlags); Owners,
 * StartOverride and DriverPackageId as real hives of Windows 10 and 7 have them. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "windows/drivers_internal.h"

enum { /* Type */
	TYPE_KERNEL = 1,
	TYPE_FILE_SYSTEM = 2,
	TYPE_RECOGNISER = 8,
	TYPE_OWN_PROCESS = 0x10,
	TYPE_SHARED_PROCESS = 0x20,
};
#define BOOT_FLAG_VERIFIER 0x40U

/* The two sub-keys that matter, out of the many that a service may have. */
struct subs {
	win_key instances, override;
};

static bool sub_see(void *user, const char *name, win_key sub)
{
	struct subs *s = user;

	if (strcasecmp(name, "Instances") == 0)
		s->instances = sub;
	else if (strcasecmp(name, "StartOverride") == 0)
		s->override = sub;
	return !s->instances || !s->override;
}

static int override_of(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "0"}};
	uint32_t v = UINT32_MAX;

	if (key && drivers_values(d, key, w, 1))
		v = hive_wanted_u32(&w[0], UINT32_MAX);
	hive_wanted_done(w, 1);
	return v <= WIN_START_DISABLED ? (int)v : -1;
}

/* Of the instance that counts by default; of the only one where none is named. */
struct instances {
	struct drivers_read *d;
	const char *wanted;
	win_key found;
};

static bool instance_see(void *user, const char *name, win_key sub)
{
	struct instances *i = user;

	if (!i->found || strcasecmp(name, i->wanted) == 0)
		i->found = sub;
	return strcasecmp(name, i->wanted) != 0;
}

static char *altitude_of(struct drivers_read *d, win_key key)
{
	struct hive_wanted w[] = {{.name = "DefaultInstance"}};
	struct hive_wanted of_one[] = {{.name = "Altitude"}};
	struct instances i = {.d = d};
	struct rs_err why = {0};

	if (!key)
		return drivers_copy(d, "");
	(void)drivers_values(d, key, w, 1);
	auto_free char *wanted = drivers_text(d, &w[0]);
	hive_wanted_done(w, 1);
	if (!wanted)
		return NULL;
	i.wanted = wanted;
	drivers_pass(d, "Instances", win_hive_each_key(d->h, key, instance_see, &i, &why), &why);
	if (i.found)
		(void)drivers_values(d, i.found, of_one, 1);
	char *altitude = drivers_text(d, &of_one[0]);
	hive_wanted_done(of_one, 1);
	return altitude;
}

static char *owner_of(struct drivers_read *d, const struct hive_wanted *w)
{
	struct win_list owners;
	const char *best = "";

	if (!drivers_has(d, hive_wanted_list(w, &owners) ? d : NULL))
		return NULL;
	/* a driver of Windows' own that others use as well (i8042prt) stays Windows' own; "!" and a
	 * folder is what is not configured yet, or no more */
	for (size_t i = 0; i < owners.n && i < DRIVERS_MAX_NAMES; i++)
		if (owners.p[i][0] != '!' && (!best[0] || strncasecmp(best, "oem", 3) == 0))
			best = owners.p[i];
	char *owner = drivers_copy(d, best);
	win_list_done(&owners);
	return owner;
}

static char *path_of(struct drivers_read *d, const struct win_service *s)
{
	char path[WIN_PATH_CAP] = "";

	if (!s->image_path || !s->name) /* no memory: it ends */
		return NULL;
	if (s->image_path[0] ? s->is_driver || s->is_user_exe
			     : s->is_driver && !strchr(s->name, '\\'))
		win_driver_path(s->image_path, s->name, d->root, path, sizeof(path));
	return drivers_copy(d, path);
}

static bool is_boot(const struct drivers_read *d, const struct win_service *s)
{
	if (!s->is_driver || !s->name || s->start == WIN_START_DISABLED)
		return false;
	if (s->start == WIN_START_BOOT && s->override <= 0)
		return true;
	if (d->s->is_verifier_on && s->boot_flags & BOOT_FLAG_VERIFIER)
		return true;
	/* the loader takes the file system that it reads itself, whatever its Start says */
	return s->type & TYPE_FILE_SYSTEM && strcasecmp(s->name, "Ntfs") == 0;
}

static bool is_in_minimal(const struct drivers_read *d, const struct win_service *s)
{
	const char *slash = s->path ? strrchr(s->path, '\\') : NULL;

	for (size_t i = 0; s->name && s->group && d->minimal.p && i < d->minimal.n; i++) {
		const char *name = d->minimal.p[i];
		if (strcasecmp(name, s->name) == 0 ||
			(s->group[0] && strcasecmp(name, s->group) == 0) ||
			(s->is_driver && slash && strcasecmp(name, slash + 1) == 0))
			return true;
	}
	return false;
}

enum { W_TYPE, W_START, W_ERROR, W_FLAGS, W_IMAGE, W_GROUP, W_DISPLAY, W_OWNERS, W_PACKAGE, W_N };
#define SERVICE_VALUES                                                                             \
	{                                                                                          \
		[W_TYPE] = {.name = "Type"}, [W_START] = {.name = "Start"},                        \
		[W_ERROR] = {.name = "ErrorControl"}, [W_FLAGS] = {.name = "BootFlags"},           \
		[W_IMAGE] = {.name = "ImagePath"}, [W_GROUP] = {.name = "Group"},                  \
		[W_DISPLAY] = {.name = "DisplayName"}, [W_OWNERS] = {.name = "Owners"},            \
		[W_PACKAGE] = {.name = "DriverPackageId"},                                         \
	}

static bool service_fill(struct drivers_read *d, const struct hive_wanted *w,
	const struct subs *subs, struct win_service *s)
{
	s->type = hive_wanted_u32(&w[W_TYPE], 0);
	s->start = hive_wanted_u32(&w[W_START], WIN_START_DEMAND);
	s->has_start = w[W_START].is_there && w[W_START].v.type == REG_DWORD &&
		       w[W_START].v.len == sizeof(uint32_t);
	s->error_control = hive_wanted_u32(&w[W_ERROR], 0);
	s->boot_flags = hive_wanted_u32(&w[W_FLAGS], 0);
	s->is_driver = s->type & (TYPE_KERNEL | TYPE_FILE_SYSTEM | TYPE_RECOGNISER) &&
		       !(s->type & (TYPE_OWN_PROCESS | TYPE_SHARED_PROCESS));
	s->is_user_exe = s->type & TYPE_OWN_PROCESS;
	s->image_path = drivers_text(d, &w[W_IMAGE]);
	s->group = drivers_text(d, &w[W_GROUP]);
	s->display = drivers_text(d, &w[W_DISPLAY]);
	s->inf = owner_of(d, &w[W_OWNERS]);
	s->package = drivers_text(d, &w[W_PACKAGE]);
	s->override = override_of(d, subs->override);
	s->altitude = altitude_of(d, subs->instances);
	if (!s->image_path || !s->group)
		return false;
	s->path = path_of(d, s);
	if (!s->path || d->end.code)
		return false;
	s->is_boot = is_boot(d, s);
	s->is_in_minimal = is_in_minimal(d, s);
	return true;
}

static bool service_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	struct hive_wanted w[] = SERVICE_VALUES;
	struct subs subs = {0};
	struct rs_err why = {0};

	if (!drivers_goes_on(d))
		return false;
	if (d->s->n_services == DRIVERS_MAX_SERVICES) {
		rs_note(d->s->note, sizeof(d->s->note), "more than %d services",
			DRIVERS_MAX_SERVICES);
		return false;
	}
	struct win_service *s =
		rs_list_add(&d->s->services, &d->s->n_services, sizeof(*d->s->services));
	if (!drivers_has(d, s))
		return false;
	s->name = drivers_copy(d, name);
	int r = s->name ? hive_wanted_read(d->h, sub, w, W_N, &s->written, &why) : 0;
	drivers_pass(d, name, r, &why);
	if (s->written > d->s->written)
		d->s->written = s->written;
	if (!d->end.code)
		drivers_pass(d, name, win_hive_each_key(d->h, sub, sub_see, &subs, &why), &why);
	bool is_whole = !d->end.code && service_fill(d, w, &subs, s);
	hive_wanted_done(w, W_N);
	return is_whole && !d->end.code;
}

void drivers_services(struct drivers_read *d)
{
	const size_t noted = strlen(d->s->note);
	win_key key = drivers_key(d, d->set, "Services");

	if (key)
		drivers_each(d, key, "Services", service_see);
	else
		rs_note(d->s->note, sizeof(d->s->note), "no services can be read");
	/* a note that is full takes no more */
	d->s->are_services_whole =
		strlen(d->s->note) == noted && noted + 1 < sizeof(d->s->note) && !d->end.code;
}

/* ---- safe mode ---- */

static bool minimal_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;

	(void)sub;
	if (!drivers_goes_on(d) || d->minimal.n == DRIVERS_MAX_MINIMAL)
		return false;
	char *copy = drivers_copy(d, name);
	char **to = copy ? rs_list_add(&d->minimal.p, &d->minimal.n, sizeof(*to)) : NULL;
	if (!to || !drivers_has(d, to)) {
		(void)drivers_has(d, to);
		free(copy);
		return false;
	}
	*to = copy;
	return true;
}

void drivers_minimal(struct drivers_read *d)
{
	win_key key = drivers_key(d, d->set, "Control\\SafeBoot\\Minimal");

	if (key)
		drivers_each(d, key, "SafeBoot", minimal_see);
}
