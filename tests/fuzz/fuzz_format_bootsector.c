/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any 512 bytes as a boot sector, and any text as a GUID. */
#include <stdlib.h>
#include <string.h>

#include "format/guid.h"
#include "format/ntfsboot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nt_boot ntfs;
	struct fve_boot fve;
	uint32_t sector, serial;
	uint8_t guid[16];
	char text[64] = "", back[RS_GUID_LEN];

	memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
	if (rs_guid_parse(text, guid)) {
		rs_guid_lower(guid, back);
		if (!rs_guid_parse(back, guid))
			abort();
	}
	nt_boot_parse(data, size, &ntfs);
	if (size < 512)
		return 0;
	enum vol_kind kind = boot_kind(data, &sector);
	if (fve_boot_parse(data, &fve) != (kind == VOL_BITLOCKER))
		abort();
	(void)boot_fat_serial(data, &serial);
	(void)boot_exfat_serial(data, &serial);
	(void)fve_boot_has_guid(data);
	return 0;
}
