/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file is put back, and what took it away would do so again: disabling that product is offered
 * beside it, as an item with a question of its own; or why it is not, is said. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/guards.h"
#include "judge/diagnosis.h"
#include "judge/putback.h"

#define ASKED                                                                                      \
	"%s took it away and would do so again, unless it is disabled: that is a question of its " \
	"own"

static int say(struct plan_item *item, struct rs_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int say(struct plan_item *item, struct rs_err *err, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text)
		return rs_fail(err, RS_E_MEMORY, "plan");
	free(item->change->note);
	item->change->note = text;
	return 0;
}

static const struct diagnosis *diagnosis_of(const struct en_work *w, const struct plan_item *item)
{
	for (size_t i = 0; i < w->judged->n_diagnoses; i++)
		if (strcmp(w->judged->diagnoses[i]->windows, item->windows) == 0)
			return w->judged->diagnoses[i];
	return NULL;
}

/* Beside another file that it took. */
static bool is_offered(const struct plan *p, const struct diagnosis *d, const char *product)
{
	for (size_t i = 0; i < p->n_items; i++)
		if (p->items[i].is_offer && strcmp(p->items[i].windows, d->windows) == 0 &&
			strcmp(p->items[i].rule_id, product) == 0)
			return true;
	return false;
}

static int offer(const struct rs_repair *u, const struct en_work *w, const struct diagnosis *d,
	size_t at, struct plan *p, struct rs_err *err)
{
	const char *product = putback_taker(d->evidence, p->items[at].path);
	struct rs_err why = {0};
	size_t n = 0;

	if (!product[0])
		return say(&p->items[at], err,
			"what took it away may take it away again, unless its definitions are new "
			"ones; which product that was is not known, so none is disabled here");
	if (is_offered(p, d, product))
		return say(&p->items[at], err, ASKED, product);
	int r = en_disable_offer(u, w, d, &(struct en_offer){product, at}, &n, p, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return say(&p->items[at], err,
			"%s took it away and may do so again; it is not disabled here: %s%s%s",
			product, why.object, why.object[0] ? ": " : "",
			why.detail[0] ? why.detail : rs_err_info(why.code)->text);
	return n ? say(&p->items[at], err, ASKED, product)
		 : say(&p->items[at], err,
			   "%s took it away and may do so again; no service of that product is "
			   "found here that is not disabled already",
			   product);
}

int en_takers_plan(
	const struct rs_repair *u, const struct en_work *w, struct plan *p, struct rs_err *err)
{
	const size_t n = p->n_items; /* offers are added behind them */
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct diagnosis *d = p->items[i].change && p->items[i].change->source
						    ? diagnosis_of(w, &p->items[i])
						    : NULL;
		if (d)
			r = offer(u, w, d, i, p, err);
	}
	return r;
}
