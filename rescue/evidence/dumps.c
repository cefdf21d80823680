/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crashes out of kernel dumps: the small ones, MEMORY.DMP, one that still lies in the page file,
 * and (weak, as Windows went on) those of LiveKernelReports. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/language.h"
#include "core/list.h"
#include "core/text.h"
#include "evidence/evidence.h"

#define NAMES_MAX   4096U /* of one folder that are looked at */
#define FOLDERS_MAX 64U	  /* below LiveKernelReports */
#define SMALL_MAX   64U	  /* dumps that are read; Windows keeps 5 to 50 */
#define LIVE_MAX    16U
#define LOOKS_MAX   32U /* modules of one stack whose files are looked at */
#define PATH_CAP    1024U

/* ---- the files of a folder ---- */

struct found {
	char *path;
	uint64_t ref, time;
	bool is_dir;
};

struct finds {
	struct found *p;
	size_t n, n_more; /* that had no room */
	const char *dir;  /* that is being listed */
	bool wants_dirs, is_out_of_memory;
};

static void finds_done(struct finds *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->p[i].path);
	free(f->p);
}
#define auto_finds __attribute__((cleanup(finds_done)))

static bool is_dump_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcasecmp(name + n - 4, ".dmp") == 0;
}

static bool find_add(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct finds *f = user;
	char *path = NULL;

	if (is_dir ? !f->wants_dirs : !is_dump_name(name))
		return true;
	if (f->n >= NAMES_MAX) {
		f->n_more++;
		return true;
	}
	struct found *to = asprintf(&path, "%s\\%s", f->dir, name) < 0
				   ? NULL
				   : rs_list_add(&f->p, &f->n, sizeof(*to));
	if (!to) {
		free(path);
		f->is_out_of_memory = true;
		return false;
	}
	*to = (struct found){path, ref, 0, is_dir};
	return true;
}

static int list(const struct ev_look *in, const char *dir, struct finds *f, struct rs_err *err)
{
	uint64_t ref = 0;

	f->dir = dir;
	int r = nt_lookup(in->vol, dir, &ref, err);
	if (r == 0)
		r = nt_list(in->vol, ref, find_add, f, err);
	return r == 0 && f->is_out_of_memory ? rs_fail(err, RS_E_MEMORY, "names of dumps") : r;
}

static int newest_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return strcmp(y->path, x->path);
}

static void sort(const struct ev_look *in, struct finds *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct nt_stat s = {0};
		if (nt_stat(in->vol, f->p[i].ref, &s, NULL) == 0) /* else last: told when read */
			f->p[i].time = s.created > s.modified ? s.created : s.modified;
	}
	if (f->n)
		qsort(f->p, f->n, sizeof(*f->p), newest_first);
}

/* ---- one dump ---- */

static int dump_open(const struct ev_look *in, struct evidence *e, uint64_t ref,
	struct win_dump **ret, struct rs_err *err)
{
	auto_nt_file struct nt_file *file = NULL;

	if (!rs_task_goes_on(in->task))
		return rs_fail(err, RS_E_CANCELLED, "%s", "");
	int r = nt_file_open(in->vol, ref, "", &file, err);
	if (r < 0)
		return r;
	struct ev_counted c;
	struct win_src src = ev_counted_src(e, file, &c);
	return win_dump_read(&src, ret, err);
}

/* What a crash speaks of, in one line. */
static const char *said(struct evidence *e, const struct win_dump *d)
{
	const struct win_bugcheck *b = win_bugcheck(d->code);
	char at[160] = "";

	if (d->fault_module != WIN_NO_MODULE)
		(void)snprintf(at, sizeof(at), ", in %.100s+0x%" PRIx64,
			d->modules[d->fault_module].name,
			d->fault - d->modules[d->fault_module].base);
	else if (d->fault_unloaded != WIN_NO_MODULE)
		(void)snprintf(at, sizeof(at), ", where %s was before it was unloaded",
			d->unloaded[d->fault_unloaded].name);
	return ev_text(e,
		N_("stop 0x%" PRIX32 "%s%s (0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
		   ")%s"),
		d->code, b ? " " : "", b ? b->name : "", d->parameters[0], d->parameters[1],
		d->parameters[2], d->parameters[3], at);
}

/* ---- who was there ---- */

struct blaming {
	const struct ev_look *in;
	struct evidence *e;
	const struct win_dump *d;
	struct ev_crash *c;
};

/* Windows loads what writes a dump a second time, under a name of its own. */
static void module_path(const struct blaming *b, const struct win_module *m, char *ret, size_t cap)
{
	char raw[sizeof(m->path)];
	size_t before = (size_t)(m->name - m->path);

	if (strncasecmp(m->name, "dump_", 5) == 0)
		(void)snprintf(raw, sizeof(raw), "%.*s%s", (int)before, m->path, m->name + 5);
	else
		(void)snprintf(raw, sizeof(raw), "%s", m->path);
	win_path_on_volume(raw, b->e->root, ret, cap);
}

