/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry says: can its hives be read, which driver packages came when, is an update, an
 * upgrade or Driver Verifier under way, was it put to sleep. Files that its services need are in
 * system_gone.c. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "evidence/system.h"

#define PATH_CAP     320
#define HEAD_BYTES   4096U
#define ZERO_CHUNK   65536U
#define ZERO_MOST    (64ULL << 20) /* of a hive that begins with zeros, no more is looked at */
#define MOST_RENAMES 16U
#define MOST_ROWS    200U /* of packages: the newest */

/* ---- hives ---- */

/* SYSTEM is read by the loader, the others by the session manager and what it starts: without one
 * of them there is no start (stops 0x74, 0xC0000218). COMPONENTS only servicing reads. */
static const struct hive {
	const char *name;
	bool is_needed;
} hives[] = {
	{"SYSTEM", true},
	{"SOFTWARE", true},
	{"SAM", true},
	{"SECURITY", true},
	{"DEFAULT", true},
	{"COMPONENTS", false},
};
#define N_HIVES (sizeof(hives) / sizeof(hives[0]))

/* The copy that a person may put back: empty since 1803, unless somebody wants it filled. */
static const char *regback(const struct ev_look *in, struct evidence *e, const char *name)
{
	char sub[64], path[PATH_CAP], time[RS_TIME_LEN];
	struct nt_stat st;

	(void)snprintf(sub, sizeof(sub), "config\\RegBack\\%s", name);
	ev_system_path(in, sub, path, sizeof(path));
	if (ev_system_there(in, path, &st, NULL) != EV_THERE || !st.size_bytes)
		return "; RegBack has no copy of it";
	rs_filetime_text(st.modified, time);
	return ev_text(e, "; RegBack has a copy of %.10s, %llu bytes", time,
		(unsigned long long)st.size_bytes);
}

/* Is there nothing but zeros? What cannot be read is not. */
static bool is_zero_file(const struct ev_look *in, const char *path)
{
	auto_free uint8_t *buf = malloc(ZERO_CHUNK);
	auto_nt_file struct nt_file *f = NULL;
	uint64_t ref;
	size_t n = 0;

	if (!buf || nt_lookup(in->vol, path, &ref, NULL) < 0 ||
		nt_file_open(in->vol, ref, "", &f, NULL) < 0)
		return false;
	for (uint64_t off = 0; off < nt_file_size(f) && off < ZERO_MOST; off += n)
		if (nt_file_read(f, off, buf, ZERO_CHUNK, &n, NULL) < 0 || !n ||
			!rs_is_zero(buf, n))
			return false;
	return true;
}

static void hive_bad(const struct ev_look *in, struct evidence *e, const struct hive *h,
	const char *path, const char *what)
{
	struct ev_item *i = ev_add(e, EV_REGISTRY_BAD, EV_REGISTRY, 0);

	if (!i)
		return;
	i->is_certain = h->is_needed;
	i->where = i->path = ev_text(e, "%s", path);
	i->text = ev_text(e, "the hive %s %s%s", h->name, what, regback(in, e, h->name));
}

/* It begins well, and some of what follows was lost: Windows looks at each bin before it takes a
 * hive, and so it is looked at with what its logs put right. */
static int hive_bins(const struct ev_look *in, struct evidence *e, const struct hive *h,
	const char *path, struct win_hive *hive, struct rs_err *err)
{
	uint64_t first = 0, bad = 0;
	struct rs_err why = {0};
	int r = win_hive_bins(hive, in->task, &first, &bad, &why);

	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		(void)ev_lose(e, EV_REGISTRY, path, why.detail, 0);
	else if (bad)
		hive_bad(in, e, h, path,
			ev_text(e,
				"has places that are none of its own, also with its logs: %" PRIu64
				" bytes, the first at byte %" PRIu64,
				bad, first));
	return 0;
}

/* Opens it; NULL where it cannot be had, which is a row. */
static int hive_open(const struct ev_look *in, struct evidence *e, const struct hive *h,
	struct win_hive **ret, struct rs_err *err)
{
	char sub[64], path[PATH_CAP];
	struct rs_err why = {0};
	struct nt_stat st;

