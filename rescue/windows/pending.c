/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the next start of Windows will do to files on its own: renames left for the session manager,
 * and updates that are half done. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "windows/internal.h"

#define EMPTY_CHUNK 65536U
#define EMPTY_MOST  (512ULL << 20) /* larger than any hive */

struct context {
	struct win_hive *system;
	win_key devices; /* MountedDevices, 0 if there is none */
	const struct win_info *info;
	char letter; /* of the Windows volume, as Windows calls it */
};

/* ---- paths of the list ---- */

static struct win_value device_of(const struct context *c, const char *name)
{
	struct win_value v = {0};

	if (c->devices)
		(void)win_hive_value(c->system, c->devices, name, &v, NULL);
	return v;
}

/* Does the name in MountedDevices ("\DosDevices\X:") mean the Windows volume? Yes, unless both are
 * known and differ: a rename that is looked at in vain does no harm, one that is missed does. */
static bool is_windows_volume(const struct context *c, const char *name)
{
	char own_name[] = "\\DosDevices\\C:";

	own_name[strlen(own_name) - 2] = c->letter;
	if (strcasecmp(own_name, name) == 0)
		return true;
	auto_value struct win_value own = device_of(c, own_name);
	auto_value struct win_value other = device_of(c, name);
	return !own.p || !other.p || (own.len == other.len && memcmp(own.p, other.p, own.len) == 0);
}

static const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncasecmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* "\??\Volume{...}\path": the path if it is the Windows volume, else NULL. */
static const char *volume_path(const struct context *c, const char *rest)
{
	char name[64];
	size_t n = strcspn(rest, "\\");

	if (!after(rest, "Volume{") || n + 5 > sizeof(name) || rest[n] != '\\')
		return NULL;
	(void)snprintf(name, sizeof(name), "\\??\\%.*s", (int)n, rest);
	auto_value struct win_value known = device_of(c, name);
	return known.p && is_windows_volume(c, name) ? rest + n : NULL;
}

static const char *drive_path(const struct context *c, const char *rest)
{
	char name[] = "\\DosDevices\\C:";

	if (!isalpha((unsigned char)rest[0]) || rest[1] != ':' || rest[2] != '\\')
		return NULL;
	name[strlen(name) - 2] = (char)toupper((unsigned char)rest[0]);
	return is_windows_volume(c, name) ? rest + 2 : NULL;
}

/* The volume path of an entry, or the entry itself when it lies elsewhere. */
static char *entry_path(const struct context *c, const char *raw)
{
	const char *s = raw;
	char *joined;

	if (*s == '!') /* target: replace what is there */
		s++;
	if (*s == '*') /* "*1": numbered, seen in the field */
		s += 1 + strspn(s + 1, "0123456789");
	const char *rest = after(s, "\\SystemRoot\\");
	if (rest)
		return asprintf(&joined, "%s\\%s", c->info->root, rest) < 0 ? NULL : joined;
	rest = after(s, "\\??\\");
	if (!rest)
		rest = s;
	const char *path = drive_path(c, rest);
	if (!path)
		path = volume_path(c, rest);
	return strdup(path ? path : raw);
}

/* ---- renames ---- */

static int rename_add(
	struct win_pending *p, const struct context *c, const char *source, const char *target)
{
	struct win_rename *one = rs_list_add(&p->renames, &p->n_renames, sizeof(*one));

	if (!one)
		return RS_E_MEMORY;
	*one = (struct win_rename){entry_path(c, source), entry_path(c, target)};
	return one->source && one->target ? 0 : RS_E_MEMORY;
}

/* A value that need not be there. */
static int optional(int r, struct rs_err *err)
{
	if (r != RS_E_NO_SUCH_FILE)
		return r;
	if (err)
		*err = (struct rs_err){0};
	return 0;
}

