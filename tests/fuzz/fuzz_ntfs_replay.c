/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hostile journal on a small volume: whatever it says, the plan stays inside the volume and off
 * the boot sector, and was made from the bytes that are there. Input: records in short, 24 bytes
 * and data each; the first byte says the version and whether bytes of pages are overwritten too.
 * Seeds: none needed; `head -c 400 /dev/urandom` will do. */
#include <stdlib.h>
#include <string.h>

#include "../unit/ntfs/replay_help.c"
#include "ntfs/replay.h"

#define PAGES 40U

struct mem {
	struct blk blk;
	uint8_t *p;
};

static int mem_read(struct blk *b, uint64_t off, void *buf, size_t len, struct rs_err *err)
{
	(void)err;
	memcpy(buf, ((struct mem *)(void *)b)->p + off, len);
	return 0;
}

static const struct blk_ops mem_ops = {.read = mem_read};

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
			v->size - b->off_bytes < b->len_bytes || is_log != (b->stage >= 2) ||
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
	struct mem m = {{.ops = &mem_ops, .size_bytes = v.size, .sector_bytes = 512}, v.p};
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
