/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "judge/putback.h"

static void item_done(struct plan_item *item)
{
	free(item->path);
	free(item->why);
	free(item->refused);
	for (size_t k = 0; k < item->n_against; k++)
		free(item->against[k]);
	free(item->against);
	free(item->rule_id);
	free(item->windows);
	free(item->place);
	free(item->hinder);
	free(item->next);
	for (size_t k = 0; k < item->n_names; k++)
		free(item->names[k].path);
	free(item->names);
	change_free(item->change);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_items; i++)
		item_done(&p->items[i]);
	free(p->items);
	free(p);
}

static const struct plan_item *numbered(const struct plan *p, unsigned number)
{
	for (size_t i = 0; number && i < p->n_items; i++)
		if (p->items[i].number == number)
			return &p->items[i];
	return NULL;
}

/* From 1 on, as they stand now; what goes after another still does. */
static void renumber(struct plan *p)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct plan_item *before = numbered(p, p->items[i].after);
		p->items[i].after = before ? (unsigned)(before - p->items) + 1 : 0;
	}
	for (size_t i = 0; i < p->n_items; i++)
		p->items[i].number = (unsigned)i + 1;
}

/* An offer is nothing without what it goes with. */
static bool is_dropped(const struct plan *p, const struct plan_item *item, uint64_t file_ref)
{
	const struct plan_item *with = item->is_offer ? numbered(p, item->after) : item;

	return with && with->file_ref == file_ref;
}

void plan_drop_file(struct plan *p, uint64_t file_ref)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_items; i++)
		p->items[i].is_dropped = is_dropped(p, &p->items[i], file_ref);
	for (size_t i = 0; i < p->n_items; i++) {
		if (p->items[i].is_dropped)
			item_done(&p->items[i]);
		else
			p->items[n++] = p->items[i];
	}
	p->n_items = n;
	renumber(p);
}

static enum plan_action action_of(const struct finding *f)
{
	static const enum plan_action actions[] = {[JUDGE_BAD] = PLAN_QUARANTINE,
		[JUDGE_DOUBTFUL] = PLAN_ASK,
		[JUDGE_GOOD] = PLAN_KEEP,
		[JUDGE_REPORT] = PLAN_REPORT};

	if (f->putback) /* what is put back may be taken away again: a person decides */
		return PLAN_ASK;
	return f->verdict == JUDGE_DOUBTFUL && f->is_missing ? PLAN_REPORT : actions[f->verdict];
}

/* Which of two that are said of one file counts, and which is shown first: what would be moved
 * comes first, and so has the low folder numbers. */
static const unsigned rank[] = {[PLAN_QUARANTINE] = 0,
	[PLAN_ASK] = 1,
	[PLAN_KEEP] = 2,
	[PLAN_REPORT] = 3,
	[PLAN_CHANGE] = 4,
	[PLAN_FINISH] = 5,
	[PLAN_RESTORE] = 6};

/* Its source would have it moved, and something keeps it. */
static bool is_spared(const struct finding *f)
{
	return f->verdict == JUDGE_REPORT && !f->is_missing && f->asks_move;
}

/* The switch moves every name that the file has in one folder, so two findings of one file there
 * are one item; the stronger verdict stays. What is put back is one item, whoever misses it. */
static struct plan_item *same_file(struct plan *p, const struct finding *f)
{
	for (size_t i = 0; i < p->n_items && f->putback; i++)
		if (p->items[i].change && strcasecmp(p->items[i].path, f->path) == 0)
			return &p->items[i];
	for (size_t i = 0; i < p->n_items && !f->is_missing; i++) {
		struct plan_item *item = &p->items[i];
		if (item->file_ref == f->stat.ref && item->from_ref == f->parent_ref)
			return item;
	}
	return NULL;
}

/* The file of the item is its source: the record that gets one more name, or whose contents are
 * copied. */
static int putback_fill(
	struct plan_item *item, const struct putback *back, const char *path, struct rs_err *err)
{
	struct plan_change *c =
		change_new(back->how == PUTBACK_LINK ? CHANGE_LINK : CHANGE_COPY, path);

	item->change = c;
	if (c) {
		c->source = strdup(back->source);
		c->note =
			strdup("what took it away may take it away again, unless it is disabled or "
			       "its definitions are new ones");
	}
	if (!c || !c->source || !c->note)
		return rs_fail(err, RS_E_MEMORY, "plan");
	auto_free char *how = NULL;
	if (asprintf(&how,
		    back->how == PUTBACK_LINK ? "it becomes one more name of %s"
					      : "it becomes a copy of %s",
		    back->source) < 0)
		return how = NULL, rs_fail(err, RS_E_MEMORY, "plan");
	int r = change_touch(c, TOUCHED_FILE, path, "", how, true, err);
	if (r < 0)
		return r;
	item->file_ref = back->stat.ref;
	item->from_ref = back->dir_ref;
	item->stat = back->stat;
	item->has_sha256 = true;
	memcpy(item->sha256, back->sha256, sizeof(item->sha256));
	return 0;
}

