/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at quarantines: which there are, in what state, and their manifests as plans. */
#include "repair/quarantine.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MANIFEST_MAX_BYTES (16U << 20)
#define MAX_QUARANTINES	   1000U

const char *quarantine_state_word(enum quarantine_state s)
{
	static const char *const words[] = {"active", "undone", "unfinished", "empty", "damaged"};

	return words[s];
}

bool quarantine_is_shape(const char *name, const char *shape)
{
	for (; *shape; shape++, name++) {
		if (*shape == 'd' ? !isdigit((unsigned char)*name) : *name != *shape)
			return false;
	}
	return !*name;
}

struct names {
	char (*ids)[PLAN_ID_LEN];
	size_t n;
};

static bool collect(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct names *names = user;

	(void)ref;
	if (!is_dir || !quarantine_is_shape(name, QUARANTINE_ID_SHAPE) ||
		names->n >= MAX_QUARANTINES)
		return true;
	(void)snprintf(names->ids[names->n++], PLAN_ID_LEN, "%s", name);
	return true;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct quarantine *)a)->id, ((const struct quarantine *)b)->id);
}

int quarantine_item_state(struct nt_vol *vol, const struct plan_item *item,
	enum nt_switch_state *ret, struct rs_err *err)
{
	struct nt_switch sw = {item->file_ref, 0, item->to_ref};
	struct nt_stat s;

	if (nt_stat(vol, item->to_ref, &s, NULL) == RS_E_NO_SUCH_FILE) {
		*ret = nt_stat(vol, item->file_ref, &s, NULL) == 0 ? NT_SWITCH_AT_FROM
								   : NT_SWITCH_ELSEWHERE;
		return 0;
	}
	int r = restore_home(vol, item, &sw.from_ref, err);
	return r < 0 ? r : nt_switch_state(vol, &sw, ret, err);
}

/* Where are the files? The disk says it, not the journal. */
static int count_places(struct nt_vol *vol, const struct plan *p, size_t *ret_in, size_t *ret_out,
	struct rs_err *err)
{
	*ret_in = *ret_out = 0;
	for (size_t i = 0; i < p->n_items; i++) {
		enum nt_switch_state state;
		int r = quarantine_item_state(vol, &p->items[i], &state, err);
		if (r < 0)
			return r;
		*ret_in += state == NT_SWITCH_AT_TO || state == NT_SWITCH_ELSEWHERE;
		*ret_out += state == NT_SWITCH_AT_FROM;
	}
	return 0;
}

int quarantine_journal(struct nt_vol *vol, const char *id, struct journal *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	char path[96];
	uint64_t ref = 0;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", QUARANTINE_DIR, id, QUARANTINE_JOURNAL);
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == RS_E_NO_SUCH_FILE)
		ref = 0; /* somebody removed it: the moves themselves do not need it */
	else if (r < 0)
		return rs_fail_on(err, r, path, "%s", why.detail);
	return journal_open(vol, ref, ret, err);
}

/* All moved, and cut off before the report was kept and the flag as it was. */
static bool is_left_open(struct nt_vol *vol, const struct journal *j)
{
	bool is_ours = false;

	return strcmp(j->last_mode, "fix kept") != 0 && flag_is_ours(vol, &is_ours, NULL) == 0 &&
	       is_ours;
}

static void judge_state(struct nt_vol *vol, struct quarantine *q)
{
	auto_plan struct plan *p = NULL;
	struct journal j = {0};
	size_t in, out;

	int r = quarantine_load(vol, q->id, PLAN_FINISH, &p, &q->err);
	if (r < 0) {
		q->state = QUARANTINE_DAMAGED;
		return;
	}
	if (!p->has_manifest) {
		q->state = QUARANTINE_EMPTY;
		return;
	}
	q->n_files = p->n_items;
	if (count_places(vol, p, &in, &out, &q->err) < 0) {
		q->state = QUARANTINE_DAMAGED;
		return;
	}
	/* unreadable: as if nothing had been written into it */
	(void)quarantine_journal(vol, q->id, &j, NULL);
	q->was_undoing = !strncmp(j.last_mode, "undo", 4);
	if (in == p->n_items && !q->was_undoing)
		q->state = is_left_open(vol, &j) ? QUARANTINE_UNFINISHED : QUARANTINE_ACTIVE;
	else if (out == p->n_items && q->was_undoing)
		q->state = QUARANTINE_UNDONE;
	else
		q->state = QUARANTINE_UNFINISHED;
}

static int open_folder(struct nt_vol *vol, uint64_t *ret_ref, struct rs_err *err)
{
	struct nt_stat s;
	int r = nt_lookup(vol, QUARANTINE_DIR, ret_ref, err);

	if (r == 0)
		r = nt_stat(vol, *ret_ref, &s, err);
	if (r == 0 && (!s.is_dir || s.is_reparse))
		r = rs_fail_on(err, RS_E_UNSAFE_PATH, "\\" QUARANTINE_DIR, "it is %s",
			s.is_reparse ? "a reparse point" : "a file");
	return r;
}

int quarantine_is_ours(struct nt_vol *vol, uint64_t dir_ref, bool *ret, struct rs_err *err)
{
	struct nt_stat s;
	int r = nt_stat(vol, dir_ref, &s, err);

	if (r == 0)
		*ret = s.attributes & QUARANTINE_ATTR;
	return r;
}

