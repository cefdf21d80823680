/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay_help.h"

#include <stdlib.h>
#include <string.h>

#include "core/view.h"

#define PAGE	   ((size_t)4096)
#define PAGE_DATA  ((size_t)0x40)
#define HEADER	   ((size_t)0x30)
#define CLIENT	   ((size_t)0x28) /* with one LCN */
#define USN	   7U
#define FIRST_LSN  3U /* sequence number of the log's pass */
#define RECORDS	   16U
#define TABLE_ROWS 3U

void lh_protect(uint8_t *p, size_t len)
{
	size_t ofs = rs_le16(p + 4);

	rs_put_le16(p + 6, (uint16_t)(len / 512 + 1));
	rs_put_le16(p + ofs, USN);
	for (size_t i = 1; i <= len / 512; i++) {
		memcpy(p + ofs + 2 * i, p + i * 512 - 2, 2);
		rs_put_le16(p + i * 512 - 2, USN);
	}
}

void lh_unprotect(uint8_t *p, size_t len)
{
	size_t ofs = rs_le16(p + 4);

	for (size_t i = 1; i <= len / 512; i++)
		memcpy(p + i * 512 - 2, p + ofs + 2 * i, 2);
}

uint8_t *lh_page(struct lh *v, size_t page)
{
	return v->p + v->log_off + page * PAGE;
}

/* ---- the file system ---- */

static void boot(struct lh *v)
{
	uint8_t *s = v->p;

	memcpy(s + 3, "NTFS    ", sizeof("NTFS    "));
	rs_put_le16(s + 0x0B, 512);
	s[0x0D] = LH_CLUSTER / 512;
	rs_put_le64(s + 0x28, v->size / 512 - 1);
	rs_put_le64(s + 0x30, LH_MFT_LCN);
	rs_put_le64(s + 0x38, LH_MIRROR);
	s[0x40] = 0xF6;
	s[0x44] = 1;
	rs_put_le16(s + 0x1FE, 0xAA55);
}

static uint8_t *record(struct lh *v, unsigned number)
{
	uint8_t *r = v->p + LH_MFT_LCN * LH_CLUSTER + number * LH_RECORD;

	memset(r, 0, LH_RECORD);
	memcpy(r, "FILE", 4);
	rs_put_le16(r + 4, 0x30);
	rs_put_le16(r + 0x10, 1);
	rs_put_le16(r + 0x14, 0x38);
	rs_put_le16(r + 0x16, 1);
	rs_put_le32(r + 0x1C, LH_RECORD);
	rs_put_le16(r + 0x28, 1);
	rs_put_le32(r + 0x2C, number);
	rs_put_le32(r + 0x38, UINT32_MAX);
	rs_put_le32(r + 0x18, 0x40);
	return r;
}

/* A $DATA of one run. */
static void run(uint8_t *r, uint64_t lcn, uint64_t clusters)
{
	uint8_t *a = r + 0x38;

	memset(a, 0, 0x60);
	rs_put_le32(a, 0x80);
	rs_put_le32(a + 4, 0x50);
	a[8] = 1;
	rs_put_le64(a + 0x18, clusters - 1);
	rs_put_le16(a + 0x20, 0x40);
	for (unsigned at = 0x28; at <= 0x38; at += 8)
		rs_put_le64(a + at, clusters * LH_CLUSTER);
	a[0x40] = 0x44;
	rs_put_le32(a + 0x41, (uint32_t)clusters);
	rs_put_le32(a + 0x45, (uint32_t)lcn);
	rs_put_le32(a + 0x50, UINT32_MAX);
	rs_put_le32(r + 0x18, 0x38 + 0x58);
}

