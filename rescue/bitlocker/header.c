/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sector 0 of a BitLocker volume (its layout: format/bootsector.h), and what of it is opened. */
#include <string.h>

#include "bitlocker/internal.h"

bool bl_header_is(struct rs_view s)
{
	struct fve_boot boot;

	return s.len >= 512 && fve_boot_parse(s.p, &boot);
}

int bl_header_parse(struct rs_view s, struct bl_header *ret, struct rs_err *err)
{
	struct fve_boot boot;

	if (s.len < 512 || !fve_boot_parse(s.p, &boot))
		return rs_fail(err, RS_E_UNSUPPORTED, "not a BitLocker volume");
	if (boot.sector_bytes != 512 && boot.sector_bytes != 4096)
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker with sectors of %u bytes",
			boot.sector_bytes);
	struct bl_header h = {.flavour = boot.is_vista	 ? BL_VISTA
					 : boot.is_to_go ? BL_TO_GO
							 : BL_WIN7,
		.sector_bytes = boot.sector_bytes,
		.cluster_bytes = boot.cluster_bytes};
	if (!boot.is_vista && !fve_is_guid(boot.guid, &h.is_eow)) {
		char text[RS_GUID_LEN];
		rs_guid_text(boot.guid, text);
		return rs_fail(err, RS_E_UNSUPPORTED, "BitLocker of an unknown kind {%s}", text);
	}
	memcpy(h.offsets, boot.off_bytes, sizeof(h.offsets));
	*ret = h;
	return 0;
}

int bl_probe(struct blk *src, bool *ret_is, struct rs_err *err)
{
	uint8_t sector[512];

	if (src->size_bytes < sizeof(sector)) {
		*ret_is = false;
		return 0;
	}
	int r = blk_read(src, 0, sector, sizeof(sector), err);
	if (r < 0)
		return r;
	*ret_is = bl_header_is((struct rs_view){sector, sizeof(sector)});
	return 0;
}
