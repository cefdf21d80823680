/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of [bad], [repaired], [doubtful] and of the sections of evidence. */
#include <string.h>

#include "core/text.h"
#include "judge/rule_internal.h"

/* ---- conditions on one file ---- */

static const char *set_time(struct rule_cond *c, const char *text)
{
	return rs_filetime_parse(text, &c->number)
		       ? NULL
		       : "a time in UTC, '2024-07-19T04:09:00Z', expected";
}

static const char *set_size(struct rule_cond *c, const char *text)
{
	return rule_value_number(text, INT64_MAX, &c->number);
}

static const char *set_yes_no(struct rule_cond *c, const char *text)
{
	bool is_yes = false;
	const char *fault = rule_value_yes_no(text, &is_yes);

	c->number = is_yes;
	return fault;
}

static const char *set_version(struct rule_cond *c, const char *text)
{
	return rule_value_version(text, &c->number);
}

static const char *set_path(struct rule_cond *c, const char *text)
{
	const char *fault = rule_path_parse(text, &c->path);

	if (fault)
		return fault;
	for (size_t i = 0; i < c->path.n_parts; i++)
		if (rule_part_is_pattern(c->path.parts[i]))
			return "a path without '*' and '?' expected";
	return NULL;
}

static const char *add_hash(void *user, const char *item)
{
	struct rule_cond *c = user;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));
	const char *fault = v ? rule_value_hex(item, v) : "too many items";

	if (!fault && v->len != 32)
		return "a SHA-256 has 64 hexadecimal digits";
	return fault;
}

static const char *set_hashes(struct rule_cond *c, const char *text)
{
	return rule_value_each(text, add_hash, c);
}

static const char *add_version(void *user, const char *item)
{
	struct rule_cond *c = user;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));

	return v ? rule_value_version(item, &v->number) : "too many items";
}

static const char *set_versions(struct rule_cond *c, const char *text)
{
	return rule_value_each(text, add_version, c);
}

/* "OFFSET HEX" */
static const char *add_magic(void *user, const char *item)
{
	struct rule_cond *c = user;
	struct rule_value *v = rule_list_add(&c->any, &c->n_any, sizeof(*v));
	size_t len = strcspn(item, " ");
	auto_free char *offset = strndup(item, len);

	if (!v || !offset)
		return "too many items";
	const char *fault = rule_value_number(offset, INT64_MAX, &v->number);
	return fault ? fault : rule_value_hex(item + len + strspn(item + len, " "), v);
}

static const char *set_magic(struct rule_cond *c, const char *text)
{
	return rule_value_each(text, add_magic, c);
}

static const struct cond_key {
	const char *name;
	const char *(*set)(struct rule_cond *c, const char *text);
	enum rule_cond_kind kind;
	bool repeats;
} cond_keys[] = {
	{"modified-from", set_time, RULE_MODIFIED_FROM, false},
	{"modified-before", set_time, RULE_MODIFIED_BEFORE, false},
	{"created-from", set_time, RULE_CREATED_FROM, false},
	{"created-before", set_time, RULE_CREATED_BEFORE, false},
	{"size-min", set_size, RULE_SIZE_MIN, false},
	{"size-max", set_size, RULE_SIZE_MAX, false},
	{"sha256", set_hashes, RULE_SHA256, true},
	{"all-zero", set_yes_no, RULE_ALL_ZERO, false},
	{"is-pe", set_yes_no, RULE_IS_PE, false},
	{"magic", set_magic, RULE_MAGIC, true},
	{"version", set_versions, RULE_VERSION, true},
	{"version-from", set_version, RULE_VERSION_FROM, false},
	{"version-below", set_version, RULE_VERSION_BELOW, false},
	{"differs-from", set_path, RULE_DIFFERS_FROM, false},
};

static const char *cond_set(struct rule_conds *list, const struct cond_key *k, const char *text)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].kind != k->kind)
			continue;
		return k->repeats ? k->set(&list->v[i], text) : "this key is given twice";
	}
	struct rule_cond *c = rule_list_add(&list->v, &list->n, sizeof(*c));
	if (!c)
		return "too many conditions";
	c->kind = k->kind;
	return k->set(c, text);
}

