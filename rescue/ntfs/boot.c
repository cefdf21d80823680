/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which boot sector counts: Windows keeps a copy behind the last sector of the volume; a field that
 * cannot be true sends us there. */
#include "ntfs/raw_internal.h"

#define BOOT_BYTES 512U

/* The copy at @off_bytes: good only if every field is. */
static bool load_backup(struct blk *src, uint64_t off_bytes, struct nt_boot *ret)
{
	uint8_t sector[BOOT_BYTES];

	if (off_bytes == 0 || blk_read(src, off_bytes, sector, sizeof(sector), NULL) < 0)
		return false;
	nt_boot_parse(sector, sizeof(sector), ret);
	return ret->has_signature && !ret->fault && !ret->blemish;
}

/* Where the copy may be: in the last sector of the source, whatever its size, or behind the sectors
 * that the first boot sector counts. */
static bool find_backup(struct blk *src, const struct nt_boot *first, struct nt_boot *ret)
{
	const uint32_t sizes[] = {src->sector_bytes, 512, 4096};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (src->size_bytes >= sizes[i] &&
			load_backup(src, src->size_bytes - sizes[i], ret))
			return true;
	return first->geo.volume_bytes && load_backup(src, first->geo.volume_bytes, ret);
}

int nt_boot_load(struct blk *src, struct nt_geometry *ret, struct rs_err *err)
{
	uint8_t sector[BOOT_BYTES];
	struct nt_boot first = {0}, backup;

	if (src->size_bytes < BOOT_BYTES)
		return rs_fail_on(err, RS_E_NOT_NTFS, src->name, "shorter than a boot sector");
	struct rs_err why = {0};
	int r = blk_read(src, 0, sector, sizeof(sector), &why);
	if (r == 0)
		nt_boot_parse(sector, sizeof(sector), &first);
	if (r == 0 && first.has_signature && !first.fault && !first.blemish) {
		*ret = first.geo;
		return 0;
	}
	if (find_backup(src, &first, &backup)) {
		*ret = backup.geo;
		ret->from_backup = true;
		return 0;
	}
	if (r < 0)
		return rs_err_pass(err, r, &why);
	if (!first.has_signature)
		return rs_fail_on(err, RS_E_NOT_NTFS, src->name, "no NTFS boot sector");
	if (first.fault)
		return rs_fail_on(err, RS_E_NTFS_DAMAGED, src->name,
			"boot sector: %s; no good copy at the end", first.fault);
	*ret = first.geo;
	return 0;
}
