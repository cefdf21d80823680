/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One copy of the metadata.
 * Block header, 64 bytes: 0 "-FVE-FS-", 8 u16 block size (x16 since version 2), 10 u16 version,
 * 12 and 14 u16 current and next state, 16 u64 encrypted size or watermark, 24 u32 size of the
 * conversion log, 28 u32 relocated sectors, 32 3 x u64 offsets of the copies, 56 u64 offset of the
 * relocated block.
 * Dataset, 48 bytes at 64: 0 u32 size, 4 u32 version, 8 u32 header size, 12 u32 size again, 16 GUID
 * of the volume, 32 u32 next nonce counter, 36 u16 method, 40 u64 FILETIME; then entries.
 * Validation behind the block: 0 u16 size, 2 u16 version, 4 u32 CRC-32 of the block, 8 a datum with
 * its SHA-256, sealed by the volume master key (plain on a decrypted volume). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bitlocker/internal.h"
#include "format/bytes.h"

#define HEADER_BYTES   64U
#define DATASET_BYTES  48U
#define ENTRIES_AT     (HEADER_BYTES + DATASET_BYTES)
#define MOST_RELOCATED (64U << 20)
#define MOST_VOLUME    ((uint64_t)1 << 56) /* far above what NTFS can be */

static int parse_block_header(struct bl_meta *m, uint16_t version, struct rs_err *err)
{
	const uint8_t *p = m->raw;

	if (m->raw_len < ENTRIES_AT || !fve_has_name(p))
		return rs_fail(err, RS_E_BL_DAMAGED, "no signature");
	m->version = rs_le16(p + 10);
	if (m->version != version)
		return rs_fail(
			err, RS_E_UNSUPPORTED, "BitLocker metadata of version %u", m->version);
	size_t len = (size_t)rs_le16(p + 8) * (version == 1 ? 1 : 16);
	if (len < ENTRIES_AT + 8 || len > m->raw_len - 8)
		return rs_fail(err, RS_E_BL_DAMAGED, "block of %zu bytes", len);
	m->block = (struct rs_view){p, len};
	m->state_current = rs_le16(p + 12);
	m->state_next = rs_le16(p + 14);
	m->encrypted_bytes = rs_le64(p + 16);
	m->log_bytes = rs_le32(p + 24);
	m->relocated_sectors = rs_le32(p + 28);
	for (size_t i = 0; i < BL_COPIES; i++)
		m->offsets[i] = rs_le64(p + 32 + 8 * i);
	m->relocated_off = rs_le64(p + 56);
	return 0;
}

static int parse_validation(struct bl_meta *m, struct rs_err *err)
{
	struct rs_view v = {m->raw + m->block.len, m->raw_len - m->block.len};

	if (rs_le32(v.p + 4) != rs_crc32(m->block.p, m->block.len))
		return rs_fail(err, RS_E_BL_DAMAGED, "wrong checksum");
	size_t size = rs_le16(v.p), at = 0;
	struct bl_entry e;
	if (size < 8 || size > v.len)
		return 0; /* no datum: the volume stays read-only */
	struct rs_view datum = {v.p + 8, size - 8};
	if (datum.len < 8 || bl_entry_next(datum, &at, &e) != 1 || bl_entry_is_short(&e))
		return 0;
	if (e.value == BL_V_SEALED && rs_le16(v.p + 2) == m->version)
		m->seal = e.all;
	else if (e.value == BL_V_KEY && e.all.len == 12 + 32)
		m->plain_hash = bl_entry_rest(&e);
	return 0;
}

static int parse_dataset(struct bl_meta *m, struct rs_err *err)
{
	const uint8_t *p = m->raw + HEADER_BYTES;
	uint32_t size = rs_le32(p);

	if (size < DATASET_BYTES || size > m->block.len - HEADER_BYTES)
		return rs_fail(err, RS_E_BL_DAMAGED, "dataset of %u bytes", size);
	if (rs_le32(p + 4) != 1)
		return rs_fail(
			err, RS_E_UNSUPPORTED, "BitLocker dataset of version %u", rs_le32(p + 4));
	if (rs_le32(p + 8) != DATASET_BYTES)
		return rs_fail(err, RS_E_BL_DAMAGED, "dataset header of %u bytes", rs_le32(p + 8));
	memcpy(m->volume_id, p + 16, 16);
	m->next_nonce = rs_le32(p + 32);
	m->method = rs_le16(p + 36);
	m->created_filetime = rs_le64(p + 40);
	m->entries = (struct rs_view){m->raw + ENTRIES_AT, size - DATASET_BYTES};
	return 0;
}

static int parse_relocation(
	struct bl_meta *m, const struct bl_entry *e, uint32_t sector_bytes, struct rs_err *err)
{
	uint64_t off = rs_le64(e->all.p + 8), len = rs_le64(e->all.p + 16);

	if (off != m->relocated_off || len != (uint64_t)m->relocated_sectors * sector_bytes)
		return rs_fail(err, RS_E_BL_DAMAGED, "two answers about the relocated block");
	(void)rs_view_u32(
		e->all, 68, &m->build); /* only in the long form, of Windows 8 and later */
	return 0;
}

static bool is_known(uint16_t type)
{
	return type == BL_T_VMK || type == BL_T_FVEK || type == BL_T_DESCRIPTION ||
	       type == BL_T_RELOCATION;
}

