/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose product took a file away, as far as the evidence says it, and which services are that
 * product's. Only what names it counts: its own log, its event, the vault that a file came into in
 * the seconds in which this one went. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/list.h"
#include "evidence/texts.h"
#include "judge/disable_internal.h"
#include "judge/putback.h"

#define SAME_MOMENT 50000000ULL /* 5 s */
#define DATA	    "\\ProgramData\\"
#define LEAST	    4U /* letters of a name that says something */

/* ---- who ---- */

/* "\ProgramData\Lantern Guard\Quarantine\...": whose vault that is. */
static const char *of_vault(struct evidence *e, const char *path)
{
	const char *name = path + strlen(DATA);

	if (strncasecmp(path, DATA, strlen(DATA)) != 0 || !ev_is_vault(path))
		return "";
	const size_t n = strcspn(name, "\\");
	return name[n] ? ev_text(e, "%.*s", (int)n, name) : "";
}

static const char *of_moment(struct evidence *e, const struct ev_item *gone)
{
	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item *it = &e->items[i];
		if (it->what != EV_FILE_NEW || it->time + SAME_MOMENT < gone->time ||
			it->time > gone->time + SAME_MOMENT)
			continue;
		const char *who = of_vault(e, it->path);
		if (who[0])
			return who;
	}
	return "";
}

const char *putback_taker(struct evidence *e, const char *path)
{
	const char *ret = "";

	for (size_t i = 0; i < e->n_items; i++) {
		const struct ev_item it = e->items[i];
		const char *who = "";
		if (strcasecmp(it.path, path) != 0)
			continue;
		if (it.what == EV_TAKEN_AWAY)
			who = it.product;
		else if (it.what == EV_FILE_GONE && it.time)
			who = of_moment(e, &it);
		if (who[0] && ret[0] && strcasecmp(who, ret) != 0)
			return ""; /* two say so: nobody knows which */
		ret = who[0] ? who : ret;
	}
	return ret;
}

/* ---- its services ---- */

/* Does one of the folders of @path have this very name, where products have theirs? */
static bool is_in_folder_of(const char *path, const char *product)
{
	static const char *const places[] = {"\\Program Files\\", "\\Program Files (x86)\\", DATA};
	const size_t n = strlen(product);
	bool is_place = false;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		is_place |= strncasecmp(path, places[i], strlen(places[i])) == 0;
	for (const char *p = strchr(path, '\\'); is_place && p; p = strchr(p + 1, '\\'))
		if (strncasecmp(p + 1, product, n) == 0 && p[1 + n] == '\\')
			return true;
	return false;
}

static size_t first_word(const char *s)
{
	return strcspn(s, " ,.(");
}

/* A driver of security lies among all others: what its own text says of its maker counts. */
static bool is_of(const struct win_image *image, const char *product)
{
	const size_t n = first_word(product);

	if (strcasecmp(image->product, product) == 0)
		return true;
	return n >= LEAST && n == first_word(image->company) &&
	       strncasecmp(image->company, product, n) == 0;
}

static int belongs(const struct ev_look *in, struct evidence *e, const struct win_service *one,
	const char *product, bool *ret, struct rs_err *err)
{
	struct ev_file *f = NULL;

	*ret = is_in_folder_of(one->path, product);
	if (*ret || !one->is_driver || !one->path[0] ||
		(!disable_is_security(one) && !disable_is_early(one)))
		return 0;
	int r = ev_file_look(in, e, one->path, false, &f, err);
	*ret = r == 0 && f && f->ref && f->is_looked && is_of(&f->image, product);
	return r;
}

int putback_taker_services(const struct ev_look *in, struct evidence *e, const char *product,
	const char ***ret, size_t *ret_n, struct rs_err *err)
{
	const struct win_system *s = e->system;
	int r = 0;

	for (size_t i = 0; r == 0 && s && strlen(product) >= LEAST && i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		bool is_its = false;
		if (one->start == WIN_START_DISABLED || (!one->is_driver && !one->is_user_exe))
			continue;
		r = belongs(in, e, one, product, &is_its, err);
		const char **to = r == 0 && is_its ? rs_list_add(ret, ret_n, sizeof(*to)) : NULL;
		if (r == 0 && is_its && !to)
			r = rs_fail(err, RS_E_MEMORY, "services");
		if (to)
			*to = one->name;
	}
	return r;
}