static int item_fill(struct plan_item *item, const struct judge_result *j, const struct finding *f,
	unsigned number, struct rs_err *err)
{
	*item = (struct plan_item){.number = number,
		.action = action_of(f),
		.file_ref = f->stat.ref,
		.from_ref = f->parent_ref,
		.stat = f->stat,
		.has_sha256 = f->has_sha256,
		.may_alone = f->may_alone,
		.is_spared = is_spared(f)};
	memcpy(item->sha256, f->sha256, sizeof(item->sha256));
	item->path = strdup(f->path ? f->path : "");
	item->why = strdup(f->why ? f->why : "");
	item->rule_id = strdup(j->said[f->said].id);
	item->windows = strdup(j->said[f->said].windows ? j->said[f->said].windows : "");
	if (!item->path || !item->why || !item->rule_id || !item->windows)
		return rs_fail(err, RS_E_MEMORY, "plan");
	return f->putback ? putback_fill(item, f->putback, item->path, err) : 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->action != y->action)
		return rank[x->action] < rank[y->action] ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

int plan_from_judge(const struct judge_result *j, struct plan **ret, struct rs_err *err)
{
	auto_plan struct plan *p = calloc(1, sizeof(*p));

	if (p)
		p->items = calloc(j->n_findings ? j->n_findings : 1, sizeof(*p->items));
	if (!p || !p->items)
		return rs_fail(err, RS_E_MEMORY, "plan");
	for (size_t i = 0; i < j->n_findings; i++) {
		const struct finding *f = &j->findings[i];
		if (f->n_services && (f->verdict == JUDGE_BAD || f->verdict == JUDGE_DOUBTFUL))
			continue; /* a change of the registry, and no move */
		struct plan_item *old = same_file(p, f);
		if (old) {
			old->may_alone = false;
			if (rank[action_of(f)] < rank[old->action]) {
				old->action = action_of(f);
				old->is_spared = false;
			}
			continue;
		}
		if (p->n_items >= PLAN_MAX_ITEMS)
			return rs_fail(err, RS_E_GUARD, "more than %u files match", PLAN_MAX_ITEMS);
		p->n_items++;
		int r = item_fill(&p->items[p->n_items - 1], j, f, (unsigned)p->n_items, err);
		if (r < 0)
			return r;
	}
	qsort(p->items, p->n_items, sizeof(*p->items), by_rank);
	for (size_t i = 0; i < p->n_items; i++)
		p->items[i].number = (unsigned)i + 1;
	*ret = rs_steal(p);
	return 0;
}

static int add_last(struct plan *p, struct plan_item **ret, struct rs_err *err)
{
	if (p->n_items >= PLAN_MAX_ITEMS)
		return rs_fail(err, RS_E_GUARD, "more than %u items", PLAN_MAX_ITEMS);
	struct plan_item *items = realloc(p->items, (p->n_items + 1) * sizeof(*items));
	if (!items)
		return rs_fail(err, RS_E_MEMORY, "plan");
	p->items = items;
	*ret = &items[p->n_items++];
	**ret = (struct plan_item){.number = (unsigned)p->n_items};
	return 0;
}

int plan_add_move(struct plan *p, const struct finding *f, const char *rule_id, const char *windows,
	unsigned after, struct rs_err *err)
{
	struct plan_item *item;
	int r = add_last(p, &item, err);

	if (r < 0)
		return r;
	item->action = PLAN_QUARANTINE;
	item->after = after;
	item->file_ref = f->stat.ref;
	item->from_ref = f->parent_ref;
	item->stat = f->stat;
	item->has_sha256 = f->has_sha256;
	memcpy(item->sha256, f->sha256, sizeof(item->sha256));
	item->path = strdup(f->path);
	item->why = strdup(f->why);
	item->rule_id = strdup(rule_id);
	item->windows = strdup(windows);
	return item->path && item->why && item->rule_id && item->windows
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "plan");
}

int plan_add_finding(struct plan *p, const struct judge_result *j, const struct finding *f,
	const char *why, bool is_moved, struct rs_err *err)
{
	struct plan_item *item;
	int r = add_last(p, &item, err);

	if (r == 0)
		r = item_fill(item, j, f, (unsigned)p->n_items, err);
	if (r < 0)
		return r;
	if (!is_moved) {
		item->action = PLAN_REPORT;
		item->is_spared = true;
		item->refused = strdup(why);
		return item->refused ? 0 : rs_fail(err, RS_E_MEMORY, "plan");
	}
	auto_free char *before = item->why;
	if (asprintf(&item->why, "%s; its service is not disabled: %s", before, why) >= 0)
		return 0;
	item->why = NULL;
	return rs_fail(err, RS_E_MEMORY, "plan");
}

struct plan *plan_new(void)
{
	return calloc(1, sizeof(struct plan));
}

