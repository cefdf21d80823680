/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan as a file. Little-endian:
 *   0 "UNBRKRPL"  8 version u32  C blocks u32  10 volume serial u64  18 volume bytes u64
 *  20 pending u32  24 log major u16, minor u16  28 records, redone, skipped u64
 *  40 transactions, losers u32  48 checkpoint, oldest, last LSN u64  60 zeroed records u32
 *  64 changed FILE records u32  68 zero u64
 * then the zeroed and the changed records (u64 each), then per block: offset u64, length u32,
 * stage u32, before, after; at the end the SHA-256 of all that. */
#include <string.h>

#include "ntfslog/replay_internal.h"

#define MAGIC	     "UNBRKRPL"
#define VERSION	     1U
#define HEADER	     0x70U
#define BLOCK_HEADER 16U
#define HASH	     NT_SHA256_BYTES
#define BLOCK_MAX    (1U << 24)
#define STAGE_MAX    NT_RP_FIRST

static void put_header(const struct nt_replay *p, uint64_t serial, uint64_t bytes, uint8_t *h)
{
	memcpy(h, MAGIC, 8);
	rs_put_le32(h + 8, VERSION);
	rs_put_le32(h + 0xC, (uint32_t)p->n_blocks);
	rs_put_le64(h + 0x10, serial);
	rs_put_le64(h + 0x18, bytes);
	rs_put_le32(h + 0x20, p->pending);
	rs_put_le16(h + 0x24, p->log_major);
	rs_put_le16(h + 0x26, p->log_minor);
	rs_put_le64(h + 0x28, p->records);
	rs_put_le64(h + 0x30, p->redone);
	rs_put_le64(h + 0x38, p->skipped);
	rs_put_le32(h + 0x40, p->transactions);
	rs_put_le32(h + 0x44, p->losers);
	rs_put_le64(h + 0x48, p->checkpoint_lsn);
	rs_put_le64(h + 0x50, p->oldest_lsn);
	rs_put_le64(h + 0x58, p->last_lsn);
	rs_put_le32(h + 0x60, (uint32_t)p->zeroed.n);
	rs_put_le32(h + 0x64, (uint32_t)p->changed.n);
}

static uint8_t *put_numbers(uint8_t *at, const struct rs_numbers *l)
{
	for (size_t i = 0; i < l->n; i++, at += 8)
		rs_put_le64(at, l->v[i]);
	return at;
}

int nt_replay_save(const struct nt_replay *p, uint64_t volume_serial, uint64_t volume_bytes,
	uint8_t **ret, size_t *ret_len, struct rs_err *err)
{
	size_t len = HEADER + 8 * (p->zeroed.n + p->changed.n) + HASH;

	for (size_t i = 0; i < p->n_blocks; i++)
		len += BLOCK_HEADER + 2 * (size_t)p->blocks[i].len_bytes;
	auto_free uint8_t *file = calloc(1, len);
	if (!file)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	put_header(p, volume_serial, volume_bytes, file);
	uint8_t *at = put_numbers(file + HEADER, &p->zeroed);
	at = put_numbers(at, &p->changed);
	for (size_t i = 0; i < p->n_blocks; i++) {
		const struct nt_replay_block *b = &p->blocks[i];
		rs_put_le64(at, b->off_bytes);
		rs_put_le32(at + 8, b->len_bytes);
		rs_put_le32(at + 12, b->stage);
		memcpy(at + BLOCK_HEADER, b->before, b->len_bytes);
		memcpy(at + BLOCK_HEADER + b->len_bytes, b->after, b->len_bytes);
		at += BLOCK_HEADER + 2 * (size_t)b->len_bytes;
	}
	if (!nt_sha256(file, len - HASH, at))
		return rs_fail(err, RS_E_MEMORY, "checksum of the journal's plan");
	*ret = rs_steal(file);
	*ret_len = len;
	return 0;
}

static int broken(struct rs_err *err, const char *what)
{
	return rs_fail(err, RS_E_MANIFEST, "saved plan of the journal: %s", what);
}

static void get_header(const uint8_t *h, struct nt_replay *p)
{
	p->pending = (enum nt_pending)rs_le32(h + 0x20);
	p->log_major = rs_le16(h + 0x24);
	p->log_minor = rs_le16(h + 0x26);
	p->records = rs_le64(h + 0x28);
	p->redone = rs_le64(h + 0x30);
	p->skipped = rs_le64(h + 0x38);
	p->transactions = rs_le32(h + 0x40);
	p->losers = rs_le32(h + 0x44);
	p->checkpoint_lsn = rs_le64(h + 0x48);
	p->oldest_lsn = rs_le64(h + 0x50);
	p->last_lsn = rs_le64(h + 0x58);
}

