/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From path patterns to files: plain parts are looked up, parts with '*' and '?' listed, and "**"
 * is found in one reading of the whole MFT for all rules. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "judge/judge_internal.h"

#define MAX_FOUND 10000U /* files of one rule: more than that is no rule for bad files */

struct walk {
	struct judge_ctx *ctx;
	const struct rule_path *p;
	struct judge_list *list;
	char **blocked;
};

void judge_list_done(struct judge_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].path);
	free(list->v);
	*list = (struct judge_list){0};
}

/* Takes @path. Two patterns of one rule may name the same file: once is enough. */
static void list_add_take(struct judge_ctx *ctx, struct judge_list *list, char *path, uint64_t ref,
	uint64_t parent_ref)
{
	bool is_there = list->n >= MAX_FOUND;

	for (size_t i = 0; i < list->n && path && !is_there; i++)
		is_there = list->v[i].ref == ref && strcmp(list->v[i].path, path) == 0;
	struct judge_found *to =
		path && !is_there ? rs_list_add(&list->v, &list->n, sizeof(*to)) : NULL;
	if (is_there || !judge_has(ctx, to))
		free(path);
	else
		*to = (struct judge_found){path, ref, parent_ref};
}

/* @folder "" and a name, or @folder with more parts. NULL without memory. */
static char *join(struct judge_ctx *ctx, const char *folder, const char *name)
{
	char *ret = NULL;

	if (asprintf(&ret, "%s\\%s", folder, name) < 0)
		ret = NULL; /* undefined after a failure */
	return judge_has(ctx, ret) ? ret : NULL;
}

/* @folder with the parts of @p from *i on, up to the last or the first pattern among those before
 * @end; *i is that one then. NULL without memory. */
static char *extend(
	struct judge_ctx *ctx, const char *folder, const struct rule_path *p, size_t *i, size_t end)
{
	char *ret = strdup(folder);

	while (ret && *i < end && !rule_part_is_pattern(p->parts[*i])) {
		char *longer = join(ctx, ret, p->parts[(*i)++]);
		free(ret);
		ret = longer;
	}
	return judge_has(ctx, ret) ? ret : NULL;
}

static const char *start_of(const struct judge_ctx *ctx, const struct rule_path *p)
{
	return p->below_windows ? ctx->win->root : "";
}

char *judge_path_text(struct judge_ctx *ctx, const struct rule_path *p)
{
	size_t i = 0;

	return extend(ctx, start_of(ctx, p), p, &i, p->n_parts);
}

/* ---- folders ---- */

/* The folder of that path: its ref and own spelling; false if there is none or something is in the
 * way. */
static bool open_folder(struct walk *w, const char *path, uint64_t *ret_ref, char **ret_path)
{
	struct rs_err why = {0};
	struct nt_stat st;
	char own[4096];

	int r = nt_lookup(w->ctx->vol, path, ret_ref, &why);
	if (r == 0)
		r = nt_stat(w->ctx->vol, *ret_ref, &st, &why);
	if (r == RS_E_NO_SUCH_FILE || (r == 0 && !st.is_dir && !st.is_reparse))
		return false;
	if (r == RS_E_UNSAFE_PATH || (r == 0 && st.is_reparse)) {
		if (*w->blocked && strstr(*w->blocked, path))
			return false; /* said before, by another pattern of the rule */
		judge_add(w->ctx, w->blocked, "; ",
			"%s: a reparse point on the way%s%s, not followed", path, r ? ", " : "",
			r ? why.detail : "");
		judge_fault(w->ctx, "%s: a reparse point on the way, not followed", path);
		return false;
	}
	if (r < 0) {
		judge_pass(w->ctx, path, &why);
		return false;
	}
	if (!*path || nt_path(w->ctx->vol, *ret_ref, own, sizeof(own), &why) < 0)
		(void)snprintf(own, sizeof(own), "%s", path);
	*ret_path = strdup(own);
	return judge_has(w->ctx, *ret_path);
}

struct listing {
	struct walk *w;
	const char *pattern, *folder;
	uint64_t folder_ref;
	bool only_dirs;
	struct judge_list out;
};

static bool list_name(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct listing *l = user;

	if ((is_dir || !l->only_dirs) && nt_name_match(l->w->ctx->vol, l->pattern, name))
		list_add_take(
			l->w->ctx, &l->out, join(l->w->ctx, l->folder, name), ref, l->folder_ref);
	return !l->w->ctx->end.code;
}

static void list_folder(struct listing *l)
{
	struct rs_err why = {0};

	(void)nt_list(l->w->ctx->vol, l->folder_ref, list_name, l, &why);
	judge_pass(l->w->ctx, l->folder, &why);
}

static void walk_from(struct walk *w, const char *path, size_t i);

