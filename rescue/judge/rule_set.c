/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of rules: those of a folder, those the program ships with. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/file.h"
#include "core/list.h"
#include "judge/rule_internal.h"

#define MAX_RULES 4096U

void rule_set_done(struct rule_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		rule_free(set->rules[i]);
	free(set->rules);
	*set = (struct rule_set){0};
}

/* Takes the rule, also when it fails. */
static int set_add_take(struct rule_set *set, const char *name, struct rule *r, struct rs_err *err)
{
	int code = 0;

	for (size_t i = 0; i < set->n && !code; i++)
		if (strcmp(set->rules[i]->about.id, r->about.id) == 0)
			code = rs_fail_on(err, RS_E_RULE, name,
				"the id '%s' is taken by another rule", r->about.id);
	if (!code && set->n >= MAX_RULES)
		code = rs_fail_on(err, RS_E_RULE, name, "more than %u rules", MAX_RULES);
	struct rule **to = code ? NULL : rs_list_add((void *)&set->rules, &set->n, sizeof(r));
	if (!to) {
		rule_free(r);
		return code ? code : rs_fail_on(err, RS_E_MEMORY, name, "rules");
	}
	*to = r;
	return 0;
}

int rule_set_add(struct rule_set *set, const char *name, const char *text, struct rs_err *err)
{
	struct rule *r = NULL;
	int code = rule_parse(name, text, strlen(text), &r, err);

	return code < 0 ? code : set_add_take(set, name, r, err);
}

int rule_set_ask(struct rule_set *set, const char *id, struct rs_err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		struct rule *r = set->rules[i];
		if (strcmp(r->about.id, id) != 0)
			continue;
		if (r->about.when != RULE_ASKED)
			return rs_fail_on(err, RS_E_USAGE, id,
				"this rule is looked for without being asked for");
		r->is_asked = true;
		return 0;
	}
	return rs_fail_on(err, RS_E_USAGE, id, "no rule has this id");
}

static bool has_id(const struct rule_set *set, const char *id)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->rules[i]->about.id, id) == 0)
			return true;
	return false;
}

int rule_set_add_shipped(struct rule_set *set, struct rs_err *err)
{
	for (const struct rule_shipped *s = rule_shipped; s->name; s++) {
		struct rule *r = NULL;
		int code = rule_parse(s->name, s->text, strlen(s->text), &r, err);
		if (code == 0 && has_id(set, r->about.id))
			rule_free(r);
		else if (code == 0)
			code = set_add_take(set, s->name, r, err);
		if (code < 0)
			return code;
	}
	return 0;
}

int rule_set_load_shipped(struct rule_set *ret, struct rs_err *err)
{
	struct rule_set set = {0};
	int code = rule_set_add_shipped(&set, err);

	if (code < 0) {
		rule_set_done(&set);
		return code;
	}
	*ret = set;
	return 0;
}

static int is_ini(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && e->d_name[0] != '.' && strcmp(e->d_name + len - 4, ".ini") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* the same on every system: no locale */
}

/* At most one byte more than a rule may have, so that rule_parse says that it is too long. */
int rule_load(const char *path, struct rule **ret, struct rs_err *err)
{
	auto_free char *text = NULL;
	size_t len = 0;
	int r = rs_file_load(path, RULE_MAX_BYTES + 1, "rule", &text, &len, err);

	return r < 0 ? r : rule_parse(path, text, len, ret, err);
}

static int load_entry(struct rule_set *set, const char *dir, const char *name, struct rs_err *err)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL; /* asprintf leaves it undefined */
		return rs_fail_on(err, RS_E_MEMORY, dir, "rules");
	}
	struct rule *r = NULL;
	int code = rule_load(path, &r, err);
	return code < 0 ? code : set_add_take(set, path, r, err);
}

int rule_set_load_dir(const char *path, struct rule_set *ret, struct rs_err *err)
{
	struct dirent **entries = NULL;
	struct rule_set set = {0};
	int code = 0;
	int n = scandir(path, &entries, is_ini, by_name);

	if (n < 0)
		return rs_fail_on(err, RS_E_IO_OPEN, path, "%s", strerror(errno));
	for (int i = 0; i < n; i++) {
		if (!code)
			code = load_entry(&set, path, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	if (!code && !set.n)
		code = rs_fail_on(err, RS_E_RULE, path, "no rule (*.ini) in this folder");
	if (code) {
		rule_set_done(&set);
		return code;
	}
	*ret = set;
	return 0;
}
