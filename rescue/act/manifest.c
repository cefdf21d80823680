/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manifest: a plan as JSON on the volume it was carried out on. It is read back by undo, years
 * later perhaps and after Windows has run: every member is checked, and paths in it are only for
 * people; files are found by their MFT references. The report beside a quarantine says once more
 * what its manifest said: an antivirus that took the one (or chkdsk) leaves the other. Read only
 * where it is proven ours, and checked like a manifest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "act/manifest_internal.h"
#include "core/json.h"
#include "core/list.h"
#include "core/text.h"

#define MANIFEST_FORMAT	   "unbrick.manifest"
#define MANIFEST_VERSION   1
#define WITH_CHANGES	   2 /* its version where an item is no move: an older Unbrick refuses it */
#define MANIFEST_MAX_DEPTH 8
#define REPORT_MAX_DEPTH   16

static void put_ref(struct json_out *j, const char *key, uint64_t ref)
{
	char text[24];

	/* text: JSON readers in other languages round 64-bit numbers */
	(void)snprintf(text, sizeof(text), "%016" PRIx64, ref);
	jo_text(j, key, text);
}

static void put_times(struct json_out *j, const struct nt_stat *s)
{
	put_ref(j, "created_filetime", s->created);
	put_ref(j, "modified_filetime", s->modified);
	put_ref(j, "changed_filetime", s->changed);
	put_ref(j, "accessed_filetime", s->accessed);
}

static void put_item(struct json_out *j, const struct plan_item *item)
{
	char folder[8];

	jo_open(j, NULL, '{');
	jo_text(j, "folder", plan_folder(item, folder));
	jo_uint(j, "number", item->number);
	jo_text(j, "path", item->path);
	jo_text(j, "rule", item->rule_id);
	jo_text(j, "why", item->why);
	put_ref(j, "file", item->file_ref);
	put_ref(j, "from", item->from_ref);
	put_ref(j, "to", item->to_ref);
	jo_uint(j, "size_bytes", item->stat.size_bytes);
	put_times(j, &item->stat);
	jo_time(j, "modified", item->stat.modified);
	if (item->has_sha256)
		jo_hex32(j, "sha256", item->sha256);
	if (item->change)
		change_put(j, item->change);
	if (item->after)
		jo_uint(j, "after", item->after);
	jo_close(j, '}');
}

static unsigned version_of(const struct plan *p)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].is_accepted && p->items[i].change)
			return WITH_CHANGES;
	return MANIFEST_VERSION;
}

static void put_manifest(struct json_out *j, const struct plan *p)
{
	jo_open(j, NULL, '{');
	jo_text(j, "format", MANIFEST_FORMAT);
	jo_uint(j, "version", version_of(p));
	jo_text(j, "id", p->id);
	jo_text(j, "tool", UNBRICK_VERSION);
	jo_text(j, "note", "made by Unbrick; 'unbrick undo' puts all of it back");
	jo_bool(j, "was_dirty", p->was_dirty);
	put_ref(j, "root", p->root_ref);
	jo_open(j, "root_times", '{');
	put_times(j, &p->root_stat);
	jo_close(j, '}');
	jo_open(j, "items", '[');
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].is_accepted)
			put_item(j, &p->items[i]);
	jo_close(j, ']');
	jo_close(j, '}');
}

int manifest_write(const struct plan *p, char **ret, size_t *ret_len, struct rs_err *err)
{
	auto_free char *text = NULL;
	struct json_out j = {.f = open_memstream(&text, ret_len),
		.clean = rs_escape_new,
		.lines = JSON_ALL_LINES};

	if (j.f)
		put_manifest(&j, p);
	if (!j.f || fclose(j.f) != 0 || j.is_failed)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	*ret = rs_steal(text);
	return 0;
}

static bool get_ref(struct json_object *o, const char *key, uint64_t *ret)
{
	const char *text;
	char *end;

	if (!manifest_text(o, key, &text) || strlen(text) != 16 ||
		strspn(text, "0123456789abcdef") != 16)
		return false;
	*ret = strtoull(text, &end, 16);
	return true;
}

static bool get_times(struct json_object *o, struct nt_stat *s)
{
	return get_ref(o, "created_filetime", &s->created) &&
	       get_ref(o, "modified_filetime", &s->modified) &&
	       get_ref(o, "changed_filetime", &s->changed) &&
	       get_ref(o, "accessed_filetime", &s->accessed);
}

static bool get_sha256(struct json_object *o, struct plan_item *item)
{
	const char *text;

	if (!manifest_text(o, "sha256", &text))
		return true; /* files that could not be hashed have none */
	item->has_sha256 = rs_unhex(text, item->sha256, sizeof(item->sha256));
	return item->has_sha256;
}

