/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of drivers that are disabled, to be moved as well. With a file more is gone than with a
 * service that does not start: whoever else loads it, in whichever Windows of the volume, would
 * miss it in the middle of a start. What cannot be looked at forbids. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "judge/diagnosis.h"
#include "judge/disable_internal.h"
#include "judge/judge_internal.h"

#define CHUNK_BYTES 65536U

/* One file that is to go. */
struct going {
	const struct disable_files *in;
	const struct win_service *of;
	const char *path, *name; /* the last part of it */
	uint64_t ref;
};

static int refuse(const struct going *g, struct rs_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(const struct going *g, struct rs_err *err, const char *fmt, ...)
{
	char why[500];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap); /* cut is fine */
	va_end(ap);
	return rs_fail_on(err, RS_E_GUARD, g->path[0] ? g->path : g->of->name,
		"its file stays: %s; the service alone can be disabled", why);
}

/* ---- who else uses it ---- */

static bool is_chosen(const struct disable_choice *c, const struct win_service *one)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].is_chosen && c->rows[i].service == one)
			return true;
	return false;
}

static bool stays_on(const struct going *g, const struct win_service *one)
{
	return !(one->has_start && one->start == WIN_START_DISABLED) &&
	       !is_chosen(g->in->choice, one);
}

/* The record that its path leads to; 0: none, and one that cannot be told is refused. */
static int find(
	const struct going *g, const struct win_service *one, uint64_t *ret, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = one->path[0] ? nt_lookup(g->in->vol, one->path, ret, &why) : 0;

	if (r == 0)
		return 0;
	*ret = 0;
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	return r == RS_E_NO_SUCH_FILE
		       ? 0
		       : refuse(g, err, "whether %.200s uses it cannot be told", one->name);
}

/* An import of another driver: its name with an end, in any case of letters (PE format). */
static bool has_name(const uint8_t *p, size_t len, const char *name, size_t n)
{
	for (size_t at = 0; at + n < len; at++)
		if (!p[at + n] && strncasecmp((const char *)p + at, name, n) == 0)
			return true;
	return false;
}

static int read_for_name(struct nt_file *f, const struct going *g, bool *ret, struct rs_err *err)
{
	const size_t n = strlen(g->name);
	auto_free uint8_t *p = malloc(CHUNK_BYTES + n);
	size_t kept = 0, len = 1;
	int r = p ? 0 : rs_fail(err, RS_E_MEMORY, "driver");

	for (uint64_t off = 0; r == 0 && !*ret && len; off += len) {
		if (!rs_task_goes_on(g->in->task))
			return rs_fail(err, RS_E_CANCELLED, "%s", "");
		r = nt_file_read(f, off, p + kept, CHUNK_BYTES, &len, err);
		if (r < 0)
			break;
		*ret = has_name(p, kept + len, g->name, n);
		/* a name may lie across two pieces */
		const size_t next = kept + len < n ? kept + len : n;
		memmove(p, p + kept + len - next, next);
		kept = next;
	}
	return r;
}

static int check_import(
	const struct going *g, const struct win_service *one, uint64_t ref, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	struct rs_err why = {0};
	bool is_named = false;
	int r = nt_file_open(g->in->vol, ref, "", &f, &why);

	if (r == 0)
		r = read_for_name(f, g, &is_named, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return refuse(
			g, err, "whether %.200s, which stays, loads it cannot be read", one->name);
	return is_named ? refuse(g, err, "%.200s, which stays, loads it", one->name) : 0;
}

static int check_user(const struct going *g, const struct win_service *one, struct rs_err *err)
{
	uint64_t ref = 0;

	if (!stays_on(g, one))
		return 0;
	int r = find(g, one, &ref, err);
	if (r < 0)
		return r;
	if (ref == g->ref || (one->is_driver && !one->path[0] &&
				     strcasecmp(win_path_name(one->image_path), g->name) == 0))
		return refuse(g, err, "%.200s, which stays, has it, too", one->name);
	return one->is_driver && ref ? check_import(g, one, ref, err) : 0;
}

/* Of every Windows that was looked at: they may share a folder. */
static int check_users(const struct going *g, struct rs_err *err)
{
	const struct judge_result *j = g->in->judged;
	int r = 0;

	for (size_t i = 0; r == 0 && i < j->n_diagnoses; i++) {
		const struct win_system *s = j->diagnoses[i]->evidence->system;
		if (!s || !s->are_services_whole)
			return refuse(g, err, "the services of %s cannot all be read",
				j->diagnoses[i]->windows);
		for (size_t k = 0; r == 0 && k < s->n_services; k++)
			r = check_user(g, &s->services[k], err);
	}
	return r;
}

/* ---- may it go? ---- */

/* Who loads it may do so by any of its names: an 8.3 one, or that of a link. */
static int check_users_of(const struct going *g, const struct file_names *names, struct rs_err *err)
{
	struct going as = *g;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		as.name = names->all[i].name;
		r = check_users(&as, err);
	}
	return r;
}

/* What protects a file counts under each of its names. */
static int check_names(const struct going *g, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	struct rs_err why = {0};
	int r = file_names_read(g->in->vol, g->ref, &names, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return refuse(g, err, "its names cannot be read");
	for (size_t i = 0; i < names.n; i++) {
		if (strncmp(names.all[i].path, "\\?", 2) == 0) /* of names.c */
			return refuse(g, err, "the folder of one of its names cannot be told");
		const char *no = judge_forbids_disabled(
			g->in->judged, g->in->vol, g->in->root, names.all[i].path);
		if (no)
			return refuse(g, err, "%s (%.300s)", no, names.all[i].path);
	}
	return check_users_of(g, &names, err);
}

static int check(struct going *g, struct rs_err *err)
{
	const char *no = !g->of->is_driver
				 ? "it is a program, which more than its service may start"
			 : !g->path[0] ? "where it lies on this volume is not known"
				       : NULL;

	if (no)
		return refuse(g, err, "%s", no);
	int r = find(g, g->of, &g->ref, err);
	if (r == 0 && !g->ref)
		r = refuse(g, err, "it is not there");
	return r < 0 ? r : check_names(g, err);
}

static int add(const struct going *g, struct finding **list, size_t *n, struct rs_err *err)
{
	struct finding f = {.verdict = JUDGE_BAD, .asks_move = true};
	struct rs_err why = {0};
	int r = judge_fill_finding(g->in->vol, g->path, g->ref, &f, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 || !f.has_sha256)
		return refuse(g, err, "its contents cannot be read");
	struct finding *to = rs_list_add(list, n, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*to = f;
	to->path = strdup(g->path);
	if (asprintf(&to->why, "a person wants the file of %.200s gone as well", g->of->name) < 0)
		to->why = NULL;
	return to->path && to->why ? 0 : rs_fail(err, RS_E_MEMORY, "findings");
}

static bool is_there(const struct finding *list, size_t n, uint64_t ref)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].stat.ref == ref)
			return true;
	return false;
}

int disable_find_files(
	const struct disable_files *in, struct finding **ret, size_t *ret_n, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->choice->n_rows; i++) {
		const struct disable_row *row = &in->choice->rows[i];
		if (!row->is_chosen || !row->is_named || !row->service)
			continue;
		struct going g = {.in = in,
			.of = row->service,
			.path = row->service->path,
			.name = win_path_name(row->service->path)};
		r = check(&g, err);
		if (r == 0 && !is_there(*ret, *ret_n, g.ref))
			r = add(&g, ret, ret_n, err);
	}
	return r;
}
