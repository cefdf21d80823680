/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of Windows lies once on the disk and has two names: one in its component's folder of
 * WinSxS, one where Windows uses it. What took it away took the second name. So the file is still
 * there, and this is the proof that it is that file, and whole:
 *
 *   servicing named the component's version as the one that wins (windows/component.h),
 *   it is the only winner that has a file of this name for such a folder,
 *   its record has no name outside of the store: what it would be elsewhere is what is missing,
 *   where its manifest can be read, that puts it into this very folder,
 *   no update is half applied, and the program is whole (headers, checksum, the digest of its own
 *   signature if it has one) and for the processor that the folder is for.
 *
 * Manifests compressed as a difference and copies that are such are named, and not read. */
#include "judge/putback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"

#define STORE "\\WinSxS\\"

static void find_done(struct find *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->copies[i].path);
	for (size_t i = 0; i < f->n_others; i++)
		free(f->others[i].path);
	free(f->others);
	free(f->copies);
	free(f->why);
}

/* ---- where it belongs ---- */

static const struct {
	const char *folder;
	bool is_32;
} folders[] = {{"", false}, {"System32", false}, {"System32\\drivers", false}, {"SysWOW64", true}};

static int place(struct find *f, const char *path, struct rs_err *err)
{
	const size_t root = strlen(f->in->win->root);
	auto_free char *folder = strndup(path, (size_t)(f->name - 1 - path));
	struct rs_err why = {0};
	struct nt_stat s = {0};

	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "findings");
	for (size_t i = 0; strlen(folder) >= root && i < sizeof(folders) / sizeof(folders[0]);
		i++) {
		const char *rest = folder + root + (folder[root] == '\\');
		if (strcasecmp(rest, folders[i].folder) == 0) {
			f->folder = folders[i].folder;
			f->is_32 = folders[i].is_32;
		}
	}
	if (!f->folder || !win_has_path(f->in->vol, f->in->win->root, path))
		return putback_no(
			f, err, "which component has a file of that folder cannot be told");
	int r = nt_lookup(f->in->vol, folder, &f->dir_ref, &why);
	if (r == 0)
		r = nt_stat(f->in->vol, f->dir_ref, &s, &why);
	if (r < 0)
		return putback_unknown(f, "its folder", r, &why, err);
	if (!s.is_dir || s.is_reparse)
		return putback_no(f, err, "its folder is no plain folder");
	return 0;
}

/* An update that waits or was cut off: which versions win is not settled. */
static int check_settled(struct find *f, struct rs_err *err)
{
	struct win_pending pending = {0};
	struct rs_err why = {0};
	int r = win_pending_read(f->in->vol, f->in->win, &pending, &why);

	if (r < 0)
		r = putback_unknown(f, "what waits for the next start", r, &why, err);
	else if (pending.update_pending)
		r = putback_no(f, err,
			"an update is half applied (%s): which version Windows uses is not "
			"settled",
			pending.update_reason);
	win_pending_done(&pending);
	return r;
}

/* ---- copies in the store ---- */

static bool wants(void *user, const char *name, bool is_dir)
{
	const struct find *f = user;

	return !is_dir && nt_name_equal(f->in->vol, name, f->name);
}

static bool is_for(const struct find *f, const struct win_component *c)
{
	for (size_t i = 0; !f->is_32 && i < WIN_N_ARCHS; i++)
		if (strcmp(win_archs[i].word, f->in->win->arch) == 0)
			return strcasecmp(win_archs[i].in_registry, c->arch) == 0;
	return f->is_32 && (!strcasecmp(c->arch, "wow64") || !strcasecmp(c->arch, "x86"));
}

/* "\\Windows\\WinSxS\\COMPONENT\\name": directly in a component's folder. Below it (f, r) lie
 * differences. */
static bool is_in_store(const struct find *f, const char *path, struct win_component *ret)
{
	const size_t root = strlen(f->in->win->root), store = strlen(STORE);
	char component[260];

	if (strncasecmp(path, f->in->win->root, root) != 0 ||
		strncasecmp(path + root, STORE, store) != 0)
		return false;
	const char *at = path + root + store;
	const char *end = strchr(at, '\\');
	if (!end || strchr(end + 1, '\\') || (size_t)(end - at) >= sizeof(component))
		return false;
	memcpy(component, at, (size_t)(end - at));
	component[end - at] = '\0';
	return win_component_parse(component, ret) && is_for(f, ret);
}

static bool take(void *user, const struct nt_entry *e)
{
	struct find *f = user;
	struct copy one = {.ref = e->ref};

	if (e->is_dir || e->is_orphan || e->is_system)
		return true;
	const bool is_copy = is_in_store(f, e->path, &one.c);
	if ((is_copy ? f->n : f->n_others) == COPIES_MAX)
		return true;
	one.path = strdup(e->path);
	struct copy *to = !one.path ? NULL
			  : is_copy ? rs_list_add(&f->copies, &f->n, sizeof(*to))
				    : rs_list_add(&f->others, &f->n_others, sizeof(*to));
	if (to)
		*to = one;
	else
		free(one.path);
	f->no_memory |= !to;
	return to;
}

