/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SYSTEM hive says of drivers: part after part. */
#include <stdio.h>
#include <string.h>

#include "windows/drivers_internal.h"

static int find_set(struct drivers_read *d, unsigned control_set, struct rs_err *err)
{
	char path[32];
	win_key select = drivers_key(d, win_hive_root(d->h), "Select");

	const uint64_t current = select ? win_number(d->h, select, "Current") : 0;

	d->s->control_set = control_set % 1000;
	d->s->current_set = current <= 999 ? (uint32_t)current : 0;
	d->s->is_set_chosen = select && win_number(d->h, select, "Default") != current;
	(void)snprintf(path, sizeof(path), "ControlSet%03u", control_set % 1000);
	int r = win_hive_key(d->h, win_hive_root(d->h), path, &d->set, err);
	return r == RS_E_NO_SUCH_FILE ? rs_fail(err, RS_E_HIVE, "it has no %s", path) : r;
}

int win_system_read(struct win_hive *h, unsigned control_set, const char *root,
	const struct rs_task *task, struct win_system **ret, struct rs_err *err)
{
	static void (*const parts[])(struct drivers_read * d) = {drivers_state, drivers_minimal,
		drivers_services, drivers_network, drivers_packages, drivers_devices};
	__attribute__((cleanup(win_system_free_auto))) struct win_system *s = calloc(1, sizeof(*s));
	struct drivers_read d = {.h = h, .root = root, .task = task, .s = s};

	if (!s)
		return rs_fail(err, RS_E_MEMORY, "drivers");
	int r = find_set(&d, control_set, err);
	if (r < 0)
		return r;
	for (size_t i = 0; drivers_goes_on(&d) && i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](&d);
	win_list_done(&d.minimal);
	if (d.end.code)
		return rs_err_pass(err, d.end.code, &d.end);
	*ret = rs_steal(s);
	return 0;
}

int win_system_packages(
	struct win_hive *h, const struct rs_task *task, struct win_system *s, struct rs_err *err)
{
	struct drivers_read d = {.h = h, .task = task, .s = s};

	drivers_packages(&d);
	return d.end.code ? rs_err_pass(err, d.end.code, &d.end) : 0;
}

static void service_done(struct win_service *s)
{
	free(s->name);
	free(s->path);
	free(s->image_path);
	free(s->group);
	free(s->display);
	free(s->inf);
	free(s->package);
	free(s->altitude);
}

static void package_done(struct win_package *p)
{
	free(p->folder);
	free(p->inf);
	free(p->original);
	free(p->provider);
	free(p->signer);
	free(p->version);
}

void win_system_free(struct win_system *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_services; i++)
		service_done(&s->services[i]);
	for (size_t i = 0; i < s->n_packages; i++)
		package_done(&s->packages[i]);
	for (size_t i = 0; i < s->n_filters; i++) {
		free(s->filters[i].where);
		free(s->filters[i].class_guid);
		win_list_done(&s->filters[i].names);
		free(s->filters[i].raw);
	}
	for (size_t i = 0; i < s->n_devices; i++) {
		free(s->devices[i].id);
		free(s->devices[i].service);
		free(s->devices[i].class_guid);
	}
	win_list_done(&s->critical_services);
	win_list_done(&s->dump_filters);
	free(s->services);
	free(s->packages);
	free(s->filters);
	free(s->devices);
	free(s);
}

const char *const win_boot_minimum[] = {
	"ACPI", "disk", "volmgr", "partmgr", "volsnap", "volume", NULL};

const struct win_service *win_service_named(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_services; i++)
		if (strcasecmp(s->services[i].name, name) == 0)
			return &s->services[i];
	return NULL;
}
