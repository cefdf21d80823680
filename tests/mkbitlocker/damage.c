/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The malformed cases, each by a name: the table, and those that change fields. CRC and sealed hash
 * fit the damaged block unless the case is about them (or --stale-hash is given): so only the check
 * that the case is about can notice. damage_parts.c has the cases that add or replace parts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "mkb.h"

enum where {
	CODE,	    /* below or in damage_parts.c */
	BLOCK,	    /* offset in the metadata block */
	BLOCK_SIZE, /* the same, the volume's size is added */
	RELOC,	    /* offset in the entry 0x0F */
	RELOC_SIZE, /* the same, the volume's size is added */
	BOOT,	    /* offset in sector 0 */
	BOOT_SIZE,  /* the same, the volume's size is added */
};

struct patch {
	const char *name;
	unsigned row; /* of the table of malformed cases in the facts on BitLocker */
	enum where where;
	uint16_t off;
	uint8_t width;
	uint64_t value;
};

#define MIB (UINT64_C(1) << 20)
/* States stand at 12 and 14: one u32 sets both. */
#define STATE(current, next) BLOCK, 12, 4, (current) | (next) << 16

static const struct patch table[] = {
	{"copy1-signature", 1, CODE, 0, 0, 0},
	{"copies12-zero", 1, CODE, 0, 0, 0},
	{"crc-all", 2, CODE, 0, 0, 0},
	{"sealed-hash", 3, CODE, 0, 0, 0},
	{"no-sealed-hash", 4, CODE, 0, 0, 0},
	{"plain-hash", 4, CODE, 0, 0, 0},
	{"block-size-0", 5, BLOCK, 8, 2, 0},
	{"block-size-7", 5, BLOCK, 8, 2, 7},
	{"block-size-ffff", 5, BLOCK, 8, 2, 0xFFFF},
	{"version-3", 6, BLOCK, 10, 2, 3},
	{"version-1", 6, BLOCK, 10, 2, 1},
	{"state-5-1", 7, STATE(5, 1)},
	{"state-3-1", 7, STATE(3, 1)},
	{"state-1-1", 7, STATE(1, 1)},
	{"state-0-0", 7, STATE(0, 0)},
	{"state-4-1", 7, STATE(4, 1)},
	{"state-5-4", 7, STATE(5, 4)},
	{"state-2-1", 8, STATE(2, 1)},
	{"state-2-4", 8, STATE(2, 4)},
	{"encrypted-size-0", 9, BLOCK, 16, 8, 0},
	{"encrypted-size-512", 10, BLOCK, 16, 8, 512},
	{"encrypted-size-1000", 10, BLOCK, 16, 8, 1000},
	{"encrypted-size-2e63", 10, BLOCK, 16, 8, UINT64_C(1) << 63},
	{"encrypted-size-above", 11, BLOCK_SIZE, 16, 8, MIB},
	{"encrypted-size-half", 12, CODE, 0, 0, 0},
	{"relocated-sectors-0", 13, BLOCK, 28, 4, 0},
	{"relocated-sectors-1", 13, BLOCK, 28, 4, 1},
	{"relocated-sectors-ffffffff", 13, BLOCK, 28, 4, 0xFFFFFFFF},
	{"own-offsets-one", 14, BLOCK, 40, 8, 0x100000},
	{"own-offsets-all", 14, CODE, 0, 0, 0},
	{"relocation-beyond-header", 15, BLOCK_SIZE, 56, 8, MIB},
	{"relocation-beyond-entry", 15, RELOC_SIZE, 8, 8, MIB},
	{"relocation-size-0", 16, CODE, 0, 0, 0},
	{"relocation-size-2e62", 16, RELOC, 16, 8, UINT64_C(1) << 62},
	{"relocation-overlap", 16, CODE, 0, 0, 0},
	{"no-entry-f", 17, CODE, 0, 0, 0},
	{"dataset-size-big", 18, BLOCK, 64, 4, 0xFF00},
	{"dataset-size-47", 18, BLOCK, 64, 4, 47},
	{"dataset-header-0", 18, BLOCK, 72, 4, 0},
	{"entry-size-0", 19, BLOCK, 112, 2, 0},
	{"entry-size-4", 19, BLOCK, 112, 2, 4},
	{"entry-size-ffff", 19, BLOCK, 112, 2, 0xFFFF},
	{"entries-7000", 20, CODE, 0, 0, 0},
	{"unknown-entries", 21, CODE, 0, 0, 0},
	{"vmk-20-bytes", 22, CODE, 0, 0, 0},
	{"nested-too-long", 23, CODE, 0, 0, 0},
	{"vmk-no-stretch", 24, CODE, 0, 0, 0},
	{"sealed-18-bytes", 25, CODE, 0, 0, 0},
	{"sealed-payload-0", 26, CODE, 0, 0, 0},
	{"vmk-inner-size", 27, CODE, 0, 0, 0},
	{"method-0", 28, BLOCK, 100, 2, 0},
	{"method-8006", 28, BLOCK, 100, 2, 0x8006},
	{"method-swapped", 29, CODE, 0, 0, 0},
	{"fvek-short", 30, CODE, 0, 0, 0},
	{"fvek-type", 30, CODE, 0, 0, 0},
	{"no-fvek", 31, CODE, 0, 0, 0},
	{"fvek-junk-first", 31, CODE, 0, 0, 0},
	{"description-no-nul", 32, CODE, 0, 0, 0},
	{"description-odd", 32, CODE, 0, 0, 0},
	{"description-escape", 32, CODE, 0, 0, 0},
	{"false-recovery-20", 33, CODE, 0, 0, 0},
	{"clear-key-bad-first", 34, CODE, 0, 0, 0},
	{"bpb-513", 35, BOOT, 11, 2, 513},
	{"bpb-1024", 35, BOOT, 11, 2, 1024},
	{"bpb-8192", 35, BOOT, 11, 2, 8192},
	{"bpb-0", 35, BOOT, 11, 2, 0},
	{"bpb-4096", 35, BOOT, 11, 2, 4096},
	{"jump-52", 36, BOOT, 1, 1, 0x52},
	{"guid-random", 37, BOOT, 160, 8, UINT64_C(0x0123456789ABCDEF)},
	{"guid-eow", 37, CODE, 0, 0, 0},
	{"offsets-equal", 38, CODE, 0, 0, 0},
	{"offset-0", 38, BOOT, 176, 8, 0},
	{"offset-beyond", 38, BOOT_SIZE, 176, 8, MIB},
	{"offset-odd", 38, CODE, 0, 0, 0},
	{"no-55aa", 39, BOOT, 510, 2, 0},
	{"cluster-0", 39, BOOT, 13, 1, 0},
	{"counters-differ", 40, CODE, 0, 0, 0},
	{"area-cut", 41, CODE, 0, 0, 0},      /* =N: bytes kept of each area */
	{"area-flip", 41, CODE, 0, 0, 0},     /* =N: this bit of each area, CRC as it was */
	{"area-flip-crc", 41, CODE, 0, 0, 0}, /* =N: this bit, CRC and sealed hash fit */
	{"bek-truncated", 42, CODE, 0, 0, 0},
	{"bek-size", 42, CODE, 0, 0, 0},
	{"bek-two-entries", 42, CODE, 0, 0, 0},
	{"bek-other-guid", 42, CODE, 0, 0, 0},
	{"bek-key-16", 42, CODE, 0, 0, 0},
	{"bek-1mib", 42, CODE, 0, 0, 0},
	{"keys-utf16-no-bom", 43, CODE, 0, 0, 0},
	{"keys-nul", 43, CODE, 0, 0, 0},
	{"keys-100mib", 43, CODE, 0, 0, 0},
	{"keys-glued", 43, CODE, 0, 0, 0},
	{"keys-group-720896", 43, CODE, 0, 0, 0},
	{"keys-group-off-11", 43, CODE, 0, 0, 0},
	{"keys-group-off-1", 43, CODE, 0, 0, 0},
};