static int renames_read(struct win_pending *p, const struct context *c, win_key key,
	const char *name, struct rs_err *err)
{
	auto_list struct win_list l = {0};

	int r = optional(win_hive_list(c->system, key, name, &l, err), err);
	for (size_t i = 0; r == 0 && i < l.n; i += 2) {
		if (!l.p[i][0])
			continue; /* nothing to rename */
		r = rename_add(p, c, l.p[i], i + 1 < l.n ? l.p[i + 1] : "");
		if (r < 0)
			return rs_fail(err, r, "%s", name);
	}
	return r;
}

/* ---- signs of an update ---- */

static void sign(struct win_pending *p, const char *what)
{
	size_t n = strlen(p->update_reason);

	p->update_pending = true;
	(void)snprintf(p->update_reason + n, sizeof(p->update_reason) - n, "%s%s", n ? ", " : "",
		what); /* cut is fine */
}

static int is_list_filled(struct win_hive *h, win_key key, const char *name, struct rs_err *err)
{
	auto_list struct win_list l = {0};

	int r = optional(win_hive_list(h, key, name, &l, err), err);
	return r < 0 ? r : l.n > 0;
}

static bool first_key(void *user, const char *name, win_key sub)
{
	(void)name;
	(void)sub;
	*(bool *)user = true;
	return false;
}

#define CBS "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\"

static int is_exclusive(struct win_hive *h, win_key key, struct rs_err *err)
{
	uint64_t v = 0;
	int r = optional(win_hive_number(h, key, "Exclusive", &v, err), err);

	return r < 0 ? r : v != 0;
}

static int has_key(struct win_hive *h, win_key key, struct rs_err *err)
{
	bool is_found = false;
	int r = win_hive_each_key(h, key, first_key, &is_found, err);

	return r < 0 && !is_found ? r : is_found;
}

static int has_poqexec(struct win_hive *h, win_key key, struct rs_err *err)
{
	return is_list_filled(h, key, "PoqexecCmdline", err);
}

static const struct {
	const char *path, *what;
	/* 1: it says so; NULL: being there does */
	int (*test)(struct win_hive *h, win_key key, struct rs_err *err);
} software_signs[] = {
	{CBS "SessionsPending", "servicing session pending", is_exclusive},
	{CBS "PackagesPending", "packages pending", has_key},
	{CBS "RebootPending", "restart for servicing pending", NULL},
	{"Microsoft\\Windows\\CurrentVersion\\SideBySide\\Configuration", "poqexec at next start",
		has_poqexec},
};

static int software_look(struct win_hive *h, struct win_pending *p, struct rs_err *err)
{
	for (size_t i = 0; i < sizeof(software_signs) / sizeof(software_signs[0]); i++) {
		win_key key = 0;
		int r = optional(
			win_hive_key(h, win_hive_root(h), software_signs[i].path, &key, err), err);
		if (r == 0 && key)
			r = software_signs[i].test ? software_signs[i].test(h, key, err) : 1;
		if (r < 0)
			return r;
		if (r > 0)
			sign(p, software_signs[i].what);
	}
	return 0;
}

/* "C:\Windows": the letter that Windows gives to its own volume. */
static char own_letter(struct win_hive *software)
{
	char text[260];
	win_key key;

	if (win_hive_key(software, win_hive_root(software), "Microsoft\\Windows NT\\CurrentVersion",
		    &key, NULL) == 0 &&
		win_hive_text(software, key, "SystemRoot", text, sizeof(text), NULL) == 0 &&
		isalpha((unsigned char)text[0]) && text[1] == ':')
		return (char)toupper((unsigned char)text[0]);
	return 'C';
}

static int pending_xml(
	struct nt_vol *vol, const struct win_info *info, struct win_pending *p, struct rs_err *err)
{
	char path[WIN_PATH_CAP];
	uint64_t ref = 0;

	(void)snprintf(path, sizeof(path), "%s\\WinSxS\\pending.xml", info->root);
	int r = optional(nt_lookup(vol, path, &ref, err), err);
	if (r == 0 && ref)
		sign(p, "pending.xml");
	return r;
}

/* ---- all of it ---- */

