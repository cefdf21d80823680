/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors as they are and as they will be. Every target, whatever its kind, goes through here, so
 * clusters that were a folder's index and then a bitmap's are one truth. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define SLOTS_FIRST   1024U
#define CHUNK_SECTORS 64U
#define AHEAD_BYTES   32768U			     /* read at once: records lie side by side */
#define BOOT_BYTES    8192U			     /* $Boot: no journal describes it */
#define HELD_MAX      (5ULL * NT_RP_SECTORS_MAX / 4) /* with those that lie idle in chunks */
#define TOO_MUCH      "more changes than memory is meant for"

/* Memory for sectors; freed with the last of them. */
struct nt_rp_chunk {
	size_t n, cap, live;
	uint8_t *after; /* of the next sector: one behind the other */
	struct nt_rp_sector sectors[];
};

static size_t slot_of(const struct nt_rp_store *s, uint64_t number)
{
	size_t i = (size_t)(number * 0x9E3779B97F4A7C15ULL >> 20) & (s->n_slots - 1);

	while (s->slots[i] && s->slots[i]->number != number)
		i = (i + 1) & (s->n_slots - 1);
	return i;
}

static struct nt_rp_page *find_page(struct nt_rp_store *s, uint64_t number)
{
	if (s->last && s->last->number == number)
		return s->last;
	if (!s->n_slots)
		return NULL;
	struct nt_rp_page *p = s->slots[slot_of(s, number)];
	if (p)
		s->last = p;
	return p;
}

struct nt_rp_sector *nt_rp_store_find(struct nt_rp_store *s, uint64_t number)
{
	const struct nt_rp_page *p = find_page(s, number / NT_RP_PAGE_SECTORS);

	return p ? p->sectors[number % NT_RP_PAGE_SECTORS] : NULL;
}

