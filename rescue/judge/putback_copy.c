/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Others' drivers have a signature of their own, or a catalogue that Microsoft signed for their
 * maker: where a file of the folder of drivers is missing, those count as well, wherever the file
 * lies (an antivirus' quarantine that keeps it as it is, our own, the driver store).
 *
 * Where the store has no record that is proven to be the file: its contents may lie elsewhere (in
 * another component, in Windows.old, in dllcache, wherever). What proves them is a catalogue of
 * this Windows: signed by whom a pinned certificate lets sign parts of Windows, and listing their
 * digest. And the program's own signed text says its name, so that one is not put in another's
 * place. Where two different contents are proven, which of them Windows uses is not known: none is
 * taken. */
#include "judge/putback_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/list.h"
#include "core/text.h"
#include "windows/signed.h"

#define DRIVERS		   "System32\\drivers" /* as place() of putback.c has it */
#define UNIX_EPOCH_SECONDS 11644473600U	       /* of a FILETIME */
#define LISTED_MAX	   64U		       /* files that are looked at */
#define CATALOGUES	   "System32\\CatRoot\\{F750E6C3-38EE-11D1-85E5-00C04FC295EE}"

struct candidate {
	const struct copy *copy;
	uint8_t authenticode[32];
	struct win_proof own; /* its own signature */
	uint16_t version[4];
	char *catalogue; /* that lists it; NULL: none does */
};

struct listing {
	struct find *f;
	const struct win_roots *roots;
	struct candidate *all;
	size_t n;
	char **catalogues; /* names */
	size_t n_catalogues;
	bool is_drivers; /* others' files belong there, too: their own signature counts */
	bool no_memory;
	char why[WIN_SIGNED_WHY]; /* the last catalogue that has a digest, and is not believed */
	char *why_copy;		  /* the last copy that does not count */
};

static void listing_done(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->all[i].catalogue);
	free(l->all);
	for (size_t i = 0; i < l->n_catalogues; i++)
		free(l->catalogues[i]);
	free(l->catalogues);
	free(l->why_copy);
}

