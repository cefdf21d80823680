/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Event logs: the file is a ring of chunks, each with its own names and templates, so that one can
 * be read without the others. The file's header is older than the chunks whenever Windows did not
 * get to close it: the chunks themselves tell their order. Offsets: libyal, "Windows XML Event Log
 * (EVTX) format". */
#include "windows/evtx.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "windows/evtx_internal.h"

enum {
	FILE_BYTES = 4096, /* of its header */
	FILE_FLAGS = 120,  /* u32; 1: not closed */
	CHUNK_FREE = 48,   /* u32: behind the last record */
	CHUNK_HEAD = 512,  /* with tables of names and templates; the first record follows */
	RECORD_HEAD = 24,  /* magic, bytes u32, number u64, time u64; at the end bytes u32 again */
	RECORD_LEAST = RECORD_HEAD + 4,
	CHUNKS_MAX = 32768, /* 2 GiB */
	IS_DIRTY = 1,
};

static const char file_magic[8] = "ElfFile", chunk_magic[8] = "ElfChnk";
static const uint8_t record_magic[4] = {'*', '*', 0, 0};

struct place {
	uint64_t number; /* of its first record */
	uint32_t i;	 /* where in the file */
};

struct reader {
	const struct win_src *src;
	const struct win_evtx_ops *ops;
	const struct rs_task *task;
	struct win_evtx_info *info;
	struct place *places;
	size_t n_places, n_unread;
	struct evtx_xml *xml;
	uint8_t chunk[EVTX_CHUNK_BYTES];
};

/* ---- records ---- */

struct record {
	size_t off, bytes;
	uint64_t number, time;
};

/* A record is framed by its size on both sides. */
static bool record_at(struct rs_view chunk, size_t off, struct record *ret)
{
	uint32_t bytes, again;

	if (!rs_view_has(chunk, off, RECORD_LEAST) ||
		memcmp(chunk.p + off, record_magic, sizeof(record_magic)) != 0)
		return false;
	bytes = rs_le32(chunk.p + off + 4);
	if (bytes < RECORD_LEAST || !rs_view_u32(chunk, off + bytes - 4, &again) || again != bytes)
		return false;
	*ret = (struct record){off, bytes, rs_le64(chunk.p + off + 8), rs_le64(chunk.p + off + 16)};
	return true;
}

/* The next place that looks like a record, before @end. */
static bool record_find(struct rs_view chunk, size_t off, size_t end, struct record *ret)
{
	for (; off < end; off++) {
		const uint8_t *p =
			memmem(chunk.p + off, end - off, record_magic, sizeof(record_magic));
		if (!p)
			return false;
		off = (size_t)(p - chunk.p);
		if (record_at(chunk, off, ret))
			return true;
	}
	return false;
}

static void count_time(struct win_evtx_info *info, uint64_t time)
{
	if (time && (!info->oldest || time < info->oldest))
		info->oldest = time;
	if (time > info->newest)
		info->newest = time;
}

/* 1: enough. */
static int record_read(struct reader *r, const struct record *rec)
{
	struct evtx_xml *x = r->xml;

	if (r->ops->seen)
		r->ops->seen(r->ops->user, rec->number, rec->time);
	x->event.record = rec->number;
	x->event.time = rec->time;
	enum evtx_read how = evtx_xml_read(x, rec->off + RECORD_HEAD, rec->off + rec->bytes - 4);
	count_time(r->info, rec->time ? rec->time : x->event.time);
	if (how == EVTX_BAD) {
		r->info->bad_records++;
		return 0;
	}
	r->info->records++;
	return how == EVTX_READ && !r->ops->event(r->ops->user, &x->event);
}

/* ---- chunks ---- */

static bool is_chunk(const uint8_t *p)
{
	return memcmp(p, chunk_magic, sizeof(chunk_magic)) == 0;
}

/* Records up to where the chunk's header says that they end, and those behind it that go on
 * counting: they came after the header was written. What lies behind them is of an earlier turn of
 * the ring. */
static int chunk_records(struct reader *r, struct rs_view chunk)
{
	uint32_t end = rs_le32(chunk.p + CHUNK_FREE);
	struct record rec;
	uint64_t next = 0;
	size_t off = CHUNK_HEAD;

	if (end < CHUNK_HEAD || end > chunk.len)
		end = (uint32_t)chunk.len;
	evtx_chunk_begin(r->xml, chunk);
	for (;;) {
		bool is_there = record_at(chunk, off, &rec);
		if (off >= end && (!is_there || rec.number != next))
			return 0;
		if (!is_there) {
			r->info->bad_records++;
			if (!record_find(chunk, off, end, &rec))
				return 0;
		}
		if (record_read(r, &rec) != 0)
			return 1;
		off = rec.off + rec.bytes;
		next = rec.number + 1;
	}
}

static size_t chunk_bytes(const struct win_src *src, uint64_t i)
{
	uint64_t left = src->size_bytes - FILE_BYTES - i * EVTX_CHUNK_BYTES;

	return left < EVTX_CHUNK_BYTES ? (size_t)left : EVTX_CHUNK_BYTES;
}

static int src_read(const struct win_src *src, uint64_t i, void *buf, size_t len)
{
	return src->read(src->user, FILE_BYTES + i * EVTX_CHUNK_BYTES, buf, len, NULL);
}

