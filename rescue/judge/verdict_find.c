/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates: each file that a crash, a change, a damage, a text or a rule speaks of, once. */
#include <string.h>

#include "core/list.h"
#include "judge/verdict_internal.h"

#define CANDIDATES_MAX 1000U
#define MOST_DAMAGED   5U

static const struct ev_file *file_at(const struct evidence *e, const char *path)
{
	for (size_t i = 0; i < e->n_files; i++)
		if (strcasecmp(e->files[i]->path, path) == 0)
			return e->files[i];
	return NULL;
}

static const struct win_service *service_of(const struct evidence *e, const char *path)
{
	for (size_t i = 0; e->system && i < e->system->n_services; i++)
		if (path[0] && strcasecmp(e->system->services[i].path, path) == 0)
			return &e->system->services[i];
	return NULL;
}

static const struct win_service *service_of_module(const struct evidence *e, const char *module)
{
	for (size_t i = 0; e->system && i < e->system->n_services; i++)
		if (strcasecmp(win_path_name(e->system->services[i].path), module) == 0)
			return &e->system->services[i];
	return NULL;
}

static void fill(struct verdict *v, struct candidate *c)
{
	const struct ev_file *f = file_at(v->e, c->d.path);

	c->d.file = f;
	c->svc = service_of(v->e, c->d.path);
	if (c->svc && !c->d.service[0])
		c->d.service = c->svc->name;
	if (f && f->is_looked) {
		c->is_own = ev_is_windows_own(v->e, f);
		c->is_content = !f->image.is_pe && !c->svc;
		c->d.product = f->image.product[0]   ? f->image.product
			       : f->image.company[0] ? f->image.company
						     : "";
	}
}

/* The candidate of this path; made where there is none. NULL: no memory, or too many. */
static struct candidate *at(struct verdict *v, const char *path)
{
	struct candidate *c;

	for (size_t i = 0; i < v->n; i++)
		if (strcasecmp(v->c[i].d.path, path) == 0)
			return &v->c[i];
	if (v->n >= CANDIDATES_MAX)
		return NULL;
	c = rs_list_add(&v->c, &v->n, sizeof(*c));
	if (!c) {
		v->is_out = true;
		return NULL;
	}
	*c = (struct candidate){.changed_where = "", .blame_where = ""};
	c->d.path = path;
	c->d.service = c->d.product = "";
	fill(v, c);
	return c;
}

/* ---- crashes ---- */

/* Does what a dump's addresses say count for this code? A code without an address names no driver.
 */
static bool is_blaming(const struct ev_crash *c)
{
	switch (win_bugcheck_stop(c->code)) {
	case WIN_STOP_HARDWARE:
	case WIN_STOP_DISK:
	case WIN_STOP_REGISTRY:
	case WIN_STOP_USER:
	case WIN_STOP_BOOT_DEVICE:
		return false;
	default:
		return true;
	}
}

static void count(struct candidate *c, const struct ev_blame *b, const struct ev_item *i)
{
	switch (b->how) {
	case EV_AT_FAULT:
		c->n_fault++;
		break;
	case EV_UNLOADED:
		c->n_unloaded++;
		break;
	case EV_FIRST_FOREIGN:
		c->n_first++;
		break;
	default:
		c->n_stack++;
	}
	if (!c->blame || b->how < c->blame->how) {
		c->blame = b;
		c->blame_where = i->where;
		c->blame_time = i->time;
	}
}

static void find_in_crash(struct verdict *v, const struct ev_trouble *t)
{
	const struct ev_item *item = ev_trouble_dump(v->e, t);

	if (!item)
		return;
	v->n_dumps++;
	for (size_t k = 0; is_blaming(item->crash) && k < item->crash->n_blames; k++) {
		const struct ev_blame *b = &item->crash->blames[k];
		const struct win_service *svc = service_of_module(v->e, b->module);
		const char *path = b->path[0]		 ? b->path
				   : svc && svc->path[0] ? svc->path
							 : b->module;
		struct candidate *c = at(v, path);
		bool is_again = false;
		for (size_t m = 0; m < k; m++) /* once a crash, in its best way */
			is_again |= strcasecmp(item->crash->blames[m].module, b->module) == 0;
		if (c && !is_again)
			count(c, b, item);
	}
}

