/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows from the texts and small records that Windows writes. Of a long log its tail is read, and of
 * many rows the newest are kept. */
#include "evidence/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"

enum {
	KIB = 1024,
	TAIL = 256 * KIB,
	LONG_TAIL = 1024 * KIB, /* setupapi.dev.log, CBS.log */
	WER_MOST = 32,		/* the newest reports */
	WER_FOLDERS = 1024,	/* that are looked at for it */
	PATH_CAP = 600,
};
#define DAY (24ULL * 3600 * 10000000)

/* ---- reading one text ---- */

struct reading {
	const struct ev_look *in;
	struct evidence *e;
	const struct text *text;
	const char *where;
	uint64_t written; /* of the file */
	bool is_count;	  /* first pass: how many rows, how many runs */
	size_t seen, skip;
	unsigned runs, runs_seen; /* of Startup Repair; starts in ntbtlog */
	bool is_memory_out;
};

typedef int read_fn(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err);
typedef bool row_fn(struct reading *r, const struct win_trace *t); /* false: no memory */

struct text {
	const char *path; /* "%..." below the Windows folder, else of the volume */
	size_t cap, most; /* bytes; rows */
	read_fn *read;
	row_fn *row;
	enum ev_source source;
	bool is_head;
};

static const char *on_volume(struct reading *r, const char *raw)
{
	char path[PATH_CAP];

	if (!raw[0])
		return "";
	win_path_on_volume(raw, r->in->win->root, path, sizeof(path));
	return ev_text(r->e, "%s", path);
}

static struct ev_item *row(
	struct reading *r, const struct win_trace *t, enum ev_what what, uint64_t time)
{
	struct ev_item *i = ev_add(r->e, what, r->text->source, time);

	if (!i)
		return NULL;
	i->is_local = t->is_local;
	i->where = ev_text(r->e, "%s", r->where);
	i->text = ev_text(r->e, "%.400s", t->text);
	i->id = t->number;
	return i;
}

static bool crash_row(struct reading *r, const struct win_trace *t, uint64_t time)
{
	struct ev_item *i = ev_add_crash(r->e, r->text->source, time);

	if (!i)
		return false;
	i->is_local = t->is_local;
	i->where = ev_text(r->e, "%s", r->where);
	i->text = ev_text(r->e, "%.400s", t->text);
	i->crash->code = win_bugcheck_code(t->number);
	i->crash->has_parameters = t->has_parameters;
	memcpy(i->crash->parameters, t->parameters, sizeof(t->parameters));
	if (r->text->source == EV_ERROR_REPORT && t->name[0]) {
		i->crash->blames[0] = (struct ev_blame){
			.how = EV_NAMED, .module = ev_text(r->e, "%s", t->name), .path = ""};
		i->crash->n_blames = 1;
	}
	return true;
}

/* ---- rows of each text ---- */

static bool srt_row(struct reading *r, const struct win_trace *t)
{
	bool is_last = r->runs_seen >= r->runs || r->runs <= 1;
	struct ev_item *i = NULL;

	switch (t->kind) {
	case WIN_TRACE_START:
		i = row(r, t, EV_START, t->time);
		break;
	case WIN_TRACE_REPAIR_RAN: /* when, only the file's time tells, by the clock of WinRE */
		r->runs_seen++;
		is_last = r->runs_seen >= r->runs;
		i = row(r, t, EV_START_FAILED, is_last ? r->written : 0);
		if (i) {
			i->text = ev_text(r->e, "Startup Repair ran");
			i->is_local = true;
		}
		break;
	case WIN_TRACE_REPAIR_CAUSE:
		i = row(r, t, EV_ROOT_CAUSE, is_last ? r->written : 0);
		if (i) {
			i->path = on_volume(r, t->path);
			i->is_local = true;
		}
		break;
	case WIN_TRACE_CRASH:
		return crash_row(r, t, 0);
	default:
		return true;
	}
	return i;
}

static bool stack_row(struct reading *r, const struct win_trace *t)
{
	if (!ev_is_ours(r->in, 0, t->time))
		return true;
	return crash_row(r, t, t->time);
}