static int parse_entry(
	struct bl_meta *m, const struct bl_entry *e, uint32_t sector_bytes, struct rs_err *err)
{
	if (!is_known(e->type))
		return 0; /* of a later Windows: skipped, whatever is in it */
	if (bl_entry_is_short(e))
		return rs_fail(err, RS_E_BL_DAMAGED, "entry of type 0x%04x is cut short", e->type);
	if (e->type == BL_T_RELOCATION && e->value == BL_V_RELOCATION && m->version == 2)
		return parse_relocation(m, e, sector_bytes, err);
	if (e->type == BL_T_DESCRIPTION && e->value == BL_V_TEXT)
		bl_entry_text(bl_entry_rest(e), m->description, sizeof(m->description));
	if (e->type == BL_T_VMK && e->value == BL_V_VMK) {
		if (++m->n_vmk > BL_MAX_PROTECTORS)
			return rs_fail(
				err, RS_E_BL_DAMAGED, "more than %d protectors", BL_MAX_PROTECTORS);
		m->has_bad_vmk |= !bl_vmk_is_sound(e);
	}
	return 0;
}

static int parse_entries(struct bl_meta *m, uint32_t sector_bytes, struct rs_err *err)
{
	struct bl_entry e;
	size_t at = 0;
	unsigned n = 0;

	m->relocated_len = (uint64_t)m->relocated_sectors * sector_bytes;
	for (int more; (more = bl_entry_next(m->entries, &at, &e)) != 0; n++) {
		if (more < 0)
			return rs_fail(err, RS_E_BL_DAMAGED, "entry %u has a wrong size", n + 1);
		if (n == BL_MAX_ENTRIES)
			return rs_fail(
				err, RS_E_BL_DAMAGED, "more than %d entries", BL_MAX_ENTRIES);
		int r = parse_entry(m, &e, sector_bytes, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int bl_meta_parse_take(uint8_t *raw, size_t len, uint16_t version, uint32_t sector_bytes,
	struct bl_meta **ret, struct rs_err *err)
{
	auto_free uint8_t *owned = raw;
	auto_meta struct bl_meta *m = calloc(1, sizeof(*m));

	if (!m)
		return rs_fail(err, RS_E_MEMORY, "key metadata");
	m->raw = rs_steal(owned);
	m->raw_len = len;
	int r = parse_block_header(m, version, err);
	if (r == 0)
		r = parse_validation(m, err);
	if (r == 0)
		r = parse_dataset(m, err);
	if (r == 0)
		r = parse_entries(m, sector_bytes, err);
	if (r < 0)
		return r; /* NOLINT(clang-analyzer-unix.Malloc): its cleanup frees it */
	*ret = rs_steal(m);
	return 0;
}

void bl_meta_free(struct bl_meta *m)
{
	if (!m)
		return;
	free(m->raw);
	free(m);
}

uint64_t bl_meta_volume_bytes(const struct bl_meta *m, uint32_t sector_bytes, uint64_t device_bytes)
{
	if (m->state_current == 4)
		return m->encrypted_bytes;
	return device_bytes - device_bytes % sector_bytes; /* field 16 is a watermark then */
}

bool bl_meta_is_same(const struct bl_meta *a, const struct bl_meta *b)
{
	return a->block.len == b->block.len && memcmp(a->block.p, b->block.p, a->block.len) == 0;
}

struct range {
	uint64_t off, len;
	const char *what;
};

static bool is_overlap(const struct range *a, const struct range *b)
{
	return a->off < b->off + b->len && b->off < a->off + a->len;
}

int bl_meta_check_ranges(
	const struct bl_meta *m, uint32_t sector_bytes, uint64_t device_bytes, struct rs_err *err)
{
	uint64_t size = bl_meta_volume_bytes(m, sector_bytes, device_bytes);
	const struct range all[] = {
		{0, m->relocated_len, "the start of the volume"},
		{m->relocated_off, m->relocated_len, "the relocated block"},
		{m->offsets[0], BL_AREA_BYTES, "copy 1"},
		{m->offsets[1], BL_AREA_BYTES, "copy 2"},
		{m->offsets[2], BL_AREA_BYTES, "copy 3"},
	};
	const size_t n = sizeof(all) / sizeof(all[0]);

	if (m->encrypted_bytes % sector_bytes || size > MOST_VOLUME || size < sector_bytes)
		return rs_fail(err, RS_E_BL_DAMAGED, "impossible volume size %" PRIu64,
			m->encrypted_bytes);
	if (m->state_current != 4 && m->encrypted_bytes > size)
		return rs_fail(err, RS_E_BL_DAMAGED, "watermark past the end of the device");
	if (m->relocated_len == 0 || m->relocated_len > MOST_RELOCATED)
		return rs_fail(err, RS_E_BL_DAMAGED, "relocated block of %" PRIu64 " bytes",
			m->relocated_len);
	for (size_t i = 0; i < n; i++) {
		/* a size that is too small is an odd volume, read only: its areas may lie behind it
		 */
		uint64_t limit = i > 0 && size < device_bytes ? device_bytes : size;
		if (all[i].off % sector_bytes || all[i].off > limit ||
			limit - all[i].off < all[i].len)
			return rs_fail(
				err, RS_E_BL_DAMAGED, "%s is not inside the volume", all[i].what);
		for (size_t j = 0; j < i; j++)
			if (is_overlap(&all[i], &all[j]))
				return rs_fail(err, RS_E_BL_DAMAGED, "%s overlaps %s", all[i].what,
					all[j].what);
	}
	return 0;
}
