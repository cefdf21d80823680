/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that the evidence speaks of, each looked at once. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "core/text.h"
#include "evidence/evidence.h"
#include "ntfs/stream.h"

/* Names that are Windows' own wherever they lie below its folders: the kernel, what it loads with
 * itself, what the modules of any crash hold. */
static const char *const own_names[] = {"ntoskrnl.exe", "ntkrnlpa.exe", "ntkrnlmp.exe",
	"ntkrpamp.exe", "hal.dll", "kdcom.dll", "bootvid.dll", "ci.dll", "pshed.dll", "clfs.sys",
	"tm.sys", "msrpc.sys", "werkernel.sys", "ksecdd.sys", "ksecpkg.sys", "cng.sys",
	"fltmgr.sys", "ntfs.sys", "fastfat.sys", "ndis.sys", "netio.sys", "tcpip.sys",
	"fwpkclnt.sys", "afd.sys", "http.sys", "srv2.sys", "rdbss.sys", "mrxsmb.sys", "win32k.sys",
	"win32kbase.sys", "win32kfull.sys", "dxgkrnl.sys", "dxgmms1.sys", "dxgmms2.sys",
	"watchdog.sys", "wdf01000.sys", "wdfldr.sys", "acpi.sys", "pci.sys", "disk.sys",
	"classpnp.sys", "storport.sys", "scsiport.sys", "ataport.sys", "atapi.sys", "volmgr.sys",
	"volmgrx.sys", "volsnap.sys", "volume.sys", "mountmgr.sys", "partmgr.sys", "fvevol.sys",
	"usbhub.sys", "usbhub3.sys", "usbport.sys", "usbxhci.sys", "ucx01000.sys", "hidclass.sys",
	"portcls.sys", "ks.sys", "intelppm.sys", "amdppm.sys", "smss.exe", "csrss.exe",
	"wininit.exe", "winlogon.exe", "services.exe", "lsass.exe", "svchost.exe", "ntdll.dll",
	"kernel32.dll", "kernelbase.dll", "user32.dll", "winload.exe", "winload.efi",
	"winresume.exe", "winresume.efi"};

/* ---- one look ---- */

/* Is the path directly in the folder @dir of the Windows at @root? */
static bool is_in(const char *path, const char *root, const char *dir)
{
	size_t n = strlen(root), m = strlen(dir);

	return strncasecmp(path, root, n) == 0 && strncasecmp(path + n, dir, m) == 0 &&
	       !strchr(path + n + m, '\\');
}

/* Should it be a program? Content files have the names of drivers, too, in folders of their own. */
static bool is_program(const struct evidence *e, const char *path)
{
	if (win_path_ends(path, ".exe") || win_path_ends(path, ".dll"))
		return true;
	if (win_path_ends(path, ".sys") && (is_in(path, e->root, "\\System32\\drivers\\") ||
						   is_in(path, e->root, "\\System32\\")))
		return true;
	for (size_t i = 0; e->system && i < e->system->n_services; i++) {
		const struct win_service *s = &e->system->services[i];
		if (s->is_driver && s->path && strcasecmp(s->path, path) == 0)
			return true;
	}
	return false;
}

static void why_not(struct evidence *e, struct ev_file *f, const struct rs_err *why)
{
	f->fault = ev_text(e, "cannot be read: %s%s%s", rs_err_info(why->code)->text,
		why->detail[0] ? ": " : "", why->detail);
	(void)ev_lose(e, EV_FILE, f->path, f->fault, 0);
}

/* Zeros that say nothing: contents that a replay does not know, and clusters that were never
 * written. The image then claims nothing. */
static void pardon_zeros(const struct ev_look *in, const struct nt_stat *s, struct ev_file *f)
{
	bool is_zero = f->image.soundness == WIN_ALL_ZERO ||
		       (f->image.soundness == WIN_NO_PROGRAM &&
			       rs_is_zero(f->image.head, sizeof(f->image.head)));
	auto_nt_stream struct nt_stream data = {0};

	if (!is_zero)
		return;
	f->is_unlogged = s->is_unlogged;
	if (f->is_unlogged) {
		f->image.soundness = WIN_SOUND;
		f->image.fault[0] = '\0';
	} else if (in->raw && nt_stream_open(in->raw, NT_REF_RECORD(f->ref), NT_AT_DATA, "", &data,
				      NULL) == 0) {
		f->is_unwritten = !data.is_resident && data.data_bytes && !data.initialized_bytes;
	}
}

static int look(const struct ev_look *in, struct evidence *e, bool is_full, struct ev_file *f,
	struct rs_err *err)
{
	auto_nt_file struct nt_file *file = NULL;
	struct rs_err why = {0};
	struct nt_stat s = {0};

