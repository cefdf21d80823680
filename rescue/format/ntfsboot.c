/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/ntfsboot.h"

#include <string.h>

#include "format/bytes.h"

#define BOOT_BYTES	  512U
#define CLUSTER_MAX	  (2U << 20)
#define INDEX_BYTES_USUAL 4096U

/* Sizes of records and index blocks: positive = clusters, negative = minus the power of two. */
static uint32_t size_field(uint8_t v, uint32_t cluster_bytes)
{
	if (v == 0)
		return 0;
	if (v < 0x80)
		return (uint64_t)v * cluster_bytes <= UINT32_MAX ? v * cluster_bytes : 0;
	return 256U - v < 31 ? 1U << (256U - v) : 0;
}

static uint32_t cluster_field(uint8_t v, uint32_t sector_bytes)
{
	uint64_t sectors = v <= 0x80 ? v : 256U - v < 31 ? 1ULL << (256U - v) : 0;

	if (!rs_is_power_of_2(sectors) || sectors * sector_bytes > CLUSTER_MAX)
		return 0;
	return (uint32_t)(sectors * sector_bytes);
}

/* A cluster number to bytes; false when that cluster is not on the volume. */
static bool cluster_off(const struct nt_geometry *g, uint64_t lcn, uint64_t *ret)
{
	if (lcn == 0 || lcn >= g->volume_bytes / g->cluster_bytes)
		return false;
	*ret = lcn * g->cluster_bytes;
	return true;
}

static const char *parse_sizes(const uint8_t *p, struct nt_geometry *g)
{
	g->sector_bytes = rs_le16(p + 0x0B);
	if (!rs_is_power_of_2(g->sector_bytes) || g->sector_bytes < 256 || g->sector_bytes > 4096)
		return "bytes per sector";
	g->cluster_bytes = cluster_field(p[0x0D], g->sector_bytes);
	if (!g->cluster_bytes)
		return "sectors per cluster";
	uint64_t sectors = rs_le64(p + 0x28);
	if (!sectors || sectors > INT64_MAX / g->sector_bytes ||
		sectors * g->sector_bytes < g->cluster_bytes)
		return "total sectors";
	g->volume_bytes = sectors * g->sector_bytes;
	g->record_bytes = size_field(p[0x40], g->cluster_bytes);
	if (!rs_is_power_of_2(g->record_bytes) || g->record_bytes < NT_STRIDE_BYTES ||
		g->record_bytes > NT_RECORD_MAX)
		return "size of an MFT record";
	if (!cluster_off(g, rs_le64(p + 0x30), &g->mft_off_bytes))
		return "first cluster of $MFT";
	return NULL;
}

/* Fields that we can do without: they only show that the sector is not as Windows wrote it. */
static const char *parse_blemishes(const uint8_t *p, struct nt_geometry *g)
{
	const char *what = NULL;

	if (!boot_has_mark(p))
		what = "signature 55 AA at its end";
	if (!cluster_off(g, rs_le64(p + 0x38), &g->mftmirr_off_bytes) ||
		g->mftmirr_off_bytes == g->mft_off_bytes)
		what = "first cluster of $MFTMirr";
	g->index_bytes = size_field(p[0x44], g->cluster_bytes);
	if (!rs_is_power_of_2(g->index_bytes) || g->index_bytes < NT_STRIDE_BYTES ||
		g->index_bytes > NT_INDEX_MAX) {
		g->index_bytes = INDEX_BYTES_USUAL;
		what = "size of an index block";
	}
	return what;
}

void nt_boot_parse(const uint8_t *boot, size_t len, struct nt_boot *ret)
{
	*ret = (struct nt_boot){0};
	if (len < BOOT_BYTES) {
		ret->fault = "length";
		return;
	}
	ret->has_signature = boot_is_ntfs(boot);
	ret->geo.serial = rs_le64(boot + 0x48);
	ret->fault = parse_sizes(boot, &ret->geo);
	if (!ret->fault)
		ret->blemish = parse_blemishes(boot, &ret->geo);
}

const char *nt_fixup(uint8_t *buf, size_t len)
{
	if (len < NT_STRIDE_BYTES || len % NT_STRIDE_BYTES)
		return "length is no multiple of 512";
	size_t ofs = rs_le16(buf + 4), count = rs_le16(buf + 6);
	if (count != len / NT_STRIDE_BYTES + 1)
		return "number of fixups";
	/* the array must end before the first word it protects */
	if (ofs < 8 || ofs % 2 || ofs + 2 * count > NT_STRIDE_BYTES - 2)
		return "place of the fixups";
	const uint8_t *usn = buf + ofs;
	for (size_t i = 1; i < count; i++)
		if (memcmp(buf + i * NT_STRIDE_BYTES - 2, usn, 2) != 0)
			return "torn: written in part";
	for (size_t i = 1; i < count; i++)
		memcpy(buf + i * NT_STRIDE_BYTES - 2, usn + 2 * i, 2);
	return NULL;
}
