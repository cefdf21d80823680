/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judge and plan know, into the model. */
#include <string.h>

#include "core/cleanup.h"
#include "judge/source.h"
#include "report/report.h"

static void references(struct report_pool *p, const struct judge_texts *from, struct run_texts *ret)
{
	for (size_t i = 0; i < from->n; i++)
		report_add_text(p, ret, from->v[i]);
}

void report_rule(struct rs_report *r, const struct rule *rule)
{
	const struct rule_about *about = rule_about(rule);
	struct run_rule *told = REPORT_ADD(&r->kept, r->run.rules, r->run.n_rules);

	if (!told)
		return;
	*told = (struct run_rule){.id = report_copy(&r->kept, about->id),
		.title = report_copy(&r->kept, about->title),
		.kind = about->kind,
		.action = about->action,
		.is_on_request = about->when == RULE_ASKED};
	references(&r->kept, &about->references, &told->references);
}

/* What the technician is told, as one paragraph. */
static const char *paragraph(struct report_pool *p, const char *text)
{
	char *ret = text ? report_alloc(p, strlen(text) + 1) : NULL;

	for (size_t i = 0; ret && text[i]; i++)
		ret[i] = text[i] == '\n' ? ' ' : text[i];
	return ret ? ret : "";
}

static void finding(struct report_pool *p, const struct judge_said *from, struct run_finding *ret)
{
	ret->windows = report_copy(p, from->windows);
	ret->source = report_copy(p, from->source->name);
	ret->id = report_copy(p, from->id);
	ret->title = report_copy(p, from->title);
	ret->kind = from->kind;
	ret->outcome = from->outcome;
	ret->why = report_copy(p, from->why);
	ret->evidence = report_copy(p, from->evidence);
	ret->text = paragraph(p, from->text);
	references(p, &from->references, &ret->references);
}

static char *own(struct report_pool *p, const char *text)
{
	size_t len = text ? strlen(text) + 1 : 0;
	char *ret = text ? report_alloc(p, len) : NULL;

	return ret ? memcpy(ret, text, len) : NULL;
}

static void own_services(struct report_pool *p, struct finding *f)
{
	char **from = f->services;

	f->services = from ? report_alloc(p, f->n_services * sizeof(*from)) : NULL;
	if (!f->services)
		f->n_services = 0;
	for (size_t i = 0; i < f->n_services; i++)
		f->services[i] = own(p, from[i]);
}

/* What is said of files by the thing @said. */
static void files(
	struct report_pool *p, const struct judge_result *j, size_t said, struct run_finding *ret)
{
	for (size_t i = 0; i < j->n_findings; i++) {
		struct finding *to = NULL;
		if (j->findings[i].said == said)
			to = REPORT_ADD(p, ret->files, ret->n_files);
		if (!to)
			continue;
		*to = j->findings[i];
		to->putback = NULL; /* is not the report's */
		to->path = own(p, to->path);
		to->why = own(p, to->why);
		own_services(p, to);
	}
}

void report_judged(struct rs_report *r, const struct judge_result *j, unsigned volume)
{
	struct rs_run *run = &r->run;

	for (size_t i = 0; i < j->n_said; i++) {
		const struct judge_said *from = &j->said[i];
		if (from->outcome == SAID_NO_MATCH || from->outcome == SAID_NOT_APPLICABLE)
			continue;
		struct run_finding *f = REPORT_ADD(&r->kept, run->findings, run->n_findings);
		if (!f)
			return;
		f->volume = volume;
		finding(&r->kept, from, f);
		files(&r->kept, j, i, f);
	}
	run->is_judged = true;
	run->unreadable += j->unreadable;
	for (const char *p = j->faults; p && *p;) {
		size_t n = strcspn(p, "\n");
		auto_free char *line = strndup(p, n);
		r->kept.is_short |= !line;
		report_add_text(&r->kept, &run->faults, line);
		p += n + (p[n] == '\n');
	}
}

