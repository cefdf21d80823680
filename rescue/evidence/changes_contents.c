/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are the files that changed whole, and the drivers that a start loads? What is found is in the
 * evidence's files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cleanup.h"
#include "evidence/changes_internal.h"

#define LOOKS_MAX      96U	     /* of changed files, the newest first */
#define LOOKS_BYTES    (96ULL << 20) /* of them all */
#define SIBLINGS_MAX   12U
#define DRIVER_AHEAD   (32U << 10) /* headers, and what is beside them */
#define NAMES_SEEN     4096U	   /* of a folder */
#define MAGIC_BYTES    4U
#define SIBLINGS_LEAST 2U

/* ---- unlike its siblings ---- */

struct siblings {
	const char *name, *end; /* of the file itself; its extension */
	char *names[SIBLINGS_MAX];
	size_t n, seen;
	bool is_no_memory;
};

static bool on_sibling(void *user, const char *name, uint64_t ref, bool is_dir)
{
	struct siblings *s = user;
	const char *end = strrchr(name, '.');

	(void)ref;
	if (is_dir || !end || strcasecmp(end, s->end) != 0 || strcasecmp(name, s->name) == 0)
		return ++s->seen < NAMES_SEEN;
	s->names[s->n] = strdup(name);
	s->is_no_memory = !s->names[s->n];
	s->n += !s->is_no_memory;
	return !s->is_no_memory && s->n < SIBLINGS_MAX && ++s->seen < NAMES_SEEN;
}

static void siblings_done(struct siblings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->names[i]);
}

/* Do the siblings' first bytes agree among themselves, and differ from those of @f? */
static int siblings_compare(const struct ev_look *in, struct evidence *e, const struct siblings *s,
	const char *folder, struct ev_file *f, struct rs_err *err)
{
	uint8_t magic[MAGIC_BYTES];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		auto_free char *path = NULL;
		auto_free uint8_t *p = NULL;
		struct rs_err why = {0};
		size_t len = 0;
		if (asprintf(&path, "%s\\%s", folder, s->names[i]) < 0)
			return rs_fail(err, RS_E_MEMORY, "evidence");
		int r = nt_file_load(in->vol, path, MAGIC_BYTES, &p, &len, &why);
		if (rs_err_ends(r))
			return rs_err_pass(err, r, &why);
		if (r < 0 || len < MAGIC_BYTES || rs_is_zero(p, len))
			continue; /* damaged itself: no witness */
		e->bytes += len;
		if (n++ && memcmp(magic, p, MAGIC_BYTES) != 0)
			return 0;
		memcpy(magic, p, MAGIC_BYTES);
	}
	f->is_magic_odd = n >= SIBLINGS_LEAST && memcmp(magic, f->image.head, MAGIC_BYTES) != 0;
	return 0;
}

static int magic_look(
	const struct ev_look *in, struct evidence *e, struct ev_file *f, struct rs_err *err)
{
	__attribute__((cleanup(siblings_done))) struct siblings s = {0};
	auto_free char *folder = strdup(f->path);
	struct rs_err why = {0};
	uint64_t ref = 0;

	if (!folder)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	char *name = strrchr(folder, '\\');
	const char *end = name ? strrchr(name, '.') : NULL;
	if (!end || f->is_unlogged || f->size_bytes < MAGIC_BYTES)
		return 0;
	*name = '\0';
	s.name = name + 1;
	s.end = end;
	int r = nt_lookup(in->vol, folder, &ref, &why);
	if (r == 0)
		r = nt_list(in->vol, ref, on_sibling, &s, &why);
	if (rs_err_ends(r) || s.is_no_memory)
		return s.is_no_memory ? rs_fail(err, RS_E_MEMORY, "evidence")
				      : rs_err_pass(err, r, &why);
	return r < 0 ? 0 : siblings_compare(in, e, &s, folder, f, err);
}

int ev_changes_contents(
	const struct ev_look *in, struct evidence *e, const struct ev_kept *k, struct rs_err *err)
{
	uint64_t bytes = 0;
	unsigned looks = 0;

	for (size_t i = 0; i < k->n && looks < LOOKS_MAX; i++) {
		const struct ev_change *c = &k->v[i];
		struct ev_file *f = NULL;
		bool is_program = ev_name_is_program(c->path);
		/* of programs those that a start loads; the rest is looked at when it is named */
		if (is_program && c->place != EV_PLACE_DRIVER && c->place != EV_PLACE_BOOT)
			continue;
		bool is_full = c->size_bytes <= LOOKS_BYTES - bytes;
		looks++;
		int r = ev_file_look(in, e, c->path, is_full, &f, err);
		if (r < 0)
			return r;
		bytes += is_full ? c->size_bytes : 0;
		if (f->is_looked && !f->image.is_pe)
			r = magic_look(in, e, f, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- drivers of a start ---- */

static int driver_look(const struct ev_look *in, struct evidence *e, const struct win_service *s,
	struct rs_err *err)
{
	struct ev_file *f = NULL;

	int r = ev_file_look(in, e, s->path, false, &f, err);
	if (r == 0 && f->is_looked && f->image.soundness != WIN_SOUND)
		r = ev_file_look(in, e, s->path, true, &f, err);
	if (r < 0 || (f->ref && (!f->is_looked || f->image.soundness == WIN_SOUND)))
		return r;
	struct ev_item *i = ev_add(e, EV_OTHER, EV_FILE, f->ref ? f->modified : 0);
	if (!i)
		return rs_fail(err, RS_E_MEMORY, "evidence");
	i->where = i->path = f->path;
	i->service = ev_text(e, "%s", s->name);
	i->text = f->ref ? ev_text(e, "the driver of service %s is damaged: %s", s->name,
				   f->image.fault)
			 : ev_text(e, "the file of the driver service %s is not there", s->name);
	return 0;
}

static bool is_loaded_at_start(const struct win_service *s)
{
	return s->is_driver && (s->is_boot || s->start <= WIN_START_AUTO) && s->path && s->path[0];
}

/* Hundreds of small files anywhere on the disk: it gets to know of all before the first is waited
 * for. */
static int drivers_find(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	int r = 0;

	for (size_t i = 0; e->system && i < e->system->n_services && r == 0; i++) {
		const struct win_service *s = &e->system->services[i];
		struct ev_file *f = NULL;
		if (!is_loaded_at_start(s))
			continue;
		r = ev_file_find(in, e, s->path, &f, err);
		if (r == 0 && f->ref && !f->is_looked)
			nt_raw_will_need(in->raw, NT_REF_RECORD(f->ref), DRIVER_AHEAD);
	}
	return r;
}

int ev_changes_drivers(const struct ev_look *in, struct evidence *e, struct rs_err *err)
{
	int r = drivers_find(in, e, err);

	for (size_t i = 0; e->system && i < e->system->n_services && r == 0; i++)
		if (is_loaded_at_start(&e->system->services[i]))
			r = driver_look(in, e, &e->system->services[i], err);
	return r;
}