static void files(struct lh *v)
{
	uint8_t *mft = v->p + LH_MFT_LCN * LH_CLUSTER;

	for (unsigned i = 0; i < RECORDS; i++) {
		uint8_t *r = record(v, i);
		if (i == 0)
			run(r, LH_MFT_LCN, RECORDS * LH_RECORD / LH_CLUSTER);
		if (i == 1)
			run(r, LH_MIRROR, 1);
		if (i == 2)
			run(r, LH_LOG_LCN, v->log_bytes / LH_CLUSTER);
		if (i == 3) { /* $VOLUME_INFORMATION: 3.1, no flag */
			rs_put_le32(r + 0x38, 0x70);
			rs_put_le32(r + 0x3C, 0x28);
			rs_put_le32(r + 0x48, 12);
			rs_put_le16(r + 0x4C, 0x18);
			rs_put_le16(r + 0x58, 0x103);
			rs_put_le32(r + 0x60, UINT32_MAX);
			rs_put_le32(r + 0x18, 0x68);
		}
		if (i == LH_FILE) { /* a resident $DATA of 8 bytes, then the end */
			rs_put_le32(r + 0x38, 0x80);
			rs_put_le32(r + 0x3C, 0x20);
			rs_put_le32(r + 0x48, 8);
			rs_put_le16(r + 0x4C, 0x18);
			memset(r + 0x50, 'x', 8);
			rs_put_le32(r + 0x58, UINT32_MAX);
			rs_put_le32(r + 0x18, 0x60);
		}
		lh_protect(r, LH_RECORD);
	}
	memcpy(v->p + LH_MIRROR * LH_CLUSTER, mft, 4 * LH_RECORD);
	uint8_t *x = v->p + LH_INDX_LCN * LH_CLUSTER;
	memcpy(x, "INDX", 4);
	rs_put_le16(x + 4, 0x28);
	rs_put_le32(x + 0x18, 0x28);
	rs_put_le32(x + 0x1C, 0x38);
	rs_put_le32(x + 0x20, LH_CLUSTER - 0x18);
	rs_put_le16(x + 0x48, 0x10);
	rs_put_le16(x + 0x4C, 2);
	lh_protect(x, LH_CLUSTER);
}

/* ---- the log ---- */

static size_t first_page(const struct lh *v)
{
	return v->major == 1 ? 4 : 34;
}

static uint64_t lsn_at(const struct lh *v, size_t pos, uint64_t seq)
{
	return seq << (64 - v->seq_bits) | pos >> 3;
}

/* The page at v->pos as it must be before something is put there. */
static uint8_t *page_for_write(struct lh *v)
{
	uint8_t *p = v->p + v->log_off + v->pos / PAGE * PAGE;

	if (memcmp(p, "RCRD", 4) != 0 || v->pos % PAGE == PAGE_DATA) {
		memset(p, 0, PAGE);
		memcpy(p, "RCRD", 4);
		rs_put_le16(p + 4, 0x28);
		rs_put_le16(p + 0x14, 1);
		rs_put_le16(p + 0x16, 1);
	}
	return p;
}

static void next_page(struct lh *v)
{
	v->pos = (v->pos / PAGE + 1) * PAGE;
	if (v->pos >= v->log_bytes) {
		v->pos = first_page(v) * PAGE;
		v->seq++;
	}
	v->pos += PAGE_DATA;
}

uint64_t lh_add_raw(struct lh *v, uint32_t type, uint32_t transaction, uint16_t flags,
	uint64_t undo_next, const void *data, size_t len)
{
	if (PAGE - v->pos % PAGE < HEADER)
		next_page(v);
	uint64_t lsn = lsn_at(v, v->pos, v->seq);
	uint8_t *p = page_for_write(v), *h = p + v->pos % PAGE;
	bool is_multi = len > PAGE - v->pos % PAGE - HEADER;
	rs_put_le64(h, lsn);
	rs_put_le64(h + 8, v->last);
	rs_put_le64(h + 0x10, undo_next);
	rs_put_le32(h + 0x18, (uint32_t)len);
	rs_put_le32(h + 0x20, type);
	rs_put_le32(h + 0x24, transaction);
	rs_put_le16(h + 0x28, (uint16_t)(flags | (is_multi ? 1 : 0)));
	v->pos += HEADER;
	for (size_t done = 0;;) {
		size_t in = v->pos % PAGE ? v->pos % PAGE : PAGE;
		size_t n = PAGE - in < len - done ? PAGE - in : len - done;
		rs_put_le64(p + 8, lsn);
		memcpy(p + in, (const uint8_t *)data + done, n);
		done += n;
		v->pos += n;
		if (done == len) {
			rs_put_le64(p + 0x20, lsn);
			rs_put_le32(p + 0x10, 1);
			break;
		}
		v->pos--; /* stay on this page for the step to the next */
		next_page(v);
		p = page_for_write(v);
	}
	v->pos = (v->pos + 7) / 8 * 8;
	if (v->pos % PAGE == 0) {
		v->pos--;
		next_page(v);
	} else if (PAGE - v->pos % PAGE < HEADER) {
		next_page(v);
	}
	v->last = lsn;
	v->last_len = len;
	return lsn;
}

