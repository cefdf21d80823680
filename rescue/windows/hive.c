/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registry hives in place: base block, pages, cells, key nodes, look-ups by path. */
#include "windows/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define NK_FLAG_LATIN 0x20
#define NK_BYTES      76

/* ---- base block ---- */

uint32_t win_hive_sum(const uint8_t *base)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= rs_le32(base + i);
	if (sum == 0)
		return 1;
	return sum == 0xFFFFFFFF ? 0xFFFFFFFE : sum;
}

void hive_base_parse(struct rs_view v, struct hive_base *ret)
{
	*ret = (struct hive_base){0};
	if (!rs_view_has(v, 0, HIVE_LOG_BASE_BYTES))
		return;
	ret->is_regf = memcmp(v.p, "regf", 4) == 0 && rs_le32(v.p + 20) == 1;
	ret->primary_sequence = rs_le32(v.p + 4);
	ret->secondary_sequence = rs_le32(v.p + 8);
	ret->minor = rs_le32(v.p + 24);
	ret->file_type = rs_le32(v.p + 28);
	ret->root_off = rs_le32(v.p + 36);
	ret->bins_bytes = rs_le32(v.p + 40);
	ret->is_checksum_right = rs_le32(v.p + 508) == win_hive_sum(v.p);
}

/* ---- pages ---- */

static int page_from_primary(
	struct win_hive *h, uint32_t page, uint8_t *p, uint32_t *ret_len, struct rs_err *err)
{
	uint64_t at = HIVE_BASE_BYTES + (uint64_t)page * HIVE_PAGE_BYTES;
	uint64_t left = at < h->primary.size_bytes ? h->primary.size_bytes - at : 0;

	memset(p, 0, HIVE_PAGE_BYTES);
	*ret_len = left < HIVE_PAGE_BYTES ? (uint32_t)left : HIVE_PAGE_BYTES;
	return *ret_len ? h->primary.read(h->primary.user, at, p, *ret_len, err) : 0;
}

/* The part of a patch that lies in this page, over what is there. */
static int page_patch(struct win_hive *h, const struct hive_patch *c, uint64_t start, uint8_t *p,
	uint32_t *len, struct rs_err *err)
{
	uint64_t first = c->off > start ? c->off : start;
	uint64_t end = (uint64_t)c->off + c->len;

	if (end > start + HIVE_PAGE_BYTES)
		end = start + HIVE_PAGE_BYTES;
	if (first >= end)
		return 0;
	const struct win_src *log = &h->log[c->log];
	int r = log->read(log->user, c->at_bytes + (first - c->off), p + (first - start),
		(size_t)(end - first), err);
	if (r < 0)
		return r;
	if (end - start > *len)
		*len = (uint32_t)(end - start);
	return 0;
}

static int page_load(
	struct win_hive *h, uint32_t page, uint8_t *p, uint32_t *ret_len, struct rs_err *err)
{
	uint64_t start = (uint64_t)page * HIVE_PAGE_BYTES;
	uint32_t len = 0;
	size_t i = h->n_patches;

	/* the last patch that covers the page hides everything below it */
	while (i > 0) {
		const struct hive_patch *c = &h->patches[i - 1];
		if (c->off <= start && (uint64_t)c->off + c->len >= start + HIVE_PAGE_BYTES)
			break;
		i--;
	}
	int r = i ? 0 : page_from_primary(h, page, p, &len, err);
	for (i -= i > 0; r == 0 && i < h->n_patches; i++)
		r = page_patch(h, &h->patches[i], start, p, &len, err);
	*ret_len = len;
	return r;
}

static int page_get(struct win_hive *h, uint32_t page, const uint8_t **ret, uint32_t *ret_len,
	struct rs_err *err)
{
	uint32_t slot = page % HIVE_CACHE_PAGES;
	uint8_t *p = h->cache + (size_t)slot * HIVE_PAGE_BYTES;

	if (!h->slot_len[slot] || h->slot_page[slot] != page) {
		h->slot_len[slot] = 0;
		uint32_t len;
		int r = page_load(h, page, p, &len, err);
		if (r < 0)
			return r;
		h->slot_page[slot] = page;
		h->slot_len[slot] = len;
	}
	*ret = p;
	*ret_len = h->slot_len[slot];
	return 0;
}

