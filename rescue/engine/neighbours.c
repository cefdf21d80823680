/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Windows that is hibernated, or was shut down with Fast Startup, goes on with what it has in its
 * memory, and that holds every volume it had mounted: one of them that is written meanwhile is
 * damaged when it wakes up. A volume that it holds has an open journal. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/list.h"
#include "core/text.h"
#include "engine/guards.h"

struct sleeper {
	const struct en_volume *v;
	bool is_sure; /* its hiberfil.sys says so; else a locked volume of which nobody can tell */
	char why[200];
};

struct en_beside {
	struct en_machine *others; /* disks that are looked at for this only; NULL: none */
	struct en_boots *boots;	   /* boot entries; NULL until a locked volume asks for them */
	struct sleeper *list;
	size_t n;
};

void en_beside_free(struct en_beside *b)
{
	if (!b)
		return;
	en_boots_free(b->boots);
	en_machine_close(b->others);
	free(b->list);
	free(b);
}

RS_DEFINE_AUTO(struct en_beside *, en_beside_free);
#define auto_beside __attribute__((cleanup(en_beside_free_auto)))

/* ---- which disks ---- */

static bool is_among(const char *const *paths, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (blk_is_same_disk(paths[i], path))
			return true;
	return false;
}

/* @ret has room for all. */
static size_t choose_disks(const struct rs_target *t, char *const *found, const char **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_beside; i++)
		if (!is_among(t->disks, t->n_disks, t->beside[i]))
			ret[n++] = t->beside[i];
	for (size_t i = 0; found && found[i]; i++)
		if (!is_among(t->disks, t->n_disks, found[i]) && !is_among(ret, n, found[i]))
			ret[n++] = found[i];
	return n;
}

/* Without a disk named, all of the machine are the target already. */
static bool is_of_machine(const struct rs_target *t)
{
	for (size_t i = 0; i < t->n_disks; i++)
		if (disk_is_of_machine(t->disks[i]))
			return true;
	return false;
}

static int open_others(struct rs_session *s, const struct rs_target *t, struct en_machine **ret,
	struct rs_err *err)
{
	char **found = NULL;
	size_t n_found = 0;
	struct rs_err why = {0};

	if (is_of_machine(t) && disk_list(&found, &why) < 0) {
		found = NULL;
		en_log(s, RS_LOG_WARN, "the other disks of this machine are not known: %s",
			why.detail);
	}
	while (found && found[n_found])
		n_found++;
	auto_free const char **paths = calloc(t->n_beside + n_found + 1, sizeof(*paths));
	int r = paths ? 0 : rs_fail(err, RS_E_MEMORY, "disks");
	size_t n = r == 0 ? choose_disks(t, found, paths) : 0;
	if (n)
		r = en_machine_open(
			&(struct rs_target){.disks = paths, .n_disks = n}, EN_HOLD_NOT, ret, err);
	disk_list_free(found);
	for (size_t i = 0; r == 0 && n && i < (*ret)->n_disks; i++) {
		const struct en_disk *d = &(*ret)->disks[i];
		if (d->err.code && d->err.code != RS_E_TABLE)
			en_log(s, RS_LOG_WARN,
				"%s: not looked at, whether a Windows sleeps there: %s: %s",
				d->path, rs_err_info(d->err.code)->text, d->err.detail);
	}
	return r;
}

/* ---- which volumes ---- */

static int add(struct en_beside *b, const struct sleeper *one, struct rs_err *err)
{
	struct sleeper *to = rs_list_add(&b->list, &b->n, sizeof(*to));

	if (!to)
		return rs_fail(err, RS_E_MEMORY, "volumes");
	*to = *one;
	return 0;
}

/* Metadata of a BitLocker volume that nobody has looked at; NULL: they cannot be read, and nor can
 * Windows. */
static struct bl_volume *load_metadata(struct en_volume *v)
{
	struct bl_volume *bl = NULL;

	if (v->err.code || en_stack_part(&v->stack, v, NULL) < 0 ||
		bl_load(v->stack.blk[EN_PART], &bl, NULL) < 0)
		return NULL;
	return bl;
}

