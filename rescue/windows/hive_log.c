/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transaction logs of a dirty hive, new format (Windows 8.1 and later): which entries belong over
 * the primary file. Only their places are kept; pages are read from the log when they are wanted.
 */
#include "windows/internal.h"

#include <string.h>

#include "core/list.h"
#include "core/text.h"

#define ENTRY_BYTES 40 /* header of an entry */

/* ---- Marvin32 ---- */

/* as the log has it: 82 EF 4D 88 7A 4E 55 C5 read as one big-endian number */
const struct hive_marvin hive_marvin_seed = {0x7A4E55C5, 0x82EF4D88};

static uint32_t rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void marvin_mix(struct hive_marvin *m, uint32_t word)
{
	m->lo += word;
	m->hi ^= m->lo;
	m->lo = rol(m->lo, 20) + m->hi;
	m->hi = rol(m->hi, 9) ^ m->lo;
	m->lo = rol(m->lo, 27) + m->hi;
	m->hi = rol(m->hi, 19);
}

void hive_marvin_words(struct hive_marvin *m, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i += 4)
		marvin_mix(m, rs_le32(p + i));
}

uint64_t hive_marvin_done(struct hive_marvin *m)
{
	marvin_mix(m, 0x80); /* nothing is left over: lengths are multiples of 4 */
	marvin_mix(m, 0);
	return (uint64_t)m->hi << 32 | m->lo;
}

uint64_t win_hive_hash(const uint8_t *p, size_t len)
{
	struct hive_marvin m = hive_marvin_seed;

	hive_marvin_words(&m, p, len);
	return hive_marvin_done(&m);
}

/* ---- entries ---- */

struct entry {
	uint64_t at_bytes; /* in the log */
	uint32_t size, flags, sequence, bins_bytes, n_pages;
	uint64_t body_hash;
};

struct log {
	struct win_hive *h;
	const struct win_src *src;
	uint32_t index; /* 0: .LOG1 */
	struct hive_base base;
	bool is_usable;
	struct win_hive_log *state;
	uint8_t *buf; /* LOG_BUF_BYTES */
};

#define LOG_BUF_BYTES 65536

static void note(struct log *l, const char *what)
{
	rs_note(l->h->note, sizeof(l->h->note), ".LOG%u: %s", l->index + 1, what);
}

/* The header of an entry; false when none is there (the normal end of a log). */
static bool entry_load(struct log *l, uint64_t at_bytes, struct entry *ret)
{
	uint8_t raw[ENTRY_BYTES];
	struct hive_marvin m = hive_marvin_seed;

	if (at_bytes > l->src->size_bytes || l->src->size_bytes - at_bytes < sizeof(raw))
		return false;
	if (l->src->read(l->src->user, at_bytes, raw, sizeof(raw), NULL) < 0) {
		note(l, "read error");
		return false;
	}
	if (memcmp(raw, "HvLE", 4) != 0)
		return false;
	hive_marvin_words(&m, raw, 32);
	if (hive_marvin_done(&m) != rs_le64(raw + 32))
		return false; /* rest of an older generation, or half written */
	*ret = (struct entry){at_bytes, rs_le32(raw + 4), rs_le32(raw + 8), rs_le32(raw + 12),
		rs_le32(raw + 16), rs_le32(raw + 20), rs_le64(raw + 24)};
	return ret->size >= 512 && ret->size % 512 == 0 &&
	       ret->size <= l->src->size_bytes - at_bytes && ret->bins_bytes >= HIVE_PAGE_BYTES &&
	       ret->bins_bytes % HIVE_PAGE_BYTES == 0 &&
	       ret->n_pages <= (ret->size - ENTRY_BYTES) / 8;
}

static bool entry_hash_ok(struct log *l, const struct entry *e)
{
	struct hive_marvin m = hive_marvin_seed;
	uint64_t at = e->at_bytes + ENTRY_BYTES;
	uint32_t left = e->size - ENTRY_BYTES; /* a multiple of 4, since sizes are of 512 */

	while (left > 0) {
		uint32_t part = left < LOG_BUF_BYTES ? left : LOG_BUF_BYTES;
		if (l->src->read(l->src->user, at, l->buf, part, NULL) < 0)
			return false;
		hive_marvin_words(&m, l->buf, part);
		at += part;
		left -= part;
	}
	return hive_marvin_done(&m) == e->body_hash;
}

/* The pages of an entry, all or none. 0: bad entry, 1: taken. */
static int entry_take(struct log *l, const struct entry *e, struct rs_err *err)
{
	struct win_hive *h = l->h;
	uint32_t used = ENTRY_BYTES + 8 * e->n_pages;
	size_t before = h->n_patches;

	if (e->n_pages > HIVE_MAX_PATCHES - h->n_patches)
		return 0;
	for (uint32_t i = 0; i < e->n_pages; i++) {
		uint8_t ref[8];
		uint64_t at = e->at_bytes + ENTRY_BYTES + 8ULL * i;
		bool is_read = l->src->read(l->src->user, at, ref, sizeof(ref), NULL) >= 0;
		uint32_t off = is_read ? rs_le32(ref) : 0;
		uint32_t len = is_read ? rs_le32(ref + 4) : 0;
		if (len == 0 || len > e->size - used || off > e->bins_bytes ||
			len > e->bins_bytes - off || e->at_bytes + used > UINT32_MAX) {
			h->n_patches = before;
			return 0;
		}
		struct hive_patch *to = rs_list_add(&h->patches, &h->n_patches, sizeof(*to));
		if (!to)
			return rs_fail(err, RS_E_MEMORY, "log of a hive");
		*to = (struct hive_patch){off, len, (uint32_t)(e->at_bytes + used), l->index};
		used += len;
	}
	h->bins_bytes = e->bins_bytes;
	h->log_entries++;
	h->log_next = e->sequence + 1;
	h->log_flags = e->flags;
	h->log_last = (int)l->index;
	l->state->n_taken++;
	l->state->end_bytes = e->at_bytes + e->size;
	return 1;
}