/* @n sorted record numbers at *pos. */
static int get_numbers(
	struct rs_view v, size_t *pos, uint32_t n, struct rs_numbers *ret, struct rs_err *err)
{
	if (!rs_view_has(v, *pos, (size_t)8 * n))
		return broken(err, "cut");
	for (; ret->n < n; *pos += 8) {
		uint64_t number = rs_le64(v.p + *pos);
		if (ret->n && number <= ret->v[ret->n - 1])
			return broken(err, "its numbers of records");
		if (!rs_numbers_add(ret, number))
			return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	}
	return 0;
}

/* One block at *pos; blocks are in order and inside the volume. */
static int get_block(struct rs_view v, size_t *pos, uint64_t volume_bytes, struct nt_replay *p,
	struct rs_err *err)
{
	struct nt_replay_block *b = &p->blocks[p->n_blocks];
	uint64_t end = p->n_blocks ? b[-1].off_bytes + b[-1].len_bytes : 0;

	if (!rs_view_has(v, *pos, BLOCK_HEADER))
		return broken(err, "cut");
	b->off_bytes = rs_le64(v.p + *pos);
	b->len_bytes = rs_le32(v.p + *pos + 8);
	b->stage = rs_le32(v.p + *pos + 12);
	*pos += BLOCK_HEADER;
	if (!b->len_bytes || b->len_bytes > BLOCK_MAX || b->len_bytes % NT_RP_UNIT ||
		b->off_bytes % NT_RP_UNIT || b->stage > STAGE_MAX || b->off_bytes < end ||
		b->off_bytes > volume_bytes || volume_bytes - b->off_bytes < b->len_bytes)
		return broken(err, "place of a block");
	if (!rs_view_has(v, *pos, (size_t)2 * b->len_bytes))
		return broken(err, "cut");
	b->before = malloc((size_t)2 * b->len_bytes);
	if (!b->before)
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	b->after = b->before + b->len_bytes;
	p->n_blocks++;
	memcpy(b->before, v.p + *pos, (size_t)2 * b->len_bytes);
	*pos += (size_t)2 * b->len_bytes;
	p->bytes += b->len_bytes;
	return 0;
}

static int check_file(struct rs_view file, struct rs_err *err)
{
	uint8_t sum[HASH];

	if (file.len < HEADER + HASH)
		return broken(err, "cut");
	if (memcmp(file.p, MAGIC, 8) != 0)
		return broken(err, "it is none");
	if (rs_le32(file.p + 8) != VERSION)
		return broken(err, "of another version");
	if (!nt_sha256(file.p, file.len - HASH, sum))
		return rs_fail(err, RS_E_MEMORY, "checksum of the journal's plan");
	if (memcmp(sum, file.p + file.len - HASH, HASH) != 0)
		return broken(err, "its checksum is wrong");
	if (rs_le32(file.p + 0x20) > NT_PENDING_CHANGES)
		return broken(err, "it was refused");
	return 0;
}

int nt_replay_load(struct rs_view file, struct nt_replay **ret, uint64_t *ret_serial,
	uint64_t *ret_volume_bytes, struct rs_err *err)
{
	size_t pos = HEADER;
	int r = check_file(file, err);

	if (r < 0)
		return r;
	struct rs_view v = {file.p, file.len - HASH};
	uint32_t n = rs_le32(v.p + 0xC);
	uint64_t volume_bytes = rs_le64(v.p + 0x18);
	if (n > v.len / BLOCK_HEADER)
		return broken(err, "number of blocks");
	auto_replay struct nt_replay *p = calloc(1, sizeof(*p));
	if (!p || !(p->blocks = calloc((size_t)n + 1, sizeof(*p->blocks))))
		return rs_fail(err, RS_E_MEMORY, "plan of the journal");
	get_header(v.p, p);
	r = get_numbers(v, &pos, rs_le32(v.p + 0x60), &p->zeroed, err);
	if (r == 0)
		r = get_numbers(v, &pos, rs_le32(v.p + 0x64), &p->changed, err);
	while (r == 0 && p->n_blocks < n)
		r = get_block(v, &pos, volume_bytes, p, err);
	if (r < 0)
		return r;
	if (pos != v.len)
		return broken(err, "more than it says");
	*ret = rs_steal(p);
	*ret_serial = rs_le64(v.p + 0x10);
	*ret_volume_bytes = volume_bytes;
	return 0;
}
