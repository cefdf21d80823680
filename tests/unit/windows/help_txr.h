/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A log of the registry's transactions, made from the descriptions of the format that
 * windows/txr.h names: a base log with two copies of each of its records, two containers. */
#ifndef UNBRICK_TESTS_WINDOWS_HELP_TXR_H
#define UNBRICK_TESTS_WINDOWS_HELP_TXR_H

#include <string.h>

#include "format/bytes.h"

enum {
	TXR_SECTOR = 512,
	TXR_GENERAL = 13 * TXR_SECTOR, /* Windows has 61 sectors */
	TXR_COPY_1 = 0x800,
	TXR_COPY_2 = TXR_COPY_1 + TXR_GENERAL,
	TXR_BASE_BYTES = TXR_COPY_2 + TXR_GENERAL,
	TXR_CONTAINER = 16 * TXR_SECTOR,
	TXR_RECORD = 0x70, /* where the first record of a block is */
	TXR_CLIENT = 0x1368,
	TXR_DATA = 1,
	TXR_RESTART = 2,
	TXR_LAST = 0x20,
	TXR_PREPARED = 4,
	TXR_TAKEN_BACK = 8,
	TXR_DONE = 16,
};
#define TXR_NO_LSN 0xFFFFFFFF00000000ULL

struct txr_made {
	uint8_t base[TXR_BASE_BYTES];
	uint8_t c[2][TXR_CONTAINER];
	uint64_t next;		       /* where the next block goes */
	uint64_t first, restart;       /* for the base log */
	uint8_t block[TXR_SECTOR * 8]; /* being made */
	uint32_t used, n, last_at;
};

/* The last two bytes of each sector go to an array and make room for its signature. */
static inline void txr_sign(uint8_t *p, size_t n, uint8_t kind)
{
	const uint32_t saved = (uint32_t)(n * TXR_SECTOR - ((2 * n + 7) / 8 * 8) - 8);

	rs_put_le32(p + 0x68, saved);
	for (size_t i = 0; i < n; i++) {
		uint8_t *end = p + (i + 1) * TXR_SECTOR - 2;
		memcpy(p + saved + 2 * i, end, 2);
		end[0] = (uint8_t)(kind | (i ? 0 : 0x40) | (i + 1 < n ? 0 : 0x20));
		end[1] = p[2];
	}
}

static inline void txr_head(uint8_t *p, size_t n, uint8_t writes)
{
	p[0] = 0x15;
	p[2] = writes;
	rs_put_le16(p + 4, (uint16_t)n);
	rs_put_le16(p + 6, (uint16_t)n);
	rs_put_le32(p + 16, 1);
	rs_put_le32(p + 40, TXR_RECORD);
}

/** Signatures and checksum of a block of the base log. */
static inline void txr_seal(uint8_t *p, size_t n)
{
	txr_sign(p, n, 0x10);
	rs_put_le32(p + 12, 0);
	rs_put_le32(p + 12, rs_crc32(p, n * TXR_SECTOR));
}

/** Before it is changed and sealed once more. */
static inline void txr_unseal(uint8_t *p, size_t n)
{
	const uint32_t saved = rs_le32(p + 0x68);

	for (size_t i = 0; i < n; i++)
		memcpy(p + (i + 1) * TXR_SECTOR - 2, p + saved + 2 * i, 2);
}

/* ---- containers ---- */

/** One more record of the block that is being made. */
static inline void txr_add(struct txr_made *m, uint32_t type, const void *p, uint32_t len)
{
	if (!m->used)
		m->used = TXR_RECORD;
	uint8_t *r = m->block + m->used;
	m->last_at = m->used;
	rs_put_le64(r, m->next | m->n++);
	rs_put_le64(r + 8, TXR_NO_LSN);
	rs_put_le64(r + 16, TXR_NO_LSN);
	rs_put_le32(r + 24, 40 + len);
	rs_put_le16(r + 34, 40);
	rs_put_le32(r + 36, type);
	memcpy(r + 40, p, len);
	m->used += (40 + len + 7) & ~7U;
}

