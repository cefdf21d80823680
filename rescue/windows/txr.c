/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of the registry's transactions, read as Windows reads it at a start: from the place that
 * its restart record names to its end. */
#include "windows/txr.h"

#include <inttypes.h>
#include <string.h>

#include "core/cleanup.h"
#include "core/text.h"
#include "core/view.h"

enum {
	SECTOR = 512,
	CONTROL_2 = 1024,   /* the control record's second copy */
	HEADER_BYTES = 112, /* of a block */
	RECORD_BYTES = 40,  /* header of a record */
	ACTION_BYTES = 48,  /* the least that a record of the registry has */
	META_BYTES_MAX = 1 << 20,
	BLOCK_BYTES_MAX = 16 << 20,
	SLACK_BYTES = 65536, /* at a container's end, where the next block had no room */
	CLIENTS = 124,
	RECORDS_MAX = 512,     /* of a block: what a number of nine bits counts */
	BYTES_MAX = 256 << 20, /* of a log; Windows has 15 MiB */
	PREPARED_MAX = 64,     /* transactions at once */
	CONTAINER_NEXT = 1,    /* in the upper half of a sequence number */
	MAJOR_VERSION = 0x15,
	IS_ENCODED = 1,	 /* flags of a block */
	IS_FIRST = 0x40, /* signatures of its sectors */
	IS_LAST = 0x20,
	IS_MULTIPLEXED = 0x40, /* state of a log */
};
enum { /* types of records */
	RECORD_DATA = 1,
	RECORD_RESTART = 2,
	RECORD_REST = 0x10, /* of a record that began in another block */
	RECORD_LAST = 0x20,
};
enum { /* what a record of the registry says of its transaction */
	ACTION_PREPARED = 4,
	ACTION_TAKEN_BACK = 8,
	ACTION_MADE = 16,
};
#define CONTROL_MAGIC 0xC1F5C1F500005F1CULL
#define CLIENT_NODE   0xC1FDF007U
#define LSN_INVALID   0xFFFFFFFF00000000ULL

/* A sequence number: container, offset of the block in it, record of the block. */
static uint64_t lsn_block(uint64_t lsn)
{
	return lsn & ~(uint64_t)(SECTOR - 1);
}

static uint64_t lsn_next_container(uint64_t lsn)
{
	return ((lsn >> 32) + CONTAINER_NEXT) << 32;
}

struct log {
	const struct win_src *base_log, *containers;
	size_t n_containers;
	uint64_t first, last, restart; /* of the base log */
	uint64_t container_bytes;      /* of the one that the last block was found in */
	uint8_t prepared[PREPARED_MAX][16];
	size_t n_prepared;
	struct win_txr *ret;
};

/* Inside of this file 1 is "not to be read", and @ret says why; 0 is done, less than 0 an error. */
enum { CANNOT = 1 };

static int cannot(struct log *l, const char *why)
{
	l->ret->state = WIN_TXR_UNKNOWN;
	(void)snprintf(l->ret->why, sizeof(l->ret->why), "%s", why);
	return CANNOT;
}

/* ---- blocks ---- */

struct block {
	uint8_t *p;
	size_t len;
	uint64_t lsn;	     /* in a container: of its first record, the block's own number */
	uint32_t record_off; /* of the first record */
};

static void block_done(struct block *b)
{
	free(b->p);
	*b = (struct block){0};
}

#define auto_block __attribute__((cleanup(block_done)))

/* Where the bytes are kept in whose place the sectors' signatures stand. */
static bool is_block(
	const uint8_t head[HEADER_BYTES], uint64_t room, struct block *ret, uint32_t *ret_saved)
{
	size_t len = (size_t)rs_le16(head + 4) * SECTOR;

	ret->record_off = rs_le32(head + 40);
	ret->len = len;
	*ret_saved = rs_le32(head + 104);
	return head[0] == MAJOR_VERSION && head[1] == 0 && rs_le32(head + 16) & IS_ENCODED && len &&
	       len <= BLOCK_BYTES_MAX && len <= room && ret->record_off >= HEADER_BYTES &&
	       ret->record_off < len && *ret_saved >= HEADER_BYTES && *ret_saved < len &&
	       len / SECTOR * 2 <= len - *ret_saved;
}

