/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/bootconf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/list.h"
#include "fat/fat.h"

void en_store_done(struct en_store *s)
{
	free(s->bcd.p);
	free(s->log1.p);
	free(s->log2.p);
	free(s->loaders);
	free(s->kept);
	free(s->sets);
	*s = (struct en_store){0};
}

void en_stores_done(struct en_stores *s)
{
	for (size_t i = 0; i < s->n; i++)
		en_store_done(&s->list[i]);
	free(s->list);
	*s = (struct en_stores){0};
}

void en_safe_free(struct en_safe *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free(s->works[i].after);
		for (size_t k = 0; k < s->works[i].n_acts; k++)
			plan_free(s->works[i].acts[k].p);
	}
	free(s->works);
	en_stores_done(&s->stores);
	free(s);
}

/* ---- reading ---- */

static int file_read(void *from, const char *name, struct en_store_file *ret, struct rs_err *err)
{
	struct fat *f = from;
	char path[64];
	struct fat_entry e;

	(void)snprintf(path, sizeof(path), EN_STORE_FOLDER "\\%s", name);
	int r = fat_lookup(f, path, &e, err);
	return r < 0 ? r : fat_read_file(f, &e, EN_BCD_MOST, &ret->p, &ret->len, err);
}

/* What is kept proves something only if it can be read; it is no reason not to go on. */
static int kept_read(struct fat *f, struct en_store *s, struct rs_err *err)
{
	struct en_store_file kept = {0};
	const struct en_store_file none = {0};
	struct rs_err why = {0};
	struct fat_entry taken;
	int r = fat_lookup(f, EN_STORE_FOLDER "\\" ESP_TAKEN_NAME, &taken, &why);

	s->has_taken = r == 0;
	if (!rs_err_ends(r))
		r = file_read(f, ESP_KEPT_NAME, &kept, &why);
	s->has_kept = r == 0;
	if (r == 0)
		r = en_loaders_read(&kept, &none, &none, &s->kept, &s->n_kept, &why);
	free(kept.p);
	return rs_err_ends(r) ? rs_err_pass(err, r, &why) : 0;
}

int en_store_read(struct blk *part, struct en_store *ret, struct rs_err *err)
{
	auto_fat struct fat *f = NULL;
	int r = fat_open(part, &f, err);

	if (r == 0)
		r = en_store_fill(file_read, f, ret, err);
	return r < 0 ? r : kept_read(f, ret, err);
}

static int read_fat(const struct en_volume *v, struct en_store *ret, struct rs_err *err)
{
	auto_blk struct blk *part = NULL;
	int r = blk_part_new(
		v->disk->blk, v->part->off_bytes, v->part->len_bytes, v->name, &part, err);

	return r < 0 ? r : en_store_read(part, ret, err);
}

/* A partition without one is none of them. */
static int store_add(const struct en_volume *v, struct en_stores *stores, struct rs_err *err)
{
	struct en_store one = {.v = v};
	struct rs_err why = {0};
	int r = v->part->kind == VOL_FAT ? read_fat(v, &one, &why)
					 : en_store_read_ntfs(v->stack.nt, &one, &why);

	if (r == RS_E_NO_SUCH_FILE || rs_err_ends(r)) {
		en_store_done(&one);
		return r == RS_E_NO_SUCH_FILE ? 0 : rs_err_pass(err, r, &why);
	}
	if (r < 0)
		one.err = why;
	struct en_store *to = rs_list_add(&stores->list, &stores->n, sizeof(*to));
	if (!to) {
		en_store_done(&one);
		return rs_fail(err, RS_E_MEMORY, "boot configurations");
	}
	*to = one;
	return 0;
}

int en_stores_read(const struct en_machine *m, struct en_stores *ret, struct rs_err *err)
{
	int r = 0;

	*ret = (struct en_stores){0};
	for (size_t i = 0; r == 0 && i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		if ((v->part->kind == VOL_FAT && !v->part->err.code) ||
			(v->stack.nt && en_is_active(v)))
			r = store_add(v, ret, err);
		if (v->disk->map && v->disk->map->scheme != DISK_GPT)
			ret->has_bios = true;
	}
	return r;
}