/* Only of the last start that it has, and each driver once: many are listed at every start. */
static bool ntbt_row(struct reading *r, const struct win_trace *t)
{
	if (t->kind == WIN_TRACE_BOOT_LOG)
		r->runs_seen++;
	if (r->runs_seen < r->runs || t->kind == WIN_TRACE_LOADED)
		return true;
	if (t->kind == WIN_TRACE_BOOT_LOG)
		return row(r, t, EV_START, t->time);
	const char *path = on_volume(r, t->path);
	for (size_t i = 0; i < r->e->n_items; i++)
		if (r->e->items[i].source == EV_BOOT_LOG &&
			strcasecmp(r->e->items[i].path, path) == 0)
			return true;
	struct ev_item *i = row(r, t, EV_SERVICE_FAILED, t->time);
	if (i)
		i->path = path;
	return i;
}

static bool setup_row(struct reading *r, const struct win_trace *t)
{
	enum ev_what what = t->kind == WIN_TRACE_FAILED	   ? EV_OTHER
			    : t->kind == WIN_TRACE_PACKAGE ? EV_PACKAGE
							   : EV_DEVICE_INSTALLED;
	struct ev_item *i = row(r, t, what, t->time);

	if (!i)
		return false;
	i->path = on_volume(r, t->path);
	i->service = ev_text(r->e, "%s", t->service);
	i->product = ev_text(r->e, "%s", t->product);
	i->package = ev_text(r->e, "%s", t->package[0] ? t->package : t->name);
	return true;
}

static bool cbs_row(struct reading *r, const struct win_trace *t)
{
	enum ev_what what = t->kind == WIN_TRACE_FAILED	   ? EV_UPDATE_FAILED
			    : t->kind == WIN_TRACE_PACKAGE ? EV_UPDATE
							   : EV_UPDATE_STARTED;
	struct ev_item *i = row(r, t, what, t->time);

	if (!i)
		return false;
	i->path = on_volume(r, t->path);
	i->product = ev_text(r->e, "%s", t->name);
	return true;
}

static bool poqexec_row(struct reading *r, const struct win_trace *t)
{
	struct ev_item *i = row(r, t, EV_UPDATE_FAILED, r->written);

	if (i)
		i->path = on_volume(r, t->path);
	return i;
}

static bool pending_row(struct reading *r, const struct win_trace *t)
{
	struct ev_item *i = row(r, t, EV_UPDATE_PENDING, r->written);

	if (!i)
		return false;
	i->is_certain = true;
	i->product = ev_text(r->e, "%s", t->name);
	i->text = ev_text(r->e, "steps of an update wait for the next start");
	return true;
}

/* Of an upgrade that ended long ago nothing is told. */
static bool panther_row(struct reading *r, const struct win_trace *t)
{
	uint64_t heard = ev_last_heard(r->in, r->e);

	if (heard && t->time + 7 * DAY < heard)
		return true;
	struct ev_item *i = row(r, t, EV_SETUP, t->time);
	if (i)
		i->path = on_volume(r, t->path);
	return i;
}

static bool bootstat_row(struct reading *r, const struct win_trace *t)
{
	struct ev_item *i = NULL;

	if (t->kind == WIN_TRACE_LAUNCH)
		return true;
	if (t->kind == WIN_TRACE_START)
		return row(r, t, EV_START, t->time);
	bool is_resume = strcasestr(t->path, "winresume") != NULL;
	i = row(r, t, is_resume ? EV_RESUME_FAILED : EV_START_FAILED, t->time);
	if (!i)
		return false;
	i->path = on_volume(r, t->path);
	i->text = ev_text(r->e, "%s (status 0x%08x)", t->text, t->number);
	return true;
}

static bool wer_row(struct reading *r, const struct win_trace *t)
{
	if (!ev_is_ours(r->in, 0, t->time))
		return true;
	return crash_row(r, t, t->time);
}

/* ---- readers with one shape ---- */

static int dumpstack_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	(void)c;
	return win_dumpstack_read(p, fn, user, err);
}

static int poqexec_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	(void)c;
	return win_poqexec_read(p, fn, user, err);
}

static int pending_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	(void)c;
	return win_pending_xml_read(p, fn, user, err);
}

static int wer_read(
	struct rs_view p, struct win_clock c, win_trace_fn fn, void *user, struct rs_err *err)
{
	(void)c;
	return win_wer_read(p, fn, user, err);
}