int putback_copies(struct find *f, struct rs_err *err)
{
	const struct nt_scan_ops ops = {.user = f, .entry = take, .wants = wants};
	struct nt_scan_result found;
	struct rs_err why = {0};
	int r = nt_scan(f->in->raw, &ops, f->in->task, &found, &why);

	if (r < 0)
		return putback_unknown(f, "the volume", r, &why, err);
	if (f->no_memory)
		return rs_fail(err, RS_E_MEMORY, "findings");
	return found.damaged ? putback_no(f, err, "records of the volume cannot be read") : 0;
}

/* ---- which of them Windows uses ---- */

static bool is_same_component(const struct win_component *a, const struct win_component *b)
{
	return strcasecmp(a->head, b->head) == 0 && strcasecmp(a->culture, b->culture) == 0;
}

/* Has one of this component been looked at already? */
static bool is_again(const struct find *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_same_component(&f->copies[k].c, &f->copies[i].c))
			return true;
	return false;
}

static struct copy *copy_of_version(
	struct find *f, const struct win_component *c, const char *version)
{
	for (size_t i = 0; i < f->n; i++)
		if (is_same_component(&f->copies[i].c, c) &&
			strcmp(f->copies[i].c.version, version) == 0)
			return &f->copies[i];
	return NULL;
}

/* One component: its winner, if that has the file. A winner without it does not install it. */
static int ask_one(struct find *f, struct win_hive *software, const struct win_component *c,
	struct copy **winner, struct rs_err *err)
{
	enum win_winner is;
	char version[32];
	struct rs_err why = {0};
	int r = win_component_winner(software, c, &is, version, &why);

	if (r < 0)
		return putback_unknown(
			f, "what SOFTWARE says of the components that win", r, &why, err);
	if (is == WIN_WINNER_UNCLEAR)
		return putback_no(f, err,
			"which version of %s%s Windows uses is not told clearly by the registry",
			c->head, c->culture);
	struct copy *one = is == WIN_WINNER_NONE ? NULL : copy_of_version(f, c, version);
	if (one && *winner)
		return putback_no(f, err, "two components have a file of that name: %s, %s",
			(*winner)->path, one->path);
	if (one)
		*winner = one;
	return 0;
}

static int choose(struct find *f, struct copy **ret, struct rs_err *err)
{
	auto_hive struct win_hive *software = NULL;
	char path[PATH_CAP];
	struct rs_err why = {0};

	(void)snprintf(path, sizeof(path), "%s\\System32\\config\\SOFTWARE", f->in->win->root);
	int r = win_hive_open_in(f->in->vol, path, &software, &why);
	if (r < 0)
		return putback_unknown(f, "the registry (SOFTWARE)", r, &why, err);
	for (size_t i = 0; r == 0 && !f->why && i < f->n; i++)
		if (!is_again(f, i))
			r = ask_one(f, software, &f->copies[i].c, ret, err);
	if (r == 0 && !f->why && !*ret)
		r = putback_no(f, err,
			"WinSxS has %s, and the registry does not say that Windows uses that "
			"version",
			f->copies[0].path);
	return r;
}

/* ---- is it that one, and whole? ---- */

/* A winner's file has a name where Windows uses it. One that has none is what is missing. */
static int check_names(struct find *f, const struct copy *c, struct rs_err *err)
{
	auto_file_names struct file_names names = {0};
	const size_t root = strlen(f->in->win->root);
	struct rs_err why = {0};
	int r = file_names_read(f->in->vol, c->ref, &names, &why);

	if (r < 0)
		return putback_unknown(f, c->path, r, &why, err);
	for (size_t i = 0; i < names.n; i++) {
		const char *one = names.all[i].path;
		if (strncasecmp(one, f->in->win->root, root) != 0 ||
			strncasecmp(one + root, STORE, strlen(STORE)) != 0)
			return putback_no(f, err, "%s is in its place already: %s", c->path, one);
	}
	return 0;
}

/* *ret_is_said: its manifest names the folder. */
static int check_place(struct find *f, const struct copy *c, bool *ret_is_said, struct rs_err *err)
{
	const size_t root = strlen(f->in->win->root) + strlen(STORE);
	const char *component = c->path + root;
	auto_free uint8_t *text = NULL;
	char path[PATH_CAP], folder[64];
	struct rs_err why = {0};
	size_t len = 0;

	*ret_is_said = false;
	(void)snprintf(path, sizeof(path), "%s" STORE "Manifests\\%.*s.manifest", f->in->win->root,
		(int)strcspn(component, "\\"), component);
	int r = nt_file_load(f->in->vol, path, WIN_MANIFEST_MAX + 1, &text, &len, &why);
	if (r == RS_E_NO_SUCH_FILE)
		return putback_no(f, err, "the component has no manifest any more: %s", path);
	if (r < 0)
		return putback_unknown(f, path, r, &why, err);
	if (len > WIN_MANIFEST_MAX)
		return putback_no(f, err, "%s is too long", path);
	switch (win_component_place((struct rs_view){text, len}, f->name, folder)) {
	case WIN_PLACE_PACKED:
		return 0; /* named in the proof, not read */
	case WIN_PLACE_NAMED:
		*ret_is_said = strcasecmp(folder, f->folder) == 0;
		return *ret_is_said ? 0
				    : putback_no(f, err, "its component puts %s elsewhere: %s",
					      c->path, folder[0] ? folder : f->in->win->root);
	default:
		return putback_no(
			f, err, "the component's manifest does not put %s there", c->path);
	}
}

