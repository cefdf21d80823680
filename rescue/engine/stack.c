/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers that a volume is seen through: for looking over the disk that is open already, for an
 * act over the disk opened again, for its rehearsal in memory (again.c: past the caches). */
#include <string.h>

#include "block/overlay.h"
#include "engine/engine.h"

/* What a layer lies on. */
static struct blk *below(const struct en_stack *s, enum en_layer layer)
{
	while (layer > EN_DISK)
		if (s->blk[--layer])
			return s->blk[layer];
	return s->disk->blk;
}

struct blk *en_stack_top(const struct en_stack *s)
{
	return below(s, EN_READER);
}

int en_stack_part(struct en_stack *s, const struct en_volume *v, struct rs_err *err)
{
	const struct disk_part *p = v->part;

	return s->blk[EN_PART] ? 0
			       : blk_part_new(below(s, EN_PART), p->off_bytes, p->len_bytes,
					 v->name, &s->blk[EN_PART], err);
}

int en_stack_bytes(struct en_stack *s, const struct en_volume *v, struct rs_err *err)
{
	int r = en_stack_part(s, v, err);

	return r < 0 || !v->bl ? r : bl_open(v->bl, s->blk[EN_PART], &s->blk[EN_CLEAR], err);
}

int en_stack_files(struct en_stack *s, bool is_writable, struct rs_err *err)
{
	return nt_vol_open(en_stack_top(s), is_writable ? NT_VOL_WRITE : 0, &s->nt, err);
}

int en_stack_open(const struct en_volume *v, struct en_stack *ret, struct rs_err *err)
{
	struct en_disk *d = v->disk;

	*ret = (struct en_stack){.disk = d};
	int r = d->kind->open(d->path, BLK_OPEN_WRITE, &ret->blk[EN_DISK], err);
	if (r < 0)
		return r;
	ret->blk[EN_DISK]->sector_bytes = d->blk->sector_bytes;
	if (!d->written)
		r = blk_overlay_new(d->blk, false, &d->written, err);
	if (r == 0)
		r = blk_written_through(d->written, ret->blk[EN_DISK], &ret->blk[EN_WRITES], err);
	return r < 0 ? r : en_stack_bytes(ret, v, err);
}

int en_stack_rehearse(const struct en_volume *v, struct en_stack *ret, struct rs_err *err)
{
	*ret = (struct en_stack){.disk = v->disk};
	int r = blk_overlay_new(en_volume_blk(v), true, &ret->blk[EN_MEMORY], err);

	if (r == 0 && en_journal_is_open(v))
		r = nt_replay_overlay(
			ret->blk[EN_MEMORY], v->journal.replay, &ret->blk[EN_REPLAYED], err);
	return r < 0 ? r : en_stack_files(ret, true, err);
}

int en_stack_close_to(struct en_stack *s, enum en_layer to, struct rs_err *err)
{
	int r = 0;

	if (to < EN_FILES) {
		r = nt_vol_close(s->nt, err);
		s->nt = NULL;
	}
	if (to < EN_READER) {
		nt_raw_close(s->raw);
		s->raw = NULL;
	}
	for (unsigned i = EN_REPLAYED; i > to; i--) {
		blk_close(s->blk[i]);
		s->blk[i] = NULL;
	}
	return r;
}

int en_stack_close(struct en_stack *s, int r, struct rs_err *err)
{
	struct rs_err closing = {0};
	int closed = en_stack_close_to(s, EN_DISK, &closing);

	if (s->blk[EN_DISK])
		s->disk->n_writes += s->blk[EN_DISK]->n_writes;
	blk_close(s->blk[EN_DISK]);
	*s = (struct en_stack){0};
	if (r < 0 || closed == 0)
		return r;
	*err = closing;
	return closed;
}

/* ---- of a volume ---- */

struct blk *en_volume_blk(const struct en_volume *v)
{
	return v->stack.blk[EN_CLEAR] ? v->stack.blk[EN_CLEAR] : v->stack.blk[EN_PART];
}

void en_volume_close_to(struct en_volume *v, enum en_layer to)
{
	struct en_volume fresh = {.number = v->number,
		.disk = v->disk,
		.part = v->part,
		.member = v->member,
		.stack = {.disk = v->disk},
		.err = v->part->err};

	if (to == EN_DISK)
		bl_free(v->bl);
	(void)en_stack_close_to(&v->stack, to, NULL); /* opened for reading */
	if (to != EN_DISK)
		return;
	free(v->quarantines);
	free(v->windows);
	nt_replay_free(v->journal.replay);
	nt_replay_free(v->journal.saved.plan);
	free(v->journal.plan_file);
	memcpy(fresh.name, v->name, sizeof(fresh.name));
	*v = fresh;
}