/* Changes come first: a service is disabled before its file goes. */
static int add_first(struct plan *p, struct plan_item **ret, struct rs_err *err)
{
	size_t at = 0;

	if (p->n_items >= PLAN_MAX_ITEMS)
		return rs_fail(err, RS_E_GUARD, "more than %u items", PLAN_MAX_ITEMS);
	struct plan_item *items = realloc(p->items, (p->n_items + 1) * sizeof(*items));
	if (!items)
		return rs_fail(err, RS_E_MEMORY, "plan");
	p->items = items;
	while (at < p->n_items && items[at].change)
		at++;
	memmove(&items[at + 1], &items[at], (p->n_items - at) * sizeof(*items));
	items[at] = (struct plan_item){.number = 0};
	p->n_items++;
	renumber(p);
	*ret = &items[at];
	return 0;
}

int plan_add_change(struct plan *p, struct plan_change *c, const char *path, const char *why,
	const char *rule_id, const char *windows, bool is_doubtful, struct rs_err *err)
{
	auto_change struct plan_change *change = c;

	if (c->kind == CHANGE_HIVE && !c->n)
		return rs_fail_on(err, RS_E_GUARD, path, "nothing of it is to be changed");
	struct plan_item *item;
	int r = add_first(p, &item, err);
	if (r < 0)
		return r;
	item->action = is_doubtful ? PLAN_ASK : PLAN_CHANGE;
	item->path = strdup(path);
	item->why = strdup(why ? why : "");
	item->rule_id = strdup(rule_id ? rule_id : "");
	item->windows = strdup(windows ? windows : "");
	item->change = rs_steal(change);
	item->stat.size_bytes = c->size_bytes;
	return item->path && item->why && item->rule_id && item->windows
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "plan");
}

int plan_add_offer(struct plan *p, struct plan_change *c, const char *product, const char *why,
	const char *windows, unsigned after, struct rs_err *err)
{
	auto_change struct plan_change *change = c;
	struct plan_item *item;
	int r = add_last(p, &item, err);

	if (r < 0)
		return r;
	item->action = PLAN_ASK;
	item->is_offer = true;
	item->after = after;
	item->path = strdup(c->file);
	item->why = strdup(why);
	item->rule_id = strdup(product);
	item->windows = strdup(windows);
	item->stat.size_bytes = c->size_bytes;
	item->change = rs_steal(change);
	return item->path && item->why && item->rule_id && item->windows
		       ? 0
		       : rs_fail(err, RS_E_MEMORY, "plan");
}

static const char *meets(const struct plan_change *a, const struct plan_change *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (strcasecmp(a->values[i].key, b->values[k].key) == 0 &&
				strcasecmp(a->values[i].name, b->values[k].name) == 0)
				return b->values[k].key;
	return NULL;
}

const char *plan_meets(const struct plan *p, const struct plan_change *c)
{
	const char *ret = NULL;

	for (size_t i = 0; !ret && i < p->n_items; i++)
		if (p->items[i].change && strcasecmp(p->items[i].change->file, c->file) == 0)
			ret = meets(p->items[i].change, c);
	return ret;
}

size_t plan_services(const struct plan_change *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_touched; i++)
		n += c->touched[i].is_done && c->touched[i].kind == TOUCHED_SERVICE;
	return n;
}

size_t plan_count(const struct plan *p, enum plan_action action)
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->n_items; i++)
		n += p->items[i].action == action;
	return n;
}

size_t plan_count_accepted(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->n_items; i++)
		n += p->items[i].is_accepted;
	return n;
}

size_t plan_count_done(const struct plan *p)
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->n_items; i++) {
		const struct plan_item *item = &p->items[i];
		n += item->is_accepted &&
		     (item->result == PLAN_DONE || item->result == PLAN_ALREADY);
	}
	return n;
}

bool plan_is_ready(const struct plan *p, const struct plan_item *item)
{
	const struct plan_item *before = numbered(p, item->after);

	/* what is done already is there to be finished only */
	return !item->after || (before && (before->is_accepted || before->action == PLAN_CHANGE ||
						  before->action == PLAN_FINISH));
}

void plan_accept(struct plan *p)
{
	for (size_t i = 0; p && i < p->n_items; i++) {
		enum plan_action a = p->items[i].action;
		if (a == PLAN_QUARANTINE || a == PLAN_CHANGE || a == PLAN_FINISH ||
			(a == PLAN_RESTORE && !p->items[i].is_gone))
			p->items[i].is_accepted = true;
	}
	for (size_t i = 0; p && i < p->n_items; i++)
		if (p->items[i].action != PLAN_RESTORE && !plan_is_ready(p, &p->items[i]))
			p->items[i].is_accepted = false;
}

void plan_path(const char *top, const char *id, const char *leaf, char ret[PLAN_PATH_BYTES])
{
	(void)snprintf(ret, PLAN_PATH_BYTES, "\\%s\\%s%s%s", top, id, leaf[0] ? "\\" : "", leaf);
}

const char *plan_folder(const struct plan_item *i, char ret[8])
{
	(void)snprintf(ret, 8, "%04u", i->number);
	return ret;
}

void plan_target(const struct plan *p, const struct plan_item *i, char ret[PLAN_PATH_BYTES])
{
	char folder[8];

	plan_path(p->top[0] ? p->top : PLAN_TOP, p->id[0] ? p->id : "<UTC time>",
		plan_folder(i, folder), ret);
}