	(void)snprintf(sub, sizeof(sub), "config\\%s", h->name);
	ev_system_path(in, sub, path, sizeof(path));
	if (ev_system_there(in, path, &st, err) == EV_ENDS)
		return err ? err->code : RS_E_CANCELLED;
	int r = win_hive_open_in(in->vol, path, ret, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r == 0 && win_hive_is_cut(*ret)) {
		hive_bad(in, e, h, path, "is cut off: its file ends before it does");
		return 0;
	}
	if (r == 0)
		return hive_bins(in, e, h, path, *ret, err);
	if (r == RS_E_HIVE && !st.size_bytes)
		hive_bad(in, e, h, path, "is empty");
	else if (r == RS_E_HIVE && is_zero_file(in, path))
		hive_bad(in, e, h, path, "holds nothing but zeros");
	else if (r == RS_E_HIVE)
		hive_bad(in, e, h, path, ev_text(e, "cannot be read: %s", why.detail));
	else if (r < 0 && r != RS_E_NO_SUCH_FILE)
		(void)ev_lose(e, EV_REGISTRY, path, why.detail, 0);
	return r == RS_E_NO_SUCH_FILE ? r : 0;
}

/* A hive that is missing is one of an installation that could start otherwise: its session manager
 * is there, and most of its other hives. */
static void tell_missing(const struct ev_look *in, struct evidence *e, const bool is_gone[N_HIVES])
{
	char path[PATH_CAP], sub[64];
	struct nt_stat st;
	unsigned needed = 0, gone = 0;

	ev_system_path(in, "smss.exe", path, sizeof(path));
	if (ev_system_there(in, path, &st, NULL) != EV_THERE)
		return;
	for (size_t i = 0; i < N_HIVES; i++) {
		needed += hives[i].is_needed;
		gone += hives[i].is_needed && is_gone[i];
	}
	for (size_t i = 0; i < N_HIVES; i++) {
		const bool is_first = i < 2; /* which make a folder a Windows (facts.c) */
		if (!is_gone[i] || !hives[i].is_needed || (!is_first && 2 * gone > needed))
			continue;
		(void)snprintf(sub, sizeof(sub), "config\\%s", hives[i].name);
		ev_system_path(in, sub, path, sizeof(path));
		hive_bad(in, e, &hives[i], path, "is missing");
	}
}

static int read_system(
	const struct ev_look *in, struct evidence *e, struct win_hive *h, struct rs_err *err)
{
	char path[PATH_CAP];
	struct rs_err why = {0};
	struct nt_stat st;
	auto_hive struct win_hive *more = NULL;

	ev_system_path(in, "config\\SYSTEM", path, sizeof(path));
	if (ev_system_there(in, path, &st, NULL) == EV_THERE)
		e->bytes += st.size_bytes;
	int r = win_system_read(h, in->win->control_set ? in->win->control_set : 1, in->win->root,
		in->task, &e->system, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r == RS_E_HIVE) { /* not even its control set: the loader fares no better */
		hive_bad(in, e, &hives[0], path, ev_text(e, "is damaged: %s", why.detail));
		return 0;
	}
	if (r < 0) {
		(void)ev_lose(e, EV_REGISTRY, path, why.detail, 0);
		return 0;
	}
	if (e->system->note[0])
		(void)ev_lose(e, EV_REGISTRY, path, e->system->note, 0);
	if (win_hive_note(h)[0])
		(void)ev_lose(e, EV_REGISTRY, path, win_hive_note(h), 0);
	ev_system_path(in, "config\\DRIVERS", path, sizeof(path));
	r = win_hive_open_in(in->vol, path, &more, &why);
	if (r == 0)
		r = win_system_packages(more, in->task, e->system, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0 && r != RS_E_NO_SUCH_FILE)
		(void)ev_miss(e, EV_DRIVER_STORE, path, why.detail);
	return 0;
}

static int look_at_hives(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	bool is_gone[N_HIVES] = {false};

	for (size_t i = 0; i < N_HIVES; i++) {
		auto_hive struct win_hive *h = NULL;
		int r = hive_open(in, e, &hives[i], &h, err);
		is_gone[i] = r == RS_E_NO_SUCH_FILE;
		if (r < 0 && !is_gone[i])
			return r;
		if (i == 0 && h) {
			r = read_system(in, e, h, err);
			if (r < 0)
				return r;
		}
	}
	tell_missing(in, e, is_gone);
	return 0;
}

