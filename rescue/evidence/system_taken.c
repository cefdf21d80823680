/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that somebody took away and that are wanted back. An antivirus takes much that nobody
 * misses, and people remove what they do not need: what counts is a file that a service of this
 * Windows has and its package still holds, or that Windows' own store of components (WinSxS) holds
 * for the folder where it is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "evidence/system.h"
#include "evidence/texts.h"

#define PATH_CAP    600
#define MOST_TAKEN  6U		/* that are looked for */
#define COMPONENTS  60000U	/* folders of WinSxS */
#define SAME_MOMENT 50000000ULL /* 5 s */

struct components {
	char **v;
	size_t n;
	bool is_memory_out;
};

static void components_done(struct components *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i]);
	free(c->v);
}

static bool take(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct components *c = user;
	char *copy = NULL, **to;

	(void)ref;
	/* "amd64_microsoft-windows-lsa_31bf...": folders of servicing itself have no such name */
	if (!is_dir || !strchr(name, '_'))
		return true;
	copy = strdup(name);
	to = copy ? rs_list_add(&c->v, &c->n, sizeof(*to)) : NULL;
	if (!to) {
		free(copy);
		c->is_memory_out = true;
		return false;
	}
	*to = copy;
	return c->n < COMPONENTS;
}

/* A component's file of this name; "" if there is none. */
static int find_component(
	const struct ev_look *in, const char *name, char *ret, size_t cap, struct rs_err *err)
{
	__attribute__((cleanup(components_done))) struct components c = {0};
	char folder[PATH_CAP];
	uint64_t ref;

	ret[0] = '\0';
	(void)snprintf(folder, sizeof(folder), "%s\\WinSxS", in->win->root);
	if (nt_lookup(in->vol, folder, &ref, NULL) == 0)
		(void)nt_list(in->vol, ref, take, &c, NULL); /* as far as it can be read */
	if (c.is_memory_out)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	for (size_t i = 0; i < c.n; i++) {
		struct nt_stat st;
		int n = snprintf(ret, cap, "%s\\%s\\%s", folder, c.v[i], name);
		if (n < 0 || (size_t)n >= cap)
			continue;
		enum ev_there is = ev_system_there(in, ret, &st, err);
		if (is == EV_ENDS)
			return err ? err->code : RS_E_CANCELLED;
		if (is == EV_THERE && !st.is_dir && st.size_bytes)
			return 0;
		if (!rs_task_goes_on(in->task))
			return rs_fail(err, RS_E_CANCELLED, "evidence");
	}
	ret[0] = '\0';
	return 0;
}

/* ---- which rows ---- */

static bool is_taken(const struct ev_item *i)
{
	return i->path[0] && (i->what == EV_TAKEN_AWAY ||
				     (i->what == EV_FILE_GONE && i->source == EV_CHANGE_JOURNAL));
}

/* Is its absence told already? */
static bool is_known(const struct evidence *e, const char *path)
{
	for (size_t i = 0; i < e->n_items; i++)
		if (e->items[i].what == EV_FILE_GONE && !e->items[i].time &&
			strcasecmp(e->items[i].path, path) == 0)
			return true;
	return false;
}

static const struct win_service *driver_at(const struct evidence *e, const char *path)
{
	for (size_t i = 0; e->system && i < e->system->n_services; i++)
		if (e->system->services[i].is_driver &&
			strcasecmp(e->system->services[i].path, path) == 0)
			return &e->system->services[i];
	return NULL;
}

static bool is_in_system32(const struct ev_look *in, const char *path)
{
	char folder[PATH_CAP];

	ev_system_path(in, "", folder, sizeof(folder));
	return strncasecmp(path, folder, strlen(folder)) == 0 &&
	       (win_path_ends(path, ".dll") || win_path_ends(path, ".exe") ||
		       win_path_ends(path, ".sys"));
}

/* In the seconds of its going a file came into a vault: nobody says so, and yet it went there. */
static bool is_into_vault(const struct evidence *e, const struct ev_item *gone)
{
	for (size_t i = 0; gone->what == EV_FILE_GONE && i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		if (it->what == EV_FILE_NEW && it->time + SAME_MOMENT >= gone->time &&
			it->time <= gone->time + SAME_MOMENT && ev_is_vault(it->path))
			return true;
	}
	return false;
}

/* A row for the file that @gone speaks of, if it is wanted back. */
static int look_at(const struct ev_look *in, struct evidence *e, const struct ev_item *gone,
	struct rs_err *err)
{
	const bool is_by_log = gone->what == EV_TAKEN_AWAY;
	const char *path = gone->path;
	const struct win_service *one = driver_at(e, path);
	char copy[PATH_CAP] = "";
	struct ev_file *of_copy;
	int r = 0;

	if (one && is_by_log)
		ev_system_copy(in, e->system, one, copy, sizeof(copy));
	if (!copy[0])
		r = find_component(in, win_path_name(path), copy, sizeof(copy), err);
	if (r < 0)
		return r;
	if (!copy[0] && !is_into_vault(e, gone))
		return 0;
	struct ev_item *row = ev_add(e, EV_FILE_GONE, EV_FILE, 0);
	if (!row)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	row->where = row->path = ev_text(e, "%s", path);
	row->service = one ? ev_text(e, "%s", one->name) : "";
	if (!copy[0]) {
		row->text = ev_text(e,
			"%s is not there; it went in the moment in which a file "
			"came into an antivirus' quarantine",
			win_path_name(path));
		return 0;
	}
	row->text = ev_text(e, "%s is not there; a copy is at %s", win_path_name(path), copy);
	return ev_file_look(in, e, copy, true, &of_copy, err);
}

int ev_system_taken(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	const size_t n = e->n_items; /* rows are added behind them */
	unsigned looked = 0;
	int r = 0;

	for (size_t i = n; r == 0 && i-- > 0 && looked < MOST_TAKEN;) {
		const struct ev_item it = e->items[i];
		struct nt_stat st;
		if (!is_taken(&it) || is_known(e, it.path) ||
			(!is_in_system32(in, it.path) && !driver_at(e, it.path)))
			continue;
		enum ev_there is = ev_system_there(in, it.path, &st, err);
		if (is == EV_ENDS)
			return err ? err->code : RS_E_CANCELLED;
		if (is != EV_NOT_THERE)
			continue;
		looked++;
		r = look_at(in, e, &it, err);
	}
	return r;
}
