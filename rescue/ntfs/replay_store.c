/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors as they are and as they will be. Every target, whatever its kind, goes through here, so
 * clusters that were a folder's index and then a bitmap's are one truth. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/replay_internal.h"

#define SLOTS_FIRST   1024U
#define CHUNK_SECTORS 64U
#define BOOT_BYTES    8192U /* $Boot: no journal describes it */

struct chunk {
	struct chunk *next;
	size_t n;
	struct nt_rp_sector sectors[CHUNK_SECTORS];
};

static size_t slot_of(const struct nt_rp_store *s, uint64_t number)
{
	size_t i = (size_t)(number * 0x9E3779B97F4A7C15ULL >> 20) & (s->n_slots - 1);

	while (s->slots[i] && s->slots[i]->number != number)
		i = (i + 1) & (s->n_slots - 1);
	return i;
}

static struct nt_rp_sector *find(const struct nt_rp_store *s, uint64_t number)
{
	return s->n_slots ? s->slots[slot_of(s, number)] : NULL;
}

static bool grow(struct nt_rp_store *s)
{
	struct nt_rp_sector **old = s->slots;
	size_t n_old = s->n_slots, n = n_old ? 2 * n_old : SLOTS_FIRST;

	struct nt_rp_sector **slots = calloc(n, sizeof(*slots));
	if (!slots)
		return false;
	s->slots = slots;
	s->n_slots = n;
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			s->slots[slot_of(s, old[i]->number)] = old[i];
	free(old);
	return true;
}

static int add(struct nt_rp *rp, uint64_t number, const uint8_t *bytes, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;
	struct chunk *c = s->chunks;

	if (s->n >= NT_RP_SECTORS_MAX)
		return nt_rp_refuse(
			rp, NT_PENDING_UNSUPPORTED, 0, "more changes than memory is meant for");
	if (2 * (s->n + 1) > s->n_slots && !grow(s))
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	if (!c || c->n == CHUNK_SECTORS) {
		c = malloc(sizeof(*c));
		if (!c)
			return rs_fail(err, RS_E_MEMORY, "changes of the journal");
		c->next = s->chunks;
		c->n = 0;
		s->chunks = c;
	}
	struct nt_rp_sector *sector = &c->sectors[c->n++];
	sector->number = number;
	sector->stage = 0;
	sector->is_start = false;
	memcpy(sector->before, bytes, NT_RP_UNIT);
	memcpy(sector->after, bytes, NT_RP_UNIT);
	s->slots[slot_of(s, number)] = sector;
	s->n++;
	return 0;
}

/* Records never change the log itself; only the restart pages do (stages 2 and 3). */
static bool is_log(const struct nt_rp *rp, uint64_t off_bytes, size_t len)
{
	const struct nt_runs *runs = &rp->log.stream.runs;
	const uint32_t cluster = rp->raw->geo.cluster_bytes;
	uint64_t first = off_bytes / cluster, last = (off_bytes + len - 1) / cluster;

	for (size_t i = 0; i < runs->n; i++)
		if (runs->v[i].lcn != NT_HOLE && runs->v[i].lcn <= last &&
			first - runs->v[i].lcn < runs->v[i].clusters)
			return true;
	return false;
}

/* All sectors of the range are known; a range that is new is read at once. */
static int fill(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct rs_err *err)
{
	uint64_t first = off_bytes / NT_RP_UNIT, last = (off_bytes + len - 1) / NT_RP_UNIT;
	uint64_t size = rp->raw->src->size_bytes, missing = first;
	size_t n = (size_t)(last - first + 1) * NT_RP_UNIT;

	if (size > rp->raw->geo.volume_bytes)
		size = rp->raw->geo.volume_bytes;
	if (off_bytes > size || size - off_bytes < len || size / NT_RP_UNIT <= last)
		return nt_rp_refuse(
			rp, NT_PENDING_UNSUPPORTED, 0, "a change outside of the volume");
	while (missing <= last && find(&rp->store, missing))
		missing++;
	if (missing > last)
		return 0;
	if (off_bytes < BOOT_BYTES)
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "a change of the boot sector");
	auto_free uint8_t *buf = malloc(n);
	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	int r = blk_read(rp->raw->src, first * NT_RP_UNIT, buf, n, err);
	for (uint64_t i = missing; r == 0 && i <= last; i++)
		if (!find(&rp->store, i))
			r = add(rp, i, buf + (i - first) * NT_RP_UNIT, err);
	return r;
}

int nt_rp_store_read(struct nt_rp *rp, uint64_t off_bytes, void *buf, size_t len, bool is_before,
	struct rs_err *err)
{
	uint8_t *p = buf;
	int r = len ? fill(rp, off_bytes, len, err) : 0;

	while (r == 0 && len) {
		const struct nt_rp_sector *s = find(&rp->store, off_bytes / NT_RP_UNIT);
		size_t in = (size_t)(off_bytes % NT_RP_UNIT);
		size_t n = NT_RP_UNIT - in < len ? NT_RP_UNIT - in : len;
		if (!s)
			return rs_fail(err, RS_E_BUG, "a sector got lost");
		memcpy(p, (is_before ? s->before : s->after) + in, n);
		p += n;
		off_bytes += n;
		len -= n;
	}
	return r;
}