/** Write the block; where it has no room it goes to the next container. Gives its number. */
static inline uint64_t txr_end(struct txr_made *m)
{
	const size_t n = (m->used + 24 + TXR_SECTOR - 1) / TXR_SECTOR;
	const uint64_t was = m->next;

	if ((uint32_t)m->next + n * TXR_SECTOR > TXR_CONTAINER)
		m->next = ((m->next >> 32) + 1) << 32;
	for (uint32_t at = TXR_RECORD; at < m->used;) { /* it may be another place than thought */
		uint8_t *r = m->block + at;
		rs_put_le64(r, m->next | (rs_le64(r) - was));
		at += (rs_le32(r + 24) + 7) & ~7U;
	}
	rs_put_le32(m->block + m->last_at + 36, rs_le32(m->block + m->last_at + 36) | TXR_LAST);
	txr_head(m->block, n, 1);
	rs_put_le64(m->block + 24, m->next);
	rs_put_le64(m->block + 32, TXR_NO_LSN);
	txr_sign(m->block, n, 4);
	memcpy(m->c[(m->next >> 32) % 2] + (uint32_t)m->next, m->block, n * TXR_SECTOR);
	const uint64_t lsn = m->next;
	m->next += n * TXR_SECTOR;
	memset(m->block, 0, sizeof(m->block));
	m->used = m->n = 0;
	return lsn;
}

/** What the registry says of a transaction: a record of the block that is being made. */
static inline void txr_say(struct txr_made *m, uint32_t action, uint8_t id)
{
	uint8_t p[48] = {0};

	rs_put_le32(p + 4, sizeof(p));
	rs_put_le32(p + 8, action);
	memset(p + 16, id, 16);
	txr_add(m, TXR_DATA, p, sizeof(p));
}

static inline uint64_t txr_action(struct txr_made *m, uint32_t action, uint8_t id)
{
	txr_say(m, action, id);
	return txr_end(m);
}

/** A restart record: Windows would begin at @from; 1: at the record itself. */
static inline void txr_restart(struct txr_made *m, uint64_t from)
{
	uint8_t p[8];

	rs_put_le64(p, from == 1 ? m->next : from);
	txr_add(m, TXR_RESTART, p, sizeof(p));
	m->restart = txr_end(m);
}

/* ---- the base log ---- */

static inline void txr_control(uint8_t *p, uint64_t writes)
{
	static const uint32_t at[6] = {0, 2 * TXR_SECTOR, TXR_COPY_1, TXR_COPY_2, 0, 0};

	memset(p, 0, 2 * TXR_SECTOR);
	txr_head(p, 2, 1);
	uint8_t *r = p + TXR_RECORD;
	rs_put_le64(r, writes);
	rs_put_le64(r + 8, 0xC1F5C1F500005F1CULL);
	r[16] = 1;
	rs_put_le16(r + 0x48, 6);
	for (uint32_t i = 0; i < 6; i++) {
		rs_put_le32(r + 0x50 + 24 * i + 8, i < 2 ? 2 * TXR_SECTOR : TXR_GENERAL);
		rs_put_le32(r + 0x50 + 24 * i + 12, at[i]);
		rs_put_le32(r + 0x50 + 24 * i + 16, i);
	}
	txr_seal(p, 2);
}

static inline void txr_general(struct txr_made *m, uint8_t *p, uint64_t writes)
{
	memset(p, 0, TXR_GENERAL);
	txr_head(p, TXR_GENERAL / TXR_SECTOR, 0x11);
	uint8_t *r = p + TXR_RECORD;
	rs_put_le64(r, writes);
	rs_put_le32(r + 0x138, TXR_CLIENT);
	uint8_t *c = r + TXR_CLIENT;
	rs_put_le32(c, 0xC1FDF007);
	rs_put_le32(c + 4, 0x88);
	rs_put_le64(c + 0x48, m->first);
	rs_put_le64(c + 0x50, m->next);
	rs_put_le64(c + 0x58, m->restart);
	txr_seal(p, TXR_GENERAL / TXR_SECTOR);
}

/** What is in the log now is what its base log knows; the copy before it knew nothing. */
static inline void txr_base(struct txr_made *m)
{
	struct txr_made old = {.restart = TXR_NO_LSN};

	txr_control(m->base, 1);
	memset(m->base + 2 * TXR_SECTOR, 0, 2 * TXR_SECTOR);
	txr_general(&old, m->base + TXR_COPY_1, 6);
	txr_general(m, m->base + TXR_COPY_2, 7);
}

/** As Windows makes it: an own restart record, and nothing else. */
static inline void txr_new(struct txr_made *m)
{
	memset(m, 0, sizeof(*m));
	txr_restart(m, 1);
	txr_base(m);
}

/** A transaction from its first change to its end, with the records that Windows writes. */
static inline uint64_t txr_whole(struct txr_made *m, uint8_t id, uint32_t end)
{
	const uint64_t lsn = txr_action(m, 1, id); /* a change */

	txr_action(m, TXR_PREPARED, id);
	txr_action(m, end, id);
	return lsn;
}

#endif