static int bins_read(struct win_hive *h, uint32_t off, void *buf, uint32_t len, struct rs_err *err)
{
	uint8_t *to = buf;

	if (off > h->bins_bytes || h->bins_bytes - off < len)
		return rs_fail(err, RS_E_HIVE, "offset 0x%x lies outside the hive", off);
	while (len > 0) {
		const uint8_t *p;
		uint32_t have;
		uint32_t in_page = off % HIVE_PAGE_BYTES;
		uint32_t part = HIVE_PAGE_BYTES - in_page < len ? HIVE_PAGE_BYTES - in_page : len;
		int r = page_get(h, off / HIVE_PAGE_BYTES, &p, &have, err);
		if (r < 0)
			return r;
		if (have < in_page + part)
			return rs_fail(err, RS_E_HIVE, "truncated: byte 0x%" PRIx64 " is missing",
				(uint64_t)off + HIVE_BASE_BYTES);
		memcpy(to, p + in_page, part);
		to += part;
		off += part;
		len -= part;
	}
	return 0;
}

/* ---- cells ---- */

int hive_cell_at(struct win_hive *h, uint32_t off, const char *what, struct hive_cell *ret,
	struct rs_err *err)
{
	uint8_t raw[4];

	if (off % 8 != 0 || off < 32 || off >= h->bins_bytes) /* 32: header of the first bin */
		return rs_fail(err, RS_E_HIVE, "%s: no cell can be at 0x%x", what, off);
	int r = bins_read(h, off, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	uint32_t size = 0U - rs_le32(raw); /* negative: in use */
	if (size > 0x7FFFFFFF)
		return rs_fail(err, RS_E_HIVE, "%s: the cell at 0x%x is not in use", what, off);
	if (size < 8 || size > h->bins_bytes - off)
		return rs_fail(err, RS_E_HIVE, "%s: cell at 0x%x of %u bytes", what, off, size);
	*ret = (struct hive_cell){off + 4, size - 4};
	return 0;
}

int hive_cell_read(struct win_hive *h, struct hive_cell cell, uint32_t at, void *buf, uint32_t len,
	struct rs_err *err)
{
	if (at > cell.len || cell.len - at < len)
		return rs_fail(err, RS_E_HIVE, "the cell at 0x%x is too short", cell.off - 4);
	return bins_read(h, cell.off + at, buf, len, err);
}

int hive_cell_u32(
	struct win_hive *h, struct hive_cell cell, uint32_t at, uint32_t *ret, struct rs_err *err)
{
	uint8_t raw[4];
	int r = hive_cell_read(h, cell, at, raw, sizeof(raw), err);

	if (r == 0)
		*ret = rs_le32(raw);
	return r;
}

int hive_nk_load(struct win_hive *h, uint32_t off, struct hive_nk *ret, struct rs_err *err)
{
	uint8_t raw[NK_BYTES];
	struct hive_nk nk;

	int r = hive_cell_at(h, off, "key", &nk.cell, err);
	if (r == 0)
		r = hive_cell_read(h, nk.cell, 0, raw, sizeof(raw), err);
	if (r != 0)
		return r;
	if (memcmp(raw, "nk", 2) != 0)
		return rs_fail(err, RS_E_HIVE, "no key at 0x%x", off);
	nk.flags = rs_le16(raw + 2);
	nk.written = rs_le64(raw + 4);
	nk.parent = rs_le32(raw + 16);
	nk.n_keys = rs_le32(raw + 20);
	nk.keys_off = rs_le32(raw + 28);
	nk.n_values = rs_le32(raw + 36);
	nk.values_off = rs_le32(raw + 40);
	nk.name_len = rs_le16(raw + 72);
	if (nk.name_len > nk.cell.len - NK_BYTES)
		return rs_fail(err, RS_E_HIVE, "the name of the key at 0x%x leaves its cell", off);
	*ret = nk;
	return 0;
}

static int nk_name(struct win_hive *h, const struct hive_nk *nk, uint16_t *ret, size_t *ret_n,
	struct rs_err *err)
{
	struct hive_name name = {nk->cell, NK_BYTES, nk->name_len, nk->flags & NK_FLAG_LATIN};