/* A file without a byte that is not zero, as a power cut or a failed write leaves it. */
static bool is_empty(struct nt_vol *vol, const char *path)
{
	auto_free uint8_t *buf = malloc(EMPTY_CHUNK);
	auto_nt_file struct nt_file *f = NULL;
	uint64_t ref;
	size_t n = 0;

	if (!buf || nt_lookup(vol, path, &ref, NULL) < 0 ||
		nt_file_open(vol, ref, "", &f, NULL) < 0 || nt_file_size(f) > EMPTY_MOST)
		return false;
	for (uint64_t off = 0; off < nt_file_size(f); off += n) {
		if (nt_file_read(f, off, buf, EMPTY_CHUNK, &n, NULL) < 0 || !n ||
			!rs_is_zero(buf, n))
			return false;
	}
	return true;
}

/* A hive that need not be there: a Windows without it, or with an empty one, does not start, so
 * nothing is pending. */
static int hive_of(struct nt_vol *vol, const struct win_info *info, const char *name,
	struct win_hive **ret, struct rs_err *err)
{
	char path[WIN_PATH_CAP];

	*ret = NULL;
	(void)snprintf(path, sizeof(path), "%s\\System32\\config\\%s", info->root, name);
	int r = win_hive_open_in(vol, path, ret, err);
	if (r == RS_E_HIVE && is_empty(vol, path))
		r = RS_E_NO_SUCH_FILE;
	if (r == RS_E_NO_SUCH_FILE)
		return optional(r, err);
	if (r < 0)
		(void)rs_err_object(err, path);
	return r;
}

static int system_look(struct context *c, struct win_pending *p, struct rs_err *err)
{
	char path[WIN_PATH_CAP];
	win_key key = 0;
	struct win_hive *h = c->system;

	int r = optional(
		win_hive_key(h, win_hive_root(h), "MountedDevices", &c->devices, err), err);
	win_control_path(c->info, "Control\\Session Manager", path, sizeof(path));
	if (r == 0)
		r = optional(win_hive_key(h, win_hive_root(h), path, &key, err), err);
	if (r < 0 || !key)
		return r;
	r = renames_read(p, c, key, "PendingFileRenameOperations", err);
	if (r == 0)
		r = renames_read(p, c, key, "PendingFileRenameOperations2", err);
	if (r == 0)
		r = is_list_filled(h, key, "SETUPEXECUTE", err);
	if (r > 0)
		sign(p, "SETUPEXECUTE");
	return r < 0 ? r : 0;
}

int win_pending_of(struct win_hive *software, struct win_hive *system, const struct win_info *info,
	struct win_pending *p, struct rs_err *err)
{
	struct context c = {.system = system, .info = info, .letter = 'C'};
	int r = 0;

	if (software) {
		c.letter = own_letter(software);
		r = software_look(software, p, err);
	}
	return r == 0 && system ? system_look(&c, p, err) : r;
}

int win_pending_read(struct nt_vol *vol, const struct win_info *info, struct win_pending *ret,
	struct rs_err *err)
{
	__attribute__((cleanup(win_pending_done))) struct win_pending p = {0};
	auto_hive struct win_hive *system = NULL;
	auto_hive struct win_hive *software = NULL;

	int r = hive_of(vol, info, "SOFTWARE", &software, err);
	if (r == 0)
		r = hive_of(vol, info, "SYSTEM", &system, err);
	if (r == 0)
		r = win_pending_of(software, system, info, &p, err);
	if (r == 0)
		r = pending_xml(vol, info, &p, err);
	if (r < 0)
		return r;
	if (info->setup_in_progress)
		sign(&p, "setup in progress");
	*ret = p;
	p = (struct win_pending){0}; /* the caller owns the list now */
	return 0;
}

void win_pending_done(struct win_pending *p)
{
	for (size_t i = 0; i < p->n_renames; i++) {
		free(p->renames[i].source);
		free(p->renames[i].target);
	}
	free(p->renames);
	*p = (struct win_pending){0};
}