static void find_in_crashes(struct verdict *v)
{
	for (size_t i = v->s.first; i < v->s.n && i <= v->s.last; i++)
		find_in_crash(v, &v->s.list[i]);
	for (size_t i = 0; i < v->n; i++)
		v->n_others += v->c[i].n_fault > 0;
}

/* ---- changes ---- */

static bool is_change(enum ev_what w)
{
	return w == EV_FILE_NEW || w == EV_FILE_CHANGED || w == EV_PACKAGE || w == EV_SERVICE_NEW ||
	       w == EV_DEVICE_INSTALLED;
}

/* A row that names a package only: the driver of its service. */
static const char *path_of(const struct verdict *v, const struct ev_item *i)
{
	const struct win_service *s;

	if (i->path[0])
		return i->path;
	s = v->e->system && i->service[0] ? win_service_named(v->e->system, i->service) : NULL;
	if (s)
		return s->path;
	for (size_t k = 0; v->e->system && i->package[0] && k < v->e->system->n_services; k++)
		if (strcasecmp(v->e->system->services[k].inf, i->package) == 0)
			return v->e->system->services[k].path;
	return "";
}

/* What lies in the driver store and no service runs from there is a copy: the file beside the
 * others is the one that is loaded. */
static bool is_store_copy(const struct evidence *e, const char *path)
{
	return strcasestr(path, "\\DriverStore\\FileRepository\\") && !service_of(e, path);
}

static void find_in_change(struct verdict *v, const struct ev_item *i)
{
	const char *path = path_of(v, i);
	struct candidate *c;

	if (is_store_copy(v->e, path))
		return;
	if (!is_change(i->what) || !path[0] || !i->time || i->time < v->s.since_before ||
		i->time > v->s.until)
		return;
	c = at(v, path);
	if (!c)
		return;
	c->has_package |= i->what == EV_PACKAGE && i->source == EV_DRIVER_STORE;
	c->has_log |= i->source == EV_EVENT_LOG || i->source == EV_SETUP_LOG ||
		      i->source == EV_VENDOR_LOG;
	if (i->product[0] && !c->d.product[0])
		c->d.product = i->product;
	/* a text's local time may be an hour off: only where nothing else knows */
	if (c->changed && i->is_local)
		return;
	if (i->time > c->changed) {
		c->changed = i->time;
		c->changed_by = i->source;
		c->changed_where = i->where;
	}
}

/* ---- damage, and what is named ---- */

static bool is_program_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcasecmp(dot, ".sys") == 0 || strcasecmp(dot, ".exe") == 0 ||
			      strcasecmp(dot, ".dll") == 0 || strcasecmp(dot, ".efi") == 0);
}

/* Data need be no program; what a service loads must be one. */
static bool is_damaged(const struct evidence *e, const struct ev_file *f)
{
	return f->ref && f->is_looked && !f->is_unlogged && f->image.soundness != WIN_SOUND &&
	       (service_of(e, f->path) || (is_program_name(f->path) && f->image.is_pe));
}

/* Where many are, no single one is at fault: the disk gave way, or it is a copy of a Windows. */
static void find_damaged(struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->e->n_files; i++)
		n += is_damaged(v->e, v->e->files[i]);
	if (n > MOST_DAMAGED) {
		verdict_contradict(
			v, "%zu programs are damaged: it is no fault of a single one", n);
		return;
	}
	for (size_t i = 0; i < v->e->n_files; i++) {
		struct candidate *c =
			is_damaged(v->e, v->e->files[i]) ? at(v, v->e->files[i]->path) : NULL;
		if (c)
			c->is_damaged = true;
	}
}

static void find_named(struct verdict *v)
{
	for (size_t i = 0; i < v->e->n_items; i++)
		if (v->e->items[i].what == EV_ROOT_CAUSE && v->e->items[i].path[0])
			(void)at(v, v->e->items[i].path);
	for (size_t i = 0; i < v->in->n_rules; i++)
		(void)at(v, v->in->rules[i].path);
}

void verdict_find(struct verdict *v)
{
	find_in_crashes(v);
	for (size_t i = 0; i < v->e->n_items; i++)
		find_in_change(v, &v->e->items[i]);
	find_damaged(v);
	find_named(v);
}
