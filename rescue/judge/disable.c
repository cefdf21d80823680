/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which services are disabled together, and whether they may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/disable_internal.h"
#include "judge/rule_internal.h"

#define NOT_THERE                                                                                  \
	"there is no service of this name, file (x.sys) or title, and no list of filters has it; " \
	"'ls DISK /Windows/System32/drivers' lists the files"
#define OWN_FILTER "its name belongs into lists of filters: its service is what is missing"
#define NO_TWIN                                                                                    \
	"it is loaded before all others, and the driver of its product that a start stops "        \
	"without "                                                                                 \
	"(0x178) is not known"
#define EARLY_UNKNOWN                                                                              \
	"a driver that is loaded before all others may belong to its product, and nothing says "   \
	"who "                                                                                     \
	"made that one (0x178)"

#define OF_ITS_MAKER                                                                               \
	"disks stand on another driver of its maker, which may need it: only who names it has it " \
	"disabled"

/* All that goes together with one service. */
struct group {
	const struct disable_input *in;
	bool *has;    /* one for each service */
	size_t *from; /* which one brought it; itself: the first */
};

static int group_new(const struct disable_input *in, struct group *ret, struct rs_err *err)
{
	const size_t n = in->system->n_services ? in->system->n_services : 1;

	*ret = (struct group){in, calloc(n, sizeof(*ret->has)), calloc(n, sizeof(*ret->from))};
	return ret->has && ret->from ? 0 : rs_fail(err, RS_E_MEMORY, "services");
}

static void group_done(struct group *g)
{
	free(g->has);
	free(g->from);
}

static const struct win_service *at(const struct group *g, size_t i)
{
	return &g->in->system->services[i];
}

/* ---- what goes together ---- */

static size_t first_word(const char *s)
{
	return strcspn(s, " ,.(");
}

/* By its package, or by the first word of its maker's name: rather too many together than one of
 * two that need each other. */
static bool is_same_product(const struct group *g, size_t a, size_t b)
{
	const char *x = g->in->makers[a].vendor, *y = g->in->makers[b].vendor;
	const size_t n = first_word(x);

	if (strncasecmp(at(g, a)->inf, "oem", 3) == 0 &&
		strcasecmp(at(g, a)->inf, at(g, b)->inf) == 0)
		return true;
	return n >= 2 && n == first_word(y) && strncasecmp(x, y, n) == 0;
}

static bool is_on(const struct win_service *one)
{
	return one->is_driver && one->start != WIN_START_DISABLED;
}

static bool is_early(const struct win_service *one)
{
	return is_on(one) && disable_is_early(one);
}

/* The driver of a product whose early-launch driver waits for it. */
static bool is_main(const struct win_service *one)
{
	return is_on(one) && !disable_is_early(one) &&
	       (disable_is_security(one) || one->start <= WIN_START_SYSTEM);
}

static bool is_same_file(const struct group *g, size_t a, size_t b)
{
	return disable_is_same_file(at(g, a), &g->in->makers[a], at(g, b), &g->in->makers[b]);
}

static bool goes_with(const struct group *g, size_t a, size_t b)
{
	const struct win_service *x = at(g, a), *y = at(g, b);

	if (is_same_file(g, a, b))
		return true;
	return ((is_early(x) && is_main(y)) || (is_main(x) && is_early(y))) &&
	       !g->in->makers[a].is_own && !g->in->makers[b].is_own && is_same_product(g, a, b);
}

static void group_fill(struct group *g, size_t first)
{
	const size_t n = g->in->system->n_services;
	bool is_more = true;

	memset(g->has, 0, n * sizeof(*g->has));
	g->has[first] = true;
	g->from[first] = first;
	while (is_more) {
		is_more = false;
		for (size_t a = 0; a < n; a++)
			for (size_t b = 0; g->has[a] && b < n; b++)
				if (!g->has[b] && goes_with(g, a, b)) {
					g->has[b] = is_more = true;
					g->from[b] = a;
				}
	}
}

/* ---- may all of it be disabled? ---- */

static bool has_main(const struct group *g)
{
	for (size_t i = 0; i < g->in->system->n_services; i++)
		if (g->has[i] && is_main(at(g, i)))
			return true;
	return false;
}

