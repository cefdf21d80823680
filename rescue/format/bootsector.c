/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/bootsector.h"

#include <string.h>

#include "format/bytes.h"

enum { GUID_AT = 160, GUID_AT_TO_GO = 424 };

static bool is_sector_size(uint32_t v)
{
	return rs_is_power_of_2(v) && v >= 512 && v <= 4096;
}

bool boot_has_mark(const uint8_t boot[512])
{
	return boot[510] == 0x55 && boot[511] == 0xaa;
}

bool boot_is_ntfs(const uint8_t boot[512])
{
	return memcmp(boot + 3, "NTFS    ", 8) == 0;
}

bool boot_is_exfat(const uint8_t boot[512])
{
	return memcmp(boot + 3, "EXFAT   ", 8) == 0;
}

bool boot_is_refs(const uint8_t boot[512])
{
	return memcmp(boot, "\0\0\0ReFS\0", 8) == 0;
}

static bool is_fat32(const uint8_t boot[512])
{
	return memcmp(boot + 82, "FAT32", 5) == 0;
}

bool boot_is_fat(const uint8_t boot[512])
{
	return is_fat32(boot) || memcmp(boot + 54, "FAT", 3) == 0;
}

static bool has_fat_fields(const uint8_t boot[512])
{
	return is_sector_size(rs_le16(boot + 11)) && rs_is_power_of_2(boot[13]) &&
	       rs_le16(boot + 14) && boot[16] >= 1 && boot[16] <= 2 && boot[21] >= 0xf0;
}

bool boot_fat_serial(const uint8_t boot[512], uint32_t *ret)
{
	const uint8_t *mark = boot + (is_fat32(boot) ? 66 : 38);

	*ret = rs_le32(mark + 1);
	return *mark == 0x29; /* the fields that follow are there */
}

bool boot_exfat_serial(const uint8_t boot[512], uint32_t *ret)
{
	*ret = rs_le32(boot + 100);
	return boot_is_exfat(boot);
}

enum vol_kind boot_kind(const uint8_t boot[512], uint32_t *ret_sector)
{
	struct fve_boot fve;

	*ret_sector = is_sector_size(rs_le16(boot + 11)) ? rs_le16(boot + 11) : 0;
	if (fve_boot_parse(boot, &fve))
		return VOL_BITLOCKER;
	if (!boot_has_mark(boot))
		return VOL_UNKNOWN;
	if (boot_is_ntfs(boot) && *ret_sector)
		return VOL_NTFS;
	if (boot_is_exfat(boot)) {
		*ret_sector = boot[108] >= 9 && boot[108] <= 12 ? 1U << boot[108] : 0;
		return VOL_EXFAT;
	}
	return boot_is_fat(boot) && has_fat_fields(boot) ? VOL_FAT : VOL_UNKNOWN;
}

/* ---- BitLocker's */

bool fve_has_name(const uint8_t *p)
{
	return memcmp(p, "-FVE-FS-", 8) == 0;
}

bool fve_is_guid(const uint8_t guid[16], bool *ret_is_eow)
{
	static const uint8_t normal[16] = {0x3B, 0xD6, 0x67, 0x49, 0x29, 0x2E, 0xD8, 0x4A, 0x83,
		0x99, 0xF6, 0xA3, 0x39, 0xE3, 0xD0, 0x01};
	static const uint8_t eow[16] = {0x3B, 0x4D, 0xA8, 0x92, 0x80, 0xDD, 0x0E, 0x4D, 0x9E, 0x4E,
		0xB1, 0xE3, 0x28, 0x4E, 0xAE, 0xD8};

	*ret_is_eow = memcmp(guid, eow, 16) == 0;
	return *ret_is_eow || memcmp(guid, normal, 16) == 0;
}

bool fve_boot_has_guid(const uint8_t boot[512])
{
	bool is_eow;

	return fve_is_guid(boot + GUID_AT, &is_eow) || fve_is_guid(boot + GUID_AT_TO_GO, &is_eow);
}

bool fve_boot_parse(const uint8_t boot[512], struct fve_boot *ret)
{
	bool has_name = fve_has_name(boot + 3), is_eow;
	const uint8_t *guid = boot + (has_name ? GUID_AT : GUID_AT_TO_GO);

	/* an ordinary FAT32 has the name of a volume to go: only the GUID tells */
	if (!has_name && (memcmp(boot + 3, "MSWIN4.1", 8) != 0 || !fve_is_guid(guid, &is_eow)))
		return false;
	*ret = (struct fve_boot){.is_vista = has_name && boot[1] == 0x52, .is_to_go = !has_name};
	/* 0: exFAT since Windows 10 1903 */
	ret->sector_bytes = rs_le16(boot + 11) ? rs_le16(boot + 11) : 512;
	ret->cluster_bytes = boot[13] * ret->sector_bytes;
	if (ret->is_vista) {
		if (__builtin_mul_overflow(
			    rs_le64(boot + 56), ret->cluster_bytes, &ret->off_bytes[0]))
			ret->off_bytes[0] = 0; /* then there is no metadata to show */
		return true;
	}
	memcpy(ret->guid, guid, sizeof(ret->guid));
	for (unsigned i = 0; i < FVE_COPIES; i++)
		ret->off_bytes[i] = rs_le64(guid + 16 + 8 * (size_t)i);
	return true;
}