/* Entries of one log from sequence number *next on; stops at the first that is not the next one. */
static int log_take(struct log *l, uint32_t *next, struct rs_err *err)
{
	uint64_t at = HIVE_LOG_BASE_BYTES;
	struct entry e;

	while (entry_load(l, at, &e) && e.sequence == *next) {
		int r = 0;
		if (entry_hash_ok(l, &e))
			r = entry_take(l, &e, err);
		if (r < 0)
			return r;
		if (r == 0) {
			note(l, "stopped at a damaged entry");
			return 0;
		}
		at += e.size;
		(*next)++;
	}
	return 0;
}

/* ---- the two logs together ---- */

static int log_read_base(struct log *l)
{
	uint8_t raw[HIVE_LOG_BASE_BYTES];

	if (l->src->size_bytes < sizeof(raw))
		return 0;
	int r = l->src->read(l->src->user, 0, raw, sizeof(raw), NULL);
	if (r == 0)
		hive_base_parse((struct rs_view){raw, sizeof(raw)}, &l->base);
	return r;
}

static enum win_log_kind log_kind(const struct hive_base *b)
{
	if (!b->is_regf)
		return WIN_LOG_UNUSED; /* never used */
	if (b->file_type == 1 || b->file_type == 2)
		return WIN_LOG_OLD;
	return b->file_type == 6 && b->is_checksum_right &&
			       b->primary_sequence == b->secondary_sequence
		       ? WIN_LOG_NEW
		       : WIN_LOG_BAD;
}

static int log_look(struct log *l, struct win_hive *h)
{
	int r = log_read_base(l);

	l->state = &h->log_state[l->index];
	*l->state = (struct win_hive_log){.kind = r < 0 ? WIN_LOG_BAD : log_kind(&l->base),
		.sequence = l->base.primary_sequence,
		.end_bytes = HIVE_LOG_BASE_BYTES};
	l->is_usable = l->state->kind == WIN_LOG_NEW;
	l->state->is_behind = l->is_usable && h->is_base_sound &&
			      win_hive_is_before(l->state->sequence, h->base.secondary_sequence);
	return r;
}

static void log_look_noting(struct log *l)
{
	if (log_look(l, l->h) < 0)
		note(l, "read error");
	else if (l->state->kind == WIN_LOG_OLD)
		note(l, "of the format before Windows 8.1, not applied");
	else if (l->state->kind == WIN_LOG_BAD)
		note(l, "not valid, not applied");
}

void hive_log_look(struct win_hive *h)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct log l = {.h = h, .src = &h->log[i], .index = i};
		(void)log_look(&l, h); /* its state says so */
	}
}

/* Primary file with a sound base block: both logs, the one with the earlier entries first. */
static int both_take(struct win_hive *h, struct log *first, struct log *second, struct rs_err *err)
{
	struct log *order[2] = {first, second};
	uint32_t next = 0;

	for (int i = 0; i < 2; i++) {
		struct log *l = order[i];
		if (!l->is_usable || l->state->is_behind)
			continue; /* what it holds is in the primary file already */
		if (h->log_entries == 0)
			next = l->base.primary_sequence;
		int r = log_take(l, &next, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Primary file without one: the later log alone, and its copy of the base block. */
static int later_take(struct win_hive *h, struct log *l, struct rs_err *err)
{
	uint32_t next = l->base.primary_sequence;

	if (!l->is_usable)
		return 0;
	h->base = l->base;
	h->bins_bytes = l->base.bins_bytes;
	return log_take(l, &next, err);
}

int hive_log_apply(struct win_hive *h, struct rs_err *err)
{
	auto_free uint8_t *buf = malloc(LOG_BUF_BYTES);
	struct log a = {.h = h, .src = &h->log[0], .index = 0, .buf = buf};
	struct log b = {.h = h, .src = &h->log[1], .index = 1, .buf = buf};

	if (!buf)
		return rs_fail(err, RS_E_MEMORY, "log of a hive");
	log_look_noting(&a);
	log_look_noting(&b);
	bool is_a_first =
		!b.is_usable || (a.is_usable && win_hive_is_before(a.base.primary_sequence,
							b.base.primary_sequence));
	if (h->base.is_regf && h->base.is_checksum_right)
		return both_take(h, is_a_first ? &a : &b, is_a_first ? &b : &a, err);
	if (a.is_usable && b.is_usable)
		return later_take(h, is_a_first ? &b : &a, err);
	return later_take(h, a.is_usable ? &a : &b, err);
}