static uint8_t *own_bytes(struct report_pool *p, const uint8_t *from, size_t len)
{
	uint8_t *ret = len ? report_alloc(p, len) : NULL;

	if (ret)
		memcpy(ret, from, len);
	return ret;
}

static struct change_value own_value(struct report_pool *p, const struct change_value *from)
{
	struct change_value ret = *from;

	ret.key = own(p, from->key);
	ret.name = own(p, from->name);
	ret.what = own(p, from->what);
	ret.old = own_bytes(p, from->old, from->old_len);
	ret.old_len = ret.old ? from->old_len : 0;
	ret.p = own_bytes(p, from->p, from->len);
	ret.len = ret.p ? from->len : 0;
	return ret;
}

static struct plan_change *own_change(struct report_pool *p, const struct plan_change *from)
{
	struct plan_change *ret = from ? report_alloc(p, sizeof(*ret)) : NULL;

	if (!ret)
		return NULL;
	*ret = *from;
	ret->file = own(p, from->file);
	ret->note = own(p, from->note);
	ret->source = own(p, from->source);
	ret->values = report_alloc(p, from->n * sizeof(*ret->values));
	ret->n = ret->values ? from->n : 0;
	for (size_t i = 0; i < ret->n; i++)
		ret->values[i] = own_value(p, &from->values[i]);
	ret->touched = report_alloc(p, from->n_touched * sizeof(*ret->touched));
	ret->n_touched = ret->touched ? from->n_touched : 0;
	for (size_t i = 0; i < ret->n_touched; i++) {
		ret->touched[i] = from->touched[i];
		ret->touched[i].name = own(p, from->touched[i].name);
		ret->touched[i].vendor = own(p, from->touched[i].vendor);
		ret->touched[i].reason = own(p, from->touched[i].reason);
	}
	return ret;
}

/* All that the item points to is copied. */
static void item_fill(struct report_pool *p, const struct plan *plan, const struct plan_item *from,
	struct run_item *ret)
{
	struct plan_item *item = &ret->item;

	*item = *from;
	item->path = own(p, from->path);
	item->why = own(p, from->why);
	item->refused = own(p, from->refused);
	item->against = report_alloc(p, from->n_against * sizeof(*item->against));
	item->n_against = item->against ? from->n_against : 0;
	for (size_t i = 0; i < item->n_against; i++)
		item->against[i] = own(p, from->against[i]);
	item->rule_id = own(p, from->rule_id);
	item->windows = own(p, from->windows);
	item->place = own(p, from->place);
	item->hinder = own(p, from->hinder);
	item->next = own(p, from->next);
	item->names = report_alloc(p, from->n_names * sizeof(*item->names));
	item->n_names = item->names ? from->n_names : 0;
	for (size_t i = 0; i < item->n_names; i++) {
		item->names[i] = from->names[i];
		item->names[i].path = own(p, from->names[i].path);
	}
	item->change = own_change(p, from->change);
	plan_target(plan, from, ret->target);
}

/* The plan's items, at the end of a list; @as: what they have in common. */
static void add_items(struct report_pool *pool, struct run_item **list, size_t *n,
	const struct plan *p, const struct run_item *as, bool only_accepted)
{
	for (size_t i = 0; p && i < p->n_items; i++) {
		if (only_accepted && !p->items[i].is_accepted)
			continue;
		struct run_item *item = REPORT_ADD(pool, *list, *n);
		if (!item)
			return;
		*item = *as;
		item_fill(pool, p, &p->items[i], item);
	}
}

void report_plan(struct rs_report *r, const struct plan *p, unsigned volume, bool is_answered)
{
	const struct run_item as = {.volume = volume, .is_answered = is_answered};

	r->run.is_planned = true;
	add_items(&r->planned, &r->run.plan, &r->run.n_plan, p, &as, false);
}

void report_actions(struct rs_report *r, const struct plan *p, unsigned volume)
{
	const struct run_item as = {.volume = volume};

	r->run.is_acted = true;
	add_items(&r->kept, &r->run.actions, &r->run.n_actions, p, &as, true);
}
