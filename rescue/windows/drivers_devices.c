/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes and devices with the filters that stand before their drivers, and the devices that a
 * Windows 7 knows before it has looked for any. Enum may hold tens of thousands of devices that
 * were seen once: one walk, each key read once, and a cap. */
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "windows/drivers_internal.h"

#define GUID_CHARS 38U /* "{...}" */

/* A class's GUID in the one spelling that is compared; "" if it is none. */
static void guid_text(const char *text, char ret[GUID_CHARS + 1])
{
	size_t n = strlen(text);

	ret[0] = '\0';
	if (n != GUID_CHARS || text[0] != '{')
		return;
	for (size_t i = 0; i <= n; i++)
		ret[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
}

/* ---- filters ---- */

struct place {
	const char *where, *class_guid;
	bool is_upper, is_device;
};

/* Only as many names as are kept, and no empty ones. */
static void names_tidy(struct win_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->p[i][0] && n < DRIVERS_MAX_NAMES)
			l->p[n++] = l->p[i];
		else
			free(l->p[i]);
	}
	l->n = n;
}

static void filters_add(
	struct drivers_read *d, const struct hive_wanted *w, const struct place *place)
{
	struct hive_wanted list = *w;
	struct win_list names;

	/* one name as a plain text is a filter to the kernel, too */
	if (list.v.type == REG_SZ || list.v.type == REG_EXPAND_SZ)
		list.v.type = REG_MULTI_SZ;
	if (!drivers_has(d, hive_wanted_list(&list, &names) ? d : NULL))
		return;
	names_tidy(&names);
	struct win_filter_list *f = NULL;
	if (names.n && d->s->n_filters == DRIVERS_MAX_FILTERS)
		rs_note(d->s->note, sizeof(d->s->note), "more than %d lists of filters",
			DRIVERS_MAX_FILTERS);
	else if (names.n)
		f = rs_list_add(&d->s->filters, &d->s->n_filters, sizeof(*d->s->filters));
	if (!f) {
		if (names.n && d->s->n_filters < DRIVERS_MAX_FILTERS)
			(void)drivers_has(d, NULL);
		win_list_done(&names);
		return;
	}
	f->names = names;
	f->raw = malloc(w->v.len ? w->v.len : 1);
	if (!drivers_has(d, f->raw))
		return;
	memcpy(f->raw, w->v.p, w->v.len);
	f->raw_len = w->v.len;
	f->where = drivers_copy(d, place->where);
	f->class_guid = drivers_copy(d, place->class_guid);
	f->is_upper = place->is_upper;
	f->is_device = place->is_device;
}

static void both_filters(struct drivers_read *d, const struct hive_wanted *upper,
	const struct hive_wanted *lower, struct place place)
{
	place.is_upper = true;
	if (upper->is_there)
		filters_add(d, upper, &place);
	place.is_upper = false;
	if (lower->is_there && !d->end.code)
		filters_add(d, lower, &place);
}

/* ---- classes ---- */

static bool class_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	struct hive_wanted w[] = {{.name = "UpperFilters"}, {.name = "LowerFilters"}};
	char where[WIN_PATH_CAP], guid[GUID_CHARS + 1];

	if (!drivers_goes_on(d))
		return false;
	(void)snprintf(where, sizeof(where), "Class\\%.255s", name);
	guid_text(name, guid);
	if (drivers_values(d, sub, w, 2))
		both_filters(d, &w[0], &w[1], (struct place){.where = where, .class_guid = guid});
	hive_wanted_done(w, 2);
	return !d->end.code;
}

/* ---- devices ---- */

enum { W_SERVICE, W_CLASS, W_UPPER, W_LOWER, W_N };
#define DEVICE_VALUES                                                                              \
	{                                                                                          \
		[W_SERVICE] = {.name = "Service"}, [W_CLASS] = {.name = "ClassGUID"},              \
		[W_UPPER] = {.name = "UpperFilters"}, [W_LOWER] = {.name = "LowerFilters"},        \
	}

/* Enum\bus\device\instance */
struct path_here {
	struct drivers_read *d;
	const struct path_here *above;
	const char *name;
};

static void device_add(
	struct drivers_read *d, const char *id, const char *guid, const struct hive_wanted *service)
{
	struct win_device *to = NULL;