static const struct text texts[] = {
	{"%\\System32\\LogFiles\\Srt\\SrtTrail.txt", TAIL, 32, win_srt_read, srt_row,
		EV_STARTUP_REPAIR, false},
	{"\\DumpStack.log", TAIL, 8, dumpstack_read, stack_row, EV_DUMP_STACK, true},
	{"\\DumpStack.log.tmp", TAIL, 8, dumpstack_read, stack_row, EV_DUMP_STACK, true},
	{"%\\ntbtlog.txt", TAIL, 1000, win_ntbtlog_read, ntbt_row, EV_BOOT_LOG, false},
	{"%\\INF\\setupapi.dev.log", LONG_TAIL, 64, win_setupapi_read, setup_row, EV_SETUP_LOG,
		false},
	{"%\\Logs\\CBS\\CBS.log", LONG_TAIL, 32, win_cbs_read, cbs_row, EV_SERVICING, false},
	{"%\\WinSxS\\poqexec.log", TAIL, 8, poqexec_read, poqexec_row, EV_SERVICING, false},
	{"%\\WinSxS\\pending.xml", KIB, 1, pending_read, pending_row, EV_SERVICING, true},
	{"%\\Panther\\setuperr.log", TAIL, 8, win_panther_read, panther_row, EV_SETUP_LOG, false},
	{"%\\Panther\\setupact.log", TAIL, 8, win_panther_read, panther_row, EV_SETUP_LOG, false},
};
static const struct text bootstat_text = {
	"%\\bootstat.dat", 128UL * KIB, 48, win_bootstat_read, bootstat_row, EV_BOOT_STATUS, true};
static const struct text wer_text = {"", TAIL, 1, wer_read, wer_row, EV_ERROR_REPORT, true};

/* ---- all rows of a text, the newest ---- */

static bool take(void *user, const struct win_trace *t)
{
	struct reading *r = user;

	r->seen++;
	if (r->is_count) {
		r->runs += t->kind == WIN_TRACE_REPAIR_RAN || t->kind == WIN_TRACE_BOOT_LOG;
		return true;
	}
	if (r->seen <= r->skip) {
		r->runs_seen += t->kind == WIN_TRACE_REPAIR_RAN || t->kind == WIN_TRACE_BOOT_LOG;
		return true;
	}
	r->is_memory_out = !r->text->row(r, t);
	return !r->is_memory_out;
}

static int read_rows(struct reading *r, struct rs_view p, struct rs_err *err)
{
	r->is_count = true;
	int n = r->text->read(p, r->in->clock, take, r, err);

	r->is_count = false;
	r->skip = r->seen > r->text->most ? r->seen - r->text->most : 0;
	r->seen = 0;
	if (n == 0)
		n = r->text->read(p, r->in->clock, take, r, err);
	return r->is_memory_out ? rs_fail(err, RS_E_MEMORY, "evidence") : n;
}

static int text_rows(const struct ev_look *in, struct evidence *e, const struct text *text,
	const char *path, struct ev_bytes *b, struct rs_err *err)
{
	struct reading r = {
		.in = in, .e = e, .text = text, .where = path, .written = b->stat.modified};

	return read_rows(&r, (struct rs_view){b->p, b->len}, err);
}

/* A pending.xml that is there and has no steps that can be read: zeros, cut, another thing. */
static int odd_pending(struct evidence *e, const char *path, const struct ev_bytes *b,
	size_t before, struct rs_err *err)
{
	if (e->n_items != before || !b->p)
		return 0;
	struct ev_item *i = ev_add(e, EV_UPDATE_PENDING, EV_SERVICING, b->stat.modified);
	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = ev_text(e, "%s", path);
	i->text = ev_text(e, "a list of an update's steps is there and cannot be read");
	return 0;
}

static int text_file(const struct ev_look *in, struct evidence *e, const struct text *text,
	const char *path, struct rs_err *err)
{
	struct ev_bytes b;
	size_t before = e->n_items;
	int r = ev_bytes_read(in, e, text->source, path, text->cap, text->is_head, &b, err);
	auto_free uint8_t *p = b.p;

	if (r == 0 && p)
		r = text_rows(in, e, text, path, &b, err);
	if (r == 0 && text->row == pending_row)
		r = odd_pending(e, path, &b, before, err);
	return r;
}