int putback_check_image(struct find *f, const struct copy *c, struct rs_err *err)
{
	auto_nt_file struct nt_file *file = NULL;
	struct win_image image = {0};
	struct rs_err why = {0};
	int r = nt_file_open(f->in->vol, c->ref, "", &file, &why);

	if (r == 0) {
		struct win_src src = win_src_file(file);
		r = win_image_look(&src, true, true, f->in->task, &image, &why);
	}
	if (r < 0)
		return putback_unknown(f, c->path, r, &why, err);
	if (image.size_bytes >= 4 && memcmp(image.head, "PA30", 4) == 0)
		return putback_no(
			f, err, "%s is compressed as a difference, which is not read", c->path);
	if (image.soundness != WIN_SOUND)
		return putback_no(f, err, "%s is not whole: %s", c->path, image.fault);
	if (!image.is_pe || !image.is_full || image.note[0])
		return putback_no(f, err, "whether %s is whole cannot be told", c->path);
	if (image.machine != putback_machine(f))
		return putback_no(f, err, "%s is for another processor", c->path);
	return 0;
}

static int fill(struct find *f, const struct copy *c, bool is_said, struct putback **ret,
	struct rs_err *err)
{
	auto_putback struct putback *p = calloc(1, sizeof(*p));
	struct rs_err why = {0};
	bool is_zero;

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "findings");
	p->how = PUTBACK_LINK;
	p->dir_ref = f->dir_ref;
	p->source = strdup(c->path);
	if (!p->source ||
		asprintf(&p->proof,
			"Windows' own store has it still (%s); version %s is the one that Windows "
			"uses, %s, it has no other place, and it is whole",
			c->path, c->c.version,
			is_said ? "its manifest puts it there"
				: "its manifest is compressed and was not read") < 0)
		return p->proof = NULL, rs_fail(err, RS_E_MEMORY, "findings");
	int r = nt_stat(f->in->vol, c->ref, &p->stat, &why);
	if (r == 0)
		r = judge_hash(f->in->vol, c->ref, p->sha256, &is_zero, &why);
	if (r < 0)
		return putback_unknown(f, c->path, r, &why, err);
	if (p->stat.is_dir || p->stat.is_reparse)
		return putback_no(f, err, "%s is no plain file", c->path);
	*ret = rs_steal(p);
	return 0;
}

static int link_of_winner(struct find *f, struct putback **ret, struct rs_err *err)
{
	struct copy *c = NULL;
	bool is_said = false;
	int r = f->n ? choose(f, &c, err)
		     : putback_no(f, err, "WinSxS has no file of that name for that folder");

	if (r != 0 || f->why || !c)
		return r;
	r = check_names(f, c, err);
	if (r == 0 && !f->why)
		r = check_place(f, c, &is_said, err);
	if (r == 0 && !f->why)
		r = putback_check_image(f, c, err);
	return r == 0 && !f->why ? fill(f, c, is_said, ret, err) : r;
}

/* The first reason stays, where the second way leads nowhere either. */
static int either_way(struct find *f, struct putback **ret, struct rs_err *err)
{
	int r = check_settled(f, err);

	if (r == 0 && !f->why)
		r = putback_copies(f, err);
	if (r < 0 || f->why)
		return r;
	r = link_of_winner(f, ret, err);
	if (r < 0 || *ret)
		return r;
	auto_free char *first = rs_steal(f->why);
	r = putback_listed(f, ret, err);
	if (r < 0 || *ret)
		return r;
	auto_free char *second = rs_steal(f->why);
	return putback_no(f, err, "%s; %s", first, second);
}

int putback_find(const struct putback_look *in, const char *path, struct putback **ret,
	char **ret_why, struct rs_err *err)
{
	__attribute__((cleanup(find_done))) struct find f = {.in = in, .name = win_path_name(path)};
	struct rs_err own = {0};

	*ret = NULL;
	*ret_why = NULL;
	int r = path[0] == '\\' && f.name > path + 1
			? place(&f, path, &own)
			: putback_no(&f, &own, "its path is not known");
	if (r == 0 && !f.why)
		r = either_way(&f, ret, &own);
	*ret_why = rs_steal(f.why);
	return r < 0 ? rs_err_pass(err, r, &own) : 0;
}
