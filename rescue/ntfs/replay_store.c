/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sectors as they are and as they will be. Every target, whatever its kind, goes through here, so
 * clusters that were a folder's index and then a bitmap's are one truth. */
#include <inttypes.h>
#include <string.h>

#include "ntfs/replay_internal.h"

#define SLOTS_FIRST   1024U
#define CHUNK_SECTORS 64U
#define PAGE_SECTORS  8U
#define AHEAD_BYTES   32768U /* read at once: records lie side by side */
#define BOOT_BYTES    8192U  /* $Boot: no journal describes it */

/* Memory for sectors; freed with the last of them. */
struct nt_rp_chunk {
	size_t n, live;
	struct nt_rp_sector sectors[CHUNK_SECTORS];
};

/* Sectors that lie side by side, those that are known. */
struct nt_rp_page {
	uint64_t number;
	struct nt_rp_sector *sectors[PAGE_SECTORS];
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

static struct nt_rp_sector *find(struct nt_rp_store *s, uint64_t number)
{
	const struct nt_rp_page *p = find_page(s, number / PAGE_SECTORS);

	return p ? p->sectors[number % PAGE_SECTORS] : NULL;
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

/* NULL: no memory. */
static struct nt_rp_sector *new_sector(struct nt_rp_store *s)
{
	if (!s->chunk || s->chunk->n == CHUNK_SECTORS) {
		s->chunk = malloc(sizeof(*s->chunk));
		if (!s->chunk)
			return NULL;
		s->chunk->n = s->chunk->live = 0;
	}
	struct nt_rp_sector *sector = &s->chunk->sectors[s->chunk->n++];
	s->chunk->live++;
	sector->home = s->chunk;
	return sector;
}

static void free_sector(struct nt_rp_store *s, struct nt_rp_sector *sector)
{
	struct nt_rp_chunk *c = sector->home;

	if (--c->live)
		return;
	if (s->chunk == c)
		s->chunk = NULL;
	free(c);
}

static int add(struct nt_rp *rp, uint64_t number, const uint8_t *bytes, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;

	if (s->n >= NT_RP_SECTORS_MAX)
		return nt_rp_refuse(
			rp, NT_PENDING_UNSUPPORTED, 0, "more changes than memory is meant for");
	struct nt_rp_page *page = page_at(s, number / PAGE_SECTORS);
	struct nt_rp_sector *sector = page ? new_sector(s) : NULL;
	if (!page || !sector)
		return rs_fail(err, RS_E_MEMORY, "changes of the journal");
	sector->number = number;
	sector->owner = NULL;
	sector->stage = 0;
	sector->is_start = false;
	memcpy(sector->before, bytes, NT_RP_UNIT);
	memcpy(sector->after, bytes, NT_RP_UNIT);
	page->sectors[number % PAGE_SECTORS] = sector;
	s->n++;
	return 0;
}

struct nt_rp_block **nt_rp_store_owner(struct nt_rp_store *s, uint64_t off_bytes)
{
	struct nt_rp_sector *sector = find(s, off_bytes / NT_RP_UNIT);