int nt_rp_store_write(struct nt_rp *rp, uint64_t off_bytes, const void *buf, size_t len,
	unsigned stage, struct rs_err *err)
{
	const uint8_t *p = buf;
	bool is_start = true;

	if (len && stage < 2 && is_log(rp, off_bytes, len))
		return nt_rp_refuse(rp, NT_PENDING_UNSUPPORTED, 0, "a change of the log itself");
	int r = len ? fill(rp, off_bytes, len, err) : 0;
	while (r == 0 && len) {
		struct nt_rp_sector *s = find(&rp->store, off_bytes / NT_RP_UNIT);
		size_t in = (size_t)(off_bytes % NT_RP_UNIT);
		size_t n = NT_RP_UNIT - in < len ? NT_RP_UNIT - in : len;
		if (!s)
			return rs_fail(err, RS_E_BUG, "a sector got lost");
		memcpy(s->after + in, p, n);
		s->stage = (uint8_t)stage;
		s->is_start = s->is_start || (is_start && stage < 2 && off_bytes % NT_RP_UNIT == 0);
		is_start = false;
		p += n;
		off_bytes += n;
		len -= n;
	}
	return r;
}

/* ---- the plan's blocks ---- */

static int by_number(const void *a, const void *b)
{
	const struct nt_rp_sector *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static bool is_changed(const struct nt_rp_sector *s)
{
	return memcmp(s->before, s->after, NT_RP_UNIT) != 0;
}

/* On a disk with sectors of 4096 bytes a block is made of whole ones. */
static int fill_siblings(struct nt_rp *rp, struct rs_err *err)
{
	const uint32_t sector = rp->raw->src->sector_bytes;
	int r = 0;

	if (sector <= NT_RP_UNIT || sector % NT_RP_UNIT || sector > 65536)
		return 0;
	for (struct chunk *c = rp->store.chunks; r == 0 && c; c = c->next)
		for (size_t i = 0; r == 0 && i < c->n; i++)
			if (is_changed(&c->sectors[i])) {
				uint64_t at = c->sectors[i].number * NT_RP_UNIT;
				r = fill(rp, at / sector * sector, sector, err);
			}
	return r;
}

/* Is it part of a sector of the disk that changes? @v sorted. */
static bool is_wanted(const struct nt_rp *rp, struct nt_rp_sector *const *v, size_t n, size_t i)
{
	const uint64_t per = rp->raw->src->sector_bytes / NT_RP_UNIT;

	if (is_changed(v[i]))
		return true;
	if (per < 2)
		return false;
	uint64_t group = v[i]->number / per;
	size_t lo = i, hi = i;
	while (lo && v[lo - 1]->number / per == group)
		lo--;
	for (hi = lo; hi < n && v[hi]->number / per == group; hi++)
		if (is_changed(v[hi]))
			return true;
	return false;
}

static int emit(struct nt_replay *plan, struct nt_rp_sector *const *v, size_t n, struct rs_err *err)
{
	struct nt_replay_block *b = &plan->blocks[plan->n_blocks];

	*b = (struct nt_replay_block){.off_bytes = v[0]->number * NT_RP_UNIT,
		.len_bytes = (uint32_t)(n * NT_RP_UNIT),
		.stage = v[0]->stage,
		.before = malloc(n * NT_RP_UNIT),
		.after = malloc(n * NT_RP_UNIT)};
	plan->n_blocks++; /* frees what there is */
	if (!b->before || !b->after)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0; i < n; i++) {
		memcpy(b->before + i * NT_RP_UNIT, v[i]->before, NT_RP_UNIT);
		memcpy(b->after + i * NT_RP_UNIT, v[i]->after, NT_RP_UNIT);
		if (v[i]->stage > b->stage)
			b->stage = v[i]->stage;
	}
	plan->bytes += b->len_bytes;
	return 0;
}

int nt_rp_store_blocks(struct nt_rp *rp, struct rs_err *err)
{
	const uint64_t per = rp->raw->src->sector_bytes > NT_RP_UNIT
				     ? rp->raw->src->sector_bytes / NT_RP_UNIT
				     : 1;
	struct nt_rp_store *s = &rp->store;
	size_t n = 0, k = 0;

	int r = fill_siblings(rp, err);
	if (r)
		return r;
	auto_free struct nt_rp_sector **v = calloc(s->n + 1, sizeof(*v));
	auto_free struct nt_rp_sector **use = calloc(s->n + 1, sizeof(*use));
	if (!v || !use)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (struct chunk *c = s->chunks; c; c = c->next)
		for (size_t i = 0; i < c->n; i++)
			v[n++] = &c->sectors[i];
	qsort(v, n, sizeof(*v), by_number);
	for (size_t i = 0; i < n; i++)
		if (is_wanted(rp, v, n, i))
			use[k++] = v[i];
	rp->plan->blocks = calloc(k + 1, sizeof(*rp->plan->blocks));
	if (!rp->plan->blocks)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0, j; r == 0 && i < k; i = j) {
		for (j = i + 1; j < k && use[j]->number == use[j - 1]->number + 1; j++)
			if (use[j]->number % per == 0 &&
				(use[j]->is_start || use[j]->stage != use[i]->stage))
				break;
		r = emit(rp->plan, use + i, j - i, err);
	}
	return r;
}

void nt_rp_store_done(struct nt_rp_store *s)
{
	struct chunk *c = s->chunks;

	while (c) {
		struct chunk *next = c->next;
		free(c);
		c = next;
	}
	free(s->slots);
	s->chunks = NULL;
	s->slots = NULL;
}