const char *rule_cond_add(
	struct rule_conds *list, const char *key, const char *text, bool *ret_known)
{
	*ret_known = true;
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

static const char *add_text(void *user, const char *item)
{
	struct rule_evidence *e = user;
	char **slot = rule_list_add(&e->any, &e->n_any, sizeof(*slot));

	if (!slot)
		return "too many items";
	*slot = strdup(item);
	return *slot ? NULL : "not enough memory";
}

static const char *add_package(void *user, const char *item)
{
	if (strncmp(item, "KB", 2) != 0 || !item[2] ||
		strspn(item + 2, "0123456789") + 2 != strlen(item))
		return "a package is named by its number, 'KB4493472'";
	return add_text(user, item);
}

static const char *set_file(struct rule_evidence *e, const char *text)
{
	const char *fault = rule_path_parse(text, &e->path);

	return fault ? fault : e->path.is_deep ? "'**' is not allowed in evidence" : NULL;
}

static const char *set_services(struct rule_evidence *e, const char *text)
{
	return rule_value_each(text, add_text, e);
}

static const char *set_packages(struct rule_evidence *e, const char *text)
{
	return rule_value_each(text, add_package, e);
}

static const char *set_pending(struct rule_evidence *e, const char *text)
{
	(void)e; /* the value says nothing more than the key */
	return strcmp(text, "yes") == 0 ? NULL : "only 'yes' makes sense here";
}

/* The next field up to " | ", trimmed; advances *text, NULL at the end. */
static char *field(const char **text)
{
	const char *bar = strchr(*text, '|');
	size_t len = bar ? (size_t)(bar - *text) : strlen(*text);
	const char *from = *text;

	*text = bar ? bar + 1 : NULL;
	while (len && (*from == ' ' || *from == '\t')) {
		from++;
		len--;
	}
	while (len && (from[len - 1] == ' ' || from[len - 1] == '\t'))
		len--;
	return strndup(from, len);
}

static const char *set_key(struct rule_evidence *e, const char **text)
{
	static const char *const hives[] = {"SYSTEM", "SOFTWARE", "COMPONENTS"};

	e->key = field(text);
	if (!e->key)
		return "not enough memory";
	for (size_t i = 0; i < sizeof(hives) / sizeof(hives[0]); i++) {
		size_t len = strlen(hives[i]);
		if (strncmp(e->key, hives[i], len) != 0 || (e->key[len] && e->key[len] != '\\'))
			continue;
		memcpy(e->hive, hives[i], len + 1);
		const char *rest = e->key + len + (e->key[len] == '\\');
		memmove(e->key, rest, strlen(rest) + 1);
		const char *star = strpbrk(e->key, "*?");
		if (star && strchr(star, '\\'))
			return "only the last part of a key may be a pattern";
		return strstr(e->key, "\\\\") ? "an empty part in the key" : NULL;
	}
	return "a key starts with SYSTEM, SOFTWARE or COMPONENTS";
}

static const char *set_registry_key(struct rule_evidence *e, const char *text)
{
	const char *fault = set_key(e, &text);

	if (!fault && text)
		return "a key has no '|'";
	return fault;
}

/* "KEY | VALUE | present" */
static const char *set_registry_value(struct rule_evidence *e, const char *text)
{
	const char *fault = set_key(e, &text);

	if (fault)
		return fault;
	if (strpbrk(e->key, "*?"))
		return "a key without '*' and '?' expected";
	e->value = text ? field(&text) : NULL;
	auto_free char *test = text ? field(&text) : NULL;
	if (!e->value || !test || text)
		return "'KEY | VALUE | present, absent, nonzero or like PATTERN' expected";
	if (strcmp(test, "present") == 0)
		e->test = RULE_VALUE_PRESENT;
	else if (strcmp(test, "absent") == 0)
		e->test = RULE_VALUE_ABSENT;
	else if (strcmp(test, "nonzero") == 0)
		e->test = RULE_VALUE_NONZERO;
	else if (strncmp(test, "like ", 5) == 0)
		e->test = RULE_VALUE_LIKE;
	else
		return "'present', 'absent', 'nonzero' or 'like PATTERN' expected";
	e->pattern = strdup(e->test == RULE_VALUE_LIKE ? test + 5 : "");
	return e->pattern ? NULL : "not enough memory";
}

/* "KEY | PATTERN": any text value of the key that fits */
static const char *set_registry_any(struct rule_evidence *e, const char *text)
{
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
	const char *(*set)(struct rule_evidence *e, const char *text);
} evidence_keys[] = {
	{"file-present", RULE_FILE_PRESENT, set_file},
	{"file-missing", RULE_FILE_MISSING, set_file},
	{"registry-key", RULE_REGISTRY_KEY, set_registry_key},
	{"registry-value", RULE_REGISTRY_VALUE, set_registry_value},
	{"registry-any", RULE_REGISTRY_ANY, set_registry_any},
	{"service", RULE_SERVICE, set_services},
	{"package", RULE_PACKAGE, set_packages},
	{"update-pending", RULE_UPDATE_PENDING, set_pending},
};

const char *rule_evidence_add(
	struct rule_evidences *list, const char *key, const char *text, bool *ret_known)
{
	*ret_known = true;
	for (size_t i = 0; i < sizeof(evidence_keys) / sizeof(evidence_keys[0]); i++) {
		if (strcmp(evidence_keys[i].name, key) != 0)
			continue;
		struct rule_evidence *e = rule_list_add(&list->v, &list->n, sizeof(*e));
		if (!e)
			return "too many lines of evidence";
		e->kind = evidence_keys[i].kind;
		e->text = strdup(text);
		return e->text ? evidence_keys[i].set(e, text) : "not enough memory";
	}
	*ret_known = false;
	return NULL;
}

void rule_evidences_done(struct rule_evidences *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct rule_evidence *e = &list->v[i];
		for (size_t k = 0; k < e->n_any; k++)
			free(e->any[k]);
		free(e->any);
		free(e->text);
		free(e->key);
		free(e->value);
		free(e->pattern);
		rule_path_done(&e->path);
	}
	free(list->v);
	*list = (struct rule_evidences){0};
}
