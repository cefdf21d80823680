/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules list, show, check. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/engine.h"

int rs_rules_list(struct rs_session *s, struct rs_report **ret)
{
	struct rs_err err = {0};
	int r = report_new("rules", ret, &err);

	if (r == 0)
		r = en_rules(s, &err);
	if (!*ret)
		return r;
	for (size_t i = 0; r == 0 && i < s->rules.n; i++)
		report_rule(*ret, s->rules.rules[i]);
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE, "", &err);
	return r;
}

int rs_rules_show(struct rs_session *s, const char *id, struct rs_report **ret)
{
	struct rs_err err = {0};
	const struct rule *found = NULL;
	int r = report_new("rules", ret, &err);

	if (r == 0)
		r = en_rules(s, &err);
	if (!*ret)
		return r;
	for (size_t i = 0; r == 0 && i < s->rules.n; i++) {
		if (!strcmp(rule_about(s->rules.rules[i])->id, id))
			found = s->rules.rules[i];
	}
	if (r == 0 && !found)
		r = rs_fail_on(
			&err, RS_E_USAGE, id, "no rule has this id; see 'unbrick rules list'");
	if (found) {
		(*ret)->run.rule_id = report_copy(&(*ret)->kept, id);
		(*ret)->run.rule_text = report_copy(&(*ret)->kept, rule_about(found)->source);
	}
	report_finish(*ret, 0, r < 0 ? RUN_FAILED : RUN_DONE, "", &err);
	return r;
}

static void check_file(const char *path, struct rs_report *report, struct rs_err *first)
{
	struct rule *rule = NULL;
	struct rs_err err = {0};
	int r = rule_load(path, &rule, &err);

	rule_free(rule);
	struct run_check *told =
		REPORT_ADD(&report->kept, report->run.checked, report->run.n_checked);
	if (told)
		*told = (struct run_check){report_copy(&report->kept, path), err};
	if (r < 0 && !first->code)
		*first = err;
}

static int is_ini(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".ini");
}

static void check_dir(const char *path, struct rs_report *report, struct rs_err *first)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_ini, alphasort);

	for (int i = 0; i < n; i++) {
		char file[4096];
		(void)snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		check_file(file, report, first);
		free(names[i]);
	}
	free(names);
	struct rule_set set = {0};
	struct rs_err err = {0};
	if (!first->code && rule_set_load_dir(path, &set, &err) < 0)
		*first = err; /* what only shows when they stand together: two of one id */
	rule_set_done(&set);
}

int rs_rules_check(struct rs_session *s, const char *const *paths, size_t n, struct rs_report **ret)
{
	struct rs_err err = {0};
	int r = report_new("rules", ret, &err);

	(void)s;
	if (r < 0)
		return r;
	(*ret)->run.is_checked = true;
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
			check_dir(paths[i], *ret, &err);
		else
			check_file(paths[i], *ret, &err);
	}
	report_finish(
		*ret, 0, err.code ? RUN_FAILED : RUN_DONE, err.code ? "" : "no fault found", &err);
	return err.code;
}