static bool is_early_unknown(const struct group *g)
{
	for (size_t i = 0; i < g->in->system->n_services; i++)
		if (is_early(at(g, i)) && !g->in->makers[i].is_own && !g->in->makers[i].vendor[0])
			return true;
	return false;
}

/* A driver of disks or of their encryption comes with others, and nothing in the registry says that
 * it needs them. Those of a security product are known for what they are. */
static bool may_be_needed(const struct group *g, size_t i)
{
	const struct win_service *one = at(g, i);

	if (!one->is_boot || disable_is_early(one) || disable_is_security(one))
		return false;
	for (size_t k = 0; k < g->in->system->n_services; k++)
		if (k != i && !g->in->makers[k].is_own && is_same_product(g, i, k) &&
			disable_is_under_disks(g->in->system, at(g, k)))
			return true;
	return false;
}

/* Why one of the group must stay; NULL: none must. */
static const char *why_stays(const struct group *g, size_t i)
{
	const char *why = disable_stays(g->in->system, &g->in->makers[i], at(g, i));

	if (!why && g->in->is_safe)
		why = disable_stays_in_safe(g->in->system, i);
	if (!why && g->in->is_safe && may_be_needed(g, i))
		why = OF_ITS_MAKER;
	if (!why && is_early(at(g, i)) && !has_main(g))
		why = NO_TWIN;
	if (!why && is_main(at(g, i)) && disable_is_security(at(g, i)) && is_early_unknown(g))
		why = EARLY_UNKNOWN;
	return why;
}

/* The one that keeps the group, and why; false: it may go. The first one's own reason is the
 * first. */
static bool is_kept(const struct group *g, size_t first, size_t *ret, const char **ret_why)
{
	*ret = first;
	*ret_why = why_stays(g, first);
	for (size_t i = 0; !*ret_why && i < g->in->system->n_services; i++)
		if (g->has[i]) {
			*ret = i;
			*ret_why = why_stays(g, i);
		}
	return *ret_why;
}

/* ---- rows ---- */

static struct disable_row *row_of(const struct disable_choice *c, const char *name)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (strcasecmp(c->rows[i].name, name) == 0)
			return &c->rows[i];
	return NULL;
}

static size_t lists_with(const struct win_system *s, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_filters; i++)
		for (size_t k = 0; k < s->filters[i].names.n; k++)
			if (strcasecmp(s->filters[i].names.p[k], name) == 0) {
				n++;
				break;
			}
	return n;
}

static const char *start_text(const struct win_service *one)
{
	if (one->start == WIN_START_DISABLED)
		return "it is disabled already";
	if (one->is_boot)
		return "the loader takes it into memory at each start (Start 0)";
	switch (one->start) {
	case WIN_START_SYSTEM:
		return "Windows loads it early in each start (Start 1)";
	case WIN_START_AUTO:
		return "Windows starts it by itself (Start 2)";
	default:
		return "Windows starts it where something wants it (Start 3)";
	}
}

/* Why it is among those that change. */
static char *reason(const struct group *g, size_t i, const struct win_system *s)
{
	const struct win_service *one = at(g, i), *by = at(g, g->from[i]);
	const size_t lists = lists_with(s, one->name);
	const bool is_twin = by != one && !is_same_file(g, i, g->from[i]);
	char filters[80] = "", with[400] = "";
	char *ret = NULL;

	if (lists)
		(void)snprintf(filters, sizeof(filters), "; its name goes out of %zu %s", lists,
			lists == 1 ? "list of filters" : "lists of filters");
	if (by != one)
		(void)snprintf(with, sizeof(with), "; it goes with %.300s%s", by->name,
			is_twin ? ", without which a start stops (0x178)"
				: ", which has the same file");
	if (asprintf(&ret, "%s%s%s", start_text(one), with, filters) < 0)
		return NULL;
	return ret;
}

static int add_row(struct disable_choice *c, struct disable_row row, struct rs_err *err)
{
	struct disable_row *to = row.why ? rs_list_add(&c->rows, &c->n_rows, sizeof(*to)) : NULL;

	if (!to) {
		free(row.why);
		return rs_fail(err, RS_E_MEMORY, "services");
	}
	*to = row;
	c->n_chosen += row.is_chosen;
	return 0;
}

