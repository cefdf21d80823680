/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encrypt-on-write (Windows 8 and later while converting): which 8 MiB chunks are encrypted. */
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "mkb.h"

#define CHUNK (UINT64_C(8) << 20)

static void add_region(struct mk *mk, uint64_t off, uint64_t end)
{
	if (end <= off)
		return;
	if (mk->regions == 14)
		mk_die("too many regions");
	struct mk_region *r = &mk->region[mk->regions++];
	uint64_t bits = (end - off + CHUNK - 1) / CHUNK;

	if (bits > sizeof(r->map) * 8)
		mk_die("volume too large for --eow");
	memset(r, 0, sizeof(*r));
	r->off = off;
	r->len = end - off;
	r->bits = (uint32_t)bits;
	for (uint32_t i = 0; i < r->bits; i++) {
		uint8_t coin;

		mk_random(mk, &coin, 1);
		if (mk->opt.has_watermark ? off + i * CHUNK < mk->opt.watermark : coin & 1)
			r->map[i / 8] |= (uint8_t)(1u << (i % 8));
	}
}

/* The regions are what lies between BitLocker's own parts; the relocated block is one by itself. */
void mk_eow_plan(struct mk *mk)
{
	uint64_t cur = 0;

	mk->region = mk_alloc(14 * sizeof(*mk->region));
	for (unsigned i = 0; i < mk->holes; i++) {
		const struct mk_range *h = &mk->hole[i];

		if (!h->off)
			continue; /* the home of the relocated block belongs to the first region */
		add_region(mk, cur, h->off);
		if (h->off == mk->at.reloc)
			add_region(mk, h->off, h->off + h->len);
		cur = h->off + h->len;
	}
	add_region(mk, cur, mk->vol.size);
}

static void put_record(uint8_t *rec, const struct mk_region *r, uint64_t sequence, bool active)
{
	memcpy(rec, "FVE-EOWBR", 10);
	rs_put_le16(rec + 10, 36);
	rs_put_le32(rec + 12, 512);
	rs_put_le32(rec + 16, r->bits);
	rs_put_le64(rec + 20, sequence);
	rs_put_le32(rec + 28, active ? 2 : 0);
	if (active) /* the older one is still empty: a reader that takes it shows noise */
		memcpy(rec + 36, r->map, sizeof(r->map));
	rs_put_le32(rec + 32, mk_crc32(rec, 512));
}

static void put_bitmap(const struct mk *mk, uint8_t *p, unsigned index)
{
	const struct mk_region *r = &mk->region[index];

	memcpy(p, "FVE-EOWBM", 10);
	rs_put_le16(p + 10, 60);
	rs_put_le32(p + 12, 1536);
	rs_put_le32(p + 16, index);
	rs_put_le64(p + 20, r->off);
	rs_put_le64(p + 28, r->len);
	rs_put_le64(p + 36, mk->at.log);
	rs_put_le32(p + 44, 512);
	rs_put_le32(p + 48, 1024);
	rs_put_le32(p + 52, 512);
	rs_put_le32(p + 56, mk_crc32(p, 512));
	put_record(p + 512, r, 8, true);
	put_record(p + 1024, r, 7, false);
}

/* The information in the first 4096 bytes of the file, then a bitmap per 4096 bytes. */
void mk_eow_write(struct mk *mk)
{
	uint8_t *p = mk_alloc(MK_AREA);
	unsigned total = 56 + 8 * mk->regions;
	memcpy(p, "FVE-EOW", 8);
	rs_put_le16(p + 8, 56);
	rs_put_le16(p + 10, (uint16_t)total);
	rs_put_le32(p + 12, mk->vol.sector);
	rs_put_le32(p + 16, 0x200);
	rs_put_le32(p + 20, (uint32_t)CHUNK);
	rs_put_le32(p + 24, 527360);
	rs_put_le32(p + 28, 0x40400);
	rs_put_le32(p + 32, mk->regions);
	rs_put_le64(p + 40, mk->at.eow[0]);
	rs_put_le64(p + 48, mk->at.eow[1]);
	for (unsigned i = 0; i < mk->regions; i++) {
		size_t at = (size_t)4096 * (i + 1);

		rs_put_le64(p + 56 + (size_t)8 * i, mk->at.eow[0] + at);
		put_bitmap(mk, p + at, i);
	}
	rs_put_le32(p + 36, mk_crc32(p, total));
	mk_pwrite(&mk->vol, mk->at.eow[0], p, MK_AREA);
	mk_pwrite(&mk->vol, mk->at.eow[1], p, MK_AREA);
	free(p);
}