/* ---- what they say ---- */

const struct en_volume *en_loader_volume(
	const struct en_machine *m, const struct en_store *s, const struct win_loader *l)
{
	for (size_t i = 0; i < m->n_volumes; i++) {
		const struct en_volume *v = &m->volumes[i];
		if (l->is_here ? v == s->v
			       : l->has_device && en_device_is(&l->device, v->disk, v->part))
			return v;
	}
	return NULL;
}

/* The entry as it was before Unbrick; NULL: it was none. */
static const struct win_loader *kept_of(const struct en_store *s, const struct win_loader *l)
{
	for (size_t i = 0; i < s->n_kept; i++)
		if (strcasecmp(s->kept[i].object, l->object) == 0)
			return &s->kept[i];
	return NULL;
}

bool en_loader_is_ours(const struct en_store *s, const struct win_loader *l)
{
	const struct win_loader *was = l->has_safeboot ? kept_of(s, l) : NULL;

	if (s->is_ntfs)
		return en_set_of(s, l);
	/* a number without a name is no one's that Unbrick could give back */
	return was && bootconf_mode(was) != bootconf_mode(l) && bootconf_mode(was) != BOOT_UNKNOWN;
}

enum boot_mode en_loader_before(const struct en_store *s, const struct win_loader *l)
{
	if (!en_loader_is_ours(s, l))
		return BOOT_USUAL;
	return s->is_ntfs ? en_set_of(s, l)->before : bootconf_mode(kept_of(s, l));
}

void en_stores_report(
	const struct en_machine *m, const struct en_stores *s, struct rs_report *report)
{
	struct rs_run *run = &report->run;

	run->boot_entries = NULL;
	run->n_boot_entries = 0;
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->list[i].n; k++) {
			const struct win_loader *l = &s->list[i].loaders[k];
			const struct en_volume *v = en_loader_volume(m, &s->list[i], l);
			struct run_boot_entry *to =
				REPORT_ADD(&report->kept, run->boot_entries, run->n_boot_entries);
			if (!to)
				return;
			*to = (struct run_boot_entry){.store = s->list[i].v->number,
				.volume = v ? v->number : 0,
				.object = report_copy(&report->kept, l->object),
				.description = report_copy(&report->kept, l->description),
				.is_default = l->is_default,
				.mode = bootconf_mode(l),
				.is_ours = en_loader_is_ours(&s->list[i], l)};
		}
}

int en_stores_look(const struct en_machine *m, struct rs_report *report, struct rs_err *err)
{
	struct en_stores stores = {0};
	int r = en_stores_read(m, &stores, err);

	if (r == 0)
		en_stores_report(m, &stores, report);
	en_stores_done(&stores);
	return r;
}

/* ---- of safemode ---- */

static bool is_same_device(const struct win_bcd_device *a, const struct win_bcd_device *b)
{
	return a->is_mbr == b->is_mbr && a->disk_id == b->disk_id && a->off_bytes == b->off_bytes &&
	       memcmp(a->partition, b->partition, sizeof(a->partition)) == 0;
}

static bool is_same(const struct win_loader *a, const struct win_loader *b)
{
	return strcmp(a->object, b->object) == 0 && strcmp(a->description, b->description) == 0 &&
	       a->is_default == b->is_default && a->is_here == b->is_here &&
	       a->has_device == b->has_device && a->has_shell == b->has_shell &&
	       is_same_device(&a->device, &b->device);
}

struct en_volume *en_safe_volume(const struct rs_repair *u, const struct en_safe_work *w)
{
	return &u->m->volumes[w->store->v - u->m->volumes];
}

bool en_safe_is_as_wanted(const struct en_safe_work *w, const struct win_loader *now, size_t n)
{
	if (n != w->store->n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct win_loader *was = &w->store->loaders[i];
		enum boot_mode wanted = bootconf_mode(was);
		for (size_t k = 0; k < w->n; k++)
			if (w->changes[k].l == was)
				wanted = w->changes[k].after;
		if (!is_same(was, &now[i]) || bootconf_mode(&now[i]) != wanted)
			return false;
	}
	return true;
}