static void path_of(const struct ev_look *in, const struct text *text, char *ret, size_t cap)
{
	bool is_below = text->path[0] == '%';

	(void)snprintf(ret, cap, "%s%s", is_below ? in->win->root : "", text->path + is_below);
}

/* ---- bootstat.dat, here and on the ESP ---- */

static int bootstat_head(struct evidence *e, const char *path, struct rs_view p, struct rs_err *err)
{
	struct win_bootstat head;

	if (!win_bootstat_head(p, &head) || head.last_boot_succeeded)
		return 0;
	struct ev_item *i = ev_add(e, EV_START_FAILED, EV_BOOT_STATUS, 0);
	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = ev_text(e, "%s", path);
	i->text = ev_text(e, "the last start did not come to its end");
	return 0;
}

static int bootstats(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	struct ev_bytes b;
	char path[PATH_CAP];

	path_of(in, &bootstat_text, path, sizeof(path));
	int r = ev_bytes_read(
		in, e, EV_BOOT_STATUS, path, bootstat_text.cap, bootstat_text.is_head, &b, err);
	auto_free uint8_t *p = b.p;
	if (r == 0 && p)
		r = bootstat_head(e, path, (struct rs_view){p, b.len}, err);
	if (r == 0 && p)
		r = text_rows(in, e, &bootstat_text, path, &b, err);
	if (r < 0 || !in->esp_bootstat.len)
		return r;
	struct reading esp = {
		.in = in, .e = e, .text = &bootstat_text, .where = "EFI partition, BOOTSTAT.DAT"};
	e->bytes += in->esp_bootstat.len;
	return read_rows(&esp, in->esp_bootstat, err);
}

/* ---- error reports ---- */

struct report {
	char path[PATH_CAP];
	uint64_t ref, written;
};

struct reports {
	const char *folder;
	struct report *v;
	size_t n;
	bool is_memory_out;
};

static bool take_report(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct reports *l = user;

	if (!is_dir || strncasecmp(name, "Kernel_", 7) != 0)
		return true;
	struct report *to = rs_list_add(&l->v, &l->n, sizeof(*to));
	l->is_memory_out = !to;
	if (!to)
		return false;
	to->ref = ref;
	(void)snprintf(to->path, sizeof(to->path), "%s\\%.255s\\Report.wer", l->folder, name);
	return l->n < WER_FOLDERS;
}

static int newest_first(const void *a, const void *b)
{
	const struct report *x = a, *y = b;

	return x->written == y->written	 ? strcmp(x->path, y->path)
	       : x->written > y->written ? -1
					 : 1;
}

static int reports_of(
	const struct ev_look *in, struct evidence *e, const char *folder, struct rs_err *err)
{
	struct reports l = {.folder = folder};
	struct nt_stat stat;
	uint64_t ref;

	if (nt_lookup(in->vol, folder, &ref, NULL) < 0)
		return 0;
	int r = nt_list(in->vol, ref, take_report, &l, NULL);
	auto_free struct report *v = l.v;
	if (l.is_memory_out)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	if (r < 0 && !rs_err_ends(r))
		r = ev_lose(e, EV_ERROR_REPORT, folder, "the folder cannot be read to its end", 0)
			    ? 0
			    : r;
	for (size_t i = 0; i < l.n; i++)
		if (nt_stat(in->vol, v[i].ref, &stat, NULL) == 0)
			v[i].written = stat.modified;
	if (l.n)
		qsort(v, l.n, sizeof(*v), newest_first);
	for (size_t i = 0; r == 0 && i < l.n && i < WER_MOST; i++)
		r = text_file(in, e, &wer_text, v[i].path, err);
	return r;
}

static int reports(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	int r = reports_of(in, e, "\\ProgramData\\Microsoft\\Windows\\WER\\ReportArchive", err);

	return r < 0 ? r
		     : reports_of(
			       in, e, "\\ProgramData\\Microsoft\\Windows\\WER\\ReportQueue", err);
}

int ev_from_traces(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	char path[PATH_CAP];
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
		path_of(in, &texts[i], path, sizeof(path));
		r = text_file(in, e, &texts[i], path, err);
	}
	if (r == 0)
		r = bootstats(in, e, err);
	if (r == 0)
		r = reports(in, e, err);
	return r < 0 ? r : ev_from_vendors(in, e, err);
}
