/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report beside a quarantine says once more what its manifest said: an antivirus that took the
 * one (or chkdsk) leaves the other. Read only where it is proven ours, and checked like a
 * manifest. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "act/proof.h"

#define REPORT_MAX_DEPTH 16

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_string))
		return "";
	return json_object_get_string(m);
}

static bool uint_of(struct json_object *o, const char *key, uint64_t most, uint64_t *ret)
{
	struct json_object *m = NULL;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_int) ||
		json_object_get_int64(m) < 0)
		return false;
	*ret = json_object_get_uint64(m);
	return *ret <= most;
}

static void hash_of(struct json_object *o, struct plan_item *item)
{
	const char *text = text_of(o, "sha256");

	if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
		return; /* a file that could not be hashed has none */
	for (size_t i = 0; i < 32; i++) {
		unsigned v = 0;
		(void)sscanf(text + 2 * i, "%2x", &v); /* checked above */
		item->sha256[i] = (uint8_t)v;
	}
	item->has_sha256 = true;
}

/* Is it an item of this quarantine, and was it moved? */
static bool is_of(struct json_object *o, const char *top, const char *id, uint64_t *ret_number)
{
	char folder[8], target[PLAN_PATH_BYTES];
	struct json_object *accepted = NULL;

	if (!json_object_is_type(o, json_type_object) ||
		!uint_of(o, "item", PLAN_MAX_ITEMS, ret_number) || !*ret_number)
		return false;
	const struct plan_item item = {.number = (unsigned)*ret_number};
	plan_path(top, id, plan_folder(&item, folder), target);
	return !strcmp(text_of(o, "target"), target) &&
	       json_object_object_get_ex(o, "accepted", &accepted) &&
	       json_object_get_boolean(accepted);
}

static int get_item(
	struct json_object *o, unsigned number, struct plan_item *item, struct rs_err *err)
{
	uint64_t record, sequence;

	item->number = number;
	item->action = PLAN_RESTORE;
	if (!uint_of(o, "record", 0xffffffffffffULL, &record) ||
		!uint_of(o, "sequence", UINT16_MAX, &sequence) || !sequence ||
		text_of(o, "path")[0] != '\\')
		return rs_fail(err, RS_E_MANIFEST, "the report's item %u", number);
	(void)uint_of(o, "size_bytes", UINT64_MAX, &item->stat.size_bytes); /* for people */
	hash_of(o, item);
	item->file_ref = record | sequence << 48;
	item->path = strdup(text_of(o, "path"));
	item->rule_id = strdup(text_of(o, "rule"));
	item->why = strdup(text_of(o, "why"));
	return item->path && item->rule_id && item->why ? 0 : rs_fail(err, RS_E_MEMORY, "report");
}

static int get_items(struct json_object *list, struct plan *p, struct rs_err *err)
{
	size_t n = json_object_array_length(list);

	p->items = calloc(n ? n : 1, sizeof(*p->items));
	if (!p->items)
		return rs_fail(err, RS_E_MEMORY, "report");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		uint64_t number;
		if (!is_of(o, p->top, p->id, &number))
			continue;
		if (p->n_items == PLAN_MAX_ITEMS)
			return rs_fail(err, RS_E_MANIFEST, "the report's items");
		struct plan_item *item = &p->items[p->n_items++];
		int r = get_item(o, (unsigned)number, item, err);
		if (r < 0)
			return r;
	}
	return p->n_items ? 0 : rs_fail(err, RS_E_MANIFEST, "the report names none of its files");
}

int report_parse(const char *text, size_t len, const char *top, const char *id, struct plan **ret,
	struct rs_err *err)
{
	auto_plan struct plan *p = calloc(1, sizeof(*p));
	struct json_tokener *t = json_tokener_new_ex(REPORT_MAX_DEPTH);
	struct json_object *root = NULL, *list = NULL;
	int r;

	if (p && t && len <= INT32_MAX)
		root = json_tokener_parse_ex(t, text, (int)len);
	if (!p || !t) {
		r = rs_fail(err, RS_E_MEMORY, "report");
	} else if (!json_object_is_type(root, json_type_object) ||
		   !json_object_object_get_ex(root, "plan", &list) ||
		   !json_object_is_type(list, json_type_array)) {
		r = rs_fail(err, RS_E_MANIFEST, "the report has no plan");
	} else {
		(void)snprintf(p->top, sizeof(p->top), "%s", top);
		(void)snprintf(p->id, sizeof(p->id), "%s", id);
		p->is_by_report = true;
		r = get_items(list, p, err);
	}
	json_object_put(root);
	if (t)
		json_tokener_free(t);
	if (r == 0)
		*ret = rs_steal(p);
	return r;
}
