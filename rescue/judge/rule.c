/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule in memory: its fields for others, and the checks that need all of it. */
#include <string.h>

#include "judge/rule_internal.h"

static void free_paths(const struct rule_paths *list)
{
	for (size_t i = 0; i < list->n; i++)
		rule_path_done(&list->v[i]);
	free(list->v);
}

void rule_free(struct rule *r)
{
	if (!r)
		return;
	free(r->about.source);
	free(r->about.id);
	free(r->about.title);
	free(r->about.text);
	free(r->vendor);
	free(r->date);
	free(r->confirm);
	rule_texts_done(&r->about.references);
	rule_texts_done(&r->cpus);
	rule_texts_done(&r->disable);
	free(r->builds.v);
	free_paths(&r->paths);
	free_paths(&r->never);
	free_paths(&r->copies);
	rule_conds_done(&r->bad);
	rule_conds_done(&r->repaired);
	rule_conds_done(&r->doubtful);
	rule_evidences_done(&r->requires);
	rule_evidences_done(&r->requires_any);
	rule_evidences_done(&r->supports);
	rule_evidences_done(&r->contradicts);
	rule_evidences_done(&r->stop_if);
	free(r);
}

const struct rule_about *rule_about(const struct rule *r)
{
	return &r->about;
}

/* ---- checks of the whole ---- */

static size_t literal_chars(const char *part)
{
	size_t n = 0;

	for (; *part; part++)
		n += !strchr("*?.", *part);
	return n;
}

static const char *check_path(const struct rule *r, const struct rule_path *p)
{
	const char *last = p->parts[p->n_parts - 1];

	if (literal_chars(last) < 3)
		return "this path could match every file: its last part needs three characters "
		       "besides '*', '?' and '.'";
	if (r->about.kind == INCIDENT_GOOD_FILE_REMOVED)
		for (size_t i = 0; i < p->n_parts; i++)
			if (rule_part_is_pattern(p->parts[i]))
				return "a removed file is named by a path without '*' and '?'";
	if (r->about.action == RULE_QUARANTINE && protect_pattern(p))
		return "this path could match a file that Windows needs to start";
	if (r->name_is_enough && rule_part_is_pattern(last))
		return "name-is-enough needs an exact name: no '*' or '?' in the last part of a "
		       "path";
	return NULL;
}

static const char *check_disable(const struct rule *r)
{
	if (r->about.action != RULE_DISABLE)
		return r->disable.n ? "[disable] belongs to the action disable" : NULL;
	if (!r->disable.n)
		return "the action disable needs a service in [disable]";
	if (r->about.kind == INCIDENT_GOOD_FILE_REMOVED)
		return "where a good file was removed nothing is disabled";
	return NULL;
}

static const char *check_action(const struct rule *r)
{
	const char *fault = check_disable(r);

	if (fault || r->about.action == RULE_REPORT)
		return fault;
	if (r->about.action == RULE_QUARANTINE && r->about.kind != INCIDENT_BAD_FILE)
		return "only a rule of kind bad-file may quarantine";
	if (r->confidence == RULE_UNVERIFIED)
		return "a rule of confidence unverified may only report";
	if (r->paths.n && !r->bad.n && !r->name_is_enough)
		return "a rule that acts needs a condition in [bad]";
	return NULL;
}

static uint64_t number_of(const struct rule_conds *list, enum rule_cond_kind kind, uint64_t none)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].kind == kind)
			return list->v[i].number;
	return none;
}

static const char *check_windows(const struct rule_conds *list)
{
	static const struct {
		enum rule_cond_kind low, high;
		uint64_t none, past; /* no end; 1: the end is not in it (times start in 1601) */
	} windows[] = {
		{RULE_MODIFIED_FROM, RULE_MODIFIED_BEFORE, 0, 1},
		{RULE_CREATED_FROM, RULE_CREATED_BEFORE, 0, 1},
		{RULE_SIZE_MIN, RULE_SIZE_MAX, UINT64_MAX, 0},
		{RULE_VERSION_FROM, RULE_VERSION_BELOW, 0, 1},
	};

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		uint64_t low = number_of(list, windows[i].low, 0);
		uint64_t high = number_of(list, windows[i].high, windows[i].none);
		if (low > high - windows[i].past)
			return "nothing can be in this window: its end is not after its start";
	}
	return NULL;
}

static const char *check_parts(const struct rule *r)
{
	if (!r->paths.n && r->about.kind != INCIDENT_UPDATE_HALF_APPLIED)
		return "[file] has no path";
	if (!r->paths.n && !r->requires.n && !r->requires_any.n)
		return "a rule without a path needs evidence in [requires] or [requires-any]";
	if (!r->paths.n && (r->bad.n || r->repaired.n || r->doubtful.n))
		return "conditions on a file without a path in [file]";
	if (r->about.kind == INCIDENT_GOOD_FILE_REMOVED &&
		(r->bad.n || r->repaired.n || r->doubtful.n))
		return "a rule of kind good-file-removed has no [bad], [repaired] or [doubtful]";
	if (r->about.kind != INCIDENT_GOOD_FILE_REMOVED && r->copies.n)
		return "'copy' belongs to the kind good-file-removed";
	return NULL;
}

const char *rule_check(const struct rule *r, const struct rule_path **ret_path)
{
	const char *fault = check_parts(r);

	*ret_path = NULL;
	if (!fault)
		fault = check_action(r);
	if (!fault)
		fault = check_windows(&r->bad);
	if (!fault)
		fault = check_windows(&r->repaired);
	for (size_t i = 0; !fault && i < r->paths.n; i++) {
		fault = check_path(r, &r->paths.v[i]);
		*ret_path = &r->paths.v[i];
	}
	return fault;
}
