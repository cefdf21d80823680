/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vendors wrote near the end: their own logs, and the texts beside what an antivirus took
 * away. In ProgramData and the folders of programs, never Microsoft's; counts and depths have caps.
 */
#include "evidence/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"

enum {
	KIB = 1024,
	FOLDERS = 600,	  /* that are listed */
	FILES = 4096,	  /* whose names are kept */
	LOGS = 96,	  /* that are read */
	SIDE_FILES = 256, /* in a quarantine */
	LOG_TAIL = 256 * KIB,
	SIDE_BYTES = 64 * KIB,
	ROWS_OF_A_LOG = 24, /* the newest */
	PATH_CAP = 600,
};
#define DAY (24ULL * 3600 * 10000000)

struct entry {
	char *path;
	const char *product; /* of the evidence */
	bool is_dir;
	unsigned depth, most; /* folders below the first, and how deep it may go */
};

struct walk {
	const struct ev_look *in;
	struct evidence *e;
	struct entry *v; /* folders to list, and files, in the order in which they were found */
	size_t n, n_folders, n_files;
	size_t at; /* the folder that is listed */
	bool is_memory_out;
	unsigned n_logs, n_side;
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcasecmp(s + n - m, end) == 0;
}

static bool is_skipped(const char *name)
{
	static const char *const not_vendors[] = {"Microsoft", "Windows", "Package", "Common Files",
		"ssh", "regid.", "USO", "Application Data", "Desktop", "Documents", "Start Menu",
		"Templates", "ModifiableWindowsApps", "Internet Explorer", NULL};

	for (size_t i = 0; not_vendors[i]; i++)
		if (strncasecmp(name, not_vendors[i], strlen(not_vendors[i])) == 0)
			return true;
	return false;
}

/* ---- the walk ---- */

