/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a hive before and after its edits to writes, in an order that Windows' recovery knows
 * (docs/hives.md). */
#include <stdlib.h>
#include <string.h>

#include "core/list.h"
#include "hivewrite/internal.h"

#define ENTRY_BYTES 40
#define RUN_BYTES   (1U << 20) /* of pages in one write */

/* ---- the primary file ---- */

/* Is a page of the file other than it shall be? */
static int page_differs(struct hw_build *b, uint32_t off, bool *ret, struct rs_err *err)
{
	const struct win_src *src = &b->f->primary;
	uint8_t page[HW_PAGE];
	int r = src->read(src->user, (uint64_t)HW_BASE_BYTES + off, page, sizeof(page), err);

	*ret = r == 0 && memcmp(page, b->h->p + off, HW_PAGE) != 0;
	return r;
}

static int pages_add(struct hw_build *b, unsigned step, struct rs_err *err)
{
	struct hw_write w = {.file = HW_PRIMARY, .step = step};

	for (uint32_t off = 0; off <= b->h->len; off += HW_PAGE) {
		bool is_other = false;
		int r = off < b->h->len ? page_differs(b, off, &is_other, err) : 0;
		if (r == 0 && w.len && (!is_other || w.len >= RUN_BYTES)) {
			r = hw_build_write(b, w, b->h->p + (w.off_bytes - HW_BASE_BYTES), err);
			w.len = 0;
		}
		if (r != 0)
			return r;
		if (is_other && !w.len)
			w.off_bytes = (uint64_t)HW_BASE_BYTES + off;
		w.len += is_other ? HW_PAGE : 0;
	}
	return 0;
}

/* ---- an entry of a log ---- */

struct run { /* of pages, as an entry names them */
	uint32_t off, len;
};

struct entry {
	struct run *runs;
	size_t n;
	uint32_t page_bytes;
	uint64_t at_bytes; /* in the log */
	uint32_t size;
	uint8_t *p;
};

static void entry_done(struct entry *e)
{
	free(e->runs);
	free(e->p);
}

#define auto_entry __attribute__((cleanup(entry_done)))

/* The pages that are other than they were with the logs laid over. */
static int entry_pages(struct hw_build *b, struct entry *e, struct rs_err *err)
{
	uint8_t page[HW_PAGE];

	for (uint32_t off = 0; off < b->h->len; off += HW_PAGE) {
		if (off < b->o->st.bins_bytes) {
			int r = win_hive_read(b->o->from, off, page, HW_PAGE, err);
			if (r < 0)
				return r;
			if (memcmp(page, b->h->p + off, HW_PAGE) == 0)
				continue;
		}
		struct run *last = e->n ? &e->runs[e->n - 1] : NULL;
		if (!last || last->off + last->len != off) {
			last = rs_list_add(&e->runs, &e->n, sizeof(*last));
			if (!last)
				return rs_fail(err, RS_E_MEMORY, "pages of a hive");
			last->off = off;
		}
		last->len += HW_PAGE;
		e->page_bytes += HW_PAGE;
	}
	return 0;
}

/* Would Windows take what lies behind our entry for the next one? */
static int check_behind(const struct win_src *log, uint64_t end, uint32_t next, struct rs_err *err)
{
	uint8_t raw[ENTRY_BYTES];

	if (log->size_bytes - end < sizeof(raw))
		return 0;
	int r = log->read(log->user, end, raw, sizeof(raw), err);
	if (r != 0)
		return r;
	if (memcmp(raw, "HvLE", 4) == 0 && rs_le32(raw + 12) == next &&
		win_hive_hash(raw, 32) == rs_le64(raw + 32))
		return rs_fail(err, RS_E_HIVE_EDIT, "its log is damaged: an entry has no place");
	return 0;
}

/* Its size; as Windows' own it ends where a page of the log does. */
static int entry_size(struct hw_build *b, struct entry *e, const struct win_src *log, uint32_t next,
	struct rs_err *err)
{
	const uint64_t used = ENTRY_BYTES + 8 * (uint64_t)e->n + e->page_bytes;
	const uint64_t end = (e->at_bytes + used + HW_PAGE - 1) / HW_PAGE * HW_PAGE;

	if (end > log->size_bytes || end - e->at_bytes > HW_MAX_BYTES)
		return rs_fail(err, RS_E_HIVE_EDIT, "its log has no room for one more entry");
	e->size = (uint32_t)(end - e->at_bytes);
	(void)b;
	return check_behind(log, end, next + 1, err);
}