/* Told if nothing is proven in the end. */
static int is_none(struct listing *l, const struct copy *c, struct rs_err *err, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
static int is_none(
	struct listing *l, const struct copy *c, struct rs_err *err, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	free(l->why_copy);
	l->why_copy = NULL;
	if (!text || asprintf(&l->why_copy, "%s: %s", c->path, text) < 0)
		return l->why_copy = NULL, rs_fail(err, RS_E_MEMORY, "findings");
	return 0;
}

/* "user32" and "user32.dll" for user32.dll: Windows' own files have either. */
static bool is_its_name(const char *original, const char *name)
{
	const char *dot = strrchr(name, '.');
	const size_t stem = dot ? (size_t)(dot - name) : strlen(name);

	return strcasecmp(original, name) == 0 ||
	       (strlen(original) == stem && strncasecmp(original, name, stem) == 0);
}

/* Of a whole program for the processor, of that name: NULL, else what it is instead. */
static const char *why_other(const struct listing *l, const struct win_image *image)
{
	if (!image->is_pe)
		return "it is no program as it lies there (encoded, it may be)";
	if (image->soundness != WIN_SOUND)
		return image->fault;
	if (!image->is_full)
		return "not all of it could be looked at";
	if (image->machine != putback_machine(l->f))
		return "it is for another processor";
	return NULL;
}

/* Whole, of that name, and with a digest. What is not is no candidate, and no error. */
static int look_at(struct listing *l, const struct copy *c, struct rs_err *err)
{
	auto_nt_file struct nt_file *file = NULL;
	struct candidate one = {.copy = c}, *to;
	struct win_image image = {0};
	struct rs_err why = {0};
	bool has_digest = false;
	int r = nt_file_open(l->f->in->vol, c->ref, "", &file, &why);

	if (r == 0) {
		struct win_src src = win_src_file(file);
		r = win_image_look(&src, true, true, l->f->in->task, &image, &why);
		if (r == 0)
			r = win_image_digest(&src, &has_digest, one.authenticode, &why);
		if (r == 0 && has_digest && l->is_drivers)
			r = win_image_signed(&src, l->roots, one.authenticode, &one.own, &why);
	}
	if (rs_err_ends(r))
		return rs_err_pass(err, r, &why);
	if (r < 0)
		return is_none(l, c, err, "%s", rs_err_info(r)->text);
	const char *other = why_other(l, &image);
	if (other)
		return is_none(l, c, err, "%s", other);
	if (!is_its_name(image.original, l->f->name))
		return is_none(l, c, err, "its own text says that it is '%s'", image.original);
	if (!has_digest)
		return is_none(l, c, err, "it has bytes that no signature is about");
	if (!one.own.is_trusted && one.own.why[0] &&
		is_none(l, c, err, "its own signature: %s", one.own.why) < 0)
		return RS_E_MEMORY;
	memcpy(one.version, image.version, sizeof(one.version));
	to = rs_list_add(&l->all, &l->n, sizeof(*to));
	if (!to)
		return rs_fail(err, RS_E_MEMORY, "findings");
	*to = one;
	return 0;
}

static bool take_name(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct listing *l = user;
	char *copy, **to;

	(void)ref;
	if (is_dir || !win_path_ends(name, ".cat"))
		return true;
	copy = strdup(name);
	to = copy ? rs_list_add(&l->catalogues, &l->n_catalogues, sizeof(*to)) : NULL;
	if (to)
		*to = copy;
	else
		free(copy);
	l->no_memory |= !to;
	return to;
}

/* Most catalogues list none of them: only what has the bytes of a digest is taken apart. */
static int ask(struct listing *l, const char *name, struct rs_view der, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		struct candidate *c = &l->all[i];
		char why[WIN_SIGNED_WHY];
		bool is = false;
		if (c->catalogue || !memmem(der.p, der.len, c->authenticode, 32))
			continue;
		r = win_catalogue_check(der, l->roots,
			l->is_drivers ? WIN_USE_DRIVER : WIN_USE_WINDOWS, c->authenticode, &is, why,
			err);
		if (r == 0 && is)
			c->catalogue = strdup(name);
		else if (r == 0)
			(void)snprintf(l->why, sizeof(l->why), "%.60s: %.90s", name, why);
		if (r == 0 && is && !c->catalogue)
			r = rs_fail(err, RS_E_MEMORY, "findings");
	}
	return r;
}

static int read_catalogues(struct listing *l, struct rs_err *err)
{
	char folder[PATH_CAP], path[PATH_CAP];
	uint64_t ref = 0;
	int r = 0;

	(void)snprintf(folder, sizeof(folder), "%s\\" CATALOGUES, l->f->in->win->root);
	if (nt_lookup(l->f->in->vol, folder, &ref, NULL) < 0 ||
		nt_list(l->f->in->vol, ref, take_name, l, NULL) < 0)
		return putback_no(l->f, err, "the catalogues of Windows' files cannot be read%s%s",
			l->why_copy ? "; " : "", l->why_copy ? l->why_copy : "");
	if (l->no_memory)
		return rs_fail(err, RS_E_MEMORY, "findings");
	for (size_t i = 0; r == 0 && i < l->n_catalogues; i++) {
		auto_free uint8_t *der = NULL;
		struct rs_err why = {0};
		size_t len = 0;
		int n = snprintf(path, sizeof(path), "%s\\%s", folder, l->catalogues[i]);
		if (n < 0 || (size_t)n >= sizeof(path))
			continue;
		if (!rs_task_goes_on(l->f->in->task))
			return rs_fail(err, RS_E_CANCELLED, "while catalogues were read");
		r = nt_file_load(l->f->in->vol, path, WIN_SIGNED_MAX, &der, &len, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		r = r < 0 ? 0 : ask(l, l->catalogues[i], (struct rs_view){der, len}, err);
	}
	return r;
}

/* All that are listed are one content. */
static int choose(struct listing *l, struct candidate **ret, struct rs_err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		struct candidate *c = &l->all[i];
		if (!c->catalogue && !c->own.is_trusted)
			continue;
		if (*ret && memcmp((*ret)->authenticode, c->authenticode, 32) != 0)
			return putback_no(l->f, err,
				"two versions of it are proven, and which one Windows uses is not: "
				"%s, %s",
				(*ret)->copy->path, c->copy->path);
		if (!*ret)
			*ret = c;
	}
	if (*ret)
		return 0;
	return putback_no(l->f, err, "no catalogue that is believed lists a copy of it%s%s%s%s",
		l->why[0] ? ": " : "", l->why, l->why_copy ? "; " : "",
		l->why_copy ? l->why_copy : "");
}

