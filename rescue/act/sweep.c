/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sweep: folders and files of ours whose record is on the disk while their entry is not, because
 * the power was cut while they were made or taken away. They are ours by their owner and
 * permissions (proof.h), get their entry back, and go if nothing is in them. Looked for only on a
 * volume whose dirty flag is set, as an interrupted run leaves it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/change.h"

#define LOST_MAX 64U

enum level { LEVEL_NONE, LEVEL_TOP, LEVEL_ID, LEVEL_ITEM, LEVEL_KEPT };

/* A folder before what is in it. */
static const enum level down[] = {LEVEL_TOP, LEVEL_ID, LEVEL_ITEM, LEVEL_KEPT};

#define N_DOWN (sizeof(down) / sizeof(down[0]))

struct lost {
	uint64_t ref, parent_ref;
	enum level level;
	char name[PLAN_TOP_LEN];
};

struct sweep_found {
	struct nt_vol *vol;
	struct lost all[LOST_MAX];
	size_t n;
	int r; /* of proving one */
	struct rs_err *err;
};

static enum level level_of(const char *name, bool is_dir)
{
	if (is_dir && top_is_name(name))
		return LEVEL_TOP;
	if (is_dir && quarantine_is_shape(name, QUARANTINE_ID_SHAPE))
		return LEVEL_ID;
	if (!is_dir && change_is_before(name))
		return LEVEL_KEPT;
	return (is_dir ? quarantine_is_shape(name, "dddd") : inside_is_our_file(name)) ? LEVEL_ITEM
										       : LEVEL_NONE;
}

static bool wants(void *user, const char *name, bool is_dir)
{
	(void)user;
	return level_of(name, is_dir) != LEVEL_NONE;
}

/* "\Unbrick\..." */
static bool is_below_top(const char *path)
{
	char name[PLAN_TOP_LEN];
	size_t len = path[0] == '\\' ? strcspn(path + 1, "\\") : 0;

	if (!len || len >= sizeof(name) || !path[1 + len])
		return false;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, path + 1);
	return top_is_name(name);
}

static bool candidate(void *user, const struct nt_entry *e)
{
	struct sweep_found *s = user;
	enum level level = level_of(e->name, e->is_dir);
	uint64_t there = 0;
	bool is_place = level == LEVEL_TOP ? NT_REF_RECORD(e->parent_ref) == NT_ROOT_RECORD
					   : is_below_top(e->path);
	struct proof proof;

	if (!is_place || e->is_orphan || !(e->attributes & QUARANTINE_ATTR) || e->hard_links != 1 ||
		s->n == LOST_MAX)
		return true;
	if (nt_lookup(s->vol, e->path, &there, NULL) == 0 && there == e->ref)
		return true; /* where it belongs */
	s->r = proof_of(s->vol, e->ref, e->is_dir, e->name, &proof, s->err);
	if (s->r < 0)
		return false;
	if (!proof.is_ours)
		return true;
	struct lost *l = &s->all[s->n++];
	*l = (struct lost){.ref = e->ref, .parent_ref = e->parent_ref, .level = level};
	(void)snprintf(l->name, sizeof(l->name), "%s", e->name);
	return true;
}

static void ignore(void *user, uint64_t record, const char *what)
{
	(void)user; /* damage elsewhere is not ours to tell here: the look at the volume does */
	(void)record;
	(void)what;
}

int sweep_find(struct nt_vol *vol, struct sweep_found **ret, struct rs_err *err)
{
	auto_nt_raw struct nt_raw *raw = NULL;
	auto_sweep_found struct sweep_found *found = calloc(1, sizeof(*found));
	struct nt_scan_ops ops = {
		.user = found, .entry = candidate, .fault = ignore, .wants = wants};
	struct nt_scan_result result;

	if (!found)
		return rs_fail(err, RS_E_MEMORY, "folders");
	found->vol = vol;
	found->err = err;
	int r = nt_is_dirty(vol) ? nt_raw_open(nt_vol_source(vol), &raw, err) : 0;
	if (r == 0 && raw)
		r = nt_scan(raw, &ops, NULL, &result, err);
	if (r == 0)
		r = found->r;
	found->err = NULL;
	if (r == 0)
		*ret = rs_steal(found);
	return r;
}

void sweep_found_free(struct sweep_found *f)
{
	free(f);
}

int sweep_count(struct nt_vol *vol, size_t *ret, struct rs_err *err)
{
	auto_sweep_found struct sweep_found *found = NULL;
	int r = sweep_find(vol, &found, err);

	*ret = r == 0 ? found->n : 0;
	return r;
}

int sweep_find_mark(
	struct nt_vol *vol, const struct sweep_found *found, bool *ret, struct rs_err *err)
{
	struct nt_stat st;
	int r = 0;

	*ret = false;
	for (size_t i = 0; r == 0 && i < found->n; i++) {
		r = nt_stat(vol, found->all[i].ref, &st, err);
		*ret |= r == 0 && nt_is_marked(vol, &st);
	}
	return r;
}

/* The name may be somebody else's by now: then it stays a lost record, which chkdsk mends. */
static int relink(struct nt_vol *vol, struct lost *l, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = nt_relink(vol, l->ref, l->parent_ref, &why);

	if (r == RS_E_CHANGED) {
		l->level = LEVEL_NONE;
		return 0;
	}
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

/* A report is made anew as long as the manifest is there; whatever else tells of files stays until
 * there are none. */
static int may_go(struct nt_vol *vol, const struct lost *l, bool *ret, struct rs_err *err)
{
	struct nt_stat s;
	char path[PLAN_TOP_LEN + PLAN_ID_LEN + 32] = "";
	uint64_t ref;
	int r = nt_stat(vol, l->ref, &s, err);

	if (r < 0)
		return r;
	if (s.is_dir)
		return nt_is_empty(vol, l->ref, ret, err);
	if (!strcmp(l->name, QUARANTINE_REPORT_JSON) || !strcmp(l->name, QUARANTINE_REPORT_TEXT)) {
		r = nt_path(vol, l->parent_ref, path, sizeof(path) - 16, err);
		size_t n = strlen(path);
		(void)snprintf(path + n, sizeof(path) - n, "\\%s", QUARANTINE_MANIFEST);
		if (r < 0)
			return r;
		if (nt_lookup(vol, path, &ref, NULL) == 0) {
			*ret = true;
			return 0;
		}
	}
	return inside_is_hollow(vol, l->parent_ref, false, ret, err);
}

static int remove_one(struct nt_vol *vol, const struct lost *l, struct rs_err *err)
{
	bool is_wanted = false;
	/* bytes that a change has overwritten go with its undo only */
	int r = l->level == LEVEL_KEPT ? 0 : may_go(vol, l, &is_wanted, err);

	return r < 0 || !is_wanted ? r : nt_remove(vol, l->parent_ref, l->name, l->ref, err);
}

int sweep(struct nt_vol *vol, struct sweep_found *found, struct rs_err *err)
{
	int r = 0;

	for (size_t k = 0; r == 0 && k < N_DOWN; k++) {
		for (size_t i = 0; r == 0 && i < found->n; i++)
			if (found->all[i].level == down[k])
				r = relink(vol, &found->all[i], err);
	}
	for (size_t k = N_DOWN; r == 0 && k--;) {
		for (size_t i = 0; r == 0 && i < found->n; i++)
			if (found->all[i].level == down[k])
				r = remove_one(vol, &found->all[i], err);
	}
	return r;
}
