/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small reader of FAT12, FAT16 and FAT32: the EFI system partition and old boot partitions. It
 * never writes (replace.h does). Source: Microsoft Extensible Firmware Initiative FAT32 File System
 * Specification 1.03. */
#ifndef UNBRICK_FAT_FAT_H
#define UNBRICK_FAT_FAT_H

#include "block/blk.h"

struct fat;

struct fat_entry {
	char name[3 * 255 + 1];	 /* UTF-8: the long name, or the short one when there is none */
	char short_name[40];	 /* "EFI", "LONGNA~1.TXT"; bytes above 7F become U+FFFD */
	uint32_t first_cluster;	 /* 0: no content (or the fixed root) */
	uint32_t size_bytes;	 /* of a file */
	uint32_t row;		 /* of 32 bytes, that it has in its folder; by fat_list */
	bool is_folder, is_root; /* is_root: made by fat_lookup, never by fat_list */
};

/** Look at the boot sector of a volume. @vol must outlive it.
 * Errors: RS_E_FAT (no FAT, or impossible numbers), RS_E_IO_READ, RS_E_MEMORY. */
int fat_open(struct blk *vol, struct fat **ret, struct rs_err *err);
void fat_close(struct fat *f);

RS_DEFINE_AUTO(struct fat *, fat_close);
#define auto_fat __attribute__((cleanup(fat_close_auto)))

/** Find a file or folder. @path: from the root, parts divided by / or \, case of ASCII letters does
 * not matter, long and short names both fit; "" is the root. Up to 32 parts.
 * Errors: RS_E_NO_SUCH_FILE, RS_E_FAT, RS_E_IO_READ, RS_E_MEMORY. */
int fat_lookup(struct fat *f, const char *path, struct fat_entry *ret, struct rs_err *err);

/** Return 0 to go on; anything else ends the walk and is what fat_list returns. */
typedef int fat_entry_fn(void *ctx, const struct fat_entry *e);

/** Every file and folder of @folder in the order on disk, without the volume's label, "." and "..".
 * At most 65536 entries (a longer chain, or a loop, is RS_E_FAT).
 * Errors: RS_E_NO_SUCH_FILE (not a folder), RS_E_FAT, RS_E_IO_READ, RS_E_MEMORY. */
int fat_list(struct fat *f, const struct fat_entry *folder, fat_entry_fn *fn, void *ctx,
	struct rs_err *err);

/** The content of a file, malloc'd. Errors: RS_E_NO_SUCH_FILE (a folder), RS_E_UNSUPPORTED (larger
 * than @cap_bytes), RS_E_FAT (its chain is shorter than its size), RS_E_IO_READ, RS_E_MEMORY. */
int fat_read_file(struct fat *f, const struct fat_entry *e, size_t cap_bytes, uint8_t **ret,
	size_t *ret_len, struct rs_err *err);

#endif
