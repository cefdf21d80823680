/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch moves all names that a file has in one folder, and what is moved is gone under its
 * names elsewhere, too, for whoever asks for its contents there. So whatever is asked of a path is
 * asked of every name that the file has on the volume. */
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "core/list.h"

#define NOT_MOVED "not moved: "

static int only_tell(struct plan_item *item, const char *path, const char *why, struct rs_err *err)
{
	const char *said = item->why ? item->why : "";
	auto_free char *reason = NULL;
	char *text = NULL;

	/* a text each, for who translates them */
	if ((path && strcasecmp(path, item->path) != 0
			    ? asprintf(&reason, NOT_MOVED "it is also %s, and %s", path, why)
			    : asprintf(&reason, NOT_MOVED "%s", why)) < 0)
		reason = NULL;
	if (!reason || asprintf(&text, "%s%s%s", said, said[0] ? "; " : "", reason) < 0)
		return rs_fail(err, RS_E_MEMORY, "plan");
	free(item->why);
	free(item->refused);
	item->why = text;
	item->refused = strdup(reason + strlen(NOT_MOVED));
	if (!item->refused)
		return rs_fail(err, RS_E_MEMORY, "plan");
	item->action = PLAN_REPORT;
	item->is_spared = true;
	return 0;
}

struct telling {
	struct plan_item *item;
	bool no_memory;
};

static void tell_against(void *user, const char *why)
{
	struct telling *t = user;
	struct plan_item *item = t->item;
	char **to;

	for (size_t i = 0; i < item->n_against; i++)
		if (strcmp(item->against[i], why) == 0)
			return;
	char *copy = strdup(why);
	to = copy ? rs_list_add(&item->against, &item->n_against, sizeof(*to)) : NULL;
	if (to)
		*to = copy;
	else
		free(copy);
	t->no_memory |= !to;
}

/* A person decides about it: so he is told all that the registry says against it, of each of its
 * names, and not only what would forbid it. */
static int look_against(struct nt_vol *vol, const struct judge_result *judged,
	const struct file_names *names, struct plan_item *item, struct rs_err *err)
{
	struct telling t = {.item = item};

	for (size_t i = 0; item->action == PLAN_ASK && i < names->n; i++)
		judge_against(judged, vol, names->all[i].path, tell_against, &t);
	return t.no_memory ? rs_fail(err, RS_E_MEMORY, "plan") : 0;
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
	return !item->change && (item->action == PLAN_QUARANTINE || item->action == PLAN_ASK);
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
	if (no)
		return no;
	return item->after ? judge_forbids_disabled(judged, vol, root, path)
			   : judge_forbids(judged, item->rule_id, vol, root, path);
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
	r = look_against(vol, judged, &names, item, err);
	if (r == 0 && is_mover(item) && !is_ordinary(&item->stat))
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