/* What a person decides by. A signature says who made it, and not that it does no harm. */
static char *proof_of(const struct candidate *c)
{
	char *text = NULL, by[WIN_SIGNER_BYTES + 48], when[RS_TIME_LEN] = "";

	if (c->own.signed_unix > 0)
		rs_filetime_text(
			((uint64_t)c->own.signed_unix + UNIX_EPOCH_SECONDS) * 10000000U, when);
	(void)snprintf(by, sizeof(by), "%s%s%s", c->own.signer, when[0] ? ", " : "", when);
	int n = c->catalogue
			? asprintf(&text,
				  "its contents lie at %s (version %u.%u.%u.%u); a catalogue of "
				  "this Windows lists them: %s, it is the only version that is "
				  "proven, and it is whole",
				  c->copy->path, c->version[0], c->version[1], c->version[2],
				  c->version[3], c->catalogue)
			: asprintf(&text,
				  "its contents lie at %s (version %u.%u.%u.%u); their own "
				  "signature is good (%s), which says whom it is from "
				  "and not that it does no harm; it is the only version "
				  "that is proven, and it is whole",
				  c->copy->path, c->version[0], c->version[1], c->version[2],
				  c->version[3], by);

	return n < 0 ? NULL : text;
}

static int fill(struct find *f, const struct candidate *c, struct putback **ret, struct rs_err *err)
{
	auto_putback struct putback *p = calloc(1, sizeof(*p));
	struct rs_err why = {0};
	bool is_zero;

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "findings");
	p->how = PUTBACK_COPY;
	p->dir_ref = f->dir_ref;
	p->source = strdup(c->copy->path);
	p->proof = proof_of(c);
	if (!p->source || !p->proof)
		return rs_fail(err, RS_E_MEMORY, "findings");
	int r = nt_stat(f->in->vol, c->copy->ref, &p->stat, &why);
	if (r == 0)
		r = judge_hash(f->in->vol, c->copy->ref, p->sha256, &is_zero, &why);
	if (r < 0)
		return putback_unknown(f, c->copy->path, r, &why, err);
	*ret = rs_steal(p);
	return 0;
}

static int look_at_all(struct listing *l, const struct copy *list, size_t n, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n && l->n < LISTED_MAX; i++)
		r = look_at(l, &list[i], err);
	return r;
}

/* Then no catalogue is needed. */
static bool has_signed(const struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i].own.is_trusted)
			return true;
	return false;
}

int putback_listed(struct find *f, struct putback **ret, struct rs_err *err)
{
	__attribute__((cleanup(listing_done))) struct listing l = {
		.f = f, .roots = f->in->roots, .is_drivers = strcmp(f->folder, DRIVERS) == 0};
	auto_roots struct win_roots *pinned = NULL;
	struct candidate *c = NULL;
	int r = l.roots ? 0 : win_roots_pinned(&pinned, err);

	if (pinned)
		l.roots = pinned;
	if (r == 0)
		r = look_at_all(&l, f->copies, f->n, err);
	if (r == 0)
		r = look_at_all(&l, f->others, f->n_others, err);
	if (r == 0 && !l.n)
		return putback_no(f, err,
			"no whole file of that name is elsewhere on the volume%s%s",
			l.why_copy ? ": " : "", l.why_copy ? l.why_copy : "");
	if (r == 0)
		r = read_catalogues(&l, err);
	if (r == 0 && f->why && has_signed(&l)) {
		free(f->why);
		f->why = NULL;
	}
	if (r == 0 && !f->why)
		r = choose(&l, &c, err);
	return r == 0 && !f->why && c ? fill(f, c, ret, err) : r;
}
