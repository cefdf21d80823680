/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of [bad], [repaired], [doubtful] and of the sections of evidence. */
#include <string.h>

#include "core/text.h"
#include "judge/rule_internal.h"

/* ---- conditions on one file ---- */

static const char *set_time(void *cond, const char *text)
{
	struct rule_cond *c = cond;

	return rs_filetime_parse(text, &c->number)
		       ? NULL
		       : "a time in UTC, '2024-07-19T04:09:00Z', expected";
}

static const char *set_size(void *cond, const char *text)
{
	struct rule_cond *c = cond;

	return rule_value_number(text, INT64_MAX, &c->number);
}

static const char *set_yes_no(void *cond, const char *text)
{
	struct rule_cond *c = cond;
	bool is_yes = false;
	const char *fault = rule_value_yes_no(text, &is_yes);

	c->number = is_yes;
	return fault;
}

static const char *set_version(void *cond, const char *text)
{
	struct rule_cond *c = cond;

	return rule_value_version(text, &c->number);
}

static const char *set_path(void *cond, const char *text)
{
	struct rule_cond *c = cond;
	const char *fault = rule_path_parse(text, &c->path);

	if (fault)
		return fault;
	for (size_t i = 0; i < c->path.n_parts; i++)
		if (rule_part_is_pattern(c->path.parts[i]))
			return "a path without '*' and '?' expected";
	return NULL;
}

static const char *add_hash(void *cond, const char *item)
{
	struct rule_cond *c = cond;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));
	const char *fault = v ? rule_value_hex(item, v) : "too many items";

	if (!fault && v->len != 32)
		return "a SHA-256 has 64 hexadecimal digits";
	return fault;
}

static const char *add_version(void *cond, const char *item)
{
	struct rule_cond *c = cond;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));

	return v ? rule_value_version(item, &v->number) : "too many items";
}

/* "OFFSET HEX" */
static const char *add_magic(void *cond, const char *item)
{
	struct rule_cond *c = cond;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));
	size_t len = strcspn(item, " ");
	auto_free char *offset = strndup(item, len);

	if (!v || !offset)
		return "too many items";
	const char *fault = rule_value_number(offset, INT64_MAX, &v->number);
	return fault ? fault : rule_value_hex(item + len + strspn(item + len, " "), v);
}

static const struct cond_key {
	const char *name;
	const char *(*set)(void *cond, const char *text);
	enum rule_cond_kind kind;
	bool is_list; /* of items between commas; the key may be given again */
} cond_keys[] = {
	{"modified-from", set_time, RULE_MODIFIED_FROM, false},
	{"modified-before", set_time, RULE_MODIFIED_BEFORE, false},
	{"created-from", set_time, RULE_CREATED_FROM, false},
	{"created-before", set_time, RULE_CREATED_BEFORE, false},
	{"size-min", set_size, RULE_SIZE_MIN, false},
	{"size-max", set_size, RULE_SIZE_MAX, false},
	{"sha256", add_hash, RULE_SHA256, true},
	{"all-zero", set_yes_no, RULE_ALL_ZERO, false},
	{"is-pe", set_yes_no, RULE_IS_PE, false},
	{"magic", add_magic, RULE_MAGIC, true},
	{"version", add_version, RULE_VERSION, true},
	{"version-from", set_version, RULE_VERSION_FROM, false},
	{"version-below", set_version, RULE_VERSION_BELOW, false},
	{"differs-from", set_path, RULE_DIFFERS_FROM, false},
};

static const char *cond_set(struct rule_conds *list, const struct cond_key *k, const char *text)
{
	struct rule_cond *c = NULL;

	for (size_t i = 0; i < list->n && !c; i++)
		c = list->v[i].kind == k->kind ? &list->v[i] : NULL;
	if (c && !k->is_list)
		return "this key is given twice";
	if (!c)
		c = rule_list_add(&list->v, &list->n, sizeof(*c));
	if (!c)
		return "too many conditions";
	c->kind = k->kind;
	return k->is_list ? rule_value_each(text, k->set, c) : k->set(c, text);
}

const char *rule_cond_add(void *list, const char *key, const char *text, bool *ret_known)
{
	for (size_t i = 0; i < sizeof(cond_keys) / sizeof(cond_keys[0]); i++)
		if (strcmp(cond_keys[i].name, key) == 0)
			return cond_set(list, &cond_keys[i], text);
	*ret_known = false;
	return NULL;
}

void rule_conds_done(struct rule_conds *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].any);
		rule_path_done(&list->v[i].path);
	}
	free(list->v);
	*list = (struct rule_conds){0};
}

/* ---- evidence beside the file ---- */

static const char *add_service(void *evidence, const char *item)
{
	struct rule_evidence *e = evidence;

	return rule_text_add(&e->any, item);
}

static const char *add_package(void *evidence, const char *item)
{
	if (strncmp(item, "KB", 2) != 0 || !item[2] ||
		strspn(item + 2, "0123456789") + 2 != strlen(item))
		return "a package is named by its number, 'KB4493472'";
	return add_service(evidence, item);
}

static const char *set_file(void *evidence, const char *text)
{
	struct rule_evidence *e = evidence;
	const char *fault = rule_path_parse(text, &e->path);

	return fault ? fault : e->path.is_deep ? "'**' is not allowed in evidence" : NULL;
}

