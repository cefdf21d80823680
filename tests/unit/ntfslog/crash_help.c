/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crash_help.h"

#include <stdio.h>
#include <string.h>

#include "../../layers/layers.h"

#define FILE_MAX  4096U
#define INDEX_MAX 65536U

enum what { IS_CONTENT, IS_FILE, IS_INDX, IS_BITS, IS_MIRROR, IS_LOG };

/* Who owns the clusters of the second state. */
struct owners {
	struct nt_raw *raw;
	struct nt_stream log, mirror, bitmap, mft_bitmap;
};

static void open_owners(struct owners *o, struct blk *b)
{
	assert_int_equal(nt_raw_open(b, &o->raw, NULL), 0);
	assert_int_equal(nt_stream_open(o->raw, 2, NT_AT_DATA, "", &o->log, NULL), 0);
	assert_int_equal(nt_stream_open(o->raw, 1, NT_AT_DATA, "", &o->mirror, NULL), 0);
	assert_int_equal(nt_stream_open(o->raw, 6, NT_AT_DATA, "", &o->bitmap, NULL), 0);
	assert_int_equal(nt_stream_open(o->raw, 0, NT_AT_BITMAP, "", &o->mft_bitmap, NULL), 0);
}

static void close_owners(struct owners *o)
{
	nt_stream_done(&o->log);
	nt_stream_done(&o->mirror);
	nt_stream_done(&o->bitmap);
	nt_stream_done(&o->mft_bitmap);
	nt_raw_close(o->raw);
}

/* The VCN of a cluster; false: it is none of theirs. */
static bool vcn_of(const struct nt_runs *runs, uint64_t lcn, uint64_t *ret)
{
	for (size_t i = 0; i < runs->n; i++)
		if (runs->v[i].lcn != NT_HOLE && lcn - runs->v[i].lcn < runs->v[i].clusters) {
			*ret = runs->v[i].vcn + lcn - runs->v[i].lcn;
			return true;
		}
	return false;
}

static enum what what_is(const struct owners *o, const uint8_t *p, uint64_t at, uint64_t *ret_vcn)
{
	const uint32_t cluster = o->raw->geo.cluster_bytes;
	uint64_t block = at / o->raw->geo.index_bytes * o->raw->geo.index_bytes;
	uint64_t lcn = at / cluster;

	if (vcn_of(&o->raw->mft, lcn, ret_vcn))
		return IS_FILE;
	if (vcn_of(&o->log.runs, lcn, ret_vcn))
		return IS_LOG;
	if (vcn_of(&o->mirror.runs, lcn, ret_vcn))
		return IS_MIRROR;
	if (vcn_of(&o->bitmap.runs, lcn, ret_vcn) || vcn_of(&o->mft_bitmap.runs, lcn, ret_vcn))
		return IS_BITS;
	/* blocks of an index begin at a cluster, and here at their own size too or one by one */
	for (uint64_t i = lcn * cluster + cluster; i > block && i > at - o->raw->geo.index_bytes;) {
		i -= cluster;
		if (memcmp(p + i, "INDX", 4) == 0)
			return IS_INDX;
	}
	return memcmp(p + lcn * cluster, "INDX", 4) == 0 ? IS_INDX : IS_CONTENT;
}

/* ---- records of the log ---- */

static uint8_t *plain(const uint8_t *p, size_t len)
{
	uint8_t *ret = malloc(len);

	assert_non_null(ret);
	memcpy(ret, p, len);
	if (nt_fixup(ret, len))
		memset(ret, 0, len);
	return ret;
}

/* One MFT record or index block: all of it, both ways. */
static void add_block(struct crash *c, uint64_t at, uint64_t vcn, bool is_file, const uint8_t *old,
	const uint8_t *now)
{
	const uint32_t cluster = c->geo.cluster_bytes;
	const size_t len = is_file ? c->geo.record_bytes : c->geo.index_bytes;
	uint8_t *a = plain(old, len), *b = plain(now, len);
	bool was = memcmp(a, is_file ? "FILE" : "INDX", 4) == 0;
	struct lh_rec r = {.redo = is_file ? 2 : 8,
		.undo = is_file ? 2 : 8,
		.attr = is_file ? LH_ATTR_MFT : LH_ATTR_INDX,
		.transaction = 0x18,
		.lcn = at / cluster,
		.vcn = vcn,
		.sector_off = (uint16_t)(at % cluster / 512),
		.n_lcns = len > cluster ? (uint16_t)(len / cluster) : 1,
		.redo_data = b,
		.redo_len = (uint16_t)len,
		.undo_data = a,
		.undo_len = (uint16_t)(was ? len : 0),
		.undo_next = c->v.last};

	if (is_file)
		r.redo_len = (uint16_t)((rs_le32(b + 0x18) + 7) & ~7U);
	if (!was) { /* there was none: freeing a record is its undo, of a block nothing */
		r.undo = is_file ? 3 : 0;
		r.undo_data = NULL;
	} else if (is_file) {
		r.undo_len = (uint16_t)((rs_le32(a + 0x18) + 7) & ~7U);
	}
	if (c->files + c->blocks + c->pages == 0)
		r.undo_next = 0;
	lh_add(&c->v, &r);
	*(is_file ? &c->files : &c->blocks) += 1;
	free(a);
	free(b);
}

