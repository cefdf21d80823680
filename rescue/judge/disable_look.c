/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who made the program of a service: its version resource, its signature, the package that brought
 * it. A file may claim anything, so a claim to be Windows' own only ever keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "judge/disable_internal.h"

#define INF_MOST_BYTES (2U << 20)

static const char *name_of(const struct win_service *one)
{
	const char *path = one->path[0] ? one->path : one->image_path;
	const char *name = path;

	for (; *path; path++)
		if (*path == '\\' || *path == '/')
			name = path + 1;
	return name;
}

bool disable_is_same_file(const struct win_service *a, const struct disable_maker *of_a,
	const struct win_service *b, const struct disable_maker *of_b)
{
	if (a->path[0] && b->path[0])
		return strcasecmp(a->path, b->path) == 0 || (of_a->ref && of_a->ref == of_b->ref);
	return a->is_driver && b->is_driver && name_of(a)[0] &&
	       strcasecmp(name_of(a), name_of(b)) == 0;
}

static bool is_named(const struct win_service *one, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(one->name, names[i]) == 0 || disable_is_called(one, names[i]))
			return true;
	return false;
}

static bool is_early_enough(const struct win_service *one)
{
	return one->is_driver && (one->is_boot || one->start <= WIN_START_SYSTEM ||
					 disable_is_early(one) || disable_is_security(one));
}

static const struct win_package *package_of(
	const struct win_system *s, const struct win_service *one)
{
	for (size_t i = 0; one->inf[0] && i < s->n_packages; i++)
		if (s->packages[i].inf && strcasecmp(s->packages[i].inf, one->inf) == 0)
			return &s->packages[i];
	return NULL;
}

static bool is_microsoft(const char *company)
{
	return strncasecmp(company, "Microsoft", 9) == 0;
}

/* Of another maker, and it came onto this machine after Windows. */
static bool is_brought(const struct win_service *one, const struct win_package *p)
{
	return p && p->imported && strncasecmp(one->inf, "oem", 3) == 0 && p->provider &&
	       p->provider[0] && !is_microsoft(p->provider);
}

static void tell(struct disable_maker *m, const char *vendor)
{
	(void)snprintf(m->vendor, sizeof(m->vendor), "%.127s", vendor);
}

/* Windows 10 1903 and later: filters that a package declares (INF AddFilter directive) stand in no
 * list of the registry. What that makes of the registry is not documented, so the package says it.
 */
static int look_at_package(const struct ev_look *in, const struct win_service *one,
	struct disable_maker *ret, struct rs_err *err)
{
	auto_free uint8_t *p = NULL;
	struct rs_err why = {0};
	char path[300];
	size_t len = 0;

	if (strncasecmp(one->inf, "oem", 3) != 0 || strchr(one->inf, '\\'))
		return 0;
	(void)snprintf(path, sizeof(path), "%.180s\\INF\\%.100s", in->win->root, one->inf);
	int r = nt_file_load(in->vol, path, INF_MOST_BYTES, &p, &len, &why);
	if (r == 0)
		ret->is_declared = disable_inf_declares(p, len);
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

static int look_at(const struct ev_look *in, struct evidence *e, const struct win_service *one,
	struct disable_maker *ret, struct rs_err *err)
{
	const struct win_package *p = package_of(e->system, one);
	struct ev_file *f = NULL;
	int r = one->path[0] ? ev_file_look(in, e, one->path, false, &f, err) : 0;

	if (r == 0)
		r = look_at_package(in, one, ret, err);
	if (r < 0)
		return r;
	const bool is_program = f && f->ref && f->is_looked && f->image.is_pe;
	const bool is_brought_here = is_brought(one, p);
	if (is_program && f->image.company[0])
		tell(ret, f->image.company);
	else if (is_brought_here)
		tell(ret, p->provider);
	else if (is_program)
		tell(ret, f->image.signer);
	ret->is_known = is_program || is_brought_here;
	ret->is_own = f && !is_brought_here &&
		      (ev_is_windows_own(e, f) || (is_program && is_microsoft(f->image.company)));
	return 0;
}

/* What cannot be found is compared by its path. */
static int find_file(const struct ev_look *in, const struct win_service *one,
	struct disable_maker *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = one->is_driver && one->path[0] ? nt_lookup(in->vol, one->path, &ret->ref, &why) : 0;

	if (r < 0)
		ret->ref = 0;
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

int disable_look(const struct ev_look *in, struct evidence *e, const char *const *names,
	size_t n_names, struct disable_maker **ret, struct rs_err *err)
{
	const struct win_system *s = e->system;
	auto_free struct disable_maker *m = calloc(s->n_services ? s->n_services : 1, sizeof(*m));
	auto_free bool *is_meant = calloc(s->n_services ? s->n_services : 1, sizeof(*is_meant));
	__attribute__((cleanup(disable_infs_done))) struct disable_infs infs = {0};
	int r = 0;

	if (!m || !is_meant)
		return rs_fail(err, RS_E_MEMORY, "services");
	r = disable_infs_load(in, s, &infs, err);
	for (size_t i = 0; r == 0 && i < s->n_services; i++)
		r = find_file(in, &s->services[i], &m[i], err);
	for (size_t i = 0; i < s->n_services; i++)
		is_meant[i] = is_early_enough(&s->services[i]) ||
			      is_named(&s->services[i], names, n_names);
	for (size_t i = 0; r == 0 && i < s->n_services; i++) {
		bool is_any = is_meant[i];
		for (size_t k = 0; !is_any && k < s->n_services; k++)
			is_any = is_meant[k] && disable_is_same_file(&s->services[k], &m[k],
							&s->services[i], &m[i]);
		if (is_any)
			r = look_at(in, e, &s->services[i], &m[i], err);
		if (is_any && s->services[i].is_driver)
			m[i].is_declared |= disable_infs_add(&infs, s->services[i].name);
	}
	if (r == 0)
		*ret = rs_steal(m);
	return r;
}
