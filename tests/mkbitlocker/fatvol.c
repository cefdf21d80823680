/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FAT16 and FAT32 volumes (To Go): BitLocker's clusters are taken by marking them bad, which no
 * checker complains about. Works on a fresh volume and on one with files. */
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "mkb.h"

struct fat {
	uint8_t *table;
	uint64_t start, len, copies; /* of one table, in bytes */
	uint64_t data, clusters;
	uint32_t cluster;
	bool wide;
};

static void fat_open(struct mk *mk, struct fat *f)
{
	uint8_t s[512];

	mk_pread(&mk->vol, 0, s, sizeof(s));
	uint32_t bps = rs_le16(s + 11), root = rs_le16(s + 17) * 32u;
	uint64_t sectors = rs_le16(s + 19) ? rs_le16(s + 19) : rs_le32(s + 32);
	uint64_t fat_len = rs_le16(s + 22) ? rs_le16(s + 22) : rs_le32(s + 36);

	if (!bps || !s[13] || !fat_len || sectors * bps > mk->vol.size)
		mk_die("no FAT volume of this size");
	f->cluster = bps * s[13];
	f->start = (uint64_t)rs_le16(s + 14) * bps;
	f->len = fat_len * bps;
	f->copies = s[16];
	f->data = f->start + f->copies * f->len + root;
	f->clusters = (sectors * bps - f->data) / f->cluster;
	f->wide = f->clusters >= 65525;
	if (f->clusters < 4085)
		mk_die("FAT12 is not supported");
	f->table = mk_alloc(f->len);
	mk_pread(&mk->vol, f->start, f->table, f->len);
}

static bool is_free(const struct fat *f, uint64_t c)
{
	return f->wide ? !(rs_le32(f->table + 4 * c) & 0x0FFFFFFF) : !rs_le16(f->table + 2 * c);
}

static uint64_t take(struct fat *f, uint64_t from, uint64_t len)
{
	uint64_t count = (len + f->cluster - 1) / f->cluster, run = 0;
	uint64_t c = from > f->data ? (from - f->data) / f->cluster + 2 : 2;

	for (; c < f->clusters + 2 && run < count; c++)
		run = is_free(f, c) ? run + 1 : 0;
	if (run < count)
		mk_die("no free clusters in a row on the FAT volume");
	for (uint64_t i = c - count; i < c; i++) {
		if (f->wide)
			rs_put_le32(f->table + 4 * i, 0x0FFFFFF7);
		else
			rs_put_le16(f->table + 2 * i, 0xFFF7);
	}
	return f->data + (c - count - 2) * f->cluster;
}

void mk_fat_places(struct mk *mk)
{
	struct fat f;
	uint64_t slack = mk->opt.togo ? 8192 : 4096;

	fat_open(mk, &f);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t off = take(&f, mk->vol.size / 8 * (3 + i), MK_AREA + slack);

		off = (off + 2047) / 2048 * 2048;
		if (!mk->opt.togo || mk->vol.sector > 2048)
			off = (off + 4095) / 4096 * 4096;
		else if (off % 4096 == 0)
			off += 2048; /* what Windows makes there is aligned to no more than 2048 */
		mk->at.area[i] = off;
	}
	mk->at.reloc = take(&f, mk->vol.size / 4 * 3, mk->at.reloc_len + 4096);
	mk->at.reloc = (mk->at.reloc + mk->vol.sector - 1) / mk->vol.sector * mk->vol.sector;
	mk->at.spare = take(&f, mk->at.reloc + mk->at.reloc_len, MK_AREA);
	for (uint64_t i = 0; i < f.copies; i++)
		mk_pwrite(&mk->vol, f.start + i * f.len, f.table, f.len);
	free(f.table);
}
