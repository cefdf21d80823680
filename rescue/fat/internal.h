/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a FAT volume is, for the reader (fat.c), the look at all of it (survey.c) and the writer
 * (replace.c). */
#ifndef UNBRICK_FAT_INTERNAL_H
#define UNBRICK_FAT_INTERNAL_H

#include "fat/fat.h"

#define FAT_ROW_BYTES	 32U /* of an entry in a folder */
#define FAT_WINDOW_BYTES 4096U

enum {
	FAT_ATTR_LABEL = 0x08,
	FAT_ATTR_FOLDER = 0x10,
	FAT_ATTR_LONG = 0x0f,
	FAT_ATTR_ARCHIVE = 0x20,
	FAT_ATTR_MASK = 0x3f
};

struct fat {
	struct blk *vol;
	unsigned bits; /* of an entry of the table: 12, 16 or 32 */
	uint32_t sector_bytes, cluster_bytes, n_clusters;
	uint64_t table_bytes, table_off; /* of the copy that is in use */
	unsigned n_copies;		 /* of the table, one behind the other */
	bool is_one_in_use;		 /* FAT32: one of them alone is kept */
	bool is_dirty;			 /* as the boot sector says */
	uint32_t info_sector;		 /* FAT32: what is free, as somebody noted it; 0: none */
	uint64_t root_off, data_off;	 /* root_off: of the fixed root */
	uint32_t root_bytes;		 /* of the fixed root; 0 on FAT32 */
	uint32_t root_cluster;		 /* FAT32 */
	uint64_t window_off;		 /* what of the table is in the window */
	size_t window_len;
	uint8_t window[FAT_WINDOW_BYTES];
};

/* ---- survey.c ---- */

/* Of a volume that is sound. */
struct fat_survey {
	uint8_t *table;	  /* all of it */
	uint8_t *reached; /* a bit for each cluster (from 2): it is some file's or folder's */
	uint32_t n_free;
	/* The tables differ by clusters that are no file's, which one of them has as free: what a
	 * replacement that was cut off leaves. In @table they are free. */
	bool is_cut;
};

/** Look at all of it: both tables, every folder, every chain. Errors: RS_E_FAT_UNSOUND (the tables
 * differ by more than is_cut, it is marked as dirty, a chain crosses another one or itself, leaves
 * the volume, runs into what is free, or is not as long as its file), RS_E_UNSUPPORTED (one table
 * alone is kept; a table of more than 32 MiB), RS_E_IO_READ, RS_E_MEMORY. */
int fat_survey(struct fat *f, struct fat_survey *ret, struct rs_err *err);
void fat_survey_done(struct fat_survey *s);
#define auto_survey __attribute__((cleanup(fat_survey_done)))

/** The table's entry of a cluster, without the bits that are nobody's. */
uint32_t fat_table_get(const struct fat *f, const uint8_t *table, uint32_t cluster);
void fat_table_put(const struct fat *f, uint8_t *table, uint32_t cluster, uint32_t next);
/** Is it what the last cluster of a chain has? */
bool fat_is_last(const struct fat *f, uint32_t next);
/** Where a cluster's bytes are. */
static inline uint64_t fat_cluster_off(const struct fat *f, uint32_t cluster)
{
	return f->data_off + (uint64_t)(cluster - 2) * f->cluster_bytes;
}

#endif