static void blame(struct blaming *b, enum ev_blame_how how, size_t module, uint64_t address)
{
	const struct win_module *m = &b->d->modules[module];
	char path[PATH_CAP];

	if (b->c->n_blames >= EV_BLAMES_MAX)
		return;
	module_path(b, m, path, sizeof(path));
	b->c->blames[b->c->n_blames++] = (struct ev_blame){.how = how,
		.module = ev_text(b->e, "%s", m->name),
		.path = ev_text(b->e, "%s", path),
		.offset = (uint32_t)(address - m->base),
		.timestamp = m->timestamp,
		.size = m->size};
}

/* Is the module somebody else's? The kernel is the first of every list. A file that is on no
 * volume of ours or gone cannot speak for itself: it is. */
static int is_foreign(struct blaming *b, size_t module, bool *ret, struct rs_err *err)
{
	char path[PATH_CAP];
	struct ev_file *f = NULL;

	*ret = module != 0;
	module_path(b, &b->d->modules[module], path, sizeof(path));
	if (!*ret || !path[0])
		return 0;
	int r = ev_file_look(b->in, b->e, path, false, &f, err);
	if (r == 0)
		*ret = !ev_is_windows_own(b->e, f);
	return r;
}

/* The modules of the stack that are not Windows' own, innermost first, each once. */
static int blame_stack(struct blaming *b, struct rs_err *err)
{
	size_t seen[LOOKS_MAX], n_seen = 0;
	bool is_first = b->d->has_all_modules; /* else one that is not known can be before it */

	for (size_t i = 0; i < b->d->n_frames && n_seen < LOOKS_MAX; i++) {
		const struct win_frame *f = &b->d->frames[i];
		bool is_new = true, foreign = false;
		for (size_t k = 0; k < n_seen; k++)
			is_new = is_new && seen[k] != f->module;
		if (!is_new)
			continue;
		seen[n_seen++] = f->module;
		int r = is_foreign(b, f->module, &foreign, err);
		if (r < 0)
			return r;
		if (!foreign)
			continue;
		if (f->module != b->d->fault_module) /* that one is told already */
			blame(b, is_first ? EV_FIRST_FOREIGN : EV_ON_STACK, f->module, f->address);
		is_first = false;
	}
	return 0;
}

static int blame_all(struct blaming *b, struct rs_err *err)
{
	const struct win_dump *d = b->d;

	if (d->fault_module != WIN_NO_MODULE)
		blame(b, EV_AT_FAULT, d->fault_module, d->fault);
	else if (d->fault_unloaded != WIN_NO_MODULE)
		b->c->blames[b->c->n_blames++] = (struct ev_blame){.how = EV_UNLOADED,
			.module = ev_text(b->e, "%s", d->unloaded[d->fault_unloaded].name),
			.path = "",
			.offset = (uint32_t)(d->fault - d->unloaded[d->fault_unloaded].base)};
	return blame_stack(b, err);
}

static int crash_add(const struct ev_look *in, struct evidence *e, enum ev_source source,
	const char *where, const struct win_dump *d, struct rs_err *err)
{
	struct ev_item *i = ev_add_crash(e, source, d->crashed);

	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	struct ev_crash *c = i->crash;
	i->where = ev_text(e, "%s", where);
	i->text = said(e, d);
	i->id = d->code;
	c->code = d->code;
	c->has_parameters = true;
	memcpy(c->parameters, d->parameters, sizeof(c->parameters));
	c->uptime = d->uptime;
	c->is_dump = d->n_modules > 0;
	/* looking at files adds no rows: @i and @c stay where they are, and only @c is used */
	struct blaming b = {in, e, d, c};
	return blame_all(&b, err);
}

static int live_add(
	struct evidence *e, const char *where, const struct win_dump *d, struct rs_err *err)
{
	struct ev_item *i = ev_add(e, EV_OTHER, EV_LIVE_DUMP, d->crashed);

	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = ev_text(e, "%s", where);
	i->text = ev_text(e, "Windows wrote a live dump and went on: %s", said(e, d));
	i->id = d->code;
	return 0;
}

/* A live dump is weak: whatever it says speaks against nothing. */
static void lose(struct evidence *e, enum ev_source source, const char *where, uint64_t written,
	const char *why)
{
	if (source == EV_LIVE_DUMP)
		(void)ev_miss(e, source, where, why);
	else
		(void)ev_lose(e, source, where, why, written);
}