uint64_t lh_add(struct lh *v, const struct lh_rec *r)
{
	const size_t n_lcns = r->lcn ? (r->n_lcns ? r->n_lcns : 1) : 0;
	size_t at = n_lcns < 2 ? CLIENT : CLIENT + 8 * (n_lcns - 1);
	uint8_t *d = calloc(1, at + r->redo_len + r->undo_len + 16U);

	if (!d)
		abort();
	rs_put_le16(d, r->redo);
	rs_put_le16(d + 2, r->undo);
	rs_put_le16(d + 4, (uint16_t)at);
	rs_put_le16(d + 6, r->redo_len);
	if (r->redo_data) {
		memcpy(d + at, r->redo_data, r->redo_len);
		at += (r->redo_len + 7U) & ~7U;
	}
	rs_put_le16(d + 8, (uint16_t)at);
	rs_put_le16(d + 0xA, r->undo_len);
	if (r->undo_data) {
		memcpy(d + at, r->undo_data, r->undo_len);
		at += r->undo_len;
	}
	rs_put_le16(d + 0xC, r->attr);
	rs_put_le16(d + 0xE, (uint16_t)n_lcns);
	rs_put_le16(d + 0x10, r->record_off);
	rs_put_le16(d + 0x12, r->attr_off);
	rs_put_le16(d + 0x14, r->sector_off);
	rs_put_le64(d + 0x18, r->vcn);
	for (size_t i = 0; i < n_lcns; i++)
		rs_put_le64(d + 0x20 + 8 * i, r->lcn + i);
	uint64_t lsn = lh_add_raw(v, 1, r->transaction, r->flags, r->undo_next, d, at);
	free(d);
	return lsn;
}

static void table_row(uint8_t *row, uint32_t type, uint64_t ref, uint32_t index_bytes)
{
	rs_put_le32(row, UINT32_MAX);
	rs_put_le32(row + 4, index_bytes);
	rs_put_le32(row + 8, type);
	rs_put_le64(row + 0x10, ref);
}

void lh_attach(struct lh *v, size_t last)
{
	v->seq_bits = 67 - (64 - (unsigned)__builtin_clzll(v->log_bytes));
	v->seq = FIRST_LSN;
	v->pos = (last ? v->log_bytes / PAGE - last : first_page(v)) * PAGE + PAGE_DATA;
	uint8_t table[0x18 + 0x28 * TABLE_ROWS] = {0x28, 0, TABLE_ROWS};
	table_row(table + LH_ATTR_MFT, 0x80, 1ULL << 48, 0);
	table_row(table + LH_ATTR_INDX, 0xA0, 5ULL << 48 | 5, LH_CLUSTER);
	table_row(table + LH_ATTR_DATA, 0x80, 9ULL << 48 | 9, 0);
	struct lh_rec dump = {.redo = 0x1D, .redo_data = table, .redo_len = sizeof(table)};
	v->start = lh_add(v, &dump);
	uint8_t c[0x40] = {1};
	rs_put_le64(c + 8, v->start);
	rs_put_le64(c + 0x10, v->start);
	rs_put_le32(c + 0x30, sizeof(table));
	v->checkpoint = lh_add_raw(v, 2, 0, 0, 0, c, sizeof(c));
}

void lh_make(struct lh *v, size_t pages, uint16_t major, bool is_wrapping)
{
	*v = (struct lh){.major = major, .log_bytes = pages * PAGE};
	v->log_off = LH_LOG_LCN * LH_CLUSTER;
	v->size = v->log_off + v->log_bytes + 4 * LH_CLUSTER;
	v->p = calloc(1, v->size);
	if (!v->p)
		return;
	boot(v);
	files(v);
	lh_attach(v, is_wrapping ? 1 : 0);
}

void lh_end(struct lh *v)
{
	for (size_t i = 0; i < 2; i++) {
		uint8_t *p = lh_page(v, i), *a = p + 0x30, *c = a + 0x40;
		memset(p, 0, PAGE);
		memcpy(p, "RSTR", 4);
		rs_put_le16(p + 4, 0x1E);
		rs_put_le32(p + 0x10, PAGE);
		rs_put_le32(p + 0x14, PAGE);
		rs_put_le16(p + 0x18, 0x30);
		rs_put_le16(p + 0x1A, v->major == 1 ? 1 : 0);
		rs_put_le16(p + 0x1C, v->major);
		rs_put_le64(a, v->checkpoint);
		rs_put_le16(a + 8, 1);
		rs_put_le16(a + 0xA, 0xFFFF);
		rs_put_le32(a + 0x10, v->seq_bits);
		rs_put_le16(a + 0x14, 0xE0);
		rs_put_le16(a + 0x16, 0x40);
		rs_put_le64(a + 0x18, v->log_bytes);
		rs_put_le16(a + 0x24, 0x30);
		rs_put_le16(a + 0x26, PAGE_DATA);
		rs_put_le64(c, v->start);
		rs_put_le64(c + 8, v->checkpoint);
		rs_put_le16(c + 0x10, 0xFFFF);
		rs_put_le16(c + 0x12, 0xFFFF);
		lh_protect(p, PAGE);
	}
	for (size_t i = 2; i < v->log_bytes / PAGE; i++)
		if (memcmp(lh_page(v, i), "RCRD", 4) == 0)
			lh_protect(lh_page(v, i), PAGE);
}