/* ---- packages ---- */

/* Does the service's file lie in the package's folder of the driver store? */
static bool is_run_from(const struct win_service *one, const char *folder)
{
	const char *at = strcasestr(one->path, "\\FileRepository\\");

	at = at ? at + strlen("\\FileRepository\\") : "";
	return strncasecmp(at, folder, strlen(folder)) == 0 && at[strlen(folder)] == '\\';
}

/* "x.inf" installs a service x, or x.sys: nearly always, where nothing says who owns it. */
static bool is_named_alike(const struct win_service *one, const char *original)
{
	const char *slash = strrchr(one->path, '\\');
	const char *name = slash ? slash + 1 : one->path;
	size_t n = strcspn(original, ".");

	if (!n || one->inf[0])
		return false;
	return (strncasecmp(one->name, original, n) == 0 && !one->name[n]) ||
	       (strncasecmp(name, original, n) == 0 && name[n] == '.');
}

/* The driver that a package brought, by the surest sign. */
static const struct win_service *service_of(const struct win_system *s, const struct win_package *p)
{
	const struct win_service *owned = NULL, *alike = NULL;

	for (size_t i = 0; i < s->n_services; i++) {
		const struct win_service *one = &s->services[i];
		if (!one->is_driver)
			continue;
		if (is_run_from(one, p->folder))
			return one;
		if (!owned && p->inf[0] && strcasecmp(one->inf, p->inf) == 0)
			owned = one;
		if (!alike && is_named_alike(one, p->original))
			alike = one;
	}
	return owned ? owned : alike;
}

/* How many came after it: only the newest are told. */
static bool is_among_newest(const struct win_system *s, uint64_t imported)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_packages && n < MOST_ROWS; i++)
		n += s->packages[i].imported > imported;
	return n < MOST_ROWS;
}

static void packages(struct evidence *e)
{
	const struct win_system *s = e->system;

	for (size_t i = 0; i < s->n_packages; i++) {
		const struct win_package *p = &s->packages[i];
		if (!p->imported || !is_among_newest(s, p->imported))
			continue;
		const struct win_service *by = service_of(s, p);
		struct ev_item *row = ev_add(e, EV_PACKAGE, EV_DRIVER_STORE, p->imported);
		if (!row)
			return;
		row->where = ev_text(e, "SYSTEM\\DriverDatabase\\DriverPackages\\%s", p->folder);
		const char *provider = p->provider[0] ? p->provider : "nobody named";
		row->text =
			p->version[0]
				? ev_text(e,
					  "driver package %s (%s, version %s) of %s came onto "
					  "this machine",
					  p->original, p->inf, p->version, provider)
				: ev_text(e, "driver package %s (%s) of %s came onto this machine",
					  p->original, p->inf, provider);
		row->product = ev_text(e, "%s", p->provider);
		row->package = ev_text(e, "%s", p->folder);
		row->path = by ? ev_text(e, "%s", by->path) : "";
		row->service = by ? ev_text(e, "%s", by->name) : "";
	}
}

/* ---- state ---- */

static void tell(struct evidence *e, enum ev_what what, uint64_t time, bool is_certain,
	const char *where, const char *text)
{
	struct ev_item *i = ev_add(e, what, EV_REGISTRY, time);

	if (!i)
		return;
	i->is_certain = is_certain;
	i->where = where;
	i->text = text;
}

static void state(const struct ev_look *in, struct evidence *e)
{
	const struct win_system *s = e->system;

	if (s->is_verifier_on)
		tell(e, EV_VERIFIER_ON, 0, s->verified[0],
			"SYSTEM, Session Manager\\Memory Management",
			s->verified[0]
				? ev_text(e, "Driver Verifier is on for %s",
					  s->verified[0] == '*' ? "all drivers" : s->verified)
				: "Driver Verifier has a level, and no driver to look at");
	if (s->shutdown)
		tell(e, EV_STOP, s->shutdown, false, "SYSTEM, Control\\Windows, ShutdownTime",
			"Windows was shut down in order");
	if (in->win->setup_in_progress || s->upgrade || s->rollback)
		tell(e, EV_SETUP, 0, true, "SYSTEM\\Setup",
			s->rollback ? "an upgrade of Windows is being rolled back"
				    : "an installation or upgrade of Windows is under way");
}