static int chunk_read(struct reader *r, uint32_t i)
{
	size_t n = chunk_bytes(r->src, i);

	int code = src_read(r->src, i, r->chunk, n);
	if (rs_err_ends(code))
		return code;
	if (code < 0) {
		r->info->bad_chunks++;
		return 0;
	}
	return chunk_records(r, (struct rs_view){r->chunk, n});
}

/* ---- the file ---- */

/* Where a chunk belongs: the number of its first record, wherever that lies. The header's own copy
 * of it is as old as the header. */
static int place_look(struct reader *r, uint64_t i)
{
	size_t n = chunk_bytes(r->src, i), head = CHUNK_HEAD + RECORD_HEAD;

	if (n < head)
		return 0; /* a file that was cut, too short for a record */
	int code = src_read(r->src, i, r->chunk, head);
	if (rs_err_ends(code))
		return code;
	r->n_unread += code < 0;
	if (code < 0 || !is_chunk(r->chunk)) {
		r->info->bad_chunks += code < 0 || !rs_is_zero(r->chunk, head);
		return 0;
	}
	bool is_first = memcmp(r->chunk + CHUNK_HEAD, record_magic, sizeof(record_magic)) == 0;
	uint64_t number = rs_le64(r->chunk + (is_first ? CHUNK_HEAD + 8 : 8));
	r->places[r->n_places++] = (struct place){number, (uint32_t)i};
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static int cancelled(const struct rs_task *task, struct rs_err *err)
{
	return rs_task_goes_on(task) ? 0 : rs_fail(err, RS_E_CANCELLED, "event log");
}

static int places_look(struct reader *r, struct rs_err *err)
{
	uint64_t n = (r->src->size_bytes - FILE_BYTES + EVTX_CHUNK_BYTES - 1) / EVTX_CHUNK_BYTES;

	if (n > CHUNKS_MAX) {
		rs_note(r->info->note, sizeof(r->info->note),
			"only the first %d of its %" PRIu64 " chunks are read", CHUNKS_MAX, n);
		n = CHUNKS_MAX;
	}
	r->info->chunks = n;
	r->places = calloc(n ? n : 1, sizeof(*r->places));
	if (!r->places)
		return rs_fail(err, RS_E_MEMORY, "event log");
	for (uint64_t i = 0; i < n; i++) {
		int code = i % 64 == 0 ? cancelled(r->task, err) : 0;
		if (code == 0)
			code = place_look(r, i);
		if (code < 0)
			return code == RS_E_CANCELLED ? code : rs_fail(err, code, "event log");
	}
	qsort(r->places, r->n_places, sizeof(*r->places), by_number);
	return 0;
}

static int head_look(struct reader *r, struct rs_err *err)
{
	uint8_t head[FILE_FLAGS + 4];

	if (r->src->size_bytes < FILE_BYTES)
		return rs_fail(err, RS_E_UNSUPPORTED, "%s",
			r->src->size_bytes ? "it is no event log: too short" : "it is empty");
	int code = r->src->read(r->src->user, 0, head, sizeof(head), err);
	if (code < 0)
		return code;
	code = places_look(r, err);
	if (code < 0)
		return code;
	bool is_head = memcmp(head, file_magic, sizeof(file_magic)) == 0;
	r->info->is_dirty = is_head && (rs_le32(head + FILE_FLAGS) & IS_DIRTY);
	if (is_head || r->n_places) {
		if (!is_head)
			rs_note(r->info->note, sizeof(r->info->note), "its header is damaged");
		return 0;
	}
	if (r->n_unread)
		return rs_fail(err, RS_E_IO_READ, "no chunk of the event log can be read");
	return rs_fail(err, RS_E_UNSUPPORTED, "%s",
		r->info->bad_chunks ? "it is no event log" : "it holds only zeros");
}

static void reader_free(struct reader **r)
{
	if (!*r)
		return;
	free((*r)->places);
	free((*r)->xml);
	free(*r);
}

int win_evtx_read(const struct win_src *src, const struct win_evtx_ops *ops,
	const struct rs_task *task, struct win_evtx_info *ret, struct rs_err *err)
{
	__attribute__((cleanup(reader_free))) struct reader *r = calloc(1, sizeof(*r));

	*ret = (struct win_evtx_info){0};
	if (r)
		r->xml = calloc(1, sizeof(*r->xml));
	if (!r || !r->xml)
		return rs_fail(err, RS_E_MEMORY, "event log");
	r->src = src;
	r->ops = ops;
	r->task = task;
	r->info = ret;
	r->xml->ops = ops;
	int code = head_look(r, err);
	for (size_t i = 0; code == 0 && i < r->n_places; i++) {
		code = i % 16 == 0 ? cancelled(task, err) : 0;
		if (code == 0)
			code = chunk_read(r, r->places[i].i);
	}
	return code > 0 ? 0 : code;
}

const char *win_event_get(const struct win_event *e, const char *name, size_t i)
{
	for (size_t k = 0; name && k < e->n_data; k++)
		if (strcmp(e->data[k].name, name) == 0)
			return e->data[k].text;
	return i < e->n_data ? e->data[i].text : NULL;
}