static int add_group(const struct group *g, size_t first, bool is_named, struct disable_choice *c,
	struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < g->in->system->n_services; i++) {
		struct disable_row *old = g->has[i] ? row_of(c, at(g, i)->name) : NULL;
		if (old)
			old->is_named |= is_named && i == first;
		if (old || !g->has[i])
			continue;
		r = add_row(c,
			(struct disable_row){.service = at(g, i),
				.name = at(g, i)->name,
				.vendor = g->in->makers[i].vendor,
				.why = reason(g, i, g->in->system),
				.is_chosen = true,
				.is_named = is_named && i == first},
			err);
	}
	return r;
}

static int add_stay(const struct group *g, size_t first, size_t keeper, const char *why,
	struct disable_choice *c, struct rs_err *err)
{
	char *text = NULL;

	if (row_of(c, at(g, first)->name))
		return 0;
	if (keeper == first)
		text = strdup(why);
	else if (asprintf(&text, "%s goes with it and must stay: %s", at(g, keeper)->name, why) < 0)
		text = NULL;
	return add_row(c,
		(struct disable_row){.service = at(g, first),
			.name = at(g, first)->name,
			.vendor = g->in->makers[first].vendor,
			.why = text},
		err);
}

/* Rows outlive the group: what refuses is borrowed from its row. */
static void refuse(struct disable_choice *c, const char *name, const char *why)
{
	if (c->refused)
		return;
	c->refused = name;
	c->refused_why = why;
}

/* ---- those that are named ---- */

/* What is disabled already and has no file any more (--with-files has moved it) is no reason to
 * refuse what is asked: nothing of it changes, and nothing tells its maker now. */
static bool is_done(const struct group *g, size_t first)
{
	for (size_t i = 0; i < g->in->system->n_services; i++)
		if (g->has[i] &&
			(at(g, i)->start != WIN_START_DISABLED || !at(g, i)->has_start ||
				g->in->makers[i].ref || lists_with(g->in->system, at(g, i)->name)))
			return false;
	return at(g, first)->is_driver;
}

static int choose_one(
	struct group *g, size_t i, const char *asked, struct disable_choice *c, struct rs_err *err)
{
	const char *why;
	size_t keeper;

	group_fill(g, i);
	if (!is_kept(g, i, &keeper, &why))
		return add_group(g, i, true, c, err);
	if (is_done(g, i))
		return add_stay(g, i, i, start_text(at(g, i)), c, err);
	int r = add_stay(g, i, keeper, why, c, err);
	const struct disable_row *row = r == 0 ? row_of(c, at(g, i)->name) : NULL;
	if (row)
		refuse(c, asked, row->why);
	return r;
}

static void refuse_unknown(struct disable_choice *c, const char *name)
{
	c->is_unknown |= !c->refused;
	refuse(c, name, NOT_THERE);
}

static int choose_filter(const struct disable_input *in, const char *name, struct disable_choice *c,
	struct rs_err *err)
{
	char file[300];
	const struct win_system *s = in->system;

	(void)snprintf(file, sizeof(file), "%.250s.sys", name);
	if (!disable_is_filter(s, name) || s->note[0] || s->is_devices_cut)
		refuse_unknown(c, name);
	else if (protect_from_disable(file))
		refuse(c, name, OWN_FILTER);
	if (c->refused)
		return 0;
	return add_row(c,
		(struct disable_row){.name = name,
			.vendor = "",
			.why = strdup("no service has this name, and devices wait for it: it goes "
				      "out of the lists of filters"),
			.is_chosen = true,
			.is_named = true},
		err);
}

bool disable_means(const struct win_service *one, const char *asked)
{
	return strcasecmp(one->name, asked) == 0 || disable_is_called(one, asked);
}

bool disable_finds(const struct win_system *s, const char *name)
{
	for (size_t i = 0; i < s->n_services; i++)
		if (disable_means(&s->services[i], name))
			return true;
	return disable_is_filter(s, name);
}