	if (d->s->n_devices == DRIVERS_MAX_DEVICES) {
		if (!d->s->is_devices_cut)
			rs_note(d->s->note, sizeof(d->s->note), "more than %d devices",
				DRIVERS_MAX_DEVICES);
		d->s->is_devices_cut = true;
		return;
	}
	to = rs_list_add(&d->s->devices, &d->s->n_devices, sizeof(*to));
	if (!drivers_has(d, to))
		return;
	to->id = drivers_copy(d, id);
	to->service = drivers_text(d, service);
	to->class_guid = drivers_copy(d, guid);
}

static bool instance_see(void *user, const char *name, win_key sub)
{
	const struct path_here *at = user;
	struct drivers_read *d = at->d;
	struct hive_wanted w[] = DEVICE_VALUES;
	char id[3 * 256 + 16], where[sizeof(id) + 8], guid[GUID_CHARS + 1];

	if (!drivers_goes_on(d))
		return false;
	(void)snprintf(id, sizeof(id), "%.255s\\%.255s\\%.255s", at->above->name, at->name, name);
	(void)snprintf(where, sizeof(where), "Enum\\%s", id);
	if (drivers_values(d, sub, w, W_N)) {
		auto_free char *class_guid = drivers_text(d, &w[W_CLASS]);
		guid_text(class_guid ? class_guid : "", guid);
		device_add(d, id, guid, &w[W_SERVICE]);
		if (!d->end.code)
			both_filters(d, &w[W_UPPER], &w[W_LOWER],
				(struct place){
					.where = where, .class_guid = guid, .is_device = true});
	}
	hive_wanted_done(w, W_N);
	return !d->end.code;
}

static void below(const struct path_here *at, win_key key,
	bool (*see)(void *user, const char *name, win_key sub))
{
	struct path_here here = *at;
	struct rs_err why = {0};

	if (!drivers_goes_on(here.d))
		return;
	drivers_pass(here.d, here.name, win_hive_each_key(here.d->h, key, see, &here, &why), &why);
}

static bool device_see(void *user, const char *name, win_key sub)
{
	const struct path_here *bus = user;
	const struct path_here here = {bus->d, bus, name};

	below(&here, sub, instance_see);
	return !bus->d->end.code;
}

static bool bus_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	const struct path_here here = {d, NULL, name};

	below(&here, sub, device_see);
	return !d->end.code;
}

/* ---- what a Windows 7 can start from ---- */

static bool critical_see(void *user, const char *name, win_key sub)
{
	struct drivers_read *d = user;
	struct hive_wanted w[] = DEVICE_VALUES;
	struct win_list *l = &d->s->critical_services;
	char where[WIN_PATH_CAP], guid[GUID_CHARS + 1];

	if (!drivers_goes_on(d))
		return false;
	(void)drivers_values(d, sub, w, W_N);
	auto_free char *service = drivers_text(d, &w[W_SERVICE]);
	auto_free char *class_guid = drivers_text(d, &w[W_CLASS]);
	bool is_new = service && service[0] && l->n < DRIVERS_MAX_SERVICES;
	for (size_t i = 0; is_new && i < l->n; i++)
		is_new = strcasecmp(l->p[i], service) != 0;
	char **to = is_new ? rs_list_add(&l->p, &l->n, sizeof(*to)) : NULL;
	if (is_new && drivers_has(d, to))
		*to = rs_steal(service);
	(void)snprintf(where, sizeof(where), "CriticalDeviceDatabase\\%.255s", name);
	guid_text(class_guid ? class_guid : "", guid);
	if (!d->end.code)
		both_filters(d, &w[W_UPPER], &w[W_LOWER],
			(struct place){.where = where, .class_guid = guid, .is_device = true});
	hive_wanted_done(w, W_N);
	return !d->end.code;
}

void drivers_devices(struct drivers_read *d)
{
	win_key key = drivers_key(d, d->set, "Control\\Class");

	if (key)
		drivers_each(d, key, "Class", class_see);
	key = drivers_goes_on(d) ? drivers_key(d, d->set, "Control\\CriticalDeviceDatabase") : 0;
	if (key)
		drivers_each(d, key, "CriticalDeviceDatabase", critical_see);
	key = drivers_goes_on(d) ? drivers_key(d, d->set, "Enum") : 0;
	if (key)
		drivers_each(d, key, "Enum", bus_see);
	else if (!d->end.code)
		rs_note(d->s->note, sizeof(d->s->note), "no devices can be read");
}