/* An empty \Unbrick that we made: one entry without an id. */
static int list_leftover(
	struct nt_vol *vol, uint64_t dir, struct quarantine *q, size_t *ret_n, struct rs_err *err)
{
	bool is_empty = false, is_ours = false;
	int r = nt_is_empty(vol, dir, &is_empty, err);

	if (r == 0 && is_empty)
		r = quarantine_is_ours(vol, dir, &is_ours, err);
	if (r == 0 && is_ours) {
		q->state = QUARANTINE_EMPTY;
		*ret_n = 1;
	}
	return r;
}

/* No \Unbrick, but perhaps a record of one that lost its entry, or our flag alone. */
static int list_lost(struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err)
{
	size_t lost = 0;
	int r = sweep_count(vol, &lost, err);

	if (r < 0 || (!lost && !nt_is_flag_ours(vol)))
		return r;
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return rs_fail(err, RS_E_MEMORY, "quarantines");
	(*ret)->state = QUARANTINE_EMPTY;
	*ret_n = 1;
	return 0;
}

int quarantine_list(struct nt_vol *vol, struct quarantine **ret, size_t *ret_n, struct rs_err *err)
{
	struct rs_err why = {0};
	uint64_t dir;

	*ret = NULL;
	*ret_n = 0;
	int r = open_folder(vol, &dir, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return list_lost(vol, ret, ret_n, err);
	if (r < 0) {
		if (err)
			*err = why;
		return r;
	}
	auto_free char(*ids)[PLAN_ID_LEN] = calloc(MAX_QUARANTINES, PLAN_ID_LEN);
	auto_free struct quarantine *all = calloc(MAX_QUARANTINES, sizeof(*all));
	if (!ids || !all)
		return rs_fail(err, RS_E_MEMORY, "quarantines");
	struct names names = {ids, 0};
	r = nt_list(vol, dir, collect, &names, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		memcpy(all[i].id, ids[i], PLAN_ID_LEN);
		judge_state(vol, &all[i]);
	}
	qsort(all, names.n, sizeof(*all), by_id);
	*ret_n = names.n;
	if (!names.n)
		r = list_leftover(vol, dir, &all[0], ret_n, err);
	if (r < 0)
		return r;
	*ret = rs_steal(all);
	return 0;
}

static int read_all(
	struct nt_vol *vol, uint64_t ref, char **ret, size_t *ret_len, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	int r = nt_file_open(vol, ref, "", &f, err);

	if (r < 0)
		return r;
	uint64_t size = nt_file_size(f);
	if (size > MANIFEST_MAX_BYTES)
		return rs_fail(err, RS_E_MANIFEST, "it is too large");
	auto_free char *text = malloc((size_t)size + 1);
	if (!text)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	r = nt_file_read(f, 0, text, (size_t)size, ret_len, err);
	if (r < 0)
		return r;
	text[*ret_len] = '\0';
	*ret = rs_steal(text);
	return 0;
}

/* A manifest names records; make sure that the folders are really ours before anything trusts it.
 */
static int check_folders(
	struct nt_vol *vol, const char *id, const struct plan *p, struct rs_err *err)
{
	for (size_t i = 0; i < p->n_items; i++) {
		char path[96];
		uint64_t ref;
		(void)snprintf(
			path, sizeof(path), "%s/%s/%04u", QUARANTINE_DIR, id, p->items[i].number);
		int r = nt_lookup(vol, path, &ref, NULL);
		if (r == RS_E_NO_SUCH_FILE)
			continue; /* taken away by an undo that was cut off */
		if (r < 0 || ref != p->items[i].to_ref)
			return rs_fail_on(err, RS_E_MANIFEST, path,
				"it is not the folder that the manifest names");
	}
	return strcmp(p->id, id) == 0 ? 0
				      : rs_fail_on(err, RS_E_MANIFEST, id, "it names %s", p->id);
}

/* Without a manifest nothing has moved: a plan of no items. */
static int load_empty(const char *id, struct plan **ret, struct rs_err *err)
{
	struct plan *p = calloc(1, sizeof(*p));

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "plan");
	(void)snprintf(p->id, sizeof(p->id), "%s", id);
	*ret = p;
	return 0;
}

int quarantine_load(struct nt_vol *vol, const char *id, enum plan_action action, struct plan **ret,
	struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	auto_free char *text = NULL;
	char path[96];
	uint64_t ref;
	size_t len = 0;

	if (!id[0])
		return load_empty(id, ret, err);
	(void)snprintf(path, sizeof(path), "%s/%.*s", QUARANTINE_DIR, PLAN_ID_LEN, id);
	if (!quarantine_is_shape(id, QUARANTINE_ID_SHAPE) || nt_lookup(vol, path, &ref, NULL) < 0)
		return rs_fail_on(err, RS_E_NO_SUCH_QUARANTINE, id, "not in \\" QUARANTINE_DIR);
	(void)snprintf(path, sizeof(path), "%s/%s/%s", QUARANTINE_DIR, id, QUARANTINE_MANIFEST);
	int r = nt_lookup(vol, path, &ref, err);
	if (r == RS_E_NO_SUCH_FILE) {
		if (err)
			*err = (struct rs_err){0};
		return load_empty(id, ret, err);
	}
	if (r == 0)
		r = read_all(vol, ref, &text, &len, err);
	if (r == 0)
		r = manifest_parse(text, len, action, &p, err);
	if (r == 0)
		r = check_folders(vol, id, p, err);
	if (r < 0)
		return rs_err_object(err, path), r;
	*ret = rs_steal(p);
	return 0;
}
