/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first bytes of an encrypted volume: the header that leads to the metadata, and filler. */
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "mkb.h"

static const uint8_t guid_normal[16] = {0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83, 0x99,
	0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01};
static const uint8_t guid_eow[16] = {0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E,
	0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8};

/* What the header of Windows 7 and later and the one of To Go have in common: a FAT32 frame. */
static void common(uint8_t *s, const uint8_t *plain)
{
	static const uint8_t halt[] = {0xFA, 0xF4, 0xEB, 0xFC}; /* cli; hlt; jmp $-2 */

	mk_text(s, "\xEB\x58\x90");
	memcpy(s + 11, plain + 11, 3); /* bytes per sector, sectors per cluster */
	s[21] = 0xF8;
	memcpy(s + 24, plain + 24, 8); /* geometry, hidden sectors */
	rs_put_le16(s + 48, 1);
	rs_put_le16(s + 50, 6);
	s[64] = 0x80;
	s[66] = 0x29;
	mk_text(s + 71, "NO NAME    FAT32   ");
	memcpy(s + 90, halt, sizeof(halt));
	s[507] = 0;
	s[508] = 0x1F;
	s[509] = 0x2C;
	s[510] = 0x55;
	s[511] = 0xAA;
}

static void put_offsets(const struct mk *mk, uint8_t *s, const uint8_t guid[16])
{
	memcpy(s, guid, 16);
	for (unsigned i = 0; i < 3; i++)
		rs_put_le64(s + 16 + (size_t)8 * i, mk->at.area[i]);
}

static void write_windows(struct mk *mk, const uint8_t *plain, uint8_t *s)
{
	common(s, plain);
	mk_text(s + 3, "-FVE-FS-");
	rs_put_le32(s + 36, 0x1FE0);
	put_offsets(mk, s + 160, mk->opt.eow ? guid_eow : guid_normal);
	if (mk->opt.eow) {
		rs_put_le64(s + 200, mk->at.eow[0]);
		rs_put_le64(s + 208, mk->at.eow[1]);
	}
}

/* To Go: a real FAT32 over the relocated bytes, with an empty root directory. */
static void write_togo(struct mk *mk, const uint8_t *plain, uint8_t *s)
{
	uint32_t sectors = (uint32_t)(mk->at.reloc_len / mk->vol.sector);
	uint32_t fat = 80;
	uint8_t info[4096] = {0}, first[4096] = {0};

	common(s, plain);
	mk_text(s + 3, "MSWIN4.1");
	s[13] = 1;
	rs_put_le16(s + 14, 33);
	s[16] = 1;
	rs_put_le32(s + 32, sectors);
	rs_put_le32(s + 36, fat);
	rs_put_le32(s + 44, 2);
	put_offsets(mk, s + 424, guid_normal);
	mk_text(info, "RRaA");
	mk_text(info + 484, "rrAa");
	rs_put_le32(info + 488, sectors - 33 - fat - 1);
	rs_put_le32(info + 492, 3);
	rs_put_le32(info + 508, 0xAA550000u);
	rs_put_le32(first, 0x0FFFFFF8);
	rs_put_le32(first + 4, 0x0FFFFFFF);
	rs_put_le32(first + 8, 0x0FFFFFFF); /* the root directory */

	uint32_t size = mk->vol.sector;
	mk_pwrite(&mk->vol, size, info, size);
	mk_pwrite(&mk->vol, (uint64_t)6 * size, s, size);
	mk_pwrite(&mk->vol, (uint64_t)7 * size, info, size);
	mk_pwrite(&mk->vol, (uint64_t)33 * size, first, size);
}

/* Vista: the real boot sector, with another name in it and the metadata where $MFTMirr stood. */
static void write_vista(struct mk *mk, const uint8_t *plain, uint8_t *s)
{
	uint8_t last[4096];

	memcpy(s, plain, mk->vol.sector);
	mk_text(s, "\xEB\x52\x90-FVE-FS-");
	rs_put_le64(s + 56, mk->at.area[0] / mk->vol.cluster);
	memcpy(last, s, mk->vol.sector);
	mk_pwrite(&mk->vol, mk->vol.size - mk->vol.sector, last, mk->vol.sector);
}

void mk_boot_write(struct mk *mk, const uint8_t plain_sector[4096])
{
	uint8_t sector[4096] = {0};

	if (mk->opt.vista) {
		write_vista(mk, plain_sector, sector);
	} else {
		uint64_t len = mk->at.reloc_len;
		uint8_t *fill = mk_alloc(len);
		if (!mk->opt.togo)
			mk_random(mk, fill, len);
		mk_pwrite(&mk->vol, 0, fill, len);
		free(fill);
		if (mk->opt.togo)
			write_togo(mk, plain_sector, sector);
		else
			write_windows(mk, plain_sector, sector);
	}
	if (mk_damage_is(mk, "guid-eow"))
		memcpy(sector + 160, guid_eow, 16);
	mk_damage_boot(mk, sector);
	mk_pwrite(&mk->vol, 0, sector, mk->vol.sector);
}
