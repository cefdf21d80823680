/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hostile journal on a small volume: whatever it says, the plan stays inside the volume and off
 * the boot sector, and was made from the bytes that are there. Input: records in short, two bytes
 * or 24 and data each; the first byte says which, the version, whether bytes of pages are
 * overwritten. Seeds: none needed; `head -c 400 /dev/urandom` will do. */
#include <stdlib.h>
#include <string.h>

#include "../unit/ntfslog/replay_help.c"
#include "mem.h"
#include "ntfslog/replay.h"

#define PAGES 40U

/* Records and a block in which every operation finds what it is for: a value, runs, an index with
 * a child. The offsets are those of test_replay_ops.c. */
static void furnish(struct lh *v)
{
	uint8_t *r = v->p + LH_MFT_LCN * LH_CLUSTER + LH_FILE * LH_RECORD, *x = r + 0xA0;

	lh_unprotect(r, LH_RECORD);
	rs_put_le32(r + 0x58, 0x80);
	rs_put_le32(r + 0x5C, 0x48);
	r[0x60] = 1;
	rs_put_le64(r + 0x70, 2);
	rs_put_le16(r + 0x78, 0x40);
	memcpy(r + 0x98, "\x11\x03\x20", 4);
	rs_put_le32(x, 0x90);
	rs_put_le32(x + 4, 0xA0);
	rs_put_le32(x + 0x10, 0x88);
	rs_put_le16(x + 0x14, 0x18);
	rs_put_le32(x + 0x28, 0x10);
	rs_put_le32(x + 0x2C, 0x78);
	rs_put_le32(x + 0x30, 0x78);
	rs_put_le16(x + 0x38, 0x10);
	rs_put_le16(x + 0x40, 0x58);
	rs_put_le16(x + 0x44, 1);
	rs_put_le16(x + 0x98, 0x10);
	rs_put_le16(x + 0x9C, 2);
	rs_put_le32(r + 0x140, UINT32_MAX);
	rs_put_le32(r + 0x18, 0x148);
	lh_protect(r, LH_RECORD);
	uint8_t *b = v->p + LH_INDX_LCN * LH_CLUSTER;
	lh_unprotect(b, LH_CLUSTER);
	memcpy(b + 0x40, x + 0x38, 0x70);
	rs_put_le32(b + 0x1C, 0x40 + 0x68 - 0x18);
	lh_protect(b, LH_CLUSTER);
}

/* Data that the operation can be done with; @d a place for them. */
static void fit(struct lh_rec *r, uint8_t d[64])
{
	static const uint16_t where[] = {0x38, 0x58, 0xA0};
	static const uint8_t lens[0x26] = {[0x04] = 8,
		[0x05] = 0x20,
		[0x07] = 8,
		[0x08] = 16,
		[0x09] = 5,
		[0x0B] = 24,
		[0x0C] = 0x20,
		[0x0E] = 0x20,
		[0x10] = 0x10,
		[0x11] = 8,
		[0x12] = 8,
		[0x13] = 56,
		[0x14] = 56,
		[0x15] = 8,
		[0x16] = 8,
		[0x21] = 2,
		[0x22] = 2,
		[0x25] = 8};
	uint16_t len = r->redo < 0x26 ? lens[r->redo] : 0;

	memset(d, 0x11, 64);
	r->redo_data = d;
	r->redo_len = len;
	r->undo_data = d;
	r->undo_len = r->redo == r->undo ? len : 0;
	r->attr = r->redo == 8 || r->redo == 0x15 || r->redo == 0x16 ? LH_ATTR_DATA
		  : r->redo == 0x0E || r->redo == 0x0F || r->redo == 0x10 || r->redo == 0x12 ||
				  r->redo == 0x14 || r->redo == 0x22
			  ? LH_ATTR_INDX
			  : LH_ATTR_MFT;
	r->lcn = r->attr == LH_ATTR_MFT	   ? LH_MFT_LCN + 1
		 : r->attr == LH_ATTR_INDX ? LH_INDX_LCN
					   : LH_RAW_LCN;
	r->vcn = r->attr == LH_ATTR_MFT ? 1 : 0;
	r->sector_off = r->attr == LH_ATTR_MFT ? 6 : 0;
	r->record_off = r->attr == LH_ATTR_MFT ? where[r->redo == 9 || r->redo == 0x0B ? 1
							 : r->redo >= 0x0C	       ? 2
										       : 0]
					       : 0;
	r->attr_off = r->attr == LH_ATTR_INDX ? 0x40
		      : r->redo == 7	      ? 0x18
		      : r->redo == 9	      ? 0x43
		      : r->redo >= 0x0C	      ? 0x38
					      : 0;
	if (r->redo == 5) { /* an attribute */
		memset(d, 0, 0x20);
		rs_put_le32(d, 0x30);
		rs_put_le32(d + 4, 0x20);
	} else if (r->redo == 0x0C || r->redo == 0x0E || r->redo == 0x10) {
		rs_put_le16(d + 8, r->redo_len);
		rs_put_le16(d + 0xA, 0);
		rs_put_le16(d + 0xC, r->redo == 0x10 ? 2 : 0);
	} else if (r->redo == 9) {
		memcpy(d, "\x21\x05\x00\x01", 5);
	} else if (r->redo == 0x15 || r->redo == 0x16) {
		rs_put_le32(d, 9);
		rs_put_le32(d + 4, 20);
	}
}