static const struct patch *find(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

bool mk_damage_is(const struct mk *mk, const char *name)
{
	return mk->opt.damage && !strcmp(mk->opt.damage, name);
}

void mk_damage_list(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		(void)printf(
			"%s%s\t%u\n", table[i].name, table[i].row == 41 ? "=N" : "", table[i].row);
}

void mk_damage_setup(struct mk *mk)
{
	if (mk->opt.damage && !find(mk->opt.damage))
		mk_die("no damage '%s': see --damage list", mk->opt.damage);
	if (mk_damage_is(mk, "no-entry-f"))
		mk->opt.no_entry_f = true;
}

static void put(uint8_t *p, unsigned width, uint64_t v)
{
	for (; width; width--, v >>= 8)
		*p++ = (uint8_t)v;
}

/* Offset of the first entry of a type in a block that is still sound. */
static size_t find_entry(const struct mk_buf *b, unsigned type)
{
	size_t off = 112, end = 64 + (size_t)rs_le32(b->p + 64);

	while (off + 8 <= end && rs_le16(b->p + off + 2) != type)
		off += rs_le16(b->p + off);
	if (off + 8 > end)
		mk_die("no entry of type %u to damage", type);
	return off;
}

static void both_relocations(
	struct mk_buf *b, size_t in_entry, size_t in_header, unsigned width, uint64_t v)
{
	put(b->p + in_header, width, v);
	put(b->p + find_entry(b, 0x0F) + in_entry, 8, v);
}

static void patch_block(struct mk *mk, struct mk_buf *b)
{
	if (mk_damage_is(mk, "encrypted-size-half"))
		put(b->p + 16, 8, mk->vol.size / 2 / mk->vol.sector * mk->vol.sector);
	else if (mk_damage_is(mk, "own-offsets-all"))
		for (unsigned i = 0; i < 3; i++)
			put(b->p + 32 + (size_t)8 * i, 8, mk->at.area[i] + MK_AREA);
	else if (mk_damage_is(mk, "relocation-size-0"))
		both_relocations(b, 16, 28, 4, 0);
	else if (mk_damage_is(mk, "relocation-overlap"))
		both_relocations(b, 8, 56, 8, mk->at.area[1]);
	else if (mk_damage_is(mk, "method-swapped"))
		put(b->p + 100, 2, mk->method == 0x8004 ? 0x8003 : 0x8004);
	else if (mk_damage_is(mk, "area-flip-crc") && mk->opt.damage_arg / 8 < b->len)
		b->p[mk->opt.damage_arg / 8] ^= (uint8_t)(1u << mk->opt.damage_arg % 8);
}

void mk_damage_block(struct mk *mk, struct mk_buf *block)
{
	const struct patch *p = mk->opt.damage ? find(mk->opt.damage) : NULL;

	if (!p)
		return;
	if (p->where == BLOCK || p->where == BLOCK_SIZE)
		put(block->p + p->off, p->width,
			p->value + (p->where == BLOCK_SIZE ? mk->vol.size : 0));
	else if (p->where == RELOC || p->where == RELOC_SIZE)
		put(block->p + find_entry(block, 0x0F) + p->off, p->width,
			p->value + (p->where == RELOC_SIZE ? mk->vol.size : 0));
	else
		patch_block(mk, block);
}

/* The same volume after one more metadata change that reached only this copy. */
static void make_newer(struct mk *mk, uint8_t *area)
{
	static struct mk_buf tail;
	size_t len = mk_block_len(mk, area);
	uint8_t hash[32];

	rs_put_le32(area + 96, rs_le32(area + 96) + 1);
	mk_sha256(area, len, hash);
	tail.len = 0;
	mk_put_sealed_key(mk, &tail, 0, mk->vmk, &(struct mk_key){0x2005, hash, 32});
	memcpy(area + len + 8, tail.p, tail.len);
	rs_put_le32(area + len + 4, mk_crc32(area, len));
}

void mk_damage_area(struct mk *mk, uint8_t area[MK_AREA], unsigned copy)
{
	uint64_t n = mk->opt.damage_arg;

	if (mk_damage_is(mk, "copy1-signature") && copy == 0)
		memset(area, 0, 8);
	else if (mk_damage_is(mk, "copies12-zero") && copy < 2)
		memset(area, 0, MK_AREA);
	else if (mk_damage_is(mk, "crc-all"))
		area[mk_block_len(mk, area) + 4] ^= 1;
	else if (mk_damage_is(mk, "counters-differ") && copy == 1)
		make_newer(mk, area);
	else if (mk_damage_is(mk, "area-cut") && n < MK_AREA)
		memset(area + n, 0, MK_AREA - n);
	else if (mk_damage_is(mk, "area-flip") && n / 8 < MK_AREA)
		area[n / 8] ^= (uint8_t)(1u << n % 8);
}

void mk_damage_boot(struct mk *mk, uint8_t *sector)
{
	const struct patch *p = mk->opt.damage ? find(mk->opt.damage) : NULL;
	unsigned guid = mk->opt.togo ? 424 - 160 : 0; /* To Go has GUID and offsets further back */

	if (!p)
		return;
	if (p->where == BOOT || p->where == BOOT_SIZE)
		put(sector + p->off + (p->off >= 160 && p->off < 200 ? guid : 0), p->width,
			p->value + (p->where == BOOT_SIZE ? mk->vol.size : 0));
	else if (mk_damage_is(mk, "offsets-equal"))
		for (unsigned i = 0; i < 3; i++)
			put(sector + guid + 176 + (size_t)8 * i, 8, mk->at.area[0]);
	else if (mk_damage_is(mk, "offset-odd"))
		put(sector + guid + 176, 8, mk->at.area[0] + 1);
	if (mk_damage_is(mk, "bpb-4096") && mk->vol.sector == 4096)
		put(sector + 11, 2, 512);
}