/* A dump becomes a row, or is said to be none. */
static int dump_take(const struct ev_look *in, struct evidence *e, enum ev_source source,
	const struct found *f, struct rs_err *err)
{
	auto_dump struct win_dump *d = NULL;
	struct rs_err why = {0};

	int r = dump_open(in, e, f->ref, &d, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		/* a page file that holds no dump is how it should be */
		if (source != EV_PAGEFILE || r != RS_E_UNSUPPORTED)
			lose(e, source, f->path, f->time,
				why.detail[0] ? why.detail : rs_err_info(r)->text);
		return 0;
	}
	if (source == EV_PAGEFILE && !ev_is_ours(in, d->build, d->crashed))
		return 0; /* of the other Windows here */
	if (d->note[0])
		lose(e, source, f->path, f->time, d->note);
	return source == EV_LIVE_DUMP ? live_add(e, f->path, d, err)
				      : crash_add(in, e, source, f->path, d, err);
}

/* ---- where they are ---- */

/* A folder or file that is not there, or what hinders it: only said. */
static int missing(struct evidence *e, enum ev_source source, const char *where, int r,
	const char *absent, const struct rs_err *why, struct rs_err *err)
{
	if (rs_err_ends(r))
		return rs_err_pass(err, r, why);
	if (r == RS_E_NO_SUCH_FILE && !absent)
		return 0;
	if (r == RS_E_NO_SUCH_FILE)
		(void)ev_miss(e, source, where, absent);
	else
		lose(e, source, where, 0, why->detail[0] ? why->detail : rs_err_info(r)->text);
	return 0;
}

static int take_newest(const struct ev_look *in, struct evidence *e, enum ev_source source,
	const char *dir, struct finds *f, size_t most, struct rs_err *err)
{
	size_t left = f->n > most ? f->n - most + f->n_more : f->n_more;
	int r = 0;

	sort(in, f);
	for (size_t i = 0; r == 0 && i < f->n && i < most; i++)
		if (!f->p[i].is_dir)
			r = dump_take(in, e, source, &f->p[i], err);
	if (r == 0 && left)
		(void)ev_miss(e, source, dir, ev_text(e, "%zu older dumps were not read", left));
	return r;
}

/* The place that CrashControl names, on this volume; else the usual one. */
static void place(struct evidence *e, const char *set, const char *usual, char *ret, size_t cap)
{
	ret[0] = '\0';
	if (set && set[0]) {
		win_path_on_volume(set, e->root, ret, cap);
		if (!ret[0])
			(void)ev_miss(e, EV_DUMP, set, "the place for dumps is not on this volume");
	}
	if (!ret[0])
		(void)snprintf(ret, cap, "%s\\%s", e->root, usual);
}

static int small_ones(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	auto_finds struct finds f = {0};
	struct rs_err why = {0};
	char dir[PATH_CAP];

	place(e, e->system ? e->system->minidump_dir : NULL, "Minidump", dir, sizeof(dir));
	int r = list(in, dir, &f, &why);
	if (r < 0)
		return missing(e, EV_DUMP, dir, r, "there is no folder of small dumps", &why, err);
	return take_newest(in, e, EV_DUMP, dir, &f, SMALL_MAX, err);
}

static int one(const struct ev_look *in, struct evidence *e, enum ev_source source, char *path,
	struct rs_err *err)
{
	struct found f = {.path = path};
	struct rs_err why = {0};

	int r = nt_lookup(in->vol, path, &f.ref, &why);
	if (r < 0)
		return missing(e, source, path, r, NULL, &why, err);
	return dump_take(in, e, source, &f, err);
}

static int large_one(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	char path[PATH_CAP];

	place(e, e->system ? e->system->dump_file : NULL, "MEMORY.DMP", path, sizeof(path));
	return one(in, e, EV_DUMP, path, err);
}

/* LiveKernelReports and the folders in it. */
static int live_ones(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	auto_finds struct finds top = {.wants_dirs = true};
	auto_finds struct finds f = {0};
	struct rs_err why = {0};
	char dir[PATH_CAP];

	(void)snprintf(dir, sizeof(dir), "%s\\LiveKernelReports", e->root);
	int r = list(in, dir, &top, &why);
	if (r == 0)
		r = list(in, dir, &f, &why);
	size_t n_dirs = 0;
	for (size_t i = 0; r == 0 && i < top.n && n_dirs < FOLDERS_MAX; i++) {
		if (!top.p[i].is_dir)
			continue;
		n_dirs++;
		r = list(in, top.p[i].path, &f, &why);
		if (r < 0 && !rs_err_ends(r)) {
			(void)missing(e, EV_LIVE_DUMP, top.p[i].path, r, NULL, &why, NULL);
			r = 0;
		}
	}
	if (r < 0)
		return missing(e, EV_LIVE_DUMP, dir, r, NULL, &why, err);
	return take_newest(in, e, EV_LIVE_DUMP, dir, &f, LIVE_MAX, err);
}

int ev_from_dumps(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	char page_file[] = "\\pagefile.sys";

	int r = small_ones(in, e, err);
	if (r == 0)
		r = large_one(in, e, err);
	if (r == 0)
		r = one(in, e, EV_PAGEFILE, page_file, err);
	return r < 0 ? r : live_ones(in, e, err);
}
