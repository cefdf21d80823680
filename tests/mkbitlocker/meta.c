/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metadata block: header, dataset with its entries, validation. */
#include <string.h>

#include "core/view.h"
#include "mkb.h"

size_t mk_block_len(const struct mk *mk, const uint8_t *area)
{
	return mk->opt.vista ? rs_le16(area + 8) : (size_t)16 * rs_le16(area + 8);
}

static uint64_t header_size_field(const struct mk *mk)
{
	if (mk->opt.vista)
		return 0;
	if (mk->opt.has_watermark && !mk->opt.eow)
		return mk->opt.watermark;
	return mk->opt.current == 1 ? 0 : mk->vol.size;
}

/* The header of 64 bytes; the block size is set when it is known. */
static void put_header(struct mk *mk, struct mk_buf *b)
{
	const struct mk_opt *o = &mk->opt;

	mk_put(b, "-FVE-FS-", 8);
	mk_put16(b, 0);
	mk_put16(b, o->vista ? 1 : 2);
	mk_put16(b, o->current);
	mk_put16(b, o->next);
	mk_put64(b, header_size_field(mk));
	mk_put32(b, 0);
	mk_put32(b, o->vista ? 0 : (uint32_t)(mk->at.reloc_len / mk->vol.sector));
	for (unsigned i = 0; i < 3; i++)
		mk_put64(b, mk->at.area[i]);
	mk_put64(b, mk->at.reloc); /* Vista: the cluster of $MFTMirr, put there by mk_boot_write's
				      rule */
}

static void put_description(struct mk *mk, struct mk_buf *b)
{
	size_t e = mk_open(b, 7, 2, 1);

	if (mk_damage_is(mk, "description-no-nul")) {
		mk_put_utf16(b, "UNBRICK-TEST C: 7/4/2024");
		b->len -= 2;
	} else if (mk_damage_is(mk, "description-odd")) {
		mk_put_utf16(b, "UNBRICK-TEST C:");
		b->len -= 1;
	} else if (mk_damage_is(mk, "description-escape")) {
		mk_put16(b, 0xD800); /* alone */
		mk_put_utf16(b, "\033[2J\033]0;owned\007 C:\r\n");
	} else {
		mk_put_utf16(b, mk->opt.description);
	}
	mk_close(b, e);
}

static size_t fvek_len(uint16_t method)
{
	static const size_t len[] = {64, 64, 16, 32, 32, 64};

	return len[method - 0x8000];
}

static void put_fvek(struct mk *mk, struct mk_buf *b)
{
	struct mk_key key = {mk->method, mk->fvek, fvek_len(mk->method)};

	if (mk_damage_is(mk, "no-fvek"))
		return;
	if (mk_damage_is(mk, "fvek-junk-first")) {
		uint8_t junk[32];

		mk_random(mk, junk, sizeof(junk));
		mk_put_sealed_key(mk, b, 3, junk, &key);
	}
	if (mk_damage_is(mk, "fvek-short"))
		key.len = 8;
	if (mk_damage_is(mk, "fvek-type"))
		key.type = mk->method == 0x8004 ? 0x8003 : 0x8004;
	mk_put_sealed_key(mk, b, 3, mk->vmk, &key);
}

/* Entry 0x0F: where the first bytes of the volume went; 24 bytes on Windows 7, 100 later. */
static void put_relocation(struct mk *mk, struct mk_buf *b)
{
	const struct mk_opt *o = &mk->opt;
	size_t e = mk_open(b, 0x0F, 0x0F, 1);

	mk_put64(b, mk->at.reloc);
	mk_put64(b, mk->at.reloc_len);
	if (!o->win7) {
		mk_put16(b, 5);
		mk_put16(b, 76);
		mk_put32(b, 0);
		mk_put64(
			b, o->togo ? 0x848
				   : (mk->vol.sector == 4096 ? 0x0B : 0x0A) | (o->eow ? 0x140 : 0));
		mk_put64(b, o->eow ? mk->at.log : 0);
		mk_put32(b, o->eow ? 527360 : 0);
		mk_put32(b, mk->vol.sector);
		mk_put32(b, mk->vol.sector);
		mk_put32(b, 10);
		mk_put32(b, 0);
		mk_put32(b, 19041); /* the Windows that encrypted it */
		mk_put32(b, 2);
		mk_put32(b, 0);
		mk_put16(b, 0x0110);
		mk_put16(b, 0x0201);
		mk_put64(b, mk->at.spare);
		mk_put32(b, MK_AREA);
		mk_put32(b, 0);
	}
	mk_close(b, e);
}

