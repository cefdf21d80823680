/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change in manifests and reports. Bytes of values stand in hexadecimal, as they are. What is
 * read is believed as far as the closed table of changes allows, and no further. */
#include <stdio.h>
#include <string.h>

#include "act/change.h"
#include "act/manifest_internal.h"
#include "core/text.h"

static const char *const op_words[] = {[HW_SET] = "set",
	[HW_DELETE_VALUE] = "delete-value",
	[HW_MAKE_KEY] = "make-key",
	[HW_DELETE_KEY] = "delete-key"};

#define N_OPS (sizeof(op_words) / sizeof(op_words[0]))

static const char *const kind_words[] = {CHANGE_KINDS(JUST_WORD)};
static const char *const touched_words[] = {TOUCHED_KINDS(JUST_WORD)};

/* ---- as it is written ---- */

static void put_bytes(struct json_out *j, const char *key, const uint8_t *p, size_t len)
{
	auto_free char *text = malloc(2 * len + 1);

	j->is_failed |= !text;
	if (!text)
		return;
	rs_hex(p, len, text);
	jo_text(j, key, text);
}

static void put_value(struct json_out *j, const void *of)
{
	const struct change_value *v = of;

	jo_text(j, "key", v->key);
	jo_text(j, "name", v->name);
	jo_text(j, "does", op_words[v->op]);
	jo_text(j, "what", v->what);
	jo_bool(j, "had", v->had);
	if (v->had) {
		jo_uint(j, "old_type", v->old_type);
		put_bytes(j, "old_hex", v->old, v->old_len);
	}
	if (change_sets(v->op)) {
		jo_uint(j, "new_type", v->type);
		put_bytes(j, "new_hex", v->p, v->len);
	}
	if (v->is_left)
		jo_bool(j, "left", true);
}

static void put_touched(struct json_out *j, const void *of)
{
	const struct plan_touched *t = of;

	jo_text(j, "kind", touched_kind_word(t->kind));
	jo_text(j, "name", t->name);
	jo_text(j, "vendor", t->vendor);
	jo_text(j, "reason", t->reason);
	jo_bool(j, "changed", t->is_done);
}

void change_put(struct json_out *j, const struct plan_change *c)
{
	jo_open(j, "change", '{');
	jo_text(j, "kind", change_kind_word(c->kind));
	jo_text(j, "file", c->file);
	jo_text(j, "note", c->note);
	if (c->source)
		jo_text(j, "source", c->source);
	if (c->kind == CHANGE_HIVE) {
		jo_bool(j, "was_whole", c->is_hive_whole);
		jo_bool(j, "had_boot_minimum", c->is_boot_minimum);
	}
	JO_OBJECTS(j, "values", put_value, c->values, c->n);
	JO_OBJECTS(j, "touched", put_touched, c->touched, c->n_touched);
	jo_close(j, '}');
}

/* ---- as it is read ---- */

static int bad(const char *what, struct rs_err *err)
{
	return rs_fail(err, RS_E_MANIFEST, "change: %s", what);
}

/* Which of the words; @n: none. */
static size_t word_of(const char *text, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(text, words[i]) != 0)
		i++;
	return i;
}

static bool get_bool(struct json_object *o, const char *key)
{
	struct json_object *m = NULL;

	return json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_boolean) &&
	       json_object_get_boolean(m);
}

/* An empty text is left out where it is written; the closed table says how long one may be. */
static bool get_bytes(
	struct json_object *o, const char *key, uint8_t **ret, size_t *ret_len, bool *no_memory)
{
	const char *text = manifest_text_of(o, key);
	const size_t len = strlen(text) / 2;

	*ret_len = len;
	*ret = len ? malloc(len) : NULL;
	*no_memory |= len && !*ret;
	return (len && !*ret) || rs_unhex(text, *ret, len);
}