	return hive_name_load(h, &name, ret, HIVE_NAME_UNITS, ret_n, err);
}

/* ---- open, close ---- */

static int base_load(struct win_hive *h, struct rs_err *err)
{
	uint8_t raw[HIVE_LOG_BASE_BYTES];

	if (h->primary.size_bytes < HIVE_BASE_BYTES)
		return rs_fail(
			err, RS_E_HIVE, "not a hive: %" PRIu64 " bytes", h->primary.size_bytes);
	int r = h->primary.read(h->primary.user, 0, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	hive_base_parse((struct rs_view){raw, sizeof(raw)}, &h->base);
	h->is_base_sound = h->base.is_regf && h->base.is_checksum_right;
	h->is_dirty = !h->is_base_sound || h->base.primary_sequence != h->base.secondary_sequence;
	if (h->base.is_regf && !h->base.is_checksum_right)
		(void)snprintf(h->note, sizeof(h->note), "checksum of the base block is wrong");
	return 0;
}

static int root_check(struct win_hive *h, struct rs_err *err)
{
	struct hive_nk root;

	if (!h->base.is_regf)
		return rs_fail(err, RS_E_HIVE, "not a hive: no 'regf' of version 1 at its start");
	if (h->bins_bytes < HIVE_PAGE_BYTES || h->base.minor < 3)
		return rs_fail(err, RS_E_HIVE, "%u bytes of bins, version 1.%u", h->bins_bytes,
			h->base.minor);
	struct rs_err why = {0};
	int r = hive_nk_load(h, h->base.root_off, &root, &why);
	if (r == RS_E_HIVE)
		return rs_fail(err, RS_E_HIVE, "root key: %s", why.detail);
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

int win_hive_open(const struct win_src *primary, const struct win_src *log1,
	const struct win_src *log2, struct win_hive **ret, struct rs_err *err)
{
	auto_hive struct win_hive *h = calloc(1, sizeof(*h));

	if (h)
		h->cache = malloc((size_t)HIVE_CACHE_PAGES * HIVE_PAGE_BYTES);
	if (!h || !h->cache)
		return rs_fail(err, RS_E_MEMORY, "hive");
	h->primary = *primary;
	if (log1)
		h->log[0] = *log1;
	if (log2)
		h->log[1] = *log2;
	int r = base_load(h, err);
	if (r < 0)
		return r;
	h->bins_bytes = h->base.bins_bytes;
	h->log_last = -1;
	if (h->is_dirty)
		r = hive_log_apply(h, err);
	if (r == 0)
		r = root_check(h, err);
	if (r < 0)
		return r;
	*ret = rs_steal(h);
	return 0;
}

void win_hive_close(struct win_hive *h)
{
	if (!h)
		return;
	if (h->owned_close)
		h->owned_close(h->owned);
	free(h->patches);
	free(h->cache);
	free(h);
}

bool win_hive_is_cut(const struct win_hive *h)
{
	return h->base.is_regf &&
	       h->primary.size_bytes < (uint64_t)HIVE_BASE_BYTES + h->base.bins_bytes;
}

/* The size of the bin at @off; 0: there is none. */
static int bin_at(struct win_hive *h, uint32_t off, uint32_t *ret_bytes, struct rs_err *err)
{
	struct rs_err why = {0};
	uint8_t raw[12];
	uint32_t bytes;
	int r = bins_read(h, off, raw, sizeof(raw), &why);

	*ret_bytes = 0;
	if (r < 0)
		return r == RS_E_HIVE ? 0 : rs_err_pass(err, r, &why);
	bytes = rs_le32(raw + 8);
	if (memcmp(raw, "hbin", 4) == 0 && rs_le32(raw + 4) == off && bytes &&
		bytes % HIVE_PAGE_BYTES == 0 && bytes <= h->bins_bytes - off)
		*ret_bytes = bytes;
	return 0;
}

int win_hive_bins(struct win_hive *h, const struct rs_task *task, uint64_t *ret_first,
	uint64_t *ret_bad_bytes, struct rs_err *err)
{
	uint64_t steps = ((uint64_t)h->n_patches + 1) * (h->bins_bytes / HIVE_PAGE_BYTES);
	uint32_t bytes;

	*ret_first = *ret_bad_bytes = 0;
	if (steps > HIVE_BINS_STEPS)
		return 0;
	for (uint32_t off = 0; h->bins_bytes - off >= HIVE_PAGE_BYTES; off += bytes) {
		if (!rs_task_goes_on(task))
			return rs_fail(err, RS_E_CANCELLED, "hive");
		int r = bin_at(h, off, &bytes, err);
		if (r < 0)
			return r;
		if (bytes)
			continue;
		bytes = HIVE_PAGE_BYTES;
		if (!*ret_bad_bytes)
			*ret_first = (uint64_t)off + HIVE_BASE_BYTES;
		*ret_bad_bytes += bytes;
	}
	return 0;
}

void win_hive_state(struct win_hive *h, struct win_hive_state *ret)
{
	if (!h->is_dirty)
		hive_log_look(h);
	*ret = (struct win_hive_state){.is_dirty = h->is_dirty,
		.is_base_sound = h->is_base_sound,
		.primary_sequence = h->base.primary_sequence,
		.secondary_sequence = h->base.secondary_sequence,
		.minor = h->base.minor,
		.file_type = h->base.file_type,
		.root_off = h->base.root_off,
		.bins_bytes = h->bins_bytes,
		.entries = h->log_entries,
		.next = h->log_next,
		.flags = h->log_flags,
		.last = h->log_last,
		.log = {h->log_state[0], h->log_state[1]}};
}

int win_hive_read(struct win_hive *h, uint32_t off, void *buf, uint32_t len, struct rs_err *err)
{
	return bins_read(h, off, buf, len, err);
}

bool win_hive_is_dirty(const struct win_hive *h)
{
	return h->is_dirty;
}

const char *win_hive_note(const struct win_hive *h)
{
	return h->note;
}

win_key win_hive_root(const struct win_hive *h)
{
	return h->base.root_off;
}

/* ---- sub-keys ---- */

/* A key of @parent's list. That it names @parent as its parent makes the keys a tree: the root is
 * in no list (checked here) and each other key can be reached through one key only, so that no walk
 * goes in circles, whatever the lists say. */
static int sub_load(
	struct win_hive *h, uint32_t parent, uint32_t off, struct hive_nk *ret, struct rs_err *err)
{
	int r = hive_nk_load(h, off, ret, err);

	if (r == 0 && (ret->parent != parent || off == parent || off == h->base.root_off))
		return rs_fail(err, RS_E_HIVE,
			"the key at 0x%x is listed at 0x%x, but belongs to 0x%x", off, parent,
			ret->parent);
	return r;
}

struct walk {
	struct win_hive *h;
	uint32_t parent;
	int (*see)(struct walk *w, uint32_t off, uint16_t *name, size_t n); /* 1: stop */
	/* each_key */
	bool (*fn)(void *user, const char *name, win_key sub);
	void *user;
	/* look-up */
	const uint16_t *wanted;
	size_t n_wanted;
	uint32_t found;
	/* damaged entries are passed over; the first one is told at the end */
	struct rs_err bad;
};

static int walk_sub(void *user, uint32_t off, struct rs_err *err)
{
	struct walk *w = user;
	struct hive_nk nk;
	struct rs_err why = {0};
	uint16_t name[HIVE_NAME_UNITS];
	size_t n = 0;

	int r = sub_load(w->h, w->parent, off, &nk, &why);
	if (r == 0)
		r = nk_name(w->h, &nk, name, &n, &why);
	if (r == RS_E_HIVE && !w->bad.code)
		w->bad = why;
	if (r < 0)
		return r == RS_E_HIVE ? 0 : rs_err_pass(err, r, &why);
	return w->see(w, off, name, n);
}

static int see_each(struct walk *w, uint32_t off, uint16_t *name, size_t n)
{
	char text[3 * HIVE_NAME_UNITS + 1];

	hive_name_text(name, n, text, sizeof(text));
	return w->fn(w->user, text, off) ? 0 : 1;
}

static int see_wanted(struct walk *w, uint32_t off, uint16_t *name, size_t n)
{
	if (!hive_name_equal(name, n, w->wanted, w->n_wanted))
		return 0;
	w->found = off;
	return 1;
}

/* Walk the list; an error of the list itself, or else the first damaged entry. */
static int walk_run(struct walk *w, struct rs_err *err)
{
	struct hive_nk nk;

	int r = hive_nk_load(w->h, w->parent, &nk, err);
	if (r == 0)
		r = hive_index_each(w->h, &nk, walk_sub, w, err);
	if (r == 0 && w->bad.code)
		return rs_err_pass(err, w->bad.code, &w->bad);
	return r < 0 ? r : 0;
}

int win_hive_each_key(struct win_hive *h, win_key key,
	bool (*fn)(void *user, const char *name, win_key sub), void *user, struct rs_err *err)
{
	struct walk w = {.h = h, .parent = key, .see = see_each, .fn = fn, .user = user};

	return walk_run(&w, err);
}

/* One part of a path, as units; the rest of the path comes back. */
static const char *part_next(const char *path, uint16_t *units, size_t *ret_n)
{
	char part[3 * HIVE_NAME_UNITS + 1];
	size_t len = strcspn(path, "\\");
	long n = -1;

	if (len < sizeof(part)) {
		memcpy(part, path, len);
		part[len] = '\0';
		n = rs_utf8_to_utf16(part, units, HIVE_NAME_UNITS);
	}
	*ret_n = n < 0 ? SIZE_MAX : (size_t)n;
	return path + len + strspn(path + len, "\\");
}

int win_hive_key(
	struct win_hive *h, win_key from, const char *path, win_key *ret, struct rs_err *err)
{
	uint16_t units[HIVE_NAME_UNITS];
	win_key key = from;
	const char *next;

	for (path += strspn(path, "\\"); *path; path = next) {
		struct walk w = {.h = h, .parent = key, .see = see_wanted, .wanted = units};
		next = part_next(path, units, &w.n_wanted);
		int r = w.n_wanted == SIZE_MAX ? 0 : walk_run(&w, err);
		if (!w.found && r < 0)
			return r; /* it may be among what is damaged: do not say that it is not
				     there */
		if (!w.found)
			return rs_fail(err, RS_E_NO_SUCH_FILE, "no key '%.*s'",
				(int)strcspn(path, "\\"), path);
		key = w.found;
	}
	*ret = key;
	return 0;
}