/* A service's name before the name of its file ("x.sys") and what it is called. */
static int choose_named(
	struct group *g, const char *name, struct disable_choice *c, struct rs_err *err)
{
	const struct win_system *s = g->in->system;
	bool is_any = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_services; i++)
		if (strcasecmp(s->services[i].name, name) == 0) {
			is_any = true;
			r = choose_one(g, i, name, c, err);
		}
	for (size_t i = 0; r == 0 && !is_any && i < s->n_services; i++)
		if (disable_is_called(&s->services[i], name)) {
			is_any = true;
			r = choose_one(g, i, name, c, err);
		}
	return r < 0 || is_any ? r : choose_filter(g->in, name, c, err);
}

/* ---- all that a start does not need ---- */

static bool is_started(const struct win_service *one)
{
	const uint32_t start = one->override >= 0 ? (uint32_t)one->override : one->start;

	return one->is_driver &&
	       (one->is_boot || (start == WIN_START_SYSTEM && one->start != WIN_START_DISABLED));
}

static int choose_safe(struct group *g, struct disable_choice *c, struct rs_err *err)
{
	const struct win_system *s = g->in->system;
	const char *why;
	size_t keeper;
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_services; i++) {
		if (!is_started(&s->services[i]) || g->in->makers[i].is_own ||
			row_of(c, s->services[i].name))
			continue;
		group_fill(g, i);
		r = is_kept(g, i, &keeper, &why) ? add_stay(g, i, keeper, why, c, err)
						 : add_group(g, i, false, c, err);
	}
	return r;
}

/* ---- all of it ---- */

static bool is_of_security(const struct group *g, const struct disable_choice *c)
{
	const struct win_system *s = g->in->system;

	for (size_t i = 0; i < s->n_services; i++) {
		const struct disable_row *row =
			disable_is_security(&s->services[i]) || disable_is_early(&s->services[i])
				? row_of(c, s->services[i].name)
				: NULL;
		if (row && row->is_chosen && s->services[i].start != WIN_START_DISABLED)
			return true;
		/* a program of a product whose driver is one */
		for (size_t k = 0;
			!row && k < s->n_services && disable_is_security(&s->services[i]); k++) {
			const struct disable_row *other = row_of(c, s->services[k].name);
			if (other && other->is_chosen && !g->in->makers[i].is_own &&
				is_same_product(g, i, k))
				return true;
		}
	}
	return false;
}

static int by_chosen(const void *a, const void *b)
{
	const struct disable_row *x = a, *y = b;

	if (x->is_chosen != y->is_chosen)
		return x->is_chosen ? -1 : 1;
	return strcasecmp(x->name, y->name);
}

static int finish(const struct disable_input *in, struct disable_choice *c, struct rs_err *err)
{
	if (c->n_rows)
		qsort(c->rows, c->n_rows, sizeof(*c->rows), by_chosen);
	if (c->refused)
		return 0;
	int r = disable_edit(in, c, err);
	const char *broken =
		r == 0 ? disable_breaks_minimum(in->system, c->edits, c->n_edits) : NULL;
	if (broken)
		refuse(c, broken, "without it Windows does not find its disk (stop 0x7B)");
	return r;
}

int disable_choose(const struct disable_input *in, struct disable_choice **ret, struct rs_err *err)
{
	auto_disable struct disable_choice *c = calloc(1, sizeof(*c));
	struct group g = {0};
	int r = c ? group_new(in, &g, err) : rs_fail(err, RS_E_MEMORY, "services");

	for (size_t i = 0; r == 0 && i < in->n_names; i++)
		r = choose_named(&g, in->names[i], c, err);
	if (r == 0 && in->is_safe)
		r = choose_safe(&g, c, err);
	if (r == 0) {
		c->is_security = is_of_security(&g, c);
		r = finish(in, c, err);
	}
	group_done(&g);
	if (r == 0)
		*ret = rs_steal(c);
	return r;
}

void disable_free(struct disable_choice *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_rows; i++)
		free(c->rows[i].why);
	for (size_t i = 0; i < c->n_edits; i++) {
		free(c->edits[i].key);
		free(c->edits[i].p);
		free(c->edits[i].what);
	}
	free(c->rows);
	free(c->edits);
	free(c);
}