/* A record of which only resident values changed, each where it is: UpdateResidentValue. Such a
 * block, torn, is not made whole by a replay. False: more than that changed, nothing was added. */
static bool add_values(
	struct crash *c, uint64_t at, uint64_t vcn, const uint8_t *old, const uint8_t *now)
{
	const uint32_t cluster = c->geo.cluster_bytes, len = c->geo.record_bytes;
	uint8_t *a = plain(old, len), *b = plain(now, len), *rest = plain(old, len);
	struct lh_rec recs[8];
	struct nt_attrs walk;
	struct nt_attr x;
	size_t n = 0;

	nt_attrs_init(&walk, b, len);
	while (rs_le32(a) == rs_le32(b) && n < 8 && nt_attrs_next(&walk, &x)) {
		size_t value = x.is_resident ? (size_t)(x.value.p - b) : 0;
		if (!x.value.len || memcmp(a + value, x.value.p, x.value.len) == 0)
			continue;
		size_t attr = value - 0x18 - (x.name.len + 7) / 8 * 8;
		memcpy(rest + value, x.value.p, x.value.len);
		recs[n++] = (struct lh_rec){.redo = 7,
			.undo = 7,
			.attr = LH_ATTR_MFT,
			.transaction = 0x18,
			.lcn = at / cluster,
			.vcn = vcn,
			.sector_off = (uint16_t)(at % cluster / 512),
			.n_lcns = len > cluster ? (uint16_t)(len / cluster) : 1,
			.record_off = (uint16_t)attr,
			.attr_off = (uint16_t)(value - attr),
			.redo_data = x.value.p,
			.redo_len = (uint16_t)x.value.len,
			.undo_data = a + value,
			.undo_len = (uint16_t)x.value.len};
	}
	size_t used = rs_le32(b + 0x18), usa = rs_le16(b + 4), end = usa + 2UL * rs_le16(b + 6);
	memcpy(rest + usa, b + usa, end - usa);
	memcpy(rest + 8, b + 8, 8);
	bool is_all = n && used <= len && memcmp(rest, b, used) == 0;
	for (size_t i = 0; is_all && i < n; i++) {
		recs[i].undo_next = c->files + c->blocks + c->pages ? c->v.last : 0;
		lh_add(&c->v, &recs[i]);
		c->files++;
	}
	free(a);
	free(b);
	free(rest);
	return is_all;
}

static void add_bits(struct crash *c, uint64_t at, uint64_t vcn, size_t len, const uint8_t *old,
	const uint8_t *now)
{
	struct lh_rec r = {.redo = 8,
		.undo = 8,
		.attr = LH_ATTR_DATA,
		.transaction = 0x18,
		.lcn = at / c->geo.cluster_bytes,
		.vcn = vcn,
		.record_off = (uint16_t)(at % c->geo.cluster_bytes),
		.redo_data = now,
		.redo_len = (uint16_t)len,
		.undo_data = old,
		.undo_len = (uint16_t)len,
		.undo_next = c->files + c->blocks + c->pages ? c->v.last : 0};

	lh_add(&c->v, &r);
	c->pages++;
}

/* ---- the crash ---- */

/* A block that reached the disk before the power went. */
static void flush_block(struct crash *c, uint64_t at, size_t len, const uint8_t *now)
{
	uint8_t *p = c->v.p + at;

	memcpy(p, now, len);
	lh_unprotect(p, len);
	rs_put_le64(p + 8, c->v.last);
	lh_protect(p, len);
}

/* The block with the byte at @at: one record, or one sector of the rest. Returns where it ends. */
static uint64_t differ(struct crash *c, struct owners *o, const struct crash_kind *kind,
	const uint8_t *old, const uint8_t *now, uint64_t at)
{
	const uint32_t cluster = c->geo.cluster_bytes;
	uint64_t vcn = 0, byte, from = at;
	size_t len = 512;

	switch (what_is(o, now, at, &vcn)) {
	case IS_FILE:
		byte = vcn * cluster + at % cluster;
		len = c->geo.record_bytes;
		from = at - byte % len;
		vcn = (byte - byte % len) / cluster;
		if (!add_values(c, from, vcn, old + from, now + from))
			add_block(c, from, vcn, true, old + from, now + from);
		break;
	case IS_INDX:
		len = c->geo.index_bytes;
		while (memcmp(now + from, "INDX", 4) != 0)
			from -= 512;
		add_block(c, from, 0, false, old + from, now + from);
		break;
	case IS_BITS:
		add_bits(c, from, vcn, len, old + from, now + from);
		return from + len;
	case IS_CONTENT:
		memcpy(c->v.p + from, now + from, len);
		memcpy(c->right + from, now + from, len);
		return from + len;
	default:
		return from + len;
	}
	if (kind->is_flushed && (c->files + c->blocks) % 2)
		flush_block(c, from, len, now + from);
	return from + len;
}

