/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a quarantine back as a plan: by its manifest, or by the report beside it. */
#include <stdio.h>
#include <string.h>

#include "act/proof.h"

#define MANIFEST_MAX_BYTES (16U << 20)
#define UNPROVEN_MAX_BYTES (1U << 20) /* of somebody else's there may be many */

int quarantine_steps(
	struct nt_vol *vol, const char *top, const char *id, struct steps *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	char path[PLAN_PATH_BYTES];
	uint64_t ref = 0;

	plan_path(top, id, QUARANTINE_STEPS, path);
	int r = nt_lookup(vol, path, &ref, &why);
	if (r == RS_E_NO_SUCH_FILE)
		ref = 0; /* somebody removed it: the moves themselves do not need it */
	else if (r < 0)
		return rs_fail_on(err, r, path, "%s", why.detail);
	return steps_open(vol, ref, ret, err);
}

static int read_all(struct nt_vol *vol, const char *path, size_t max_bytes, uint8_t **ret,
	size_t *ret_len, struct rs_err *err)
{
	int r = nt_file_load(vol, path, max_bytes + 1, ret, ret_len, err);

	return r == 0 && *ret_len > max_bytes ? rs_fail(err, RS_E_MANIFEST, "it is too large") : r;
}

bool quarantine_has(struct nt_vol *vol, const struct quarantine *q, const char *leaf)
{
	uint64_t ref;

	return quarantine_lookup(vol, q->top, q->id, leaf, &ref, NULL) == 0;
}

/* Nothing has moved: a plan of no items. */
static int load_empty(const struct quarantine *q, struct plan **ret, struct rs_err *err)
{
	struct plan *p = calloc(1, sizeof(*p));

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "plan");
	(void)snprintf(p->top, sizeof(p->top), "%s", q->top);
	(void)snprintf(p->id, sizeof(p->id), "%s", q->id);
	p->is_proven = q->is_proven;
	*ret = p;
	return 0;
}

int manifest_load(struct nt_vol *vol, const struct quarantine *q, enum plan_action action,
	struct plan **ret, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	auto_free uint8_t *text = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	plan_path(q->top, q->id, QUARANTINE_MANIFEST, path);
	int r = read_all(vol, path, q->is_proven ? MANIFEST_MAX_BYTES : UNPROVEN_MAX_BYTES, &text,
		&len, err);
	if (r == 0)
		r = manifest_parse((const char *)text, len, action, &p, err);
	if (r == 0 && strcmp(p->id, q->id) != 0)
		r = rs_fail(err, RS_E_MANIFEST, "it names %s", p->id);
	if (r != 0)
		return rs_err_object(err, path), r;
	(void)snprintf(p->top, sizeof(p->top), "%s", q->top);
	p->is_proven = q->is_proven;
	*ret = rs_steal(p);
	return 0;
}

/* Its folder in the quarantine; none: taken away by an undo that was cut off. */
static void find_target(struct nt_vol *vol, const char *path, struct plan_item *item)
{
	if (nt_lookup(vol, path, &item->to_ref, NULL) < 0)
		item->to_ref = 0;
}

/* The folders of an item by its path and its number, as the report does not have their records. */
static int find_folders(
	struct nt_vol *vol, const struct plan *p, struct plan_item *item, struct rs_err *err)
{
	char path[PLAN_PATH_BYTES];
	auto_free char *folder = folder_of(item->path);

	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "report");
	plan_target(p, item, path);
	find_target(vol, path, item);
	if (item->change && item->change->kind == CHANGE_HIVE)
		return 0;
	int r = nt_lookup(vol, folder, &item->from_ref, NULL);
	if (r == RS_E_NO_SUCH_FILE || r == RS_E_UNSAFE_PATH)
		return rs_fail_on(
			err, RS_E_MANIFEST, item->path, "its folder is gone; put it back by hand");
	return r < 0 ? rs_fail_on(err, r, item->path, "%s", "") : 0;
}

static int load_report(
	struct nt_vol *vol, const struct quarantine *q, struct plan **ret, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	auto_free uint8_t *text = NULL;
	char path[PLAN_PATH_BYTES];
	size_t len = 0;

	plan_path(q->top, q->id, QUARANTINE_REPORT_JSON, path);
	int r = read_all(vol, path, MANIFEST_MAX_BYTES, &text, &len, err);
	if (r == 0)
		r = report_parse((const char *)text, len, q->top, q->id, &p, err);
	for (size_t i = 0; r == 0 && i < p->n_items; i++)
		r = find_folders(vol, p, &p->items[i], err);
	if (r != 0)
		return rs_err_object(err, path), r;
	p->is_proven = q->is_proven;
	*ret = rs_steal(p);
	return 0;
}

/* Something lies there, and no manifest. */
static int load_lost(struct nt_vol *vol, const struct quarantine *q, enum plan_action action,
	struct plan **ret, struct rs_err *err)
{
	bool has_report = q->is_proven && quarantine_has(vol, q, QUARANTINE_REPORT_JSON);

	if (has_report && action == PLAN_RESTORE)
		return load_report(vol, q, ret, err);
	if (has_report)
		return rs_fail_on(err, RS_E_MANIFEST_GONE, q->id, "its report is beside it");
	return rs_fail_on(err, RS_E_MANIFEST_GONE, q->id, "no report of ours is beside it");
}

int quarantine_load(struct nt_vol *vol, const struct quarantine *q, enum plan_action action,
	struct plan **ret, struct rs_err *err)
{
	auto_plan struct plan *p = NULL;
	char path[PLAN_PATH_BYTES];
	uint64_t ref = 0;
	bool is_hollow = true;

	if (!q->id[0])
		return load_empty(q, ret, err);
	plan_path(q->top, q->id, "", path);
	int r = nt_lookup(vol, path, &ref, NULL);
	if (r == RS_E_NO_SUCH_FILE)
		return rs_fail_on(err, RS_E_NO_SUCH_QUARANTINE, q->id, "not in \\%s", q->top);
	if (r < 0)
		return rs_fail_on(err, r, path, "%s", "");
	if (quarantine_has(vol, q, QUARANTINE_MANIFEST)) {
		r = manifest_load(vol, q, action, &p, err);
		/* unreadable: as good as gone, if the report still says what it said */
		if (r == RS_E_MANIFEST && action == PLAN_RESTORE && q->is_proven &&
			load_report(vol, q, &p, NULL) == 0)
			r = 0;
	} else {
		r = inside_is_hollow(vol, ref, false, &is_hollow, err);
		if (r == 0 && is_hollow && !quarantine_has(vol, q, QUARANTINE_REPORT_JSON))
			return load_empty(q, ret, err);
		if (r == 0)
			r = load_lost(vol, q, action, &p, err);
	}
	if (r == 0)
		r = items_check(vol, p, err);
	if (r < 0)
		return r;
	if (err)
		*err = (struct rs_err){0};
	*ret = rs_steal(p);
	return 0;
}
