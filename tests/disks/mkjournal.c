/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume with a full journal, written by hand from the format's description: for timing.
 *
 *	mkjournal IMAGE [RECORDS [FILES]]	64 MiB of log, 100000 records, 10000 files
 *
 * Transactions of six records, as they are in Windows' logs: a resident value, bits of a bitmap, a
 * name into a folder and another out of it, data of a page, the end. Nothing of it has reached the
 * volume, and all of it is to be done. The folders are index blocks that no file has: a plan can be
 * made of it, and trusting it is another thing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/ntfslog/replay_help.c"

#define LOG_PAGES	((size_t)16384) /* 64 MiB */
#define BLOCKS		64U		/* of folders, and as many pages of data */
#define ENTRY		0x60U
#define PAGE_DATA_BYTES 1400U

struct made {
	struct lh v;
	uint64_t mft, indx, raw; /* clusters behind the log */
	unsigned files;
};

/* $MFT with @files records moves behind the log; blocks of folders and pages follow it. */
static void spread(struct made *m)
{
	struct lh *v = &m->v;
	const size_t mft_clusters = (m->files * LH_RECORD + LH_CLUSTER - 1) / LH_CLUSTER;
	const size_t end = v->log_off + v->log_bytes + (mft_clusters + 2 * BLOCKS + 4) * LH_CLUSTER;

	v->p = realloc(v->p, end);
	if (!v->p)
		abort();
	memset(v->p + v->size, 0, end - v->size);
	v->size = end;
	m->mft = (v->log_off + v->log_bytes) / LH_CLUSTER;
	m->indx = m->mft + mft_clusters;
	m->raw = m->indx + BLOCKS;
	uint8_t *old = v->p + LH_MFT_LCN * LH_CLUSTER, *mft = v->p + m->mft * LH_CLUSTER;
	lh_unprotect(old, LH_RECORD);
	run(old, m->mft, mft_clusters);
	lh_protect(old, LH_RECORD);
	memcpy(mft, old, RECORDS * LH_RECORD);
	memcpy(v->p + LH_MIRROR * LH_CLUSTER, old, 4 * LH_RECORD);
	for (unsigned i = RECORDS; i < m->files; i++) {
		uint8_t *r = mft + i * LH_RECORD;
		memcpy(r, mft + LH_FILE * LH_RECORD, LH_RECORD);
		rs_put_le32(r + 0x2C, i);
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		memcpy(v->p + (m->indx + i) * LH_CLUSTER, v->p + LH_INDX_LCN * LH_CLUSTER,
			LH_CLUSTER);
	rs_put_le64(v->p + 0x28, v->size / 512 - 1);
	rs_put_le64(v->p + 0x30, m->mft);
}

static void add_value(struct made *m, unsigned i)
{
	const size_t file = RECORDS + i % (m->files - RECORDS), off = file * LH_RECORD;
	const struct lh_rec r = {.redo = 7,
		.undo = 7,
		.attr = LH_ATTR_MFT,
		.record_off = 0x38,
		.attr_off = 0x18,
		.sector_off = (uint16_t)(off % LH_CLUSTER / 512),
		.transaction = 0x18,
		.vcn = off / LH_CLUSTER,
		.lcn = m->mft + off / LH_CLUSTER,
		.redo_data = i & 1 ? "newvalue" : "anothero",
		.undo_data = "xxxxxxxx",
		.redo_len = 8,
		.undo_len = 8};

	lh_add(&m->v, &r);
}

static void add_bits(struct made *m, unsigned i)
{
	uint8_t bits[8] = {0};

	rs_put_le32(bits, i % 32768);
	rs_put_le32(bits + 4, 1);
	const struct lh_rec r = {.redo = i & 1 ? 0x16 : 0x15,
		.undo = i & 1 ? 0x15 : 0x16,
		.attr = LH_ATTR_DATA,
		.transaction = 0x18,
		.vcn = BLOCKS + i % 4,
		.lcn = m->raw + i % 4,
		.redo_data = bits,
		.undo_data = bits,
		.redo_len = 8,
		.undo_len = 8};

	lh_add(&m->v, &r);
}

static void add_entry(struct made *m, unsigned i, bool is_in)
{
	uint8_t e[ENTRY];

	memset(e, (int)('a' + i % 26), sizeof(e));
	rs_put_le16(e + 8, ENTRY);
	rs_put_le16(e + 0xA, ENTRY - 0x10);
	rs_put_le16(e + 0xC, 0);
	struct lh_rec r = {.redo = is_in ? 0x0E : 0x0F,
		.undo = is_in ? 0x0F : 0x0E,
		.attr = LH_ATTR_INDX,
		.attr_off = 0x40,
		.transaction = 0x18,
		.vcn = i % BLOCKS,
		.lcn = m->indx + i % BLOCKS};

	if (is_in) {
		r.redo_data = e;
		r.redo_len = ENTRY;
	} else {
		r.undo_data = e;
		r.undo_len = ENTRY;
	}
	lh_add(&m->v, &r);
}

static void add_data(struct made *m, unsigned i)
{
	static uint8_t redo[PAGE_DATA_BYTES], undo[PAGE_DATA_BYTES];

	memset(redo, (int)i, sizeof(redo));
	const struct lh_rec r = {.redo = 8,
		.undo = 8,
		.attr = LH_ATTR_DATA,
		.record_off = (uint16_t)(8 * (i % 300)),
		.transaction = 0x18,
		.vcn = 4 + i % (BLOCKS - 4),
		.lcn = m->raw + 4 + i % (BLOCKS - 4),
		.redo_data = redo,
		.undo_data = undo,
		.redo_len = PAGE_DATA_BYTES,
		.undo_len = PAGE_DATA_BYTES};

	lh_add(&m->v, &r);
}

int main(int argc, char **argv)
{
	const unsigned records = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 100000;
	const struct lh_rec end = {.redo = 0x1B, .undo = 1, .transaction = 0x18, .flags = 2};
	struct made m = {.files = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 10000};

	if (argc < 2 || argc > 4 || m.files < 2 * RECORDS) {
		(void)fprintf(stderr, "usage: mkjournal IMAGE [RECORDS [FILES]]\n");
		return 2;
	}
	lh_make(&m.v, LOG_PAGES, 2, false);
	if (!m.v.p)
		abort();
	spread(&m);
	for (unsigned i = 0; i + 6 <= records; i += 6) {
		add_value(&m, i / 6);
		add_bits(&m, i / 6);
		add_entry(&m, i / 6, true);
		add_data(&m, i / 6);
		add_entry(&m, i / 6, false);
		lh_add(&m.v, &end);
	}
	for (unsigned i = 0; i < records % 6; i++)
		lh_add(&m.v, &end);
	lh_end(&m.v);
	if (m.v.seq != FIRST_LSN) {
		(void)fprintf(stderr, "mkjournal: more records than the log has room for\n");
		return 1;
	}
	FILE *f = fopen(argv[1], "wb");
	bool is_whole = f && fwrite(m.v.p, 1, m.v.size, f) == m.v.size;
	if (f && fclose(f))
		is_whole = false;
	free(m.v.p);
	if (!is_whole)
		perror(argv[1]);
	return is_whole ? 0 : 1;
}
