/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule in memory: its fields for others, and the checks that need all of it. */
#include <string.h>

#include "judge/rule_internal.h"

static void free_texts(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void free_paths(struct rule_path *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rule_path_done(&list[i]);
	free(list);
}

void rule_free(struct rule *r)
{
	if (!r)
		return;
	free(r->source);
	free(r->id);
	free(r->title);
	free(r->vendor);
	free(r->date);
	free(r->text);
	free(r->confirm);
	free_texts(r->references, r->n_references);
	free_texts(r->cpus, r->n_cpus);
	free(r->builds);
	free_paths(r->paths, r->n_paths);
	free_paths(r->never, r->n_never);
	free_paths(r->copies, r->n_copies);
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

const char *rule_id(const struct rule *r)
{
	return r->id;
}

const char *rule_title(const struct rule *r)
{
	return r->title;
}

const char *rule_text(const struct rule *r)
{
	return r->text ? r->text : "";
}

const char *rule_reference(const struct rule *r, size_t i)
{
	return i < r->n_references ? r->references[i] : NULL;
}

enum rule_kind rule_get_kind(const struct rule *r)
{
	return r->kind;
}

enum rule_action rule_get_action(const struct rule *r)
{
	return r->action;
}

const char *rule_source(const struct rule *r)
{
	return r->source;
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
	if (r->kind == RULE_GOOD_FILE_REMOVED)
		for (size_t i = 0; i < p->n_parts; i++)
			if (rule_part_is_pattern(p->parts[i]))
				return "a removed file is named by a path without '*' and '?'";
	if (r->action == RULE_QUARANTINE && protect_pattern(p))
		return "this path could match a file that Windows needs to start";
	if (r->name_is_enough && rule_part_is_pattern(last))
		return "name-is-enough needs an exact name: no '*' or '?' in the last part of a "
		       "path";
	return NULL;
}

static const char *check_action(const struct rule *r)
{
	if (r->action != RULE_QUARANTINE)
		return NULL;
	if (r->kind != RULE_BAD_FILE)
		return "only a rule of kind bad-file may quarantine";
	if (r->confidence == RULE_UNVERIFIED)
		return "a rule of confidence unverified may only report";
	if (!r->bad.n && !r->name_is_enough)
		return "a quarantine rule needs a condition in [bad]";
	return NULL;
}

static const char *check_windows(const struct rule_conds *list)
{
	uint64_t low[4] = {0}, high[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

	for (size_t i = 0; i < list->n; i++) {
		uint64_t v = list->v[i].number;
		switch (list->v[i].kind) {
		case RULE_MODIFIED_FROM:
			low[0] = v;
			break;
		case RULE_MODIFIED_BEFORE:
			high[0] = v - 1; /* "before": the end is not in it; times start in 1601 */
			break;
		case RULE_CREATED_FROM:
			low[1] = v;
			break;
		case RULE_CREATED_BEFORE:
			high[1] = v - 1;
			break;
		case RULE_SIZE_MIN:
			low[2] = v;
			break;
		case RULE_SIZE_MAX:
			high[2] = v;
			break;
		case RULE_VERSION_FROM:
			low[3] = v;
			break;
		case RULE_VERSION_BELOW:
			high[3] = v - 1;
			break;
		default:
			break;
		}
	}
	for (size_t i = 0; i < 4; i++)
		if (low[i] > high[i])
			return "nothing can be in this window: its end is not after its start";
	return NULL;
}

static const char *check_parts(const struct rule *r)
{
	if (!r->id)
		return "[rule] has no id";
	if (!r->title)
		return "[rule] has no title";
	if (!r->has_kind)
		return "[rule] has no kind";
	if (!r->has_action)
		return "[rule] has no action";
	if (!r->has_confidence)
		return "[rule] has no confidence";
	if (!r->n_references)
		return "[rule] has no reference";
	if (!r->n_paths && r->kind != RULE_UPDATE_HALF_APPLIED)
		return "[file] has no path";
	if (!r->n_paths && !r->requires.n && !r->requires_any.n)
		return "a rule without a path needs evidence in [requires] or [requires-any]";
	if (!r->n_paths && (r->bad.n || r->repaired.n || r->doubtful.n))
		return "conditions on a file without a path in [file]";
	if (r->kind == RULE_GOOD_FILE_REMOVED && (r->bad.n || r->repaired.n || r->doubtful.n))
		return "a rule of kind good-file-removed has no [bad], [repaired] or [doubtful]";
	if (r->kind != RULE_GOOD_FILE_REMOVED && r->n_copies)
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
	for (size_t i = 0; !fault && i < r->n_paths; i++) {
		fault = check_path(r, &r->paths[i]);
		*ret_path = &r->paths[i];
	}
	return fault;
}