/* Every sector of a block that was written whole ends in its number of writes. */
static bool unsign(struct block *b, uint32_t saved)
{
	const size_t n = b->len / SECTOR;

	for (size_t i = 0; i < n; i++) {
		uint8_t *end = b->p + (i + 1) * SECTOR - 2;
		if (end[1] != b->p[2] || !(end[0] & IS_FIRST) != (i != 0) ||
			!(end[0] & IS_LAST) != (i + 1 != n))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		memmove(b->p + (i + 1) * SECTOR - 2, b->p + saved + 2 * i, 2);
	return true;
}

static bool is_sum_right(const struct block *b)
{
	const uint32_t sum = rs_le32(b->p + 12);

	rs_put_le32(b->p + 12, 0);
	const bool is = rs_crc32(b->p, b->len) == sum;
	rs_put_le32(b->p + 12, sum);
	return is;
}

/* Is there a record at the head of a block that says it is the block @lsn? The block's own header
 * does not count: it is not told anywhere whether its number is one of the log or of the file. */
static int is_wanted(
	const struct win_src *src, uint64_t at_bytes, uint64_t lsn, bool *ret, struct rs_err *err)
{
	uint8_t own[8];

	int r = src->read(src->user, at_bytes, own, sizeof(own), err);
	*ret = r == 0 && rs_le64(own) == lsn;
	return r;
}

/* The block at a place of a file: @lsn of a container, or one of a base log, which has a checksum.
 * *ret->p NULL: none that is whole is there. */
static int block_load(const struct win_src *src, uint64_t off_bytes, const uint64_t *lsn,
	struct block *ret, struct rs_err *err)
{
	bool is = true;
	uint8_t head[HEADER_BYTES];
	auto_block struct block b = {0};
	uint32_t saved;

	*ret = (struct block){0};
	if (off_bytes > src->size_bytes || src->size_bytes - off_bytes < SECTOR)
		return 0;
	int r = src->read(src->user, off_bytes, head, sizeof(head), err);
	if (r < 0)
		return r;
	if (!is_block(head, src->size_bytes - off_bytes, &b, &saved) ||
		b.len - b.record_off < RECORD_BYTES || (!lsn && b.len > META_BYTES_MAX))
		return 0;
	if (lsn)
		r = is_wanted(src, off_bytes + b.record_off, *lsn, &is, err);
	if (r < 0 || !is)
		return r;
	b.p = malloc(b.len);
	if (!b.p)
		return rs_fail(err, RS_E_MEMORY, "log of transactions");
	r = src->read(src->user, off_bytes, b.p, b.len, err);
	if (r < 0)
		return r;
	if ((!lsn && !is_sum_right(&b)) || !unsign(&b, saved))
		return 0;
	b.lsn = lsn ? *lsn : 0;
	*ret = b;
	b.p = NULL;
	return 0;
}

/* ---- the base log ---- */

/* Of two copies the one that was written last and is whole, at the first record. */
static int newer(struct log *l, const uint64_t off_bytes[2], struct block *ret, struct rs_err *err)
{
	uint64_t newest = 0;

	*ret = (struct block){0};
	for (int i = 0; i < 2; i++) {
		auto_block struct block b = {0};
		uint64_t writes;
		int r = block_load(l->base_log, off_bytes[i], NULL, &b, err);
		if (r < 0)
			return block_done(ret), r;
		if (!b.p || !rs_view_u64((struct rs_view){b.p, b.len}, b.record_off, &writes) ||
			(ret->p && writes < newest))
			continue;
		newest = writes;
		block_done(ret);
		*ret = b;
		b.p = NULL;
	}
	return ret->p ? 0 : cannot(l, "its base log is damaged, or of an unknown version");
}

static struct rs_view record_of(const struct block *b)
{
	return (struct rs_view){b->p + b->record_off, b->len - b->record_off};
}

/* Where the two copies of the base record are. */
static int control_read(struct log *l, uint64_t ret[2], struct rs_err *err)
{
	auto_block struct block b = {0};
	uint64_t magic = 0;
	uint32_t extend = 1, truncate = 1, off[2];
	uint8_t version = 0;

	int r = newer(l, (const uint64_t[2]){0, CONTROL_2}, &b, err);
	if (r != 0)
		return r;
	const struct rs_view v = record_of(&b);
	if (!rs_view_u64(v, 8, &magic) || magic != CONTROL_MAGIC || !rs_view_u8(v, 16, &version) ||
		version != 1 || !rs_view_u32(v, 0x50 + 2 * 24 + 12, &off[0]) ||
		!rs_view_u32(v, 0x50 + 3 * 24 + 12, &off[1]))
		return cannot(l, "its base log is of an unknown version");
	if (!rs_view_u32(v, 0x14, &extend) || !rs_view_u32(v, 0x28, &truncate) || extend ||
		truncate)
		return cannot(l, "its base log was just being made longer or shorter");
	ret[0] = off[0];
	ret[1] = off[1];
	return 0;
}

static bool client_read(struct log *l, struct rs_view v, uint32_t at)
{
	uint32_t node;

	return rs_view_u32(v, at, &node) && node == CLIENT_NODE &&
	       rs_view_u64(v, (size_t)at + 0x48, &l->first) &&
	       rs_view_u64(v, (size_t)at + 0x50, &l->last) &&
	       rs_view_u64(v, (size_t)at + 0x58, &l->restart);
}

static int base_read(struct log *l, struct rs_err *err)
{
	auto_block struct block b = {0};
	uint64_t off_bytes[2];
	uint32_t n = 0, client = 0;
	uint8_t state = 0;

	int r = control_read(l, off_bytes, err);
	if (r == 0)
		r = newer(l, off_bytes, &b, err);
	if (r != 0)
		return r;
	const struct rs_view v = record_of(&b);
	for (size_t i = 0; i < CLIENTS; i++) {
		uint32_t at = 0;
		(void)rs_view_u32(v, 0x138 + 4 * i, &at);
		client = at ? at : client;
		n += at != 0;
	}
	if (!rs_view_u8(v, 0x1332, &state) || state & IS_MULTIPLEXED || n > 1)
		return cannot(l, "it is one that several write into");
	if (!client_read(l, v, client))
		return cannot(l, "its base log is damaged");
	return 0;
}

/* ---- records ---- */

struct record {
	uint64_t lsn;
	uint32_t type;
	struct rs_view data;
};

/* The record at *off of a block, the @index-th; *off goes behind it. */
static bool record_next(const struct block *b, size_t *off, unsigned index, struct record *ret)
{
	const struct rs_view v = {b->p, b->len};
	uint32_t size;
	uint16_t data_off;

	if (!rs_view_u64(v, *off, &ret->lsn) || ret->lsn != (b->lsn | index) ||
		!rs_view_u32(v, *off + 24, &size) || !rs_view_u16(v, *off + 34, &data_off) ||
		!rs_view_u32(v, *off + 36, &ret->type) || data_off < RECORD_BYTES ||
		data_off > size || !rs_view_sub(v, *off + data_off, size - data_off, &ret->data))
		return false;
	*off += ((size_t)size + 7) & ~(size_t)7;
	return true;
}

/* Each of a block, until @fn says other than 0. */
static int each_record(struct log *l, const struct block *b,
	int (*fn)(struct log *l, const struct record *rec, void *user), void *user)
{
	size_t off = b->record_off;
	struct record rec;

	for (unsigned i = 0; i < RECORDS_MAX; i++) {
		if (!record_next(b, &off, i, &rec))
			break;
		int r = fn(l, &rec, user);
		if (r != 0)
			return r;
		if (rec.type & RECORD_LAST)
			return 0;
	}
	return cannot(l, "one of its records is damaged");
}

static size_t prepared_find(const struct log *l, const uint8_t id[16])
{
	size_t i = 0;

	while (i < l->n_prepared && memcmp(l->prepared[i], id, 16) != 0)
		i++;
	return i;
}

/* What Windows goes by, too: of a transaction that was not prepared nothing is made. */
static int note_action(struct log *l, const struct record *rec, void *user)
{
	const uint64_t *from = user;
	uint32_t action;

	if (rec->lsn < *from || !(rec->type & RECORD_DATA) || rec->type & RECORD_REST ||
		rec->data.len < ACTION_BYTES || !rs_view_u32(rec->data, 8, &action))
		return 0;
	const uint8_t *id = rec->data.p + 16;
	const size_t i = prepared_find(l, id);
	if (action == ACTION_PREPARED && i == l->n_prepared) {
		if (i == PREPARED_MAX)
			return cannot(l, "more than 64 transactions are prepared in it");
		memcpy(l->prepared[l->n_prepared++], id, 16);
	}
	if ((action == ACTION_MADE || action == ACTION_TAKEN_BACK) && i < l->n_prepared)
		memmove(l->prepared[i], l->prepared[--l->n_prepared], 16);
	return 0;
}

/* ---- the log ---- */

/* The block of this number in whichever container has it: *ret->p NULL where none has. */
static int block_at(struct log *l, uint64_t lsn, struct block *ret, struct rs_err *err)
{
	const uint64_t own = lsn_block(lsn);
	int r = 0;

	*ret = (struct block){0};
	for (size_t i = 0; r == 0 && !ret->p && i < l->n_containers; i++) {
		r = block_load(&l->containers[i], (uint32_t)own, &own, ret, err);
		if (ret->p)
			l->container_bytes = l->containers[i].size_bytes;
	}
	return r;
}

struct wanted {
	uint64_t lsn, from;
	bool is_found;
};

static int take_restart(struct log *l, const struct record *rec, void *user)
{
	struct wanted *w = user;

	(void)l;
	if (rec->lsn == w->lsn && rec->type & RECORD_RESTART)
		w->is_found = rs_view_u64(rec->data, 0, &w->from);
	return 0;
}

/* Where Windows would begin: what the last restart record says, if there is one. It may name
 * itself. */
static int start_read(struct log *l, uint64_t *ret, struct rs_err *err)
{
	auto_block struct block b = {0};
	struct wanted w = {.lsn = l->restart};

	*ret = l->first;
	if (l->restart == LSN_INVALID)
		return 0;
	int r = block_at(l, l->restart, &b, err);
	if (r == 0 && b.p)
		r = each_record(l, &b, take_restart, &w);
	if (r != 0)
		return r;
	if (!w.is_found)
		return cannot(l, "its restart record is damaged or gone");
	*ret = w.from < l->first ? l->first : w.from > l->restart ? l->restart : w.from;
	return 0;
}

static uint64_t behind(const struct block *b)
{
	return (uint64_t)(uint32_t)b->lsn + b->len > UINT32_MAX ? lsn_next_container(b->lsn)
								: b->lsn + b->len;
}

/* Is all read that the base log knows of? Windows writes more than that before it notes it there,
 * never less. */
static bool is_at_end(const struct log *l, uint64_t lsn)
{
	const uint64_t last = lsn_block(l->last);

	return last <= lsn ||
	       (last == lsn_next_container(lsn) && (uint32_t)lsn <= l->container_bytes &&
		       l->container_bytes - (uint32_t)lsn <= SLACK_BYTES);
}

/* The block of this number, or the first one of the next container. */
static int block_next(struct log *l, uint64_t lsn, struct block *ret, struct rs_err *err)
{
	int r = block_at(l, lsn, ret, err);

	if (r == 0 && !ret->p)
		r = block_at(l, lsn_next_container(lsn), ret, err);
	return r;
}

static int walk(struct log *l, uint64_t from, struct rs_err *err)
{
	uint64_t lsn = lsn_block(from), bytes = 0;

	for (;;) {
		auto_block struct block b = {0};
		int r = block_next(l, lsn, &b, err);
		if (r == 0 && b.p)
			r = each_record(l, &b, note_action, &from);
		if (r != 0)
			return r;
		if (!b.p)
			break;
		bytes += b.len;
		if (bytes > BYTES_MAX)
			return cannot(l, "it is longer than 256 MiB");
		lsn = behind(&b);
	}
	return is_at_end(l, lsn) ? 0 : cannot(l, "it ends before its last record");
}

int win_txr_read(const struct win_src *base_log, const struct win_src *containers, size_t n,
	struct win_txr *ret, struct rs_err *err)
{
	auto_free struct log *l = calloc(1, sizeof(*l));
	uint64_t from;

	if (!l)
		return rs_fail(err, RS_E_MEMORY, "log of transactions");
	*ret = (struct win_txr){.state = WIN_TXR_NONE};
	*l = (struct log){.base_log = base_log, .containers = containers, .ret = ret};
	l->n_containers = n;
	int r = base_read(l, err);
	if (r == 0)
		r = start_read(l, &from, err);
	if (r == 0)
		r = walk(l, from, err);
	if (r == 0 && l->n_prepared)
		ret->state = WIN_TXR_OPEN;
	return r < 0 ? r : 0;
}