static int entry_make(struct hw_build *b, struct entry *e, uint32_t sequence, struct rs_err *err)
{
	uint8_t *p = e->p = calloc(1, e->size);

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "entry of a log");
	memcpy(p, "HvLE", 4);
	rs_put_le32(p + 4, e->size);
	rs_put_le32(p + 8, (b->o->st.is_dirty ? b->o->st.flags : rs_le32(b->o->base + 144)) & 1);
	rs_put_le32(p + 12, sequence);
	rs_put_le32(p + 16, b->h->len);
	rs_put_le32(p + 20, (uint32_t)e->n);
	uint8_t *page = p + ENTRY_BYTES + 8 * e->n;
	for (size_t i = 0; i < e->n; i++) {
		const struct run *run = &e->runs[i];
		rs_put_le32(p + ENTRY_BYTES + 8 * i, run->off);
		rs_put_le32(p + ENTRY_BYTES + 8 * i + 4, run->len);
		memcpy(page, b->h->p + run->off, run->len);
		page += run->len;
	}
	rs_put_le64(p + 24, win_hive_hash(p + ENTRY_BYTES, e->size - ENTRY_BYTES));
	rs_put_le64(p + 32, win_hive_hash(p, 32));
	return 0;
}

/* ---- a clean hive ---- */

/* A log that Windows would read after the hive is marked dirty, and no other one. */
static int log_choose(const struct hw_build *b, int *ret, struct rs_err *err)
{
	const struct win_hive_state *st = &b->o->st;

	for (int i = 0; i < 2; i++) {
		const struct win_hive_log *other = &st->log[1 - i];
		if (st->log[i].kind != WIN_LOG_NEW)
			continue;
		if (other->kind == WIN_LOG_UNUSED ||
			(other->kind == WIN_LOG_NEW && other->is_behind)) {
			*ret = i;
			return 0;
		}
	}
	if (st->log[0].kind == WIN_LOG_OLD || st->log[1].kind == WIN_LOG_OLD)
		return rs_fail(err, RS_E_HIVE_EDIT, "its log is of the format before Windows 8.1");
	if (st->log[0].kind == WIN_LOG_UNUSED && st->log[1].kind == WIN_LOG_UNUSED)
		return rs_fail(err, RS_E_HIVE_EDIT, "it has no log that was ever used");
	return rs_fail(err, RS_E_HIVE_EDIT, "its logs do not belong to it");
}

static int log_base_add(
	struct hw_build *b, struct entry *e, int log, uint32_t sequence, struct rs_err *err)
{
	const struct hw_write w = {
		.file = log ? HW_LOG2 : HW_LOG1, .len = (size_t)HW_SECTOR_BYTES + e->size};
	auto_free uint8_t *p = malloc(w.len);

	if (!p)
		return rs_fail(err, RS_E_MEMORY, "entry of a log");
	memcpy(p, b->o->base, HW_SECTOR_BYTES);
	rs_put_le32(p + 28, 6);
	hw_base_put(p, sequence, sequence, b->o->st.bins_bytes);
	memcpy(p + HW_SECTOR_BYTES, e->p, e->size);
	return hw_build_write(b, w, p, err);
}

/* The entry where Windows does not look yet; the base block that says that it must (the commit);
 * the pages; the base block that says that they are there. */
static int plan_log(struct hw_build *b, struct rs_err *err)
{
	auto_entry struct entry e = {.at_bytes = HW_SECTOR_BYTES};
	const struct win_hive_state *st = &b->o->st;
	const uint32_t sequence = st->secondary_sequence;
	uint8_t base[HW_SECTOR_BYTES];
	int log = 0;

	int r = log_choose(b, &log, err);
	if (r == 0)
		r = entry_pages(b, &e, err);
	if (r == 0)
		r = entry_size(b, &e, log ? &b->f->log2 : &b->f->log1, sequence, err);
	if (r == 0)
		r = entry_make(b, &e, sequence, err);
	if (r == 0)
		r = log_base_add(b, &e, log, sequence, err);
	memcpy(base, b->o->base, sizeof(base));
	hw_base_put(base, sequence + 1, sequence, st->bins_bytes);
	if (r == 0)
		r = hw_build_base(b, base, 1, true, err);
	if (r == 0)
		r = pages_add(b, 2, err);
	hw_base_put(base, sequence + 1, sequence + 1, b->h->len);
	if (r == 0)
		r = hw_build_base(b, base, 3, false, err);
	if (r == 0)
		hw_build_finish(b, HW_LOG);
	return r;
}

static int plan_sector(struct hw_build *b, uint32_t off, struct rs_err *err)
{
	const struct hw_write w = {.file = HW_PRIMARY,
		.off_bytes = (uint64_t)HW_BASE_BYTES + off,
		.len = HW_SECTOR_BYTES,
		.is_commit = true};
	int r = hw_build_write(b, w, b->h->p + off, err);

	if (r == 0)
		hw_build_finish(b, HW_SECTOR);
	return r;
}

/* ---- a dirty hive ---- */

/* May an entry behind the last one be the last one then? The other log must have nothing that comes
 * after it. */
static int check_last(const struct win_hive_state *st, struct rs_err *err)
{
	const struct win_hive_log *other = &st->log[1 - st->last];

	if (other->kind == WIN_LOG_BAD ||
		(other->kind == WIN_LOG_NEW && !other->is_behind && !other->n_taken))
		return rs_fail(err, RS_E_HIVE_EDIT, "one of its logs is damaged");
	return 0;
}