/* Nobody knows what a locked volume holds. Does anything say that it may be a Windows? */
static int look_at_locked(struct rs_session *s, struct en_machine *m, struct en_beside *b,
	struct en_volume *v, struct rs_err *err)
{
	struct sleeper one = {.v = v};
	struct bl_volume *loaded = v->is_looked_at ? NULL : load_metadata(v);
	const struct bl_volume *bl = v->is_looked_at ? v->bl : loaded;
	int r = 0;

	if (bl && !b->boots)
		r = en_boots_read(s, m, b->others, &b->boots, err);
	if (bl && r == 0 &&
		en_boots_may_start(b->boots, v, bl_get_info(bl), one.why, sizeof(one.why))) {
		en_volume_peek(s, v); /* a key that is at hand may open it */
		if (en_is_locked(v))
			r = add(b, &one, err);
	}
	bl_free(loaded);
	return r;
}

static int look_at(struct rs_session *s, struct en_machine *m, struct en_beside *b,
	struct en_volume *v, struct rs_err *err)
{
	struct sleeper one = {.v = v, .is_sure = true};
	int r = 0;

	if (v->part->kind == VOL_BITLOCKER && !v->stack.blk[EN_CLEAR])
		r = look_at_locked(s, m, b, v, err);
	else if (v->part->kind == VOL_NTFS)
		en_volume_peek(s, v);
	if (r < 0)
		return r;
	if (rs_err_ends(v->err.code))
		return rs_err_pass(err, v->err.code, &v->err);
	if (!v->stack.raw || (!v->state.is_hibernated && !v->journal.on_disk.is_hibernated))
		return 0;
	(void)snprintf(one.why, sizeof(one.why), "%s",
		v->state.is_hibernated ? v->state.hibernation : v->journal.on_disk.hibernation);
	return add(b, &one, err);
}

static int find(struct rs_repair *u, struct rs_err *err)
{
	auto_beside struct en_beside *b = calloc(1, sizeof(*b));
	int r = b ? open_others(u->s, u->target, &b->others, err)
		  : rs_fail(err, RS_E_MEMORY, "volumes");

	for (size_t i = 0; r == 0 && i < u->m->n_volumes; i++)
		r = look_at(u->s, u->m, b, &u->m->volumes[i], err);
	for (size_t i = 0; r == 0 && b->others && i < b->others->n_volumes; i++)
		r = look_at(u->s, u->m, b, &b->others->volumes[i], err);
	if (r == 0)
		u->beside = rs_steal(b);
	return r;
}

/* ---- the guard ---- */

static const struct sleeper *first_beside(
	const struct en_beside *b, const struct en_volume *v, bool is_sure)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->list[i].v != v && b->list[i].is_sure == is_sure)
			return &b->list[i];
	return NULL;
}

static bool is_held_open(const struct en_volume *v)
{
	enum nt_log_state log = v->journal.on_disk.log;

	return en_journal_is_open(v) || (log != NT_LOG_CLEAN && log != NT_LOG_WIPED) ||
	       (log == NT_LOG_CLEAN && v->journal.on_disk.log_major >= 2);
}

int en_sleep_guard(struct rs_repair *u, struct en_volume *v, bool may_ask, struct rs_err *err)
{
	if (v->sleep_risk.code || !is_held_open(v))
		return 0; /* answered for, or closed in order */
	int r = u->beside ? 0 : find(u, err);
	if (r < 0)
		return r;
	assert(u->beside);
	const struct sleeper *one = first_beside(u->beside, v, true);
	if (one)
		return rs_fail_on(err, RS_E_NEIGHBOUR, v->name,
			"its journal is open, and the Windows of %s is %s", one->v->name, one->why);
	one = first_beside(u->beside, v, false);
	if (!one)
		return 0;
	struct rs_err *to = may_ask ? &v->sleep_risk : err;
	r = rs_fail_on(to, RS_E_NEIGHBOUR_LOCKED, v->name,
		"its journal is open, and %s is locked and %s: a Windows may sleep there",
		one->v->name, one->why);
	return may_ask ? 0 : r;
}

int en_sleep_consent(struct rs_repair *u, struct en_volume *v, struct rs_err *err)
{
	int r = en_sleep_guard(u, v, u->may_ask, err);

	return r < 0 ? r : en_ask_risk(u, &v->sleep_risk, "Write all the same?", err);
}
