/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SYSTEM hive says of drivers: part after part, and what they share. */
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "windows/drivers_internal.h"

/* ---- shared by the parts ---- */

void drivers_pass(struct drivers_read *d, const char *where, int r, const struct rs_err *why)
{
	if (r >= 0 || d->end.code)
		return;
	if (rs_err_ends(r))
		d->end = *why;
	else
		rs_note(d->s->note, sizeof(d->s->note), "%s: %s", where,
			why->detail[0] ? why->detail : rs_err_info(r)->text);
}

bool drivers_has(struct drivers_read *d, const void *memory)
{
	if (!memory && !d->end.code)
		(void)rs_fail(&d->end, RS_E_MEMORY, "drivers");
	return memory;
}

bool drivers_goes_on(struct drivers_read *d)
{
	if (!d->end.code && !rs_task_goes_on(d->task))
		(void)rs_fail(&d->end, RS_E_CANCELLED, "drivers");
	return !d->end.code;
}

win_key drivers_key(struct drivers_read *d, win_key from, const char *path)
{
	struct rs_err why = {0};
	win_key key = 0;

	int r = win_hive_key(d->h, from, path, &key, &why);
	if (r != RS_E_NO_SUCH_FILE)
		drivers_pass(d, path, r, &why);
	return r < 0 ? 0 : key;
}

bool drivers_values(struct drivers_read *d, win_key key, struct hive_wanted *w, size_t n)
{
	struct rs_err why = {0};
	uint64_t written = 0;

	int r = hive_wanted_read(d->h, key, w, n, &written, &why);
	drivers_pass(d, "values", r, &why);
	if (written > d->s->written)
		d->s->written = written;
	for (size_t i = 0; i < n; i++)
		if (w[i].is_there)
			return !d->end.code;
	return false;
}

void drivers_each(struct drivers_read *d, win_key key, const char *what,
	bool (*fn)(void *user, const char *name, win_key sub))
{
	struct rs_err why = {0};

	drivers_pass(d, what, win_hive_each_key(d->h, key, fn, d, &why), &why);
}

char *drivers_text(struct drivers_read *d, const struct hive_wanted *w)
{
	char *text = hive_wanted_text(w);

	return drivers_has(d, text) ? text : NULL;
}

char *drivers_copy(struct drivers_read *d, const char *text)
{
	char *copy = strdup(text);

	return drivers_has(d, copy) ? copy : NULL;
}

/* ---- all of it ---- */

static int find_set(struct drivers_read *d, unsigned control_set, struct rs_err *err)
{
	char path[32];
	win_key select = drivers_key(d, win_hive_root(d->h), "Select");

	d->s->is_set_chosen = select && win_number(d->h, select, "Default") !=
						win_number(d->h, select, "Current");
	(void)snprintf(path, sizeof(path), "ControlSet%03u", control_set % 1000);
	int r = win_hive_key(d->h, win_hive_root(d->h), path, &d->set, err);
	return r == RS_E_NO_SUCH_FILE ? rs_fail(err, RS_E_HIVE, "it has no %s", path) : r;
}

int win_system_read(struct win_hive *h, unsigned control_set, const char *root,
	const struct rs_task *task, struct win_system **ret, struct rs_err *err)
{
	static void (*const parts[])(struct drivers_read * d) = {drivers_state, drivers_minimal,
		drivers_services, drivers_packages, drivers_devices};
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
	}
	for (size_t i = 0; i < s->n_devices; i++) {
		free(s->devices[i].id);
		free(s->devices[i].service);
		free(s->devices[i].class_guid);
	}
	win_list_done(&s->critical_services);
	free(s->services);
	free(s->packages);
	free(s->filters);
	free(s->devices);
	free(s);
}

const struct win_service *win_service_named(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_services; i++)
		if (strcasecmp(s->services[i].name, name) == 0)
			return &s->services[i];
	return NULL;
}