/* Below each folder that the pattern part @i names. */
static void walk_folders(struct walk *w, struct listing *l, size_t i)
{
	l->only_dirs = true;
	list_folder(l);
	for (size_t k = 0; k < l->out.n && !w->ctx->end.code; k++)
		walk_from(w, l->out.v[k].path, i + 1);
}

/* The files themselves. A plain name is looked up before its folder is listed for the spelling. */
static void walk_files(struct walk *w, struct listing *l)
{
	uint64_t ref;
	struct rs_err why = {0};
	auto_free char *path = join(w->ctx, l->folder, l->pattern);

	if (!path || (!rule_part_is_pattern(l->pattern) &&
			     nt_lookup(w->ctx->vol, path, &ref, &why) == RS_E_NO_SUCH_FILE))
		return;
	list_folder(l);
	for (size_t k = 0; k < l->out.n; k++) {
		struct judge_found *f = &l->out.v[k];
		list_add_take(w->ctx, w->list, rs_steal(f->path), f->ref, f->parent_ref);
	}
}

static void walk_from(struct walk *w, const char *path, size_t i)
{
	auto_free char *folder = extend(w->ctx, path, w->p, &i, w->p->n_parts - 1);
	auto_free char *own = NULL;
	uint64_t ref = 0;

	if (!folder || !open_folder(w, folder, &ref, &own))
		return;
	struct listing l = {.w = w, .pattern = w->p->parts[i], .folder = own, .folder_ref = ref};
	if (i + 1 < w->p->n_parts)
		walk_folders(w, &l, i);
	else
		walk_files(w, &l);
	judge_list_done(&l.out);
}

void judge_find(
	struct judge_ctx *ctx, const struct rule_path *p, struct judge_list *list, char **blocked)
{
	struct walk w = {ctx, p, list, blocked};

	walk_from(&w, start_of(ctx, p), 0);
}

/* ---- the whole MFT ---- */

/* The next "**" path of a wanted rule, from these on. */
static const struct rule_path *next_deep(const struct judge_ctx *ctx, size_t *rule, size_t *path)
{
	for (; *rule < ctx->set->n; ++*rule, *path = 0) {
		const struct rule_paths *list = &ctx->set->rules[*rule]->paths;
		for (; ctx->work[*rule].is_wanted && *path < list->n; ++*path)
			if (list->v[*path].is_deep)
				return &list->v[*path];
	}
	return NULL;
}

static bool scan_wants(void *user, const char *name, bool is_dir)
{
	const struct judge_ctx *ctx = user;
	const struct rule_path *p;

	for (size_t i = 0, k = 0; !is_dir && (p = next_deep(ctx, &i, &k)) != NULL; k++)
		if (nt_name_match(ctx->vol, p->parts[p->n_parts - 1], name))
			return true;
	return false;
}

static bool scan_entry(void *user, const struct nt_entry *e)
{
	struct judge_ctx *ctx = user;
	const struct rule_path *p;

	if (e->is_dir || e->is_orphan || e->is_system)
		return true;
	for (size_t i = 0, k = 0; (p = next_deep(ctx, &i, &k)) != NULL; k++)
		if (rule_path_match(ctx->vol, p, ctx->win->root, e->path))
			list_add_take(
				ctx, &ctx->work[i].deep, strdup(e->path), e->ref, e->parent_ref);
	return !ctx->end.code;
}

static void scan_fault(void *user, uint64_t record, const char *what)
{
	judge_fault(user, "MFT record %" PRIu64 ": %s", record, what);
}

/* The folder before the first pattern part: without it there is nothing to scan for. */
static bool has_start(struct judge_ctx *ctx, const struct rule_path *p, char **blocked)
{
	struct walk w = {ctx, p, NULL, blocked};
	size_t i = 0;
	auto_free char *folder = extend(ctx, start_of(ctx, p), p, &i, p->n_parts);
	auto_free char *own = NULL;
	uint64_t ref;

	return folder && open_folder(&w, folder, &ref, &own);
}

void judge_find_deep(struct judge_ctx *ctx)
{
	struct nt_scan_ops ops = {
		.user = ctx, .entry = scan_entry, .fault = scan_fault, .wants = scan_wants};
	struct nt_scan_result counts = {0};
	struct rs_err why = {0};
	const struct rule_path *p;
	bool is_needed = false;

	for (size_t i = 0, k = 0; (p = next_deep(ctx, &i, &k)) != NULL && !ctx->end.code; k++)
		/* what is in the way becomes a stop of the rule */
		is_needed |= has_start(ctx, p, &ctx->out[i].why);
	if (!is_needed || ctx->end.code)
		return;
	if (!ctx->raw) {
		judge_fault(ctx, "the whole MFT cannot be read: rules with '**' found nothing");
		return;
	}
	(void)nt_scan(ctx->raw, &ops, ctx->task, &counts, &why);
	judge_pass(ctx, "the whole MFT", &why);
}
