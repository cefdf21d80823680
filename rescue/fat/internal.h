/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef UNBRICK_FAT_INTERNAL_H
#define UNBRICK_FAT_INTERNAL_H

#include "fat/fat.h"

#define FAT_FOLDER_MAX (65536U * 32) /* bytes: the most that the format allows */

/** The bytes of a folder, malloc'd: of the fixed root, or of the chain at @e. */
int fat_folder_load(struct fat *f, const struct fat_entry *e, uint8_t **ret, size_t *ret_len,
	struct rs_err *err);

/** The entry that stands for the root folder. */
struct fat_entry fat_root(const struct fat *f);

#endif