static bool get_old_and_new(struct json_object *o, struct change_value *v, bool *no_memory)
{
	uint64_t type = 0;

	v->had = get_bool(o, "had");
	if (v->had && (!manifest_uint(o, "old_type", UINT32_MAX, &type) ||
			      !get_bytes(o, "old_hex", &v->old, &v->old_len, no_memory)))
		return false;
	v->old_type = (uint32_t)type;
	type = 0;
	if (!change_sets(v->op))
		return true;
	if (!manifest_uint(o, "new_type", UINT32_MAX, &type) ||
		!get_bytes(o, "new_hex", &v->p, &v->len, no_memory))
		return false;
	v->type = (uint32_t)type;
	return true;
}

static int get_value(struct json_object *o, struct plan_change *c, struct rs_err *err)
{
	const char *key;
	struct change_value *v;
	bool no_memory = false;
	size_t op;

	if (!manifest_text(o, "key", &key) || !key[0]) /* what is no object has none */
		return bad("key", err);
	op = word_of(manifest_text_of(o, "does"), op_words, N_OPS);
	if (op == N_OPS)
		return bad("what it does", err);
	const struct change_edit edit = {.op = (enum hw_op)op,
		.key = key,
		.name = manifest_text_of(o, "name"),
		.what = manifest_text_of(o, "what")};
	int r = change_add(c, &edit, err);
	if (r < 0)
		return r == RS_E_GUARD ? bad("too many values", err) : r;
	v = &c->values[c->n - 1];
	if (!get_old_and_new(o, v, &no_memory))
		return bad("a value", err);
	if (no_memory)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	return v->had || change_sets(v->op) ? 0 : bad("nothing to undo", err);
}

/* For people only. */
static int get_touched(struct json_object *o, struct plan_change *c, struct rs_err *err)
{
	const size_t n = sizeof(touched_words) / sizeof(touched_words[0]);
	const size_t kind = word_of(manifest_text_of(o, "kind"), touched_words, n);

	if (kind == n)
		return bad("what is touched", err);
	return change_touch(c, (enum touched_kind)kind, manifest_text_of(o, "name"),
		manifest_text_of(o, "vendor"), manifest_text_of(o, "reason"),
		get_bool(o, "changed"), err);
}

static int get_lists(struct json_object *o, struct plan_change *c, struct rs_err *err)
{
	struct json_object *list = NULL;
	int r = 0;

	if (manifest_list(o, "values", &list))
		for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++)
			r = get_value(json_object_array_get_idx(list, i), c, err);
	if (r == 0 && manifest_list(o, "touched", &list) &&
		json_object_array_length(list) > CHANGE_MAX_VALUES)
		return bad("list of what is touched", err);
	if (r == 0 && manifest_list(o, "touched", &list))
		for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++)
			r = get_touched(json_object_array_get_idx(list, i), c, err);
	return r;
}

int change_get(struct json_object *item, struct plan_change **ret, struct rs_err *err)
{
	auto_change struct plan_change *c = NULL;
	struct json_object *o = NULL;

	*ret = NULL;
	if (!json_object_object_get_ex(item, "change", &o))
		return 0;
	/* what is no object has none */
	const size_t kind = word_of(manifest_text_of(o, "kind"), kind_words, CHANGE_N_KINDS);
	if (kind == CHANGE_N_KINDS)
		return bad(
			"of a kind that this Unbrick does not know: use the one that made it", err);
	c = change_new((enum change_kind)kind, manifest_text_of(o, "file"));
	if (!c)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	const char *note = manifest_text_of(o, "note");
	c->note = note[0] ? strdup(note) : NULL;
	if (note[0] && !c->note)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	const char *source = manifest_text_of(o, "source");
	c->source = source[0] ? strdup(source) : NULL;
	if (source[0] && !c->source)
		return rs_fail(err, RS_E_MEMORY, "manifest");
	c->is_hive_whole = get_bool(o, "was_whole");
	c->is_boot_minimum = get_bool(o, "had_boot_minimum");
	int r = get_lists(o, c, err);
	if (r == 0)
		*ret = rs_steal(c);
	return r;
}