/* Only where it has one. */
static int get_after(struct json_object *o, struct plan_item *item, struct rs_err *err)
{
	struct json_object *any = NULL;
	uint64_t number;

	if (!json_object_object_get_ex(o, "after", &any))
		return 0;
	if (!manifest_uint(o, "after", PLAN_MAX_ITEMS, &number) || !number)
		return rs_fail(err, RS_E_MANIFEST, "item %u: after", item->number);
	item->after = (unsigned)number;
	return 0;
}

/* What goes after another goes after a change that is there, and before it in number. */
static int check_order(const struct plan *p, struct rs_err *err)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		bool is_known = !item->after;
		for (size_t k = 0; !is_known && k < p->n_items; k++)
			is_known = p->items[k].number == item->after && p->items[k].change &&
				   item->after < item->number;
		if (!is_known)
			return rs_fail(err, RS_E_MANIFEST, "item %u: after", item->number);
	}
	return 0;
}

static int keep_texts(struct json_object *o, struct plan_item *item, struct rs_err *err)
{
	item->path = strdup(manifest_text_of(o, "path"));
	item->rule_id = strdup(manifest_text_of(o, "rule")); /* only for people, */
	item->why = strdup(manifest_text_of(o, "why"));	     /* both */
	return item->path && item->rule_id && item->why ? 0 : rs_fail(err, RS_E_MEMORY, "plan");
}

/* What a plan is read from. */
struct reading {
	enum plan_action action;
	const char *top, *id; /* of the quarantine that a report is asked for */
	int max_depth;
	int (*get_plan)(struct json_object *root, const struct reading *r, struct plan *p,
		struct rs_err *err);
};

static int parse(const char *text, size_t len, const struct reading *reading, struct plan **ret,
	struct rs_err *err)
{
	auto_plan struct plan *p = calloc(1, sizeof(*p));
	struct json_tokener *t = json_tokener_new_ex(reading->max_depth);
	struct json_object *root = NULL;
	int r;

	if (p && t && len <= INT32_MAX)
		root = json_tokener_parse_ex(t, text, (int)len);
	if (!p || !t)
		r = rs_fail(err, RS_E_MEMORY, "plan");
	else if (!root)
		r = rs_fail(err, RS_E_MANIFEST, "%s",
			json_tokener_error_desc(json_tokener_get_error(t)));
	else
		r = reading->get_plan(root, reading, p, err);
	json_object_put(root);
	if (t)
		json_tokener_free(t);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}

/* ---- the manifest ---- */

static int get_item(
	struct json_object *o, unsigned index, struct plan_item *item, struct rs_err *err)
{
	const char *path;
	uint64_t number;

	if (!json_object_is_type(o, json_type_object) || !manifest_text(o, "path", &path) ||
		!manifest_uint(o, "number", PLAN_MAX_ITEMS, &number) || number < 1 ||
		!get_ref(o, "file", &item->file_ref) || !get_ref(o, "from", &item->from_ref) ||
		!get_ref(o, "to", &item->to_ref) ||
		!manifest_uint(o, "size_bytes", UINT64_MAX, &item->stat.size_bytes) ||
		!get_times(o, &item->stat) || !get_sha256(o, item))
		return rs_fail(err, RS_E_MANIFEST, "item %u", index + 1);
	item->number = (unsigned)number;
	item->stat.ref = item->file_ref;
	int r = change_get(o, &item->change, err);
	if (r == 0)
		r = get_after(o, item, err);
	return r < 0 ? r : keep_texts(o, item, err);
}

static int get_items(
	struct json_object *root, enum plan_action action, struct plan *p, struct rs_err *err)
{
	struct json_object *items = NULL;

	if (!manifest_list(root, "items", &items) ||
		json_object_array_length(items) > PLAN_MAX_ITEMS)
		return rs_fail(err, RS_E_MANIFEST, "list of items");
	size_t n = json_object_array_length(items);
	p->items = calloc(n ? n : 1, sizeof(*p->items));
	if (!p->items)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	for (size_t i = 0; i < n; i++) {
		p->n_items = i + 1; /* plan_free frees the part that is there */
		p->items[i].action = action;
		int r = get_item(
			json_object_array_get_idx(items, i), (unsigned)i, &p->items[i], err);
		if (r < 0)
			return r;
	}
	return check_order(p, err);
}

static int get_manifest(
	struct json_object *root, const struct reading *reading, struct plan *p, struct rs_err *err)
{
	struct json_object *times = NULL, *dirty = NULL;
	const char *format, *id;
	uint64_t version;

