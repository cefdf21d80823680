/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target's disks and their volumes, numbered through. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/guards.h"

static void disk_open(struct en_disk *d, enum en_hold hold)
{
	d->kind = blk_kind_find(d->path, &d->err);
	if (!d->kind)
		return;
	int r = hold == EN_HOLD_NOT
			? 0
			: d->kind->lock(d->path, hold == EN_HOLD_ALONE, &d->lock, &d->err);
	if (r == 0)
		r = d->kind->open(d->path, 0, &d->blk, &d->err);
	if (r == 0)
		r = disk_map_load(d->blk, &d->map, &d->err);
	if (r < 0)
		return;
	blk_member_look(d->blk, d->map, NULL, &d->member);
	if (d->kind->look)
		d->kind->look(d->path, &d->member);
	if (d->map->err.code)
		d->err = d->map->err; /* what could be read is kept */
}

static int disks_new(const char *const *paths, size_t n, enum en_hold hold, struct en_machine *m,
	struct rs_err *err)
{
	m->disks = calloc(n ? n : 1, sizeof(*m->disks));
	if (!m->disks)
		return rs_fail(err, RS_E_MEMORY, "disks");
	for (size_t i = 0; i < n; i++) {
		struct en_disk *d = &m->disks[i];
		*d = (struct en_disk){.path = strdup(paths[i])};
		m->n_disks = i + 1;
		if (!d->path)
			return rs_fail(err, RS_E_MEMORY, "disks");
		disk_open(d, hold);
	}
	return 0;
}

static void volume_init(
	struct en_volume *v, unsigned number, struct en_disk *d, const struct disk_part *p)
{
	v->number = number;
	v->disk = v->stack.disk = d;
	v->part = p;
	v->err = p->err;
	if (p->number)
		(void)snprintf(
			v->name, sizeof(v->name), "%.150s, partition %u", d->path, p->number);
	else
		(void)snprintf(v->name, sizeof(v->name), "%.180s", d->path);
}

static int volumes_new(struct en_machine *m, struct rs_err *err)
{
	size_t total = 0;

	for (size_t i = 0; i < m->n_disks; i++)
		total += m->disks[i].map ? m->disks[i].map->n_parts : 0;
	m->volumes = calloc(total ? total : 1, sizeof(*m->volumes));
	if (!m->volumes)
		return rs_fail(err, RS_E_MEMORY, "volumes");
	for (size_t i = 0; i < m->n_disks; i++) {
		struct en_disk *d = &m->disks[i];
		for (unsigned k = 0; d->map && k < d->map->n_parts; k++) {
			unsigned number = (unsigned)++m->n_volumes;
			struct en_volume *v = &m->volumes[number - 1];
			volume_init(v, number, d, &d->map->parts[k]);
			blk_member_look(d->blk, d->map, v->part, &v->member);
		}
	}
	return 0;
}

bool en_is_selected(const struct rs_target *t, const struct en_volume *v)
{
	char number[16];

	if (!t->volume)
		return true;
	(void)snprintf(number, sizeof(number), "%u", v->number);
	return strcmp(t->volume, number) == 0 ||
	       (v->part->uuid[0] && strcasecmp(t->volume, v->part->uuid) == 0);
}

static int check_selector(const struct rs_target *t, const struct en_machine *m, struct rs_err *err)
{
	for (size_t i = 0; i < m->n_volumes; i++) {
		if (en_is_selected(t, &m->volumes[i]))
			return 0;
	}
	const struct rs_err *disk = en_disk_error(m);
	if (disk) /* the reason why it is not there */
		return rs_err_pass(err, disk->code, disk);
	return rs_fail_on(err, RS_E_NO_SUCH_VOLUME, t->volume, "not on %s",
		t->n_disks ? t->disks[0] : "this machine");
}

static int open_target(
	const struct rs_target *t, enum en_hold hold, struct en_machine *m, struct rs_err *err)
{
	const char *const *paths = t->disks;
	char **found = NULL;
	size_t n = t->n_disks;
	int r = n ? 0 : disk_list(&found, err);

	if (r < 0)
		return r;
	if (!n)
		paths = (const char *const *)found;
	while (found && found[n])
		n++;
	r = disks_new(paths, n, hold, m, err);
	disk_list_free(found);
	return r < 0 ? r : volumes_new(m, err);
}

int en_machine_open(
	const struct rs_target *t, enum en_hold hold, struct en_machine **ret, struct rs_err *err)
{
	auto_machine struct en_machine *m = calloc(1, sizeof(*m));

	if (!m)
		return rs_fail(err, RS_E_MEMORY, "machine");
	int r = open_target(t, hold, m, err);
	if (r == 0 && t->volume)
		r = check_selector(t, m, err);
	if (r < 0)
		return r;
	*ret = rs_steal(m);
	return 0;
}

const struct rs_err *en_disk_error(const struct en_machine *m)
{
	for (size_t i = 0; i < m->n_disks; i++) {
		if (m->disks[i].err.code)
			return &m->disks[i].err;
	}
	return NULL;
}

void en_machine_close(struct en_machine *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_volumes; i++)
		en_volume_close_to(&m->volumes[i], EN_DISK);
	for (size_t i = 0; i < m->n_disks; i++) {
		disk_map_free(m->disks[i].map);
		blk_close(m->disks[i].written);
		blk_close(m->disks[i].blk);
		blk_unlock(m->disks[i].lock);
		free(m->disks[i].path);
	}
	free(m->volumes);
	free(m->disks);
	free(m);
}
