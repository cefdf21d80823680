/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open a BitLocker volume with the keys of a file: what the programs here share. */
#ifndef UNBRICK_TESTS_LOCKED_H
#define UNBRICK_TESTS_LOCKED_H

#include <stdio.h>

#include "bitlocker/bitlocker.h"

/** @ret is closed before @disk. */
static inline int open_locked(
	struct blk *disk, const char *key_path, struct blk **ret, struct rs_err *err)
{
	struct bl_keyring *keys = NULL;
	struct bl_volume *bl = NULL;
	struct bl_unlock_result unlocked;
	uint8_t text[4096];
	FILE *f = fopen(key_path, "re");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	if (f)
		(void)fclose(f); /* only read */
	int r = bl_keyring_new(&keys, err);
	if (r == 0)
		r = bl_keyring_add_file(keys, key_path, text, n, err);
	if (r == 0)
		r = bl_load(disk, &bl, err);
	if (r == 0)
		r = bl_unlock(bl, keys, NULL, &unlocked, err);
	if (r == 0)
		r = bl_open(bl, disk, ret, err);
	bl_free(bl);
	bl_keyring_free(keys);
	return r;
}

#endif
