/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layers.h"

#include <stdio.h>
#include <string.h>

#define PAGE 4096U

/* ---- memory ---- */

struct mem {
	struct blk blk; /* first: ops get a pointer to it */
	uint8_t *bytes, *saved, *dirty;
};

static struct mem *mem_of(struct blk *b)
{
	return (struct mem *)(void *)b;
}

static int mem_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	(void)err;
	memcpy(buf, mem_of(b)->bytes + off_bytes, len);
	return 0;
}

static int mem_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct mem *m = mem_of(b);

	(void)err;
	if (m->dirty)
		for (uint64_t p = off_bytes / PAGE; p <= (off_bytes + len - 1) / PAGE; p++)
			m->dirty[p] = 1;
	memcpy(m->bytes + off_bytes, buf, len);
	return 0;
}

static int mem_flush(struct blk *b, struct rs_err *err)
{
	(void)b;
	(void)err;
	return 0;
}

static void mem_close(struct blk *b)
{
	struct mem *m = mem_of(b);

	free(m->bytes);
	free(m->saved);
	free(m->dirty);
	free(m);
}

static const struct blk_ops mem_ops = {
	.read = mem_read, .write = mem_write, .flush = mem_flush, .close = mem_close};

static size_t mem_pages(const struct blk *b)
{
	return (size_t)((b->size_bytes + PAGE - 1) / PAGE);
}

struct blk *lay_mem_new(uint64_t size_bytes, uint32_t sector_bytes)
{
	struct mem *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->blk = (struct blk){
		.ops = &mem_ops, .size_bytes = size_bytes, .sector_bytes = sector_bytes};
	(void)snprintf(m->blk.name, sizeof(m->blk.name), "memory");
	m->bytes = calloc(mem_pages(&m->blk), PAGE);
	if (!m->bytes) {
		free(m);
		return NULL;
	}
	return &m->blk;
}

struct blk *lay_mem_load(const char *path, uint32_t sector_bytes)
{
	FILE *f = fopen(path, "rb");
	struct blk *b = NULL;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END)) {
		long size = ftell(f);

		rewind(f);
		b = size > 0 ? lay_mem_new((uint64_t)size, sector_bytes) : NULL;
		if (b && fread(mem_of(b)->bytes, 1, (size_t)size, f) != (size_t)size) {
			blk_close(b);
			b = NULL;
		}
	}
	(void)fclose(f); /* only read */
	return b;
}

uint8_t *lay_mem_bytes(struct blk *mem)
{
	return mem_of(mem)->bytes;
}

bool lay_mem_save(struct blk *mem)
{
	struct mem *m = mem_of(mem);
	size_t pages = mem_pages(mem);

	if (!m->saved)
		m->saved = malloc(pages * PAGE);
	if (!m->dirty)
		m->dirty = malloc(pages);
	if (!m->saved || !m->dirty)
		return false;
	memcpy(m->saved, m->bytes, pages * PAGE);
	memset(m->dirty, 0, pages);
	return true;
}

void lay_mem_restore(struct blk *mem)
{
	struct mem *m = mem_of(mem);

	for (size_t p = 0; p < mem_pages(mem); p++) {
		if (!m->dirty[p])
			continue;
		memcpy(m->bytes + p * PAGE, m->saved + p * PAGE, PAGE);
		m->dirty[p] = 0;
	}
}

/* ---- watching ---- */

static struct lay_watch *watch_of(struct blk *b)
{
	return (struct lay_watch *)(void *)b;
}

static bool is_failing(const struct lay_watch *w, uint64_t fail_at, uint64_t now)
{
	return fail_at && (now == fail_at || (w->is_sticky && now > fail_at));
}

static void record(struct lay_watch *w, struct lay_op op, const void *p)
{
	if (!w->is_recording)
		return;
	if (w->n_ops == w->cap_ops) {
		w->cap_ops = w->cap_ops ? w->cap_ops * 2 : 256;
		w->ops = realloc(w->ops, w->cap_ops * sizeof(*w->ops));
		if (!w->ops)
			abort(); /* a test */
	}
	if (op.len) {
		op.data = malloc(op.len);
		if (!op.data)
			abort();
		memcpy(op.data, p, op.len);
	}
	w->ops[w->n_ops++] = op;
}

static int watch_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct lay_watch *w = watch_of(b);

	w->read_bytes += len;
	if (is_failing(w, w->fail_read, ++w->reads))
		return rs_fail_on(err, RS_E_IO_READ, b->name, "made to fail (read %llu)",
			(unsigned long long)w->reads);
	return blk_read(w->parent, off_bytes, buf, len, err);
}

static int watch_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct lay_watch *w = watch_of(b);

	if (is_failing(w, w->fail_write, ++w->writes))
		return rs_fail_on(err, RS_E_IO_WRITE, b->name, "made to fail (write %llu)",
			(unsigned long long)w->writes);
	w->written_bytes += len;
	record(w, (struct lay_op){.off_bytes = off_bytes, .len = len}, buf);
	return blk_write(w->parent, off_bytes, buf, len, err);
}