static void put_dataset(struct mk *mk, struct mk_buf *b)
{
	struct mk_opt *o = &mk->opt;
	size_t start = b->len;

	mk_put32(b, 0); /* the size, twice: below */
	mk_put32(b, 1);
	mk_put32(b, 48);
	mk_put32(b, 0);
	mk_put(b, mk->volume_guid, 16);
	mk_put32(b, 0); /* next nonce: below */
	mk_put16(b, o->decrypted ? 0 : mk->method);
	mk_put16(b, o->win7 || o->vista || o->decrypted ? 0 : mk->method);
	mk_put64(b, MK_FIXED_TIME);
	mk_damage_first_entries(mk, b);
	put_description(mk, b);
	for (unsigned i = 0; i < o->prots; i++)
		mk_put_protector(mk, b, &o->prot[i]);
	if (!o->decrypted)
		put_fvek(mk, b);
	if (!o->vista && !o->no_entry_f)
		put_relocation(mk, b);
	rs_put_le32(b->p + start, (uint32_t)(b->len - start));
	rs_put_le32(b->p + start + 12, (uint32_t)(b->len - start));
	rs_put_le32(b->p + start + 32, mk->counter + 1); /* the validation uses the one before */
}

/* CRC and sealed hash of the block, behind it. @clean_hash: of the block before any damage. */
static void put_validation(struct mk *mk, struct mk_buf *b, const uint8_t clean_hash[32])
{
	uint8_t hash[32];
	size_t len = b->len;

	mk_sha256(b->p, len, hash);
	if (mk->opt.stale_hash)
		memcpy(hash, clean_hash, 32);
	if (mk_damage_is(mk, "sealed-hash"))
		hash[0] ^= 1;
	bool plain = mk->opt.decrypted || mk_damage_is(mk, "plain-hash");
	bool none = mk_damage_is(mk, "no-sealed-hash");
	mk_put16(b, none ? 8 : (unsigned)(MK_AREA - len));
	mk_put16(b, mk->opt.vista || mk_damage_is(mk, "plain-hash") ? 1 : 2);
	mk_put32(b, mk_crc32(b->p, len));
	if (none)
		return;
	if (!plain) {
		mk_put_sealed_key(mk, b, 0, mk->vmk, &(struct mk_key){0x2005, hash, 32});
		return;
	}
	size_t e = mk_open(b, 0, 1, 1);
	mk_put32(b, 0x2005);
	mk_put(b, hash, 32);
	mk_close(b, e);
}

void mk_meta_build(struct mk *mk, uint8_t area[MK_AREA])
{
	static struct mk_buf b;
	static const uint8_t zero[16];
	uint8_t clean_hash[32];

	b.len = 0;
	put_header(mk, &b);
	put_dataset(mk, &b);
	mk_put(&b, zero, (16 - b.len % 16) % 16);
	rs_put_le16(b.p + 8, (uint16_t)(mk->opt.vista ? b.len : b.len / 16));
	mk_sha256(b.p, b.len, clean_hash);
	mk_damage_block(mk, &b);
	put_validation(mk, &b, clean_hash);
	if (b.len > MK_AREA)
		mk_die("the metadata do not fit into 65536 bytes");
	memset(area, 0, MK_AREA);
	memcpy(area, b.p, b.len);
}
