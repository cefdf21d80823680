/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contents of one file of a FAT volume, replaced as a whole. Only act/ may begin it. */
#ifndef UNBRICK_FAT_REPLACE_H
#define UNBRICK_FAT_REPLACE_H

#include "fat/fat.h"

struct fat_replace {
	const char *folder, *name; /* "\\EFI\\Microsoft\\Boot", "BCD": a file that is there */
	const uint8_t *p;	   /* what it holds afterwards, at least one byte */
	size_t len;
	/* A short name, "UNBRICK OLD" as it stands on the disk (11 bytes): the file beside it that
	 * is given the old contents. One of that name that is there already goes. */
	const char *kept;
	enum fat_kept {
		FAT_KEEP,	  /* ... as told */
		FAT_KEEP_EARLIER, /* the one that is there stays; the old contents go */
		FAT_KEEP_NONE,	  /* both go */
	} what;
	bool is_done; /* it was written: nothing may be left to mend */
};

/** Could it be done? Nothing is written. Where only a replacement that was cut off has left the
 * tables of clusters different (no file's chain leads there, and one of them has it as free) it
 * could. Errors: RS_E_FAT_UNSOUND (fat_survey; also a file of the
 * kept one's name that is none of ours), RS_E_FAT_FULL (clusters, or a row in the folder),
 * RS_E_NO_SUCH_FILE, RS_E_UNSUPPORTED, RS_E_FAT, RS_E_IO_READ, RS_E_MEMORY. */
int fat_replace_check(struct blk *vol, const struct fat_replace *r, struct rs_err *err);

/** Do it. What a cut left is taken back first, and flushed. The new chain and both tables are
 * written and flushed, then the one row of 32 bytes that is the file (its sector is the commit),
 * then the row of the kept one, then what is free; a flush after each. A cut leaves the file as it
 * was or as it is to be, never two files on one cluster, at worst a chain that is no file's.
 * Errors: as above, with not one byte written; RS_E_IO_WRITE. */
int fat_replace(struct blk *vol, const struct fat_replace *r, struct rs_err *err);

#endif