static bool add(struct walk *w, const char *parent, const char *name, struct entry what)
{
	char path[PATH_CAP];
	int n = snprintf(path, sizeof(path), "%s\\%s", parent, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return true; /* too deep for a log */
	what.path = strdup(path);
	struct entry *to = what.path ? rs_list_add(&w->v, &w->n, sizeof(*to)) : NULL;
	if (!to) {
		free(what.path);
		w->is_memory_out = true;
		return false;
	}
	*to = what;
	w->n_folders += what.is_dir;
	w->n_files += !what.is_dir;
	return true;
}

static bool take(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct walk *w = user;
	struct entry one = w->v[w->at]; /* the list may move */

	(void)ref;
	if (is_dir ? w->n_folders >= FOLDERS || one.depth >= one.most : w->n_files >= FILES)
		return true;
	if (one.depth == 0 && (!is_dir || is_skipped(name)))
		return true; /* whose is it? */
	return add(w, one.path, name,
		(struct entry){.product = one.depth ? one.product : ev_text(w->e, "%s", name),
			.is_dir = is_dir,
			.depth = one.depth + is_dir,
			.most = one.most});
}

static int list_all(struct walk *w, struct rs_err *err)
{
	for (w->at = 0; w->at < w->n; w->at++) {
		uint64_t ref;

		if (!w->v[w->at].is_dir || nt_lookup(w->in->vol, w->v[w->at].path, &ref, NULL) < 0)
			continue;
		(void)nt_list(w->in->vol, ref, take, w, NULL); /* as far as it can be read */
		if (w->is_memory_out)
			return rs_fail(err, RS_E_MEMORY, "evidence");
		if (!rs_task_goes_on(w->in->task))
			return rs_fail(err, RS_E_CANCELLED, "evidence");
	}
	return 0;
}

/* ---- rows ---- */

struct rows {
	struct walk *w;
	const struct entry *file;
	uint64_t written, heard;
	bool is_count;
	size_t seen, skip;
	bool is_memory_out;
};

/* A file of this name among the vendor's own, "" if there is none. */
static const char *path_of_name(const struct walk *w, const struct entry *file, const char *name)
{
	for (size_t i = 0; name[0] && i < w->n; i++) {
		const char *last = strrchr(w->v[i].path, '\\');

		if (!w->v[i].is_dir && strcmp(w->v[i].product, file->product) == 0 &&
			strcasecmp(last + 1, name) == 0)
			return ev_text(w->e, "%s", w->v[i].path);
	}
	return "";
}

static struct ev_item *vendor_row(struct rows *r, const struct win_trace *t)
{
	struct evidence *e = r->w->e;
	char path[PATH_CAP] = "";

	if (t->path[0])
		win_path_on_volume(t->path, r->w->in->win->root, path, sizeof(path));
	bool is_gone = t->number == WIN_VENDOR_TOOK && path[0] && !ev_is_there(r->w->in, path);
	struct ev_item *i = ev_add(e, is_gone ? EV_TAKEN_AWAY : EV_OTHER, EV_VENDOR_LOG, t->time);
	if (!i)
		return NULL;
	i->is_local = t->is_local;
	i->where = ev_text(e, "%s", r->file->path);
	i->text = ev_text(e, "%.400s", t->text);
	i->path = path[0] ? ev_text(e, "%s", path) : path_of_name(r->w, r->file, t->name);
	i->product = r->file->product;
	return i;
}

static bool is_near(const struct rows *r, uint64_t time)
{
	return !r->heard || !time || (time + 30 * DAY >= r->heard && time <= r->heard + 30 * DAY);
}

static bool take_line(void *user, const struct win_trace *t)
{
	struct rows *r = user;

	if (!is_near(r, t->time))
		return true;
	r->seen++;
	if (r->is_count || r->seen <= r->skip)
		return true;
	r->is_memory_out = !vendor_row(r, t);
	return !r->is_memory_out;
}

static int read_log(struct walk *w, const struct entry *file, struct rs_err *err)
{
	struct ev_bytes b;
	struct rows r = {.w = w, .file = file, .heard = ev_last_heard(w->in, w->e)};

	w->n_logs++;
	int n = ev_bytes_read(w->in, w->e, EV_VENDOR_LOG, file->path, LOG_TAIL, false, &b, err);
	auto_free uint8_t *p = b.p;
	if (n < 0 || !p || (r.heard && b.stat.modified + 30 * DAY < r.heard))
		return n;
	r.is_count = true;
	(void)win_vendor_read((struct rs_view){p, b.len}, w->in->clock, take_line, &r, NULL);
	r.is_count = false;
	r.skip = r.seen > ROWS_OF_A_LOG ? r.seen - ROWS_OF_A_LOG : 0;
	r.seen = 0;
	(void)win_vendor_read((struct rs_view){p, b.len}, w->in->clock, take_line, &r, NULL);
	return r.is_memory_out ? rs_fail(err, RS_E_MEMORY, "evidence") : 0;
}

/* One text beside one file that was taken: it counts only as long as that file is not back. */
static bool take_side(void *user, const struct win_trace *t)
{
	struct rows *r = user;
	struct win_trace one = *t;
	char path[PATH_CAP];

	win_path_on_volume(t->path, r->w->in->win->root, path, sizeof(path));
	if (!path[0] || ev_is_there(r->w->in, path))
		return true;
	if (!one.time)
		one.time = r->written;
	if (!is_near(r, one.time))
		return true;
	struct ev_item *i = vendor_row(r, &one);
	if (i)
		i->text = ev_text(
			r->w->e, "in the quarantine of %s: %.300s", r->file->product, t->text);
	r->is_memory_out = !i;
	return i;
}

static int read_side(struct walk *w, const struct entry *file, struct rs_err *err)
{
	struct ev_bytes b;
	struct rows r = {.w = w, .file = file, .heard = ev_last_heard(w->in, w->e)};

	w->n_side++;
	int n = ev_bytes_read(w->in, w->e, EV_VENDOR_LOG, file->path, SIDE_BYTES, true, &b, err);
	auto_free uint8_t *p = b.p;
	if (n < 0 || !p || b.stat.size_bytes > SIDE_BYTES)
		return n;
	r.written = b.stat.created;
	(void)win_taken_read((struct rs_view){p, b.len}, w->in->clock, take_side, &r, NULL);
	return r.is_memory_out ? rs_fail(err, RS_E_MEMORY, "evidence") : 0;
}

/* ---- which files ---- */

bool ev_is_vault(const char *path)
{
	static const char *const words[] = {
		"quarantine", "\\vault", "\\chest", "\\infected", "\\isolation", "\\qrt", NULL};

	for (size_t i = 0; words[i]; i++)
		if (strcasestr(path, words[i]))
			return true;
	return false;
}

static int read_one(struct walk *w, const struct entry *file, struct rs_err *err)
{
	const char *name = strrchr(file->path, '\\');

	if (file->is_dir)
		return 0;
	if (ends_with(name, ".log") || (ends_with(name, ".txt") && strcasestr(file->path, "log")))
		return w->n_logs < LOGS ? read_log(w, file, err) : 0;
	if (ev_is_vault(file->path) && strncasecmp(file->path, "\\ProgramData\\", 13) == 0)
		return w->n_side < SIDE_FILES ? read_side(w, file, err) : 0;
	return 0;
}

int ev_from_vendors(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	static const struct {
		const char *path;
		unsigned most;
	} roots[] = {{"ProgramData", 4}, {"Program Files", 3}, {"Program Files (x86)", 3}};
	struct walk w = {.in = in, .e = e};
	int r = 0;

	if (!ev_is_ours(in, 0, 0))
		return 0;

	for (size_t i = 0; i < 3 && !w.is_memory_out; i++)
		(void)add(&w, "", roots[i].path,
			(struct entry){.product = "", .is_dir = true, .most = roots[i].most});
	r = w.is_memory_out ? rs_fail(err, RS_E_MEMORY, "evidence") : list_all(&w, err);
	for (size_t i = 0; r == 0 && i < w.n; i++)
		r = read_one(&w, &w.v[i], err);
	for (size_t i = 0; i < w.n; i++)
		free(w.v[i].path);
	free(w.v);
	return r;
}