/* ---- an update that is half applied, and renames that wait ---- */

static bool is_driver_file(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcasecmp(dot, ".sys") == 0;
}

static void renames(struct evidence *e, const struct win_pending *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->n_renames && n < MOST_RENAMES; i++) {
		const struct win_rename *one = &p->renames[i];
		if (!is_driver_file(one->source) && !is_driver_file(one->target))
			continue;
		struct ev_item *row = ev_add(e, EV_OTHER, EV_REGISTRY, 0);
		if (!row)
			return;
		row->where = "SYSTEM, Session Manager, PendingFileRenameOperations";
		row->path = ev_text(e, "%s", one->target[0] ? one->target : one->source);
		row->text = one->target[0] ? ev_text(e, "at its next start Windows puts %s there",
						     one->source)
					   : "at its next start Windows deletes it";
		n++;
	}
}

/* What pending.c calls them; certain is what only an open transaction leaves. */
static const struct sign {
	const char *found, *text;
	bool is_certain;
} signs[] = {
	{"pending.xml", "WinSxS\\pending.xml holds a transaction", true},
	{"servicing session pending", "a servicing session is open (SessionsPending\\Exclusive)",
		true},
	{"poqexec at next start", "poqexec is to run at the next start (PoqexecCmdline)", true},
	{"SETUPEXECUTE", "a command is to run at the next start (SetupExecute)", true},
	{"packages pending", "packages wait for their installation (PackagesPending)", false},
	{"restart for servicing pending", "servicing waits for a restart (RebootPending)", false},
};

static int pending(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	__attribute__((cleanup(win_pending_done))) struct win_pending p = {0};
	struct rs_err why = {0};

	int r = win_pending_read(in->vol, in->win, &p, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		(void)ev_lose(e, EV_REGISTRY, "pending work", why.detail, 0);
		return 0;
	}
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(p.update_reason, signs[i].found))
			tell(e, EV_UPDATE_PENDING, 0, signs[i].is_certain, signs[i].found,
				signs[i].text);
	renames(e, &p);
	return 0;
}

/* ---- asleep ---- */

#define HIBER "\\hiberfil.sys"

static int hibernation(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	auto_nt_file struct nt_file *f = NULL;
	struct rs_err why = {0};
	struct nt_stat st = {0};
	char magic[5] = "";
	uint64_t ref;
	size_t n = 0;

	if (!ev_is_ours(in, 0, 0))
		return 0;
	int r = nt_lookup(in->vol, HIBER, &ref, &why);
	if (r == 0)
		r = nt_stat(in->vol, ref, &st, &why);
	if (r == 0)
		r = nt_file_open(in->vol, ref, "", &f, &why);
	if (r == 0)
		r = nt_file_read(f, 0, magic, 4, &n, &why);
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0) {
		if (r != RS_E_NO_SUCH_FILE)
			(void)ev_lose(e, EV_HIBERNATION, HIBER, why.detail, 0);
		return 0;
	}
	bool is_image = strcasecmp(magic, "hibr") == 0, is_resume = strcasecmp(magic, "rstr") == 0;
	if (!is_image && !is_resume)
		return 0;
	struct ev_item *i = ev_add(
		e, is_resume ? EV_RESUME_FAILED : EV_HIBERNATED, EV_HIBERNATION, st.modified);
	if (!i)
		return 0;
	i->is_certain = true;
	i->where = HIBER;
	i->text = is_resume ? "Windows began to wake up from hibernation and did not finish"
		  : e->system && e->system->is_hiberboot
			  ? "there is an image to wake up from (hibernation, or a fast start-up)"
			  : "there is an image of a hibernation to wake up from";
	return 0;
}

int ev_from_system(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	int r = look_at_hives(in, e, err);

	if (r == 0)
		r = pending(in, e, err);
	if (r == 0)
		r = hibernation(in, e, err);
	if (r < 0 || !e->system)
		return r;
	packages(e);
	state(in, e);
	return ev_system_gone(in, e, err);
}