static const char *set_pending(void *evidence, const char *text)
{
	(void)evidence; /* the value says nothing more than the key */
	return strcmp(text, "yes") == 0 ? NULL : "only 'yes' makes sense here";
}

/* The next field up to " | ", trimmed; advances *text, NULL at the end. */
static char *field(const char **text)
{
	const char *from = *text;
	size_t len = strcspn(from, "|");

	*text = from[len] ? from + len + 1 : NULL;
	return rule_value_trimmed(from, len);
}

const char *const rule_hives[JUDGE_N_HIVES] = {"SYSTEM", "SOFTWARE", "COMPONENTS"};

static const char *set_key(struct rule_evidence *e, const char **text)
{
	e->key = field(text);
	if (!e->key)
		return "not enough memory";
	for (unsigned i = 0; i < JUDGE_N_HIVES; i++) {
		size_t len = strlen(rule_hives[i]);
		if (strncmp(e->key, rule_hives[i], len) != 0 ||
			(e->key[len] && e->key[len] != '\\'))
			continue;
		e->hive = i;
		const char *rest = e->key + len + (e->key[len] == '\\');
		memmove(e->key, rest, strlen(rest) + 1);
		const char *star = strpbrk(e->key, "*?");
		if (star && strchr(star, '\\'))
			return "only the last part of a key may be a pattern";
		return strstr(e->key, "\\\\") ? "an empty part in the key" : NULL;
	}
	return "a key starts with SYSTEM, SOFTWARE or COMPONENTS";
}

static const char *set_registry_key(void *evidence, const char *text)
{
	struct rule_evidence *e = evidence;
	const char *fault = set_key(e, &text);

	if (!fault && text)
		return "a key has no '|'";
	return fault;
}

/* "KEY | VALUE | present" */
static const char *set_registry_value(void *evidence, const char *text)
{
	static const char *const tests[] = {"present", "absent", "nonzero"};
	struct rule_evidence *e = evidence;
	const char *fault = set_key(e, &text);

	if (fault)
		return fault;
	if (strpbrk(e->key, "*?"))
		return "a key without '*' and '?' expected";
	e->value = text ? field(&text) : NULL;
	auto_free char *test = text ? field(&text) : NULL;
	if (!e->value || !test || text)
		return "'KEY | VALUE | present, absent, nonzero or like PATTERN' expected";
	e->test = RULE_VALUE_PRESENT;
	while (e->test < RULE_VALUE_LIKE && strcmp(test, tests[e->test]) != 0)
		e->test++;
	if (e->test == RULE_VALUE_LIKE && strncmp(test, "like ", 5) != 0)
		return "'present', 'absent', 'nonzero' or 'like PATTERN' expected";
	e->pattern = strdup(e->test == RULE_VALUE_LIKE ? test + 5 : "");
	return e->pattern ? NULL : "not enough memory";
}

/* "KEY | PATTERN": any text value of the key that fits */
static const char *set_registry_any(void *evidence, const char *text)
{
	struct rule_evidence *e = evidence;
	const char *fault = set_key(e, &text);

	if (fault)
		return fault;
	e->pattern = text ? field(&text) : NULL;
	if (!e->pattern || !*e->pattern || text || strpbrk(e->key, "*?"))
		return "'KEY | PATTERN' expected";
	return NULL;
}

static const struct evidence_key {
	const char *name;
	enum rule_evidence_kind kind;
	bool is_list; /* of items between commas */
	const char *(*set)(void *evidence, const char *text);
} evidence_keys[] = {
	{"file-present", RULE_FILE_PRESENT, false, set_file},
	{"file-missing", RULE_FILE_MISSING, false, set_file},
	{"registry-key", RULE_REGISTRY_KEY, false, set_registry_key},
	{"registry-value", RULE_REGISTRY_VALUE, false, set_registry_value},
	{"registry-any", RULE_REGISTRY_ANY, false, set_registry_any},
	{"service", RULE_SERVICE, true, add_service},
	{"package", RULE_PACKAGE, true, add_package},
	{"update-pending", RULE_UPDATE_PENDING, false, set_pending},
};

static const char *evidence_set(
	struct rule_evidences *list, const struct evidence_key *k, const char *text)
{
	struct rule_evidence *e = rule_list_add(&list->v, &list->n, sizeof(*e));

	if (!e)
		return "too many lines of evidence";
	e->kind = k->kind;
	e->text = strdup(text);
	if (!e->text)
		return "not enough memory";
	return k->is_list ? rule_value_each(text, k->set, e) : k->set(e, text);
}

const char *rule_evidence_add(void *list, const char *key, const char *text, bool *ret_known)
{
	for (size_t i = 0; i < sizeof(evidence_keys) / sizeof(evidence_keys[0]); i++)
		if (strcmp(evidence_keys[i].name, key) == 0)
			return evidence_set(list, &evidence_keys[i], text);
	*ret_known = false;
	return NULL;
}

void rule_evidences_done(struct rule_evidences *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct rule_evidence *e = &list->v[i];
		rule_texts_done(&e->any);
		free(e->text);
		free(e->key);
		free(e->value);
		free(e->pattern);
		rule_path_done(&e->path);
	}
	free(list->v);
	*list = (struct rule_evidences){0};
}