/* One more entry (the commit: Windows takes all that are whole), then all that waits. */
static int plan_append(struct hw_build *b, struct rs_err *err)
{
	const struct win_hive_state *st = &b->o->st;
	auto_entry struct entry e = {.at_bytes = st->log[st->last].end_bytes};
	const struct win_src *log = st->last ? &b->f->log2 : &b->f->log1;
	uint8_t base[HW_SECTOR_BYTES];

	int r = check_last(st, err);
	if (r == 0)
		r = entry_pages(b, &e, err);
	if (r == 0)
		r = entry_size(b, &e, log, st->next, err);
	if (r == 0)
		r = entry_make(b, &e, st->next, err);
	const struct hw_write w = {.file = st->last ? HW_LOG2 : HW_LOG1,
		.off_bytes = e.at_bytes,
		.len = e.size,
		.is_commit = true};
	if (r == 0)
		r = hw_build_write(b, w, e.p, err);
	if (r == 0)
		r = pages_add(b, 1, err);
	memcpy(base, b->o->base, sizeof(base));
	hw_flags_put(base, st);
	hw_base_put(base, st->next + 1, st->next + 1, b->h->len);
	if (r == 0)
		r = hw_build_base(b, base, 2, false, err);
	if (r == 0)
		hw_build_finish(b, HW_APPEND);
	return r;
}

/* ---- all of it ---- */

static int check_open(const struct hw_files *f, const struct hw_opened *o, struct rs_err *err)
{
	if (!o->st.is_base_sound)
		return rs_fail(err, RS_E_HIVE_EDIT, "its base block is damaged");
	if (f->flags & HW_TXR_PENDING)
		return rs_fail(err, RS_E_HIVE_TXR, "a transaction of the registry is open");
	if (o->st.secondary_sequence > UINT32_MAX - 4 || o->st.next > UINT32_MAX - 4)
		return rs_fail(err, RS_E_HIVE_EDIT, "its sequence number is at its end");
	return 0;
}

/* On a clean hive the one sector, if that is all. *ret_is_done: planned, or nothing to do. */
static int try_sector(struct hw_build *b, const struct hw_edit *edits, size_t n, bool *ret_is_done,
	struct rs_err *err)
{
	uint32_t off;
	int r = hw_edit_in_sector(b->h, edits, n, &off, err);

	*ret_is_done = off != HW_NIL;
	if (r != 0 || off == HW_NIL || !b->h->is_changed)
		return r;
	r = hw_edit_hold(b->h, b->o->base, edits, n, err);
	return r < 0 ? r : plan_sector(b, off, err);
}

/* @no_log why no log can take an entry: it is the reason where the way beside is barred, too. */
static int plan_without_log(struct hw_build *b, const struct hw_edit *edits, size_t n,
	const struct rs_err *no_log, struct rs_err *err)
{
	struct rs_err why = {0};
	int r = hw_plan_aside(b, edits, n, &why);

	if (r == RS_E_HIVE_EDIT)
		return rs_err_pass(err, no_log->code, no_log);
	return r < 0 ? rs_err_pass(err, r, &why) : 0;
}

static int plan_edits(struct hw_build *b, const struct hw_edit *edits, size_t n, struct rs_err *err)
{
	uint8_t base[HW_BASE_BYTES];
	struct rs_err why = {0};
	bool is_done = false;
	int r = 0, log;

	if (!b->o->st.is_dirty)
		r = try_sector(b, edits, n, &is_done, err);
	if (r != 0 || is_done)
		return r;
	b->h->now = b->f->now_filetime;
	if (!b->o->st.is_dirty && log_choose(b, &log, &why) < 0)
		return plan_without_log(b, edits, n, &why, err);
	r = hw_edit_all(b->h, edits, n, err);
	if (r != 0 || !b->h->is_changed)
		return r;
	if (b->h->now)
		rs_put_le64(b->h->p + 20, b->h->now); /* of the first bin, at each of its writes */
	memcpy(base, b->o->base, sizeof(base));
	hw_base_put(base, b->o->st.next, b->o->st.next, b->h->len);
	r = hw_edit_hold(b->h, base, edits, n, err);
	if (r != 0)
		return r;
	return b->o->st.is_dirty ? plan_append(b, err) : plan_log(b, err);
}

int hw_plan_make(const struct hw_files *f, const struct hw_edit *edits, size_t n,
	struct hw_plan *ret, struct rs_err *err)
{
	auto_hw_opened struct hw_opened o = {0};
	auto_hw_hive struct hw_hive *h = NULL;
	struct hw_build b = {.f = f, .o = &o};

	int r = hw_open(f, &o, err);
	if (r == 0)
		r = check_open(f, &o, err);
	if (r == 0)
		r = hw_load(o.from, (uint32_t)(o.size_bytes - HW_BASE_BYTES) / HW_PAGE * HW_PAGE,
			&h, err);
	if (r != 0)
		return r;
	b.h = h;
	r = plan_edits(&b, edits, n, err);
	if (r < 0)
		hw_plan_done(&b.plan);
	else
		*ret = b.plan;
	return r;
}

void hw_plan_done(struct hw_plan *p)
{
	free(p->writes);
	free(p->bytes);
	*p = (struct hw_plan){0};
}