void crash_make(struct crash *c, const uint8_t *old, const uint8_t *now, size_t size,
	const struct crash_kind *kind)
{
	const struct lh_rec end = {.redo = 0x1B, .undo = 1, .transaction = 0x18, .flags = 2};
	struct blk *mem = lay_mem_new(size, 512);
	struct owners o = {0};

	*c = (struct crash){.v.size = size, .v.major = kind->major};
	c->v.p = malloc(size);
	c->right = malloc(size);
	assert_true(c->v.p && c->right && mem);
	memcpy(lay_mem_bytes(mem), now, size);
	open_owners(&o, mem);
	c->geo = o.raw->geo;
	assert_int_equal(o.log.runs.n, 1);
	c->log_lcn = o.log.runs.v[0].lcn;
	memcpy(c->v.p, old, size);
	memcpy(c->right, kind->is_loser ? old : now, size);
	c->v.log_off = (size_t)(c->log_lcn * c->geo.cluster_bytes);
	c->v.log_bytes = (size_t)o.log.data_bytes & ~(size_t)4095;
	lh_attach(&c->v, kind->last);
	for (uint64_t at = 0; at < size;)
		at = memcmp(old + at, now + at, 512) == 0 ? at + 512
							  : differ(c, &o, kind, old, now, at);
	if (!kind->is_loser)
		lh_add(&c->v, &end);
	lh_end(&c->v);
	close_owners(&o);
	blk_close(mem);
}

void crash_done(struct crash *c)
{
	free(c->v.p);
	free(c->right);
}

/* ---- the answer ---- */

/* Two blocks, without what may differ. 0: the same. */
static size_t compare_block(const uint8_t *a, const uint8_t *b, size_t len, bool is_file)
{
	uint8_t *x = plain(a, len), *y = plain(b, len);
	size_t used = is_file ? rs_le32(x + 0x18) : 0x18 + rs_le32(x + 0x1C), ret = 0;
	size_t usa = rs_le16(x + 4), n = rs_le16(x + 6);

	for (size_t i = 0; !ret && i < len && i < used; i++)
		if (x[i] != y[i] && (i < 8 || i >= 16) && (i < usa || i >= usa + 2 * n))
			ret = i ? i : 1;
	if (is_file && !(rs_le16(x + 0x16) & 1) && !(rs_le16(y + 0x16) & 1))
		ret = 0; /* free on both sides: what it was is not told */
	free(x);
	free(y);
	return ret;
}

static bool is_free(const struct owners *o, uint64_t lcn)
{
	uint8_t byte = 0;
	size_t n = 0;

	assert_int_equal(nt_stream_read(o->raw, &o->bitmap, lcn / 8, &byte, 1, &n, NULL), 0);
	return !(byte >> lcn % 8 & 1);
}

char *crash_differs(const struct crash *c, const uint8_t *p)
{
	struct blk *mem = lay_mem_new(c->v.size, 512);
	struct owners o = {0};
	char *ret = NULL;

	assert_non_null(mem);
	memcpy(lay_mem_bytes(mem), c->right, c->v.size);
	open_owners(&o, mem);
	for (uint64_t at = 0, len = 512; !ret && at < c->v.size; at += len) {
		uint64_t vcn = 0, from = at;
		len = 512;
		if (memcmp(p + at, c->right + at, 512) == 0)
			continue; /* or what a loser left in clusters that are free again */
		enum what w = what_is(&o, c->right, at, &vcn);
		size_t wrong = 0;
		if (w == IS_FILE || w == IS_INDX) {
			uint64_t size = w == IS_FILE ? c->geo.record_bytes : c->geo.index_bytes;
			uint64_t byte = vcn * c->geo.cluster_bytes + at % c->geo.cluster_bytes;
			from = at - byte % size;
			while (w == IS_INDX && memcmp(c->right + from, "INDX", 4) != 0)
				from -= 512;
			wrong = compare_block(c->right + from, p + from, size, w == IS_FILE);
			len = from + size - at;
		} else if (w == IS_CONTENT || w == IS_BITS) {
			wrong = !is_free(&o, at / c->geo.cluster_bytes);
		}
		if (wrong && asprintf(&ret, "kind %d at %#llx, byte %zu", (int)w,
				     (unsigned long long)from, wrong) < 0)
			fail();
	}
	close_owners(&o);
	blk_close(mem);
	return ret;
}
