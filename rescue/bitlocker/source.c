/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opened volume as a block source. One thread at a time: the cipher's contexts are shared.
 * Requests may begin and end anywhere; the sectors at their ends go through a buffer. */
#include <inttypes.h>
#include <string.h>

#include "bitlocker/internal.h"

#define WORK_BYTES (128U << 10) /* read and decrypted at a time: stays in the cache */

struct source {
	struct blk blk; /* first */
	struct bl_map map;
	struct bl_cipher *cipher; /* NULL on a decrypted volume */
	struct rs_secret work;	  /* WORK_BYTES; opened data, hence secret */
};

static struct source *source_of(struct blk *b)
{
	return (struct source *)(void *)b;
}

static int read_sectors(struct source *s, const struct bl_run *run, uint64_t disk_off, uint8_t *buf,
	size_t len, struct rs_err *err)
{
	int r = blk_read(s->blk.parent, disk_off, buf, len, err);

	if (r < 0 || run->kind == BL_RUN_PLAIN)
		return r;
	r = bl_cipher_run(s->cipher, false, disk_off, buf, len);
	return r < 0 ? rs_fail_on(err, r, s->blk.name, "decryption failed") : 0;
}

/* The next piece of a run: a part of one sector when @disk_off or the end is not aligned to one,
 * else as many whole sectors as fit the work buffer. */
static size_t piece(const struct source *s, uint64_t disk_off, uint64_t len, uint64_t *ret_sector)
{
	uint32_t bytes = s->map.sector_bytes;
	uint64_t in = disk_off % bytes;

	*ret_sector = disk_off - in;
	if (in || len < bytes)
		return (size_t)(len < bytes - in ? len : bytes - in);
	return (size_t)(len < WORK_BYTES ? len - len % bytes : WORK_BYTES);
}

static bool is_whole(const struct source *s, uint64_t disk_off, size_t n)
{
	return disk_off % s->map.sector_bytes == 0 && n >= s->map.sector_bytes;
}

static int read_run(struct source *s, const struct bl_run *run, uint8_t *buf, struct rs_err *err)
{
	int r = 0;

	for (uint64_t done = 0; r == 0 && done < run->len;) {
		uint64_t at = run->disk_off + done, sector;
		size_t n = piece(s, at, run->len - done, &sector);
		if (is_whole(s, at, n)) {
			r = read_sectors(s, run, at, buf + done, n, err);
		} else {
			r = read_sectors(s, run, sector, s->work.p, s->map.sector_bytes, err);
			if (r == 0)
				memcpy(buf + done, s->work.p + (at - sector), n);
		}
		done += n;
	}
	return r;
}

static int source_read(struct blk *b, uint64_t off_bytes, void *buf, size_t len, struct rs_err *err)
{
	struct source *s = source_of(b);
	int r = 0;

	for (size_t done = 0; r == 0 && done < len;) {
		struct bl_run run = bl_map_at(&s->map, off_bytes + done, len - done);
		uint8_t *to = (uint8_t *)buf + done;
		if (run.kind == BL_RUN_ZERO)
			memset(to, 0, (size_t)run.len);
		else
			r = read_run(s, &run, to, err);
		done += (size_t)run.len;
	}
	return r;
}

static int write_run(
	struct source *s, const struct bl_run *run, const uint8_t *buf, struct rs_err *err)
{
	for (uint64_t done = 0; done < run->len;) {
		uint64_t at = run->disk_off + done, sector;
		size_t n = piece(s, at, run->len - done, &sector);
		size_t whole = is_whole(s, at, n) ? n : s->map.sector_bytes;
		int r = 0;
		if (!is_whole(s, at, n))
			r = read_sectors(s, run, sector, s->work.p, whole, err);
		if (r < 0)
			return r;
		memcpy(s->work.p + (at - sector), buf + done, n);
		r = bl_cipher_run(s->cipher, true, sector, s->work.p, whole);
		if (r < 0)
			return rs_fail_on(err, r, s->blk.name, "encryption failed");
		r = blk_write(s->blk.parent, sector, s->work.p, whole, err);
		if (r < 0)
			return r;
		done += n;
	}
	return 0;
}

static int source_write(
	struct blk *b, uint64_t off_bytes, const void *buf, size_t len, struct rs_err *err)
{
	struct source *s = source_of(b);
	const char *what;

	if (bl_map_is_refused(&s->map, off_bytes, len, &what))
		return rs_fail_on(err, RS_E_BL_AREA, b->name, "%zu bytes at %" PRIu64 " touch %s",
			len, off_bytes, what);
	for (size_t done = 0; done < len;) {
		struct bl_run run = bl_map_at(&s->map, off_bytes + done, len - done);
		int r = write_run(s, &run, (const uint8_t *)buf + done, err);
		if (r < 0)
			return r;
		done += (size_t)run.len;
	}
	return 0;
}

static void source_will_need(struct blk *b, uint64_t off_bytes, uint64_t len_bytes)
{
	for (uint64_t done = 0; done < len_bytes;) {
		struct bl_run run =
			bl_map_at(&source_of(b)->map, off_bytes + done, len_bytes - done);
		if (run.kind != BL_RUN_ZERO)
			blk_will_need(b->parent, run.disk_off, run.len);
		done += run.len;
	}
}

static void source_close(struct blk *b)
{
	struct source *s = source_of(b);

	bl_cipher_free(s->cipher);
	rs_secret_done(&s->work);
	free(s);
}

static const struct blk_ops source_ops = {
	source_read, source_write, blk_child_flush, source_close, NULL, source_will_need};

int bl_open(const struct bl_volume *v, struct blk *src, struct blk **ret, struct rs_err *err)
{
	if (v->is_unreadable)
		return rs_fail_on(err, v->refusal, v->name, "%.300s", v->info.note);
	if (!v->is_unlocked)
		return rs_fail_on(err, RS_E_KEY_NEEDED, v->name, "not unlocked yet");
	struct source *s = calloc(1, sizeof(*s));
	if (!s)
		return rs_fail_on(err, RS_E_MEMORY, v->name, "opened volume");
	auto_blk struct blk *owner = &s->blk;
	bl_map_init(&s->map, v);
	blk_child_init(&s->blk, &source_ops, src, v->name);
	s->blk.size_bytes = s->map.size_bytes;
	s->blk.sector_bytes = s->map.sector_bytes;
	s->blk.is_read_only |= !v->can_write || src->size_bytes < s->map.size_bytes;
	int r = rs_secret_init(&s->work, WORK_BYTES, err);
	if (r == 0 && v->method != BL_NONE)
		r = bl_cipher_new(
			v->method, s->map.sector_bytes, v->fvek.p, v->fvek.len, &s->cipher, err);
	if (r < 0)
		return r;
	*ret = rs_steal(owner);
	return 0;
}
