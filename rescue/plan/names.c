/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch moves all names that a file has in one folder, and what is moved is gone under its
 * names elsewhere, too, for whoever asks for its contents there. So whatever is asked of a path is
 * asked of every name that the file has on the volume. */
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "core/list.h"

#define PATH_BYTES 8192U

void file_names_done(struct file_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->all[i].path);
	free(names->all);
	*names = (struct file_names){0};
}

struct collecting {
	struct file_names *names;
	bool no_memory;
};

/* The bare name for now: no reading while the record is walked. */
static bool collect(void *user, const struct nt_link *link)
{
	struct collecting *c = user;
	struct file_name *to = rs_list_add(&c->names->all, &c->names->n, sizeof(*to));

	if (to)
		*to = (struct file_name){
			.path = strdup(link->name), .parent_ref = link->parent_ref};
	c->no_memory = !to || !to->path;
	return !c->no_memory;
}

/* "\folder\name" out of the name. */
static int make_path(struct nt_vol *vol, struct file_name *n, struct rs_err *err)
{
	auto_free char *folder = malloc(PATH_BYTES);
	auto_free char *bare = n->path;
	char *path = NULL;
	struct rs_err why = {0};

	n->path = NULL;
	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "names");
	int r = nt_path(vol, n->parent_ref, folder, PATH_BYTES, &why);
	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		(void)snprintf(folder, PATH_BYTES, "\\?");
	if (asprintf(&path, "%s\\%s", strcmp(folder, "\\") != 0 ? folder : "", bare) < 0)
		return rs_fail(err, RS_E_MEMORY, "names");
	n->path = path;
	n->name = strrchr(path, '\\') + 1;
	return 0;
}

int file_names_read(struct nt_vol *vol, uint64_t ref, struct file_names *ret, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	struct collecting c = {&names, false};
	struct rs_err why = {0};
	int r = nt_links(vol, ref, collect, &c, &why);

	if (r == 0 && c.no_memory)
		r = rs_fail(&why, RS_E_MEMORY, "names");
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = make_path(vol, &names.all[i], &why);
	if (r < 0)
		return rs_err_pass(err, r, &why);
	*ret = names;
	names = (struct file_names){0};
	return 0;
}

/* ---- of a new plan ---- */

static int only_tell(struct plan_item *item, const char *path, const char *why, struct rs_err *err)
{
	const char *said = item->why ? item->why : "";
	auto_free char *reason = NULL;
	char *text = NULL;

	/* a text each, for who translates them */
	if ((path && strcasecmp(path, item->path) != 0
			    ? asprintf(&reason, "not moved: it is also %s, and %s", path, why)
			    : asprintf(&reason, "not moved: %s", why)) < 0)
		reason = NULL;
	if (!reason || asprintf(&text, "%s%s%s", said, said[0] ? "; " : "", reason) < 0)
		return rs_fail(err, RS_E_MEMORY, "plan");
	free(item->why);
	item->why = text;
	item->action = PLAN_REPORT;
	item->is_spared = true;
	return 0;
}

static int keep_names(struct plan_item *item, struct file_names *names, struct rs_err *err)
{
	uint64_t here = item->from_ref;

	item->names = calloc(names->n ? names->n : 1, sizeof(*item->names));
	if (!item->names)
		return rs_fail(err, RS_E_MEMORY, "plan");
	for (size_t i = 0; i < names->n; i++) {
		const struct file_name *n = &names->all[i];
		item->names[i].is_moved = n->parent_ref == here || n->parent_ref == item->to_ref;
		item->names[i].path = rs_steal(names->all[i].path);
		item->n_names = i + 1;
	}
	return 0;
}

static bool is_mover(const struct plan_item *item)
{
	return item->action == PLAN_QUARANTINE || item->action == PLAN_ASK;
}

/* What another Windows needs, and what lies where several may use it. */
static const char *not_only(struct nt_vol *vol, const struct plan *p, const char *path)
{
	return p->only && !win_has_path(vol, p->only, path) ? "it is outside of the chosen Windows"
							    : NULL;
}

/* WOF: a file like others that Windows compressed. */
static bool is_ordinary(const struct nt_stat *s)
{
	const uint32_t wof = 0x80000017U;

	return !s->is_dir && (!s->is_reparse || s->reparse_tag == wof) &&
	       NT_REF_RECORD(s->ref) >= 24;
}

/* A manifest's file may be in the quarantine already: its path is where it is to be. */
static const char *forbids(struct nt_vol *vol, const char *root, const struct judge_result *judged,
	const struct plan *p, const struct plan_item *item, const char *path)
{
	const char *no = p->has_manifest ? NULL : not_only(vol, p, path);

	if (item->windows && item->windows[0])
		root = item->windows;
	return no ? no : judge_forbids(judged, item->rule_id, vol, root, path);
}

static int look_at(struct nt_vol *vol, const char *root, const struct judge_result *judged,
	const struct plan *p, struct plan_item *item, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	struct rs_err why = {0};
	int r = file_names_read(vol, item->file_ref, &names, &why);

	if (rs_err_unread(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return is_mover(item) ? only_tell(item, NULL, "its names cannot be read", err) : 0;
	if (is_mover(item) && !is_ordinary(&item->stat))
		r = only_tell(item, NULL, "it is no ordinary file", err);
	for (size_t i = 0; r == 0 && is_mover(item) && i < names.n; i++) {
		const char *path = names.all[i].path;
		const char *no = forbids(vol, root, judged, p, item, path);
		if (no)
			r = only_tell(item, path, no, err);
	}
	return r < 0 ? r : keep_names(item, &names, err);
}

int plan_look_at_names(struct nt_vol *vol, const char *root, const struct judge_result *judged,
	struct plan *p, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_items; i++) {
		struct plan_item *item = &p->items[i];
		const char *no = not_only(vol, p, item->path);
		if (no && is_mover(item))
			r = only_tell(item, NULL, no, err);
		if (r == 0 && item->file_ref && !item->names)
			r = look_at(vol, root, judged, p, item, err);
	}
	return r;
}