static int watch_flush(struct blk *b, struct rs_err *err)
{
	struct lay_watch *w = watch_of(b);

	if (is_failing(w, w->fail_flush, ++w->flushes))
		return rs_fail_on(err, RS_E_IO_WRITE, b->name, "made to fail (flush %llu)",
			(unsigned long long)w->flushes);
	record(w, (struct lay_op){.is_flush = true}, NULL);
	return blk_flush(w->parent, err);
}

void lay_watch_reset(struct lay_watch *w)
{
	for (size_t i = 0; i < w->n_ops; i++)
		free(w->ops[i].data);
	w->n_ops = 0;
	w->reads = w->writes = w->flushes = w->read_bytes = w->written_bytes = 0;
	w->hinted_at = w->hinted_bytes = 0;
	w->fail_read = w->fail_write = w->fail_flush = 0;
	w->is_sticky = w->is_recording = false;
}

static void watch_close(struct blk *b)
{
	struct lay_watch *w = watch_of(b);

	lay_watch_reset(w);
	free(w->ops);
	free(w);
}

static void watch_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	watch_of(b)->hinted_at = off_bytes;
	watch_of(b)->hinted_bytes += len_bytes;
	blk_will_need(watch_of(b)->parent, off_bytes, len_bytes);
}

static const struct blk_ops watch_ops = {.read = watch_read,
	.write = watch_write,
	.flush = watch_flush,
	.close = watch_close,
	.will_need = watch_will_need};

struct lay_watch *lay_watch_new(struct blk *parent)
{
	struct lay_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->blk = *parent;
	w->blk.ops = &watch_ops;
	w->parent = parent;
	return w;
}

/* ---- power cuts ---- */

static void play(const struct lay_op *op, struct blk *mem)
{
	if (!op->is_flush)
		(void)mem_write(mem, op->off_bytes, op->data, op->len, NULL); /* cannot fail */
}

void lay_replay_prefix(const struct lay_watch *w, size_t n, struct blk *mem)
{
	for (size_t i = 0; i < n; i++)
		play(&w->ops[i], mem);
}

uint64_t lay_random(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t sectors_of(const struct lay_watch *w, const struct lay_op *op)
{
	return op->is_flush || !w->torn_bytes ? 0 : op->len / w->torn_bytes;
}

/* first and last: 1 to n - 1; all but one: n */
static size_t count_tears(size_t sectors)
{
	return sectors > 1 ? 3 * sectors - 2 : 0;
}

size_t lay_count_torn(const struct lay_watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_ops; i++)
		n += count_tears(sectors_of(w, &w->ops[i]));
	return n;
}

struct lay_torn lay_nth_torn(const struct lay_watch *w, size_t nth)
{
	size_t op = 0;

	while (nth >= count_tears(sectors_of(w, &w->ops[op])))
		nth -= count_tears(sectors_of(w, &w->ops[op++]));
	size_t sectors = sectors_of(w, &w->ops[op]);
	if (nth < 2 * (sectors - 1))
		return (struct lay_torn){op, nth % 2 ? LAY_LAST : LAY_FIRST, nth / 2 + 1};
	return (struct lay_torn){op, LAY_LOST, nth - 2 * (sectors - 1)};
}

static void play_sector(
	const struct lay_watch *w, const struct lay_op *op, size_t number, struct blk *mem)
{
	const size_t at = number * w->torn_bytes;

	(void)mem_write(mem, op->off_bytes + at, op->data + at, w->torn_bytes, NULL);
}

void lay_replay_torn(const struct lay_watch *w, const struct lay_torn *t, struct blk *mem)
{
	const struct lay_op *op = &w->ops[t->op];
	const size_t n = sectors_of(w, op);

	lay_replay_prefix(w, t->op, mem);
	for (size_t i = 0; i < n; i++) {
		bool is_there = t->tear == LAY_FIRST  ? i < t->k
				: t->tear == LAY_LAST ? i >= n - t->k
						      : i != t->k;
		if (is_there)
			play_sector(w, op, i, mem);
	}
}

/* A third of the writes of a torn window arrive in part: any of their sectors. */
static void play_part(
	const struct lay_watch *w, const struct lay_op *op, uint64_t *s, struct blk *mem)
{
	const size_t n = sectors_of(w, op);

	if (n < 2 || lay_random(s) % 3) {
		play(op, mem);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (lay_random(s) & 1)
			play_sector(w, op, i, mem);
}

size_t lay_replay_random(
	const struct lay_watch *w, uint64_t seed, struct blk *mem, size_t *ret_of_window)
{
	uint64_t s = seed;
	size_t at = w->n_ops ? (size_t)(lay_random(&s) % w->n_ops) : 0;
	size_t first = at, end = at, played = 0;
	size_t order[256];
	size_t n = 0;

	while (first > 0 && !w->ops[first - 1].is_flush)
		first--;
	while (end < w->n_ops && !w->ops[end].is_flush)
		end++;
	lay_replay_prefix(w, first, mem);
	for (size_t i = first; i < end && n < 256; i++)
		order[n++] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)(lay_random(&s) % i), t = order[i - 1];

		order[i - 1] = order[k];
		order[k] = t;
	}
	for (size_t i = 0; i < n; i++) {
		if (lay_random(&s) & 1)
			continue;
		play_part(w, &w->ops[order[i]], &s, mem);
		played++;
	}
	*ret_of_window = played;
	return first;
}