	return sector ? &sector->owner : NULL;
}

const uint8_t *nt_rp_store_before(struct nt_rp_store *s, uint64_t off_bytes)
{
	const struct nt_rp_sector *sector = find(s, off_bytes / NT_RP_UNIT);

	return sector ? sector->before : NULL;
}

/* Records never change the log itself; only the restart pages do (stages 2 and 3). */
static bool is_log(const struct nt_rp *rp, uint64_t off_bytes, size_t len)
{
	const struct nt_runs *runs = &rp->log.stream.runs;
	uint64_t first = off_bytes >> rp->cluster_shift;
	uint64_t last = (off_bytes + len - 1) >> rp->cluster_shift;

	for (size_t i = 0; i < runs->n; i++)
		if (runs->v[i].lcn != NT_HOLE && runs->v[i].lcn <= last &&
			first - runs->v[i].lcn < runs->v[i].clusters)
			return true;
	return false;
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

/* All sectors of the range are known. */
static int fill(struct nt_rp *rp, uint64_t off_bytes, size_t len, struct rs_err *err)
{
	uint64_t first = off_bytes / NT_RP_UNIT, last = (off_bytes + len - 1) / NT_RP_UNIT;
	uint64_t size = rp->raw->src->size_bytes, missing = first;
	const uint8_t *bytes = NULL;

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
	int r = 0;
	for (uint64_t i = missing; r == 0 && i <= last; i++) {
		if (find(&rp->store, i))
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

	if (len && (stage < 2 || stage == NT_RP_FIRST) && is_log(rp, off_bytes, len))
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
	const struct nt_rp_page *const *x = a, *const *y = b;

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
	const size_t n = rp->store.n;
	auto_free uint64_t *numbers = calloc(n + 1, sizeof(*numbers));
	if (!numbers)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	size_t k = 0; /* the table grows while its siblings are read */
	for (size_t i = 0; i < rp->store.n_slots; i++)
		for (size_t j = 0; rp->store.slots[i] && j < PAGE_SECTORS; j++)
			if (rp->store.slots[i]->sectors[j] &&
				is_changed(rp->store.slots[i]->sectors[j]))
				numbers[k++] = rp->store.slots[i]->sectors[j]->number;
	for (size_t i = 0; r == 0 && i < k; i++)
		r = fill(rp, numbers[i] * NT_RP_UNIT / sector * sector, sector, err);
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

/* All sectors in order. *ret is malloc'd. */
static int sort(
	struct nt_rp_store *s, struct nt_rp_sector ***ret, size_t *ret_n, struct rs_err *err)
{
	size_t n = 0, k = 0;

	struct nt_rp_sector **v = calloc(s->n + 1, sizeof(struct nt_rp_sector *));
	if (!v)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0; i < s->n_slots; i++) /* the table is a table no more */
		if (s->slots[i])
			s->slots[n++] = s->slots[i];
	s->n_slots = n;
	s->last = NULL;
	if (n)
		qsort(s->slots, n, sizeof(struct nt_rp_page *), by_number);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < PAGE_SECTORS; j++)
			if (s->slots[i]->sectors[j])
				v[k++] = s->slots[i]->sectors[j];
	*ret = v;
	*ret_n = k;
	return 0;
}

/* All sectors in order; those that no block needs are freed, the store is empty then. */
static int take_wanted(
	struct nt_rp *rp, struct nt_rp_sector ***ret, size_t *ret_n, struct rs_err *err)
{
	struct nt_rp_store *s = &rp->store;
	struct nt_rp_sector **v = NULL;
	size_t n = 0, k = 0;

	auto_free bool *is_kept = calloc(s->n + 1, sizeof(*is_kept));
	if (!is_kept)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	int r = sort(s, &v, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		is_kept[i] = is_wanted(rp, v, n, i);
	for (size_t i = 0; i < n; i++) {
		if (is_kept[i])
			v[k++] = v[i];
		else
			free_sector(s, v[i]);
	}
	for (size_t i = 0; i < s->n_slots; i++)
		free(s->slots[i]);
	s->n_slots = s->n = s->n_pages = 0;
	*ret = v;
	*ret_n = k;
	return 0;
}

int nt_rp_store_blocks(struct nt_rp *rp, struct rs_err *err)
{
	const uint64_t per = rp->raw->src->sector_bytes > NT_RP_UNIT
				     ? rp->raw->src->sector_bytes / NT_RP_UNIT
				     : 1;
	struct nt_rp_sector **use = NULL;
	size_t k = 0, freed = 0;

	int r = fill_siblings(rp, err);
	if (r == 0)
		r = take_wanted(rp, &use, &k, err);
	if (r)
		return r;
	rp->plan->blocks = calloc(k + 1, sizeof(*rp->plan->blocks));
	if (!rp->plan->blocks)
		r = rs_fail(err, RS_E_MEMORY, "plan of the journal");
	for (size_t i = 0, j; r == 0 && i < k; i = j) {
		for (j = i + 1; j < k && use[j]->number == use[j - 1]->number + 1; j++)
			if (use[j]->number % per == 0 &&
				(use[j]->is_start || use[j]->stage != use[i]->stage))
				break;
		r = emit(rp->plan, use + i, j - i, err);
		while (freed < j) /* never all of it twice in memory */
			free_sector(&rp->store, use[freed++]);
	}
	while (freed < k)
		free_sector(&rp->store, use[freed++]);
	free(use);
	return r;
}

void nt_rp_store_done(struct nt_rp_store *s)
{
	for (size_t i = 0; i < s->n_slots; i++) {
		for (size_t j = 0; s->slots[i] && j < PAGE_SECTORS; j++)
			if (s->slots[i]->sectors[j])
				free_sector(s, s->slots[i]->sectors[j]);
		free(s->slots[i]);
	}
	free(s->slots);
	free(s->ahead);
	*s = (struct nt_rp_store){0};
}
