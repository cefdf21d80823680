/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the first sector of a volume says by itself. Sources: Microsoft's FAT and exFAT
 * specifications; layout.h of ntfs-3g; libyal's BDE format document, dissect.fve, and Windows-made
 * images for BitLocker's:
 *   kind            bytes 0..2  bytes 3..10  GUID   offsets of the three copies
 *   Vista           EB 52 90    -FVE-FS-     none   u64 at 56: cluster of the first
 *   7 to 11         EB 58 90    -FVE-FS-     160    176, 184, 192
 *   To Go (FAT)     EB 58 90    MSWIN4.1     424    440, 448, 456 */
#ifndef UNBRICK_FORMAT_BOOTSECTOR_H
#define UNBRICK_FORMAT_BOOTSECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/words.h"

#define FVE_COPIES 3

/* X(name, its word in a report) */
#define VOL_KINDS(X)                                                                               \
	X(VOL_UNKNOWN, "unknown") /* content not recognised (may be empty) */                      \
	X(VOL_NTFS, "ntfs")                                                                        \
	X(VOL_BITLOCKER, "bitlocker") /* -FVE-FS- or a BitLocker To Go discovery volume */         \
	X(VOL_FAT, "fat")                                                                          \
	X(VOL_EXFAT, "exfat")                                                                      \
	X(VOL_MSR, "msr")     /* Microsoft reserved: has no content by design */                   \
	X(VOL_OTHER, "other") /* recognised by libblkid: see fs_type */
enum vol_kind { VOL_KINDS(JUST_NAME) };

/** Does the sector end with 55 AA? */
bool boot_has_mark(const uint8_t boot[512]);

/** VOL_UNKNOWN if these are not one of Windows' boot sectors. *ret_sector is its own sector size (0
 * when it has none). */
enum vol_kind boot_kind(const uint8_t boot[512], uint32_t *ret_sector);

/** By its name alone, whatever else is wrong with the sector. */
bool boot_is_ntfs(const uint8_t boot[512]);
bool boot_is_exfat(const uint8_t boot[512]);
bool boot_is_fat(const uint8_t boot[512]);
bool boot_is_refs(const uint8_t boot[512]);

/** The serial number of a FAT; false: it has none. */
bool boot_fat_serial(const uint8_t boot[512], uint32_t *ret);
/** That of an exFAT. */
bool boot_exfat_serial(const uint8_t boot[512], uint32_t *ret);

/* ---- BitLocker's */

struct fve_boot {
	bool is_vista, is_to_go;
	uint32_t sector_bytes, cluster_bytes; /* as they stand there; cluster_bytes 0: not said */
	uint8_t guid[16];		      /* zeros: Vista has none */
	uint64_t off_bytes[FVE_COPIES];	      /* of the metadata; 0: not said. Vista: the first */
};

/** False: not that of a BitLocker volume of any kind. */
bool fve_boot_parse(const uint8_t boot[512], struct fve_boot *ret);

/** "-FVE-FS-", before a boot sector's fields (from byte 3) and before each copy of the metadata. */
bool fve_has_name(const uint8_t *p);

/** One of the two GUIDs of BitLocker volumes; *ret_is_eow: encrypted as it is written to. */
bool fve_is_guid(const uint8_t guid[16], bool *ret_is_eow);

/** Is the rest of a BitLocker boot sector there, whatever its beginning says? */
bool fve_boot_has_guid(const uint8_t boot[512]);

#endif