	int r = nt_stat(in->vol, f->ref, &s, &why);
	if (r == 0) {
		f->size_bytes = s.size_bytes;
		f->created = s.created;
		f->modified = s.modified;
		f->changed = s.changed;
		if (s.is_dir) {
			f->fault = "a folder";
			return 0;
		}
		r = nt_file_open(in->vol, f->ref, "", &file, &why);
	}
	if (r == 0) {
		struct ev_counted c;
		struct win_src src = ev_counted_src(e, file, &c);
		r = win_image_look(
			&src, is_program(e, f->path), is_full, in->task, &f->image, &why);
	}
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	f->is_looked = r == 0;
	f->fault = "";
	if (r < 0)
		why_not(e, f, &why);
	else
		pardon_zeros(in, &s, f);
	return 0;
}

static struct ev_file *known(struct evidence *e, const char *path)
{
	for (size_t i = 0; i < e->n_files; i++)
		if (strcasecmp(e->files[i]->path, path) == 0)
			return e->files[i];
	return NULL;
}

static struct ev_file *file_add(struct evidence *e, const char *path)
{
	auto_free struct ev_file *f = calloc(1, sizeof(*f));
	struct ev_file **to = f ? rs_list_add(&e->files, &e->n_files, sizeof(*to)) : NULL;

	if (!to)
		return NULL;
	f->path = ev_text(e, "%s", path);
	f->fault = "";
	return *to = rs_steal(f);
}

int ev_file_find(const struct ev_look *in, struct evidence *e, const char *path,
	struct ev_file **ret, struct rs_err *err)
{
	struct rs_err why = {0};
	struct ev_file *f = known(e, path);

	*ret = f;
	if (f) /* what is not there or cannot be read does not get better */
		return 0;
	*ret = f = file_add(e, path);
	if (!f)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	int r = nt_lookup(in->vol, path, &f->ref, &why);
	if (r == 0)
		return 0;
	f->ref = 0;
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r == RS_E_NO_SUCH_FILE)
		f->fault = "it is not there";
	else
		why_not(e, f, &why);
	return 0;
}

int ev_file_look(const struct ev_look *in, struct evidence *e, const char *path, bool is_full,
	struct ev_file **ret, struct rs_err *err)
{
	int r = ev_file_find(in, e, path, ret, err);

	if (r < 0)
		return r;
	struct ev_file *f = *ret;
	bool is_first = !f->is_looked && !f->fault[0]; /* and it is there */
	bool wants_more = is_full && f->is_looked && !f->image.is_full && !f->image.note[0];
	return is_first || wants_more ? look(in, e, is_full, f, err) : 0;
}

/* ---- whose is it? ---- */

static bool is_microsoft(const char *company)
{
	static const char name[] = "Microsoft Corporation";

	return strncasecmp(company, name, sizeof(name) - 1) == 0 &&
	       strspn(company + sizeof(name) - 1, " .") == strlen(company + sizeof(name) - 1);
}

/* Did the package of this published name come from somebody else than Microsoft? */
static bool is_foreign_package(const struct win_system *s, const char *inf)
{
	if (strncasecmp(inf, "oem", 3) != 0)
		return false;
	for (size_t i = 0; i < s->n_packages; i++) {
		const struct win_package *p = &s->packages[i];
		if (p->inf && strcasecmp(p->inf, inf) == 0)
			return !p->provider || strncasecmp(p->provider, "Microsoft", 9) != 0;
	}
	return true;
}

static bool is_foreign(const struct evidence *e, const char *path)
{
	for (size_t i = 0; e->system && i < e->system->n_services; i++) {
		const struct win_service *s = &e->system->services[i];
		if (s->path && s->inf && s->inf[0] && strcasecmp(s->path, path) == 0 &&
			is_foreign_package(e->system, s->inf))
			return true;
	}
	return false;
}

static bool is_core(const char *path, const char *root)
{
	const char *name = strrchr(path, '\\');

	if (!is_in(path, root, "\\System32\\") && !is_in(path, root, "\\System32\\drivers\\"))
		return false;
	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
		if (strcasecmp(name + 1, own_names[i]) == 0)
			return true;
	return false;
}

/* Where Windows puts what is its own; a file elsewhere may claim any maker. */
static bool is_windows_place(const char *path, const char *root)
{
	const char *const places[] = {
		root, "\\Program Files", "\\Program Files (x86)", "\\ProgramData\\Microsoft"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const size_t len = strlen(places[i]);
		if (strncasecmp(path, places[i], len) == 0 && path[len] == '\\')
			return strncasecmp(path + len, "\\Temp\\", 6) != 0;
	}
	return false;
}

bool ev_is_windows_own(const struct evidence *e, const struct ev_file *f)
{
	if (!f->ref || is_foreign(e, f->path))
		return false;
	return is_core(f->path, e->root) || (f->is_looked && is_microsoft(f->image.company) &&
						    is_windows_place(f->path, e->root));
}