static bool grow(struct nt_rp_store *s)
{
	struct nt_rp_page **old = s->slots;
	size_t n_old = s->n_slots, n = n_old ? 2 * n_old : SLOTS_FIRST;

	struct nt_rp_page **slots = calloc(n, sizeof(struct nt_rp_page *));
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

/* The page, new if need be; NULL: no memory. */
static struct nt_rp_page *page_at(struct nt_rp_store *s, uint64_t number)
{
	struct nt_rp_page *p = find_page(s, number);

	if (p)
		return p;
	if (2 * (s->n_pages + 1) > s->n_slots && !grow(s))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->number = number;
	s->slots[slot_of(s, number)] = s->last = p;
	s->n_pages++;
	return p;
}

/* Room for @n sectors side by side. */
static int reserve(struct nt_rp *rp, size_t n, struct rs_err *err)
{
	const size_t cap = n > CHUNK_SECTORS ? n : CHUNK_SECTORS;
	struct nt_rp_store *s = &rp->store;

	if (s->chunk && s->chunk->cap - s->chunk->n >= n)
		return 0;
	if (s->held + cap > HELD_MAX)
		return nt_rp_unknown(rp, 0, TOO_MUCH);
	struct nt_rp_chunk *c = malloc(sizeof(*c) + cap * (sizeof(*c->sectors) + NT_RP_UNIT));
	if (!c)
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	c->n = c->live = 0;
	c->cap = cap;
	c->after = (uint8_t *)(c->sectors + cap);
	s->chunk = c;
	s->held += cap;
	return 0;
}

/* @n sectors in a row, nothing but their memory. */
static int new_sectors(struct nt_rp *rp, size_t n, struct nt_rp_sector **ret, struct rs_err *err)
{
	int r = reserve(rp, n, err);

	if (r)
		return r;
	struct nt_rp_chunk *c = rp->store.chunk;
	*ret = &c->sectors[c->n];
	for (size_t i = 0; i < n; i++, c->after += NT_RP_UNIT) {
		(*ret)[i].home = c;
		(*ret)[i].after = c->after;
	}
	c->n += n;
	c->live += n;
	return 0;
}

void nt_rp_store_free(struct nt_rp_store *s, struct nt_rp_sector *sector)
{
	struct nt_rp_chunk *c = sector->home;

	if (--c->live)
		return;
	if (s->chunk == c)
		s->chunk = NULL;
	s->held -= c->cap;
	free(c);
}

static int add(struct nt_rp *rp, uint64_t number, const uint8_t *bytes, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;

	if (s->n >= NT_RP_SECTORS_MAX)
		return nt_rp_unknown(rp, 0, TOO_MUCH);
	struct nt_rp_page *page = page_at(s, number / NT_RP_PAGE_SECTORS);
	if (!page)
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	struct nt_rp_sector *sector = NULL;
	int r = new_sectors(rp, 1, &sector, err);
	if (r)
		return r;
	sector->number = number;
	sector->owner = NULL;
	sector->stage = 0;
	sector->is_start = false;
	memcpy(sector->before, bytes, NT_RP_UNIT);
	memcpy(sector->after, bytes, NT_RP_UNIT);
	page->sectors[number % NT_RP_PAGE_SECTORS] = sector;
	s->n++;
	return 0;
}

/* Records never change the log itself; only the restart pages do (stages 2 and 3). */
int nt_rp_store_guard(struct nt_rp *rp, uint64_t off_bytes, size_t len)
{
	const struct nt_runs *runs = &rp->log.stream.runs;
	uint64_t first = off_bytes >> rp->cluster_shift;
	uint64_t last = (off_bytes + len - 1) >> rp->cluster_shift;

	for (size_t i = 0; i < runs->n; i++)
		if (runs->v[i].lcn != NT_HOLE && runs->v[i].lcn <= last &&
			first - runs->v[i].lcn < runs->v[i].clusters)
			return nt_rp_unknown(rp, 0, "a change of the log itself");
	return 0;
}

/* Bytes of the volume, out of a stretch that is read at once. */
static int read_ahead(
	struct nt_rp *rp, uint64_t off_bytes, size_t len, const uint8_t **ret, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;
	const uint64_t size = rp->raw->src->size_bytes;

	if (!s->ahead && !(s->ahead = malloc(NT_INDEX_MAX + AHEAD_BYTES)))
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	if (off_bytes < s->ahead_at || off_bytes + len > s->ahead_at + s->ahead_len) {
		uint64_t at = off_bytes / AHEAD_BYTES * AHEAD_BYTES, end = off_bytes + len;
		end = end < at + AHEAD_BYTES ? at + AHEAD_BYTES : end;
		end = end < size ? end : size;
		s->ahead_len = 0;
		int r = blk_read(rp->raw->src, at, s->ahead, (size_t)(end - at), err);
		if (r < 0 && len < end - at) { /* a bad place beside it is none of ours */
			at = off_bytes;
			end = at + len;
			r = blk_read(rp->raw->src, at, s->ahead, len, err);
		}
		if (r < 0)
			return r;
		s->ahead_at = at;
		s->ahead_len = (size_t)(end - at);
	}
	*ret = s->ahead + (off_bytes - s->ahead_at);
	return 0;
}

int nt_rp_store_fill(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct rs_err *err)
{
	uint64_t first = off_bytes / NT_RP_UNIT, last = (off_bytes + len - 1) / NT_RP_UNIT;
	uint64_t size = rp->raw->src->size_bytes, missing = first;
	const uint8_t *bytes = NULL;

	if (size > rp->raw->geo.volume_bytes)
		size = rp->raw->geo.volume_bytes;
	if (off_bytes > size || size - off_bytes < len || size / NT_RP_UNIT <= last)
		return nt_rp_unknown(rp, 0, "a change outside of the volume");
	while (missing <= last && nt_rp_store_find(&rp->store, missing))
		missing++;
	if (missing > last)
		return 0;
	if (off_bytes < BOOT_BYTES)
		return nt_rp_unknown(rp, 0, "a change of the boot sector");
	int r = 0;
	for (uint64_t i = missing; r == 0 && i <= last; i++) {
		if (nt_rp_store_find(&rp->store, i))
			continue;
		/* as much of the range at once as there is */
		size_t n = (size_t)(last + 1 - i) * NT_RP_UNIT;
		n = n < NT_INDEX_MAX ? n : NT_RP_UNIT;
		r = read_ahead(rp, i * NT_RP_UNIT, n, &bytes, err);
		if (r == 0)
			r = add(rp, i, bytes, err);
	}
	return r;
}

/* ---- a block's sectors, changed in place ---- */

/* Sectors that were read at different times move side by side. */
static int gather(struct nt_rp *rp, const struct nt_rp_block *b, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;

	struct nt_rp_sector *sector = NULL;
	int r = new_sectors(rp, b->len / NT_RP_UNIT, &sector, err);
	for (size_t i = 0; r == 0 && i < b->len / NT_RP_UNIT; i++, sector++) {
		const uint64_t number = b->units[i] / NT_RP_UNIT;
		struct nt_rp_page *page = find_page(s, number / NT_RP_PAGE_SECTORS);
		if (!page)
			return rs_fail(err, RS_E_BUG, "a sector got lost");
		struct nt_rp_sector **at = &page->sectors[number % NT_RP_PAGE_SECTORS], *old = *at;
		sector->number = number;
		sector->owner = old->owner;
		sector->stage = old->stage;
		sector->is_start = old->is_start;
		memcpy(sector->before, old->before, NT_RP_UNIT);
		memcpy(sector->after, old->after, NT_RP_UNIT);
		*at = sector;
		nt_rp_store_free(s, old);
	}
	return r;
}

int nt_rp_store_claim(struct nt_rp *rp, struct nt_rp_block *b, struct rs_err *err)
{
	const size_t n = b->len / NT_RP_UNIT;
	struct nt_rp_store *s = &rp->store;
	bool is_row = true;

	int r = nt_rp_store_find(s, b->units[0] / NT_RP_UNIT) ? 0 : reserve(rp, n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = nt_rp_store_fill(rp, b->units[i], NT_RP_UNIT, err);
	const struct nt_rp_sector *last = NULL;
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct nt_rp_sector *sector = nt_rp_store_find(s, b->units[i] / NT_RP_UNIT);
		/* in one volume two of its sectors may be one only when the log lies */
		if (!sector || sector->owner)
			return nt_rp_unknown(rp, 0, "a block that has a sector twice");
		sector->owner = b;
		is_row = is_row && (!last || sector->after == last->after + NT_RP_UNIT);
		last = sector;
	}
	if (r == 0 && !is_row)
		r = gather(rp, b, err);
	if (r == 0)
		b->bytes = nt_rp_store_find(s, b->units[0] / NT_RP_UNIT)->after;
	return r;
}

int nt_rp_store_changed(struct nt_rp *rp, const struct nt_rp_block *b, struct rs_err *err)
{
	for (size_t i = 0; i < b->len / NT_RP_UNIT; i++) {
		struct nt_rp_sector *sector =
			nt_rp_store_find(&rp->store, b->units[i] / NT_RP_UNIT);
		if (!sector)
			return rs_fail(err, RS_E_BUG, "a sector got lost");
		int r = nt_rp_store_guard(rp, b->units[i], NT_RP_UNIT);
		if (r)
			return r;
		sector->stage = 0;
		sector->is_start =
			sector->is_start || !i || b->units[i] != b->units[i - 1] + NT_RP_UNIT;
	}
	return 0;
}

void nt_rp_store_done(struct nt_rp_store *s)
{
	for (size_t i = 0; i < s->n_slots; i++) {
		for (size_t j = 0; s->slots[i] && j < NT_RP_PAGE_SECTORS; j++)
			if (s->slots[i]->sectors[j])
				nt_rp_store_free(s, s->slots[i]->sectors[j]);
		free(s->slots[i]);
	}
	free(s->chunk); /* a new one that no sector came from */
	free(s->slots);
	free(s->ahead);
	*s = (struct nt_rp_store){0};
}