	if (!json_object_is_type(root, json_type_object) ||
		!manifest_text(root, "format", &format) || strcmp(format, MANIFEST_FORMAT) != 0 ||
		!manifest_uint(root, "version", UINT64_MAX, &version))
		return rs_fail(err, RS_E_MANIFEST, "not a manifest");
	if (version != MANIFEST_VERSION && version != WITH_CHANGES)
		return rs_fail(err, RS_E_MANIFEST,
			"version %" PRIu64 ": use the Unbrick that made it", version);
	if (!manifest_text(root, "id", &id) || !quarantine_is_shape(id, QUARANTINE_ID_SHAPE))
		return rs_fail(err, RS_E_MANIFEST, "id");
	if (!get_ref(root, "root", &p->root_ref) ||
		!json_object_object_get_ex(root, "root_times", &times) ||
		!get_times(times, &p->root_stat) ||
		!json_object_object_get_ex(root, "was_dirty", &dirty))
		return rs_fail(err, RS_E_MANIFEST, "volume state");
	(void)snprintf(p->id, sizeof(p->id), "%s", id);
	p->was_dirty = json_object_get_boolean(dirty);
	p->has_manifest = true;
	return get_items(root, reading->action, p, err);
}

int manifest_parse(const char *text, size_t len, enum plan_action action, struct plan **ret,
	struct rs_err *err)
{
	const struct reading reading = {
		.action = action, .max_depth = MANIFEST_MAX_DEPTH, .get_plan = get_manifest};

	return parse(text, len, &reading, ret, err);
}

/* ---- the report ---- */

/* Is it an item of this quarantine, and was it moved? */
static bool is_of(struct json_object *o, const char *top, const char *id, uint64_t *ret_number)
{
	char folder[8], target[PLAN_PATH_BYTES];
	struct json_object *accepted = NULL;

	if (!json_object_is_type(o, json_type_object) ||
		!manifest_uint(o, "item", PLAN_MAX_ITEMS, ret_number) || !*ret_number)
		return false;
	const struct plan_item item = {.number = (unsigned)*ret_number};
	plan_path(top, id, plan_folder(&item, folder), target);
	return !strcmp(manifest_text_of(o, "target"), target) &&
	       json_object_object_get_ex(o, "accepted", &accepted) &&
	       json_object_get_boolean(accepted);
}

static int get_told_item(
	struct json_object *o, unsigned number, struct plan_item *item, struct rs_err *err)
{
	uint64_t record, sequence;

	item->number = number;
	item->action = PLAN_RESTORE;
	int r = change_get(o, &item->change, err);
	if (r == 0)
		r = get_after(o, item, err);
	if (r < 0 || (item->change && item->change->kind == CHANGE_HIVE))
		return r < 0 ? r : keep_texts(o, item, err);
	if (!manifest_uint(o, "record", 0xffffffffffffULL, &record) ||
		!manifest_uint(o, "sequence", UINT16_MAX, &sequence) || !sequence ||
		manifest_text_of(o, "path")[0] != '\\')
		return rs_fail(err, RS_E_MANIFEST, "the report's item %u", number);
	/* for people, and a file that could not be hashed has no hash */
	(void)manifest_uint(o, "size_bytes", UINT64_MAX, &item->stat.size_bytes);
	(void)get_sha256(o, item);
	item->file_ref = record | sequence << 48;
	return keep_texts(o, item, err);
}

static int get_report(
	struct json_object *root, const struct reading *reading, struct plan *p, struct rs_err *err)
{
	struct json_object *list = NULL;

	if (!manifest_list(root, "plan", &list))
		return rs_fail(err, RS_E_MANIFEST, "the report has no plan");
	(void)snprintf(p->top, sizeof(p->top), "%s", reading->top);
	(void)snprintf(p->id, sizeof(p->id), "%s", reading->id);
	p->is_by_report = true;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		uint64_t number;
		if (!is_of(o, p->top, p->id, &number))
			continue;
		if (p->n_items == PLAN_MAX_ITEMS)
			return rs_fail(err, RS_E_MANIFEST, "the report's items");
		struct plan_item *item = rs_list_add(&p->items, &p->n_items, sizeof(*item));
		if (!item)
			return rs_fail(err, RS_E_MEMORY, "report");
		int r = get_told_item(o, (unsigned)number, item, err);
		if (r < 0)
			return r;
	}
	return p->n_items ? check_order(p, err)
			  : rs_fail(err, RS_E_MANIFEST, "the report names none of its files");
}

int report_parse(const char *text, size_t len, const char *top, const char *id, struct plan **ret,
	struct rs_err *err)
{
	const struct reading reading = {
		.top = top, .id = id, .max_depth = REPORT_MAX_DEPTH, .get_plan = get_report};

	return parse(text, len, &reading, ret, err);
}