/* One record out of two bytes: an operation where it fits, and one thing that does not. */
static void add_short(struct lh *v, const uint8_t *d)
{
	uint8_t made[64], by = d[1] >> 3;
	struct lh_rec r = {.redo = d[0] % 0x27, .transaction = 0x18, .undo_next = v->last};

	r.undo = r.redo;
	fit(&r, made);
	switch (d[1] & 7) {
	case 1:
		r.record_off = (uint16_t)(r.record_off + 8 * by);
		break;
	case 2:
		r.attr_off = (uint16_t)(r.attr_off + by);
		break;
	case 3:
		r.redo_len = by;
		break;
	case 4:
		made[by] ^= 0xFF;
		break;
	case 5:
		r.undo = by;
		break;
	case 6:
		r.flags = by & 6;
		break;
	case 7:
		r = (struct lh_rec){.redo = 0x1B, .transaction = 0x18};
		break;
	default:
		break;
	}
	lh_add(v, &r);
}

/* One record out of 24 bytes and what follows; returns the bytes eaten. */
static size_t add(struct lh *v, const uint8_t *d, size_t size)
{
	static const uint16_t attrs[] = {LH_ATTR_MFT, LH_ATTR_INDX, LH_ATTR_DATA};
	static const uint64_t lcns[] = {LH_MFT_LCN + 1, LH_INDX_LCN, LH_RAW_LCN, LH_MFT_LCN};
	size_t redo = d[12], undo = d[13];
	struct lh_rec r = {.redo = d[0] % 0x27,
		.undo = d[1] % 0x27,
		.flags = d[2] & 6,
		.attr = d[3] < 250 ? attrs[d[3] % 3] : d[3],
		.record_off = rs_le16(d + 4),
		.attr_off = rs_le16(d + 6),
		.sector_off = d[8] % 9,
		.transaction = 0x18 + 0x28U * (d[9] % 4),
		.lcn = d[10] < 250 ? lcns[d[10] % 4] : d[10],
		.vcn = d[11] % 4,
		.undo_next = v->last};

	if (d[14] & 1) { /* places that make sense, so that operations get far */
		r.record_off = d[4] & 1 ? 0x38 : 0x40 + 8 * (d[4] % 8);
		r.attr_off = (uint16_t)(d[6] % 0x60);
		r.sector_off = r.attr == LH_ATTR_MFT ? (d[8] % 4) * 2 : 0;
	}
	uint8_t made[64];
	if (d[14] & 4) {
		fit(&r, made);
		lh_add(v, &r);
		return 24;
	}
	if (redo + undo > size - 24)
		redo = undo = 0;
	r.redo_data = d + 24;
	r.redo_len = (uint16_t)redo;
	r.undo_data = d + 24 + redo;
	r.undo_len = (uint16_t)undo;
	if (d[14] & 2)
		lh_add(v, &r);
	else
		(void)lh_add_raw(v, d[14] >> 6, r.transaction, r.flags, r.undo_next, d, 24 + redo);
	return 24 + redo + undo;
}

static void judge(const struct lh *v, const struct nt_replay *p)
{
	if (p->refusal.code && p->n_blocks)
		abort();
	for (size_t i = 0; i < p->n_blocks; i++) {
		const struct nt_replay_block *b = &p->blocks[i];
		bool is_log = b->off_bytes + b->len_bytes > v->log_off &&
			      b->off_bytes < v->log_off + v->log_bytes;
		if (b->off_bytes < 8192 || b->off_bytes > v->size ||
			v->size - b->off_bytes < b->len_bytes ||
			is_log != (b->stage == 2 || b->stage == 3) ||
			memcmp(b->before, v->p + b->off_bytes, b->len_bytes) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nt_replay *p = NULL;
	struct lh v;

	if (size < 8 || size > 60000)
		return 0;
	uint8_t head[8];
	memcpy(head, data, 8);
	data += 8;
	size -= 8;
	lh_make(&v, PAGES, head[0] & 1 ? 2 : 1, head[0] & 2);
	furnish(&v);
	for (; (head[0] & 16) && size >= 2; data += 2, size -= 2)
		add_short(&v, data);
	while (size >= 24) {
		size_t n = add(&v, data, size);
		data += n;
		size -= n;
	}
	lh_end(&v);
	for (size_t i = 2; (head[0] & 4) && i + 1 < 8; i += 2) { /* bytes under the fixups */
		uint8_t *page = lh_page(&v, head[1] % PAGES);
		lh_unprotect(page, 4096);
		page[head[i] * 16 % 4096 + 8] = head[i + 1];
		if (rs_le16(page + 4) == 0x28 || rs_le16(page + 4) == 0x1E)
			lh_protect(page, 4096);
	}
	struct mem m = mem_of(v.p, v.size);
	if (head[0] & 8)
		m.blk.sector_bytes = 4096;
	if (nt_replay_plan(&m.blk, NULL, &p, NULL) == 0) {
		judge(&v, p);
		struct blk *over = NULL;
		if (!p->refusal.code && nt_replay_overlay(&m.blk, p, &over, NULL) == 0) {
			uint8_t *buf = NULL;
			size_t len = 0;
			if (nt_replay_save(p, 1, v.size, &buf, &len, NULL) == 0) {
				struct nt_replay *q = NULL;
				uint64_t serial, bytes;
				if (nt_replay_load((struct rs_view){buf, len}, &q, &serial, &bytes,
					    NULL) < 0)
					abort();
				nt_replay_free(q);
			}
			free(buf);
			blk_close(over);
		}
	}
	nt_replay_free(p);
	free(v.p);
	return 0;
}
